"""Schedules as people type them: "at 08:00 and 20:00", "mon,wed,fri 09:00 until 3 Dec".

The parts may come in any order. Whatever is left over, contradicts itself or could mean two things
is refused with the words concerned.
"""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from bot.grammar.dates import check_reach, spelt
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.schedule_parts import EVERY_DAY, ScheduleParts, read_parts
from bot.grammar.tokens import Line, Token, tokenize
from domain.schedules import (
    MOST_TIMES_A_DAY,
    InvalidSchedule,
    Schedule,
    ScheduleProblem,
    WallClock,
    Weekday,
    first_occurrence,
)

LONGEST_SCHEDULE = 500


def parse_schedule(text: str, *, zone: ZoneInfo, now: datetime) -> Schedule:
    """The schedule in *text*, for a person in *zone*; "today" is the day there at *now* (aware).

    Raises `Misunderstood`; `Problem.TIMES_MISSING` means that the text is fine as far as it goes
    and can be parsed again with times of day added.
    """
    if len(text) > LONGEST_SCHEDULE:
        raise Misunderstood(Problem.TOO_LONG)
    line = tokenize(text)
    return read_schedule(line, line.tokens, zone=zone, now=now)


def parse_times(text: str) -> tuple[time, ...]:
    """Times of day only, ascending. Raises `Misunderstood`."""
    if len(text) > LONGEST_SCHEDULE:
        raise Misunderstood(Problem.TOO_LONG)
    line = tokenize(text)
    if not line.tokens:
        raise Misunderstood(Problem.TIMES_MISSING)
    parts = read_parts(line, line.tokens)
    if parts != ScheduleParts(times=parts.times, moments=parts.moments):
        raise Misunderstood(Problem.UNKNOWN_WORDS, line.typed(line.tokens))
    return _ascending(parts, line.typed(line.tokens))


def read_schedule(
    line: Line, tokens: Sequence[Token], *, zone: ZoneInfo, now: datetime
) -> Schedule:
    """Like `parse_schedule`, for some *tokens* of a *line*."""
    if not tokens:
        raise Misunderstood(Problem.SCHEDULE_MISSING)
    words = line.typed(tokens)
    parts = read_parts(line, tokens)
    _check_days_a_week(parts, words)
    return _fit(parts, words, times=_ascending(parts, words), zone=zone, now=now)


def _ascending(parts: ScheduleParts, words: str) -> tuple[time, ...]:
    """The times in order. Raises `Misunderstood` if they are missing, too many or do not add up."""
    times, count = sorted(parts.times), parts.times_a_day
    if count is not None and not 1 <= count <= MOST_TIMES_A_DAY:
        raise Misunderstood(Problem.TOO_MANY_TIMES, words)
    if parts.moments and times:
        raise Misunderstood(Problem.UNKNOWN_WORDS, parts.moments)
    if not times:
        raise Misunderstood(Problem.TIMES_MISSING, words)
    if len(times) > MOST_TIMES_A_DAY:
        raise Misunderstood(Problem.TOO_MANY_TIMES, words)
    for earlier, later in pairwise(times):
        if earlier == later:
            raise Misunderstood(Problem.DUPLICATE_TIME, f"{earlier:%H:%M}")
    if count is not None and count != len(times):
        raise Misunderstood(Problem.COUNT_MISMATCH, words)
    return tuple(times)


def _check_days_a_week(parts: ScheduleParts, words: str) -> None:
    if parts.days_a_week is None:
        return
    if parts.weekdays in {None, EVERY_DAY}:
        raise Misunderstood(Problem.WEEKDAYS_MISSING, words)
    if parts.weekdays is not None and len(parts.weekdays) != parts.days_a_week:
        raise Misunderstood(Problem.COUNT_MISMATCH, words)


def _fit(
    parts: ScheduleParts, words: str, *, times: tuple[time, ...], zone: ZoneInfo, now: datetime
) -> Schedule:
    """The parts as one schedule that still has doses to come."""
    today = now.astimezone(zone).date()
    weekdays = None if parts.weekdays == EVERY_DAY else parts.weekdays
    starts_on = today
    if parts.starts is not None:
        starts_on = parts.starts.resolve(today, today)
        check_reach(starts_on, today=today, words=parts.starts.words)
    ends_on: date | None = None
    if parts.ends is not None:
        ends_on = parts.ends.resolve(today, max(starts_on, today))
        if ends_on < today:
            raise Misunderstood(Problem.END_IN_PAST, spelt(ends_on))
        check_reach(ends_on, today=today, words=parts.ends.words)
    schedule = _valid(words, times, starts_on, ends_on, weekdays)
    if parts.days_long is not None:
        first_day = starts_on
        if parts.starts is None:
            # "for 10 days" at nine in the evening is ten days from tomorrow, not nine.
            first = first_occurrence(schedule, zone, now)
            first_day = first.local.date() if first else starts_on
        ends_on = first_day + timedelta(days=parts.days_long - 1)
        if ends_on < today:
            raise Misunderstood(Problem.END_IN_PAST, spelt(ends_on))
        schedule = _valid(words, times, starts_on, ends_on, weekdays)
    if first_occurrence(schedule, zone, now) is None:
        raise Misunderstood(Problem.NOTHING_LEFT, words)
    return schedule


_PROBLEMS = {
    ScheduleProblem.ENDS_BEFORE_START: Problem.END_BEFORE_START,
    ScheduleProblem.NEVER_FALLS_DUE: Problem.NEVER_FALLS_DUE,
    ScheduleProblem.NO_WEEKDAYS: Problem.CONTRADICTION,
}


def _valid(
    words: str,
    times: tuple[time, ...],
    starts_on: date,
    ends_on: date | None,
    weekdays: frozenset[Weekday] | None,
) -> WallClock:
    try:
        return WallClock(times, starts_on, ends_on, weekdays)
    except InvalidSchedule as error:
        raise Misunderstood(_PROBLEMS[error.problem], words) from error
