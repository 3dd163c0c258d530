"""How long an appointment takes: "for 1h", "45 minutes", "all day", "for 3 days"."""

from collections.abc import Sequence
from datetime import timedelta

from bot.grammar.appointment_times.parts import TypedWhen, typed_words
from bot.grammar.cursor import Cursor
from bot.grammar.durations import TypedDuration, read_duration
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.tokens import Token, words_of

_LONGEST = timedelta(hours=24)  # if given in hours or minutes
LONGEST_RANGE = timedelta(days=60)  # from one day to another
_LONGEST_SERIES = 1000  # days, weeks or months
_ALL_DAY = (["all", "day"], ["whole", "day"], ["full", "day"], ["all", "day", "long"])


def read_all_day(tokens: Sequence[Token], typed: TypedWhen) -> int:
    """ "all day", "whole day", "all-day"."""
    words = words_of(tokens, 3)
    if words[:1] == ["all-day"]:
        used = 1
    else:
        used = max((len(each) for each in _ALL_DAY if words[: len(each)] == each), default=0)
    if used:
        typed.is_all_day = True
        typed.words.append(typed_words(tokens, used))
    return used


def read_length(tokens: Sequence[Token], typed: TypedWhen) -> int:
    """ "for 45 minutes", "2 hours", "for 3 days", "for 6 weeks", "for 3 months"."""
    cursor = Cursor(tokens)
    is_expected = bool(cursor.accept("for"))
    found = read_duration(cursor.rest)
    if found is None:
        return 0
    if found.clock is not None:
        typed.duration = _possible(found)
    elif not is_expected:
        return 0
    else:
        # "for 6 weeks" is how long a series runs, or something that takes whole days.
        if not (found.is_in_days and max(found.days, found.months) < _LONGEST_SERIES):
            raise Misunderstood(Problem.DURATION_IMPOSSIBLE, f"for {found.words}")
        typed.lasts = found
    return cursor.at + found.tokens_used


def read_hours_or_minutes(tokens: Sequence[Token]) -> tuple[timedelta, int] | None:
    """Minutes or hours, and the tokens they took. Raises `Misunderstood` for an impossible one."""
    found = read_duration(tokens)
    if found is None or found.clock is None:
        return None
    return _possible(found), found.tokens_used


def _possible(typed: TypedDuration) -> timedelta:
    length = typed.clock
    if length is None or not timedelta(minutes=1) <= length <= _LONGEST:
        raise Misunderstood(Problem.DURATION_IMPOSSIBLE, typed.words)
    return length
