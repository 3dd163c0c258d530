"""Where the name of a medicine ends and its schedule begins, if no amount stands between them; and
what the words of a schedule mean.
"""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.grammar.clock_times import looks_like_a_time
from bot.grammar.dates import WEEKDAYS, read_date
from bot.grammar.durations import read_days as read_duration
from bot.grammar.numbers import read_count
from bot.grammar.people import Person
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.schedule_parts.counts import UNITS
from bot.grammar.schedule_parts.limits import without_limits
from bot.grammar.schedule_parts.reading import read_parts
from bot.grammar.schedules.parsing import (
    LONGEST_SCHEDULE,
    read_schedules,
    with_then,
    words_understood,
)
from bot.grammar.tokens import Line, Token, spaced, tokenize
from domain.medicines.dosages import Dosage
from domain.medicines.schedules.kinds import AsNeeded, Schedule
from domain.medicines.schedules.moments import USUAL_DAY, DayTimes

SCHEDULE_BEGINS = {"at", "@", "daily", "everyday", "every", "each", "from", "until"}
SCHEDULE_BEGINS |= {"weekdays", "weekends", "once", "twice", "as", *WEEKDAYS}
SCHEDULE_BEGINS |= {"prn", "hourly", "nightly", "alternate", "fortnightly", "monthly"}
SCHEDULE_BEGINS |= {"weekly", "biweekly"}
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
_GLUED_TIMES = re.compile(r"\dx(?:/day|/d)?")
_LONGEST_NAME = 12  # words: anything further back isn't considered
_SCHEDULE_GOES_ON = SCHEDULE_BEGINS | {"day", "days", "a", "times", "on", "and", ",", "-"}


@dataclass(frozen=True, slots=True)
class TypedWhen:
    """What the words of a schedule mean. If some of them can't be read, the others are kept and
    `refused` has all of them; `lacks` is what the words `so_far` are short of. `limits` are remarks
    on what is due at times: "max 8 tablets in 24 hours".
    """

    schedule: Schedule | None = None
    so_far: str = ""
    problem: Misunderstood | None = None
    lacks: Problem | None = None
    refused: str = ""
    limits: tuple[str, ...] = ()

    @property
    def is_read(self) -> bool:
        """Whether none of it is wrong, although a time of day may be missing."""
        return not self.refused and (self.schedule is not None or bool(self.so_far))


def clocks_of(people: Sequence[Person]) -> Sequence[tuple[ZoneInfo, DayTimes]]:
    """The zones and days of *people*, each once: in most families all live by the same."""
    found = {
        (person.zone, tuple(sorted(person.day.named.items()))): (person.zone, person.day)
        for person in people
    }
    return list(found.values())


def read_when(
    line: Line,
    tokens: tuple[Token, ...],
    *,
    clocks: Sequence[tuple[ZoneInfo, DayTimes]],
    now: datetime,
    dosage: Dosage | None = None,
) -> TypedWhen:
    words = spaced(tokens)
    if not tokens:
        return TypedWhen(problem=Misunderstood(Problem.SCHEDULE_MISSING))
    if len(words) > LONGEST_SCHEDULE:
        return TypedWhen(problem=Misunderstood(Problem.TOO_LONG), refused=words)
    try:
        schedules = read_schedules(line, tokens, clocks=clocks, now=now, dosage=dosage)
    except Misunderstood as problem:
        if problem.problem is Problem.LIMITS_OF_WHAT_IS_DUE:
            rest, limits = without_limits(line, tokens)
            if limits and rest:
                read = read_when(line, rest, clocks=clocks, now=now, dosage=dosage)
                return replace(read, limits=limits)
        if problem.problem.can_be_completed:
            words = with_then(line, tokens) or words
            return TypedWhen(so_far=words, problem=problem, lacks=problem.problem)
        if dosage is not None and _may_be_a_number(tokens, problem, dosage):
            problem = _number_or_hour(tokens, problem, clocks=clocks, now=now)
            return TypedWhen(problem=problem, refused=words)
        return _what_was_read(line, tokens, problem, clocks=clocks, now=now, dosage=dosage)
    if len(schedules) == 1:
        schedule = schedules.pop()
        limits = limits_to_keep(words, schedule, dosage)
        return TypedWhen(schedule=schedule, limits=limits)
    # It's already tomorrow for one of them: wait until it's known whose day counts.
    return TypedWhen(so_far=words)


def limits_to_keep(words: str, schedule: Schedule | None, dosage: Dosage | None) -> tuple[str, ...]:
    """The limits in *words* to be kept as notes: "max 6 tablets a day" is another number of doses
    once each is another amount.
    """
    if not isinstance(schedule, AsNeeded) or dosage is None:
        return ()
    line = tokenize(words)
    found = without_limits(line, line.tokens)[1]
    return tuple(each for each in found if _is_in_amounts(each))


def _is_in_amounts(limit: str) -> bool:
    line = tokenize(limit)
    try:
        return read_parts(line, line.tokens).max_amount is not None
    except Misunderstood:
        return False


def _may_be_a_number(tokens: Sequence[Token], problem: Misunderstood, dosage: Dosage) -> bool:
    """Whether the hour that is unclear may be how many: "5 mg 2 in the morning", "5 mg 6 daily"."""
    is_first = tokens[0].raw.casefold() == problem.words.casefold()
    goes_on = len(tokens) < 2 or tokens[1].word in {",", "and", "&", "-", "/", "or", *UNITS}
    is_strength = dosage.unit in {"mg", "µg", "g", "unit", "iu"}
    return problem.problem.is_of_an_hour and is_first and is_strength and not goes_on


def _number_or_hour(
    tokens: Sequence[Token],
    problem: Misunderstood,
    *,
    clocks: Sequence[tuple[ZoneInfo, DayTimes]],
    now: datetime,
) -> Misunderstood:
    number, rest = tokens[0].raw, spaced(tokens[1:])
    unit = "tablet" if read_count(tokens[0].word) == 1 else "tablets"

    def is_read(words: str) -> bool:
        line = tokenize(words)
        return read_when(line, line.tokens, clocks=clocks, now=now).is_read

    is_a_day = tokens[1].word in {"daily", "a", "per", "each", "every"}
    often = [f"{number} times {rest}"] if is_a_day else []
    hours = [f"at {number} {rest}"]
    if not is_read(hours[0]):
        hours = [f"{rest} at {hour}" for hour in problem.suggestions]
    suggestions = (f"{number} {unit} {rest}", *filter(is_read, [*often, *hours]))
    return Misunderstood(Problem.NUMBER_OR_HOUR, number, suggestions=suggestions)


def _what_was_read(
    line: Line,
    tokens: tuple[Token, ...],
    problem: Misunderstood,
    *,
    clocks: Sequence[tuple[ZoneInfo, DayTimes]],
    now: datetime,
    dosage: Dosage | None,
) -> TypedWhen:
    """What is kept of words of which some can't be read: an answer completes it, and never makes
    something daily that was weekly.
    """
    refused = spaced(tokens)
    understood = words_understood(line, tokens, problem)
    rest = tokenize(understood)
    if not rest.tokens or len(rest.tokens) == len(tokens):
        return TypedWhen(problem=problem, refused=refused)
    try:
        read_schedules(rest, rest.tokens, clocks=clocks, now=now, dosage=dosage)
    except Misunderstood as lacking:
        if lacking.problem.can_be_completed:
            lacks = lacking.problem
            return TypedWhen(so_far=understood, problem=problem, lacks=lacks, refused=refused)
    # What is complete without the words that nobody has understood would be saved without them.
    return TypedWhen(problem=problem, refused=refused)


def split_at_schedule(
    line: Line, *, zone: ZoneInfo, now: datetime
) -> tuple[tuple[Token, ...], tuple[Token, ...]]:
    """Name and schedule if there is no dosage between them."""
    tokens = line.tokens
    for at, token in enumerate(tokens):
        if at == 0:
            continue
        begins = token.word in SCHEDULE_BEGINS or looks_like_a_time(token)
        if begins or _is_schedule(line, at, zone=zone, now=now):
            is_limit = [each.word for each in tokens[max(1, at - 2) : at]] == ["up", "to"]
            begin = at - 2 if is_limit else at
            return tokens[:begin], tokens[begin:]
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
    return read_when(line, rest, clocks=[(zone, USUAL_DAY)], now=now).is_read


def split_at_proof(tokens: tuple[Token, ...]) -> tuple[tuple[Token, ...], tuple[Token, ...]]:
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
        with suppress(Misunderstood):
            return read_duration(following) is not None
        return True  # "3/12": some length, and nobody knows which
    if word in {"from", "starting", "until", "till"}:
        with suppress(Misunderstood):
            return read_date(following) is not None
        return True
    if word in {"as", "when", "if"}:
        return bool(following) and following[0].word in {"needed", "required", "necessary"}
    if _GLUED_TIMES.fullmatch(word):
        return bool(following) and following[0].word in {"a", "per", "daily", "day", "each"}
    if word in {"at", "@"}:
        return bool(following) and read_count(following[0].word) is not None
    # "Sun" and "Sat" occur in names; "Sundays" doesn't.
    is_weekday = word in WEEKDAYS and len(word) > 5
    return is_weekday or word in _PROOF or looks_like_a_time(tokens[at])


def trimmed(tokens: tuple[Token, ...]) -> tuple[Token, ...]:
    """Without the commas and dashes that people put between the parts."""
    while tokens and tokens[0].word in {",", "-", ":"}:
        tokens = tokens[1:]
    while tokens and tokens[-1].word in {",", "-", ":"}:
        tokens = tokens[:-1]
    return tokens
