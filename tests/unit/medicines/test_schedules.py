"""Named cases of `domain.medicines.schedules`; the laws are in `test_schedule_properties`."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from domain.local_time import Weekday, resolve_local
from domain.medicines.dosages import Dosage
from domain.medicines.schedules.clock_times import local_time
from domain.medicines.schedules.days import Cycle, Daily, Monthly, Weekly
from domain.medicines.schedules.kinds import (
    AsNeeded,
    Elapsed,
    Schedule,
    Steps,
    WallClock,
    schedule_from_json,
)
from domain.medicines.schedules.occurrences import (
    first_occurrence,
    last_occurrence,
    occurrences_between,
)
from domain.medicines.schedules.problems import InvalidSchedule, ScheduleProblem, UnreadableSchedule

LONDON = ZoneInfo("Europe/London")


def at(*clock: str) -> tuple[time, ...]:
    return tuple(time.fromisoformat(c) for c in clock)


def weekly(*weekdays: Weekday, every: int = 1) -> Weekly:
    return Weekly(frozenset(weekdays), every)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def due_on(day: str, clock: tuple[time, ...], zone: str) -> list[str]:
    """The local times at which one day's doses are really given."""
    schedule = WallClock(
        times=clock, starts_on=date.fromisoformat(day), ends_on=date.fromisoformat(day)
    )
    start = utc(f"{day}T00:00")
    found = occurrences_between(
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
    local = datetime(2011, 12, 30, 8, 0)
    given = resolve_local(local, ZoneInfo("Pacific/Apia"))
    assert given == datetime(2011, 12, 31, 8, tzinfo=ZoneInfo("Pacific/Apia"))


def test_key_keeps_the_time_that_was_asked_for() -> None:
    schedule = WallClock(at("02:30"), date(2027, 3, 14))
    zone = ZoneInfo("America/New_York")
    [dose] = occurrences_between(schedule, zone, utc("2027-03-14T00:00"), utc("2027-03-14T12:00"))
    assert dose.key == "2027-03-14T02:30"
    assert local_time(dose.key, dose.due_at, zone).isoformat() == "2027-03-14T02:30:00"
    assert dose.due_at == utc("2027-03-14T07:30")


def test_doses_that_meet_in_a_gap_stay_two_doses() -> None:
    schedule = WallClock(at("02:00", "03:00"), date(2027, 3, 14))
    zone = ZoneInfo("America/New_York")
    doses = occurrences_between(schedule, zone, utc("2027-03-14T00:00"), utc("2027-03-14T12:00"))
    assert [d.key for d in doses] == ["2027-03-14T02:00", "2027-03-14T03:00"]
    assert doses[0].due_at == doses[1].due_at


def test_window_is_open_at_its_start_and_closed_at_its_end() -> None:
    schedule = WallClock(at("08:00"), date(2026, 11, 1))
    eight = [utc(f"2026-11-2{n}T08:00") for n in (3, 4, 5)]
    assert [o.due_at for o in occurrences_between(schedule, LONDON, eight[0], eight[2])] == eight[
        1:
    ]


def test_first_and_last_day_are_included() -> None:
    schedule = WallClock(at("00:00", "23:59"), date(2026, 11, 23), date(2026, 11, 24))
    doses = occurrences_between(schedule, LONDON, utc("2026-01-01T00:00"), utc("2027-01-01T00:00"))
    assert [d.key for d in doses] == [
        "2026-11-23T00:00",
        "2026-11-23T23:59",
        "2026-11-24T00:00",
        "2026-11-24T23:59",
    ]


def test_only_the_chosen_weekdays() -> None:
    schedule = WallClock(
        at("09:00"), date(2026, 11, 23), days=weekly(Weekday.MONDAY, Weekday.FRIDAY)
    )
    doses = occurrences_between(schedule, LONDON, utc("2026-11-22T00:00"), utc("2026-12-01T00:00"))
    assert [d.key[:10] for d in doses] == ["2026-11-23", "2026-11-27", "2026-11-30"]


def test_a_window_centuries_after_the_start_costs_only_its_days() -> None:
    schedule = WallClock(at("08:00"), date(1600, 1, 1))
    doses = occurrences_between(schedule, LONDON, utc("9998-06-01T00:00"), utc("9998-06-02T00:00"))
    assert [d.key for d in doses] == ["9998-06-01T08:00"]


def test_first_dose_is_tomorrow_when_todays_time_has_passed() -> None:
    schedule = WallClock(at("08:00"), date(2026, 11, 23))
    first = first_occurrence(schedule, LONDON, utc("2026-11-23T08:00"))
    assert first is not None
    assert first.key == "2026-11-24T08:00"


def test_first_dose_of_a_schedule_that_starts_later() -> None:
    schedule = WallClock(at("08:00"), date(2031, 1, 1), days=weekly(Weekday.TUESDAY))
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
        ({"ends_on": date(2026, 11, 22)}, ScheduleProblem.ENDS_BEFORE_START),
        (
            # From Monday to Wednesday there is no Friday.
            {"ends_on": date(2026, 11, 25), "days": Weekly(frozenset({Weekday.FRIDAY}))},
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
        weekly(Weekday.SUNDAY, Weekday.MONDAY),
    )
    assert schedule.to_json() == {
        "version": 2,
        "kind": "wall_clock",
        "times": ["08:00", "20:00"],
        "starts_on": "2026-11-23",
        "ends_on": "2026-12-03",
        "days": {"pattern": "weekly", "weekdays": [0, 6], "every": 1},
        "dosages": None,
    }


@pytest.mark.parametrize(
    "damage",
    [
        {"version": 4},
        {"version": 1},  # its parts are those of another version
        {"version": None},
        {"kind": "lunar"},
        {"times": None},
        {"times": []},
        {"times": ["25:00"]},
        {"times": [8]},
        {"starts_on": "yesterday"},
        {"ends_on": "2020-01-01"},
        {"days": None},
        {"days": {"pattern": "weekly", "weekdays": [7], "every": 1}},
        {"days": {"pattern": "weekly", "weekdays": [], "every": 1}},
        {"days": {"pattern": "lunar"}},
        {"days": {"pattern": "daily", "every": 0}},
        {"dosages": []},
        {"dosages": [{"words": "100 mg"}]},
        {"dosages": [{"words": "-1 mg", "amount": "-1", "unit": "mg"}]},
    ],
)
def test_damaged_or_newer_json_is_refused(damage: dict[str, Any]) -> None:
    good = WallClock(at("08:00"), date(2026, 11, 23)).to_json()
    with pytest.raises(UnreadableSchedule):
        schedule_from_json(good | damage)


def test_json_with_a_missing_part_is_refused() -> None:
    with pytest.raises(UnreadableSchedule):
        schedule_from_json({"version": 1, "kind": "wall_clock", "times": ["08:00"]})


def days_of(schedule: Schedule, first: str, last: str) -> list[str]:
    """The local days of London on which a schedule falls due, from *first* to *last*."""
    found = occurrences_between(schedule, LONDON, utc(f"{first}T00:00"), utc(f"{last}T23:59"))
    return sorted({o.due_at.astimezone(LONDON).date().isoformat() for o in found})


def test_every_n_days_counts_from_the_first() -> None:
    schedule = WallClock(at("08:00"), date(2026, 11, 23), days=Daily(3))
    assert days_of(schedule, "2026-11-20", "2026-12-03") == [
        "2026-11-23",
        "2026-11-26",
        "2026-11-29",
        "2026-12-02",
    ]


def test_every_n_weeks_counts_from_the_week_of_the_first_dose() -> None:
    # It starts on a Wednesday, so the Thursday is of its first week, and the Monday is not.
    schedule = WallClock(
        at("08:00"),
        date(2026, 11, 25),
        days=weekly(Weekday.MONDAY, Weekday.THURSDAY, every=2),
    )
    assert days_of(schedule, "2026-11-20", "2026-12-31") == [
        "2026-11-26",
        "2026-12-07",
        "2026-12-10",
        "2026-12-21",
        "2026-12-24",
    ]
    only = WallClock(at("08:00"), date(2026, 11, 25), days=weekly(Weekday.MONDAY, every=2))
    assert days_of(only, "2026-11-20", "2026-12-31") == ["2026-11-30", "2026-12-14", "2026-12-28"]


def test_a_day_that_a_month_does_not_have_is_its_last() -> None:
    schedule = WallClock(at("08:00"), date(2026, 11, 23), days=Monthly(frozenset({15, 31})))
    assert days_of(schedule, "2026-11-20", "2027-03-20") == [
        "2026-11-30",
        "2026-12-15",
        "2026-12-31",
        "2027-01-15",
        "2027-01-31",
        "2027-02-15",
        "2027-02-28",
        "2027-03-15",
    ]
    both = WallClock(at("08:00"), date(2027, 2, 1), days=Monthly(frozenset({29, 30, 31})))
    assert days_of(both, "2027-02-01", "2027-03-29") == ["2027-02-28", "2027-03-29"]


def test_days_on_and_days_off() -> None:
    schedule = WallClock(at("08:00"), date(2026, 11, 23), days=Cycle(2, 3))
    assert days_of(schedule, "2026-11-20", "2026-12-03") == [
        "2026-11-23",
        "2026-11-24",
        "2026-11-28",
        "2026-11-29",
        "2026-12-03",
    ]


@pytest.mark.parametrize(
    ("zone", "around"),
    [
        ("America/New_York", "2026-11-01"),
        ("America/New_York", "2027-03-14"),
        ("Europe/Lisbon", "2026-03-29"),
        ("Europe/Lisbon", "2026-10-25"),
        ("Europe/Kyiv", "2027-03-28"),
        ("Australia/Lord_Howe", "2026-10-04"),
        ("Pacific/Apia", "2026-04-05"),
    ],
)
def test_every_8_hours_is_8_elapsed_hours_across_a_change(zone: str, around: str) -> None:
    start = utc(f"{around}T00:00") - timedelta(days=2)
    schedule = Elapsed(timedelta(hours=8), start)
    found = occurrences_between(schedule, ZoneInfo(zone), start, start + timedelta(days=4))
    assert [o.due_at for o in found] == [start + n * timedelta(hours=8) for n in range(1, 13)]
    assert found[0].key == f"{start + timedelta(hours=8):%Y-%m-%dT%H:%MZ}"


def test_elapsed_hours_end_before_their_end() -> None:
    start = utc("2026-11-23T06:00")
    schedule = Elapsed(timedelta(hours=8), start, start + timedelta(days=1))
    found = occurrences_between(
        schedule, LONDON, start - timedelta(hours=1), start + timedelta(days=9)
    )
    assert [o.due_at.hour for o in found] == [6, 14, 22]


def test_hours_from_the_last_intake_count_anew_from_it() -> None:
    start = utc("2026-11-23T06:00")
    schedule = Elapsed(timedelta(hours=8), start, from_last_intake=True)
    first = first_occurrence(schedule, LONDON, start, last_intake_at=utc("2026-11-23T07:25"))
    assert first is not None
    assert first.due_at == utc("2026-11-23T15:25")
    never = first_occurrence(schedule, LONDON, start - timedelta(hours=1))
    assert never is not None
    assert never.due_at == start


def test_as_needed_nothing_falls_due() -> None:
    schedule = AsNeeded(date(2026, 11, 23), timedelta(hours=6), 4)
    assert (
        occurrences_between(schedule, LONDON, utc("2026-11-01T00:00"), utc("2027-11-01T00:00"))
        == []
    )
    assert first_occurrence(schedule, LONDON, utc("2026-11-23T00:00")) is None


def test_steps_follow_each_other_and_say_how_much() -> None:
    twenty, ten = Dosage("20 mg"), Dosage("10 mg")
    schedule = Steps(
        (
            WallClock(at("08:00"), date(2026, 11, 23), date(2026, 11, 24), dosages=(twenty,)),
            WallClock(at("08:00"), date(2026, 11, 25), dosages=(ten,)),
        )
    )
    found = occurrences_between(schedule, LONDON, utc("2026-11-22T00:00"), utc("2026-11-26T12:00"))
    words = [(o.key[8:10], o.dosage.words if o.dosage else None) for o in found]
    assert words == [("23", "20 mg"), ("24", "20 mg"), ("25", "10 mg"), ("26", "10 mg")]


def test_the_last_dose_before_an_instant() -> None:
    schedule = WallClock(at("08:00"), date(2026, 1, 1), days=Monthly(frozenset({1})))
    last = last_occurrence(schedule, LONDON, utc("2026-11-23T08:00"))
    assert last is not None
    assert last.key == "2026-11-01T08:00"
    assert last_occurrence(schedule, LONDON, utc("2026-01-01T08:00")) is None


def make_steps(*parts: tuple[int, int | None, bool]) -> Callable[[], Steps]:
    """Steps of November 2026: from a day, to a day, and whether they say how much."""

    def make() -> Steps:
        return Steps(
            tuple(
                WallClock(
                    at("08:00"),
                    date(2026, 11, first),
                    None if last is None else date(2026, 11, last),
                    dosages=(Dosage("1 mg"),) if has_dosage else None,
                )
                for first, last, has_dosage in parts
            )
        )

    return make


@pytest.mark.parametrize(
    ("make", "problem"),
    [
        (lambda: Daily(0), ScheduleProblem.CYCLE_IMPOSSIBLE),
        (lambda: Daily(3660), ScheduleProblem.CYCLE_IMPOSSIBLE),
        (weekly, ScheduleProblem.NO_WEEKDAYS),
        (lambda: weekly(*Weekday), ScheduleProblem.ALL_WEEKDAYS),
        (lambda: weekly(Weekday.MONDAY, every=53), ScheduleProblem.CYCLE_IMPOSSIBLE),
        (lambda: Monthly(frozenset()), ScheduleProblem.NO_DAYS_OF_MONTH),
        (lambda: Monthly(frozenset({32})), ScheduleProblem.NO_DAYS_OF_MONTH),
        (lambda: Cycle(0, 7), ScheduleProblem.CYCLE_IMPOSSIBLE),
        (lambda: Cycle(21, 0), ScheduleProblem.CYCLE_IMPOSSIBLE),
        (
            lambda: Elapsed(timedelta(minutes=59), utc("2026-11-23T06:00")),
            ScheduleProblem.INTERVAL_IMPOSSIBLE,
        ),
        (
            lambda: Elapsed(timedelta(days=3650), utc("2026-11-23T06:00")),
            ScheduleProblem.INTERVAL_IMPOSSIBLE,
        ),
        (
            lambda: Elapsed(timedelta(hours=8), utc("2026-11-23T06:00:30")),
            ScheduleProblem.INSTANT_NOT_A_UTC_MINUTE,
        ),
        (
            lambda: Elapsed(timedelta(hours=8), utc("2026-11-23T06:00"), utc("2026-11-23T06:00")),
            ScheduleProblem.ENDS_BEFORE_START,
        ),
        (
            lambda: AsNeeded(date(2026, 11, 23), timedelta(0)),
            ScheduleProblem.INTERVAL_IMPOSSIBLE,
        ),
        (
            lambda: AsNeeded(date(2026, 11, 23), max_per_day=0),
            ScheduleProblem.LIMIT_IMPOSSIBLE,
        ),
        (
            lambda: AsNeeded(date(2026, 11, 23), ends_on=date(2026, 11, 22)),
            ScheduleProblem.ENDS_BEFORE_START,
        ),
        (
            lambda: WallClock(at("08:00"), date(2026, 11, 23), dosages=()),
            ScheduleProblem.DOSAGES_DO_NOT_MATCH,
        ),
        (make_steps((1, None, True)), ScheduleProblem.STEPS_OVERLAP),
        (make_steps((1, 5, True), (5, None, True)), ScheduleProblem.STEPS_OVERLAP),
        (make_steps((1, None, True), (5, None, True)), ScheduleProblem.STEPS_OVERLAP),
        (make_steps((1, 5, True), (6, None, False)), ScheduleProblem.STEPS_WITHOUT_DOSAGE),
        (make_steps(*[(1, 5, True)] * 21), ScheduleProblem.TOO_MANY_STEPS),
    ],
)
def test_what_is_no_regimen_says_why(make: Callable[[], object], problem: ScheduleProblem) -> None:
    with pytest.raises(InvalidSchedule) as caught:
        make()
    assert caught.value.problem is problem


def test_schedules_of_the_first_version_are_still_read() -> None:
    stored = {
        "version": 1,
        "kind": "wall_clock",
        "times": ["08:00"],
        "starts_on": "2026-11-23",
        "ends_on": None,
        "weekdays": [0],
    }
    monday = WallClock(at("08:00"), date(2026, 11, 23), days=weekly(Weekday.MONDAY))
    assert schedule_from_json(stored) == monday
    daily = schedule_from_json(stored | {"weekdays": None})
    assert daily == WallClock(at("08:00"), date(2026, 11, 23))
