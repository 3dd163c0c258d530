"""What an admin sees of each member, and what would be lost with them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, false, func, select
from sqlalchemy.orm import aliased

from domain.access import ASKED_FIRST, Action, Role, may
from domain.database.scope import Scope
from domain.errors import NotFound
from domain.models import CareAssignment, CareRecipient, FamilyMember, User
from domain.models.family import MAY_SEE_PERSON


@dataclass(frozen=True)
class PersonSeen:
    """A person cared for; `is_seen` by the member, and `is_self` if it's them."""

    id: UUID
    name: str
    is_seen: bool
    is_self: bool


@dataclass(frozen=True)
class MemberFacts:
    """A member's page. `people` are those who are cared for, in the order they were added. The
    reader may manage them if `may_manage`; `is_last_admin`: nobody else is one.
    """

    user_id: UUID
    name: str
    role: Role
    joined_at: datetime
    has_started: bool
    has_blocked: bool
    is_reader: bool
    is_last_admin: bool
    is_restricted: bool
    has_big_cards: bool
    may_manage: bool
    people: Sequence[PersonSeen]

    @property
    def cared_for(self) -> PersonSeen | None:
        """The person whom they are, if they are cared for themselves."""
        return next((each for each in self.people if each.is_self), None)


async def get_member(scope: Scope, user_id: UUID) -> MemberFacts:
    """Two statements. Raises NotFound, also for somebody who has left; and NotAllowed for anybody
    but admins and the member themselves.
    """
    is_reader = user_id == scope.user_id
    reader = scope.require(Action.READ if is_reader else Action.MANAGE_MEMBERS)
    other = aliased(FamilyMember)
    has_another_admin = exists().where(
        other.family_id == FamilyMember.family_id,
        other.user_id != FamilyMember.user_id,
        other.role == Role.ADMIN,
        other.left_at.is_(None),
    )
    row = await scope.row(
        select(
            User.name,
            FamilyMember.role,
            FamilyMember.joined_at,
            FamilyMember.is_restricted,
            FamilyMember.has_big_cards,
            User.started_at,
            User.blocked_at,
            ((FamilyMember.role == Role.ADMIN) & ~has_another_admin).label("is_last_admin"),
        )
        .join(User, User.id == FamilyMember.user_id)
        .where(
            FamilyMember.family_id == reader.family_id,
            FamilyMember.user_id == user_id,
            FamilyMember.left_at.is_(None),
        )
    )
    if row is None:
        raise NotFound
    return MemberFacts(
        user_id=user_id,
        name=row.name,
        role=Role(row.role),
        joined_at=row.joined_at,
        has_started=row.started_at is not None,
        has_blocked=row.blocked_at is not None,
        is_reader=is_reader,
        is_last_admin=row.is_last_admin,
        is_restricted=row.is_restricted,
        has_big_cards=row.has_big_cards,
        may_manage=may(reader.role, Action.MANAGE_MEMBERS),
        people=await _list_people(scope, user_id, is_restricted=row.is_restricted),
    )


async def _list_people(scope: Scope, user_id: UUID, *, is_restricted: bool) -> list[PersonSeen]:
    rows = await scope.rows(
        select(
            CareRecipient.id,
            CareRecipient.name,
            func.coalesce(CareAssignment.sees, false()).label("sees"),
            func.coalesce(CareRecipient.user_id == user_id, false()).label("is_self"),
        )
        .outerjoin(
            CareAssignment,
            (CareAssignment.care_recipient_id == CareRecipient.id)
            & (CareAssignment.user_id == user_id),
        )
        .where(
            CareRecipient.family_id == scope.family_id,
            CareRecipient.deleted_at.is_(None),
        )
        .order_by(CareRecipient.created_at, CareRecipient.id)
    )
    return [
        PersonSeen(row.id, row.name, row.sees or not is_restricted, row.is_self) for row in rows
    ]


async def find_left_alone(scope: Scope, without: UUID) -> Sequence[str]:
    """The names of the people about whose doses nobody who can be reached would be asked, if that
    member weren't.
    """
    asked = (
        select(FamilyMember.id)
        .join(User, User.id == FamilyMember.user_id)
        .where(
            FamilyMember.family_id == CareRecipient.family_id,
            FamilyMember.user_id != without,
            FamilyMember.left_at.is_(None),
            FamilyMember.role.in_(ASKED_FIRST) | (FamilyMember.user_id == CareRecipient.user_id),
            User.started_at.is_not(None),
            User.blocked_at.is_(None),
            MAY_SEE_PERSON,
        )
        .correlate(CareRecipient)
        .exists()
    )
    rows = await scope.rows(
        select(CareRecipient.name)
        .where(
            CareRecipient.family_id == scope.family_id, CareRecipient.deleted_at.is_(None), ~asked
        )
        .order_by(CareRecipient.created_at, CareRecipient.id)
    )
    return [row.name for row in rows]
