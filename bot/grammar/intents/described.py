"""Medicines that are not named: by their looks, "the little white one", or by what they come as,
"her inhaler".
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import takewhile
from uuid import UUID

from bot.grammar.intents.known import KnownPill
from bot.grammar.tokens import unaccented
from bot.grammar.words.loading import load_lines, load_pairs, load_words


@dataclass(frozen=True, slots=True)
class Described:
    """How many words are `used`, and what they may mean. Without `ids`, they are `looks` that
    nobody has explained yet, or something that the family does not have.
    """

    used: int
    ids: Sequence[UUID]
    looks: str = ""


def describe(
    words: Sequence[str], at: int, pills: Sequence[KnownPill], *, of: Collection[UUID]
) -> Described | None:
    """What the words from *at* on describe, of the people *of*, if there are any; None if they
    describe no medicine.
    """
    if not pills:
        return None
    theirs = [pill for pill in pills if not of or pill.person_id in of]
    return _by_looks(words, at, theirs) or _by_form(words, at, theirs)


def is_kind(said: str) -> bool:
    """Whether it is what a medicine is, rather than how it looks: "statin", "blood thinner"."""
    return said in load_lines("words")["kinds of two"] or said in load_words("kinds")


def _by_looks(words: Sequence[str], at: int, pills: Sequence[KnownPill]) -> Described | None:
    for used in (2, 1):
        said = " ".join(words[at : at + used]).removesuffix("s")  # "the antibiotics"
        if is_kind(said):
            return Described(used, [pill.id for pill in pills if said in pill.nicknames], said)
    known = load_words("looks") | load_words("purposes")
    looks = list(takewhile(known.__contains__, words[at:]))
    thing, said = words[at + len(looks) : at + len(looks) + 1], " ".join(looks)
    if not looks or not thing or thing[0] not in load_words("has looks") or said == "little":
        return None  # "the little one" may be a child
    ids = [pill.id for pill in pills if said in pill.nicknames]
    return Described(len(looks) + 1, ids, said)


def _by_form(words: Sequence[str], at: int, pills: Sequence[KnownPill]) -> Described | None:
    forms = load_pairs("forms")
    used = 2 if is_of_form(words, at) else 1
    form = words[at + used - 1]
    if form not in forms:
        return None
    units, bare = forms[form].split(), form.removesuffix("s")
    return Described(
        used,
        [pill.id for pill in pills if pill.unit in units or bare in _named(pill)],
    )


def is_of_form(words: Sequence[str], at: int) -> bool:
    """ "Eye drops", "nasal spray"."""
    following = words[at + 1] if at + 1 < len(words) else ""
    return words[at] in load_words("of forms") and following in load_pairs("forms")


def _named(pill: KnownPill) -> set[str]:
    return {word.removesuffix("s") for word in unaccented(pill.name).casefold().split()}
