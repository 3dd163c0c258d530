"""Calendar entries of appointments, and who has them in their own calendar."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Row, Uuid, cast, func, literal_column, or_, select
from sqlalchemy.dialects.postgresql import insert

from domain.access import Action
from domain.appointments.recurrences import Recurrence
from domain.appointments.series.series import original_start
from domain.database.scope import Member, Scope
from domain.errors import NotFound
from domain.local_time import to_local
from domain.models import (
    Appointment,
    AppointmentOccurrence,
    CalendarCopy,
    CareRecipient,
    Doctor,
    new_id,
)
from domain.models.appointments import OccurrenceStatus

KEPT = timedelta(days=365)  # older appointments aren't exported any more


@dataclass(frozen=True)
class Deviation:
    """An occurrence that differs from its series: cancelled, at another time (UTC), or with details
    of its own, in which case `said` is its entry.
    """

    original: datetime
    starts_at: datetime
    is_cancelled: bool
    said: "CalendarEntry | None" = None


@dataclass(frozen=True)
class CalendarEntry:
    """An appointment for other calendars. `starts_at` is naive local time in `zone`. If
    `is_all_day`, it has a date only and `duration` is in whole days.

    `uid` and `sequence` (RFC 5545) let a calendar recognise the entry and keep the newest.
    `is_cancelled` if nothing of it takes place; a series that was cut short ends with its
    recurrence.
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
    own_place: str | None = None  # without falling back to the doctor's address


async def get_entries(scope: Scope, appointment_id: UUID) -> Sequence[CalendarEntry]:
    """One appointment with all parts of its series, for the acting member's calendar. From now on
    they get updates when it changes. Raises NotFound.
    """
    member = scope.require(Action.READ)
    origin_id = await scope.connection.scalar(
        select(_ORIGIN).where(
            Appointment.id == appointment_id, Appointment.family_id == member.family_id
        )
    )
    if origin_id is None:
        raise NotFound
    await _remember_copies(scope, member, [origin_id])
    return await read_entries(scope, origin_id)


async def read_entries(scope: Scope, origin_id: UUID) -> Sequence[CalendarEntry]:
    """All parts of a series; *origin_id* is the first one. Needs no member. Two statements."""
    rows = await scope.rows(
        _SELECT.where(
            Appointment.family_id == scope.family_id,
            or_(Appointment.id == origin_id, Appointment.origin_id == origin_id),
        ).order_by(Appointment.scheduled_at, Appointment.id)
    )
    return await _entries(scope, rows)


async def list_entries(scope: Scope) -> Sequence[CalendarEntry]:
    """All of the family's appointments, upcoming or up to a year past, for the acting member's
    calendar. They get updates, as with :func:`get_entries`.
    """
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
    await _remember_copies(scope, member, {row.origin_id for row in rows})
    return await _entries(scope, rows)


async def _remember_copies(scope: Scope, member: Member, origin_ids: Collection[UUID]) -> None:
    if origin_ids:
        await scope.execute(
            insert(CalendarCopy).on_conflict_do_nothing(),
            [
                {
                    "id": new_id(),
                    "appointment_id": each,
                    "user_id": member.user_id,
                    "family_id": member.family_id,
                }
                for each in sorted(origin_ids)
            ],
        )


_ORIGIN: ColumnElement[UUID] = func.coalesce(Appointment.origin_id, Appointment.id)

_SELECT = (
    select(
        Appointment.id,
        _ORIGIN.label("origin_id"),
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

_own = AppointmentOccurrence.own_details

# A start in a clock gap differs from its key too; exporting it as moved does no harm.
_IS_MOVED: ColumnElement[bool] = literal_column(
    "to_char(appointment_occurrences.starts_at AT TIME ZONE appointments.timezone,"
    " 'YYYY-MM-DD\"T\"HH24:MI') <> appointment_occurrences.occurrence_key"
)


async def _entries(scope: Scope, rows: Sequence[Row[Any]]) -> Sequence[CalendarEntry]:
    exceptions = await _exceptions(scope, rows)
    return [_entry(row, exceptions.get(row.id, ())) for row in rows]


async def _exceptions(
    scope: Scope, appointments: Sequence[Row[Any]]
) -> Mapping[UUID, Sequence[tuple[datetime, Row[Any]]]]:
    rows = await scope.rows(
        select(
            AppointmentOccurrence.appointment_id,
            AppointmentOccurrence.occurrence_key,
            AppointmentOccurrence.starts_at,
            AppointmentOccurrence.status,
            AppointmentOccurrence.own_details,
            func.coalesce(Doctor.name, _own["doctor_name"].astext).label("doctor"),
            Doctor.phone,
            Doctor.address,
            Appointment.timezone,
            Appointment.cancelled_from,
        )
        .join(Appointment, Appointment.id == AppointmentOccurrence.appointment_id)
        .outerjoin(Doctor, Doctor.id == cast(_own["doctor_id"].astext, Uuid))
        .where(
            AppointmentOccurrence.appointment_id.in_([row.id for row in appointments]),
            AppointmentOccurrence.family_id == scope.family_id,
            or_(
                AppointmentOccurrence.status != OccurrenceStatus.PLANNED,
                _IS_MOVED,
                _own.is_not(None),
            ),
        )
        .order_by(AppointmentOccurrence.occurrence_key)
    )
    found: dict[UUID, list[tuple[datetime, Row[Any]]]] = defaultdict(list)
    for row in rows:
        original = original_start(row.occurrence_key, ZoneInfo(row.timezone))
        ends_at = row.cancelled_from
        # The shortened rule doesn't produce anything after the cut anyway.
        if original is not None and (ends_at is None or original < ends_at):
            found[row.appointment_id].append((original, row))
    return found


def _deviation(original: datetime, row: Row[Any], series: CalendarEntry) -> Deviation:
    return Deviation(
        original=original,
        starts_at=row.starts_at,
        is_cancelled=row.status != OccurrenceStatus.PLANNED,
        said=_saying(row, series) if row.own_details else None,
    )


def _saying(row: Row[Any], series: CalendarEntry) -> CalendarEntry:
    """The entry of an occurrence with details of its own."""
    own: Mapping[str, Any] = row.own_details
    said = {name: own[name] for name in ("title", "place", "bring", "note") if name in own}
    if "duration_minutes" in own:
        said["duration"] = timedelta(minutes=own["duration_minutes"])
    if own.keys() & {"doctor_id", "doctor_name"}:
        said |= {"doctor": row.doctor, "phone": row.phone}
        said["place"] = said.get("place", series.own_place) or row.address
    return replace(series, **said)


def _entry(row: Row[Any], exceptions: Sequence[tuple[datetime, Row[Any]]]) -> CalendarEntry:
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
    if recurrence is None and any(
        each.status != OccurrenceStatus.PLANNED for _, each in exceptions
    ):
        is_cancelled = True
    entry = CalendarEntry(
        uid=f"{row.id}@carecircle",
        sequence=row.sequence,
        title=row.title,
        person=row.person,
        zone=zone,
        starts_at=to_local(row.scheduled_at, zone),
        duration=timedelta(minutes=row.duration_minutes),
        recurrence=recurrence,
        exceptions=(),
        is_cancelled=is_cancelled,
        doctor=row.doctor,
        phone=row.phone,
        place=row.place or row.address,
        bring=row.bring,
        note=row.note,
        is_all_day=row.is_all_day,
        own_place=row.place,
    )
    if recurrence is None:
        return entry
    return replace(entry, exceptions=[_deviation(*each, entry) for each in exceptions])
