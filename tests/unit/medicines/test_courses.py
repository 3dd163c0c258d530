"""What a pause takes from a course, and how much longer it then lasts."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.local_time import Weekday
from domain.medicines.dosages import Dosage
from domain.medicines.schedules.courses import (
    Stretch,
    can_lose_days,
    ends_earlier,
    has_end,
    is_over_by,
    last_day,
    lengthen,
    with_dates_before,
)
from domain.medicines.schedules.days import Daily, Weekly
from domain.medicines.schedules.kinds import AsNeeded, Combined, Elapsed, Schedule, Steps, WallClock
from domain.medicines.schedules.occurrences import occurrences_between

LONDON = ZoneInfo("Europe/London")
EIGHT = (time(8),)


def day(number: int) -> date:
    return date(2026, 6, number)


def at(number: int, hour: int = 0) -> datetime:
    """By London's clock, an hour ahead of UTC then."""
    return datetime(2026, 6, number, hour, tzinfo=LONDON).astimezone(UTC)


def test_days_are_added_at_the_end() -> None:
    course = WallClock(EIGHT, day(1), day(9))
    longer = lengthen(course, LONDON, since=at(4, 7), until=at(7))
    assert longer is not None
    assert (longer.days, longer.ends_on, longer.new_ends_on) == (3, day(9), day(12))


def test_no_day_is_added_whose_dose_the_pause_takes_too() -> None:
    course = WallClock(EIGHT, day(1), day(9))
    longer = lengthen(course, LONDON, since=at(8, 7), until=at(14, 9))
    assert longer is not None
    assert (longer.days, longer.new_ends_on) == (2, day(16))  # on 14 it's still paused


def test_plans_side_by_side_get_what_each_has_lost() -> None:
    one, other = (Dosage("5 mg"),), (Dosage("7.5 mg"),)
    course = Combined(
        (
            WallClock(EIGHT, day(1), day(9), Daily(2), one),
            WallClock(EIGHT, day(2), day(8), Daily(2), other),
        )
    )
    longer = lengthen(course, LONDON, since=at(3, 7), until=at(6, 7))
    assert longer is not None
    assert (longer.days, longer.ends_on, longer.new_ends_on) == (3, day(9), day(13))
    assert [plan.ends_on for plan in longer.schedule.plans] == [  # type: ignore[union-attr]
        day(13),
        day(10),
    ]
    assert with_dates_before(longer.schedule, after=longer.schedule, before=course) == course
    assert ends_earlier(course, longer.schedule)
    assert can_lose_days(course, LONDON, at(9, 7))
    assert not can_lose_days(course, LONDON, at(9, 9))


def test_only_the_plan_with_an_end_gets_longer() -> None:
    course = Combined(
        (WallClock(EIGHT, day(1)), WallClock((time(20),), day(1), day(7))),
    )
    longer = lengthen(course, LONDON, since=at(3, 7), until=at(5, 7))
    assert longer is not None
    assert (longer.days, longer.ends_on, longer.new_ends_on) == (2, None, None)
    assert longer.schedule.plans[1].ends_on == day(9)  # type: ignore[union-attr]
    assert has_end(course)
    assert not can_lose_days(course, LONDON, at(8))


def test_a_course_that_ends_within_a_day_keeps_its_number_of_doses() -> None:
    course = WallClock((time(8), time(20)), day(1), day(9), last_at=time(8))
    longer = lengthen(course, LONDON, since=at(3, 12), until=at(4, 7))
    assert longer is not None
    assert longer.schedule == WallClock((time(8), time(20)), day(1), day(9))
    again = lengthen(course, LONDON, since=at(3, 12), until=at(4, 12))
    assert again is not None
    assert again.schedule == WallClock((time(8), time(20)), day(1), day(10), last_at=time(8))
    assert ends_earlier(course, longer.schedule)
    assert with_dates_before(longer.schedule, after=longer.schedule, before=course) == course


def test_only_days_of_the_course_are_lost() -> None:
    course = WallClock(EIGHT, day(1), day(9))
    longer = lengthen(course, LONDON, since=at(8, 7), until=at(14))
    assert longer is not None
    assert (longer.days, longer.new_ends_on) == (2, day(15))  # 14 and 15: after the pause


@pytest.mark.parametrize(
    "schedule",
    [
        WallClock(EIGHT, day(1)),
        AsNeeded(day(1), ends_on=day(9)),
        Elapsed(timedelta(hours=8), at(1)),
        WallClock(EIGHT, day(1), day(3)),
        WallClock(EIGHT, day(20), day(25)),
    ],
)
def test_what_has_no_end_or_is_not_touched_stays(schedule: WallClock) -> None:
    assert lengthen(schedule, LONDON, since=at(4), until=at(7)) is None


def test_weeks_are_added_for_weeks() -> None:
    course = WallClock(EIGHT, day(1), day(29), days=Weekly(frozenset({Weekday.MONDAY})))
    longer = lengthen(course, LONDON, since=at(7), until=at(10))
    assert longer is not None
    assert (longer.days, longer.new_ends_on) == (1, date(2026, 7, 6))


def test_a_taper_moves_from_the_paused_step_on() -> None:
    twenty, ten = (Dosage("20 mg"),), (Dosage("10 mg"),)
    taper = Steps(
        (
            WallClock(EIGHT, day(1), day(5), dosages=twenty),
            WallClock(EIGHT, day(6), day(10), dosages=ten),
        )
    )
    longer = lengthen(taper, LONDON, since=at(4, 7), until=at(7))
    assert longer is not None
    assert longer.days == 3
    first, second = longer.schedule.steps  # type: ignore[union-attr]
    assert (first.starts_on, first.ends_on) == (day(1), day(8))
    assert (second.starts_on, second.ends_on) == (day(9), day(13))


def test_a_taper_whose_last_step_stays_for_good_moves_too() -> None:
    twenty, ten = (Dosage("20 mg"),), (Dosage("10 mg"),)
    taper = Steps(
        (
            WallClock(EIGHT, day(1), day(5), dosages=twenty),
            WallClock(EIGHT, day(6), dosages=ten),
        )
    )
    longer = lengthen(taper, LONDON, since=at(4, 7), until=at(6))
    assert longer is not None
    assert (longer.ends_on, longer.new_ends_on) == (None, None)
    assert longer.schedule.steps[1].starts_on == day(8)  # type: ignore[union-attr]
    assert lengthen(taper, LONDON, since=at(10), until=at(12)) is None


def test_by_the_hour_as_many_doses_are_added() -> None:
    course = Elapsed(timedelta(hours=8), at(1), at(8))
    longer = lengthen(course, LONDON, since=at(3), until=at(5))
    assert longer is not None
    assert (longer.days, last_day(longer.schedule, LONDON)) == (2, day(9))


def test_a_course_is_over_when_no_dose_of_it_is_left() -> None:
    course = WallClock(EIGHT, day(1), day(9))
    assert not is_over_by(course, LONDON, at(9))
    assert is_over_by(course, LONDON, at(14))
    assert not is_over_by(WallClock(EIGHT, day(1)), LONDON, at(14))


@given(
    every=st.integers(1, 4),
    length=st.integers(5, 40),
    begins=st.integers(0, 45),
    lasts=st.integers(1, 20),
)
def test_as_many_doses_are_given_as_without_the_pause(
    every: int, length: int, begins: int, lasts: int
) -> None:
    first = date(2026, 3, 1)  # over a change of clocks
    course = WallClock(EIGHT, first, first + timedelta(days=length), days=Daily(every))
    since = datetime(2026, 3, 1, tzinfo=UTC) + timedelta(days=begins)
    until = since + timedelta(days=lasts)
    begin, end = since - timedelta(days=60), since + timedelta(days=400)
    planned = occurrences_between(course, LONDON, begin, end)
    longer = lengthen(course, LONDON, since=since, until=until)
    if longer is None:
        assert not [o for o in planned if since <= o.due_at < until]
        return
    kept = occurrences_between(longer.schedule, LONDON, begin, end)
    given_ = [o for o in kept if not since <= o.due_at < until]
    assert len(given_) == len(planned)


def taper(*ends: int) -> Steps:
    """From 1 June on, each step up to one of the days."""
    starts = (1, *(end + 1 for end in ends[:-1]))
    return Steps(
        tuple(
            WallClock(EIGHT, day(start), day(end), dosages=(Dosage("1 tablet"),))
            for start, end in zip(starts, ends, strict=True)
        )
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (WallClock(EIGHT, day(1), day(9)), WallClock(EIGHT, day(1), day(12))),
        (taper(3, 6), taper(5, 8)),
        (
            Elapsed(timedelta(hours=8), at(1), ends_at=at(5)),
            Elapsed(timedelta(hours=8), at(1), ends_at=at(7)),
        ),
    ],
)
def test_the_dates_of_before_a_pause_come_back(before: Schedule, after: Schedule) -> None:
    assert ends_earlier(before, after)
    assert not ends_earlier(after, before)
    assert with_dates_before(after, after=after, before=before) == before
    assert with_dates_before(before, after=after, before=before) is None  # somebody set them


def test_what_was_changed_since_stays_as_the_dates_come_back() -> None:
    before, after = (WallClock(EIGHT, day(1), day(end)) for end in (9, 12))
    now = WallClock((time(19),), day(1), day(12))
    found = with_dates_before(now, after=after, before=before)
    assert found == WallClock((time(19),), day(1), day(9))


def test_a_course_of_another_kind_by_now_keeps_its_end() -> None:
    before, after = taper(3, 6), taper(5, 8)
    assert with_dates_before(taper(5, 8, 9), after=after, before=before) is None
    assert with_dates_before(WallClock(EIGHT, day(1)), after=after, before=before) is None


def test_what_was_added_before_is_not_added_again() -> None:
    course = WallClock(EIGHT, day(1), day(9))
    added = Stretch.between(at(3), at(5), LONDON)
    longer = lengthen(course, LONDON, since=at(3), until=at(6), counted=[added])
    assert longer is not None
    assert (longer.days, longer.new_ends_on) == (1, day(10))
    assert lengthen(course, LONDON, since=at(3), until=at(5), counted=[added]) is None


def test_a_day_in_between_on_which_it_was_given_is_not_lost() -> None:
    course = WallClock(EIGHT, day(1), day(9))
    longer = lengthen(course, LONDON, since=at(3), until=at(6), kept=["2026-06-04T08:00"])
    assert longer is not None
    assert (longer.days, longer.new_ends_on) == (2, day(11))


def test_a_stretch_is_cut_at_the_end_of_the_pause() -> None:
    stretch = Stretch.between(at(3), at(6), LONDON)
    assert stretch.up_to(None, LONDON) == stretch
    assert stretch.up_to(at(4, 12), LONDON) == Stretch.between(at(3), at(4, 12), LONDON)
    assert stretch.up_to(at(3), LONDON) is None
    assert stretch.instants(LONDON) == (at(3), at(6))


@pytest.mark.parametrize(
    "schedule",
    [
        WallClock(EIGHT, day(1)),
        WallClock(EIGHT, day(1), day(9)),
        Elapsed(timedelta(hours=8), at(1), at(10)),
        Steps(
            (
                WallClock(EIGHT, day(1), day(4), dosages=(Dosage("2 tablets"),)),
                WallClock(EIGHT, day(5), dosages=(Dosage("1 tablet"),)),
            )
        ),
        AsNeeded(day(1), ends_on=day(9)),
    ],
    ids=repr,
)
def test_days_can_be_lost_exactly_as_long_as_they_could_be_added(schedule: Schedule) -> None:
    for hours in range(0, 24 * 12, 4):
        since = at(1, 4) + timedelta(hours=hours)
        longer = lengthen(schedule, LONDON, since=since, until=since + timedelta(days=60))
        assert can_lose_days(schedule, LONDON, since) is (longer is not None), since
