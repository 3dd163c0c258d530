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
_COPIES_OF_SLOT = """
    SELECT n.id, n.chat_id, n.message_id FROM notifications n
    WHERE n.care_recipient_id = :person_id AND n.slot_at = :slot_at
      AND {theirs} AND n.kind = 'slot_card'
    ORDER BY n.ask_no DESC
"""
_COPIES_OF_DOSE = """
    SELECT n.id, n.chat_id, n.message_id FROM doses d
    JOIN notifications n ON n.care_recipient_id = d.care_recipient_id AND n.slot_at = d.due_at
    WHERE d.id = :dose_id AND {theirs} AND n.kind = 'slot_card'
    ORDER BY n.ask_no DESC
"""
_OWN = "n.user_id = :user_id"
_IN_GROUP = (
    "n.group_id = (SELECT g.id FROM family_groups g"
    " WHERE g.chat_id = :chat_id AND g.unbound_at IS NULL)"
)
_OF_SLOT = text(_COPIES_OF_SLOT.format(theirs=_OWN))
_OF_SLOT_IN_GROUP = text(_COPIES_OF_SLOT.format(theirs=_IN_GROUP))
_OF_DOSE = text(_COPIES_OF_DOSE.format(theirs=_OWN))
_OF_DOSE_IN_GROUP = text(_COPIES_OF_DOSE.format(theirs=_IN_GROUP))
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
    """Whether this message, the card of the slot (or of this dose's) in the user's chat or in their
    family's group, shows what becomes of its doses.

    One that we don't know does from now on, if the message of a card of its slot is missing. If
    none is, another message has taken its place, or the group isn't the family's any more: False.
    """
    is_group = chat_id < 0
    receiver = {"chat_id": chat_id} if is_group else {"user_id": user_id}
    if isinstance(about, UUID):
        statement = _OF_DOSE_IN_GROUP if is_group else _OF_DOSE
        copies = await scope.rows(statement, {"dose_id": about, **receiver})
    else:
        person_id, slot_at = about
        statement = _OF_SLOT_IN_GROUP if is_group else _OF_SLOT
        slot = {"person_id": person_id, "slot_at": slot_at}
        copies = await scope.rows(statement, slot | receiver)
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
