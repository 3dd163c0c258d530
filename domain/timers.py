"""Timers: which step is next, and at which whole minute. Pure arithmetic on aware UTC datetimes."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from domain.local_time import resolve_local

UNDO_PERIOD = timedelta(hours=48)
LATE_AFTER = timedelta(minutes=2)  # a card sent later than this says so
MINUTE = timedelta(minutes=1)
EVENING = time(19)  # local; for "who drives tomorrow?", ends of pauses, all-day reminders


class Step(StrEnum):
    ASK = "ask"
    AGAIN = "again"  # a dose that nobody has recorded
    OTHERS = "others"  # the rest of the family is told
    MISS = "miss"
    TELL = "tell"  # something announced earlier has changed: moved, cancelled
    REMIND = "remind"
    ASK_DRIVER = "ask_driver"
    ASK_OUTCOME = "ask_outcome"
    SOON = "soon"  # announced immediately, because it's too late for every reminder


@dataclass(frozen=True)
class NextAction:
    """A timer: the next step, and the whole minute (UTC) at which it is taken."""

    step: Step
    at: datetime


def floor_minute(instant: datetime) -> datetime:
    """*instant*, rounded down to a whole minute, as clocks show it."""
    return instant.replace(second=0, microsecond=0)


def ceil_minute(instant: datetime) -> datetime:
    """*instant*, rounded up to a whole minute, which is the alarm's resolution."""
    floor = floor_minute(instant)
    return floor if floor == instant else floor + MINUTE


def evening_before(starts_at: datetime, zone: ZoneInfo, *, days: int = 1) -> datetime:
    """19:00 local time, as UTC, *days* local days before *starts_at*."""
    day = starts_at.astimezone(zone).date() - timedelta(days=days)
    return resolve_local(datetime.combine(day, EVENING), zone)
