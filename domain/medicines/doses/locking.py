"""Locking a dose that a member may record."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from domain.access import Action, may
from domain.database.scope import Member, Scope
from domain.errors import NotAllowed, NotFound
from domain.medicines.ladders import ladder_plan
from domain.models import CareRecipient, Dose, Family, Medication
from domain.models.family import LadderPlan
from domain.models.medicines import DoseStatus, MedicineStatus


@dataclass(frozen=True)
class LockedDose:
    """A dose, locked until the transaction ends.

    `timezone` is where its person lives now. `is_given`: its medicine is active. `follows_intakes`:
    the next dose depends on when this one is taken.
    """

    id: UUID
    medication_id: UUID
    care_recipient_id: UUID
    due_at: datetime
    window_ends_at: datetime
    status: DoseStatus
    resolved_at: datetime | None
    is_scheduled: bool
    timezone: str
    is_given: bool
    follows_intakes: bool
    rung: int
    plan: LadderPlan


async def lock_dose(scope: Scope, member: Member, dose_id: UUID) -> LockedDose:
    """Lock a dose that the member may record. Raises NotFound and NotAllowed."""
    dose = await scope.row(
        select(
            Dose.id,
            Dose.medication_id,
            Dose.care_recipient_id,
            Dose.due_at,
            Dose.window_ends_at,
            Dose.status,
            Dose.rung,
            Dose.resolved_at,
            Dose.is_scheduled,
            CareRecipient.user_id.label("recipient_user_id"),
            CareRecipient.timezone,
            ((Medication.status == MedicineStatus.ACTIVE) & Medication.deleted_at.is_(None)).label(
                "is_given"
            ),
            ladder_plan().label("plan"),
            (Medication.schedule["from_last_intake"].as_boolean()).label("follows_intakes"),
        )
        .join(CareRecipient, CareRecipient.id == Dose.care_recipient_id)
        .join(Medication, Medication.id == Dose.medication_id)
        .join(Family, Family.id == Dose.family_id)
        .where(Dose.id == dose_id, Dose.family_id == member.family_id)
        .with_for_update(of=Dose)
    )
    if dose is None or dose.status == DoseStatus.CANCELLED:
        raise NotFound
    is_own = dose.recipient_user_id == member.user_id
    if not (
        may(member.role, Action.RECORD_DOSE)
        or (is_own and may(member.role, Action.RECORD_OWN_DOSE))
    ):
        raise NotAllowed(Action.RECORD_DOSE, member.role)
    return LockedDose(
        id=dose.id,
        medication_id=dose.medication_id,
        care_recipient_id=dose.care_recipient_id,
        due_at=dose.due_at,
        window_ends_at=dose.window_ends_at,
        status=dose.status,
        resolved_at=dose.resolved_at,
        is_scheduled=dose.is_scheduled,
        timezone=dose.timezone,
        is_given=dose.is_given,
        follows_intakes=bool(dose.follows_intakes),
        rung=dose.rung,
        plan=dose.plan,
    )
