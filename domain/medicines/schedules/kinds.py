"""Kinds of schedules: by the clock, by the hour, as needed, in steps, several plans at once; and
their JSON.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import combinations, pairwise
from typing import Any, Self, TypeAlias

from domain.medicines.dosages import Dosage, UnreadableDosage
from domain.medicines.schedules.days import (
    EVERY_DAY,
    Days,
    are_apart,
    days_to_json,
    is_newer_pattern,
    stored_days,
)
from domain.medicines.schedules.moments import Moment
from domain.medicines.schedules.problems import ScheduleProblem, UnreadableSchedule, require

VERSION = 3
_OLDER_VERSION = 2  # still written where nothing is newer, for replicas that run the older program
MAX_TIMES_PER_DAY = 24
MIN_INTERVAL = timedelta(hours=1)
MAX_INTERVAL = timedelta(days=31)
MAX_STEPS = 20
MAX_PLANS = 14  # a week with two kinds of days for each of its days
MAX_EXCEPTIONS = 60
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class WallClock:
    """Times of day on certain days, from a first to an optional last day.

    Times and days are local to the person cared for; both days are inclusive. `dosages` has the
    amount at each of the times; None: always the medicine's dosage. `moments` has the part of the
    day for which each time stands (None: the time itself was named); None: all were named.
    `last_at` is the time of the last dose on `ends_on`, for a course with a number of doses; None:
    the last one of that day. It isn't given on `except_on`. Each schedule has exactly one
    representation, so that equal schedules compare equal. Raises :class:`InvalidSchedule`.
    """

    times: tuple[time, ...]
    starts_on: date
    ends_on: date | None = None
    days: Days = EVERY_DAY
    dosages: tuple[Dosage, ...] | None = None
    moments: tuple[Moment | None, ...] | None = None
    last_at: time | None = None
    except_on: frozenset[date] = frozenset()

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
        moments = self.moments
        matches = moments is None or (len(moments) == len(times) and any(moments))
        require(matches, ScheduleProblem.MOMENTS_DO_NOT_MATCH)
        is_within = self.last_at is None or (
            self.ends_on is not None and self.last_at in times[:-1]
        )
        require(is_within, ScheduleProblem.LAST_TIME_IMPOSSIBLE)
        require(len(self.except_on) <= MAX_EXCEPTIONS, ScheduleProblem.TOO_MANY_EXCEPTIONS)
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
            if day not in self.except_on:
                yield day
            day += _DAY

    def times_on(self, day: date) -> tuple[time, ...]:
        """The times of a *day* on which it is given: fewer on the last one of some courses."""
        if self.last_at is None or day != self.ends_on:
            return self.times
        return tuple(at for at in self.times if at <= self.last_at)

    def to_json(self) -> dict[str, Any]:
        return {
            "version": self.version,
            "kind": "wall_clock",
            "times": [at.strftime("%H:%M") for at in self.times],
            "starts_on": self.starts_on.isoformat(),
            "ends_on": None if self.ends_on is None else self.ends_on.isoformat(),
            "days": days_to_json(self.days),
            "dosages": None if self.dosages is None else [d.to_json() for d in self.dosages],
            **self._later_parts(),
        }

    @property
    def version(self) -> int:
        """The version of the stored shape that can say all of it."""
        is_newer = bool(self._later_parts()) or is_newer_pattern(self.days)
        return VERSION if is_newer else _OLDER_VERSION

    def _later_parts(self) -> dict[str, Any]:
        """What version 2 doesn't know, where there is any."""
        stored: dict[str, Any] = {}
        if self.moments is not None:
            stored["moments"] = [each and each.to_json() for each in self.moments]
        if self.last_at is not None:
            stored["last_at"] = self.last_at.strftime("%H:%M")
        if self.except_on:
            stored["except_on"] = sorted(day.isoformat() for day in self.except_on)
        return stored

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        dosages, moments, last_at = map(stored.get, ("dosages", "moments", "last_at"))
        return cls(
            times=tuple(time.fromisoformat(at) for at in stored["times"]),
            starts_on=date.fromisoformat(stored["starts_on"]),
            ends_on=_date_or_none(stored["ends_on"]),
            days=stored_days(stored),
            dosages=None if dosages is None else tuple(map(Dosage.from_json, dosages)),
            moments=None if moments is None else tuple(map(_moment_or_none, moments)),
            last_at=None if last_at is None else time.fromisoformat(last_at),
            except_on=frozenset(map(date.fromisoformat, stored.get("except_on", ()))),
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
            "version": _OLDER_VERSION,
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
            "version": _OLDER_VERSION,
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
            "version": max(step.version for step in self.steps),
            "kind": "steps",
            "steps": [step.to_json() for step in self.steps],
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        return cls(tuple(WallClock.from_json(step) for step in stored["steps"]))


@dataclass(frozen=True, slots=True)
class Combined:
    """Wall-clock schedules that apply side by side: other amounts or times on other days, or two
    amounts that alternate.

    No two of them have a dose at the same minute, and either all have `dosages` or none. Raises
    :class:`InvalidSchedule`.
    """

    plans: tuple[WallClock, ...]

    def __post_init__(self) -> None:
        require(1 < len(self.plans) <= MAX_PLANS, ScheduleProblem.PLANS_COINCIDE)
        says_how_much = {plan.dosages is not None for plan in self.plans}
        require(len(says_how_much) == 1, ScheduleProblem.STEPS_WITHOUT_DOSAGE)
        coincide = any(_may_coincide(one, other) for one, other in combinations(self.plans, 2))
        require(not coincide, ScheduleProblem.PLANS_COINCIDE)

    def to_json(self) -> dict[str, Any]:
        return {
            "version": VERSION,
            "kind": "combined",
            "plans": [plan.to_json() for plan in self.plans],
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        return cls(tuple(WallClock.from_json(plan) for plan in stored["plans"]))


def _may_coincide(one: WallClock, other: WallClock) -> bool:
    """Whether both can have a dose at the same minute; True where that can't be ruled out."""
    if not set(one.times) & set(other.times):
        return False
    return not are_apart(one.days, other.days, starts_on=(one.starts_on, other.starts_on))


Schedule: TypeAlias = WallClock | Elapsed | AsNeeded | Steps | Combined

_KINDS: Mapping[str, type[WallClock | Elapsed | AsNeeded | Steps | Combined]] = {
    "wall_clock": WallClock,
    "elapsed": Elapsed,
    "as_needed": AsNeeded,
    "steps": Steps,
    "combined": Combined,
}


def schedule_from_json(stored: Mapping[str, Any]) -> Schedule:
    """Read what `to_json` wrote, including versions 1 (wall clocks on weekdays only) and 2.

    Raises :class:`UnreadableSchedule` for anything else.
    """
    kind, version = str(stored.get("kind")), stored.get("version")
    is_known = version in {_OLDER_VERSION, VERSION} or (version, kind) == (1, "wall_clock")
    if kind not in _KINDS or not is_known:
        raise UnreadableSchedule("not a schedule of this version")
    try:
        return _KINDS[kind].from_json(stored)
    except (KeyError, TypeError, ValueError, OverflowError, UnreadableDosage) as error:
        raise UnreadableSchedule(f"a schedule ({kind}) with damaged parts") from error


def is_daily(schedule: Schedule) -> bool:
    """Whether it has no days of its own: it may be due on any."""
    return all(plan.days == EVERY_DAY for plan in wall_clocks_of(schedule))


def wall_clocks_of(schedule: Schedule) -> Sequence[WallClock]:
    """Its parts that go by the clock: itself, its steps or its plans; none otherwise."""
    match schedule:
        case WallClock():
            return (schedule,)
        case Steps(steps=parts) | Combined(plans=parts):
            return parts
        case _:
            return ()


def is_over(step: WallClock, today: date) -> bool:
    return step.ends_on is not None and step.ends_on < today


def _is_utc_minute(instant: datetime) -> bool:
    return instant.tzinfo is UTC and not (instant.second or instant.microsecond)


def _moment_or_none(stored: Mapping[str, Any] | None) -> Moment | None:
    return None if stored is None else Moment.from_json(stored)


def _date_or_none(stored: str | None) -> date | None:
    return None if stored is None else date.fromisoformat(stored)
