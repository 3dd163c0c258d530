"""Changing a part of a medicine: what was named becomes another, and everything else stays.

Pure: the content of a medicine and a change in, its new content out, or a question where the change
could mean several things. Nothing is guessed: an amount, where there are several, is asked about.

    Mon at 09:00        + "at 19:00"        = Mon at 19:00
    Mon at 09:00        + "on tuesday"      = Tue at 09:00
    1 at 08:00, ½ 22:00 + "07:00, 21:00"    = 1 at 07:00, ½ at 21:00
    1 at 08:00, ½ 22:00 + "2 tablets"       = which of them?
    every 8 hours       + "every 6 hours"   = every 6 hours, counted from the same hour
    as needed, max 4    + "6 hours apart"   = as needed, 6 hours apart, max 4

Days that are counted from a first one (every 2 days, 21 on and 7 off) go on being counted from it
as long as they stay what they are; others are counted from the next day on which a dose was due.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Self, TypeAlias
from zoneinfo import ZoneInfo

from domain.dosages import Dosage
from domain.ladder import ceil_minute
from domain.medicines import Content
from domain.schedules import (
    AsNeeded,
    Daily,
    Days,
    Elapsed,
    InvalidSchedule,
    Monthly,
    Schedule,
    ScheduleProblem,
    Steps,
    WallClock,
    Weekday,
    Weekly,
    clock_times_of,
    days_from_json,
    days_to_json,
    first_occurrence,
    last_occurrence,
    resolve_local,
    schedule_from_json,
)

ALL = "all"
STRENGTH = "strength"
_A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Change:
    """What was named; None (or False) is what was not, and stays.

    `dosage` is an amount; where a medicine has several, `place` says which: the key of a
    :class:`Place`, :data:`ALL` or :data:`STRENGTH`. `dosages` are those of each of `times`.
    `is_at_other_times`: when was said, but not by the clock ("every morning"). `weekdays` and
    `every_weeks` each change one half of a weekly rhythm, `days` all of it. `every` are the hours
    from dose to dose; `times` says from which one on.
    """

    name: str | None = None
    dosage: Dosage | None = None
    place: str | None = None
    times: tuple[time, ...] | None = None
    dosages: tuple[Dosage, ...] | None = None
    times_a_day: int | None = None
    is_at_other_times: bool = False
    days: Days | None = None
    weekdays: frozenset[Weekday] | None = None
    every_weeks: int | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    days_long: int | None = None
    has_no_end: bool = False
    every: timedelta | None = None
    from_last_intake: bool = False
    is_as_needed: bool = False
    min_interval: timedelta | None = None
    has_no_min_interval: bool = False
    max_per_day: int | None = None
    has_no_max: bool = False
    steps: Steps | None = None

    @property
    def is_empty(self) -> bool:
        return self == Change()

    @property
    def names_days(self) -> bool:
        return not (self.days is None and self.weekdays is None and self.every_weeks is None)

    @property
    def names_limits(self) -> bool:
        is_set = self.min_interval is not None or self.max_per_day is not None
        return is_set or self.has_no_min_interval or self.has_no_max

    def completed(self, answer: "Change") -> "Change":
        """With what the answer to a question adds; the answer counts where both name something."""
        named = {
            part.name: getattr(answer, part.name)
            for part in fields(Change)
            if getattr(answer, part.name) not in (None, False)
        }
        if answer.times is not None:
            named.update(is_at_other_times=False)
        return replace(self, **named)

    def to_json(self) -> dict[str, Any]:
        """Only what is named."""
        stored: dict[str, Any] = {}
        for part in fields(Change):
            value = getattr(self, part.name)
            if value not in (None, False):
                stored[part.name] = _WRITERS.get(part.name, _as_it_is)(value)
        return stored

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        return cls(**{name: _READERS.get(name, _as_it_is)(value) for name, value in stored.items()})


def _as_it_is(value: Any) -> Any:
    return value


_WRITERS: Mapping[str, Any] = {
    "dosage": Dosage.to_json,
    "times": lambda times: [f"{at:%H:%M}" for at in times],
    "dosages": lambda dosages: [dosage.to_json() for dosage in dosages],
    "days": days_to_json,
    "weekdays": sorted,
    "starts_on": date.isoformat,
    "ends_on": date.isoformat,
    "every": lambda length: length // timedelta(minutes=1),
    "min_interval": lambda length: length // timedelta(minutes=1),
    "steps": Steps.to_json,
}
_READERS: Mapping[str, Any] = {
    "dosage": Dosage.from_json,
    "times": lambda times: tuple(map(time.fromisoformat, times)),
    "dosages": lambda dosages: tuple(map(Dosage.from_json, dosages)),
    "days": days_from_json,
    "weekdays": lambda weekdays: frozenset(map(Weekday, weekdays)),
    "starts_on": date.fromisoformat,
    "ends_on": date.fromisoformat,
    "every": lambda minutes: timedelta(minutes=minutes),
    "min_interval": lambda minutes: timedelta(minutes=minutes),
    "steps": schedule_from_json,
}


@dataclass(frozen=True, slots=True)
class Place:
    """One of several amounts: of a time of day, of a step (the first is 1), or of both."""

    key: str
    amount: Dosage
    times: tuple[time, ...]
    step: int | None = None


@dataclass(frozen=True, slots=True)
class AskTimes:
    """At what times of day? `so_far` are those that the medicine has; `count` says how many there
    have to be, if that was said.
    """

    so_far: tuple[time, ...]
    count: int | None = None


@dataclass(frozen=True, slots=True)
class AskPlace:
    """Which of several amounts (or, with `is_about_times`, the times of which step) is meant?

    `strength` is what the medicine says beside its amounts, if it does.
    """

    places: tuple[Place, ...]
    strength: Dosage | None = None
    is_about_times: bool = False


@dataclass(frozen=True, slots=True)
class AskAmount:
    """How much each time, where amounts differ and their times are others now?"""

    amounts: tuple[Dosage, ...]


Question: TypeAlias = AskTimes | AskPlace | AskAmount


class _Open(Exception):
    """The change cannot be made before this is answered."""

    def __init__(self, question: Question) -> None:
        super().__init__()
        self.question = question


def apply_change(
    content: Content, change: Change, *, zone: ZoneInfo, now: datetime
) -> Content | Question:
    """The content with *change* made, for a person in *zone*; or what has to be asked first.

    Raises InvalidSchedule for what cannot be: also where no dose would be left to come.
    """
    editing = _Editing(content, change, zone, now)
    try:
        changed = editing.changed()
    except _Open as unclear:
        return unclear.question
    is_due = changed.schedule != content.schedule and not isinstance(changed.schedule, AsNeeded)
    if is_due and first_occurrence(changed.schedule, zone, now) is None:
        raise InvalidSchedule(ScheduleProblem.NOTHING_TO_COME)
    return changed


def places_of(content: Content, *, today: date) -> tuple[Place, ...]:
    """The amounts of a medicine, each by itself; none where all are alike. Steps that are over by
    *today* are left out.
    """
    schedule = content.schedule
    match schedule:
        case WallClock(dosages=dosages) if dosages and len(set(dosages)) > 1:
            pairs = zip(schedule.times, dosages, strict=True)
            return tuple(Place(f"t{n}", much, (at,)) for n, (at, much) in enumerate(pairs))
        case Steps():
            found = [
                place
                for number, step in enumerate(schedule.steps)
                if not _is_over(step, today)
                for place in _places_of_step(number, step)
            ]
            return tuple(found) if len(found) > 1 else ()
        case _:
            return ()


def _places_of_step(number: int, step: WallClock) -> Sequence[Place]:
    dosages = step.dosages or ()
    if len(set(dosages)) == 1:
        return [Place(f"s{number}", dosages[0], step.times, number + 1)]
    return [
        Place(f"s{number}t{n}", much, (at,), number + 1)
        for n, (at, much) in enumerate(zip(step.times, dosages, strict=True))
    ]


def own_dosages(schedule: Schedule) -> Sequence[Dosage]:
    """The amounts that a schedule says itself; none where the medicine says how much."""
    match schedule:
        case Steps(steps=steps):
            return [dosage for step in steps for dosage in step.dosages or ()]
        case WallClock(dosages=dosages):
            return dosages or ()
        case _:
            return ()


def strength_of(content: Content) -> Dosage | None:
    """What stands beside the name where the schedule says how much: "5 mg", of 1 and ½ tablet."""
    own = own_dosages(content.schedule)
    return content.dosage if own and content.dosage not in own else None


def times_of(schedule: Schedule, *, zone: ZoneInfo, now: datetime) -> tuple[time, ...]:
    """The times of day (local) of a schedule as of *now*; none where each day has others."""
    match schedule:
        case WallClock(times=times):
            return times
        case Steps(steps=steps):
            today = now.astimezone(zone).date()
            return next((step.times for step in steps if not _is_over(step, today)), ())
        case Elapsed():
            # By the clock of today's afternoon: a change of clocks in the night is over by then.
            noon = datetime.combine(now.astimezone(zone).date(), time(12))
            return clock_times_of(schedule, zone, at=resolve_local(noon, zone))
        case AsNeeded():
            return ()


def first_day_of(schedule: Schedule, zone: ZoneInfo) -> date:
    """The first day (local) on which it may be given."""
    match schedule:
        case WallClock(starts_on=starts_on) | AsNeeded(starts_on=starts_on):
            return starts_on
        case Steps(steps=steps):
            return steps[0].starts_on
        case Elapsed(starts_at=starts_at):
            return starts_at.astimezone(zone).date()


def last_day_of(schedule: Schedule, zone: ZoneInfo) -> date | None:
    """The last day (local) on which it may be given; None if it has no end."""
    match schedule:
        case WallClock(ends_on=ends_on) | AsNeeded(ends_on=ends_on):
            return ends_on
        case Steps(steps=steps):
            return steps[-1].ends_on
        case Elapsed():
            ends_at = schedule.ends_at
            if ends_at is None:
                return None
            return (ends_at - timedelta(minutes=1)).astimezone(zone).date()


def _is_over(step: WallClock, today: date) -> bool:
    return step.ends_on is not None and step.ends_on < today


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
        content = Content(self._change.name or self._content.name, self._dosage, schedule)
        content = self._settled(content)
        if self._change.dosage is not None and not self._is_amount_set:
            content = self._with_amount(content, self._change.dosage)
        return content

    # When.

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
        """ "at 07:00", of something every 8 hours: the same hours between, from another hour on."""
        change = self._change
        is_bare = not (change.dosages or change.times_a_day or change.names_days)
        has_one = change.times is not None and len(change.times) == 1
        return is_bare and has_one and not old.from_last_intake

    def _base(self, times: tuple[time, ...]) -> WallClock:
        """What becomes a schedule by the clock; it lasts as long as it did."""
        starts_on = max(self._today, first_day_of(self._content.schedule, self._zone))
        # The times are placeholders where none are known: without others, they are asked for.
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
        """The times so far, if nothing was said that they do not fit."""
        change, so_far = self._change, self._times_so_far
        is_other_kind = not isinstance(self._content.schedule, WallClock | Steps)
        is_other_count = self._count not in (None, len(old.times))
        if change.is_at_other_times or is_other_kind or is_other_count:
            raise _Open(AskTimes(so_far, self._count))
        return old.times

    @property
    def _count(self) -> int | None:
        """How many times a day were named."""
        dosages = self._change.dosages
        return len(dosages) if dosages is not None else self._change.times_a_day

    def _amounts_at(self, times: tuple[time, ...], old: Schedule) -> tuple[Dosage, ...] | None:
        """How much at each of *times*: as typed, as it was, or asked for."""
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
        """The one amount of what had several. Which, is asked."""
        own = tuple(dict.fromkeys(own_dosages(old)))
        if len(own) == 1:
            return own[0]
        if self._change.dosage is None:
            raise _Open(AskAmount(own))
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
        """The day that is counted from. Other days are counted from when a dose was due next."""
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
        """The last day, of a schedule that is known but for it."""
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
        """Each step keeps its days and amounts, but for what was named. What is over stays."""
        change, today = self._change, self._today
        numbers = [n for n, step in enumerate(old.steps) if not _is_over(step, today)]
        if change.times is not None or change.times_a_day or change.is_at_other_times:
            numbers = self._steps_meant(old, numbers)
        shift = timedelta()
        if change.starts_on is not None:
            shift = change.starts_on - old.steps[0].starts_on
        steps: list[WallClock] = []
        for number, step in enumerate(old.steps):
            moved = step
            if shift and not _is_over(step, today):
                moved = _shifted(step, shift)
            steps.append(self._step(moved) if number in numbers else moved)
        return self._with_end_of_steps(steps)

    def _steps_meant(self, old: Steps, numbers: list[int]) -> list[int]:
        """The steps whose times were named: all, where they have the same ones so far."""
        place = self._change.place
        if place is not None and place.startswith("s") and place != STRENGTH:
            return [int(place[1:].split("t")[0])]
        if place != ALL and len({old.steps[n].times for n in numbers}) > 1:
            places = [_place_of_whole_step(n, old.steps[n]) for n in numbers]
            raise _Open(AskPlace(tuple(places), is_about_times=True))
        return numbers

    def _step(self, step: WallClock) -> WallClock:
        change = self._change
        times = step.times if change.times is None else tuple(sorted(change.times))
        counts = {change.times_a_day} - {None, len(step.times)}
        if change.times is None and (change.is_at_other_times or counts):
            raise _Open(AskTimes(step.times, change.times_a_day))
        return WallClock(
            times, step.starts_on, step.ends_on, self._days(step), self._amounts_at(times, step)
        )

    def _with_end_of_steps(self, steps: Sequence[WallClock]) -> Schedule:
        """With another end: of the last step, or of an earlier one, which is the last then."""
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
        follows = change.from_last_intake
        if isinstance(old, Elapsed) and old.from_last_intake and change.times is None:
            follows = True
        every = change.every or (old.every if isinstance(old, Elapsed) else None)
        if every is None:
            raise InvalidSchedule(ScheduleProblem.INTERVAL_IMPOSSIBLE)
        starts_at = self._anchor(every, follows=follows)
        return Elapsed(every, starts_at, self._end_of_elapsed(every, starts_at), follows)

    def _anchor(self, every: timedelta, *, follows: bool) -> datetime:
        """From when the hours are counted: as named, or from the times so far."""
        old, change = self._content.schedule, self._change
        if change.is_at_other_times and change.times is None:
            raise _Open(AskTimes(self._times_so_far, 1))
        if isinstance(old, Elapsed) and change.times is None:
            if change.starts_on is not None:
                local = old.starts_at.astimezone(self._zone).time()
                return resolve_local(datetime.combine(change.starts_on, local), self._zone)
            if every == old.every or follows or first_day_of(old, self._zone) > self._today:
                return old.starts_at
            if not self._times_so_far:
                steady = replace(old, ends_at=None, from_last_intake=False)
                before = last_occurrence(steady, self._zone, self._now)
                return old.starts_at if before is None else before.due_at
        times = change.times or self._times_so_far[:1]
        if not times:
            if not follows:
                raise _Open(AskTimes((), 1))
            return ceil_minute(self._now.astimezone(UTC) + timedelta(minutes=1))
        day = change.starts_on or max(self._today, first_day_of(old, self._zone))
        starts_at = resolve_local(datetime.combine(day, times[0]), self._zone)
        if change.starts_on is None and starts_at <= self._now:
            starts_at += ((self._now - starts_at) // every + 1) * every
        return starts_at

    def _end_of_elapsed(self, every: timedelta, starts_at: datetime) -> datetime | None:
        old, change = self._content.schedule, self._change
        if change.has_no_end:
            return None
        if change.days_long is not None:
            first = starts_at
            if first <= self._now:
                first += ((self._now - first) // every + 1) * every
            return first + timedelta(days=change.days_long)
        if change.ends_on is None and isinstance(old, Elapsed):
            return old.ends_at
        last = change.ends_on or self._end_so_far
        if last is None:
            return None
        return resolve_local(datetime.combine(last + _A_DAY, time()), self._zone)

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

    # How much.

    def _to_one_amount(self) -> None:
        """Of a schedule that says itself how much, to one that does not."""
        old = self._content
        if not own_dosages(old.schedule):
            return
        amount, strength = self._only_amount(old.schedule), strength_of(old)
        if strength is None:
            self._dosage = amount
        else:
            self._dosage = Dosage(f"{strength.words}, {amount.words}", amount.amount, amount.unit)

    def _with_amount(self, content: Content, amount: Dosage) -> Content:
        schedule, place = content.schedule, self._change.place
        strength = strength_of(content)
        if not own_dosages(schedule) or (place == STRENGTH and strength is not None):
            return replace(content, dosage=amount)
        places = places_of(content, today=self._today)
        if amount.unit is not None and amount.unit in {d.unit for d in own_dosages(schedule)}:
            strength = None  # it is the amounts that are counted so
        if place is None and (len(places) > 1 or strength is not None):
            raise _Open(AskPlace(places or _whole(schedule), strength))
        return self._settled(replace(content, schedule=self._with_amount_at(schedule, amount)))

    def _with_amount_at(self, schedule: Schedule, amount: Dosage) -> Schedule:
        place = self._change.place or ALL
        match schedule:
            case WallClock():
                return _with_amount(schedule, amount, place.removeprefix("t"))
            case Steps(steps=steps):
                step, _t, at = place.removeprefix("s").partition("t")
                return Steps(
                    tuple(
                        each
                        if _is_over(each, self._today) or step not in (str(number), ALL)
                        else _with_amount(each, amount, at or ALL)
                        for number, each in enumerate(steps)
                    )
                )
            case _:
                return schedule

    def _settled(self, content: Content) -> Content:
        """What stands beside the name: a strength as it was, or else the first of the amounts."""
        schedule = content.schedule
        own = own_dosages(schedule)
        was_strength = strength_of(self._content) is not None
        if not own or was_strength:
            return content
        if isinstance(schedule, WallClock) and len(set(own)) == 1:
            return replace(content, dosage=own[0], schedule=replace(schedule, dosages=None))
        if own_dosages(self._content.schedule):
            return replace(content, dosage=own[0])
        # It said how much by itself before. What is counted in the same unit is no strength.
        is_alike = content.dosage.unit in {each.unit for each in own}
        return replace(content, dosage=own[0]) if is_alike else content


def _counts_from_first_day(days: Days) -> bool:
    match days:
        case Daily(every=1) | Weekly(every=1) | Monthly():
            return False
        case _:
            return True


def _shifted(step: WallClock, by: timedelta) -> WallClock:
    ends_on = None if step.ends_on is None else step.ends_on + by
    return replace(step, starts_on=step.starts_on + by, ends_on=ends_on)


def _with_amount(schedule: WallClock, amount: Dosage, place: str) -> WallClock:
    """*amount* at the time of that number, or at all of them."""
    dosages = schedule.dosages or ()
    return replace(
        schedule,
        dosages=tuple(
            amount if place in (str(number), ALL) else each for number, each in enumerate(dosages)
        ),
    )


def _place_of_whole_step(number: int, step: WallClock) -> Place:
    return Place(f"s{number}", (step.dosages or ())[0], step.times, number + 1)


def _whole(schedule: Schedule) -> tuple[Place, ...]:
    """The one amount that all times have."""
    own = own_dosages(schedule)
    times = schedule.times if isinstance(schedule, WallClock) else ()
    return (Place(ALL, own[0], times),)
