"""The days of the week: "mon,wed,fri", "except sundays", "every day"."""

import re

from bot.grammar.dates import WEEKDAYS, read_date
from bot.grammar.schedule_parts.cursor import DAY_GROUPS, EACH, Cursor
from bot.grammar.schedule_parts.parts import EVERY_DAY
from bot.grammar.tokens import words_of
from domain.local_time import Weekday

_JOINING_DAYS = {",", "and", "&", "on", *EACH}


def read_weekdays(cursor: Cursor) -> bool:
    """mon,wed,fri · every monday · mon-fri · weekdays · except sundays."""
    is_exception = cursor.word in {"except", "but"} or (cursor.word, cursor.peek()) == ("not", "on")
    skip = 1 if is_exception or cursor.word in EACH else 0
    skip += is_exception and cursor.peek() in {"not", "on", "for"}
    days, used = _day_list(cursor, cursor.at + skip)
    if is_exception and not used:
        return _read_excepted_dates(cursor, skip)
    if not used:
        return False
    known = cursor.parts.weekdays
    if is_exception:
        cursor.parts.weekdays = (known or EVERY_DAY) - days
    elif known == EVERY_DAY:
        raise cursor.contradiction()
    elif known is not None:
        raise cursor.other_times_on_other_days()
    else:
        cursor.parts.weekdays = days
    cursor.is_after_days = cursor.has_times
    cursor.at += skip + used
    return True


def _read_excepted_dates(cursor: Cursor, skip: int) -> bool:
    """except 29 December · but not on 24 and 25 December."""
    skip += cursor.peek(skip) in {"on", "the"}
    typed = read_date(cursor.tokens[cursor.at + skip :])
    if typed is None:
        return False
    cursor.parts.except_on = (*cursor.parts.except_on, typed)
    cursor.at += skip + typed.tokens_used
    return True


def _day_list(cursor: Cursor, at: int) -> tuple[frozenset[Weekday], int]:
    """Days joined by commas and "and", and the tokens used."""
    days, used = _days(cursor, at)
    while used:
        joint = 0
        while set(words_of(cursor.tokens[at + used + joint :], 1)) & _JOINING_DAYS:
            joint += 1
        more, more_used = _days(cursor, at + used + joint)
        if not more_used:
            break
        days, used = days | more, used + joint + more_used
    return days, used


def _days(cursor: Cursor, at: int) -> tuple[frozenset[Weekday], int]:
    words = words_of(cursor.tokens[at:], 3)
    match words:
        case []:
            return frozenset(), 0
        case [group, *_] if group in DAY_GROUPS:
            return DAY_GROUPS[group], 1
        case [first, "-" | "to" | "through" | "thru" | "till", last] if (
            first in WEEKDAYS and last in WEEKDAYS
        ):
            return _days_between(WEEKDAYS[first], WEEKDAYS[last]), 3
    names = re.split("[-/&+]", words[0])
    joints = re.findall("[-/&+]", words[0])
    if not all(name in WEEKDAYS for name in names):
        return frozenset(), 0
    if joints == ["-"]:
        return _days_between(WEEKDAYS[names[0]], WEEKDAYS[names[1]]), 1
    if "-" in joints and set(joints) != {"-"}:
        return frozenset(), 0
    return frozenset(WEEKDAYS[name] for name in names), 1


def read_every_day(cursor: Cursor) -> bool:
    """daily · everyday · every day · each day."""
    if cursor.word in {"daily", "everyday"}:
        used = 1
    elif cursor.word in {"a", "per"} and cursor.peek() == "day":
        if cursor.parts.times_a_day is None:
            cursor.parts.times_a_day = 1
        used = 2
    elif cursor.word in EACH | {"all"} and cursor.peek() in {"day", "days"}:
        used = 2
    else:
        return False
    if cursor.parts.weekdays not in {None, EVERY_DAY}:
        raise cursor.contradiction()
    cursor.parts.weekdays = EVERY_DAY
    cursor.at += used
    return True


def _days_between(first: Weekday, last: Weekday) -> frozenset[Weekday]:
    return frozenset(Weekday((first + n) % 7) for n in range((last - first) % 7 + 1))
