"""How long a stock lasts, given the doses to come. Pure arithmetic: no database, no clock.

Days are counted as people count them. After today's dose, nine tablets at one a day last nine days,
starting tomorrow; before it, starting today. A day whose doses are only partly covered doesn't
count.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum, auto
from zoneinfo import ZoneInfo

FORECAST_HORIZON = timedelta(days=730)
USAGE_PERIOD = timedelta(days=30)
MIN_USAGE_PERIOD = timedelta(days=7)  # less is too little for an estimate
_DAY = timedelta(days=1)


class Lasts(Enum):
    """What we can say about how long a stock lasts."""

    RUNS_OUT = auto()
    TO_THE_END = auto()  # of the schedule
    NOTHING_TO_COME = auto()  # the schedule has ended
    FOR_YEARS = auto()
    ABOUT = auto()  # as needed: an estimate from recent use
    NO_ESTIMATE = auto()  # as needed, with too little recent use for an estimate
    UNMEASURED = auto()  # how much of it a dose takes is unknown
    NOT_COMPUTED = auto()  # nobody has counted, or the medicine isn't active


@dataclass(frozen=True)
class Forecast:
    """`days` is how many whole local days the stock covers, for RUNS_OUT and ABOUT. `last_at` (UTC)
    is the last dose that it covers; `is_last_day_whole` is whether it covers all doses of that day.
    """

    kind: Lasts
    days: int | None = None
    last_at: datetime | None = None
    is_last_day_whole: bool = True


NOT_COMPUTED = Forecast(Lasts.NOT_COMPUTED)


def forecast(
    coming: Iterable[tuple[datetime, Decimal | None]],
    *,
    stock: Decimal,
    zone: ZoneInfo,
    now: datetime,
) -> Forecast:
    """How long *stock* lasts for the doses *coming*: when each is due (UTC, in order, for more than
    two years from now), and how much of the stock it takes (None: unknown).
    """
    tomorrow = now.astimezone(zone).date() + _DAY
    first_on: date | None = None
    last_at: datetime | None = None
    whole_until: date | None = None  # the last day with all doses covered
    for due_at, amount in coming:
        due_on = due_at.astimezone(zone).date()
        first_on = first_on or min(due_on, tomorrow)
        if last_at is not None and last_at.astimezone(zone).date() < due_on:
            whole_until = last_at.astimezone(zone).date()
        if amount is None:
            return Forecast(Lasts.UNMEASURED)
        if amount > stock:
            days = (whole_until - first_on).days + 1 if whole_until is not None else 0
            is_whole = last_at is None or last_at.astimezone(zone).date() == whole_until
            return Forecast(Lasts.RUNS_OUT, days, last_at, is_whole)
        if due_at > now + FORECAST_HORIZON:
            return Forecast(Lasts.FOR_YEARS)
        stock, last_at = stock - amount, due_at
    if last_at is None:
        return Forecast(Lasts.NOTHING_TO_COME)
    return Forecast(Lasts.TO_THE_END, last_at=last_at)


def forecast_as_needed(
    *,
    stock: Decimal,
    used: Decimal,
    used_since: datetime | None,
    ends_on: date | None,
    zone: ZoneInfo,
    now: datetime,
) -> Forecast:
    """How long *stock* lasts if it's taken as needed as often as lately: *used* is the amount of
    the last 30 days, *used_since* when it was first taken from this stock, *ends_on* the last local
    day on which it may be given.
    """
    if ends_on is not None and ends_on < now.astimezone(zone).date():
        return Forecast(Lasts.NOTHING_TO_COME)
    if used_since is None or used <= 0 or now - used_since < MIN_USAGE_PERIOD:
        return Forecast(Lasts.NO_ESTIMATE)
    period = min(now - used_since, USAGE_PERIOD)
    # Clamped, because a timedelta can overflow; everything beyond the horizon is treated alike.
    beyond = (FORECAST_HORIZON + timedelta(days=1)).total_seconds()
    lasts = timedelta(seconds=min(float(stock / used) * period.total_seconds(), beyond))
    if ends_on is not None and (now + lasts).astimezone(zone).date() > ends_on:
        return Forecast(Lasts.TO_THE_END)
    if lasts > FORECAST_HORIZON:
        return Forecast(Lasts.FOR_YEARS)
    return Forecast(Lasts.ABOUT, lasts.days)
