"""Patterns of days, each counted from the schedule's first day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TypeAlias

from domain.local_time import Weekday
from domain.medicines.schedules.problems import ScheduleProblem, require

LONGEST_CYCLE = 366  # days, for every pattern
_DAY = timedelta(days=1)
_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Daily:
    """Every day, or every `every` days from the first."""

    every: int = 1

    def __post_init__(self) -> None:
        require(1 <= self.every <= LONGEST_CYCLE, ScheduleProblem.CYCLE_IMPOSSIBLE)

    def next_day(self, day: date, *, starts_on: date) -> date:
        """The first matching day that is neither before *day* nor before *starts_on*."""
        day = max(day, starts_on)
        return day + timedelta(days=-(day - starts_on).days % self.every)


@dataclass(frozen=True, slots=True)
class Weekly:
    """On weekdays: every week, or every `every` weeks from the week of the first dose."""

    weekdays: frozenset[Weekday]
    every: int = 1

    def __post_init__(self) -> None:
        require(bool(self.weekdays), ScheduleProblem.NO_WEEKDAYS)
        require(self.every > 1 or len(self.weekdays) < len(Weekday), ScheduleProblem.ALL_WEEKDAYS)
        require(1 <= self.every * 7 <= LONGEST_CYCLE, ScheduleProblem.CYCLE_IMPOSSIBLE)

    def next_day(self, day: date, *, starts_on: date) -> date:
        """As :meth:`Daily.next_day`. Weeks begin on Monday."""
        first = self._on_or_after(starts_on)
        first_week = first - timedelta(days=first.weekday())
        found = self._on_or_after(max(day, starts_on))
        while (found - first_week).days // 7 % self.every:
            week = found - timedelta(days=found.weekday())
            found = self._on_or_after(week + _WEEK)
        return found

    def _on_or_after(self, day: date) -> date:
        return day + timedelta(days=min((w - day.weekday()) % 7 for w in self.weekdays))


@dataclass(frozen=True, slots=True)
class Monthly:
    """On days of the month, or the last day of shorter months: 31 is always the last."""

    days: frozenset[int]

    def __post_init__(self) -> None:
        is_possible = bool(self.days) and all(1 <= day <= 31 for day in self.days)
        require(is_possible, ScheduleProblem.NO_DAYS_OF_MONTH)

    def next_day(self, day: date, *, starts_on: date) -> date:
        """As :meth:`Daily.next_day`."""
        day = max(day, starts_on)
        last = _last_of_month(day)
        found = [d for d in self.days if d >= day.day]
        if found:
            return day.replace(day=min(*found, last.day))
        following = last + _DAY
        return following.replace(day=min(*self.days, _last_of_month(following).day))


@dataclass(frozen=True, slots=True)
class Cycle:
    """`days_on` days in a row, then `days_off` days without, repeating."""

    days_on: int
    days_off: int

    def __post_init__(self) -> None:
        is_possible = self.days_on >= 1 and self.days_off >= 1
        is_possible = is_possible and self.days_on + self.days_off <= LONGEST_CYCLE
        require(is_possible, ScheduleProblem.CYCLE_IMPOSSIBLE)

    def next_day(self, day: date, *, starts_on: date) -> date:
        """As :meth:`Daily.next_day`."""
        day = max(day, starts_on)
        length = self.days_on + self.days_off
        position = (day - starts_on).days % length
        return day if position < self.days_on else day + timedelta(days=length - position)


Days: TypeAlias = Daily | Weekly | Monthly | Cycle
EVERY_DAY = Daily()


def _last_of_month(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - _DAY


def days_to_json(days: Days) -> dict[str, Any]:
    """JSON that :func:`days_from_json` reads."""
    match days:
        case Daily(every=every):
            return {"pattern": "daily", "every": every}
        case Weekly(weekdays=weekdays, every=every):
            return {"pattern": "weekly", "weekdays": sorted(weekdays), "every": every}
        case Monthly(days=of_month):
            return {"pattern": "monthly", "days": sorted(of_month)}
        case Cycle(days_on=on, days_off=off):
            return {"pattern": "cycle", "days_on": on, "days_off": off}


def stored_days(stored: Mapping[str, Any]) -> Days:
    if stored["version"] == 1:
        weekdays = stored["weekdays"]
        return EVERY_DAY if weekdays is None else Weekly(frozenset(map(Weekday, weekdays)))
    return days_from_json(stored["days"])


def days_from_json(days: Mapping[str, Any]) -> Days:
    """Raises KeyError, TypeError or ValueError for anything that isn't stored days."""
    match days["pattern"]:
        case "daily":
            return Daily(days["every"])
        case "weekly":
            return Weekly(frozenset(map(Weekday, days["weekdays"])), days["every"])
        case "monthly":
            return Monthly(frozenset(days["days"]))
        case "cycle":
            return Cycle(days["days_on"], days["days_off"])
        case _:
            raise ValueError("an unknown pattern of days")
