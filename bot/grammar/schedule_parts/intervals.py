"""Rhythms that count onwards: "every 8 hours", "every other day", "21 days on 7 off"."""

import re
from datetime import timedelta

from bot.grammar.clock_times import PARTS_OF_DAY
from bot.grammar.numbers import read_count
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.rhythms.intervals import read_interval as read_pattern_of_interval
from bot.grammar.rhythms.patterns import EVERY, Unit
from bot.grammar.schedule_parts.counts import UNITS, length_ahead
from bot.grammar.schedule_parts.cursor import ScheduleCursor
from bot.grammar.schedule_parts.rhythms import set_pattern
from domain.medicines.schedules.days import LONGEST_CYCLE
from domain.medicines.schedules.kinds import MAX_INTERVAL, MIN_INTERVAL

_EVERY_N_HOURS = re.compile(r"q(?P<count>\d{1,3})h")
_BETWEEN = re.compile(r"(?P<low>\d{1,3})-(?P<high>\d{1,3})-?(?P<unit>h|hr|hrs|hours?|hourly)?")
_BEGINNINGS = {"alternate", "fortnightly", "quarterly", "yearly", "annually"}
_LAST_INTAKE = {"dose", "intake", "one", "time"}


def read_interval(cursor: ScheduleCursor) -> bool:
    """every 8 hours · q8h · 8-hourly · every other day · every 2 weeks · fortnightly."""
    if _read_hours_between(cursor, skip=int(cursor.word in EVERY)) or _read_hours(cursor):
        return True
    is_of_other_days = cursor.word in EVERY and cursor.peek(1) == "other"
    if is_of_other_days and cursor.peek(2).removesuffix("s") in PARTS_OF_DAY:
        cursor.set_once("every_days", 2)
        cursor.at += 2
        return True
    _refuse_two_ways(cursor)
    return _begins_interval(cursor) and _read_pattern(cursor)


def _begins_interval(cursor: ScheduleCursor) -> bool:
    word = cursor.word
    if word == "once":
        return cursor.peek(1) in EVERY or cursor.peek(2) in {"month", "year", "fortnight"}
    return word in EVERY | _BEGINNINGS


def _read_pattern(cursor: ScheduleCursor) -> bool:
    """Days, weeks, months or years, as every command reads them."""
    begin = cursor.at
    try:
        pattern = read_pattern_of_interval(cursor)
    except Misunderstood as problem:
        if problem.problem not in {Problem.REPEATS_TOO_RARELY, Problem.REPEATS_TOO_OFTEN}:
            raise
        raise Misunderstood(Problem.INTERVAL_IMPOSSIBLE, problem.words) from problem
    # Those are read with what may stand around them: "every day", "every monday and on friday".
    is_plain = pattern is not None and pattern.interval == 1 and pattern.unit is not Unit.MONTH
    if pattern is None or (is_plain and pattern.names_days):
        cursor.at = begin
        return False
    set_pattern(cursor, pattern, begin=begin)
    read_last_intake(cursor, 0)
    return True


def _refuse_two_ways(cursor: ScheduleCursor) -> None:
    """ "biweekly" is twice a week to some people; "4 weekly": every 4 weeks, or 4 times a week?"""
    if cursor.word in {"biweekly", "bi-weekly"}:
        choices = ("every 2 weeks", "twice a week")
        raise Misunderstood(Problem.REPEAT_AMBIGUOUS, cursor.word, suggestions=choices)
    weeks, joint = read_count(cursor.word), cursor.peek(1) == "-"
    if weeks is None or cursor.peek(1 + joint) != "weekly":
        return
    choices = (f"every {weeks} weeks", f"{weeks} times a week")
    words = cursor.line.typed(cursor.tokens[cursor.at : cursor.at + 2 + joint])
    raise Misunderstood(Problem.REPEAT_AMBIGUOUS, words, suggestions=choices)


def _read_hours(cursor: ScheduleCursor) -> bool:
    """every 8 hours · every hour · q8h · 8-hourly · hourly."""
    word = cursor.word
    if short := _EVERY_N_HOURS.fullmatch(word):
        return _set_hours(cursor, timedelta(hours=int(short["count"])), used=1)
    if word == "hourly":
        return _set_hours(cursor, timedelta(hours=1), used=1)
    if word in EVERY and cursor.peek(1) == "hour":
        return _set_hours(cursor, timedelta(hours=1), used=2)
    skip = int(word in EVERY)
    length = length_ahead(cursor, skip)
    if length is None:
        return False
    every, used = length
    is_hourly = cursor.peek(used - 1) == "hourly" or word.endswith("hourly")
    return (skip > 0 or is_hourly) and _set_hours(cursor, every, used=skip + used)


def _set_hours(cursor: ScheduleCursor, every: timedelta, *, used: int) -> bool:
    words = cursor.line.typed(cursor.tokens[cursor.at : cursor.at + used])
    if not MIN_INTERVAL <= every <= MAX_INTERVAL:
        raise Misunderstood(Problem.INTERVAL_IMPOSSIBLE, words)
    cursor.set_once("interval", every)
    cursor.at += used
    read_last_intake(cursor, 0)
    return True


def _read_hours_between(cursor: ScheduleCursor, *, skip: int) -> bool:
    """every 4-6 hours · every 4 to 6 hours · 6-8 hourly."""
    match [cursor.peek(n) for n in range(skip, skip + 4)]:
        case [both, unit, *_] if (glued := _BETWEEN.fullmatch(both)) and (
            glued["unit"] or UNITS.get(unit) == "hour"
        ):
            low, high, used = int(glued["low"]), int(glued["high"]), 1 + (not glued["unit"])
        case [low_word, "-" | "to" | "or", high_word, unit] if UNITS.get(unit) == "hour":
            counts = read_count(low_word), read_count(high_word)
            if counts[0] is None or counts[1] is None:
                return False
            low, high, used = counts[0], counts[1], 4
        case _:
            return False
    used += skip
    if not skip and cursor.peek(used - 1) != "hourly" and not cursor.word.endswith("hourly"):
        return False
    words = cursor.line.typed(cursor.tokens[cursor.at : cursor.at + used])
    if not 1 <= low < high <= MAX_INTERVAL // timedelta(hours=1):
        raise Misunderstood(Problem.INTERVAL_IMPOSSIBLE, words)
    cursor.set_once("hours_between", (low, high))
    cursor.at += used
    return True


def check_cycle(days: int, words: str) -> None:
    if not 1 <= days <= LONGEST_CYCLE:
        raise Misunderstood(Problem.INTERVAL_IMPOSSIBLE, words)


def read_last_intake(cursor: ScheduleCursor, skip: int) -> bool:
    """after the last dose · from the last intake · after the last."""
    at = skip
    if at == 0:
        if cursor.at >= len(cursor.tokens) or cursor.word not in {"after", "from", "since"}:
            return False
        at = 1
    at += cursor.peek(at) == "the"
    noun = cursor.peek(at + 1)
    if cursor.peek(at) not in {"last", "previous"} or noun not in {*_LAST_INTAKE, "", ","}:
        return False
    cursor.parts.from_last_intake = True
    cursor.at += at + 1 + (noun in _LAST_INTAKE)
    return True


def read_after_last_intake(cursor: ScheduleCursor) -> bool:
    """after the last dose · from the last intake."""
    return read_last_intake(cursor, 0)
