"""Reads a rhythm: its pattern, and what is said about it right after."""

from collections.abc import Sequence

from bot.grammar.cursor import Cursor
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.rhythms.exceptions import read_exceptions, read_months
from bot.grammar.rhythms.intervals import read_interval
from bot.grammar.rhythms.months import read_monthly
from bot.grammar.rhythms.patterns import Pattern, TypedException, TypedRhythm
from bot.grammar.tokens import Token


def read_rhythm(tokens: Sequence[Token]) -> TypedRhythm | None:
    """The rhythm at the start of *tokens*; None if they start with something else.

    Raises `Misunderstood` if it can be two, says too little, or is too fast or too slow.
    """
    cursor = Cursor(tokens)
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


def read_pattern(cursor: Cursor) -> Pattern | None:
    """Take the pattern at the cursor."""
    return read_monthly(cursor) or read_interval(cursor)
