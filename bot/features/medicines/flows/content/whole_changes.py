"""A change of the whole schedule: what is added to it, or makes it last longer, is so with what
there is; what may be meant of some of its days, times or steps is refused.
"""

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from bot.grammar.commands.change_words import ChangeWords
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.schedules.context import to_misunderstood
from domain.local_time import Weekday
from domain.medicines.facts import Content
from domain.medicines.schedule_changes.changes import Change
from domain.medicines.schedule_changes.step_lengths import number_of_step, with_length_of_step
from domain.medicines.schedules.days import Daily, Days, Weekly
from domain.medicines.schedules.kinds import Combined, Schedule, Steps, WallClock
from domain.medicines.schedules.problems import InvalidSchedule
from domain.medicines.schedules.spans import first_day_of, last_day_of


def of_the_whole(
    change: Change, words: ChangeWords, *, content: Content, zone: ZoneInfo, text: str
) -> Change:
    """The change of the whole schedule: what is added to it, or makes it last longer, is so
    with what there is. Raises Misunderstood where it may be meant of some days only.
    """
    schedule, refused = content.schedule, Misunderstood(Problem.CHANGE_UNREADABLE, text)
    so_far = schedule.days if isinstance(schedule, WallClock) else None
    if words.longer:
        end = last_day_of(schedule, zone)
        later = None if end is None else change.last_day_from(end + timedelta(days=1))
        if later is None or change.names_days or change.names_times:
            raise refused
        return replace(
            change, ends_on=later, days_long=None, months_long=None, keeps_last_dose=True
        )
    if words.adds and isinstance(so_far, Weekly) and change == Change(weekdays=change.weekdays):
        return Change(weekdays=so_far.weekdays | (change.weekdays or frozenset()))
    is_of_some = change.dosage is not None and set(change.times or ()) <= set(
        getattr(schedule, "times", ())
    )
    is_fewer = isinstance(change.days, Weekly) and isinstance(so_far, Weekly)  # "also not on ..."
    is_added = change.instructions or change.reason or (change.times and is_of_some) or is_fewer
    if words.adds and not is_added:
        raise refused
    if isinstance(schedule, Steps) and change.names_length:
        return _of_one_step(schedule, change, text)
    has_amount = change.dosage is not None or change.dosages is not None
    first = first_day_of(schedule, zone)
    if has_amount and change.starts_on is not None and change.starts_on > first:
        raise Misunderstood(Problem.UNTIL_THEN, text)  # "10 mg from 15 June"
    if isinstance(schedule, Combined) and change.times and change.weekdays:
        raise Misunderstood(Problem.PART_OF_THE_WEEK, text)
    if isinstance(schedule, WallClock) and has_amount and change.times:
        is_new = not set(change.times) <= set(schedule.times)
        if is_new and len(change.times) < len(schedule.times):
            raise Misunderstood(Problem.PART_OF_THE_DAY, text)
    if isinstance(schedule, WallClock) and change.times == schedule.times and change.dosage:
        return replace(change, times=None, moments=None)  # "2 tablets at 8am on sundays"
    if change.times and change.weekdays and len(change.weekdays) < _days_a_week(so_far):
        raise Misunderstood(Problem.PART_OF_THE_WEEK, text)
    return change


def at_moments_so_far(change: Change, schedule: Schedule) -> Change:
    """ "12 units at dinner" is that before dinner, where that is how it is given."""
    has_amount = change.dosage is not None or change.dosages is not None
    if not has_amount or not change.moments or not change.times:
        return change
    if not isinstance(schedule, WallClock) or schedule.moments is None:
        return change
    so_far = zip(schedule.times, schedule.moments, strict=True)
    of_parts = {each.part: at for at, each in so_far if each}
    pairs = zip(change.times, change.moments, strict=True)
    times = tuple(of_parts.get(said.part, at) if said else at for at, said in pairs)
    return replace(change, times=times, moments=None) if times != change.times else change


def _of_one_step(steps: Steps, change: Change, text: str) -> Change:
    """ "20 mg for 7 days", of several steps. Raises Misunderstood, also without an amount: "for 3
    weeks" may correct the length that was typed, or end the step that has none.
    """
    number = None if change.dosage is None else number_of_step(steps, change.dosage)
    try:
        longer = None if number is None else with_length_of_step(steps, number, change)
    except InvalidSchedule as error:
        raise to_misunderstood(error, text) from error
    if longer is None or change.times or change.names_days or change.dosages:
        raise Misunderstood(Problem.WHICH_STEP, text)
    return Change(steps=longer, instructions=change.instructions, reason=change.reason)


def _days_a_week(days: Days | None) -> int:
    """On how many days of a week something is given; 0 for what is counted otherwise."""
    match days:
        case Daily(every=1):
            return len(Weekday)
        case Weekly(weekdays=weekdays, every=1):
            return len(weekdays)
        case _:
            return 0
