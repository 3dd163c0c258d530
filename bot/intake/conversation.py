"""The change to a person's guided conversation, as part of a stored answer.

The answer is committed with the update's effect, and only then is the change applied to Redis. If
the process dies in between, whoever picks up the answer applies it again: saving is idempotent per
update, ending per flow.
"""

from collections.abc import Mapping
from enum import Enum, auto
from typing import Any
from uuid import UUID

from bot.redis.conversation_store import ConversationStore
from bot.redis.conversations import JSON, Conversation, LostRace


class Outcome(Enum):
    """The result of applying a change to a conversation."""

    APPLIED = auto()
    MOVED_ON = auto()  # the person is in another conversation by now
    EXPIRED = auto()  # nobody answered in time, or Redis was emptied


def to_continue(conversation: Conversation) -> dict[str, Any]:
    """The conversation waits at this step for the question that the answer's last message asks."""
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


def to_resume(change: Mapping[str, Any]) -> dict[str, Any]:
    """Like *change*, for a conversation that had expired or yielded to another."""
    return {"continue": {**change["continue"], "resumes": True}}


def in_place_of(answered: Conversation, change: Mapping[str, Any]) -> dict[str, Any]:
    """Like *change*, which also ends the *answered* conversation if it is about another one."""
    flow_id = str(answered.flow_id)
    is_another = "continue" in change and change["continue"]["flow_id"] != flow_id
    return {**change, "ends": flow_id} if is_another else dict(change)


def without_notice(change: Mapping[str, Any]) -> dict[str, Any]:
    """Like *change*, but no message is sent if nobody answers."""
    return {**change, "quietly": True}


def to_repeat(flow_id: UUID) -> dict[str, Any]:
    """The conversation stays unchanged; the answer's last message shows its question too."""
    return {"repeat": str(flow_id)}


def to_leave(flow_id: UUID) -> dict[str, Any]:
    """Another command of the same kind replaced it: its question says so and offers to continue."""
    return {"leave": str(flow_id)}


def to_mention(conversation: Conversation) -> dict[str, Any]:
    """The conversation stays unchanged; the person was told that its question is open."""
    return {"mention": str(conversation.flow_id), "version": conversation.version}


def to_offer(flow_id: UUID) -> dict[str, Any]:
    """The answer says that it expired, and its last message offers to continue it."""
    return {"offer": str(flow_id)}


def to_end(flow_id: UUID) -> dict[str, Any]:
    """The conversation ends."""
    return {"end": str(flow_id)}


async def apply(
    store: ConversationStore,
    change: Mapping[str, Any],
    *,
    chat_id: int,
    user_id: int,
    language: str | None,
) -> Outcome:
    """Apply the change to Redis, unless something newer is there. Raises
    ConversationsUnavailable.
    """
    if "end" in change:
        await store.end(chat_id, user_id, UUID(change["end"]))
        return Outcome.APPLIED
    if "offer" in change:
        await store.tell(chat_id, user_id, UUID(change["offer"]))
        return Outcome.APPLIED
    if "leave" in change:
        flow_id = UUID(change["leave"])
        if change.get("quietly"):
            await store.mute(chat_id, user_id, flow_id)
        await store.leave(chat_id, user_id, flow_id)
        return Outcome.APPLIED
    if "mention" in change:
        flow_id = UUID(change["mention"])
        await store.mention(chat_id, user_id, flow_id, version=change["version"])
        if change.get("quietly"):
            await store.mute(chat_id, user_id, flow_id)
        return Outcome.APPLIED
    if "repeat" in change:
        if change.get("quietly"):
            await store.mute(chat_id, user_id, UUID(change["repeat"]))
        return Outcome.APPLIED
    if "ends" in change:
        await store.end(chat_id, user_id, UUID(change["ends"]))
    stored = change["continue"]
    outcome = await store.save(
        _conversation(stored),
        chat_id=chat_id,
        user_id=user_id,
        language=language,
        resumes=stored.get("resumes", False),
        may_be_told=not change.get("quietly", False),
    )
    if not isinstance(outcome, LostRace):
        return Outcome.APPLIED
    return Outcome.EXPIRED if outcome.current is None else Outcome.MOVED_ON


async def note_message(
    store: ConversationStore,
    change: Mapping[str, Any],
    message_id: int,
    *,
    chat_id: int,
    user_id: int,
) -> None:
    """Store which message shows the question. Raises ConversationsUnavailable."""
    match change:
        case {"continue": stored}:
            version = stored["version"] + 1
            await store.note_question(
                UUID(stored["flow_id"]),
                message_id,
                version=version,
                chat_id=chat_id,
                user_id=user_id,
            )
        case {"repeat": flow_id}:
            await store.note_question(
                UUID(flow_id), message_id, version=None, chat_id=chat_id, user_id=user_id
            )
        case {"offer": flow_id}:
            await store.note_offer(UUID(flow_id), message_id, chat_id=chat_id, user_id=user_id)


def _conversation(stored: Mapping[str, Any]) -> Conversation:
    data: Mapping[str, JSON] = stored["data"]
    return Conversation(
        flow=stored["flow"],
        step=stored["step"],
        flow_id=UUID(stored["flow_id"]),
        data=data,
        version=stored["version"],
        last_update_id=stored["last_update_id"],
        family_id=UUID(stored["family_id"]) if stored["family_id"] else None,
    )
