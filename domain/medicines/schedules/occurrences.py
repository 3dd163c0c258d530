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

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from domain.local_time import resolve_local
from domain.medicines.dosages import Dosage
from domain.medicines.schedules.days import LONGEST_CYCLE
from domain.medicines.schedules.kinds import AsNeeded, Elapsed, Schedule, Steps, WallClock

# No zone has ever jumped by more than one day (Apia left out 2011-12-30), so a dose falls at most
# this far from the day that its key names.
_WIDEST_JUMP = timedelta(days=1)


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


def occurrences_between(
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
        found = occurrences_between(
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


def instant_key(due_at: datetime) -> str:
    """The key of an elapsed dose: "2026-11-24T06:00Z"."""
    return due_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%MZ")


def _by_instant(occurrence: Occurrence) -> tuple[datetime, str]:
    return occurrence.due_at, occurrence.key
