"""Changing a schedule by the hour: its interval, start and end."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain.local_time import resolve_local
from domain.medicines.schedule_changes.changes import Change
from domain.medicines.schedule_changes.questions import AskTimes, Unclear
from domain.medicines.schedules.clock_times import times_of
from domain.medicines.schedules.courses import MOST_DOSES
from domain.medicines.schedules.kinds import Elapsed, Schedule
from domain.medicines.schedules.occurrences import last_occurrence
from domain.medicines.schedules.problems import InvalidSchedule, ScheduleProblem, require
from domain.medicines.schedules.spans import first_day_of, last_day_of
from domain.timers import ceil_minute

_MORNING = time(6)


def elapsed_as_changed(old: Schedule, change: Change, *, zone: ZoneInfo, now: datetime) -> Elapsed:
    """What *old* becomes when it goes by the hour. Raises InvalidSchedule and Unclear."""
    follows = change.from_last_intake
    if isinstance(old, Elapsed) and old.from_last_intake and change.times is None:
        follows = True
    every = change.every or (old.every if isinstance(old, Elapsed) else None)
    if every is None:
        raise InvalidSchedule(ScheduleProblem.INTERVAL_IMPOSSIBLE)
    starts_at = _anchor(old, change, every=every, follows=follows, zone=zone, now=now)
    ends_at = _end(old, change, every=every, starts_at=starts_at, zone=zone, now=now)
    return Elapsed(every, starts_at, ends_at, follows)


def _anchor(
    old: Schedule, change: Change, *, every: timedelta, follows: bool, zone: ZoneInfo, now: datetime
) -> datetime:
    """The instant from which the hours count: as named, or from the current times."""
    today, times_so_far = now.astimezone(zone).date(), times_of(old, zone=zone, now=now)
    if change.is_at_other_times and change.times is None:
        raise Unclear(AskTimes(times_so_far, 1))
    if isinstance(old, Elapsed) and change.times is None:
        if change.starts_on is not None:
            hours = sorted(times_so_far) or [old.starts_at.astimezone(zone).time()]
            # Of a day on which it begins, the first hour at which anybody is up.
            local = next((hour for hour in hours if hour >= _MORNING), hours[0])
            return resolve_local(datetime.combine(change.starts_on, local), zone)
        if every == old.every or follows or first_day_of(old, zone) > today:
            return old.starts_at
        if not times_so_far:
            steady = replace(old, ends_at=None, from_last_intake=False)
            before = last_occurrence(steady, zone, now)
            return old.starts_at if before is None else before.due_at
    times = change.times or times_so_far[:1]
    if not times:
        if not follows:
            raise Unclear(AskTimes((), 1))
        return ceil_minute(now.astimezone(UTC) + timedelta(minutes=1))
    day = change.starts_on or max(today, first_day_of(old, zone))
    starts_at = resolve_local(datetime.combine(day, times[0]), zone)
    if change.starts_on is None and starts_at <= now:
        starts_at += ((now - starts_at) // every + 1) * every
    return starts_at


def _end(
    old: Schedule,
    change: Change,
    *,
    every: timedelta,
    starts_at: datetime,
    zone: ZoneInfo,
    now: datetime,
) -> datetime | None:
    if change.has_no_end:
        return None
    if change.names_length:
        first = starts_at
        if first <= now:
            first += ((now - first) // every + 1) * every
        if change.doses_long is not None:
            require(1 <= change.doses_long <= MOST_DOSES, ScheduleProblem.DOSES_IMPOSSIBLE)
            return first + change.doses_long * every
        if change.days_long is not None:
            return first + timedelta(days=change.days_long)
        local = first.astimezone(zone).replace(tzinfo=None)
        after = change.last_day_from(local.date()) or local.date()
        return resolve_local(datetime.combine(after + timedelta(days=1), local.time()), zone)
    if change.ends_on is None and isinstance(old, Elapsed):
        is_ahead = change.starts_on is not None and starts_at > old.starts_at >= now
        later = starts_at - old.starts_at if is_ahead else timedelta()
        return None if old.ends_at is None else old.ends_at + later
    last = change.ends_on or last_day_of(old, zone)
    if last is None:
        return None
    return resolve_local(datetime.combine(last + timedelta(days=1), time()), zone)
