"""Takes the line of a new medicine apart at its amounts: name, dosage, schedule."""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

from bot.grammar.clock_times import NAMED, PARTS_OF_DAY
from bot.grammar.commands.medicine_schedules import (
    read_when,
    split_at_proof,
    split_at_schedule,
    trimmed,
)
from bot.grammar.dates import WEEKDAYS
from bot.grammar.dosages import (
    LONGEST_DOSAGE,
    FoundDosage,
    find_dosages,
    find_quoted_dosage,
    parse_dosage,
    read_number_only,
)
from bot.grammar.labels.phrases import FORMS
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.schedules.amounts_with_times import first_portion
from bot.grammar.schedules.parsing import kinds_named
from bot.grammar.strengths import split_strength
from bot.grammar.tokens import Line, Token, relaid, tokenize
from domain.medicines.dosages import THINGS, Dosage
from domain.medicines.schedules.moments import USUAL_DAY

_VAGUE = {"handful", "bit", "some", "few", "little", "pinch"}
_DAY_WORDS = {"daily", "day", "once", *WEEKDAYS, *NAMED, *PARTS_OF_DAY}


@dataclass(frozen=True, slots=True)
class Pieces:
    """A line without its person, split at the dosage."""

    name: tuple[Token, ...] = ()
    dosage: Dosage | None = None
    schedule: tuple[Token, ...] = ()
    problem: Misunderstood | None = None
    missing: Misunderstood | None = None
    is_certain: bool = True


def _in_divided_doses(line: Line) -> Pieces | None:
    """ "1-3 sachets daily in divided doses" says how much a day, but not how much each time."""
    words = [token.word.rstrip(".,") for token in line.tokens]
    is_divided = any(pair == ("divided", "doses") for pair in pairwise(words))
    found = find_dosages(line) if is_divided else []
    if not found:
        return None
    at = found[0].start
    problem = Misunderstood(Problem.WHICH_AMOUNT, line.typed(line.tokens[at:]))
    return Pieces(line.tokens[:at], problem=problem)


def take_apart(line: Line, *, zone: ZoneInfo, now: datetime) -> Pieces:
    try:
        if rule := _rule_of_steps(line) or _in_divided_doses(line):
            return rule
        portion = first_portion(line)
        if portion is not None:
            return _take_portions(line, portion)
        quoted = find_quoted_dosage(line)
        found = [quoted] if quoted else find_dosages(line)
    except Misunderstood as problem:
        return _without_amount(line, problem)
    if not found:
        bare = _bare_portion(line)
        if bare is not None:
            at, question = bare
            return Pieces(line.tokens[:at], problem=question)
        name, schedule = split_at_schedule(line, now=now, zone=zone)
        name, of_what = _without_count(name, schedule)
        if of_what is not None:
            return Pieces(name, None, schedule, problem=of_what)
        return Pieces(name, None, schedule, missing=_missing_dosage(line, name))
    if len(found) > 1:
        return _take_several(line, found, zone=zone, now=now)
    [only] = found = [_with_form(line, found[0])]
    before, after = line.tokens[: only.start], line.tokens[only.end :]
    name, early = split_at_proof(before)
    number = _number_of_pieces(only.dosage)
    if number:
        choices = tuple(f"{number} {unit} {only.dosage.unit}" for unit in ("mcg", "mg"))
        unclear = Misunderstood(Problem.DOSAGE_NEEDS_UNIT, number, suggestions=choices)
        # Until somebody says of what, it belongs to the name: "Estradot 50".
        name = (*name, line.tokens[only.start]) if not early else name
        return Pieces(name, None, trimmed(early + after), problem=unclear)
    if any(token.word == "then" and not token.is_quoted for token in early):
        # "once weekly for 4 weeks then 0.5 mg": how much before that?
        return Pieces(name, problem=Misunderstood(Problem.FIRST_AMOUNT_MISSING, only.dosage.words))
    if _is_second_strength(line, only):
        strengths = line.typed(line.tokens[only.start - 2 : only.end])
        return Pieces(problem=Misunderstood(Problem.TWO_STRENGTHS, strengths))
    alternates = {"alternate", "alternating", "alternately"} & {t.word for t in line.tokens}
    if alternates and _TWO_IN_ONE.fullmatch(only.dosage.words):
        return Pieces(before, problem=Misunderstood(Problem.TWO_STRENGTHS, only.dosage.words))
    # "Aspirin at 08:00 100 mg", "Aspirin every monday 100 mg": part of the schedule comes first.
    is_certain = (
        not early
        and not _ends_like_a_schedule(name)
        and not _could_belong_to_amount(name, line.tokens[only.start :])
    )
    return Pieces(name, only.dosage, trimmed(early + after), is_certain=is_certain)


def _number_of_pieces(dosage: Dosage) -> str:
    """ "50", of "50 patch": a strength without its unit, since nobody is given so many."""
    number, *rest = dosage.words.split()
    is_bare = len(rest) == 1 and dosage.unit in {"patch", "suppository", "pessary"}
    return number if is_bare and dosage.is_like_a_pack and number.isdecimal() else ""


def _with_form(line: Line, found: FoundDosage) -> FoundDosage:
    """ "1% cream": what form it has belongs to its strength."""
    end = found.end
    while end < len(line.tokens) and not line.tokens[end].is_quoted:
        if line.tokens[end].word.rstrip(".") not in FORMS:
            break
        end += 1
    if end == found.end or found.dosage.unit in THINGS:
        return found
    words = f"{found.dosage.words} {line.typed(line.tokens[found.end : end])}"
    if len(words) > LONGEST_DOSAGE:
        return found
    return FoundDosage(found.start, end, replace(found.dosage, words=words.rstrip(".")))


def _without_amount(line: Line, problem: Misunderstood) -> Pieces:
    """The name of a line whose amount has to be asked about: "Vitamin D 2,000 IU daily"."""
    first = problem.words.split(" ", 1)[0].casefold()
    at = next((n for n, token in enumerate(line.tokens) if token.word == first), 0)
    if at == 0 or problem.problem not in _OF_AMOUNTS:
        return Pieces(problem=problem)
    used = len(problem.words.split())
    return Pieces(line.tokens[:at], None, trimmed(line.tokens[at + used :]), problem=problem)


_OF_AMOUNTS = {
    Problem.AMOUNT_AMBIGUOUS,
    Problem.AMOUNT_NOT_POSITIVE,
    Problem.AMOUNT_TOO_LARGE,
    Problem.AMOUNT_TOO_SMALL,
    Problem.AMOUNT_RANGE,
}


def _take_several(
    line: Line, found: Sequence[FoundDosage], *, zone: ZoneInfo, now: datetime
) -> Pieces:
    """ "Salbutamol 100 µg inhaler 2 puffs", "Aspirin 100 mg daily 1 tablet": a strength, and the
    amount to give. Any other two amounts are asked about.
    """
    first, last = found[0], found[-1]
    between = line.tokens[first.end : last.start]
    is_strength = first.dosage.unit is None or first.dosage.unit not in THINGS
    is_diluted = "/" in first.dosage.words or "%" in first.dosage.words
    is_given = last.dosage.unit in THINGS or (is_diluted and last.dosage.unit is not None)
    if len(found) == 2 and is_strength and is_given:
        forms = [token for token in between if token.word not in {",", "-", ":"}]
        if all(not token.is_quoted and token.word.rstrip(".") in FORMS for token in forms):
            strength = " ".join([first.dosage.words, *(token.raw.rstrip(".") for token in forms)])
            given = replace(last.dosage, words=f"{strength}, {last.dosage.words}")
            rest = line.tokens[last.end :]
            return Pieces(line.tokens[: first.start], given, trimmed(rest))
        if read_when(line, trimmed(between), clocks=[(zone, USUAL_DAY)], now=now).is_read:
            given = replace(last.dosage, words=f"{first.dosage.words}, {last.dosage.words}")
            rest = trimmed(between) + trimmed(line.tokens[last.end :])
            return Pieces(line.tokens[: first.start], given, rest, is_certain=False)
    amounts = line.typed(line.tokens[first.start : last.end])
    name = line.tokens[: first.start]
    if all(token.word in {",", "and", "or", "&", "+", "/"} for token in between):
        return Pieces(name, problem=Misunderstood(Problem.TWO_STRENGTHS, amounts))
    return Pieces(name, problem=Misunderstood(Problem.WHICH_AMOUNT, amounts))


def has_rule_of_steps(text: str) -> bool:
    """ "Increase by 10 mg every week", which is asked for step by step."""
    words = [("" if token.is_quoted else token.word) for token in tokenize(text).tokens]
    return any(pair in _BY_STEPS for pair in pairwise(words))


def _rule_of_steps(line: Line) -> Pieces | None:
    """ "20 mg, reduce by 5 mg every 3 days": nobody but a person works out the steps."""
    words = [("" if token.is_quoted else token.word) for token in line.tokens]
    at = next((n for n, pair in enumerate(pairwise(words)) if pair in _BY_STEPS), None)
    found = [] if at is None else find_dosages(line)
    if len(found) < 2:
        return None
    name = line.tokens[: found[0].start]
    rule = line.typed(line.tokens[found[0].start :])
    return Pieces(name, problem=Misunderstood(Problem.STEPS_BY_RULE, rule))


_CHANGING = "reduce reduced reducing decrease decreasing increase increasing taper tapering down up"
# "100/125 mcg", "3 mg/4 mg"; not "250 mg/5 ml"
_TWO_IN_ONE = re.compile(
    r"\d[\d.,]*(?:/\d[\d.,]* ?[a-zµμ]*| ?(?P<unit>[a-zµμ]+) ?/ ?\d[\d.,]* ?(?P=unit))"
)
_BY_STEPS = {(word, "by") for word in _CHANGING.split()}


def _take_portions(line: Line, first: FoundDosage) -> Pieces:
    """ "Warfarin 5 mg, 1 tablet at 08:00 and ½ at 22:00": always shown before it is saved."""
    name, early = split_at_proof(line.tokens[: first.start])
    if early and not kinds_named(line.typed(early)) <= {"starts"}:
        # "mondays 10 mg for 4 weeks then 5 mg": in every step, or in the first?
        return Pieces(name, problem=Misunderstood(Problem.WHICH_AMOUNT, line.typed(line.tokens)))
    amount, rest = line.tokens[first.start : first.end], line.tokens[first.end :]
    strength, given = split_strength(first.dosage)
    return Pieces(name, strength or given, trimmed(amount + early + rest), is_certain=False)


def _is_second_strength(line: Line, found: FoundDosage) -> bool:
    """ "Levothyroxine 50 and 75 µg": on the box, these are two medicines."""
    before = line.tokens[max(0, found.start - 2) : found.start]
    return (
        len(before) == 2
        and found.start > 2
        and before[1].word in {"and", "&", "+", "/", ",", "or"}
        and not before[0].is_quoted
        and before[0].word.isdecimal()
        and found.dosage.amount is not None
    )


def _bare_portion(line: Line) -> tuple[int, Misunderstood] | None:
    """ "1 in the morning, ½ at night" lacks the unit: where that starts, and the question."""
    for at in range(1, len(line.tokens) - 2):
        words = [token.word for token in line.tokens[at + 1 : at + 3]]
        if read_number_only(line.tokens[at]) and words == ["in", "the"]:
            typed = line.typed(line.tokens[at : at + 4])
            with_unit = f"{line.tokens[at].raw} tablet {line.typed(line.tokens[at + 1 : at + 4])}"
            problem = Misunderstood(Problem.DOSAGE_NEEDS_UNIT, typed, suggestions=(with_unit,))
            return at, problem
    return None


def _without_count(
    name: tuple[Token, ...], schedule: tuple[Token, ...]
) -> tuple[tuple[Token, ...], Misunderstood | None]:
    """ "Co-amoxiclav one three times a day": one what? The number is none of the name."""
    last = name[-1] if len(name) > 1 else None
    if last is None or not schedule or last.is_quoted or last.word not in _COUNTS:
        return name, None
    choices = (f"{last.raw} tablet", f"{last.raw} capsule")
    problem = Misunderstood(Problem.DOSAGE_NEEDS_UNIT, last.raw, suggestions=choices)
    return name[:-1], problem


_COUNTS = {"one", "two", "three", "four", "half"}


def _missing_dosage(line: Line, name: tuple[Token, ...]) -> Misunderstood:
    if len(name) > 1 and name[-1].word in _VAGUE:
        start = -2 if name[-2].word in {"a", "an"} and len(name) > 2 else -1
        return Misunderstood(Problem.AMOUNT_RANGE, line.typed(name[start:]))
    if len(name) > 1 and not name[-1].is_quoted and name[-1].word.isdecimal():
        amount = name[-1].raw
        return Misunderstood(
            Problem.DOSAGE_NEEDS_UNIT, amount, suggestions=(f"{amount} mg", f"{amount} tablets")
        )
    return Misunderstood(Problem.DOSAGE_MISSING, line.typed(name))


def _ends_like_a_schedule(name: tuple[Token, ...]) -> bool:
    """ "Centrum Daily" is a name; "Aspirin mon" may be missing the rest of its days."""
    return len(name) > 1 and not name[-1].is_quoted and name[-1].word in _DAY_WORDS


def _could_belong_to_amount(name: tuple[Token, ...], dosage: tuple[Token, ...]) -> bool:
    """Whether a number could belong to the name as well as to the amount.

    "Metformin 1 500 mg" may be 1,500 mg, "Vitamin B 12 tablets" one tablet of B 12.
    """
    if not name or name[-1].is_quoted or not dosage[0].word[:1].isdecimal():
        return False
    last = name[-1].word
    digits = re.match(r"\d+", dosage[0].word)
    is_split_thousand = last.isdecimal() and digits is not None and len(digits[0]) == 3
    is_letter = len(last) == 1 and last.isalpha() and dosage[0].word.isdecimal()
    return is_split_thousand or is_letter


def amount_and_more(text: str) -> tuple[Dosage | None, str]:
    """The amount in *text*, and its other words: "10 mg 9am", "9am, 10 mg"; None if it has none.
    Raises `Misunderstood` for several.
    """
    line = tokenize(text)
    amounts = find_dosages(line)
    if len(amounts) > 1:
        raise Misunderstood(Problem.WHICH_AMOUNT, text)
    if not amounts:
        return None, text
    [found] = amounts
    end = max(found.end, _longest_amount(line, found.start))
    words = [*line.tokens[: found.start], *line.tokens[end:]]
    amount = parse_dosage(line.typed(line.tokens[found.start : end]))
    return amount, relaid(words).text if words else ""


def _longest_amount(line: Line, start: int) -> int:
    """Where the amount that begins at *start* ends, with all words that belong to it."""
    for end in range(min(len(line.tokens), start + _LONGEST_AMOUNT), start, -1):
        with suppress(Misunderstood):
            parse_dosage(line.typed(line.tokens[start:end]))
            return end
    return start


_LONGEST_AMOUNT = 8  # words
