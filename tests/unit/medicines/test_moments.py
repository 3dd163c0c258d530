"""Schedules that hang on parts of the day, on other days."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.local_time import Weekday
from domain.medicines.dosages import Dosage
from domain.medicines.schedules.days import Weekly
from domain.medicines.schedules.kinds import (
    AsNeeded,
    Combined,
    Schedule,
    Steps,
    WallClock,
    schedule_from_json,
)
from domain.medicines.schedules.moments import USUAL_DAY, DayTimes, Moment, PartOfDay, Relation
from domain.medicines.schedules.moments_of_schedules import list_moved, parts_of, retimed
from domain.medicines.schedules.problems import InvalidSchedule, ScheduleProblem

BREAKFAST, DINNER, BEDTIME = PartOfDay.BREAKFAST, PartOfDay.DINNER, PartOfDay.BEDTIME
BEFORE = Moment(BREAKFAST, Relation.BEFORE)
AFTER_DINNER = Moment(DINNER, Relation.AFTER, timedelta(hours=2))
MONDAY = date(2026, 11, 23)
ONE, TWO = Dosage("1 tablet"), Dosage("2 tablets")
TWICE = WallClock((time(7, 30), time(20)), MONDAY, moments=(BEFORE, AFTER_DINNER))


def day(**times: str) -> DayTimes:
    return DayTimes({PartOfDay(part): time.fromisoformat(at) for part, at in times.items()})


def test_what_hangs_on_nothing_stays() -> None:
    by_the_clock = WallClock((time(8),), MONDAY)
    for schedule in (by_the_clock, AsNeeded(MONDAY)):
        assert retimed(schedule, day(breakfast="06:00")) == schedule
        assert (list(parts_of(schedule)), list(list_moved(schedule, USUAL_DAY))) == ([], [])


def test_a_day_as_it_was_changes_nothing() -> None:
    assert retimed(TWICE, USUAL_DAY) == TWICE
    assert list_moved(TWICE, USUAL_DAY) == []


def test_only_what_hangs_on_a_part_moves_with_it() -> None:
    assert retimed(TWICE, day(dinner="19:00")).times == (time(7, 30), time(21))  # type: ignore[union-attr]
    assert list_moved(TWICE, day(dinner="19:00")) == [(time(20), time(21))]
    assert list(parts_of(TWICE)) == [BREAKFAST, DINNER]


def test_amounts_and_the_last_dose_go_along() -> None:
    course = WallClock(
        (time(8), time(9), time(22)),
        MONDAY,
        MONDAY + timedelta(days=3),
        dosages=(ONE, TWO, ONE),
        moments=(Moment(BREAKFAST), None, Moment(BEDTIME)),
        last_at=time(9),
    )
    moved = retimed(course, day(breakfast="10:00"))
    assert isinstance(moved, WallClock)
    assert moved.times == (time(9), time(10), time(22))
    assert moved.dosages == (TWO, ONE, ONE)
    assert moved.moments == (None, Moment(BREAKFAST), Moment(BEDTIME))
    assert moved.ends_on is not None
    assert len(moved.times_on(moved.ends_on)) == 2  # as many as were prescribed


def test_steps_and_plans_move_each_by_itself() -> None:
    first = WallClock((time(7, 30),), MONDAY, MONDAY, dosages=(TWO,), moments=(BEFORE,))
    then = replace(first, starts_on=MONDAY + timedelta(days=1), ends_on=None, dosages=(ONE,))
    early = day(breakfast="07:00")
    moved = retimed(Steps((first, then)), early)
    assert isinstance(moved, Steps)
    assert [step.times for step in moved.steps] == [(time(6, 30),)] * 2
    weekday = replace(TWICE, days=Weekly(frozenset({Weekday.MONDAY})))
    other = replace(weekday, days=Weekly(frozenset({Weekday.TUESDAY})), moments=None)
    both = retimed(Combined((weekday, other)), early)
    assert isinstance(both, Combined)
    assert [plan.times[0] for plan in both.plans] == [time(6, 30), time(7, 30)]


@pytest.mark.parametrize(
    ("schedule", "times", "problem"),
    [
        (
            WallClock((time(7), time(7, 30)), MONDAY, moments=(None, BEFORE)),
            day(breakfast="07:30"),
            ScheduleProblem.MOMENTS_MEET,
        ),
        (
            Combined(
                (
                    WallClock((time(7),), MONDAY),
                    WallClock((time(7, 30),), MONDAY, moments=(BEFORE,)),
                )
            ),
            day(breakfast="07:30"),
            ScheduleProblem.PLANS_COINCIDE,
        ),
        (TWICE, day(dinner="22:30"), ScheduleProblem.MOMENT_ON_ANOTHER_DAY),
        (TWICE, day(breakfast="00:15"), ScheduleProblem.MOMENT_ON_ANOTHER_DAY),
    ],
)
def test_what_cannot_follow_says_why(
    schedule: Schedule, times: DayTimes, problem: ScheduleProblem
) -> None:
    works: tuple[Callable[[Schedule, DayTimes], object], ...] = (retimed, list_moved)
    for work in works:
        with pytest.raises(InvalidSchedule) as refused:
            work(schedule, times)
        assert refused.value.problem is problem


MINUTES = st.times().map(lambda at: at.replace(second=0, microsecond=0))
DAYS = st.dictionaries(st.sampled_from(PartOfDay), MINUTES).map(DayTimes)


@given(st.lists(st.sampled_from(PartOfDay), min_size=1, max_size=5, unique=True), DAYS, DAYS)
def test_there_and_back_is_where_it_was(
    parts: list[PartOfDay], one: DayTimes, other: DayTimes
) -> None:
    try:
        moments = sorted(map(Moment, parts), key=lambda moment: one.at(moment.part))
        times = tuple(one.at(moment.part) for moment in moments)
        schedule = WallClock(times, MONDAY, moments=tuple(moments))
        moved = retimed(schedule, other)
    except InvalidSchedule:
        return
    assert schedule_from_json(moved.to_json()) == moved
    assert retimed(moved, one) == schedule
    assert DayTimes.from_json(one.to_json()) == one
