"""What others may act on once a transaction is committed. Dropped when it is rolled back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

from domain.medicines.facts import MedicineLine


@dataclass(frozen=True)
class TimerSet:
    """A dose acts at this whole minute (UTC): the alarm must ring then."""

    at: datetime


@dataclass(frozen=True)
class NotificationsOwed:
    """Messages are to be sent or edited: delivery need not wait for its next look."""


@dataclass(frozen=True)
class MedicinesListed:
    """A family's list of medicines was read, at this version of it: it may be kept for the next."""

    family_id: UUID
    version: int
    lines: Sequence[MedicineLine]


Event: TypeAlias = TimerSet | NotificationsOwed | MedicinesListed
