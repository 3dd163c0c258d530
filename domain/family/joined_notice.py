"""What the other admins hear of a member: that somebody has joined the family, and by whom they
were invited.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from domain.access import Action, Role, may
from domain.database.scope import Scope
from domain.delivery.kinds import MessageHeader, MessageKind, read_one_by_one
from domain.delivery.new_messages import OutgoingMessage, queue_messages
from domain.family.users import get_name_and_family
from domain.models import FamilyMember, User
from domain.models.delivery import Kind


@dataclass(frozen=True)
class JoinedFacts:
    """Who has joined as what. `invited_by` is a name, None if that isn't known; `by_reader`: it was
    whoever reads this. `may_remove`: they are still a member, and the reader may change that.
    """

    user_id: UUID
    name: str
    role: str
    family_id: UUID
    family_name: str
    invited_by: str | None = None
    by_reader: bool = False
    may_remove: bool = False


async def notify_other_admins(scope: Scope, *, role: str, invited_by: UUID) -> None:
    """Queue a message to the other admins: the actor has joined with this role."""
    await tell_other_admins(scope, Kind.JOINED, {"role": role, "invited_by": str(invited_by)})


async def tell_other_admins(scope: Scope, kind: Kind, facts: Mapping[str, str]) -> None:
    """Queue a message about the actor, with these *facts*, to the other admins of the scope's
    family.
    """
    now = scope.clock.now()
    await queue_messages(
        scope,
        [
            OutgoingMessage(
                kind=kind,
                user_id=admin_id,
                facts={"user_id": str(scope.user_id), **facts},
                deadline_at=now,
            )
            for admin_id in await list_admins(scope)
            if admin_id != scope.user_id
        ],
    )


async def list_admins(scope: Scope) -> Sequence[UUID]:
    """The admins of the scope's family."""
    rows = await scope.rows(
        select(FamilyMember.user_id)
        .where(
            FamilyMember.family_id == scope.family_id,
            FamilyMember.left_at.is_(None),
            FamilyMember.role == Role.ADMIN,
        )
        .order_by(FamilyMember.user_id)
    )
    return [row.user_id for row in rows]


async def _read(scope: Scope, header: MessageHeader) -> JoinedFacts:
    user_id, receiver = UUID(header.facts["user_id"]), header.receiver
    name, family_name = await get_name_and_family(scope, user_id)
    # Messages that were queued before 0.10 don't say it.
    inviter_id = UUID(said) if (said := header.facts.get("invited_by")) else None
    rows = await scope.rows(
        select(User.id, User.name, FamilyMember.left_at)
        .join(FamilyMember, FamilyMember.user_id == User.id)
        .where(
            FamilyMember.family_id == header.family_id,
            FamilyMember.user_id.in_([user_id, inviter_id]),
        )
    )
    there = {row.id: row for row in rows}
    is_member = user_id in there and there[user_id].left_at is None
    return JoinedFacts(
        user_id,
        name,
        header.facts["role"],
        header.family_id,
        family_name,
        invited_by=there[inviter_id].name if inviter_id in there else None,
        by_reader=inviter_id == receiver.user_id,
        may_remove=is_member and may(receiver.role, Action.MANAGE_MEMBERS),
    )


JOINED = MessageKind(Kind.JOINED, read_one_by_one(_read))
