"""Parts of a person's day, and the clock times that each person has for them.

A schedule "before breakfast" keeps both: the moment that was named, and the time of day that it is
for this person now. When the person's times change, so do the times of its schedules.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, Self

#: How long before or after a meal something is given if nobody says: what most labels mean.
USUAL_DISTANCE = timedelta(minutes=30)
_FARTHEST = timedelta(hours=6)
_ANY_DAY = date(2000, 1, 2)


class PartOfDay(StrEnum):
    """A part of somebody's day. The values are stored."""

    MORNING = "morning"
    BREAKFAST = "breakfast"
    NOON = "noon"
    LUNCH = "lunch"
    AFTERNOON = "afternoon"
    DINNER = "dinner"
    EVENING = "evening"
    BEDTIME = "bedtime"


#: Offered to somebody who hasn't said otherwise.
USUAL_TIMES: Mapping[PartOfDay, time] = {
    PartOfDay.MORNING: time(8),
    PartOfDay.BREAKFAST: time(8),
    PartOfDay.NOON: time(12),
    PartOfDay.LUNCH: time(12),
    PartOfDay.AFTERNOON: time(15),
    PartOfDay.DINNER: time(18),
    PartOfDay.EVENING: time(18),
    PartOfDay.BEDTIME: time(22),
}


class Relation(StrEnum):
    """Where a moment lies from its part of the day. The values are stored."""

    AT = "at"
    BEFORE = "before"
    WITH = "with"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class Moment:
    """ "With dinner", "half an hour before breakfast". `distance` is None where nobody named one,
    and only for BEFORE and AFTER otherwise.
    """

    part: PartOfDay
    relation: Relation = Relation.AT
    distance: timedelta | None = None

    def __post_init__(self) -> None:
        if self.distance is None:
            return
        if self.relation not in {Relation.BEFORE, Relation.AFTER}:
            raise ValueError("only before and after have a distance")
        is_whole = self.distance % timedelta(minutes=1) == timedelta(0)
        if not (timedelta(0) < self.distance <= _FARTHEST and is_whole):
            raise ValueError("a distance is some minutes to six hours")

    def to_json(self) -> dict[str, Any]:
        distance = self.distance
        return {
            "part": self.part.value,
            "relation": self.relation.value,
            "minutes": None if distance is None else distance // timedelta(minutes=1),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        minutes = stored["minutes"]
        return cls(
            PartOfDay(stored["part"]),
            Relation(stored["relation"]),
            None if minutes is None else timedelta(minutes=minutes),
        )


@dataclass(frozen=True, slots=True)
class DayTimes:
    """A person's times (local) for parts of the day. `named` are those that somebody has set or
    confirmed; the others are usual ones.
    """

    named: Mapping[PartOfDay, time]

    def at(self, part: PartOfDay) -> time:
        return self.named.get(part, USUAL_TIMES[part])

    def time_of(self, moment: Moment) -> time | None:
        """The time of day of *moment*; None if that is on another day than its part."""
        base = datetime.combine(_ANY_DAY, self.at(moment.part))
        distance = moment.distance or USUAL_DISTANCE
        match moment.relation:
            case Relation.BEFORE:
                found = base - distance
            case Relation.AFTER:
                found = base + distance
            case _:
                found = base
        return found.time() if found.date() == base.date() else None

    def to_json(self) -> dict[str, str]:
        return {part.value: f"{at:%H:%M}" for part, at in sorted(self.named.items())}

    @classmethod
    def from_json(cls, stored: Mapping[str, str]) -> Self:
        """Parts that this version doesn't know are left out: a newer one knows them."""
        known = {part.value: part for part in PartOfDay}
        return cls(
            {known[name]: time.fromisoformat(at) for name, at in stored.items() if name in known}
        )


USUAL_DAY = DayTimes({})
