"""Telling those concerned that a member has left, or is something else in the family now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select

from domain.access import Role
from domain.database.scope import Scope
from domain.delivery.kinds import MessageHeader, MessageKind, read_one_by_one
from domain.delivery.new_messages import OutgoingMessage, queue_messages
from domain.family.joined_notice import list_admins
from domain.family.membership.pages import find_left_alone
from domain.family.users import get_name_and_family
from domain.models import CareAssignment, CareRecipient, FamilyMember
from domain.models.delivery import Kind


class News(StrEnum):
    """What has become of a member."""

    LEFT = "left"
    REMOVED = "removed"
    ROLE = "role"
    SIGHT = "sight"
    BIG_CARDS = "big_cards"
    USUAL_CARDS = "usual_cards"


@dataclass(frozen=True)
class MembershipFacts:
    """`by` is who did it; `is_own`: the reader is who it's about. `seen` are the people whom a
    restricted member sees, None if everybody. `left_alone` are those about whose doses nobody who
    can be reached would be asked now.
    """

    news: News
    name: str
    by: str
    family_name: str
    is_own: bool
    role: Role
    seen: Sequence[str] | None
    left_alone: Sequence[str]


async def tell(scope: Scope, user_id: UUID, news: News, *, role: Role) -> None:
    """Tell the other admins, and the member themselves if somebody else did it. What they see
    concerns nobody but them.
    """
    admins = [] if news is News.SIGHT else await list_admins(scope)
    concerned = dict.fromkeys([user_id, *admins])
    facts: Mapping[str, str] = {
        "user_id": str(user_id),
        "by_id": str(scope.actor_id),
        "news": news,
        "role": role,
    }
    await queue_messages(
        scope,
        [
            OutgoingMessage(
                kind=Kind.MEMBERSHIP, user_id=each, facts=facts, deadline_at=scope.clock.now()
            )
            for each in concerned
            if each != scope.user_id
        ],
    )


async def _read(scope: Scope, header: MessageHeader) -> MembershipFacts:
    user_id = UUID(header.facts["user_id"])
    news = News(header.facts["news"])
    name, family_name = await get_name_and_family(scope, user_id)
    by, _family = await get_name_and_family(scope, UUID(header.facts["by_id"]))
    is_gone = news in (News.LEFT, News.REMOVED)
    return MembershipFacts(
        news=news,
        name=name,
        by=by,
        family_name=family_name,
        is_own=header.receiver.user_id == user_id,
        role=Role(header.facts["role"]),
        seen=await _list_seen(scope, user_id) if news is News.SIGHT else None,
        left_alone=await find_left_alone(scope, user_id) if is_gone else (),
    )


async def _list_seen(scope: Scope, user_id: UUID) -> Sequence[str] | None:
    """The people whom that member sees; None if everybody."""
    is_restricted = await scope.connection.scalar(
        select(FamilyMember.is_restricted).where(
            FamilyMember.family_id == scope.family_id, FamilyMember.user_id == user_id
        )
    )
    if not is_restricted:
        return None
    rows = await scope.rows(
        select(CareRecipient.name)
        .join(CareAssignment, CareAssignment.care_recipient_id == CareRecipient.id)
        .where(
            CareRecipient.family_id == scope.family_id,
            CareRecipient.deleted_at.is_(None),
            CareAssignment.user_id == user_id,
            CareAssignment.sees,
        )
        .order_by(CareRecipient.created_at, CareRecipient.id)
    )
    return [row.name for row in rows]


def _is_silent(facts: MembershipFacts) -> bool:
    """Nobody has to act, unless somebody is left alone."""
    return not facts.left_alone


MEMBERSHIP = MessageKind(
    Kind.MEMBERSHIP, read_one_by_one(_read), is_silent=_is_silent, tells_of_departure=True
)
