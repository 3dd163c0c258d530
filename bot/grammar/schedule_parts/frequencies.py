"""The frequency: "twice a day", "3x daily", "bid", "once a week"."""

from bot.grammar.clock_times import MEALS, PARTS_OF_DAY
from bot.grammar.dates import read_date
from bot.grammar.numbers import read_count
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.schedule_parts.counts import GLUED_COUNT, ONCE_TWICE, UNITS
from bot.grammar.schedule_parts.cursor import ScheduleCursor

EYE_OR_DAY = {"od", "o.d"}  # of drops: the right eye, or once a day
_TIMES_A_DAY = {"bid": 2, "bd": 2, "tid": 3, "tds": 3, "qid": 4, "qds": 4}


def read_how_often(cursor: ScheduleCursor) -> bool:
    """twice a day, 3x daily, bid, once a week."""
    word = cursor.word
    if word in EYE_OR_DAY:
        meanings = ("once a day", "right eye once a day")
        raise Misunderstood(
            Problem.REPEAT_AMBIGUOUS, cursor.tokens[cursor.at].raw, suggestions=meanings
        )
    if word in _TIMES_A_DAY:
        _set_count(cursor, _TIMES_A_DAY[word], "day")
        cursor.at += 1
        return True
    if _read_once(cursor):
        return True
    days = read_count(word)
    is_of_week = cursor.peek(2) in {"a", "per", "each", "every"} and cursor.peek(3) == "week"
    if days is not None and cursor.peek(1) in {"day", "days", "nights"} and is_of_week:
        _set_count(cursor, days, "week")
        cursor.at += 4
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
    elif count is None and cursor.peek(1) in {"times", "time", "x"}:
        count, used = read_count(word), 2
    if count is None:
        return False
    period, period_used = _period(cursor, used)
    if not period:
        raise cursor.unknown()
    _set_count(cursor, count, period)
    cursor.at += used + period_used
    return True


def is_once(cursor: ScheduleCursor) -> bool:
    """Whether the words name a single dose anywhere: then a date is its day."""
    for at, token in enumerate(cursor.tokens):
        before = cursor.tokens[at - 1].word if at else ""
        if token.is_quoted or token.word not in _SINGLE or before in _BEFORE_LIMITS:
            continue
        ahead = ScheduleCursor(cursor.line, cursor.tokens)
        ahead.at = at
        if _read_once(ahead) and ahead.parts.is_once:
            return True
    return False


_SINGLE = {"a", "as", "single", "one", "1", "one-off", "just", "only", "once"}
_BEFORE_LIMITS = {"most", "than", "exceed", "exceeding", "max", "max.", "maximum"}  # "1 dose a day"


def _read_once(cursor: ScheduleCursor) -> bool:
    """now · single dose · one dose only · once, where no period follows."""
    match [cursor.word, cursor.peek(1), cursor.peek(2)]:
        case ["now" | "immediately" | "straightaway", *_]:
            cursor.parts.is_now = True
            cursor.at += 1
            return True
        case ["a", "single" | "one-off", "dose"] | ["as", "a", "single"]:
            used = 3 + (cursor.peek(3) == "dose" and cursor.word == "as")
        case ["single" | "one" | "1" | "one-off", "dose", *_] | ["just" | "only", "once", *_]:
            used = 2
        case ["once", following, _] if following not in {"a", "per", "each", "every", "in"}:
            if _period(cursor, 1)[0]:
                return False
            used = 1
            has_date = any(read_date(cursor.tokens[n:]) for n in range(len(cursor.tokens)))
            if not has_date and following != "only":
                return _read_once_a_day(cursor)
        case _:
            return False
    used += cursor.peek(used) == "only"
    cursor.parts.is_once = True
    cursor.at += used
    return True


def _read_once_a_day(cursor: ScheduleCursor) -> bool:
    """ "once at night", "once before breakfast" are daily; "once at 9" may not be."""
    rest = [cursor.peek(n) for n in range(1, 5)]
    names = PARTS_OF_DAY.keys() | MEALS.keys() | {"nightly"}
    if not any(word.removesuffix("s") in names for word in rest):
        return False
    _set_count(cursor, 1, "day")
    cursor.at += 1
    return True


def _period(cursor: ScheduleCursor, used: int) -> tuple[str, int]:
    first, second = cursor.peek(used), cursor.peek(used + 1)
    if first in {"daily", "weekly"}:
        return ("day" if first == "daily" else "week"), 1
    if first in {"a", "per", "each", "every", "/"} and second in {"day", "week"}:
        return second, 2
    if first == "every" and second == "24" and UNITS.get(cursor.peek(used + 2)) == "hour":
        return "day", 3
    if (first, second) == ("in", "24") and UNITS.get(cursor.peek(used + 2)) == "hour":
        return "day", 3
    if first in {"/day", "/week"}:
        return first[1:], 1
    return "", 0


def _set_count(cursor: ScheduleCursor, count: int, period: str) -> None:
    cursor.set_once("times_a_day" if period == "day" else "days_a_week", count)
