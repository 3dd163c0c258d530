"""How long a stock lasts, in days as people count them."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.local_time import Weekday
from domain.medicines.schedules.days import Cycle, Daily, Weekly
from domain.medicines.schedules.kinds import Elapsed, Schedule, WallClock
from domain.medicines.schedules.occurrences import occurrences_between as doses_due
from domain.medicines.stock.projection import (
    FORECAST_HORIZON,
    Forecast,
    Lasts,
    forecast,
    forecast_as_needed,
)

LONDON = ZoneInfo("Europe/London")
AUCKLAND = ZoneInfo("Pacific/Auckland")
NOW = datetime(2026, 6, 8, 12, tzinfo=UTC)  # 13:00 in London, a Monday
TODAY = NOW.date()
MORNINGS = WallClock((time(8),), TODAY)
EVENINGS = WallClock((time(20),), TODAY)
MONDAYS = Weekly(frozenset({Weekday.MONDAY}))
MONDAY_MORNINGS = WallClock((time(8),), TODAY, days=MONDAYS)
MONDAY_EVENINGS = WallClock((time(20),), TODAY, days=MONDAYS)
TWICE = WallClock((time(8), time(20)), TODAY)


def due(
    schedule: Schedule, *, amount: str | None = "1", zone: ZoneInfo = LONDON, now: datetime = NOW
) -> Iterator[tuple[datetime, Decimal | None]]:
    """What is to come of a schedule after *now*, each dose taking *amount*."""
    each = None if amount is None else Decimal(amount)
    for start in range(0, FORECAST_HORIZON.days + 400, 50):
        after = now + timedelta(days=start)
        for dose in doses_due(schedule, zone, after, after + timedelta(days=50)):
            yield dose.due_at, each


def lasting(schedule: Schedule, stock: str, *, amount: str | None = "1") -> Forecast:
    return forecast(due(schedule, amount=amount), stock=Decimal(stock), zone=LONDON, now=NOW)


@pytest.mark.parametrize(
    ("schedule", "stock", "days", "last"),
    [
        # After today's dose nine tablets are nine days; before it too, and today is one of them.
        (MORNINGS, "9", 9, "17 08:00"),
        (EVENINGS, "9", 9, "16 20:00"),
        (MORNINGS, "1", 1, "9 08:00"),
        (EVENINGS, "1", 1, "8 20:00"),
        (MORNINGS, "2.5", 2, "10 08:00"),
        (TWICE, "5", 3, "10 20:00"),
        (WallClock((time(8),), TODAY, days=Daily(2)), "3", 6, "14 08:00"),
        (
            MONDAY_MORNINGS,
            "2",
            14,
            "22 08:00",
        ),
        (
            MONDAY_EVENINGS,
            "2",
            8,
            "15 20:00",
        ),
        (WallClock((time(8),), TODAY, days=Cycle(2, 5)), "3", 8, "16 08:00"),
        (Elapsed(timedelta(hours=24), NOW - timedelta(hours=1)), "2", 2, "10 12:00"),
    ],
)
def test_days_are_counted_as_people_count_them(
    schedule: Schedule, stock: str, days: int, last: str
) -> None:
    found = lasting(schedule, stock)
    assert (found.kind, found.days, found.is_last_day_whole) == (Lasts.RUNS_OUT, days, True)
    assert found.last_at is not None
    local = found.last_at.astimezone(LONDON)
    assert f"{local.day} {local:%H:%M}" == last


@pytest.mark.parametrize(
    ("stock", "days", "last"), [("2", 1, "9 08:00"), ("4", 2, "10 08:00"), ("3.5", 2, "9 20:00")]
)
def test_a_part_of_a_days_doses_is_no_day(stock: str, days: int, last: str) -> None:
    found = lasting(TWICE, stock)
    assert found.last_at is not None
    local = found.last_at.astimezone(LONDON)
    assert (found.days, f"{local.day} {local:%H:%M}") == (days, last)
    assert found.is_last_day_whole == (local.hour == 20)


def test_what_covers_no_whole_day_or_no_dose_at_all() -> None:
    morning = NOW.replace(hour=5)
    today = forecast(due(TWICE, now=morning), stock=Decimal(1), zone=LONDON, now=morning)
    assert (today.days, today.is_last_day_whole) == (0, False)
    assert lasting(MORNINGS, "0.5") == Forecast(Lasts.RUNS_OUT, 0)
    assert lasting(MORNINGS, "-2") == Forecast(Lasts.RUNS_OUT, 0)


def test_a_dose_that_is_open_is_still_to_be_taken() -> None:
    """Due at 08:00 today and unanswered: the first of nine tablets is for it."""
    open_at = datetime(2026, 6, 8, 7, tzinfo=UTC)
    found = forecast(
        [(open_at, Decimal(1)), *due(MORNINGS)], stock=Decimal(9), zone=LONDON, now=NOW
    )
    assert (found.days, found.last_at) == (9, datetime(2026, 6, 16, 7, tzinfo=UTC))


def test_days_are_those_of_the_person() -> None:
    found = forecast(
        due(MORNINGS, zone=AUCKLAND), stock=Decimal(1), zone=AUCKLAND, now=NOW
    )  # there it is past midnight: the dose is today's
    assert found.days == 1
    assert found.last_at is not None
    assert found.last_at.astimezone(AUCKLAND).date() == date(2026, 6, 9)


def test_it_lasts_where_the_schedule_ends_before() -> None:
    ending = WallClock((time(8),), TODAY, date(2026, 6, 10))
    assert lasting(ending, "2") == Forecast(
        Lasts.TO_THE_END, last_at=datetime(2026, 6, 10, 7, tzinfo=UTC)
    )
    assert lasting(ending, "1").days == 1
    over = WallClock((time(8),), date(2026, 6, 1), date(2026, 6, 7))
    assert lasting(over, "0") == Forecast(Lasts.NOTHING_TO_COME)


def test_nobody_looks_further_than_two_years() -> None:
    assert lasting(MORNINGS, "5000") == Forecast(Lasts.FOR_YEARS)
    once_a_year = WallClock((time(8),), TODAY, days=Daily(365))
    assert lasting(once_a_year, "9") == Forecast(Lasts.FOR_YEARS)


def test_what_a_dose_takes_is_unknown() -> None:
    assert lasting(MORNINGS, "5", amount=None) == Forecast(Lasts.UNMEASURED)


def as_needed(stock: str, used: str, days: int | None, ends_on: date | None = None) -> Forecast:
    """*used* in the last 30 days, for the first time so many *days* ago."""
    return forecast_as_needed(
        stock=Decimal(stock),
        used=Decimal(used),
        used_since=None if days is None else NOW - timedelta(days=days),
        ends_on=ends_on,
        zone=LONDON,
        now=NOW,
    )


def test_as_needed_it_is_a_guess_from_the_rate_of_the_last_weeks() -> None:
    assert as_needed("10", "30", 100) == Forecast(Lasts.ABOUT, 10)
    assert as_needed("10", "20", 10) == Forecast(Lasts.ABOUT, 5)  # two a day, not 20 in 30 days
    assert as_needed("1", "60", 30) == Forecast(Lasts.ABOUT, 0)
    assert as_needed("10000", "1", 30) == Forecast(Lasts.FOR_YEARS)


def test_as_needed_nothing_is_guessed_before_a_week_of_use() -> None:
    assert as_needed("10", "12", 6) == Forecast(Lasts.NO_ESTIMATE)
    assert as_needed("10", "12", 7).kind is Lasts.ABOUT
    assert as_needed("10", "0", 90) == Forecast(Lasts.NO_ESTIMATE)
    assert as_needed("10", "0", None) == Forecast(Lasts.NO_ESTIMATE)


def test_as_needed_it_lasts_where_the_end_comes_before() -> None:
    assert as_needed("10", "30", 30, date(2026, 6, 12)) == Forecast(Lasts.TO_THE_END)
    assert as_needed("10", "30", 30, date(2026, 7, 12)) == Forecast(Lasts.ABOUT, 10)
    assert as_needed("0", "30", None, date(2026, 6, 7)) == Forecast(Lasts.NOTHING_TO_COME)


@given(
    schedule=st.sampled_from(
        [MORNINGS, EVENINGS, TWICE, MONDAY_EVENINGS, WallClock((time(8),), TODAY, days=Cycle(3, 4))]
    ),
    halves=st.integers(1, 60),
    amount=st.sampled_from(["0.5", "1", "2"]),
)
def test_whoever_takes_them_day_by_day_finds_the_same(
    schedule: Schedule, halves: int, amount: str
) -> None:
    """Reckoned by walking through the days with the box in hand."""
    box, each = Decimal(halves) / 2, Decimal(amount)
    found = lasting(schedule, str(box), amount=amount)
    of_day: dict[date, list[datetime]] = defaultdict(list)
    for due_at, _ in due(schedule):
        if due_at > NOW + timedelta(days=450):
            break
        of_day[due_at.astimezone(LONDON).date()].append(due_at)
    day = TODAY if TODAY in of_day else TODAY + timedelta(days=1)
    days, whole, last = 0, 0, None
    while box >= 0:
        days += 1
        for due_at in of_day[day]:
            box -= each
            last = due_at if box >= 0 else last
        whole = days if of_day[day] and box >= 0 else whole
        day += timedelta(days=1)
    assert (found.days, found.last_at) == (whole, last)
