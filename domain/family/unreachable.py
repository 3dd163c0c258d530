"""Telling the admins that a member has blocked the bot, and who is left to be asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from domain.database.scope import Scope
from domain.delivery.kinds import MessageHeader, MessageKind, read_one_by_one
from domain.delivery.shown_messages import (
    EDITABLE_FOR,
    FACTS,
    refresh_messages,
    was_sent_within,
)
from domain.family.joined_notice import tell_other_admins
from domain.family.settings.asked_first import choose_asked, list_all_candidates
from domain.family.users import get_name_and_family
from domain.models import FamilyMember, User
from domain.models.delivery import Kind


@dataclass(frozen=True)
class UnreachableFacts:
    """Who can't be written to, and the names of those who are still asked about somebody's doses
    and can be reached.
    """

    name: str
    family_name: str
    is_reachable_again: bool
    asked: Sequence[str]


async def tell_admins(scope: Scope) -> None:
    """Queue a message to the other admins of the scope's family: the actor has blocked the bot."""
    await tell_other_admins(scope, Kind.UNREACHABLE, {})


async def tell_that_reachable_again(scope: Scope) -> None:
    """Edit what the admins of the scope's family have been told: the actor can be written to."""
    is_about_them = FACTS["user_id"].astext == str(scope.user_id)
    await refresh_messages(
        scope, [Kind.UNREACHABLE], where=[was_sent_within(EDITABLE_FOR), is_about_them]
    )


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
    asked: dict[UUID, str] = {}
    for candidates in (await list_all_candidates(scope)).values():
        reachable = [each for each in candidates if each.is_reachable]
        asked |= {each.user_id: each.name for each in choose_asked(reachable)}
    is_there = await scope.connection.scalar(
        select(User.started_at.is_not(None) & User.blocked_at.is_(None)).where(User.id == user_id)
    )
    return UnreachableFacts(name, family_name, bool(is_there), list(asked.values()))


UNREACHABLE = MessageKind(Kind.UNREACHABLE, read_one_by_one(_read))
