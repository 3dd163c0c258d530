"""The ladder of a dose: whole minutes, and never beyond the window."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.medicines.doses.ladder import (
    after_asking,
    after_snooze,
    after_undo,
    first_action,
    window_end,
)
from domain.timers import NextAction, Step, ceil_minute

EIGHT = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
TEN = EIGHT + timedelta(hours=2)


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


@pytest.mark.parametrize(
    ("instant", "rounded"),
    [
        (EIGHT, EIGHT),
        (EIGHT + timedelta(microseconds=1), EIGHT + minutes(1)),
        (EIGHT + timedelta(seconds=59.999), EIGHT + minutes(1)),
        (EIGHT + minutes(59.5), EIGHT + minutes(60)),
    ],
)
def test_an_alarm_rings_at_whole_minutes_and_never_early(
    instant: datetime, rounded: datetime
) -> None:
    assert ceil_minute(instant) == rounded


def test_a_dose_can_be_answered_for_two_hours() -> None:
    assert window_end(EIGHT, None) == TEN
    assert window_end(EIGHT, EIGHT + timedelta(hours=12)) == TEN


def test_the_next_dose_ends_the_window_of_the_one_before() -> None:
    assert window_end(EIGHT, EIGHT + minutes(30)) == EIGHT + minutes(30)


def test_a_dose_is_asked_for_when_it_is_due_and_missed_when_its_window_ends() -> None:
    assert first_action(EIGHT) == NextAction(Step.ASK, EIGHT)
    assert after_asking(TEN) == NextAction(Step.MISS, TEN)


def test_snooze_asks_again_later() -> None:
    assert after_snooze(EIGHT + timedelta(seconds=20), minutes=10, window_ends_at=TEN) == (
        NextAction(Step.ASK, EIGHT + minutes(11))
    )


@pytest.mark.parametrize("pressed_after", [minutes(110), minutes(119), minutes(119.9)])
def test_snooze_never_passes_the_window(pressed_after: timedelta) -> None:
    assert after_snooze(EIGHT + pressed_after, minutes=10, window_ends_at=TEN) == (
        NextAction(Step.MISS, TEN)
    )


@pytest.mark.parametrize(
    ("now", "asked", "expected"),
    [
        (EIGHT - minutes(20), False, NextAction(Step.ASK, EIGHT)),
        (EIGHT + minutes(5.2), False, NextAction(Step.ASK, EIGHT + minutes(6))),
        (EIGHT + minutes(5), True, NextAction(Step.MISS, TEN)),
        (TEN, True, None),
        (TEN + minutes(1), False, None),
    ],
    ids=["before it is due", "due but not asked", "asked", "at the end", "after the end"],
)
def test_undo_goes_back_to_where_the_ladder_would_be(
    now: datetime, asked: bool, expected: NextAction | None
) -> None:
    assert after_undo(now, due_at=EIGHT, window_ends_at=TEN, asked=asked) == expected
