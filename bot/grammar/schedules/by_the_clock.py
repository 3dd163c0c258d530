"""Schedules by the clock: "08:00 and 20:00 on weekdays", "the 1st of the month at 09:00"."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from bot.grammar.clock_times import TypedTime, later_half, nights_of
from bot.grammar.dates import exactly, spelt
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.rhythms.patterns import TypedException
from bot.grammar.schedule_parts.parts import EVERY_DAY, ScheduleParts
from bot.grammar.schedules.context import (
    ScheduleContext,
    count_patterns,
    first_and_last,
    require_upcoming_dose,
    to_misunderstood,
)
from bot.grammar.schedules.lengths import with_length
from bot.grammar.schedules.single_doses import fit_single_dose
from domain.local_time import Weekday
from domain.medicines.schedules.days import EVERY_DAY as EVERY_DAYS
from domain.medicines.schedules.days import Cycle, Daily, Days, Monthly, MonthlyWeekdays, Weekly
from domain.medicines.schedules.kinds import MAX_EXCEPTIONS, MAX_TIMES_PER_DAY, WallClock
from domain.medicines.schedules.moments import Moment, PartOfDay
from domain.medicines.schedules.problems import InvalidSchedule


def _days(parts: ScheduleParts, context: ScheduleContext, *, starts_on: date) -> Days:
    weekdays = None if parts.weekdays == EVERY_DAY else parts.weekdays
    takes_weekdays = parts.every_days or parts.month_days or parts.cycle
    if parts.weekdays == EVERY_DAY and (parts.every_days or 1) > 1:
        raise context.wrong(Problem.CONTRADICTION)
    if count_patterns(parts) > 1 or (weekdays and takes_weekdays) or parts.days_of_cycle:
        raise context.wrong(Problem.CONTRADICTION)
    try:
        if parts.month_weeks is not None:
            if weekdays is None:
                raise context.wrong(Problem.WEEKDAYS_MISSING)
            return MonthlyWeekdays(weekdays, parts.month_weeks, parts.every_months or 1)
        if parts.month_days is not None:
            return Monthly(parts.month_days, parts.every_months or 1)
        if parts.every_months is not None:
            if parts.starts is None or weekdays is not None:
                raise context.wrong(Problem.FIRST_DAY_MISSING)
            return Monthly(frozenset({starts_on.day}), parts.every_months)
        if parts.every_weeks is not None:
            if parts.days_off and parts.weekdays == EVERY_DAY - parts.days_off:
                raise context.wrong(Problem.CONTRADICTION)  # "every 4 weeks, not on sundays"
            if parts.weekdays is None and parts.starts is not None and parts.starts.tokens_used:
                return Weekly(frozenset({Weekday(starts_on.weekday())}), parts.every_weeks)
            if parts.weekdays is None:
                raise context.wrong(Problem.WEEKDAYS_MISSING)
            if parts.every_weeks == 1 and weekdays is None:
                return EVERY_DAYS
            return Weekly(weekdays or EVERY_DAY, parts.every_weeks)
        if parts.cycle is not None:
            return Cycle(*parts.cycle)
        if weekdays is not None:
            return Weekly(weekdays)
        if parts.days_a_week == 1:
            return Weekly(frozenset({Weekday(starts_on.weekday())}))
        return Daily(parts.every_days or 1)
    except InvalidSchedule as error:
        raise to_misunderstood(error, context.words) from error


@dataclass(frozen=True, slots=True)
class Times:
    """The times of day in order, and the moment that each stands for."""

    times: tuple[time, ...]
    moments: tuple[Moment | None, ...] | None

    @classmethod
    def of(cls, found: Mapping[time, Moment | None]) -> "Times":
        times = tuple(sorted(found))
        moments = tuple(found[at] for at in times)
        return cls(times, moments if any(moments) else None)


def times_of_parts(parts: ScheduleParts, context: ScheduleContext) -> dict[time, Moment | None]:
    """The times of day that were named, each with its moment, in the order in which they were
    typed: clock times first. Raises `Misunderstood` for two at the same minute.
    """
    found: dict[time, Moment | None] = {}
    moments = [*parts.moments, *_meals_of(parts, context)]
    at_moments = [(context.time_of(moment), moment) for moment in moments]
    for at, moment in [*((at, None) for at in parts.times), *at_moments]:
        if at in found:
            raise Misunderstood(Problem.DUPLICATE_TIME, f"{at:%H:%M}")
        found[at] = moment
    return found


def _meals_of(parts: ScheduleParts, context: ScheduleContext) -> Sequence[Moment]:
    """ "With meals" means three of them, and says nothing beside times of day."""
    if parts.all_meals is None or parts.times:
        return ()
    if any(moment.part in MEALS_OF_A_DAY for moment in parts.moments):
        raise context.wrong(Problem.CONTRADICTION)
    if parts.times_a_day not in {None, len(MEALS_OF_A_DAY) + len(parts.moments)}:
        raise context.wrong(Problem.TIMES_MISSING)
    return [Moment(meal, parts.all_meals) for meal in MEALS_OF_A_DAY]


MEALS_OF_A_DAY = (PartOfDay.BREAKFAST, PartOfDay.LUNCH, PartOfDay.DINNER)


def _ascending(parts: ScheduleParts, context: ScheduleContext) -> Times:
    """The times in order. Raises `Misunderstood` if they are missing, too many or inconsistent."""
    count, words = parts.times_a_day, context.words
    if count is not None and not 1 <= count <= MAX_TIMES_PER_DAY:
        raise Misunderstood(Problem.TOO_MANY_TIMES, words)
    if len(parts.times) + len(parts.moments) > MAX_TIMES_PER_DAY:
        raise Misunderstood(Problem.TOO_MANY_TIMES, words)
    found = times_of_parts(parts, context)
    if not found or parts.vague:
        raise Misunderstood(Problem.TIMES_MISSING, words)
    if count is not None and count != len(found):
        raise Misunderstood(Problem.COUNT_MISMATCH, words)
    return Times.of(found)


def check_days_a_week(parts: ScheduleParts, words: str) -> None:
    """Raises `Misunderstood` unless as many weekdays are named as were counted ("3 times a
    week").
    """
    if parts.days_a_week is None:
        return
    is_dated = parts.starts is not None and parts.starts.tokens_used > 0  # by whoever typed it
    if parts.weekdays is None and parts.days_a_week == 1 and is_dated:
        return  # "weekly starting 8 June": on that weekday
    if parts.weekdays in {None, EVERY_DAY}:
        raise Misunderstood(Problem.WEEKDAYS_MISSING, words)
    if parts.month_weeks is not None or (parts.every_days or 7) != 7:
        raise Misunderstood(
            Problem.CONTRADICTION, words
        )  # "once a week, first monday of the month"
    if parts.weekdays is not None and len(parts.weekdays) != parts.days_a_week:
        raise Misunderstood(Problem.COUNT_MISMATCH, words)


#: Parts that say nothing about the days and times of doses by the clock.
_OF_NO_CLOCK = {"is_alternating", "is_on_other_days", "hours_between", "until_time", "interval"}
_OF_NO_CLOCK |= {"from_last_intake", "is_as_needed", "min_interval", "max_per_day", "bare_max"}
_OF_NO_CLOCK |= {"max_amount"}


def fit_wall_clock(parts: ScheduleParts, context: ScheduleContext) -> WallClock:
    """ "08:00 and 20:00", "mon,wed,fri 09:00 until 3 Dec"."""
    parts = _as_weeks(_as_cycle(parts))
    if parts.beside_times().keys() & _OF_NO_CLOCK:
        raise context.wrong(Problem.CONTRADICTION)  # whatever was read counts
    check_days_a_week(parts, context.words)
    if parts.is_once or parts.is_now:
        return fit_single_dose(parts, context)
    times = _ascending(parts, context)
    parts = _in_whole_days(parts, times, context)
    starts_on, ends_on = first_and_last(parts, context)
    days = _days(parts, context, starts_on=starts_on)
    except_on = frozenset(
        day for each in parts.except_on for day in _days_left_out(each, context, starts_on)
    )
    schedule = _valid(context, times, starts_on, ends_on, days, except_on=except_on)
    schedule = with_length(schedule, parts, context)
    is_dated = parts.starts is not None or parts.ends is not None
    if is_dated and schedule.starts_on == schedule.ends_on and parts.typed_time is not None:
        _check_only_dose(parts.typed_time, starts_on, context)
    return require_upcoming_dose(schedule, context)


def _in_whole_days(parts: ScheduleParts, times: Times, context: ScheduleContext) -> ScheduleParts:
    """A cycle begins with a whole day: "21 days on, 7 off at 8am", typed at nine, has 21 doses in
    its first round, too.
    """
    local = context.now.astimezone(context.zone).time().replace(tzinfo=None)
    if parts.cycle is None or parts.starts is not None or times.times[0] > local:
        return parts
    return replace(parts, starts=exactly(context.today + timedelta(days=1)))


def _days_left_out(
    exception: TypedException, context: ScheduleContext, starts_on: date
) -> Sequence[date]:
    """Raises `Misunderstood` if they are no days, or too many."""
    first = exception.first.resolve(context.today, starts_on)
    last = first if exception.last is None else exception.last.resolve(context.today, first)
    if not 0 <= (last - first).days < MAX_EXCEPTIONS:
        raise Misunderstood(Problem.EXCEPTION_UNREADABLE, exception.words)
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


_MOST_NAMED = 3  # weekdays; more come from "not on fridays"


def _as_weeks(parts: ScheduleParts) -> ScheduleParts:
    """ "every 7 days on friday" is every week."""
    is_weekly = parts.every_days is not None and parts.every_days % 7 == 0
    if not is_weekly or parts.weekdays is None or len(parts.weekdays) > _MOST_NAMED:
        return parts
    return replace(parts, every_days=None, every_weeks=(parts.every_days or 7) // 7)


def _as_cycle(parts: ScheduleParts) -> ScheduleParts:
    """ "5 days every 28 days" is a cycle, not a course of 5 days with one dose."""
    every = parts.every_days or 7 * (parts.every_weeks or 0)
    if every == 0 and parts.every_months is not None and parts.month_days is None:
        every = 28 * parts.every_months
        if parts.days_long is not None and 1 < parts.days_long < every:
            raise Misunderstood(Problem.COURSE_OR_CYCLE, f"{parts.days_long} days")
    if parts.days_long is None or not 1 < parts.days_long < every:
        return parts
    if parts.weekdays not in {None, EVERY_DAY} or parts.cycle is not None:
        return parts
    cycle = (parts.days_long, every - parts.days_long)
    lasting = replace(parts, days_long=None, every_days=None, every_weeks=None)
    return replace(lasting, cycle=cycle, weekdays=None)


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
    times: Times,
    starts_on: date,
    ends_on: date | None,
    days: Days,
    *,
    except_on: frozenset[date] = frozenset(),
) -> WallClock:
    try:
        return WallClock(
            times.times, starts_on, ends_on, days, moments=times.moments, except_on=except_on
        )
    except InvalidSchedule as error:
        raise to_misunderstood(error, context.words) from error
