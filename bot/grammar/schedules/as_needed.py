"""Schedules as needed: "as needed, 6 hours apart, max 4 a day", "max 8 tablets a day"."""

from datetime import timedelta
from decimal import Decimal

from bot.grammar.dosages import strengths_in
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.schedule_parts.parts import EVERY_DAY, ScheduleParts
from bot.grammar.schedules.context import (
    ScheduleContext,
    count_patterns,
    first_and_last,
    to_misunderstood,
)
from bot.grammar.schedules.lengths import last_day_of_length
from domain.medicines.dosages import THINGS, Dosage
from domain.medicines.dose_counts import count_doses
from domain.medicines.schedules.kinds import MAX_TIMES_PER_DAY, AsNeeded
from domain.medicines.schedules.problems import InvalidSchedule


def fit_as_needed(parts: ScheduleParts, context: ScheduleContext) -> AsNeeded:
    """ "as needed, 6 hours apart, max 4 a day"; "every 6 hours as needed" means the same, and of
    "every 4–6 hours" the shorter interval warns.
    """
    if not parts.is_as_needed:
        raise context.wrong(Problem.LIMITS_OF_WHAT_IS_DUE)
    if parts.times or parts.moments:
        raise context.wrong(Problem.AS_NEEDED_AT_TIMES)
    has_days = parts.weekdays not in {None, EVERY_DAY} or parts.days_a_week or count_patterns(parts)
    intervals = [parts.interval, parts.hours_between, parts.min_interval]
    if has_days or len({each for each in intervals if each is not None}) > 1:
        raise context.wrong(Problem.CONTRADICTION)
    if parts.doses_long is not None or parts.is_once or parts.is_now:
        raise context.wrong(Problem.CONTRADICTION)
    interval = parts.interval if parts.min_interval is None else parts.min_interval
    if parts.hours_between is not None:
        interval = timedelta(hours=parts.hours_between[0])
    starts_on, ends_on = first_and_last(parts, context)
    try:
        return AsNeeded(
            starts_on,
            min_interval=interval,
            max_per_day=most_a_day(parts, context),
            ends_on=last_day_of_length(parts, starts_on) or ends_on,
        )
    except InvalidSchedule as error:
        raise to_misunderstood(error, context.words) from error


def most_a_day(parts: ScheduleParts, context: ScheduleContext) -> int | None:
    """The most in 24 hours, as a number of doses."""
    counts = {n for n in (parts.max_per_day, parts.times_a_day) if n is not None}
    is_limited = counts or parts.max_amount or parts.interval or parts.hours_between
    if parts.weekdays == EVERY_DAY and parts.is_as_needed and not is_limited:
        counts.add(1)  # "daily as needed"
    several = context.dosage is not None and (
        context.dosage.most is not None
        or (context.dosage.unit in THINGS and context.dosage.amount != 1)
    )
    if parts.bare_max and several and context.dosage is not None:
        raise _limit_of_what(parts, context.dosage)
    if parts.max_amount is not None:
        if context.dosage is None:
            raise context.wrong(Problem.DOSAGE_MISSING)
        converted = doses_within(parts.max_amount, context.dosage)
        if converted is None:
            raise context.wrong(Problem.LIMIT_IN_AMOUNTS)
        counts.add(converted)
    if len(counts) > 1:
        raise context.wrong(Problem.CONTRADICTION)
    if any(not 1 <= count <= MAX_TIMES_PER_DAY for count in counts):
        raise context.wrong(Problem.TOO_MANY_TIMES)
    return counts.pop() if counts else None


def _limit_of_what(parts: ScheduleParts, dosage: Dosage) -> Misunderstood:
    """ "max 4 a day" of 2 tablets each time: four doses, or four tablets?"""
    most, things = parts.max_per_day, f"{dosage.unit}s" if dosage.unit in THINGS else dosage.unit
    meanings = (f"max {most} doses a day", f"max {most} {things} a day")
    return Misunderstood(Problem.LIMIT_IN_AMOUNTS, parts.bare_max, suggestions=meanings)


def doses_within(limit: Dosage, dosage: Dosage) -> int | None:
    """How many doses as set make *limit*: 4 of "500 mg, 2 tablets" in 8 tablets or in 4 g. None if
    they can't be compared, or if it isn't a whole number of doses.
    """
    largest = dosage if dosage.most is None else Dosage("", dosage.most, dosage.unit)
    found = count_doses(limit, largest)
    if found is None and largest.amount is not None:
        found = _by_strength(limit, dosage.words, largest.amount)
    if found is None or found != found.to_integral_value() or found < 1:
        return None
    return int(found)


def _by_strength(limit: Dosage, words: str, count: Decimal) -> Decimal | None:
    """In doses of *count* things, each of the strength that *words* begin with or end with."""
    for strength in strengths_in(words):
        of_one = count_doses(limit, strength)
        if of_one is not None:
            return of_one / count
    return None
