"""Cards on phones that the tables don't know: their process died, or lost touch with Telegram,
before it could record them. Nothing edits one until somebody presses a button on it.
"""

from uuid import UUID

from sqlalchemy import text

from domain.database.scope import Scope
from domain.delivery.dose_messages import SlotKey
from domain.events import NotificationsQueued
from domain.models.delivery import Lane

# Texts, since every press on a card asks: they cost less than the same as expressions.
_COPIES_OF_SLOT = text("""
    SELECT n.id, n.chat_id, n.message_id FROM notifications n
    WHERE n.care_recipient_id = :person_id AND n.slot_at = :slot_at
      AND n.user_id = :user_id AND n.kind = 'slot_card'
    ORDER BY n.ask_no DESC
""")
_COPIES_OF_DOSE = text("""
    SELECT n.id, n.chat_id, n.message_id FROM doses d
    JOIN notifications n ON n.care_recipient_id = d.care_recipient_id AND n.slot_at = d.due_at
    WHERE d.id = :dose_id AND n.user_id = :user_id AND n.kind = 'slot_card'
    ORDER BY n.ask_no DESC
""")
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
    scope: Scope, about: UUID | SlotKey, *, user_id: UUID, chat_id: int, message_id: int
) -> bool:
    """Whether this message, the user's card of the slot (or of this dose's), shows what becomes of
    its doses.

    One that we don't know does from now on, if the message of a card of its slot is missing. If
    none is, another message has taken its place: False.
    """
    if isinstance(about, UUID):
        copies = await scope.rows(_COPIES_OF_DOSE, {"dose_id": about, "user_id": user_id})
    else:
        person_id, slot_at = about
        parameters = {"person_id": person_id, "slot_at": slot_at, "user_id": user_id}
        copies = await scope.rows(_COPIES_OF_SLOT, parameters)
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
