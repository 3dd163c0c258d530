"""Single doses: "once tomorrow at 9", "one dose today at 14:00", "stat"."""

from dataclasses import replace
from datetime import UTC, time, timedelta

from bot.grammar.dates import exactly
from bot.grammar.problems import Problem
from bot.grammar.schedule_parts.parts import ScheduleParts
from bot.grammar.schedules.context import (
    ScheduleContext,
    count_patterns,
    first_and_last,
    require_upcoming_dose,
    to_misunderstood,
)
from domain.medicines.schedules.kinds import WallClock
from domain.medicines.schedules.problems import InvalidSchedule
from domain.timers import ceil_minute


def fit_single_dose(parts: ScheduleParts, context: ScheduleContext) -> WallClock:
    """One dose on one day, at one time; "stat" is at the next minute but one."""
    parts = _on_next(parts, context)
    is_repeated = count_patterns(parts) or parts.weekdays is not None or parts.days_a_week
    is_repeated = is_repeated or parts.times_a_day not in {None, 1} or parts.ends is not None
    if is_repeated or parts.days_long not in {None, 1} or parts.doses_long not in {None, 1}:
        raise context.wrong(Problem.CONTRADICTION)
    starts_on, _ = first_and_last(parts, context)
    moments = None
    if parts.is_now:
        if parts.times or parts.moments or parts.starts is not None:
            raise context.wrong(Problem.CONTRADICTION)
        soon = ceil_minute(context.now.astimezone(UTC) + timedelta(minutes=1))
        local = soon.astimezone(context.zone)
        starts_on, at = local.date(), time(local.hour, local.minute)
    elif len(parts.times) + len(parts.moments) != 1:
        several = parts.times or parts.moments
        raise context.wrong(Problem.CONTRADICTION if several else Problem.TIMES_MISSING)
    elif parts.moments:
        moments = parts.moments
        at = context.time_of(moments[0])
    else:
        [at] = parts.times
    try:
        schedule = WallClock((at,), starts_on, starts_on, moments=moments)
    except InvalidSchedule as error:
        raise to_misunderstood(error, context.words) from error
    return require_upcoming_dose(schedule, context)


def _on_next(parts: ScheduleParts, context: ScheduleContext) -> ScheduleParts:
    """ "Once on Thursday at 2pm" is on the next one."""
    weekdays = sorted(parts.weekdays or ())
    if parts.starts is not None or len(weekdays) != 1:
        return parts
    weekday = weekdays[0]
    day = context.today + timedelta(days=(weekday - context.today.weekday()) % 7)
    return replace(parts, starts=exactly(day), weekdays=None)
