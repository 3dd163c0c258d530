"""The inbox: updates as fetched, kept until they have taken effect and been answered.

Storing, claiming and cleaning run as the dispatcher. An update is marked as applied in the same
transaction as its effect, in the user's own scope, so that both are committed or neither.
"""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, any_, bindparam, func, select, text, update
from sqlalchemy.orm import aliased

from domain.database.scope import Scope
from domain.errors import AlreadyApplied
from domain.models import InboundUpdate
from domain.models.delivery import UpdateStatus


@dataclass(frozen=True)
class FetchedUpdate:
    """A fetched update. Updates of one `chat_id` are handled in order. With `may_wait` it is stored
    without a lease, because the process has no room for it, and gets claimed later. For messages,
    `message_id` is set, and `text`, of which only a digest is kept.
    """

    update_id: int
    chat_id: int
    payload: Mapping[str, Any]
    may_wait: bool = False
    message_id: int | None = None
    text: str | None = None


@dataclass(frozen=True)
class EditedMessage:
    """What we know of an edited message from before the edit.

    `is_unchanged`: the text is the same. `acts` is what was done for it so far, in the family
    `acted_in`. `was_answer`: it answered a question.
    """

    message_id: int
    is_unchanged: bool
    acts: Sequence[UUID] = ()
    acted_in: UUID | None = None
    was_answer: bool = False


@dataclass(frozen=True)
class ClaimedUpdate:
    """An update that this process may handle until its lease ends.

    `answer` is set if the effect is committed and only the answer still has to be sent.
    """

    update_id: int
    chat_id: int
    payload: dict[str, Any]
    answer: dict[str, Any] | None


# A fresh update is inserted with a lease for this process, which saves a claim in the usual case;
# not if older updates of its chat wait or are leased to somebody else, because those come first.
# Updates that only lack their answer block nothing.
_STORE = text("""
    INSERT INTO inbound_updates
        (update_id, chat_id, payload, message_id, text_digest, leased_by, leased_until)
    SELECT new.update_id, new.chat_id, new.payload, new.message_id, new.text_digest,
           CASE WHEN NOT waits THEN CAST(:owner AS uuid) END,
           CASE WHEN NOT waits THEN clock_now() + :lease END
    FROM unnest(CAST(:update_ids AS bigint[]), CAST(:chat_ids AS bigint[]),
                CAST(:payloads AS jsonb[]), CAST(:may_wait AS boolean[]),
                CAST(:message_ids AS bigint[]), CAST(:text_digests AS bytea[]))
         AS new (update_id, chat_id, payload, may_wait, message_id, text_digest)
    CROSS JOIN LATERAL (
        SELECT new.may_wait OR EXISTS (
            SELECT 1 FROM inbound_updates older
            WHERE older.chat_id = new.chat_id AND older.status = 'open'
              AND older.leased_by IS DISTINCT FROM :owner
        ) AS waits
    ) chat
    ON CONFLICT (update_id) DO NOTHING
    RETURNING update_id, leased_by
""")

_IS_FREE = """(i.leased_until IS NULL OR i.leased_until < clock_now()
                OR i.leased_until > clock_now() + interval '10 minutes')"""

# The oldest unfinished updates, a few per chat, of chats where nobody else is handling an older
# one. Only one process claims at a time, which keeps the order within a chat.
_CLAIM = text(f"""
    WITH alone AS MATERIALIZED (
        SELECT pg_try_advisory_xact_lock(hashtext('carecircle:inbox')) AS is_alone
    ), free AS (
        SELECT i.update_id,
               row_number() OVER (PARTITION BY i.chat_id ORDER BY i.update_id) AS place
        FROM inbound_updates i, alone
        WHERE alone.is_alone AND i.status IN ('open', 'applied') AND {_IS_FREE}
          AND i.chat_id <> ALL(CAST(:full AS bigint[]))
          AND NOT EXISTS (
              SELECT 1 FROM inbound_updates older
              WHERE older.chat_id = i.chat_id AND older.update_id < i.update_id
                AND older.status = 'open' AND older.leased_by <> :owner
                AND older.leased_until >= clock_now()
          )
    ), oldest AS (
        SELECT update_id FROM free WHERE place <= :each ORDER BY update_id LIMIT :most
    )
    UPDATE inbound_updates u SET leased_by = :owner, leased_until = clock_now() + :lease
    FROM oldest
    -- Its holder may have finished it since.
    WHERE u.update_id = oldest.update_id AND u.status IN ('open', 'applied')
    RETURNING u.update_id, u.chat_id, u.payload, u.answer
""")  # noqa: S608 - a constant of our own


async def store(
    scope: Scope, updates: Sequence[FetchedUpdate], *, owner: UUID, lease: timedelta
) -> set[int]:
    """Store fetched updates; returns the ids of those leased to *owner*.

    Updates that are already stored (fetched before, but not acknowledged) stay as they are.
    """
    rows = await scope.rows(
        _STORE,
        {
            "owner": owner,
            "lease": lease,
            "update_ids": [u.update_id for u in updates],
            "chat_ids": [u.chat_id for u in updates],
            "payloads": [_encode(u.payload) for u in updates],
            "may_wait": [u.may_wait for u in updates],
            "message_ids": [u.message_id for u in updates],
            "text_digests": [_digest_of(u) for u in updates],
        },
    )
    return {row.update_id for row in rows if row.leased_by == owner}


async def claim(
    scope: Scope,
    *,
    owner: UUID,
    lease: timedelta,
    limit: int,
    each: int,
    full: Collection[int] = (),
) -> Sequence[ClaimedUpdate]:
    """Lease free updates, oldest first: at most *each* per chat, none of *full* chats."""
    rows = await scope.rows(
        _CLAIM,
        {"owner": owner, "lease": lease, "most": limit, "each": each, "full": list(full)},
    )
    taken = [ClaimedUpdate(row.update_id, row.chat_id, row.payload, row.answer) for row in rows]
    return sorted(taken, key=lambda each: each.update_id)


async def release_leases(scope: Scope, owners: Collection[UUID]) -> None:
    """Release what these dead processes held."""
    await scope.execute(
        update(InboundUpdate)
        .where(
            InboundUpdate.status.in_((UpdateStatus.OPEN, UpdateStatus.APPLIED)),
            InboundUpdate.leased_by.in_(owners),
        )
        .values(leased_by=None, leased_until=None)
    )


async def renew_leases(scope: Scope, *, owner: UUID, lease: timedelta) -> None:
    """Extend the leases of everything that *owner* is still working on."""
    await scope.execute(
        update(InboundUpdate)
        .where(
            InboundUpdate.status.in_((UpdateStatus.OPEN, UpdateStatus.APPLIED)),
            InboundUpdate.leased_by == owner,
        )
        .values(leased_until=func.clock_now() + lease)
    )


_MARK_APPLIED = (
    update(InboundUpdate)
    .where(InboundUpdate.update_id == bindparam("id"), InboundUpdate.status == UpdateStatus.OPEN)
    .values(status=UpdateStatus.APPLIED, answer=bindparam("said"))
)


async def mark_applied(scope: Scope, update_id: int, *, answer: dict[str, Any]) -> None:
    """Mark an update as applied, in the transaction of its effect. Raises AlreadyApplied."""
    marked = await scope.execute(_MARK_APPLIED, {"id": update_id, "said": answer})
    if not marked:
        raise AlreadyApplied


async def record_effect(
    scope: Scope,
    update_id: int,
    *,
    acts: Sequence[UUID],
    was_answer: bool = False,
    instead_of: EditedMessage | None = None,
    text: str | None = None,
) -> None:
    """Remember what was done for a message, in the scope's family, in case the message is edited
    later. If the update is a press that did what an edited message says, it counts for that message
    (*instead_of*) with its new *text*.
    """
    values: dict[str, Any] = {"acts": list(acts), "acted_in": scope.family_id}
    if was_answer:
        values["was_answer"] = True
    statement = update(InboundUpdate).where(InboundUpdate.update_id == update_id)
    if instead_of is not None:
        [row] = await scope.rows(
            select(InboundUpdate.chat_id).where(InboundUpdate.update_id == update_id)
        )
        values["message_id"] = instead_of.message_id
        values["text_digest"] = digest_text(text or "", row.chat_id, instead_of.message_id)
    await scope.execute(statement.values(values))


async def find_edited(scope: Scope, update_id: int) -> EditedMessage | None:
    """What we know of the message that *update_id* edits; None if nothing. Runs as the dispatcher,
    because it looks at other updates.
    """
    edit = aliased(InboundUpdate)
    rows = await scope.rows(
        select(
            InboundUpdate.update_id,
            InboundUpdate.message_id,
            InboundUpdate.text_digest,
            InboundUpdate.acts,
            InboundUpdate.acted_in,
            InboundUpdate.was_answer,
        )
        .join(
            edit,
            (edit.chat_id == InboundUpdate.chat_id)
            & (edit.message_id == InboundUpdate.message_id)
            & (edit.update_id >= InboundUpdate.update_id),
        )
        .where(edit.update_id == update_id)
        .order_by(InboundUpdate.update_id)
    )
    if not rows:
        return None
    *earlier, edited = rows
    if not earlier:
        return None
    acted = next((row for row in reversed(earlier) if row.acts), None)
    return EditedMessage(
        edited.message_id,
        is_unchanged=edited.text_digest == earlier[-1].text_digest,
        acts=acted.acts if acted else (),
        acted_in=acted.acted_in if acted else None,
        was_answer=any(row.was_answer for row in earlier),
    )


def digest_text(text: str, chat_id: int, message_id: int) -> bytes:
    """16 bytes that tell whether a message still says the same. Salted with chat and message, so
    that equal texts have different digests.
    """
    return hashlib.sha256(f"{chat_id} {message_id} {text}".encode(errors="replace")).digest()[:16]


def _digest_of(incoming: FetchedUpdate) -> bytes | None:
    if incoming.message_id is None or incoming.text is None:
        return None
    return digest_text(incoming.text, incoming.chat_id, incoming.message_id)


_MARK_DONE = (
    update(InboundUpdate)
    .where(InboundUpdate.update_id == any_(bindparam("ids", type_=ARRAY(BigInteger))))
    .values(status=UpdateStatus.DONE, payload=None, answer=None, leased_by=None, leased_until=None)
)


async def mark_done(scope: Scope, update_ids: Sequence[int]) -> None:
    """These updates have taken effect and been answered: erase their content."""
    await scope.execute(_MARK_DONE, {"ids": list(update_ids)})


async def count_failure(scope: Scope, update_id: int) -> int:
    """Count a failed attempt, for whoever handles the update next; returns the total."""
    failures: int = (
        await scope.connection.execute(
            update(InboundUpdate)
            .where(InboundUpdate.update_id == update_id)
            .values(attempts=func.least(InboundUpdate.attempts + 1, 1000))
            .returning(InboundUpdate.attempts)
        )
    ).scalar_one()
    return failures


async def set_aside(scope: Scope, update_id: int, *, reason: str) -> bool:
    """Give up on an update; returns whether it had taken effect: then somebody else may even have
    finished it by now. An operator may retry it.
    """
    row = await scope.row(
        update(InboundUpdate)
        .where(InboundUpdate.update_id == update_id, InboundUpdate.status != UpdateStatus.DONE)
        .values(status=UpdateStatus.SET_ASIDE, reason=reason, leased_by=None, leased_until=None)
        .returning(InboundUpdate.answer.is_not(None).label("took_effect"))
    )
    return row is None or bool(row.took_effect)


async def get_answer(scope: Scope, update_id: int) -> dict[str, Any] | None:
    """The answer that still has to be sent to an applied update."""
    answer: dict[str, Any] | None = await scope.connection.scalar(
        select(InboundUpdate.answer).where(InboundUpdate.update_id == update_id)
    )
    return answer


async def has_unfinished(scope: Scope, *, besides: UUID) -> bool:
    """Whether there is an unfinished update that isn't leased to *besides*."""
    found = await scope.connection.scalar(
        select(InboundUpdate.update_id)
        .where(
            InboundUpdate.status.in_((UpdateStatus.OPEN, UpdateStatus.APPLIED)),
            InboundUpdate.leased_by.is_distinct_from(besides),
        )
        .limit(1)
    )
    return found is not None


def _encode(payload: Any) -> str:
    """JSON that PostgreSQL accepts: without U+0000, and with ? for unpaired surrogates.

    One bad update would otherwise block everything fetched with it, again and again. Raises
    ValueError for values that JSON can't hold, like NaN.
    """
    encoded = _dump(payload)
    return encoded if "\\u0000" not in encoded else _dump(_without_nul(payload))


def _dump(payload: Any) -> str:
    text = json.dumps(payload, ensure_ascii=False, allow_nan=False)
    return text.encode(errors="replace").decode()


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
