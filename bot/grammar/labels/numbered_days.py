"""Steps whose days, or weeks, are numbered: "2 tablets on day 1, then 1 tablet on days 2-5", "300
mg today, then 75 mg daily".
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.grammar.tokens import Token
from bot.grammar.units import name_of_unit

_SPAN = re.compile(r"(?P<first>\d{1,2})(?:[-–](?P<last>\d{1,2}))?")
_TO = {"-", "–", "to", "through", "thru"}
_OF_A_CYCLE = {"of", "out", "every", "in", ",", "and", "&"}
_NUMBERED = {"day": "day", "days": "day", "week": "week", "weeks": "week", "wk": "week"}
_AMOUNT = re.compile(r"\d[\d.,]*(?:mg|mcg|µg|g|ml)")
_ONWARDS = {"onwards", "onward"}
_NAMED = {"today", "tomorrow"}
_BEFORE_DATES = {"from", "starting", "start", "until", "till", "til", "for", "since", "by"}


@dataclass(frozen=True, slots=True)
class _Days:
    """Tokens from `at` to `end` that number the days, or weeks, from the `first` to the `last`
    one.
    """

    at: int
    end: int
    first: int
    last: int
    unit: str
    is_open: bool = False  # "day 2 onwards"


def with_lengths(tokens: Sequence[Token]) -> tuple[Token, ...]:
    """The *tokens* with numbered days that follow on each other as "for 1 day", "for 4 days"; and
    with a first step of today or tomorrow as one of one day.
    """
    found = list(_numbered(tokens))
    kept = _with_lengths(tokens, found)
    return (*kept[:2], *(token for token in kept[2:] if token.word not in _ONWARDS))


def _with_lengths(tokens: Sequence[Token], found: Sequence[_Days]) -> tuple[Token, ...]:
    has_open = any(each.is_open for each in found[:-1])
    if len({each.unit for each in found}) > 1 or has_open:
        return _with_day_named(tokens)
    are_steps = len(found) > 1 or (len(found) == 1 and _then_follows(tokens, found[0].end))
    firsts = [1, *(each.last + 1 for each in found)]
    if not are_steps or any(
        each.first != first for each, first in zip(found, firsts, strict=False)
    ):
        return _with_day_named(tokens)
    kept: list[Token] = []
    at = 0
    for each in found:
        count = each.last - each.first + 1
        kept += tokens[at : each.at]
        if not each.is_open:
            kept += _spelled(f"for {count} {each.unit}{'s' if count > 1 else ''}", tokens[each.at])
        at = each.end
        following = [token.word for token in tokens[at : at + 2]]
        goes_on = each is not found[-1] or any(map(_AMOUNT.fullmatch, following[1:]))
        if goes_on and following[:1] == [","] and following[1:] != ["then"]:
            kept += _spelled("then", tokens[at])
            at += 1
    return (*kept, *tokens[at:])


def _numbered(tokens: Sequence[Token]) -> Sequence[_Days]:
    """ "on day 1", "days 2-5", "day 2 to 5"; not "days 1-14 of 21" or "days 1, 8 and 15"."""
    found: list[_Days] = []
    words = [("" if token.is_quoted else token.word) for token in tokens]
    words += ["", "", ""]
    for at in range(1, len(tokens)):
        unit = _NUMBERED.get(words[at])
        span = _SPAN.fullmatch(words[at + 1]) if unit else None
        if span is None or unit is None:
            continue
        first, end = int(span["first"]), at + 2
        last = int(span["last"] or first)
        if words[end] in _TO and words[end + 1].isdecimal():
            last, end = int(words[end + 1]), end + 2
        is_open = words[end] in _ONWARDS
        if first <= last and not _is_of_a_cycle(words[end:]):
            begin = at - 1 if words[at - 1] in {"on", "for"} else at
            found.append(_Days(begin, end + is_open, first, last, unit, is_open))
    return found


def _is_of_a_cycle(following: Sequence[str]) -> bool:
    word, after, unit = following[:3]
    is_listed = after.isdecimal() and name_of_unit(unit) is None
    return word in _OF_A_CYCLE and (word not in {",", "and", "&"} or is_listed)


def _with_day_named(tokens: Sequence[Token]) -> tuple[Token, ...]:
    words = [("" if token.is_quoted else token.word) for token in tokens]
    if "then" not in words:
        return tuple(tokens)
    several = words.index("then") - 3
    if several > 0 and words[several : several + 3] == ["today", "and", "tomorrow"]:
        spelled = _spelled("from today for 2 days", tokens[several])
        return (*tokens[:several], *spelled, *tokens[several + 3 :])
    if sum(words.count(day) for day in _NAMED) != 1:
        return tuple(tokens)
    for at in range(1, words.index("then")):
        is_a_day = words[at] in _NAMED and words[at - 1] not in _BEFORE_DATES
        if is_a_day and not _BEFORE_DATES & set(words[: words.index("then")]):
            spelled = _spelled(f"from {words[at]} for 1 day", tokens[at])
            return (*tokens[:at], *spelled, *tokens[at + 1 :])
    return tuple(tokens)


def _then_follows(tokens: Sequence[Token], at: int) -> bool:
    return any(token.word == "then" for token in tokens[at : at + 2])


def _spelled(words: str, token: Token) -> list[Token]:
    return [replace(token, raw=word, word=word) for word in words.split()]
