"""Leaving a family, being removed from it, and becoming somebody who may do less in it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from domain.access import Action, Role, may
from domain.database.scope import Scope
from domain.family.errors import StillPromised
from domain.family.membership import changes
from domain.family.membership.notices import News, tell
from domain.family.membership.pages import MemberFacts, find_left_alone, get_member
from domain.overview.leaving.promises import Promises, drop_promises, list_promises


@dataclass(frozen=True)
class Departure:
    """What becomes of a family without a member, or where they do less: who they are, what they
    have promised, and those about whose doses nobody who can be reached would be asked.
    """

    member: MemberFacts
    family: str
    promises: Promises
    left_alone: Sequence[str]


async def preview_departure(scope: Scope, user_id: UUID) -> Departure:
    """Raises as :func:`get_member` does."""
    member = await get_member(scope, user_id)
    return Departure(
        member,
        scope.require(Action.READ).family_name,
        await list_promises(scope, user_id),
        await find_left_alone(scope, user_id),
    )


async def depart(scope: Scope, user_id: UUID) -> Departure:
    """The actor leaves, or an admin removes the member; those who count on them are told. Raises as
    :func:`domain.family.membership.changes.end_membership` does.
    """
    before = await preview_departure(scope, user_id)
    dropped = await drop_promises(scope, user_id)
    role = await changes.end_membership(scope, user_id)
    news = News.LEFT if user_id == scope.user_id else News.REMOVED
    await tell(scope, user_id, news, role=role)
    return Departure(before.member, before.family, dropped, before.left_alone)


@dataclass(frozen=True)
class RoleSet:
    """The member as they are now, the role before, and what they had promised and may not do any
    more.
    """

    member: MemberFacts
    before: Role
    dropped: Promises


async def change_role(
    scope: Scope, user_id: UUID, role: Role, *, care_recipient_id: UUID | None = None
) -> RoleSet:
    """Raises as :func:`domain.family.membership.changes.set_role` does."""
    scope.require(Action.MANAGE_MEMBERS)
    dropped = Promises()
    if not may(role, Action.DRIVE):
        dropped = await drop_promises(scope, user_id)
    change = await changes.set_role(scope, user_id, role, care_recipient_id=care_recipient_id)
    if change.before is not change.after:
        await tell(scope, user_id, News.ROLE, role=role)
    return RoleSet(await get_member(scope, user_id), change.before, dropped)


async def limit_sight(
    scope: Scope, user_id: UUID, person_ids: Collection[UUID] | None
) -> MemberFacts:
    """From now on the member sees these people only; None: everybody. Raises StillPromised while
    they drive, get a refill or are on it for somebody else; and as
    :func:`domain.family.membership.changes.set_sight` does.
    """
    scope.require(Action.MANAGE_MEMBERS)
    if person_ids is not None:
        promises = await list_promises(scope, user_id)
        about = {
            *((each.person_id, each.person) for each in promises.drives),
            *((each.person_id, each.person) for each in promises.refills),
            *((each.care_recipient_id, each.person) for each in promises.held_doses),
        }
        hidden = sorted(name for person_id, name in about if person_id not in person_ids)
        if hidden:
            raise StillPromised((await get_member(scope, user_id)).name, hidden)
    has_changed = await changes.set_sight(scope, user_id, person_ids)
    member = await get_member(scope, user_id)
    if has_changed:
        await tell(scope, user_id, News.SIGHT, role=member.role)
    return member


async def choose_cards(scope: Scope, user_id: UUID, *, big: bool) -> MemberFacts:
    """Raises as :func:`domain.family.membership.changes.set_big_cards` does."""
    await changes.set_big_cards(scope, user_id, wanted=big)
    member = await get_member(scope, user_id)
    await tell(scope, user_id, News.BIG_CARDS if big else News.USUAL_CARDS, role=member.role)
    return member
