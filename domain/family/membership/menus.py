"""Whose menu of commands is short: of those who get big, simple reminders wherever they are."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, func, select

from domain.database.scope import Scope
from domain.events import Event
from domain.models import FamilyMember, User


@dataclass(frozen=True)
class MenuShown(Event):
    """What the menu of commands shows this user may have changed."""

    user_id: UUID


@dataclass(frozen=True)
class MenuReader:
    """Whose chat it is. `is_short`: they get big cards in every family that they are in."""

    telegram_id: int
    language_code: str | None
    is_short: bool


async def find_menu_reader(scope: Scope) -> MenuReader | None:
    """The actor; None if they were erased."""
    row = await scope.row(
        select(User.telegram_id, User.language_code).where(User.id == scope.actor_id)
    )
    if row is None or row.telegram_id is None:
        return None
    return MenuReader(row.telegram_id, row.language_code, await _has_big_cards_only(scope))


async def notice_another_family(scope: Scope) -> None:
    """The actor is in another family by now, where they may need more."""
    if await _has_big_cards(scope):
        scope.publish(MenuShown(scope.actor_id))


async def _has_big_cards_only(scope: Scope) -> bool:
    return bool(
        await scope.connection.scalar(
            select(func.bool_and(FamilyMember.has_big_cards)).where(*_of_actor(scope))
        )
    )


async def _has_big_cards(scope: Scope) -> bool:
    return bool(
        await scope.connection.scalar(
            select(func.bool_or(FamilyMember.has_big_cards)).where(*_of_actor(scope))
        )
    )


def _of_actor(scope: Scope) -> tuple[ColumnElement[bool], ...]:
    return (FamilyMember.user_id == scope.actor_id, FamilyMember.left_at.is_(None))
