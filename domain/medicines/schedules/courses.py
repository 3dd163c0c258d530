"""Courses, and extending them by the days that a pause takes.

A course is a schedule with an end, or with steps (a taper). Pure arithmetic: no database, no clock.

How each kind is extended:

* Wall clock: by as many of its days as lost a dose, on the next days of its pattern. If it ends
  within a day, because a number of doses was prescribed, by as many doses as it lost instead.
* Steps: as above, and the steps that follow begin later by as much.
* By the hour: by as many doses as it lost.
* Several plans: each by what it has lost itself, and only its end moves. The pattern of each is
  still counted from its own first day, so plans that alternate keep in phase and never meet, and
  there are as many doses of each amount as were prescribed. 5 mg and 7.5 mg on alternate days,
  which lose one dose of 5 mg, get one more dose of 5 mg, on the next day of its pattern.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import islice, takewhile
from zoneinfo import ZoneInfo

from domain.local_time import resolve_local
from domain.medicines.schedules.kinds import (
    AsNeeded,
    Combined,
    Elapsed,
    Schedule,
    Steps,
    WallClock,
)
from domain.medicines.schedules.occurrences import Occurrence, first_occurrence, occurrences_between
from domain.medicines.schedules.problems import ScheduleProblem, require
from domain.medicines.schedules.spans import last_day_of

MOST_DOSES = 1_000  # of a course with a number of doses
_DAY = timedelta(days=1)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True)
class Stretch:
    """A stretch of local time (naive) during which a course is paused. It moves with the person, as
    the end of a pause does.
    """

    since: datetime
    until: datetime

    @classmethod
    def between(cls, since: datetime, until: datetime, zone: ZoneInfo) -> "Stretch":
        """From two instants, in *zone*."""
        return cls(_local(since, zone), _local(until, zone))

    def instants(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """Its start and end (UTC), in *zone*."""
        return resolve_local(self.since, zone), resolve_local(self.until, zone)

    def up_to(self, end: datetime | None, zone: ZoneInfo) -> "Stretch | None":
        """Its part before the instant *end* (None: all of it); None if there is no such part."""
        until = self.until if end is None else min(self.until, _local(end, zone))
        return Stretch(self.since, until) if self.since < until else None

    def holds(self, at: datetime, zone: ZoneInfo) -> bool:
        return self.since <= _local(at, zone) < self.until


def _local(at: datetime, zone: ZoneInfo) -> datetime:
    return at.astimezone(zone).replace(tzinfo=None)


@dataclass(frozen=True)
class Lengthened:
    """An extended course: the new `schedule`, and how many `days` of doses were added.

    `ends_on` and `new_ends_on` are its last local days, None if its last step or one of its plans
    has no end.
    """

    days: int
    schedule: Schedule
    ends_on: date | None
    new_ends_on: date | None


def last_day(schedule: Schedule, zone: ZoneInfo) -> date | None:
    """A schedule's last local day, None if it has no end."""
    if isinstance(schedule, Elapsed) and schedule.ends_at is not None:
        return (schedule.ends_at - _MICROSECOND).astimezone(zone).date()
    return last_day_of(schedule, zone)


def has_end(schedule: Schedule) -> bool:
    """Whether a pause can take doses from it that could be added at its end: a course, steps, or
    plans of which one has an end.
    """
    match schedule:
        case WallClock(ends_on=ends_on):
            return ends_on is not None
        case Elapsed(ends_at=ends_at):
            return ends_at is not None
        case Steps():
            return True
        case Combined(plans=plans):
            return any(map(has_end, plans))
        case AsNeeded():
            return False


def can_lose_days(schedule: Schedule, zone: ZoneInfo, at: datetime) -> bool:
    """Whether a pause from *at* on can take doses from it that could be added at its end."""
    if isinstance(schedule, Combined):
        return any(can_lose_days(plan, zone, at) for plan in schedule.plans)
    following = first_occurrence(schedule, zone, at - _MICROSECOND) if has_end(schedule) else None
    if following is None or not isinstance(schedule, Steps):
        return following is not None
    day = date.fromisoformat(following.key[:10])
    return any(step.ends_on is not None and day <= step.ends_on for step in schedule.steps)


def ends_earlier(one: Schedule, other: Schedule) -> bool:
    """Whether *one*, or any of its steps or plans, ends before *other*, which has as many."""
    pairs = zip(_ends(one), _ends(other), strict=True)
    return any(end is not None and later is not None and end < later for end, later in pairs)


def _ends(schedule: Schedule) -> Sequence[datetime | None]:
    """Naive local times, or UTC for what goes by the hour."""
    match schedule:
        case WallClock():
            return [_last_time(schedule)]
        case AsNeeded(ends_on=ends_on):
            return [None if ends_on is None else datetime.combine(ends_on, time.max)]
        case Steps(steps=plans) | Combined(plans=plans):
            return [_last_time(plan) for plan in plans]
        case Elapsed(ends_at=ends_at):
            return [ends_at]


def _last_time(plan: WallClock) -> datetime | None:
    """When its last dose may be due, local (naive)."""
    if plan.ends_on is None:
        return None
    return datetime.combine(plan.ends_on, plan.last_at or plan.times[-1])


def with_dates_before(schedule: Schedule, *, after: Schedule, before: Schedule) -> Schedule | None:
    """*schedule* with the dates it had before it was extended from *before* to *after*.

    Its other parts stay as they are. None if its dates have changed since: somebody has set its
    end.
    """
    match schedule, after, before:
        case WallClock(), WallClock(), WallClock():
            return _dated_before(schedule, after, before)
        case Steps(), Steps(), Steps() if len(schedule.steps) == len(after.steps):
            steps = _all_dated_before(schedule.steps, after.steps, before.steps)
            return None if steps is None else Steps(steps)
        case Combined(), Combined(), Combined() if len(schedule.plans) == len(after.plans):
            plans = _all_dated_before(schedule.plans, after.plans, before.plans)
            return None if plans is None else Combined(plans)
        case Elapsed(), Elapsed(), Elapsed() if schedule.ends_at == after.ends_at:
            return replace(schedule, ends_at=before.ends_at)
    return None


def _all_dated_before(*parts: Sequence[WallClock]) -> tuple[WallClock, ...] | None:
    dated = [_dated_before(*part) for part in zip(*parts, strict=True)]
    found = tuple(part for part in dated if part is not None)
    return found if len(found) == len(dated) else None


def _dated_before(part: WallClock, after: WallClock, before: WallClock) -> WallClock | None:
    if (part.starts_on, part.ends_on, part.last_at) != (
        after.starts_on,
        after.ends_on,
        after.last_at,
    ):
        return None
    return replace(part, starts_on=before.starts_on, ends_on=before.ends_on, last_at=before.last_at)


def is_over_by(schedule: Schedule, zone: ZoneInfo, at: datetime) -> bool:
    """Whether a course has ended by *at*."""
    last = last_day(schedule, zone)
    if last is None:
        return False
    if isinstance(schedule, AsNeeded):
        return last < at.astimezone(zone).date()
    return first_occurrence(schedule, zone, at - _MICROSECOND) is None


def lengthen(
    schedule: Schedule,
    zone: ZoneInfo,
    *,
    since: datetime,
    until: datetime,
    kept: Collection[str] = (),
    counted: Collection[Stretch] = (),
) -> Lengthened | None:
    """Extend a course by the days that a pause from *since* to *until* takes from it.

    *kept* are the keys of doses in that time that count anyway; doses in *counted* stretches were
    added before. None if there's nothing to add: it has no end, or loses nothing.
    """
    if since >= until or isinstance(schedule, AsNeeded):
        return None
    found = occurrences_between(schedule, zone, since - _MICROSECOND, until - _MICROSECOND)
    missed = [
        each
        for each in found
        if each.key not in kept and not any(past.holds(each.due_at, zone) for past in counted)
    ]
    if not missed:
        return None
    match schedule:
        case Elapsed():
            new, days = _with_hours(schedule, zone, missed, until)
        case Combined():
            new, days = _with_days_of_plans(schedule, zone, missed, until)
        case _:
            new, days = _with_days(schedule, zone, missed, until)
    if new == schedule:
        return None
    return Lengthened(days, new, last_day(schedule, zone), last_day(new, zone))


def lasting(
    plan: WallClock, ends_on: date, *, first_day: date, after: datetime | None, zone: ZoneInfo
) -> WallClock:
    """*plan* from *first_day* to *ends_on*, with all doses that so many days mean.

    Those of the first day that aren't due after the instant *after* come at the end instead, on the
    next of its days: 08:00 and 20:00 for 3 days, said at noon, are six doses, and the last one is
    at 08:00 on the fourth day. None: the first day is a whole one. Raises InvalidSchedule if no
    dose falls in that time.
    """
    endless = replace(plan, ends_on=None, last_at=None)
    over: list[time] = []
    if after is not None and next(endless.days_from(first_day), None) == first_day:
        due_at = {at: resolve_local(datetime.combine(first_day, at), zone) for at in plan.times}
        over = [at for at in plan.times if due_at[at] <= after]
    if not over:
        return replace(endless, ends_on=ends_on)
    ends_on = next(endless.days_from(ends_on + _DAY))
    last_at = None if len(over) == len(plan.times) else over[-1]
    return replace(endless, ends_on=ends_on, last_at=last_at)


def with_doses(plan: WallClock, count: int, *, since: datetime, zone: ZoneInfo) -> WallClock:
    """*plan* with *count* doses after the instant *since*. Raises InvalidSchedule for too many."""
    require(1 <= count <= MOST_DOSES, ScheduleProblem.DOSES_IMPOSSIBLE)
    endless = replace(plan, ends_on=None, last_at=None)
    doses = _doses_from(endless, zone, since + _MICROSECOND)
    ends_on, at = next(islice(doses, count - 1, None))
    return replace(endless, ends_on=ends_on, last_at=None if at == plan.times[-1] else at)


def _doses_from(plan: WallClock, zone: ZoneInfo, since: datetime) -> Iterator[tuple[date, time]]:
    """The local days and times of doses that are due at or after the instant *since*."""
    for day in plan.days_from(since.astimezone(zone).date() - _DAY):
        for at in plan.times_on(day):
            if resolve_local(datetime.combine(day, at), zone) >= since:
                yield day, at


def _with_hours(
    schedule: Elapsed, zone: ZoneInfo, missed: Sequence[Occurrence], until: datetime
) -> tuple[Schedule, int]:
    """As many doses as were missed, after the end of the course or the pause, if later."""
    if schedule.ends_at is None:
        return schedule, 0
    goes_on_at = max(schedule.ends_at, until)
    added = occurrences_between(
        replace(schedule, ends_at=None),
        zone,
        goes_on_at - _MICROSECOND,
        goes_on_at + len(missed) * schedule.every,
    )
    ends_at = added[len(missed) - 1].due_at + schedule.every
    days = len({each.due_at.astimezone(zone).date() for each in missed})
    return replace(schedule, ends_at=ends_at), days


def _with_days(
    schedule: WallClock | Steps, zone: ZoneInfo, missed: Sequence[Occurrence], until: datetime
) -> tuple[Schedule, int]:
    """Extend each step by as many of its days as it has missed; later steps shift."""
    lost = _days_of(missed)
    steps = schedule.steps if isinstance(schedule, Steps) else (schedule,)
    shifted, later = [], timedelta(0)
    for step in steps:
        moved = replace(
            step,
            starts_on=step.starts_on + later,
            ends_on=None if step.ends_on is None else step.ends_on + later,
        )
        if moved.last_at is not None and moved.ends_on is not None:
            doses = [each for each in missed if _has(moved, each)]
            longer = _with_doses(moved, zone, len(doses), until) if doses else moved
            later += (longer.ends_on or moved.ends_on) - moved.ends_on
            moved = longer
        elif moved.ends_on is not None:
            goes_on = max(_first_whole_day(moved, zone, until), max(lost) + _DAY)
            ends_on = _end_after(moved, _count_days(moved, lost), goes_on)
            later += ends_on - moved.ends_on
            moved = replace(moved, ends_on=ends_on)
        shifted.append(moved)
    ended = [step.ends_on for step in steps if step.ends_on is not None]
    days_lost = sum(day <= max(ended) for day in lost) if ended else 0
    new = Steps(tuple(shifted)) if isinstance(schedule, Steps) else shifted[0]
    return new, days_lost


def _count_days(plan: WallClock, days: Collection[date]) -> int:
    """How many of *days* are days of the plan."""
    until = max(days)
    its_days = takewhile(lambda day: day <= until, plan.days_from(min(days)))
    return sum(day in days for day in its_days)


def _first_whole_day(plan: WallClock, zone: ZoneInfo, since: datetime) -> date:
    """The first day of which no time is before the instant *since*."""
    day = since.astimezone(zone).date()
    is_whole = resolve_local(datetime.combine(day, plan.times[0]), zone) >= since
    return day if is_whole else day + _DAY


def _with_days_of_plans(
    schedule: Combined, zone: ZoneInfo, missed: Sequence[Occurrence], until: datetime
) -> tuple[Schedule, int]:
    """Extend each plan by what it has missed; its first day stays, and so does the phase."""
    plans: list[WallClock] = []
    days: set[date] = set()
    for plan in schedule.plans:
        lost = [each for each in missed if _has(plan, each)]
        longer, _count = _with_days(plan, zone, lost, until) if lost else (plan, 0)
        if not isinstance(longer, WallClock):
            raise TypeError("a plan stays a plan")
        if longer != plan:
            days |= _days_of(lost)
        plans.append(longer)
    return Combined(tuple(plans)), len(days)


def _has(plan: WallClock, dose: Occurrence) -> bool:
    """Whether *dose* is one of this plan: no two plans have one at the same minute."""
    local = datetime.fromisoformat(dose.key)
    day = next(plan.days_from(local.date()), None)
    return day == local.date() and local.time() in plan.times_on(day)


def _days_of(doses: Sequence[Occurrence]) -> set[date]:
    return {date.fromisoformat(each.key[:10]) for each in doses}


def _with_doses(plan: WallClock, zone: ZoneInfo, count: int, until: datetime) -> WallClock:
    """A plan that ends within a day, with *count* more doses, none of them before *until*."""
    last = _last_time(plan)
    if last is None:
        return plan
    since = max(resolve_local(last, zone), until - _MICROSECOND)
    return with_doses(plan, count, since=since, zone=zone)


def _end_after(step: WallClock, count: int, goes_on: date) -> date:
    """The last day of a step after adding *count* of its days, none of them before *goes_on*."""
    if step.ends_on is None or not count:
        return step.ends_on or step.starts_on
    endless = replace(step, ends_on=None)
    *_, last = islice(endless.days_from(max(step.ends_on + _DAY, goes_on)), count)
    return last
