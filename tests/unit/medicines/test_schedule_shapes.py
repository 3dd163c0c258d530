"""The laws of every shape of a schedule: plans side by side, courses, JSON, what is to come."""

import json
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from domain.medicines.schedules.courses import lasting, lengthen, with_doses
from domain.medicines.schedules.days import Days, are_apart
from domain.medicines.schedules.kinds import (
    Combined,
    Elapsed,
    Schedule,
    WallClock,
    schedule_from_json,
    wall_clocks_of,
)
from domain.medicines.schedules.moments import DayTimes, PartOfDay
from domain.medicines.schedules.moments_of_schedules import retimed
from domain.medicines.schedules.occurrences import (
    Occurrence,
    count_doses,
    first_occurrence,
    last_dose,
    next_dates,
    occurrences_between,
)
from domain.medicines.schedules.problems import InvalidSchedule, ScheduleProblem
from tests.unit.medicines.shapes import (
    NOW,
    TODAY,
    alternating,
    patterns,
    plans_side_by_side,
    schedules,
    wall_clocks,
)

zones = st.sampled_from(["Europe/London", "America/New_York", "Asia/Kolkata", "Pacific/Apia"])
LONDON = ZoneInfo("Europe/London")
BEGIN, END = NOW - timedelta(days=3), NOW + timedelta(days=800)


def doses(schedule: Schedule, zone: ZoneInfo = LONDON) -> list[Occurrence]:
    return occurrences_between(schedule, zone, BEGIN, END)


@given(schedules)
def test_every_shape_survives_its_json(schedule: Schedule) -> None:
    assert schedule_from_json(json.loads(json.dumps(schedule.to_json()))) == schedule


@given(plans_side_by_side, zones.map(ZoneInfo))
def test_plans_side_by_side_are_given_all_and_never_at_the_same_minute(
    schedule: Combined, zone: ZoneInfo
) -> None:
    found = doses(schedule, zone)
    keys = [each.key for each in found]
    assert len(keys) == len(set(keys))
    each = [dose for plan in schedule.plans for dose in doses(plan, zone)]
    assert sorted(keys) == sorted(dose.key for dose in each)
    assert {(dose.key, dose.dosage) for dose in found} == {(dose.key, dose.dosage) for dose in each}


@given(patterns, patterns, st.integers(0, 60))
def test_patterns_that_are_apart_never_meet(one: Days, other: Days, later: int) -> None:
    starts = (TODAY, TODAY + timedelta(days=later))
    if not are_apart(one, other, starts_on=starts):
        return
    until = TODAY + timedelta(days=3 * 366)
    days = [
        set(days_of(pattern, since, until))
        for pattern, since in zip((one, other), starts, strict=True)
    ]
    assert not days[0] & days[1]


def days_of(pattern: Days, since: date, until: date) -> list[date]:
    found, day = [], since
    while (day := pattern.next_day(day, starts_on=since)) <= until:
        found.append(day)
        day += timedelta(days=1)
    return found


@given(wall_clocks(), st.integers(1, 60))
def test_a_course_of_so_many_doses_has_them(plan: WallClock, count: int) -> None:
    course = with_doses(plan, count, since=NOW, zone=LONDON)
    assert count_doses(course, LONDON, NOW + timedelta(microseconds=1)) == count
    endless = replace(plan, ends_on=None, last_at=None)
    at, keys = NOW, []
    for _ in range(count):
        following = first_occurrence(endless, LONDON, at)
        assert following is not None
        keys.append(following.key)
        at = following.due_at
    last = last_dose(course, LONDON)
    assert last is not None
    assert last.key == keys[-1]


@given(wall_clocks(), st.integers(1, 60), st.integers(0, 23))
def test_a_course_that_begins_within_a_day_has_all_its_doses(
    plan: WallClock, days: int, hour: int
) -> None:
    """As many as if it had begun in the morning."""
    every_day = WallClock(plan.times, TODAY, None, dosages=plan.dosages)
    now = datetime.combine(TODAY, time(hour), UTC)
    first = first_occurrence(every_day, LONDON, now)
    assert first is not None
    first_day = date.fromisoformat(first.key[:10])
    ends_on = first_day + timedelta(days=days - 1)
    course = lasting(every_day, ends_on, first_day=first_day, after=now, zone=LONDON)
    due = [each for each in doses(course) if each.due_at > now]
    assert len(due) == days * len(plan.times)


@given(schedules, zones.map(ZoneInfo), st.integers(-2_000, 100_000))
def test_doses_are_counted_as_one_would(schedule: Schedule, zone: ZoneInfo, minutes: int) -> None:
    since = NOW + timedelta(minutes=minutes)
    counted = count_doses(schedule, zone, since)
    if counted is None:
        return
    end = since + timedelta(days=1_500)
    moment = timedelta(microseconds=1)
    assert counted == len(occurrences_between(schedule, zone, since - moment, end))


@given(schedules, zones.map(ZoneInfo))
def test_what_has_an_end_and_set_times_can_be_counted(schedule: Schedule, zone: ZoneInfo) -> None:
    parts = wall_clocks_of(schedule)
    has_end = all(part.ends_on is not None for part in parts)
    if parts:
        assert (count_doses(schedule, zone, NOW) is not None) is has_end
    if isinstance(schedule, Elapsed) and schedule.from_last_intake:
        assert count_doses(schedule, zone, NOW) is None


@given(schedules)
def test_the_next_dates_are_the_next_days_with_a_dose(schedule: Schedule) -> None:
    dates = next_dates(schedule, LONDON, NOW)
    assert list(dates) == sorted(set(dates))
    found = [each for each in doses(schedule) if each.due_at > NOW]
    keys = [each.key for each in found]
    expected = list(
        dict.fromkeys(
            each.due_at.astimezone(LONDON).date()
            if each.key.endswith("Z")
            else date.fromisoformat(each.key[:10])
            for each in found
        )
    )
    assert list(dates) == expected[:3] or len(keys) < 3


def kept(schedule: Schedule, since: datetime, until: datetime) -> Counter[object]:
    """The amounts of what is given, with a pause in between."""
    found = occurrences_between(schedule, LONDON, BEGIN, END)
    return Counter(each.dosage for each in found if not since <= each.due_at < until)


@given(alternating(), st.integers(0, 70), st.integers(1, 200))
def test_a_pause_keeps_the_doses_of_each_amount_and_what_alternates(
    schedule: Combined, begins: int, hours: int
) -> None:
    """Whole days: a day that loses one of its doses counts as a day lost."""
    plans = tuple(
        replace(plan, times=plan.times[:1], dosages=(plan.dosages or ())[:1])
        for plan in schedule.plans
    )
    schedule = Combined(plans)
    since = datetime(2026, 11, 23, tzinfo=UTC) + timedelta(days=begins)
    until = since + timedelta(hours=hours)
    planned = Counter(each.dosage for each in doses(schedule))
    longer = lengthen(schedule, LONDON, since=since, until=until)
    if longer is None:
        is_endless = schedule.plans[0].ends_on is None
        assert is_endless or kept(schedule, since, until) == planned
        return
    assert kept(longer.schedule, since, until) == planned
    days = [each.key[:10] for each in doses(longer.schedule)]
    assert len(days) == len(set(days))
    before = {each.key: each.dosage for each in doses(schedule)}
    after = {each.key: each.dosage for each in doses(longer.schedule)}
    assert before.items() <= after.items()


@given(wall_clocks(), st.integers(0, 150), st.integers(1, 500))
def test_a_pause_keeps_the_number_of_doses_of_what_ends_within_a_day(
    plan: WallClock, begins: int, hours: int
) -> None:
    if plan.last_at is None:
        return
    since = NOW + timedelta(days=begins)
    until = since + timedelta(hours=hours)
    longer = lengthen(plan, LONDON, since=since, until=until)
    schedule = plan if longer is None else longer.schedule
    moment = timedelta(microseconds=1)
    lost = occurrences_between(schedule, LONDON, since - moment, until - moment)
    assert count_doses(plan, LONDON, BEGIN) == (count_doses(schedule, LONDON, BEGIN) or 0) - len(
        lost
    )


days_of_somebody = st.dictionaries(
    st.sampled_from(PartOfDay), st.integers(0, 23).map(time), max_size=8
).map(DayTimes)


@given(schedules, days_of_somebody)
def test_other_times_of_the_day_move_what_hangs_on_them_and_nothing_else(
    schedule: Schedule, day: DayTimes
) -> None:
    try:
        moved = retimed(schedule, day)
    except InvalidSchedule as error:
        possible = {
            ScheduleProblem.MOMENTS_MEET,
            ScheduleProblem.MOMENT_ON_ANOTHER_DAY,
            ScheduleProblem.PLANS_COINCIDE,
        }
        if error.problem not in possible:
            raise
        return
    for before, after in zip(wall_clocks_of(schedule), wall_clocks_of(moved), strict=True):
        assert Counter(slots_of(before)) == Counter(slots_of(after))
        for at, moment in zip(after.times, after.moments or (), strict=False):
            assert moment is None or at == day.time_of(moment)
        as_before = replace(
            after,
            times=before.times,
            moments=before.moments,
            dosages=before.dosages,
            last_at=before.last_at,
        )
        assert as_before == before
        if before.ends_on is not None:
            assert len(after.times_on(before.ends_on)) == len(before.times_on(before.ends_on))
    if not wall_clocks_of(schedule):
        assert moved == schedule


def slots_of(plan: WallClock) -> list[object]:
    """The parts of the day with their amounts, and the times that were named with theirs."""
    parts = plan.moments or (None,) * len(plan.times)
    amounts = plan.dosages or (None,) * len(plan.times)
    return [
        (moment or at, amount)
        for at, moment, amount in zip(plan.times, parts, amounts, strict=True)
    ]
