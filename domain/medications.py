"""Medicines: adding one, and taking that back."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, insert, select, update

from domain import audit, notifications
from domain.access import Action
from domain.care_recipients import get_person
from domain.database import Scope
from domain.errors import NotFound
from domain.events import NotificationsOwed
from domain.expansion import Expandable, expand_medication
from domain.models import CareRecipient, Dose, Medication, new_id
from domain.schedules import Schedule, first_occurrence, schedule_from_json


@dataclass(frozen=True)
class MedicineFacts:
    """A medicine with everything its confirmation names. `first_due_at` is UTC."""

    id: UUID
    name: str
    dosage: str
    schedule: Schedule
    person_id: UUID
    person: str
    zone: ZoneInfo
    family_name: str
    first_due_at: datetime | None


@dataclass(frozen=True)
class NewMedicine:
    """What a caregiver entered. `replaces`: the medicine that this one is a correction of."""

    person_id: UUID
    name: str
    dosage: str
    schedule: Schedule
    replaces: UUID | None = None


async def add_medication(
    scope: Scope, medicine: NewMedicine, *, flow_id: UUID | None = None
) -> MedicineFacts:
    """Save a medicine with its doses for the next 36 hours.

    Doses start after now: a time already past today starts on its next day. Repeating it with the
    same *flow_id* finds the medicine that the first time added. Raises NotFound for a person or a
    replaced medicine that is not the family's.
    """
    member = scope.require(Action.CHANGE_MEDICINES)
    if flow_id is not None:
        saved_before = await scope.connection.scalar(
            select(Medication.id).where(Medication.flow_id == flow_id)
        )
        if saved_before is not None:
            return await get_medication(scope, saved_before)
    person = await get_person(scope, medicine.person_id)
    if medicine.replaces is not None:
        await remove_medication(scope, medicine.replaces)
    medication_id = new_id()
    now = scope.clock.now()
    await scope.execute(
        insert(Medication).values(
            id=medication_id,
            family_id=member.family_id,
            care_recipient_id=person.id,
            name=medicine.name,
            dosage=medicine.dosage,
            schedule=medicine.schedule.to_json(),
            expanded_until=now,
            created_by_id=member.user_id,
            flow_id=flow_id,
        )
    )
    await expand_medication(
        scope,
        Expandable(
            medication_id=medication_id,
            care_recipient_id=person.id,
            name=medicine.name,
            dosage=medicine.dosage,
            schedule=medicine.schedule,
            zone=person.zone,
            expanded_until=now,
        ),
    )
    await audit.record(
        scope,
        "medication.added",
        subject_type="medication",
        subject_id=medication_id,
        after={
            "name": medicine.name,
            "dosage": medicine.dosage,
            "schedule": medicine.schedule.to_json(),
        },
    )
    return await get_medication(scope, medication_id)


async def get_medication(scope: Scope, medication_id: UUID) -> MedicineFacts:
    """Raises NotFound if it is deleted or not the family's."""
    member = scope.require(Action.READ)
    row = await scope.row(
        select(
            Medication.id,
            Medication.name,
            Medication.dosage,
            Medication.schedule,
            CareRecipient.id.label("person_id"),
            CareRecipient.name.label("person"),
            CareRecipient.timezone,
        )
        .join(CareRecipient, CareRecipient.id == Medication.care_recipient_id)
        .where(
            Medication.id == medication_id,
            Medication.family_id == member.family_id,
            Medication.deleted_at.is_(None),
        )
    )
    if row is None:
        raise NotFound
    schedule, zone = schedule_from_json(row.schedule), ZoneInfo(row.timezone)
    first = first_occurrence(schedule, zone, after=scope.clock.now())
    return MedicineFacts(
        id=row.id,
        name=row.name,
        dosage=row.dosage,
        schedule=schedule,
        person_id=row.person_id,
        person=row.person,
        zone=zone,
        family_name=member.family_name,
        first_due_at=first.due_at if first else None,
    )


async def remove_medication(scope: Scope, medication_id: UUID) -> str:
    """Delete a medicine softly and cancel its unanswered doses; returns its name.

    What was recorded of it stays. Raises NotFound.
    """
    member = scope.require(Action.CHANGE_MEDICINES)
    removed = await scope.row(
        update(Medication)
        .where(
            Medication.id == medication_id,
            Medication.family_id == member.family_id,
            Medication.deleted_at.is_(None),
        )
        .values(deleted_at=func.clock_now(), status="stopped")
        .returning(Medication.name, Medication.care_recipient_id)
    )
    if removed is None:
        raise NotFound
    cancelled = await scope.rows(
        update(Dose)
        .where(Dose.medication_id == medication_id, Dose.status == "pending")
        .values(status="cancelled", next_action_at=None, ladder_step=None)
        .returning(Dose.due_at)
    )
    await notifications.show_again(
        scope, {(removed.care_recipient_id, dose.due_at) for dose in cancelled}
    )
    await audit.record(
        scope, "medication.removed", subject_type="medication", subject_id=medication_id
    )
    scope.publish(NotificationsOwed())
    name: str = removed.name
    return name
