"""Reading the family's group, and which families somebody may bind one for."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from domain.access import Action, Role, may
from domain.database.scope import Scope
from domain.errors import NotFound
from domain.models import Family, FamilyGroup, FamilyMember
from domain.models.groups import Receives


@dataclass(frozen=True)
class GroupChat:
    """A group as Telegram describes it. `thread_id` is the topic that a message came from."""

    chat_id: int
    title: str
    thread_id: int | None = None


@dataclass(frozen=True)
class GroupFacts:
    """The group that a family's cards go to."""

    id: UUID
    chat_id: int
    title: str
    receives: Receives
    hides_names: bool


_BOUND = select(
    FamilyGroup.id,
    FamilyGroup.chat_id,
    FamilyGroup.title,
    FamilyGroup.receives,
    FamilyGroup.hides_names,
).where(FamilyGroup.unbound_at.is_(None))


async def find_group(scope: Scope) -> GroupFacts | None:
    """The group of the scope's family, if it has one."""
    row = await scope.row(_BOUND.where(FamilyGroup.family_id == scope.family_id))
    return None if row is None else _facts(row)


async def get_group(scope: Scope, group_id: UUID) -> GroupFacts:
    """That group of the scope's family, locked. Raises NotFound if it isn't its group any more."""
    row = await scope.row(
        _BOUND.where(
            FamilyGroup.family_id == scope.family_id, FamilyGroup.id == group_id
        ).with_for_update()
    )
    if row is None:
        raise NotFound
    return _facts(row)


def _facts(row: Any) -> GroupFacts:
    return GroupFacts(row.id, row.chat_id, row.title, row.receives, row.hides_names)


@dataclass(frozen=True)
class Bindable:
    """A family that the actor may bind a group for. `is_here`: this group is its group already;
    `replaces` is the title of its present one, if that is another.
    """

    family_id: UUID
    name: str
    is_here: bool
    replaces: str | None


async def list_bindable(scope: Scope, chat_id: int) -> Sequence[Bindable]:
    """The actor's families that they may bind the group *chat_id* for, by name. The scope's family
    afterwards is the last of them.
    """
    rows = await scope.rows(
        select(Family.id, Family.name, FamilyMember.role)
        .join(FamilyMember, FamilyMember.family_id == Family.id)
        .where(
            FamilyMember.user_id == scope.user_id,
            FamilyMember.left_at.is_(None),
            Family.deleted_at.is_(None),
        )
        .order_by(Family.name, Family.id)
    )
    found = []
    for row in rows:
        if not may(Role(row.role), Action.MANAGE_FAMILY):
            continue
        if await scope.enter_family(row.id) is None:
            continue
        group = await find_group(scope)
        is_here = group is not None and group.chat_id == chat_id
        replaces = group.title if group is not None and not is_here else None
        found.append(Bindable(row.id, row.name, is_here, replaces))
    return found


async def get_bindable(scope: Scope, chat_id: int) -> Bindable:
    """The scope's family, as :func:`list_bindable` lists it. Raises NotAllowed."""
    member = scope.require(Action.MANAGE_FAMILY)
    group = await find_group(scope)
    is_here = group is not None and group.chat_id == chat_id
    replaces = group.title if group is not None and not is_here else None
    return Bindable(member.family_id, member.family_name, is_here, replaces)
