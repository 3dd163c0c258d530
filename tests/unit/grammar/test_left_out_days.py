"""What a schedule leaves out, in all the ways in which it is said; never the opposite."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.schedules.parsing import parse_schedule
from domain.local_time import WEEKEND, WORKDAYS, Weekday
from domain.medicines.schedules.days import Weekly
from domain.medicines.schedules.kinds import WallClock
from domain.medicines.schedules.moments import USUAL_DAY

ALL = frozenset(Weekday)
TUESDAY_AND_THURSDAY = frozenset({Weekday.TUESDAY, Weekday.THURSDAY})


def read(words: str) -> WallClock:
    """On Monday 23 November 2026."""
    found = parse_schedule(
        words,
        zone=ZoneInfo("Europe/London"),
        now=datetime(2026, 11, 23, 7, tzinfo=UTC),
        day=USUAL_DAY,
    )
    assert isinstance(found, WallClock)
    return found


@pytest.mark.parametrize(
    ("words", "left"),
    [
        ("9am excluding tuesday and thursday", ALL - TUESDAY_AND_THURSDAY),
        ("9am except tue, thu", ALL - TUESDAY_AND_THURSDAY),
        ("8am, weekends off", frozenset(WORKDAYS)),
        ("8am no weekdays", frozenset(WEEKEND)),
        ("9am bar sunday", ALL - {Weekday.SUNDAY}),
        ("9am omit saturday", ALL - {Weekday.SATURDAY}),
        ("9am apart from sunday", ALL - {Weekday.SUNDAY}),
        ("daily exc. sunday 9am", ALL - {Weekday.SUNDAY}),
        ("9am but not on sundays", ALL - {Weekday.SUNDAY}),
        ("9am never on sunday", ALL - {Weekday.SUNDAY}),
        ("9am skip wednesdays", ALL - {Weekday.WEDNESDAY}),
        ("9am every day but sunday", ALL - {Weekday.SUNDAY}),
    ],
)
def test_weekdays_that_are_left_out(words: str, left: frozenset[Weekday]) -> None:
    assert read(words).days == Weekly(left)


def test_dates_that_are_left_out() -> None:
    schedule = read("daily 9am except 22 december to 24 december")
    assert schedule.except_on == {date(2026, 12, day) for day in (22, 23, 24)}
    assert schedule.ends_on is None
    assert read("9am except 22-24 December").except_on == schedule.except_on


def test_a_date_and_a_weekday_are_asked_about() -> None:
    with pytest.raises(Misunderstood) as refused:
        read("9am except tomorrow and friday")
    assert refused.value.problem is Problem.EXCEPTION_UNREADABLE
