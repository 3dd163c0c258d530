"""The laws of wall-clock time, over all zones and two years."""

import json
import zoneinfo
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.local_time import Weekday
from domain.medicines.schedules.clock_times import local_time
from domain.medicines.schedules.days import (
    LAST as LAST_ONE,
)
from domain.medicines.schedules.days import (
    Cycle,
    Daily,
    Days,
    Monthly,
    MonthlyWeekdays,
    Weekly,
)
from domain.medicines.schedules.kinds import Elapsed, Schedule, WallClock, schedule_from_json
from domain.medicines.schedules.occurrences import (
    first_occurrence,
    last_occurrence,
    occurrences_between,
)

# "Factory" and "localtime" are no places; some systems list them.
ZONES = sorted(zoneinfo.available_timezones() - {"Factory", "localtime"})
FIRST, LAST = date(2026, 1, 1), date(2027, 12, 31)
DAYS = (LAST - FIRST).days + 1
BEFORE, AFTER = datetime(2025, 12, 1, tzinfo=UTC), datetime(2028, 2, 1, tzinfo=UTC)

zones = st.sampled_from(ZONES).map(ZoneInfo)
days = st.dates(FIRST, LAST)
# Most of the changes happen in the small hours, so half of the examples lie there.
clock_times = st.one_of(st.times(time(0), time(4, 59)), st.times()).map(
    lambda at: at.replace(second=0, microsecond=0)
)
instants = st.integers(0, (AFTER - BEFORE) // timedelta(seconds=1)).map(
    lambda seconds: BEFORE + timedelta(seconds=seconds)
)


patterns = st.one_of(
    st.builds(Daily, st.integers(1, 40)),
    st.builds(
        Weekly, st.frozensets(st.sampled_from(Weekday), min_size=1, max_size=6), st.integers(1, 6)
    ),
    st.builds(
        Monthly, st.frozensets(st.integers(1, 31), min_size=1, max_size=5), st.integers(1, 12)
    ),
    st.builds(
        MonthlyWeekdays,
        st.frozensets(st.sampled_from(Weekday), min_size=1, max_size=7),
        st.frozensets(st.sampled_from([1, 2, 3, 4, LAST_ONE]), min_size=1, max_size=5),
        st.integers(1, 12),
    ),
    st.builds(Cycle, st.integers(1, 40), st.integers(1, 40)),
)


@st.composite
def wall_clocks(draw: st.DrawFn) -> WallClock:
    times = draw(st.lists(clock_times, min_size=1, max_size=5, unique=True))
    starts_on = draw(days)
    pattern = draw(patterns)
    first = pattern.next_day(starts_on, starts_on=starts_on)
    ends_on = draw(st.none() | st.dates(first, date(2028, 3, 31)))
    return WallClock(tuple(sorted(times)), starts_on, ends_on, pattern)


@st.composite
def elapsed(draw: st.DrawFn) -> Elapsed:
    starts_at = draw(instants).replace(second=0)
    every = timedelta(minutes=draw(st.integers(60, 3000)))
    ends_at = draw(st.none() | st.integers(1, 500).map(lambda days: starts_at + days * every))
    return Elapsed(every, starts_at, ends_at)


schedules = st.one_of(wall_clocks(), elapsed())


def is_chosen(days: Days, day: date, first: date) -> bool:
    """Whether a pattern has *day*, by another way than the one under test: all days, one by one."""
    match days:
        case Daily(every=every):
            return (day - first).days % every == 0
        case Weekly(weekdays=weekdays, every=every):
            if day.weekday() not in weekdays:
                return False
            begin = next(
                first + timedelta(days=n)
                for n in range(7)
                if (first + timedelta(days=n)).weekday() in weekdays
            )
            return (_week(day) - _week(begin)) % every == 0
        case Monthly(days=of_month):
            is_last = (day + timedelta(days=1)).day == 1
            is_it = day.day in of_month or (is_last and any(d > day.day for d in of_month))
            return is_it and is_month_chosen(days, day, first)
        case MonthlyWeekdays(weekdays=weekdays, places=places):
            is_last = (day + timedelta(days=7)).month != day.month
            place = (day.day - 1) // 7 + 1
            is_it = day.weekday() in weekdays and (
                place in places or (is_last and LAST_ONE in places)
            )
            return is_it and is_month_chosen(days, day, first)
        case Cycle(days_on=on, days_off=off):
            return (day - first).days % (on + off) < on


def is_month_chosen(days: Monthly | MonthlyWeekdays, day: date, first: date) -> bool:
    """Whether its month is counted: from the first month that has a day from *first* on."""
    if days.every == 1:
        return True
    every_month = replace(days, every=1)
    begin = next(
        first + timedelta(days=n)
        for n in range(63)
        if is_chosen(every_month, first + timedelta(days=n), first)
    )
    return ((day.year - begin.year) * 12 + day.month - begin.month) % days.every == 0


def _week(day: date) -> int:
    """Weeks since the beginning of the calendar, which began on a Monday."""
    return (day.toordinal() - 1) // 7


@given(pattern=patterns, first=days)
def test_a_pattern_has_the_days_that_one_would_count_off(pattern: Days, first: date) -> None:
    schedule = WallClock((time(12),), first, first + timedelta(days=400), pattern)
    counted = [
        first + timedelta(days=n)
        for n in range(401)
        if is_chosen(pattern, first + timedelta(days=n), first)
    ]
    zone = ZoneInfo("Europe/London")
    begin = datetime.combine(first, time(), UTC) - timedelta(days=3)
    doses = occurrences_between(schedule, zone, begin, begin + timedelta(days=410))
    assert [date.fromisoformat(dose.key[:10]) for dose in doses] == counted


@cache
def zones_that_differ() -> Sequence[str]:
    """One zone of all that show the same time at each half hour: an eighth of the names."""
    found: dict[Sequence[timedelta | None], str] = {}
    days = [BEFORE + timedelta(days=n) for n in range((AFTER - BEFORE).days + 1)]
    for name in ZONES:
        zone = ZoneInfo(name)
        offsets = [day.astimezone(zone).utcoffset() for day in days]
        changing = [day for day, (a, b) in zip(days, pairwise(offsets), strict=False) if a != b]
        half_hours = (day + timedelta(minutes=30 * n) for day in changing for n in range(48))
        offsets += [at.astimezone(zone).utcoffset() for at in half_hours]
        found.setdefault(tuple(offsets), name)
    return tuple(found.values())


@pytest.mark.parametrize("at", ["00:00", "01:30", "02:00", "02:30", "08:00"])
def test_each_local_day_has_exactly_one_dose_in_every_zone(at: str) -> None:
    schedule = WallClock((time.fromisoformat(at),), FIRST, LAST)
    expected = [f"{FIRST + timedelta(days=n)}T{at}" for n in range(DAYS)]
    for name in zones_that_differ():
        doses = occurrences_between(schedule, ZoneInfo(name), BEFORE, AFTER)
        assert [dose.key for dose in doses] == expected, name
        assert all(a.due_at < b.due_at for a, b in pairwise(doses)), name


def test_three_night_times_of_one_medicine_are_three_doses_each_day_in_every_zone() -> None:
    times = (time(1, 30), time(2), time(2, 30))
    schedule = WallClock(times, FIRST, LAST)
    expected = {f"{FIRST + timedelta(days=n)}T{at:%H:%M}" for n in range(DAYS) for at in times}
    for name in zones_that_differ():
        doses = occurrences_between(schedule, ZoneInfo(name), BEFORE, AFTER)
        assert len(doses) == len(expected), name
        assert {dose.key for dose in doses} == expected, name


@given(zone=zones, at=clock_times)
def test_the_wall_clock_is_kept_outside_gaps_and_shifted_by_them(zone: ZoneInfo, at: time) -> None:
    for dose in occurrences_between(WallClock((at,), FIRST, LAST), zone, BEFORE, AFTER):
        shown = dose.due_at.astimezone(zone).replace(tzinfo=None)
        asked = local_time(dose.key, dose.due_at, zone)
        if shown != asked:
            shift = shown - asked
            gap_after = dose.due_at.astimezone(zone).utcoffset()
            gap_before = (dose.due_at - shift).astimezone(zone).utcoffset()
            assert gap_after is not None
            assert gap_before is not None
            assert gap_after - gap_before == shift > timedelta(0)


@given(zone=zones, at=clock_times)
def test_a_time_that_comes_twice_is_given_the_first_time(zone: ZoneInfo, at: time) -> None:
    for dose in occurrences_between(WallClock((at,), FIRST, LAST), zone, BEFORE, AFTER):
        assert dose.due_at.astimezone(zone).fold == 0


@given(schedule=schedules, zone=zones, cuts=st.lists(instants, min_size=3, max_size=6))
def test_neighbouring_windows_share_no_dose_and_lose_none(
    schedule: Schedule, zone: ZoneInfo, cuts: list[datetime]
) -> None:
    cuts.sort()
    whole = occurrences_between(schedule, zone, cuts[0], cuts[-1])
    pieces = [o for a, b in pairwise(cuts) for o in occurrences_between(schedule, zone, a, b)]
    assert pieces == whole
    assert len({o.key for o in whole}) == len(whole)


@given(schedule=schedules, zone=zones, after=instants)
def test_the_first_dose_is_the_first_of_all(
    schedule: Schedule, zone: ZoneInfo, after: datetime
) -> None:
    first = first_occurrence(schedule, zone, after)
    # Of something every twelve months, the first may be long after the last of the instants.
    until = max(datetime(2028, 5, 1, tzinfo=UTC), first.due_at if first else after)
    later = occurrences_between(schedule, zone, after, until)
    assert first == next(iter(later), None)


@given(schedule=schedules, zone=zones, before=instants)
def test_the_last_dose_is_the_last_of_all(
    schedule: Schedule, zone: ZoneInfo, before: datetime
) -> None:
    since = before - timedelta(days=2 * 366)
    earlier = [o for o in occurrences_between(schedule, zone, since, before) if o.due_at < before]
    assert last_occurrence(schedule, zone, before) == (earlier[-1] if earlier else None)


@given(schedule=schedules)
def test_what_is_stored_reads_back_as_itself(schedule: Schedule) -> None:
    assert schedule_from_json(json.loads(json.dumps(schedule.to_json()))) == schedule
