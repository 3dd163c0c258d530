"""The ladder's arithmetic: whole minutes, and never beyond the window."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from domain.appointments.ladder import list_actions, list_reminders
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


LONDON = ZoneInfo("Europe/London")


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


def test_what_lasts_all_day_is_reminded_of_in_the_evening() -> None:
    """Summer time: seven in the evening is 18:00 UTC."""
    starts_at = datetime(2027, 7, 1, tzinfo=LONDON).astimezone(UTC)
    reminders = list_reminders(
        starts_at, zone=LONDON, remind_before=(10_080, 1440, 60), is_all_day=True
    )
    assert [(each.minutes // 1440, f"{each.at:%d %H:%M}") for each in reminders] == [
        (7, "24 18:00"),
        (1, "30 18:00"),
    ]
    actions = list_actions(
        starts_at,
        starts_at + timedelta(days=14),
        zone=LONDON,
        remind_before=(1440, 60),
        is_all_day=True,
    )
    assert [(action.step, f"{action.at:%d %H:%M}") for action in actions] == [
        (Step.REMIND, "30 18:00"),
        (Step.ASK_OUTCOME, "15 08:00"),
    ]


def test_a_reminder_rings_at_a_whole_minute() -> None:
    [reminder] = list_reminders(
        EIGHT + timedelta(seconds=20), zone=LONDON, remind_before=(60,), is_all_day=False
    )
    assert reminder.at == EIGHT - minutes(59)
