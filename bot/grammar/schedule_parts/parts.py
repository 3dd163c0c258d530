"""The parts of a schedule; :mod:`bot.grammar.schedules` decides whether they fit together."""

from dataclasses import dataclass, field, fields
from datetime import time, timedelta
from typing import Any

from bot.grammar.clock_times import PartOfDay, TypedTime
from bot.grammar.dates import TypedDate
from domain.local_time import Weekday

EVERY_DAY = frozenset(Weekday)


@dataclass(slots=True)
class ScheduleParts:
    """The parts of a schedule, which may not fit together."""

    times: list[time] = field(default_factory=list)
    weekdays: frozenset[Weekday] | None = None
    starts: TypedDate | None = None
    ends: TypedDate | None = None
    days_long: int | None = None
    times_a_day: int | None = None
    days_a_week: int | None = None
    moments: str = ""  # "every morning", "before breakfast": when, but not on the clock
    meals: tuple[str, ...] = ()  # the meals among them
    every_days: int | None = None
    every_weeks: int | None = None
    month_days: frozenset[int] | None = None
    is_monthly: bool = False  # "every month", which needs its days
    cycle: tuple[int, int] | None = None  # days on, days off
    interval: timedelta | None = None
    from_last_intake: bool = False
    is_as_needed: bool = False
    min_interval: timedelta | None = None
    max_per_day: int | None = None
    has_no_end: bool = False
    has_no_min_interval: bool = False
    has_no_max: bool = False
    typed_time: TypedTime | None = None  # if it is the only word about the time of day

    def beside_times(self) -> dict[str, Any]:
        """The parts that were typed, by name, without those that say when in the day."""
        values = {part.name: getattr(self, part.name) for part in fields(self)}
        return {
            name: value
            for name, value in values.items()
            if name not in _OF_A_DAY and value not in (None, False)
        }


_OF_A_DAY = {"times", "moments", "meals", "typed_time"}


@dataclass(frozen=True, slots=True)
class PartOfDayWord:
    """A part of the day, as typed; if it `is_suffix`, it follows its time ("8 at night")."""

    part: PartOfDay
    words: str
    is_suffix: bool
