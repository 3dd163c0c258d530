"""Schedules with different amounts, by time of day or step by step."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import time, timedelta

from bot.grammar.clock_times import MEALS, NAMED, looks_like_a_time
from bot.grammar.dates import exactly
from bot.grammar.problems import Problem
from bot.grammar.schedule_parts.parts import ScheduleParts
from bot.grammar.schedules.amounts_with_times import Portion
from bot.grammar.schedules.by_the_clock import fit_wall_clock
from bot.grammar.schedules.context import (
    ScheduleContext,
    count_patterns,
    require_upcoming_dose,
    to_misunderstood,
)
from domain.medicines.dosages import Dosage
from domain.medicines.schedules.kinds import Schedule, Steps, WallClock
from domain.medicines.schedules.problems import InvalidSchedule


def fit_portions(
    portions: Sequence[Portion], parts: Sequence[ScheduleParts], context: ScheduleContext
) -> Schedule:
    """Different amounts, by time of day or step by step."""
    check_one_rhythm(parts, context)
    dosages = [portion.dosage for portion in portions]
    if portions[1].is_next_step:
        return fit_steps(parts, dosages, context)
    times = times_of_portions(parts, context, has_own_time=_has_own_time(portions[-1]))
    shared = shared_parts(parts, context)
    whole = replace(shared, times=sorted(times), times_a_day=None, moments="")
    by_time = dict(zip(times, spread(parts, dosages, times), strict=True))
    schedule = fit_wall_clock(whole, context)
    return replace(schedule, dosages=tuple(by_time[at] for at in schedule.times))


def check_one_rhythm(parts: Sequence[ScheduleParts], context: ScheduleContext) -> None:
    """Raises `Misunderstood` for amounts with different days, or without clock times."""
    days = [each for each in parts if each.weekdays is not None or count_patterns(each)]
    if len(days) > 1 or any(each.is_as_needed or each.interval for each in parts):
        raise context.wrong(Problem.ONE_RHYTHM)


def _has_own_time(portion: Portion) -> bool:
    """Whether a time comes right after the amount: "14 units at noon"."""
    words = [token for token in portion.tokens if token.word not in {"at", "@"}]
    return bool(words) and (words[0].word in NAMED or looks_like_a_time(words[0]))


def times_of_portions(
    parts: Sequence[ScheduleParts], context: ScheduleContext, *, has_own_time: bool
) -> list[time]:
    """The times in the order of the amounts; if all follow the last amount, they are matched up."""
    for each in parts[:-1]:
        if each.times and (each.weekdays or each.starts or each.ends or each.days_long):
            raise context.wrong(Problem.ONE_RHYTHM)
    times = [at for each in parts for at in each.times]
    if all(each.times for each in parts):
        return times
    if not any(each.times for each in parts[:-1]) and len(parts[-1].times) == len(parts):
        if any(each.moments for each in parts[:-1]):
            return _answered(parts, context, has_own_time=has_own_time)
        return times
    is_short = len(times) < len(parts)
    raise context.wrong(Problem.TIMES_MISSING if is_short else Problem.COUNT_MISMATCH)


def _answered(
    parts: Sequence[ScheduleParts], context: ScheduleContext, *, has_own_time: bool
) -> list[time]:
    """The times of amounts that were typed with meals, answered after the last of them; that one
    may have a time of its own: "10 units before breakfast and 14 units at noon", answered "07:30".
    """
    times = parts[-1].times
    if has_own_time:
        times = [*times[1:], times[0]]
    for each, at in zip(parts, times, strict=True):
        hours = [MEALS[meal] for meal in each.meals]
        if not all(hour is None or hour.holds(at.hour) for hour in hours):
            raise context.wrong(Problem.CONTRADICTION)
    return times


def spread(
    parts: Sequence[ScheduleParts], dosages: Sequence[Dosage], times: Sequence[time]
) -> list[Dosage]:
    """The dosage at each time."""
    if all(each.times for each in parts):
        return [d for each, d in zip(parts, dosages, strict=True) for _ in each.times]
    return list(dosages[: len(times)])


def shared_parts(parts: Sequence[ScheduleParts], context: ScheduleContext) -> ScheduleParts:
    """The parts that apply to all amounts: days, start and end. Each may be given once."""
    shared = ScheduleParts()
    for each in parts:
        for name, value in each.beside_times().items():
            if name in shared.beside_times():
                raise context.wrong(Problem.ONE_RHYTHM)
            setattr(shared, name, value)
    return shared


def fit_steps(
    parts: Sequence[ScheduleParts], dosages: Sequence[Dosage], context: ScheduleContext
) -> Schedule:
    """ "20 mg for 5 days, then 10 mg for 5 days at 08:00": one after the other, without gaps."""
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
        step = fit_wall_clock(typed, context)
        steps.append(replace(step, dosages=(dosage,) * len(step.times)))
    try:
        return require_upcoming_dose(Steps(tuple(steps)), context)
    except InvalidSchedule as error:
        raise to_misunderstood(error, context.words) from error
