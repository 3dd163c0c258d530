"""What a family calls a medicine beside its name: "white" for "the white one"."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, update

from domain.access import Action
from domain.database.scope import Scope
from domain.medicines.changes.locking import lock_medicine, record_change
from domain.models import Medication

MOST_NICKNAMES = 5


async def add_nickname(scope: Scope, medication_id: UUID, nickname: str) -> None:
    """From now on *nickname* means this medicine, and no other one of the same person. Of more
    than five the oldest is forgotten. Raises NotFound and NotAllowed.
    """
    medicine = await lock_medicine(scope, medication_id)
    await scope.execute(
        update(Medication)
        .where(
            Medication.family_id == scope.require(Action.READ).family_id,
            Medication.care_recipient_id == medicine.expandable.care_recipient_id,
            Medication.nicknames.contains([nickname]),
        )
        .values(nicknames=func.array_remove(Medication.nicknames, nickname))
    )
    others = [each for each in medicine.nicknames if each != nickname]
    await _set(scope, medication_id, [*others, nickname][-MOST_NICKNAMES:])
    await record_change(scope, "nicknamed", medication_id)


async def remove_nickname(scope: Scope, medication_id: UUID, nickname: str) -> None:
    """Removing one that is gone changes nothing. Raises NotFound and NotAllowed."""
    medicine = await lock_medicine(scope, medication_id)
    if nickname in medicine.nicknames:
        kept = [each for each in medicine.nicknames if each != nickname]
        await _set(scope, medication_id, kept)
        await record_change(scope, "nickname_removed", medication_id)


async def _set(scope: Scope, medication_id: UUID, nicknames: Sequence[str]) -> None:
    await scope.execute(
        update(Medication).where(Medication.id == medication_id).values(nicknames=list(nicknames))
    )
