"""What becomes of a person's guided conversation, as part of a stored answer.

The answer is committed with the update's effect; only then is Redis brought into line. A process
that dies in between leaves the answer, and whoever picks it up does the same again: saving is
idempotent for one update, ending for one flow.
"""

from collections.abc import Mapping
from enum import Enum, auto
from typing import Any
from uuid import UUID

from bot.redis.conversation_store import ConversationStore
from bot.redis.conversations import JSON, Conversation, LostRace


class Outcome(Enum):
    """What became of a change to a conversation."""

    APPLIED = auto()
    MOVED_ON = auto()  # the person is in another conversation by now
    EXPIRED = auto()  # nobody answered in time, or Redis was emptied


def to_continue(conversation: Conversation) -> dict[str, Any]:
    """The conversation waits for an answer at this step; the answer's last message asks."""
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
    """As *change*, of a conversation that had expired or given way to another."""
    return {"continue": {**change["continue"], "resumes": True}}


def in_place_of(answered: Conversation, change: Mapping[str, Any]) -> dict[str, Any]:
    """As *change*; if it is about another conversation, the one that was *answered* is over."""
    flow_id = str(answered.flow_id)
    is_another = "continue" in change and change["continue"]["flow_id"] != flow_id
    return {**change, "ends": flow_id} if is_another else dict(change)


def without_notice(change: Mapping[str, Any]) -> dict[str, Any]:
    """As *change*; no new message is worth it if nobody answers."""
    return {**change, "quietly": True}


def to_repeat(flow_id: UUID) -> dict[str, Any]:
    """The conversation stays as it is; the answer's last message shows its question, too."""
    return {"repeat": str(flow_id)}


def to_leave(flow_id: UUID) -> dict[str, Any]:
    """Another command of its kind took its place: its question says so, and it can be continued."""
    return {"leave": str(flow_id)}


def to_mention(conversation: Conversation) -> dict[str, Any]:
    """The conversation stays as it is; the person was told that its question is open."""
    return {"mention": str(conversation.flow_id), "version": conversation.version}


def to_offer(flow_id: UUID) -> dict[str, Any]:
    """The person hears that it expired; the answer's last message offers to continue it."""
    return {"offer": str(flow_id)}


def to_end(flow_id: UUID) -> dict[str, Any]:
    """The conversation is over."""
    return {"end": str(flow_id)}


async def apply(
    store: ConversationStore,
    change: Mapping[str, Any],
    *,
    chat_id: int,
    user_id: int,
    language: str | None,
) -> Outcome:
    """Bring Redis into line, unless something newer is there. Raises ConversationsUnavailable."""
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
    """Remember what the last message of an answer shows. Raises ConversationsUnavailable."""
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
