"""The start and end of a course: "from tomorrow", "until 3 December", "for 10 days"."""

from bot.grammar.clock_times import MEALS
from bot.grammar.dates import WEEKDAYS, TypedDate, read_date
from bot.grammar.durations import read_days as read_duration
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.schedule_parts.cursor import FROM, UNTIL, UNTIL_OF_TWO, Cursor
from bot.grammar.schedule_parts.intervals import read_last_intake
from bot.grammar.schedule_parts.times import is_time_ahead, read_clock


def read_range(cursor: Cursor) -> bool:
    """from DATE, until DATE, last day DATE, for 10 days."""
    word, parts = cursor.word, cursor.parts
    if word == "for" and cursor.peek() not in MEALS:
        duration = read_duration(cursor.tokens[cursor.at + 1 :])
        if duration is None:
            raise cursor.unknown()
        if parts.days_long is not None or parts.ends is not None:
            raise cursor.contradiction()
        parts.days_long, used = duration
        cursor.is_after_days = cursor.has_times
        cursor.at += 1 + used
        return True
    if word in FROM or (word == "as" and cursor.peek() == "of"):
        skip = 2 if word == "as" or cursor.peek() in {"on", "from"} else 1
        if read_last_intake(cursor, skip):
            return True
        if read_date(cursor.tokens[cursor.at + skip :]) is None and is_time_ahead(cursor, skip):
            cursor.at += skip
            read_clock(cursor, is_after_at=True)
            return True
        if parts.starts is not None:
            raise cursor.contradiction()
        parts.starts = _take_date(cursor, skip)
        return True
    is_of_two = (word, cursor.peek()) in UNTIL_OF_TWO
    if word in UNTIL or is_of_two:
        skip = 2 if is_of_two or cursor.peek() in {"on", "the"} else 1
        if parts.ends is not None or parts.days_long is not None:
            raise cursor.contradiction()
        if cursor.at > 0 and cursor.tokens[cursor.at - 1].word in WEEKDAYS:
            _check_weekday_range(cursor, skip)
        parts.ends = _take_date(cursor, skip)
        return True
    return False


def _check_weekday_range(cursor: Cursor, skip: int) -> None:
    """ "monday until friday": the days from Monday to Friday, or Mondays until a Friday?"""
    if cursor.peek(skip) in WEEKDAYS:
        first, last = cursor.tokens[cursor.at - 1].word, cursor.peek(skip)
        raise Misunderstood(
            Problem.DATE_AMBIGUOUS,
            f"{first} {cursor.word} {last}",
            suggestions=(f"{first[:3]}-{last[:3]}",),
        )


def _take_date(cursor: Cursor, skip: int) -> TypedDate:
    typed = read_date(cursor.tokens[cursor.at + skip :])
    if typed is None:
        end = min(cursor.at + skip + 1, len(cursor.tokens))
        raise Misunderstood(
            Problem.DATE_UNREADABLE, cursor.line.typed(cursor.tokens[cursor.at : end])
        )
    cursor.is_after_days = cursor.has_times
    cursor.at += skip + typed.tokens_used
    return typed


def read_bare_date(cursor: Cursor) -> bool:
    """A date on its own is a start to some people and a single day to others: ask."""
    typed = read_date(cursor.tokens[cursor.at :])
    if typed is None:
        if cursor.word == "tonight":
            raise Misunderstood(Problem.BARE_DATE, cursor.word, suggestions=("from today",))
        return False
    raise Misunderstood(
        Problem.BARE_DATE,
        typed.words,
        suggestions=(f"from {typed.words}", f"from {typed.words} for 1 day"),
    )
