"""The state of guided conversations: one per person and chat, small, and gone after a while."""

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias
from uuid import UUID

from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot.redis import keys

logger = logging.getLogger(__name__)

JSON: TypeAlias = "bool | int | float | str | Sequence[JSON] | Mapping[str, JSON] | None"


class ConversationsUnavailable(Exception):
    """Redis cannot be reached, so nobody knows what was being asked."""


@dataclass(frozen=True)
class Conversation:
    """Where a person stands in a flow.

    ``version`` is 0 before the first save and grows by one with each; ``last_update_id`` is the
    update that led here; ``family_id`` the family it is about, once known; ``message_id`` the
    message with the open question.
    """

    flow: str
    step: str
    flow_id: UUID
    data: Mapping[str, JSON]
    version: int
    last_update_id: int
    family_id: UUID | None
    message_id: int | None


@dataclass(frozen=True)
class Expired:
    """A conversation of this flow was running today and nobody answered in time."""

    flow: str
    flow_id: UUID


@dataclass(frozen=True)
class Saved:
    """Stored; *conversation* carries its new version."""

    conversation: Conversation


@dataclass(frozen=True)
class AlreadyApplied:
    """This update led to *conversation* before: ask its question again, change nothing."""

    conversation: Conversation


@dataclass(frozen=True)
class LostRace:
    """Somebody else moved on (*current*), or ended the conversation or let it expire (None)."""

    current: Conversation | None


SaveResult: TypeAlias = Saved | AlreadyApplied | LostRace

# The Lua side reads only what it compares; what it cannot read counts as nothing, as in _parse.
_READ = """
local function read(key)
    local text = redis.call('GET', key)
    if not text then return nil, nil end
    local ok, value = pcall(cjson.decode, text)
    if ok and type(value) == 'table' then return value, text end
    return nil, nil
end
"""

# KEYS: conversation, tombstone. ARGV: text, flow_id, version it was loaded with, update,
# TTL in ms, tombstone, its TTL in s.
_SAVE = (
    _READ
    + """
local current, text = read(KEYS[1])
local function is_number(value) return type(value) == 'number' end
if current and not (is_number(current.version) and is_number(current.last_update_id)) then
    current = nil
end
local version, update = tonumber(ARGV[3]), tonumber(ARGV[4])
if current then
    local next_step = current.flow_id == ARGV[2] and current.version == version
    local new_flow = version == 0 and current.last_update_id < update
    if not next_step and current.last_update_id == update then return {'again', text} end
    if not next_step and not new_flow then return {'lost', text} end
elseif version ~= 0 then
    return {'lost'}
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[5])
redis.call('SET', KEYS[2], ARGV[6], 'EX', ARGV[7])
return {'saved'}
"""
)

# KEYS: conversation, tombstone. ARGV: flow_id.
_END = (
    _READ
    + """
for _, key in ipairs(KEYS) do
    local value = read(key)
    if value and value.flow_id == ARGV[1] then redis.call('DEL', key) end
end
"""
)


class ConversationStore:
    """Conversations in Redis, safe against two replicas that handle the same person.

    Every method raises :class:`ConversationsUnavailable` when Redis cannot be asked.
    """

    def __init__(self, redis: Redis, ttl: float) -> None:
        """*ttl*: seconds that a conversation waits for an answer; each save renews it."""
        self._redis = redis
        self._ttl_ms = int(ttl * 1000)
        self._save = redis.register_script(_SAVE)
        self._end = redis.register_script(_END)

    async def load(self, chat_id: int, user_id: int) -> Conversation | Expired | None:
        """What is running, what expired within the last day, or None.

        State that we cannot read, say of an older version of the bot, counts as expired.
        """
        try:
            stored, tombstone = await self._redis.mget(
                keys.conversation(chat_id, user_id), keys.conversation_tombstone(chat_id, user_id)
            )
        except RedisError as error:
            raise ConversationsUnavailable from error
        return _parse(stored) or _parse_tombstone(tombstone)

    async def save(self, conversation: Conversation, *, chat_id: int, user_id: int) -> SaveResult:
        """Store the next step if nobody else did meanwhile, and let it wait for its whole TTL.

        A *conversation* of version 0 starts and replaces what was running, unless a later update
        did. A lost answer of Redis may be tried again: the second time finds
        :class:`AlreadyApplied`.
        """
        saved = replace(conversation, version=conversation.version + 1)
        flow_id = str(conversation.flow_id)
        try:
            outcome, *current = await self._save(
                keys=[
                    keys.conversation(chat_id, user_id),
                    keys.conversation_tombstone(chat_id, user_id),
                ],
                args=[
                    _dump(saved),
                    flow_id,
                    conversation.version,
                    conversation.last_update_id,
                    self._ttl_ms,
                    json.dumps({"flow": conversation.flow, "flow_id": flow_id}),
                    keys.TOMBSTONE_TTL,
                ],
            )
        except RedisError as error:
            raise ConversationsUnavailable from error
        if outcome == "saved":
            return Saved(saved)
        found = _parse(current[0]) if current else None
        return AlreadyApplied(found) if outcome == "again" and found else LostRace(found)

    async def end(self, chat_id: int, user_id: int, flow_id: UUID) -> None:
        """Forget this flow, and that it expired. A newer conversation is left alone."""
        try:
            await self._end(
                keys=[
                    keys.conversation(chat_id, user_id),
                    keys.conversation_tombstone(chat_id, user_id),
                ],
                args=[str(flow_id)],
            )
        except RedisError as error:
            raise ConversationsUnavailable from error


def _dump(conversation: Conversation) -> str:
    return json.dumps(
        {
            "flow": conversation.flow,
            "step": conversation.step,
            "flow_id": str(conversation.flow_id),
            "data": conversation.data,
            "version": conversation.version,
            "last_update_id": conversation.last_update_id,
            "family_id": conversation.family_id and str(conversation.family_id),
            "message_id": conversation.message_id,
        }
    )


def _parse(text: str | bytes | None) -> Conversation | None:
    if text is None:
        return None
    try:
        stored: dict[str, Any] = json.loads(text)
        family_id = stored["family_id"]
        message_id = stored["message_id"]
        return Conversation(
            flow=_only(str, stored["flow"]),
            step=_only(str, stored["step"]),
            flow_id=UUID(stored["flow_id"]),
            data=_only(dict, stored["data"]),
            version=_only(int, stored["version"]),
            last_update_id=_only(int, stored["last_update_id"]),
            family_id=None if family_id is None else UUID(family_id),
            message_id=None if message_id is None else _only(int, message_id),
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        logger.warning("A stored conversation cannot be read; it counts as expired")
        return None


def _parse_tombstone(text: str | bytes | None) -> Expired | None:
    if text is None:
        return None
    try:
        stored: dict[str, Any] = json.loads(text)
        return Expired(flow=_only(str, stored["flow"]), flow_id=UUID(stored["flow_id"]))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        logger.warning("A stored tombstone cannot be read; it counts as none")
        return None


def _only(kind: type, value: Any) -> Any:
    """*value*, or TypeError where it is of another *kind*: JSON promises no shapes."""
    if not isinstance(value, kind):
        raise TypeError
    return value
