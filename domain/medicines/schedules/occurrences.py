"""When doses are due: schedule and zone in, instants out. Pure arithmetic, no database, no clock.

Wall-clock schedules follow the clock on the wall of the person cared for. They are expanded in
naive local time of that person's zone, and only then converted to UTC:

* Where the clock jumps forward, a time that does not exist is shifted by the length of the gap.
  New York, 2027-03-14: 01:59 EST is followed by 03:00 EDT, and 02:30 is given at 03:30 EDT.
  Lord Howe, 2026-10-04, jumps by 30 minutes only: 02:15 is given at 02:45.
* Where the clock jumps back, a time that comes twice is given once, the first time.
  New York, 2026-11-01: 01:30 is given at 01:30 EDT (05:30 UTC), not again an hour later.
  Casablanca turns back for Ramadan (2026-02-15) and forward again after it (2026-03-22): same rule.

So each local day and time is exactly one dose, in every zone, and its key is that local time
("2027-03-14T02:30"), even if the dose is due at a shifted time.

Elapsed schedules ("every 8 hours") count real hours, whatever the clocks do, so their keys are
instants in UTC ("2026-11-24T06:00Z"). As-needed medicines are never due by themselves.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from heapq import merge
from itertools import takewhile
from zoneinfo import ZoneInfo

from domain.local_time import resolve_local
from domain.medicines.dosages import Dosage
from domain.medicines.schedules.days import LONGEST_CYCLE
from domain.medicines.schedules.kinds import (
    AsNeeded,
    Combined,
    Elapsed,
    Schedule,
    Steps,
    WallClock,
    wall_clocks_of,
)
from domain.medicines.schedules.moments import Moment
from domain.medicines.schedules.spans import last_day_of

# No zone has ever jumped by more than one day (Apia skipped 2011-12-30), so a dose is due at most
# this far from the day in its key.
_WIDEST_JUMP = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One dose of a schedule.

    `key` identifies it permanently: the local day and time, "YYYY-MM-DDTHH:MM", or for elapsed
    schedules the instant, "YYYY-MM-DDTHH:MMZ". `due_at` is aware UTC. `dosage` is None if the
    medicine's dosage applies; `moment` is the part of the day for which its time stands, if any.
    """

    key: str
    due_at: datetime
    dosage: Dosage | None = None
    moment: Moment | None = None


def occurrences_between(
    schedule: Schedule,
    zone: ZoneInfo,
    after: datetime,
    until: datetime,
    *,
    last_intake_at: datetime | None = None,
) -> list[Occurrence]:
    """All doses due in (`after`, `until`] (aware), by instant and then by key.

    Adjacent windows neither share nor skip a dose. The cost depends on the doses in the window, not
    on how long ago the schedule started. *last_intake_at* is used by schedules that count from the
    last intake.
    """
    found: list[Occurrence] = []
    # Local days and UTC differ by a day at most, so nothing later in this order can be due earlier.
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
    """The last dose due before *before* (aware), looking back two years; None if there is none."""
    moment = timedelta(microseconds=1)
    # Most schedules have a dose within two days, and all have one within two of the longest cycles.
    for days in (2, 35, 2 * LONGEST_CYCLE):
        found = occurrences_between(
            schedule,
            zone,
            before - timedelta(days=days),
            before - moment,
            last_intake_at=last_intake_at,
        )
        if found:
            return found[-1]
    return None


def next_dates(
    schedule: Schedule, zone: ZoneInfo, after: datetime, *, count: int = 3
) -> tuple[date, ...]:
    """The next *count* local days with a dose due after *after* (aware); fewer if it ends."""
    found: dict[date, None] = {}
    for occurrence in _in_order_of_days(schedule, zone, after, last_intake_at=None):
        if len(found) == count:
            break
        if occurrence.due_at > after:
            found[local_day(occurrence, zone)] = None
    return tuple(found)


def last_dose(schedule: Schedule, zone: ZoneInfo) -> Occurrence | None:
    """The last dose of a course; None if it has no end, or if that depends on when it's given."""
    last = last_day_of(schedule, zone)
    follows = isinstance(schedule, Elapsed) and schedule.from_last_intake
    if last is None or follows:
        return None
    end = datetime.combine(last + 2 * _WIDEST_JUMP, time(), UTC)
    return last_occurrence(schedule, zone, end)


def count_doses(schedule: Schedule, zone: ZoneInfo, since: datetime) -> int | None:
    """How many doses a course has that are due at or after *since* (aware). None if it has no end,
    or if that depends on when it's given.
    """
    match schedule:
        case WallClock() | Steps() | Combined():
            counts = [_count(part, zone, since) for part in wall_clocks_of(schedule)]
            known = [each for each in counts if each is not None]
            return sum(known) if len(known) == len(counts) else None
        case AsNeeded():
            return None
        case Elapsed(every=every, starts_at=starts_at, ends_at=ends_at):
            if ends_at is None or schedule.from_last_intake:
                return None
            begin = starts_at + max(0, -((starts_at - since) // every)) * every
            return max(0, -((begin - ends_at) // every))


def _count(plan: WallClock, zone: ZoneInfo, since: datetime) -> int | None:
    if plan.ends_on is None:
        return None
    # Converting each time to an instant is what costs; only near *since* it matters.
    certain_from = since.astimezone(zone).date() + 2 * _WIDEST_JUMP
    later = sum(len(plan.times_on(day)) for day in plan.days_from(certain_from))
    near = (
        occurrence
        for occurrence in _wall_clock_occurrences(plan, zone, since)
        if occurrence.due_at >= since
    )
    limit = certain_from.isoformat()
    return later + sum(1 for _ in takewhile(lambda each: each.key < limit, near))


def local_day(occurrence: Occurrence, zone: ZoneInfo) -> date:
    """The day of an occurrence: the one in its key, or for elapsed schedules the one in *zone*."""
    if occurrence.key.endswith("Z"):
        return occurrence.due_at.astimezone(zone).date()
    return date.fromisoformat(occurrence.key[:10])


def _in_order_of_days(
    schedule: Schedule, zone: ZoneInfo, after: datetime, *, last_intake_at: datetime | None
) -> Iterator[Occurrence]:
    """Doses from about *after* on, ordered by local day. May be endless."""
    match schedule:
        case WallClock():
            yield from _wall_clock_occurrences(schedule, zone, after)
        case Steps(steps=steps):
            for step in steps:
                yield from _wall_clock_occurrences(step, zone, after)
        case Combined(plans=plans):
            each = [_wall_clock_occurrences(plan, zone, after) for plan in plans]
            yield from merge(*each, key=lambda occurrence: occurrence.key)
        case Elapsed():
            yield from _elapsed_occurrences(schedule, after, last_intake_at=last_intake_at)
        case AsNeeded():
            return


def _wall_clock_occurrences(
    schedule: WallClock, zone: ZoneInfo, after: datetime
) -> Iterator[Occurrence]:
    first_day = after.astimezone(zone).date() - _WIDEST_JUMP
    for day in schedule.days_from(first_day):
        for index, at in enumerate(schedule.times_on(day)):
            local = datetime.combine(day, at)
            yield Occurrence(
                key=local.isoformat(timespec="minutes"),
                due_at=resolve_local(local, zone),
                dosage=schedule.dosages[index] if schedule.dosages else None,
                moment=schedule.moments[index] if schedule.moments else None,
            )


def _elapsed_occurrences(
    schedule: Elapsed, after: datetime, *, last_intake_at: datetime | None
) -> Iterator[Occurrence]:
    due_at = schedule.starts_at
    if schedule.from_last_intake and last_intake_at is not None:
        due_at = last_intake_at.replace(second=0, microsecond=0).astimezone(UTC) + schedule.every
    # Skip directly to the first one that isn't long past.
    due_at += max(0, (after - due_at) // schedule.every) * schedule.every
    while schedule.ends_at is None or due_at < schedule.ends_at:
        yield Occurrence(key=instant_key(due_at), due_at=due_at)
        due_at += schedule.every


def instant_key(due_at: datetime) -> str:
    """The key of an elapsed dose: "2026-11-24T06:00Z"."""
    return due_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%MZ")


def _by_instant(occurrence: Occurrence) -> tuple[datetime, str]:
    return occurrence.due_at, occurrence.key
