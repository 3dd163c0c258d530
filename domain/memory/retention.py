"""How long each kind of row is kept, and deleting what's older, in batches.

What a family has recorded isn't deleted by any job; see :data:`KEPT_AS_RECORD`. Everything here
runs as the dispatcher, which sees when a row may go but not what it says.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, func, select, text

from domain.database.scope import Scope
from domain.models import InboundUpdate, Invitation, Notification, SetAside
from domain.models.delivery import OPEN_NOTIFICATION, UpdateStatus
from domain.set_asides import FORGOTTEN_AFTER, Subject, Work, is_free

_IS_FINISHED = text(f"NOT ({OPEN_NOTIFICATION})")


@dataclass(frozen=True)
class Retention:
    """How long done updates, invitations after they have expired, and messages are kept.

    Telegram delivers no update, and lets nobody edit a message, after more than two days, so
    `updates` is never less than three. `messages` is never less than 31 days: the invariants are
    checked over the last thirty.
    """

    updates: timedelta = timedelta(days=7)
    invitations: timedelta = timedelta(days=30)
    messages: timedelta = timedelta(days=90)


#: The tables that jobs delete from, and whose rows.
DELETED: Mapping[str, str] = {
    "exports": "who asked for a file, a week later; :mod:`domain.overview.export.requests`",
    "group_stays": "a group that the bot has left, or that is a family's",
    "inbound_updates": "updates that were answered or set aside",
    "invitations": "invitations that expired, used or not",
    "notifications": "messages that neither have to be sent nor edited",
    "set_asides": "work that failed once and has since been done",
}
#: The tables that no job deletes from, and why they don't grow for ever: rows come only from what
#: people do and from their schedules, and are the family's record until the family goes.
KEPT_AS_RECORD: Mapping[str, str] = {
    "appointment_occurrences": "when appointments were, and how they went",
    "appointments": "removed ones can be restored",
    "audit_events": "who changed what",
    "calendar_copies": "one row for each member and appointment at most",
    "care_assignments": "one row for each member and person at most",
    "care_recipients": "removed ones can be restored",
    "doctors": "removed ones can be restored",
    "doses": "what was due, and what became of it",
    "emergency_contacts": "removed ones can be restored",
    "families": "goes with its last member",
    "family_groups": "where cards went, and why they don't any more",
    "family_members": "whoever has left is still named in the record",
    "installations": "one row",
    "medication_logs": "what was recorded",
    "medications": "removed ones can be restored",
    "stock_movements": "their sum is the stock",
    "users": "one row for each person",
}


async def delete_old_updates(scope: Scope, keep: Retention, *, limit: int) -> int:
    """Delete up to *limit* updates that were finished and received longer ago; returns how many."""
    old = (
        select(InboundUpdate.update_id)
        .where(
            InboundUpdate.received_at < func.clock_now() - keep.updates,
            InboundUpdate.status.in_((UpdateStatus.DONE, UpdateStatus.SET_ASIDE)),
        )
        .order_by(InboundUpdate.received_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return await scope.execute(delete(InboundUpdate).where(InboundUpdate.update_id.in_(old)))


async def delete_recovered(scope: Scope, *, limit: int) -> int:
    """Delete up to *limit* rows of work that was retried and hasn't failed since. Work that has
    failed too often stays until an operator resumes it.
    """
    recovered = (
        select(SetAside.id)
        .where(SetAside.retry_at < func.clock_now() - FORGOTTEN_AFTER)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return await scope.execute(delete(SetAside).where(SetAside.id.in_(recovered)))


async def find_old_invitations(scope: Scope, keep: Retention, *, limit: int) -> Sequence[Subject]:
    """Invitations that expired longer ago."""
    rows = await scope.rows(
        select(Invitation.family_id, Invitation.id)
        .where(
            Invitation.expires_at < func.clock_now() - keep.invitations,
            is_free(Work.INVITATION, Invitation.id),
        )
        .order_by(Invitation.expires_at)
        .limit(limit)
    )
    return [Subject(row.family_id, row.id) for row in rows]


async def delete_invitations(scope: Scope, ids: Sequence[UUID]) -> int:
    return await scope.execute(delete(Invitation).where(Invitation.id.in_(ids)))


async def find_old_messages(scope: Scope, keep: Retention, *, limit: int) -> Sequence[Subject]:
    """Messages that were made longer ago, and that nobody has to send or edit any more."""
    rows = await scope.rows(
        select(Notification.family_id, Notification.id)
        .where(
            Notification.created_at < func.clock_now() - keep.messages,
            _IS_FINISHED,
            is_free(Work.NOTIFICATION, Notification.id),
        )
        .limit(limit)
    )
    return [Subject(row.family_id, row.id) for row in rows]


async def delete_messages(scope: Scope, ids: Sequence[UUID]) -> int:
    """Delete those of these messages that nobody is working on; returns how many."""
    free = (
        select(Notification.id)
        .where(Notification.id.in_(ids), _IS_FINISHED)
        .with_for_update(skip_locked=True)
    )
    return await scope.execute(delete(Notification).where(Notification.id.in_(free)))
