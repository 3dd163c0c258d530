"""Erasing a user: what they leave behind, and doing it, in one transaction.

What they recorded stays, as a former member's: somebody's care may hang on it. Their row in `users`
stays for that, without anything that says who they were.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, delete, func, select, update

from domain import audit
from domain.access import Role
from domain.database.scope import Scope
from domain.errors import CareCircleError, NotFound
from domain.events import Event, NotificationsQueued
from domain.family.users import FORMER_MEMBER
from domain.models import (
    CalendarCopy,
    CareAssignment,
    CareRecipient,
    Export,
    Family,
    FamilyMember,
    Invitation,
    User,
)
from domain.models.family import HourCycle
from domain.models.row_security import APP_ROLE, DISPATCH_ROLE
from domain.overview.change_notices import queue_change_news
from domain.overview.leaving.dissolution import PURGED_AFTER, find_purge_at
from domain.overview.leaving.family_news import NewsOf, tell_others
from domain.overview.leaving.promises import Promises, drop_promises, list_promises
from domain.overview.leaving.traces import close_messages_of, erase_chat


@dataclass(frozen=True)
class OtherMember:
    user_id: UUID
    name: str
    role: Role


@dataclass(frozen=True)
class FamilyLeft:
    """A family that somebody is about to leave. `others` are the other members; at `purge_at` (UTC)
    everything of it is deleted, if anything is decided.
    """

    id: UUID
    name: str
    role: Role
    others: Sequence[OtherMember]
    promises: Promises
    purge_at: datetime | None

    @property
    def needs_admin(self) -> bool:
        """Whether somebody else has to be made its admin first, or it has to be dissolved."""
        is_last = self.role is Role.ADMIN and all(o.role is not Role.ADMIN for o in self.others)
        return is_last and bool(self.others) and self.purge_at is None

    @property
    def is_left_empty(self) -> bool:
        return not self.others


@dataclass(frozen=True)
class Farewell:
    """What erasing the actor does. `digest` changes with anything of it that a question shows."""

    families: Sequence[FamilyLeft]

    @property
    def blocked_by(self) -> Sequence[FamilyLeft]:
        return [family for family in self.families if family.needs_admin]

    @property
    def digest(self) -> str:
        parts: list[object] = []
        for family in self.families:
            promises = family.promises
            parts += [family.id, family.role, bool(family.others), family.purge_at]
            parts += [each.id for each in promises.drives]
            parts += [each.id for each in promises.refills]
            parts += [each.id for each in promises.held_doses]
        return hashlib.sha256(repr(parts).encode()).hexdigest()[:10]


@dataclass(eq=False)
class FarewellChanged(CareCircleError):
    """It would do something else by now than the question showed."""

    farewell: Farewell


@dataclass(frozen=True)
class UserErased(Event):
    """Nothing may be kept for this account any more."""

    telegram_id: int


async def prepare_farewell(scope: Scope) -> Farewell:
    """What erasing the actor would do, in all of their families."""
    families = []
    for family_id in sorted([row.family_id for row in await scope.rows(_memberships(scope))]):
        member = await scope.enter_family(family_id)
        if member is None:
            continue
        families.append(
            FamilyLeft(
                id=family_id,
                name=member.family_name,
                role=member.role,
                others=await list_others(scope),
                promises=await list_promises(scope, scope.actor_id),
                purge_at=await find_purge_at(scope),
            )
        )
    return Farewell(families)


async def list_others(scope: Scope) -> Sequence[OtherMember]:
    """The other members of the scope's family, those who do most first."""
    rows = await scope.rows(
        select(User.id, User.name, FamilyMember.role)
        .join(FamilyMember, FamilyMember.user_id == User.id)
        .where(
            FamilyMember.family_id == scope.family_id,
            FamilyMember.left_at.is_(None),
            FamilyMember.user_id != scope.user_id,
        )
        .order_by(FamilyMember.joined_at, User.id)
    )
    others = [OtherMember(row.id, row.name, Role(row.role)) for row in rows]
    return sorted(others, key=lambda other: list(Role).index(other.role))


async def erase_user(scope: Scope, *, seen: str, update_id: int) -> Farewell:
    """Erase the actor, by the update *update_id*; returns what that did, and when a family that is
    left empty is deleted.

    Raises FarewellChanged if it would do anything else than *seen*, or if a family is left without
    an admin.
    """
    for row in await scope.rows(_memberships(scope)):
        # Two last admins who go at the same time: the second one sees that the first has gone.
        await scope.open_family(row.family_id)
        await scope.execute(
            select(FamilyMember.id)
            .where(FamilyMember.family_id == row.family_id, FamilyMember.left_at.is_(None))
            .order_by(FamilyMember.id)
            .with_for_update()
        )
    farewell = await prepare_farewell(scope)
    if farewell.digest != seen or farewell.blocked_by:
        raise FarewellChanged(farewell)
    left: list[FamilyLeft] = []
    for family in farewell.families:
        await scope.enter_family(family.id)
        await drop_promises(scope, scope.actor_id)
        await queue_change_news(scope)
        scope.audited.clear()  # told, in this family
        await tell_others(scope, NewsOf.ERASED)
        await _leave(scope)
        purge_at = family.purge_at
        if family.is_left_empty and purge_at is None:
            purge_at = scope.clock.now() + PURGED_AFTER
            await scope.execute(
                update(Family).where(Family.id == family.id).values(purge_at=purge_at)
            )
        left.append(replace(family, purge_at=purge_at))
        await audit.record(
            scope,
            "member.erased",
            subject_type="user",
            subject_id=scope.actor_id,
            is_own_act=False,
        )
    for row in await scope.rows(_memberships(scope, is_current=False)):
        await scope.open_family(row.family_id)
        await _forget_settings(scope)
    await _erase_personal_fields(scope, update_id=update_id)
    return Farewell(left)


def _memberships(scope: Scope, *, is_current: bool = True) -> Select[UUID]:
    has_left = FamilyMember.left_at.is_not(None)
    return (
        select(FamilyMember.family_id)
        .where(FamilyMember.user_id == scope.user_id, ~has_left if is_current else has_left)
        .order_by(FamilyMember.family_id)
    )


async def _leave(scope: Scope) -> None:
    """The actor isn't in the scope's family any more."""
    await _forget_settings(scope)
    of_family = FamilyMember.family_id == scope.family_id
    await scope.execute(
        update(FamilyMember)
        .where(of_family, FamilyMember.user_id == scope.user_id)
        .values(left_at=func.clock_now())
    )
    await scope.execute(
        update(CareRecipient)
        .where(CareRecipient.family_id == scope.family_id, CareRecipient.user_id == scope.user_id)
        .values(user_id=None)
    )
    await scope.execute(
        update(Invitation)
        .where(
            Invitation.family_id == scope.family_id,
            Invitation.created_by_id == scope.user_id,
            Invitation.redeemed_at.is_(None),
        )
        .values(expires_at=func.least(Invitation.expires_at, func.clock_now()))
    )


async def _forget_settings(scope: Scope) -> None:
    """What the actor had set for themselves in the scope's family."""
    for table in (CareAssignment, CalendarCopy):
        await scope.execute(
            delete(table).where(table.family_id == scope.family_id, table.user_id == scope.user_id)
        )
    await scope.execute(
        update(FamilyMember)
        .where(FamilyMember.family_id == scope.family_id, FamilyMember.user_id == scope.user_id)
        .values(
            morning_at=None,
            evening_at=None,
            quiet_from=None,
            quiet_until=None,
            digest_at=None,
            hides_names=False,
            hears_of_changes=True,
        )
    )


async def _erase_personal_fields(scope: Scope, *, update_id: int) -> None:
    telegram_id = await scope.connection.scalar(
        select(User.telegram_id).where(User.id == scope.user_id)
    )
    if telegram_id is None:
        raise NotFound
    # Both reach across families, as only the dispatcher may.
    await scope.take_role(DISPATCH_ROLE)
    await close_messages_of(scope, scope.actor_id)
    await erase_chat(scope, telegram_id, last_update_id=update_id)
    await scope.execute(delete(Export).where(Export.user_id == scope.user_id))
    await scope.take_role(APP_ROLE)
    await scope.execute(
        update(User)
        .where(User.id == scope.user_id)
        .values(
            telegram_id=None,
            name=FORMER_MEMBER,
            language_code=None,
            current_family_id=None,
            started_at=None,
            blocked_at=None,
            timezone=None,
            hour_cycle=HourCycle.H23,
            deleted_at=func.clock_now(),
        )
    )
    scope.publish(NotificationsQueued())
    scope.publish(UserErased(telegram_id))
