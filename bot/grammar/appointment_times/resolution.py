"""Resolves the typed parts of a time against the clock: which day, which hour, until when.

Any part may be missing, and is then asked for; a day or an hour with two readings keeps both.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.grammar.appointment_times.hours_meant import ask_hours_or_date, resolve_hours
from bot.grammar.appointment_times.lengths import LONGEST_RANGE
from bot.grammar.appointment_times.parts import TypedWhen, When, with_problem
from bot.grammar.appointment_times.spans import resolve_all_day, resolve_span
from bot.grammar.clock_times import later_half, nights_of
from bot.grammar.dates import (
    WEEKDAYS,
    check_reach,
    resolve_ahead,
    spelt,
    spelt_days,
    without_past_days,
)
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.rhythms.patterns import TypedException
from domain.appointments.recurrences import MAX_EXCEPTIONS, MAX_RECURRENCE_COUNT
from domain.local_time import resolve_local

_LAST_HOUR = 23


def resolve(typed: TypedWhen, *, zone: ZoneInfo, now: datetime) -> When:
    """What was typed, as seen from *now* (aware) by the clock of *zone*. Never raises."""
    today = now.astimezone(zone).date()
    local_now = now.astimezone(zone).replace(tzinfo=None)
    when = When(duration=typed.duration)
    if typed.is_bare and typed.day is None and typed.repeat is None:
        return replace(when, problem=ask_hours_or_date(typed, today))
    when = _resolve_days(when, typed, today, floor=_earliest(typed, local_now))
    when = resolve_hours(when, typed)
    if typed.repeat is not None:
        when = replace(when, rule=typed.repeat.rule, is_anchored=typed.repeat.is_anchored)
        when = _resolve_end(when, typed, today)
        when = _resolve_exceptions(when, typed, today)
    elif typed.exceptions and typed.until is None and typed.day is None:
        when = _resolve_exceptions(when, typed, today)  # of a series that is known already
    elif typed.exceptions:
        words = typed.exceptions[0].words
        when = with_problem(when, Misunderstood(Problem.EXCEPTION_OF_ONE, words))
    elif typed.until is not None and (typed.clock is None or typed.ends is not None):
        when = resolve_span(when, typed, today, zone)
    elif typed.until is not None or typed.count is not None:
        words = " ".join(typed.words)
        when = with_problem(when, Misunderstood(Problem.END_OF_ONE, words))
    if typed.ends is not None and typed.until is None:
        when = _by_clocks(when, zone)
    when = resolve_all_day(when, typed)
    when = _resolve_night(when, typed, local_now)
    if typed.window is not None:
        when = with_problem(when, typed.window)
    return _without_past(when, local_now)


def _by_clocks(when: When, zone: ZoneInfo) -> When:
    """Correct the hours between two times if the clocks change in between."""
    if when.rule is not None or when.day is None or when.clock is None or when.duration is None:
        return when
    begin = datetime.combine(when.day, when.clock)
    length = resolve_local(begin + when.duration, zone) - resolve_local(begin, zone)
    return replace(when, duration=length) if length > timedelta(0) else when


def _earliest(typed: TypedWhen, local_now: datetime) -> date:
    """The first day that a weekday can mean. "monday 10:00", typed on a Monday at 15:05, can't mean
    today, so that isn't asked.
    """
    today = local_now.date()
    words = typed.day.words.split() if typed.day is not None else []
    if not words or words[-1] not in WEEKDAYS or words[0] == "this":
        return today
    if WEEKDAYS[words[-1]] != today.weekday():
        return today
    if typed.clock is not None and typed.clock.is_midnight:
        return today  # the next occurrence may be meant
    times = resolve_hours(When(), typed).times
    is_over = times and all(datetime.combine(today, each) <= local_now for each in times)
    return today + timedelta(days=1) if is_over else today


def which_night(days: Sequence[date]) -> Misunderstood:
    """The question which of two nights is meant, with something to type for each."""
    suggestions = tuple(f"{spelt(day)} 00:00" for day in days)
    return Misunderstood(Problem.WHICH_NIGHT, suggestions=suggestions)


def _resolve_night(when: When, typed: TypedWhen, local_now: datetime) -> When:
    """ "tomorrow midnight" is the start of tomorrow to some people, and its end to others."""
    if typed.clock is None or not typed.clock.is_midnight or when.rule is not None:
        return when
    day = when.day
    if typed.until is not None or day is None:
        return replace(when, is_midnight=typed.until is None)
    if typed.part is not None and typed.part.holds(_LAST_HOUR):
        # "tonight at midnight"
        return replace(when, days=(day + timedelta(days=1),))
    nights = nights_of(day, local_now=local_now)
    if len(nights) < 2:
        return replace(when, days=nights or when.days)
    when = replace(when, days=nights, is_midnight=True)
    return with_problem(when, which_night(nights))


def _resolve_days(when: When, typed: TypedWhen, today: date, *, floor: date) -> When:
    if typed.day is None:
        return when
    try:
        day = resolve_ahead(typed.day, today, floor)
        return replace(when, days=(check_reach(day, today=today, words=typed.day.words),))
    except Misunderstood as problem:
        problem = without_past_days(problem, today=today)
        days = spelt_days(problem.suggestions, today=today)
        return with_problem(replace(when, days=days, is_doubtful=len(days) == 1), problem)


def _resolve_end(when: When, typed: TypedWhen, today: date) -> When:
    rule = when.rule
    if rule is None:
        return when
    first = when.day or today
    try:
        if typed.count is not None:
            if not 1 <= typed.count <= MAX_RECURRENCE_COUNT:
                raise Misunderstood(Problem.COUNT_IMPOSSIBLE, f"{typed.count} times")
            rule = replace(rule, count=typed.count)
        elif typed.lasts is not None:
            last = typed.lasts.end_after(first) - timedelta(days=1)
            rule = replace(rule, until=datetime.combine(last, time(23, 59, 59)))
        elif typed.until is not None:
            last = resolve_ahead(typed.until, today, first)
            if last < today:
                raise Misunderstood(Problem.END_IN_PAST, spelt(last))
            check_reach(last, today=today, words=typed.until.words)
            if last < first:
                raise Misunderstood(Problem.END_BEFORE_START, f"until {typed.until.words}")
            rule = replace(rule, until=datetime.combine(last, time(23, 59, 59)))
    except Misunderstood as problem:
        return replace(when, problem=when.problem or problem)
    return replace(when, rule=rule)


def _resolve_exceptions(when: When, typed: TypedWhen, today: date) -> When:
    """Add the days that are left out. One that can be two is asked about as an exception: the
    question of the day would be about another.
    """
    found: set[date] = set()
    for exception in typed.exceptions:
        try:
            found.update(_days_of(exception, when, today))
        except Misunderstood as problem:
            suggestions = tuple(f"except {words}" for words in problem.suggestions)
            asked = Misunderstood(
                Problem.EXCEPTION_UNREADABLE, f"except {exception.words}", suggestions=suggestions
            )
            when = with_problem(when, asked)
    days = tuple(sorted(found))
    if len(days) > MAX_EXCEPTIONS:
        return with_problem(when, Misunderstood(Problem.EXCEPTION_UNREADABLE, typed.words[-1]))
    rule = when.rule.except_for(days) if when.rule and days else when.rule
    return replace(when, rule=rule, except_on=days)


def _days_of(exception: TypedException, when: When, today: date) -> Sequence[date]:
    floor = max(today, when.day or today)
    first = resolve_ahead(exception.first, today, floor)
    if exception.last is None:
        return [check_reach(first, today=today, words=exception.words)]
    last = resolve_ahead(exception.last, today, first)
    rule = when.rule
    # Every other Tuesday between two days depends on the first one, which isn't known yet.
    is_clear = rule is not None and when.is_anchored and rule.interval == 1
    if rule is None or not is_clear or not first <= last <= first + LONGEST_RANGE:
        raise Misunderstood(Problem.EXCEPTION_UNREADABLE, exception.words)
    begin, end = datetime.combine(first, time.min), datetime.combine(last, time.max)
    days = [start.date() for start in replace(rule, count=None).starts(begin, until=end)]
    if not days:
        raise Misunderstood(Problem.EXCEPTION_UNREADABLE, exception.words)
    return days


def _without_past(when: When, local_now: datetime) -> When:
    """Report a day or an hour that has passed, and ask for another."""
    day, clock = when.day, when.clock
    if day is None or (when.rule is not None and day >= local_now.date()):
        return when
    if day < local_now.date():
        problem = Misunderstood(Problem.DAY_IS_OVER, spelt(day))
        return replace(when, days=(), problem=when.problem or problem)
    if when.is_all_day:
        return when
    ahead = tuple(each for each in when.times if datetime.combine(day, each) > local_now)
    if when.times and not ahead:
        later = later_half(day, when.other_half, local_now=local_now)
        problem = hour_has_passed(f"{max(when.times):%H:%M}", offered=later)
        is_said = when.problem is not None and when.problem.problem is not Problem.AM_OR_PM
        return replace(when, times=(), offered=later, problem=when.problem if is_said else problem)
    if clock is not None or len(ahead) > 1:
        return when if clock is not None else replace(when, times=ahead)
    # If one of several readings is left, it may not be what was meant: offer it, along with the
    # usual ones.
    if when.problem is not None and when.problem.problem is Problem.AM_OR_PM:
        when = replace(when, problem=hour_has_passed(f"{min(when.times):%H:%M}", offered=ahead))
    return replace(when, times=(), offered=ahead)


def with_day_after(
    days: Sequence[date], typed: str | None, *, old: date, today: date
) -> tuple[date, ...]:
    """ "Move it to Tuesday", before the appointment on *old*: also the Tuesday that follows it. But
    a day of the same week is that day, unless it's tomorrow, which one would call so.
    """
    found = _WEEKDAY.match(typed or "")
    is_weekday = found is not None and found[1].casefold() in WEEKDAYS
    if not is_weekday or len(days) != 1 or days[0] >= old:
        return tuple(days)
    is_same_week = days[0] - days[0].weekday() * _A_DAY == old - old.weekday() * _A_DAY
    if is_same_week and days[0] - today > _A_DAY:
        return tuple(days)
    days_after = (days[0].weekday() - old.weekday()) % 7 or 7
    return (days[0], old + timedelta(days=days_after))


_A_DAY = timedelta(days=1)
_WEEKDAY = re.compile(
    r"(?:on |the )*(\w+)(?!,? (?:the )?\d{1,2}(?:st|nd|rd|th|/\d|\.\d\d?\.| ?[a-z]{3}))",
    re.IGNORECASE,
)


def hour_has_passed(words: str, *, offered: Sequence[time] = ()) -> Misunderstood:
    """*words* have passed; each of *offered* can be typed instead."""
    suggestions = tuple(f"{each:%H:%M}" for each in offered)
    return Misunderstood(Problem.HOUR_IS_OVER, words, suggestions=suggestions)
