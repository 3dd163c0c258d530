"""An appointment's ladder: reminders before it, finding a driver, asking how it went."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain.local_time import resolve_local
from domain.timers import NextAction, Step, ceil_minute, evening_before

DAY_MINUTES = 24 * 60
OUTCOME_ASKED_AFTER = timedelta(minutes=30)
OUTCOME_NOT_BEFORE, OUTCOME_NOT_AFTER = time(9), time(21)  # local


@dataclass(frozen=True)
class Reminder:
    """A reminder at an instant (UTC), set to `minutes` before the start."""

    minutes: int
    at: datetime


def list_reminders(
    starts_at: datetime, *, zone: ZoneInfo, remind_before: Sequence[int], is_all_day: bool
) -> Sequence[Reminder]:
    """The reminders of an appointment, earliest first; *remind_before* is in minutes.

    All-day appointments begin at midnight, when nobody wants to be woken: their reminders come in
    the evening, at least a day before.
    """
    if not is_all_day:
        found = [
            Reminder(count, ceil_minute(starts_at - timedelta(minutes=count)))
            for count in remind_before
        ]
    else:
        days = {-(-count // DAY_MINUTES) for count in remind_before}
        found = [
            Reminder(count * DAY_MINUTES, evening_before(starts_at, zone, days=count))
            for count in days
        ]
    return sorted(found, key=lambda reminder: reminder.at)


def list_actions(
    starts_at: datetime,
    ends_at: datetime,
    *,
    zone: ZoneInfo,
    remind_before: Sequence[int],
    is_all_day: bool = False,
) -> Sequence[NextAction]:
    """Everything that is sent about an appointment, in order, one step per minute. *remind_before*
    is in minutes; *zone* decides when it's evening.
    """
    actions = {evening_before(starts_at, zone): Step.ASK_DRIVER}
    reminders = list_reminders(
        starts_at, zone=zone, remind_before=remind_before, is_all_day=is_all_day
    )
    actions |= {reminder.at: Step.REMIND for reminder in reminders}
    actions[_outcome_at(ends_at, zone)] = Step.ASK_OUTCOME
    return [NextAction(actions[at], ceil_minute(at)) for at in sorted(actions)]


def find_next_action(actions: Sequence[NextAction], *, now: datetime) -> NextAction | None:
    """The first action after *now*; earlier ones are dropped."""
    return next((action for action in actions if action.at > now), None)


def _outcome_at(ends_at: datetime, zone: ZoneInfo) -> datetime:
    """Soon after the end, but not at night: then in the morning."""
    local = (ends_at + OUTCOME_ASKED_AFTER).astimezone(zone).replace(tzinfo=None)
    if local.time() < OUTCOME_NOT_BEFORE:
        local = datetime.combine(local.date(), OUTCOME_NOT_BEFORE)
    elif local.time() > OUTCOME_NOT_AFTER:
        local = datetime.combine(local.date() + timedelta(days=1), OUTCOME_NOT_BEFORE)
    return resolve_local(local, zone)
