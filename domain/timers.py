"""Timers: which step is next, at which whole minute. Pure arithmetic on aware UTC datetimes."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from domain.local_time import resolve_local

UNDO_PERIOD = timedelta(hours=48)
LATE_AFTER = timedelta(minutes=2)  # a card sent later than this says so
MINUTE = timedelta(minutes=1)
EVENING = time(19)  # local: who drives tomorrow, which pause ends, and what lasts all day


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


def evening_before(starts_at: datetime, zone: ZoneInfo, *, days: int = 1) -> datetime:
    """Seven in the evening (UTC), so many local *days* before *starts_at*."""
    day = starts_at.astimezone(zone).date() - timedelta(days=days)
    return resolve_local(datetime.combine(day, EVENING), zone)
