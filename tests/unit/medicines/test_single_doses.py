"""A single first dose that became due before it was saved is due at once; nothing else moves."""

from dataclasses import replace
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from bot.grammar.dosages import count_up
from domain.medicines.schedules.kinds import Schedule, Steps, WallClock
from domain.medicines.schedules.occurrences import occurrences_between
from domain.medicines.schedules.single_doses import due_at_once

LONDON = ZoneInfo("Europe/London")
SHOWN = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
SAVED = datetime(2026, 11, 23, 10, 6, 30, tzinfo=UTC)
NOW = WallClock((time(10, 2),), date(2026, 11, 23), date(2026, 11, 23))
FIRST = replace(NOW, dosages=(count_up("300 mg"),))
DAILY = WallClock((time(8),), date(2026, 11, 24), dosages=(count_up("75 mg"),))


def caught_up(schedule: Schedule, saved: datetime = SAVED) -> Schedule | None:
    [missed] = occurrences_between(schedule, LONDON, SHOWN, saved)
    return due_at_once(schedule, LONDON, missed=missed, now=saved)


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        (NOW, replace(NOW, times=(time(10, 8),))),
        (
            Steps((FIRST, DAILY)),
            Steps((replace(FIRST, times=(time(10, 8),)), DAILY)),
        ),
        (WallClock((time(10, 2),), date(2026, 11, 23)), None),
        (WallClock((time(10, 2),), date(2026, 11, 23), date(2026, 11, 25)), None),
        (WallClock((time(10, 2), time(20)), date(2026, 11, 23), date(2026, 11, 23)), None),
    ],
)
def test_only_a_single_first_dose_is_due_at_once(
    schedule: Schedule, expected: Schedule | None
) -> None:
    assert caught_up(schedule) == expected


def test_a_dose_of_yesterday_stays_there() -> None:
    late = WallClock((time(23, 59),), date(2026, 11, 23), date(2026, 11, 23))
    assert caught_up(late, datetime(2026, 11, 24, 0, 1, tzinfo=UTC)) is None
