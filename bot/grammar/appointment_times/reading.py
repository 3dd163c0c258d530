"""Reads the parts of a time one by one from the front of the text."""

import re
from collections.abc import Callable, Sequence
from itertools import takewhile

from bot.grammar.appointment_times.days import (
    read_counted_date,
    read_day,
    read_day_and_part,
    read_days_of_a_month,
)
from bot.grammar.appointment_times.ends import read_end, read_number_of_times
from bot.grammar.appointment_times.hours import (
    read_clock,
    read_hours_range,
    read_part_of_day,
    read_window,
)
from bot.grammar.appointment_times.lengths import read_all_day, read_hours_or_minutes, read_length
from bot.grammar.appointment_times.parts import TypedWhen, as_tokens, check_once, typed_words
from bot.grammar.appointment_times.repeats import read_repeat
from bot.grammar.clock_times import NAMED, PARTS_OF_DAY
from bot.grammar.cursor import Cursor
from bot.grammar.dates import MONTHS, WEEKDAYS, TypedDate
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.rhythms.exceptions import read_exceptions, read_months
from bot.grammar.tokens import Token, words_of

# What can be on either side of a dash: "10:00-14:00", "9am-2pm", "1-14 july", "mon-fri".
_SIDE = re.compile(r"\d{1,4}([:.]\d{2})?([ap]m)?|\d{1,2}(st|nd|rd|th|/\d{1,2})|[a-z]{3,9}")
_BEGINS = {"from", "starting", "beginning", "begins", "starts"}
_NEVER_FIRST = {",", *_BEGINS}
_FILLERS = _NEVER_FIRST | {"on", "the"}
_FILLERS_OF_A_PART = 2


def split_spans(tokens: Sequence[Token]) -> tuple[Token, ...]:
    """Split "10:00-14:00" and "1-14" into three tokens each; "2026-12-03" and "x-ray" stay
    whole.
    """
    found: list[Token] = []
    for token in tokens:
        first, dash, last = token.word.partition("-")
        is_span = dash and not token.is_quoted and len(token.word) == len(token.raw)
        if not is_span or not (_is_side(first) and _is_side(last)):
            found.append(token)
            continue
        middle = token.start + len(first)
        found += [
            Token(token.raw[: len(first)], first, token.start, middle),
            Token("-", "-", middle, middle + 1),
            Token(token.raw[len(first) + 1 :], last, middle + 1, token.end),
        ]
    return tuple(found)


def _is_side(word: str) -> bool:
    if not _SIDE.fullmatch(word):
        return False
    return not word.isalpha() or word in MONTHS or word in WEEKDAYS or word in NAMED


def reads_as_time(tokens: Sequence[Token]) -> int:
    """How many of *tokens* start like a date, a time, a rhythm or a duration; 0 if they don't."""
    if not tokens or tokens[0].is_quoted or tokens[0].word in _FILLERS:
        return 0
    if len(tokens) > 2 and read_hours_range(tokens) is not None:
        return 3
    try:
        return read_when_part(tokens, TypedWhen())
    except Misunderstood:
        return 1


def read_when_part(tokens: Sequence[Token], typed: TypedWhen) -> int:
    """Read one part of a time into *typed*; returns how many tokens it took, 0 if there is none.

    Raises `Misunderstood` for words that can only be meant as such a part, but are wrong.
    """
    if used := _first_month(tokens, typed):
        return used
    skipped = _fillers(tokens)
    # "on" and "the" can be part of it ("on Mondays", "on the 3rd of every month"), if they come
    # right before it.
    for start in range(max(0, skipped - _FILLERS_OF_A_PART), skipped + 1):
        used = _read_one_part(tokens[start:], typed) if start < len(tokens) else 0
        if used:
            return start + used
    return 0


def _fillers(tokens: Sequence[Token]) -> int:
    """How many of *tokens* carry no meaning of their own."""
    fillers = takewhile(lambda token: not token.is_quoted and token.word in _FILLERS, tokens)
    return sum(1 for _ in fillers)


def _read_one_part(tokens: Sequence[Token], typed: TypedWhen) -> int:
    words = words_of(tokens, 2)
    if not words or words[0] in _NEVER_FIRST:
        return 0
    readers: tuple[Callable[[Sequence[Token], TypedWhen], int], ...] = (
        read_all_day,
        read_days_of_a_month,
        _repeat,
        _exceptions,
        _months,
        read_window,
        read_end,
        read_number_of_times,
        read_length,
        read_counted_date,
        read_day_and_part,
        read_day,
        read_clock,
        read_part_of_day,
    )
    for reader in readers:
        used = reader(tokens, typed)
        if used:
            return used
    if words[0] == "in" and read_hours_or_minutes(tokens[1:]) is not None:
        # People read it again later, and "in an hour" would have lost its meaning.
        raise Misunderstood(Problem.WHEN_UNREADABLE, typed_words(tokens, 3))
    return 0


def _repeat(tokens: Sequence[Token], typed: TypedWhen) -> int:
    found = read_repeat(tokens)
    if found is None:
        return 0
    check_once(typed.repeat, found.words)
    typed.repeat = found
    if found.rhythm is not None:
        typed.exceptions += found.rhythm.exceptions
        _keep_between(typed, found.rhythm.first, found.rhythm.last)
    last = found.words.split()[-1]
    if last in PARTS_OF_DAY:  # "every morning at 8"
        typed.part = PARTS_OF_DAY[last]
    return found.tokens_used


def _exceptions(tokens: Sequence[Token], typed: TypedWhen) -> int:
    """ "except 29 December", "but not on sundays"."""
    cursor = Cursor(tokens)
    found = read_exceptions(cursor)
    if found is None:
        return 0
    words = cursor.words_since(0)
    if found.weekdays and typed.repeat is None:
        raise Misunderstood(Problem.EXCEPTION_UNREADABLE, words)
    if found.weekdays and typed.repeat is not None:
        typed.repeat = typed.repeat.without(found.weekdays, words=words)
    typed.exceptions += found.days
    typed.words.append(words)
    return cursor.at


def _months(tokens: Sequence[Token], typed: TypedWhen) -> int:
    """ "in December", of a series: it begins and ends in that month."""
    cursor = Cursor(tokens)
    found = read_months(cursor)
    if found is None or not (typed.repeat or _is_rhythm_ahead(cursor)):
        return 0
    _keep_between(typed, *found)
    typed.words.append(cursor.words_since(0))
    return cursor.at


def _is_rhythm_ahead(cursor: Cursor) -> bool:
    """ "in December every Tuesday" """
    ahead = Cursor(cursor.tokens, cursor.at)
    ahead.skip({",", "on"})
    try:
        return read_repeat(ahead.rest) is not None
    except Misunderstood:
        return True


def _keep_between(typed: TypedWhen, first: TypedDate | None, last: TypedDate | None) -> None:
    for day, before in ((first, typed.day), (last, typed.until)):
        if day is not None:
            check_once(before, day.words)
    typed.day, typed.until = first or typed.day, last or typed.until


def _first_month(tokens: Sequence[Token], typed: TypedWhen) -> int:
    """ "starting in January", of a series: from its first day in that month on."""
    cursor = Cursor(tokens)
    if typed.repeat is None or not cursor.accept(_BEGINS):
        return 0
    cursor.accept("in")
    if cursor.peek() not in MONTHS:
        return 0
    named = Cursor((*as_tokens("in"), *cursor.rest))
    found = read_months(named)
    if found is None:
        return 0
    _keep_between(typed, found[0], None)
    return cursor.at + named.at - 1
