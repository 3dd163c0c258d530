"""The days: "mon,wed,fri", "except sundays", "every day", "on the 1st and 15th"."""

import re

from bot.grammar.dates import MONTHS, SHORTER_MONTHS, WEEKDAYS, read_date
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.schedule_parts.cursor import DAY_GROUPS, EACH, Cursor
from bot.grammar.schedule_parts.parts import EVERY_DAY
from bot.grammar.tokens import words_of
from domain.local_time import Weekday

_JOINING_DAYS = {",", "and", "&", "on", *EACH}
_ORDINAL = re.compile(r"(?P<day>\d{1,2})(?:st|nd|rd|th)")


def read_days_of_month(cursor: Cursor) -> bool:
    """on the 1st and 15th · monthly on the 31st · on the last day of the month."""
    used = int(cursor.peek(0) == "monthly")
    used += cursor.peek(used) == "on"
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
            used -= cursor.peek(used - 1) in {",", "and", "&"}
            break
        elif cursor.word == "monthly":
            raise Misunderstood(Problem.WEEKDAYS_MISSING, cursor.word)
        else:
            return False
        while cursor.peek(used) in {",", "and", "&"}:
            used += 1
    is_said = cursor.peek(used) == "of" and cursor.peek(used + 1) in {"the", "each", "every"}
    used += 3 if is_said and cursor.peek(used + 2) == "month" else 0
    following = range(used, used + len(SHORTER_MONTHS))
    if tuple(cursor.peek(ahead).strip("()") for ahead in following) == SHORTER_MONTHS:
        used += len(SHORTER_MONTHS)  # which is what such a day means anyway
    words = cursor.line.typed(cursor.tokens[cursor.at : cursor.at + used])
    if not all(1 <= day <= 31 for day in days):
        raise Misunderstood(Problem.NO_SUCH_DATE, words)
    cursor.set_once("month_days", frozenset(days))
    cursor.is_after_days = cursor.has_times
    cursor.at += used
    return True


def read_weekdays(cursor: Cursor) -> bool:
    """mon,wed,fri · every monday · mon-fri · weekdays · except sundays."""
    is_exception = cursor.word in {"except", "but"}
    skip = 1 if is_exception or cursor.word in EACH else 0
    skip += is_exception and cursor.peek() in {"not", "on", "for"}
    days, used = _day_list(cursor, cursor.at + skip)
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
    if "-" in joints:
        return frozenset(), 0
    return frozenset(WEEKDAYS[name] for name in names), 1


def read_every_day(cursor: Cursor) -> bool:
    """daily · everyday · every day · each day."""
    if cursor.word in {"daily", "everyday"}:
        used = 1
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
