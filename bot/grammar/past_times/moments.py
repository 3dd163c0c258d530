"""Parses a whole text as a moment in the past, and finds where such words start in a line."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.grammar.clock_times import NAMED, PARTS_OF_DAY, looks_like_a_time
from bot.grammar.dates import WEEKDAYS
from bot.grammar.durations import read_ago
from bot.grammar.numbers import read_number
from bot.grammar.past_times.parts import TypedMoment
from bot.grammar.past_times.reading import AT_WORDS, NOW_PHRASES, read_dated, read_moment_parts
from bot.grammar.past_times.resolution import resolve_moment
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.tokens import Line, Token, tokenize, words_of
from bot.grammar.units import name_of_unit

_LONGEST_PHRASE = 12  # tokens
_LONGEST_TEXT = 1000  # characters: enough to report that it is too long
_NOW = {"now"}


def parse_moment(text: str, *, zone: ZoneInfo, now: datetime) -> TypedMoment:
    """The moment in *text*, typed at *now* (aware) by the clock of *zone*.

    Raises `Misunderstood` if it isn't a moment, is in the future, or is more than 48 hours ago.
    """
    line = tokenize(text[:_LONGEST_TEXT])
    if not line.tokens:
        raise Misunderstood(Problem.TIMES_MISSING)
    return read_moment(line, line.tokens, zone=zone, now=now)


def read_moment(
    line: Line, tokens: Sequence[Token], *, zone: ZoneInfo, now: datetime
) -> TypedMoment:
    """Like :func:`parse_moment`, for some *tokens* of a *line*."""
    words = line.typed(tokens)
    if len(tokens) > _LONGEST_PHRASE:
        raise Misunderstood(Problem.NO_SUCH_TIME, words)
    said = read_moment_parts(tokens, words=words, today=now.astimezone(zone).date())
    return resolve_moment(said, words=words, zone=zone, now=now)


def find_moment(tokens: Sequence[Token]) -> int:
    """Where the words about the time start; the number of *tokens* if there are none."""
    for at in range(len(tokens)):
        if _begins(tokens[at:]):
            return at
    return len(tokens)


def _begins(tokens: Sequence[Token]) -> bool:
    first, words = tokens[0], words_of(tokens, 4)
    if first.is_quoted or _is_amount(tokens):
        return False
    if first.word in AT_WORDS | _NOW | {"today", "yesterday", "tonight", *NAMED}:
        return True
    if words[:2] in [list(pair[:2]) for pair in NOW_PHRASES]:
        return True
    match words:
        case ["this" | "last" | "in" | "on", *following]:
            rest = [word for word in following if word != "the"]
            is_part = bool(rest) and (rest[0] in PARTS_OF_DAY or rest[0] in WEEKDAYS)
            return is_part or (words[0] == "on" and read_dated(tokens[1:]) is not None)
        case ["half" | "quarter", "past" | "to", *_] | ["a", "quarter", "past" | "to", *_]:
            return True
        case [_, unit, "ago", *_] if unit.removesuffix("s") in {"day", "week", "month"}:
            return True
    if first.word in WEEKDAYS and len(first.word) > 5:
        return True
    return (
        looks_like_a_time(first) or read_ago(tokens) is not None or read_dated(tokens) is not None
    )


def _is_amount(tokens: Sequence[Token]) -> bool:
    """Whether "2.5", which could be a time with a dot, is an amount: a unit follows, or its minutes
    make no time.
    """
    word = tokens[0].word
    try:
        number = read_number(tokens) if "." in word else None
    except Misunderstood:
        return True  # "1.000" is a number anyway; which one is asked when it is parsed
    if number is None:
        return False
    following = words_of(tokens[number.tokens_used :], 1)
    unit = number.rest or (following[0] if following else "")
    minutes = word[: len(word) - len(number.rest)].partition(".")[2]
    is_no_time = len(minutes) != 2 or word.startswith("0.")
    return name_of_unit(unit) is not None or (is_no_time and not number.rest)
