"""Finds the names that a family knows in a line, word by word, longest first, however many there
are.

A line of 1,000 characters can have 500 places where a name may start, and a family 300 names of 40
words: comparing each with each would block everybody else for seconds.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from bot.grammar.tokens import Token, matchable, raw_words, unaccented

Spelling = Callable[[str], str]

#: How names are compared, closest first: same spelling, then without accents.
SPELLINGS: tuple[Spelling, ...] = (matchable, unaccented)
# An index is built when a name is looked up, and reused for all lines of a message. That of the
# largest family takes 3 MB, so only a few are kept.
_KEPT = 8


@dataclass(slots=True)
class _Node:
    """What may follow the words so far, and the names that end here."""

    following: dict[str, "_Node"] = field(default_factory=dict)
    ends: list[int] = field(default_factory=list)


class NameIndex:
    """The names of a sequence, identified by their position in it, in one spelling."""

    def __init__(self, names: Sequence[str], spelling: Spelling) -> None:
        self._root = _Node()
        for place, name in enumerate(names):
            node = self._root
            for word in raw_words(name):
                node = node.following.setdefault(spelling(word), _Node())
            if node is not self._root:
                node.ends.append(place)

    def longest_at(
        self, words: Sequence[str], at: int, *, bare: Callable[[str], Sequence[str]]
    ) -> tuple[int, Sequence[int]]:
        """How many *words* from *at* on form a name, and the positions of the longest; 0 for none.

        *bare* returns what the last word of a name may be without what was typed after it ("Mum's",
        "Mum.").
        """
        node, length, found = self._root, 0, list[int]()
        for number in range(at, len(words)):
            word = words[number]
            ends = [
                place
                for last in (word, *bare(word))
                if (ending := node.following.get(last)) is not None
                for place in ending.ends
            ]
            if ends:
                length, found = number + 1 - at, ends
            further = node.following.get(word)
            if further is None:
                break
            node = further
        return length, sorted(set(found))


@lru_cache(maxsize=_KEPT * len(SPELLINGS))
def index_names(names: tuple[str, ...], spelling: Spelling) -> NameIndex:
    """The index of *names*, cached."""
    return NameIndex(names, spelling)


def spelt(tokens: Sequence[Token], spelling: Spelling) -> Sequence[str]:
    """*tokens* in the form that an index of that *spelling* uses."""
    return [spelling(token.raw) for token in tokens]
