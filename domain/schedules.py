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
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum, IntEnum
from itertools import pairwise
from typing import Any, Self
from zoneinfo import ZoneInfo

VERSION = 1
MOST_TIMES_A_DAY = 24

# No zone has ever jumped by more than one day (Apia left out 2011-12-30), so a dose falls at most
# this far from the day that its key names.
_WIDEST_JUMP = timedelta(days=1)
_WEEK = timedelta(days=7)


class Weekday(IntEnum):
    """Numbered like :meth:`datetime.date.weekday`."""

    MONDAY = 0
    TUESDAY = 1
    WEDNESDAY = 2
    THURSDAY = 3
    FRIDAY = 4
    SATURDAY = 5
    SUNDAY = 6


class ScheduleProblem(Enum):
    """Why something is no schedule."""

    NO_TIMES = "no times of day"
    TOO_MANY_TIMES = "more times a day than hours"
    TIMES_NOT_ASCENDING = "times of day repeat or are out of order"
    TIME_NOT_A_LOCAL_MINUTE = "a time has seconds or a zone"
    NO_WEEKDAYS = "no weekdays"
    ALL_WEEKDAYS = "all weekdays are named where every day is meant"
    ENDS_BEFORE_START = "the end is before the start"
    NEVER_FALLS_DUE = "no chosen weekday lies between start and end"


class InvalidSchedule(ValueError):
    """The parts do not make a schedule; `problem` says why."""

    def __init__(self, problem: ScheduleProblem) -> None:
        super().__init__(problem.value)
        self.problem = problem


class UnreadableSchedule(ValueError):
    """Stored JSON that this version does not understand: a newer version, or damage."""


@dataclass(frozen=True, slots=True)
class WallClock:
    """Times of day, on all days or on chosen weekdays, from a first to an optional last day.

    Times and days are local to the person cared for; both days are included. There is one way to
    write each schedule, so that equal schedules are equal values: times ascend, and every day is
    ``weekdays=None``. Raises :class:`InvalidSchedule`.
    """

    times: tuple[time, ...]
    starts_on: date
    ends_on: date | None = None
    weekdays: frozenset[Weekday] | None = None

    def __post_init__(self) -> None:
        problem = _problem_of(self)
        if problem is not None:
            raise InvalidSchedule(problem)

    def to_json(self) -> dict[str, Any]:
        return {
            "version": VERSION,
            "kind": "wall_clock",
            "times": [at.strftime("%H:%M") for at in self.times],
            "starts_on": self.starts_on.isoformat(),
            "ends_on": None if self.ends_on is None else self.ends_on.isoformat(),
            "weekdays": None if self.weekdays is None else sorted(self.weekdays),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """Raises :class:`UnreadableSchedule` for anything that `to_json` does not write."""
        if stored.get("version") != VERSION or stored.get("kind") != "wall_clock":
            raise UnreadableSchedule("not a wall-clock schedule of this version")
        try:
            ends_on, weekdays = stored["ends_on"], stored["weekdays"]
            return cls(
                times=tuple(time.fromisoformat(at) for at in stored["times"]),
                starts_on=date.fromisoformat(stored["starts_on"]),
                ends_on=None if ends_on is None else date.fromisoformat(ends_on),
                weekdays=None if weekdays is None else frozenset(map(Weekday, weekdays)),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise UnreadableSchedule("a wall-clock schedule with damaged parts") from error


# Every shape a schedule can have; later ones join as a union.
Schedule = WallClock


def schedule_from_json(stored: Mapping[str, Any]) -> Schedule:
    """Read what :meth:`WallClock.to_json` wrote. Raises :class:`UnreadableSchedule`."""
    return WallClock.from_json(stored)


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One dose of a schedule.

    `key` names it for ever: the local day and time asked for, "YYYY-MM-DDTHH:MM", as in `local`
    (naive). `due_at` is the instant, aware UTC.
    """

    key: str
    local: datetime
    due_at: datetime


def resolve_local(local: datetime, zone: ZoneInfo) -> datetime:
    """The instant (aware UTC) at which naive *local* is given: see the policy above."""
    # The first of two readings (PEP 495). In a gap it is read with the offset that held before the
    # jump, which shifts the time by exactly the length of the gap.
    return local.replace(tzinfo=zone, fold=0).astimezone(UTC)


def occurrences(
    schedule: Schedule, zone: ZoneInfo, after: datetime, until: datetime
) -> list[Occurrence]:
    """All doses due in (`after`, `until`] (aware), by instant and then by key.

    Neighbouring windows share no dose and leave none out. Costs the days of the window, however
    long ago the schedule started.
    """
    first_day = after.astimezone(zone).date() - _WIDEST_JUMP
    last_day = until.astimezone(zone).date() + _WIDEST_JUMP
    found = (o for o in _between(schedule, zone, first_day, last_day) if after < o.due_at <= until)
    return sorted(found, key=_by_instant)


def first_occurrence(schedule: Schedule, zone: ZoneInfo, after: datetime) -> Occurrence | None:
    """The first dose due after *after* (aware); None if the schedule has ended by then."""
    first_day = max(after.astimezone(zone).date() - _WIDEST_JUMP, schedule.starts_on)
    # Whatever the weekdays, each stretch of a week holds a dose; the jumps lie on both sides.
    last_day = first_day + _WIDEST_JUMP + _WEEK + _WIDEST_JUMP
    found = (o for o in _between(schedule, zone, first_day, last_day) if after < o.due_at)
    return min(found, key=_by_instant, default=None)


def _between(
    schedule: Schedule, zone: ZoneInfo, first_day: date, last_day: date
) -> Iterator[Occurrence]:
    day = max(first_day, schedule.starts_on)
    if schedule.ends_on is not None:
        last_day = min(last_day, schedule.ends_on)
    while day <= last_day:
        if schedule.weekdays is None or day.weekday() in schedule.weekdays:
            for at in schedule.times:
                local = datetime.combine(day, at)
                yield Occurrence(
                    key=local.isoformat(timespec="minutes"),
                    local=local,
                    due_at=resolve_local(local, zone),
                )
        day += timedelta(days=1)


def _by_instant(occurrence: Occurrence) -> tuple[datetime, str]:
    return occurrence.due_at, occurrence.key


def _problem_of(schedule: WallClock) -> ScheduleProblem | None:
    times, weekdays = schedule.times, schedule.weekdays
    if not times:
        return ScheduleProblem.NO_TIMES
    if len(times) > MOST_TIMES_A_DAY:
        return ScheduleProblem.TOO_MANY_TIMES
    if any(at.tzinfo or at.second or at.microsecond for at in times):
        return ScheduleProblem.TIME_NOT_A_LOCAL_MINUTE
    if any(earlier >= later for earlier, later in pairwise(times)):
        return ScheduleProblem.TIMES_NOT_ASCENDING
    if weekdays is not None and not weekdays:
        return ScheduleProblem.NO_WEEKDAYS
    if weekdays is not None and len(weekdays) == len(Weekday):
        return ScheduleProblem.ALL_WEEKDAYS
    if schedule.ends_on is not None:
        days = (schedule.ends_on - schedule.starts_on).days + 1
        if days <= 0:
            return ScheduleProblem.ENDS_BEFORE_START
        first = schedule.starts_on.weekday()
        if weekdays is not None and not any((w - first) % 7 < days for w in weekdays):
            return ScheduleProblem.NEVER_FALLS_DUE
    return None
