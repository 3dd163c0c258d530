"""Asking other members whether they can drive."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select

from domain import audit
from domain.access import Action, may
from domain.appointments.errors import AppointmentOver, DriverAlreadySet
from domain.appointments.occurrences.facts import OccurrenceFacts
from domain.appointments.occurrences.lookups import get_occurrence
from domain.database.scope import Scope
from domain.delivery.new_messages import OutgoingMessage, queue_messages
from domain.errors import NotAllowed, NotFound
from domain.models import CareRecipient, FamilyMember
from domain.models.delivery import Kind
from domain.models.family import MAY_SEE_PERSON
from domain.timers import Step, floor_minute

_MOST_ASKS = 30_000  # so that asking about two appointments are two messages


async def ask_to_drive(
    scope: Scope, occurrence_id: UUID, user_ids: Collection[UUID]
) -> tuple[OccurrenceFacts, Collection[UUID]]:
    """Send those members the appointment, with who asks and the button "I'll drive". Asking the
    same person about the same one twice within a minute sends one message. Returns who is asked.

    Raises NotFound, NotAllowed if none of them may drive, AppointmentOver and DriverAlreadySet.
    """
    member = scope.require(Action.DRIVE)
    facts = await get_occurrence(scope, occurrence_id)
    now = scope.clock.now()
    if facts.ends_at <= now or not facts.is_planned:
        raise AppointmentOver
    if facts.driver is not None:
        raise DriverAlreadySet(facts.driver)
    asked = await scope.rows(
        select(FamilyMember.user_id, FamilyMember.role)
        .join(CareRecipient, CareRecipient.id == facts.person_id)
        .where(
            FamilyMember.family_id == member.family_id,
            FamilyMember.user_id.in_(user_ids),
            FamilyMember.left_at.is_(None),
            MAY_SEE_PERSON,
        )
    )
    if not asked:
        raise NotFound
    drivers = [each for each in asked if may(each.role, Action.DRIVE)]
    if not drivers:
        raise NotAllowed(Action.DRIVE, asked[0].role)
    await queue_messages(
        scope,
        [
            OutgoingMessage(
                kind=Kind.APPOINTMENT,
                user_id=each.user_id,
                facts={
                    "steps": {str(occurrence_id): Step.ASK_DRIVER},
                    "asked_by": str(member.user_id),
                },
                deadline_at=floor_minute(now),
                person_id=facts.person_id,
                slot_at=floor_minute(now),
                ask_no=1 + occurrence_id.int % _MOST_ASKS,
            )
            for each in drivers
        ],
    )
    await audit.record(
        scope,
        "appointment.driver_asked",
        subject_type="appointment",
        subject_id=facts.appointment_id,
    )
    return facts, [each.user_id for each in drivers]
