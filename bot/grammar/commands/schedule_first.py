"""A direction that says when before it says what: "on mondays methotrexate 10 mg 9am"."""

from contextlib import suppress
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bot.grammar.clock_times import MEALS, NAMED, PARTS_OF_DAY, looks_like_a_time
from bot.grammar.dates import MONTHS, WEEKDAYS
from bot.grammar.dosages import quantity_ends
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.schedule_parts.cursor import JOINING
from bot.grammar.schedules.parsing import parse_schedule
from bot.grammar.tokens import Line, Token, relaid
from bot.grammar.units import name_of_unit

_LONGEST = 10  # words that say when, before the name
_LONGEST_NAME = 5
_OPEN = {"every", "each", "on", "for", "at", "in", "alternate"}
_ALONE = {"nightly", "weekly", "monthly", "fortnightly"}
_NO_NAMES = JOINING | _OPEN | _ALONE | {"once", "twice", "daily", "only", "then", "or", "of", "a"}
_NO_NAMES |= {*WEEKDAYS, *PARTS_OF_DAY, *NAMED, *MEALS, *MONTHS, "from", "until", "before", "after"}
_NO_NAMES |= {"with", "when", "if", "and", "as", "to", "per", "more", "less", "instead", "is", "it"}


def name_first(line: Line) -> Line:
    """The line with what says when behind the name and the amount; as it is, if it begins with
    anything else.
    """
    with suppress(Misunderstood):  # an amount that can't be read is said by who reads it
        return _name_first(line)
    return line


def _name_first(line: Line) -> Line:
    tokens = line.tokens
    for end in range(min(_LONGEST, len(tokens) - 1), -1, -1):
        when = tokens[: end - 1] if end > 1 and tokens[end - 1].word == "only" else tokens[:end]
        if when and not _says_when(line, when):
            continue
        rest = _name_before_amount(tokens[end:])
        if rest is not None and (when or rest != tokens):
            at = _after_amounts(rest)
            return relaid((*rest[:at], *when, *rest[at:]))
    return line


def _says_when(line: Line, tokens: tuple[Token, ...]) -> bool:
    """Whether these words are a schedule, and all of them are needed for it."""
    if any(token.is_quoted for token in tokens) or tokens[-1].word in JOINING | _OPEN:
        return False
    first = tokens[0].word
    is_day = first in _ALONE or (first in WEEKDAYS and first.endswith("s"))
    if len(tokens) == 1 and not (is_day or looks_like_a_time(tokens[0])):
        return False  # "Night Nurse", "Daily Vitamin"
    try:
        parse_schedule(line.typed(tokens), zone=ZoneInfo("UTC"), now=datetime.now(UTC))
    except Misunderstood as problem:
        return problem.problem.can_be_completed or problem.problem is Problem.AM_OR_PM
    return True


def _name_before_amount(tokens: tuple[Token, ...]) -> tuple[Token, ...] | None:
    """ "Ramipril 1 tablet", of "1 tablet ramipril"; None if no name follows."""
    if tokens and _may_be_name(tokens[0]):
        return tokens
    end = quantity_ends(tokens, 0) or 0
    if not end or end >= len(tokens) or not _may_be_name(tokens[end]):
        return None
    until = end + 1
    while until < min(len(tokens), end + _LONGEST_NAME) and _may_be_name(tokens[until]):
        until += 1
    strength = quantity_ends(tokens, until) if until < len(tokens) else None
    after = strength or until
    return (*tokens[end:after], *tokens[:end], *tokens[after:])


def _may_be_name(token: Token) -> bool:
    word = token.word
    is_plain = word[:1].isalpha() and name_of_unit(word) is None
    return token.is_quoted or (is_plain and word not in _NO_NAMES)


def _after_amounts(tokens: tuple[Token, ...]) -> int:
    """Where the first amounts end, after the name; the end of the line if there are none."""
    for at in range(1, len(tokens)):
        end = quantity_ends(tokens, at)
        if end is None:
            continue
        while end < len(tokens):
            # "500 mg tablets, 2 tablets"
            is_form = name_of_unit(tokens[end].word) is not None
            more = end + 1 if is_form else quantity_ends(tokens, end)
            if not more:
                break
            end = more
        return end
    return len(tokens)
