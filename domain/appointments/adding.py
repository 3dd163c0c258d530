"""Adding an appointment, and checking its start and its doctor."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select

from domain import audit
from domain.access import Action
from domain.appointments.details import Details, NewAppointment
from domain.appointments.errors import AppointmentInPast, TimeDoesNotExist
from domain.appointments.news import announce_if_imminent
from domain.appointments.occurrences.facts import OccurrenceFacts
from domain.appointments.occurrences.lookups import get_next_or_last_occurrence
from domain.appointments.series.extension import make_occurrences
from domain.appointments.series.series import Series
from domain.database.scope import Scope
from domain.errors import NotFound
from domain.family.limits import Quota
from domain.family.people import get_person, lock_pause
from domain.family.room import require_room
from domain.local_time import resolve_local, to_local
from domain.models import Appointment, Doctor, new_id


async def add_appointment(
    scope: Scope, appointment: NewAppointment, *, flow_id: UUID | None = None
) -> OccurrenceFacts:
    """Save an appointment with its occurrences for the next year; returns the next one.

    Idempotent per *flow_id*: a second call returns what the first one added. Raises NotFound
    (person, doctor), AppointmentInPast, TimeDoesNotExist and FamilyFull.
    """
    member = scope.require(Action.CHANGE_APPOINTMENTS)
    if flow_id is not None:
        saved_before = await scope.connection.scalar(
            select(Appointment.id).where(Appointment.flow_id == flow_id)
        )
        if saved_before is not None:
            return await get_next_or_last_occurrence(scope, saved_before)
    person = await get_person(scope, appointment.person_id)
    await lock_pause(scope, person.id)  # so that nobody removes them meanwhile
    starts_at = check_start(
        appointment.start,
        person.zone,
        now=scope.clock.now(),
        is_all_day=appointment.details.is_all_day,
    )
    await check_doctor(scope, appointment.details)
    await require_room(scope, Quota.APPOINTMENT)
    rule = appointment.recurrence
    appointment_id = new_id()
    await scope.execute(
        insert(Appointment).values(
            id=appointment_id,
            family_id=member.family_id,
            care_recipient_id=person.id,
            scheduled_at=starts_at,
            timezone=person.zone.key,
            recurrence=rule.to_rfc5545(person.zone) if rule else None,
            created_by_id=member.user_id,
            flow_id=flow_id,
            **appointment.details.columns(),
        )
    )
    await make_occurrences(
        scope,
        Series(
            id=appointment_id,
            care_recipient_id=person.id,
            first=appointment.start,
            zone=person.zone,
            duration=appointment.details.duration,
            recurrence=rule,
            remind_before=appointment.details.remind_before,
            is_all_day=appointment.details.is_all_day,
        ),
    )
    await audit.record(
        scope, "appointment.added", subject_type="appointment", subject_id=appointment_id
    )
    await announce_if_imminent(scope, appointment_id)
    return await get_next_or_last_occurrence(scope, appointment_id)


def check_start(
    local: datetime, zone: ZoneInfo, *, now: datetime, is_all_day: bool = False
) -> datetime:
    """The instant (UTC) of a local start that somebody typed.

    An all-day appointment may start today, at the first time that the clock shows. Raises
    TimeDoesNotExist if the clock skips that time, and AppointmentInPast.
    """
    starts_at = resolve_local(local, zone)
    if is_all_day:
        if local.date() < to_local(now, zone).date():
            raise AppointmentInPast(starts_at, zone)
        return starts_at
    shown = to_local(starts_at, zone)
    if shown != local:
        raise TimeDoesNotExist(local, shown)
    if starts_at <= now:
        raise AppointmentInPast(starts_at, zone)
    return starts_at


async def check_doctor(scope: Scope, details: Details) -> None:
    """Raises NotFound if the doctor isn't the family's or was removed."""
    if details.doctor is None or details.doctor.id is None:
        return
    found = await scope.row(
        select(Doctor.id).where(
            Doctor.id == details.doctor.id,
            Doctor.family_id == scope.family_id,
            Doctor.deleted_at.is_(None),
        )
    )
    if found is None:
        raise NotFound
