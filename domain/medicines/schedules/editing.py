"""Changing part of a medicine: the named parts change, and everything else stays.

Pure: takes a medicine's content and a change, and returns the new content, or a question if the
change is ambiguous. Nothing is guessed: if there are several amounts, it asks which one is meant.

    Mon at 09:00        + "at 19:00"        = Mon at 19:00
    Mon at 09:00        + "on tuesday"      = Tue at 09:00
    1 at 08:00, ½ 22:00 + "07:00, 21:00"    = 1 at 07:00, ½ at 21:00
    1 at 08:00, ½ 22:00 + "2 tablets"       = which of them?
    every 8 hours       + "every 6 hours"   = every 6 hours, counted from the same hour
    as needed, max 4    + "6 hours apart"   = as needed, 6 hours apart, max 4

Patterns that are counted from a first day (every 2 days, 21 on and 7 off) keep that day while the
pattern stays the same; a new pattern is counted from the next day on which a dose was due.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain.medicines.dosages import Dosage
from domain.medicines.facts import Content
from domain.medicines.schedules.amounts import (
    ALL,
    STRENGTH,
    own_dosages,
    place_of_whole_step,
    strength_of,
    with_amount,
    with_settled_dosage,
)
from domain.medicines.schedules.changes import Change
from domain.medicines.schedules.clock_times import times_of
from domain.medicines.schedules.days import Daily, Days, Monthly, Weekly
from domain.medicines.schedules.intervals import elapsed_as_changed
from domain.medicines.schedules.kinds import (
    AsNeeded,
    Elapsed,
    Schedule,
    Steps,
    WallClock,
    first_day_of,
    is_over,
    last_day_of,
)
from domain.medicines.schedules.occurrences import first_occurrence
from domain.medicines.schedules.problems import InvalidSchedule, ScheduleProblem
from domain.medicines.schedules.questions import AskAmount, AskPlace, AskTimes, Question, Unclear

_A_DAY = timedelta(days=1)


def apply_change(
    content: Content, change: Change, *, zone: ZoneInfo, now: datetime
) -> Content | Question:
    """The content with *change* applied, for a person in *zone*; or what to ask first.

    Raises InvalidSchedule if that's impossible, or if no dose would ever be due.
    """
    editing = _Editing(content, change, zone, now)
    try:
        changed = editing.changed()
    except Unclear as unclear:
        return unclear.question
    is_due = changed.schedule != content.schedule and not isinstance(changed.schedule, AsNeeded)
    if is_due and first_occurrence(changed.schedule, zone, now) is None:
        raise InvalidSchedule(ScheduleProblem.NOTHING_TO_COME)
    return changed


class _Editing:
    """One change of one content."""

    def __init__(self, content: Content, change: Change, zone: ZoneInfo, now: datetime) -> None:
        self._content = content
        self._change = change
        self._zone = zone
        self._now = now
        self._today = now.astimezone(zone).date()
        self._is_amount_set = False
        self._dosage = content.dosage

    def changed(self) -> Content:
        schedule = self._schedule()
        old, change = self._content, self._change
        content = Content(
            change.name or old.name,
            self._dosage,
            schedule,
            old.instructions if change.instructions is None else change.instructions or None,
            old.reason if change.reason is None else change.reason or None,
        )
        content = with_settled_dosage(content, before=self._content)
        if self._change.dosage is not None and not self._is_amount_set:
            content = with_amount(
                content,
                self._change.dosage,
                place=self._change.place,
                before=self._content,
                today=self._today,
            )
        return content

    def _schedule(self) -> Schedule:
        old, change = self._content.schedule, self._change
        if change.steps is not None:
            return change.steps
        if change.is_as_needed:
            return self._as_needed()
        if change.every is not None or (change.from_last_intake and not isinstance(old, Elapsed)):
            self._refuse_limits()
            return self._elapsed()
        names_clock = bool(change.times or change.dosages or change.times_a_day)
        names_clock = names_clock or change.is_at_other_times or change.names_days
        match old:
            case AsNeeded():
                if names_clock:
                    self._refuse_limits()
                    return self._wall_clock(self._base(()))
                return self._as_needed()
            case Elapsed():
                self._refuse_limits()
                if names_clock and not self._is_other_anchor(old):
                    return self._wall_clock(self._base(self._times_so_far))
                return self._elapsed()
            case Steps():
                self._refuse_limits()
                if change.dosages:
                    return self._wall_clock(self._base(self._times_so_far))
                return self._steps(old)
            case WallClock():
                self._refuse_limits()
                return self._wall_clock(old)

    def _refuse_limits(self) -> None:
        if self._change.names_limits:
            raise InvalidSchedule(ScheduleProblem.LIMITS_OF_WHAT_IS_DUE)

    @property
    def _times_so_far(self) -> tuple[time, ...]:
        return times_of(self._content.schedule, zone=self._zone, now=self._now)

    def _is_other_anchor(self, old: Elapsed) -> bool:
        """ "at 07:00", of something every 8 hours: the same interval, from another hour on."""
        change = self._change
        is_bare = not (change.dosages or change.times_a_day or change.names_days)
        has_one = change.times is not None and len(change.times) == 1
        return is_bare and has_one and not old.from_last_intake

    def _base(self, times: tuple[time, ...]) -> WallClock:
        """The basis for a wall-clock schedule, with the same end."""
        starts_on = max(self._today, first_day_of(self._content.schedule, self._zone))
        # Without known times these are placeholders: if the change names none, we ask for them.
        ends_on = self._end_so_far
        return WallClock(times or (time(),), starts_on, ends_on)

    @property
    def _end_so_far(self) -> date | None:
        return last_day_of(self._content.schedule, self._zone)

    def _wall_clock(self, old: WallClock) -> WallClock:
        typed = self._change.times
        times = self._kept_times(old) if typed is None else tuple(sorted(typed))
        if self._count not in (None, len(times)):
            raise InvalidSchedule(ScheduleProblem.DOSAGES_DO_NOT_MATCH)
        days = self._days(old)
        starts_on = self._first_day(old, days)
        schedule = WallClock(
            times, starts_on, None, days, self._amounts_at(times, self._content.schedule)
        )
        ends_on = self._end(old.ends_on, schedule)
        return replace(schedule, ends_on=ends_on)

    def _kept_times(self, old: WallClock) -> tuple[time, ...]:
        """The current times, unless the change doesn't fit them."""
        change, so_far = self._change, self._times_so_far
        is_other_kind = not isinstance(self._content.schedule, WallClock | Steps)
        is_other_count = self._count not in (None, len(old.times))
        if change.is_at_other_times or is_other_kind or is_other_count:
            raise Unclear(AskTimes(so_far, self._count))
        return old.times

    @property
    def _count(self) -> int | None:
        """How many times a day the change names."""
        dosages = self._change.dosages
        return len(dosages) if dosages is not None else self._change.times_a_day

    def _amounts_at(self, times: tuple[time, ...], old: Schedule) -> tuple[Dosage, ...] | None:
        """The amount at each of *times*: as typed, as before, or asked for."""
        change = self._change
        if change.dosages is not None:
            typed = change.times or times
            by_time = dict(zip(typed, change.dosages, strict=True))
            return tuple(by_time[at] for at in times)
        own = tuple(own_dosages(old))
        if not own:
            return None
        if isinstance(old, WallClock) and len(own) == len(times):
            return own
        return (self._only_amount(old),) * len(times)

    def _only_amount(self, old: Schedule) -> Dosage:
        """The single amount of what had several. If they differ, we ask which."""
        own = tuple(dict.fromkeys(own_dosages(old)))
        if len(own) == 1:
            return own[0]
        if self._change.dosage is None:
            raise Unclear(AskAmount(own))
        self._is_amount_set = True
        return self._change.dosage

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
        return old.days

    def _first_day(self, old: WallClock, days: Days) -> date:
        """The day the pattern counts from; for a new pattern, the next day with a dose."""
        if self._change.starts_on is not None:
            return self._change.starts_on
        if days == old.days or not _counts_from_first_day(days):
            return old.starts_on
        try:
            due = old.days.next_day(max(self._today, old.starts_on), starts_on=old.starts_on)
        except OverflowError:
            return old.starts_on
        return due

    def _end(self, so_far: date | None, schedule: WallClock) -> date | None:
        """The last day of *schedule*, which is complete except for its end."""
        change = self._change
        if change.has_no_end:
            return None
        if change.ends_on is not None:
            return change.ends_on
        if change.days_long is not None:
            first_day = schedule.starts_on
            if change.starts_on is None:
                # "for 10 days" at nine in the evening is ten days from tomorrow, not nine.
                first = first_occurrence(schedule, self._zone, self._now)
                first_day = date.fromisoformat(first.key[:10]) if first else first_day
            return first_day + timedelta(days=change.days_long - 1)
        return so_far

    def _steps(self, old: Steps) -> Schedule:
        """Each step keeps its days and amounts except what was named. Past steps don't change."""
        change, today = self._change, self._today
        numbers = [n for n, step in enumerate(old.steps) if not is_over(step, today)]
        if change.times is not None or change.times_a_day or change.is_at_other_times:
            numbers = self._steps_meant(old, numbers)
        shift = timedelta()
        if change.starts_on is not None:
            shift = change.starts_on - old.steps[0].starts_on
        steps: list[WallClock] = []
        for number, step in enumerate(old.steps):
            moved = step
            if shift and not is_over(step, today):
                moved = _shifted(step, shift)
            steps.append(self._step(moved) if number in numbers else moved)
        return self._with_end_of_steps(steps)

    def _steps_meant(self, old: Steps, numbers: list[int]) -> list[int]:
        """The steps whose times were named: all, if they currently have the same times."""
        place = self._change.place
        if place is not None and place.startswith("s") and place != STRENGTH:
            return [int(place[1:].split("t")[0])]
        if place != ALL and len({old.steps[n].times for n in numbers}) > 1:
            places = [place_of_whole_step(n, old.steps[n]) for n in numbers]
            raise Unclear(AskPlace(tuple(places), is_about_times=True))
        return numbers

    def _step(self, step: WallClock) -> WallClock:
        change = self._change
        times = step.times if change.times is None else tuple(sorted(change.times))
        counts = {change.times_a_day} - {None, len(step.times)}
        if change.times is None and (change.is_at_other_times or counts):
            raise Unclear(AskTimes(step.times, change.times_a_day))
        return WallClock(
            times, step.starts_on, step.ends_on, self._days(step), self._amounts_at(times, step)
        )

    def _with_end_of_steps(self, steps: Sequence[WallClock]) -> Schedule:
        """With a new end: of the last step, or of an earlier one, which then becomes the last."""
        last = replace(steps[-1], ends_on=None)
        ends_on = self._end(steps[-1].ends_on, last)
        if self._change.days_long is not None:
            first = self._change.starts_on or max(self._today, steps[0].starts_on)
            ends_on = first + timedelta(days=self._change.days_long - 1)
        kept = [step for step in steps if ends_on is None or step.starts_on <= ends_on]
        if not kept:
            raise InvalidSchedule(ScheduleProblem.ENDS_BEFORE_START)
        kept[-1] = replace(kept[-1], ends_on=ends_on)
        return Steps(tuple(kept)) if len(kept) > 1 else kept[0]

    def _elapsed(self) -> Elapsed:
        old, change = self._content.schedule, self._change
        if change.names_days or change.dosages or change.times_a_day:
            raise InvalidSchedule(ScheduleProblem.INTERVAL_IMPOSSIBLE)
        if change.times is not None and len(change.times) > 1:
            raise InvalidSchedule(ScheduleProblem.INTERVAL_IMPOSSIBLE)
        self._to_one_amount()
        return elapsed_as_changed(old, change, zone=self._zone, now=self._now)

    def _as_needed(self) -> AsNeeded:
        old, change = self._content.schedule, self._change
        self._to_one_amount()
        kept = old if isinstance(old, AsNeeded) else AsNeeded(self._today)
        interval = kept.min_interval if change.min_interval is None else change.min_interval
        most = kept.max_per_day if change.max_per_day is None else change.max_per_day
        starts_on = change.starts_on or kept.starts_on
        ends_on = change.ends_on or self._end_so_far
        if change.days_long is not None:
            first = change.starts_on or max(self._today, starts_on)
            ends_on = first + timedelta(days=change.days_long - 1)
        return AsNeeded(
            starts_on,
            min_interval=None if change.has_no_min_interval else interval,
            max_per_day=None if change.has_no_max else most,
            ends_on=None if change.has_no_end else ends_on,
        )

    def _to_one_amount(self) -> None:
        """From a schedule that specifies amounts to one that doesn't."""
        old = self._content
        if not own_dosages(old.schedule):
            return
        amount, strength = self._only_amount(old.schedule), strength_of(old)
        if strength is None:
            self._dosage = amount
        else:
            self._dosage = Dosage(f"{strength.words}, {amount.words}", amount.amount, amount.unit)


def _counts_from_first_day(days: Days) -> bool:
    match days:
        case Daily(every=1) | Weekly(every=1) | Monthly():
            return False
        case _:
            return True


def _shifted(step: WallClock, by: timedelta) -> WallClock:
    ends_on = None if step.ends_on is None else step.ends_on + by
    return replace(step, starts_on=step.starts_on + by, ends_on=ends_on)
