"""A member's own hours: "7.30", "10pm to 7"."""

import re
from collections.abc import Sequence
from datetime import time

from bot.grammar.clock_times import TypedTime, read_time
from bot.grammar.cursor import Cursor
from bot.grammar.problems import Misunderstood
from bot.grammar.tokens import tokenize

_LONGEST = 60
_FILLERS = frozenset(
    {"at", "about", "around", "from", "between", "and", "to", "until", "till", "-"}
)
_FILLERS |= {",", "every", "day", "each", "in", "the", "morning", "evening", "night", "please"}
_DASH = re.compile(r"(?<=\w)\s*[-–—]\s*(?=\d)")
_NOON = 12
_OFF = frozenset({"off", "none", "never", "no", "stop", "not at all", "no quiet hours"})


def says_off(text: str) -> bool:
    """Whether the answer is that there are to be none."""
    return text.strip(" .!").casefold() in _OFF


def parse_daily_time(text: str, *, is_morning: bool) -> time | None:
    """One time of day; an hour without "am" or "pm" is that of the morning, or of the evening.
    None if it's something else.
    """
    match _read(text):
        case [typed]:
            return _half(typed, is_early=is_morning)
        case _:
            return None


def parse_quiet_hours(text: str) -> tuple[time, time] | None:
    """When they begin and end: "10 to 7" is the night. None if it's something else."""
    match _read(_DASH.sub(" to ", text)):
        case [begins, ends]:
            return _half(begins, is_early=False), _half(ends, is_early=True)
        case _:
            return None


def _half(typed: TypedTime, *, is_early: bool) -> time:
    fitting = [at for at in typed.readings if (at.hour < _NOON) is is_early]
    return (fitting or typed.readings)[0]


def _read(text: str) -> Sequence[TypedTime]:
    """The times; empty if there is anything else beside them."""
    if len(text) > _LONGEST:
        return []
    cursor, found = Cursor(tokenize(text).tokens), []
    while not cursor.is_at_end:
        if cursor.accept(_FILLERS):
            continue
        try:
            typed = read_time(cursor.rest, is_expected=True, is_after_at=True)
        except Misunderstood:
            return []
        if typed is None:
            return []
        found.append(typed)
        cursor.at += typed.tokens_used
    return found
