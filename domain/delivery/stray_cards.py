"""Cards on phones that the tables don't know: their process died, or lost touch with Telegram,
before it could record them. Nothing edits one until somebody presses a button on it.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

from sqlalchemy import Select, select, text, tuple_

from domain.database.scope import Scope
from domain.delivery.dose_messages import SlotKey
from domain.events import NotificationsQueued
from domain.models import Dose, Notification
from domain.models.delivery import Kind, Lane

Slots: TypeAlias = Sequence[SlotKey] | Select[UUID, datetime]


def slot_of(dose_id: UUID) -> Slots:
    """The slot of a dose, found when it is asked for."""
    return select(Dose.care_recipient_id, Dose.due_at).where(Dose.id == dose_id)


# It may have been closed since, because somebody else answered before it would have been repeated.
_ADOPT = text("""
    UPDATE notifications
    SET status = 'sent', reason = NULL, chat_id = :chat_id, message_id = :message_id,
        sent_at = coalesce(sent_at, clock_now()), lane = :edits, maybe_sent = false,
        not_before = NULL, wanted_version = wanted_version + 1,
        shown_dose_ids = coalesce(shown_dose_ids, ARRAY(
            SELECT jsonb_array_elements_text(
                coalesce(facts -> 'dose_ids', facts -> 'told', '[]'))::uuid))
    WHERE id = :id AND message_id IS NULL
""")


async def keep_up(
    scope: Scope, slots: Slots, *, user_id: UUID, chat_id: int, message_id: int
) -> bool:
    """Whether this message, the user's card of these *slots*, shows what becomes of its doses.

    One that we don't know does from now on, if the message of a card of its slot is missing. If
    none is, another message has taken its place: False.
    """
    copies = await scope.rows(
        select(Notification.id, Notification.chat_id, Notification.message_id)
        .where(
            tuple_(Notification.care_recipient_id, Notification.slot_at).in_(slots),
            Notification.user_id == user_id,
            Notification.kind == Kind.SLOT_CARD,
        )
        .order_by(Notification.ask_no.desc())
    )
    if any((copy.chat_id, copy.message_id) == (chat_id, message_id) for copy in copies):
        return True
    missing = [copy.id for copy in copies if copy.message_id is None]
    if not missing:
        return False
    await scope.execute(
        _ADOPT,
        {"id": missing[0], "chat_id": chat_id, "message_id": message_id, "edits": Lane.EDITS},
    )
    scope.publish(NotificationsQueued())
    return True
