"""Groups that the bot is in, and when it leaves them: a day after nobody has bound them.

Everything here runs as the dispatcher: such a group belongs to no family.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from domain.database.scope import Scope
from domain.models import FamilyGroup, GroupStay

STAYS = timedelta(days=1)
"""How long the bot stays in a group that no family uses."""

_LEASE = timedelta(minutes=10)  # to say so and leave; then another replica may try


@dataclass(frozen=True)
class BoundGroup:
    """A family's group, by its ids alone."""

    id: UUID
    family_id: UUID


@dataclass(frozen=True)
class Departure:
    """A group to leave."""

    chat_id: int
    language_code: str | None


async def find_bound(scope: Scope, chat_id: int) -> BoundGroup | None:
    """Whose group that is, if any."""
    row = await scope.row(
        select(FamilyGroup.id, FamilyGroup.family_id).where(
            FamilyGroup.chat_id == chat_id, FamilyGroup.unbound_at.is_(None)
        )
    )
    return None if row is None else BoundGroup(row.id, row.family_id)


async def begin_stay(scope: Scope, chat_id: int, *, language_code: str | None) -> bool:
    """The bot was added to a group. Returns whether that is news, and nobody has bound it."""
    added = await scope.execute(
        insert(GroupStay)
        .values(
            chat_id=chat_id,
            language_code=language_code,
            leave_at=func.date_trunc("minute", func.clock_now()) + STAYS,
        )
        .on_conflict_do_nothing()
    )
    return bool(added) and await find_bound(scope, chat_id) is None


async def end_stay(scope: Scope, chat_id: int) -> None:
    """The bot isn't in that group any more."""
    await scope.execute(delete(GroupStay).where(GroupStay.chat_id == chat_id))


async def move_stay(scope: Scope, chat_id: int, *, to: int) -> None:
    """The group has another id by now. Idempotent."""
    if chat_id == to:
        return
    taken = select(GroupStay.chat_id).where(GroupStay.chat_id == to).exists()
    moved = await scope.execute(
        update(GroupStay).where(GroupStay.chat_id == chat_id, ~taken).values(chat_id=to)
    )
    if not moved:
        await end_stay(scope, chat_id)


# A group that a family uses is looked at again in a day; one that it doesn't use any more is left a
# day after that.
_CLAIM = text("""
    WITH due AS (
        SELECT s.chat_id,
               EXISTS (SELECT FROM family_groups g
                       WHERE g.chat_id = s.chat_id AND g.unbound_at IS NULL) AS is_bound,
               (SELECT max(g.unbound_at) FROM family_groups g
                WHERE g.chat_id = s.chat_id) + :stays AS until
        FROM group_stays s WHERE s.leave_at <= (SELECT clock_now())
        ORDER BY s.leave_at LIMIT :most FOR UPDATE SKIP LOCKED
    )
    UPDATE group_stays s
    SET leave_at = CASE WHEN due.is_bound THEN clock_now() + :stays
                        WHEN due.until > clock_now() THEN due.until
                        ELSE clock_now() + :lease END
    FROM due WHERE s.chat_id = due.chat_id
    RETURNING s.chat_id, s.language_code,
              due.is_bound OR coalesce(due.until > clock_now(), false) AS stays
""")


async def claim_departures(scope: Scope, *, limit: int) -> Sequence[Departure]:
    """Groups to leave now, at most *limit* of them; they are this caller's for ten minutes."""
    rows = await scope.rows(_CLAIM, {"stays": STAYS, "lease": _LEASE, "most": limit})
    return [Departure(row.chat_id, row.language_code) for row in rows if not row.stays]
