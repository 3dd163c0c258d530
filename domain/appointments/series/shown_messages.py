"""Editing messages about occurrences when those change."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ARRAY, Text, literal

from domain.database.scope import Scope
from domain.delivery import shown_messages
from domain.delivery.shown_messages import FACTS, was_due_within
from domain.models.delivery import Kind

REFRESHED_FOR = timedelta(days=30)


async def refresh_appointment_messages(scope: Scope, occurrence_ids: Sequence[UUID]) -> None:
    """Edit every message of the last weeks that is about these occurrences."""
    if not occurrence_ids:
        return
    ids = literal([str(each) for each in occurrence_ids], ARRAY(Text))
    await shown_messages.refresh_messages(
        scope,
        [Kind.APPOINTMENT],
        where=[was_due_within(REFRESHED_FOR), FACTS["steps"].has_any(ids)],
    )
