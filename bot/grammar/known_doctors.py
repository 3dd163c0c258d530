"""The doctors of a family, and which of them a name may mean."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from bot.grammar.people import Person
from bot.grammar.tokens import matchable

_TITLES = {"dr", "doctor", "prof", "professor", "mr", "mrs", "ms", "med"}


@dataclass(frozen=True, slots=True)
class KnownDoctor:
    """A doctor of the family, as the grammar needs it. `label` is the text of buttons, which is
    longer than the name if another doctor shares it.
    """

    name: str
    id: UUID
    person_id: UUID
    label: str = ""


def match_doctors(
    words: str | None, doctors: Sequence[KnownDoctor], *, person: Person | None
) -> tuple[KnownDoctor, ...]:
    """The known doctors that *words* may mean: by full name, otherwise by surname; restricted to
    the person's own doctors if the person is known.
    """
    if not words:
        return ()
    own = [d for d in doctors if person is None or d.person_id == person.id]
    labelled = tuple(d for d in own if d.label and matchable(d.label) == matchable(words))
    if len(labelled) == 1:
        return labelled
    typed = _bare_name(words)
    exact = tuple(d for d in own if _bare_name(d.name) == typed)
    if exact:
        return exact
    return tuple(d for d in own if _bare_name(d.name).split()[-1:] == typed.split()[-1:])


def _bare_name(name: str) -> str:
    """A doctor's name without titles, for comparison."""
    words = [w for w in matchable(name).replace(".", " ").split() if w not in _TITLES]
    return " ".join(words) or matchable(name)
