"""What others in a family hear when somebody is erased, or the family is to end."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select

from domain.access import Role
from domain.database.scope import Scope
from domain.delivery.kinds import MessageHeader, MessageKind, read_one_by_one
from domain.delivery.new_messages import OutgoingMessage, queue_messages
from domain.family.users import get_name_and_family
from domain.models import Family, FamilyMember
from domain.models.delivery import Kind


class NewsOf(StrEnum):
    """The values are stored."""

    DISSOLVED = "dissolved"
    KEPT = "kept"
    ERASED = "erased"


@dataclass(frozen=True)
class FamilyNewsFacts:
    """What `by` did. `purge_at` (UTC) is when everything of the family is deleted, as of now."""

    family_id: UUID
    family_name: str
    event: NewsOf
    by: str
    purge_at: datetime | None
    is_admin: bool


async def tell_others(scope: Scope, event: NewsOf) -> None:
    """Tell the scope's family, except the actor, what the actor did."""
    members = await scope.rows(
        select(FamilyMember.user_id).where(
            FamilyMember.family_id == scope.family_id,
            FamilyMember.left_at.is_(None),
            FamilyMember.user_id != scope.user_id,
        )
    )
    now = scope.clock.now()
    await queue_messages(
        scope,
        [
            OutgoingMessage(
                kind=Kind.FAMILY_NEWS,
                user_id=member.user_id,
                facts={"event": event, "user_id": str(scope.user_id)},
                deadline_at=now,
            )
            for member in members
        ],
    )


async def _read(scope: Scope, header: MessageHeader) -> FamilyNewsFacts:
    by, family_name = await get_name_and_family(scope, UUID(header.facts["user_id"]))
    purge_at = await scope.connection.scalar(
        select(Family.purge_at).where(Family.id == header.family_id)
    )
    return FamilyNewsFacts(
        family_id=header.family_id,
        family_name=family_name,
        event=NewsOf(header.facts["event"]),
        by=by,
        purge_at=purge_at,
        is_admin=header.receiver.role is Role.ADMIN,
    )


def _find_obsolete(facts: FamilyNewsFacts) -> str | None:
    if facts.event is NewsOf.DISSOLVED and facts.purge_at is None:
        return "taken back before it was sent"
    return None


FAMILY_NEWS = MessageKind(Kind.FAMILY_NEWS, read_one_by_one(_read), find_obsolete=_find_obsolete)
