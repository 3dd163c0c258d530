"""Changing what a member is in the family: their role, whom they see, whether they are in it.

Each function locks the family's members first, so that of two admins one stays. What a member has
promised is none of its business: see :mod:`domain.overview.departures`.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from domain import audit
from domain.access import Action, Role
from domain.database.scope import Scope
from domain.delivery.shown_messages import (
    EDITABLE_FOR,
    IS_SENT,
    is_for,
    refresh_messages,
    was_sent_within,
)
from domain.errors import NotFound
from domain.family.errors import AlreadyTheirs, LastAdmin
from domain.family.membership.menus import MenuShown
from domain.family.people import get_person
from domain.models import CareAssignment, CareRecipient, Family, FamilyMember
from domain.models.delivery import Kind


@dataclass(frozen=True)
class Change:
    """A role before and after; the same if it is not the role that has changed."""

    before: Role
    after: Role


async def end_membership(scope: Scope, user_id: UUID) -> Role:
    """The member leaves, or is removed by the actor; returns the role they had. Their name stays on
    what they have recorded. Raises LastAdmin, NotFound, and NotAllowed if they are somebody else
    and the actor is no admin.
    """
    is_own = user_id == scope.user_id
    member = scope.require(Action.READ if is_own else Action.MANAGE_MEMBERS)
    role = await _lock(scope, user_id)
    if role is Role.ADMIN:
        await _require_another_admin(scope, user_id)
    await _set(scope, user_id, left_at=func.clock_now(), digest_at=None, has_big_cards=False)
    await scope.execute(
        update(CareRecipient)
        .where(CareRecipient.family_id == member.family_id, CareRecipient.user_id == user_id)
        .values(user_id=None)
    )
    await scope.execute(
        update(CareAssignment)
        .where(CareAssignment.family_id == member.family_id, CareAssignment.user_id == user_id)
        .values(asked_first=False)
    )
    await _close_messages(scope, user_id)
    await audit.record(
        scope,
        "member.left" if is_own else "member.removed",
        subject_type="user",
        subject_id=user_id,
        before={"role": role},
    )
    return role


async def set_role(
    scope: Scope, user_id: UUID, role: Role, *, care_recipient_id: UUID | None = None
) -> Change:
    """Give the member that role. As `recipient` they are the person *care_recipient_id*, and record
    that person's doses.

    Raises LastAdmin, NotFound, AlreadyTheirs if somebody else is that person, and NotAllowed for
    anybody but admins.
    """
    member = scope.require(Action.MANAGE_MEMBERS)
    before = await _lock(scope, user_id)
    if before is Role.ADMIN and role is not Role.ADMIN:
        await _require_another_admin(scope, user_id)
    values: dict[str, Any] = {"role": role}
    if role is Role.ADMIN:
        values["is_restricted"] = False
    if role is not Role.RECIPIENT:
        values["has_big_cards"] = False
    await _set(scope, user_id, **values)
    if before is Role.RECIPIENT:
        await scope.execute(
            update(CareRecipient)
            .where(CareRecipient.family_id == member.family_id, CareRecipient.user_id == user_id)
            .values(user_id=None)
        )
    if role is Role.RECIPIENT:
        if care_recipient_id is None:
            raise NotFound
        await _become(scope, user_id, care_recipient_id)
    await audit.record(
        scope,
        "member.role_set",
        subject_type="user",
        subject_id=user_id,
        before={"role": before},
        after={"role": role},
    )
    return Change(before, role)


async def set_sight(scope: Scope, user_id: UUID, person_ids: Collection[UUID] | None) -> bool:
    """From now on the member sees these people only, and whoever is added later only once they are
    named here; None: everybody. Returns whether that changed anything.

    Raises NotFound, also for one of the people; LastAdmin of an admin, who sees everybody; and
    NotAllowed for anybody but admins.
    """
    member = scope.require(Action.MANAGE_MEMBERS)
    role = await _lock(scope, user_id)
    if role is Role.ADMIN and person_ids is not None:
        raise LastAdmin(member.family_name)
    before = await _get_sight(scope, user_id)
    after = None if person_ids is None else frozenset(person_ids)
    if before == after:
        return False
    await _set(scope, user_id, is_restricted=after is not None)
    await scope.execute(
        update(CareAssignment)
        .where(
            CareAssignment.family_id == member.family_id,
            CareAssignment.user_id == user_id,
            CareAssignment.sees,
        )
        .values(sees=False)
    )
    for person_id in sorted(after or ()):
        await get_person(scope, person_id)
        await scope.execute(
            insert(CareAssignment)
            .values(
                family_id=member.family_id,
                care_recipient_id=person_id,
                user_id=user_id,
                sees=True,
                created_by_id=member.user_id,
            )
            .on_conflict_do_update(
                index_elements=[CareAssignment.care_recipient_id, CareAssignment.user_id],
                set_={"sees": True},
            )
        )
    await _close_messages(scope, user_id)
    await audit.record(
        scope,
        "member.sight_set",
        subject_type="user",
        subject_id=user_id,
        before={"people": None if before is None else sorted(map(str, before))},
        after={"people": None if after is None else sorted(map(str, after))},
    )
    return True


async def set_big_cards(scope: Scope, user_id: UUID, *, wanted: bool) -> None:
    """Whether the reminders of somebody who is cared for are short, with one button. Raises
    NotFound, and NotAllowed for anybody but admins and themselves.
    """
    scope.require(Action.READ if user_id == scope.user_id else Action.MANAGE_MEMBERS)
    if await _lock(scope, user_id) is not Role.RECIPIENT:
        raise NotFound
    # There's nothing else to get lost in: no news of what others change.
    await _set(scope, user_id, has_big_cards=wanted, hears_of_changes=not wanted)
    await refresh_messages(
        scope,
        [Kind.SLOT_CARD],
        where=[IS_SENT, is_for(user_id), was_sent_within(EDITABLE_FOR)],
    )
    await audit.record(
        scope,
        "member.big_cards_set",
        subject_type="user",
        subject_id=user_id,
        after={"wanted": wanted},
    )


async def _lock(scope: Scope, user_id: UUID) -> Role:
    """The member's role, once nobody else can change the family's members. Raises NotFound."""
    await scope.execute(
        select(Family.id).where(Family.id == scope.family_id).with_for_update(key_share=True)
    )
    role = await scope.connection.scalar(
        select(FamilyMember.role).where(
            FamilyMember.family_id == scope.family_id,
            FamilyMember.user_id == user_id,
            FamilyMember.left_at.is_(None),
        )
    )
    if role is None:
        raise NotFound
    return Role(role)


async def _require_another_admin(scope: Scope, user_id: UUID) -> None:
    another = await scope.connection.scalar(
        select(FamilyMember.id)
        .where(
            FamilyMember.family_id == scope.family_id,
            FamilyMember.user_id != user_id,
            FamilyMember.role == Role.ADMIN,
            FamilyMember.left_at.is_(None),
        )
        .limit(1)
    )
    if another is None:
        raise LastAdmin(scope.require(Action.READ).family_name)


async def _become(scope: Scope, user_id: UUID, care_recipient_id: UUID) -> None:
    person = await get_person(scope, care_recipient_id)
    became = await scope.execute(
        update(CareRecipient)
        .where(CareRecipient.id == care_recipient_id, CareRecipient.user_id.is_(None))
        .values(user_id=user_id)
    )
    if not became:
        raise AlreadyTheirs(person.name)


async def _get_sight(scope: Scope, user_id: UUID) -> frozenset[UUID] | None:
    """Whom the member sees; None if everybody."""
    restricted = await scope.connection.scalar(
        select(FamilyMember.is_restricted).where(
            FamilyMember.family_id == scope.family_id, FamilyMember.user_id == user_id
        )
    )
    if not restricted:
        return None
    rows = await scope.rows(
        select(CareAssignment.care_recipient_id).where(
            CareAssignment.family_id == scope.family_id,
            CareAssignment.user_id == user_id,
            CareAssignment.sees,
        )
    )
    return frozenset(row.care_recipient_id for row in rows)


async def _set(scope: Scope, user_id: UUID, **values: Any) -> None:
    if "has_big_cards" in values:
        scope.publish(MenuShown(user_id))
    await scope.execute(
        update(FamilyMember)
        .where(FamilyMember.family_id == scope.family_id, FamilyMember.user_id == user_id)
        .values(values)
    )


async def _close_messages(scope: Scope, user_id: UUID) -> None:
    """Edit what is on the member's phone: whatever they may not see any more is closed."""
    kinds = set(Kind) - {Kind.MEMBERSHIP}
    await refresh_messages(
        scope, kinds, where=[IS_SENT, is_for(user_id), was_sent_within(EDITABLE_FOR)]
    )
