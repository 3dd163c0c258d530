"""Names that a family knows, found in a line whatever their number: word by word, longest first.

A line of 1,000 characters may have 500 places at which a name can begin, and a family 300 names of
40 words: comparing each with each would hold everybody else up for seconds.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from bot.grammar.tokens import Token, matchable, raw_words, unaccented

Spelling = Callable[[str], str]

#: How names are compared, the nearest first: spelt alike, then without accents.
SPELLINGS: tuple[Spelling, ...] = (matchable, unaccented)
# An index is made when a name is looked for, and is looked into for each of the lines and parts of
# lines that one message has. That of the largest family takes 3 MB, so few are kept.
_KEPT = 8


@dataclass(slots=True)
class _Node:
    """What may follow the words so far, and the names that end with them."""

    following: dict[str, "_Node"] = field(default_factory=dict)
    ends: list[int] = field(default_factory=list)


class NameIndex:
    """The names of a sequence, each known by its place in it, in one spelling."""

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
        """How many *words* from *at* on are a name, and the places of the longest; 0 for none.

        *bare* gives what the last word of a name may also have been without what was typed behind
        it ("Mum's", "Mum.").
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
    """The index of *names*; for the same names the same one, as long as it is kept."""
    return NameIndex(names, spelling)


def spelt(tokens: Sequence[Token], spelling: Spelling) -> Sequence[str]:
    """*tokens* as an index of that *spelling* looks for them."""
    return [spelling(token.raw) for token in tokens]
