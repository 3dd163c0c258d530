"""What was set aside (rows, updates, messages), for an operator to retry or drop."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import case, func, or_, select, text, update

from domain.database.scope import Scope
from domain.models import InboundUpdate, Notification, SetAside
from domain.models.delivery import NotificationStatus, UpdateStatus

_NEVER = text("'infinity'::timestamptz")


@dataclass(frozen=True)
class SetAsideItem:
    """One item that was set aside: the *kind* of work, the `id` to retry or drop it by, and why it
    failed. `retry_at` is null if only an operator can retry it.
    """

    kind: str
    id: str
    reason: str
    failures: int
    failed_at: datetime | None
    retry_at: datetime | None


async def list_set_aside(scope: Scope) -> Sequence[SetAsideItem]:
    """All rows, updates and messages set aside, newest first. Runs as the dispatcher."""
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
        .where(InboundUpdate.status == UpdateStatus.SET_ASIDE, InboundUpdate.payload.is_not(None))
        .order_by(InboundUpdate.update_id.desc())
    )
    messages = await scope.rows(
        select(Notification.id, Notification.reason, Notification.attempts, Notification.created_at)
        .where(Notification.status == NotificationStatus.FAILED)
        .order_by(Notification.created_at.desc())
    )
    return [
        *(
            SetAsideItem(
                row.kind, str(row.id), row.reason, row.failures, row.failed_at, row.retry_at
            )
            for row in rows
        ),
        *(
            SetAsideItem(
                "update", str(row.update_id), row.reason or "", row.attempts, row.received_at, None
            )
            for row in updates
        ),
        *(
            SetAsideItem(
                "message", str(row.id), row.reason or "", row.attempts, row.created_at, None
            )
            for row in messages
        ),
    ]


async def retry(scope: Scope, waiting: SetAsideItem) -> None:
    """Retry it now. Runs as the dispatcher."""
    match waiting.kind:
        case "update":
            await scope.execute(
                update(InboundUpdate)
                .where(InboundUpdate.update_id == int(waiting.id))
                .values(
                    # If it took effect, only its answer still has to be sent.
                    status=case(
                        (InboundUpdate.answer.is_not(None), UpdateStatus.APPLIED),
                        else_=UpdateStatus.OPEN,
                    ),
                    attempts=0,
                    reason=None,
                )
            )
        case "message":
            await scope.execute(
                update(Notification)
                .where(Notification.id == UUID(waiting.id))
                .values(
                    status=NotificationStatus.PENDING,
                    attempts=0,
                    reason=None,
                    not_before=None,
                    shown_version=0,
                )
            )
        case _:
            await scope.execute(
                update(SetAside)
                .where(SetAside.id == UUID(waiting.id))
                .values(retry_at=func.clock_now(), failures=1)
            )


async def drop(scope: Scope, waiting: SetAsideItem) -> None:
    """Never retry it: an update or a message is erased; a row's work isn't done until the row
    changes. Runs as the dispatcher.
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
                .values(status=NotificationStatus.OBSOLETE, reason="dropped by an operator")
            )
        case _:
            await scope.execute(
                update(SetAside).where(SetAside.id == UUID(waiting.id)).values(retry_at=_NEVER)
            )
