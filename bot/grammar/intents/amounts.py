"""Which words of what was said say how much, and when."""

import re
from collections.abc import Sequence
from functools import lru_cache

from bot.grammar.words.loading import load_lines

_HAPPENED = "happened"
_OF_PERSON = {"personx", "her", "him", "his", "my", "our", "their", "hers", "mine", "own"}
_JOINTS = {"the", "both", "all", "of", "and", "to", "for", "a", "some", "with"}
_PARTS = {"morning", "noon", "lunchtime", "lunch", "afternoon", "evening", "night", "bedtime"}
_PARTS |= {"breakfast", "dinner", "supper", "teatime", "mornings", "evenings", "nights"}
_PARTS |= {"tonights", "todays"}
_MEALS = {"breakfast", "lunch", "dinner", "supper", "tea", "teatime"}
_HOURS = {"seven", "eight", "nine", "ten", "eleven", "twelve", "noon", "midday", "midnight"}
_AT = {"at", "around", "about"}
NUMBER = re.compile(r"x?\d+(?:[.,/]\d+)?x?|[½¼¾]|one|two|three|four|five|six|half|couple")
CLOCK = re.compile(
    r"x\d|\dx|\d{1,2}(?:[:.]\d\d)?(?:am|pm|h)?|\d{4}|\d+(?:[.,]\d+)?(?:mg|ml|g|mcg)?"
)

_STRENGTH = re.compile(r"(?:\d[\d.,]*)?(?:mg|ml|g|mcg|units?)")


def left_over(words: Sequence[str]) -> list[str] | None:
    """The words of amount and time among *words*; None if others stay over."""
    kept: list[str] = []
    for at, word in enumerate(words):
        before = words[at - 1] if at else ""
        following = words[at + 1] if at + 1 < len(words) else ""
        is_counted = bool(NUMBER.fullmatch(before)) or before in {"a", "half"}
        if word in {"medx", "it", "them", "that", "another", "more"} or word in _OF_PERSON:
            continue
        if word == "a" and following == "medx" and before == "half":
            continue
        if word == "a" and following == "medx" and not any(map(_STRENGTH.fullmatch, words)):
            kept.append("one")  # where two may be usual
            continue
        if word == "one" and (following in {"medx", "of"} or pills().fullmatch(following)):
            kept.append(word)  # how many, where more may be usual
            continue
        is_hour = following == "oclock" or before in {*_AT, "past"}
        if pills().fullmatch(word) and not (is_counted and before != "the") and not is_hour:
            continue
        if word in _PARTS and (pills().fullmatch(following) or following == "medx"):
            continue
        if word in _MEALS and before in _AT:
            kept.append(word)
            continue
        if word in _JOINTS and word not in {"a", "to", "and"}:
            continue
        if word in {"and", "a", "to"} and not _belongs_to_a_time(words, at):
            continue
        kept.append(word)
    return kept if is_of_time(kept) else None


def may_stay(word: str) -> bool:
    """Whether it may say what was given, to whom, how much or when."""
    is_named = word in {"medx", "it", "them", "that", "another", "more"} or word in _OF_PERSON
    is_named = is_named or word in _JOINTS or word in _PARTS or bool(pills().fullmatch(word))
    return is_named or word in _allowed() or bool(CLOCK.fullmatch(word))


def _belongs_to_a_time(words: Sequence[str], at: int) -> bool:
    """ "a quarter to eight", "an hour and a half ago", "half a tablet"."""
    following = words[at + 1] if at + 1 < len(words) else ""
    around = {*words[max(0, at - 1) : at], *words[at + 1 : at + 2]}
    return bool(around & {"quarter", "half", "hour", "eight", "ten", "twenty", "five"}) or bool(
        words[at] == "to"
        and at
        and NUMBER.fullmatch(words[at - 1])
        and bool(CLOCK.fullmatch(following) or NUMBER.fullmatch(following) or following in _HOURS)
    )


def is_of_time(words: Sequence[str]) -> bool:
    """Whether all *words* are of a time or an amount."""
    return all(
        word in _allowed()
        or CLOCK.fullmatch(word)
        or (word in _MEALS and words[at - 1] in _AT)  # "at breakfast", of which the hour is asked
        for at, word in enumerate(words)
    )


def clock_in(words: Sequence[str]) -> bool:
    return any(CLOCK.fullmatch(word) for word in words)


@lru_cache
def _allowed() -> frozenset[str]:
    return frozenset(" ".join(load_lines(_HAPPENED)["left over"]).split())


@lru_cache
def pills() -> re.Pattern[str]:
    return re.compile(rf"\b(?:{load_lines('statements')['macro pills'][0]})\b")
