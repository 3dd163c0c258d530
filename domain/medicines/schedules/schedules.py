"""When doses fall due: schedule and zone in, instants out. Pure arithmetic, no database, no clock.

Wall-clock schedules follow the clock on the wall of the person cared for. They are expanded in
naive local time of that person's zone, and only then placed on the UTC line:

* Where the clock jumps forward, a time that does not exist is shifted by the length of the gap.
  New York, 2027-03-14: 01:59 EST is followed by 03:00 EDT, and 02:30 is given at 03:30 EDT.
  Lord Howe, 2026-10-04, jumps by 30 minutes only: 02:15 is given at 02:45.
* Where the clock jumps back, a time that comes twice is given once, the first time.
  New York, 2026-11-01: 01:30 is given at 01:30 EDT (05:30 UTC), not again an hour later.
  Casablanca turns back for Ramadan (2026-02-15) and forward again after it (2026-03-22): same rule.

So each local day and time is exactly one dose, in every zone, and its key is the local time that
was asked for ("2027-03-14T02:30"), also when the dose itself falls at another time.

Elapsed schedules ("every 8 hours") count real hours, whatever the clocks do: they live on the UTC
line, and so does their key ("2026-11-24T06:00Z"). As needed, nothing falls due by itself.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum
from itertools import pairwise
from typing import Any, Self, TypeAlias
from zoneinfo import ZoneInfo

from domain.local_time import Weekday, resolve_local
from domain.medicines.dosages import Dosage, UnreadableDosage

VERSION = 2
MOST_TIMES_A_DAY = 24
LONGEST_CYCLE = 366  # days, of any pattern
SHORTEST_INTERVAL = timedelta(hours=1)
LONGEST_INTERVAL = timedelta(days=31)
MOST_STEPS = 20

# No zone has ever jumped by more than one day (Apia left out 2011-12-30), so a dose falls at most
# this far from the day that its key names.
_WIDEST_JUMP = timedelta(days=1)
_WIDEST_GAP = timedelta(hours=2)  # of those that still happen: Troll, in Antarctica
_DAY = timedelta(days=1)
_WEEK = timedelta(days=7)


class ScheduleProblem(Enum):
    """Why something is no schedule."""

    NO_TIMES = "no times of day"
    TOO_MANY_TIMES = "more times a day than hours"
    TIMES_NOT_ASCENDING = "times of day repeat or are out of order"
    TIME_NOT_A_LOCAL_MINUTE = "a time has seconds or a zone"
    DOSAGES_DO_NOT_MATCH = "there is not one dosage for each time"
    NO_WEEKDAYS = "no weekdays"
    ALL_WEEKDAYS = "all weekdays of every week are named where every day is meant"
    NO_DAYS_OF_MONTH = "no days of the month, or some that no month has"
    CYCLE_IMPOSSIBLE = "the days or weeks between doses are none, or more than a year"
    ENDS_BEFORE_START = "the end is before the start"
    NEVER_FALLS_DUE = "no chosen day lies between start and end"
    INTERVAL_IMPOSSIBLE = "the hours between doses are less than one, or more than a month"
    INSTANT_NOT_A_UTC_MINUTE = "an instant has seconds, or is not UTC"
    LIMIT_IMPOSSIBLE = "the most in 24 hours is none, or more than one an hour"
    STEPS_OVERLAP = "steps overlap, do not end, or are out of order"
    STEPS_WITHOUT_DOSAGE = "a step does not say how much"
    TOO_MANY_STEPS = "more steps than anybody follows"
    LIMITS_OF_WHAT_IS_DUE = "limits are for what is given as needed"
    NO_DAYS_TO_REPEAT = "the weekdays are not known"
    NOTHING_TO_COME = "no dose is to come"


class InvalidSchedule(ValueError):
    """The parts do not make a schedule; `problem` says why."""

    def __init__(self, problem: ScheduleProblem) -> None:
        super().__init__(problem.value)
        self.problem = problem


class UnreadableSchedule(ValueError):
    """Stored JSON that this version does not understand: a newer version, or damage."""


def _require(holds: bool, problem: ScheduleProblem) -> None:
    if not holds:
        raise InvalidSchedule(problem)


# On which days: one of four patterns, each counted from the schedule's first day.


@dataclass(frozen=True, slots=True)
class Daily:
    """Every day, or every `every` days from the first."""

    every: int = 1

    def __post_init__(self) -> None:
        _require(1 <= self.every <= LONGEST_CYCLE, ScheduleProblem.CYCLE_IMPOSSIBLE)

    def next_day(self, day: date, *, starts_on: date) -> date:
        """The first chosen day that is not before *day*, nor before *starts_on*."""
        day = max(day, starts_on)
        return day + timedelta(days=-(day - starts_on).days % self.every)


@dataclass(frozen=True, slots=True)
class Weekly:
    """On weekdays; of every week, or of every `every` weeks from that of the first dose on."""

    weekdays: frozenset[Weekday]
    every: int = 1

    def __post_init__(self) -> None:
        _require(bool(self.weekdays), ScheduleProblem.NO_WEEKDAYS)
        _require(self.every > 1 or len(self.weekdays) < len(Weekday), ScheduleProblem.ALL_WEEKDAYS)
        _require(1 <= self.every * 7 <= LONGEST_CYCLE, ScheduleProblem.CYCLE_IMPOSSIBLE)

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
    """On days of the month. A day that a month does not have is its last: 31 always is."""

    days: frozenset[int]

    def __post_init__(self) -> None:
        is_possible = bool(self.days) and all(1 <= day <= 31 for day in self.days)
        _require(is_possible, ScheduleProblem.NO_DAYS_OF_MONTH)

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
    """`days_on` days in a row, then none for `days_off`, and again."""

    days_on: int
    days_off: int

    def __post_init__(self) -> None:
        is_possible = self.days_on >= 1 and self.days_off >= 1
        is_possible = is_possible and self.days_on + self.days_off <= LONGEST_CYCLE
        _require(is_possible, ScheduleProblem.CYCLE_IMPOSSIBLE)

    def next_day(self, day: date, *, starts_on: date) -> date:
        """As :meth:`Daily.next_day`."""
        day = max(day, starts_on)
        length = self.days_on + self.days_off
        position = (day - starts_on).days % length
        return day if position < self.days_on else day + timedelta(days=length - position)


Days: TypeAlias = Daily | Weekly | Monthly | Cycle
EVERY_DAY = Daily()


@dataclass(frozen=True, slots=True)
class WallClock:
    """Times of day on chosen days, from a first to an optional last day.

    Times and days are local to the person cared for; both days are included. `dosages` says how
    much at each of the times, None that it is always what the medicine says. There is one way to
    write each schedule, so that equal schedules are equal values. Raises :class:`InvalidSchedule`.
    """

    times: tuple[time, ...]
    starts_on: date
    ends_on: date | None = None
    days: Days = EVERY_DAY
    dosages: tuple[Dosage, ...] | None = None

    def __post_init__(self) -> None:
        times = self.times
        _require(bool(times), ScheduleProblem.NO_TIMES)
        _require(len(times) <= MOST_TIMES_A_DAY, ScheduleProblem.TOO_MANY_TIMES)
        is_local_minute = not any(at.tzinfo or at.second or at.microsecond for at in times)
        _require(is_local_minute, ScheduleProblem.TIME_NOT_A_LOCAL_MINUTE)
        is_ascending = all(earlier < later for earlier, later in pairwise(times))
        _require(is_ascending, ScheduleProblem.TIMES_NOT_ASCENDING)
        matches = self.dosages is None or len(self.dosages) == len(times)
        _require(matches, ScheduleProblem.DOSAGES_DO_NOT_MATCH)
        if self.ends_on is not None:
            _require(self.starts_on <= self.ends_on, ScheduleProblem.ENDS_BEFORE_START)
            first = self.days.next_day(self.starts_on, starts_on=self.starts_on)
            _require(first <= self.ends_on, ScheduleProblem.NEVER_FALLS_DUE)

    def days_from(self, day: date) -> Iterator[date]:
        """The chosen days from *day* on, without end if the schedule has none."""
        while True:
            try:
                day = self.days.next_day(day, starts_on=self.starts_on)
            except OverflowError:  # the calendar of this world ends in 9999
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
            days=_days_of(stored),
            dosages=None if dosages is None else tuple(map(Dosage.from_json, dosages)),
        )


@dataclass(frozen=True, slots=True)
class Elapsed:
    """Every so many hours of real time, from `starts_at` (UTC, whole minutes), before `ends_at`.

    `from_last_intake`: the hours count anew from each intake, and from `starts_at` while there is
    none; otherwise a late intake moves nothing. Raises :class:`InvalidSchedule`.
    """

    every: timedelta
    starts_at: datetime
    ends_at: datetime | None = None
    from_last_intake: bool = False

    def __post_init__(self) -> None:
        is_possible = SHORTEST_INTERVAL <= self.every <= LONGEST_INTERVAL
        is_possible = is_possible and self.every % timedelta(minutes=1) == timedelta(0)
        _require(is_possible, ScheduleProblem.INTERVAL_IMPOSSIBLE)
        for instant in (self.starts_at, self.ends_at):
            is_minute = instant is None or _is_utc_minute(instant)
            _require(is_minute, ScheduleProblem.INSTANT_NOT_A_UTC_MINUTE)
        if self.ends_at is not None:
            _require(self.starts_at < self.ends_at, ScheduleProblem.ENDS_BEFORE_START)

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
    """Given when it is needed (PRN), with at least `min_interval` between two intakes and at most
    `max_per_day` in any 24 hours; None is no limit. Nothing falls due by itself.

    `starts_on` and `ends_on` are local days, both included. Raises :class:`InvalidSchedule`.
    """

    starts_on: date
    min_interval: timedelta | None = None
    max_per_day: int | None = None
    ends_on: date | None = None

    def __post_init__(self) -> None:
        if self.min_interval is not None:
            is_possible = timedelta(minutes=1) <= self.min_interval <= LONGEST_INTERVAL
            is_possible = is_possible and self.min_interval % timedelta(minutes=1) == timedelta(0)
            _require(is_possible, ScheduleProblem.INTERVAL_IMPOSSIBLE)
        is_possible = self.max_per_day is None or 1 <= self.max_per_day <= MOST_TIMES_A_DAY
        _require(is_possible, ScheduleProblem.LIMIT_IMPOSSIBLE)
        is_ordered = self.ends_on is None or self.starts_on <= self.ends_on
        _require(is_ordered, ScheduleProblem.ENDS_BEFORE_START)

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
    """Wall-clock schedules one after the other, each with its own dosage: a taper, a titration.

    Each says how much at each of its times; each but the last ends before the next begins. Raises
    :class:`InvalidSchedule`.
    """

    steps: tuple[WallClock, ...]

    def __post_init__(self) -> None:
        _require(len(self.steps) > 1, ScheduleProblem.STEPS_OVERLAP)
        _require(len(self.steps) <= MOST_STEPS, ScheduleProblem.TOO_MANY_STEPS)
        says_how_much = all(step.dosages is not None for step in self.steps)
        _require(says_how_much, ScheduleProblem.STEPS_WITHOUT_DOSAGE)
        is_ordered = all(
            earlier.ends_on is not None and earlier.ends_on < later.starts_on
            for earlier, later in pairwise(self.steps)
        )
        _require(is_ordered, ScheduleProblem.STEPS_OVERLAP)

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
    """Read what `to_json` wrote, version 1 (wall clocks on weekdays only) included.

    Raises :class:`UnreadableSchedule` for anything else.
    """
    kind, version = str(stored.get("kind")), stored.get("version")
    if kind not in _KINDS or (version != VERSION and (version, kind) != (1, "wall_clock")):
        raise UnreadableSchedule("not a schedule of this version")
    try:
        return _KINDS[kind].from_json(stored)
    except (KeyError, TypeError, ValueError, OverflowError, UnreadableDosage) as error:
        raise UnreadableSchedule(f"a schedule ({kind}) with damaged parts") from error


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One dose of a schedule.

    `key` names it for ever: the local day and time asked for, "YYYY-MM-DDTHH:MM", or of an elapsed
    schedule the instant, "YYYY-MM-DDTHH:MMZ". `due_at` is aware UTC. `dosage` is None where it is
    what the medicine says.
    """

    key: str
    due_at: datetime
    dosage: Dosage | None = None


def first_and_last_day(schedule: Schedule, zone: ZoneInfo) -> tuple[date, date | None]:
    """The first and the last local day on which anything may be given; None is no end."""
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


def local_time(key: str, due_at: datetime, zone: ZoneInfo) -> datetime:
    """The wall clock (naive) that a dose is known by: what was asked for, where its key says so.

    After its person has moved to another zone, a dose may stay due when it was: then what the clock
    of the new zone says counts.
    """
    shown = due_at.astimezone(zone).replace(tzinfo=None)
    try:
        asked = datetime.fromisoformat(key)
    except ValueError:
        return shown
    is_the_same = asked.tzinfo is None and abs(shown - asked) <= _WIDEST_GAP
    return asked if is_the_same else shown


def occurrences(
    schedule: Schedule,
    zone: ZoneInfo,
    after: datetime,
    until: datetime,
    *,
    last_intake_at: datetime | None = None,
) -> list[Occurrence]:
    """All doses due in (`after`, `until`] (aware), by instant and then by key.

    Neighbouring windows share no dose and leave none out. Costs the doses of the window, however
    long ago the schedule started. *last_intake_at* counts for schedules that go by it.
    """
    found: list[Occurrence] = []
    # Local days and the UTC line part by a day at most: what falls due later cannot come earlier.
    for occurrence in _in_order_of_days(schedule, zone, after, last_intake_at=last_intake_at):
        if occurrence.due_at > until + 2 * _WIDEST_JUMP:
            break
        if after < occurrence.due_at <= until:
            found.append(occurrence)
    return sorted(found, key=_by_instant)


def first_occurrence(
    schedule: Schedule,
    zone: ZoneInfo,
    after: datetime,
    *,
    last_intake_at: datetime | None = None,
) -> Occurrence | None:
    """The first dose due after *after* (aware); None if the schedule has ended by then."""
    best: Occurrence | None = None
    for occurrence in _in_order_of_days(schedule, zone, after, last_intake_at=last_intake_at):
        if best is not None and occurrence.due_at > best.due_at + 2 * _WIDEST_JUMP:
            break
        if occurrence.due_at > after and (
            best is None or _by_instant(occurrence) < _by_instant(best)
        ):
            best = occurrence
    return best


def last_occurrence(
    schedule: Schedule,
    zone: ZoneInfo,
    before: datetime,
    *,
    last_intake_at: datetime | None = None,
) -> Occurrence | None:
    """The last dose due before *before* (aware), of the two years before it; None without one."""
    minute = timedelta(minutes=1)
    # Most schedules have a dose within two days, each within two of the longest cycles.
    for days in (2, 35, 2 * LONGEST_CYCLE):
        found = occurrences(
            schedule,
            zone,
            before - timedelta(days=days),
            before - minute / 60_000_000,
            last_intake_at=last_intake_at,
        )
        if found:
            return found[-1]
    return None


def _in_order_of_days(
    schedule: Schedule, zone: ZoneInfo, after: datetime, *, last_intake_at: datetime | None
) -> Iterator[Occurrence]:
    """Doses from about *after* on, in order but for the jumps of the zone. Perhaps without end."""
    match schedule:
        case WallClock():
            yield from _of_wall_clock(schedule, zone, after)
        case Steps(steps=steps):
            for step in steps:
                yield from _of_wall_clock(step, zone, after)
        case Elapsed():
            yield from _of_elapsed(schedule, after, last_intake_at=last_intake_at)
        case AsNeeded():
            return


def _of_wall_clock(schedule: WallClock, zone: ZoneInfo, after: datetime) -> Iterator[Occurrence]:
    first_day = after.astimezone(zone).date() - _WIDEST_JUMP
    for day in schedule.days_from(first_day):
        for index, at in enumerate(schedule.times):
            local = datetime.combine(day, at)
            yield Occurrence(
                key=local.isoformat(timespec="minutes"),
                due_at=resolve_local(local, zone),
                dosage=schedule.dosages[index] if schedule.dosages else None,
            )


def _of_elapsed(
    schedule: Elapsed, after: datetime, *, last_intake_at: datetime | None
) -> Iterator[Occurrence]:
    due_at = schedule.starts_at
    if schedule.from_last_intake and last_intake_at is not None:
        due_at = last_intake_at.replace(second=0, microsecond=0).astimezone(UTC) + schedule.every
    # The first that is not long past, without walking there.
    due_at += max(0, (after - due_at) // schedule.every) * schedule.every
    while schedule.ends_at is None or due_at < schedule.ends_at:
        yield Occurrence(key=instant_key(due_at), due_at=due_at)
        due_at += schedule.every


def clock_times_of(schedule: Elapsed, zone: ZoneInfo, *, at: datetime) -> tuple[time, ...]:
    """The times of day of doses that are due by the hour, as the clock of *zone* goes at *at*; none
    where each day has others.
    """
    day = timedelta(days=1)
    if schedule.from_last_intake or day % schedule.every:
        return ()
    before = schedule.starts_at + (at - schedule.starts_at) // schedule.every * schedule.every
    local = before.astimezone(zone).replace(tzinfo=None)
    return tuple(sorted((local + n * schedule.every).time() for n in range(day // schedule.every)))


def instant_key(due_at: datetime) -> str:
    """The key of an elapsed dose: "2026-11-24T06:00Z"."""
    return due_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%MZ")


def _by_instant(occurrence: Occurrence) -> tuple[datetime, str]:
    return occurrence.due_at, occurrence.key


def _last_of_month(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - _DAY


def _is_utc_minute(instant: datetime) -> bool:
    return instant.tzinfo is UTC and not (instant.second or instant.microsecond)


def _date_or_none(stored: str | None) -> date | None:
    return None if stored is None else date.fromisoformat(stored)


def days_to_json(days: Days) -> dict[str, Any]:
    """What :func:`days_from_json` reads."""
    match days:
        case Daily(every=every):
            return {"pattern": "daily", "every": every}
        case Weekly(weekdays=weekdays, every=every):
            return {"pattern": "weekly", "weekdays": sorted(weekdays), "every": every}
        case Monthly(days=of_month):
            return {"pattern": "monthly", "days": sorted(of_month)}
        case Cycle(days_on=on, days_off=off):
            return {"pattern": "cycle", "days_on": on, "days_off": off}


def _days_of(stored: Mapping[str, Any]) -> Days:
    if stored["version"] == 1:
        weekdays = stored["weekdays"]
        return EVERY_DAY if weekdays is None else Weekly(frozenset(map(Weekday, weekdays)))
    return days_from_json(stored["days"])


def days_from_json(days: Mapping[str, Any]) -> Days:
    """Raises KeyError, TypeError or ValueError for anything that is not stored days."""
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
