"""What delivery has of somebody who is being erased: what they sent, and what they were sent.

All of it runs as the dispatcher, as it reaches across families.
"""

from uuid import UUID

from sqlalchemy import case, update

from domain.database.scope import Scope
from domain.delivery.inbox import ERASED, NO_CHAT
from domain.delivery.outcomes import IS_ERASED
from domain.delivery.shown_messages import EDITABLE_FOR, was_sent_within
from domain.models import InboundUpdate, Notification
from domain.models.delivery import NotificationStatus, UpdateStatus


async def erase_chat(scope: Scope, chat_id: int, *, last_update_id: int) -> None:
    """Erase what came from that private chat, except the ids, which recognise repeats. The update
    *last_update_id* is still to be answered, and erased then.
    """
    await scope.execute(
        update(InboundUpdate)
        .where(InboundUpdate.chat_id == chat_id, InboundUpdate.update_id != last_update_id)
        .values(
            status=UpdateStatus.DONE,
            chat_id=NO_CHAT,
            payload=None,
            answer=None,
            leased_by=None,
            leased_until=None,
            message_id=None,
            text_digest=None,
            acts=None,
            acted_in=None,
        )
    )
    await scope.execute(
        update(InboundUpdate).where(InboundUpdate.update_id == last_update_id).values(reason=ERASED)
    )


async def close_messages_of(scope: Scope, user_id: UUID) -> None:
    """*user_id* is being erased: what wasn't sent isn't, what can still be edited is closed once,
    and of everything else only that it was sent stays.
    """
    theirs = Notification.user_id == user_id
    is_editable = (
        (Notification.status == NotificationStatus.SENT)
        & was_sent_within(EDITABLE_FOR)
        & Notification.message_id.is_not(None)
    )
    await scope.execute(
        update(Notification)
        .where(theirs, Notification.status == NotificationStatus.PENDING)
        .values(
            status=NotificationStatus.OBSOLETE,
            reason="the person was erased",
            shown_version=Notification.wanted_version,
        )
    )
    await scope.execute(
        update(Notification)
        .where(theirs, is_editable)
        .values(wanted_version=Notification.wanted_version + 1)
    )
    await scope.execute(update(Notification).where(theirs, ~is_editable).values(_FORGOTTEN))


_FORGOTTEN = {
    "chat_id": None,
    "message_id": None,
    "status": case(
        (Notification.status == NotificationStatus.SENT, NotificationStatus.CLOSED),
        else_=Notification.status,
    ),
    "shown_version": Notification.wanted_version,
    "leased_until": None,
}


async def forget_chats(scope: Scope) -> int:
    """What those who were erased have on their phones can't be edited any more."""
    return await scope.execute(
        update(Notification)
        .where(IS_ERASED, Notification.chat_id.is_not(None), ~was_sent_within(EDITABLE_FOR))
        .values(_FORGOTTEN)
    )
