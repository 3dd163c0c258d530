"""Reminding the family of a stock that runs low."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from domain.access import ASKED_FIRST
from domain.database.scope import Scope
from domain.events import NotificationsOwed
from domain.models import FamilyMember, Notification, new_id
from domain.models.delivery import Kind, Lane

NOTICE_LIVES = timedelta(days=14)


async def owe_notices(
    scope: Scope, care_recipient_id: UUID, medication_ids: Sequence[UUID], now: datetime
) -> None:
    members = await scope.rows(
        select(FamilyMember.user_id).where(
            FamilyMember.family_id == scope.family_id,
            FamilyMember.left_at.is_(None),
            FamilyMember.role.in_(ASKED_FIRST),
        )
    )
    minute = now.replace(second=0, microsecond=0)
    await scope.connection.execute(
        insert(Notification).on_conflict_do_nothing(constraint="uq_notifications_card"),
        [
            {
                "id": new_id(),
                "family_id": scope.family_id,
                "user_id": member.user_id,
                "care_recipient_id": care_recipient_id,
                "kind": Kind.REFILL,
                "slot_at": minute,
                "lane": Lane.DIGESTS,
                "deadline_at": minute,
                "facts": {"medication_ids": [str(each) for each in medication_ids]},
            }
            for member in members
        ],
    )
    scope.publish(NotificationsOwed())


async def show_notices_again(scope: Scope, medication_id: UUID) -> None:
    """Have every message edited that told of this medicine's stock in the last days."""
    await scope.execute(
        update(Notification)
        .where(
            Notification.family_id == scope.family_id,
            Notification.kind == Kind.REFILL,
            Notification.slot_at > func.clock_now() - NOTICE_LIVES,
            Notification.facts.contains({"medication_ids": [str(medication_id)]}),
        )
        .values(wanted_version=Notification.wanted_version + 1)
    )
    scope.publish(NotificationsOwed())
