"""Events about medicines."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from domain.events import Event
from domain.medicines.facts import MedicineLine


@dataclass(frozen=True)
class MedicinesListed(Event):
    """A family's list of medicines was read at this version, so it can be cached."""

    family_id: UUID
    version: int
    lines: Sequence[MedicineLine]
