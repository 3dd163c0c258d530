"""Locking a dose that a member may record."""

from typing import Any
from uuid import UUID

from sqlalchemy import Row, select

from domain.access import Action, may
from domain.database.scope import Member, Scope
from domain.errors import NotAllowed, NotFound
from domain.models import CareRecipient, Dose, Medication
from domain.models.medicines import DoseStatus


async def lock_dose(scope: Scope, member: Member, dose_id: UUID) -> Row[Any]:
    """Lock a dose that the member may record. Raises NotFound and NotAllowed."""
    dose = await scope.row(
        select(
            Dose.id,
            Dose.medication_id,
            Dose.care_recipient_id,
            Dose.due_at,
            Dose.window_ends_at,
            Dose.status,
            Dose.ask_no,
            Dose.resolved_at,
            Dose.is_scheduled,
            CareRecipient.user_id.label("recipient_user_id"),
            CareRecipient.timezone,
            ((Medication.status == "active") & Medication.deleted_at.is_(None)).label("is_given"),
            (Medication.schedule["from_last_intake"].as_boolean()).label("follows_intakes"),
        )
        .join(CareRecipient, CareRecipient.id == Dose.care_recipient_id)
        .join(Medication, Medication.id == Dose.medication_id)
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
    return dose
