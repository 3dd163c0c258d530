"""Calendar entries of appointments, and who has them in their own calendar."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Uuid, cast, func, literal_column, or_, select
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

EXPORTED_FOR = timedelta(days=365)  # older appointments aren't exported any more


@dataclass(frozen=True)
class Deviation:
    """An occurrence that differs from its series: cancelled, at another time (UTC), or with details
    of its own, in which case `own_entry` is its entry.
    """

    original: datetime
    starts_at: datetime
    is_cancelled: bool
    own_entry: "CalendarEntry | None" = None


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
    is_part = or_(Appointment.id == origin_id, Appointment.origin_id == origin_id)
    parts = await _read_parts(scope, Appointment.family_id == scope.family_id, is_part)
    return await _entries(scope, parts)


async def list_entries(scope: Scope) -> Sequence[CalendarEntry]:
    """All of the family's appointments, upcoming or up to a year past, for the acting member's
    calendar. They get updates, as with :func:`get_entries`.
    """
    member = scope.require(Action.READ)
    parts = await _read_recent(scope, member)
    await _remember_copies(scope, member, {part.origin_id for part in parts})
    return await _entries(scope, parts)


async def copy_entries(scope: Scope) -> Sequence[CalendarEntry]:
    """As :func:`list_entries`, but no updates follow."""
    return await _entries(scope, await _read_recent(scope, scope.require(Action.READ)))


async def _read_recent(scope: Scope, member: Member) -> Sequence["_Part"]:
    is_recent = (
        select(AppointmentOccurrence.id)
        .where(
            AppointmentOccurrence.appointment_id == Appointment.id,
            AppointmentOccurrence.ends_at > func.clock_now() - EXPORTED_FOR,
        )
        .exists()
    )
    return await _read_parts(
        scope,
        Appointment.family_id == member.family_id,
        CareRecipient.deleted_at.is_(None),
        is_recent,
    )


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


@dataclass(frozen=True)
class _Part:
    """A part of a series, as :data:`_SELECT` has it."""

    id: UUID
    origin_id: UUID
    sequence: int
    title: str
    scheduled_at: datetime
    timezone: str
    duration_minutes: int
    is_all_day: bool
    recurrence: str | None
    cancelled_from: datetime | None
    place: str | None
    bring: str | None
    note: str | None
    deleted_at: datetime | None
    person: str
    doctor: str | None
    phone: str | None
    address: str | None


async def _read_parts(scope: Scope, *conditions: ColumnElement[bool]) -> Sequence[_Part]:
    rows = await scope.rows(
        _SELECT.where(*conditions).order_by(Appointment.scheduled_at, Appointment.id)
    )
    return [_Part(**row._asdict()) for row in rows]


_own = AppointmentOccurrence.own_details

# A start in a clock gap differs from its key too; exporting it as moved does no harm.
_IS_MOVED: ColumnElement[bool] = literal_column(
    "to_char(appointment_occurrences.starts_at AT TIME ZONE appointments.timezone,"
    " 'YYYY-MM-DD\"T\"HH24:MI') <> appointment_occurrences.occurrence_key"
)


async def _entries(scope: Scope, parts: Sequence[_Part]) -> Sequence[CalendarEntry]:
    exceptions = await _read_exceptions(scope, [part.id for part in parts])
    return [_entry(part, exceptions.get(part.id, ())) for part in parts]


@dataclass(frozen=True)
class _Exception:
    """An occurrence that differs from its series; `original` is its start by the rule (UTC)."""

    original: datetime
    starts_at: datetime
    is_cancelled: bool
    own_details: Mapping[str, Any]
    doctor: str | None
    phone: str | None
    address: str | None


async def _read_exceptions(
    scope: Scope, appointment_ids: Sequence[UUID]
) -> Mapping[UUID, Sequence[_Exception]]:
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
            AppointmentOccurrence.appointment_id.in_(appointment_ids),
            AppointmentOccurrence.family_id == scope.family_id,
            or_(
                AppointmentOccurrence.status != OccurrenceStatus.PLANNED,
                _IS_MOVED,
                _own.is_not(None),
            ),
        )
        .order_by(AppointmentOccurrence.occurrence_key)
    )
    found: dict[UUID, list[_Exception]] = defaultdict(list)
    for row in rows:
        original = original_start(row.occurrence_key, ZoneInfo(row.timezone))
        ends_at = row.cancelled_from
        # The shortened rule doesn't produce anything after the cut anyway.
        if original is not None and (ends_at is None or original < ends_at):
            exception = _Exception(
                original=original,
                starts_at=row.starts_at,
                is_cancelled=row.status != OccurrenceStatus.PLANNED,
                own_details=row.own_details or {},
                doctor=row.doctor,
                phone=row.phone,
                address=row.address,
            )
            found[row.appointment_id].append(exception)
    return found


def _deviation(exception: _Exception, series: CalendarEntry) -> Deviation:
    return Deviation(
        original=exception.original,
        starts_at=exception.starts_at,
        is_cancelled=exception.is_cancelled,
        own_entry=_own_entry(exception, series) if exception.own_details else None,
    )


def _own_entry(exception: _Exception, series: CalendarEntry) -> CalendarEntry:
    """The entry of an occurrence with details of its own."""
    own = exception.own_details
    said = {name: own[name] for name in ("title", "place", "bring", "note") if name in own}
    if "duration_minutes" in own:
        said["duration"] = timedelta(minutes=own["duration_minutes"])
    if own.keys() & {"doctor_id", "doctor_name"}:
        said |= {"doctor": exception.doctor, "phone": exception.phone}
        said["place"] = said.get("place", series.own_place) or exception.address
    return replace(series, **said)


def _entry(part: _Part, exceptions: Sequence[_Exception]) -> CalendarEntry:
    zone = ZoneInfo(part.timezone)
    recurrence = Recurrence.from_rfc5545(part.recurrence, zone) if part.recurrence else None
    is_cancelled = part.deleted_at is not None
    if part.cancelled_from is not None:
        if part.cancelled_from <= part.scheduled_at:
            is_cancelled = True
        elif recurrence is not None:
            recurrence = recurrence.ending_before(
                to_local(part.cancelled_from, zone), first=to_local(part.scheduled_at, zone)
            )
    if recurrence is None and any(each.is_cancelled for each in exceptions):
        is_cancelled = True
    entry = CalendarEntry(
        uid=f"{part.id}@carecircle",
        sequence=part.sequence,
        title=part.title,
        person=part.person,
        zone=zone,
        starts_at=to_local(part.scheduled_at, zone),
        duration=timedelta(minutes=part.duration_minutes),
        recurrence=recurrence,
        exceptions=(),
        is_cancelled=is_cancelled,
        doctor=part.doctor,
        phone=part.phone,
        place=part.place or part.address,
        bring=part.bring,
        note=part.note,
        is_all_day=part.is_all_day,
        own_place=part.place,
    )
    if recurrence is None:
        return entry
    return replace(entry, exceptions=[_deviation(each, entry) for each in exceptions])
