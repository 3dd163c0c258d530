"""Schedules with different amounts: by time of day, by weekday, alternating, or step by step."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, time, timedelta
from enum import Enum, auto

from bot.grammar.clock_times import MEALS, PARTS_OF_DAY
from bot.grammar.dates import exactly
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.schedule_parts.parts import EVERY_DAY, ScheduleParts
from bot.grammar.schedules.amounts_with_times import Portion
from bot.grammar.schedules.by_the_clock import Times, fit_wall_clock, times_of_parts
from bot.grammar.schedules.context import (
    ScheduleContext,
    count_patterns,
    first_and_last,
    require_upcoming_dose,
    to_misunderstood,
)
from bot.grammar.schedules.lengths import last_day_of_length
from domain.local_time import Weekday
from domain.medicines.dosages import THINGS, Dosage
from domain.medicines.schedules.days import Daily
from domain.medicines.schedules.kinds import Combined, Schedule, Steps, WallClock
from domain.medicines.schedules.moments import Moment, PartOfDay
from domain.medicines.schedules.occurrences import first_occurrence, local_day
from domain.medicines.schedules.problems import InvalidSchedule


class Variation(Enum):
    """What tells several amounts apart."""

    BY_TIME = auto()
    BY_WEEKDAY = auto()
    BY_STEP = auto()
    ALTERNATING = auto()


def kind_of_portions(portions: Sequence[Portion], parts: Sequence[ScheduleParts]) -> Variation:
    is_first_now = parts[0].is_now and len(parts) == 2 and parts[1].starts is not None
    if any(portion.is_next_step for portion in portions) or _are_steps(parts) or is_first_now:
        return Variation.BY_STEP
    if _alternate(parts):
        return Variation.ALTERNATING
    return Variation.BY_WEEKDAY if _are_by_weekday(portions, parts) else Variation.BY_TIME


def fit_portions(
    portions: Sequence[Portion], parts: Sequence[ScheduleParts], context: ScheduleContext
) -> Schedule:
    """Different amounts, by whatever tells them apart. Raises `Misunderstood` if that's unclear."""
    if any(each.is_as_needed or each.interval or each.hours_between for each in parts):
        raise context.wrong(Problem.ONE_RHYTHM)
    dosages = [portion.dosage for portion in portions]
    kind = kind_of_portions(portions, parts)
    is_by_step = kind is Variation.BY_STEP
    is_now_later = any(each.is_now for each in parts[1:])
    is_single = any(each.is_once or each.is_now for each in parts)
    if is_now_later or (is_single and not is_by_step):
        raise context.wrong(Problem.CONTRADICTION)
    try:
        match kind:
            case Variation.BY_STEP if any(p.is_beside for p in portions) and not parts[0].is_now:
                return _fit_grouped_steps(portions, parts, context)
            case Variation.BY_STEP:
                return fit_steps(parts, dosages, context)
            case Variation.ALTERNATING if len({each.unit in THINGS for each in dosages}) > 1:
                # "0.25 mcg alternate days, 2 capsules": a strength, and how many
                raise context.wrong(Problem.WHICH_AMOUNT)
            case Variation.ALTERNATING:
                return _fit_alternating(parts, dosages, context)
            case Variation.BY_WEEKDAY:
                return _fit_by_weekday(portions, parts, context)
            case Variation.BY_TIME:
                return _fit_by_time(parts, dosages, context)
    except InvalidSchedule as error:
        raise to_misunderstood(error, context.words) from error


def _are_steps(parts: Sequence[ScheduleParts]) -> bool:
    """ "40 mg for 5 days, 30 mg for 5 days, 20 mg": each but the last has its own length."""
    return all(each.days_long or each.months_long or each.ends for each in parts[:-1])


def fit_steps(
    parts: Sequence[ScheduleParts], dosages: Sequence[Dosage], context: ScheduleContext
) -> Schedule:
    """ "20 mg for 5 days, then 10 mg for 5 days at 08:00", "300 mg now, then 75 mg daily": one
    after the other, without gaps.
    """
    steps: list[WallClock] = []
    _check_hours_of_steps(parts)
    for each, dosage in zip(parts, dosages, strict=True):
        typed = _at(each, parts, context)
        step = fit_wall_clock(following(typed, steps, context), context)
        steps.append(replace(step, dosages=(dosage,) * len(step.times)))
    return require_upcoming_dose(Steps(tuple(steps)), context)


def _check_hours_of_steps(parts: Sequence[ScheduleParts]) -> None:
    """Raises `Misunderstood` where an hour may go for all steps: "15 mg nocte for 7 nights, then
    30 mg nocte, 9:30pm".
    """
    [*before, last] = parts
    if len(last.times) != 1 or last.moments:
        return
    [at] = last.times
    for each in before:
        spans = [_SPANS.get(moment.part) for moment in each.moments]
        if not each.times and any(span is not None and span.holds(at.hour) for span in spans):
            raise Misunderstood(Problem.TIMES_OF_STEPS, f"{at:%H:%M}")


_SPANS = {
    PartOfDay.MORNING: PARTS_OF_DAY["morning"],
    PartOfDay.AFTERNOON: PARTS_OF_DAY["afternoon"],
    PartOfDay.EVENING: PARTS_OF_DAY["evening"],
    PartOfDay.BEDTIME: MEALS["bed"],
}


def _fit_grouped_steps(
    portions: Sequence[Portion], parts: Sequence[ScheduleParts], context: ScheduleContext
) -> Schedule:
    """ "2 tablets at 8am and 1 at noon for 3 days, then 1 at 8am": amounts by the time of day in
    steps. Without "then", "1 at 8am for 5 days and 2 at 2pm for 5 days" may be one after the other
    or both at once.
    """
    if not any(portion.is_next_step for portion in portions):
        raise context.wrong(Problem.ONE_RHYTHM)
    groups: list[list[int]] = [[]]
    for number, portion in enumerate(portions):
        if portion.is_next_step:
            groups.append([])
        groups[-1].append(number)
    steps: list[WallClock] = []
    for group in groups:
        own = [parts[n] for n in group]
        amounts, moments = amounts_by_time(own, [portions[n].dosage for n in group], context)
        shared = replace(shared_parts(own, context), times=sorted(amounts), times_a_day=None)
        step = fit_wall_clock(following(shared, steps, context), context)
        found = Times.of({at: moments.get(at) for at in step.times})
        dosages = tuple(amounts[at] for at in step.times)
        steps.append(replace(step, dosages=dosages, moments=found.moments))
    return require_upcoming_dose(Steps(tuple(steps)), context)


_FEW_DAYS = 3  # "daily for a week, then every 3 days" goes on at once


def following(
    parts: ScheduleParts, steps: Sequence[WallClock], context: ScheduleContext
) -> ScheduleParts:
    """The parts of a step with its first day: the one after the last of *steps*. The first step
    begins with a whole day, so that each has the doses that were prescribed.
    """
    if parts.starts is not None:
        return parts
    is_rare = (parts.every_weeks or 1) > 1 or (parts.every_days or 1) > _FEW_DAYS
    is_monthly = parts.every_months is not None and not (parts.month_days or parts.month_weeks)
    # "Then every 8 weeks" hardly begins on the day after the last dose.
    if is_monthly or (steps and is_rare):
        raise context.wrong(Problem.FIRST_DAY_MISSING)
    if steps:
        previous = steps[-1].ends_on
        if previous is None:
            raise context.wrong(Problem.STEP_WITHOUT_END)
        return replace(parts, starts=exactly(previous + timedelta(days=1)))
    when = times_of_parts(parts, context)
    local = context.now.astimezone(context.zone)
    if any(at <= local.time().replace(tzinfo=None) for at in when):
        return replace(parts, starts=exactly(context.today + timedelta(days=1)))
    return parts


def _at(
    each: ScheduleParts, parts: Sequence[ScheduleParts], context: ScheduleContext
) -> ScheduleParts:
    """One of *parts* with times of day: its own, or those that were named once for all. So with the
    weekdays of what was counted by the week: "7.5 mg weekly, then 10 mg weekly, on fridays".
    """
    days = {p.weekdays for p in parts if p.weekdays not in {None, EVERY_DAY}}
    if each.days_a_week is not None and each.weekdays is None and len(days) == 1:
        each = replace(each, weekdays=next(iter(days)))
    if each.times or each.moments or each.is_now:
        return each
    stated = {(tuple(sorted(p.times)), p.moments) for p in parts if p.times or p.moments}
    if len(stated) != 1 or each.vague:
        raise context.wrong(Problem.TIMES_MISSING)
    [(times, moments)] = stated
    if each.times_a_day not in {None, len(times) + len(moments)}:
        raise context.wrong(Problem.TIMES_MISSING)
    return replace(each, times=list(times), moments=moments)


def _alternate(parts: Sequence[ScheduleParts]) -> bool:
    """ "5 mg and 7.5 mg alternating", "… on alternate days"; but not "2 tablets at 14:00 and 1 at
    20:00 on alternate days".
    """
    if any(each.is_alternating for each in parts):
        return True
    every_other = [each.every_days == 2 for each in parts]
    is_said_last = len(parts) == 2 and every_other == [False, True] and not parts[0].weekdays
    return is_said_last and not _all_have_times(parts)


def _all_have_times(parts: Sequence[ScheduleParts]) -> bool:
    return all(each.times or each.moments for each in parts)


def _fit_alternating(
    parts: Sequence[ScheduleParts], dosages: Sequence[Dosage], context: ScheduleContext
) -> Schedule:
    shared = shared_parts(parts, context, without={"is_alternating", "every_days"})
    if shared.weekdays == EVERY_DAY:
        shared.weekdays = None
    if len(set(dosages)) != len(dosages) or shared.weekdays or count_patterns(shared):
        raise context.wrong(Problem.CONTRADICTION)
    if _all_have_times(parts) and len({(*each.times, *each.moments) for each in parts}) > 1:
        raise context.wrong(Problem.CONTRADICTION)
    named = next((each for each in parts if each.times or each.moments), parts[0])
    whole = _at(named, parts, context)
    first = fit_wall_clock(
        replace(with_end(shared, context), times=whole.times, moments=whole.moments), context
    )
    first_day = _first_day(first, context)
    plans = [
        replace(
            first,
            starts_on=first_day + timedelta(days=n),
            days=Daily(len(dosages)),
            dosages=(dosage,) * len(first.times),
        )
        for n, dosage in enumerate(dosages)
    ]
    return require_upcoming_dose(Combined(tuple(plans)), context)


def _first_day(plan: WallClock, context: ScheduleContext) -> date:
    begins = first_occurrence(plan, context.zone, context.now)
    return local_day(begins, context.zone) if begins else plan.starts_on


def fit_days_of_cycle(parts: ScheduleParts, context: ScheduleContext) -> Combined:
    """ "days 1, 8 and 15 of 28": every 28 days, counted from each of them. Day 1 is the first day
    on which it can fall due.
    """
    has_others = count_patterns(parts) > 1 or parts.weekdays not in {None, EVERY_DAY}
    if parts.days_of_cycle is None or has_others or parts.doses_long is not None:
        raise context.wrong(Problem.CONTRADICTION)
    days, length = parts.days_of_cycle
    first = fit_wall_clock(replace(with_end(parts, context), days_of_cycle=None), context)
    first_day = _first_day(first, context)
    try:
        plans = [
            replace(first, starts_on=first_day + timedelta(days=day - 1), days=Daily(length))
            for day in days
        ]
        return require_upcoming_dose(Combined(tuple(plans)), context)
    except InvalidSchedule as error:
        raise to_misunderstood(error, context.words) from error


def _are_by_weekday(portions: Sequence[Portion], parts: Sequence[ScheduleParts]) -> bool:
    days = [each.weekdays not in {None, EVERY_DAY} for each in parts]
    complements = [
        each.is_on_other_days or portion.is_except
        for portion, each in zip(portions, parts, strict=True)
    ]
    if sum(days) > 1 or (any(days) and any(complements)):
        return True
    return len(parts) == 2 and days[1] and not _all_have_times(parts)


def _fit_by_weekday(
    portions: Sequence[Portion], parts: Sequence[ScheduleParts], context: ScheduleContext
) -> Schedule:
    """ "5 mg mon-fri and 2.5 mg sat, sun at 18:00", "5 mg daily except 7.5 mg on wednesdays"."""
    days = _days_of_portions(portions, parts, context)
    shared = shared_parts(parts, context, without={"weekdays", "is_on_other_days"})
    if count_patterns(shared) or shared.doses_long is not None:
        raise context.wrong(Problem.ONE_RHYTHM)
    plans = []
    for portion, each, weekdays in zip(portions, parts, days, strict=True):
        timed = _at(each, parts, context)
        own = replace(
            with_end(shared, context),
            times=timed.times,
            moments=timed.moments,
            weekdays=weekdays,
        )
        plan = fit_wall_clock(own, context)
        plans.append(replace(plan, dosages=(portion.dosage,) * len(plan.times)))
    return require_upcoming_dose(Combined(tuple(plans)), context)


def _days_of_portions(
    portions: Sequence[Portion], parts: Sequence[ScheduleParts], context: ScheduleContext
) -> Sequence[frozenset[Weekday]]:
    """The weekdays of each amount. One of them may be for all other days."""
    named = [
        None
        if each.is_on_other_days or portion.is_except or each.weekdays in {None, EVERY_DAY}
        else each.weekdays
        for portion, each in zip(portions, parts, strict=True)
    ]
    taken = frozenset(day for days in named for day in days or ())
    rest = EVERY_DAY - taken
    is_twice = sum(len(days or ()) for days in named) != len(taken)
    unnamed = [n for n, days in enumerate(named) if days is None]
    if is_twice or len(unnamed) > 1 or (unnamed and not rest):
        raise context.wrong(Problem.CONTRADICTION)
    if unnamed and not (parts[unnamed[0]].is_on_other_days or portions[unnamed[0]].is_except):
        # "1 tablet daily and 2 on sundays": three on Sundays, or two?
        raise context.wrong(Problem.ONE_RHYTHM)
    return [rest if days is None else days for days in named]


def _fit_by_time(
    parts: Sequence[ScheduleParts], dosages: Sequence[Dosage], context: ScheduleContext
) -> Schedule:
    for each in parts[:-1]:
        is_own = each.weekdays or each.starts or each.ends or each.days_long
        if is_own and (each.times or each.moments or len(parts[-1].times) > 1):
            raise context.wrong(Problem.ONE_RHYTHM)
    by_time, moments = amounts_by_time(parts, dosages, context)
    shared = shared_parts(parts, context)
    whole = replace(shared, times=sorted(by_time), times_a_day=None)
    schedule = fit_wall_clock(whole, context)
    amounts = tuple(by_time[at] for at in schedule.times)
    found = Times.of({at: moments.get(at) for at in schedule.times})
    return replace(schedule, dosages=amounts, moments=found.moments)


def amounts_by_time(
    parts: Sequence[ScheduleParts], dosages: Sequence[Dosage], context: ScheduleContext
) -> tuple[dict[time, Dosage], Mapping[time, Moment | None]]:
    """The amount at each time; if all times follow the last amount, they are matched up."""
    whens = [times_of_parts(each, context) for each in parts]
    if any(each.vague for each in parts):
        raise context.wrong(Problem.TIMES_MISSING)
    moments = {at: moment for when in whens for at, moment in when.items()}
    count = sum(map(len, whens))
    if all(whens):
        if len(moments) < count:
            raise context.wrong(Problem.DUPLICATE_TIME)
        pairs = zip(whens, dosages, strict=True)
        return {at: dosage for when, dosage in pairs for at in when}, moments
    if not any(whens[:-1]) and len(whens[-1]) == len(parts):
        return dict(zip(whens[-1], dosages, strict=True)), moments
    raise context.wrong(Problem.TIMES_MISSING if count < len(parts) else Problem.COUNT_MISMATCH)


def with_end(parts: ScheduleParts, context: ScheduleContext) -> ScheduleParts:
    """The parts with a last day in place of a length, for plans that share it."""
    starts_on, _ = first_and_last(parts, context)
    last = last_day_of_length(parts, starts_on)
    if last is None:
        return parts
    return replace(parts, ends=exactly(last), days_long=None, months_long=None)


def shared_parts(
    parts: Sequence[ScheduleParts],
    context: ScheduleContext,
    *,
    without: frozenset[str] | set[str] = frozenset(),
) -> ScheduleParts:
    """The parts that apply to all amounts: days, start and end. Each may be given once."""
    shared = ScheduleParts()
    for each in parts:
        for name, value in each.beside_times().items():
            if name in without:
                continue
            if name in shared.beside_times() and getattr(shared, name) != value:
                raise context.wrong(Problem.ONE_RHYTHM)
            setattr(shared, name, value)
    return shared
