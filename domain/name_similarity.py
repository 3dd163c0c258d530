"""Names that look or sound alike: of medicines that get mixed up, of doctors, of people.

Compared as health authorities compare drug names: by spelling (how many letters differ; how much of
the beginning, which is what people read, is the same) and by sound. The thresholds come from the
pairs in the tests, most of them from the FDA's and ISMP's lists of look-alike and sound-alike
names. People stop reading questions that come too often, so common pairs that nobody confuses stay
below them.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from typing import TypeVar

from rapidfuzz.distance import OSA, JaroWinkler

T = TypeVar("T")

_SHORT = 3  # letters; in a name this short, one different letter makes a different word
_MARK = 2  # characters; words this short, or with a digit ("B12"), distinguish by themselves
_BEGINNING = 3
_TITLES = frozenset({"dr", "doctor", "prof", "professor", "med"})

# Different spellings of the same sound, replaced in this order.
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
    """Whether they differ only in case, accents and spaces."""
    return normalize_name(one) == normalize_name(other)


def is_similar_name(one: str, other: str) -> bool:
    """Whether one name could be misread or misheard as the other.

    Words that both names share don't count, and neither do titles. Numbers and single letters are
    distinctive: nobody confuses Vitamin C with Vitamin D.
    """
    first, second = _words(one), _words(other)
    only_first = list((Counter(first) - Counter(second)).elements())
    only_second = list((Counter(second) - Counter(first)).elements())
    if not only_first or not only_second:
        return bool(set(first) & set(second))
    if all(_is_mark(word) for word in (*only_first, *only_second)):
        return False
    return _are_close(" ".join(only_first), " ".join(only_second))


def find_similar_name(name: str, known: Iterable[tuple[str, T]]) -> T | None:
    """The thing in *known* (name, thing) with the same name, or else with the most similar one;
    None if no name is similar.
    """
    alike = [(other, thing) for other, thing in known if is_similar_name(name, other)]
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
    words = normalize_name(name).split()
    return [word for word in words if word not in _TITLES] or words


def normalize_name(name: str) -> str:
    """*name* without case, accents, punctuation and extra spaces."""
    letters = unicodedata.normalize("NFKD", name.casefold())
    kept = (c if c.isalnum() else " " for c in letters if not unicodedata.combining(c))
    return " ".join("".join(kept).split())
