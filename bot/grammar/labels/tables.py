"""Tables of amounts: "1-0-1", "½-0-½", "10-0-8 units", "1 morning, 1 evening"."""

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.grammar.dosages import FoundDosage, find_dosages
from bot.grammar.labels.short_forms import SpelledOut
from bot.grammar.problems import Misunderstood
from bot.grammar.tokens import Line, Token, relaid
from bot.grammar.units import name_of_unit
from domain.medicines.dosages import THINGS

# A date has leading zeros or a year.
_NUMBER = r"(?:0|[1-9]\d{0,2}(?:[.,]\d+)?|0[.,]\d+|\d*[½¼¾]|\d/\d)"
_TABLE = re.compile(rf"{_NUMBER}(?:-{_NUMBER}){{2,3}}")
_WHEN = ("in the morning", "at noontime", "in the evening", "at bedtime")


def without_tables(tokens: Sequence[Token]) -> tuple[tuple[Token, ...], tuple[SpelledOut, ...]]:
    """ "Metformin 500 mg 1-0-1": in the morning and in the evening."""
    tokens = _with_tables_joined(tokens)
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


def with_parts_joined(tokens: Sequence[Token]) -> Sequence[Token]:
    """ "1 morning, 1 evening" as "1-0-1-0"; "8 morning" may be the hour."""
    for at in range(2, len(tokens) - 3):
        if not _is_strength(tokens[at - 2], tokens[at - 1]):
            continue
        counts = ["0"] * len(_WHEN)
        last, end, found = -1, at, 0
        while end + 1 < len(tokens):
            end += end > at and tokens[end].word in {",", "and", "&", "+"}
            count, *rest = (token.word for token in (*tokens[end : end + 4], *(_END,) * 4)[:4])
            skip = 2 if rest[:2] == ["in", "the"] else rest[0] in {"at", "every"}
            if skip and tokens[at - 1].word in {"tablets", "tabs"}:
                break  # of which one is one tablet
            amount, place = _FEW.get(count), _PLACES.get(rest[skip].rstrip(","))
            if amount is None or place is None or place <= last or tokens[end].is_quoted:
                break
            counts[place], last, end, found = amount, place, end + skip + 2, found + 1
        if found > 1:
            raw = " ".join(token.raw for token in tokens[at:end])
            word = "-".join(counts)
            table = replace(tokens[at], raw=raw, word=word, end=tokens[end - 1].end)
            return (*tokens[:at], table, *tokens[end:])
    return tokens


def is_strength_at(tokens: Sequence[Token], at: int) -> bool:
    """Whether a strength ends there, and no form follows: "5mg", "5 mg"."""
    number = tokens[at - 1].word if at else ""
    glued = re.fullmatch(r"\d[\d.,]*(?:mg|mcg|µg|g|micrograms?|milligrams?)", tokens[at].word)
    spaced = number[:1].isdecimal() and _STRENGTH.fullmatch(tokens[at].word)
    return not tokens[at].is_quoted and bool(glued or spaced)


def _is_strength(before: Token, token: Token) -> bool:
    """ "5mg", "5 mg", "5mg tablets"."""
    words = f"{before.word} {token.word}".removesuffix(" tablets").removesuffix(" tabs")
    return not token.is_quoted and bool(_STRENGTH.search(words))


_STRENGTH = re.compile(r"(?:^|[\d ])(?:mg|mcg|µg|g|micrograms?|milligrams?)$")
_END = Token("", "", 0, 0)
_FEW = {"1": "1", "one": "1", "2": "2", "two": "2", "3": "3", "three": "3", "½": "½", "half": "½"}
_PLACES = {"morning": 0, "mane": 0, "am": 0, "noon": 1, "midday": 1, "evening": 2}
_PLACES |= {"bedtime": 3, "night": 3, "nocte": 3}


def _with_tables_joined(tokens: Sequence[Token]) -> Sequence[Token]:
    """ "1 - 0 - 1" as one word."""
    for at in range(1, len(tokens) - 4):
        run = at
        while run + 2 < len(tokens) and tokens[run + 1].word == "-" and not tokens[run].is_quoted:
            run += 2
        word = "".join(token.word for token in tokens[at : run + 1])
        if run - at >= 4 and _TABLE.fullmatch(word):
            table = replace(tokens[at], raw=word, word=word, end=tokens[run].end)
            return (*tokens[:at], table, *tokens[run + 1 :])
    return tokens


def _words_of_table(
    before: Sequence[Token], taken: Sequence[tuple[str, str]], unit: str
) -> str | None:
    """The amounts of a table in words; None where they can hardly be amounts. They count what the
    dosage before it names; one of a strength is that dose itself.
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
    return ", ".join(f"{amount} {_plural(unit or dosage, amount)} {when}" for amount, when in taken)


def _plural(unit: str | None, amount: str) -> str:
    is_thing = unit in {"tablet", "capsule", "sachet", "drop", "puff", "unit", "patch"}
    return f"{unit}s" if is_thing and amount[:1] in "23456789" else f"{unit}"


def _dosage_before(tokens: Sequence[Token]) -> str | None:
    """The unit of the last amount in *tokens*."""
    for each in reversed(amounts_in(tokens)):
        form = name_of_unit(tokens[each.end - 1].word)
        if each.start > 0 and (each.dosage.unit is not None or form in THINGS):
            return each.dosage.unit or form
    return None


def amounts_in(tokens: Sequence[Token]) -> Sequence[FoundDosage]:
    """None where one of them has to be asked about."""
    try:
        return find_dosages(relaid(tokens))
    except Misunderstood:
        return []


def unread_table(line: Line) -> int | None:
    """Where "1-0-2" stands that could not be spelled out, since nobody knows of what."""
    for at, token in enumerate(line.tokens):
        if at and not token.is_quoted and _TABLE.fullmatch(token.word):
            return at
    return None
