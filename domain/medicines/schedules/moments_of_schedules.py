"""Schedules that hang on parts of the day, and their times when a person's day changes."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import time

from domain.medicines.schedules.kinds import (
    Combined,
    Schedule,
    Steps,
    WallClock,
    wall_clocks_of,
)
from domain.medicines.schedules.moments import DayTimes, Moment, PartOfDay
from domain.medicines.schedules.problems import ScheduleProblem, require


def retimed(schedule: Schedule, day: DayTimes) -> Schedule:
    """The schedule with its moments at the times that they have on *day*. Amounts go with their
    moments, and a course keeps its number of doses.

    Raises InvalidSchedule if two doses would be due at the same minute, or if a moment would be on
    another day than its part: half an hour before a breakfast at 00:15.
    """
    match schedule:
        case WallClock():
            return _retimed_plan(schedule, day)
        case Steps(steps=steps):
            return Steps(tuple(_retimed_plan(step, day) for step in steps))
        case Combined(plans=plans):
            return Combined(tuple(_retimed_plan(plan, day) for plan in plans))
        case _:
            return schedule


def _retimed_plan(plan: WallClock, day: DayTimes) -> WallClock:
    if plan.moments is None:
        return plan
    times = [_time_on(day, at, moment) for at, moment in _timed_moments(plan)]
    ascending = sorted(times)
    require(len(set(times)) == len(times), ScheduleProblem.MOMENTS_MEET)
    order = sorted(range(len(times)), key=times.__getitem__)
    last_at = plan.last_at
    return replace(
        plan,
        times=tuple(ascending),
        moments=tuple(plan.moments[index] for index in order),
        dosages=None if plan.dosages is None else tuple(plan.dosages[index] for index in order),
        # As many doses on the last day as before.
        last_at=None if last_at is None else ascending[plan.times.index(last_at)],
    )


def _time_on(day: DayTimes, at: time, moment: Moment | None) -> time:
    found = at if moment is None else day.time_of(moment)
    require(found is not None, ScheduleProblem.MOMENT_ON_ANOTHER_DAY)
    return found or at


def parts_of(schedule: Schedule) -> Sequence[PartOfDay]:
    """The parts of the day on which it hangs, in the order of the day."""
    named = {
        moment.part
        for plan in wall_clocks_of(schedule)
        for _, moment in _timed_moments(plan)
        if moment is not None
    }
    return [part for part in PartOfDay if part in named]


def list_moved(schedule: Schedule, day: DayTimes) -> Sequence[tuple[time, time]]:
    """The times that *day* would move, each with its new one, in the order of the day. Raises
    InvalidSchedule as :func:`retimed`.
    """
    retimed(schedule, day)
    pairs = {
        (at, _time_on(day, at, moment))
        for plan in wall_clocks_of(schedule)
        for at, moment in _timed_moments(plan)
    }
    return sorted((old, new) for old, new in pairs if old != new)


def _timed_moments(plan: WallClock) -> Iterator[tuple[time, Moment | None]]:
    return zip(plan.times, plan.moments or [None] * len(plan.times), strict=True)
