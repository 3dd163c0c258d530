"""Named cases of `domain.schedules`; the laws are in `test_schedules_properties`."""

from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from domain.schedules import (
    InvalidSchedule,
    ScheduleProblem,
    UnreadableSchedule,
    WallClock,
    Weekday,
    first_occurrence,
    occurrences,
    resolve_local,
    schedule_from_json,
)

LONDON = ZoneInfo("Europe/London")


def at(*clock: str) -> tuple[time, ...]:
    return tuple(time.fromisoformat(c) for c in clock)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def due_on(day: str, clock: tuple[time, ...], zone: str) -> list[str]:
    """The local times at which one day's doses are really given."""
    schedule = WallClock(
        times=clock, starts_on=date.fromisoformat(day), ends_on=date.fromisoformat(day)
    )
    start = utc(f"{day}T00:00")
    found = occurrences(
        schedule, ZoneInfo(zone), start.replace(year=start.year - 1), start.replace(year=2028)
    )
    return [o.due_at.astimezone(ZoneInfo(zone)).strftime("%H:%M%z") for o in found]


@pytest.mark.parametrize(
    ("zone", "day", "given"),
    [
        ("America/New_York", "2027-03-14", ["01:30-0500", "03:00-0400", "03:30-0400"]),
        ("America/New_York", "2026-11-01", ["01:30-0400", "02:00-0500", "02:30-0500"]),
        ("Europe/Lisbon", "2026-03-29", ["02:00+0100", "02:30+0100", "02:30+0100"]),
        ("Europe/Lisbon", "2026-10-25", ["01:30+0100", "02:00+0000", "02:30+0000"]),
        ("Europe/Kyiv", "2026-03-29", ["01:30+0200", "02:00+0200", "02:30+0200"]),
        ("Europe/Kyiv", "2026-10-25", ["01:30+0300", "02:00+0300", "02:30+0300"]),
        ("Australia/Lord_Howe", "2026-10-04", ["01:30+1030", "02:30+1100", "02:30+1100"]),
        ("Australia/Lord_Howe", "2026-04-05", ["01:30+1100", "02:00+1030", "02:30+1030"]),
        ("Pacific/Apia", "2026-04-05", ["01:30+1300", "02:00+1300", "02:30+1300"]),
        ("Pacific/Chatham", "2026-09-27", ["01:30+1245", "02:00+1245", "02:30+1245"]),
        ("Africa/Casablanca", "2026-02-15", ["01:30+0100", "02:00+0100", "02:30+0100"]),
        ("Africa/Casablanca", "2026-03-22", ["01:30+0000", "03:00+0100", "03:30+0100"]),
    ],
)
def test_night_doses_on_the_days_of_change(zone: str, day: str, given: list[str]) -> None:
    assert due_on(day, at("01:30", "02:00", "02:30"), zone) == given


def test_chatham_jumps_and_repeats_at_a_quarter_to() -> None:
    assert due_on("2026-09-27", at("02:45", "03:30"), "Pacific/Chatham") == [
        "03:45+1345",
        "04:30+1345",
    ]
    assert due_on("2026-04-05", at("03:00"), "Pacific/Chatham") == ["03:00+1345"]


def test_a_day_that_apia_left_out_is_given_a_day_later() -> None:
    local = datetime(2011, 12, 30, 8, 0)  # noqa: DTZ001 - naive local time is the input
    given = resolve_local(local, ZoneInfo("Pacific/Apia"))
    assert given == datetime(2011, 12, 31, 8, tzinfo=ZoneInfo("Pacific/Apia"))


def test_key_keeps_the_time_that_was_asked_for() -> None:
    schedule = WallClock(at("02:30"), date(2027, 3, 14))
    zone = ZoneInfo("America/New_York")
    [dose] = occurrences(schedule, zone, utc("2027-03-14T00:00"), utc("2027-03-14T12:00"))
    assert dose.key == "2027-03-14T02:30"
    assert dose.local.isoformat() == "2027-03-14T02:30:00"
    assert dose.due_at == utc("2027-03-14T07:30")


def test_doses_that_meet_in_a_gap_stay_two_doses() -> None:
    schedule = WallClock(at("02:00", "03:00"), date(2027, 3, 14))
    zone = ZoneInfo("America/New_York")
    doses = occurrences(schedule, zone, utc("2027-03-14T00:00"), utc("2027-03-14T12:00"))
    assert [d.key for d in doses] == ["2027-03-14T02:00", "2027-03-14T03:00"]
    assert doses[0].due_at == doses[1].due_at


def test_window_is_open_at_its_start_and_closed_at_its_end() -> None:
    schedule = WallClock(at("08:00"), date(2026, 11, 1))
    eight = [utc(f"2026-11-2{n}T08:00") for n in (3, 4, 5)]
    assert [o.due_at for o in occurrences(schedule, LONDON, eight[0], eight[2])] == eight[1:]


def test_first_and_last_day_are_included() -> None:
    schedule = WallClock(at("00:00", "23:59"), date(2026, 11, 23), date(2026, 11, 24))
    doses = occurrences(schedule, LONDON, utc("2026-01-01T00:00"), utc("2027-01-01T00:00"))
    assert [d.key for d in doses] == [
        "2026-11-23T00:00",
        "2026-11-23T23:59",
        "2026-11-24T00:00",
        "2026-11-24T23:59",
    ]


def test_only_the_chosen_weekdays() -> None:
    schedule = WallClock(
        at("09:00"), date(2026, 11, 23), weekdays=frozenset({Weekday.MONDAY, Weekday.FRIDAY})
    )
    doses = occurrences(schedule, LONDON, utc("2026-11-22T00:00"), utc("2026-12-01T00:00"))
    assert [d.key[:10] for d in doses] == ["2026-11-23", "2026-11-27", "2026-11-30"]


def test_a_window_centuries_after_the_start_costs_only_its_days() -> None:
    schedule = WallClock(at("08:00"), date(1600, 1, 1))
    doses = occurrences(schedule, LONDON, utc("9998-06-01T00:00"), utc("9998-06-02T00:00"))
    assert [d.key for d in doses] == ["9998-06-01T08:00"]


def test_first_dose_is_tomorrow_when_todays_time_has_passed() -> None:
    schedule = WallClock(at("08:00"), date(2026, 11, 23))
    first = first_occurrence(schedule, LONDON, utc("2026-11-23T08:00"))
    assert first is not None
    assert first.key == "2026-11-24T08:00"


def test_first_dose_of_a_schedule_that_starts_later() -> None:
    schedule = WallClock(at("08:00"), date(2031, 1, 1), weekdays=frozenset({Weekday.TUESDAY}))
    first = first_occurrence(schedule, LONDON, utc("2026-11-23T08:00"))
    assert first is not None
    assert first.key == "2031-01-07T08:00"


def test_no_first_dose_once_a_schedule_has_ended() -> None:
    schedule = WallClock(at("08:00"), date(2026, 11, 1), date(2026, 11, 23))
    assert first_occurrence(schedule, LONDON, utc("2026-11-23T08:00")) is None


@pytest.mark.parametrize(
    ("parts", "problem"),
    [
        ({"times": ()}, ScheduleProblem.NO_TIMES),
        (
            {"times": tuple(time(n // 2, n % 2) for n in range(25))},
            ScheduleProblem.TOO_MANY_TIMES,
        ),
        ({"times": at("20:00", "08:00")}, ScheduleProblem.TIMES_NOT_ASCENDING),
        ({"times": at("08:00", "08:00")}, ScheduleProblem.TIMES_NOT_ASCENDING),
        ({"times": (time(8, 0, 1),)}, ScheduleProblem.TIME_NOT_A_LOCAL_MINUTE),
        ({"times": (time(8, tzinfo=UTC),)}, ScheduleProblem.TIME_NOT_A_LOCAL_MINUTE),
        ({"weekdays": frozenset()}, ScheduleProblem.NO_WEEKDAYS),
        ({"weekdays": frozenset(Weekday)}, ScheduleProblem.ALL_WEEKDAYS),
        ({"ends_on": date(2026, 11, 22)}, ScheduleProblem.ENDS_BEFORE_START),
        (
            # From Monday to Wednesday there is no Friday.
            {"ends_on": date(2026, 11, 25), "weekdays": frozenset({Weekday.FRIDAY})},
            ScheduleProblem.NEVER_FALLS_DUE,
        ),
    ],
)
def test_what_is_no_schedule_says_why(parts: dict[str, Any], problem: ScheduleProblem) -> None:
    whole: dict[str, Any] = {"times": at("08:00"), "starts_on": date(2026, 11, 23)}
    with pytest.raises(InvalidSchedule) as caught:
        WallClock(**(whole | parts))
    assert caught.value.problem is problem


def test_stored_form_is_small_and_versioned() -> None:
    schedule = WallClock(
        at("08:00", "20:00"),
        date(2026, 11, 23),
        date(2026, 12, 3),
        frozenset({Weekday.SUNDAY, Weekday.MONDAY}),
    )
    assert schedule.to_json() == {
        "version": 1,
        "kind": "wall_clock",
        "times": ["08:00", "20:00"],
        "starts_on": "2026-11-23",
        "ends_on": "2026-12-03",
        "weekdays": [0, 6],
    }


@pytest.mark.parametrize(
    "damage",
    [
        {"version": 2},
        {"version": None},
        {"kind": "lunar"},
        {"times": None},
        {"times": []},
        {"times": ["25:00"]},
        {"times": [8]},
        {"starts_on": "yesterday"},
        {"ends_on": "2020-01-01"},
        {"weekdays": [7]},
        {"weekdays": []},
    ],
)
def test_damaged_or_newer_json_is_refused(damage: dict[str, Any]) -> None:
    good = WallClock(at("08:00"), date(2026, 11, 23)).to_json()
    with pytest.raises(UnreadableSchedule):
        schedule_from_json(good | damage)


def test_json_with_a_missing_part_is_refused() -> None:
    with pytest.raises(UnreadableSchedule):
        schedule_from_json({"version": 1, "kind": "wall_clock", "times": ["08:00"]})
