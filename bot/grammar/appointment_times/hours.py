"""The hours of an appointment, as typed: "at 14:30", "9-15", "in the evening"."""

from collections.abc import Sequence
from datetime import time

from bot.grammar.appointment_times.parts import TypedWhen, as_tokens, check_once, typed_words
from bot.grammar.clock_times import (
    NAMED,
    PARTS_OF_DAY,
    TypedTime,
    looks_like_a_time,
    read_half,
    read_time,
)
from bot.grammar.cursor import Cursor
from bot.grammar.dates import MONTH_NAMES, MONTHS
from bot.grammar.durations import UNITS
from bot.grammar.numbers import COUNTS
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.tokens import Token, words_of

_HOURS_OF_A_DAY = 24
# What somebody can type for an appointment that begins at some time within its hours.
NOTE = "note:"
IN_BETWEEN = f"{NOTE} some time between"


def read_clock(tokens: Sequence[Token], typed: TypedWhen) -> int:
    """ "14:30", "at 9", "9-15", "noon"."""
    hours = read_hours_range(tokens)
    if hours is not None:
        check_once(typed.clock, typed_words(tokens, 3))
        typed.clock, typed.ends = hours
        typed.is_bare = tokens[1].word == "-" and tokens[0].end == tokens[1].start
        typed.is_bare &= _could_be_a_date(int(tokens[0].word), int(tokens[2].word))
        return 3
    words = words_of(tokens, 2)
    skip = 1 if words[0] in {"at", "@"} else 0
    if skip and len(tokens) == 1:
        return 0
    has_day = typed.day is not None or typed.repeat is not None
    is_a_number = words[0].isdecimal() or words[0] in COUNTS
    if not skip and is_a_number and not has_day and words[1:] not in (["am"], ["pm"]):
        return 0
    half = read_half(tokens[skip:]) if skip or has_day else None
    if half is not None:
        check_once(typed.clock, half.words)
        typed.clock = half
        return skip + half.tokens_used
    is_spoken = words[0] in {"half", "quarter"} and words[1:] in (["past"], ["to"])
    is_time = is_a_number or is_spoken or words[0] in NAMED or looks_like_a_time(tokens[0])
    if not skip and not is_time:
        return 0
    found = read_time(tokens[skip:], is_expected=bool(skip) or has_day, is_after_at=True)
    if found is None:
        return 0
    if typed.clock is not None:
        raise Misunderstood(Problem.WHEN_TWICE, typed_words(tokens, skip + found.tokens_used))
    typed.clock = found
    return skip + found.tokens_used


def read_hours_range(tokens: Sequence[Token]) -> tuple[TypedTime, TypedTime] | None:
    """ "9-15", "9 to 5": two numbers that only their position marks as hours."""
    words = words_of(tokens, 4)
    if len(words) < 3 or words[1] not in {"-", "to"} or words[3:4] in (["am"], ["pm"]):
        return None
    if not all(word.isdecimal() and len(word) < 3 for word in (words[0], words[2])):
        return None
    if not all(int(word) < _HOURS_OF_A_DAY for word in (words[0], words[2])):
        return None
    unit = words[3] if len(words) > 3 else ""
    if unit in UNITS or unit in MONTHS:
        return None  # "2-3 hours"
    first, last = (
        read_time(as_tokens(word), is_expected=True, is_after_at=True)
        for word in (words[0], words[2])
    )
    return (first, last) if first is not None and last is not None else None


def read_window(tokens: Sequence[Token], typed: TypedWhen) -> int:
    """ "between 3 and 4pm". Is that how long it takes, or does it begin at some time in between?"""
    cursor = Cursor(tokens)
    cursor.accept({"at", "from", "anytime", "sometime", "some", "any"})
    cursor.accept("time")
    if not cursor.accept({"between", "betw"}):
        return 0
    hours: list[TypedTime] = []
    for joint in ({"and", "to", "-", "&"}, set[str]()):
        found = read_time(cursor.rest, is_expected=True, is_after_at=True)
        if found is None:
            return 0
        hours.append(found)
        cursor.at += found.tokens_used
        if joint and not cursor.accept(joint):
            return 0
    words = cursor.words_since(0)
    check_once(typed.clock or typed.window, words)
    spans = tuple(
        f"{first:%H:%M} to {last:%H:%M}"
        for first in hours[0].readings
        for last in hours[1].readings
        if _is_window(first, last, hours)
    )
    if not spans:
        raise Misunderstood(Problem.NO_SUCH_TIME, words)
    windows = tuple(f"{span} {IN_BETWEEN} {span.replace(' to ', ' and ')}" for span in spans)
    suggestions = (*spans[:2], *windows[:2])
    typed.window = Misunderstood(Problem.HOURS_OR_WINDOW, words, suggestions=suggestions)
    return cursor.at


def _is_window(first: time, last: time, hours: Sequence[TypedTime]) -> bool:
    """Whether both can be meant together: nobody says "between 3 and 4pm" of thirteen hours."""
    if first >= last:
        return False
    is_short = (last.hour - first.hour) <= _HOURS_OF_A_DAY // 2
    return is_short or (hours[0].is_sure and hours[1].is_sure)


def _could_be_a_date(first: int, last: int) -> bool:
    """One of the two numbers has to be a month."""
    return min(first, last) > 0 and min(first, last) <= len(MONTH_NAMES)


def read_part_of_day(tokens: Sequence[Token], typed: TypedWhen) -> int:
    """ "in the morning", "at night"; "evening" alone only after a day or a time."""
    words = words_of(tokens, 3)
    skip = 0
    if words[0] in {"in", "at"}:
        skip = 2 if words[1:2] == ["the"] else 1
    part = words[skip] if skip < len(words) else ""
    is_bare = not skip and typed.day is None and typed.clock is None and not typed.repeat
    if part not in PARTS_OF_DAY or is_bare:
        return 0  # "Evening class"
    typed.part = PARTS_OF_DAY[part]
    return skip + 1
