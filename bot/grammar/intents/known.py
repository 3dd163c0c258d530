"""What the reader knows of a family: names, and what they are called by."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody or something with a name."""

    id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class KnownPill:
    """A medicine that isn't stopped; `reason` is what it is for: "the heart pill". `nicknames` are
    its looks: "white" for "the white one". `unit` is that of its amount: what comes in puffs is
    "her inhaler".
    """

    id: UUID
    name: str
    person_id: UUID
    reason: str = ""
    nicknames: Sequence[str] = ()
    unit: str = ""


@dataclass(frozen=True, slots=True)
class KnownVisit:
    """An appointment that is to come, the soonest of its series."""

    id: UUID
    title: str
    person_id: UUID
    doctor: str = ""


@dataclass(frozen=True, slots=True)
class KnownHelper:
    """A doctor."""

    id: UUID
    name: str
    specialty: str = ""


@dataclass(frozen=True, slots=True)
class Spoken:
    """What was spoken of last, a medicine or an appointment, and of whom: "it", "she"."""

    medicine_id: UUID | None = None
    visit_id: UUID | None = None
    person_id: UUID | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """A family's names, and what was *spoken* of a moment ago. Without any, commands, small talk
    and danger are read all the same. One is equal only to itself, so that what is prepared for it
    can be kept. `own_id` is whoever speaks, where they speak of their wife or husband and are cared
    for themselves.
    """

    people: Sequence[Named] = ()
    pills: Sequence[KnownPill] = ()
    visits: Sequence[KnownVisit] = ()
    doctors: Sequence[KnownHelper] = ()
    members: Sequence[Named] = ()
    spoken: Spoken = Spoken()
    own_id: UUID | None = None
