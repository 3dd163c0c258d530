"""How long a course is: "for 10 days", "for 3 months", "21 doses".

A course has the number of doses that was prescribed: "8am and 8pm for 3 days", typed at noon, is
six doses, the last one at 8am on the fourth day.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import islice

from dateutil.relativedelta import relativedelta

from bot.grammar.dates import spelt
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.schedule_parts.parts import ScheduleParts
from bot.grammar.schedules.context import ScheduleContext, to_misunderstood
from domain.local_time import resolve_local
from domain.medicines.schedules.kinds import WallClock
from domain.medicines.schedules.occurrences import first_occurrence
from domain.medicines.schedules.problems import InvalidSchedule

MOST_DOSES = 1000


def with_length(schedule: WallClock, parts: ScheduleParts, context: ScheduleContext) -> WallClock:
    """*schedule*, which has no end yet, with the length that was typed, if there is one."""
    if parts.doses_long is not None:
        if not 1 <= parts.doses_long <= MOST_DOSES:
            raise context.wrong(Problem.COUNT_IMPOSSIBLE)
        return _with_doses(schedule, parts.doses_long, context)
    if parts.days_long is None and parts.months_long is None:
        return schedule
    first_day = schedule.starts_on
    if parts.starts is None:
        # "for 10 days", typed at nine in the evening, means ten days from tomorrow, not nine.
        first = first_occurrence(schedule, context.zone, context.now)
        first_day = date.fromisoformat(first.key[:10]) if first else first_day
    ends_on = last_day_of_length(parts, first_day)
    if ends_on is None:
        return schedule
    if ends_on < context.today:
        raise Misunderstood(Problem.END_IN_PAST, spelt(ends_on))
    whole = _ended(schedule, ends_on, None, context)
    if parts.starts is not None:
        return whole  # those are its days, whatever of them is over
    missed = sum(_is_over(first_day, at, context) for at in schedule.times)
    is_due = first_day in set(islice(schedule.days_from(first_day), 1))
    if not missed or not is_due:
        return whole
    after = ends_on + timedelta(days=1)
    day, at = list(islice(_doses(schedule, after), missed))[-1]
    return _ended(schedule, day, at, context)


def last_day_of_length(parts: ScheduleParts, first: date) -> date | None:
    """The last day of a course that begins on *first*: three months from 24 November end on 23
    February. None if no length was typed.
    """
    if parts.days_long is not None:
        return first + timedelta(days=parts.days_long - 1)
    if parts.months_long is not None:
        return first + relativedelta(months=parts.months_long) - timedelta(days=1)
    return None


def _with_doses(schedule: WallClock, count: int, context: ScheduleContext) -> WallClock:
    ahead = (
        (day, at)
        for day, at in _doses(schedule, schedule.starts_on)
        if not _is_over(day, at, context)
    )
    day, at = list(islice(ahead, count))[-1]
    return _ended(schedule, day, at, context)


def _doses(schedule: WallClock, first: date) -> Iterator[tuple[date, time]]:
    for day in schedule.days_from(first):
        for at in schedule.times:
            yield day, at


def _is_over(day: date, at: time, context: ScheduleContext) -> bool:
    return resolve_local(datetime.combine(day, at), context.zone) <= context.now


def _ended(
    schedule: WallClock, ends_on: date, last_at: time | None, context: ScheduleContext
) -> WallClock:
    last = None if last_at in {None, schedule.times[-1]} else last_at
    try:
        return replace(schedule, ends_on=ends_on, last_at=last)
    except InvalidSchedule as error:
        raise to_misunderstood(error, context.words) from error
