"""The times of day by which people know a schedule and its doses."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain.local_time import resolve_local
from domain.medicines.schedules.kinds import (
    AsNeeded,
    Combined,
    Elapsed,
    Schedule,
    Steps,
    WallClock,
    is_over,
)

_WIDEST_GAP = timedelta(hours=2)  # of clock gaps that still happen: Troll, Antarctica


def local_time(key: str, due_at: datetime, zone: ZoneInfo) -> datetime:
    """The local time (naive) by which a dose is known: the one in its key, if it has one.

    If the person has moved to another zone and the dose stayed due when it was, the time in the new
    zone counts.
    """
    shown = due_at.astimezone(zone).replace(tzinfo=None)
    try:
        asked = datetime.fromisoformat(key)
    except ValueError:
        return shown
    is_the_same = asked.tzinfo is None and abs(shown - asked) <= _WIDEST_GAP
    return asked if is_the_same else shown


def clock_times_of(schedule: Elapsed, zone: ZoneInfo, *, at: datetime) -> tuple[time, ...]:
    """The times of day of doses that are due by the hour, at the UTC offset of *zone* at *at*;
    empty if they differ from day to day.
    """
    day = timedelta(days=1)
    if schedule.from_last_intake or day % schedule.every:
        return ()
    before = schedule.starts_at + (at - schedule.starts_at) // schedule.every * schedule.every
    local = before.astimezone(zone).replace(tzinfo=None)
    return tuple(sorted((local + n * schedule.every).time() for n in range(day // schedule.every)))


def times_of(schedule: Schedule, *, zone: ZoneInfo, now: datetime) -> tuple[time, ...]:
    """The times of day (local) of a schedule as of *now*; empty if they differ from day to day."""
    match schedule:
        case WallClock(times=times):
            return times
        case Steps(steps=steps):
            today = now.astimezone(zone).date()
            return next((step.times for step in steps if not is_over(step, today)), ())
        case Combined(plans=plans):
            today = now.astimezone(zone).date()
            found = {plan.times for plan in plans if not is_over(plan, today)}
            return found.pop() if len(found) == 1 else ()
        case Elapsed():
            # By today's noon: a clock change during the night is over by then.
            noon = datetime.combine(now.astimezone(zone).date(), time(12))
            return clock_times_of(schedule, zone, at=resolve_local(noon, zone))
        case AsNeeded():
            return ()
