"""Doctors: who treats a care recipient, and how to reach them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Executable, func, insert, select, update

from domain import audit
from domain.access import Action
from domain.contacts.errors import SimilarDoctor
from domain.database.scope import Scope
from domain.errors import NotFound
from domain.family.limits import Quota
from domain.family.people import get_person, lock_pause
from domain.family.room import require_room
from domain.models import Appointment, CareRecipient, Doctor, new_id
from domain.name_similarity import find_similar_name

PAGE_SIZE = 10


@dataclass(frozen=True)
class NewDoctor:
    """`phone` is E.164 ("+493012345")."""

    person_id: UUID
    name: str
    specialty: str | None = None
    phone: str | None = None
    address: str | None = None
    note: str | None = None


@dataclass(frozen=True)
class DoctorFacts:
    id: UUID
    person_id: UUID
    person: str
    zone: ZoneInfo
    name: str
    specialty: str | None
    phone: str | None
    address: str | None
    note: str | None
    is_removed: bool = False


_SELECT = select(
    Doctor.id,
    Doctor.name,
    Doctor.specialty,
    Doctor.phone,
    Doctor.address,
    Doctor.note,
    Doctor.deleted_at,
    CareRecipient.id.label("person_id"),
    CareRecipient.name.label("person"),
    CareRecipient.timezone,
).join(CareRecipient, CareRecipient.id == Doctor.care_recipient_id)


async def add_doctor(
    scope: Scope,
    doctor: NewDoctor,
    *,
    flow_id: UUID | None = None,
    acknowledged: Collection[UUID] = (),
) -> DoctorFacts:
    """Save a doctor. The person's appointments that have this doctor only as text are linked.

    Idempotent per *flow_id*: a second call returns what the first one added. Raises NotFound
    (person), FamilyFull, and SimilarDoctor if the person has a doctor whose name is the same or
    looks or sounds like it, unless the member has *acknowledged* that doctor (by id).
    """
    member = scope.require(Action.CHANGE_APPOINTMENTS)
    if flow_id is not None:
        saved_before = await scope.connection.scalar(
            select(Doctor.id).where(Doctor.flow_id == flow_id)
        )
        if saved_before is not None:
            return await get_doctor(scope, saved_before)
    person = await get_person(scope, doctor.person_id)
    await lock_pause(scope, person.id)  # so that nobody removes them meanwhile
    await require_room(scope, Quota.DOCTOR)
    await refuse_similar_name(scope, person.id, doctor.name, acknowledged=acknowledged)
    doctor_id = new_id()
    await scope.execute(
        insert(Doctor).values(
            id=doctor_id,
            family_id=member.family_id,
            care_recipient_id=person.id,
            name=doctor.name,
            specialty=doctor.specialty,
            phone=doctor.phone,
            address=doctor.address,
            note=doctor.note,
            created_by_id=member.user_id,
            flow_id=flow_id,
        )
    )
    await scope.execute(
        update(Appointment)
        .where(
            Appointment.care_recipient_id == person.id,
            Appointment.doctor_id.is_(None),
            func.lower(Appointment.doctor_name) == doctor.name.lower(),
            Appointment.deleted_at.is_(None),
        )
        .values(doctor_id=doctor_id, doctor_name=None)
    )
    await _record(scope, "added", doctor_id)
    return await get_doctor(scope, doctor_id)


async def get_doctor(scope: Scope, doctor_id: UUID) -> DoctorFacts:
    """One doctor, removed ones included: they can be restored. Raises NotFound."""
    member = scope.require(Action.READ)
    found = await _fetch(
        scope, _SELECT.where(Doctor.id == doctor_id, Doctor.family_id == member.family_id)
    )
    if not found:
        raise NotFound
    return found[0]


async def list_doctors(scope: Scope) -> Sequence[DoctorFacts]:
    """All doctors of the family, by person, then by name. One statement."""
    member = scope.require(Action.READ)
    return await _fetch(
        scope,
        _SELECT.where(
            Doctor.family_id == member.family_id,
            Doctor.deleted_at.is_(None),
            CareRecipient.deleted_at.is_(None),
        ).order_by(CareRecipient.created_at, CareRecipient.id, func.lower(Doctor.name), Doctor.id),
    )


async def _fetch(scope: Scope, statement: Executable) -> Sequence[DoctorFacts]:
    """The doctors that a *statement* based on `_SELECT` selects."""
    return [
        DoctorFacts(
            id=row.id,
            person_id=row.person_id,
            person=row.person,
            zone=ZoneInfo(row.timezone),
            name=row.name,
            specialty=row.specialty,
            phone=row.phone,
            address=row.address,
            note=row.note,
            is_removed=row.deleted_at is not None,
        )
        for row in await scope.rows(statement)
    ]


async def edit_doctor(
    scope: Scope,
    doctor_id: UUID,
    changes: Mapping[str, str | None],
    *,
    acknowledged: Collection[UUID] = (),
) -> DoctorFacts:
    """Change `name`, `specialty`, `phone`, `address` or `note`. Raises NotFound, and SimilarDoctor
    as `add_doctor` does.
    """
    before = await _lock(scope, doctor_id)
    if all(before[name] == value for name, value in changes.items()):
        return await get_doctor(scope, doctor_id)
    if changes.get("name"):
        known = (doctor_id, *acknowledged)
        person_id = before["care_recipient_id"]
        await refuse_similar_name(scope, person_id, str(changes["name"]), acknowledged=known)
    await _write(scope, doctor_id, changes)
    old = {name: before[name] for name in changes}
    await _record(scope, "edited", doctor_id, before=old, after=dict(changes))
    return await get_doctor(scope, doctor_id)


async def remove_doctor(scope: Scope, doctor_id: UUID) -> DoctorFacts:
    """Remove a doctor from the list; appointments keep the name. Raises NotFound."""
    before = await _lock(scope, doctor_id)
    if before["deleted_at"] is None:
        await _write(scope, doctor_id, {"deleted_at": func.clock_now()})
        await _record(scope, "removed", doctor_id)
    return await get_doctor(scope, doctor_id)


async def restore_doctor(scope: Scope, doctor_id: UUID) -> DoctorFacts:
    """Restore a removed doctor. Raises NotFound and FamilyFull."""
    before = await _lock(scope, doctor_id)
    if before["deleted_at"] is not None:
        await require_room(scope, Quota.DOCTOR)
        await _write(scope, doctor_id, {"deleted_at": None})
        await _record(scope, "restored", doctor_id)
    return await get_doctor(scope, doctor_id)


async def _lock(scope: Scope, doctor_id: UUID) -> Mapping[str, Any]:
    """The doctor's columns, locked. Raises NotFound and NotAllowed."""
    member = scope.require(Action.CHANGE_APPOINTMENTS)
    row = await scope.row(
        select(
            Doctor.name,
            Doctor.specialty,
            Doctor.phone,
            Doctor.address,
            Doctor.note,
            Doctor.deleted_at,
            Doctor.care_recipient_id,
        )
        .where(Doctor.id == doctor_id, Doctor.family_id == member.family_id)
        .with_for_update()
    )
    if row is None:
        raise NotFound
    return row._asdict()


async def refuse_similar_name(
    scope: Scope, person_id: UUID, name: str, *, acknowledged: Collection[UUID]
) -> None:
    """Raises SimilarDoctor if the person has a doctor, not *acknowledged*, whose name is the same
    or looks or sounds like *name*.
    """
    rows = await scope.rows(
        select(Doctor.id, Doctor.name)
        .where(
            Doctor.care_recipient_id == person_id,
            Doctor.id.not_in(acknowledged),
            Doctor.deleted_at.is_(None),
        )
        .order_by(Doctor.created_at, Doctor.id)
    )
    found = find_similar_name(name, [(row.name, row.id) for row in rows])
    if found is not None:
        raise SimilarDoctor(found)


async def _write(scope: Scope, doctor_id: UUID, changes: Mapping[str, Any]) -> None:
    await scope.execute(update(Doctor).where(Doctor.id == doctor_id).values(dict(changes)))


async def _record(
    scope: Scope,
    action: str,
    doctor_id: UUID,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    await audit.record(
        scope,
        f"doctor.{action}",
        subject_type="doctor",
        subject_id=doctor_id,
        before=before,
        after=after,
    )
