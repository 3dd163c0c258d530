"""Deleting a family for good, a batch in a transaction, once its time has come.

Runs as the dispatcher, whose policies let it delete rows of such a family only, and in its scope.
"""

from collections.abc import Iterator, Sequence
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    ForeignKeyConstraint,
    Table,
    and_,
    delete,
    func,
    or_,
    select,
    text,
    update,
)

from domain.database.scope import Scope
from domain.models import Base, Family, FamilyMember
from domain.overview.leaving.dissolution import PURGED_AFTER

BATCH = 500  # rows in one transaction

_HAS_MEMBERS = (
    select(FamilyMember.id)
    .where(FamilyMember.family_id == Family.id, FamilyMember.left_at.is_(None))
    .exists()
)


async def schedule_empty_families(scope: Scope) -> None:
    """Families that nobody is in any more end, too; not those into which somebody has come back."""
    await scope.execute(
        update(Family)
        .where(Family.purge_at.is_(None), Family.deleted_at.is_(None), ~_HAS_MEMBERS)
        .values(purge_at=func.clock_now() + PURGED_AFTER)
    )
    await scope.execute(
        update(Family)
        .where(
            Family.purge_at.is_not(None),
            Family.dissolved_at.is_(None),
            Family.deleted_at.is_(None),
            _HAS_MEMBERS,
        )
        .values(purge_at=None)
    )


async def find_due(scope: Scope, limit: int) -> Sequence[UUID]:
    """Families whose time has come, or that are being deleted."""
    rows = await scope.rows(
        select(Family.id).where(_is_due()).order_by(Family.purge_at).limit(limit)
    )
    return [row.id for row in rows]


async def begin_purge(scope: Scope, family_id: UUID) -> bool:
    """From now on nobody enters that family. False if its time hasn't come, or it's gone."""
    await scope.execute(
        update(Family)
        .where(Family.id == family_id, _is_due(), Family.deleted_at.is_(None))
        .values(deleted_at=func.clock_now())
    )
    begun = await scope.connection.scalar(
        select(Family.id).where(
            Family.id == family_id,
            Family.deleted_at.is_not(None),
            Family.purge_at <= func.clock_now(),
        )
    )
    return begun is not None


async def purge_batch(scope: Scope) -> int:
    """Delete up to :data:`BATCH` rows of the scope's family, in an order in which nothing refers to
    what is gone; 0 if there are none left, not even its own.
    """
    for table in _tables():
        family_id = table.c.family_id if "family_id" in table.c else table.c.id
        chosen = (
            select(table.c.id)
            .where(family_id == scope.family_id, *_is_referred_to_by_none(table))
            .limit(BATCH)
        )
        if table is Family.__table__:
            # Nobody's current family any more.
            await scope.execute(
                text("UPDATE users SET current_family_id = NULL WHERE current_family_id = :id"),
                {"id": scope.family_id},
            )
        deleted = await scope.execute(delete(table).where(table.c.id.in_(chosen)))
        if deleted:
            return deleted
    return 0


def _is_due() -> ColumnElement[bool]:
    return and_(
        Family.purge_at <= func.clock_now(),
        or_(Family.dissolved_at.is_not(None), Family.deleted_at.is_not(None), ~_HAS_MEMBERS),
    )


def _tables() -> Iterator[Table]:
    """The tables of a family's rows, those that refer to others first; the families last."""
    for table in reversed(Base.metadata.sorted_tables):
        if "family_id" in table.c:
            yield table
    yield Base.metadata.tables["families"]


def _is_referred_to_by_none(table: Table) -> Iterator[ColumnElement[bool]]:
    """No row of the same table refers to it: a correction goes before what it corrects."""
    for key in table.foreign_key_constraints:
        if key.referred_table is table and isinstance(key, ForeignKeyConstraint):
            later = table.alias()
            [column] = [name for name in key.column_keys if name != "family_id"]
            yield ~select(later.c.id).where(later.c[column] == table.c.id).exists()
