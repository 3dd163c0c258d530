"""`/undo`: the acting member's last action, whatever it was."""

from sqlalchemy import func, select

from domain import doses
from domain.access import Action
from domain.database import Scope
from domain.doses import Undone
from domain.errors import NothingToUndo
from domain.ladder import UNDO_PERIOD
from domain.medications import remove_medication
from domain.models import Medication, MedicationLog


async def undo_last_action(scope: Scope) -> Undone:
    """Take back what the member last recorded or added, within 48 hours. Raises NothingToUndo."""
    member = scope.require(Action.READ)
    dose_ids = await doses.find_last_action(scope)
    recorded_at = None
    if dose_ids:
        recorded_at = await scope.connection.scalar(
            select(func.max(MedicationLog.recorded_at)).where(MedicationLog.dose_id.in_(dose_ids))
        )
    medicine = await scope.row(
        select(Medication.id, Medication.created_at)
        .where(
            Medication.family_id == member.family_id,
            Medication.created_by_id == member.user_id,
            Medication.deleted_at.is_(None),
            Medication.created_at > func.clock_now() - UNDO_PERIOD,
        )
        .order_by(Medication.created_at.desc())
        .limit(1)
    )
    if medicine is not None and (recorded_at is None or medicine.created_at > recorded_at):
        return Undone(medicine=await remove_medication(scope, medicine.id))
    if not dose_ids:
        raise NothingToUndo
    return await doses.undo_doses(scope, dose_ids)
