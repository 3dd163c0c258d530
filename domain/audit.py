"""The append-only record of who did what."""

from typing import Any
from uuid import UUID

from sqlalchemy import insert

from domain.database import Act, Scope
from domain.models import AuditEvent, new_id


async def record(
    scope: Scope,
    action: str,
    *,
    subject_type: str,
    subject_id: UUID,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    undoes_id: UUID | None = None,
) -> None:
    """Append one event in the scope's family, by the scope's person (none: by the bot itself).
    *undoes_id* is the event that it takes back.
    """
    event_id = new_id()
    await scope.execute(
        insert(AuditEvent).values(
            id=event_id,
            family_id=scope.family_id,
            actor_id=scope.user_id,
            action=action,
            subject_type=subject_type,
            subject_id=subject_id,
            undoes_id=undoes_id,
            before=before,
            after=after,
        )
    )
    if undoes_id is None:
        scope.acts.append(Act(action, event_id))
