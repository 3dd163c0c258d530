"""`/refill NAME AMOUNT`: how much of it, of what, and whether it is added or counted."""

from dataclasses import dataclass
from decimal import Decimal

from bot.grammar.dosages import as_decimal, name_of_unit
from bot.grammar.numbers import read_number
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.tokens import Line, tokenize

MOST = 100_000
_LEFT = {"left", "remaining", "exactly", "="}


@dataclass(frozen=True, slots=True)
class TypedAmount:
    """`amount` of `unit` (None: it was not said). `is_count`: this is what is there, in all."""

    amount: Decimal
    unit: str | None
    is_count: bool = False


def parse_amount(text: str) -> TypedAmount:
    """ "30", "30 tablets", "2,5 ml", "= 12", "12 left". Raises `Misunderstood`."""
    return read_amount(tokenize(text[:1000]))


def read_amount(line: Line) -> TypedAmount:
    """As :func:`parse_amount`, for what is left of a line."""
    words = line.typed(line.tokens)
    is_count = any(token.word in _LEFT or token.word.startswith("=") for token in line.tokens)
    kept = tokenize(" ".join(t.raw.lstrip("=") for t in line.tokens if t.word not in _LEFT)).tokens
    if not kept:
        raise Misunderstood(Problem.STOCK_AMOUNT_MISSING)
    number = read_number(kept)
    if number is None:
        raise Misunderstood(Problem.NO_STOCK_AMOUNT, words)
    rest = [number.rest, *(token.word for token in kept[number.tokens_used :])]
    unit_words = [word for word in rest if word]
    unit = name_of_unit(unit_words[0]) if unit_words else None
    if len(unit_words) > 1 or (unit_words and unit is None):
        raise Misunderstood(Problem.NO_STOCK_AMOUNT, words)
    if number.value < 0 or (number.value == 0 and not is_count):
        raise Misunderstood(Problem.NO_STOCK_AMOUNT, words)
    if number.value > MOST:
        raise Misunderstood(Problem.AMOUNT_TOO_LARGE, words)
    return TypedAmount(as_decimal(number.value), unit, is_count)
