"""Ways of writing several amounts: "1-0-1", "½-0-½", "10-0-8 units", "alternating 5 mg and 7.5 mg",
"reduce to".

They are put into the words that the readers of amounts know.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.grammar.dosages import find_dosages, name_of_unit
from bot.grammar.labels.short_forms import SpelledOut
from bot.grammar.problems import Misunderstood
from bot.grammar.tokens import Token, relaid
from domain.medicines.dosages import THINGS

# A date has leading zeros or a year.
_NUMBER = r"(?:0|[1-9]\d{0,2}(?:[.,]\d+)?|0[.,]\d+|\d*[½¼¾]|\d/\d)"
_TABLE = re.compile(rf"{_NUMBER}(?:-{_NUMBER}){{2,3}}")
_WHEN = ("in the morning", "at noontime", "in the evening", "at bedtime")

_NEXT = (
    ("reduce", "to"),
    ("reducing", "to"),
    ("reduced", "to"),
    ("decrease", "to"),
    ("decreasing", "to"),
    ("down", "to"),
    ("increase", "to"),
    ("increasing", "to"),
    ("followed", "by"),
    ("after", "that"),
    ("and", "thereafter"),
    ("thereafter",),
    ("afterwards",),
    ("subsequently",),
)
_ALTERNATING = (
    ("alternating", "with"),
    ("alternating", "between"),
    ("alternately",),
    ("in", "alternation"),
    ("alternating", "days"),
    ("alternating", "daily"),
    ("alternate",),
    ("one", "day"),
    ("the", "next", "day"),
    ("the", "next"),
    ("next", "day"),
    ("the", "other", "day"),
    ("the", "other"),
    ("the", "following", "day"),
)
#: "alternate days" after two amounts, but not in "every other day" of one.
_MARKS = {"alternating", "alternately", "alternation", "alternate"}


def spell_out_patterns(
    tokens: Sequence[Token],
) -> tuple[tuple[Token, ...], tuple[SpelledOut, ...]]:
    """The *tokens* with such patterns in words, and the tables that were spelled out."""
    kept = _with_then(tokens)
    kept, tables = _without_tables(kept)
    return _with_alternation(kept), tables


def _with_then(tokens: Sequence[Token]) -> tuple[Token, ...]:
    kept: list[Token] = []
    at = 0
    while at < len(tokens):
        used = _phrase(tokens, at, _NEXT) if at else 0
        if not used:
            kept.append(tokens[at])
        elif kept[-1].word != "then":
            kept.append(replace(tokens[at], raw="then", word="then"))
        at += used or 1
    return tuple(kept)


def _without_tables(tokens: Sequence[Token]) -> tuple[tuple[Token, ...], tuple[SpelledOut, ...]]:
    """ "Metformin 500 mg 1-0-1": in the morning and in the evening."""
    for at in range(1, len(tokens)):
        if tokens[at].is_quoted or not _TABLE.fullmatch(tokens[at].word):
            continue
        amounts = tokens[at].word.split("-")
        following = tokens[at + 1].word if at + 1 < len(tokens) else ""
        unit, used = (following, 1) if name_of_unit(following) else ("", 0)
        taken = [
            (amount, when)
            for amount, when in zip(amounts, _WHEN, strict=False)
            if amount.strip("0.,") not in {"", "/"}
        ]
        if not taken:
            continue
        words = _words_of_table(tokens[:at], taken, unit)
        if words is None:
            continue
        spelled = SpelledOut(tokens[at].raw, words.replace("noontime", "noon"), to_confirm=True)
        written = [
            replace(tokens[at], raw=word, word=word.casefold())
            for word in words.replace(",", " ,").split()
        ]
        return (*tokens[:at], *written, *tokens[at + 1 + used :]), (spelled,)
    return tuple(tokens), ()


def _words_of_table(before: Sequence[Token], taken: Sequence[tuple[str, str]], unit: str) -> str:
    """The amounts of a table in words. They count what the dosage before it names; one of a
    strength is that dose itself.
    """
    dosage = _dosage_before(before)
    is_one_each = all(amount == "1" for amount, _ in taken)
    if not unit and is_one_each and dosage is not None:
        return " and ".join(when for _, when in taken)
    if not unit and dosage is None:
        return None  # of what?
    if not unit and dosage not in THINGS:
        unit = "tablet"
        if any(len(amount.strip("½¼¾")) > 1 or amount[0] in "56789" for amount, _ in taken):
            return None  # nobody takes eight tablets at once; it may be hours
    return ", ".join(f"{amount} {unit or dosage} {when}" for amount, when in taken)


def _dosage_before(tokens: Sequence[Token]) -> str | None:
    """The unit of the last amount in *tokens*."""
    try:
        found = find_dosages(relaid(tokens))
    except Misunderstood:
        return None
    for each in reversed(found):
        if each.start > 0 and each.dosage.unit is not None:
            return each.dosage.unit
    return None


def _with_alternation(tokens: tuple[Token, ...]) -> tuple[Token, ...]:
    """Two amounts that alternate, with one word for it after the last amount."""
    words = [token.word for token in tokens if not token.is_quoted]
    is_told = bool(_MARKS & set(words)) or "one day , " in f"{' '.join(words)} ".replace(",", " ,")
    is_told = is_told or ("one day" in " ".join(words) and "next" in words)
    if not is_told or _count_amounts(tokens) < 2:
        return tokens
    kept: list[Token] = []
    mark: Token | None = None
    at = 0
    while at < len(tokens):
        used = _phrase(tokens, at, _ALTERNATING) if at else 0
        if not used and at and tokens[at].word == "alternating":
            used = 1
        if used:
            mark = tokens[at]
            if kept and kept[-1].word not in {",", "and"} and _count_amounts(tokens[at:]):
                kept.append(replace(tokens[at], raw="and", word="and"))
        else:
            kept.append(tokens[at])
        at += used or 1
    if mark is not None:
        kept.append(replace(mark, raw="alternating", word="alternating"))
    while len(kept) > 1 and kept[1].word == "and":
        kept.pop(1)
    return tuple(kept)


def _count_amounts(tokens: Sequence[Token]) -> int:
    try:
        return len(find_dosages(relaid(tokens)))
    except Misunderstood:
        return 0


def _phrase(tokens: Sequence[Token], at: int, phrases: Sequence[tuple[str, ...]]) -> int:
    """How many tokens the longest of *phrases* takes at *at*, 0 for none."""
    used = 0
    for phrase in phrases:
        ahead = tokens[at : at + len(phrase)]
        matches = tuple(token.word for token in ahead) == phrase
        if matches and not any(token.is_quoted for token in ahead):
            used = max(used, len(phrase))
    return used
