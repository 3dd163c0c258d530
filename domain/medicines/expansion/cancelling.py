"""Cancelling pending doses."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, update

from domain.database.scope import Scope
from domain.delivery import dose_messages
from domain.events import NotificationsQueued
from domain.medicines.dosages import Dosage
from domain.medicines.facts import OpenDose
from domain.models import Dose
from domain.models.medicines import DoseStatus

CALLED_OFF = "called_off"  # where an event of the audit keeps the doses that it cancelled


async def list_future_dose_ids(scope: Scope, medication_id: UUID, *, status: str) -> Sequence[UUID]:
    """The ids of a medication's future doses with this status: `pending` or `cancelled`."""
    rows = await scope.rows(
        select(Dose.id).where(
            Dose.medication_id == medication_id,
            Dose.status == status,
            Dose.due_at > scope.clock.now(),
        )
    )
    return [row.id for row in rows]


async def cancel_pending_doses(
    scope: Scope, care_recipient_id: UUID, medication_ids: Collection[UUID]
) -> Mapping[UUID, Sequence[OpenDose]]:
    """Cancel the pending doses of these medicines of one person and have their cards edited.
    Returns those that were already due, by medicine.
    """
    cancelled = await scope.rows(
        update(Dose)
        .where(Dose.medication_id.in_(medication_ids), Dose.status == DoseStatus.PENDING)
        .values(
            status=DoseStatus.CANCELLED,
            next_action_at=None,
            ladder_step=None,
            resolved_at=func.clock_now(),
        )
        .returning(
            Dose.id,
            Dose.medication_id,
            Dose.due_at,
            Dose.window_ends_at,
            Dose.timezone,
            Dose.dosage,
            Dose.amount,
            Dose.unit,
            Dose.most,
        )
    )
    await dose_messages.refresh_cards(
        scope, {(care_recipient_id, dose.due_at) for dose in cancelled}
    )
    scope.publish(NotificationsQueued())
    now = scope.clock.now()
    were_open: dict[UUID, list[OpenDose]] = {}
    for row in sorted(cancelled, key=lambda row: (row.due_at, row.id)):
        if row.due_at <= now:
            dose = OpenDose(
                id=row.id,
                due_at=row.due_at,
                window_ends_at=row.window_ends_at,
                zone=ZoneInfo(row.timezone),
                dosage=Dosage(row.dosage, row.amount, row.unit, row.most),
                snoozed_until=None,
            )
            were_open.setdefault(row.medication_id, []).append(dose)
    return were_open
