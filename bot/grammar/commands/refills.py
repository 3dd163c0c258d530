"""The arguments of `/refill`: NAME AMOUNT, and whether that is added, counted or lost."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from bot.grammar.dosages import as_decimal
from bot.grammar.numbers import read_number
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.tokens import Line, Token, tokenize
from bot.grammar.units import name_of_unit

MAX_STOCK = 100_000
_LEFT = {"left", "remaining", "exactly", "="}
_FEWER = {"minus", "fewer", "less", "lost", "broken", "expired", "spilt", "spilled"}
_PLUS = {"+", "and", "plus"}
_TIMES = {"x", "*", "of", "with", "à"}
_BOX_WORDS = """
    box boxes pack packs package packages packet packets blister blisters card cards strip strips
    bottle bottles bag bags tube tubes tub tubs jar jars carton cartons sheet sheets roll rolls
"""
_BOXES = frozenset(_BOX_WORDS.split())
_GLUED = re.compile(r"(?P<count>\d+)\s*[x*](?P<rest>\d.*)?")


class StockChangeKind(StrEnum):
    """How an amount changes the stock."""

    ADDED = "added"
    COUNTED = "counted"  # the total in stock now
    FEWER = "fewer"  # broken, lost or thrown away


@dataclass(frozen=True, slots=True)
class TypedAmount:
    """`amount` of `unit` (None if not given). `parts` is the sum as typed: (2, 28) for two boxes of
    28, (1, 5) for 5 more; empty for a single number.
    """

    amount: Decimal
    unit: str | None
    kind: StockChangeKind = StockChangeKind.ADDED
    parts: tuple[tuple[Decimal, Decimal], ...] = ()


def parse_amount(text: str) -> TypedAmount:
    """ "30", "30 tablets", "2,5 ml", "2 boxes of 28", "2 x 28 + 5", "= 12", "12 left", "-2".

    Raises `Misunderstood`.
    """
    return read_amount(tokenize(text[:1000]))


def read_amount(line: Line) -> TypedAmount:
    """Like :func:`parse_amount`, for the rest of a line."""
    words = line.typed(line.tokens)
    kind, kept = _kind(line.tokens, words)
    if not kept:
        raise Misunderstood(Problem.STOCK_AMOUNT_MISSING)
    parts: list[tuple[Fraction, Fraction]] = []
    units: set[str] = set()
    while kept:
        part, unit, used = _read_part(kept, words)
        parts.append(part)
        units |= {unit} if unit else set()
        kept = kept[used:]
        if kept:
            if kept[0].word not in _PLUS or len(kept) == 1:
                raise Misunderstood(Problem.NO_STOCK_AMOUNT, words)
            kept = kept[1:]
    total = sum((count * each for count, each in parts), Fraction(0))
    is_unclear = len(units) > 1 or (kind is StockChangeKind.FEWER and len(parts) > 1)
    if is_unclear or total < 0 or (total == 0 and kind is not StockChangeKind.COUNTED):
        raise Misunderstood(Problem.NO_STOCK_AMOUNT, words)
    if total > MAX_STOCK:
        raise Misunderstood(Problem.AMOUNT_TOO_LARGE, words)
    is_sum = len(parts) > 1 or parts[0][0] != 1
    return TypedAmount(
        as_decimal(total),
        next(iter(units), None),
        kind,
        tuple((as_decimal(count), as_decimal(each)) for count, each in parts) if is_sum else (),
    )


def parse_per_dose(text: str, unit: str) -> Decimal:
    """How many of *unit* make one dose: "1", "½", "2 tablets". Raises `Misunderstood`."""
    try:
        typed = parse_amount(text)
    except Misunderstood:
        raise Misunderstood(Problem.NO_PER_DOSE, text) from None
    is_number = (
        typed.kind is StockChangeKind.ADDED and typed.unit in {None, unit} and not typed.parts
    )
    if not is_number:
        raise Misunderstood(Problem.NO_PER_DOSE, text)
    return typed.amount


def _kind(tokens: Sequence[Token], words: str) -> tuple[StockChangeKind, tuple[Token, ...]]:
    """What kind of change it is, and the tokens without the words that say so."""
    is_count = any(token.word in _LEFT or token.word.startswith("=") for token in tokens)
    kept = [token.raw.lstrip("=") for token in tokens if token.word not in _LEFT | _FEWER]
    line = tokenize(" ".join(kept))
    first = line.tokens[0].word if line.tokens else ""
    is_fewer = first.startswith("-") or any(token.word in _FEWER for token in tokens)
    if is_fewer and is_count:
        raise Misunderstood(Problem.NO_STOCK_AMOUNT, words)
    if first in {"-", "+"}:
        line = tokenize(" ".join(token.raw for token in line.tokens[1:]))
    elif first.startswith("-"):
        without_sign = line.tokens[0].raw[1:]
        line = tokenize(" ".join([without_sign, *(token.raw for token in line.tokens[1:])]))
    if is_count:
        return StockChangeKind.COUNTED, line.tokens
    return (StockChangeKind.FEWER if is_fewer else StockChangeKind.ADDED), line.tokens


def _read_part(
    tokens: Sequence[Token], words: str
) -> tuple[tuple[Fraction, Fraction], str | None, int]:
    """One summand: how many, how much each, the unit, and how many tokens that takes."""
    glued = _GLUED.fullmatch(tokens[0].word)
    if glued:
        count, used = Fraction(int(glued["count"])), 1
        if glued["rest"]:
            size = tokenize(glued["rest"]).tokens + tuple(tokens[1:])
            each, unit, more = _read_quantity(size, words)
            return (count, each), unit, more
        each, unit, more = _read_quantity(tokens[used:], words)
        return (count, each), unit, used + more
    if tokens[0].word in {"a", "an"} and len(tokens) > 1:
        count, used = Fraction(1), 1
    else:
        number = read_number(tokens)
        if number is None:
            raise Misunderstood(Problem.NO_STOCK_AMOUNT, words)
        if number.rest:
            return (Fraction(1), number.value), _unit(number.rest, words), number.tokens_used
        count, used = number.value, number.tokens_used
    following = [token.word for token in tokens[used : used + 2]]
    match following:
        case [box, times] if box in _BOXES and times in _TIMES:
            each, unit, more = _read_quantity(tokens[used + 2 :], words)
            return (count, each), unit, used + 2 + more
        case [times, *_] if times in _TIMES - {"of", "with"}:
            each, unit, more = _read_quantity(tokens[used + 1 :], words)
            return (count, each), unit, used + 1 + more
        case [word, *_] if word not in _PLUS:
            unit = name_of_unit(word)
            if unit is None and word in _BOXES:
                raise Misunderstood(Problem.STOCK_BOX_SIZE, f"{tokens[used - 1].raw} {word}")
            return (Fraction(1), count), _unit(word, words), used + 1
        case _:
            return (Fraction(1), count), None, used


def _read_quantity(tokens: Sequence[Token], words: str) -> tuple[Fraction, str | None, int]:
    """How much each contains: the number, its unit, and how many tokens they take."""
    number = read_number(tokens)
    if number is None or number.value <= 0:
        raise Misunderstood(Problem.NO_STOCK_AMOUNT, words)
    if number.rest:
        return number.value, _unit(number.rest, words), number.tokens_used
    after = tokens[number.tokens_used : number.tokens_used + 1]
    if not after or after[0].word in _PLUS:
        return number.value, None, number.tokens_used
    return number.value, _unit(after[0].word, words), number.tokens_used + 1


def _unit(word: str, words: str) -> str:
    unit = name_of_unit(word)
    if unit is None:
        raise Misunderstood(Problem.NO_STOCK_AMOUNT, words)
    return unit
