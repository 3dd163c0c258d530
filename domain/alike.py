"""Names that look or sound alike: of medicines that are mistaken for each other, of doctors, of
people.

Compared as health authorities compare drug names: by letters (how many have to be changed; how much
of the beginning is the same, which is what people read) and by sound. The limits were chosen by the
pairs in the tests, most of them from the FDA's and ISMP's lists of look-alike and sound-alike
names. Too many questions are not read, so common pairs that nobody mistakes stay below them.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from typing import TypeVar

from rapidfuzz.distance import OSA, JaroWinkler

T = TypeVar("T")

_SHORT = 3  # letters; one that differs makes another word of it
_MARK = 2  # letters and digits that tell apart by themselves: "B12" has three, but a digit
_BEGINNING = 3
_TITLES = frozenset({"dr", "doctor", "prof", "professor", "med"})

# What is written differently and sounds the same, in the order in which it is replaced.
_SOUNDS = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"^x", "s"),
        (r"ph", "f"),
        (r"ch|ck|qu", "k"),
        (r"x", "ks"),
        (r"th", "t"),
        (r"ae|oe", "e"),
        (r"c(?=[eiy])", "s"),
        (r"g(?=[eiy])", "j"),
        (r"c", "k"),
        (r"z", "s"),
        (r"y", "i"),
        (r"v", "f"),
        (r"(.)\1+", r"\1"),
        (r"(?<=.)[aeiouh]", ""),
    )
)


def is_same_name(one: str, other: str) -> bool:
    """Whether they differ in nothing but case, accents and spaces."""
    return plain(one) == plain(other)


def is_alike(one: str, other: str) -> bool:
    """Whether one of two names could be read or heard for the other.

    Words that both have do not count, nor titles. Numbers and single letters tell apart: nobody
    mistakes Vitamin C for Vitamin D.
    """
    first, second = _words(one), _words(other)
    only_first = list((Counter(first) - Counter(second)).elements())
    only_second = list((Counter(second) - Counter(first)).elements())
    if not only_first or not only_second:
        return bool(set(first) & set(second))
    if all(_is_mark(word) for word in (*only_first, *only_second)):
        return False
    return _are_close(" ".join(only_first), " ".join(only_second))


def nearest(name: str, known: Iterable[tuple[str, T]]) -> T | None:
    """Which of *known* (name, thing) has the same name, or else one alike; None if none has."""
    alike = [(other, thing) for other, thing in known if is_alike(name, other)]
    for other, thing in alike:
        if is_same_name(name, other):
            return thing
    return (
        max(alike, key=lambda each: OSA.normalized_similarity(name, each[0]))[1] if alike else None
    )


def _are_close(one: str, other: str) -> bool:
    letters = OSA.normalized_similarity(one, other)
    beginning = JaroWinkler.similarity(one, other)
    sound = OSA.normalized_similarity(_sound(one), _sound(other))
    if min(len(one), len(other)) <= _SHORT:
        return sound == 1 and letters > 0.6
    return (
        letters >= 0.7
        or beginning >= 0.785
        or (letters >= 0.6 and beginning >= 0.7)
        or (sound >= 0.7 and beginning >= 0.6)
        or (one[:_BEGINNING] == other[:_BEGINNING] and beginning >= 0.65)
    )


def _sound(words: str) -> str:
    for pattern, sound in _SOUNDS:
        words = pattern.sub(sound, words)
    return words


def _is_mark(word: str) -> bool:
    return len(word) <= _MARK or any(letter.isdigit() for letter in word)


def _words(name: str) -> list[str]:
    words = plain(name).split()
    return [word for word in words if word not in _TITLES] or words


def plain(name: str) -> str:
    """*name* without case, accents, punctuation and needless spaces."""
    letters = unicodedata.normalize("NFKD", name.casefold())
    kept = (c if c.isalnum() else " " for c in letters if not unicodedata.combining(c))
    return " ".join("".join(kept).split())
