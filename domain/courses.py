"""Courses, and what a pause does to them: days on which nothing is given, to be added at the end.

A course is a schedule with an end, or in steps (a taper). Pure arithmetic: no database, no clock.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from domain.schedules import (
    AsNeeded,
    Elapsed,
    Occurrence,
    Schedule,
    Steps,
    WallClock,
    first_occurrence,
    occurrences,
)

_DAY = timedelta(days=1)
_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True)
class Lengthened:
    """A course with what a pause took from it at its end: `days` of doses, and the new `schedule`.

    `ends_on` and `new_ends_on` are its last local days, None where its last step has no end.
    """

    days: int
    schedule: Schedule
    ends_on: date | None
    new_ends_on: date | None


def last_day(schedule: Schedule, zone: ZoneInfo) -> date | None:
    """The last local day of a schedule, None if it has no end."""
    match schedule:
        case WallClock(ends_on=ends_on) | AsNeeded(ends_on=ends_on):
            return ends_on
        case Steps(steps=steps):
            return steps[-1].ends_on
        case Elapsed(ends_at=ends_at):
            return None if ends_at is None else (ends_at - _MOMENT).astimezone(zone).date()


def is_over_by(schedule: Schedule, zone: ZoneInfo, at: datetime) -> bool:
    """Whether a course has ended by *at*, so that nothing of it goes on then."""
    last = last_day(schedule, zone)
    if last is None:
        return False
    if isinstance(schedule, AsNeeded):
        return last < at.astimezone(zone).date()
    return first_occurrence(schedule, zone, at - _MOMENT) is None


def lengthen(
    schedule: Schedule,
    zone: ZoneInfo,
    *,
    since: datetime,
    until: datetime,
    kept: Collection[str] = (),
) -> Lengthened | None:
    """A course with the days added that a pause from *since* to *until* takes from it.

    *kept* are the keys of doses of that time which count all the same. None if nothing is to be
    added: it has no end, or is not touched.
    """
    if since >= until or isinstance(schedule, AsNeeded):
        return None
    found = occurrences(schedule, zone, since - _MOMENT, until - _MOMENT)
    missed = [each for each in found if each.key not in kept]
    new, days = _with_added(schedule, missed)
    if not days:
        return None
    return Lengthened(days, new, last_day(schedule, zone), last_day(new, zone))


def _with_added(schedule: Schedule, missed: Sequence[Occurrence]) -> tuple[Schedule, int]:
    match schedule:
        case WallClock():
            [new], days = _shifted([schedule], missed)
            return new, days
        case Steps(steps=steps):
            shifted, days = _shifted(steps, missed)
            return (Steps(tuple(shifted)), days) if days else (schedule, 0)
        case Elapsed(ends_at=ends_at) if ends_at is not None and missed:
            by_day = len({each.due_at.date() for each in missed})
            return replace(schedule, ends_at=ends_at + len(missed) * schedule.every), by_day
        case _:
            return schedule, 0


def _shifted(
    steps: Sequence[WallClock], missed: Sequence[Occurrence]
) -> tuple[Sequence[WallClock], int]:
    """Each step lasts as many of its days longer as it has missed; those after it begin later."""
    lost = {date.fromisoformat(each.key[:10]) for each in missed}
    shifted, later, days = [], timedelta(0), 0
    for step in steps:
        if step.ends_on is None:
            shifted.append(replace(step, starts_on=step.starts_on + later))
            continue
        count = sum(step.starts_on <= day <= step.ends_on for day in lost)
        ends_on = _end_after(step, count)
        shifted.append(replace(step, starts_on=step.starts_on + later, ends_on=ends_on + later))
        later += ends_on - step.ends_on
        days += count
    return shifted, days


def _end_after(step: WallClock, count: int) -> date:
    """The last day of a step that has *count* more of its days."""
    if step.ends_on is None or not count:
        return step.ends_on or step.starts_on
    endless = replace(step, ends_on=None)
    *_, last = islice(endless.days_from(step.ends_on + _DAY), count)
    return last
