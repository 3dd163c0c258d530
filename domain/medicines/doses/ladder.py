"""The ladder: what happens to a dose, and when, until somebody answers or its window ends.

An appointment has a ladder of its own: it is told of before, somebody is asked to drive the evening
before, and how it went is asked afterwards.

Pure arithmetic on aware UTC datetimes. Today the ladder of a dose has its first and its last rung
(ask, then mark missed); the rungs between (ask again, tell the others) go into `Step` and
`after_asking`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from domain.medicines.schedules.schedules import resolve_local

WINDOW = timedelta(minutes=120)
UNDO_PERIOD = timedelta(hours=48)
SNOOZE_MINUTES = (10, 30, 60)
LATE_AFTER = timedelta(minutes=2)  # a card sent later than this says so
MINUTE = timedelta(minutes=1)
EVENING = time(19)  # local: who drives tomorrow, which pause ends, and what lasts all day
DAY_MINUTES = 24 * 60
OUTCOME_ASKED_AFTER = timedelta(minutes=30)
OUTCOME_NOT_BEFORE, OUTCOME_NOT_AFTER = time(9), time(21)  # local


class Step(StrEnum):
    ASK = "ask"
    MISS = "miss"
    TELL = "tell"  # what was told before has changed: another time, called off
    REMIND = "remind"
    ASK_DRIVER = "ask_driver"
    ASK_OUTCOME = "ask_outcome"
    SOON = "soon"  # told at once, since it is too near for any of its reminders


@dataclass(frozen=True)
class NextAction:
    """A timer: which step is taken, at which whole minute (UTC)."""

    step: Step
    at: datetime


def floor_minute(instant: datetime) -> datetime:
    """The whole minute in which *instant* lies, as clocks show it."""
    return instant.replace(second=0, microsecond=0)


def ceil_minute(instant: datetime) -> datetime:
    """*instant*, rounded up to a whole minute: the alarm knows minutes only."""
    floor = instant.replace(second=0, microsecond=0)
    return floor if floor == instant else floor + MINUTE


def window_end(due_at: datetime, next_due_at: datetime | None) -> datetime:
    """When an unanswered dose counts as missed: after the window, or when the next one is due."""
    end = due_at + WINDOW
    return min(end, next_due_at) if next_due_at is not None and next_due_at > due_at else end


def first_action(due_at: datetime) -> NextAction:
    return NextAction(Step.ASK, ceil_minute(due_at))


def after_asking(window_ends_at: datetime) -> NextAction:
    return NextAction(Step.MISS, ceil_minute(window_ends_at))


def after_snooze(now: datetime, *, minutes: int, window_ends_at: datetime) -> NextAction:
    """Ask again after *minutes*, but never beyond the window: then it is missed at its end."""
    again = ceil_minute(now + timedelta(minutes=minutes))
    if again >= window_ends_at:
        return after_asking(window_ends_at)
    return NextAction(Step.ASK, again)


def after_undo(
    now: datetime, *, due_at: datetime, window_ends_at: datetime, asked: bool
) -> NextAction | None:
    """The timer of a dose whose record was taken back; None when its window is over."""
    if now >= window_ends_at:
        return None
    if asked:
        return after_asking(window_ends_at)
    return NextAction(Step.ASK, ceil_minute(max(now, due_at)))


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


def evening_before(starts_at: datetime, zone: ZoneInfo, *, days: int = 1) -> datetime:
    """Seven in the evening (UTC), so many local *days* before *starts_at*."""
    day = starts_at.astimezone(zone).date() - timedelta(days=days)
    return resolve_local(datetime.combine(day, EVENING), zone)


def _outcome_at(ends_at: datetime, zone: ZoneInfo) -> datetime:
    """Soon after the end, but not at night: then in the morning."""
    local = (ends_at + OUTCOME_ASKED_AFTER).astimezone(zone).replace(tzinfo=None)
    if local.time() < OUTCOME_NOT_BEFORE:
        local = datetime.combine(local.date(), OUTCOME_NOT_BEFORE)
    elif local.time() > OUTCOME_NOT_AFTER:
        local = datetime.combine(local.date() + timedelta(days=1), OUTCOME_NOT_BEFORE)
    return resolve_local(local, zone)
