"""How long ago something was given: "10 minutes ago", "half an hour ago", "1 h 30 min ago"."""

import re
from collections.abc import Iterator, Sequence
from datetime import timedelta
from fractions import Fraction

from bot.grammar.numbers import COUNTS
from bot.grammar.tokens import Token, words_of

_AGO = (["ago"], ["before"], ["earlier"])
_LENGTHS = {
    **dict.fromkeys(["min", "mins", "minute", "minutes", "m"], timedelta(minutes=1)),
    **dict.fromkeys(["h", "hr", "hrs", "hour", "hours"], timedelta(hours=1)),
}
_TENS = {
    "fifteen": 15,
    "sixteen": 16,
    "seventeen": 17,
    "eighteen": 18,
    "nineteen": 19,
    "twenty": 20,
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
    "ninety": 90,
}
_NUMBERS = {**COUNTS, **_TENS, "a": 1, "an": 1}
_HOURS_AND_MINUTES = re.compile(r"(\d{1,2})h(\d{1,2})(?:m|min)?")


def read_ago(tokens: Sequence[Token]) -> timedelta | None:
    """ "10 minutes ago", "half an hour ago", "1 h 30 min ago"; None for anything else."""
    words = words_of(tokens, 8)
    if len(words) != len(tokens) or words[-1:] not in _AGO:
        return None
    words = [part for word in words[:-1] for part in _unglued(word)]
    total = timedelta()
    while words:
        length, used = _length(words)
        if length is None:
            return None
        total, words = total + length, words[used:]
        if words[:1] == ["and"]:
            words = words[1:]
    return total or None


def _length(words: Sequence[str]) -> tuple[timedelta | None, int]:
    """The duration at the start of *words*, and how many of them it takes."""
    hour = timedelta(hours=1)
    match words:
        case ["half", "an", "hour", *_]:
            return hour / 2, 3
        case ["a", "half", "hour", *_]:
            return hour / 2, 3
        case ["a", "half"] | ["half"]:
            return hour / 2, len(words)  # "an hour and a half"
        case ["a", "quarter", "of", "an", "hour", *_]:
            return hour / 4, 5
        case ["quarter", "of", "an", "hour", *_]:
            return hour / 4, 4
        case [whole, "and", "a", "half", unit, *_] if (n := count_of(whole)) and unit in _LENGTHS:
            return (2 * int(n) + 1) * _LENGTHS[unit] / 2, 5
        case [tens, ones, unit, *_] if tens in _TENS and ones in COUNTS and unit in _LENGTHS:
            return (_TENS[tens] + COUNTS[ones]) * _LENGTHS[unit], 3
        case [number, unit, *_] if (count := count_of(number)) is not None and unit in _LENGTHS:
            return count.numerator * _LENGTHS[unit] / count.denominator, 2
        case _:
            return None, 0


def count_of(word: str) -> Fraction | None:
    """The number that a word stands for: "2", "two", "½", "2,5"; None if it isn't one."""
    if word in _NUMBERS:
        return Fraction(_NUMBERS[word])
    if word in {"½", "half"}:
        return Fraction(1, 2)
    whole = word.removesuffix("½")
    digits = whole.replace(",", ".")
    if len(word) > 5 or digits.count(".") > 1 or not digits.replace(".", "").isdecimal():
        return None
    if digits.startswith(".") or digits.endswith("."):
        return None
    return Fraction(digits) + (Fraction(1, 2) if whole != word else 0)


def _unglued(word: str) -> Iterator[str]:
    """Split "2h" and "20min" in two, likewise "forty-five", and "1h30" in four."""
    glued = _HOURS_AND_MINUTES.fullmatch(word)
    if glued:
        yield from (glued[1], "h", glued[2], "min")
        return
    digits = len(word) - len(word.lstrip("0123456789.,½"))
    if digits and word[digits:] in _LENGTHS:
        yield from (word[:digits], word[digits:])
    else:
        yield from word.split("-")
