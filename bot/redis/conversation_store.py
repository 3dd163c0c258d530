"""Stores conversations in Redis: one per person and chat, small and short-lived."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from redis.asyncio import Redis
from redis.commands.core import AsyncScript
from redis.exceptions import RedisError

from bot.redis import keys
from bot.redis.conversation_scripts import END, LEAVE, MUTE, NOTE, SAVE, TELL
from bot.redis.conversations import (
    AlreadyApplied,
    Conversation,
    Draft,
    Expired,
    LostRace,
    Saved,
    SaveResult,
    dump_conversation,
    from_milliseconds,
    parse_conversation,
    parse_tombstone,
    to_milliseconds,
)
from bot.redis.foreign import dropping_foreign
from domain.clock import Clock


class ConversationsUnavailable(Exception):
    """Redis can't be reached, so the open question is unknown."""


class ConversationStore:
    """Conversations in Redis, safe if two replicas handle the same person.

    Every method raises :class:`ConversationsUnavailable` if Redis can't be reached.
    """

    def __init__(self, redis: Redis, ttl: float, *, clock: Clock) -> None:
        """*ttl* is how many seconds a conversation waits for an answer; each save renews it."""
        self._redis = redis
        self._ttl = timedelta(seconds=ttl)
        self._clock = clock
        self._save = redis.register_script(SAVE)
        self._end = redis.register_script(END)
        self._tell = redis.register_script(TELL)
        self._leave = redis.register_script(LEAVE)
        self._mute = redis.register_script(MUTE)
        self._note = redis.register_script(NOTE)

    async def load(self, chat_id: int, user_id: int) -> Conversation | Expired | None:
        """The running conversation, the one that expired within the last day, or None.

        State that can't be read, for example from an older version of the bot, counts as expired.
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
        return found or parse_tombstone(tombstone)

    async def find_draft(self, chat_id: int, user_id: int, flow_id: UUID) -> Draft | None:
        """The last question of this flow; None if it isn't known, or no longer."""
        try:
            key = keys.draft(chat_id, user_id, flow_id)
            state, is_over = await dropping_foreign(
                self._redis, {key: "hash"}, lambda: self._redis.hmget(key, ["state", "over"])
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
        """Store the next step, unless somebody else did in the meantime, and renew the whole TTL.

        A *conversation* of version 0 starts, and replaces the running one unless a later update
        has; so does one that *resumes* its draft. If Redis's reply got lost, the save can be
        repeated: the second attempt returns :class:`AlreadyApplied`. *language* is the person's;
        with *may_be_told*, a new message tells them if it expires.
        """
        now = self._clock.now()
        expires_at = _whole_milliseconds(now + self._ttl)
        saved = replace(conversation, version=conversation.version + 1, expires_at=expires_at)
        flow, flow_id = conversation.flow, str(conversation.flow_id)
        try:
            outcome, *current = await self._run(
                self._save,
                keys=[
                    keys.conversation(chat_id, user_id),
                    keys.conversation_tombstone(chat_id, user_id),
                    keys.draft(chat_id, user_id, conversation.flow_id),
                    keys.DRAFT_DEADLINES,
                    keys.latest_flow(chat_id, user_id, flow),
                ],
                args=[
                    dump_conversation(saved),
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
        """Store which message shows the open question, unless that has moved on from *version*
        (None means: whatever the version).
        """
        key = keys.draft(chat_id, user_id, flow_id)
        shown = "" if version is None else str(version)
        await self._note_message("messages", message_id, key=key, version=shown)

    async def note_offer(
        self, flow_id: UUID, message_id: int, *, chat_id: int, user_id: int
    ) -> None:
        """Store a message that offers to continue this flow."""
        key = keys.draft(chat_id, user_id, flow_id)
        await self._note_message("offers", message_id, key=key, version="")

    async def _note_message(self, field: str, message_id: int, *, key: str, version: str) -> None:
        try:
            await self._run(self._note, keys=[key], args=[field, message_id, version])
        except RedisError as error:
            raise ConversationsUnavailable from error

    async def tell(self, chat_id: int, user_id: int, flow_id: UUID) -> None:
        """The person knows that this flow expired, and won't be told again. It can still be
        continued.
        """
        try:
            await self._run(
                self._tell,
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
        """This flow no longer waits for an answer, and its question will soon say so. It can still
        be continued.
        """
        try:
            await self._run(
                self._leave,
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
        key = keys.conversation_mentioned(chat_id, user_id)
        try:
            await self._redis.set(key, _mention(flow_id, version), ex=self._ttl)
        except RedisError as error:
            raise ConversationsUnavailable from error

    async def mute(self, chat_id: int, user_id: int, flow_id: UUID) -> None:
        """No message is sent if this flow expires."""
        try:
            await self._run(self._mute, keys=[keys.draft(chat_id, user_id, flow_id)], args=[])
        except RedisError as error:
            raise ConversationsUnavailable from error

    async def end(self, chat_id: int, user_id: int, flow_id: UUID) -> None:
        """Delete this flow, and the fact that it expired. A newer conversation is left alone."""
        try:
            await self._run(
                self._end,
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

    async def _run(self, script: AsyncScript, *, keys: Sequence[str], args: Sequence[Any]) -> Any:
        return await dropping_foreign(
            self._redis,
            {key: _type_of(key) for key in keys},
            lambda: script(keys=keys, args=args),
        )


def _type_of(key: str) -> str:
    if key == keys.DRAFT_DEADLINES:
        return "zset"
    return "hash" if ":draft:" in key else "string"


def _whole_milliseconds(instant: datetime) -> datetime:
    return from_milliseconds(to_milliseconds(instant))


def _mention(flow_id: UUID, version: int) -> str:
    return f"{flow_id}:{version}"
