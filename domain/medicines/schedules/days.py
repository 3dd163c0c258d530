"""Patterns of days, each counted from the schedule's first day."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from math import gcd
from typing import Any, TypeAlias

from domain.local_time import Weekday
from domain.medicines.schedules.problems import ScheduleProblem, require

LONGEST_CYCLE = 366  # days, for every pattern that counts days or weeks
LONGEST_MONTHS = 12
LAST = -1  # the last such weekday of a month
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
    """On days of the month, or the last day of shorter months: 31 is always the last. Every month,
    or every `every` months from the month of the first dose: 12 is once a year.
    """

    days: frozenset[int]
    every: int = 1

    def __post_init__(self) -> None:
        is_possible = bool(self.days) and all(1 <= day <= 31 for day in self.days)
        require(is_possible, ScheduleProblem.NO_DAYS_OF_MONTH)
        require(1 <= self.every <= LONGEST_MONTHS, ScheduleProblem.CYCLE_IMPOSSIBLE)

    def next_day(self, day: date, *, starts_on: date) -> date:
        """As :meth:`Daily.next_day`."""
        return _in_months(self._in_month, day, starts_on=starts_on, every=self.every)

    def _in_month(self, first: date) -> list[date]:
        last = _last_of_month(first).day
        return sorted({first.replace(day=min(day, last)) for day in self.days})


@dataclass(frozen=True, slots=True)
class MonthlyWeekdays:
    """On certain weekdays of the month: the first Monday, the second and fourth Tuesday. `places`
    count from 1; LAST is the last one. Every month, or every `every` months as in :class:`Monthly`.
    """

    weekdays: frozenset[Weekday]
    places: frozenset[int]
    every: int = 1

    def __post_init__(self) -> None:
        require(bool(self.weekdays), ScheduleProblem.NO_WEEKDAYS)
        is_possible = bool(self.places) and all(
            place in {1, 2, 3, 4, LAST} for place in self.places
        )
        require(is_possible, ScheduleProblem.NO_DAYS_OF_MONTH)
        require(1 <= self.every <= LONGEST_MONTHS, ScheduleProblem.CYCLE_IMPOSSIBLE)

    def next_day(self, day: date, *, starts_on: date) -> date:
        """As :meth:`Daily.next_day`."""
        return _in_months(self._in_month, day, starts_on=starts_on, every=self.every)

    def _in_month(self, first: date) -> list[date]:
        found = set()
        for weekday in self.weekdays:
            earliest = first + timedelta(days=(weekday - first.weekday()) % 7)
            for place in self.places:
                if place == LAST:
                    last = _last_of_month(first)
                    found.add(last - timedelta(days=(last.weekday() - weekday) % 7))
                else:
                    found.add(earliest + (place - 1) * _WEEK)
        return sorted(found)


@dataclass(frozen=True, slots=True)
class Cycle:
    """`days_on` days in a row, then `days_off` days without, repeating."""

    days_on: int
    days_off: int

    def __post_init__(self) -> None:
        is_possible = self.days_on >= 1 and self.days_off >= 1
        is_possible = is_possible and self.days_on + self.days_off <= LONGEST_CYCLE
        require(is_possible, ScheduleProblem.CYCLE_IMPOSSIBLE)

    @property
    def length(self) -> int:
        """Days from the start of one cycle to that of the next."""
        return self.days_on + self.days_off

    def next_day(self, day: date, *, starts_on: date) -> date:
        """As :meth:`Daily.next_day`."""
        day = max(day, starts_on)
        length = self.length
        position = (day - starts_on).days % length
        return day if position < self.days_on else day + timedelta(days=length - position)


Days: TypeAlias = Daily | Weekly | Monthly | MonthlyWeekdays | Cycle
EVERY_DAY = Daily()


def counts_from_first_day(days: Days) -> bool:
    """Whether another first day makes other days of it."""
    match days:
        case Daily(every=1) | Weekly(every=1) | Monthly(every=1) | MonthlyWeekdays(every=1):
            return False
        case _:
            return True


def are_apart(one: Days, other: Days, *, starts_on: tuple[date, date]) -> bool:
    """Whether two patterns that are counted from *starts_on* never have a day in common. False
    where that can't be told without trying all days.
    """
    match one, other:
        case Daily(), Daily():
            offset = (starts_on[1] - starts_on[0]).days
            return offset % gcd(one.every, other.every) != 0
        case Weekly(), Weekly():
            if not one.weekdays & other.weekdays:
                return True
            apart = _first_week(other, starts_on[1]) - _first_week(one, starts_on[0])
            return apart.days // 7 % gcd(one.every, other.every) != 0
        case Cycle(), Cycle() if one.length == other.length:
            offset = (starts_on[1] - starts_on[0]).days % one.length
            return one.days_on <= offset and offset + other.days_on <= one.length
        case Monthly(), Monthly():
            # In shorter months, the 29th to the 31st are the same day.
            highest = [max(each.days) if len(each.days) else 0 for each in (one, other)]
            return not one.days & other.days and min(highest) < 28
        case MonthlyWeekdays(), MonthlyWeekdays():
            if not one.weekdays & other.weekdays:
                return True
            places = one.places | other.places  # the fourth may be the last
            return not one.places & other.places and not {4, LAST} <= places
        case _:
            return False


def _first_week(days: Weekly, starts_on: date) -> date:
    first = days.next_day(starts_on, starts_on=starts_on)
    return first - timedelta(days=first.weekday())


def _in_months(
    days_in: Callable[[date], list[date]], day: date, *, starts_on: date, every: int
) -> date:
    """The first day on or after *day* and *starts_on* among *days_in* each month (given its first
    day), counting every *every* months from the first month that has one.
    """
    month = starts_on.replace(day=1)
    if not any(each >= starts_on for each in days_in(month)):
        month = _months_later(month, 1)
    day = max(day, starts_on)
    ahead = (day.year - month.year) * 12 + day.month - month.month
    month = _months_later(month, max(0, ahead - ahead % every))
    while True:
        found = [each for each in days_in(month) if each >= day]
        if found:
            return found[0]
        month = _months_later(month, every)


def _months_later(first: date, count: int) -> date:
    """The first day of the month *count* months later. Raises OverflowError past the year 9999."""
    years, month = divmod(first.month - 1 + count, 12)
    if first.year + years > date.max.year:
        raise OverflowError("the calendar ends in 9999")
    return date(first.year + years, month + 1, 1)


def _last_of_month(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - _DAY


def is_newer_pattern(days: Days) -> bool:
    """Whether version 2 of stored schedules doesn't have this pattern."""
    return isinstance(days, MonthlyWeekdays) or (isinstance(days, Monthly) and days.every > 1)


def days_to_json(days: Days) -> dict[str, Any]:
    """JSON that :func:`days_from_json` reads."""
    match days:
        case Daily(every=every):
            return {"pattern": "daily", "every": every}
        case Weekly(weekdays=weekdays, every=every):
            return {"pattern": "weekly", "weekdays": sorted(weekdays), "every": every}
        case Monthly(days=of_month, every=every):
            stored = {"pattern": "monthly", "days": sorted(of_month)}
            return stored if every == 1 else {**stored, "every": every}
        case MonthlyWeekdays(weekdays=weekdays, places=places, every=every):
            return {
                "pattern": "monthly_weekdays",
                "weekdays": sorted(weekdays),
                "places": sorted(places),
                "every": every,
            }
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
            return Monthly(frozenset(days["days"]), days.get("every", 1))
        case "monthly_weekdays":
            weekdays = frozenset(map(Weekday, days["weekdays"]))
            return MonthlyWeekdays(weekdays, frozenset(days["places"]), days["every"])
        case "cycle":
            return Cycle(days["days_on"], days["days_off"])
        case _:
            raise ValueError("an unknown pattern of days")
