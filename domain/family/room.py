"""Checking a family's quota before anything is added or restored."""

from collections.abc import Mapping
from typing import TypeAlias
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, select

from domain.database.scope import Scope
from domain.family.errors import FamilyFull
from domain.family.limits import MOST_HELD, Held
from domain.models import (
    Appointment,
    AppointmentOccurrence,
    CareRecipient,
    Doctor,
    FamilyMember,
    Medication,
)
from domain.models.appointments import OccurrenceStatus

_lies_ahead = exists().where(
    AppointmentOccurrence.appointment_id == Appointment.id,
    AppointmentOccurrence.status == OccurrenceStatus.PLANNED,
    AppointmentOccurrence.starts_at > func.clock_now(),
)
_Table: TypeAlias = type[CareRecipient | Medication | Doctor | FamilyMember | Appointment]
_COUNTED: Mapping[Held, tuple[_Table, ColumnElement[bool]]] = {
    Held.PERSON: (CareRecipient, CareRecipient.deleted_at.is_(None)),
    Held.MEDICINE: (Medication, Medication.deleted_at.is_(None)),
    Held.DOCTOR: (Doctor, Doctor.deleted_at.is_(None)),
    Held.MEMBER: (FamilyMember, FamilyMember.left_at.is_(None)),
    Held.APPOINTMENT: (Appointment, and_(Appointment.deleted_at.is_(None), _lies_ahead)),
}


async def make_room(scope: Scope, held: Held, *, beside: UUID | None = None) -> None:
    """Raises FamilyFull unless the scope's family may have one more. Nobody else can use that place
    before this transaction ends. *excluding* isn't counted.
    """
    table, is_held = _COUNTED[held]
    # A statement of its own, so that the count sees what was committed while this one waited.
    key = func.hashtextextended(f"{held}:{scope.family_id}", 0)
    await scope.execute(select(func.pg_advisory_xact_lock(key)))
    count = select(func.count(table.id)).where(table.family_id == scope.family_id, is_held)
    if beside is not None:
        count = count.where(table.id != beside)
    there = await scope.connection.scalar(count)
    if there is not None and there >= MOST_HELD[held]:
        raise FamilyFull(held, MOST_HELD[held])
