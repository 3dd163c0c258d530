"""How often a medicine is asked about: as is set for it, or for its family."""

from uuid import UUID

from sqlalchemy import ColumnElement, func, select, update

from domain import audit
from domain.access import Action
from domain.database.scope import Scope
from domain.errors import NotFound
from domain.models import Family, Medication
from domain.models.base import TextOf
from domain.models.family import LadderPlan


def ladder_plan() -> ColumnElement[LadderPlan]:
    """The plan of a statement's medicine, or else of its family."""
    return func.coalesce(
        Medication.ladder,
        Family.settings["ladder"].astext,
        LadderPlan.USUAL,
        type_=TextOf(LadderPlan),
    )


async def set_medicine_ladder(
    scope: Scope, medication_id: UUID, plan: LadderPlan | None
) -> LadderPlan | None:
    """Ask about this medicine by *plan*; None is what the family has set. It counts from the next
    step on, also for a dose that is asked about now. Returns the plan before.

    Raises NotFound and NotAllowed.
    """
    member = scope.require(Action.CHANGE_MEDICINES)
    medicine = await scope.row(
        select(Medication.ladder)
        .where(
            Medication.id == medication_id,
            Medication.family_id == member.family_id,
            Medication.deleted_at.is_(None),
        )
        .with_for_update()
    )
    if medicine is None:
        raise NotFound
    if medicine.ladder != plan:
        await scope.execute(
            update(Medication).where(Medication.id == medication_id).values(ladder=plan)
        )
        await audit.record(
            scope,
            "medication.ladder_set",
            subject_type="medication",
            subject_id=medication_id,
            before={"ladder": medicine.ladder},
            after={"ladder": plan},
        )
    before: LadderPlan | None = medicine.ladder
    return before
