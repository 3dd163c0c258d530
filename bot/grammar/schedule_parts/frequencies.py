"""The frequency: "twice a day", "3x daily", "bid", "once a week"."""

from bot.grammar.numbers import read_count
from bot.grammar.schedule_parts.counts import GLUED_COUNT, ONCE_TWICE
from bot.grammar.schedule_parts.cursor import Cursor

_TIMES_A_DAY = {"bid": 2, "bd": 2, "tid": 3, "tds": 3, "qid": 4, "qds": 4}


def read_how_often(cursor: Cursor) -> bool:
    """twice a day, 3x daily, bid, once a week."""
    word = cursor.word
    if word in _TIMES_A_DAY:
        _set_count(cursor, _TIMES_A_DAY[word], "day")
        cursor.at += 1
        return True
    if word == "weekly":
        _set_count(cursor, 1, "week")
        cursor.at += 1
        return True
    glued = GLUED_COUNT.fullmatch(word)
    if glued and glued["period"]:
        _set_count(cursor, int(glued["count"]), glued["period"])
        cursor.at += 1
        return True
    count, used = ONCE_TWICE.get(word), 1
    if glued:
        count = int(glued["count"])
    elif count is None and cursor.peek() in {"times", "time", "x"}:
        count, used = read_count(word), 2
    if count is None:
        return False
    period, period_used = _period(cursor, used)
    if not period:
        raise cursor.unknown()
    _set_count(cursor, count, period)
    cursor.at += used + period_used
    return True


def _period(cursor: Cursor, used: int) -> tuple[str, int]:
    first, second = cursor.peek(used), cursor.peek(used + 1)
    if first in {"daily", "weekly"}:
        return ("day" if first == "daily" else "week"), 1
    if first in {"a", "per", "each", "every", "/"} and second in {"day", "week"}:
        return second, 2
    if first in {"/day", "/week"}:
        return first[1:], 1
    return "", 0


def _set_count(cursor: Cursor, count: int, period: str) -> None:
    if period == "day":
        if cursor.parts.times_a_day not in {None, count}:
            raise cursor.contradiction()
        cursor.parts.times_a_day = count
    else:
        if cursor.parts.days_a_week not in {None, count}:
            raise cursor.contradiction()
        cursor.parts.days_a_week = count
