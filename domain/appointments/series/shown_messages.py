"""The messages that told of occurrences: edited when these change."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ARRAY, Text, func, literal, update

from domain.database import Scope
from domain.events import NotificationsOwed
from domain.models import Notification
from domain.models.delivery import Kind

SHOWN_AGAIN_FOR = timedelta(days=30)


async def show_again(scope: Scope, occurrence_ids: Sequence[UUID]) -> None:
    """Have every message edited that told of these in the last weeks."""
    if not occurrence_ids:
        return
    await scope.execute(
        update(Notification)
        .where(
            Notification.family_id == scope.family_id,
            Notification.kind == Kind.APPOINTMENT,
            Notification.slot_at > func.clock_now() - SHOWN_AGAIN_FOR,
            Notification.facts["steps"].has_any(
                literal([str(each) for each in occurrence_ids], ARRAY(Text))
            ),
        )
        .values(wanted_version=Notification.wanted_version + 1)
    )
    scope.publish(NotificationsOwed())
