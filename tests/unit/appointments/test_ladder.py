"""When an appointment is reminded of, and asked about."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from domain.appointments.ladder import list_actions, list_reminders
from domain.timers import Step

EIGHT = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
LONDON = ZoneInfo("Europe/London")


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


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
