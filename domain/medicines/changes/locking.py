"""Locking a medicine and its open doses for a change, and auditing the change."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from domain import audit
from domain.access import Action
from domain.database.scope import Scope
from domain.errors import NotFound
from domain.family.list_version import bump_list_version
from domain.medicines.dosages import Dosage
from domain.medicines.expansion.cancelling import cancel_pending_doses
from domain.medicines.expansion.expandable import (
    EXPANDABLE,
    Expandable,
    fetch_expandables_with,
)
from domain.medicines.expansion.re_expansion import lock_doses
from domain.medicines.facts import Content, OpenDose
from domain.medicines.schedules.kinds import Schedule
from domain.models import Medication
from domain.models.medicines import MedicineStatus


@dataclass(frozen=True)
class LockedMedicine:
    """A medicine, locked until the transaction ends."""

    id: UUID
    version: int
    status: MedicineStatus
    resumes_at: datetime | None
    is_with_person: bool
    expandable: Expandable
    instructions: str | None
    reason: str | None
    nicknames: Sequence[str]

    @property
    def name(self) -> str:
        return self.expandable.name

    @property
    def dosage(self) -> Dosage:
        return self.expandable.dosage

    @property
    def schedule(self) -> Schedule:
        return self.expandable.schedule

    @property
    def zone(self) -> ZoneInfo:
        return self.expandable.zone

    @property
    def content(self) -> Content:
        return Content(self.name, self.dosage, self.schedule, self.instructions, self.reason)


async def lock_medicine(scope: Scope, medication_id: UUID) -> LockedMedicine:
    """Lock a medicine of the family and its open doses. Raises NotFound and NotAllowed."""
    member = scope.require(Action.CHANGE_MEDICINES)
    await lock_doses(scope, [medication_id])
    found = await fetch_expandables_with(
        scope,
        EXPANDABLE.add_columns(
            Medication.version,
            Medication.is_paused_with_person,
            Medication.instructions,
            Medication.reason,
            Medication.nicknames,
        )
        .where(
            Medication.id == medication_id,
            Medication.family_id == member.family_id,
            Medication.deleted_at.is_(None),
        )
        .with_for_update(of=Medication),
    )
    if not found:
        raise NotFound
    [(medicine, (version, is_paused_with_person, instructions, reason, nicknames))] = found
    return LockedMedicine(
        id=medicine.medication_id,
        version=version,
        status=medicine.status,
        resumes_at=medicine.resumes_at,
        is_with_person=is_paused_with_person,
        expandable=medicine,
        instructions=instructions,
        reason=reason,
        nicknames=nicknames,
    )


async def cancel_open_doses(scope: Scope, medicine: LockedMedicine) -> Sequence[OpenDose]:
    """Cancel its pending doses and have their cards edited. Returns those that were due."""
    person_id = medicine.expandable.care_recipient_id
    return (await cancel_pending_doses(scope, person_id, [medicine.id])).get(medicine.id, ())


async def record_change(scope: Scope, action: str, medication_id: UUID, **change: Any) -> None:
    """Audit a change, and raise the version of the family's list."""
    await audit.record(
        scope,
        f"medication.{action}",
        subject_type="medication",
        subject_id=medication_id,
        **change,
    )
    await bump_list_version(scope)


def content_columns(content: Content) -> dict[str, Any]:
    return {
        "name": content.name,
        "dosage": content.dosage.words,
        "dosage_amount": content.dosage.amount,
        "dosage_unit": content.dosage.unit,
        "dosage_most": content.dosage.most,
        "instructions": content.instructions,
        "reason": content.reason,
        "schedule": content.schedule.to_json(),
    }
