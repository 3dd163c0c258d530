"""How often a medicine is asked about, and for how long: as is set for it, or for its family."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, cast, func, select, update

from domain import audit
from domain.access import Action
from domain.database.scope import Scope
from domain.errors import NotFound
from domain.medicines.doses.ladder import WINDOW
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


def window_minutes() -> ColumnElement[int]:
    """How long a statement's family wants to be asked about a dose that nobody answers."""
    return func.coalesce(
        cast(Family.settings["window_minutes"].astext, Integer),
        WINDOW // timedelta(minutes=1),
    )


async def get_window(scope: Scope) -> timedelta:
    """The window of the family's doses, unless the next one is due earlier."""
    member = scope.require(Action.READ)
    minutes = await scope.connection.scalar(
        select(window_minutes()).where(Family.id == member.family_id)
    )
    return timedelta(minutes=minutes or 0)


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
