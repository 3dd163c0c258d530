"""Recognizes the family's own medicines by name, before anything else and longest first, so that
"Omega 3" isn't three of something.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from rapidfuzz import fuzz, process

from bot.grammar.name_index import SPELLINGS, Spelling, index_names, spelt
from bot.grammar.names import LONGEST_COMPARED, LONGEST_NAME
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.tokens import Line, Token, unaccented

_CLOSE = 60
_MAX_CHOICES = 4
_SHORTEST = 3


@dataclass(frozen=True, slots=True)
class KnownMedicine:
    """A medicine that can be named, and the person who takes it."""

    id: UUID
    name: str
    person_id: UUID


@dataclass(frozen=True, slots=True)
class NamedMedicine:
    """The medicines that the name at the start of a line means, and what follows it.

    There are several if several people take one of that name, or one person takes two.
    """

    medicines: Sequence[KnownMedicine]
    rest: Line


def read_medicine(line: Line, known: Sequence[KnownMedicine]) -> NamedMedicine:
    """The medicine that *line* starts with. Raises `Misunderstood` if it is none of *known*."""
    if not line.tokens:
        raise Misunderstood(Problem.NAME_MISSING)
    found = find_medicine(line, known)
    if found is None:
        raise unknown_medicine(line, known)
    return found


def find_medicine(line: Line, known: Sequence[KnownMedicine]) -> NamedMedicine | None:
    """Like :func:`read_medicine`, but returns None instead of raising."""
    for spelling in SPELLINGS:
        length, places = _named(line.tokens, known, spelling)
        if places:
            return NamedMedicine(
                [known[place] for place in places], Line(line.text, line.tokens[length:])
            )
    return None


def may_be_named_at(tokens: Sequence[Token], known: Sequence[KnownMedicine]) -> Sequence[bool]:
    """For each of *tokens*, whether the name of one of *known* starts there."""
    if not tokens:
        return ()
    names = tuple(medicine.name for medicine in known)
    whole = {unaccented(name) for name in names}
    found = [token.is_quoted and unaccented(token.raw) in whole for token in tokens]
    for spelling in SPELLINGS:
        index, words = index_names(names, spelling), spelt(tokens, spelling)
        for at in range(len(tokens)):
            length, _places = index.longest_at(words, at, bare=_without_ending)
            found[at] = found[at] or length > 0
    return found


def unknown_medicine(line: Line, known: Sequence[KnownMedicine]) -> Misunderstood:
    """No medicine is called what *line* starts with; suggests the closest names."""
    words = line.typed(line.tokens)
    names = list(dict.fromkeys(medicine.name for medicine in known))
    near = process.extract(
        unaccented(words[:LONGEST_COMPARED]),
        [unaccented(name) for name in names],
        scorer=fuzz.WRatio,
        score_cutoff=_CLOSE,
    )
    nearest = tuple(names[index] for _name, _score, index in near)[:_MAX_CHOICES]
    return Misunderstood(Problem.UNKNOWN_MEDICINE, words, suggestions=nearest)


def names_begun_with(typed: str, names: Iterable[str]) -> Sequence[str]:
    """Those of *names* that *typed* (three letters or more) abbreviates."""
    if len(typed) < _SHORTEST:
        return []
    beginning = unaccented(typed)
    return [name for name in names if unaccented(name).startswith(beginning)]


def _named(
    tokens: Sequence[Token], known: Sequence[KnownMedicine], spelling: Spelling
) -> tuple[int, Sequence[int]]:
    """How many of *tokens* form a name, and which of *known* have it."""
    if tokens[:1] and tokens[0].is_quoted:
        whole = spelling(tokens[0].raw)
        return 1, [n for n, medicine in enumerate(known) if spelling(medicine.name) == whole]
    index = index_names(tuple(medicine.name for medicine in known), spelling)
    return index.longest_at(spelt(tokens[:LONGEST_NAME], spelling), 0, bare=_without_ending)


def _without_ending(word: str) -> Sequence[str]:
    bare = word.rstrip(".!,")
    return [] if bare == word else [bare]
