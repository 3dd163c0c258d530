"""What an export holds, as plain facts. Instants are UTC."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.access import Role
from domain.medicines.dosages import Dosage
from domain.medicines.schedules.kinds import Schedule
from domain.models.appointments import OccurrenceStatus
from domain.models.family import HourCycle
from domain.models.medicines import DoseStatus, MedicineStatus, MovementReason, RecordStatus


@dataclass(frozen=True)
class Reader:
    """Whoever asked, and by what they read."""

    name: str
    role: Role
    family_id: UUID
    family_name: str
    language_code: str | None
    hour_cycle: HourCycle
    zone: ZoneInfo | None


@dataclass(frozen=True)
class ExportedMember:
    id: UUID
    name: str
    role: Role
    joined_at: datetime


@dataclass(frozen=True)
class ExportedPerson:
    """Somebody who is cared for. `day_times` are the times of their day, by part of the day."""

    id: UUID
    name: str
    timezone: str
    medical_info: dict[str, Any]
    day_times: dict[str, Any] | None
    paused_at: datetime | None
    paused_until: datetime | None


@dataclass(frozen=True)
class ExportedMedicine:
    id: UUID
    person_id: UUID
    person: str
    timezone: str
    name: str
    dosage: Dosage
    schedule: Schedule
    status: MedicineStatus
    resumes_at: datetime | None
    instructions: str | None
    reason: str | None
    nicknames: Sequence[str]
    stock: Decimal | None
    stock_unit: str | None
    created_at: datetime


@dataclass(frozen=True)
class ExportedRecord:
    """What somebody recorded about a dose."""

    status: RecordStatus
    taken_at: datetime
    timezone: str
    recorded_at: datetime
    recorded_by: str
    given: str | None
    dose_count: Decimal
    note: str | None


@dataclass(frozen=True)
class ExportedDose:
    """A dose that was due or given, with all of its records, oldest first."""

    id: UUID
    medication_id: UUID
    person_id: UUID
    person: str
    medicine: str
    dosage: str
    amount: Decimal | None
    unit: str | None
    due_at: datetime
    timezone: str
    is_scheduled: bool
    status: DoseStatus
    taken_at: datetime | None
    taken_timezone: str | None
    given: str | None
    note: str | None
    records: Sequence[ExportedRecord] = ()


@dataclass(frozen=True)
class ExportedMovement:
    """A change of a stock, in its unit."""

    id: UUID
    medication_id: UUID
    person: str
    timezone: str
    medicine: str
    unit: str | None
    change: Decimal
    reason: MovementReason
    recorded_by: str
    at: datetime


@dataclass(frozen=True)
class ExportedDoctor:
    id: UUID
    person_id: UUID
    person: str
    name: str
    specialty: str | None
    phone: str | None
    address: str | None
    note: str | None


@dataclass(frozen=True)
class ExportedContact:
    """Somebody to call, first the one with the lowest `position`; without a person it's for all."""

    id: UUID
    person_id: UUID | None
    person: str | None
    name: str
    relation: str | None
    phone: str
    note: str | None
    position: int


@dataclass(frozen=True)
class ExportedAppointment:
    """One time at which an appointment takes place."""

    id: UUID
    appointment_id: UUID
    person_id: UUID
    person: str
    title: str
    starts_at: datetime
    ends_at: datetime
    timezone: str
    is_all_day: bool
    recurrence: str | None
    status: OccurrenceStatus
    doctor_id: UUID | None
    doctor: str | None
    place: str | None
    bring: str | None
    note: str | None
    driver: str | None
    outcome: str | None
