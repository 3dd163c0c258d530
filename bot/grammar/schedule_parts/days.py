"""The days of the week: "mon,wed,fri", "except sundays", "every day"."""

from bot.grammar.problems import Misunderstood
from bot.grammar.rhythms.exceptions import TypedExceptions, read_exceptions
from bot.grammar.rhythms.patterns import EVERY
from bot.grammar.rhythms.weekdays import JOINTS, accept_weekdays
from bot.grammar.schedule_parts.cursor import ScheduleCursor
from bot.grammar.schedule_parts.parts import EVERY_DAY

_JOINTS = JOINTS | {"on", *EVERY}


def read_weekdays(cursor: ScheduleCursor) -> bool:
    """mon,wed,fri · every monday · mon-fri · weekdays."""
    begin = cursor.at
    if cursor.peek() == "only":
        cursor.at += 1 + (cursor.peek(1) == "on")
    cursor.accept(EVERY)
    days = frozenset(accept_weekdays(cursor, joints=_JOINTS))
    if not days:
        cursor.at = begin
        return False
    known = cursor.parts.weekdays
    if known == EVERY_DAY:
        raise cursor.contradiction()
    if known is not None:
        raise cursor.other_times_on_other_days()
    cursor.parts.weekdays = days
    cursor.is_after_days = cursor.has_times
    return True


def read_left_out(cursor: ScheduleCursor) -> bool:
    """except sundays · but not on 24 and 25 December · except 22-24 December."""
    begin = cursor.at
    try:
        found = _read_days_off(cursor) or read_exceptions(cursor)
    except Misunderstood as problem:
        if problem.suggestions or cursor.at > begin + 2:
            raise
        found = None
    if found is None:
        cursor.at = begin
        return False
    cursor.parts.except_on = (*cursor.parts.except_on, *found.days)
    if found.weekdays:
        days = cursor.parts.weekdays or EVERY_DAY
        if not frozenset(found.weekdays) <= days:
            raise cursor.contradiction()  # "every monday, no tuesday" may be a correction
        if days == EVERY_DAY - cursor.parts.days_off:
            cursor.parts.days_off |= frozenset(found.weekdays)
        cursor.parts.weekdays = days - frozenset(found.weekdays)
    cursor.is_after_days = cursor.has_times
    return True


def _read_days_off(cursor: ScheduleCursor) -> TypedExceptions | None:
    """weekends off · sundays free."""
    begin = cursor.at
    days = accept_weekdays(cursor)
    if days and cursor.accept({"off", "free", "excluded"}):
        return TypedExceptions(weekdays=days)
    cursor.at = begin
    return None


def read_every_day(cursor: ScheduleCursor) -> bool:
    """daily · everyday · every day · each day."""
    if cursor.word in {"daily", "everyday"}:
        used = 1
    elif cursor.word in {"a", "per"} and cursor.peek(1) == "day":
        if cursor.parts.times_a_day is None:
            cursor.parts.times_a_day = 1
        used = 2
    elif cursor.word in EVERY | {"all"} and cursor.peek(1) in {"day", "days"}:
        used = 2
    else:
        return False
    if cursor.parts.weekdays not in {None, EVERY_DAY}:
        raise cursor.contradiction()
    cursor.parts.weekdays = EVERY_DAY
    cursor.at += used
    return True
