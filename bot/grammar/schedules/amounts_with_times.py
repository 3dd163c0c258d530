"""Amounts that differ: "1 tablet at 08:00 and ½ at 22:00", "20 mg for 5 days, then 10 mg".

A portion is an amount with the words that say when to give it. Later amounts may leave out the
unit, and then take the first one's.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.grammar.clock_times import MEALS, NAMED, PARTS_OF_DAY, looks_like_a_time
from bot.grammar.dates import WEEKDAYS
from bot.grammar.dosages import FoundDosage, count_up, find_dosages, read_number_only
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.strengths import split_strength
from bot.grammar.tokens import Line, Token
from domain.medicines.dosages import THINGS, Dosage

_JOINTS = {",", "and", "&", "+", "then", ";", "-"}
_LEADS_TO_TIME = {"at", "@", "in", "every", "for", "until", "before", "after", "on", "each"}
_LEADS_TO_TIME |= {"with", "daily", "from", "now", "alternating", "weekdays", "weekends"}


@dataclass(frozen=True, slots=True)
class Portion:
    """An amount, and the *tokens* that say when. With `is_next_step`, "then" comes before it; with
    `is_beside`, "and"; with `is_except`, "except" follows it: "5 mg daily except 7.5 mg on
    wednesdays".
    """

    dosage: Dosage
    tokens: tuple[Token, ...]
    is_next_step: bool = False
    is_except: bool = False
    is_beside: bool = False


def split_portions(line: Line, tokens: Sequence[Token]) -> Sequence[Portion]:
    """The portions of a schedule that starts with an amount; none if it doesn't.

    Raises `Misunderstood` for an amount that is invalid or has no unit.
    """
    part = Line(line.text, tuple(tokens))
    amounts = _amounts(part)
    if not amounts or amounts[0].start != 0:
        return ()
    if len(amounts) == 1 and amounts[0].dosage.unit == "dose":
        return ()  # "one dose tonight" says how often
    if len(amounts) == 1:
        raise Misunderstood(Problem.UNKNOWN_WORDS, line.typed(tokens[: amounts[0].end]))
    ends = [amount.start for amount in amounts[1:]] + [len(tokens)]
    portions: list[Portion] = []
    is_next_step = is_beside = False
    for amount, end in zip(amounts, ends, strict=True):
        words, joints = _without_joints(tokens[amount.end : end])
        is_except = bool(words) and words[-1].word in {"except", "but"}
        if is_except:
            words, _ = _without_joints(words[:-1])
        if not words and end == len(tokens) and amount.dosage.is_like_a_pack:
            typed = line.typed(tokens[amount.start : amount.end])
            raise Misunderstood(Problem.UNKNOWN_WORDS, typed)  # "8am, 28 tablets"
        if _leads_to_next(tokens[amount.end : end]):
            raise Misunderstood(Problem.ONE_RHYTHM, line.typed(tokens))
        portions.append(Portion(amount.dosage, words, is_next_step, is_except, is_beside))
        is_next_step = "then" in joints
        is_beside = not is_next_step and bool(joints & {"and", "&", "+"})
    kinds = {portion.dosage.unit in THINGS for portion in portions if portion.dosage.unit}
    if len(kinds) > 1 and not portions[-1].tokens:
        # "0.25 mcg alternate days, 2 capsules": a strength, and how many
        raise Misunderstood(Problem.WHICH_AMOUNT, line.typed(tokens))
    return _without_stop(portions)


def _leads_to_next(between: Sequence[Token]) -> bool:
    """ "3 mg, sunday 4 mg": the days belong to the amount that follows, and those of the first one
    aren't said.
    """
    has_comma = len(between) > 1 and between[0].word == ","
    return has_comma and all(token.word in WEEKDAYS for token in between[1:])


def first_portion(line: Line) -> FoundDosage | None:
    """The first amount of a line that has several, each with its own time or days; None if it
    hasn't.
    """
    amounts = _amounts(line)
    if len(amounts) < 2:
        return None
    between = line.tokens[amounts[0].end : amounts[1].start]
    is_alternating = any(t.word == "alternating" and not t.is_quoted for t in line.tokens[1:])
    return amounts[0] if is_alternating or any(map(_says_when, between)) else None


def _says_when(token: Token) -> bool:
    """Whether a word between two amounts is about time: "at", "morning", "mon", "then"."""
    if token.is_quoted:
        return False
    word = token.word
    known = _LEADS_TO_TIME | {"then", "daily", "once", "twice"} | MEALS.keys()
    is_weekday = any(name in WEEKDAYS for name in re.split("[-/]", word))
    is_named = is_weekday or word.removesuffix("s") in PARTS_OF_DAY or word in NAMED
    return word in known or is_named or looks_like_a_time(token)


def without_strength(portions: Sequence[Portion]) -> Sequence[Portion]:
    """ "40 mg tablets, 2 in the morning and 1 at noon": the strength is that of every portion, and
    stands beside the name.
    """
    strengths = [split_strength(portion.dosage) for portion in portions]
    if not strengths or strengths[0][0] is None or any(each for each, _ in strengths[1:]):
        return portions
    first, *others = portions
    if any(portion.dosage.unit not in THINGS for portion in others):
        return portions
    return [replace(first, dosage=strengths[0][1]), *others]


def _amounts(line: Line) -> list[FoundDosage]:
    """Amounts with a unit, followed by bare numbers in the position of one ("and ½ at 22:00")."""
    found = find_dosages(line)
    if not found:
        return []
    unit = found[0].dosage.words.split()[-1]
    for at in range(found[0].end, len(line.tokens) - 1):
        if any(each.start <= at < each.end for each in found):
            continue
        if _stands_like_an_amount(line, at):
            _check_may_be(line.tokens[at], found[0].dosage)
            _check_is_no_hour(line, at, unit)
            words = f"{line.tokens[at].raw} {_plural(unit, line.tokens[at])}"
            found.append(FoundDosage(at, at + 1, count_up(words)))
    return sorted(found, key=lambda each: each.start)


def _plural(unit: str, number: Token) -> str:
    """ "1 tablet at 08:00, 2 at 20:00" means two tablets."""
    is_several = count_up(f"{number.raw} {unit}").amount not in {None, 1}
    is_half = number.raw in {"½", "¼", "¾"}
    return f"{unit}s" if unit in THINGS and is_several and not is_half else unit


def _stands_like_an_amount(line: Line, at: int) -> bool:
    before, token, after = line.tokens[at - 1], line.tokens[at], line.tokens[at + 1]
    return (
        before.word in _JOINTS
        and _says_when(after)
        and not token.is_quoted
        and read_number_only(token)
    )


def _check_is_no_hour(line: Line, at: int, unit: str) -> None:
    """Raises `Misunderstood` for the 2 of "20 mg at 8am and 2 in the afternoon": after an hour, it
    may be one.
    """
    number, before = line.tokens[at].word, line.tokens[at - 2] if at > 1 else None
    follows_hour = before is not None and looks_like_a_time(before)
    may_be_hour = number.isdecimal() and int(number) <= _HOURS and line.tokens[at + 1].word == "in"
    if unit not in THINGS and follows_hour and may_be_hour:
        raise Misunderstood(Problem.WHICH_AMOUNT, line.tokens[at].raw)


_HOURS = 12


def _check_may_be(number: Token, first: Dosage) -> None:
    """Raises `Misunderstood` for the 1 of "20 mg at 8am and 1 at noon": a milligram is less likely
    than a tablet.
    """
    count = count_up(f"{number.raw} {first.words.split()[-1]}").amount
    is_strength = first.unit in {"mg", "µg", "g"} and first.amount is not None
    if is_strength and count is not None and first.amount and count * _MUCH_LESS <= first.amount:
        raise Misunderstood(Problem.WHICH_AMOUNT, number.raw)


_MUCH_LESS = 10


def _without_joints(tokens: Sequence[Token]) -> tuple[tuple[Token, ...], set[str]]:
    """The tokens without joining words at either end, and which of those were at the end."""
    start, end = 0, len(tokens)
    while end > start and tokens[end - 1].word in _JOINTS:
        end -= 1
    while start < end and tokens[start].word in _JOINTS:
        start += 1
    return tuple(tokens[start:end]), {token.word for token in tokens[end:]}


def _without_stop(portions: Sequence[Portion]) -> Sequence[Portion]:
    """ "… for 5 days, then stop": the end has been given already. Where it hasn't, "stop" stays,
    and is not understood.
    """
    *most, last = portions
    words = [token.word for token in last.tokens]
    stop = words.index("stop") if "stop" in words else 0
    beside = {*words[stop - 1 : stop], *words[stop + 1 : stop + 2]}
    if stop == 0 or not beside <= _JOINTS or not _ENDS & set(words[:stop]):
        return portions
    before, _joints = _without_joints(last.tokens[:stop])
    return [*most, replace(last, tokens=before + last.tokens[stop + 1 :])]


_ENDS = {"for", "until", "till", "x", "days", "day", "weeks", "week", "doses"}


def without_empty_moments(portions: Sequence[Portion]) -> Sequence[Portion]:
    """If the times of all amounts follow the last one ("1 tablet in the morning, ½ at night 08:00
    and 22:00"), the parts of the day before them add nothing.
    """
    if portions[1].is_next_step or any(_has_time(portion) for portion in portions[:-1]):
        return portions
    named = [token for token in portions[-1].tokens if looks_like_a_time(token)]
    if len(named) != len(portions):
        return portions  # each has its own part of the day
    return [replace(portion, tokens=_without_moments(portion.tokens)) for portion in portions]


def _has_time(portion: Portion) -> bool:
    return any(looks_like_a_time(token) for token in portion.tokens)


def _without_moments(tokens: Sequence[Token]) -> tuple[Token, ...]:
    kept: list[Token] = []
    for token in tokens:
        if token.word.removesuffix("s") in PARTS_OF_DAY:
            while kept and kept[-1].word in {"in", "the", "at", "every", "each"}:
                kept.pop()
        else:
            kept.append(token)
    return tuple(kept)
