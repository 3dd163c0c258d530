"""Decides which hours were meant, if a typed hour can be two, and how long the appointment
lasts.
"""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

from bot.grammar.appointment_times.parts import TypedWhen, When, with_problem
from bot.grammar.clock_times import PartOfDay, TypedTime
from bot.grammar.dates import MONTH_NAMES, read_date, spelt
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.tokens import tokenize

_LONGEST_GUESSED = timedelta(hours=8)  # "10:00-1:30" ends in the afternoon
_LONGEST_NIGHT = timedelta(hours=14)  # "14:00-04:00"; in "14:00-09:00" one of them is a slip
_EVENING, _NOON = 16, 12  # what starts from _EVENING on may end the next morning, before _NOON
_HARDLY_EVER = range(1, 7)  # "3:30" without a part of the day is hardly before breakfast
_PART_HOURS = range(8, 23)  # the hours of a part of the day that are offered


def resolve_hours(when: When, typed: TypedWhen) -> When:
    """Add the times that its hour can mean, and the duration if its end is known."""
    if typed.clock is None:
        return when if typed.part is None else replace(when, times=_hours_of(typed.part))
    ends = typed.ends if typed.until is None or typed.repeat is not None else None
    try:
        part = (
            None if typed.clock.is_midnight else typed.part
        )  # midnight belongs to no part of a day
        found = _literal(typed.clock, ends) or typed.clock.resolve(part)
        if part is None and found.hour in _HARDLY_EVER:
            typed.clock.require_one_half()
    except Misunderstood as problem:
        problem = _by_day_first(problem)
        times = tuple(time.fromisoformat(words) for words in problem.suggestions)
        when = with_problem(replace(when, times=times if len(times) > 1 else ()), problem)
        # "9 to 5" takes eight hours, whether it starts in the morning or in the evening.
        lengths = (
            {length_between(each, ends, typed.clock) for each in when.times} if ends else set()
        )
        length = lengths.pop() if len(lengths) == 1 else None
        return when if length is None else replace(when, duration=length)
    when = replace(when, times=(found,))
    if typed.part is None and found == typed.clock.readings[0]:
        when = replace(when, other_half=typed.clock.other_half)
    if ends is None:
        return when
    length = length_between(found, ends, typed.clock)
    if length is None:
        words = f"{typed.clock.words} - {ends.words}"
        return with_problem(when, Misunderstood(Problem.DURATION_IMPOSSIBLE, words))
    return replace(when, duration=length)


def _by_day_first(problem: Misunderstood) -> Misunderstood:
    """Of "half past two", 14:30 is offered before 02:30."""
    offered = sorted(
        problem.suggestions, key=lambda words: time.fromisoformat(words).hour in _HARDLY_EVER
    )
    return Misunderstood(problem.problem, problem.words, suggestions=tuple(offered))


def _hours_of(part: PartOfDay) -> tuple[time, ...]:
    """The hours to offer if only a part of the day was given."""
    return tuple(time(hour) for hour in _PART_HOURS if part.holds(hour))


def _literal(first: TypedTime, ends: TypedTime | None) -> time | None:
    """ "9-15": somebody who writes 15 means nine in the morning by 9."""
    if ends is None or first.is_sure or len(first.readings) < 2:
        return None
    is_by_24_hours = len(ends.readings) == 1 and ends.readings[0].hour > _NOON
    if not is_by_24_hours or not ends.words.replace(":", "").replace(".", "").isdecimal():
        return None
    return first.readings[0]


def length_between(start: time, ends: TypedTime, first: TypedTime) -> timedelta | None:
    """From *start* until *ends*, which may be the next morning; None if that is unclear."""
    begin = datetime.combine(date.min, start)
    readings = [datetime.combine(date.min, reading) for reading in ends.readings]
    if ends.is_sure and readings[0] > begin:
        return readings[0] - begin
    is_by_24_hours = start.hour > _NOON and first.words.startswith(str(start.hour))
    if is_by_24_hours and len(readings) == 1 and start.hour < _EVENING:
        over_night = readings[0] + timedelta(days=1) - begin
        return over_night if over_night <= _LONGEST_NIGHT else None
    if not is_by_24_hours:
        # "10:00-1:30" ends in the afternoon; nobody writes "11:00-10:30" for nearly twelve hours.
        near = [end for end in readings if begin < end <= begin + _LONGEST_GUESSED]
        if near:
            return near[0] - begin
    if start.hour >= _EVENING and readings[0].hour <= _NOON:
        return readings[0] + timedelta(days=1) - begin
    return None


def ask_hours_or_date(typed: TypedWhen, today: date) -> Misunderstood | None:
    """ "9-15" without a day: 15 September in some countries, or nine to three."""
    first, last = (int(each.words) for each in (typed.clock, typed.ends) if each is not None)
    words = f"{first}-{last}"
    days = []
    for day, month in ((first, last), (last, first)):
        if 1 <= month <= len(MONTH_NAMES) and day:
            found = read_date(tokenize(f"{day} {MONTH_NAMES[month - 1]}").tokens)
            try:
                days.append(found.resolve(today, today) if found else today)
            except Misunderstood:
                continue
    hours = (f"{first:02}:00-{last:02}:00",)
    suggestions = hours + tuple(spelt(day) for day in sorted(set(days)))
    return Misunderstood(Problem.HOURS_OR_DATE, words, suggestions=suggestions)
