"""A single first dose that could not be planned in time."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain.medicines.schedules.kinds import Schedule, Steps, WallClock
from domain.medicines.schedules.occurrences import Occurrence, local_day
from domain.timers import ceil_minute


def due_at_once(
    schedule: Schedule, zone: ZoneInfo, *, missed: Occurrence, now: datetime
) -> WallClock | Steps | None:
    """The schedule with its single first dose, which is the *missed* one, at the next minute but
    one after *now* (aware). None if there are more doses than one in its first step, or if it's
    another day by then: then its other doses would not be as they were shown.
    """
    match schedule:
        case WallClock() as first:
            later: tuple[WallClock, ...] = ()
        case Steps(steps=(first, *rest)):
            later = tuple(rest)
        case _:
            return None
    soon = ceil_minute(now.astimezone(UTC) + timedelta(minutes=1))
    local = soon.astimezone(zone)
    is_single = first.starts_on == first.ends_on and len(first.times) == 1
    is_first = is_single and local_day(missed, zone) == first.starts_on == local.date()
    if not is_first:
        return None
    timed = replace(first, times=(time(local.hour, local.minute),), moments=None, last_at=None)
    return Steps((timed, *later)) if later else timed
