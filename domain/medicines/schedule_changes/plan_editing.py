"""Changing several plans at once, or one of them beside the others.

A change that could mean one plan or another is asked about. Times are an exception where all plans
have the same, and an end where all have the same: they are then those of the medicine. A day on
which a plan is newly given belongs to it alone: a plan at the same times on that weekday loses it.
One that has other times beside those isn't cut short: the change is refused.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import combinations
from zoneinfo import ZoneInfo

from domain.local_time import Weekday
from domain.medicines.dosages import Dosage
from domain.medicines.schedule_changes.amounts import ALL, number_of, place_of_whole_plan
from domain.medicines.schedule_changes.changes import Change
from domain.medicines.schedule_changes.questions import AskPlace, Place, Topic, Unclear
from domain.medicines.schedule_changes.wall_clock_editing import with_length
from domain.medicines.schedules.days import EVERY_DAY, Daily, Days, Weekly, are_apart
from domain.medicines.schedules.kinds import Combined, Schedule, WallClock, is_over
from domain.medicines.schedules.problems import InvalidSchedule, ScheduleProblem


def plans_meant(schedule: Combined, change: Change, *, today: date) -> Sequence[int]:
    """The numbers of the plans whose times or days *change* names. Raises Unclear."""
    plans = schedule.plans
    if not (change.names_times or change.names_days):
        return []
    number = _number_of(change, plans)
    if number is not None:
        return [number]
    ahead = _ahead(plans, today)
    if change.place == ALL or len(ahead) == 1:
        return ahead
    is_shared = len({plans[n].times for n in ahead}) == 1 and change.dosages is None
    if is_shared and not change.names_days:
        return ahead
    topic = Topic.DAYS if change.names_days else Topic.TIMES
    has_all = not change.names_days and _can_share_times([plans[n] for n in ahead])
    raise Unclear(AskPlace(_places(plans, ahead), about=topic, has_all=has_all))


def without_days_of(plans: Sequence[WallClock], number: int, *, today: date) -> list[WallClock]:
    """*plans* where no other has a dose when the one with that *number* has; plans without a day
    are left out.

    Only for days of the week: for others, what is left can't be said.
    """
    taken = plans[number]
    mine = _weekdays(taken) or frozenset()
    kept: list[WallClock] = []
    for other in plans:
        theirs = _weekdays(other) or frozenset()
        has_same_times = other is not taken and set(other.times) <= set(taken.times)
        if not has_same_times or (theirs and not theirs & mine):
            kept.append(other)
        elif is_over(other, today):
            continue  # it has no days to come, and would only be in the way
        elif not theirs or not mine:
            kept.append(other)
        elif theirs - mine:
            kept.append(replace(other, days=Weekly(theirs - mine)))
    return kept


def with_amount_on_days(
    schedule: Schedule, change: Change, *, dosage: Dosage, today: date
) -> list[WallClock] | None:
    """The plans in which the weekdays that *change* names have its amount, and all other days stay
    as they are: "5 mg on tuesday". None unless they are some of the days on which it is given, with
    one amount a day; *dosage* is that of a schedule that doesn't say how much.
    """
    days, amount = change.weekdays, change.dosage
    if days is None or amount is None or change.place is not None or change.names_times:
        return None
    match schedule:
        case Combined(plans=plans):
            given = list(plans)
        case WallClock():
            given = [schedule]
        case _:
            return None
    kept = [plan for plan in given if is_over(plan, today)]
    others: list[WallClock] = []
    theirs: list[WallClock] = []
    for plan in (plan for plan in given if not is_over(plan, today)):
        mine = _weekdays(plan)
        amounts = plan.dosages or (dosage,) * len(plan.times)
        if mine is None or (mine & days and len(set(amounts)) > 1):
            return None
        if mine - days:
            others.append(replace(plan, days=Weekly(mine - days), dosages=amounts))
        if mine & days:
            same = (amount,) * len(plan.times)
            theirs.append(replace(plan, days=Weekly(mine & days), dosages=same))
    covered = frozenset[Weekday]().union(*(_weekdays(plan) or () for plan in theirs))
    return kept + _merged(others + theirs) if others and covered == days else None


def _merged(plans: Sequence[WallClock]) -> list[WallClock]:
    """Those that differ in their weekdays only, as one."""
    by_rest: dict[tuple[object, ...], list[WallClock]] = {}
    for plan in plans:
        by_rest.setdefault((plan.starts_on, *_beside_days(plan)), []).append(plan)
    return [
        replace(same[0], days=Weekly(frozenset().union(*(_weekdays(each) or () for each in same))))
        for same in by_rest.values()
    ]


def with_amounts_everywhere(
    plans: Sequence[WallClock], change: Change, dosage: Dosage
) -> list[WallClock]:
    """*plans* that all say how much, if one of them does, or if *change* names the amount of one:
    the others stay at *dosage*, which is that of the medicine so far.
    """
    number = _number_of(change, plans)
    if change.dosage is not None and number is not None:
        plan = plans[number]
        amounts = plan.dosages or (change.dosage,) * len(plan.times)
        plans = [replace(plan, dosages=amounts) if each is plan else each for each in plans]
    if all(plan.dosages is None for plan in plans):
        return list(plans)
    return [
        plan if plan.dosages else replace(plan, dosages=(dosage,) * len(plan.times))
        for plan in plans
    ]


def with_dates(
    plans: Sequence[WallClock], change: Change, *, zone: ZoneInfo, now: datetime
) -> Schedule:
    """*plans* with the start and the end that *change* names; as one schedule if only one is left.

    Another start moves all by as many days, so that what alternates keeps doing so. Raises Unclear
    and InvalidSchedule.
    """
    today = now.astimezone(zone).date()
    dated = list(plans)
    if change.starts_on is not None:
        first = min(plans[n].starts_on for n in _ahead(plans, today))
        by = change.starts_on - first
        dated = [plan if is_over(plan, today) else _begun_later(plan, by) for plan in plans]
    if change.names_end:
        dated = _ended(dated, change, zone=zone, now=now)
    if not dated:
        raise InvalidSchedule(ScheduleProblem.ENDS_BEFORE_START)
    return Combined(tuple(dated)) if len(dated) > 1 else dated[0]


def _begun_later(plan: WallClock, by: timedelta) -> WallClock:
    return replace(plan, starts_on=plan.starts_on + by, last_at=None) if by else plan


def _ended(
    plans: Sequence[WallClock], change: Change, *, zone: ZoneInfo, now: datetime
) -> list[WallClock]:
    """With another end; a plan that would have no dose by then is left out."""
    today = now.astimezone(zone).date()
    ahead = _ahead(plans, today)
    number = _number_of(change, plans)
    if len({plans[n].ends_on for n in ahead}) == 1 or change.place == ALL:
        meant = ahead
    elif number is not None:
        meant = [number]
    else:
        raise Unclear(AskPlace(_places(plans, ahead), about=Topic.END))
    endless = {n: replace(plans[n], ends_on=None, last_at=None) for n in meant}
    if change.has_no_end:
        return [endless.get(n, plan) for n, plan in enumerate(plans)]
    whole = [*endless.values()]
    lasts = Combined(tuple(whole)) if len(whole) > 1 else whole[0]
    kept = []
    for n, plan in enumerate(plans):
        if n not in meant:
            kept.append(plan)
            continue
        try:
            if change.ends_on is not None:
                kept.append(replace(endless[n], ends_on=change.ends_on))
            else:
                kept.append(with_length(endless[n], lasts, change, zone=zone, now=now))
        except InvalidSchedule as error:
            is_too_short = error.problem in {
                ScheduleProblem.ENDS_BEFORE_START,
                ScheduleProblem.NEVER_FALLS_DUE,
            }
            if not is_too_short:
                raise
    return kept


def _number_of(change: Change, plans: Sequence[WallClock]) -> int | None:
    """The number of the plan that an answer has named; None if there are fewer by now."""
    number = number_of(change.place, "p")
    return number if number is not None and number < len(plans) else None


def _ahead(plans: Sequence[WallClock], today: date) -> list[int]:
    """The numbers of those that aren't over; of all, if all are."""
    ahead = [n for n, plan in enumerate(plans) if not is_over(plan, today)]
    return ahead or list(range(len(plans)))


def _places(plans: Sequence[WallClock], numbers: Sequence[int]) -> tuple[Place, ...]:
    return tuple(place_of_whole_plan(n, plans[n]) for n in numbers)


def _can_share_times(plans: Sequence[WallClock]) -> bool:
    return all(
        are_apart(one.days, other.days, starts_on=(one.starts_on, other.starts_on))
        for one, other in combinations(plans, 2)
    )


def _weekdays(plan: WallClock) -> frozenset[Weekday] | None:
    """The weekdays of a plan that goes by weekdays only."""
    match plan.days:
        case Daily(every=1):
            return frozenset(Weekday)
        case Weekly(weekdays=weekdays, every=1):
            return weekdays
        case _:
            return None


def joined(schedule: Schedule) -> Schedule:
    """One schedule for plans that differ in their days only, where they are all days of one kind:
    Monday to Friday and the weekend, or one day and the next.
    """
    if not isinstance(schedule, Combined):
        return schedule
    first = schedule.plans[0]
    if len({_beside_days(plan) for plan in schedule.plans}) > 1:
        return schedule
    starts = [plan.starts_on for plan in schedule.plans]
    begins = min(starts)
    weekdays = [_weekdays(plan) for plan in schedule.plans]
    known = [each for each in weekdays if each is not None]
    if len(known) == len(weekdays) and len(set(starts)) == 1:
        union = frozenset[Weekday]().union(*known)
        days: Days = EVERY_DAY if len(union) == len(Weekday) else Weekly(union)
        return replace(first, days=days)
    count = len(starts)
    takes_turns = all(plan.days == Daily(count) for plan in schedule.plans)
    if takes_turns and sorted(starts) == [begins + timedelta(days=n) for n in range(count)]:
        return replace(first, days=EVERY_DAY, starts_on=begins)
    return schedule


def _beside_days(plan: WallClock) -> tuple[object, ...]:
    """All that plans have to have in common to be one."""
    return plan.times, plan.ends_on, plan.dosages, plan.moments, plan.last_at, plan.except_on
