"""A rhythm as a value: its pattern, what is left out, and between which days it lies."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from enum import StrEnum

from bot.grammar.dates import TypedDate
from domain.local_time import Weekday

EVERY = {"every", "each"}
LAST = -1


class Unit(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True, order=True)
class NthWeekday:
    """The *nth* of a weekday in its month: 1 to 4, or the last one (-1)."""

    weekday: Weekday
    nth: int


@dataclass(frozen=True, slots=True)
class Pattern:
    """Every `interval` units. `weekdays` are of weeks; `nth_weekdays` and `month_days` (1 to 31, or
    -1 for the last one) of months. All three are in order.
    """

    unit: Unit
    interval: int = 1
    weekdays: tuple[Weekday, ...] = ()
    nth_weekdays: tuple[NthWeekday, ...] = ()
    month_days: tuple[int, ...] = ()

    @property
    def names_days(self) -> bool:
        """Whether it says itself on which days, without a date from elsewhere."""
        is_daily = self.unit is Unit.DAY and self.interval == 1
        return is_daily or bool(self.weekdays or self.nth_weekdays or self.month_days)

    def without(self, weekdays: Collection[Weekday]) -> "Pattern | None":
        """The same pattern except on *weekdays*; None if that leaves nothing out, or nothing at
        all, or can't be said so.
        """
        if self.unit is Unit.DAY and self.interval == 1:
            mine: Collection[Weekday] = tuple(Weekday)
        elif self.unit is Unit.WEEK and self.weekdays:
            mine = self.weekdays
        else:
            return None
        left = tuple(day for day in mine if day not in weekdays)
        if not left or len(left) + len(weekdays) != len(mine):
            return None
        return replace(self, unit=Unit.WEEK, weekdays=left)


@dataclass(frozen=True, slots=True)
class TypedException:
    """A day that is left out, or all days from the first to the `last` one."""

    first: TypedDate
    last: TypedDate | None = None

    @property
    def words(self) -> str:
        return self.first.words if self.last is None else f"{self.first.words} to {self.last.words}"


@dataclass(frozen=True, slots=True)
class TypedRhythm:
    """A rhythm as typed. `first` and `last` are the days between which it lies, where it says so
    itself: "every Tuesday in December", "every 29 December".
    """

    words: str
    pattern: Pattern
    tokens_used: int
    exceptions: tuple[TypedException, ...] = ()
    first: TypedDate | None = None
    last: TypedDate | None = None
