"""Announcing to the family that a person's pause ends."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from domain.access import ASKED_FIRST, Action
from domain.database.scope import Scope
from domain.events import NotificationsOwed
from domain.family.people import Person
from domain.family.running_pauses import Pause
from domain.medicines.errors import NotPaused
from domain.medicines.pauses.paused_people import lock_person
from domain.models import FamilyMember, Notification, new_id
from domain.models.delivery import Kind, Lane

NOTICE_LIVES = timedelta(days=14)


async def keep_end(scope: Scope, person_id: UUID, until: datetime) -> Person:
    """ "Go on" below the announcement of a pause's end: it ends as announced, and all who were told
    see who says so. Raises NotFound, and NotPaused if it does not end then any more.
    """
    member = scope.require(Action.CHANGE_MEDICINES)
    person = await lock_person(scope, person_id)
    if person.pause is None or person.pause.until != until:
        raise NotPaused(person.name)
    await scope.execute(
        update(Notification)
        .where(
            is_notice(scope, person_id),
            Notification.facts["until"].as_string() == until.isoformat(),
            ~Notification.facts.has_key("kept_by"),
        )
        .values(
            facts=Notification.facts.concat({"kept_by": member.name}),
            wanted_version=Notification.wanted_version + 1,
        )
    )
    scope.publish(NotificationsOwed())
    return person


async def announce(scope: Scope, person_id: UUID, pause: Pause, *, now: datetime) -> None:
    if pause.until is None:
        return
    members = await scope.rows(
        select(FamilyMember.user_id).where(
            FamilyMember.family_id == scope.family_id,
            FamilyMember.left_at.is_(None),
            FamilyMember.role.in_(ASKED_FIRST),
        )
    )
    minute = now.replace(second=0, microsecond=0)
    if not members:
        return
    await scope.connection.execute(
        insert(Notification).on_conflict_do_nothing(constraint="uq_notifications_card"),
        [
            {
                "id": new_id(),
                "family_id": scope.family_id,
                "user_id": member.user_id,
                "care_recipient_id": person_id,
                "kind": Kind.PAUSE_ENDS,
                "slot_at": minute,
                "lane": Lane.DIGESTS,
                "deadline_at": minute,
                "facts": {"until": pause.until.isoformat()},
            }
            for member in members
        ],
    )
    scope.publish(NotificationsOwed())


def is_notice(scope: Scope, person_id: UUID) -> Any:
    return (
        (Notification.family_id == scope.family_id)
        & (Notification.care_recipient_id == person_id)
        & (Notification.kind == Kind.PAUSE_ENDS)
        & (Notification.slot_at > func.clock_now() - NOTICE_LIVES)
    )
