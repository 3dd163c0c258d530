"""Schedules as people type them: "at 08:00 and 20:00", "mon,wed,fri 09:00 until 3 Dec".

The parts may come in any order. Whatever is left over, contradicts itself or could mean two things
is refused with the words concerned.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import TypeVar
from zoneinfo import ZoneInfo

from bot.grammar.clock_times import TypedTime, later_half, nights_of
from bot.grammar.dates import check_reach, exactly, spelt
from bot.grammar.portions import Portion, split_portions, without_empty_moments
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.schedule_parts import EVERY_DAY, ScheduleParts, read_parts
from bot.grammar.tokens import Line, Token, tokenize
from domain.local_time import resolve_local
from domain.medicines.dosages import Dosage
from domain.medicines.schedules.days import EVERY_DAY as EVERY_DAYS
from domain.medicines.schedules.days import Cycle, Daily, Days, Monthly, Weekly
from domain.medicines.schedules.kinds import (
    MOST_TIMES_A_DAY,
    AsNeeded,
    Elapsed,
    Schedule,
    Steps,
    WallClock,
)
from domain.medicines.schedules.occurrences import first_occurrence
from domain.medicines.schedules.problems import InvalidSchedule, ScheduleProblem
from domain.timers import ceil_minute

AnySchedule = TypeVar("AnySchedule", WallClock, Elapsed, Steps)

LONGEST_SCHEDULE = 500


def parse_schedule(text: str, *, zone: ZoneInfo, now: datetime) -> Schedule:
    """The schedule in *text*, for a person in *zone*; "today" is the day there at *now* (aware).

    Raises `Misunderstood`; `Problem.TIMES_MISSING` means that the text is fine as far as it goes
    and can be parsed again with times of day added.
    """
    if len(text) > LONGEST_SCHEDULE:
        raise Misunderstood(Problem.TOO_LONG)
    line = tokenize(text)
    [schedule] = read_schedules(line, line.tokens, zones=[zone], now=now)
    return schedule


def read_schedules(
    line: Line, tokens: Sequence[Token], *, zones: Iterable[ZoneInfo], now: datetime
) -> set[Schedule]:
    """Like `parse_schedule`, for some *tokens* of a *line*, by the clock of each of *zones*. The
    words are read once for all of them.
    """
    if not tokens:
        raise Misunderstood(Problem.SCHEDULE_MISSING)
    words = line.typed(tokens)
    contexts = [ScheduleContext(words, zone, now) for zone in zones]
    portions = split_portions(line, tokens)
    if portions:
        parts = [read_parts(line, portion.tokens) for portion in without_empty_moments(portions)]
        return {_fit_portions(portions, parts, context) for context in contexts}
    whole = read_parts(line, tokens)
    return {_fit(whole, context) for context in contexts}


@dataclass(frozen=True, slots=True)
class ScheduleContext:
    """What was typed, and where and when."""

    words: str
    zone: ZoneInfo
    now: datetime

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    def wrong(self, problem: Problem) -> Misunderstood:
        return Misunderstood(problem, self.words)


def _fit(parts: ScheduleParts, context: ScheduleContext) -> Schedule:
    """The parts as one schedule that still has doses to come."""
    if parts.is_as_needed or parts.min_interval is not None or parts.max_per_day is not None:
        return _fit_as_needed(parts, context)
    if parts.interval is not None:
        return _fit_elapsed(parts, context)
    _check_days_a_week(parts, context.words)
    return _fit_wall_clock(parts, context)


def _fit_as_needed(parts: ScheduleParts, context: ScheduleContext) -> AsNeeded:
    """ "as needed, 6 hours apart, max 4 a day"; "every 6 hours as needed" means the same."""
    if parts.times or parts.moments:
        raise context.wrong(Problem.AS_NEEDED_AT_TIMES)
    has_days = parts.weekdays not in {None, EVERY_DAY} or parts.days_a_week or count_patterns(parts)
    if has_days or (parts.interval and parts.min_interval) or not parts.is_as_needed:
        raise context.wrong(Problem.CONTRADICTION)
    counts = {n for n in (parts.max_per_day, parts.times_a_day) if n is not None}
    if len(counts) > 1:
        raise context.wrong(Problem.CONTRADICTION)
    if any(not 1 <= count <= MOST_TIMES_A_DAY for count in counts):
        raise context.wrong(Problem.TOO_MANY_TIMES)
    starts_on, ends_on = _first_and_last(parts, context)
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
        raise misfit(error, context.words) from error


def _fit_elapsed(parts: ScheduleParts, context: ScheduleContext) -> Elapsed:
    """ "every 8 hours from 06:00": on the grid of that time, from the next one on.

    Where the hours count from the last intake, they begin now if nothing else is said.
    """
    has_days = parts.weekdays not in {None, EVERY_DAY} or parts.days_a_week or count_patterns(parts)
    if has_days or parts.times_a_day is not None:
        raise context.wrong(Problem.CONTRADICTION)
    if parts.interval is None or not (parts.times or parts.from_last_intake):
        raise context.wrong(Problem.TIMES_MISSING)
    starts_on, ends_on = _first_and_last(parts, context)
    if parts.times:
        anchor = anchor_of(parts.times, parts.interval, context)
        starts_at = resolve_local(datetime.combine(starts_on, anchor), context.zone)
    else:
        starts_at = ceil_minute(context.now.astimezone(UTC) + timedelta(minutes=1))
    if parts.starts is None and starts_at <= context.now:
        starts_at += ((context.now - starts_at) // parts.interval + 1) * parts.interval
    ends_at = None
    if ends_on is not None:
        after_it = datetime.combine(ends_on + timedelta(days=1), time())
        ends_at = resolve_local(after_it, context.zone)
    elif parts.days_long is not None:
        ends_at = starts_at + timedelta(days=parts.days_long)
    try:
        schedule = Elapsed(
            parts.interval, starts_at, ends_at, from_last_intake=parts.from_last_intake
        )
    except InvalidSchedule as error:
        raise misfit(error, context.words) from error
    return _with_doses_to_come(schedule, context)


def anchor_of(times: Sequence[time], every: timedelta, context: ScheduleContext) -> time:
    """The hour that is counted from: the one that was typed, or the first or, if it is there twice,
    the last of "every 8 hours: 06:00, 14:00 and 22:00, from tomorrow 14:00".
    """
    if len(times) == 1:
        return times[0]
    day = timedelta(days=1)
    first = datetime.combine(context.today, times[0])
    of_a_day = {(first + n * every).time() for n in range(day // every)}
    if day % every or set(times) != of_a_day or len(times) > len(of_a_day) + 1:
        raise context.wrong(Problem.CONTRADICTION)
    return times[-1] if len(times) > len(of_a_day) else times[0]


def _with_doses_to_come(schedule: AnySchedule, context: ScheduleContext) -> AnySchedule:
    if first_occurrence(schedule, context.zone, context.now) is None:
        raise context.wrong(Problem.NOTHING_LEFT)
    return schedule


def count_patterns(parts: ScheduleParts) -> int:
    """How many ways of choosing days were typed, weekdays aside."""
    patterns = (parts.every_days, parts.every_weeks, parts.month_days, parts.cycle)
    return sum(pattern not in (None, 1) for pattern in patterns)


def _days(parts: ScheduleParts, context: ScheduleContext) -> Days:
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
        raise misfit(error, context.words) from error


def _fit_portions(
    portions: Sequence[Portion], parts: Sequence[ScheduleParts], context: ScheduleContext
) -> Schedule:
    """Amounts that differ: by time of day, or step by step."""
    check_one_rhythm(parts, context)
    dosages = [portion.dosage for portion in portions]
    if portions[1].is_next_step:
        return fit_steps(parts, dosages, context)
    times = times_of_portions(parts, context)
    shared = shared_parts(parts, context)
    whole = replace(shared, times=sorted(times), times_a_day=None, moments="")
    by_time = dict(zip(times, spread(parts, dosages, times), strict=True))
    schedule = _fit_wall_clock(whole, context)
    return replace(schedule, dosages=tuple(by_time[at] for at in schedule.times))


def check_one_rhythm(parts: Sequence[ScheduleParts], context: ScheduleContext) -> None:
    """Raises `Misunderstood` for amounts whose days differ, or that are not due by the clock."""
    days = [each for each in parts if each.weekdays is not None or count_patterns(each)]
    if len(days) > 1 or any(each.is_as_needed or each.interval for each in parts):
        raise context.wrong(Problem.ONE_RHYTHM)


def times_of_portions(parts: Sequence[ScheduleParts], context: ScheduleContext) -> list[time]:
    """The times in the order of the amounts; typed behind them all, they are spread over them."""
    for each in parts[:-1]:
        if each.times and (each.weekdays or each.starts or each.ends or each.days_long):
            raise context.wrong(Problem.ONE_RHYTHM)
    times = [at for each in parts for at in each.times]
    if all(each.times for each in parts):
        return times
    if not any(each.times for each in parts[:-1]) and len(parts[-1].times) == len(parts):
        return times
    is_short = len(times) < len(parts)
    raise context.wrong(Problem.TIMES_MISSING if is_short else Problem.COUNT_MISMATCH)


def spread(
    parts: Sequence[ScheduleParts], dosages: Sequence[Dosage], times: Sequence[time]
) -> list[Dosage]:
    """The dosage of each time."""
    if all(each.times for each in parts):
        return [d for each, d in zip(parts, dosages, strict=True) for _ in each.times]
    return list(dosages[: len(times)])


def shared_parts(parts: Sequence[ScheduleParts], context: ScheduleContext) -> ScheduleParts:
    """What was said of all amounts together: days, beginning, end. Each only once."""
    shared = ScheduleParts()
    for each in parts:
        for part in fields(ScheduleParts):
            if part.name in {"times", "moments", "typed_time"}:
                continue
            value = getattr(each, part.name)
            if value in (None, False):
                continue
            if getattr(shared, part.name) not in (None, False):
                raise context.wrong(Problem.ONE_RHYTHM)
            setattr(shared, part.name, value)
    return shared


def fit_steps(
    parts: Sequence[ScheduleParts], dosages: Sequence[Dosage], context: ScheduleContext
) -> Schedule:
    """ "20 mg for 5 days, then 10 mg for 5 days at 08:00": one after the other, without a gap."""
    stated = {tuple(sorted(each.times)) for each in parts if each.times}
    if not stated:
        raise context.wrong(Problem.TIMES_MISSING)
    steps: list[WallClock] = []
    for each, dosage in zip(parts, dosages, strict=True):
        if not each.times and len(stated) > 1:
            raise context.wrong(Problem.TIMES_MISSING)
        typed = replace(each, times=each.times or list(next(iter(stated))))
        if steps and typed.starts is None:
            previous = steps[-1].ends_on
            if previous is None:
                raise context.wrong(Problem.STEP_WITHOUT_END)
            typed = replace(typed, starts=exactly(previous + timedelta(days=1)))
        step = _fit_wall_clock(typed, context)
        steps.append(replace(step, dosages=(dosage,) * len(step.times)))
    try:
        return _with_doses_to_come(Steps(tuple(steps)), context)
    except InvalidSchedule as error:
        raise misfit(error, context.words) from error


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


def _first_and_last(parts: ScheduleParts, context: ScheduleContext) -> tuple[date, date | None]:
    """The first day, and the last one if it was typed."""
    today = context.today
    starts_on, ends_on = today, None
    if parts.starts is not None:
        starts_on = parts.starts.resolve(today, today)
        check_reach(starts_on, today=today, words=parts.starts.words)
    if parts.ends is not None:
        ends_on = parts.ends.resolve(today, max(starts_on, today))
        if ends_on < today:
            raise Misunderstood(Problem.END_IN_PAST, spelt(ends_on))
        check_reach(ends_on, today=today, words=parts.ends.words)
        if ends_on < starts_on:
            raise context.wrong(Problem.END_BEFORE_START)
    return starts_on, ends_on


def _fit_wall_clock(parts: ScheduleParts, context: ScheduleContext) -> WallClock:
    times, days = _ascending(parts, context.words), _days(parts, context)
    starts_on, ends_on = _first_and_last(parts, context)
    schedule = _valid(context, times, starts_on, ends_on, days)
    if parts.days_long is not None:
        first_day = starts_on
        if parts.starts is None:
            # "for 10 days" at nine in the evening is ten days from tomorrow, not nine.
            first = first_occurrence(schedule, context.zone, context.now)
            first_day = date.fromisoformat(first.key[:10]) if first else starts_on
        ends_on = first_day + timedelta(days=parts.days_long - 1)
        if ends_on < context.today:
            raise Misunderstood(Problem.END_IN_PAST, spelt(ends_on))
        schedule = _valid(context, times, starts_on, ends_on, days)
    is_dated = parts.starts is not None or parts.ends is not None
    if is_dated and starts_on == ends_on and parts.typed_time is not None:
        _check_only_dose(parts.typed_time, starts_on, context)
    return _with_doses_to_come(schedule, context)


def _check_only_dose(typed: TypedTime, day: date, context: ScheduleContext) -> None:
    """Raises `Misunderstood` for the one dose of a *day* where it may be due in either of its
    nights, or is over but may have been meant twelve hours later.
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


_PROBLEMS = {
    ScheduleProblem.ENDS_BEFORE_START: Problem.END_BEFORE_START,
    ScheduleProblem.NEVER_FALLS_DUE: Problem.NEVER_FALLS_DUE,
    ScheduleProblem.NO_WEEKDAYS: Problem.CONTRADICTION,
    ScheduleProblem.ALL_WEEKDAYS: Problem.CONTRADICTION,
    ScheduleProblem.NO_DAYS_OF_MONTH: Problem.NO_SUCH_DATE,
    ScheduleProblem.CYCLE_IMPOSSIBLE: Problem.INTERVAL_IMPOSSIBLE,
    ScheduleProblem.INTERVAL_IMPOSSIBLE: Problem.INTERVAL_IMPOSSIBLE,
    ScheduleProblem.LIMIT_IMPOSSIBLE: Problem.TOO_MANY_TIMES,
    ScheduleProblem.STEPS_OVERLAP: Problem.STEP_WITHOUT_END,
    ScheduleProblem.TOO_MANY_STEPS: Problem.TOO_LONG,
    ScheduleProblem.TOO_MANY_TIMES: Problem.TOO_MANY_TIMES,
    ScheduleProblem.DOSAGES_DO_NOT_MATCH: Problem.COUNT_MISMATCH,
    ScheduleProblem.LIMITS_OF_WHAT_IS_DUE: Problem.LIMITS_OF_WHAT_IS_DUE,
    ScheduleProblem.NO_DAYS_TO_REPEAT: Problem.WEEKDAYS_MISSING,
    ScheduleProblem.NOTHING_TO_COME: Problem.NOTHING_LEFT,
}


def misfit(error: InvalidSchedule, words: str) -> Misunderstood:
    """What to say of *words* that make no schedule."""
    return Misunderstood(_PROBLEMS.get(error.problem, Problem.CONTRADICTION), words)


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
        raise misfit(error, context.words) from error
