"""Telling the family immediately about an appointment that is too soon for its reminders.

Somebody adds a visit in 40 minutes: the reminders a day and an hour before can't come any more.
Whoever added it knows; the rest of the family is told now.
"""

from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, or_, select, update

from domain.appointments.ladder import list_reminders
from domain.database.scope import Scope
from domain.delivery.new_messages import OutgoingMessage, queue_or_extend
from domain.family.running_pauses import PAUSE_COLUMNS, StoredPause
from domain.family.settings.hearing import hears_everything
from domain.models import Appointment, AppointmentOccurrence, CareRecipient, FamilyMember
from domain.models.appointments import OccurrenceStatus
from domain.models.delivery import Kind
from domain.models.family import MAY_HEAR_OF_PERSON
from domain.timers import Step, floor_minute


async def announce_if_imminent(
    scope: Scope, appointment_id: UUID, occurrence_id: UUID | None = None
) -> None:
    """Tell everybody but the actor about the next occurrence (and about *occurrence_id*) if it has
    reminders and all of them are past. Nobody is told twice, or while the person's pause silences
    appointments.
    """
    now = scope.clock.now()
    next_one = (
        select(AppointmentOccurrence.id)
        .where(
            AppointmentOccurrence.appointment_id == appointment_id,
            AppointmentOccurrence.status == OccurrenceStatus.PLANNED,
            AppointmentOccurrence.ends_at > func.clock_now(),
        )
        .order_by(AppointmentOccurrence.starts_at)
        .limit(1)
        .scalar_subquery()
    )
    rows = await scope.rows(
        select(
            AppointmentOccurrence.id,
            AppointmentOccurrence.starts_at,
            AppointmentOccurrence.care_recipient_id,
            Appointment.timezone,
            AppointmentOccurrence.own_remind_before,
            Appointment.remind_before,
            Appointment.is_all_day,
            *PAUSE_COLUMNS,
        )
        .join(Appointment, Appointment.id == AppointmentOccurrence.appointment_id)
        .join(CareRecipient, CareRecipient.id == AppointmentOccurrence.care_recipient_id)
        .where(
            AppointmentOccurrence.family_id == scope.family_id,
            AppointmentOccurrence.appointment_id == appointment_id,
            or_(AppointmentOccurrence.id == next_one, AppointmentOccurrence.id == occurrence_id),
            AppointmentOccurrence.status == OccurrenceStatus.PLANNED,
            AppointmentOccurrence.ends_at > func.clock_now(),
            AppointmentOccurrence.told_at.is_(None),
            AppointmentOccurrence.ladder_step.is_distinct_from(Step.TELL),
            Appointment.deleted_at.is_(None),
        )
    )
    soon = []
    for row in rows:
        own = row.own_remind_before
        reminders = list_reminders(
            row.starts_at,
            zone=ZoneInfo(row.timezone),
            remind_before=row.remind_before if own is None else own,
            is_all_day=row.is_all_day,
        )
        pause = StoredPause(row.paused_at, row.paused_until, row.pause_silences_appointments)
        is_unannounced = bool(reminders) and all(reminder.at <= now for reminder in reminders)
        if is_unannounced and not pause.silences(row.starts_at, now=now):
            soon.append(row)
    if soon:
        await _notify_others(scope, [row.id for row in soon], person_id=soon[0].care_recipient_id)


async def _notify_others(scope: Scope, occurrence_ids: list[UUID], *, person_id: UUID) -> None:
    members = await scope.rows(
        select(FamilyMember.user_id)
        .join(CareRecipient, CareRecipient.id == person_id)
        .where(
            FamilyMember.family_id == scope.family_id,
            FamilyMember.left_at.is_(None),
            FamilyMember.user_id != scope.user_id,
            MAY_HEAR_OF_PERSON,
            hears_everything(person_id),
        )
    )
    if not members:
        return
    await scope.execute(
        update(AppointmentOccurrence)
        .where(AppointmentOccurrence.id.in_(occurrence_ids))
        .values(told_at=func.clock_now())
    )
    scope.covered_occurrence_ids.update(occurrence_ids)
    minute = floor_minute(scope.clock.now())
    # A message queued for the same minute covers this one too.
    await queue_or_extend(
        scope,
        [
            OutgoingMessage(
                kind=Kind.APPOINTMENT,
                user_id=member.user_id,
                facts={"steps": {str(each): Step.SOON for each in occurrence_ids}},
                deadline_at=minute,
                person_id=person_id,
                slot_at=minute,
            )
            for member in members
        ],
    )
