"""Work that failed for one row is set aside: it waits by itself and holds up nobody else.

Whoever looks for work leaves out what is set aside. It is tried again a few times, more and more
rarely; then it waits for an operator, who sees it in ``carecircle doctor``.
"""

import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from uuid import UUID

from sqlalchemy import ColumnElement, case, delete, func, literal, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import InstrumentedAttribute

from domain.database.scope import Scope
from domain.models import InboundUpdate, Notification, SetAside, new_id

# After the first failure, the second, and so on; after the last of these an operator has to look.
RETRIES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 600, 1440))
_OURS = [Path(__file__).resolve().parents[1] / name for name in ("bot", "domain")]
_NEVER = text("'infinity'::timestamptz")
_FORGOTTEN_AFTER = timedelta(days=1)  # without another failure since it was tried again


class Work(StrEnum):
    """What is done for one row at a time where it fails for many."""

    DOSE = "dose"  # a step of the ladder
    APPOINTMENT = "appointment"  # telling of an occurrence
    STOCK = "stock"  # checking what runs out
    PAUSE = "pause"  # telling of its end, and ending it
    EXPANSION = "expansion"  # making a medicine's doses
    SERIES = "series"  # making an appointment's occurrences


@dataclass(frozen=True)
class Subject:
    """A row that work is done for."""

    family_id: UUID
    id: UUID


@dataclass(frozen=True)
class Waiting:
    """What an operator sees: *kind* of work, the `id` it is retried or dropped by, and why it
    failed. `retry_at` is null where only they can go on.
    """

    kind: str
    id: str
    reason: str
    failures: int
    failed_at: datetime | None
    retry_at: datetime | None


def is_free(work: Work, subject: InstrumentedAttribute[UUID]) -> ColumnElement[bool]:
    """Whether the row is not set aside for this kind of work (any more)."""
    return ~(
        select(literal(1))
        .where(
            SetAside.kind == work,
            SetAside.subject_id == subject,
            or_(SetAside.retry_at.is_(None), SetAside.retry_at > func.clock_now()),
        )
        .exists()
    )


async def set_aside(scope: Scope, work: Work, subject: Subject, *, reason: str) -> int:
    """Let the row wait; returns how often its work has failed. As the dispatcher."""
    failures = SetAside.failures + 1
    added = insert(SetAside).values(
        id=new_id(),
        family_id=subject.family_id,
        kind=work,
        subject_id=subject.id,
        reason=reason,
        failed_at=func.clock_now(),
        retry_at=func.clock_now() + RETRIES[0],
    )
    later = case(
        *((failures == number, delay) for number, delay in enumerate(RETRIES, 1)),
        else_=None,
    )
    count: int = (
        await scope.connection.execute(
            added.on_conflict_do_update(
                index_elements=[SetAside.kind, SetAside.subject_id],
                set_={
                    "failures": func.least(failures, len(RETRIES) + 1),
                    "reason": added.excluded.reason,
                    "failed_at": func.clock_now(),
                    "retry_at": func.clock_now() + later,
                },
            ).returning(SetAside.failures)
        )
    ).scalar_one()
    return count


async def forget_recovered(scope: Scope) -> int:
    """Forget what was tried again and has not failed since. As the dispatcher."""
    return await scope.execute(
        delete(SetAside).where(SetAside.retry_at < func.clock_now() - _FORGOTTEN_AFTER)
    )


async def list_waiting(scope: Scope) -> Sequence[Waiting]:
    """Everything that is set aside: rows, updates and messages, the newest first. As the
    dispatcher.
    """
    rows = await scope.rows(
        select(SetAside)
        .where(or_(SetAside.retry_at.is_(None), SetAside.retry_at < _NEVER))
        .order_by(SetAside.failed_at.desc())
    )
    updates = await scope.rows(
        select(
            InboundUpdate.update_id,
            InboundUpdate.reason,
            InboundUpdate.attempts,
            InboundUpdate.received_at,
        )
        .where(InboundUpdate.status == "set_aside", InboundUpdate.payload.is_not(None))
        .order_by(InboundUpdate.update_id.desc())
    )
    messages = await scope.rows(
        select(Notification.id, Notification.reason, Notification.attempts, Notification.created_at)
        .where(Notification.status == "failed")
        .order_by(Notification.created_at.desc())
    )
    return [
        *(
            Waiting(row.kind, str(row.id), row.reason, row.failures, row.failed_at, row.retry_at)
            for row in rows
        ),
        *(
            Waiting(
                "update", str(row.update_id), row.reason or "", row.attempts, row.received_at, None
            )
            for row in updates
        ),
        *(
            Waiting("message", str(row.id), row.reason or "", row.attempts, row.created_at, None)
            for row in messages
        ),
    ]


async def retry(scope: Scope, waiting: Waiting) -> None:
    """Have it tried again now. As the dispatcher."""
    match waiting.kind:
        case "update":
            await scope.execute(
                update(InboundUpdate)
                .where(InboundUpdate.update_id == int(waiting.id))
                .values(
                    # Where it took effect, only its answer is still to be said.
                    status=case((InboundUpdate.answer.is_not(None), "applied"), else_="open"),
                    attempts=0,
                    reason=None,
                )
            )
        case "message":
            await scope.execute(
                update(Notification)
                .where(Notification.id == UUID(waiting.id))
                .values(status="pending", attempts=0, reason=None, not_before=None, shown_version=0)
            )
        case _:
            await scope.execute(
                update(SetAside)
                .where(SetAside.id == UUID(waiting.id))
                .values(retry_at=func.clock_now(), failures=1)
            )


async def drop(scope: Scope, waiting: Waiting) -> None:
    """Never try it again: an update and a message are erased, a row's work stays undone until the
    row is changed. As the dispatcher.
    """
    match waiting.kind:
        case "update":
            await scope.execute(
                update(InboundUpdate)
                .where(InboundUpdate.update_id == int(waiting.id))
                .values(payload=None, answer=None)
            )
        case "message":
            await scope.execute(
                update(Notification)
                .where(Notification.id == UUID(waiting.id))
                .values(status="obsolete", reason="dropped by an operator")
            )
        case _:
            await scope.execute(
                update(SetAside).where(SetAside.id == UUID(waiting.id)).values(retry_at=_NEVER)
            )


def describe(error: BaseException) -> str:
    """The type of an error and where it was raised, without its words: these may quote what a
    family wrote.
    """
    return f"{type(error).__name__} at {_place(error.__traceback__)}"


def _place(trace: TracebackType | None) -> str:
    frames = traceback.extract_tb(trace)
    if not frames:
        return "an unknown place"
    # Ours, if it passed through our code: of a library's own line nobody learns who called it.
    ours = [f for f in frames if any(folder in Path(f.filename).parents for folder in _OURS)]
    last = (ours or frames)[-1]
    return f"{Path(last.filename).name}:{last.lineno} in {last.name}"
