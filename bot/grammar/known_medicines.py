"""The family's own medicines, recognised by their names: first and longest, so that "Omega 3" is
not three of something.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from rapidfuzz import fuzz, process

from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.tokens import Line, Token, matchable, tokenize, unaccented

_CLOSE = 60
_MOST_CHOICES = 4
_SHORTEST = 3


@dataclass(frozen=True, slots=True)
class KnownMedicine:
    """A medicine that can be named, and whose it is."""

    id: UUID
    name: str
    person_id: UUID


@dataclass(frozen=True, slots=True)
class NamedMedicine:
    """The medicines that the name at the beginning of a line means, and what follows it.

    They are several where several people take one, or one person two of one name.
    """

    medicines: Sequence[KnownMedicine]
    rest: Line


def read_medicine(line: Line, known: Sequence[KnownMedicine]) -> NamedMedicine:
    """The medicine that *line* begins with. Raises `Misunderstood` if it is none of *known*."""
    if not line.tokens:
        raise Misunderstood(Problem.NAME_MISSING)
    for same in (matchable, unaccented):
        lengths = {
            medicine: length
            for medicine in known
            if (length := _length_of(medicine.name, line.tokens, same=same))
        }
        if lengths:
            longest = max(lengths.values())
            found = [medicine for medicine, length in lengths.items() if length == longest]
            return NamedMedicine(found, Line(line.text, line.tokens[longest:]))
    raise _unknown(line, known)


def begins_with(name: str, typed: str) -> bool:
    """Whether *typed* (of three letters or more) is short for *name*."""
    return len(typed) >= _SHORTEST and unaccented(name).startswith(unaccented(typed))


def _length_of(name: str, tokens: Sequence[Token], *, same: Callable[[str], str]) -> int:
    """How many of *tokens* are the name; 0 if it does not stand there."""
    if tokens[0].is_quoted:
        return int(same(tokens[0].raw) == same(name))
    words = [same(token.raw) for token in tokenize(f"x {name}").tokens[1:]]
    typed = [same(token.raw) for token in tokens[: len(words)]]
    if typed and typed[-1] not in words[-1:]:
        typed[-1] = typed[-1].rstrip(".!,")
    return len(words) if typed == words else 0


def _unknown(line: Line, known: Sequence[KnownMedicine]) -> Misunderstood:
    words = line.typed(line.tokens)
    names = list(dict.fromkeys(medicine.name for medicine in known))
    near = process.extract(
        words, names, scorer=fuzz.WRatio, processor=unaccented, score_cutoff=_CLOSE
    )
    nearest = tuple(name for name, _score, _index in near)[:_MOST_CHOICES]
    return Misunderstood(Problem.UNKNOWN_MEDICINE, words, suggestions=nearest)
