"""Days of the month: "on the 1st and 15th", "from the 1st to the 10th of each month", "first monday
of the month", "last friday".
"""

import re

from bot.grammar.dates import MONTHS, ORDINALS, SHORTER_MONTHS, WEEKDAYS, read_date
from bot.grammar.numbers import read_count
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.schedule_parts.counts import NTH
from bot.grammar.schedule_parts.cursor import EACH, ScheduleCursor
from domain.medicines.schedules.days import LAST, LONGEST_MONTHS

_ORDINAL = re.compile(r"(?P<day>\d{1,2})(?:st|nd|rd|th)")
_RANGE = re.compile(r"(?P<first>\d{1,2})(?:st|nd|rd|th)?-(?P<last>\d{1,2})(?:st|nd|rd|th)?")
_JOINTS = {",", "and", "&"}


def read_days_of_month(cursor: ScheduleCursor) -> bool:
    """on the 1st and 15th · monthly on the 31st · on the last day of the month · days 1-10 of each
    month · first monday of the month.
    """
    return _read_weekday_of_month(cursor) or _read_span(cursor) or _read_days(cursor)


def _read_weekday_of_month(cursor: ScheduleCursor) -> bool:
    """the first monday of the month · on the second and fourth tuesday · last friday of every
    month · every first monday.
    """
    at = _opening(cursor)
    is_every = cursor.peek(at) in EACH
    at += is_every
    places: set[int] = set()
    while (place := ORDINALS.get(cursor.peek(at))) is not None:
        places.add(place)
        at += 1
        while cursor.peek(at) in _JOINTS | {"the"}:
            at += 1
    if not places or (is_every and cursor.peek(at) not in WEEKDAYS):
        return False
    if cursor.peek(at) not in WEEKDAYS:
        return _read_first_of_month(cursor, places, at)
    weekday = WEEKDAYS[cursor.peek(at)]
    at += 1
    said, at = _of_the_month(cursor, at)
    is_clear = said or cursor.word == "monthly" or cursor.parts.every_months is not None
    if not is_clear and is_every and not places & {1, LAST}:
        return False  # "every 2nd tuesday" is asked about
    if not is_clear and not is_every:
        return False
    _set(cursor, "month_weeks", frozenset(places), at)
    cursor.parts.weekdays = frozenset({weekday})
    return True


def _read_first_of_month(cursor: ScheduleCursor, places: set[int], at: int) -> bool:
    """ "on the first of the month", "the first and third of each month"."""
    said, at = _of_the_month(cursor, at)
    if not said or LAST in places:
        return False
    _set(cursor, "month_days", frozenset(places), at)
    return True


def _read_span(cursor: ScheduleCursor) -> bool:
    """days 1-10 of each month · from the 1st to the 10th of every month · the first 10 days of the
    month.
    """
    at = _opening(cursor)
    at += cursor.peek(at) in {"from", "day", "days"}
    at += cursor.peek(at) == "the"
    if cursor.peek(at) == "first" and (count := read_count(cursor.peek(at + 1))) is not None:
        if cursor.peek(at + 2) != "days":
            return False
        first, last, at = 1, count, at + 3
    elif glued := _RANGE.fullmatch(cursor.peek(at)):
        first, last, at = int(glued["first"]), int(glued["last"]), at + 1
    else:
        begins, at = _day_number(cursor, at)
        if begins is None or cursor.peek(at) not in {"-", "to", "until", "till", "through"}:
            return False
        at += 1
        at += cursor.peek(at) == "the"
        ends, at = _day_number(cursor, at)
        if ends is None:
            return False
        first, last = begins, ends
    said, at = _of_the_month(cursor, at)
    if not said:
        return False
    if not 1 <= first < last <= 31:
        words = cursor.line.typed(cursor.tokens[cursor.at : cursor.at + at])
        raise Misunderstood(Problem.NO_SUCH_DATE, words)
    _set(cursor, "month_days", frozenset(range(first, last + 1)), at)
    return True


def _day_number(cursor: ScheduleCursor, at: int) -> tuple[int | None, int]:
    word = cursor.peek(at)
    ordinal = _ORDINAL.fullmatch(word)
    if ordinal:
        return int(ordinal["day"]), at + 1
    return (int(word), at + 1) if word.isdecimal() and len(word) < 3 else (None, at)


def _read_days(cursor: ScheduleCursor) -> bool:
    used = _opening(cursor)
    days: set[int] = set()
    while True:
        at = used + (cursor.peek(used) == "the")
        ordinal = _ORDINAL.fullmatch(cursor.peek(at))
        is_last = cursor.peek(at) == "last" and cursor.peek(at + 1) == "day"
        if is_last and not read_date(cursor.tokens[cursor.at + at + 2 :]):
            days.add(31)
            used = at + 2
        elif ordinal and cursor.peek(at + 1) not in MONTHS and cursor.peek(at + 2) not in MONTHS:
            days.add(int(ordinal["day"]))
            used = at + 1
        elif days:
            used -= cursor.peek(used - 1) in _JOINTS
            break
        elif cursor.word == "monthly":
            _set(cursor, "every_months", 1, 1)
            return True
        else:
            return False
        while cursor.peek(used) in _JOINTS:
            used += 1
    if cursor.peek(used) in WEEKDAYS:
        return False
    _said, used = _of_the_month(cursor, used)
    following = range(used, used + len(SHORTER_MONTHS))
    if tuple(cursor.peek(ahead).strip("()") for ahead in following) == SHORTER_MONTHS:
        used += len(SHORTER_MONTHS)  # which is what such a day means anyway
    words = cursor.line.typed(cursor.tokens[cursor.at : cursor.at + used])
    if not all(1 <= day <= 31 for day in days):
        raise Misunderstood(Problem.NO_SUCH_DATE, words)
    _set(cursor, "month_days", frozenset(days), used)
    return True


def _opening(cursor: ScheduleCursor) -> int:
    used = int(cursor.peek(0) == "monthly")
    used += cursor.peek(used) == "on"
    return used + (cursor.peek(used) == "the")


def _of_the_month(cursor: ScheduleCursor, at: int) -> tuple[bool, int]:
    """ "of the month", "of each month", "every month": whether it is there, and where it ends."""
    start = at + (cursor.peek(at) in {"of", "in"})
    if cursor.peek(start) in {"the", "a", "each", "every"} and cursor.peek(start + 1) == "month":
        return True, start + 2
    every = NTH.get(cursor.peek(start + 1)) or read_count(cursor.peek(start + 1))
    is_nth = cursor.peek(start) in EACH and every is not None
    if is_nth and every is not None and cursor.peek(start + 2) in {"month", "months"}:
        if not 1 <= every <= LONGEST_MONTHS:
            words = cursor.line.typed(cursor.tokens[cursor.at : cursor.at + start + 3])
            raise Misunderstood(Problem.INTERVAL_IMPOSSIBLE, words)
        cursor.set_once("every_months", every)
        return True, start + 3
    is_short = cursor.peek(at) == "monthly"
    return is_short, at + is_short


def _set(cursor: ScheduleCursor, part: str, value: object, used: int) -> None:
    cursor.set_once(part, value)
    cursor.is_after_days = cursor.has_times
    cursor.at += used
