"""The inbox: updates as they were fetched, kept until they took effect and were answered.

Storing, claiming and cleaning run as the dispatcher. Marking an update as applied happens in the
very transaction of its effect, in the person's own scope, so that both are there or neither.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, Row, any_, bindparam, delete, func, select, text, update

from domain.database import Scope
from domain.errors import AlreadyApplied
from domain.models import InboundUpdate

IDS_KEPT = timedelta(days=7)


@dataclass(frozen=True)
class Incoming:
    """An update as it was fetched. `chat_id` orders it: one chat is handled in order."""

    update_id: int
    chat_id: int
    payload: dict[str, Any]


@dataclass(frozen=True)
class Taken:
    """An update that this process may handle until its lease ends.

    `answer` is there if the effect is committed and only the answer is still to be said.
    """

    update_id: int
    chat_id: int
    payload: dict[str, Any]
    answer: dict[str, Any] | None
    attempts: int


# A fresh update comes leased to this process already, which saves the usual path a claim; unless
# its chat has older ones that somebody else holds, which must come first.
_STORE = text("""
    INSERT INTO inbound_updates (update_id, chat_id, payload, leased_by, leased_until)
    SELECT new.update_id, new.chat_id, new.payload,
           CASE WHEN NOT held THEN CAST(:owner AS uuid) END,
           CASE WHEN NOT held THEN clock_now() + :lease END
    FROM unnest(CAST(:update_ids AS bigint[]), CAST(:chat_ids AS bigint[]),
                CAST(:payloads AS jsonb[])) AS new (update_id, chat_id, payload)
    CROSS JOIN LATERAL (
        SELECT EXISTS (
            SELECT 1 FROM inbound_updates older
            WHERE older.chat_id = new.chat_id AND older.status IN ('open', 'applied')
              AND older.leased_by IS DISTINCT FROM :owner
        ) AS held
    ) chat
    ON CONFLICT (update_id) DO NOTHING
    RETURNING update_id, leased_by
""")

# The oldest unfinished update of each chat, if nobody holds it.
_CLAIM = text("""
    UPDATE inbound_updates u SET leased_by = :owner, leased_until = clock_now() + :lease
    FROM (
        SELECT update_id FROM inbound_updates i
        WHERE i.status IN ('open', 'applied')
          AND (i.leased_until IS NULL OR i.leased_until < clock_now())
          AND NOT EXISTS (
              SELECT 1 FROM inbound_updates older
              WHERE older.chat_id = i.chat_id AND older.update_id < i.update_id
                AND older.status IN ('open', 'applied')
          )
        ORDER BY i.update_id
        LIMIT :most
        FOR UPDATE SKIP LOCKED
    ) oldest
    WHERE u.update_id = oldest.update_id
    RETURNING u.update_id, u.chat_id, u.payload, u.answer, u.attempts
""")


async def store(
    scope: Scope, updates: Sequence[Incoming], *, owner: UUID, lease: timedelta
) -> set[int]:
    """Keep fetched updates; returns the ids of those leased to *owner*.

    What is there already (fetched before, and not acknowledged) is left as it is.
    """
    rows = await scope.rows(
        _STORE,
        {
            "owner": owner,
            "lease": lease,
            "update_ids": [u.update_id for u in updates],
            "chat_ids": [u.chat_id for u in updates],
            "payloads": [_encode(u.payload) for u in updates],
        },
    )
    return {row.update_id for row in rows if row.leased_by == owner}


async def claim(scope: Scope, *, owner: UUID, lease: timedelta, most: int) -> Sequence[Taken]:
    """Take updates that nobody holds, at most one of each chat, the oldest first."""
    rows = await scope.rows(_CLAIM, {"owner": owner, "lease": lease, "most": most})
    return sorted((_taken(row) for row in rows), key=lambda taken: taken.update_id)


async def renew_leases(scope: Scope, *, owner: UUID, lease: timedelta) -> None:
    """Keep hold of everything that *owner* is still working on."""
    await scope.execute(
        update(InboundUpdate)
        .where(
            InboundUpdate.status.in_(("open", "applied")),
            InboundUpdate.leased_by == owner,
        )
        .values(leased_until=func.clock_now() + lease)
    )


_MARK_APPLIED = (
    update(InboundUpdate)
    .where(InboundUpdate.update_id == bindparam("id"), InboundUpdate.status == "open")
    .values(status="applied", answer=bindparam("said"))
)


async def mark_applied(scope: Scope, update_id: int, *, answer: dict[str, Any]) -> None:
    """The update's effect is part of this transaction. Raises AlreadyApplied if it had one."""
    marked = await scope.execute(_MARK_APPLIED, {"id": update_id, "said": answer})
    if not marked:
        raise AlreadyApplied


_MARK_DONE = (
    update(InboundUpdate)
    .where(InboundUpdate.update_id == any_(bindparam("ids", type_=ARRAY(BigInteger))))
    .values(status="done", payload=None, answer=None, leased_by=None, leased_until=None)
)


async def mark_done(scope: Scope, update_ids: Sequence[int]) -> None:
    """These updates took effect and were answered; their content is erased."""
    await scope.execute(_MARK_DONE, {"ids": list(update_ids)})


async def count_failure(scope: Scope, update_id: int) -> int:
    """Remember that handling failed, also for whoever handles it next; returns how often."""
    failures: int = (
        await scope.connection.execute(
            update(InboundUpdate)
            .where(InboundUpdate.update_id == update_id)
            .values(attempts=InboundUpdate.attempts + 1)
            .returning(InboundUpdate.attempts)
        )
    ).scalar_one()
    return failures


async def set_aside(scope: Scope, update_id: int, *, reason: str) -> None:
    """Give up on an update, with the reason; its content is erased."""
    await scope.execute(
        update(InboundUpdate)
        .where(InboundUpdate.update_id == update_id)
        .values(
            status="set_aside",
            reason=reason,
            payload=None,
            answer=None,
            leased_by=None,
            leased_until=None,
        )
    )


async def get_answer(scope: Scope, update_id: int) -> dict[str, Any] | None:
    """What is still to be said to an update whose effect is committed."""
    answer: dict[str, Any] | None = await scope.connection.scalar(
        select(InboundUpdate.answer).where(InboundUpdate.update_id == update_id)
    )
    return answer


async def has_unfinished(scope: Scope, *, besides: UUID) -> bool:
    """Whether any update waits that is not leased to *besides*."""
    found = await scope.connection.scalar(
        select(InboundUpdate.update_id)
        .where(
            InboundUpdate.status.in_(("open", "applied")),
            InboundUpdate.leased_by.is_distinct_from(besides),
        )
        .limit(1)
    )
    return found is not None


async def forget_old(scope: Scope) -> int:
    """Delete the ids of updates that were finished a week ago."""
    return await scope.execute(
        delete(InboundUpdate).where(
            InboundUpdate.received_at < func.clock_now() - IDS_KEPT,
            InboundUpdate.status.in_(("done", "set_aside")),
        )
    )


def _encode(payload: Any) -> str:
    """JSON as PostgreSQL takes it: without U+0000, and with ? for half a surrogate pair.

    One such update would hold up all that were fetched with it, again and again.
    """
    encoded = _dump(payload)
    return encoded if "\\u0000" not in encoded else _dump(_without_nul(payload))


def _dump(payload: Any) -> str:
    return json.dumps(payload, ensure_ascii=False).encode(errors="replace").decode()


def _without_nul(value: Any) -> Any:
    match value:
        case str():
            return value.replace("\0", "")
        case list():
            return [_without_nul(item) for item in value]
        case dict():
            return {key: _without_nul(item) for key, item in value.items()}
        case _:
            return value


def _taken(row: Row[Any]) -> Taken:
    return Taken(row.update_id, row.chat_id, row.payload, row.answer, row.attempts)
