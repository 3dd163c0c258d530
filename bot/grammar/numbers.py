"""Numbers as people type them: "½", "1 1/2", "2,5", "two"."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.tokens import Token

_WORDS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
_WORDS += ["eleven", "twelve", "thirteen", "fourteen"]
COUNTS = {word: n for n, word in enumerate(_WORDS)}

_NUMBER = re.compile(
    r"""(?P<sign>[-+]?)
    (?: (?P<over>\d+)/(?P<under>\d+)
      | (?P<whole>\d*)(?P<vulgar>[¼-¾⅐-⅞↉])
      | (?P<digits>\d+(?:,\d+)+ | \d+[.,]\d+ | [.,]\d+ | \d+)
    )""",
    re.VERBOSE,
)
# "1,000" is a thousand to some people and one to others; "0,125" and "12,50" are clear.
_THOUSAND_OR_NOT = re.compile(r"[1-9]\d{0,2}[.,]\d{3}")
_THOUSANDS = re.compile(r"[1-9]\d{0,2}(,\d{3}){2,}")
# Longer ones aren't an amount of anything, and are slow to convert.
_MAX_DIGITS = 12
LONGEST_NUMBER = 4  # words: "one and a half"
WORDS_KEPT = 1024  # a direction is read several times, once for each question about it


@dataclass(frozen=True, slots=True)
class Number:
    """A number, and what was attached to it in the same word: "mg" in "100mg"."""

    value: Fraction
    rest: str
    tokens_used: int


def read_count(word: str) -> int | None:
    """A whole number in digits, or as a word up to fourteen; None for anything else."""
    if word.isdecimal() and len(word) <= _MAX_DIGITS:
        return int(word)
    return COUNTS.get(word)


def read_number(tokens: Sequence[Token]) -> Number | None:
    """The number at the start of *tokens*, including mixed ones ("1 ½", "1 1/2").

    Raises `Misunderstood` if it can be read as two different numbers.
    """
    if not tokens or tokens[0].is_quoted:
        return None
    first = _read(tokens[0])
    if first is None:
        return _read_words([token.word for token in tokens[:LONGEST_NUMBER]])
    if not first.rest and tokens[0].word.isdecimal() and len(tokens) > 1:
        second = _read(tokens[1])
        if second is not None and 0 < second.value < 1 and tokens[1].word[0] not in "0.,":
            return Number(first.value + second.value, second.rest, 2)
    return first


def _read(token: Token) -> Number | None:
    return None if token.is_quoted else _read_word(token.word)


@lru_cache(WORDS_KEPT)
def _read_word(word: str) -> Number | None:
    match = _NUMBER.match(word)
    if match is None or len(match[0]) > _MAX_DIGITS:
        return None
    rest = word[match.end() :]
    if rest[:1].isdecimal() or rest[:1] in {"/", ".", ","}:
        return None
    value = _value(match)
    if value is None:
        return None
    return Number(-value if match["sign"] == "-" else value, rest, 1)


def _value(match: re.Match[str]) -> Fraction | None:
    if match["over"] is not None:
        under = int(match["under"])
        return Fraction(int(match["over"]), under) if under else None
    if match["vulgar"] is not None:
        vulgar = Fraction(unicodedata.numeric(match["vulgar"])).limit_denominator(10)
        return int(match["whole"] or 0) + vulgar
    digits = match["digits"]
    if _THOUSAND_OR_NOT.fullmatch(digits):
        whole, part = re.split("[.,]", digits)
        if len(whole) > 1 and digits.endswith(",000"):
            return Fraction(whole + part)  # nobody writes 50 as 50,000
        if "." in digits and not part.endswith("0"):
            return Fraction(digits)  # "3.125 mg": no thousands end like that
        shorter = part.rstrip("0")
        as_decimal = f"{whole}.{shorter}" if shorter else whole
        raise Misunderstood(
            Problem.AMOUNT_AMBIGUOUS, digits, suggestions=(whole + part, as_decimal)
        )
    if digits.count(",") > 1:
        return Fraction(digits.replace(",", "")) if _THOUSANDS.fullmatch(digits) else None
    return Fraction(
        "0" + digits.replace(",", ".") if digits[0] in ".," else digits.replace(",", ".")
    )


def _read_words(words: Sequence[str]) -> Number | None:
    """ "two", "half", "half a", "one and a half"."""
    match words:
        case ["half", "a" | "an", *_]:
            return Number(Fraction(1, 2), "", 2)
        case ["half", *_]:
            return Number(Fraction(1, 2), "", 1)
        case [whole, "and", "a", "half"] if whole in COUNTS:
            return Number(COUNTS[whole] + Fraction(1, 2), "", 4)
        case [whole, *_] if whole in COUNTS:
            return Number(Fraction(COUNTS[whole]), "", 1)
        case _:
            return None
