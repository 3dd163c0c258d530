"""What a rhythm leaves out ("except 29 December", "but not on sundays"), and the months that it
keeps to ("in December").
"""

import calendar
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bot.grammar.cursor import Cursor
from bot.grammar.dates import MONTHS, WEEKDAYS, TypedDate, read_date
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.rhythms.patterns import TypedException
from bot.grammar.rhythms.weekdays import GROUPS, JOINTS, accept_weekdays
from bot.grammar.tokens import tokenize
from domain.local_time import Weekday

_SURE: Sequence[tuple[str, ...]] = (
    ("except", "for"),
    ("except",),
    ("excepting",),
    ("excluding",),
    ("excl",),
    ("exc",),
    ("bar",),
    ("but", "not"),
    ("apart", "from"),
    ("other", "than"),
)
_MAYBE = (
    *(("not",), ("without",), ("skipping",), ("skip",), ("but",)),
    *(("omitting",), ("omit",), ("never",), ("no",)),
)
_BEGINNINGS = frozenset(phrase[0] for phrase in (*_SURE, *_MAYBE))
_FILLERS = {"on", "the"}
_OF_LIMITS = {"more", "exceeding"}
_UP_TO = {"-", "to", "until", "till", "through", "thru"}
_DAY = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?")
_FROM_TO = re.compile(r"(\d{1,2})-(\d{1,2})")
_YEAR = re.compile(r"\d{4}")
_NO_DAY = {"times", "am", "pm", "a.m", "p.m", "o'clock", "min", "minutes", "hours", "h"}
_DECEMBER = 12


@dataclass(frozen=True, slots=True)
class TypedExceptions:
    """What is left out: single days, or certain days of the week."""

    days: tuple[TypedException, ...] = ()
    weekdays: tuple[Weekday, ...] = ()


def read_exceptions(cursor: Cursor) -> TypedExceptions | None:
    """Take "except 29 December", "except on 22 and 29 December", "but not sundays".

    Raises `Misunderstood` for "except" before something else.
    """
    if cursor.peek() not in _BEGINNINGS:
        return None
    begin = cursor.at
    is_sure = any(cursor.accept_phrase(*phrase) for phrase in _SURE)
    if not is_sure and not any(cursor.accept_phrase(*phrase) for phrase in _MAYBE):
        return None
    if cursor.peek() in _OF_LIMITS:
        cursor.at = begin  # "but not more than 4 a day"
        return None
    cursor.skip(_FILLERS)
    try:
        days = _accept_days(cursor)
    except Misunderstood as problem:
        words = cursor.words_since(begin)
        raise Misunderstood(problem.problem, words, suggestions=problem.suggestions) from problem
    if days:
        joint = cursor.at
        is_joined = cursor.skip(JOINTS | _FILLERS)
        if is_joined and cursor.accept({*WEEKDAYS, *GROUPS}):  # "except tomorrow and friday"
            raise Misunderstood(Problem.EXCEPTION_UNREADABLE, cursor.words_since(begin))
        cursor.at = joint
        return TypedExceptions(days=days)
    weekdays = accept_weekdays(cursor)
    if weekdays:
        return TypedExceptions(weekdays=weekdays)
    if is_sure:
        cursor.at = min(cursor.at + 2, len(cursor.tokens))
        raise Misunderstood(Problem.EXCEPTION_UNREADABLE, cursor.words_since(begin))
    cursor.at = begin
    return None


def _accept_days(cursor: Cursor) -> tuple[TypedException, ...]:
    """Dates joined by commas and "and"."""
    found: list[TypedException] = []
    while True:
        begin = cursor.at
        if found:
            cursor.skip(JOINTS | _FILLERS)
        more = _accept_days_of_a_month(cursor) or _accept_day(cursor)
        if not more:
            cursor.at = begin
            return tuple(found)
        found += more


def _accept_days_of_a_month(cursor: Cursor) -> Sequence[TypedException]:
    """ "22 and 29 December", "December 22 and 29", "22-24 December"."""
    begin = cursor.at
    month, year = cursor.accept(MONTHS), ""
    days, is_range = _accept_numbers(cursor, joints=JOINTS if not month else JOINTS - {","})
    if days and not month:
        cursor.accept("of")
        month = cursor.accept(MONTHS)
    if len(days) < 2 or not month:
        cursor.at = begin
        return ()
    if match := cursor.accept_match(_YEAR):
        year = match[0]
    dates = [read_date(tokenize(f"{day} {month} {year}").tokens) for day in days]
    found = [each for each in dates if each is not None]
    if is_range:
        return [TypedException(found[0], found[1])]
    return [TypedException(each) for each in found]


def _accept_numbers(cursor: Cursor, *, joints: set[str]) -> tuple[list[str], bool]:
    """Days of a month as numbers, and whether they are the first and the last of several."""
    days: list[str] = []
    while True:
        begin = cursor.at
        is_range = len(days) == 1 and bool(cursor.accept(_UP_TO))
        if days and not is_range and not cursor.skip(joints):
            return days, False
        cursor.accept("the")
        if not days and (match := cursor.accept_match(_FROM_TO)):
            return [match[1], match[2]], True
        if cursor.peek(1) in _NO_DAY or not (match := cursor.accept_match(_DAY)):
            cursor.at = begin
            return days, False
        days.append(match[1])
        if is_range:
            return days, True


def _accept_day(cursor: Cursor) -> Sequence[TypedException]:
    """One date, or all days up to another one. A weekday before a date only repeats it."""
    first = _accept_date(cursor)
    if first is None:
        return ()
    begin = cursor.at
    joint = cursor.accept(_UP_TO)
    cursor.accept("the")
    last = _accept_date(cursor) if joint else None
    if last is not None and joint in {"until", "till"}:
        # Is that how long it is left out, or how long it goes on?
        both = (
            f"except {first.words} to {last.words}",
            f"except {first.words}, until {last.words}",
        )
        words = f"{first.words} {joint} {last.words}"
        raise Misunderstood(Problem.EXCEPTION_UNREADABLE, words, suggestions=both)
    if last is not None:
        return [TypedException(first, last)]
    cursor.at = begin
    return [TypedException(first)]


def _accept_date(cursor: Cursor) -> TypedDate | None:
    begin = cursor.at
    if cursor.peek() in WEEKDAYS or cursor.peek() in GROUPS:
        cursor.at += 1
        cursor.accept(",")
        if cursor.peek() in WEEKDAYS:
            cursor.at = begin
            return None
    found = read_date(cursor.rest)
    if found is None:
        cursor.at = begin
        return None
    cursor.at += found.tokens_used
    return found


def read_months(cursor: Cursor) -> tuple[TypedDate, TypedDate] | None:
    """Take "in December", "during july and august", "in December 2027": the first and the last
    day. A month that runs begins today; one that is over is next year's.
    """
    begin = cursor.at
    if not cursor.accept({"in", "during", "throughout"}):
        return None
    name = cursor.accept(MONTHS)
    if not name or _DAY.fullmatch(cursor.peek()):
        cursor.at = begin
        return None
    first = last = MONTHS[name]
    joint = cursor.at
    if cursor.accept({"and", *_UP_TO}):
        following = cursor.accept(MONTHS)
        is_next = bool(following) and MONTHS[following] == first % _DECEMBER + 1
        if is_next or (following and cursor.tokens[joint].word != "and"):
            last = MONTHS[following]
        else:
            cursor.at = joint
    match = cursor.accept_match(_YEAR)
    words, year = cursor.words_since(begin), int(match[0]) if match else None
    used = cursor.at - begin

    def resolve_first(today: date, _floor: date) -> date:
        return max(today, date(_year_of_first(today), first, 1))

    def _year_of_first(today: date) -> int:
        if year is not None:
            return year - 1 if last < first else year
        if first <= last:
            return today.year + 1 if last < today.month else today.year
        return today.year - 1 if today.month <= last else today.year  # from December to January

    def resolve_last(today: date, _floor: date) -> date:
        its_year = _year_of_first(today) + (1 if last < first else 0)
        return date(its_year, last, calendar.monthrange(its_year, last)[1])

    return TypedDate(words, resolve_first, used), TypedDate(words, resolve_last, used)
