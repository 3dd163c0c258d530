"""The parts of a schedule; :mod:`bot.grammar.schedules` decides whether they fit together."""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import time, timedelta
from typing import Any

from bot.grammar.clock_times import PartOfDay, TypedTime
from bot.grammar.dates import TypedDate
from bot.grammar.rhythms.patterns import TypedException
from domain.local_time import Weekday
from domain.medicines.dosages import Dosage
from domain.medicines.schedules.moments import Moment, Relation

EVERY_DAY = frozenset(Weekday)


@dataclass(frozen=True, slots=True)
class DatedPart:
    """ "evening", of "until thursday evening" (it's of the last day, and `is_end`); or, with the
    first day, the time `at` which the first dose is. Without either, that is now.
    """

    words: str
    hours: PartOfDay | None = None
    moment: Moment | None = None
    is_end: bool = False
    at: time | None = None

    def holds(self, times: Sequence[time]) -> bool:
        """Whether the whole day has the same doses as the day up to this part."""
        if self.hours is None:
            return False
        first, last = self.hours
        return last < first or all(at.hour <= last for at in times)

    def is_when(self, at: time) -> bool:
        """Whether a first dose *at* that time is the one that was named."""
        if self.at is not None:
            return at == self.at
        if self.hours is None:
            return False
        first, last = self.hours
        return self.hours.holds(at.hour) if last < first else at.hour >= first


@dataclass(slots=True)
class ScheduleParts:
    """The parts of a schedule, which may not fit together."""

    times: list[time] = field(default_factory=list)
    weekdays: frozenset[Weekday] | None = None
    starts: TypedDate | None = None
    begins_in: DatedPart | None = None  # "starting tonight": when the first dose is
    begins_now: bool = False
    ends: TypedDate | None = None
    days_long: int | None = None
    days_off: frozenset[Weekday] = frozenset()  # "not on sundays", where no weekdays are named
    times_a_day: int | None = None
    days_a_week: int | None = None
    moments: tuple[Moment, ...] = ()  # "every morning", "before breakfast"
    all_meals: Relation | None = None  # "with meals": which ones, depends on how often
    vague: str = ""  # "at tea": a part of the day that nobody can tell the time of
    every_days: int | None = None
    every_weeks: int | None = None
    month_days: frozenset[int] | None = None
    month_weeks: frozenset[int] | None = None  # "the first and third monday of the month"
    every_months: int | None = None  # which needs its days
    months_long: int | None = None
    doses_long: int | None = None  # "for 10 doses"
    is_once: bool = False  # "once tomorrow at 9"
    is_now: bool = False  # "stat"
    is_alternating: bool = False
    is_on_other_days: bool = False  # "5 mg on all other days"
    hours_between: tuple[int, int] | None = None  # "every 4–6 hours"
    until_time: time | None = None  # "every 4 hours from 08:00 to 20:00"
    except_on: tuple[TypedException, ...] = ()
    cycle: tuple[int, int] | None = None  # days on, days off
    days_of_cycle: tuple[tuple[int, ...], int] | None = None  # "days 1, 8 and 15 of 28"
    interval: timedelta | None = None
    from_last_intake: bool = False
    is_as_needed: bool = False
    min_interval: timedelta | None = None
    max_per_day: int | None = None
    bare_max: str = ""  # "max 8", as typed: of what?
    max_amount: Dosage | None = None  # "max 8 tablets a day"
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
            if name not in _OF_A_DAY and value not in (None, False, (), "")
        }


_OF_A_DAY = {"times", "moments", "all_meals", "vague", "typed_time"}
_OF_A_DAY |= {"begins_in"}
_OF_A_DAY |= {"days_off"}  # which `weekdays` leave out


@dataclass(frozen=True, slots=True)
class MomentWord:
    """A part of the day or a meal, as typed. `moment` is None for one that nobody can tell the
    time of ("at tea"). A clock time beside it lies within `hours`; if it `is_suffix`, it follows
    its time ("8 at night"). `is_joined`: "and" comes before it.
    """

    words: str
    moment: Moment | None
    hours: PartOfDay | None
    is_suffix: bool = False
    is_joined: bool = False
