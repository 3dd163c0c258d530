"""Counted units of time: "6 hours", "6h", "other day", "2nd week"."""

import re
from datetime import timedelta

from bot.grammar.numbers import read_count
from bot.grammar.rhythms.months import INTERVALS
from bot.grammar.schedule_parts.cursor import ScheduleCursor

ONCE_TWICE = {"once": 1, "twice": 2, "thrice": 3}
GLUED_COUNT = re.compile(r"(?P<count>\d{1,9})x(?:/(?P<period>day|week))?")
_GLUED_INTERVAL = re.compile(r"(?P<count>\d{1,6})-?(?P<unit>[a-z]+)")
UNITS = {
    **dict.fromkeys(("sec", "secs", "seconds"), "second"),
    **dict.fromkeys(("min", "mins", "minute", "minutes"), "minute"),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours", "hourly"), "hour"),
    **dict.fromkeys(("d", "day", "days", "night", "nights"), "day"),
    **dict.fromkeys(("wk", "wks", "week", "weeks"), "week"),
    **dict.fromkeys(("fortnight", "fortnights"), "fortnight"),
    **dict.fromkeys(("mth", "mths", "month", "months"), "month"),
    **dict.fromkeys(("year", "years"), "year"),
}


def length_ahead(cursor: ScheduleCursor, skip: int) -> tuple[timedelta, int] | None:
    """ "6 hours", "6h", "90 minutes": a duration of less than a day, and how many tokens it
    takes.
    """
    count, unit, used = counted_ahead(cursor, skip)
    if count is None or unit not in {"minute", "hour"}:
        return None
    return timedelta(minutes=count) if unit == "minute" else timedelta(hours=count), used


def counted_ahead(cursor: ScheduleCursor, skip: int) -> tuple[int | None, str, int]:
    """ "6 hours", "6h", "other day", "2nd week": the number, the unit, and how many tokens they
    take.
    """
    word = cursor.peek(skip)
    glued = _GLUED_INTERVAL.fullmatch(word)
    if glued and glued["unit"] in UNITS:
        return int(glued["count"]), UNITS[glued["unit"]], 1
    count = INTERVALS.get(word) or read_count(word)
    if count is None:
        return None, "", 0
    joint = cursor.peek(skip + 1) == "-"
    return count, UNITS.get(cursor.peek(skip + 1 + joint), ""), 2 + joint
