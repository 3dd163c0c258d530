"""Local time: wall clocks, with the gaps and overlaps of daylight saving time, and the instants
they mean.

* Where the clock jumps forward, a time that does not exist is shifted by the length of the gap.
  New York, 2027-03-14: 01:59 EST is followed by 03:00 EDT, and 02:30 means 03:30 EDT.
* Where the clock jumps back, a time that comes twice means the first one.
  New York, 2026-11-01: 01:30 means 01:30 EDT (05:30 UTC), not an hour later.
"""

from datetime import UTC, datetime
from enum import IntEnum
from zoneinfo import ZoneInfo


class Weekday(IntEnum):
    """Numbered like :meth:`datetime.date.weekday`."""

    MONDAY = 0
    TUESDAY = 1
    WEDNESDAY = 2
    THURSDAY = 3
    FRIDAY = 4
    SATURDAY = 5
    SUNDAY = 6


WORKDAYS = frozenset(day for day in Weekday if day < Weekday.SATURDAY)
WEEKEND = frozenset(Weekday) - WORKDAYS


def resolve_local(local: datetime, zone: ZoneInfo) -> datetime:
    """The instant (aware UTC) that naive *local* means in *zone*, by the policy above."""
    # fold=0 is the first of two occurrences (PEP 495). In a gap it uses the offset from before the
    # jump, which shifts the time by exactly the length of the gap.
    return local.replace(tzinfo=zone, fold=0).astimezone(UTC)


def clocks_differ(one: ZoneInfo, other: ZoneInfo, at: datetime) -> bool:
    """Whether two clocks show different times at one instant (aware)."""
    return at.astimezone(one).utcoffset() != at.astimezone(other).utcoffset()


def to_local(instant: datetime, zone: ZoneInfo) -> datetime:
    """Naive local time of an aware *instant*."""
    return instant.astimezone(zone).replace(tzinfo=None)
