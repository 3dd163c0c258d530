"""The invitations of a family that are still open: listing them, and revoking one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.sql.base import Executable

from domain import audit
from domain.access import Action, Role, may
from domain.database.scope import Scope
from domain.errors import NotFound
from domain.family.errors import InvitationUsed
from domain.family.families import list_zones
from domain.models import CareRecipient, FamilyMember, Invitation, User

PAGE_SIZE = 8  # each has a button

_MAY_INVITE = [role for role in Role if may(role, Action.INVITE)]
#: Whether the joined creator of an invitation may still invite. It isn't valid any more if not.
CREATOR_MAY_INVITE: ColumnElement[bool] = FamilyMember.left_at.is_(None) & FamilyMember.role.in_(
    _MAY_INVITE
)


@dataclass(frozen=True)
class OpenInvitation:
    """An invitation that nobody has used yet. `person` is who is cared for, if it's for them."""

    id: UUID
    role: Role
    made_by: str
    is_own: bool  # the reader made it
    expires_at: datetime
    person: str | None = None


@dataclass(frozen=True)
class OpenInvitations:
    """One page of them, those that end first before the others. `zone` is the reader's, or else
    the family's; None if neither is known.
    """

    found: Sequence[OpenInvitation]
    page: int
    has_next: bool
    zone: ZoneInfo | None


_SELECT = (
    select(
        Invitation.id,
        Invitation.role,
        Invitation.created_by_id,
        Invitation.expires_at,
        User.name.label("made_by"),
        CareRecipient.name.label("person"),
    )
    .join(
        FamilyMember,
        (FamilyMember.family_id == Invitation.family_id)
        & (FamilyMember.user_id == Invitation.created_by_id),
    )
    .join(User, User.id == Invitation.created_by_id)
    .outerjoin(CareRecipient, CareRecipient.id == Invitation.care_recipient_id)
    .where(
        Invitation.redeemed_at.is_(None),
        Invitation.revoked_at.is_(None),
        Invitation.expires_at > func.clock_now(),
        CREATOR_MAY_INVITE,
    )
)


async def list_open(scope: Scope, *, page: int = 0) -> OpenInvitations:
    """A page (counted from 0) of the open invitations. Two statements."""
    member = scope.require(Action.MANAGE_MEMBERS)
    found = await _fetch(
        scope,
        _SELECT.where(Invitation.family_id == member.family_id)
        .order_by(Invitation.expires_at, Invitation.id)
        .offset(page * PAGE_SIZE)
        .limit(PAGE_SIZE + 1),
    )
    zone, has_next = await _zone(scope, member.zone), len(found) > PAGE_SIZE
    return OpenInvitations(found[:PAGE_SIZE], page, has_next=has_next, zone=zone)


async def get_open(scope: Scope, invitation_id: UUID) -> OpenInvitations:
    """That invitation as a page of its own. Raises NotFound if it isn't open any more."""
    member = scope.require(Action.MANAGE_MEMBERS)
    found = await _fetch(
        scope,
        _SELECT.where(Invitation.family_id == member.family_id, Invitation.id == invitation_id),
    )
    if not found:
        raise NotFound
    return OpenInvitations(found, 0, has_next=False, zone=await _zone(scope, member.zone))


async def revoke(scope: Scope, invitation_id: UUID) -> bool:
    """The link of this invitation lets nobody in any more. Returns whether that is news.

    Raises NotFound, and InvitationUsed if somebody has joined by it before.
    """
    member = scope.require(Action.MANAGE_MEMBERS)
    is_it = (Invitation.id == invitation_id) & (Invitation.family_id == member.family_id)
    # The row's lock decides between this and somebody who joins in the same instant.
    found = await scope.row(
        select(Invitation.role, Invitation.redeemed_at, Invitation.revoked_at)
        .where(is_it)
        .with_for_update()
    )
    if found is None:
        raise NotFound
    if found.redeemed_at is not None:
        raise InvitationUsed
    if found.revoked_at is not None:
        return False
    await scope.execute(update(Invitation).where(is_it).values(revoked_at=func.clock_now()))
    await audit.record(
        scope,
        "invitation.revoked",
        subject_type="invitation",
        subject_id=invitation_id,
        before={"role": found.role},
    )
    return True


async def _fetch(scope: Scope, statement: Executable) -> Sequence[OpenInvitation]:
    return [
        OpenInvitation(
            id=row.id,
            role=Role(row.role),
            made_by=row.made_by,
            is_own=row.created_by_id == scope.user_id,
            expires_at=row.expires_at,
            person=row.person,
        )
        for row in await scope.rows(statement)
    ]


async def _zone(scope: Scope, own: ZoneInfo | None) -> ZoneInfo | None:
    return own or next(iter(await list_zones(scope)), None)
