"""Reads a rhythm: its pattern, and what is said about it right after."""

from collections.abc import Sequence

from bot.grammar.cursor import Cursor
from bot.grammar.dates import MONTHS, ORDINALS, WEEKDAYS, read_date
from bot.grammar.numbers import COUNTS
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.rhythms.exceptions import read_exceptions, read_months
from bot.grammar.rhythms.intervals import BEGINNINGS, read_interval
from bot.grammar.rhythms.months import read_monthly
from bot.grammar.rhythms.patterns import EVERY, Pattern, TypedException, TypedRhythm, Unit
from bot.grammar.rhythms.weekdays import GROUPS
from bot.grammar.tokens import Token

_BEGINNINGS = frozenset([*EVERY, *ORDINALS, *WEEKDAYS, *GROUPS, *COUNTS, *BEGINNINGS, "on", "the"])


def read_rhythm(tokens: Sequence[Token]) -> TypedRhythm | None:
    """The rhythm at the start of *tokens*; None if they start with something else.

    Raises `Misunderstood` if it can be two, says too little, or is too fast or too slow.
    """
    if not tokens or not _may_begin(tokens[0].word):
        return None
    cursor = Cursor(tokens)
    if yearly := _read_yearly(cursor):
        return yearly
    pattern = read_pattern(cursor)
    if pattern is None:
        return None
    exceptions: tuple[TypedException, ...] = ()
    months = None
    while True:
        begin = cursor.at
        if left_out := read_exceptions(cursor):
            exceptions += left_out.days
            if left_out.weekdays:
                rest = pattern.without(left_out.weekdays)
                if rest is None:
                    raise Misunderstood(Problem.EXCEPTION_MISSES, cursor.words_since(begin))
                pattern = rest
        elif months is None and (found := read_months(cursor)):
            months = found
        else:
            break
    return TypedRhythm(
        words=cursor.words_since(0),
        pattern=pattern,
        tokens_used=cursor.at,
        exceptions=exceptions,
        first=months[0] if months else None,
        last=months[1] if months else None,
    )


def _may_begin(word: str) -> bool:
    """Whether a rhythm can begin with *word*: a quick look, since most words are none."""
    return word in _BEGINNINGS or word[:1].isdecimal() or "/" in word or "+" in word or "&" in word


def _read_yearly(cursor: Cursor) -> TypedRhythm | None:
    """ "every 29 December": a day of each year, from the next one on."""
    if not cursor.accept(EVERY):
        return None
    found = read_date(cursor.rest)
    words = [token.word for token in cursor.rest[: found.tokens_used]] if found else []
    if found is None or not any(word in MONTHS for word in words):
        cursor.at = 0
        return None
    cursor.at += found.tokens_used
    return TypedRhythm(cursor.words_since(0), Pattern(Unit.YEAR), cursor.at, first=found)


def read_pattern(cursor: Cursor) -> Pattern | None:
    """Take the pattern at the cursor."""
    return read_monthly(cursor) or read_interval(cursor)
