"""How long a course is: "for 10 days", "for 3 months", "21 doses".

A course has the number of doses that was prescribed: "8am and 8pm for 3 days", typed at noon, is
six doses, the last one at 8am on the fourth day.
"""

from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from bot.grammar.dates import spelt
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.schedule_parts.parts import ScheduleParts
from bot.grammar.schedules.context import ScheduleContext, to_misunderstood
from domain.medicines.schedules.courses import MOST_DOSES, lasting, with_doses
from domain.medicines.schedules.kinds import WallClock
from domain.medicines.schedules.occurrences import first_occurrence, local_day
from domain.medicines.schedules.problems import InvalidSchedule


def with_length(schedule: WallClock, parts: ScheduleParts, context: ScheduleContext) -> WallClock:
    """*schedule*, which has no end yet, with the length that was typed, if there is one."""
    try:
        return _with_length(schedule, parts, context)
    except InvalidSchedule as error:
        raise to_misunderstood(error, context.words) from error


def _with_length(schedule: WallClock, parts: ScheduleParts, context: ScheduleContext) -> WallClock:
    zone, now = context.zone, context.now
    if parts.doses_long is not None:
        if not 1 <= parts.doses_long <= MOST_DOSES:
            raise context.wrong(Problem.COUNT_IMPOSSIBLE)
        # Today's doses that are over are none of them.
        return with_doses(schedule, parts.doses_long, since=now, zone=zone)
    first_day = schedule.starts_on
    if parts.starts is None:
        # "for 10 days", typed at nine in the evening, means ten days from tomorrow, not nine.
        first = first_occurrence(schedule, zone, now)
        first_day = local_day(first, zone) if first else first_day
    ends_on = last_day_of_length(parts, first_day)
    if ends_on is None:
        return schedule
    if ends_on < context.today:
        raise Misunderstood(Problem.END_IN_PAST, spelt(ends_on))
    # Where another first day was named, those are its days. "7 days starting today" is from now on.
    is_from_now = parts.starts is None or (first_day == context.today and parts.days_long != 1)
    after = now if is_from_now else None
    return lasting(schedule, ends_on, first_day=first_day, after=after, zone=zone)


def last_day_of_length(parts: ScheduleParts, first: date) -> date | None:
    """The last day of a course that begins on *first*: three months from 24 November end on 23
    February. None if no length was typed.
    """
    if parts.days_long is not None:
        return first + timedelta(days=parts.days_long - 1)
    if parts.months_long is not None:
        return first + relativedelta(months=parts.months_long) - timedelta(days=1)
    return None
