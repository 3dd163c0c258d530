"""Telling members what becomes of the family's group: it takes cards, or doesn't any more."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from domain.access import Role
from domain.database.scope import Scope
from domain.delivery.kinds import MessageHeader, MessageKind, read_one_by_one
from domain.delivery.new_messages import OutgoingMessage, queue_messages
from domain.errors import NotFound
from domain.family.users import get_name_and_family
from domain.models import Family, FamilyGroup, FamilyMember
from domain.models.delivery import Kind
from domain.models.groups import Receives, Unbound


@dataclass(frozen=True)
class GroupNotice:
    """What became of the group called `title`. `by` has bound it, set what it `receives`, or ended
    it; without `by`, the bot can't write there any more, for the reason `why`.
    """

    title: str
    family_name: str
    by: str | None
    receives: Receives
    why: Unbound | None


async def tell_others(scope: Scope, group_id: UUID, *, why: Unbound | None = None) -> None:
    """Tell every other member what the actor has set about the group."""
    await _tell(scope, group_id, why=why, roles=tuple(Role), but=scope.user_id)


async def tell_admins(scope: Scope, group_id: UUID, *, why: Unbound) -> None:
    """Tell the admins that the bot can't write to the group any more."""
    await _tell(scope, group_id, why=why, roles=(Role.ADMIN,), but=None)


async def _tell(
    scope: Scope,
    group_id: UUID,
    *,
    why: Unbound | None,
    roles: Sequence[Role],
    but: UUID | None,
) -> None:
    members = await scope.rows(
        select(FamilyMember.user_id).where(
            FamilyMember.family_id == scope.family_id,
            FamilyMember.left_at.is_(None),
            FamilyMember.role.in_(roles),
        )
    )
    receives = await scope.connection.scalar(
        select(FamilyGroup.receives).where(FamilyGroup.id == group_id)
    )
    now = scope.clock.now()
    await queue_messages(
        scope,
        [
            OutgoingMessage(
                kind=Kind.GROUP,
                user_id=member.user_id,
                facts={
                    "group_id": str(group_id),
                    "by": None if but is None else str(but),
                    "receives": receives,
                    "why": why,
                },
                deadline_at=now,
            )
            for member in members
            if member.user_id != but
        ],
    )


async def _read(scope: Scope, header: MessageHeader) -> GroupNotice:
    facts = header.facts
    row = await scope.row(
        select(FamilyGroup.title, Family.name)
        .join(Family, Family.id == FamilyGroup.family_id)
        .where(FamilyGroup.id == UUID(facts["group_id"]))
    )
    if row is None:
        raise NotFound
    by = None
    if facts["by"] is not None:
        by, _family = await get_name_and_family(scope, UUID(facts["by"]))
    why = None if facts["why"] is None else Unbound(facts["why"])
    return GroupNotice(row.title, row.name, by, Receives(facts["receives"]), why)


GROUP = MessageKind(Kind.GROUP, read_one_by_one(_read))
