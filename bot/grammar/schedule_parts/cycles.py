"""Cycles: "21 days on 7 off", "days 1-14 of 21", "14 days out of 28"."""

import re

from bot.grammar.numbers import read_count
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.schedule_parts.counts import counted_ahead
from bot.grammar.schedule_parts.cursor import ScheduleCursor
from bot.grammar.schedule_parts.intervals import check_cycle
from domain.medicines.schedules.days import LONGEST_CYCLE

_NUMBER = re.compile(r"\d{1,3}")
_SPAN = re.compile(r"(?P<first>\d{1,3})-(?P<last>\d{1,3})")


def read_days_of_cycle(cursor: ScheduleCursor) -> bool:
    """days 1-14 of 21 · on days 1 to 5 of each 28-day cycle · 14 days out of 21 · the first 5 days
    of every 28 days.
    """
    at = int(cursor.word == "on")
    at += cursor.peek(at) == "the"
    if cursor.peek(at) in {"day", "days"}:
        at += 1
        span = _SPAN.fullmatch(cursor.peek(at))
        if span:
            first, last, at = int(span["first"]), int(span["last"]), at + 1
        else:
            begins, ends = read_count(cursor.peek(at)), read_count(cursor.peek(at + 2))
            if cursor.peek(at + 1) not in {"-", "to", "through", "until"}:
                return False
            if begins is None or ends is None:
                return False
            first, last, at = begins, ends, at + 3
        if first != 1:
            return False
        on = last
    else:
        at += cursor.peek(at) == "first"
        count, unit, used = counted_ahead(cursor, at)
        if count is None or unit != "day" or cursor.peek(at + used) not in {"out", "of", "in"}:
            return False
        on, at = count, at + used
    at += cursor.peek(at) in {"out", "in"}
    at += cursor.peek(at) in {"of", "every", "each"}
    at += cursor.peek(at) in {"a", "each", "every", "the"}
    length, unit, used = counted_ahead(cursor, at)
    if length is None:
        return False
    if unit == "week":
        length *= 7
    elif unit != "day":
        used = 1
    end = at + used
    end += cursor.peek(end) == "cycle"
    words = cursor.line.typed(cursor.tokens[cursor.at : cursor.at + end])
    if not 0 < on < length:
        raise Misunderstood(Problem.INTERVAL_IMPOSSIBLE, words)
    check_cycle(length, words)
    cursor.set_once("cycle", (on, length - on))
    cursor.at += end
    return True


def read_listed_days(cursor: ScheduleCursor) -> bool:
    """days 1, 8 and 15 of 28 · on day 1 and 4 of each 21-day cycle."""
    begin = cursor.at
    cursor.accept("on")
    cursor.accept("the")
    days: list[int] = []
    if cursor.accept({"day", "days"}):
        while (number := cursor.accept_match(_NUMBER)) and len(days) < LONGEST_CYCLE:
            days.append(int(number[0]))
            cursor.skip({",", "and", "&", "day"})
    length = _length_of_cycle(cursor) if len(days) > 1 else None
    if length is None:
        cursor.at = begin
        return False
    words = cursor.line.typed(cursor.tokens[begin : cursor.at])
    if days != sorted(set(days)) or days[0] != 1 or days[-1] > length:
        raise Misunderstood(Problem.INTERVAL_IMPOSSIBLE, words)
    check_cycle(length, words)
    cursor.set_once("days_of_cycle", (tuple(days), length))
    return True


def _length_of_cycle(cursor: ScheduleCursor) -> int | None:
    """of 28 · of a 28-day cycle · every 4 weeks: in days."""
    if not cursor.skip({"out", "in", "of", "every", "each", "a", "the"}):
        return None
    count, unit, used = counted_ahead(cursor, 0)
    if count is None or unit not in {"", "day", "week"}:
        return None
    cursor.at += used if unit else 1
    cursor.accept({"cycle", "cycles"})
    return count * 7 if unit == "week" else count


def read_cycle(cursor: ScheduleCursor) -> bool:
    """21 days on 7 off · 3 weeks on, 1 week off · week on week off."""
    begin = cursor.at
    cursor.accept("a")
    if cursor.accept_phrase("week", "on"):
        cursor.skip({",", "and", "then", "/", "a"})
        if cursor.accept_phrase("week", "off"):
            cursor.set_once("cycle", (7, 7))
            return True
    cursor.at = begin
    count, unit, used = counted_ahead(cursor, 0)
    if count is None or cursor.peek(used) != "on":
        if count is None or unit or cursor.peek(1) != "on" or cursor.peek(3) != "off":
            return False
        unit, used = "day", 1  # "5 on 2 off"
    if unit not in {"day", "week"}:
        return False
    at = used + 1
    while cursor.peek(at) in {",", "and", "then", "/"}:
        at += 1
    off, off_unit, off_used = counted_ahead(cursor, at)
    if off is not None and off_unit not in {"day", "week"}:
        off_unit, off_used = unit, 1  # "21 days on 7 off"
    if off is None or cursor.peek(at + off_used) != "off":
        return False
    used = at + off_used + 1
    words = cursor.line.typed(cursor.tokens[cursor.at : cursor.at + used])
    days = {"day": 1, "week": 7}
    on, off = count * days[unit], off * days[off_unit]
    if not (on and off):
        raise Misunderstood(Problem.INTERVAL_IMPOSSIBLE, words)
    check_cycle(on + off, words)
    cursor.set_once("cycle", (on, off))
    cursor.at += used
    return True
