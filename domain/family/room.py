"""Checking a family's quota before anything is added or restored."""

from collections.abc import Mapping
from typing import TypeAlias
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, select

from domain.database.scope import Scope
from domain.family.errors import FamilyFull
from domain.family.limits import QUOTA_LIMITS, Quota
from domain.models import (
    Appointment,
    AppointmentOccurrence,
    CareRecipient,
    Doctor,
    EmergencyContact,
    FamilyMember,
    Medication,
)
from domain.models.appointments import OccurrenceStatus

_lies_ahead = exists().where(
    AppointmentOccurrence.appointment_id == Appointment.id,
    AppointmentOccurrence.status == OccurrenceStatus.PLANNED,
    AppointmentOccurrence.starts_at > func.clock_now(),
)
_Table: TypeAlias = type[
    CareRecipient | Medication | Doctor | EmergencyContact | FamilyMember | Appointment
]
_COUNTED: Mapping[Quota, tuple[_Table, ColumnElement[bool]]] = {
    Quota.PERSON: (CareRecipient, CareRecipient.deleted_at.is_(None)),
    Quota.MEDICINE: (Medication, Medication.deleted_at.is_(None)),
    Quota.DOCTOR: (Doctor, Doctor.deleted_at.is_(None)),
    Quota.CONTACT: (EmergencyContact, EmergencyContact.deleted_at.is_(None)),
    Quota.MEMBER: (FamilyMember, FamilyMember.left_at.is_(None)),
    Quota.APPOINTMENT: (Appointment, and_(Appointment.deleted_at.is_(None), _lies_ahead)),
}


async def require_room(
    scope: Scope, quota: Quota, *, excluding: UUID | None = None, adding: int = 1
) -> None:
    """Raises FamilyFull unless the scope's family may have as many more as are *adding*. Nobody
    else can use these places before this transaction ends. *excluding* isn't counted.
    """
    table, is_held = _COUNTED[quota]
    # A statement of its own, so that the count sees what was committed while this one waited.
    key = func.hashtextextended(f"{quota}:{scope.family_id}", 0)
    await scope.execute(select(func.pg_advisory_xact_lock(key)))
    count = select(func.count(table.id)).where(table.family_id == scope.family_id, is_held)
    if excluding is not None:
        count = count.where(table.id != excluding)
    there = await scope.connection.scalar(count)
    if there is not None and there + adding > QUOTA_LIMITS[quota]:
        raise FamilyFull(quota, QUOTA_LIMITS[quota])
