"""How long an appointment takes: "for 1h", "45 minutes", "all day", "for 3 days"."""

import re
from collections.abc import Sequence
from datetime import timedelta

from bot.grammar.appointment_times.parts import TypedWhen, typed_words
from bot.grammar.numbers import COUNTS
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.tokens import Token, words_of

_LONGEST = timedelta(hours=24)  # if given in hours or minutes
LONGEST_RANGE = timedelta(days=60)  # from one day to another
_DURATION = re.compile(r"([+-]?\d+(?:[.,]\d+)?)(m|min|mins|minutes?|h|hrs?|hours?)?")
MINUTE_WORDS = {"m", "min", "mins", "minute", "minutes"}
HOUR_WORDS = {"h", "hr", "hrs", "hour", "hours"}
DAYS_OF_UNIT = {"day": 1, "days": 1, "week": 7, "weeks": 7, "month": 30, "months": 30}
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
    """ "for 45 minutes", "2 hours", "for 3 days", "for 6 weeks"."""
    skip = 1 if words_of(tokens, 1) == ["for"] else 0
    found = read_hours_or_minutes(tokens[skip:], is_expected=bool(skip))
    if found is not None:
        typed.duration = found[0]
        return skip + found[1]
    if not skip:
        return 0
    # "for 6 weeks" is how long a series runs, or something that takes whole days.
    words = words_of(tokens[1:], 2)
    count = _a_number(words[0]) if words else None
    if count is None or len(words) < 2 or words[1] not in DAYS_OF_UNIT:
        return 0
    if not 0 < count < 1000:
        raise Misunderstood(Problem.DURATION_IMPOSSIBLE, typed_words(tokens, 3))
    typed.lasts_days = int(count * DAYS_OF_UNIT[words[1]])
    typed.lasts_words = typed_words(tokens, 3)
    return 3


def read_hours_or_minutes(
    tokens: Sequence[Token], *, is_expected: bool
) -> tuple[timedelta, int] | None:
    """Minutes or hours, and the tokens they took. Raises `Misunderstood` for an impossible one."""
    words = words_of(tokens, 4)
    if words[:3] == ["half", "an", "hour"]:
        return timedelta(minutes=30), 3
    if not words:
        return None
    match = _DURATION.fullmatch(words[0])
    if match is None and words[0] not in {"a", "an", "one", *COUNTS}:
        return None
    if match is not None and match[2]:
        number, unit, used = match[1], match[2], 1
    else:
        number, unit, used = (match[1] if match else words[0]), (words[1:2] or [""])[0], 2
    count = _a_number(number)
    if count is None or unit not in MINUTE_WORDS | HOUR_WORDS:
        is_wrong = unit in DAYS_OF_UNIT and is_expected and number.startswith("-")
        if is_wrong:
            raise Misunderstood(Problem.DURATION_IMPOSSIBLE, typed_words(tokens, used))
        return None
    if len(number.lstrip("+-")) > 6:
        raise Misunderstood(Problem.DURATION_IMPOSSIBLE, typed_words(tokens, used))
    minutes = round(count * (60 if unit in HOUR_WORDS else 1))
    if not 1 <= minutes <= _LONGEST.total_seconds() // 60:
        raise Misunderstood(Problem.DURATION_IMPOSSIBLE, typed_words(tokens, used))
    return timedelta(minutes=minutes), used


def _a_number(word: str) -> float | None:
    if word in {"a", "an"}:
        return 1
    if word in COUNTS:
        return COUNTS[word]
    try:
        return float(word.replace(",", "."))
    except ValueError:
        return None
