"""What a member has promised a family: to drive, to get a refill, that they're on it.

Whoever goes takes their promises with them, and those who count on one must hear of it: possible
drivers are asked, the stock is checked again, and open doses are asked about at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from domain.appointments.attendance import drop_drives, list_drives
from domain.appointments.occurrences.facts import OccurrenceFacts
from domain.appointments.occurrences.lookups import read_occurrences
from domain.database.scope import Scope
from domain.medicines.doses.facts import DoseFacts, list_doses
from domain.medicines.doses.snoozing import drop_holds, list_holds
from domain.medicines.facts import MedicineFacts
from domain.medicines.reading import read_medicines
from domain.medicines.stock.refills import drop_refill_promises, list_refill_promises


@dataclass(frozen=True)
class Promises:
    """Upcoming drives, the earliest first; medicines to refill; open doses that they are on."""

    drives: Sequence[OccurrenceFacts] = ()
    refills: Sequence[MedicineFacts] = ()
    held_doses: Sequence[DoseFacts] = ()

    def __bool__(self) -> bool:
        return bool(self.drives or self.refills or self.held_doses)


async def list_promises(scope: Scope, user_id: UUID) -> Promises:
    """What *user_id* has promised in the scope's family. Needs no member."""
    return await _read(
        scope,
        drives=await list_drives(scope, user_id),
        refills=await list_refill_promises(scope, user_id),
        held=await list_holds(scope, user_id),
    )


async def drop_promises(scope: Scope, user_id: UUID) -> Promises:
    """End what *user_id* has promised in the scope's family; returns what that was.

    The others are told: of the drives as of any change, and whoever may drive is asked if the usual
    time for that has passed; of a low stock by a new reminder; of open doses by a new card. The
    actor may be the one who goes, or an admin; neither is told, so the caller's answer has to.
    """
    return await _read(
        scope,
        drives=await drop_drives(scope, user_id),
        refills=await drop_refill_promises(scope, user_id),
        held=await drop_holds(scope, user_id),
    )


async def _read(
    scope: Scope, *, drives: Sequence[UUID], refills: Sequence[UUID], held: Sequence[UUID]
) -> Promises:
    return Promises(
        drives=await read_occurrences(scope, drives) if drives else (),
        refills=await read_medicines(scope, refills) if refills else (),
        held_doses=await list_doses(scope, list(held)) if held else (),
    )
