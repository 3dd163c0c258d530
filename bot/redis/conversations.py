"""The state of guided conversations: one per person and chat, small, and gone after a while.

Beside each lies its draft (:mod:`bot.redis.drafts`), which outlives it for a day: what was begun
and not finished says so when its time is over, and can be continued.
"""

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias
from uuid import UUID

from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot.redis import keys
from domain.clock import Clock

logger = logging.getLogger(__name__)

JSON: TypeAlias = "bool | int | float | str | Sequence[JSON] | Mapping[str, JSON] | None"

_DAY = timedelta(seconds=keys.DRAFT_TTL)


class ConversationsUnavailable(Exception):
    """Redis cannot be reached, so nobody knows what was being asked."""


@dataclass(frozen=True)
class Conversation:
    """Where a person stands in a flow.

    ``version`` is 0 before the first save and grows by one with each; ``last_update_id`` is the
    update that led here; ``family_id`` the family it is about, once known; ``expires_at`` (aware,
    whole milliseconds) is when nobody waits for an answer any more, set by each save;
    ``is_mentioned`` once the person was told that its question is still open.
    """

    flow: str
    step: str
    flow_id: UUID
    data: Mapping[str, JSON]
    version: int
    last_update_id: int
    family_id: UUID | None
    expires_at: datetime | None = None
    is_mentioned: bool = False


@dataclass(frozen=True)
class Expired:
    """A conversation of this flow was running today and nobody answered in time."""

    flow: str
    flow_id: UUID


@dataclass(frozen=True)
class Draft:
    """A conversation of the last day as it was last, whether it runs, expired or is over."""

    conversation: Conversation
    is_over: bool

    def may_continue(self, *, now: datetime) -> bool:
        """Whether *now* is no more than a day after it expired."""
        expired_at = self.conversation.expires_at
        return not self.is_over and (expired_at is None or now < expired_at + _DAY)


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

# The Lua side reads only what it compares; what it cannot read counts as nothing, as in
# parse_conversation. Drafts are hashes: what a flow keeps goes through no second JSON library.
LUA = (
    f"""
local function look_at(deadlines, at, draft)
    redis.call('ZADD', deadlines, at, draft)
    redis.call('EXPIRE', deadlines, {keys.DEADLINES_TTL})
end
"""
    """
local function read(key)
    local text = redis.call('GET', key)
    if not text then return nil, nil end
    local ok, value = pcall(cjson.decode, text)
    if ok and type(value) == 'table' then return value, text end
    return nil, nil
end
local function joined(one, other)
    if not one or one == '' then return other or '' end
    if not other or other == '' then return one end
    return one .. ',' .. other
end
"""
)

# KEYS: conversation, tombstone, draft, deadlines, which of its kind was begun last. ARGV: text,
# flow_id, version it was loaded with, update, TTL in ms, tombstone, its TTL in s, flow, now and
# expiry in ms, language, TTL of the draft in s, whether it is continued, whether the person is told
# if it expires, what the keys of this person's drafts begin with.
_SAVE = (
    LUA
    + """
local current, text = read(KEYS[1])
local function is_number(value) return type(value) == 'number' end
if current and not (is_number(current.version) and is_number(current.last_update_id)) then
    current = nil
end
local version, update, now = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[9])
local begins = version == 0
if ARGV[13] == '1' then
    local draft = redis.call('HMGET', KEYS[3], 'version', 'over')
    begins = draft[1] == ARGV[3] and not draft[2]
end
if current then
    local next_step = current.flow_id == ARGV[2] and current.version == version
    local new_flow = begins and current.last_update_id < update
    if not next_step and current.last_update_id == update then return {'again', text} end
    if not next_step and not new_flow then return {'lost', text} end
elseif not begins then
    return {'lost'}
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[5])
redis.call('SET', KEYS[2], ARGV[6], 'EX', ARGV[7])
if current and current.flow_id ~= ARGV[2] and type(current.flow_id) == 'string' then
    -- Its buttons answer nothing any more: let its message say so soon.
    redis.call('ZADD', KEYS[4], 'XX', now, ARGV[15] .. current.flow_id)
end
redis.call('HSET', KEYS[3], 'state', ARGV[1], 'flow', ARGV[8], 'version', version + 1,
    'language', ARGV[11], 'expires_at', ARGV[10], 'messages', '', 'attempts', 0)
local wants_look = ARGV[10]
if ARGV[13] == '1' then
    local shown = redis.call('HMGET', KEYS[3], 'offers', 'stale')
    local stale = joined(shown[1], shown[2])
    redis.call('HSET', KEYS[3], 'offers', '', 'stale', stale)
    redis.call('HDEL', KEYS[3], 'told')
    if stale ~= '' then wants_look = ARGV[9] end
end
if ARGV[14] == '0' then redis.call('HSET', KEYS[3], 'told', 1) end
if version == 0 or ARGV[13] == '1' then redis.call('SET', KEYS[5], ARGV[2], 'EX', ARGV[12]) end
redis.call('EXPIRE', KEYS[3], ARGV[12])
look_at(KEYS[4], wants_look, KEYS[3])
return {'saved'}
"""
)

# KEYS: conversation, tombstone, draft, deadlines. ARGV: flow_id, now in ms.
_END = (
    LUA
    + """
for number = 1, 2 do
    local value = read(KEYS[number])
    if value and value.flow_id == ARGV[1] then redis.call('DEL', KEYS[number]) end
end
redis.call('ZREM', KEYS[4], KEYS[3])
if redis.call('EXISTS', KEYS[3]) == 0 then return end
redis.call('HSET', KEYS[3], 'over', 1, 'attempts', 0)
local shown = redis.call('HMGET', KEYS[3], 'offers', 'stale')
local stale = joined(shown[1], shown[2])
if stale ~= '' then
    redis.call('HSET', KEYS[3], 'offers', '', 'stale', stale)
    look_at(KEYS[4], ARGV[2], KEYS[3])
end
"""
)

# KEYS: conversation, tombstone, draft. ARGV: flow_id.
_TELL = (
    LUA
    + """
for number = 1, 2 do
    local value = read(KEYS[number])
    if value and value.flow_id == ARGV[1] then redis.call('DEL', KEYS[number]) end
end
if redis.call('EXISTS', KEYS[3]) == 1 then redis.call('HSET', KEYS[3], 'told', 1) end
"""
)

# KEYS: conversation, tombstone, draft, deadlines. ARGV: flow_id, now in ms.
_LEAVE = (
    LUA
    + """
for number = 1, 2 do
    local value = read(KEYS[number])
    if value and value.flow_id == ARGV[1] then redis.call('DEL', KEYS[number]) end
end
redis.call('ZADD', KEYS[4], 'XX', ARGV[2], KEYS[3])
"""
)

# KEYS: draft.
_KEEP_QUIET = """
if redis.call('EXISTS', KEYS[1]) == 1 then redis.call('HSET', KEYS[1], 'told', 1) end
"""

# KEYS: draft. ARGV: field, message, version that it shows ('' where it may be any).
_NOTE = """
local draft = redis.call('HMGET', KEYS[1], 'version', ARGV[1])
if not draft[1] or (ARGV[3] ~= '' and draft[1] ~= ARGV[3]) then return end
local noted = draft[2] or ''
if string.find(',' .. noted .. ',', ',' .. ARGV[2] .. ',', 1, true) then return end
if noted ~= '' then noted = noted .. ',' end
redis.call('HSET', KEYS[1], ARGV[1], noted .. ARGV[2])
"""


class ConversationStore:
    """Conversations in Redis, safe against two replicas that handle the same person.

    Every method raises :class:`ConversationsUnavailable` when Redis cannot be asked.
    """

    def __init__(self, redis: Redis, ttl: float, *, clock: Clock) -> None:
        """*ttl*: seconds that a conversation waits for an answer; each save renews it."""
        self._redis = redis
        self._ttl = timedelta(seconds=ttl)
        self._clock = clock
        self._save = redis.register_script(_SAVE)
        self._end = redis.register_script(_END)
        self._tell = redis.register_script(_TELL)
        self._leave = redis.register_script(_LEAVE)
        self._keep_quiet = redis.register_script(_KEEP_QUIET)
        self._note = redis.register_script(_NOTE)

    async def load(self, chat_id: int, user_id: int) -> Conversation | Expired | None:
        """What is running, what expired within the last day, or None.

        State that we cannot read, say of an older version of the bot, counts as expired.
        """
        try:
            stored, tombstone, mentioned = await self._redis.mget(
                keys.conversation(chat_id, user_id),
                keys.conversation_tombstone(chat_id, user_id),
                keys.conversation_mentioned(chat_id, user_id),
            )
        except RedisError as error:
            raise ConversationsUnavailable from error
        found = parse_conversation(stored)
        if found and found.expires_at and found.expires_at <= self._clock.now():
            return Expired(found.flow, found.flow_id)
        if found and mentioned == _mention(found.flow_id, found.version):
            return replace(found, is_mentioned=True)
        return found or _parse_tombstone(tombstone)

    async def find_draft(self, chat_id: int, user_id: int, flow_id: UUID) -> Draft | None:
        """What was asked last in this flow, or None where we do not know (any more)."""
        try:
            state, is_over = await self._redis.hmget(
                keys.draft(chat_id, user_id, flow_id), ["state", "over"]
            )
        except RedisError as error:
            raise ConversationsUnavailable from error
        found = parse_conversation(state)
        return None if found is None else Draft(found, is_over=is_over is not None)

    async def save(
        self,
        conversation: Conversation,
        *,
        chat_id: int,
        user_id: int,
        language: str | None = None,
        resumes: bool = False,
        may_be_told: bool = True,
    ) -> SaveResult:
        """Store the next step if nobody else did meanwhile, and let it wait for its whole TTL.

        A *conversation* of version 0 starts and replaces what was running, unless a later update
        did; so does one that *resumes* its draft. A lost answer of Redis may be tried again: the
        second time finds :class:`AlreadyApplied`. *language* is that of the person; with
        *may_be_told* a new message says if nobody answers.
        """
        now = self._clock.now()
        expires_at = _whole_milliseconds(now + self._ttl)
        saved = replace(conversation, version=conversation.version + 1, expires_at=expires_at)
        flow, flow_id = conversation.flow, str(conversation.flow_id)
        try:
            outcome, *current = await self._save(
                keys=[
                    keys.conversation(chat_id, user_id),
                    keys.conversation_tombstone(chat_id, user_id),
                    keys.draft(chat_id, user_id, conversation.flow_id),
                    keys.DRAFT_DEADLINES,
                    keys.begun_last(chat_id, user_id, flow),
                ],
                args=[
                    _dump(saved),
                    flow_id,
                    conversation.version,
                    conversation.last_update_id,
                    int(self._ttl.total_seconds() * 1000),
                    json.dumps({"flow": flow, "flow_id": flow_id}),
                    keys.TOMBSTONE_TTL,
                    flow,
                    to_milliseconds(now),
                    to_milliseconds(expires_at),
                    language or "",
                    int(self._ttl.total_seconds()) + keys.DRAFT_TTL,
                    int(resumes),
                    int(may_be_told),
                    keys.draft(chat_id, user_id, conversation.flow_id).removesuffix(flow_id),
                ],
            )
        except RedisError as error:
            raise ConversationsUnavailable from error
        if outcome == "saved":
            return Saved(saved)
        found = parse_conversation(current[0]) if current else None
        return AlreadyApplied(found) if outcome == "again" and found else LostRace(found)

    async def note_question(
        self, flow_id: UUID, message_id: int, *, version: int | None, chat_id: int, user_id: int
    ) -> None:
        """Remember which message shows the open question, unless that has another *version* by now
        (None: it was the open question, whichever that is).
        """
        key = keys.draft(chat_id, user_id, flow_id)
        shown = "" if version is None else str(version)
        await self._note_message("messages", message_id, key=key, version=shown)

    async def note_offer(
        self, flow_id: UUID, message_id: int, *, chat_id: int, user_id: int
    ) -> None:
        """Remember a message that offers to continue this flow."""
        key = keys.draft(chat_id, user_id, flow_id)
        await self._note_message("offers", message_id, key=key, version="")

    async def _note_message(self, field: str, message_id: int, *, key: str, version: str) -> None:
        try:
            await self._note(keys=[key], args=[field, message_id, version])
        except RedisError as error:
            raise ConversationsUnavailable from error

    async def tell(self, chat_id: int, user_id: int, flow_id: UUID) -> None:
        """The person knows that this flow expired: nobody tells them again. It may be continued."""
        try:
            await self._tell(
                keys=[
                    keys.conversation(chat_id, user_id),
                    keys.conversation_tombstone(chat_id, user_id),
                    keys.draft(chat_id, user_id, flow_id),
                ],
                args=[str(flow_id)],
            )
        except RedisError as error:
            raise ConversationsUnavailable from error

    async def leave(self, chat_id: int, user_id: int, flow_id: UUID) -> None:
        """Nobody waits for an answer in this flow any more, and its question says so soon. It may
        be continued.
        """
        try:
            await self._leave(
                keys=[
                    keys.conversation(chat_id, user_id),
                    keys.conversation_tombstone(chat_id, user_id),
                    keys.draft(chat_id, user_id, flow_id),
                    keys.DRAFT_DEADLINES,
                ],
                args=[str(flow_id), to_milliseconds(self._clock.now())],
            )
        except RedisError as error:
            raise ConversationsUnavailable from error

    async def mention(self, chat_id: int, user_id: int, flow_id: UUID, *, version: int) -> None:
        """The person knows that the question of this version is still open."""
        try:
            await self._redis.set(
                keys.conversation_mentioned(chat_id, user_id),
                _mention(flow_id, version),
                ex=self._ttl,
            )
        except RedisError as error:
            raise ConversationsUnavailable from error

    async def keep_quiet(self, chat_id: int, user_id: int, flow_id: UUID) -> None:
        """No new message is worth it if this flow expires."""
        try:
            await self._keep_quiet(keys=[keys.draft(chat_id, user_id, flow_id)])
        except RedisError as error:
            raise ConversationsUnavailable from error

    async def end(self, chat_id: int, user_id: int, flow_id: UUID) -> None:
        """Forget this flow, and that it expired. A newer conversation is left alone."""
        try:
            await self._end(
                keys=[
                    keys.conversation(chat_id, user_id),
                    keys.conversation_tombstone(chat_id, user_id),
                    keys.draft(chat_id, user_id, flow_id),
                    keys.DRAFT_DEADLINES,
                ],
                args=[str(flow_id), to_milliseconds(self._clock.now())],
            )
        except RedisError as error:
            raise ConversationsUnavailable from error


def _mention(flow_id: UUID, version: int) -> str:
    return f"{flow_id}:{version}"


def to_milliseconds(instant: datetime) -> int:
    return int(instant.timestamp() * 1000)


def from_milliseconds(milliseconds: int) -> datetime:
    """Raises ValueError, OverflowError or OSError where no clock shows that."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def _whole_milliseconds(instant: datetime) -> datetime:
    return from_milliseconds(to_milliseconds(instant))


def _dump(conversation: Conversation) -> str:
    expires_at = conversation.expires_at
    return json.dumps(
        {
            "flow": conversation.flow,
            "step": conversation.step,
            "flow_id": str(conversation.flow_id),
            "data": conversation.data,
            "version": conversation.version,
            "last_update_id": conversation.last_update_id,
            "family_id": conversation.family_id and str(conversation.family_id),
            "expires_at": expires_at and to_milliseconds(expires_at),
        }
    )


def parse_conversation(text: str | bytes | None) -> Conversation | None:
    """None where there is nothing, or nothing that we can read."""
    if text is None:
        return None
    try:
        stored: dict[str, Any] = json.loads(text)
        family_id = stored["family_id"]
        expires_at = stored.get("expires_at")
        return Conversation(
            flow=_only(str, stored["flow"]),
            step=_only(str, stored["step"]),
            flow_id=UUID(stored["flow_id"]),
            data=_only(dict, stored["data"]),
            version=_only(int, stored["version"]),
            last_update_id=_only(int, stored["last_update_id"]),
            family_id=None if family_id is None else UUID(family_id),
            expires_at=None if expires_at is None else from_milliseconds(_only(int, expires_at)),
        )
    except (
        ValueError,
        TypeError,
        KeyError,
        AttributeError,
        RecursionError,
        OverflowError,
        OSError,
    ):
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
