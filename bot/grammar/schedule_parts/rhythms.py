"""Rhythms that every command reads, as parts of a schedule: "alternate tuesdays", "every quarter",
"second and fourth tuesday of the month".
"""

from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.rhythms.patterns import LAST, Pattern, Unit
from bot.grammar.rhythms.reading import read_pattern
from bot.grammar.schedule_parts.cursor import ScheduleCursor
from bot.grammar.schedule_parts.parts import EVERY_DAY
from domain.medicines.schedules.days import LONGEST_CYCLE, LONGEST_MONTHS

_MONTHS_A_YEAR = 12
_DAYS_A_WEEK = 7
_LAST_DAY = 31  # of shorter months, too


def read_rhythm(cursor: ScheduleCursor) -> bool:
    """alternate tuesdays · second and fourth tuesday of the month · every quarter."""
    begin = cursor.at
    pattern = read_pattern(cursor)
    if pattern is None:
        cursor.at = begin
        return False
    set_pattern(cursor, pattern, begin=begin)
    return True


def set_pattern(cursor: ScheduleCursor, pattern: Pattern, *, begin: int) -> None:
    """Add what was read since the position *begin*. Raises `Misunderstood` if it can't be given
    so.
    """
    words = cursor.words_since(begin)
    match pattern.unit:
        case Unit.DAY:
            _set_days(cursor, pattern, words)
        case Unit.WEEK:
            _set_weeks(cursor, pattern, words)
        case _:
            _set_months(cursor, pattern, words)
    cursor.is_after_days = cursor.has_times


def _set_days(cursor: ScheduleCursor, pattern: Pattern, words: str) -> None:
    if pattern.interval == 1:
        cursor.set_once("weekdays", EVERY_DAY)
        return
    _check(pattern.interval <= LONGEST_CYCLE, words)
    cursor.set_once("every_days", pattern.interval)


def _set_weeks(cursor: ScheduleCursor, pattern: Pattern, words: str) -> None:
    _check(pattern.interval * _DAYS_A_WEEK <= LONGEST_CYCLE, words)
    if pattern.interval > 1 or not pattern.weekdays:
        cursor.set_once("every_weeks", pattern.interval)
    if pattern.weekdays:
        cursor.set_once("weekdays", frozenset(pattern.weekdays))


def _set_months(cursor: ScheduleCursor, pattern: Pattern, words: str) -> None:
    months = pattern.interval * (_MONTHS_A_YEAR if pattern.unit is Unit.YEAR else 1)
    _check(months <= LONGEST_MONTHS, words)
    if months > 1 or pattern == Pattern(Unit.MONTH):
        cursor.set_once("every_months", months)
    if pattern.month_days:
        days = (_LAST_DAY if day == LAST else day for day in pattern.month_days)
        cursor.set_once("month_days", frozenset(days))
    if pattern.nth_weekdays:
        weekdays = frozenset(each.weekday for each in pattern.nth_weekdays)
        places = frozenset(each.nth for each in pattern.nth_weekdays)
        if len(weekdays) * len(places) != len(pattern.nth_weekdays):
            raise Misunderstood(Problem.ONE_RHYTHM, words)  # "first monday and third thursday"
        cursor.set_once("weekdays", weekdays)
        cursor.set_once("month_weeks", places)


def _check(is_possible: bool, words: str) -> None:
    if not is_possible:
        raise Misunderstood(Problem.INTERVAL_IMPOSSIBLE, words)
