"""Asking for an export, and the work that follows: claimed by one process, and never lost.

Claiming and finishing run as the dispatcher; what is exported is read as the member who asked.
"""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, func, insert, or_, select, update

from domain import audit
from domain.access import Action
from domain.database.scope import Scope
from domain.errors import CareCircleError
from domain.events import Event
from domain.models import Export, User, new_id
from domain.models.delivery import ExportStatus

MOST_PER_HOUR = 3
MOST_ATTEMPTS = 5
_KEPT = timedelta(days=7)


class ExportRunning(CareCircleError):
    """The member's last export is still under way."""


class TooManyExports(CareCircleError):
    """The member has had :data:`MOST_PER_HOUR` within the last hour."""


@dataclass(frozen=True)
class ExportRequested(Event):
    """Somebody waits for an export."""


@dataclass(frozen=True)
class ClaimedExport:
    """An export that this process makes until its lease ends. `chat_id` is the member's private
    chat, `message_id` the message in it that shows how far it is, if it was sent. `maybe_sent`: the
    file may have reached them before.
    """

    id: UUID
    family_id: UUID
    user_id: UUID
    chat_id: int
    message_id: int | None
    maybe_sent: bool
    attempts: int


async def request_export(scope: Scope) -> None:
    """Have everything that the actor may read sent to them. Raises NotAllowed, ExportRunning and
    TooManyExports.
    """
    member = scope.require(Action.EXPORT)
    recent = await scope.rows(
        select(Export.status).where(
            Export.user_id == member.user_id,
            or_(
                Export.status == ExportStatus.WAITING,
                Export.requested_at > func.clock_now() - timedelta(hours=1),
            ),
        )
    )
    if any(row.status is ExportStatus.WAITING for row in recent):
        raise ExportRunning
    if len(recent) >= MOST_PER_HOUR:
        raise TooManyExports
    export_id = new_id()
    await scope.execute(
        insert(Export).values(id=export_id, family_id=member.family_id, user_id=member.user_id)
    )
    await audit.record(
        scope,
        "family.exported",
        subject_type="export",
        subject_id=export_id,
        is_own_act=False,
    )
    scope.publish(ExportRequested())


async def claim(scope: Scope, *, owner: UUID, lease: timedelta) -> ClaimedExport | None:
    """Lease the export that has waited longest, if any."""
    chosen = (
        select(Export.id)
        .where(
            Export.status == ExportStatus.WAITING,
            or_(Export.leased_until.is_(None), Export.leased_until < func.clock_now()),
        )
        .order_by(Export.requested_at)
        .limit(1)
        .with_for_update(skip_locked=True)
        .cte("chosen")
    )
    row = await scope.row(
        update(Export)
        .where(Export.id == chosen.c.id, User.id == Export.user_id)
        .values(
            leased_by=owner,
            leased_until=func.clock_now() + lease,
            attempts=Export.attempts + 1,
        )
        .returning(
            Export.id,
            Export.family_id,
            Export.user_id,
            User.telegram_id,
            Export.message_id,
            Export.maybe_sent,
            Export.attempts,
        )
    )
    if row is None:
        return None
    return ClaimedExport(
        id=row.id,
        family_id=row.family_id,
        user_id=row.user_id,
        chat_id=row.telegram_id or 0,
        message_id=row.message_id,
        maybe_sent=row.maybe_sent,
        attempts=row.attempts,
    )


async def extend_lease(scope: Scope, export_id: UUID, *, owner: UUID, lease: timedelta) -> bool:
    """Go on with it. False: it's somebody else's by now, or nobody's any more."""
    extended = await scope.execute(
        update(Export)
        .where(
            Export.id == export_id,
            Export.leased_by == owner,
            Export.status == ExportStatus.WAITING,
        )
        .values(leased_until=func.clock_now() + lease)
    )
    return bool(extended)


async def note_message(scope: Scope, export_id: UUID, message_id: int | None) -> None:
    """Which message shows how far it is."""
    await scope.execute(update(Export).where(Export.id == export_id).values(message_id=message_id))


async def begin_sending(scope: Scope, export_id: UUID, *, owner: UUID, lease: timedelta) -> bool:
    """From now on it may have arrived. False: don't send it, it isn't this process's any more."""
    begun = await scope.execute(
        update(Export)
        .where(
            Export.id == export_id,
            Export.leased_by == owner,
            Export.status == ExportStatus.WAITING,
        )
        .values(maybe_sent=True, leased_until=func.clock_now() + lease)
    )
    return bool(begun)


async def retry_later(scope: Scope, export_id: UUID, *, delay: timedelta, maybe_sent: bool) -> None:
    """It didn't work; another attempt may be made after *delay*."""
    await scope.execute(
        update(Export)
        .where(Export.id == export_id)
        .values(leased_until=func.clock_now() + delay, maybe_sent=maybe_sent)
    )


async def finish(scope: Scope, export_id: UUID, status: ExportStatus) -> None:
    """It was sent, or won't be."""
    await scope.execute(
        update(Export).where(Export.id == export_id).values(status=status, leased_until=None)
    )


async def delete_old(scope: Scope) -> None:
    """Forget what was asked for a week ago."""
    await scope.execute(
        delete(Export).where(
            Export.requested_at < func.clock_now() - _KEPT,
            Export.status != ExportStatus.WAITING,
        )
    )
