"""The laws of wall-clock time, over all zones and two years."""

import json
import zoneinfo
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.schedules import (
    WallClock,
    Weekday,
    first_occurrence,
    occurrences,
    schedule_from_json,
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


@st.composite
def wall_clocks(draw: st.DrawFn) -> WallClock:
    times = draw(st.lists(clock_times, min_size=1, max_size=5, unique=True))
    starts_on = draw(days)
    ends_on = draw(st.none() | st.dates(starts_on + timedelta(days=6), date(2028, 1, 31)))
    weekdays = draw(st.none() | st.frozensets(st.sampled_from(Weekday), min_size=1, max_size=6))
    return WallClock(tuple(sorted(times)), starts_on, ends_on, weekdays)


@pytest.mark.parametrize("at", ["00:00", "01:30", "02:00", "02:30"])
def test_each_local_day_has_exactly_one_dose_in_every_zone(at: str) -> None:
    schedule = WallClock((time.fromisoformat(at),), FIRST, LAST)
    expected = [f"{FIRST + timedelta(days=n)}T{at}" for n in range(DAYS)]
    for name in ZONES:
        doses = occurrences(schedule, ZoneInfo(name), BEFORE, AFTER)
        assert [dose.key for dose in doses] == expected, name
        assert all(a.due_at < b.due_at for a, b in pairwise(doses)), name


@given(zone=zones, at=clock_times)
def test_the_wall_clock_is_kept_outside_gaps_and_shifted_by_them(zone: ZoneInfo, at: time) -> None:
    for dose in occurrences(WallClock((at,), FIRST, LAST), zone, BEFORE, AFTER):
        shown = dose.due_at.astimezone(zone).replace(tzinfo=None)
        if shown != dose.local:
            shift = shown - dose.local
            gap_after = dose.due_at.astimezone(zone).utcoffset()
            gap_before = (dose.due_at - shift).astimezone(zone).utcoffset()
            assert gap_after is not None
            assert gap_before is not None
            assert gap_after - gap_before == shift > timedelta(0)


@given(zone=zones, at=clock_times)
def test_a_time_that_comes_twice_is_given_the_first_time(zone: ZoneInfo, at: time) -> None:
    for dose in occurrences(WallClock((at,), FIRST, LAST), zone, BEFORE, AFTER):
        assert dose.due_at.astimezone(zone).fold == 0


@given(schedule=wall_clocks(), zone=zones, cuts=st.lists(instants, min_size=3, max_size=6))
def test_neighbouring_windows_share_no_dose_and_lose_none(
    schedule: WallClock, zone: ZoneInfo, cuts: list[datetime]
) -> None:
    cuts.sort()
    whole = occurrences(schedule, zone, cuts[0], cuts[-1])
    pieces = [o for a, b in pairwise(cuts) for o in occurrences(schedule, zone, a, b)]
    assert pieces == whole
    assert len({o.key for o in whole}) == len(whole)


@given(schedule=wall_clocks(), zone=zones, after=instants)
def test_the_first_dose_is_the_first_of_all(
    schedule: WallClock, zone: ZoneInfo, after: datetime
) -> None:
    later = occurrences(schedule, zone, after, datetime(2028, 3, 1, tzinfo=UTC))
    assert first_occurrence(schedule, zone, after) == next(iter(later), None)


@given(schedule=wall_clocks())
def test_what_is_stored_reads_back_as_itself(schedule: WallClock) -> None:
    assert schedule_from_json(json.loads(json.dumps(schedule.to_json()))) == schedule
