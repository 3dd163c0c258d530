"""Bringing back what was removed: as it was, and only what was removed with it."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, update

from domain import audit
from domain.appointments.changes.cancelling import bring_back
from domain.contacts.doctors import refuse_similar_name, restore_doctor
from domain.contacts.emergency_contacts import (
    get_contact,
    refuse_similar_contact,
    restore_contact,
)
from domain.contacts.of_person import bring_back_of_person
from domain.database.scope import Scope
from domain.errors import NotFound
from domain.events import TimerSet
from domain.family.limits import Quota
from domain.family.list_version import bump_list_version
from domain.family.people import set_pause
from domain.family.room import require_room
from domain.family.running_pauses import PAUSE_COLUMNS, StoredPause
from domain.medicines.changes.adding import refuse_same_name
from domain.medicines.changes.locking import record_change
from domain.medicines.changes.status import bring_back_status
from domain.medicines.stock.stock_checks import next_check
from domain.memory.errors import NameTaken, PersonRemoved
from domain.memory.removal import PROMISED
from domain.memory.removed import RIGHTS, RemovedKind, get_removed
from domain.models import Appointment, CareRecipient, Doctor, EmergencyContact, Medication


async def bring_back_thing(
    scope: Scope, kind: RemovedKind, subject_id: UUID, *, beside: bool = False
) -> None:
    """Bring it back; does nothing if somebody already has.

    Raises NotFound, NotAllowed, FamilyFull, PersonRemoved if it belongs to somebody who is removed,
    too, NameTaken for a person, and SameMedicine, SimilarMedicine, SimilarDoctor or SimilarContact
    if there is another of that name by now, unless it is to be *beside* that one.
    """
    scope.require(RIGHTS[kind])
    is_removed, person_id = await _lock(scope, kind, subject_id)
    if kind is RemovedKind.CONTACT and is_removed:
        await _bring_back_contact(scope, subject_id, beside=beside)
    if not is_removed or person_id is None:
        return
    match kind:
        case RemovedKind.PERSON:
            await _bring_back_person(scope, subject_id)
        case RemovedKind.MEDICINE:
            await _bring_back_medicine(scope, person_id, subject_id, beside=beside)
        case RemovedKind.APPOINTMENT:
            await _bring_back_appointment(scope, subject_id)
        case RemovedKind.DOCTOR:
            removed = await get_removed(scope, kind, subject_id)
            if not beside:
                await refuse_similar_name(scope, person_id, removed.name, acknowledged=())
            await restore_doctor(scope, subject_id)


async def _bring_back_contact(scope: Scope, contact_id: UUID, *, beside: bool) -> None:
    contact = await get_contact(scope, contact_id)
    if not beside:
        await refuse_similar_contact(scope, name=contact.name, phone=contact.phone, acknowledged=())
    await restore_contact(scope, contact_id)


async def _lock(scope: Scope, kind: RemovedKind, subject_id: UUID) -> tuple[bool, UUID | None]:
    """Lock it, and its person. Returns whether it's (still) removed, and the person's id; that is
    None for an emergency contact of everybody.
    """
    table: Any = {
        RemovedKind.PERSON: CareRecipient,
        RemovedKind.MEDICINE: Medication,
        RemovedKind.APPOINTMENT: Appointment,
        RemovedKind.DOCTOR: Doctor,
        RemovedKind.CONTACT: EmergencyContact,
    }[kind]
    is_person = kind is RemovedKind.PERSON
    whose = await scope.row(
        select((table.id if is_person else table.care_recipient_id).label("person_id")).where(
            table.id == subject_id, table.family_id == scope.family_id
        )
    )
    if whose is None:
        raise NotFound
    person = None
    if whose.person_id is not None:
        person = await scope.row(
            select(CareRecipient.name, CareRecipient.deleted_at)
            .where(CareRecipient.id == whose.person_id, CareRecipient.family_id == scope.family_id)
            .with_for_update(key_share=True)
        )
    found = await scope.row(
        select(table.deleted_at).where(table.id == subject_id).with_for_update(key_share=True)
    )
    if found is None or (person is None and whose.person_id is not None):
        raise NotFound
    if not is_person and person is not None and person.deleted_at is not None:
        raise PersonRemoved(person.name)
    return found.deleted_at is not None, whose.person_id


async def _bring_back_medicine(
    scope: Scope, person_id: UUID, medication_id: UUID, *, beside: bool
) -> None:
    removed = await get_removed(scope, RemovedKind.MEDICINE, medication_id)
    await require_room(scope, Quota.MEDICINE)
    if not beside:
        await refuse_same_name(scope, person_id, removed.name, acknowledged=())
    before = removed.before or {}
    await _unmark_medicine(scope, medication_id, before if "status" in before else None)
    await record_change(
        scope, "brought_back", medication_id, after={PROMISED: before.get(PROMISED, [])}
    )


async def _unmark_medicine(
    scope: Scope, medication_id: UUID, before: Mapping[str, Any] | None
) -> None:
    """A medicine is there again, with its doses and the timer of its stock."""
    row = await scope.row(
        update(Medication)
        .where(Medication.id == medication_id, Medication.deleted_at.is_not(None))
        .values(deleted_at=None)
        .returning(Medication.stock, Medication.care_recipient_id)
    )
    if row is None:
        return
    await bring_back_status(scope, medication_id, before)
    if row.stock is None:
        return
    zone = await scope.connection.scalar(
        select(CareRecipient.timezone).where(CareRecipient.id == row.care_recipient_id)
    )
    at = next_check(ZoneInfo(str(zone)), scope.clock.now())
    await scope.execute(
        update(Medication).where(Medication.id == medication_id).values(stock_check_at=at)
    )
    scope.publish(TimerSet(at))


async def _bring_back_appointment(scope: Scope, appointment_id: UUID) -> None:
    removed = await get_removed(scope, RemovedKind.APPOINTMENT, appointment_id)
    await require_room(scope, Quota.APPOINTMENT)
    before = removed.before or {}
    for part in before.get("appointments", [str(appointment_id)]):
        await bring_back(scope, UUID(part))
    await audit.record(
        scope,
        "appointment.brought_back",
        subject_type="appointment",
        subject_id=appointment_id,
        after={PROMISED: before.get(PROMISED, [])},
    )


async def _bring_back_person(scope: Scope, person_id: UUID) -> None:
    removed = await get_removed(scope, RemovedKind.PERSON, person_id)
    before = removed.before or {}
    await require_room(scope, Quota.PERSON)
    await _refuse_taken_name(scope, removed.name)
    await scope.execute(
        update(CareRecipient).where(CareRecipient.id == person_id).values(deleted_at=None)
    )
    await _renew_pause(scope, person_id, removed.zone)
    medicines: Mapping[str, Mapping[str, Any]] = before.get("medications", {})
    if medicines:
        await require_room(scope, Quota.MEDICINE, adding=len(medicines))
    for medication_id in sorted(medicines):
        await _unmark_medicine(scope, UUID(medication_id), medicines[medication_id])
    appointments: Collection[str] = before.get("appointments", ())
    if appointments:
        await require_room(scope, Quota.APPOINTMENT)
    for appointment_id in sorted(appointments):
        await bring_back(scope, UUID(appointment_id))
    await bring_back_of_person(scope, before)
    await audit.record(
        scope,
        "person.brought_back",
        subject_type="care_recipient",
        subject_id=person_id,
        after={"name": removed.name, PROMISED: before.get(PROMISED, [])},
    )
    await bump_list_version(scope)


async def _refuse_taken_name(scope: Scope, name: str) -> None:
    taken = await scope.connection.scalar(
        select(CareRecipient.name).where(
            CareRecipient.family_id == scope.family_id,
            CareRecipient.deleted_at.is_(None),
            func.lower(CareRecipient.name) == name.lower(),
        )
    )
    if taken is not None:
        raise NameTaken(taken)


async def _renew_pause(scope: Scope, person_id: UUID, zone: ZoneInfo) -> None:
    """A pause that still runs has its timer again; one that would have ended has."""
    row = await scope.row(select(*PAUSE_COLUMNS).where(CareRecipient.id == person_id))
    if row is None or row.paused_at is None:
        return
    pause = StoredPause._make(row).running(now=scope.clock.now())
    await set_pause(scope, person_id, pause, zone=zone)
