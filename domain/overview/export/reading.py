"""Reading what is exported: a page in a transaction, as the member who asked."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select, tuple_

from domain.access import Action, Role
from domain.database.scope import Scope
from domain.errors import NotFound
from domain.medicines.dosages import Dosage
from domain.medicines.schedules.kinds import schedule_from_json
from domain.models import (
    Appointment,
    AppointmentOccurrence,
    CareRecipient,
    Doctor,
    Dose,
    EmergencyContact,
    FamilyMember,
    Medication,
    MedicationLog,
    StockMovement,
    User,
)
from domain.models.medicines import DoseStatus
from domain.overview.export.facts import (
    ExportedAppointment,
    ExportedContact,
    ExportedDoctor,
    ExportedDose,
    ExportedMedicine,
    ExportedMember,
    ExportedMovement,
    ExportedPerson,
    ExportedRecord,
    Reader,
)

PAGE = 500  # rows in one transaction


async def read_reader(scope: Scope) -> Reader:
    """Raises NotAllowed, and NotFound for somebody who was erased meanwhile."""
    member = scope.require(Action.EXPORT)
    row = await scope.row(
        select(User.language_code, User.telegram_id).where(User.id == member.user_id)
    )
    if row is None or row.telegram_id is None:
        raise NotFound
    return Reader(
        name=member.name,
        role=member.role,
        family_id=member.family_id,
        family_name=member.family_name,
        language_code=row.language_code,
        hour_cycle=member.hour_cycle,
        zone=member.zone,
    )


async def read_members(scope: Scope) -> Sequence[ExportedMember]:
    member = scope.require(Action.EXPORT)
    rows = await scope.rows(
        select(User.id, User.name, FamilyMember.role, FamilyMember.joined_at)
        .join(FamilyMember, FamilyMember.user_id == User.id)
        .where(FamilyMember.family_id == member.family_id, FamilyMember.left_at.is_(None))
        .order_by(FamilyMember.joined_at, User.id)
    )
    return [ExportedMember(row.id, row.name, Role(row.role), row.joined_at) for row in rows]


async def read_people(scope: Scope) -> Sequence[ExportedPerson]:
    """Those of whom the member may read; everything else is read of them only."""
    member = scope.require(Action.EXPORT)
    rows = await scope.rows(
        select(
            CareRecipient.id,
            CareRecipient.name,
            CareRecipient.timezone,
            CareRecipient.medical_info,
            CareRecipient.day_times,
            CareRecipient.paused_at,
            CareRecipient.paused_until,
        )
        .where(CareRecipient.family_id == member.family_id, CareRecipient.deleted_at.is_(None))
        .order_by(CareRecipient.created_at, CareRecipient.id)
    )
    return [ExportedPerson(**row._asdict()) for row in rows]


async def read_medicines(scope: Scope, person_id: UUID) -> Sequence[ExportedMedicine]:
    """All of a person's medicines, also stopped ones."""
    member = scope.require(Action.EXPORT)
    rows = await scope.rows(
        select(Medication, CareRecipient.name.label("person"), CareRecipient.timezone)
        .with_only_columns(
            *Medication.__table__.c,
            CareRecipient.name.label("person"),
            CareRecipient.timezone,
        )
        .join(CareRecipient, CareRecipient.id == Medication.care_recipient_id)
        .where(
            Medication.family_id == member.family_id,
            Medication.care_recipient_id == person_id,
            Medication.deleted_at.is_(None),
        )
        .order_by(func.lower(Medication.name), Medication.id)
    )
    return [
        ExportedMedicine(
            id=row.id,
            person_id=row.care_recipient_id,
            person=row.person,
            timezone=row.timezone,
            name=row.name,
            dosage=Dosage(row.dosage, row.dosage_amount, row.dosage_unit, row.dosage_most),
            schedule=schedule_from_json(row.schedule),
            status=row.status,
            resumes_at=row.resumes_at,
            instructions=row.instructions,
            reason=row.reason,
            nicknames=tuple(row.nicknames),
            stock=row.stock,
            stock_unit=row.stock_unit,
            created_at=row.created_at,
        )
        for row in rows
    ]


async def read_doses(
    scope: Scope, person_id: UUID, *, before: tuple[datetime, UUID] | None
) -> Sequence[ExportedDose]:
    """A page of a person's doses that were due or given, the newest first, *before* the last one of
    the page before.
    """
    member = scope.require(Action.EXPORT)
    statement = (
        select(
            Dose.id,
            Dose.medication_id,
            Dose.care_recipient_id.label("person_id"),
            CareRecipient.name.label("person"),
            Dose.medication_name.label("medicine"),
            Dose.dosage,
            Dose.amount,
            Dose.unit,
            Dose.due_at,
            Dose.timezone,
            Dose.is_scheduled,
            Dose.status,
            Dose.taken_at,
            Dose.taken_timezone,
            Dose.given,
            Dose.note,
        )
        .join(CareRecipient, CareRecipient.id == Dose.care_recipient_id)
        .where(
            Dose.family_id == member.family_id,
            Dose.care_recipient_id == person_id,
            Dose.status != DoseStatus.CANCELLED,
            or_(Dose.due_at <= func.clock_now(), Dose.status != DoseStatus.PENDING),
        )
        .order_by(Dose.due_at.desc(), Dose.id.desc())
        .limit(PAGE)
    )
    if before is not None:
        statement = statement.where(tuple_(Dose.due_at, Dose.id) < tuple_(*before))
    doses = [ExportedDose(**row._asdict()) for row in await scope.rows(statement)]
    records = await _read_records(scope, [dose.id for dose in doses])
    return [replace(dose, records=records.get(dose.id, ())) for dose in doses]


async def _read_records(
    scope: Scope, dose_ids: Sequence[UUID]
) -> Mapping[UUID, Sequence[ExportedRecord]]:
    rows = await scope.rows(
        select(
            MedicationLog.dose_id,
            MedicationLog.status,
            MedicationLog.timestamp.label("taken_at"),
            MedicationLog.timezone,
            MedicationLog.recorded_at,
            User.name.label("recorded_by"),
            MedicationLog.given,
            MedicationLog.dose_count,
            MedicationLog.note,
        )
        .join(User, User.id == MedicationLog.recorded_by_id)
        .where(MedicationLog.dose_id.in_(dose_ids), MedicationLog.family_id == scope.family_id)
        .order_by(MedicationLog.sequence)
    )
    found: dict[UUID, list[ExportedRecord]] = defaultdict(list)
    for row in rows:
        values: dict[str, Any] = row._asdict()
        found[values.pop("dose_id")].append(ExportedRecord(**values))
    return found


async def read_movements(
    scope: Scope, medication_id: UUID, *, after: UUID | None
) -> Sequence[ExportedMovement]:
    """A page of the changes of a medicine's stock, *after* the last one of the page before."""
    member = scope.require(Action.EXPORT)
    statement = (
        select(
            StockMovement.id,
            StockMovement.medication_id,
            CareRecipient.name.label("person"),
            CareRecipient.timezone,
            Medication.name.label("medicine"),
            Medication.stock_unit.label("unit"),
            StockMovement.change,
            StockMovement.reason,
            User.name.label("recorded_by"),
            StockMovement.created_at.label("at"),
        )
        .join(Medication, Medication.id == StockMovement.medication_id)
        .join(CareRecipient, CareRecipient.id == Medication.care_recipient_id)
        .join(User, User.id == StockMovement.recorded_by_id)
        .where(
            StockMovement.family_id == member.family_id,
            StockMovement.medication_id == medication_id,
        )
        .order_by(StockMovement.id)
        .limit(PAGE)
    )
    if after is not None:
        statement = statement.where(StockMovement.id > after)
    return [ExportedMovement(**row._asdict()) for row in await scope.rows(statement)]


async def read_doctors(scope: Scope, person_id: UUID) -> Sequence[ExportedDoctor]:
    member = scope.require(Action.EXPORT)
    rows = await scope.rows(
        select(
            Doctor.id,
            Doctor.care_recipient_id.label("person_id"),
            CareRecipient.name.label("person"),
            Doctor.name,
            Doctor.specialty,
            Doctor.phone,
            Doctor.address,
            Doctor.note,
        )
        .join(CareRecipient, CareRecipient.id == Doctor.care_recipient_id)
        .where(
            Doctor.family_id == member.family_id,
            Doctor.care_recipient_id == person_id,
            Doctor.deleted_at.is_(None),
        )
        .order_by(func.lower(Doctor.name), Doctor.id)
    )
    return [ExportedDoctor(**row._asdict()) for row in rows]


async def read_contacts(scope: Scope) -> Sequence[ExportedContact]:
    """Those whom the member may see, in the order in which they're called."""
    member = scope.require(Action.EXPORT)
    rows = await scope.rows(
        select(
            EmergencyContact.id,
            EmergencyContact.care_recipient_id.label("person_id"),
            CareRecipient.name.label("person"),
            EmergencyContact.name,
            EmergencyContact.relation,
            EmergencyContact.phone,
            EmergencyContact.note,
            EmergencyContact.position,
        )
        .outerjoin(CareRecipient, CareRecipient.id == EmergencyContact.care_recipient_id)
        .where(
            EmergencyContact.family_id == member.family_id,
            EmergencyContact.deleted_at.is_(None),
            CareRecipient.deleted_at.is_(None),
        )
        .order_by(EmergencyContact.position, EmergencyContact.id)
    )
    return [ExportedContact(**row._asdict()) for row in rows]


async def read_appointments(
    scope: Scope, person_id: UUID, *, after: tuple[datetime, UUID] | None
) -> Sequence[ExportedAppointment]:
    """A page of a person's appointments, each time by itself, in their order, *after* the last one
    of the page before.
    """
    member = scope.require(Action.EXPORT)
    own = AppointmentOccurrence.own_details
    statement = (
        select(
            AppointmentOccurrence.id,
            AppointmentOccurrence.appointment_id,
            AppointmentOccurrence.care_recipient_id.label("person_id"),
            CareRecipient.name.label("person"),
            func.coalesce(own["title"].astext, Appointment.title).label("title"),
            AppointmentOccurrence.starts_at,
            AppointmentOccurrence.ends_at,
            Appointment.timezone,
            Appointment.is_all_day,
            Appointment.recurrence,
            AppointmentOccurrence.status,
            Doctor.id.label("doctor_id"),
            func.coalesce(own["doctor_name"].astext, Doctor.name, Appointment.doctor_name).label(
                "doctor"
            ),
            func.coalesce(own["place"].astext, Appointment.place).label("place"),
            func.coalesce(own["bring"].astext, Appointment.bring).label("bring"),
            func.coalesce(own["note"].astext, Appointment.note).label("note"),
            User.name.label("driver"),
            AppointmentOccurrence.outcome,
        )
        .join(Appointment, Appointment.id == AppointmentOccurrence.appointment_id)
        .join(CareRecipient, CareRecipient.id == AppointmentOccurrence.care_recipient_id)
        .outerjoin(Doctor, (Doctor.id == Appointment.doctor_id) & Doctor.deleted_at.is_(None))
        .outerjoin(User, User.id == AppointmentOccurrence.driver_id)
        .where(
            AppointmentOccurrence.family_id == member.family_id,
            AppointmentOccurrence.care_recipient_id == person_id,
            Appointment.deleted_at.is_(None),
        )
        .order_by(AppointmentOccurrence.starts_at, AppointmentOccurrence.id)
        .limit(PAGE)
    )
    if after is not None:
        key = tuple_(AppointmentOccurrence.starts_at, AppointmentOccurrence.id)
        statement = statement.where(key > tuple_(*after))
    return [ExportedAppointment(**row._asdict()) for row in await scope.rows(statement)]
