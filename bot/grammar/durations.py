"""Durations: "10 days", "for 3 months", "90 min", "2 h 30", "an hour and a half", "x7d".

One reader for all commands. It says what was typed and judges nothing: which lengths are possible
depends on what they are for. "Half past nine" is a time of day, and so not read here.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import lru_cache

from dateutil.relativedelta import relativedelta

from bot.grammar.cursor import Cursor
from bot.grammar.numbers import COUNTS
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.tokens import Token

LONGEST = timedelta(days=3660)  # of anything that is counted in days
MONTHS_A_YEAR = 12

MINUTE, HOUR, DAY, WEEK, FORTNIGHT, MONTH, YEAR = (
    "minute",
    "hour",
    "day",
    "week",
    "fortnight",
    "month",
    "year",
)
UNITS = {
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), MINUTE),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), HOUR),
    **dict.fromkeys(("d", "day", "days"), DAY),
    **dict.fromkeys(("w", "wk", "wks", "week", "weeks"), WEEK),
    **dict.fromkeys(("fortnight", "fortnights"), FORTNIGHT),
    **dict.fromkeys(("mo", "mos", "mth", "mths", "month", "months"), MONTH),
    **dict.fromkeys(("y", "yr", "yrs", "year", "years"), YEAR),
}
_MINUTES = {MINUTE: 1, HOUR: 60}
_DAYS = {DAY: 1, WEEK: 7, FORTNIGHT: 14}
_MONTHS = {MONTH: 1, YEAR: MONTHS_A_YEAR}
_SIZES = (MINUTE, HOUR, DAY, WEEK, FORTNIGHT, MONTH, YEAR)  # from short to long

_TENS = {
    "fifteen": 15,
    "sixteen": 16,
    "seventeen": 17,
    "eighteen": 18,
    "nineteen": 19,
    "twenty": 20,
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
    "sixty": 60,
    "ninety": 90,
}
_ONE = {"a", "an"}
_BEGINNINGS = frozenset([*_ONE, *COUNTS, *_TENS, "half", "quarter"])
_NONE = Fraction(0)
_DIGITS = re.compile(r"[+-]?\d{1,9}(?:[.,]\d{1,3})?|\d{0,3}½")
_GLUED = re.compile(r"(?P<number>[+-]?\d{1,9}(?:[.,]\d{1,3})?|\d{0,3}½)-?(?P<unit>[a-z]+)")
_HOURS_AND_MINUTES = re.compile(r"(?P<hours>\d{1,2})h(?P<minutes>\d{1,2})(?:m|min|mins)?")
_SPELT_TENS = re.compile(r"(?P<tens>[a-z]+)-(?P<ones>[a-z]+)")
_BARE_MINUTES = re.compile(r"[0-5]?\d")
# "7/7", "2/52" and "3/12" are days, weeks and months to those who write prescriptions, and dates
# to everybody else.
_OVER = re.compile(r"(?P<count>\d{1,3})/(?P<whole>7|52|12)")
_UNIT_OF_WHOLE = {"7": DAY, "52": WEEK, "12": MONTH}
_TIMES = re.compile(r"x(?P<number>\d{1,4})(?:(?P<unit>[a-z]+))?")
# What can follow "2 h 30", so that the 30 are its minutes.
_AFTER_BARE_MINUTES = {"", ",", "ago", "before", "with", "for", "at", "in", "on", "and", "bring"}
# "3 weeks and 7 days off" and "2 weeks and 3 days a week" are no sums.
_NO_SUM = {"off", "on", "a", "per", "each", "every", "out"}


@dataclass(frozen=True, slots=True)
class TypedDuration:
    """A duration as typed. Months, days and minutes don't convert into each other."""

    words: str
    tokens_used: int
    months: Fraction = Fraction(0)
    days: Fraction = Fraction(0)
    minutes: Fraction = Fraction(0)

    @property
    def clock(self) -> timedelta | None:
        """Its length if it is one in hours and minutes, rounded to minutes; None otherwise."""
        if self.months or self.days:
            return None
        return timedelta(minutes=round(self.minutes))

    @property
    def is_in_days(self) -> bool:
        """Whether it is a whole number of days, weeks, months or years above zero."""
        parts = (self.months, self.days)
        is_whole = all(part.denominator == 1 and part >= 0 for part in parts)
        return is_whole and not self.minutes and any(parts)

    def end_after(self, first: date) -> date:
        """The day after its last one, if *first* is its first day: a month ends before the same
        day of the next one. Raises `Misunderstood` if it is no number of days, or too long.
        """
        if not self.is_in_days:
            raise Misunderstood(Problem.DURATION_UNCLEAR, self.words)
        if self.months * 30 + self.days > LONGEST.days:
            raise Misunderstood(Problem.DATE_TOO_FAR, self.words)
        return first + relativedelta(months=int(self.months), days=int(self.days))


def read_duration(
    tokens: Sequence[Token], *, as_on_labels: bool = False, is_sum: bool = True
) -> TypedDuration | None:
    """The duration at the start of *tokens*, without a "for"; None if they start otherwise.

    With *as_on_labels* also as pharmacies write one: "x7d", "x 7 days", "7/7", "2/52". Unless it
    *is_sum*, "1 day and 2 hours" are two, of which this is the first.
    """
    if not tokens or not _may_begin(tokens[0].word):
        return None
    cursor = Cursor(tokens)
    found = (_read_label(cursor) if as_on_labels else None) or _read_part(cursor)
    if found is None:
        return None
    total, shortest = {found[1]: found[0]}, found[1]
    while more := _read_more(cursor, shortest, is_sum=is_sum):
        total[more[1]], shortest = more[0], more[1]
    return TypedDuration(
        cursor.words_since(0),
        cursor.at,
        months=_sum(total, _MONTHS),
        days=_sum(total, _DAYS),
        minutes=_sum(total, _MINUTES),
    )


def _may_begin(word: str) -> bool:
    """Whether a duration can begin with *word*: a quick look, since most words are none."""
    first = word[:1]
    return first.isdecimal() or first in "+-½x" or "-" in word or word in _BEGINNINGS


def read_days(tokens: Sequence[Token]) -> tuple[int, int] | None:
    """The number of days and of tokens in "10 days", "a week", "2 weeks"; None for anything else.

    Raises `Misunderstood` for months, which differ in length, for no days, and for too many.
    """
    found = read_duration(tokens)
    if found is None or found.minutes or found.months < 0 or found.days < 0:
        return None
    if found.months or not found.is_in_days:
        raise Misunderstood(Problem.DURATION_UNCLEAR, found.words)
    if found.days > LONGEST.days:
        raise Misunderstood(Problem.DATE_TOO_FAR, found.words)
    return int(found.days), found.tokens_used


def read_ago(tokens: Sequence[Token]) -> timedelta | None:
    """ "10 minutes ago", "half an hour ago", "1 h 30 min ago"; None for anything else."""
    found = read_duration(tokens)
    if found is None or found.clock is None or found.minutes <= 0:
        return None
    cursor = Cursor(tokens, found.tokens_used)
    if not cursor.accept({"ago", "before", "earlier"}) or not cursor.is_at_end:
        return None
    return timedelta(seconds=float(found.minutes * 60))


@lru_cache(maxsize=1024)
def count_of(word: str) -> Fraction | None:
    """The number that a single word stands for: "2", "two", "½", "2,5"; None if it isn't one."""
    if word in _ONE:
        return Fraction(1)
    if word == "half":
        return Fraction(1, 2)
    if word in COUNTS or word in _TENS:
        return Fraction(COUNTS.get(word) or _TENS.get(word, 0))
    if _DIGITS.fullmatch(word) is None:
        return None
    whole = word.removesuffix("½")
    number = Fraction(whole.replace(",", ".").removeprefix("+")) if whole else Fraction(0)
    return number + (Fraction(1, 2) if whole != word else 0)


def _sum(total: dict[str, Fraction], sizes: dict[str, int]) -> Fraction:
    return sum((total[unit] * size for unit, size in sizes.items() if unit in total), _NONE)


def _read_label(cursor: Cursor) -> tuple[Fraction, str] | None:
    begin = cursor.at
    if match := cursor.accept_match(_OVER):
        return Fraction(int(match["count"])), _UNIT_OF_WHOLE[match["whole"]]
    if match := cursor.accept_match(_TIMES):
        unit = match["unit"] or cursor.accept(UNITS)
        if unit in UNITS:
            return Fraction(int(match["number"])), UNITS[unit]
    elif cursor.accept("x") and (found := _read_label(cursor) or _read_part(cursor)):
        return found
    cursor.at = begin
    return None


def _read_part(cursor: Cursor) -> tuple[Fraction, str] | None:
    """A number and its unit: "10 days", "90min", "half an hour", "an hour and a half"."""
    begin = cursor.at
    found = _read_glued(cursor) or _read_fraction(cursor)
    if found is None:
        number = _read_number(cursor)
        cursor.accept("-")
        unit = cursor.accept(UNITS) if number is not None else ""
        if number is None or not unit:
            cursor.at = begin
            return None
        found = number, UNITS[unit]
    if cursor.sees("and", "a", "half") and cursor.peek(3) not in UNITS:
        cursor.at += 3  # "an hour and a half"
        return found[0] + Fraction(1, 2), found[1]
    return found


def _read_glued(cursor: Cursor) -> tuple[Fraction, str] | None:
    """ "90min", "2h", "1h30", "2-hour"."""
    if match := cursor.accept_match(_HOURS_AND_MINUTES):
        return int(match["hours"]) + Fraction(int(match["minutes"]), 60), HOUR
    match = _GLUED.fullmatch(cursor.peek())
    number = count_of(match["number"]) if match else None
    if match is None or number is None or match["unit"] not in UNITS:
        return None
    cursor.at += 1
    return number, UNITS[match["unit"]]


def _read_fraction(cursor: Cursor) -> tuple[Fraction, str] | None:
    """ "half an hour", "a quarter of an hour", "three quarters of an hour"."""
    begin = cursor.at
    count = 3 if cursor.accept_phrase("three", "quarters") else 0
    if not count:
        cursor.accept("a")
    if count or cursor.accept("quarter"):
        part = Fraction(count or 1, 4)
        is_read = cursor.accept("of") and cursor.accept(_ONE)
    elif cursor.accept({"half", "½"}):
        part = Fraction(1, 2)
        # "a half hour", "half an hour"
        is_read = "half" if cursor.accept(_ONE) or cursor.peek() in UNITS else ""
    else:
        is_read, part = "", Fraction(0)
    unit = cursor.accept(UNITS) if is_read else ""
    if not unit:
        cursor.at = begin
        return None
    return part, UNITS[unit]


def _read_number(cursor: Cursor) -> Fraction | None:
    """ "2", "2.5", "1½", "two", "forty five", "forty-five", "two and a half"."""
    word = cursor.peek()
    spelt = _SPELT_TENS.fullmatch(word)
    if spelt and spelt["tens"] in _TENS and 0 < COUNTS.get(spelt["ones"], 0) < 10:
        cursor.at += 1
        return Fraction(_TENS[spelt["tens"]] + COUNTS[spelt["ones"]])
    number = count_of(word)
    if number is None or word == "half":
        return None
    cursor.at += 1
    if word in _TENS and 0 < COUNTS.get(cursor.peek(), 0) < 10:
        number += COUNTS[cursor.accept(COUNTS)]
    elif cursor.sees("and", "a", "half") and cursor.peek(3) in UNITS:
        cursor.at += 3
        number += Fraction(1, 2)
    elif word.isdecimal() and cursor.accept("½"):
        number += Fraction(1, 2)
    return number


def _read_more(cursor: Cursor, shortest: str, *, is_sum: bool) -> tuple[Fraction, str] | None:
    """What is added to a duration whose last unit was *shortest*: "2 h 30", "1 week and 3 days".

    Only a shorter unit continues it. Days need an "and": what follows "3 weeks" may be the days
    off.
    """
    begin = cursor.at
    is_joined = is_sum and bool(cursor.accept("and"))
    if not is_joined and shortest == HOUR and cursor.peek(1) in _AFTER_BARE_MINUTES:
        minutes = cursor.accept_match(_BARE_MINUTES)
        if minutes is not None:
            return Fraction(int(minutes[0])), MINUTE
    found = _read_part(cursor)
    if found is not None and _SIZES.index(found[1]) < _SIZES.index(shortest):
        is_of_clock = found[1] in _MINUTES and shortest in _MINUTES
        if is_of_clock or (is_joined and cursor.peek() not in _NO_SUM):
            return found
    cursor.at = begin
    return None
