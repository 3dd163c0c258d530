"""Changes to a medicine: "at 19:00", "until friday", "2 tablets", "4 hours apart".

Unlike a schedule, a change may name any part, or several, and contains only those.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.grammar.dates import check_reach, spelt
from bot.grammar.dosages import find_dosages
from bot.grammar.labels.beside_times import joined, meals_beside_times_in
from bot.grammar.labels.lines import check_notes, read_words
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.schedule_parts.parts import EVERY_DAY, ScheduleParts
from bot.grammar.schedule_parts.reading import read_parts
from bot.grammar.schedules.amounts_with_times import (
    first_portion,
    split_portions,
    without_empty_moments,
)
from bot.grammar.schedules.as_needed import most_a_day
from bot.grammar.schedules.by_the_clock import Times, times_of_parts
from bot.grammar.schedules.context import ScheduleContext, count_patterns, to_misunderstood
from bot.grammar.schedules.first_doses import with_first_dose
from bot.grammar.schedules.intervals import anchor_of
from bot.grammar.schedules.parsing import LONGEST_SCHEDULE
from bot.grammar.schedules.varying_amounts import (
    Variation,
    amounts_by_time,
    fit_portions,
    kind_of_portions,
    shared_parts,
)
from bot.grammar.tokens import Line, Token, tokenize
from domain.local_time import Weekday
from domain.medicines.dosages import Dosage
from domain.medicines.schedule_changes.changes import Change
from domain.medicines.schedules.clock_times import times_of
from domain.medicines.schedules.days import EVERY_DAY as EVERY_DAYS
from domain.medicines.schedules.days import Cycle, Daily, Monthly, MonthlyWeekdays, Weekly
from domain.medicines.schedules.kinds import (
    MAX_TIMES_PER_DAY,
    AsNeeded,
    Combined,
    Schedule,
    Steps,
    WallClock,
)
from domain.medicines.schedules.moments import USUAL_DAY, DayTimes
from domain.medicines.schedules.problems import InvalidSchedule

_JOINTS = {",", ";", ":", "-", "and", "&", "+"}


def parse_change(
    text: str,
    *,
    schedule: Schedule,
    zone: ZoneInfo,
    now: datetime,
    day: DayTimes = USUAL_DAY,
    dosage: Dosage | None = None,
) -> Change:
    """What *text* changes about a medicine with this *schedule* and *dosage*, for a person in
    *zone* whose day is *day*.

    Raises `Misunderstood`, also if it changes nothing.
    """
    if len(text) > LONGEST_SCHEDULE:
        raise Misunderstood(Problem.TOO_LONG)
    text = _with_another_amount(text)
    typed = read_words(text)
    line = typed.line
    if not line.tokens and not (typed.instructions or typed.reason):
        raise Misunderstood(Problem.SCHEDULE_MISSING)
    context = ScheduleContext(line.typed(line.tokens), zone, now, day, dosage)
    try:
        change = _read(line, schedule, context) if line.tokens else Change()
    except InvalidSchedule as error:
        raise to_misunderstood(error, context.words) from error
    check_notes(typed.instructions, typed.reason)
    said = joined(typed.instructions, *meals_beside_times_in(text)) or None
    change = replace(change, instructions=said, reason=typed.reason)
    if change.is_empty:
        raise context.wrong(Problem.CHANGE_UNREADABLE)
    return change


def _with_another_amount(text: str) -> str:
    """ "20 units on saturdays", of "but 20 units on saturdays": no day is left out there."""
    found = _BUT.search(text)
    if found is None or not find_dosages(tokenize(text[found.end() :])):
        return text
    return (text[: found.start()] + text[found.end() :]).strip(" ,;")


_BUT = re.compile(r"(?i)\b(?:but(?! not)|except(?: that| for)?|apart from)\b,?\s*")


def parse_min_interval(
    text: str, *, schedule: Schedule, zone: ZoneInfo, now: datetime, dosage: Dosage | None = None
) -> Change:
    """The answer to how long to wait between two doses: "6 hours", "6h apart, max 4"."""
    context = ScheduleContext(text, zone, now, dosage=dosage)
    return _answer(f"{text} apart", Problem.INTERVAL_UNREADABLE, schedule, context)


def parse_max_per_day(
    text: str, *, schedule: Schedule, zone: ZoneInfo, now: datetime, dosage: Dosage | None = None
) -> Change:
    """The answer to how often it may be given in 24 hours: "4", "4 times", "max 4, 6h apart"."""
    context = ScheduleContext(text, zone, now, dosage=dosage)
    return _answer(f"max {text}", Problem.LIMIT_UNREADABLE, schedule, context)


def _answer(
    completed: str, problem: Problem, schedule: Schedule, context: ScheduleContext
) -> Change:
    """A short answer, or one that names its subject. Raises `Misunderstood`, also for "max 8" of
    two tablets each time.
    """
    text, zone, now = context.words, context.zone, context.now
    for words, dosage in ((completed, None), (text, context.dosage)):
        try:
            change = parse_change(words, schedule=schedule, zone=zone, now=now, dosage=dosage)
        except Misunderstood as unread:
            if unread.problem is Problem.LIMIT_IN_AMOUNTS:
                raise
            continue
        if change == Change(
            every=change.every
        ):  # "every 6 hours", as an answer about the time in between
            change = Change(min_interval=change.every)
        if change.names_limits and change.dosage is None:
            return change
    raise Misunderstood(problem, text)


def _read(line: Line, schedule: Schedule, context: ScheduleContext) -> Change:
    if first_portion(line) is not None:
        return _read_portions(line, schedule, context)
    # "4 doses" is how long it lasts, unless that is how it's measured.
    is_of_doses = context.dosage is not None and context.dosage.unit == "dose"
    amounts = [each for each in find_dosages(line) if is_of_doses or each.dosage.unit != "dose"]
    if len(amounts) != 1:
        return _of_parts(read_parts(line, line.tokens), schedule, context)
    [amount] = amounts
    rest = _trimmed(line.tokens[: amount.start]) + _trimmed(line.tokens[amount.end :])
    if not rest:
        return Change(dosage=amount.dosage)
    change = _of_parts(read_parts(Line(line.text, rest), rest), schedule, context)
    return replace(change, dosage=amount.dosage)


def _trimmed(tokens: Sequence[Token]) -> tuple[Token, ...]:
    kept = list(tokens)
    while kept and kept[0].word in _JOINTS:
        kept.pop(0)
    while kept and kept[-1].word in _JOINTS:
        kept.pop()
    return tuple(kept)


def _read_portions(line: Line, schedule: Schedule, context: ScheduleContext) -> Change:
    """Different amounts, by time of day or step by step."""
    portions = split_portions(line, line.tokens)
    if not portions:
        raise context.wrong(Problem.ONE_RHYTHM)
    parts = [read_parts(line, portion.tokens) for portion in without_empty_moments(portions)]
    is_at_no_time = not any(each.times or each.moments or each.vague for each in parts)
    kind = kind_of_portions(portions, parts)
    if kind is not Variation.BY_TIME:
        so_far = times_of(schedule, zone=context.zone, now=context.now)
        if so_far and is_at_no_time:  # a taper, at the old times
            parts = [replace(each, times=list(so_far)) for each in parts]
        regimen = fit_portions(portions, parts, context)
        return Change(
            steps=regimen if isinstance(regimen, Steps) else None,
            combined=regimen if isinstance(regimen, Combined) else None,
        )
    dosages = [portion.dosage for portion in portions]
    shared = shared_parts(parts, context)
    change = _of_parts(shared, schedule, context)
    if is_at_no_time or any(each.vague for each in parts):
        is_vague = any(each.vague for each in parts)
        return replace(change, times=None, dosages=tuple(dosages), is_at_other_times=is_vague)
    by_time, moments = amounts_by_time(parts, dosages, context)
    found = Times.of({at: moments.get(at) for at in by_time})
    return replace(
        change,
        times=found.times,
        moments=found.moments,
        dosages=tuple(by_time[at] for at in found.times),
    )


def _of_parts(parts: ScheduleParts, schedule: Schedule, context: ScheduleContext) -> Change:
    parts = with_first_dose(parts, schedule, context)
    named = _range_of(parts, context)
    is_limited = parts.min_interval is not None or parts.max_per_day is not None
    is_limited = is_limited or parts.max_amount is not None or parts.hours_between is not None
    is_limited = is_limited or parts.has_no_max or parts.has_no_min_interval
    if parts.is_as_needed or is_limited:
        return Change(**named, **_limits_of(parts, schedule, context))
    if parts.interval is not None:
        return Change(**named, **_hours_of(parts, context))
    if parts.from_last_intake:
        named["from_last_intake"] = True
    return Change(**named, **_days_of(parts, schedule, context), **_times_of(parts, context))


def _range_of(parts: ScheduleParts, context: ScheduleContext) -> dict[str, Any]:
    """The first and the last day, if they were typed."""
    today = context.today
    starts_on: date | None = None
    ends_on: date | None = None
    if parts.starts is not None:
        starts_on = parts.starts.resolve(today, today)
        check_reach(starts_on, today=today, words=parts.starts.words)
    if parts.ends is not None:
        ends_on = parts.ends.resolve(today, max(starts_on or today, today))
        if ends_on < today:
            raise Misunderstood(Problem.END_IN_PAST, spelt(ends_on))
        check_reach(ends_on, today=today, words=parts.ends.words)
        if starts_on is not None and ends_on < starts_on:
            raise context.wrong(Problem.END_BEFORE_START)
    lengths = (parts.days_long, parts.months_long, parts.doses_long)
    if parts.has_no_end and (ends_on is not None or any(lengths)):
        raise context.wrong(Problem.CONTRADICTION)
    if parts.except_on:
        raise context.wrong(Problem.CHANGE_UNREADABLE)
    return {
        "starts_on": starts_on,
        "ends_on": ends_on,
        "days_long": parts.days_long,
        "months_long": parts.months_long,
        "doses_long": parts.doses_long,
        "has_no_end": parts.has_no_end,
    }


def _limits_of(
    parts: ScheduleParts, schedule: Schedule, context: ScheduleContext
) -> dict[str, Any]:
    """ "as needed, 6 hours apart, max 4 a day", "max 4", "no limit"."""
    if parts.times or parts.moments or parts.vague:
        raise context.wrong(Problem.AS_NEEDED_AT_TIMES)
    if parts.hours_between is not None:
        parts = replace(parts, interval=timedelta(hours=parts.hours_between[0]))
    has_days = parts.weekdays not in {None, EVERY_DAY} or parts.days_a_week or count_patterns(parts)
    if has_days or (parts.interval and parts.min_interval):
        raise context.wrong(Problem.CONTRADICTION)
    if parts.interval and not (parts.is_as_needed or isinstance(schedule, AsNeeded)):
        raise context.wrong(Problem.CONTRADICTION)
    most = most_a_day(parts, context)
    if most is not None and parts.has_no_max:
        raise context.wrong(Problem.CONTRADICTION)
    return {
        "is_as_needed": parts.is_as_needed,
        "min_interval": parts.interval if parts.min_interval is None else parts.min_interval,
        "has_no_min_interval": parts.has_no_min_interval,
        "max_per_day": most,
        "has_no_max": parts.has_no_max,
    }


def _hours_of(parts: ScheduleParts, context: ScheduleContext) -> dict[str, Any]:
    """ "every 6 hours", "every 8 hours from 07:00"."""
    has_days = parts.weekdays not in {None, EVERY_DAY} or parts.days_a_week or count_patterns(parts)
    if has_days or parts.times_a_day is not None or parts.interval is None:
        raise context.wrong(Problem.CONTRADICTION)
    times: tuple[time, ...] | None = None
    if parts.times:
        times = (anchor_of(parts.times, parts.interval, context),)
    return {
        "every": parts.interval,
        "from_last_intake": parts.from_last_intake,
        "times": times,
        "is_at_other_times": bool(parts.moments or parts.vague),
    }


def _days_of(parts: ScheduleParts, schedule: Schedule, context: ScheduleContext) -> dict[str, Any]:
    weekdays = None if parts.weekdays == EVERY_DAY else parts.weekdays
    if parts.days_off and parts.weekdays == EVERY_DAY - parts.days_off:
        return {"days": _without(parts.days_off, schedule, context)}
    if count_patterns(parts) > 1:
        raise context.wrong(Problem.CONTRADICTION)
    if parts.days_of_cycle is not None:
        raise context.wrong(Problem.CHANGE_UNREADABLE)
    if weekdays is not None and (parts.every_days or parts.month_days or parts.cycle):
        raise context.wrong(Problem.CONTRADICTION)
    if parts.month_weeks is not None and weekdays is not None:
        every = parts.every_months or 1
        return {"days": MonthlyWeekdays(weekdays, parts.month_weeks, every)}
    if parts.every_months is not None:
        return {"days": _monthly(parts, schedule, context)}
    if parts.days_a_week is not None:
        return _days_a_week(parts, weekdays, schedule, context)
    if parts.every_weeks is not None and parts.weekdays is not None:
        if parts.every_weeks == 1 and weekdays is None:
            return {"days": EVERY_DAYS}
        return {"days": Weekly(weekdays or EVERY_DAY, parts.every_weeks)}
    if parts.every_weeks is not None:
        return {"every_weeks": parts.every_weeks}
    if parts.month_days is not None:
        return {"days": Monthly(parts.month_days)}
    if parts.cycle is not None:
        return {"days": Cycle(*parts.cycle)}
    if parts.every_days is not None:
        return {"days": Daily(parts.every_days)}
    if weekdays is not None:
        return {"weekdays": weekdays} if weekdays else {"days": Weekly(weekdays)}
    return {"days": EVERY_DAYS} if parts.weekdays is not None else {}


def _without(days: frozenset[Weekday], schedule: Schedule, context: ScheduleContext) -> Weekly:
    """The days so far but for some weekdays. A rhythm ("every 2 days") can't leave those out."""
    match schedule:
        case WallClock(days=Weekly(weekdays=so_far)) if (
            len(EVERY_DAY - so_far) in _FEW_LEFT_OUT
            and not days <= EVERY_DAY - so_far
            and not _ALSO.search(context.words)
        ):
            # "except fridays", of what is given every day except Thursdays
            ways = (f"also {context.words}", f"every day {context.words}")
            raise Misunderstood(Problem.AS_WELL_OR_INSTEAD, context.words, suggestions=ways)
        case WallClock(days=Weekly(weekdays=so_far, every=every)) if so_far - days:
            return Weekly(so_far - days, every)
        case WallClock(days=Daily(every=1)):
            return Weekly(EVERY_DAY - days)
        case Steps(steps=steps) if all(step.days == EVERY_DAYS for step in steps):
            return Weekly(EVERY_DAY - days)
        case _:
            raise context.wrong(Problem.CHANGE_UNREADABLE)


_FEW_LEFT_OUT = {1, 2}
_ALSO = re.compile(r"(?i)\b(?:also|too|either|as well)\b")


def _monthly(parts: ScheduleParts, schedule: Schedule, context: ScheduleContext) -> Monthly:
    """ "every 3 months": on the days of the month so far, or that of the first day named."""
    so_far = getattr(schedule, "days", None)
    days = parts.month_days
    if days is None and isinstance(so_far, Monthly):
        days = so_far.days
    if days is None and parts.starts is not None:
        days = frozenset({parts.starts.resolve(context.today, context.today).day})
    if days is None:
        raise context.wrong(Problem.FIRST_DAY_MISSING)
    return Monthly(days, parts.every_months or 1)


def _days_a_week(
    parts: ScheduleParts,
    weekdays: frozenset[Any] | None,
    schedule: Schedule,
    context: ScheduleContext,
) -> dict[str, Any]:
    """ "once a week": on the current days, if there are that many."""
    so_far = getattr(schedule, "days", None)
    is_weekly = isinstance(so_far, Weekly) and len(so_far.weekdays) == parts.days_a_week
    if weekdays is None and is_weekly:
        return {"every_weeks": 1}
    if weekdays is None:
        raise context.wrong(Problem.WEEKDAYS_MISSING)
    if len(weekdays) != parts.days_a_week:
        raise context.wrong(Problem.COUNT_MISMATCH)
    return {"days": Weekly(weekdays)}


def _times_of(parts: ScheduleParts, context: ScheduleContext) -> dict[str, Any]:
    if parts.is_once or parts.is_now or parts.until_time is not None:
        raise context.wrong(Problem.CHANGE_UNREADABLE)
    if parts.times_a_day is not None and not 1 <= parts.times_a_day <= MAX_TIMES_PER_DAY:
        raise context.wrong(Problem.TOO_MANY_TIMES)
    found = Times.of(times_of_parts(parts, context))
    if len(found.times) > MAX_TIMES_PER_DAY:
        raise context.wrong(Problem.TOO_MANY_TIMES)
    if found.times and parts.times_a_day not in {None, len(found.times)}:
        raise context.wrong(Problem.COUNT_MISMATCH)
    return {
        "times": found.times or None,
        "moments": found.moments,
        "times_a_day": parts.times_a_day,
        "is_at_other_times": bool(parts.vague),
    }
