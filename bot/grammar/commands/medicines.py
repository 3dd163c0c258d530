"""The arguments of `/addmed`: NAME DOSAGE SCHEDULE [for PERSON], or as much of it as was typed."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.grammar.clock_times import NAMED, PARTS_OF_DAY, looks_like_a_time
from bot.grammar.dates import WEEKDAYS, read_date
from bot.grammar.dosages import (
    FoundDosage,
    find_dosages,
    find_quoted_dosage,
    quantity_ends,
    read_number_only,
)
from bot.grammar.durations import read_days as read_duration
from bot.grammar.labels.beside_times import joined, take_beside_times
from bot.grammar.labels.lines import LabelLine, read_label
from bot.grammar.labels.phrases import DOING, FORMS
from bot.grammar.labels.short_forms import SpelledOut
from bot.grammar.labels.sliding_scales import decline_sliding_scale
from bot.grammar.names import parse_name
from bot.grammar.numbers import read_count
from bot.grammar.people import (
    Person,
    find_person,
    find_unknown_person,
    unknown_person,
    which_person,
)
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.schedules.amounts_with_times import first_amount, has_portions, split_strength
from bot.grammar.schedules.parsing import read_schedules
from bot.grammar.tokens import Line, Token, relaid, tokenize
from domain.medicines.dosages import THINGS, Dosage
from domain.medicines.schedules.days import Cycle, Monthly, MonthlyWeekdays
from domain.medicines.schedules.kinds import Combined, Schedule, Steps, WallClock
from domain.medicines.schedules.moments import USUAL_DAY, DayTimes

# A message can have 4,096 characters, but no medicine needs that many.
LONGEST_LINE = 1000

_SCHEDULE_BEGINS = {"at", "@", "daily", "everyday", "every", "each", "from", "until"}
_SCHEDULE_BEGINS |= {"weekdays", "weekends", "once", "twice", "as", *WEEKDAYS}
_SCHEDULE_BEGINS |= {"prn", "hourly", "nightly", "alternate", "fortnightly", "monthly"}
_SCHEDULE_BEGINS |= {"weekly", "biweekly"}
_PROOF = {
    "prn",
    "alternate",
    "fortnightly",
    "every",
    "each",
    "weekly",
    "weekday",
    "weekdays",
    "weekend",
    "weekends",
    "twice",
    "times",
}
_STARTING = {"please", "start", "begin", "commence", "add", "continue"}
_STOPPING = {"stop", "discontinue", "withhold", "cease", "halt"}
_LONGEST_NAME = 12  # words: anything further back isn't considered
_VAGUE = {"handful", "bit", "some", "few", "little", "pinch"}
_DAY_WORDS = {"daily", "day", "once", *WEEKDAYS, *NAMED, *PARTS_OF_DAY}
_SCHEDULE_GOES_ON = _SCHEDULE_BEGINS | {"day", "days", "a", "times", "on", "and", ",", "-"}


@dataclass(frozen=True, slots=True)
class PartialMedicine:
    """The parts of a medicine that were typed and understood; None where something is left to ask
    for.

    `schedule_so_far` holds words of a schedule that still lacks a time of day ("mon,wed,fri for 10
    days"), or a person whose zone defines "today": append the answer to it and parse again.
    `problem` is the first thing that was typed but not understood; if there is none, the first
    thing that is missing (`problem.problem.is_missing`). `spelled_out` are short forms that were
    read as something; unless it `is_certain`, everything is shown before it is saved.
    """

    name: str | None
    dosage: Dosage | None
    schedule: Schedule | None
    schedule_so_far: str
    person: Person | None
    problem: Misunderstood | None
    is_certain: bool = True
    instructions: str | None = None
    reason: str | None = None
    spelled_out: tuple[SpelledOut, ...] = ()


def understand_medicine(text: str, *, people: Sequence[Person], now: datetime) -> PartialMedicine:
    """What can be understood of a line, so that a conversation only asks for the rest.

    Raises `Misunderstood` only if the line is too long.
    """
    if len(text) > LONGEST_LINE:
        raise Misunderstood(Problem.TOO_LONG)
    line = tokenize(text)
    try:
        decline_sliding_scale(line)
        line = _name_first(line)
    except Misunderstood as problem:
        return PartialMedicine(None, None, None, "", None, problem)
    line, who = _take_person(line, people)
    label = read_label(line)
    line, notes = take_beside_times(label.line)
    zone = (who.person or people[0]).zone if who.person or people else ZoneInfo("UTC")
    pieces = _take_apart(line, zone=zone, now=now)
    name, name_problem = _read_name(line, pieces)
    # With two people named, leftover words in the schedule aren't its fault.
    is_read = who.problem is None
    schedule_tokens, who = _take_unknown_person(line, pieces.schedule, who=who, people=people)
    clocks = clocks_of([who.person] if who.person else people)
    when = _When()
    if is_read:
        when = _read_when(line, schedule_tokens, clocks=clocks, now=now, dosage=pieces.dosage)
    nobody = None if people else Misunderstood(Problem.NOBODY_CARED_FOR)
    problems = [
        problem
        for problem in (
            nobody,
            pieces.problem,
            name_problem,
            pieces.missing,
            who.problem,
            when.problem,
        )
        if problem is not None
    ]
    # Mistakes come before missing parts, which will be asked for anyway.
    problems.sort(key=lambda problem: problem.problem.is_missing)
    return PartialMedicine(
        name=name,
        dosage=pieces.dosage,
        schedule=when.schedule,
        schedule_so_far=when.so_far,
        person=who.person,
        problem=problems[0] if problems else None,
        is_certain=pieces.is_certain
        and not _needs_a_look(label, when.schedule)
        and (pieces.dosage is None or pieces.dosage.most is None),
        instructions=joined(label.instructions, *notes),
        reason=label.reason,
        spelled_out=label.spelled_out,
    )


def _needs_a_look(label: LabelLine, schedule: Schedule | None) -> bool:
    """Whether it was read well enough to be shown, but not to be saved at once."""
    if any(each.to_confirm for each in label.spelled_out):
        return True
    if not isinstance(schedule, WallClock):
        return isinstance(schedule, Steps | Combined)
    # "5 days every 28 days" may be meant otherwise; "21 days on, 7 off" can't.
    is_told = any(token.word == "off" for token in label.line.tokens)
    is_rare = isinstance(schedule.days, MonthlyWeekdays)
    is_rare = is_rare or (isinstance(schedule.days, Cycle) and not is_told)
    is_rare = is_rare or (isinstance(schedule.days, Monthly) and schedule.days.every > 1)
    return is_rare or schedule.last_at is not None or bool(schedule.except_on)


def _name_first(line: Line) -> Line:
    """ "Take 2 tablets of Paracetamol every 6 hours": the name before the amount."""
    tokens = line.tokens
    while len(tokens) > 2 and not tokens[0].is_quoted and tokens[0].word in DOING | _STARTING:
        tokens = tokens[1:]
    if len(tokens) > 1 and not tokens[0].is_quoted and tokens[0].word in _STOPPING:
        raise Misunderstood(Problem.UNKNOWN_WORDS, tokens[0].raw)
    end = quantity_ends(tokens, 0) if tokens else None
    if end is None or end + 1 >= len(tokens) or tokens[end].word != "of":
        return Line(line.text, tokens)
    name_end = end + 2
    while name_end < len(tokens) and not _begins_schedule(tokens, name_end):
        name_end += 1
    return relaid((*tokens[end + 1 : name_end], *tokens[:end], *tokens[name_end:]))


def _begins_schedule(tokens: tuple[Token, ...], at: int) -> bool:
    """Whether the word at *at* is no part of a name any more."""
    word = tokens[at].word
    is_amount = quantity_ends(tokens, at) is not None or word in {",", ":"}
    return is_amount or word in _SCHEDULE_BEGINS or looks_like_a_time(tokens[at])


@dataclass(frozen=True, slots=True)
class _Who:
    person: Person | None = None
    problem: Misunderstood | None = None


@dataclass(frozen=True, slots=True)
class _Pieces:
    """A line without its person, split at the dosage."""

    name: tuple[Token, ...] = ()
    dosage: Dosage | None = None
    schedule: tuple[Token, ...] = ()
    problem: Misunderstood | None = None
    missing: Misunderstood | None = None
    is_certain: bool = True


@dataclass(frozen=True, slots=True)
class _When:
    schedule: Schedule | None = None
    so_far: str = ""
    problem: Misunderstood | None = None

    @property
    def is_read(self) -> bool:
        """Whether none of it is wrong, although a time of day may be missing."""
        return self.schedule is not None or bool(self.so_far)


def _take_person(line: Line, people: Sequence[Person]) -> tuple[Line, _Who]:
    """The line without its "for NAME", and who that is."""
    try:
        named = find_person(line, people)
    except Misunderstood as problem:
        return line, _Who(problem=problem)
    if named is None:
        return line, _Who()
    rest = line.tokens[: named.start] + line.tokens[named.end :]
    return Line(line.text, rest), _Who(named.person)


def _take_unknown_person(
    line: Line, tokens: tuple[Token, ...], *, who: _Who, people: Sequence[Person]
) -> tuple[tuple[Token, ...], _Who]:
    """The schedule without a "for NAME" that matches nobody; without any name, the people it can be
    for.
    """
    if who.person is not None or who.problem is not None:
        return tokens, who
    stranger = find_unknown_person(tokens)
    if stranger is not None:
        words = line.typed(tokens[stranger][1:])
        rest = tokens[: stranger.start] + tokens[stranger.stop :]
        return rest, _Who(problem=unknown_person(words, people))
    if len(people) == 1:
        return tokens, _Who(people[0])
    return tokens, _Who(problem=which_person(people))


def _take_apart(line: Line, *, zone: ZoneInfo, now: datetime) -> _Pieces:
    try:
        if has_portions(line):
            return _take_portions(line)
        quoted = find_quoted_dosage(line)
        found = [quoted] if quoted else find_dosages(line)
    except Misunderstood as problem:
        return _without_amount(line, problem)
    if not found:
        bare = _bare_portion(line)
        if bare is not None:
            at, question = bare
            return _Pieces(line.tokens[:at], problem=question)
        name, schedule = _split_at_schedule(line, now=now, zone=zone)
        return _Pieces(name, None, schedule, missing=_missing_dosage(line, name))
    if len(found) > 1:
        return _take_several(line, found, zone=zone, now=now)
    [only] = found
    before, after = line.tokens[: only.start], line.tokens[only.end :]
    if _is_second_strength(line, only):
        strengths = line.typed(line.tokens[only.start - 2 : only.end])
        return _Pieces(problem=Misunderstood(Problem.TWO_STRENGTHS, strengths))
    # "Aspirin at 08:00 100 mg", "Aspirin every monday 100 mg": part of the schedule comes first.
    name, early = _split_at_proof(before)
    is_certain = (
        not early
        and not _ends_like_a_schedule(name)
        and not _could_belong_to_amount(name, line.tokens[only.start :])
    )
    return _Pieces(name, only.dosage, _trimmed(early + after), is_certain=is_certain)


def _without_amount(line: Line, problem: Misunderstood) -> _Pieces:
    """The name of a line whose amount has to be asked about: "Vitamin D 2,000 IU daily"."""
    first = problem.words.split(" ", 1)[0].casefold()
    at = next((n for n, token in enumerate(line.tokens) if token.word == first), 0)
    if at == 0 or problem.problem not in _OF_AMOUNTS:
        return _Pieces(problem=problem)
    used = len(problem.words.split())
    return _Pieces(line.tokens[:at], None, _trimmed(line.tokens[at + used :]), problem=problem)


_OF_AMOUNTS = {
    Problem.AMOUNT_AMBIGUOUS,
    Problem.AMOUNT_NOT_POSITIVE,
    Problem.AMOUNT_TOO_LARGE,
    Problem.AMOUNT_TOO_SMALL,
    Problem.AMOUNT_RANGE,
}


def _take_several(
    line: Line, found: Sequence[FoundDosage], *, zone: ZoneInfo, now: datetime
) -> _Pieces:
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
            return _Pieces(line.tokens[: first.start], given, _trimmed(rest))
        if _read_when(line, _trimmed(between), clocks=[(zone, USUAL_DAY)], now=now).is_read:
            given = replace(last.dosage, words=f"{first.dosage.words}, {last.dosage.words}")
            rest = _trimmed(between) + _trimmed(line.tokens[last.end :])
            return _Pieces(line.tokens[: first.start], given, rest, is_certain=False)
    amounts = line.typed(line.tokens[first.start : last.end])
    name = line.tokens[: first.start]
    if all(token.word in {",", "and", "or", "&", "+", "/"} for token in between):
        return _Pieces(name, problem=Misunderstood(Problem.TWO_STRENGTHS, amounts))
    return _Pieces(name, problem=Misunderstood(Problem.WHICH_AMOUNT, amounts))


def _take_portions(line: Line) -> _Pieces:
    """ "Warfarin 5 mg, 1 tablet at 08:00 and ½ at 22:00": always shown before it is saved."""
    start = first_amount(line)
    name, rest = line.tokens[:start], line.tokens[start:]
    strength, given = split_strength(find_dosages(line)[0].dosage)
    return _Pieces(name, strength or given, _trimmed(rest), is_certain=False)


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


def _read_name(line: Line, pieces: _Pieces) -> tuple[str | None, Misunderstood | None]:
    tokens = _trimmed(pieces.name)
    is_quotation = len(tokens) == 1 and tokens[0].is_quoted
    try:
        return parse_name(tokens[0].raw if is_quotation else line.typed(tokens)), None
    except Misunderstood as problem:
        return None, problem


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


def clocks_of(people: Sequence[Person]) -> Sequence[tuple[ZoneInfo, DayTimes]]:
    """The zones and days of *people*, each once: in most families all live by the same."""
    found = {
        (person.zone, tuple(sorted(person.day.named.items()))): (person.zone, person.day)
        for person in people
    }
    return list(found.values())


def _read_when(
    line: Line,
    tokens: tuple[Token, ...],
    *,
    clocks: Sequence[tuple[ZoneInfo, DayTimes]],
    now: datetime,
    dosage: Dosage | None = None,
) -> _When:
    words = " ".join(token.raw for token in tokens).replace(" ,", ",")
    if not tokens:
        return _When(problem=Misunderstood(Problem.SCHEDULE_MISSING))
    try:
        schedules = read_schedules(line, tokens, clocks=clocks, now=now, dosage=dosage)
    except Misunderstood as problem:
        so_far = words if problem.problem.can_be_completed else ""
        return _When(so_far=so_far, problem=problem)
    if len(schedules) == 1:
        return _When(schedule=schedules.pop())
    # It's already tomorrow for one of them: wait until it's known whose day counts.
    return _When(so_far=words)


def _split_at_schedule(
    line: Line, *, zone: ZoneInfo, now: datetime
) -> tuple[tuple[Token, ...], tuple[Token, ...]]:
    """Name and schedule if there is no dosage between them."""
    tokens = line.tokens
    for at, token in enumerate(tokens):
        if at == 0:
            continue
        begins = token.word in _SCHEDULE_BEGINS or looks_like_a_time(token)
        if begins or _is_schedule(line, at, zone=zone, now=now):
            return tokens[:at], tokens[at:]
    return tokens, ()


def _is_schedule(line: Line, at: int, *, zone: ZoneInfo, now: datetime) -> bool:
    """Whether everything from *at* on is a schedule: "weekly on sunday at 09:00", "in the morning".
    A single word may be part of the name, as in "Cold and Flu Night".
    """
    rest = line.tokens[at:]
    if len(rest) < 2 or at > _LONGEST_NAME or rest[0].is_quoted:
        return False
    if rest[0].word[0].isdecimal() and not _is_proof(rest, 1):
        return False  # "Vitamin B 12"; but "3 times a day"
    return _read_when(line, rest, clocks=[(zone, USUAL_DAY)], now=now).is_read


def _split_at_proof(tokens: tuple[Token, ...]) -> tuple[tuple[Token, ...], tuple[Token, ...]]:
    """The same before a dosage, where it takes more evidence: names contain "Daily"."""
    start = next((at for at in range(1, len(tokens)) if _is_proof(tokens, at)), None)
    if start is None:
        return tokens, ()
    while start > 1 and tokens[start - 1].word in _SCHEDULE_GOES_ON:
        start -= 1
    return tokens[:start], tokens[start:]


def _is_proof(tokens: tuple[Token, ...], at: int) -> bool:
    """Whether the word at *at* can hardly be part of a name."""
    word, following = tokens[at].word, tokens[at + 1 :]
    if tokens[at].is_quoted:
        return False
    if word == "for":
        return read_duration(following) is not None
    if word in {"from", "starting", "until", "till"}:
        return read_date(following) is not None
    if word in {"as", "when", "if"}:
        return bool(following) and following[0].word in {"needed", "required", "necessary"}
    if word in {"at", "@"}:
        return bool(following) and read_count(following[0].word) is not None
    # "Sun" and "Sat" occur in names; "Sundays" doesn't.
    is_weekday = word in WEEKDAYS and len(word) > 5
    return is_weekday or word in _PROOF or looks_like_a_time(tokens[at])


def _trimmed(tokens: tuple[Token, ...]) -> tuple[Token, ...]:
    """Without the commas and dashes that people put between the parts."""
    while tokens and tokens[0].word in {",", "-", ":"}:
        tokens = tokens[1:]
    while tokens and tokens[-1].word in {",", "-", ":"}:
        tokens = tokens[:-1]
    return tokens


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
