"""The outbox: messages owed to members, claimed under a lease, rendered when sent, then recorded.

Claiming and recording run as the dispatcher, across families, and never see what a card says.
What it says is read in its own family's scope, right before each send or edit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from uuid import UUID

from sqlalchemy import bindparam, func, literal, or_, select, text, update

from domain.database import Scope
from domain.models import Notification
from domain.models.traffic import OPEN_NOTIFICATION


class Lane(IntEnum):
    """Who goes first when Telegram's limits make messages wait."""

    INTERACTIVE = 0
    CRITICAL = 1
    DUE = 2
    ESCALATION = 3
    EDITS = 4
    APPOINTMENTS = 5
    DIGESTS = 6


class Kind(StrEnum):
    SLOT_CARD = "slot_card"
    MISSED = "missed"
    NOT_ASKED = "not_asked"
    JOINED = "joined"


class Status(StrEnum):
    PENDING = "pending"
    SENT = "sent"
    UNREACHABLE = "unreachable"
    OBSOLETE = "obsolete"  # resolved before it was sent
    FAILED = "failed"


@dataclass(frozen=True)
class Claimed:
    """A notification that this process may send or edit until its lease ends."""

    id: UUID
    family_id: UUID
    user_id: UUID
    lane: Lane
    deadline_at: datetime
    is_sent: bool  # then an edit is wanted


@dataclass(frozen=True)
class Sent:
    """The record of a message that Telegram has accepted."""

    notification_id: UUID
    chat_id: int
    message_id: int
    shown_version: int
    shown_dose_ids: Sequence[UUID]


_CLAIM = text(f"""
    UPDATE notifications n
    SET leased_until = clock_now() + :lease,
        attempts = n.attempts + 1,
        -- A lease that ran out hid a send whose outcome nobody knows: the next one says "again".
        maybe_sent = n.maybe_sent OR (n.status = 'pending' AND n.leased_until IS NOT NULL)
    FROM (
        SELECT id FROM notifications
        WHERE ({OPEN_NOTIFICATION})
          AND (leased_until IS NULL OR leased_until < clock_now())
          AND (not_before IS NULL OR not_before <= clock_now())
        ORDER BY lane, deadline_at
        LIMIT :most
        FOR UPDATE SKIP LOCKED
    ) open
    WHERE n.id = open.id
    RETURNING n.id, n.family_id, n.user_id, n.lane, n.deadline_at, n.status
""")  # noqa: S608 - a constant of our own


async def claim(scope: Scope, *, most: int, lease: timedelta) -> Sequence[Claimed]:
    """Take up to *most* notifications that are to be sent or edited, the most urgent first."""
    rows = await scope.rows(_CLAIM, {"most": most, "lease": lease})
    claimed = [
        Claimed(
            id=row.id,
            family_id=row.family_id,
            user_id=row.user_id,
            lane=Lane.EDITS if row.status == Status.SENT else Lane(row.lane),
            deadline_at=row.deadline_at,
            is_sent=row.status == Status.SENT,
        )
        for row in rows
    ]
    return sorted(claimed, key=lambda c: (c.lane, c.deadline_at))


async def record_sent(scope: Scope, sent: Sequence[Sent]) -> None:
    """Record messages that Telegram accepted, in one statement, and end their leases."""
    await scope.connection.execute(
        update(Notification)
        .where(Notification.id == bindparam("notification"))
        .values(
            status=Status.SENT,
            chat_id=bindparam("chat"),
            message_id=bindparam("message"),
            sent_at=func.coalesce(Notification.sent_at, func.clock_now()),
            shown_version=bindparam("shown"),
            shown_dose_ids=bindparam("doses"),
            leased_until=None,
            not_before=None,
            maybe_sent=False,
            attempts=0,
        ),
        [
            {
                "notification": record.notification_id,
                "chat": record.chat_id,
                "message": record.message_id,
                "shown": record.shown_version,
                "doses": list(record.shown_dose_ids),
            }
            for record in sent
        ],
    )


async def record_over(scope: Scope, notification_id: UUID, *, status: Status, reason: str) -> None:
    """Close a notification that will not be sent, with the reason."""
    await scope.execute(
        update(Notification)
        .where(Notification.id == notification_id, Notification.status == Status.PENDING)
        .values(
            status=status,
            reason=reason,
            shown_version=Notification.wanted_version,
            leased_until=None,
        )
    )


async def record_shown(scope: Scope, notification_id: UUID, *, version: int) -> None:
    """A sent message shows *version* by now, or never will (it was deleted, or is too old)."""
    await scope.execute(
        update(Notification)
        .where(Notification.id == notification_id)
        .values(
            shown_version=func.greatest(Notification.shown_version, version),
            leased_until=None,
            not_before=None,
            attempts=0,
        )
    )


async def postpone(
    scope: Scope,
    notification_id: UUID,
    *,
    delay: timedelta,
    maybe_sent: bool,
    counts: bool,
) -> None:
    """Try again after *delay*. `counts=False` gives the attempt back (Telegram asked to wait)."""
    await scope.execute(
        update(Notification)
        .where(Notification.id == notification_id)
        .values(
            not_before=func.clock_now() + delay,
            leased_until=None,
            maybe_sent=or_(Notification.maybe_sent, literal(maybe_sent)),
            attempts=Notification.attempts if counts else Notification.attempts - 1,
        )
    )


async def next_open_at(scope: Scope) -> datetime | None:
    """When the earliest open notification may be claimed; None if there is none."""
    ready_at = func.greatest(
        func.coalesce(Notification.not_before, func.clock_now()),
        func.coalesce(Notification.leased_until, func.clock_now()),
    )
    ready: datetime | None = await scope.connection.scalar(
        select(func.min(ready_at)).where(text(OPEN_NOTIFICATION))
    )
    return ready


async def show_again(scope: Scope, *, care_recipient_id: UUID, slots: Sequence[datetime]) -> None:
    """What the cards of these slots say has changed: have every copy edited."""
    await scope.execute(
        update(Notification)
        .where(
            Notification.care_recipient_id == care_recipient_id,
            Notification.slot_at.in_(slots),
            Notification.kind == Kind.SLOT_CARD,
            Notification.status.in_((Status.PENDING, Status.SENT)),
        )
        .values(wanted_version=Notification.wanted_version + 1)
    )
