"""A strength, and how much is given of what has it: "500 mg, 2 tablets", "10 mg/5 ml, 2.5 ml"."""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from bot.grammar.dosages import count_up, find_dosages, parse_dosage, quantity_ends
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.tokens import Token, tokenize
from bot.grammar.units import UNITS
from domain.medicines.dosages import THINGS, Dosage

_LONGEST_WORDS = 70  # letters of a strength and an amount together
_FORMS = {"inhaler", "evohaler", "cream", "ointment", "solution", "suspension", "syrup", "gel"}


def split_strength(dosage: Dosage) -> tuple[Dosage | None, Dosage]:
    """ "5 mg, 1 tablet" is a strength, and the amount to give."""
    strength, comma, given = dosage.words.rpartition(", ")
    if comma:
        return count_up(strength), count_up(given)
    line = tokenize(dosage.words)
    head = _strength_ends(line.tokens)
    for end in range(head, len(line.tokens) if head else 0):
        rest = line.tokens[end:]
        if quantity_ends(rest, 0) == len(rest):
            return count_up(line.typed(line.tokens[:end])), count_up(line.typed(rest))
    return None, dosage


def _strength_ends(tokens: Sequence[Token]) -> int:
    """Where a strength ends that the words begin with, with its form: "500 mg tablets", "100 mcg
    inhaler"; 0 where they begin with none.
    """
    end = quantity_ends(tokens, 0) or 0
    head = count_up(" ".join(token.raw for token in tokens[:end]))
    if not end or head.unit in THINGS:
        return 0
    while end < len(tokens) and (tokens[end].word in UNITS or tokens[end].word in _FORMS):
        end += 1
    return end


def with_strength(strength: Dosage, count: Dosage) -> Dosage | None:
    """ "500 mg 2 tablets", of what has 500 mg each; None if that is no amount."""
    if strength.unit in THINGS:
        return None  # "1-3 sachets" is how many, too
    joint = ", " if "/" in strength.words or len(strength.words.split()) > 2 else " "
    with suppress(Misunderstood):
        return parse_dosage(f"{strength.words}{joint}{count.words}")
    if count.amount is not None and len(strength.words) + len(count.words) <= _LONGEST_WORDS:
        # "10 mg/5 ml oral solution", of which it is so much
        return replace(count, words=f"{strength.words}, {count.words}")
    return None


def is_strength(dosage: Dosage) -> bool:
    """Whether it says how strong something is, and not how many of it: "20 mg", "125 mg/5 ml"."""
    tokens = tokenize(dosage.words).tokens
    return _strength_ends(tokens) == len(tokens)


def with_other_strength(amount: Dosage, said: Dosage) -> Dosage | None:
    """*amount* with the strength that was *said* in place of its own, or beside it: what is given
    of it stays. None if *said* is no strength, or all of *amount*. Raises Misunderstood where it
    may be either, as in "125 mg" of "250 mg/5 ml, 10 ml".
    """
    if is_strength(said) and amount.unit in THINGS and is_only_counted(amount):
        if amount.unit == "ml" and "/" not in said.words:
            raise Misunderstood(Problem.STRENGTH_OR_AMOUNT, said.words)
        return with_strength(said, amount)
    line, new = tokenize(amount.words), tokenize(said.words)
    head = quantity_ends(line.tokens, 0) or 0
    rest = line.tokens[head:]
    if not rest or not _strength_ends(line.tokens) or not is_strength(said):
        return None
    strength = new.typed(new.tokens[: quantity_ends(new.tokens, 0)])
    per = line.typed(line.tokens[:head]).partition("/")[2]
    if per and "/" not in strength:
        if not per.lstrip("0123456789 ").startswith("h"):
            raise Misunderstood(Problem.STRENGTH_OR_AMOUNT, said.words)
        strength = f"{strength}/{per}"
    counted = split_strength(amount)[0] is not None
    if not counted and quantity_ends(new.tokens, 0) != len(new.tokens):
        return None  # "20 mg capsules", of "40 mg tablets": all of it was said again
    words = f"{strength} {line.typed(rest)}".replace(" ,", ",")
    return replace(amount, words=words) if counted else count_up(words)


def is_only_counted(amount: Dosage) -> bool:
    """ "2 tablets", of which nobody has said how strong they are; "50 mg"."""
    tokens = tokenize(amount.words).tokens
    return quantity_ends(tokens, 0) == len(tokens)


def without_number_of(name: str, dosage: Dosage) -> str:
    """ "Atorvastatin", of "Atorvastatin 40" whose 40 turns out to be 40 mg."""
    first, _space, number = name.rpartition(" ")
    said = tokenize(dosage.words).tokens[:1]
    is_same = bool(first) and number.isdecimal() and said and said[0].word == number
    return first if is_same else name


def strength_before(text: str, amount: Dosage | None) -> str:
    """The *amount* so far, where *text* may only say how many of it: "40 mg" before "1 tablet at
    8am", also if that was said already. Empty if it says no strength.
    """
    if amount is None or (amount.unit in THINGS and is_only_counted(amount)):
        return ""
    words = amount.words
    said = [" ".join(text.split()[:2])]
    with suppress(Misunderstood):
        said += [each.dosage.words for each in find_dosages(tokenize(text))]
    for again in said:
        words = words.removesuffix(again)
    return words.rstrip(" ,")


def names_count(text: str) -> bool:
    """Whether *text* says how many of something: "half a tablet", "2 puffs"."""
    with suppress(Misunderstood):
        return any(each.dosage.unit in THINGS for each in find_dosages(tokenize(text)))
    return True


def strength_in(text: str) -> str:
    """The strength of what *text* counts first: "5 mg tablets", of "5mg tablets 6 tablets daily";
    empty if it says none.
    """
    with suppress(Misunderstood):
        found = [each.dosage for each in find_dosages(tokenize(text))]
        strength = split_strength(found[0])[0] if found else None
        if strength is not None:
            return strength.words
    # "1mg reduce by 1 tab every week": what is counted in tablets has a strength.
    first = _FIRST_STRENGTH.search(text)
    return first[0] if first is not None and _COUNTS_THINGS.search(text) else ""


_FIRST_STRENGTH = re.compile(r"(?i)\b\d[\d.,]* ?(?:mg|mcg|µg|micrograms?)\b")
_COUNTS_THINGS = re.compile(r"(?i)\b(?:tab|tabs|tablets?|caps?|capsules?)\b")
