"""Schedules by the clock: "08:00 and 20:00 on weekdays", "the 1st of the month at 09:00"."""

from datetime import date, datetime, time, timedelta
from itertools import pairwise

from bot.grammar.clock_times import MEALS, TypedTime, later_half, nights_of
from bot.grammar.dates import spelt
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.schedule_parts.parts import EVERY_DAY, ScheduleParts
from bot.grammar.schedules.context import (
    ScheduleContext,
    count_patterns,
    first_and_last,
    require_upcoming_dose,
    to_misunderstood,
)
from domain.medicines.schedules.days import EVERY_DAY as EVERY_DAYS
from domain.medicines.schedules.days import Cycle, Daily, Days, Monthly, Weekly
from domain.medicines.schedules.kinds import MAX_TIMES_PER_DAY, WallClock
from domain.medicines.schedules.occurrences import first_occurrence
from domain.medicines.schedules.problems import InvalidSchedule


def _days(parts: ScheduleParts, context: ScheduleContext) -> Days:
    if parts.is_monthly and parts.month_days is None:
        raise context.wrong(Problem.WEEKDAYS_MISSING)
    weekdays = None if parts.weekdays == EVERY_DAY else parts.weekdays
    if count_patterns(parts) > 1 or (
        weekdays and (parts.every_days or parts.month_days or parts.cycle)
    ):
        raise context.wrong(Problem.CONTRADICTION)
    try:
        if parts.every_weeks is not None:
            if parts.weekdays is None:
                raise context.wrong(Problem.WEEKDAYS_MISSING)
            if parts.every_weeks == 1 and weekdays is None:
                return EVERY_DAYS
            return Weekly(weekdays or EVERY_DAY, parts.every_weeks)
        if parts.month_days is not None:
            return Monthly(parts.month_days)
        if parts.cycle is not None:
            return Cycle(*parts.cycle)
        if weekdays is not None:
            return Weekly(weekdays)
        return Daily(parts.every_days or 1)
    except InvalidSchedule as error:
        raise to_misunderstood(error, context.words) from error


def _ascending(parts: ScheduleParts, words: str) -> tuple[time, ...]:
    """The times in order. Raises `Misunderstood` if they are missing, too many or inconsistent."""
    times, count = sorted(parts.times), parts.times_a_day
    if count is not None and not 1 <= count <= MAX_TIMES_PER_DAY:
        raise Misunderstood(Problem.TOO_MANY_TIMES, words)
    if times:
        _check_meals(parts)
    if not times:
        raise Misunderstood(Problem.TIMES_MISSING, words)
    if len(times) > MAX_TIMES_PER_DAY:
        raise Misunderstood(Problem.TOO_MANY_TIMES, words)
    for earlier, later in pairwise(times):
        if earlier == later:
            raise Misunderstood(Problem.DUPLICATE_TIME, f"{earlier:%H:%M}")
    if count is not None and count != len(times):
        raise Misunderstood(Problem.COUNT_MISMATCH, words)
    return tuple(times)


def _check_meals(parts: ScheduleParts) -> None:
    """A meal beside times of day says nothing more, unless it's none of them: "at bedtime 08:00".
    Raises `Misunderstood`.
    """
    named = [meal for meal in parts.meals if MEALS[meal] is not None]
    if len(set(named)) > len(parts.times):
        raise Misunderstood(Problem.COUNT_MISMATCH, parts.moments)
    for meal in named:
        hours = MEALS[meal]
        if hours and not any(hours.holds(at.hour) for at in parts.times):
            raise Misunderstood(Problem.CONTRADICTION, parts.moments)


def check_days_a_week(parts: ScheduleParts, words: str) -> None:
    """Raises `Misunderstood` unless as many weekdays are named as were counted ("3 times a
    week").
    """
    if parts.days_a_week is None:
        return
    if parts.weekdays in {None, EVERY_DAY}:
        raise Misunderstood(Problem.WEEKDAYS_MISSING, words)
    if parts.weekdays is not None and len(parts.weekdays) != parts.days_a_week:
        raise Misunderstood(Problem.COUNT_MISMATCH, words)


def fit_wall_clock(parts: ScheduleParts, context: ScheduleContext) -> WallClock:
    """ "08:00 and 20:00", "mon,wed,fri 09:00 until 3 Dec"."""
    _check_course_in_a_cycle(parts, context)
    times, days = _ascending(parts, context.words), _days(parts, context)
    starts_on, ends_on = first_and_last(parts, context)
    schedule = _valid(context, times, starts_on, ends_on, days)
    if parts.days_long is not None:
        first_day = starts_on
        if parts.starts is None:
            # "for 10 days", typed at nine in the evening, means ten days from tomorrow, not nine.
            first = first_occurrence(schedule, context.zone, context.now)
            first_day = date.fromisoformat(first.key[:10]) if first else starts_on
        ends_on = first_day + timedelta(days=parts.days_long - 1)
        if ends_on < context.today:
            raise Misunderstood(Problem.END_IN_PAST, spelt(ends_on))
        schedule = _valid(context, times, starts_on, ends_on, days)
    is_dated = parts.starts is not None or parts.ends is not None
    if is_dated and starts_on == ends_on and parts.typed_time is not None:
        _check_only_dose(parts.typed_time, starts_on, context)
    return require_upcoming_dose(schedule, context)


def _check_course_in_a_cycle(parts: ScheduleParts, context: ScheduleContext) -> None:
    """Raises `Misunderstood` for "5 days every 28 days": that is a cycle, not a course of 5 days
    with one dose.
    """
    cycle = parts.every_days or 7 * (parts.every_weeks or 0)
    if parts.days_long is not None and 1 < parts.days_long < cycle:
        rest = cycle - parts.days_long
        off = f"{rest} day" if rest == 1 else f"{rest} days"
        cycles = (f"{parts.days_long} days on {off} off",)
        raise Misunderstood(Problem.COURSE_OR_CYCLE, context.words, suggestions=cycles)


def _check_only_dose(typed: TypedTime, day: date, context: ScheduleContext) -> None:
    """Raises `Misunderstood` for the only dose of a *day* if it could be in either of the day's two
    nights, or has passed but may have been meant twelve hours later.
    """
    local_now = context.now.astimezone(context.zone).replace(tzinfo=None)
    at = datetime.combine(day, typed.readings[0])
    if typed.is_midnight:
        nights = nights_of(day, local_now=local_now)
        suggestions = tuple(f"from {spelt(night)} for 1 day at 00:00" for night in nights)
        if suggestions:
            raise Misunderstood(Problem.WHICH_NIGHT, typed.words, suggestions=suggestions)
    elif at <= local_now and (later := later_half(day, typed.other_half, local_now=local_now)):
        suggestions = tuple(f"from {spelt(day)} for 1 day at {each:%H:%M}" for each in later)
        raise Misunderstood(Problem.HOUR_IS_OVER, f"{at:%H:%M}", suggestions=suggestions)


def _valid(
    context: ScheduleContext,
    times: tuple[time, ...],
    starts_on: date,
    ends_on: date | None,
    days: Days,
) -> WallClock:
    try:
        return WallClock(times, starts_on, ends_on, days)
    except InvalidSchedule as error:
        raise to_misunderstood(error, context.words) from error
