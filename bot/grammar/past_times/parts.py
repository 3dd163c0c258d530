"""A moment in the past: the parts that were typed, and what it can mean."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from bot.grammar.clock_times import PartOfDay


@dataclass(frozen=True, slots=True)
class TypedMoment:
    """When something was given, as typed.

    `at` (UTC) if it is certain; otherwise `options` lists what it can mean. That is empty if only a
    part of a day was named (`lacks_time`: "this morning"). With `is_by_clock` it was read off a
    clock, so another zone's clock would make it a different moment.
    """

    words: str
    at: datetime | None = None
    options: tuple[datetime, ...] = ()
    is_by_clock: bool = False
    lacks_time: bool = False


@dataclass(frozen=True, slots=True)
class MomentParts:
    """The parts of a moment, before they are compared with a clock."""

    ago: timedelta | None = None
    is_now: bool = False
    days_ago: int | None = None
    weekday: int | None = None
    dated: date | None = None
    part: PartOfDay | None = None
    is_last_night: bool = False
    is_tonight: bool = False
    times: tuple[time, ...] = ()

    @property
    def has_day(self) -> bool:
        return (self.days_ago, self.weekday, self.dated) != (None, None, None) or (
            self.is_last_night or self.is_tonight
        )
