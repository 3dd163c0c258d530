"""Users: people with a Telegram account, and whether the bot can reach them."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, case, func, null, select, update
from sqlalchemy.dialects.postgresql import insert

from domain.database.scope import Scope
from domain.errors import NotFound
from domain.models import Family, FamilyMember, User, new_id

NAME_LENGTH = 80
#: The name of somebody who was erased, and whose records stay.
FORMER_MEMBER = "former member"


@dataclass(frozen=True)
class Arrival:
    """What Telegram says about a user with each update."""

    telegram_id: int
    name: str
    language_code: str | None
    is_private: bool  # from a private chat, so the bot may write to them


async def get_name_and_family(scope: Scope, user_id: UUID) -> tuple[str, str]:
    """The names of that user and of the scope's family. Raises NotFound."""
    found = await scope.row(
        select(User.name, Family.name.label("family_name"))
        .select_from(User)
        .join(Family, Family.id == scope.family_id)
        .where(User.id == user_id)
    )
    if found is None:
        raise NotFound
    return found.name, found.family_name


async def arrive(scope: Scope, arrival: Arrival) -> UUID:
    """Find or create the user of a Telegram account, and update their name and language.

    Somebody who writes to the bot in private has pressed Start and isn't blocking it.
    """
    started_at = func.clock_now() if arrival.is_private else None
    statement = insert(User).values(
        id=new_id(),
        telegram_id=arrival.telegram_id,
        name=arrival.name[:NAME_LENGTH] or "?",
        language_code=arrival.language_code,
        started_at=started_at,
    )
    new = statement.excluded
    user_id: UUID = (
        await scope.connection.execute(
            statement.on_conflict_do_update(
                index_elements=[User.telegram_id],
                set_={
                    "name": new.name,
                    "language_code": new.language_code,
                    "started_at": func.coalesce(User.started_at, new.started_at),
                    "blocked_at": case((new.started_at.is_(None), User.blocked_at), else_=None),
                },
            ).returning(User.id)
        )
    ).scalar_one()
    return user_id


async def find_user(scope: Scope, telegram_id: int) -> UUID | None:
    """The user of a Telegram account, if we know it."""
    found: UUID | None = await scope.connection.scalar(
        select(User.id).where(User.telegram_id == telegram_id)
    )
    return found


async def was_erased(scope: Scope) -> bool:
    """Whether the actor is nobody's account any more."""
    is_known = select(User.id).where(User.id == scope.user_id, User.telegram_id.is_not(None))
    return await scope.row(is_known) is None


async def has_left(scope: Scope, family_id: UUID) -> bool:
    """Whether the actor was in that family and isn't any more."""
    membership = select(FamilyMember.id).where(
        FamilyMember.user_id == scope.user_id,
        FamilyMember.family_id == family_id,
        FamilyMember.left_at.is_not(None),
    )
    return await scope.row(membership) is not None


async def set_blocked(scope: Scope, *, blocked: bool) -> bool:
    """Remember whether the actor has blocked the bot. Returns whether that is news."""
    if blocked:
        changes: dict[Any, Any] = {User.blocked_at: func.clock_now()}
        was_otherwise: ColumnElement[bool] = User.blocked_at.is_(None)
    else:
        changes = {
            User.blocked_at: null(),
            User.started_at: func.coalesce(User.started_at, func.clock_now()),
        }
        was_otherwise = User.blocked_at.is_not(None) | User.started_at.is_(None)
    changed = await scope.row(
        update(User)
        .where(User.id == scope.user_id, was_otherwise)
        .values(changes)
        .returning(User.id)
    )
    return changed is not None


async def set_zone(scope: Scope, zone: ZoneInfo) -> None:
    """Remember the actor's time zone; times are then shown in it, too."""
    await scope.execute(update(User).where(User.id == scope.user_id).values(timezone=zone.key))
