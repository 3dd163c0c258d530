"""What others may act on once medicines were read or changed, and it is committed."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from domain.events import Event
from domain.medicines.facts import MedicineLine


@dataclass(frozen=True)
class MedicinesListed(Event):
    """A family's list of medicines was read, at this version of it: it may be kept for the next."""

    family_id: UUID
    version: int
    lines: Sequence[MedicineLine]
