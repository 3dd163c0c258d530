"""Appointments that span several days or last all day."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.grammar.appointment_times.lengths import LONGEST_RANGE
from bot.grammar.appointment_times.parts import TypedWhen, When, with_problem
from bot.grammar.dates import TypedDate, resolve_ahead, spelt, spelt_days
from bot.grammar.problems import Misunderstood, Problem
from domain.local_time import resolve_local


def resolve_span(when: When, typed: TypedWhen, today: date, zone: ZoneInfo) -> When:
    """From one day to another: whole days, or from an hour on the first day to one on the last."""
    last, first = typed.until, when.day
    if last is None or typed.day is None:
        return when
    words = f"{typed.day.words} to {last.words}"
    if first is None:
        return _which_span(when, typed, today)
    try:
        day = resolve_ahead(last, today, first)
        if day < first:
            raise Misunderstood(Problem.END_BEFORE_START, words)
        if typed.clock is None:
            length = timedelta(days=(day - first).days + 1)
        elif typed.ends is not None and when.clock is not None:
            end = datetime.combine(day, typed.ends.resolve(None))
            begin = datetime.combine(first, when.clock)
            length = resolve_local(end, zone) - resolve_local(begin, zone)
        else:
            return when
    except Misunderstood as problem:
        if problem.problem is Problem.DATE_AMBIGUOUS:
            return _which_span(when, typed, today)
        return with_problem(replace(when, days=()), problem)
    when = replace(when, is_all_day=typed.clock is None)
    if not timedelta(0) < length <= LONGEST_RANGE:
        return with_problem(when, Misunderstood(Problem.DURATION_IMPOSSIBLE, words))
    return replace(when, duration=length)


def _which_span(when: When, typed: TypedWhen, today: date) -> When:
    """If the first or the last day is ambiguous, asks for the whole range, so that neither end gets
    lost.
    """
    if typed.day is None or typed.until is None:
        return when
    hours = [f" {each.words}" if each is not None else "" for each in (typed.clock, typed.ends)]
    spans = [
        f"{spelt(first)}{hours[0]} to {spelt(last)}{hours[1]}"
        for first in when.days or _candidates(typed.day, today, today)
        for last in _candidates(typed.until, today, first)
        if first <= last <= first + LONGEST_RANGE
    ]
    if not spans:
        return replace(when, days=())
    words = f"{typed.day.words} to {typed.until.words}"
    problem = Misunderstood(Problem.DATE_AMBIGUOUS, words, suggestions=tuple(spans[:4]))
    return replace(when, days=(), problem=problem)


def _candidates(typed: TypedDate, today: date, floor: date) -> Sequence[date]:
    """The days it can mean."""
    try:
        return (resolve_ahead(typed, today, floor),)
    except Misunderstood as problem:
        return spelt_days(problem.suggestions, today=today)


def resolve_all_day(when: When, typed: TypedWhen) -> When:
    """Something that takes whole days begins at midnight and has no hours."""
    lasts = typed.lasts if typed.repeat is None else None
    if lasts is None and not typed.is_all_day and not when.is_all_day:
        return when
    if typed.clock is not None:
        words = f"for {typed.lasts.words}" if typed.lasts else " ".join(typed.words)
        is_length = typed.lasts is not None
        problem = Problem.DURATION_IMPOSSIBLE if is_length else Problem.ALL_DAY_AT_A_TIME
        return with_problem(replace(when, is_all_day=False), Misunderstood(problem, words))
    duration = when.duration if when.is_all_day else timedelta(days=int(lasts.days) if lasts else 1)
    when = replace(when, is_all_day=True, times=(time.min,), duration=duration)
    if typed.until is not None and lasts is not None:
        return with_problem(when, Misunderstood(Problem.WHEN_TWICE, f"for {lasts.words}"))
    is_vague = lasts is not None and lasts.months > 0  # of 28 days, or of 31?
    if duration is None or duration > LONGEST_RANGE or is_vague:
        when = replace(when, duration=None)
        words = f"for {lasts.words}" if lasts else " ".join(typed.words)
        return with_problem(when, Misunderstood(Problem.DURATION_IMPOSSIBLE, words))
    if typed.duration is not None:
        words = " ".join(typed.words)
        return with_problem(when, Misunderstood(Problem.ALL_DAY_AT_A_TIME, words))
    return when
