"""Schedules as needed: "as needed, 6 hours apart, max 4 a day"."""

from datetime import timedelta

from bot.grammar.problems import Problem
from bot.grammar.schedule_parts.parts import EVERY_DAY, ScheduleParts
from bot.grammar.schedules.context import (
    ScheduleContext,
    count_patterns,
    first_and_last,
    to_misunderstood,
)
from domain.medicines.schedules.kinds import MAX_TIMES_PER_DAY, AsNeeded
from domain.medicines.schedules.problems import InvalidSchedule


def fit_as_needed(parts: ScheduleParts, context: ScheduleContext) -> AsNeeded:
    """ "as needed, 6 hours apart, max 4 a day"; "every 6 hours as needed" means the same."""
    if parts.times or parts.moments:
        raise context.wrong(Problem.AS_NEEDED_AT_TIMES)
    has_days = parts.weekdays not in {None, EVERY_DAY} or parts.days_a_week or count_patterns(parts)
    if has_days or (parts.interval and parts.min_interval) or not parts.is_as_needed:
        raise context.wrong(Problem.CONTRADICTION)
    counts = {n for n in (parts.max_per_day, parts.times_a_day) if n is not None}
    if len(counts) > 1:
        raise context.wrong(Problem.CONTRADICTION)
    if any(not 1 <= count <= MAX_TIMES_PER_DAY for count in counts):
        raise context.wrong(Problem.TOO_MANY_TIMES)
    starts_on, ends_on = first_and_last(parts, context)
    if parts.days_long is not None:
        ends_on = starts_on + timedelta(days=parts.days_long - 1)
    try:
        return AsNeeded(
            starts_on,
            min_interval=parts.interval if parts.min_interval is None else parts.min_interval,
            max_per_day=counts.pop() if counts else None,
            ends_on=ends_on,
        )
    except InvalidSchedule as error:
        raise to_misunderstood(error, context.words) from error
