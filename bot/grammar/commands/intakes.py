"""`/give NAME [AMOUNT] [at TIME]`: what was given, how much, and when."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from bot.grammar.dosages import as_decimal, parse_dosage
from bot.grammar.numbers import read_number
from bot.grammar.past_times.moments import find_moment, read_moment
from bot.grammar.past_times.parts import TypedMoment
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.tokens import Line, Token, fold_spaces, is_blank, strip_unsafe, tokenize
from bot.grammar.units import amount_in_words
from domain.medicines.dosages import THINGS, Dosage

LONGEST_REMARK = 500
LONGEST_LINE = 1000
_NEAR = 4  # times or parts of the usual amount, that an amount may be
MAX_AT_ONCE = 100  # of something given without its unit: more is a strength, or a slip

_TIMES = re.compile(r"x?(\d{1,2})x?")
_MILITARY = re.compile(r"([01]\d|2[0-3])([0-5]\d)")
_TIMES_WORDS = {"twice": 2, "double": 2, "triple": 3}


@dataclass(frozen=True, slots=True)
class TypedAmount:
    """An amount as typed: with its unit, as a bare `number` (of tablets, of doses), or as a
    multiple of the dose (`times`).
    """

    dosage: Dosage | None = None
    number: Decimal | None = None
    times: Decimal | None = None

    def of(self, usual: Dosage) -> Dosage:
        """The dosage that is meant, given the *usual* dose: "2" means 2 tablets if the dose is in
        tablets, and twice the dose if it is a strength.
        """
        if self.dosage is not None:
            return self.dosage
        if self.number is not None and usual.unit in THINGS:
            return Dosage(amount_in_words(self.number, usual.unit), self.number, usual.unit)
        count = self.times if self.times is not None else self.number
        if count is None or count == 1:
            return usual
        words = f"{_plain(count)} × {usual.words}"
        if usual.amount is None:
            return Dosage(words)
        if usual.most is not None:
            return Dosage(words, count * usual.amount, usual.unit, count * usual.most)
        if usual.unit in THINGS:
            words = amount_in_words(count * usual.amount, usual.unit)
        return Dosage(words, count * usual.amount, usual.unit)

    def said_of(self, usual: Dosage) -> "TypedAmount | None":
        """What somebody means who says it in own words: "4" of a warfarin of 4 mg is the usual
        amount, so None. "3" may be 3 mg or three of them, which raises `Misunderstood`.
        """
        count, dose = self.number, usual.amount
        if count is None or dose is None or count <= 1 or usual.unit in {None, *THINGS}:
            return self
        if count == dose:
            return None
        if dose / _NEAR <= count <= dose * _NEAR:
            typed = _plain(count)
            meant = (f"{typed} {usual.unit}", f"x{typed}")
            raise Misunderstood(Problem.DOSAGE_NEEDS_UNIT, typed, suggestions=meant)
        return self


@dataclass(frozen=True, slots=True)
class TypedIntake:
    """An amount, if it wasn't the planned one, and the moment, if it wasn't now.

    A part that couldn't be understood has a problem of its own; the other part still counts.
    """

    amount: TypedAmount | None = None
    moment: TypedMoment | None = None
    amount_problem: Misunderstood | None = None
    time_problem: Misunderstood | None = None
    time_words: str = ""


def read_intake(rest: Line, *, zone: ZoneInfo, now: datetime) -> TypedIntake:
    """Read what follows the name of a medicine, for a person in *zone*. Never raises."""
    start = find_moment(rest.tokens)
    amount, when = rest.tokens[:start], rest.tokens[start:]
    while amount and amount[-1].word == ",":
        amount = amount[:-1]
    typed = moment = amount_problem = time_problem = None
    try:
        typed = read_amount(rest, amount) if amount else None
    except Misunderstood as problem:
        amount_problem = problem
    try:
        moment = read_moment(rest, when, zone=zone, now=now) if when else None
    except Misunderstood as problem:
        time_problem = problem
    return TypedIntake(typed, moment, amount_problem, time_problem, rest.typed(when))


def parse_amount(text: str) -> TypedAmount:
    """ "½ tablet", "1 g", "2", "x2", "twice": how much was given. Raises `Misunderstood`."""
    line = tokenize(text[:LONGEST_LINE])
    return read_amount(line, line.tokens)


def read_amount(line: Line, tokens: Sequence[Token]) -> TypedAmount:
    """Like :func:`parse_amount`, for some *tokens* of a *line*."""
    if not tokens:
        raise Misunderstood(Problem.DOSAGE_MISSING)
    times = _times([token.word for token in tokens if not token.is_quoted])
    if times is not None:
        return TypedAmount(times=times)
    number = None if any(token.is_quoted for token in tokens) else read_number(tokens)
    if number is not None and number.tokens_used == len(tokens) and not number.rest:
        value = as_decimal(number.value)
        if value <= 0:
            raise Misunderstood(Problem.AMOUNT_NOT_POSITIVE, line.typed(tokens))
        if value > MAX_AT_ONCE:
            typed = line.typed(tokens)
            meant = (f"{typed} mg", f"{typed} tablets", *_clock_times(typed))
            raise Misunderstood(Problem.DOSAGE_NEEDS_UNIT, typed, suggestions=meant)
        return TypedAmount(number=value)
    try:
        dosage = parse_dosage(line.typed(tokens))
        if dosage.most is not None:  # what was given was one amount
            raise Misunderstood(Problem.AMOUNT_RANGE, dosage.words)
        return TypedAmount(dosage)
    except Misunderstood as problem:
        if problem.problem is Problem.DOSAGE_NEEDS_UNIT and number is None:
            raise Misunderstood(Problem.INTAKE_UNREADABLE, line.typed(tokens)) from problem
        raise


def _clock_times(typed: str) -> tuple[str, ...]:
    """ "at 12:30" for "1230"."""
    match = _MILITARY.fullmatch(typed)
    return (f"at {match[1]}:{match[2]}",) if match else ()


def _times(words: Sequence[str]) -> Decimal | None:
    """ "x2", "2x", "x 2", "2 x", "2 times", "twice"."""
    match words:
        case [word] if word in _TIMES_WORDS:
            return Decimal(_TIMES_WORDS[word])
        case ["x", count] | [count, "x" | "times"] if count.isdecimal() and len(count) < 3:
            return Decimal(count) or None
        case [word] if "x" in word and (match := _TIMES.fullmatch(word)):
            return Decimal(match[1]) or None
    return None


def parse_remark(text: str) -> str:
    """A note or a reason, on one line. Raises `Misunderstood` beyond 500 characters."""
    remark = fold_spaces(strip_unsafe(text))
    if is_blank(remark):
        raise Misunderstood(Problem.REMARK_MISSING)
    if len(remark) > LONGEST_REMARK:
        raise Misunderstood(Problem.REMARK_TOO_LONG)
    return remark


def read_remark(text: str) -> str:
    """The same; "" where there is none."""
    return "" if is_blank(text) else parse_remark(text)


def _plain(count: Decimal) -> str:
    return f"{count.normalize():f}"
