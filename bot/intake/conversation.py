"""What becomes of a person's guided conversation, as part of a stored answer.

The answer is committed with the update's effect; only then is Redis brought into line. A process
that dies in between leaves the answer, and whoever picks it up does the same again: saving is
idempotent for one update, ending for one flow.
"""

from collections.abc import Mapping
from enum import Enum, auto
from typing import Any
from uuid import UUID

from bot.redis.conversations import JSON, Conversation, ConversationStore, LostRace


class Outcome(Enum):
    """What became of a change to a conversation."""

    IN_LINE = auto()
    MOVED_ON = auto()  # the person is in another conversation by now
    EXPIRED = auto()  # nobody answered in time, or Redis was emptied


def to_continue(conversation: Conversation) -> dict[str, Any]:
    """The conversation waits for an answer at this step."""
    return {
        "continue": {
            "flow": conversation.flow,
            "step": conversation.step,
            "flow_id": str(conversation.flow_id),
            "data": conversation.data,
            "version": conversation.version,
            "last_update_id": conversation.last_update_id,
            "family_id": str(conversation.family_id) if conversation.family_id else None,
        }
    }


def to_end(flow_id: UUID) -> dict[str, Any]:
    """The conversation is over."""
    return {"end": str(flow_id)}


async def apply(
    store: ConversationStore, change: Mapping[str, Any], *, chat_id: int, user_id: int
) -> Outcome:
    """Bring Redis into line, unless something newer is there. Raises ConversationsUnavailable."""
    if "end" in change:
        await store.end(chat_id, user_id, UUID(change["end"]))
        return Outcome.IN_LINE
    stored = change["continue"]
    data: Mapping[str, JSON] = stored["data"]
    outcome = await store.save(
        Conversation(
            flow=stored["flow"],
            step=stored["step"],
            flow_id=UUID(stored["flow_id"]),
            data=data,
            version=stored["version"],
            last_update_id=stored["last_update_id"],
            family_id=UUID(stored["family_id"]) if stored["family_id"] else None,
            message_id=None,
        ),
        chat_id=chat_id,
        user_id=user_id,
    )
    if not isinstance(outcome, LostRace):
        return Outcome.IN_LINE
    return Outcome.EXPIRED if outcome.current is None else Outcome.MOVED_ON
