"""What other calendars are told: each series with its exceptions, of one appointment or of all."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Row, func, literal_column, or_, select

from domain.access import Action
from domain.database import Scope
from domain.errors import NotFound
from domain.models import Appointment, AppointmentOccurrence, CareRecipient, Doctor
from domain.occurrences import OccurrenceStatus, original_start, to_local
from domain.recurrences import Recurrence

KEPT = timedelta(days=365)  # what is longer over is not handed out any more


@dataclass(frozen=True)
class Deviation:
    """An occurrence that is not as the rule says: called off, or at another time (UTC)."""

    original: datetime
    starts_at: datetime
    is_cancelled: bool


@dataclass(frozen=True)
class CalendarEntry:
    """An appointment for other calendars. `starts_at` is naive local time in `zone`; what
    `is_all_day` has a date only, and `duration` in whole days.

    `uid` and `sequence` (RFC 5545) let a calendar find it again and take the newest. Where all of
    it is called off, `is_cancelled`; a series that was cut short ends with its recurrence.
    """

    uid: str
    sequence: int
    title: str
    person: str
    zone: ZoneInfo
    starts_at: datetime
    duration: timedelta
    recurrence: Recurrence | None
    exceptions: Sequence[Deviation]
    is_cancelled: bool
    doctor: str | None
    phone: str | None
    place: str | None
    bring: str | None
    note: str | None
    is_all_day: bool = False


async def get_entries(scope: Scope, appointment_id: UUID) -> Sequence[CalendarEntry]:
    """One appointment. Two statements. Raises NotFound."""
    member = scope.require(Action.READ)
    rows = await scope.rows(
        _SELECT.where(Appointment.id == appointment_id, Appointment.family_id == member.family_id)
    )
    if not rows:
        raise NotFound
    return await _entries(scope, rows)


async def list_entries(scope: Scope) -> Sequence[CalendarEntry]:
    """Everything of the family that lies ahead or was in the last year. Two statements."""
    member = scope.require(Action.READ)
    is_recent = (
        select(AppointmentOccurrence.id)
        .where(
            AppointmentOccurrence.appointment_id == Appointment.id,
            AppointmentOccurrence.ends_at > func.clock_now() - KEPT,
        )
        .exists()
    )
    rows = await scope.rows(
        _SELECT.where(
            Appointment.family_id == member.family_id,
            CareRecipient.deleted_at.is_(None),
            is_recent,
        ).order_by(Appointment.scheduled_at, Appointment.id)
    )
    return await _entries(scope, rows)


_SELECT = (
    select(
        Appointment.id,
        Appointment.sequence,
        Appointment.title,
        Appointment.scheduled_at,
        Appointment.timezone,
        Appointment.duration_minutes,
        Appointment.is_all_day,
        Appointment.recurrence,
        Appointment.cancelled_from,
        Appointment.place,
        Appointment.bring,
        Appointment.note,
        Appointment.deleted_at,
        CareRecipient.name.label("person"),
        func.coalesce(Doctor.name, Appointment.doctor_name).label("doctor"),
        Doctor.phone,
        Doctor.address,
    )
    .join(CareRecipient, CareRecipient.id == Appointment.care_recipient_id)
    .outerjoin(Doctor, Doctor.id == Appointment.doctor_id)
)

# A start in a gap of the clocks differs from its key too; to say so does no harm.
_IS_MOVED: ColumnElement[bool] = literal_column(
    "to_char(appointment_occurrences.starts_at AT TIME ZONE appointments.timezone,"
    " 'YYYY-MM-DD\"T\"HH24:MI') <> appointment_occurrences.occurrence_key"
)


async def _entries(scope: Scope, rows: Sequence[Row[Any]]) -> Sequence[CalendarEntry]:
    exceptions = await _exceptions(scope, rows)
    return [_entry(row, exceptions.get(row.id, ())) for row in rows]


async def _exceptions(
    scope: Scope, appointments: Sequence[Row[Any]]
) -> Mapping[UUID, Sequence[Deviation]]:
    rows = await scope.rows(
        select(
            AppointmentOccurrence.appointment_id,
            AppointmentOccurrence.occurrence_key,
            AppointmentOccurrence.starts_at,
            AppointmentOccurrence.status,
            Appointment.timezone,
            Appointment.cancelled_from,
        )
        .join(Appointment, Appointment.id == AppointmentOccurrence.appointment_id)
        .where(
            AppointmentOccurrence.appointment_id.in_([row.id for row in appointments]),
            AppointmentOccurrence.family_id == scope.family_id,
            or_(AppointmentOccurrence.status != OccurrenceStatus.PLANNED, _IS_MOVED),
        )
        .order_by(AppointmentOccurrence.occurrence_key)
    )
    found: dict[UUID, list[Deviation]] = defaultdict(list)
    for row in rows:
        original = original_start(row.occurrence_key, ZoneInfo(row.timezone))
        ends_at = row.cancelled_from
        # What lies behind the cut is not given by the shortened rule anyway.
        if original is not None and (ends_at is None or original < ends_at):
            is_cancelled = row.status != OccurrenceStatus.PLANNED
            found[row.appointment_id].append(Deviation(original, row.starts_at, is_cancelled))
    return found


def _entry(row: Row[Any], exceptions: Sequence[Deviation]) -> CalendarEntry:
    zone = ZoneInfo(row.timezone)
    recurrence = Recurrence.from_rfc5545(row.recurrence, zone) if row.recurrence else None
    is_cancelled = row.deleted_at is not None
    if row.cancelled_from is not None:
        if row.cancelled_from <= row.scheduled_at:
            is_cancelled = True
        elif recurrence is not None:
            recurrence = recurrence.ending_before(
                to_local(row.cancelled_from, zone), first=to_local(row.scheduled_at, zone)
            )
    if recurrence is None and any(exception.is_cancelled for exception in exceptions):
        is_cancelled = True
    return CalendarEntry(
        uid=f"{row.id}@carecircle",
        sequence=row.sequence,
        title=row.title,
        person=row.person,
        zone=zone,
        starts_at=to_local(row.scheduled_at, zone),
        duration=timedelta(minutes=row.duration_minutes),
        recurrence=recurrence,
        exceptions=exceptions if recurrence is not None else (),
        is_cancelled=is_cancelled,
        doctor=row.doctor,
        phone=row.phone,
        place=row.place or row.address,
        bring=row.bring,
        note=row.note,
        is_all_day=row.is_all_day,
    )
