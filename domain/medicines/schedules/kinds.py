"""Kinds of schedules: by the clock, by the hour, as needed, in steps; and their JSON."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any, Self, TypeAlias
from zoneinfo import ZoneInfo

from domain.medicines.dosages import Dosage, UnreadableDosage
from domain.medicines.schedules.days import EVERY_DAY, Days, days_to_json, stored_days
from domain.medicines.schedules.problems import ScheduleProblem, UnreadableSchedule, require

VERSION = 2
MAX_TIMES_PER_DAY = 24
MIN_INTERVAL = timedelta(hours=1)
MAX_INTERVAL = timedelta(days=31)
MAX_STEPS = 20
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class WallClock:
    """Times of day on certain days, from a first to an optional last day.

    Times and days are local to the person cared for; both days are inclusive. `dosages` has the
    amount at each of the times; None: always the medicine's dosage. Each schedule has exactly one
    representation, so that equal schedules compare equal. Raises :class:`InvalidSchedule`.
    """

    times: tuple[time, ...]
    starts_on: date
    ends_on: date | None = None
    days: Days = EVERY_DAY
    dosages: tuple[Dosage, ...] | None = None

    def __post_init__(self) -> None:
        times = self.times
        require(bool(times), ScheduleProblem.NO_TIMES)
        require(len(times) <= MAX_TIMES_PER_DAY, ScheduleProblem.TOO_MANY_TIMES)
        is_local_minute = not any(at.tzinfo or at.second or at.microsecond for at in times)
        require(is_local_minute, ScheduleProblem.TIME_NOT_A_LOCAL_MINUTE)
        is_ascending = all(earlier < later for earlier, later in pairwise(times))
        require(is_ascending, ScheduleProblem.TIMES_NOT_ASCENDING)
        matches = self.dosages is None or len(self.dosages) == len(times)
        require(matches, ScheduleProblem.DOSAGES_DO_NOT_MATCH)
        if self.ends_on is not None:
            require(self.starts_on <= self.ends_on, ScheduleProblem.ENDS_BEFORE_START)
            first = self.days.next_day(self.starts_on, starts_on=self.starts_on)
            require(first <= self.ends_on, ScheduleProblem.NEVER_FALLS_DUE)

    def days_from(self, day: date) -> Iterator[date]:
        """The days with doses from *day* on; endless if the schedule has no end."""
        while True:
            try:
                day = self.days.next_day(day, starts_on=self.starts_on)
            except OverflowError:  # the calendar ends in 9999
                return
            if self.ends_on is not None and day > self.ends_on:
                return
            yield day
            day += _DAY

    def to_json(self) -> dict[str, Any]:
        return {
            "version": VERSION,
            "kind": "wall_clock",
            "times": [at.strftime("%H:%M") for at in self.times],
            "starts_on": self.starts_on.isoformat(),
            "ends_on": None if self.ends_on is None else self.ends_on.isoformat(),
            "days": days_to_json(self.days),
            "dosages": None if self.dosages is None else [d.to_json() for d in self.dosages],
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        dosages = stored.get("dosages")
        return cls(
            times=tuple(time.fromisoformat(at) for at in stored["times"]),
            starts_on=date.fromisoformat(stored["starts_on"]),
            ends_on=_date_or_none(stored["ends_on"]),
            days=stored_days(stored),
            dosages=None if dosages is None else tuple(map(Dosage.from_json, dosages)),
        )


@dataclass(frozen=True, slots=True)
class Elapsed:
    """Every so many hours of real time, from `starts_at` (UTC, whole minutes), before `ends_at`.

    `from_last_intake`: the hours are counted from the last intake, or from `starts_at` before the
    first one; otherwise a late intake changes nothing. Raises :class:`InvalidSchedule`.
    """

    every: timedelta
    starts_at: datetime
    ends_at: datetime | None = None
    from_last_intake: bool = False

    def __post_init__(self) -> None:
        is_possible = MIN_INTERVAL <= self.every <= MAX_INTERVAL
        is_possible = is_possible and self.every % timedelta(minutes=1) == timedelta(0)
        require(is_possible, ScheduleProblem.INTERVAL_IMPOSSIBLE)
        for instant in (self.starts_at, self.ends_at):
            is_minute = instant is None or _is_utc_minute(instant)
            require(is_minute, ScheduleProblem.INSTANT_NOT_A_UTC_MINUTE)
        if self.ends_at is not None:
            require(self.starts_at < self.ends_at, ScheduleProblem.ENDS_BEFORE_START)

    def to_json(self) -> dict[str, Any]:
        return {
            "version": VERSION,
            "kind": "elapsed",
            "every_minutes": self.every // timedelta(minutes=1),
            "starts_at": self.starts_at.isoformat(),
            "ends_at": None if self.ends_at is None else self.ends_at.isoformat(),
            "from_last_intake": self.from_last_intake,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        ends_at = stored["ends_at"]
        return cls(
            every=timedelta(minutes=stored["every_minutes"]),
            starts_at=datetime.fromisoformat(stored["starts_at"]).astimezone(UTC),
            ends_at=None if ends_at is None else datetime.fromisoformat(ends_at).astimezone(UTC),
            from_last_intake=bool(stored["from_last_intake"]),
        )


@dataclass(frozen=True, slots=True)
class AsNeeded:
    """Given as needed (PRN), with at least `min_interval` between two intakes and at most
    `max_per_day` in any 24 hours; None is no limit. It's never due by itself.

    `starts_on` and `ends_on` are local days, both inclusive. Raises :class:`InvalidSchedule`.
    """

    starts_on: date
    min_interval: timedelta | None = None
    max_per_day: int | None = None
    ends_on: date | None = None

    def __post_init__(self) -> None:
        if self.min_interval is not None:
            is_possible = timedelta(minutes=1) <= self.min_interval <= MAX_INTERVAL
            is_possible = is_possible and self.min_interval % timedelta(minutes=1) == timedelta(0)
            require(is_possible, ScheduleProblem.INTERVAL_IMPOSSIBLE)
        is_possible = self.max_per_day is None or 1 <= self.max_per_day <= MAX_TIMES_PER_DAY
        require(is_possible, ScheduleProblem.LIMIT_IMPOSSIBLE)
        is_ordered = self.ends_on is None or self.starts_on <= self.ends_on
        require(is_ordered, ScheduleProblem.ENDS_BEFORE_START)

    def to_json(self) -> dict[str, Any]:
        interval = self.min_interval
        return {
            "version": VERSION,
            "kind": "as_needed",
            "starts_on": self.starts_on.isoformat(),
            "ends_on": None if self.ends_on is None else self.ends_on.isoformat(),
            "min_interval_minutes": None if interval is None else interval // timedelta(minutes=1),
            "max_per_day": self.max_per_day,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        minutes = stored["min_interval_minutes"]
        return cls(
            starts_on=date.fromisoformat(stored["starts_on"]),
            min_interval=None if minutes is None else timedelta(minutes=minutes),
            max_per_day=stored["max_per_day"],
            ends_on=_date_or_none(stored["ends_on"]),
        )


@dataclass(frozen=True, slots=True)
class Steps:
    """A sequence of wall-clock schedules, each with its own dosages: a taper, a titration.

    Every step has `dosages`; each but the last ends before the next begins. Raises
    :class:`InvalidSchedule`.
    """

    steps: tuple[WallClock, ...]

    def __post_init__(self) -> None:
        require(len(self.steps) > 1, ScheduleProblem.STEPS_OVERLAP)
        require(len(self.steps) <= MAX_STEPS, ScheduleProblem.TOO_MANY_STEPS)
        says_how_much = all(step.dosages is not None for step in self.steps)
        require(says_how_much, ScheduleProblem.STEPS_WITHOUT_DOSAGE)
        is_ordered = all(
            earlier.ends_on is not None and earlier.ends_on < later.starts_on
            for earlier, later in pairwise(self.steps)
        )
        require(is_ordered, ScheduleProblem.STEPS_OVERLAP)

    def to_json(self) -> dict[str, Any]:
        return {
            "version": VERSION,
            "kind": "steps",
            "steps": [step.to_json() for step in self.steps],
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        return cls(tuple(WallClock.from_json(step) for step in stored["steps"]))


Schedule: TypeAlias = WallClock | Elapsed | AsNeeded | Steps

_KINDS: Mapping[str, type[WallClock] | type[Elapsed] | type[AsNeeded] | type[Steps]] = {
    "wall_clock": WallClock,
    "elapsed": Elapsed,
    "as_needed": AsNeeded,
    "steps": Steps,
}


def schedule_from_json(stored: Mapping[str, Any]) -> Schedule:
    """Read what `to_json` wrote, including version 1 (wall clocks on weekdays only).

    Raises :class:`UnreadableSchedule` for anything else.
    """
    kind, version = str(stored.get("kind")), stored.get("version")
    if kind not in _KINDS or (version != VERSION and (version, kind) != (1, "wall_clock")):
        raise UnreadableSchedule("not a schedule of this version")
    try:
        return _KINDS[kind].from_json(stored)
    except (KeyError, TypeError, ValueError, OverflowError, UnreadableDosage) as error:
        raise UnreadableSchedule(f"a schedule ({kind}) with damaged parts") from error


def first_and_last_day(schedule: Schedule, zone: ZoneInfo) -> tuple[date, date | None]:
    """The first and the last local day on which it may be given; None: no end."""
    match schedule:
        case WallClock(starts_on=first, ends_on=last) | AsNeeded(starts_on=first, ends_on=last):
            return first, last
        case Steps(steps=steps):
            return steps[0].starts_on, steps[-1].ends_on
        case Elapsed(starts_at=starts_at, ends_at=ends_at):
            first = starts_at.astimezone(zone).date()
            if ends_at is None:
                return first, None
            return first, (ends_at - timedelta(microseconds=1)).astimezone(zone).date()


def first_day_of(schedule: Schedule, zone: ZoneInfo) -> date:
    """The first local day on which it may be given."""
    match schedule:
        case WallClock(starts_on=starts_on) | AsNeeded(starts_on=starts_on):
            return starts_on
        case Steps(steps=steps):
            return steps[0].starts_on
        case Elapsed(starts_at=starts_at):
            return starts_at.astimezone(zone).date()


def last_day_of(schedule: Schedule, zone: ZoneInfo) -> date | None:
    """The last local day on which it may be given; None if it has no end."""
    match schedule:
        case WallClock(ends_on=ends_on) | AsNeeded(ends_on=ends_on):
            return ends_on
        case Steps(steps=steps):
            return steps[-1].ends_on
        case Elapsed():
            ends_at = schedule.ends_at
            if ends_at is None:
                return None
            return (ends_at - timedelta(minutes=1)).astimezone(zone).date()


def is_over(step: WallClock, today: date) -> bool:
    return step.ends_on is not None and step.ends_on < today


def _is_utc_minute(instant: datetime) -> bool:
    return instant.tzinfo is UTC and not (instant.second or instant.microsecond)


def _date_or_none(stored: str | None) -> date | None:
    return None if stored is None else date.fromisoformat(stored)
