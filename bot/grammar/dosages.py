"""Dosages: an amount with a unit ("100 mg", "½ tablet", "2 x 500 mg"), or quoted words.

A dosage is kept as typed. It is only checked to name one amount of something, above zero.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from bot.grammar.numbers import LONGEST_NUMBER, WORDS_KEPT, Number, read_number
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.tokens import Line, Token, fold_spaces, is_blank, tokenize, words_of
from bot.grammar.units import UNITS, name_of_unit
from domain.medicines.dosages import THINGS, Dosage

LONGEST_DOSAGE = 80
MAX_AMOUNT = 100_000_000  # of anything: penicillin is dosed in millions of units
MIN_AMOUNT = Fraction(1, 1000)

_LIMITS_FOLLOW = {"max", "max.", "maximum", "most", "least", "than", "exceed", "exceeding"}
# What may join a strength and its form, as in "500 mg tablets".
_JOINING = {"of", ",", "+", "x", "=", "/", "per"}
_PER = re.compile(r"(?P<unit>[^/\d]+)(?:/(?P<per>\d*(?:[.,]\d*)?\s?[^/\d]+))?")
_PER_UNITS = UNITS | {"h", "hr", "hrs", "hour", "hours"}
_OPEN_PER = re.compile(r"(?P<unit>[^/\d]+)/\d+([.,]\d+)?")
_TWO_IN_ONE = re.compile(r"\d+/\d+")
_MULTIPLIED = re.compile(r"(?P<count>\d+)x(?P<rest>.*)")


@dataclass(frozen=True, slots=True)
class FoundDosage:
    """The position of a dosage in a line: tokens `start` to `end`."""

    start: int
    end: int
    dosage: Dosage


@dataclass(frozen=True, slots=True)
class _Range:
    """ "1-2 tablets": from `low` to `high` of `unit`; `end` is where it ends."""

    low: Fraction
    high: Fraction
    unit: str
    end: int


def parse_dosage(text: str) -> Dosage:
    """A dosage on its own, as typed but tidied up. Raises `Misunderstood`."""
    if len(text) > LONGEST_DOSAGE * 4:
        raise Misunderstood(Problem.DOSAGE_TOO_LONG)
    line = tokenize(text)
    if not line.tokens:
        raise Misunderstood(Problem.DOSAGE_MISSING)
    typed = line.typed(line.tokens)
    if len(line.tokens) == 1 and line.tokens[0].is_quoted:
        return Dosage(_checked(line.tokens[0].raw))
    end = _read_dosage(line.tokens, 0)
    if end != len(line.tokens):
        raise _needs_unit(line)
    return count_up(_checked(_tidy(typed)))


def find_quoted_dosage(line: Line) -> FoundDosage | None:
    """The last quoted words of a line that starts with a name. Raises `Misunderstood` if they're
    blank or too long.
    """
    for at in range(len(line.tokens) - 1, 0, -1):
        if line.tokens[at].is_quoted:
            return FoundDosage(at, at + 1, Dosage(_checked(line.tokens[at].raw)))
    return None


@lru_cache(WORDS_KEPT)
def count_up(words: str) -> Dosage:
    """The countable part of a dosage, if it is one plain amount: "½ tablet", "100 mg".

    For a number of things with a strength, the things are counted ("2 tablets of 500 mg"); a
    product ("2 x 500 mg") or a concentration can't be counted.
    """
    tokens = tokenize(words).tokens
    found: list[tuple[Decimal, str]] = []
    is_diluted = False
    at = 0
    while at < len(tokens):
        end = _read_quantity(tokens, at)
        if end is None:
            at += 1
            continue
        several = _read_range(tokens, at)
        if several is not None:
            ranged = _range_of(words, several)
            is_alone = not any(unit in THINGS for _, unit in found) and several.end == len(tokens)
            return (
                ranged
                if (is_alone and ranged.unit in THINGS | {None}) or not found
                else Dosage(words)
            )
        counted = _counted(tokens, at)
        if counted is None and not _is_concentration(tokens, at):
            return Dosage(words)
        if counted is None:
            is_diluted = True
        else:
            found.append(counted)
        at = end
    things = [(amount, unit) for amount, unit in found if unit in THINGS] or found
    if len(things) != 1 or (is_diluted and len(found) != 1):
        return Dosage(words)
    return Dosage(words, *things[0])


def _is_concentration(tokens: Sequence[Token], at: int) -> bool:
    """ "300 units/ml", "25 mcg/h", "0.1 %": a strength, of which nobody gives a number."""
    end = _read_quantity(tokens, at)
    words = [token.word for token in tokens[at:end]]
    return any("/" in word and not word[:1].isdecimal() for word in words) or any(
        re.search(r"[a-zµμ]/|%", word) for word in words
    )


def _range_of(words: str, several: _Range) -> Dosage:
    unit = name_of_unit(several.unit)
    if unit is None:
        return Dosage(words)
    return Dosage(words, as_decimal(several.low), unit, as_decimal(several.high))


def _counted(tokens: Sequence[Token], at: int) -> tuple[Decimal, str] | None:
    """Amount and unit of the plain quantity at *at*."""
    number = _amount(tokens, at)
    if _TWO_IN_ONE.match(tokens[at].word) and number is not None and number.value >= 1:
        return None  # "100/25 mg" of two substances
    if number is None or _MULTIPLIED.fullmatch(tokens[at].word):
        return None
    after = at + number.tokens_used
    of_a = 2 if words_of(tokens[after:], 2) in (["of", "a"], ["of", "an"]) else 0
    unit = number.rest or "".join(words_of(tokens[after + of_a :], 1))
    name = name_of_unit(unit)
    if name is None or number.value <= 0:
        return None
    return as_decimal(number.value), name


def strengths_in(words: str) -> Sequence[Dosage]:
    """The plain strengths in the words of a dosage: 500 mg of "2 tablets of 500 mg"."""
    tokens = tokenize(words).tokens
    found = []
    for at in range(len(tokens)):
        counted = _counted(tokens, at) if _read_quantity(tokens, at) is not None else None
        if counted is not None and counted[1] not in THINGS:
            found.append(Dosage(f"{counted[0]} {counted[1]}", *counted))
    return found


def read_number_only(token: Token) -> bool:
    """Whether a word is just a number above zero."""
    try:
        number = read_number([token])
    except Misunderstood:
        return False
    return number is not None and not number.rest and number.value > 0


def as_decimal(value: Fraction) -> Decimal:
    """*value*, exactly or rounded to four places if it has no finite form (a third)."""
    exact = round(Decimal(value.numerator) / Decimal(value.denominator), 4)
    return Decimal(f"{exact.normalize():f}")


def find_dosages(line: Line) -> list[FoundDosage]:
    """All amounts of a line that starts with a name, in order. Raises
    `Misunderstood` for one that is invalid or ambiguous."""
    found: list[FoundDosage] = []
    at = 0
    while at < len(line.tokens):
        end = _read_dosage(line.tokens, at)
        if end is not None and not is_limit(line.tokens, at):
            words = _checked(_tidy(line.typed(line.tokens[at:end])).replace(" - ", ", "))
            found.append(FoundDosage(at, end, count_up(words)))
        at = end or at + 1
    # "500 mg at 8am, 6 doses": those say how long.
    counted = [each for each in found if each.dosage.unit != "dose"]
    return counted or found


def is_limit(tokens: Sequence[Token], at: int) -> bool:
    """Whether the amount at *at* is the most that may be given: "max 4 doses a day", "no more than
    3 tablets".
    """
    before = words_of(tokens[max(0, at - 2) : at], 2)
    return before == ["up", "to"] or bool(before and before[-1] in _LIMITS_FOLLOW)


def _needs_unit(line: Line) -> Misunderstood:
    typed = line.typed(line.tokens)
    number = read_number(line.tokens)
    if number is not None and number.tokens_used == len(line.tokens) and not number.rest:
        return Misunderstood(
            Problem.DOSAGE_NEEDS_UNIT, typed, suggestions=(f"{typed} mg", f"{typed} tablets")
        )
    return Misunderstood(Problem.DOSAGE_NEEDS_UNIT, typed, suggestions=(f'"{typed}"',))


def _checked(words: str) -> str:
    if is_blank(words):
        raise Misunderstood(Problem.DOSAGE_MISSING)
    if len(words) > LONGEST_DOSAGE:
        raise Misunderstood(Problem.DOSAGE_TOO_LONG)
    return words


def _tidy(words: str) -> str:
    """One space between an amount and its unit, so that "100mg" and "100  mg" look the same; and a
    comma for the stop in "2.5 mg tablets. 4 tablets".
    """
    words = re.sub(r"(?<=[a-z])\.(?=\s)", ",", words)
    return fold_spaces(re.sub(r"(?<=[\d¼-¾⅐-⅞])(?=[^\W\d_¼-¾⅐-⅞])(?!x\b|x\d)", " ", words)).rstrip(
        ",."
    )


def _read_dosage(tokens: Sequence[Token], at: int) -> int | None:
    """Where the dosage that starts at *at* ends; None if none starts there."""
    end = _read_quantity(tokens, at)
    while end is not None and end < len(tokens):
        # "2 tablets of 500 mg", "500 mg, 2 tablets", "500 mg tablets"
        joint = 1 if words_of(tokens[end:], 1)[:1] and tokens[end].word in _JOINING else 0
        is_dash = tokens[end].word == "-" and _is_strength(tokens, at)
        if is_dash and _read_quantity(tokens, end + 1) and not _is_strength(tokens, end + 1):
            joint = 1  # "5 mg tabs - 1 tab"
        further = _read_quantity(tokens, end + joint)
        is_list = not joint or tokens[end].word == ","
        is_alike = further is not None and (
            _is_strength(tokens, at) is _is_strength(tokens, end + joint)
        )
        if is_list and is_alike:
            break  # "10 mg, 15 mg" are two
        if further is not None and quantity_ends(tokens, end + joint) is None:
            break  # "3 mg, half dose Sunday": that is a change, or a number of times
        if further is not None:
            end = further
        elif not tokens[end].is_quoted and tokens[end].word in UNITS:
            end += 1
        else:
            break
    return end


def _is_strength(tokens: Sequence[Token], at: int) -> bool:
    """Whether the quantity at *at* is one of substance, not of things."""
    counted = _counted(tokens, at)
    return counted is None or counted[1] not in THINGS


def quantity_ends(tokens: Sequence[Token], at: int) -> int | None:
    """Where the amount with a unit that starts at *at* ends; None for "4 doses", which are a number
    of times.
    """
    end = _read_quantity(tokens, at)
    return None if end is not None and tokens[end - 1].word in {"dose", "doses"} else end


def _read_quantity(tokens: Sequence[Token], at: int, *, can_multiply: bool = True) -> int | None:
    """Where one amount with its unit ends: "100 mg", "½tab", "2x 500 mg", "5 mg/ml"."""
    if at >= len(tokens) or tokens[at].is_quoted:
        return None
    several = _read_range(tokens, at)
    if several is not None:
        return several.end
    multiplied = _MULTIPLIED.fullmatch(tokens[at].word)
    if multiplied:
        return _read_multiple(tokens, at, multiplied) if can_multiply else None
    number = _amount(tokens, at)
    if number is None:
        return None
    after = at + number.tokens_used
    if number.rest:
        end = _unit_end([number.rest, *words_of(tokens[after:], 1)], after - 1)
    elif words_of(tokens[after:], 1) == ["x"]:
        end = _read_quantity(tokens, after + 1, can_multiply=False) if can_multiply else None
    else:
        of_a = 2 if words_of(tokens[after:], 2) in (["of", "a"], ["of", "an"]) else 0
        end = _unit_end(words_of(tokens[after + of_a :], 2), after + of_a)
    if end is not None:
        _refuse_leading_zero(tokens, at, end)
        typed = " ".join(token.raw for token in tokens[at:end])
        if number.value <= 0:
            raise Misunderstood(Problem.AMOUNT_NOT_POSITIVE, typed)
        if number.value > MAX_AMOUNT:
            raise Misunderstood(Problem.AMOUNT_TOO_LARGE, typed)
        if number.value < MIN_AMOUNT:
            raise Misunderstood(Problem.AMOUNT_TOO_SMALL, typed)
    return end


def _unit_end(words: Sequence[str], at: int) -> int | None:
    """Where the unit that starts at *at* of *words* ends: "mg", "mg/ml", "mg/5 ml"."""
    if not words:
        return None
    if _is_unit(words[0]):
        return at + 1
    per = _OPEN_PER.fullmatch(words[0])
    if per and per["unit"] in UNITS and len(words) > 1 and words[1].rstrip(".") in _PER_UNITS:
        return at + 2
    return None


def _refuse_leading_zero(tokens: Sequence[Token], at: int, end: int) -> None:
    """ "1 000 mg" is a thousand in two words; "05 mg" may have lost its decimal point."""
    match = re.match(r"0(\d+)(?![\d./,])", tokens[at].word)
    if match is None:
        return
    amount = " ".join(token.raw for token in tokens[at:end])
    unit = _tidy(amount)[len(match[0]) :].strip()
    before = tokens[at - 1].word if at > 0 else ""
    if before.isdecimal():
        amount, readings = f"{before} {amount}", [before + match[0]]
    else:
        readings = [match[1].lstrip("0"), f"0.{match[1]}"]
    suggestions = tuple(f"{reading} {unit}" for reading in readings if reading)
    raise Misunderstood(Problem.AMOUNT_AMBIGUOUS, amount, suggestions=suggestions)


def _read_multiple(tokens: Sequence[Token], at: int, multiplied: re.Match[str]) -> int | None:
    """Where "2x 500 mg" or "2x500 mg" ends."""
    rest = multiplied["rest"]
    if rest:
        glued = [Token(rest, rest, 0, 0), *tokens[at + 1 :]]
        length = _read_quantity(glued, 0, can_multiply=False)
        end = None if length is None else at + length
    else:
        end = _read_quantity(tokens, at + 1, can_multiply=False)
    if end is not None and not multiplied["count"].strip("0"):
        raise Misunderstood(Problem.AMOUNT_NOT_POSITIVE, tokens[at].raw)
    return end


def _amount(tokens: Sequence[Token], at: int) -> Number | None:
    try:
        return read_number(tokens[at : at + LONGEST_NUMBER])
    except Misunderstood as two_readings:
        # It is an amount only if a unit follows: a name may well contain "1,000".
        unit = re.sub(r"^[\d.,]+", "", tokens[at].word) or "".join(words_of(tokens[at + 1 :], 1))
        if not _is_unit(unit):
            return None
        raise Misunderstood(
            two_readings.problem,
            f"{two_readings.words} {unit}",
            suggestions=tuple(f"{reading} {unit}" for reading in two_readings.suggestions),
        ) from None


def _read_range(tokens: Sequence[Token], at: int) -> _Range | None:
    """ "1-2 tablets", "1 to 2 tablets", "½-1 tablet": whoever gives it says how much. Raises
    `Misunderstood` for one that goes down.
    """
    words = words_of(tokens[at:], 5)
    if not words:
        return None
    low_word, dash, high_word = words[0].partition("-")
    if dash and high_word:
        last = at
    elif len(words) > 2 and words[1] in {"-", "to", "or"}:
        high_word, last = words[2], at + 2
    elif len(words) == 5 and words[2] in {"-", "to", "or"} and words[1] == words[4]:
        high_word, last = words[3], at + 3  # "15 mg to 30 mg"
    else:
        return None
    low = _plain_number(low_word)
    high = read_number([Token(high_word, high_word, 0, 0)]) if "-" not in high_word else None
    if low is None or high is None or high.value <= 0:
        return None
    unit = high.rest or "".join(words_of(tokens[last + 1 :], 1))
    if not _is_unit(unit) or ("or" in words[1:3] and name_of_unit(unit) not in THINGS):
        return None
    typed = " ".join(token.raw for token in tokens[at : last + 1])
    if low >= high.value:
        raise Misunderstood(Problem.AMOUNT_RANGE, typed)
    return _Range(low, high.value, unit, last + 1 + (not high.rest))


def _plain_number(word: str) -> Fraction | None:
    try:
        number = read_number([Token(word, word, 0, 0)]) if word else None
    except Misunderstood:
        return None
    return number.value if number and not number.rest and number.value > 0 else None


@lru_cache(WORDS_KEPT)
def _is_unit(word: str) -> bool:
    """mg · mg/ml · mg/5ml · units/h."""
    match = _PER.fullmatch(word.rstrip("."))
    return match is not None and match["unit"] in UNITS
