"""The statement that selects occurrences with all their details, and how its rows become facts."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Uuid, and_, case, cast, select
from sqlalchemy.orm import aliased
from sqlalchemy.sql.base import Executable

from domain.appointments.details import Details, DoctorNamed
from domain.appointments.occurrences.facts import OccurrenceFacts
from domain.appointments.recurrences import Recurrence
from domain.appointments.series.series import merge_own_details, original_start
from domain.database.scope import Scope
from domain.family.running_pauses import PAUSE_COLUMNS, StoredPause
from domain.models import (
    Appointment,
    AppointmentOccurrence,
    CareRecipient,
    Doctor,
    FamilyMember,
    User,
)

_driver, _teller, _membership = aliased(User), aliased(User), aliased(FamilyMember)

_own = AppointmentOccurrence.own_details
#: The occurrence's own doctor, or else that of the whole series.
DOCTOR_ID = case(
    (_own.has_key("doctor_id"), cast(_own["doctor_id"].astext, Uuid)),
    else_=Appointment.doctor_id,
)

SELECT_OCCURRENCES = (
    select(
        AppointmentOccurrence.id,
        AppointmentOccurrence.family_id,
        AppointmentOccurrence.appointment_id,
        AppointmentOccurrence.occurrence_key,
        AppointmentOccurrence.starts_at,
        AppointmentOccurrence.ends_at,
        AppointmentOccurrence.status,
        AppointmentOccurrence.outcome,
        AppointmentOccurrence.outcome_at,
        Appointment.version,
        Appointment.title,
        Appointment.timezone,
        Appointment.duration_minutes,
        Appointment.is_all_day,
        Appointment.recurrence,
        Appointment.doctor_id,
        Appointment.doctor_name,
        Appointment.place,
        Appointment.bring,
        Appointment.note,
        Appointment.remind_before,
        AppointmentOccurrence.own_details,
        AppointmentOccurrence.own_remind_before,
        CareRecipient.id.label("person_id"),
        CareRecipient.name.label("person"),
        CareRecipient.timezone.label("home_timezone"),
        *PAUSE_COLUMNS,
        Doctor.name.label("known_doctor"),
        Doctor.phone,
        Doctor.address,
        Doctor.deleted_at.label("doctor_removed_at"),
        _driver.id.label("driver_id"),
        _driver.name.label("driver"),
        _driver.blocked_at.label("driver_blocked_at"),
        _teller.name.label("outcome_by"),
    )
    .join(Appointment, Appointment.id == AppointmentOccurrence.appointment_id)
    .join(CareRecipient, CareRecipient.id == AppointmentOccurrence.care_recipient_id)
    .outerjoin(Doctor, Doctor.id == DOCTOR_ID)
    .outerjoin(
        _membership,
        and_(
            _membership.family_id == AppointmentOccurrence.family_id,
            _membership.user_id == AppointmentOccurrence.driver_id,
            _membership.left_at.is_(None),
        ),
    )
    .outerjoin(_driver, _driver.id == _membership.user_id)
    .outerjoin(_teller, _teller.id == AppointmentOccurrence.outcome_by_id)
)
IS_THERE = and_(Appointment.deleted_at.is_(None), CareRecipient.deleted_at.is_(None))


async def fetch_occurrences(scope: Scope, statement: Executable) -> Sequence[OccurrenceFacts]:
    """The occurrences that a *statement* based on :data:`SELECT_OCCURRENCES` selects."""
    found = []
    for row in await scope.rows(statement):
        zone = ZoneInfo(row.timezone)
        by_rule = original_start(row.occurrence_key, zone)
        said = {**row._asdict(), **merge_own_details(row.own_details, row.own_remind_before)}
        doctor = None
        if said["doctor_id"] is not None:
            doctor = DoctorNamed(
                row.known_doctor,
                UUID(str(said["doctor_id"])),
                row.phone,
                row.address,
                is_removed=row.doctor_removed_at is not None,
            )
        elif said["doctor_name"]:
            doctor = DoctorNamed(said["doctor_name"])
        stored = StoredPause(row.paused_at, row.paused_until, row.pause_silences_appointments)
        pause = stored.running(now=row.starts_at)
        found.append(
            OccurrenceFacts(
                id=row.id,
                family_id=row.family_id,
                appointment_id=row.appointment_id,
                version=row.version,
                person_id=row.person_id,
                person=row.person,
                zone=zone,
                details=Details(
                    title=said["title"],
                    duration=timedelta(minutes=said["duration_minutes"]),
                    is_all_day=row.is_all_day,
                    doctor=doctor,
                    place=said["place"],
                    bring=said["bring"],
                    note=said["note"],
                    remind_before=tuple(said["remind_before"]),
                ),
                recurrence=Recurrence.from_rfc5545(row.recurrence, zone)
                if row.recurrence
                else None,
                starts_at=row.starts_at,
                ends_at=row.ends_at,
                moved_from=by_rule if by_rule != row.starts_at else None,
                status=row.status,
                driver_id=row.driver_id,
                driver=row.driver,
                outcome=row.outcome,
                outcome_by=row.outcome_by,
                outcome_at=row.outcome_at,
                pause=pause if pause is not None and pause.since < row.ends_at else None,
                home_zone=ZoneInfo(row.home_timezone),
                is_driver_unreachable=row.driver_blocked_at is not None,
            )
        )
    return found
