"""At which hour: parts of a day, the other half of it, midnight, and two numbers."""

from datetime import date, datetime, time, timedelta

import pytest

from bot.grammar.appointment_times.parsing import parse_when
from bot.grammar.problems import Problem
from tests.unit.grammar.family import LONDON, NOW, understood


def test_a_part_of_a_day_alone_offers_its_hours() -> None:
    when = understood("Nurse this evening").when
    assert (when.day, when.problem) == (date(2026, 11, 24), None)
    assert when.times == tuple(time(hour) for hour in range(16, 23))
    assert understood("Nurse this morning").when.times == (time(10), time(11))


def test_two_numbers_are_hours_where_a_day_is_named_or_they_can_be_no_date() -> None:
    found = understood("Day care 9-12")
    assert found.when.times == found.when.days == ()
    assert found.problem is not None
    assert found.problem.suggestions == ("09:00-12:00", "9 December 2026")
    assert understood("Day care 13-17").when.clock == time(13)
    assert parse_when("9-15", zone=LONDON, now=NOW, is_day_known=True).clock == time(9)
    either = understood("Day care tomorrow 9-5").when
    assert either.times == (time(9), time(21))
    assert either.duration == timedelta(hours=8)


MONDAY_AFTERNOON = datetime(2026, 11, 23, 15, 5, tzinfo=LONDON)


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("today at 3:15", ["15:15"]),
        ("today at 3:10", ["15:10"]),
        ("today 9.30", ["21:30"]),
        ("today at 11:00", ["23:00"]),
        ("today 3:15-4:15", ["15:15"]),
        ("today at 4", ["16:00"]),
        ("today at 3", []),
        ("today at 03:15", []),
        ("today 3:15 am", []),
        ("today 12:30", []),
        ("today 3:00", []),
        ("today at 3:15 in the morning", []),
    ],
)
def test_of_an_hour_that_is_over_the_other_half_of_the_day_is_offered(
    text: str, offered: list[str]
) -> None:
    when = parse_when(text, zone=LONDON, now=MONDAY_AFTERNOON)
    assert [f"{each:%H:%M}" for each in when.offered] == offered
    assert when.clock is None
    assert when.problem is not None
    assert when.problem.problem is Problem.HOUR_IS_OVER
    assert list(when.problem.suggestions) == offered


@pytest.mark.parametrize(
    "text",
    ["tomorrow midnight", "tomorrow at 12am", "tomorrow 12:00 am", "24 november 12 midnight"],
)
def test_which_midnight_of_a_day_is_asked(text: str) -> None:
    when = parse_when(text, zone=LONDON, now=MONDAY_AFTERNOON)
    assert when.is_midnight
    assert when.days == (date(2026, 11, 24), date(2026, 11, 25))
    assert when.times == (time(0),)
    assert when.problem is not None
    assert when.problem.problem is Problem.WHICH_NIGHT
    assert when.problem.suggestions == ("24 November 2026 00:00", "25 November 2026 00:00")
    for typed, day in zip(when.problem.suggestions, when.days, strict=True):
        assert parse_when(typed, zone=LONDON, now=MONDAY_AFTERNOON).day == day


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("today at midnight", 24),
        ("tonight at midnight", 24),
        ("tomorrow night at midnight", 25),
        ("tomorrow 00:00", 24),
    ],
)
def test_a_midnight_that_can_be_only_one_is_not_asked(text: str, day: int) -> None:
    when = parse_when(text, zone=LONDON, now=MONDAY_AFTERNOON)
    assert (when.problem, when.day, when.clock) == (None, date(2026, 11, day), time(0))


def test_midnight_every_day_is_no_question() -> None:
    when = parse_when("every day at midnight", zone=LONDON, now=MONDAY_AFTERNOON)
    assert when.problem is None


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("tomorrow half past nine", ("09:30", "21:30")),
        ("tomorrow at half past nine in the morning", ("09:30",)),
        ("half past 2 pm tomorrow", ("14:30",)),
        ("every tuesday at quarter to ten", ("09:45", "21:45")),
    ],
)
def test_spoken_times(text: str, times: tuple[str, ...]) -> None:
    found = understood(f"Dentist {text}")
    assert found.title == "Dentist"
    assert tuple(f"{each:%H:%M}" for each in found.when.times) == times
    assert (found.problem is None) == (len(times) == 1)
