"""A change of a medicine, as named by a member, and its JSON for conversations."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, time, timedelta
from typing import Any, Self

from dateutil.relativedelta import relativedelta

from domain.local_time import Weekday
from domain.medicines.dosages import Dosage
from domain.medicines.schedules.days import Days, days_from_json, days_to_json
from domain.medicines.schedules.kinds import Combined, Steps, schedule_from_json
from domain.medicines.schedules.moments import Moment


@dataclass(frozen=True, slots=True)
class Change:
    """The parts that were named; None or False means not named, and unchanged.

    `dosage` is an amount; if a medicine has several, `place` says which: the key of a
    :class:`Place`, :data:`ALL` or :data:`STRENGTH`. `dosages` are the amounts at each of `times`.
    `moments` are the parts of the day that `times` stand for, None for one that was named itself.
    `is_at_other_times`: times were named, but not by the clock ("every morning"). `weekdays` and
    `every_weeks` each change half of a weekly pattern, `days` all of it. `every` is the interval
    between doses; `times` is then where it starts. `steps` and `combined` replace the schedule;
    `combined` keeps its end unless one is named. How long it lasts is named in days, months or
    doses, one of them. With `keeps_last_dose`, the last of those days is as long as the last day so
    far. `instructions` and `reason` are in words; "" takes them away.
    """

    name: str | None = None
    dosage: Dosage | None = None
    place: str | None = None
    times: tuple[time, ...] | None = None
    dosages: tuple[Dosage, ...] | None = None
    times_a_day: int | None = None
    is_at_other_times: bool = False
    days: Days | None = None
    weekdays: frozenset[Weekday] | None = None
    every_weeks: int | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    days_long: int | None = None
    months_long: int | None = None
    doses_long: int | None = None
    has_no_end: bool = False
    keeps_last_dose: bool = False
    every: timedelta | None = None
    from_last_intake: bool = False
    is_as_needed: bool = False
    min_interval: timedelta | None = None
    has_no_min_interval: bool = False
    max_per_day: int | None = None
    has_no_max: bool = False
    steps: Steps | None = None
    moments: tuple[Moment | None, ...] | None = None
    combined: Combined | None = None
    instructions: str | None = None
    reason: str | None = None

    @property
    def is_empty(self) -> bool:
        return self == Change()

    @property
    def names_days(self) -> bool:
        return not (self.days is None and self.weekdays is None and self.every_weeks is None)

    @property
    def names_times(self) -> bool:
        is_named = bool(self.times or self.dosages or self.times_a_day)
        return is_named or self.is_at_other_times

    @property
    def names_end(self) -> bool:
        return self.ends_on is not None or self.names_length or self.has_no_end

    @property
    def names_length(self) -> bool:
        lengths = (self.days_long, self.months_long, self.doses_long)
        return any(length is not None for length in lengths)

    def last_day_from(self, first: date) -> date | None:
        """The last day of so many days or months from *first* on: three months from 24 November end
        on 23 February. None if neither is named.
        """
        if self.days_long is not None:
            return first + timedelta(days=self.days_long - 1)
        if self.months_long is not None:
            return first + relativedelta(months=self.months_long) - timedelta(days=1)
        return None

    @property
    def names_limits(self) -> bool:
        is_set = self.min_interval is not None or self.max_per_day is not None
        return is_set or self.has_no_min_interval or self.has_no_max

    @property
    def removes_limits(self) -> bool:
        return self.has_no_max or self.has_no_min_interval

    def completed(self, answer: "Change") -> "Change":
        """This change completed by the answer to a question, which wins where both name a part."""
        named = {
            part.name: getattr(answer, part.name)
            for part in fields(Change)
            if getattr(answer, part.name) not in (None, False)
        }
        if answer.times is not None:
            named.update(is_at_other_times=False, moments=answer.moments)
        return replace(self, **named)

    def to_json(self) -> dict[str, Any]:
        """The named parts only."""
        stored: dict[str, Any] = {}
        for part in fields(Change):
            value = getattr(self, part.name)
            if value not in (None, False):
                stored[part.name] = _WRITERS.get(part.name, _as_it_is)(value)
        return stored

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        return cls(**{name: _READERS.get(name, _as_it_is)(value) for name, value in stored.items()})


def _as_it_is(value: Any) -> Any:
    return value


_WRITERS: Mapping[str, Any] = {
    "dosage": Dosage.to_json,
    "times": lambda times: [f"{at:%H:%M}" for at in times],
    "dosages": lambda dosages: [dosage.to_json() for dosage in dosages],
    "days": days_to_json,
    "weekdays": sorted,
    "starts_on": date.isoformat,
    "ends_on": date.isoformat,
    "every": lambda length: length // timedelta(minutes=1),
    "min_interval": lambda length: length // timedelta(minutes=1),
    "steps": Steps.to_json,
    "moments": lambda moments: [each and each.to_json() for each in moments],
    "combined": Combined.to_json,
}
_READERS: Mapping[str, Any] = {
    "dosage": Dosage.from_json,
    "times": lambda times: tuple(map(time.fromisoformat, times)),
    "dosages": lambda dosages: tuple(map(Dosage.from_json, dosages)),
    "days": days_from_json,
    "weekdays": lambda weekdays: frozenset(map(Weekday, weekdays)),
    "starts_on": date.fromisoformat,
    "ends_on": date.fromisoformat,
    "every": lambda minutes: timedelta(minutes=minutes),
    "min_interval": lambda minutes: timedelta(minutes=minutes),
    "steps": schedule_from_json,
    "moments": lambda moments: tuple(each and Moment.from_json(each) for each in moments),
    "combined": schedule_from_json,
}
