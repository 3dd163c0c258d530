"""Telling the admins that a member has blocked the bot, and who is left to be asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from domain.access import ASKED_FIRST
from domain.database.scope import Scope
from domain.delivery.kinds import MessageHeader, MessageKind, read_one_by_one
from domain.family.joined_notice import tell_other_admins
from domain.family.users import get_name_and_family
from domain.models import FamilyMember, User
from domain.models.delivery import Kind


@dataclass(frozen=True)
class UnreachableFacts:
    """Who can't be written to, and the names of those who are still asked about doses."""

    name: str
    family_name: str
    is_reachable_again: bool
    asked: Sequence[str]


async def tell_admins(scope: Scope) -> None:
    """Queue a message to the other admins of the scope's family: the actor has blocked the bot."""
    await tell_other_admins(scope, Kind.UNREACHABLE, {})


async def list_own_families(scope: Scope) -> Sequence[UUID]:
    """The families that the actor is in."""
    rows = await scope.rows(
        select(FamilyMember.family_id).where(
            FamilyMember.user_id == scope.user_id, FamilyMember.left_at.is_(None)
        )
    )
    return [row.family_id for row in rows]


async def _read(scope: Scope, header: MessageHeader) -> UnreachableFacts:
    user_id = UUID(header.facts["user_id"])
    name, family_name = await get_name_and_family(scope, user_id)
    members = await scope.rows(
        select(User.id, User.name, User.started_at, User.blocked_at)
        .join(FamilyMember, FamilyMember.user_id == User.id)
        .where(
            FamilyMember.family_id == scope.family_id,
            FamilyMember.left_at.is_(None),
            FamilyMember.role.in_(ASKED_FIRST),
        )
        .order_by(FamilyMember.joined_at, User.id)
    )
    reachable = [each for each in members if each.started_at and not each.blocked_at]
    return UnreachableFacts(
        name,
        family_name,
        any(each.id == user_id for each in reachable),
        [each.name for each in reachable],
    )


UNREACHABLE = MessageKind(Kind.UNREACHABLE, read_one_by_one(_read))
