"""Recording what became of claimed messages.

Mostly as the dispatcher, across families; nothing here needs the content of a message.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import bindparam, case, func, literal, null, or_, select, text, true, update

from domain.database.scope import Scope
from domain.models import Notification, User
from domain.models.delivery import Lane, NotificationStatus


@dataclass(frozen=True)
class Sent:
    """A message that Telegram has accepted, with its id if the response had one."""

    notification_id: UUID
    chat_id: int
    message_id: int | None
    shown_version: int
    shown_dose_ids: Sequence[UUID]


@dataclass(frozen=True)
class Shown:
    """A sent message now shows *version*. `dose_ids` is None if it can't be edited any more
    (deleted, too old), so that it still shows what it showed before.
    """

    notification_id: UUID
    version: int
    dose_ids: Sequence[UUID] | None = None


# Lock in the order of ids, as everything does that changes several copies of a card: otherwise a
# press and the record of the edits it caused could deadlock.
_LOCK = """
    WITH locked AS (
        SELECT id FROM notifications WHERE id = ANY(CAST(:ids AS uuid[])) ORDER BY id FOR UPDATE
    )
"""

_RECORD_SENT = text(f"""
    {_LOCK}
    UPDATE notifications n
    SET status = 'sent', chat_id = sent.chat_id, message_id = sent.message_id,
        sent_at = coalesce(n.sent_at, clock_now()), shown_version = sent.version, lane = :edits,
        shown_dose_ids = ARRAY(SELECT jsonb_array_elements_text(sent.dose_ids)::uuid),
        leased_until = NULL, not_before = NULL, attempts = 0
    FROM unnest(CAST(:ids AS uuid[]), CAST(:chat_ids AS bigint[]), CAST(:message_ids AS bigint[]),
                CAST(:versions AS int[]), CAST(:dose_ids AS jsonb[]))
         AS sent (id, chat_id, message_id, version, dose_ids)
    JOIN locked USING (id)
    WHERE n.id = sent.id
    RETURNING n.wanted_version > n.shown_version AS is_outdated
""")  # noqa: S608 - a constant of our own


async def record_sent(scope: Scope, sent: Sequence[Sent]) -> bool:
    """Record messages that Telegram accepted, in one statement, and end their leases.

    Returns whether any of them is already outdated because somebody answered while it was in
    flight.
    """
    rows = await scope.rows(
        _RECORD_SENT,
        {
            "edits": Lane.EDITS,  # from now on only edits follow
            "ids": [record.notification_id for record in sent],
            "chat_ids": [record.chat_id for record in sent],
            "message_ids": [record.message_id for record in sent],
            "versions": [record.shown_version for record in sent],
            "dose_ids": [_to_json(record.shown_dose_ids) for record in sent],
        },
    )
    return any(row.is_outdated for row in rows)


def _to_json(dose_ids: Sequence[UUID]) -> str:
    return json.dumps([str(dose_id) for dose_id in dose_ids])


async def close_unsent(
    scope: Scope,
    notification_id: UUID,
    *,
    status: NotificationStatus,
    reason: str,
    version: int | None = None,
) -> None:
    """Close a notification that won't be sent, with the reason.

    With *version*, only if that is still the wanted version: it stays open if another dose has been
    added since.
    """
    is_current = true() if version is None else Notification.wanted_version == version
    await scope.execute(
        update(Notification)
        .where(
            Notification.id == notification_id, Notification.status == NotificationStatus.PENDING
        )
        .values(
            status=case((is_current, status), else_=Notification.status),
            reason=case((is_current, reason), else_=Notification.reason),
            shown_version=case(
                (is_current, Notification.wanted_version), else_=Notification.shown_version
            ),
            leased_until=None,
        )
    )


_RECORD_SHOWN = text(f"""
    {_LOCK}
    UPDATE notifications n
    SET shown_version = greatest(n.shown_version, shown.version),
        -- Doses that were added to a card count once it shows them.
        shown_dose_ids = CASE WHEN shown.dose_ids IS NULL THEN n.shown_dose_ids
            ELSE ARRAY(SELECT jsonb_array_elements_text(shown.dose_ids)::uuid) END,
        leased_until = NULL, not_before = NULL, attempts = 0
    FROM unnest(CAST(:ids AS uuid[]), CAST(:versions AS int[]), CAST(:dose_ids AS jsonb[]))
         AS shown (id, version, dose_ids)
    JOIN locked USING (id)
    WHERE n.id = shown.id
    RETURNING n.wanted_version > n.shown_version AS is_outdated
""")  # noqa: S608 - a constant of our own


async def record_shown(scope: Scope, shown: Sequence[Shown]) -> bool:
    """Record edits, in one statement, and end their leases.

    Returns whether a newer version is already wanted for any of them.
    """
    rows = await scope.rows(
        _RECORD_SHOWN,
        {
            "ids": [record.notification_id for record in shown],
            "versions": [record.version for record in shown],
            "dose_ids": [
                None if record.dose_ids is None else _to_json(record.dose_ids) for record in shown
            ],
        },
    )
    return any(row.is_outdated for row in rows)


async def postpone(
    scope: Scope,
    notification_id: UUID,
    *,
    delay: timedelta,
    maybe_sent: bool,
    counts: bool,
    owner: UUID | None = None,
) -> None:
    """Retry after *delay*. `counts=False` doesn't count the attempt (Telegram asked us to wait). If
    somebody else than *owner* holds it by now, it stays theirs.
    """
    is_ours = true() if owner is None else Notification.leased_by == owner
    attempts = Notification.attempts if counts else Notification.attempts - 1
    await scope.execute(
        update(Notification)
        .where(Notification.id == notification_id)
        .values(
            not_before=case((is_ours, func.clock_now() + delay), else_=Notification.not_before),
            leased_until=case((is_ours, null()), else_=Notification.leased_until),
            maybe_sent=or_(Notification.maybe_sent, literal(maybe_sent)),
            attempts=case((is_ours, attempts), else_=Notification.attempts),
        )
    )


#: Its reader was erased.
IS_ERASED = (
    select(User.id).where(User.id == Notification.user_id, User.telegram_id.is_(None)).exists()
)
_CLOSE = (
    update(Notification)
    .where(
        Notification.id == bindparam("closed_id"), Notification.status == NotificationStatus.SENT
    )
    .values(
        status=NotificationStatus.CLOSED,
        shown_version=Notification.wanted_version,
        leased_until=None,
        not_before=None,
        # Their private chat is their account.
        chat_id=case((IS_ERASED, null()), else_=Notification.chat_id),
        message_id=case((IS_ERASED, null()), else_=Notification.message_id),
    )
)


async def record_closed(scope: Scope, notification_id: UUID) -> None:
    """Close a message whose reader has left; its content is gone."""
    await scope.execute(_CLOSE, {"closed_id": notification_id})


async def give_up_edit(scope: Scope, notification_id: UUID) -> None:
    """Give up on editing a message: it keeps its old content, if it's on a phone at all."""
    await scope.execute(
        update(Notification)
        .where(
            Notification.id == notification_id, Notification.status != NotificationStatus.PENDING
        )
        .values(shown_version=Notification.wanted_version, leased_until=None)
    )
