"""The first and the last day of a schedule."""

from collections.abc import Sequence
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from domain.medicines.schedules.kinds import (
    AsNeeded,
    Combined,
    Elapsed,
    Schedule,
    Steps,
    WallClock,
)


def first_and_last_day(schedule: Schedule, zone: ZoneInfo) -> tuple[date, date | None]:
    """The first and the last local day on which it may be given; None: no end."""
    return first_day_of(schedule, zone), last_day_of(schedule, zone)


def first_day_of(schedule: Schedule, zone: ZoneInfo) -> date:
    """The first local day on which it may be given."""
    match schedule:
        case WallClock(starts_on=starts_on) | AsNeeded(starts_on=starts_on):
            return starts_on
        case Steps(steps=steps):
            return steps[0].starts_on
        case Combined(plans=plans):
            return min(plan.starts_on for plan in plans)
        case Elapsed(starts_at=starts_at):
            return starts_at.astimezone(zone).date()


def last_day_of(schedule: Schedule, zone: ZoneInfo) -> date | None:
    """The last local day on which it may be given; None if it has no end."""
    match schedule:
        case WallClock(ends_on=ends_on) | AsNeeded(ends_on=ends_on):
            return ends_on
        case Steps(steps=steps):
            return steps[-1].ends_on
        case Combined(plans=plans):
            return _last_end(plans)
        case Elapsed():
            ends_at = schedule.ends_at
            if ends_at is None:
                return None
            return (ends_at - timedelta(minutes=1)).astimezone(zone).date()


def _last_end(plans: Sequence[WallClock]) -> date | None:
    ends = [plan.ends_on for plan in plans if plan.ends_on is not None]
    return max(ends) if len(ends) == len(plans) else None
