"""How long a stock lasts."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from domain.projection import runs_out_as_needed, runs_out_at
from domain.schedules import Elapsed, Occurrence, Schedule, WallClock, Weekday, Weekly

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
TODAY = NOW.date()


def one(_dose: Occurrence) -> Decimal:
    return Decimal(1)


@pytest.mark.parametrize(
    ("schedule", "stock", "day"),
    [
        (WallClock((time(8),), TODAY), "3", date(2026, 11, 27)),
        (WallClock((time(8), time(20)), TODAY), "3", date(2026, 11, 25)),
        (WallClock((time(8),), TODAY), "2.5", date(2026, 11, 26)),
        (WallClock((time(8),), TODAY), "0", date(2026, 11, 24)),
        (
            WallClock((time(8),), TODAY, days=Weekly(frozenset({Weekday.MONDAY}))),
            "2",
            date(2026, 12, 14),
        ),
        (Elapsed(timedelta(hours=8), NOW), "4", date(2026, 11, 25)),
    ],
)
def test_it_runs_out_with_the_first_dose_that_it_does_not_cover(
    schedule: Schedule, stock: str, day: date
) -> None:
    found = runs_out_at(schedule, LONDON, now=NOW, stock=Decimal(stock), use=one)
    assert found is not None
    assert found.date() == day


def test_it_lasts_where_the_schedule_ends_before() -> None:
    ending = WallClock((time(8),), TODAY, date(2026, 11, 25))
    assert runs_out_at(ending, LONDON, now=NOW, stock=Decimal(2), use=one) is None


def test_nobody_looks_further_than_two_years() -> None:
    daily = WallClock((time(8),), TODAY)
    assert runs_out_at(daily, LONDON, now=NOW, stock=Decimal(5000), use=one) is None


def test_what_a_dose_takes_is_unknown() -> None:
    daily = WallClock((time(8),), TODAY)
    assert runs_out_at(daily, LONDON, now=NOW, stock=Decimal(5), use=lambda _: None) is None


def test_as_needed_it_lasts_as_the_last_30_days_did() -> None:
    found = runs_out_as_needed(now=NOW, stock=Decimal(10), used=Decimal(30))
    assert found == NOW + timedelta(days=10)
    assert runs_out_as_needed(now=NOW, stock=Decimal(10), used=Decimal(0)) is None
    assert runs_out_as_needed(now=NOW, stock=Decimal(10_000), used=Decimal(1)) is None
