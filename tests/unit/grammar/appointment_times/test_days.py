"""Which day an appointment is on, and which may be two."""

from datetime import date, datetime, time

import pytest

from bot.grammar.appointment_times.parsing import parse_when
from bot.grammar.problems import Misunderstood, Problem
from tests.unit.grammar.family import LONDON

IN_JUNE = datetime(2026, 6, 1, 7, 40, tzinfo=LONDON)


def days_in_june(text: str) -> tuple[list[str], Misunderstood | None]:
    when = parse_when(text, zone=LONDON, now=IN_JUNE)
    return [day.isoformat() for day in when.days], when.problem


@pytest.mark.parametrize(
    ("typed", "days"),
    [
        ("5/6", ["2026-06-05", "2027-05-06"]),
        ("5/6 at 3", ["2026-06-05", "2027-05-06"]),
        ("6/5 15:00", ["2026-06-05", "2027-05-06"]),
        ("7/8", ["2026-07-08", "2026-08-07"]),
        ("1/6", ["2026-06-01", "2027-01-06"]),
        ("1/5", ["2027-01-05", "2027-05-01"]),
        ("5/6/2027", ["2027-05-06", "2027-06-05"]),
        ("5/6/2026", ["2026-06-05"]),
        ("20 may", ["2027-05-20"]),
    ],
)
def test_a_date_that_can_be_two_offers_what_is_ahead(typed: str, days: list[str]) -> None:
    found, problem = days_in_june(typed)
    assert found == days
    assert problem is not None
    assert problem.problem is Problem.DATE_AMBIGUOUS
    assert [parse_when(each, zone=LONDON, now=IN_JUNE).day for each in problem.suggestions] == [
        date.fromisoformat(day) for day in days
    ]


@pytest.mark.parametrize(
    ("typed", "day"), [("13/6", "2026-06-13"), ("6/13", "2026-06-13"), ("6/6", "2026-06-06")]
)
def test_a_date_that_can_only_be_one_is_taken(typed: str, day: str) -> None:
    assert days_in_june(f"{typed} 10:00") == ([day], None)


@pytest.mark.parametrize("first", range(1, 13))
@pytest.mark.parametrize("last", range(1, 13))
def test_two_small_numbers_are_never_one_day_unasked(first: int, last: int) -> None:
    found, problem = days_in_june(f"{first}/{last} 10:00")
    assert first == last or problem is not None
    assert all(IN_JUNE.date() <= date.fromisoformat(day) for day in found)
    assert found == sorted(found)


MONDAY_AFTERNOON = datetime(2026, 11, 23, 15, 5, tzinfo=LONDON)


@pytest.mark.parametrize(
    "text", ["monday 10:00", "monday at 10am", "mon 15:00", "monday 9:00-9:30"]
)
def test_a_weekday_whose_hour_is_over_today_is_the_next_one(text: str) -> None:
    when = parse_when(text, zone=LONDON, now=MONDAY_AFTERNOON)
    assert (when.problem, when.day) == (None, date(2026, 11, 30))


def test_tomorrows_weekday_is_no_question_where_its_hour_is_over_today() -> None:
    when = parse_when("tuesday 05:15", zone=LONDON, now=MONDAY_AFTERNOON)
    assert (when.problem, when.day) == (None, date(2026, 11, 24))


@pytest.mark.parametrize("text", ["monday 16:00", "monday", "monday at 4", "monday midnight"])
def test_a_weekday_that_may_be_today_is_asked(text: str) -> None:
    when = parse_when(text, zone=LONDON, now=MONDAY_AFTERNOON)
    assert when.problem is not None
    assert when.problem.problem is Problem.DATE_AMBIGUOUS
    assert when.days == (date(2026, 11, 23), date(2026, 11, 30))


def test_an_hour_in_doubt_stays_so_where_its_weekday_is_not() -> None:
    when = parse_when("monday at 3", zone=LONDON, now=MONDAY_AFTERNOON)
    assert when.day == date(2026, 11, 30)
    assert when.problem is not None
    assert when.problem.problem is Problem.AM_OR_PM
    assert when.times == (time(15), time(3))
