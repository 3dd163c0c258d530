"""The start and end of a course: "from tomorrow", "until 3 December", "for 10 days"."""

import re
from calendar import monthrange
from collections.abc import Sequence
from datetime import date

from dateutil.relativedelta import relativedelta

from bot.grammar.clock_times import MEALS, read_time
from bot.grammar.dates import MONTHS, WEEKDAYS, TypedDate, read_date, read_named_day, spelt_days
from bot.grammar.durations import read_days as read_duration
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.schedule_parts.counts import UNITS, counted_ahead
from bot.grammar.schedule_parts.cursor import FROM, UNTIL, UNTIL_OF_TWO, ScheduleCursor
from bot.grammar.schedule_parts.dated_parts import take_part_of_date, take_time_of_first_dose
from bot.grammar.schedule_parts.intervals import read_last_intake
from bot.grammar.schedule_parts.parts import DatedPart
from bot.grammar.schedule_parts.times import is_time_ahead, read_clock
from bot.grammar.tokens import Token, words_of

_LONGEST_MONTHS = 60
_AT_MOST = (
    *(("max",), ("max.",), ("maximum",), ("only",), ("at", "most"), ("up", "to")),
    *(("a", "maximum", "of"), ("maximum", "of"), ("no", "more", "than"), ("not", "more", "than")),
)


def read_range(cursor: ScheduleCursor) -> bool:
    """from DATE, until DATE, last day DATE, for 10 days."""
    word, parts = cursor.word, cursor.parts
    if word in {"for", "x", "over"} and cursor.peek(1) not in MEALS:
        skip = 1 + (
            cursor.peek(1) in {"the", "another", "a"} and cursor.peek(2) in {"next", "total"}
        )
        skip += cursor.peek(skip) == "next"
        if not _read_length(cursor, skip):
            raise cursor.unknown()
        return True
    is_first_dose = word == "first" and cursor.peek(1) in {"dose", "one"}
    if word in FROM or (word == "as" and cursor.peek(1) == "of") or is_first_dose:
        skip = 2 if word == "as" or cursor.peek(1) in {"on", "from"} or is_first_dose else 1
        while is_first_dose and cursor.peek(skip) in {"is", "on", "at", "from", "due", "given"}:
            skip += 1
        if _read_now(cursor, skip, is_first_dose=is_first_dose):
            return True
        if read_last_intake(cursor, skip):
            return True
        is_time = read_date(cursor.tokens[cursor.at + skip :]) is None
        if is_time and take_time_of_first_dose(cursor, skip, is_named=is_first_dose):
            return True
        if is_time and is_time_ahead(cursor, skip):
            cursor.at += skip
            read_clock(cursor, is_after_at=True)
            return True
        if parts.starts is not None:
            raise cursor.contradiction()
        since = cursor.at
        parts.starts = _take_date(cursor, skip)
        take_part_of_date(cursor, since=since, is_end=False)
        return True
    is_of_two = (word, cursor.peek(1)) in UNTIL_OF_TWO
    if word in UNTIL or is_of_two:
        skip = 2 if is_of_two or cursor.peek(1) in {"on", "the"} else 1
        skip += is_of_two and cursor.peek(skip) == "on"
        if parts.interval is not None and cursor.has_times and is_time_ahead(cursor, skip):
            return _read_last_hour(cursor, skip)
        if parts.ends is not None or parts.days_long is not None:
            raise cursor.contradiction()
        if cursor.at > 0 and cursor.tokens[cursor.at - 1].word in WEEKDAYS:
            _check_weekday_range(cursor, skip)
        since = cursor.at
        parts.ends = _take_date(cursor, skip)
        take_part_of_date(cursor, since=since, is_end=True)
        return True
    return False


def _read_now(cursor: ScheduleCursor, skip: int, *, is_first_dose: bool) -> bool:
    """ "starting now" is today, and "first dose now" is at once."""
    ahead = tuple(cursor.peek(skip + n) for n in range(2))
    used = 1 if ahead[0] in _NOW else 2 if ahead in _AT_ONCE else 0
    if not used:
        return False
    if cursor.parts.starts is not None:
        raise cursor.contradiction()
    words = cursor.line.typed(cursor.tokens[cursor.at : cursor.at + skip + used])
    cursor.parts.starts = TypedDate(words, lambda today, _floor: today, used)
    cursor.parts.begins_now = True
    cursor.at += skip + used
    if is_first_dose:
        cursor.dated_parts.append(DatedPart(words))
    return True


_NOW = {"now", "immediately", "asap"}
_AT_ONCE = {("right", "now"), ("right", "away"), ("straight", "away"), ("at", "once")}


def _read_last_hour(cursor: ScheduleCursor, skip: int) -> bool:
    """ "to 8pm", of "every 4 hours from 8am to 8pm"."""
    typed = read_time(cursor.tokens[cursor.at + skip :], is_expected=True, is_after_at=True)
    if typed is None:
        raise cursor.unknown()
    cursor.set_once("until_time", typed.resolve())
    cursor.at += skip + typed.tokens_used
    return True


def read_window(cursor: ScheduleCursor) -> bool:
    """ "between 8am and 8pm", of something every few hours."""
    if cursor.word != "between" or cursor.parts.interval is None:
        return False
    first = read_time(cursor.tokens[cursor.at + 1 :], is_expected=True, is_after_at=True)
    if first is None:
        return False
    joint = 1 + first.tokens_used
    last = read_time(cursor.tokens[cursor.at + joint + 1 :], is_expected=True, is_after_at=True)
    if cursor.peek(joint) not in {"and", "to", "-"} or last is None:
        return False
    cursor.clock.append(first)
    cursor.has_times = True
    cursor.set_once("until_time", last.resolve())
    cursor.at += joint + 1 + last.tokens_used
    return True


def read_longest(cursor: ScheduleCursor) -> bool:
    """max 3 days · for up to 5 days · no more than a week · only 7 days: a course, and no limit."""
    begin = cursor.at
    cursor.accept("for")
    if any(cursor.accept_phrase(*phrase) for phrase in _AT_MOST):
        cursor.accept("for")
        is_in_days = counted_ahead(cursor, 0)[1] in {"day", "week", "fortnight", "month"}
        if is_in_days and _read_length(cursor, 0):
            return True
    cursor.at = begin
    return False


def read_bare_length(cursor: ScheduleCursor) -> bool:
    """ "7 days", "10 day course", "a course of 7 days", "21 doses"."""
    skip = 0
    if cursor.word == "a" and cursor.peek(1) != "course":
        return False  # "a day" is how often
    if cursor.word in {"course", "total"} and cursor.peek(1) == "of":
        skip = 2
    elif cursor.word == "a" and (cursor.peek(1), cursor.peek(2)) == ("course", "of"):
        skip = 3
    return _read_length(cursor, skip)


def _read_length(cursor: ScheduleCursor, skip: int) -> bool:
    """ "10 days", "3 months", "21 doses" after *skip* tokens."""
    parts = cursor.parts
    count, unit, used = counted_ahead(cursor, skip)
    if count is None and cursor.peek(skip) in {"a", "one"}:
        count, unit, used = 1, UNITS.get(cursor.peek(skip + 1), ""), 2
    doses = cursor.peek(skip + 1) in {"doses", "dose", "intakes", "applications"}
    if count is not None and doses and not unit:
        name, value, used = "doses_long", count, 2
    elif count is not None and unit in {"month", "year"}:
        name, value = "months_long", count * (12 if unit == "year" else 1)
        if not 1 <= value <= _LONGEST_MONTHS:
            words = cursor.line.typed(cursor.tokens[cursor.at : cursor.at + skip + used])
            raise Misunderstood(Problem.DATE_TOO_FAR, words)
    elif count is not None and unit in {"day", "week", "fortnight"}:
        days = read_duration(cursor.tokens[cursor.at + skip :])
        value = days[0] if days else count * {"day": 1, "week": 7, "fortnight": 14}[unit]
        name = "days_long"
    else:
        return False
    following = cursor.peek(skip + used)
    is_cycle = following == "on" and cursor.peek(skip + used + 1) not in WEEKDAYS
    if is_cycle or following in {"off", "a", "per", "out", "of", "apart"}:
        return False
    if any((parts.days_long, parts.months_long, parts.doses_long, parts.ends)):
        raise cursor.contradiction()
    setattr(parts, name, value)
    cursor.is_after_days = cursor.has_times
    cursor.at += skip + used
    cursor.at += cursor.at < len(cursor.tokens) and cursor.word in {"course", "total", "only"}
    return True


def _check_weekday_range(cursor: ScheduleCursor, skip: int) -> None:
    """ "monday until friday": the days from Monday to Friday, or Mondays until a Friday?"""
    if cursor.peek(skip) in WEEKDAYS:
        first, last = cursor.tokens[cursor.at - 1].word, cursor.peek(skip)
        raise Misunderstood(
            Problem.DATE_AMBIGUOUS,
            f"{first} {cursor.word} {last}",
            suggestions=(f"{first[:3]}-{last[:3]}",),
        )


def _take_date(cursor: ScheduleCursor, skip: int) -> TypedDate:
    tokens = cursor.tokens[cursor.at + skip :]
    typed = read_named_day(tokens) or read_date(tokens) or _read_day_of_a_month(tokens)
    if typed is None:
        end = min(cursor.at + skip + 1, len(cursor.tokens))
        raise Misunderstood(
            Problem.DATE_UNREADABLE, cursor.line.typed(cursor.tokens[cursor.at : end])
        )
    cursor.is_after_days = cursor.has_times
    cursor.at += skip + typed.tokens_used
    return typed


def _read_day_of_a_month(tokens: Sequence[Token]) -> TypedDate | None:
    """ "the 15th", "the end of August", "end of the month": the next such day."""
    words = words_of(tokens, 5)
    skip = words[:1] == ["the"]
    match words[skip:]:
        case [day, *_] if found := _NTH.fullmatch(day):
            nth, month, used = int(found[1]), None, 1
        case ["end", "of", month, *_] if month in MONTHS:
            nth, month, used = _LONGEST_MONTH, MONTHS[month], 3
        case ["end", "of", "the" | "this", "month", *_]:
            nth, month, used = _LONGEST_MONTH, None, 4
        case _:
            return None

    def resolve(_today: date, floor: date) -> date:
        is_last = nth == _LONGEST_MONTH and used > 1
        for ahead in range(_MONTHS_AHEAD):
            first = floor.replace(day=1) + relativedelta(months=ahead)
            length = monthrange(first.year, first.month)[1]
            day = first.replace(day=length if is_last else min(nth, length))
            is_there = is_last or nth <= length
            if is_there and day >= floor and month in {None, first.month}:
                return day
        raise Misunderstood(Problem.NO_SUCH_DATE, " ".join(words[: skip + used]))

    return TypedDate(" ".join(words[: skip + used]), resolve, skip + used)


_NTH = re.compile(r"(\d{1,2})(?:st|nd|rd|th)")
_LONGEST_MONTH, _MONTHS_AHEAD = 31, 13


def _next_such_day(typed: TypedDate) -> TypedDate:
    """*typed*, in the future if its year is not named: "1 October", said in November."""

    def resolve(today: date, floor: date) -> date:
        try:
            return typed.resolve(today, floor)
        except Misunderstood as problem:
            ahead = spelt_days(problem.suggestions, today=today)
            if problem.problem is not Problem.DATE_AMBIGUOUS or len(ahead) != 1:
                raise
            return ahead[0]

    return TypedDate(typed.words, resolve, typed.tokens_used)


def read_bare_date(cursor: ScheduleCursor) -> bool:
    """A date on its own is a start to some people and a single day to others: ask."""
    typed = read_date(cursor.tokens[cursor.at :])
    parts = cursor.parts
    is_first_day = parts.is_once or parts.every_months is not None
    is_first_day = is_first_day or (parts.interval is not None and cursor.has_times)
    if typed is None and cursor.word == "tonight" and parts.is_once:
        typed = TypedDate("tonight", lambda today, _floor: today, 1)
    if typed is not None and is_first_day:
        if parts.starts is not None:
            raise cursor.contradiction()
        parts.starts = _next_such_day(typed)
        cursor.at += typed.tokens_used
        return True
    if typed is None:
        if cursor.word == "tonight":
            raise Misunderstood(Problem.BARE_DATE, cursor.word, suggestions=("from today",))
        return False
    raise Misunderstood(
        Problem.BARE_DATE,
        typed.words,
        suggestions=(f"from {typed.words}", f"from {typed.words} for 1 day"),
    )
