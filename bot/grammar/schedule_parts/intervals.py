"""Rhythms that count onwards: "every 8 hours", "every other day", "21 days on 7 off"."""

import re
from datetime import timedelta

from bot.grammar.dates import WEEKDAYS
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.schedule_parts.counts import NTH, UNITS, counted_ahead
from bot.grammar.schedule_parts.cursor import EACH, Cursor
from domain.medicines.schedules.days import LONGEST_CYCLE
from domain.medicines.schedules.kinds import MAX_INTERVAL, MIN_INTERVAL

_EVERY_N_HOURS = re.compile(r"q(?P<count>\d{1,3})h")
_LAST_INTAKE = {"dose", "intake", "one", "time"}


def read_interval(cursor: Cursor) -> bool:
    """every 8 hours · q8h · 8-hourly · every other day · every 2 weeks · fortnightly."""
    word = cursor.word
    count: int | None
    short = _EVERY_N_HOURS.fullmatch(word)
    if short:
        return _set_interval(cursor, (int(short["count"]), "hour"), used=1)
    if word in {"hourly", "fortnightly"}:
        every = (1, "hour") if word == "hourly" else (2, "week")
        return _set_interval(cursor, every, used=1)
    if word == "alternate" and cursor.peek() in {"day", "days", "week", "weeks"}:
        return _set_interval(cursor, (2, UNITS[cursor.peek()]), used=2)
    if word in EACH and cursor.peek() in {"hour", "week", "month"}:
        if cursor.peek() == "month":
            cursor.parts.is_monthly = True
            cursor.at += 2
            return True
        return _set_interval(cursor, (1, cursor.peek()), used=2)
    if word in EACH:
        count, unit, used = counted_ahead(cursor, 1)
        if count is not None and unit:
            return _set_interval(cursor, (count, unit), used=1 + used)
        nth, weekday = NTH.get(cursor.peek()), cursor.peek(2)
        if nth is not None and weekday in WEEKDAYS:
            if cursor.peek() != "other":
                raise _which_rhythm(cursor, nth, weekday.removesuffix("s"))
            cursor.set_once("every_weeks", nth)
            cursor.at += 2
            return True
        return False
    count, unit, used = counted_ahead(cursor, 0)
    is_hourly = cursor.peek(used - 1) == "hourly" or word.endswith("hourly")
    if count is not None and unit == "hour" and is_hourly:
        return _set_interval(cursor, (count, "hour"), used=used)
    return False


def _which_rhythm(cursor: Cursor, nth: int, weekday: str) -> Misunderstood:
    """ "every 2nd tuesday": every other one, or the second of the month?"""
    return Misunderstood(
        Problem.REPEAT_AMBIGUOUS,
        cursor.line.typed(cursor.tokens[cursor.at : cursor.at + 3]),
        suggestions=(f"every {nth} weeks on {weekday}",),
    )


def _set_interval(cursor: Cursor, every: tuple[int, str], *, used: int) -> bool:
    count, unit = every
    words = cursor.line.typed(cursor.tokens[cursor.at : cursor.at + used])
    match unit:
        case "minute" | "hour":
            length = timedelta(minutes=count * (60 if unit == "hour" else 1))
            if not MIN_INTERVAL <= length <= MAX_INTERVAL:
                raise Misunderstood(Problem.INTERVAL_IMPOSSIBLE, words)
            cursor.set_once("interval", length)
        case "day":
            _check_cycle(count, words)
            cursor.set_once("every_days", count)
        case "week":
            _check_cycle(count * 7, words)
            cursor.set_once("every_weeks", count)
        case _:
            raise Misunderstood(Problem.INTERVAL_IMPOSSIBLE, words)
    cursor.at += used
    read_last_intake(cursor, 0)
    return True


def _check_cycle(days: int, words: str) -> None:
    if not 1 <= days <= LONGEST_CYCLE:
        raise Misunderstood(Problem.INTERVAL_IMPOSSIBLE, words)


def read_last_intake(cursor: Cursor, skip: int) -> bool:
    """after the last dose · from the last intake."""
    at = skip
    if at == 0:
        if cursor.at >= len(cursor.tokens) or cursor.word not in {"after", "from", "since"}:
            return False
        at = 1
    at += cursor.peek(at) == "the"
    if cursor.peek(at) not in {"last", "previous"} or cursor.peek(at + 1) not in _LAST_INTAKE:
        return False
    cursor.parts.from_last_intake = True
    cursor.at += at + 2
    return True


def read_after_last_intake(cursor: Cursor) -> bool:
    """after the last dose · from the last intake."""
    return read_last_intake(cursor, 0)


def read_cycle(cursor: Cursor) -> bool:
    """21 days on 7 off · 3 weeks on, 1 week off."""
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
    _check_cycle(on + off, words)
    cursor.set_once("cycle", (on, off))
    cursor.at += used
    return True
