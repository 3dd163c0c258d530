"""How long: ranges, nights, whole days, durations."""

from datetime import datetime, timedelta

import pytest

from bot.grammar.appointment_times.parsing import parse_days, parse_duration, parse_when
from bot.grammar.problems import Misunderstood, Problem
from tests.unit.grammar.family import LONDON, NOW, rule_of, understood

DAY, NIGHT = timedelta(days=1), timedelta(hours=10)


@pytest.mark.parametrize(
    ("text", "start", "duration"),
    [
        ("5 december 21:00 to 6 december 07:00", "2026-12-05T21:00", NIGHT),
        ("5 december 21:00 until 6 december 07:00", "2026-12-05T21:00", NIGHT),
        ("5 december 21:00 - 6 december 07:00", "2026-12-05T21:00", NIGHT),
        ("from 21:00 on 5 december to 07:00 on 6 december", "2026-12-05T21:00", NIGHT),
        ("saturday 5 december 21:00 to sunday 6 december 07:00", "2026-12-05T21:00", NIGHT),
        ("5 december 9pm to 7am", "2026-12-05T21:00", NIGHT),
        ("5 december 21:00-07:00", "2026-12-05T21:00", NIGHT),
        ("5 december 22:00-06:00", "2026-12-05T22:00", timedelta(hours=8)),
        # The clocks go forward in that night.
        ("27 march 2027 21:00 to 28 march 2027 07:00", "2027-03-27T21:00", timedelta(hours=9)),
        ("27 march 2027 21:00-07:00", "2027-03-27T21:00", timedelta(hours=9)),
        ("tomorrow 9-15", "2026-11-25T09:00", timedelta(hours=6)),
        ("9 to 15 tomorrow", "2026-11-25T09:00", timedelta(hours=6)),
        ("tomorrow 8:00-18:00", "2026-11-25T08:00", NIGHT),
        ("from 10:00 to 12:00 tomorrow", "2026-11-25T10:00", timedelta(hours=2)),
        ("all day 3 december", "2026-12-03", DAY),
        ("3 december all day", "2026-12-03", DAY),
        ("from 1 december to 14 december", "2026-12-01", 14 * DAY),
        ("1-14 december", "2026-12-01", 14 * DAY),
        ("1 to 14 december", "2026-12-01", 14 * DAY),
        ("december 1-14", "2026-12-01", 14 * DAY),
        ("from 1 december until 14 december", "2026-12-01", 14 * DAY),
        ("28 november - 3 december", "2026-11-28", 6 * DAY),
        ("28 november-3 december", "2026-11-28", 6 * DAY),
        ("20 december to 3 january", "2026-12-20", 15 * DAY),
        ("2026-12-01 to 2026-12-14", "2026-12-01", 14 * DAY),
        ("from 1 december for 2 weeks", "2026-12-01", 14 * DAY),
        ("for 3 days from 1 december", "2026-12-01", 3 * DAY),
        ("thursday to saturday", "2026-11-26", 3 * DAY),
    ],
)
def test_ranges_nights_and_days(text: str, start: str, duration: timedelta) -> None:
    found = understood(f"Stay {text}")
    when = found.when
    assert (found.problem, found.title) == (None, "Stay")
    assert when.is_all_day is ("T" not in start)
    assert when.duration == duration
    assert when.day is not None
    assert when.clock is not None
    assert datetime.combine(when.day, when.clock) == datetime.fromisoformat(start)


def test_a_day_that_comes_again_can_last_all_day() -> None:
    found = understood("Day care every friday all day")
    assert found.problem is None
    assert (found.title, found.when.is_all_day) == ("Day care", True)
    assert rule_of("Day care every friday all day") == "FREQ=WEEKLY;BYDAY=FR"


@pytest.mark.parametrize("text", ["10:00-14:00", "10am-2pm", "10:00 to 14:00"])
def test_from_one_hour_to_another(text: str) -> None:
    when = parse_when(f"3 December {text}", zone=LONDON, now=NOW)
    assert (when.problem, when.duration) == (None, timedelta(hours=4))


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("45 min", 45), ("1h", 60), ("1.5 hours", 90), ("an hour", 60), ("half an hour", 30)],
)
def test_durations(text: str, minutes: int) -> None:
    assert length_of(text) == timedelta(minutes=minutes)


@pytest.mark.parametrize("text", ["", "0 min", "-5 min", "25 h", "3 weeks", "soon", "9999999 h"])
def test_no_durations(text: str) -> None:
    with pytest.raises(Misunderstood):
        length_of(text)


def length_of(text: str, *, begins: datetime = datetime(2026, 11, 25, 22, 0)) -> timedelta:
    return parse_duration(text, begins=begins, zone=LONDON)


@pytest.mark.parametrize(
    "text", ["22:00-06:00", "22:00 to 6:00", "10pm-6am", "for 22:00-06:00", "until 06:00", "to 6am"]
)
def test_hours_over_midnight_are_a_length(text: str) -> None:
    assert length_of(text) == timedelta(hours=8)


def test_hours_are_a_length_by_the_clock_also_where_it_is_put_back() -> None:
    begins = datetime(2027, 10, 30, 22, 0)
    assert length_of("22:00-06:00", begins=begins) == timedelta(hours=9)


@pytest.mark.parametrize("text", ["21:00-06:00", "22:30 to 06:00", "9-15"])
def test_hours_that_begin_at_another_time_are_no_length_but_said_so(text: str) -> None:
    with pytest.raises(Misunderstood) as refused:
        length_of(text)
    assert refused.value.problem is Problem.BEGINS_OTHERWISE
    assert refused.value.suggestions == ("22:00",)


@pytest.mark.parametrize("text", ["tomorrow 22:00-06:00", "22:00-21:00", "every day", "06:00"])
def test_no_hours_that_are_a_length(text: str) -> None:
    with pytest.raises(Misunderstood) as refused:
        length_of(text)
    assert refused.value.problem is Problem.DURATION_IMPOSSIBLE


@pytest.mark.parametrize(
    ("text", "hours"), [("tomorrow 22:00-06:00", 8), ("tomorrow 15:00-03:00", 12)]
)
def test_a_night_is_from_one_day_to_the_next(text: str, hours: int) -> None:
    when = parse_when(text, zone=LONDON, now=NOW)
    assert (when.problem, when.duration) == (None, timedelta(hours=hours))


def test_days() -> None:
    assert parse_days("3 days") == timedelta(days=3)
    assert parse_days("all day") == timedelta(days=1)
    for wrong in ("", "90 min", "a month", "61 days", "soon", "3 days please"):
        with pytest.raises(Misunderstood):
            parse_days(wrong)
