"""What the other admins hear of a member: that somebody has joined the family."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from domain.access import Role
from domain.database.scope import Scope
from domain.delivery.kinds import MessageHeader, MessageKind, read_one_by_one
from domain.delivery.new_messages import OutgoingMessage, queue_messages
from domain.family.users import get_name_and_family
from domain.models import FamilyMember
from domain.models.delivery import Kind


@dataclass(frozen=True)
class JoinedFacts:
    name: str
    role: str
    family_name: str


async def notify_other_admins(scope: Scope, *, role: str) -> None:
    """Queue a message to the other admins: the actor has joined with this role."""
    await tell_other_admins(scope, Kind.JOINED, {"role": role})


async def tell_other_admins(scope: Scope, kind: Kind, facts: Mapping[str, str]) -> None:
    """Queue a message about the actor, with these *facts*, to the other admins of the scope's
    family.
    """
    others = await scope.rows(
        select(FamilyMember.user_id).where(
            FamilyMember.family_id == scope.family_id,
            FamilyMember.left_at.is_(None),
            FamilyMember.user_id != scope.user_id,
            FamilyMember.role == Role.ADMIN,
        )
    )
    now = scope.clock.now()
    await queue_messages(
        scope,
        [
            OutgoingMessage(
                kind=kind,
                user_id=other.user_id,
                facts={"user_id": str(scope.user_id), **facts},
                deadline_at=now,
            )
            for other in others
        ],
    )


async def _read(scope: Scope, header: MessageHeader) -> JoinedFacts:
    name, family_name = await get_name_and_family(scope, UUID(header.facts["user_id"]))
    return JoinedFacts(name, header.facts["role"], family_name)


JOINED = MessageKind(Kind.JOINED, read_one_by_one(_read))
