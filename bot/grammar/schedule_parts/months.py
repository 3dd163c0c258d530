"""Days of the month: "on the 1st and 15th", "from the 1st to the 10th of each month", "first monday
of the month", "last friday".
"""

import re

from bot.grammar.dates import MONTHS, WEEKDAYS, read_date
from bot.grammar.numbers import read_count
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.rhythms.months import (
    accept_month_days,
    accept_nth_weekdays,
    accept_of_the_month,
    accept_shorter_months,
    check_month_days,
    read_monthly,
)
from bot.grammar.rhythms.patterns import Pattern, Unit
from bot.grammar.schedule_parts.cursor import ScheduleCursor
from bot.grammar.schedule_parts.rhythms import set_pattern

_ORDINAL = re.compile(r"(?P<day>\d{1,2})(?:st|nd|rd|th)?")
_RANGE = re.compile(r"(?P<first>\d{1,2})(?:st|nd|rd|th)?-(?P<last>\d{1,2})(?:st|nd|rd|th)?")
_UP_TO = {"-", "to", "until", "till", "through"}
_LONGEST_MONTH = 31


def read_days_of_month(cursor: ScheduleCursor) -> bool:
    """on the 1st and 15th · monthly on the 31st · on the last day of the month · days 1-10 of each
    month · first monday of the month.
    """
    begin = cursor.at
    for read in (_read_monthly, _read_span, _read_days):
        if read(cursor):
            return True
        cursor.at = begin
    return False


def _read_monthly(cursor: ScheduleCursor) -> bool:
    """the first monday of the month · on the second and fourth tuesday of each month."""
    begin = cursor.at
    months = cursor.parts.every_months
    if _skip_opening(cursor) or months is not None:
        days = accept_nth_weekdays(cursor)
        pattern = None if days is None else days.every(months or 1)
    else:
        cursor.at = begin
        pattern = read_monthly(cursor)
    if pattern is None:
        return False
    set_pattern(cursor, pattern, begin=begin)
    return True


def _read_span(cursor: ScheduleCursor) -> bool:
    """days 1-10 of each month · from the 1st to the 10th of every month · the first 10 days of the
    month.
    """
    begin = cursor.at
    _skip_opening(cursor)
    cursor.accept({"from", "day", "days"})
    cursor.accept("the")
    if cursor.accept("first"):
        first, last = 1, read_count(cursor.peek())
        cursor.at += 1
        if not cursor.accept("days"):
            return False
    elif glued := cursor.accept_match(_RANGE):
        first, last = int(glued["first"]), int(glued["last"])
    else:
        begins = cursor.accept_match(_ORDINAL)
        if begins is None or not cursor.accept(_UP_TO):
            return False
        cursor.accept("the")
        ends = cursor.accept_match(_ORDINAL)
        first, last = int(begins["day"]), None if ends is None else int(ends["day"])
    months = 0 if last is None else accept_of_the_month(cursor)
    if last is None or not months:
        return False
    if not 1 <= first < last <= _LONGEST_MONTH:
        raise Misunderstood(Problem.NO_SUCH_DATE, cursor.words_since(begin))
    days = tuple(range(first, last + 1))
    set_pattern(cursor, Pattern(Unit.MONTH, months, month_days=days), begin=begin)
    return True


def _read_days(cursor: ScheduleCursor) -> bool:
    """on the 1st and 15th · monthly on the 31st · monthly."""
    begin = cursor.at
    is_monthly = _skip_opening(cursor)
    named = cursor.at
    days = accept_month_days(cursor, needs_ending=True)
    is_end = cursor.peek(-1) == "day" and read_date(cursor.rest) is not None  # "last day 3 Dec"
    is_date = is_end or cursor.peek() in {*WEEKDAYS, *MONTHS} or _is_of_a_month(cursor)
    if days is None or is_date:
        cursor.at = named
        if is_monthly:
            cursor.at = begin + 1
            cursor.set_once("every_months", 1)
            cursor.is_after_days = cursor.has_times
        return is_monthly
    months = accept_of_the_month(cursor) or 1
    accept_shorter_months(cursor)  # which is what such a day means anyway
    check_month_days(days, cursor.words_since(begin))
    set_pattern(cursor, days.every(months), begin=begin)
    return True


def _is_of_a_month(cursor: ScheduleCursor) -> bool:
    """ "on the 3rd of december" is a date."""
    return cursor.peek() == "of" and cursor.peek(1) in MONTHS


def _skip_opening(cursor: ScheduleCursor) -> bool:
    """Skip "monthly on the"; returns whether it said "monthly"."""
    is_monthly = bool(cursor.accept("monthly"))
    cursor.accept("on")
    cursor.accept("the")
    return is_monthly
