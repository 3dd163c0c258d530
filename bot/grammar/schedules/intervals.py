"""Schedules that count hours: "every 8 hours from 06:00", "every 6 hours after the last dose"."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta

from bot.grammar.problems import Problem
from bot.grammar.schedule_parts.parts import EVERY_DAY, ScheduleParts
from bot.grammar.schedules.context import (
    ScheduleContext,
    count_patterns,
    first_and_last,
    require_upcoming_dose,
    to_misunderstood,
)
from bot.grammar.schedules.lengths import last_day_of_length
from domain.local_time import resolve_local
from domain.medicines.schedules.courses import MOST_DOSES
from domain.medicines.schedules.kinds import Elapsed
from domain.medicines.schedules.problems import InvalidSchedule
from domain.timers import ceil_minute

_A_DAY = timedelta(days=1)


def fit_elapsed(parts: ScheduleParts, context: ScheduleContext) -> Elapsed:
    """ "every 8 hours from 06:00": on a grid from that time, starting at its next point.

    If the hours count from the last intake, they start now unless something else is said.
    """
    has_days = parts.weekdays not in {None, EVERY_DAY} or parts.days_a_week or count_patterns(parts)
    if has_days or parts.times_a_day is not None:
        raise context.wrong(Problem.CONTRADICTION)
    if parts.moments or parts.vague:
        raise context.wrong(Problem.CONTRADICTION)
    if parts.interval is None or not (parts.times or parts.from_last_intake or parts.begins_now):
        raise context.wrong(Problem.TIMES_MISSING)
    if parts.doses_long is not None and not 1 <= parts.doses_long <= MOST_DOSES:
        raise context.wrong(Problem.COUNT_IMPOSSIBLE)
    starts_on, ends_on = first_and_last(parts, context)
    anchor = time()
    if parts.times:
        anchor = anchor_of(parts.times, parts.interval, context)
        starts_at = resolve_local(datetime.combine(starts_on, anchor), context.zone)
    else:
        starts_at = ceil_minute(context.now.astimezone(UTC) + timedelta(minutes=1))
    if parts.starts is None and starts_at <= context.now and parts.interval >= _A_DAY:
        # "every 72 hours at 9am", said at ten: from tomorrow.
        tomorrow = datetime.combine(starts_on + _A_DAY, anchor)
        starts_at = resolve_local(tomorrow, context.zone)
    elif parts.starts is None and starts_at <= context.now:
        starts_at += ((context.now - starts_at) // parts.interval + 1) * parts.interval
    ends_at = None
    if ends_on is not None:
        after_it = datetime.combine(ends_on + timedelta(days=1), time())
        ends_at = resolve_local(after_it, context.zone)
    elif parts.doses_long is not None:
        ends_at = starts_at + parts.doses_long * parts.interval
    elif parts.days_long is not None:
        ends_at = starts_at + timedelta(days=parts.days_long)
    elif (last := last_day_of_length(parts, starts_on)) is not None:
        ends_at = resolve_local(datetime.combine(last + timedelta(days=1), time()), context.zone)
    try:
        schedule = Elapsed(
            parts.interval, starts_at, ends_at, from_last_intake=parts.from_last_intake
        )
    except InvalidSchedule as error:
        raise to_misunderstood(error, context.words) from error
    return require_upcoming_dose(schedule, context)


def times_in_window(parts: ScheduleParts, context: ScheduleContext) -> tuple[time, ...]:
    """ "every 4 hours from 8am to 8pm": 08:00, 12:00, 16:00 and 20:00, every day."""
    if parts.interval is None or parts.until_time is None or len(parts.times) != 1:
        raise context.wrong(Problem.CONTRADICTION)
    at = datetime.combine(context.today, parts.times[0])
    last = datetime.combine(context.today, parts.until_time)
    if parts.from_last_intake or not at < last:
        raise context.wrong(Problem.CONTRADICTION)
    found: list[time] = []
    while at <= last:
        found.append(at.time())
        at += parts.interval
    return tuple(found)


def anchor_of(times: Sequence[time], every: timedelta, context: ScheduleContext) -> time:
    """The hour to count from: the one that was typed. In "every 8 hours: 06:00, 14:00 and 22:00,
    from tomorrow 14:00" it is the first, or the last if that is listed twice.
    """
    if len(times) == 1:
        return times[0]
    day = timedelta(days=1)
    first = datetime.combine(context.today, times[0])
    of_a_day = {(first + n * every).time() for n in range(day // every)}
    if day % every or set(times) != of_a_day or len(times) > len(of_a_day) + 1:
        raise context.wrong(Problem.CONTRADICTION)
    return times[-1] if len(times) > len(of_a_day) else times[0]
