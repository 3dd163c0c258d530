"""Concerns about a change of a medicine: what there would be more of, and what would be lost.

Pure. It prefers to ask once too often: rhythms or amounts that can't be compared are a concern of
their own.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime, timedelta
from enum import Enum, auto
from fractions import Fraction
from zoneinfo import ZoneInfo

from domain.medicines.dosages import Dosage
from domain.medicines.dose_counts import SLIP_FROM, SMALLEST_SLIP, how_many_times
from domain.medicines.facts import Content
from domain.medicines.schedule_changes.amounts import own_dosages, strength_of
from domain.medicines.schedules.days import (
    LAST,
    Cycle,
    Daily,
    Days,
    Monthly,
    MonthlyWeekdays,
    Weekly,
)
from domain.medicines.schedules.kinds import (
    AsNeeded,
    Combined,
    Elapsed,
    Schedule,
    Steps,
    WallClock,
    wall_clocks_of,
)
from domain.medicines.schedules.spans import first_day_of, last_day_of

_A_DAY = timedelta(days=1)
# On average, over the calendar's 400-year cycle:
_DAYS_OF_A_MONTH = Fraction(146_097, 4_800)
_SHARE_OF_MONTHS_WITH_A_FIFTH = Fraction(146_097, 7 * 4_800) - 4  # the same for each weekday


class Concern(Enum):
    """Why somebody has to confirm a change, in the order in which we say it."""

    MORE_OFTEN = auto()
    LARGER = auto()
    TENFOLD = auto()  # more likely a slip than intended, and so is a tenth
    TENTH = auto()
    OTHER_UNIT = auto()
    OTHER_AMOUNT = auto()  # amounts that cannot be compared
    LONGER = auto()
    EARLIER = auto()  # it begins earlier
    END_LOST = auto()
    STEPS_LOST = auto()
    STEPS_OTHER = auto()  # it gets steps
    DAYS_OFF_LOST = auto()
    INTERVAL_LOST = auto()  # the minimum interval, or the hours from dose to dose
    MAXIMUM_LOST = auto()
    TIMES_LOST = auto()  # it isn't due at set times any more


def list_concerns(
    old: Content, new: Content, *, zone: ZoneInfo, now: datetime
) -> tuple[Concern, ...]:
    """The concerns to confirm before *old* becomes *new*; empty if it may be changed right away."""
    found = set(_schedule_concerns(old.schedule, new.schedule))
    found |= set(_amount_concerns(old, new))
    found |= set(_end_concerns(old.schedule, new.schedule, zone=zone, now=now))
    left_out = _days_left_out(old.schedule, now.astimezone(zone).date())
    if any(_is_given_on(new.schedule, day) for day in left_out):
        found.add(Concern.MORE_OFTEN)
    return tuple(concern for concern in Concern if concern in found)


def _schedule_concerns(old: Schedule, new: Schedule) -> Iterator[Concern]:
    match old, new:
        case AsNeeded(), AsNeeded():
            yield from _limit_concerns(old, new)
        case AsNeeded(), _:
            yield Concern.MORE_OFTEN
            if old.min_interval is not None:
                yield Concern.INTERVAL_LOST
            if old.max_per_day is not None:
                yield Concern.MAXIMUM_LOST
        case _, AsNeeded():
            yield Concern.TIMES_LOST
            if isinstance(old, Steps):
                yield Concern.STEPS_LOST
            if isinstance(old, Elapsed):
                yield Concern.INTERVAL_LOST
        case Steps(), Steps():
            yield from _step_concerns(old, new)
        case Steps(), _:
            yield Concern.STEPS_LOST
            if _most_often(new) > _most_often(old):
                yield Concern.MORE_OFTEN
        case _, Steps():
            yield Concern.STEPS_OTHER
            if _most_often(new) > _most_often(old):
                yield Concern.MORE_OFTEN
        case Combined(), Combined() if len(old.plans) == len(new.plans):
            yield from _plan_concerns(old, new)
        case _:
            if _most_often(new) > _most_often(old):
                yield Concern.MORE_OFTEN
            if isinstance(old, Elapsed) and not _keeps_hours_between(old, new):
                yield Concern.INTERVAL_LOST
    if isinstance(old, WallClock) and _loses_days_off(old.days, new):
        yield Concern.DAYS_OFF_LOST
    if isinstance(old, Combined):
        for number, plan in enumerate(old.plans):
            if _loses_days_off(plan.days, _counterpart(new, number)):
                yield Concern.DAYS_OFF_LOST


def _keeps_hours_between(old: Elapsed, new: Schedule) -> bool:
    return isinstance(new, Elapsed) and (new.from_last_intake or not old.from_last_intake)


def _limit_concerns(old: AsNeeded, new: AsNeeded) -> Iterator[Concern]:
    if old.min_interval is not None:
        if new.min_interval is None:
            yield Concern.INTERVAL_LOST
        elif new.min_interval < old.min_interval:
            yield Concern.MORE_OFTEN
    if old.max_per_day is not None:
        if new.max_per_day is None:
            yield Concern.MAXIMUM_LOST
        elif new.max_per_day > old.max_per_day:
            yield Concern.MORE_OFTEN


def _counterpart(new: Schedule, number: int) -> Schedule:
    """The plan of that number, if it has as many."""
    is_there = isinstance(new, Combined) and number < len(new.plans)
    return new.plans[number] if isinstance(new, Combined) and is_there else new


def _plan_concerns(old: Combined, new: Combined) -> Iterator[Concern]:
    """All together, and each where it has an amount of its own: more days of the larger amount and
    fewer of the smaller one are more, too.
    """
    pairs = list(zip(old.plans, new.plans, strict=True))
    more = any(_how_often(after) > _how_often(before) for before, after in pairs)
    is_alike = len(set(own_dosages(old))) < 2 and len(set(own_dosages(new))) < 2
    if _most_often(new) > _most_often(old) or (more and not is_alike):
        yield Concern.MORE_OFTEN
    if any(_is_later(after.ends_on, before.ends_on) for before, after in pairs):
        yield Concern.LONGER


def _days_left_out(schedule: Schedule, since: date) -> Collection[date]:
    """The days from *since* on that would be days of it, but are left out."""
    return {
        day
        for part in wall_clocks_of(schedule)
        for day in part.except_on
        if day >= since and not _is_given_on(schedule, day)
    }


def _is_given_on(schedule: Schedule, day: date) -> bool:
    if isinstance(schedule, Elapsed):
        return True
    return any(next(each.days_from(day), None) == day for each in wall_clocks_of(schedule))


def _step_concerns(old: Steps, new: Steps) -> Iterator[Concern]:
    pairs = _pairs_of_steps(old, new)
    if not pairs:
        yield Concern.STEPS_LOST
        if _most_often(new) > _most_often(old):
            yield Concern.MORE_OFTEN
    for before, after in pairs:
        if _how_often(after) > _how_often(before):
            yield Concern.MORE_OFTEN
        if _loses_days_off(before.days, after):
            yield Concern.DAYS_OFF_LOST
        if _is_later(after.ends_on, before.ends_on):
            yield Concern.LONGER


def _loses_days_off(before: Days, new: Schedule) -> bool:
    if not isinstance(before, Cycle):
        return False
    after = new.days if isinstance(new, WallClock) else None
    return not isinstance(after, Cycle) or after.days_off < before.days_off


def _how_often(schedule: WallClock) -> Fraction:
    """Average doses per day."""
    match schedule.days:
        case Daily(every=every):
            share = Fraction(1, every)
        case Weekly(weekdays=weekdays, every=every):
            share = Fraction(len(weekdays), 7 * every)
        case Monthly(days=days, every=every):
            share = len(days) / (_DAYS_OF_A_MONTH * every)
        case MonthlyWeekdays(weekdays=weekdays, places=places, every=every):
            count = Fraction(len(places))
            if {4, LAST} <= places:
                count -= 1 - _SHARE_OF_MONTHS_WITH_A_FIFTH  # the fourth is the last in the others
            share = len(weekdays) * count / (_DAYS_OF_A_MONTH * every)
        case Cycle(days_on=on, days_off=off):
            share = Fraction(on, on + off)
    return len(schedule.times) * share


def _most_often(schedule: Schedule) -> Fraction:
    """Doses per day in the step that has most of them, of all plans together. As needed counts as
    zero.
    """
    match schedule:
        case WallClock():
            return _how_often(schedule)
        case Steps(steps=steps):
            return max(map(_how_often, steps))
        case Combined(plans=plans):
            return sum(map(_how_often, plans), Fraction(0))
        case Elapsed(every=every):
            minute = timedelta(minutes=1)
            return Fraction(_A_DAY // minute, every // minute)
        case AsNeeded():
            return Fraction(0)


def _amount_concerns(old: Content, new: Content) -> Iterator[Concern]:
    pairs = _pairs_of_steps(old.schedule, new.schedule)
    if pairs:
        for step, other in pairs:
            yield from _amount_list_concerns(
                _alike(step.dosages or [old.dosage]), _alike(other.dosages or [new.dosage])
            )
        return
    if _are_other_plans(old.schedule, new.schedule):
        amounts = {*_amounts(old), *_amounts(new)}
        if len(amounts) > 1:
            yield Concern.OTHER_AMOUNT
    yield from _amount_list_concerns(_amounts(old), _amounts(new))
    strengths = strength_of(old), strength_of(new)
    if strengths[0] is not None and strengths[1] is not None:
        yield from _single_amount_concerns(strengths[0], strengths[1])


def _pairs_of_steps(old: Schedule, new: Schedule) -> Sequence[tuple[WallClock, WallClock]]:
    """Each step or plan with its successor; empty if their number differs."""
    match old, new:
        case Steps(steps=before), Steps(steps=after) if len(before) == len(after):
            return list(zip(before, after, strict=True))
        case Combined(plans=before), Combined(plans=after) if len(before) == len(after):
            return list(zip(before, after, strict=True))
        case _:
            return ()


def _are_other_plans(old: Schedule, new: Schedule) -> bool:
    """Whether plans begin or end to apply side by side, so that how many there are of each amount
    can't be compared.
    """
    return old != new and (isinstance(old, Combined) or isinstance(new, Combined))


def _amount_list_concerns(before: Sequence[Dosage], after: Sequence[Dosage]) -> Iterator[Concern]:
    if len(before) == len(after):
        for less, more in zip(before, after, strict=True):
            yield from _single_amount_concerns(less, more)
    elif set(before) != set(after):
        for more in after:
            yield from _any_amount_concerns(before, more)
    elif len(set(before)) > 1:
        yield Concern.OTHER_AMOUNT  # the same amounts, but how many of each?


def _amounts(content: Content) -> Sequence[Dosage]:
    """The amounts by time of day, or by step; a single one if they are all the same."""
    return _alike(own_dosages(content.schedule)) or [content.dosage]


def _alike(dosages: Sequence[Dosage]) -> Sequence[Dosage]:
    """A single dosage if all are the same."""
    return dosages[:1] if len(set(dosages)) == 1 else dosages


def _single_amount_concerns(before: Dosage, after: Dosage) -> Iterator[Concern]:
    if before == after:
        return
    # Both ends of a range count: "2" instead of "1–2" is more, too.
    least, most = how_many_times(after, before), how_many_times(after.largest, before.largest)
    if least is not None and most is not None:
        if max(least, most) > 1:
            yield Concern.LARGER
        if max(least, most) >= SLIP_FROM:
            yield Concern.TENFOLD
        elif min(least, most) <= SMALLEST_SLIP:
            yield Concern.TENTH
    elif before.amount is None or after.amount is None:
        if before.words != after.words:
            yield Concern.OTHER_AMOUNT
    elif before.unit != after.unit:
        yield Concern.OTHER_UNIT


def _any_amount_concerns(before: Sequence[Dosage], after: Dosage) -> Iterator[Concern]:
    """Compare an amount with all previous ones: only if it equals none of them, it's a concern."""
    found = [set(_single_amount_concerns(each, after)) for each in before]
    if all(found):
        yield from min(found, key=len)


def _end_concerns(
    old: Schedule, new: Schedule, *, zone: ZoneInfo, now: datetime
) -> Iterator[Concern]:
    today = now.astimezone(zone).date()
    before, after = last_day_of(old, zone), last_day_of(new, zone)
    if before is not None and after is None:
        yield Concern.END_LOST
    elif _is_later(after, before) or (
        before is not None and before == after and _has_more_on(before, old, new)
    ):
        yield Concern.LONGER
    begun, begins = first_day_of(old, zone), first_day_of(new, zone)
    if begun > today and begins < begun:
        yield Concern.EARLIER


def _has_more_on(last_day: date, old: Schedule, new: Schedule) -> bool:
    """Whether *new* has more doses on the last day than *old*, which ends within it."""
    if all(part.last_at is None for part in wall_clocks_of(old)):
        return False
    counts = [
        sum(
            len(part.times_on(last_day))
            for part in wall_clocks_of(schedule)
            if next(part.days_from(last_day), None) == last_day
        )
        for schedule in (old, new)
    ]
    return counts[1] > counts[0]


def _is_later(after: date | None, before: date | None) -> bool:
    if before is None:
        return False
    return after is None or after > before
