"""Removing medicines, appointments and people cared for, softly: what was recorded is kept.

What is needed to bring them back is in the audit, in `before` of the event.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update

from domain import audit
from domain.access import Action
from domain.appointments.changes.cancelling import take_away
from domain.appointments.changes.locking import lock_appointment
from domain.contacts.of_person import remove_of_person
from domain.database.scope import Scope
from domain.errors import NotFound
from domain.family.list_version import bump_list_version
from domain.medicines.changes.locking import cancel_open_doses, lock_medicine, record_change
from domain.medicines.changes.status import status_json
from domain.medicines.expansion.cancelling import cancel_pending_doses
from domain.medicines.expansion.re_expansion import lock_doses
from domain.models import (
    Appointment,
    AppointmentOccurrence,
    CareRecipient,
    Dose,
    FamilyMember,
    Invitation,
    Medication,
    User,
)
from domain.models.appointments import OccurrenceStatus
from domain.models.medicines import DoseStatus, MedicineStatus

#: Where an event keeps who has promised something about what was removed.
PROMISED = "promised"


@dataclass(frozen=True)
class Consequences:
    """What goes with something that is to be removed: doses that are `open` now, `medicines` that
    aren't stopped, planned `appointments` ahead and the first of them (UTC), and who has promised
    something about any of it, by name. `has_outcomes`: it's noted how an appointment went.
    """

    name: str
    person: str
    open: int = 0
    medicines: int = 0
    appointments: int = 0
    first_at: datetime | None = None
    promised: Sequence[str] = ()
    has_outcomes: bool = False


async def foresee_medication(scope: Scope, medication_id: UUID) -> Consequences:
    """What goes with a medicine. Raises NotFound and NotAllowed."""
    member = scope.require(Action.CHANGE_MEDICINES)
    row = await scope.row(
        select(Medication.name, CareRecipient.name.label("person"), Medication.status)
        .join(CareRecipient, CareRecipient.id == Medication.care_recipient_id)
        .where(
            Medication.id == medication_id,
            Medication.family_id == member.family_id,
            Medication.deleted_at.is_(None),
            CareRecipient.deleted_at.is_(None),
        )
    )
    if row is None:
        raise NotFound
    is_taken = row.status != MedicineStatus.STOPPED
    return Consequences(
        row.name,
        row.person,
        open=await _count_open(scope, [medication_id]),
        medicines=int(is_taken),
        promised=await _names(scope, await _promised_of_medicines(scope, [medication_id])),
    )


async def foresee_appointment(scope: Scope, appointment_id: UUID) -> Consequences:
    """What goes with an appointment, in all parts of its series. Raises NotFound and NotAllowed."""
    scope.require(Action.CHANGE_APPOINTMENTS)
    parts = await _list_parts(scope, appointment_id)
    row = await scope.row(
        select(Appointment.title, CareRecipient.name)
        .join(CareRecipient, CareRecipient.id == Appointment.care_recipient_id)
        .where(Appointment.id == appointment_id, CareRecipient.deleted_at.is_(None))
    )
    if row is None:
        raise NotFound
    ahead = await _list_ahead(scope, parts)
    return Consequences(
        row.title,
        row.name,
        appointments=len(ahead),
        first_at=ahead[0].starts_at if ahead else None,
        promised=await _names(scope, {each.driver_id for each in ahead if each.driver_id}),
        has_outcomes=await _has_outcomes(scope, parts),
    )


async def foresee_person(scope: Scope, person_id: UUID) -> Consequences:
    """What goes with a person cared for. Raises NotFound and NotAllowed."""
    member = scope.require(Action.REMOVE_PERSON)
    name = await scope.connection.scalar(
        select(CareRecipient.name).where(
            CareRecipient.id == person_id,
            CareRecipient.family_id == member.family_id,
            CareRecipient.deleted_at.is_(None),
        )
    )
    if name is None:
        raise NotFound
    medicines = await _list_medicines(scope, person_id)
    ids = [row.id for row in medicines]
    ahead = await _list_ahead(scope, await _list_appointments(scope, person_id))
    promised = {each.driver_id for each in ahead if each.driver_id}
    return Consequences(
        name,
        name,
        open=await _count_open(scope, ids),
        medicines=sum(row.status != MedicineStatus.STOPPED for row in medicines),
        appointments=len(ahead),
        first_at=ahead[0].starts_at if ahead else None,
        promised=await _names(scope, promised | await _promised_of_medicines(scope, ids)),
    )


async def delete_medication(scope: Scope, medication_id: UUID) -> None:
    """Remove a medicine: its doses that are open or ahead are called off, and its cards say so;
    records stay. Raises NotFound and NotAllowed.
    """
    before = await lock_medicine(scope, medication_id)
    promised = await _promised_of_medicines(scope, [medication_id])
    await _mark_medicines(scope, [medication_id])
    await cancel_open_doses(scope, before)
    status = status_json(before.status, before.resumes_at, before.is_with_person)
    await record_change(
        scope, "deleted", medication_id, before={**status, PROMISED: _ids(promised)}
    )


async def delete_appointment(scope: Scope, appointment_id: UUID) -> UUID:
    """Remove an appointment, in all parts of its series, with what was noted of it. Nobody is
    reminded any more, and calendars get the change. Returns the part by which it can be brought
    back. Raises NotFound and NotAllowed.
    """
    scope.require(Action.CHANGE_APPOINTMENTS)
    parts = await _list_parts(scope, appointment_id)
    locked = [await lock_appointment(scope, part) for part in parts]
    ahead = await _list_ahead(scope, parts)
    for each in locked:
        await take_away(scope, each)
    # News are of what is ahead.
    subject_id: UUID = ahead[0].appointment_id if ahead else appointment_id
    await audit.record(
        scope,
        "appointment.deleted",
        subject_type="appointment",
        subject_id=subject_id,
        before={
            "appointments": [str(part) for part in parts],
            PROMISED: _ids({each.driver_id for each in ahead if each.driver_id}),
        },
    )
    return subject_id


async def delete_person(scope: Scope, person_id: UUID) -> None:
    """Remove a person cared for, with their medicines, appointments, doctors and emergency
    contacts; what was recorded stays. Invitations to be them end. Raises NotFound and NotAllowed.
    """
    member = scope.require(Action.REMOVE_PERSON)
    row = await scope.row(
        select(CareRecipient.id, CareRecipient.name)
        .where(
            CareRecipient.id == person_id,
            CareRecipient.family_id == member.family_id,
            CareRecipient.deleted_at.is_(None),
        )
        .with_for_update(key_share=True)
    )
    if row is None:
        raise NotFound
    ids = [each.id for each in await _list_medicines(scope, person_id)]
    await lock_doses(scope, ids)
    medicines = await _list_medicines(scope, person_id, locks=True)
    appointments = await _list_appointments(scope, person_id)
    locked = [await lock_appointment(scope, each) for each in appointments]
    ahead = await _list_ahead(scope, appointments)
    promised = await _promised_of_medicines(scope, ids)
    promised |= {each.driver_id for each in ahead if each.driver_id}
    await _mark_medicines(scope, ids)
    await cancel_pending_doses(scope, person_id, ids)
    for each in locked:
        await take_away(scope, each)
    reached = await remove_of_person(scope, person_id)
    await scope.execute(
        update(Invitation)
        .where(
            Invitation.care_recipient_id == person_id,
            Invitation.redeemed_at.is_(None),
            Invitation.expires_at > func.clock_now(),
        )
        .values(expires_at=func.clock_now())
    )
    await scope.execute(
        update(CareRecipient)
        .where(CareRecipient.id == person_id)
        .values(deleted_at=func.clock_now(), pause_ends_told_at=None)
    )
    await audit.record(
        scope,
        "person.deleted",
        subject_type="care_recipient",
        subject_id=person_id,
        before={
            "name": row.name,
            "medications": {str(each.id): _status(each) for each in medicines},
            "appointments": [str(each) for each in appointments],
            **reached,
            PROMISED: _ids(promised),
        },
    )
    await bump_list_version(scope)


def _status(row: Any) -> Mapping[str, Any]:
    return status_json(row.status, row.resumes_at, row.is_paused_with_person)


def _ids(user_ids: Collection[UUID]) -> Sequence[str]:
    return sorted(str(user_id) for user_id in user_ids)


async def _mark_medicines(scope: Scope, medication_ids: Collection[UUID]) -> None:
    await scope.execute(
        update(Medication)
        .where(Medication.id.in_(medication_ids))
        .values(
            deleted_at=func.clock_now(),
            status=MedicineStatus.STOPPED,
            resumes_at=None,
            is_paused_with_person=False,
            stock_check_at=None,
        )
    )


async def _list_medicines(scope: Scope, person_id: UUID, *, locks: bool = False) -> Sequence[Any]:
    statement = (
        select(
            Medication.id,
            Medication.status,
            Medication.resumes_at,
            Medication.is_paused_with_person,
        )
        .where(
            Medication.care_recipient_id == person_id,
            Medication.family_id == scope.family_id,
            Medication.deleted_at.is_(None),
        )
        .order_by(Medication.id)
    )
    return await scope.rows(statement.with_for_update() if locks else statement)


async def _list_appointments(scope: Scope, person_id: UUID) -> Sequence[UUID]:
    rows = await scope.rows(
        select(Appointment.id)
        .where(
            Appointment.care_recipient_id == person_id,
            Appointment.family_id == scope.family_id,
            Appointment.deleted_at.is_(None),
        )
        .order_by(Appointment.id)
    )
    return [row.id for row in rows]


async def _list_parts(scope: Scope, appointment_id: UUID) -> Sequence[UUID]:
    """All parts of its series that are there. Raises NotFound."""
    origin = (
        select(func.coalesce(Appointment.origin_id, Appointment.id))
        .where(
            Appointment.id == appointment_id,
            Appointment.family_id == scope.family_id,
            Appointment.deleted_at.is_(None),
        )
        .scalar_subquery()
    )
    rows = await scope.rows(
        select(Appointment.id)
        .where(
            Appointment.family_id == scope.family_id,
            Appointment.deleted_at.is_(None),
            func.coalesce(Appointment.origin_id, Appointment.id) == origin,
        )
        .order_by(Appointment.id)
    )
    if not rows:
        raise NotFound
    return [row.id for row in rows]


async def _list_ahead(scope: Scope, appointment_ids: Collection[UUID]) -> Sequence[Any]:
    """Their planned occurrences that haven't ended, earliest first."""
    return await scope.rows(
        select(
            AppointmentOccurrence.appointment_id,
            AppointmentOccurrence.starts_at,
            AppointmentOccurrence.driver_id,
        )
        .where(
            AppointmentOccurrence.appointment_id.in_(appointment_ids),
            AppointmentOccurrence.family_id == scope.family_id,
            AppointmentOccurrence.status == OccurrenceStatus.PLANNED,
            AppointmentOccurrence.ends_at > func.clock_now(),
        )
        .order_by(AppointmentOccurrence.starts_at)
    )


async def _has_outcomes(scope: Scope, appointment_ids: Collection[UUID]) -> bool:
    found = await scope.connection.scalar(
        select(AppointmentOccurrence.id)
        .where(
            AppointmentOccurrence.appointment_id.in_(appointment_ids),
            AppointmentOccurrence.family_id == scope.family_id,
            AppointmentOccurrence.outcome.is_not(None),
        )
        .limit(1)
    )
    return found is not None


async def _count_open(scope: Scope, medication_ids: Collection[UUID]) -> int:
    """How many of their doses are due and unanswered."""
    count = await scope.connection.scalar(
        select(func.count()).where(
            Dose.medication_id.in_(medication_ids),
            Dose.family_id == scope.family_id,
            Dose.status == DoseStatus.PENDING,
            Dose.due_at <= func.clock_now(),
        )
    )
    return count or 0


async def _promised_of_medicines(scope: Scope, medication_ids: Collection[UUID]) -> set[UUID]:
    """Who gets more of one of these medicines, or is on one of their doses."""
    rows = await scope.rows(
        select(Medication.refill_promised_by_id.label("user_id"))
        .where(
            Medication.id.in_(medication_ids),
            Medication.family_id == scope.family_id,
            Medication.refill_promised_by_id.is_not(None),
        )
        .union(
            select(Dose.held_by_id).where(
                Dose.medication_id.in_(medication_ids),
                Dose.family_id == scope.family_id,
                Dose.status == DoseStatus.PENDING,
                Dose.held_until > func.clock_now(),
            )
        )
    )
    return {row.user_id for row in rows}


async def _names(scope: Scope, user_ids: Collection[UUID]) -> Sequence[str]:
    """The names of those of them who are in the family and aren't the actor."""
    if not user_ids:
        return []
    rows = await scope.rows(
        select(User.name)
        .join(FamilyMember, FamilyMember.user_id == User.id)
        .where(
            User.id.in_(user_ids),
            User.id != scope.user_id,
            FamilyMember.family_id == scope.family_id,
            FamilyMember.left_at.is_(None),
        )
        .order_by(User.name, User.id)
    )
    return [row.name for row in rows]
