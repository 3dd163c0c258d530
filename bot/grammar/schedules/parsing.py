"""Parses schedules as people type them: "at 08:00 and 20:00", "mon,wed,fri 09:00 until 3 Dec".

The parts may come in any order. Anything left over, contradictory or ambiguous is refused with the
words concerned.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from bot.grammar.dates import WEEKDAYS
from bot.grammar.labels.short_forms import spell_out
from bot.grammar.labels.turning import CHANGING, STOPPING
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.schedule_parts.cursor import JOINING
from bot.grammar.schedule_parts.parts import EVERY_DAY, ScheduleParts
from bot.grammar.schedule_parts.reading import read_parts, read_what_can_be
from bot.grammar.schedules.amounts_with_times import (
    split_portions,
    without_empty_moments,
    without_strength,
)
from bot.grammar.schedules.as_needed import fit_as_needed
from bot.grammar.schedules.by_the_clock import fit_wall_clock
from bot.grammar.schedules.clauses import fit_clauses, split_clauses, split_steps
from bot.grammar.schedules.context import ScheduleContext
from bot.grammar.schedules.first_doses import as_begun
from bot.grammar.schedules.intervals import fit_elapsed, times_in_window
from bot.grammar.schedules.varying_amounts import (
    Variation,
    fit_days_of_cycle,
    fit_portions,
    kind_of_portions,
)
from bot.grammar.tokens import Line, Token, relaid, spaced, tokenize
from bot.grammar.units import name_of_unit
from domain.local_time import Weekday
from domain.medicines.dosages import Dosage
from domain.medicines.schedules.kinds import Schedule
from domain.medicines.schedules.moments import USUAL_DAY, DayTimes

LONGEST_SCHEDULE = 500


def parse_schedule(
    text: str,
    *,
    zone: ZoneInfo,
    now: datetime,
    day: DayTimes = USUAL_DAY,
    dosage: Dosage | None = None,
) -> Schedule:
    """The schedule in *text*, for a person in *zone*; "today" is the day there at *now* (aware),
    and "before breakfast" is when that is in this person's *day*. *dosage* is one dose, if known.

    Raises `Misunderstood`; one that `completes` means that the text is fine so far, and can be
    parsed again with the answer added.
    """
    if len(text) > LONGEST_SCHEDULE:
        raise Misunderstood(Problem.TOO_LONG)
    line = tokenize(text)
    spelled, _ = spell_out((_NOTHING, *line.tokens))
    line = relaid(spelled[1:])
    [schedule] = read_schedules(line, line.tokens, clocks=[(zone, day)], now=now, dosage=dosage)
    return schedule


# Stands before the words of a schedule, since the first word of a line is its name.
_NOTHING = Token("", "", 0, 0, is_quoted=True)


def says_as_much(text: str, *, as_words: str) -> bool:
    """Whether *text* says all that *as_words* say, in other words: then somebody started over. What
    says less completes them. Both are words of a schedule. Raises `Misunderstood`.
    """
    said, before = _kinds_of_parts(text), _kinds_of_parts(as_words)
    moments = max(before.pop(_WHEN, 0), 1)
    has_days = said.get(_DAYS, 0) >= before.get(_DAYS, 0)
    return said.pop(_WHEN, 0) >= moments and has_days and before.keys() <= said.keys()


def says_otherwise(text: str, *, as_words: str) -> bool:
    """Whether *as_words* name days, a length or limits, and *text* other ones. Both are words of a
    schedule. Raises `Misunderstood`.
    """
    said, before = _values_of_parts(text), _values_of_parts(as_words)
    return any(value != said.get(name, value) for name, value in before.items()) or bool(
        before.keys() & _CHOOSE_DAYS and not before.keys() & _CHOOSE_DAYS & said.keys()
    )


def _values_of_parts(text: str) -> dict[str, Any]:
    line = tokenize(text[:LONGEST_SCHEDULE])
    portions = split_portions(line, line.tokens)
    found: dict[str, Any] = {}
    for tokens in [portion.tokens for portion in portions] or [line.tokens]:
        for name, value in read_parts(line, tokens).beside_times().items():
            found[name] = {*found.get(name, ()), repr(value)}
    return found


def words_understood(line: Line, tokens: Sequence[Token], problem: Misunderstood) -> str:
    """The words of a schedule beside a time of day that can't be read (*problem*), for the answer
    to complete: "every friday" of "every friday at 8". None where amounts differ, or where more
    than the time is wrong: what nobody has understood may turn the rest around.
    """
    if not problem.problem.is_of_an_hour or len(tokens) > _MOST_WORDS:
        return ""
    try:
        has_amounts = bool(split_portions(line, tokens))
    except Misunderstood:
        has_amounts = True
    read, unread = read_what_can_be(line, tokens)
    wrong = {token.word for token in unread} - JOINING
    is_all = wrong <= {token.word for token in tokenize(problem.words).tokens}
    # "at 8" is an hour; "mon-sat and 2" may be an amount.
    is_joined = any(a.word == "and" and b.word in wrong for a, b in pairwise(tokens))
    if has_amounts or is_joined or not is_all or _TURNS_AROUND & wrong:
        return ""
    while read and read[-1].word in JOINING:
        read.pop()  # "every friday at", of "every friday at 8"
    return spaced(read).strip(" ,")


_MOST_WORDS = 60  # more of them hold up everybody else, and nobody's schedule is so long
_TURNS_AROUND = STOPPING | CHANGING | {"instead", "or", "x"}


def says_as_much_as_refused(text: str, *, refused: str) -> bool:
    """Whether *text* names all parts that the *refused* words name, and, where some of those could
    not be read, how often it is: "wkly" may be a word of that kind.
    """
    said = kinds_named(text)
    implied = set()
    if names_times(text):
        implied.add("times_a_day")  # how often is said by the times
    if "cycle" in _names_in(text):
        implied.add("length")  # "5 days on, 23 off", of "5 days every 28 days"
    if not kinds_named(refused) <= said | implied:
        return False
    line = tokenize(refused[:LONGEST_SCHEDULE])
    _read, unread = read_what_can_be(line, line.tokens)
    wrong = [token.word for token in unread if token.word not in JOINING]
    is_of_hours = (len(wrong) < _FEW or all(map(str.isdecimal, wrong))) and all(
        word[:1].isdecimal() and "," not in word for word in wrong
    )  # "at 8"
    return is_of_hours or bool(said & _HOW_OFTEN) or weekdays_named(text) == EVERY_DAY


_FEW = 3
_HOW_OFTEN = {"days", "times_a_day", "is_as_needed", "amounts"}


def names_times(text: str) -> bool:
    """Whether *text* names times or parts of the day."""
    line = tokenize(text[:LONGEST_SCHEDULE])
    read, _unread = read_what_can_be(line, line.tokens)
    try:
        parts = read_parts(relaid(read), relaid(read).tokens)
    except Misunderstood:
        return False
    return bool(parts.times or parts.moments)


def _names_in(text: str) -> set[str]:
    line = tokenize(text[:LONGEST_SCHEDULE])
    read, _unread = read_what_can_be(line, line.tokens)
    try:
        return set(read_parts(relaid(read), relaid(read).tokens).beside_times())
    except Misunderstood:
        return set()


def names_days_of(text: str, *, refused: str) -> bool:
    """Whether *text* names all that the *refused* words name but for how often a day that is and
    from when on. Weekdays may come in another part of it: "stop on Sunday" · "until Sunday".
    """
    missing = kinds_named(refused) - kinds_named(text) - {"times_a_day", "starts"}
    weekdays = weekdays_named(refused)
    if "days" in missing and weekdays and weekdays <= weekdays_spelt(text):
        missing.discard("days")
    return not missing


def weekdays_spelt(text: str) -> frozenset[Weekday]:
    """The weekdays whose names stand in *text*, whatever they are there for."""
    words = (token.word for token in tokenize(text[:LONGEST_SCHEDULE]).tokens)
    return frozenset(WEEKDAYS[word] for word in words if word in WEEKDAYS)


def weekdays_named(text: str) -> frozenset[Weekday]:
    """The weekdays that *text* names, as far as it can be read; all for "every day"."""
    line = tokenize(text[:LONGEST_SCHEDULE])
    read, _unread = read_what_can_be(line, line.tokens)
    try:
        return frozenset(read_parts(relaid(read), relaid(read).tokens).weekdays or ())
    except Misunderstood:
        return frozenset()


def kinds_named(text: str) -> set[str]:
    """Which parts of a schedule *text* names, as far as it can be read: its days, length, limits,
    several amounts; not its times.
    """
    line = tokenize(text[:LONGEST_SCHEDULE])
    found: set[str] = set()
    tokens: Sequence[Token] = line.tokens
    read, unread = read_what_can_be(line, tokens)
    amounts = sum(name_of_unit(token.word) is not None for token in unread)
    # What contradicts the words before it is read on its own: "every day on mondays".
    while read:
        found |= _kinds_of(read)
        line = relaid(unread)
        read, unread = read_what_can_be(line, line.tokens)
    return found | ({"amounts"} if amounts > 1 else set())


def _kinds_of(tokens: Sequence[Token]) -> set[str]:
    line = relaid(tokens)
    try:
        parts = read_parts(line, line.tokens)
    except Misunderstood:
        return {"days"}
    found = {_kind_of(name) for name in parts.beside_times()}
    if parts.weekdays == EVERY_DAY and not parts.every_weeks:
        found.discard("days")
    return found


def _kind_of(name: str) -> str:
    """ "until friday" says as much as "for 5 days"."""
    return "days" if name in _CHOOSE_DAYS else "length" if name in _LENGTHS else name


_LENGTHS = {"ends", "days_long", "months_long", "doses_long"}
_WHEN, _DAYS = "when", "days"


def _kinds_of_parts(text: str) -> dict[str, int]:
    """The parts that *text* names; and how many times or moments of the day."""
    line = tokenize(text[:LONGEST_SCHEDULE])
    portions = split_portions(line, line.tokens)
    found = {"amounts": 1} if portions else {}
    for tokens in [portion.tokens for portion in portions] or [line.tokens]:
        parts = read_parts(line, tokens)
        if parts.weekdays == EVERY_DAY:
            parts.weekdays = None  # which is what no days mean, too
        for name in parts.beside_times():
            found[_DAYS if name in _CHOOSE_DAYS else name] = 1
        if parts.days_a_week or parts.weekdays:  # "twice a week" is more than "on monday"
            found[_DAYS] = max(parts.days_a_week or 0, len(parts.weekdays or ()))
        when = len(parts.times) + len(parts.moments) + bool(parts.vague)
        found[_WHEN] = found.get(_WHEN, 0) + when
    return found


# One of them stands for another: "every 2 days", then "mondays at 09:00".
_CHOOSE_DAYS = {
    "weekdays",
    "days_a_week",
    "every_days",
    "every_weeks",
    "month_days",
    "every_months",
}
_CHOOSE_DAYS |= {"month_weeks", "cycle", "interval", "is_as_needed", "hours_between", "is_once"}


def read_schedules(
    line: Line,
    tokens: Sequence[Token],
    *,
    clocks: Iterable[tuple[ZoneInfo, DayTimes]],
    now: datetime,
    dosage: Dosage | None = None,
) -> set[Schedule]:
    """Like `parse_schedule`, for some *tokens* of a *line*, by each of *clocks*. The words are only
    read once.
    """
    if not tokens:
        raise Misunderstood(Problem.SCHEDULE_MISSING)
    words = line.typed(tokens)
    contexts = [ScheduleContext(words, zone, now, day, dosage) for zone, day in clocks]
    portions = without_strength(split_portions(line, tokens))
    if portions:
        parts = [read_parts(line, portion.tokens) for portion in without_empty_moments(portions)]
        return {as_begun(fit_portions(portions, parts, each), parts, each) for each in contexts}
    clauses = split_steps(line, tokens)
    if clauses is None:
        try:
            whole = read_parts(line, tokens)
        except Misunderstood as problem:
            clauses = split_clauses(line, tokens) if problem.problem is Problem.ONE_RHYTHM else None
            if clauses is None:
                raise
        else:
            return {as_begun(_fit(whole, each), [whole], each) for each in contexts}
    return {fit_clauses(clauses, context) for context in contexts}


def with_then(line: Line, tokens: Sequence[Token]) -> str:
    """ "4 mg twice a day for 3 days, then 2 mg daily", of the same with a comma; empty if it's no
    such steps. An answer may name the times of each.
    """
    try:
        portions = split_portions(line, tokens)
        parts = [read_parts(line, portion.tokens) for portion in portions]
    except Misunderstood:
        return ""
    is_told = any(portion.is_next_step or portion.is_beside for portion in portions)
    if not portions or is_told or kind_of_portions(portions, parts) is not Variation.BY_STEP:
        return ""
    steps = [f"{each.dosage.words} {line.typed(each.tokens)}" for each in portions]
    return ", then ".join(steps)


_HOURS = re.compile(r"(?:(?:every|each)\s+)?\d+\s*(?:-|–|to|or)\s*\d+[\s-]*h\w*", re.IGNORECASE)


def _fit(parts: ScheduleParts, context: ScheduleContext) -> Schedule:
    """The parts as one schedule with upcoming doses."""
    limits = (parts.min_interval, parts.max_per_day, parts.max_amount)
    if parts.is_as_needed or any(limit is not None for limit in limits):
        return fit_as_needed(parts, context)
    if parts.is_alternating or parts.is_on_other_days:
        raise context.wrong(Problem.CONTRADICTION)
    if parts.hours_between is not None:
        low, high = parts.hours_between
        as_needed = _HOURS.sub(f"as needed {low} hours apart", context.words, count=1)
        fixed = _HOURS.sub(f"every {high} hours", context.words, count=1)
        raise Misunderstood(Problem.HOURS_RANGE, context.words, suggestions=(as_needed, fixed))
    if parts.until_time is not None:
        window = times_in_window(parts, context)
        parts = replace(parts, times=list(window), interval=None, until_time=None, typed_time=None)
    if parts.interval is not None:
        return fit_elapsed(parts, context)
    if parts.days_of_cycle is not None:
        return fit_days_of_cycle(parts, context)
    return fit_wall_clock(parts, context)
