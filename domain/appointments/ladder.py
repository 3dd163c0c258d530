"""The ladder of an appointment: told of before, a driver asked for, how it went asked after."""

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
    """That an appointment is reminded of at an instant (UTC), `minutes` before as it was set."""

    minutes: int
    at: datetime


def reminders_of(
    starts_at: datetime, *, zone: ZoneInfo, remind_before: Sequence[int], is_all_day: bool
) -> Sequence[Reminder]:
    """The reminders of an appointment, the first one first; *remind_before* are minutes.

    What lasts all day begins at midnight, when nobody wants to be woken: it is reminded of in the
    evening, a day before at the latest.
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


def appointment_actions(
    starts_at: datetime,
    ends_at: datetime,
    *,
    zone: ZoneInfo,
    remind_before: Sequence[int],
    is_all_day: bool = False,
) -> Sequence[NextAction]:
    """All that is told of an appointment, in order; one thing in a minute. *remind_before* are
    minutes, *zone* says when evening is.
    """
    actions = {evening_before(starts_at, zone): Step.ASK_DRIVER}
    reminders = reminders_of(
        starts_at, zone=zone, remind_before=remind_before, is_all_day=is_all_day
    )
    actions |= {reminder.at: Step.REMIND for reminder in reminders}
    actions[_outcome_at(ends_at, zone)] = Step.ASK_OUTCOME
    return [NextAction(actions[at], ceil_minute(at)) for at in sorted(actions)]


def after_telling(actions: Sequence[NextAction], *, now: datetime) -> NextAction | None:
    """What is told next, after *now*; what should have been told by then is over."""
    return next((action for action in actions if action.at > now), None)


def _outcome_at(ends_at: datetime, zone: ZoneInfo) -> datetime:
    """Soon after the end, but not at night: then in the morning."""
    local = (ends_at + OUTCOME_ASKED_AFTER).astimezone(zone).replace(tzinfo=None)
    if local.time() < OUTCOME_NOT_BEFORE:
        local = datetime.combine(local.date(), OUTCOME_NOT_BEFORE)
    elif local.time() > OUTCOME_NOT_AFTER:
        local = datetime.combine(local.date() + timedelta(days=1), OUTCOME_NOT_BEFORE)
    return resolve_local(local, zone)
