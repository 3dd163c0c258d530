"""Changing part of a medicine: the named parts change, and everything else stays.

Pure: takes a medicine's content and a change, and returns the new content, or a question if the
change is ambiguous. Nothing is guessed: if there are several amounts, it asks which one is meant.

    Mon at 09:00        + "at 19:00"        = Mon at 19:00
    Mon at 09:00        + "on tuesday"      = Tue at 09:00
    1 at 08:00, ½ 22:00 + "07:00, 21:00"    = 1 at 07:00, ½ at 21:00
    1 at 08:00, ½ 22:00 + "2 tablets"       = which of them?
    every 8 hours       + "every 6 hours"   = every 6 hours, counted from the same hour
    as needed, max 4    + "6 hours apart"   = as needed, 6 hours apart, max 4
    before breakfast    + "on weekdays"     = before breakfast on weekdays
    5 Mon–Fri, 2 Sa–Su  + "at 19:00"        = both at 19:00, as they had one time so far
    5 Mon–Fri, 2 Sa–Su  + "on Mondays"      = which of them?
    5 Mon–Fri, 2 Sa–Su  + "2 on Friday"     = 5 Mon–Thu, 2 Fri–Su

Patterns that are counted from a first day (every 2 days, 21 on and 7 off) keep that day while the
pattern stays the same; a new pattern is counted from the next day on which a dose was due.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain.medicines.dosages import Dosage
from domain.medicines.facts import Content
from domain.medicines.schedule_changes.amounts import (
    ALL,
    number_of,
    own_dosages,
    place_of_whole_step,
    strength_of,
    with_amount,
    with_settled_dosage,
)
from domain.medicines.schedule_changes.changes import Change
from domain.medicines.schedule_changes.intervals import elapsed_as_changed
from domain.medicines.schedule_changes.plan_editing import (
    joined,
    plans_meant,
    with_amount_on_days,
    with_amounts_everywhere,
    with_dates,
    without_days_of,
)
from domain.medicines.schedule_changes.questions import AskPlace, Question, Topic, Unclear
from domain.medicines.schedule_changes.wall_clock_editing import WallClockEditing
from domain.medicines.schedules.clock_times import times_of
from domain.medicines.schedules.days import Daily
from domain.medicines.schedules.kinds import (
    AsNeeded,
    Combined,
    Elapsed,
    Schedule,
    Steps,
    WallClock,
    is_over,
)
from domain.medicines.schedules.occurrences import first_occurrence
from domain.medicines.schedules.problems import InvalidSchedule, ScheduleProblem
from domain.medicines.schedules.spans import first_day_of, last_day_of

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
        self._dosage = content.dosage
        self._whole = WallClockEditing(content, change, zone=zone, now=now)
        self._edits = [self._whole]
        self._is_amount_set = False

    def changed(self) -> Content:
        schedule = self._schedule()
        content = replace(
            self._content,
            name=self._change.name or self._content.name,
            dosage=self._dosage,
            schedule=schedule,
            instructions=_words(self._change.instructions, self._content.instructions),
            reason=_words(self._change.reason, self._content.reason),
        )
        content = with_settled_dosage(content, before=self._content)
        is_amount_set = self._is_amount_set or any(edit.is_amount_set for edit in self._edits)
        if self._change.dosage is not None and not is_amount_set:
            content = with_amount(
                content,
                self._change.dosage,
                place=self._change.place,
                before=self._content,
                today=self._today,
            )
        if content.schedule == self._content.schedule:
            return content
        simpler = replace(content, schedule=joined(content.schedule))
        return with_settled_dosage(simpler, before=self._content)

    def _schedule(self) -> Schedule:
        old, change = self._content.schedule, self._change
        if change.steps is not None:
            return change.steps
        if change.combined is not None:
            return self._replaced(change.combined)
        if change.is_as_needed:
            return self._as_needed()
        plans = with_amount_on_days(old, change, dosage=self._dosage, today=self._today)
        if plans is not None:
            self._refuse_limits()
            self._is_amount_set = True
            return with_dates(plans, change, zone=self._zone, now=self._now)
        if change.every is not None or (change.from_last_intake and not isinstance(old, Elapsed)):
            self._refuse_limits()
            return self._elapsed()
        names_clock = bool(change.times or change.dosages or change.times_a_day)
        names_clock = names_clock or change.is_at_other_times or change.names_days
        match old:
            case AsNeeded():
                if names_clock:
                    self._refuse_limits()
                    return self._whole.changed(self._base(()))
                return self._as_needed()
            case Elapsed():
                self._refuse_limits()
                if names_clock and not self._is_other_anchor(old):
                    return self._whole.changed(self._base(self._times_so_far))
                return self._elapsed()
            case Steps():
                self._refuse_limits()
                if change.dosages:
                    return self._whole.changed(self._base(self._times_so_far))
                return self._steps(old)
            case WallClock():
                self._refuse_limits()
                some = self._with_amounts_at_some(old)
                return self._whole.changed(old) if some is None else some
            case Combined():
                self._refuse_limits()
                return self._combined(old)

    def _with_amounts_at_some(self, old: WallClock) -> WallClock | None:
        """ "2.5 mg at 8pm", of what is given at 8am and 8pm: the other amounts stay. None if the
        change is another one.
        """
        change = self._change
        is_of_some = change.times is not None and set(change.times) < set(old.times)
        amounts = change.dosages or ((change.dosage,) * len(change.times or ()))
        if not is_of_some or change.times is None or None in amounts or change.names_days:
            return None
        new = dict(zip(change.times, amounts, strict=True))
        so_far = old.dosages or (self._content.dosage,) * len(old.times)
        own = tuple(new.get(at) or each for at, each in zip(old.times, so_far, strict=True))
        self._is_amount_set = True
        rest = replace(change, times=None, moments=None, dosage=None, dosages=None)
        edit = WallClockEditing(
            replace(self._content, schedule=old), rest, zone=self._zone, now=self._now
        )
        return replace(edit.changed(old), dosages=own)

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
            steps.append(self._part(moved, is_step=True) if number in numbers else moved)
        if isinstance(change.days, Daily):
            steps = _in_one_rhythm(steps, change.days.every)
        return self._with_end_of_steps(steps)

    def _steps_meant(self, old: Steps, numbers: list[int]) -> list[int]:
        """The steps whose times were named: all, if they currently have the same times."""
        place = self._change.place
        number = number_of(place, "s")
        if number is not None:
            return [number]
        if place != ALL and len({old.steps[n].times for n in numbers}) > 1:
            places = [place_of_whole_step(n, old.steps[n]) for n in numbers]
            raise Unclear(AskPlace(tuple(places), about=Topic.STEP_TIMES))
        return numbers

    def _part(self, part: WallClock, *, is_step: bool) -> WallClock:
        """A step or plan with what the change names of it; its dates are those of the whole."""
        change = replace(
            self._change,
            starts_on=None,
            ends_on=None,
            days_long=None,
            months_long=None,
            doses_long=None,
            has_no_end=False,
        )
        content = replace(self._content, schedule=part)
        edit = WallClockEditing(content, change, zone=self._zone, now=self._now)
        self._edits.append(edit)
        return edit.changed(part, is_part=is_step)

    def _combined(self, old: Combined) -> Schedule:
        """The plan that is meant with the change, and the others as they are."""
        plans = list(old.plans)
        meant = plans_meant(old, self._change, today=self._today)
        for number in meant:
            plans[number] = self._part(plans[number], is_step=False)
        plans = with_amounts_everywhere(plans, self._change, self._content.dosage)
        if self._change.names_days and len(meant) == 1:
            plans = without_days_of(plans, meant[0], today=self._today)
        return with_dates(plans, self._change, zone=self._zone, now=self._now)

    def _replaced(self, new: Combined) -> Schedule:
        """Plans instead of what there was, until the same day unless an end is named."""
        change = self._change
        is_endless = all(plan.ends_on is None for plan in new.plans)
        if change.names_end:
            return with_dates(list(new.plans), change, zone=self._zone, now=self._now)
        if not is_endless or self._end_so_far is None:
            return new
        return Combined(tuple(replace(plan, ends_on=self._end_so_far) for plan in new.plans))

    def _with_end_of_steps(self, steps: Sequence[WallClock]) -> Schedule:
        """With a new end: of the last step, or of an earlier one, which then becomes the last. A
        length is that of a last step that has none yet.
        """
        change = self._change
        ends_on = None if change.has_no_end else change.ends_on or steps[-1].ends_on
        if change.names_length:
            begins = steps[0 if steps[-1].ends_on else -1].starts_on
            ends_on = self._last_day_from(change.starts_on or max(self._today, begins))
        kept = [step for step in steps if ends_on is None or step.starts_on <= ends_on]
        if not kept:
            raise InvalidSchedule(ScheduleProblem.ENDS_BEFORE_START)
        if kept[-1].ends_on != ends_on:
            kept[-1] = replace(kept[-1], ends_on=ends_on, last_at=None)
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
        if change.names_length:
            ends_on = self._last_day_from(change.starts_on or max(self._today, starts_on))
        return AsNeeded(
            starts_on,
            min_interval=None if change.has_no_min_interval else interval,
            max_per_day=None if change.has_no_max else most,
            ends_on=None if change.has_no_end else ends_on,
        )

    def _last_day_from(self, first: date) -> date:
        last = self._change.last_day_from(first)
        if last is None:
            raise InvalidSchedule(ScheduleProblem.DOSES_IMPOSSIBLE)
        return last

    def _to_one_amount(self) -> None:
        """From a schedule that specifies amounts to one that doesn't."""
        old = self._content
        if not own_dosages(old.schedule):
            return
        amount, strength = self._whole.only_amount(), strength_of(old)
        if strength is None:
            self._dosage = amount
        else:
            self._dosage = Dosage(f"{strength.words}, {amount.words}", amount.amount, amount.unit)


def _words(named: str | None, so_far: str | None) -> str | None:
    """What a change says in words; "" takes them away."""
    return so_far if named is None else named or None


def _in_one_rhythm(steps: Sequence[WallClock], every: int) -> list[WallClock]:
    """Steps given every so many days, counted from the first one: "20 mg for 5 days, then 10 mg" is
    not given on two days running where the second step begins.
    """
    begin = steps[0].starts_on
    aligned = [
        replace(step, starts_on=step.starts_on + (begin - step.starts_on) % (every * _A_DAY))
        for step in steps
    ]
    if any(step.ends_on is not None and step.ends_on < step.starts_on for step in aligned):
        raise InvalidSchedule(ScheduleProblem.NEVER_FALLS_DUE)
    return aligned


def _shifted(step: WallClock, by: timedelta) -> WallClock:
    ends_on = None if step.ends_on is None else step.ends_on + by
    return replace(step, starts_on=step.starts_on + by, ends_on=ends_on)
