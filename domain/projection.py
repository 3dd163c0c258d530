"""How long a stock lasts, by the real schedule. Pure arithmetic: no database, no clock."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from domain.schedules import Occurrence, Schedule, occurrences

FARTHEST = timedelta(days=730)
USED_OVER = timedelta(days=30)
_STRETCH = timedelta(days=60)


def runs_out_at(
    schedule: Schedule,
    zone: ZoneInfo,
    *,
    now: datetime,
    stock: Decimal,
    use: Callable[[Occurrence], Decimal | None],
    last_intake_at: datetime | None = None,
) -> datetime | None:
    """When the first dose is due (UTC) that *stock* does not cover in full.

    None if it lasts to the end of the schedule, or for two years, or if *use* of a dose is unknown.
    """
    after, last = now, now + FARTHEST
    while after < last:
        until = min(after + _STRETCH, last)
        for dose in occurrences(schedule, zone, after, until, last_intake_at=last_intake_at):
            amount = use(dose)
            if amount is None:
                return None
            stock -= amount
            if stock < 0:
                return dose.due_at
        after = until
    return None


def runs_out_as_needed(*, now: datetime, stock: Decimal, used: Decimal) -> datetime | None:
    """When a medicine that is taken as needed runs out, if it is *used* (the amount of the last 30
    days) as it was; None if it was not used, or lasts for two years.
    """
    if used <= 0:
        return None
    lasts = timedelta(seconds=float(stock / used * Decimal(USED_OVER.total_seconds())))
    return now + lasts if lasts < FARTHEST else None
