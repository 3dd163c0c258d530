"""Families: founding, inviting, joining, switching, and their overview."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, insert, literal, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from domain import audit
from domain.access import Action, Role, may
from domain.database.scope import Scope
from domain.errors import NotFound
from domain.family.errors import (
    AlreadyMember,
    InvitationExpired,
    InvitationRevoked,
    InvitationUnknown,
    InvitationUsed,
)
from domain.family.joined_notice import notify_other_admins
from domain.family.limits import Quota
from domain.family.membership.menus import notice_another_family
from domain.family.people import get_person
from domain.family.room import require_room
from domain.models import CareRecipient, Family, FamilyMember, Invitation, User, new_id

INVITATION_LIFETIME = timedelta(hours=48)


@dataclass(frozen=True)
class FamilyFacts:
    """`others_in_family` names everybody in it, members and people cared for; it's filled only if
    another family of the reader has a similar name.
    """

    id: UUID
    name: str
    others_in_family: tuple[str, ...] = ()


@dataclass(frozen=True)
class MemberFacts:
    user_id: UUID
    name: str
    role: Role
    has_started: bool
    has_blocked: bool


@dataclass(frozen=True)
class PersonSummary:
    name: str
    timezone: str


@dataclass(frozen=True)
class FamilyOverview:
    """What `/family` shows. `others` are the reader's other families; `others_in_family` is as in
    `FamilyFacts`.
    """

    id: UUID
    name: str
    members: Sequence[MemberFacts]
    people: Sequence[PersonSummary]
    others: Sequence[FamilyFacts]
    can_invite: bool
    role: Role = Role.ADMIN  # the reader's
    is_restricted: bool = False  # the reader sees only some of those cared for
    can_manage: bool = False
    can_read_changes: bool = False
    others_in_family: tuple[str, ...] = ()
    purge_at: datetime | None = None  # UTC, if everything in it is to be deleted


@dataclass(frozen=True)
class NewInvitation:
    """A fresh invitation. Only its creator ever sees `token`: we store a hash."""

    family_name: str
    role: Role
    token: str
    expires_at: datetime


@dataclass(frozen=True)
class Joined:
    family: FamilyFacts
    role: Role


async def found_family(scope: Scope, name: str, *, flow_id: UUID | None = None) -> FamilyFacts:
    """Found a family with the actor as its admin, and make it their current one.

    Idempotent per *flow_id*: a second call returns what the first one founded.
    """
    family_id = new_id()
    if flow_id is not None:
        # Row security shows users their own families, so this finds the one made earlier in this
        # flow.
        existing = await scope.row(select(Family.id, Family.name).where(Family.flow_id == flow_id))
        if existing is not None:
            await scope.enter_family(existing.id)
            return FamilyFacts(existing.id, existing.name)
    await scope.open_family(family_id)
    await scope.execute(
        insert(Family).values(id=family_id, name=name, created_by_id=scope.user_id, flow_id=flow_id)
    )
    await scope.execute(
        insert(FamilyMember).values(family_id=family_id, user_id=scope.user_id, role=Role.ADMIN)
    )
    await _make_current(scope, family_id)
    await notice_another_family(scope)
    await audit.record(scope, "family.founded", subject_type="family", subject_id=family_id)
    return FamilyFacts(family_id, name)


async def rename_family(scope: Scope, name: str) -> FamilyFacts:
    """Another *name* for the scope's family. Raises NotAllowed for anybody but its admins."""
    member = scope.require(Action.MANAGE_FAMILY)
    await scope.execute(update(Family).where(Family.id == member.family_id).values(name=name))
    await audit.record(
        scope,
        "family.renamed",
        subject_type="family",
        subject_id=member.family_id,
        before={"name": member.family_name},
        after={"name": name},
    )
    return FamilyFacts(member.family_id, name)


async def get_overview(scope: Scope) -> FamilyOverview:
    """Members, people cared for, and the reader's other families. Three statements."""
    member = scope.require(Action.READ)
    members = await scope.rows(
        select(
            User.id,
            User.name,
            FamilyMember.role,
            User.started_at,
            User.blocked_at,
            Family.purge_at,
        )
        .join(FamilyMember, FamilyMember.user_id == User.id)
        .join(Family, Family.id == FamilyMember.family_id)
        .where(FamilyMember.family_id == member.family_id, FamilyMember.left_at.is_(None))
        .order_by(FamilyMember.joined_at, User.id)
    )
    people = await scope.rows(
        select(CareRecipient.name, CareRecipient.timezone)
        .where(CareRecipient.family_id == member.family_id, CareRecipient.deleted_at.is_(None))
        .order_by(CareRecipient.created_at)
    )
    others = await scope.rows(
        select(Family.id, Family.name)
        .join(FamilyMember, FamilyMember.family_id == Family.id)
        .where(
            FamilyMember.user_id == scope.user_id,
            FamilyMember.left_at.is_(None),
            Family.deleted_at.is_(None),
            Family.id != member.family_id,
        )
        .order_by(Family.name)
    )
    return FamilyOverview(
        id=member.family_id,
        name=member.family_name,
        members=[
            MemberFacts(
                user_id=row.id,
                name=row.name,
                role=Role(row.role),
                has_started=row.started_at is not None,
                has_blocked=row.blocked_at is not None,
            )
            for row in members
        ],
        people=[PersonSummary(row.name, row.timezone) for row in people],
        others=[FamilyFacts(row.id, row.name) for row in others],
        can_invite=may(member.role, Action.INVITE),
        role=member.role,
        is_restricted=member.is_restricted,
        can_manage=may(member.role, Action.MANAGE_MEMBERS),
        can_read_changes=may(member.role, Action.READ_CHANGES),
        purge_at=members[0].purge_at,
    )


async def list_zones(scope: Scope) -> Sequence[ZoneInfo]:
    """The family's time zones: of the people cared for, then of members where known."""
    member = scope.require(Action.READ)
    rows = await scope.rows(
        select(CareRecipient.timezone.label("zone"), literal(0).label("place"))
        .where(
            CareRecipient.family_id == member.family_id,
            CareRecipient.deleted_at.is_(None),
        )
        .union(
            select(User.timezone, literal(1))
            .join(FamilyMember, FamilyMember.user_id == User.id)
            .where(
                FamilyMember.family_id == member.family_id,
                FamilyMember.left_at.is_(None),
                User.timezone.is_not(None),
            )
        )
        .order_by("place", "zone")
    )
    return [ZoneInfo(zone) for zone in dict.fromkeys(row.zone for row in rows)]


async def make_current(scope: Scope, family_id: UUID) -> FamilyFacts:
    """Make *family_id* the actor's current family, which their commands act on. Raises NotFound."""
    member = await scope.enter_family(family_id)
    if member is None:
        raise NotFound
    await _make_current(scope, family_id)
    return FamilyFacts(member.family_id, member.family_name)


async def invite(
    scope: Scope, role: Role, *, care_recipient_id: UUID | None = None
) -> NewInvitation:
    """Create a single-use invitation to the current family, valid for 48 hours.

    An invitation as `recipient` names the cared-for person, who will confirm their own doses.
    Raises NotFound if that person isn't the family's.
    """
    member = scope.require(Action.INVITE)
    if care_recipient_id is not None:
        await get_person(scope, care_recipient_id)
    token = secrets.token_urlsafe(24)
    expires_at = scope.clock.now() + INVITATION_LIFETIME
    invitation_id = new_id()
    await scope.execute(
        insert(Invitation).values(
            id=invitation_id,
            family_id=member.family_id,
            token_hash=_hash(token),
            role=role,
            care_recipient_id=care_recipient_id,
            created_by_id=member.user_id,
            expires_at=expires_at,
        )
    )
    await audit.record(
        scope,
        "invitation.created",
        subject_type="invitation",
        subject_id=invitation_id,
        after={"role": role},
    )
    return NewInvitation(member.family_name, role, token, expires_at)


async def redeem_invitation(scope: Scope, token: str) -> Joined:
    """Join the family that *token* invites to, and make it the actor's current one.

    Raises InvitationUnknown, InvitationUsed, InvitationRevoked, InvitationExpired, AlreadyMember or
    FamilyFull. Then nothing has changed, and an unused invitation stays valid. That of somebody who
    may not invite any more counts as revoked.
    """
    token_hash = _hash(token)
    await scope.present_invitation(token_hash)
    invitation = await scope.row(
        select(
            Invitation.id,
            Invitation.family_id,
            Invitation.role,
            Invitation.care_recipient_id,
            Invitation.created_by_id,
            Invitation.redeemed_at,
            Invitation.revoked_at,
            Invitation.expires_at,
        ).where(Invitation.token_hash == token_hash)
    )
    if invitation is None:
        raise InvitationUnknown
    already = await scope.enter_family(invitation.family_id)
    if already is not None:
        raise AlreadyMember(already.family_name)
    if invitation.redeemed_at is not None:
        raise InvitationUsed
    if invitation.revoked_at is not None:
        raise InvitationRevoked
    if invitation.expires_at <= scope.clock.now():
        raise InvitationExpired(invitation.expires_at)
    await scope.open_family(invitation.family_id)
    if not await _may_invite(scope, invitation.created_by_id):
        raise InvitationRevoked
    await require_room(scope, Quota.MEMBER)
    redeemed = await scope.execute(
        update(Invitation)
        .where(
            Invitation.id == invitation.id,
            Invitation.redeemed_at.is_(None),
            Invitation.revoked_at.is_(None),
        )
        .values(redeemed_at=func.clock_now(), redeemed_by_id=scope.user_id)
    )
    if not redeemed:  # somebody else was a moment faster
        raise InvitationUsed
    membership = upsert(FamilyMember).values(
        id=new_id(),
        family_id=invitation.family_id,
        user_id=scope.user_id,
        role=invitation.role,
    )
    await scope.execute(
        membership.on_conflict_do_update(
            index_elements=[FamilyMember.family_id, FamilyMember.user_id],
            set_={
                "role": invitation.role,
                "joined_at": func.clock_now(),
                "left_at": None,
                # Who comes back sees what they saw before; an admin sees everybody.
                "is_restricted": FamilyMember.is_restricted & (invitation.role != Role.ADMIN),
            },
        )
    )
    if invitation.care_recipient_id is not None:
        await scope.execute(
            update(CareRecipient)
            .where(CareRecipient.id == invitation.care_recipient_id)
            .values(user_id=scope.user_id)
        )
    await _make_current(scope, invitation.family_id)
    await notice_another_family(scope)
    await audit.record(
        scope,
        "member.joined",
        subject_type="user",
        subject_id=scope.actor_id,
        after={"role": invitation.role},
    )
    await notify_other_admins(scope, role=invitation.role, invited_by=invitation.created_by_id)
    joined = await scope.enter_family(invitation.family_id)
    if joined is None:  # the family was deleted after it invited
        raise NotFound
    return Joined(FamilyFacts(joined.family_id, joined.family_name), joined.role)


async def _may_invite(scope: Scope, user_id: UUID) -> bool:
    """Whether that user is still a member of the scope's family who may invite."""
    role = await scope.connection.scalar(
        select(FamilyMember.role).where(
            FamilyMember.family_id == scope.family_id,
            FamilyMember.user_id == user_id,
            FamilyMember.left_at.is_(None),
        )
    )
    return role is not None and may(Role(role), Action.INVITE)


async def _make_current(scope: Scope, family_id: UUID) -> None:
    await scope.execute(
        update(User).where(User.id == scope.user_id).values(current_family_id=family_id)
    )


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
