"""Changing what is given by the clock: a schedule, or one of several steps or plans."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain.local_time import Weekday, resolve_local
from domain.medicines.dosages import Dosage
from domain.medicines.facts import Content
from domain.medicines.schedule_changes.amounts import own_dosages
from domain.medicines.schedule_changes.changes import Change
from domain.medicines.schedule_changes.questions import AskAmount, AskTimes, Unclear
from domain.medicines.schedules.clock_times import times_of
from domain.medicines.schedules.courses import lasting, with_doses
from domain.medicines.schedules.days import Days, Monthly, Weekly, counts_from_first_day
from domain.medicines.schedules.kinds import Schedule, Steps, WallClock
from domain.medicines.schedules.moments import Moment
from domain.medicines.schedules.occurrences import first_occurrence, local_day
from domain.medicines.schedules.problems import InvalidSchedule, ScheduleProblem, require


class WallClockEditing:
    """One change of the schedule in a content. Its methods raise InvalidSchedule and Unclear.

    Afterwards, `is_amount_set` says whether the amount that the change names has been used.
    """

    def __init__(self, content: Content, change: Change, *, zone: ZoneInfo, now: datetime) -> None:
        self._old = content.schedule
        self._change = change
        self._zone = zone
        self._now = now
        self._today = now.astimezone(zone).date()
        self.is_amount_set = False

    def changed(self, old: WallClock, *, is_part: bool = False) -> WallClock:
        """*old* with the change: the schedule itself, or what another kind of schedule becomes.

        *is_part*: it is a step, which keeps its first day.
        """
        times, moments = self._times_and_moments(old)
        if self._count not in (None, len(times)):
            raise InvalidSchedule(ScheduleProblem.DOSAGES_DO_NOT_MATCH)
        days = self._days(old)
        ends_on = old.ends_on if is_part else self._moved_end(old)
        schedule = WallClock(
            times,
            old.starts_on if is_part else self._first_day(old, days),
            None,
            days,
            self._amounts_at(times),
            moments,
            except_on=old.except_on,
        )
        schedule = self._with_end(schedule, ends_on)
        if self._change.keeps_last_dose:
            return _with_last_dose_of(replace(old, ends_on=schedule.ends_on), schedule)
        return schedule if self._change.names_end else _with_last_dose_of(old, schedule)

    def only_amount(self) -> Dosage:
        """The single amount of what had several. If they differ, we ask which."""
        own = tuple(dict.fromkeys(own_dosages(self._old)))
        if len(own) == 1:
            return own[0]
        if self._change.dosage is None:
            raise Unclear(AskAmount(own))
        self.is_amount_set = True
        return self._change.dosage

    def _times_and_moments(
        self, old: WallClock
    ) -> tuple[tuple[time, ...], tuple[Moment | None, ...] | None]:
        """The times, in order, each with the part of the day that it stands for. A time that stays
        keeps its own, unless the change names another.
        """
        typed = self._change.times
        if typed is None:
            return self._kept_times(old), old.moments
        so_far = _by_time(old.times, old.moments)
        named = _by_time(typed, self._change.moments)
        times = tuple(sorted(typed))
        moments = tuple(named.get(at) or so_far.get(at) for at in times)
        return times, moments if any(moments) else None

    def _kept_times(self, old: WallClock) -> tuple[time, ...]:
        """The current times, unless the change doesn't fit them."""
        so_far = times_of(self._old, zone=self._zone, now=self._now)
        is_other_kind = not isinstance(self._old, WallClock | Steps)
        is_other_count = self._count not in (None, len(old.times))
        if self._change.is_at_other_times or is_other_kind or is_other_count:
            raise Unclear(AskTimes(so_far, self._count))
        return old.times

    @property
    def _count(self) -> int | None:
        """How many times a day the change names."""
        dosages = self._change.dosages
        return len(dosages) if dosages is not None else self._change.times_a_day

    def _amounts_at(self, times: tuple[time, ...]) -> tuple[Dosage, ...] | None:
        """The amount at each of *times*: as typed, as before, or asked for."""
        change, old = self._change, self._old
        if change.dosages is not None:
            typed = change.times or times
            by_time = dict(zip(typed, change.dosages, strict=True))
            return tuple(by_time[at] for at in times)
        own = tuple(own_dosages(old))
        if not own:
            return None
        if isinstance(old, WallClock) and change.dosage is None and set(times) < set(old.times):
            return tuple(own[old.times.index(at)] for at in times)  # some times are left out
        if isinstance(old, WallClock) and len(own) == len(times):
            return own
        return (self.only_amount(),) * len(times)

    def _days(self, old: WallClock) -> Days:
        change = self._change
        if change.days is not None:
            return change.days
        if change.weekdays is not None:
            every = old.days.every if isinstance(old.days, Weekly) else 1
            return Weekly(change.weekdays, every)
        if change.every_weeks is not None:
            if not isinstance(old.days, Weekly):
                raise InvalidSchedule(ScheduleProblem.NO_DAYS_TO_REPEAT)
            return Weekly(old.days.weekdays, change.every_weeks)
        return old.days if change.starts_on is None else _counted_from(old, change.starts_on)

    def _moved_end(self, old: WallClock) -> date | None:
        """The last day so far, later by as much as a course begins later that has not begun: it
        keeps the number of doses that was prescribed.
        """
        starts_on = self._change.starts_on
        is_ahead = starts_on is not None and starts_on > old.starts_on >= self._today
        if not is_ahead or starts_on is None or old.ends_on is None:
            return old.ends_on
        days = self._days(old)
        later = days.next_day(starts_on, starts_on=starts_on) - old.days.next_day(
            old.starts_on, starts_on=old.starts_on
        )
        # One that began with the second dose of its first day has as many on its last.
        return old.ends_on + later - timedelta(days=old.last_at is not None)

    def _first_day(self, old: WallClock, days: Days) -> date:
        """The day the pattern counts from; for a new pattern, the next day with a dose."""
        if self._change.starts_on is not None:
            return self._change.starts_on
        if days == old.days or not counts_from_first_day(days):
            return old.starts_on
        try:
            due = old.days.next_day(max(self._today, old.starts_on), starts_on=old.starts_on)
        except OverflowError:
            return old.starts_on
        return due

    def _with_end(self, schedule: WallClock, so_far: date | None) -> WallClock:
        """*schedule*, which is complete except for its end."""
        change = self._change
        if change.has_no_end:
            return schedule
        if change.ends_on is None and change.names_length:
            return with_length(schedule, schedule, change, zone=self._zone, now=self._now)
        return replace(schedule, ends_on=change.ends_on or so_far)


_RARE = 3  # weeks


def _counted_from(old: WallClock, starts_on: date) -> Days:
    """Every so many months, on the day of the first one: "from 22 June" is the 22nd. Every so many
    weeks, on its weekday, unless that is one of several, or comes often enough to have been meant.
    """
    days = old.days
    if isinstance(days, Weekly) and days.every >= _RARE and len(days.weekdays) == 1:
        is_of_first = Weekday(old.starts_on.weekday()) in days.weekdays
        first = frozenset({Weekday(starts_on.weekday())})
        return Weekly(first, days.every) if is_of_first else days
    is_of_first_day = isinstance(days, Monthly) and days.days == {old.starts_on.day}
    if isinstance(days, Monthly) and days.every > 1 and is_of_first_day:
        return Monthly(frozenset({starts_on.day}), days.every)
    return days


def with_length(
    plan: WallClock, whole: Schedule, change: Change, *, zone: ZoneInfo, now: datetime
) -> WallClock:
    """*plan* for as long as *change* says, from the first dose of the *whole* that is to come.

    Neither has an end yet. Raises InvalidSchedule.
    """
    first_day, after = _first_day_to_come(whole, change, zone=zone, now=now)
    ends_on = change.last_day_from(first_day)
    if ends_on is not None:
        return lasting(plan, ends_on, first_day=first_day, after=after, zone=zone)
    require(plan is whole and change.doses_long is not None, ScheduleProblem.DOSES_IMPOSSIBLE)
    begins = resolve_local(datetime.combine(first_day, time()), zone) - timedelta(microseconds=1)
    return with_doses(plan, change.doses_long or 0, since=after or max(begins, now), zone=zone)


def _first_day_to_come(
    schedule: Schedule, change: Change, *, zone: ZoneInfo, now: datetime
) -> tuple[date, datetime | None]:
    """The first day of what lasts as long as *change* says, and after which instant its doses are
    counted (None: that day counts from its beginning).
    """
    if change.starts_on not in (None, now.astimezone(zone).date()):
        return change.starts_on, None
    # "for 10 days" at nine in the evening is ten days from tomorrow, not nine.
    first = first_occurrence(schedule, zone, now)
    if first is None:
        raise InvalidSchedule(ScheduleProblem.NOTHING_TO_COME)
    return change.starts_on or local_day(first, zone), now


def _by_time(
    times: Sequence[time], moments: Sequence[Moment | None] | None
) -> dict[time, Moment | None]:
    return dict(zip(times, moments or (None,) * len(times), strict=True))


def _with_last_dose_of(old: WallClock, new: WallClock) -> WallClock:
    """*new* for as long as *old*, whose last day is not a whole one, where a change leaves its
    days. As many doses on that day, or, with another number of times a day, those until the same
    hour: ten days from two in the afternoon end at two in the afternoon.
    """
    is_as_long = (old.starts_on, old.ends_on, old.days) == (new.starts_on, new.ends_on, new.days)
    if old.last_at is None or old.ends_on is None or not is_as_long:
        return new
    if len(old.times) == len(new.times):
        return replace(new, last_at=new.times[old.times.index(old.last_at)])
    within = [at for at in new.times if at <= old.last_at]
    if not within:
        return replace(new, ends_on=old.ends_on - timedelta(days=1))
    return replace(new, last_at=None if len(within) == len(new.times) else within[-1])
