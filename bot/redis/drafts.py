"""Drafts whose messages need attention, claimed by one replica at a time in order of deadline.

A draft is a hash beside its conversation: ``state`` is the conversation's latest state,
``messages`` show its open question, ``offers`` offer to continue it, and ``stale`` ones offered
that before it moved on or ended. ``told`` is set once the person knows that it expired, ``over``
once it has ended.
"""

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from redis.asyncio import Redis

from bot.redis import keys
from bot.redis.conversation_scripts import LUA
from bot.redis.conversations import Conversation, parse_conversation, to_milliseconds
from bot.redis.foreign import dropping_foreign
from domain.clock import Clock

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=30)
LONGEST_LEASE = timedelta(minutes=15)
MAX_ATTEMPTS = 20  # with growing leases: enough for four hours without Telegram

_KEY = re.compile(r"conversation:(-?\d+):(-?\d+):draft:.+")

# A claim moves the deadline to the end of its lease, and that value then identifies the claim.
# KEYS: deadlines. ARGV: now, most, lease, longest lease (in ms), most attempts.
_CLAIM = (
    LUA
    + """
local now = tonumber(ARGV[1])
local claimed = {}
for _, key in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, ARGV[2])) do
    local place = string.match(key, '^(conversation:%-?%d+:%-?%d+):draft:')
    local flow_id = string.match(key, ':draft:(.*)$')
    local attempts = 0
    if place and redis.call('EXISTS', key) == 1 then
        attempts = redis.pcall('HINCRBY', key, 'attempts', 1)
    end
    if type(attempts) ~= 'number' or attempts == 0 or attempts > tonumber(ARGV[5]) then
        redis.call('ZREM', KEYS[1], key)
    else
        local lease = math.min(tonumber(ARGV[3]) * 2 ^ (attempts - 1), tonumber(ARGV[4]))
        local ends_at = string.format('%.0f', now + lease)
        look_at(KEYS[1], ends_at, key)
        local draft = redis.call('HMGET', key, 'state', 'language', 'messages', 'stale', 'told',
            'over', 'flow')
        local running = read(place)
        local is_running = running and running.flow_id == flow_id
            and type(running.expires_at) == 'number' and running.expires_at > now
        local latest = redis.pcall('GET', place .. ':begun:' .. (draft[7] or ''))
        claimed[#claimed + 1] = {
            key, ends_at, draft[1] or '', draft[2] or '', draft[3] or '', draft[4] or '',
            draft[5] and 1 or 0, draft[6] and 1 or 0, is_running and 1 or 0,
            latest == flow_id and 1 or 0
        }
    end
end
return claimed
"""
)

# KEYS: deadlines, draft. ARGV: the claim, when to look again ('' for never), messages that now
# offer to continue, whether the person was told, now in ms, and the messages and stale ones that
# are done ('' for none): others may have been added since the claim.
_SETTLE = (
    LUA
    + """
if redis.call('EXISTS', KEYS[2]) == 0 then
    redis.call('ZREM', KEYS[1], KEYS[2])
    return
end
local shown = redis.call('HMGET', KEYS[2], 'offers', 'stale', 'messages')
if ARGV[4] == '1' then redis.call('HSET', KEYS[2], 'told', 1) end
if redis.call('ZSCORE', KEYS[1], KEYS[2]) == ARGV[1] then
    redis.call('HSET', KEYS[2], 'attempts', 0, 'offers', joined(shown[1], ARGV[3]))
    if shown[3] == ARGV[6] then redis.call('HSET', KEYS[2], 'messages', '') end
    if shown[2] == ARGV[7] then redis.call('HSET', KEYS[2], 'stale', '') end
    if ARGV[2] == '' and shown[3] ~= ARGV[6] and shown[3] ~= '' then
        look_at(KEYS[1], ARGV[5], KEYS[2])
    elseif ARGV[2] == '' then
        redis.call('ZREM', KEYS[1], KEYS[2])
    else
        look_at(KEYS[1], ARGV[2], KEYS[2])
    end
elseif ARGV[3] ~= '' then
    -- It went on, or ended, while we were offering to continue it.
    redis.call('HSET', KEYS[2], 'stale', joined(shown[2], ARGV[3]))
    look_at(KEYS[1], ARGV[5], KEYS[2])
end
"""
)

# KEYS: deadlines, draft. ARGV: the claim, when to look again.
_POSTPONE = """
if redis.call('ZSCORE', KEYS[1], KEYS[2]) == ARGV[1] then
    redis.call('HINCRBY', KEYS[2], 'attempts', -1)
    redis.call('ZADD', KEYS[1], ARGV[2], KEYS[2])
end
"""


@dataclass(frozen=True)
class ClaimedDraft:
    """A draft to process. `messages` show its question, with buttons; `stale` ones offer something
    no longer available. `is_latest` means that nothing of its kind was started after it.
    """

    key: str
    claim: str
    chat_id: int
    conversation: Conversation
    language: str | None
    messages: tuple[int, ...]
    stale: tuple[int, ...]
    is_told: bool
    is_over: bool
    is_running: bool
    is_latest: bool


class DraftDeadlines:
    """The drafts that need attention. Methods raise RedisError."""

    def __init__(self, redis: Redis, *, clock: Clock) -> None:
        self._redis = redis
        self._clock = clock
        self._claim = redis.register_script(_CLAIM)
        self._settle = redis.register_script(_SETTLE)
        self._postpone = redis.register_script(_POSTPONE)

    async def claim(self, *, most: int) -> list[ClaimedDraft]:
        """Drafts that are due, for LEASE, or longer after failed attempts. Unreadable drafts, and
        those that failed MAX_ATTEMPTS times, are dropped.
        """
        rows = await dropping_foreign(
            self._redis,
            {keys.DRAFT_DEADLINES: "zset"},
            lambda: self._claim(
                keys=[keys.DRAFT_DEADLINES],
                args=[
                    to_milliseconds(self._clock.now()),
                    most,
                    _in_milliseconds(LEASE),
                    _in_milliseconds(LONGEST_LEASE),
                    MAX_ATTEMPTS,
                ],
            ),
        )
        claimed = []
        for row in rows:
            draft = _parse(row)
            if draft is None:
                logger.warning("unreadable draft: dropped")
                await self._redis.zrem(keys.DRAFT_DEADLINES, row[0])
            else:
                claimed.append(draft)
        return claimed

    async def is_held(self, draft: ClaimedDraft) -> bool:
        """Whether the claim is still valid: nobody has answered, continued, ended or claimed the
        draft since.
        """
        score = await self._redis.zscore(keys.DRAFT_DEADLINES, draft.key)
        return score is not None and f"{score:.0f}" == draft.claim

    async def settle(
        self,
        draft: ClaimedDraft,
        *,
        look_again_at: datetime | None = None,
        offers: Sequence[int] = (),
        is_told: bool = False,
    ) -> None:
        """Its messages are up to date. *offers* now offer to continue it; if it has moved on in the
        meantime, they are stale and the draft is due at once.
        """
        await self._settle(
            keys=[keys.DRAFT_DEADLINES, draft.key],
            args=[
                draft.claim,
                "" if look_again_at is None else to_milliseconds(look_again_at),
                _joined(offers),
                int(is_told),
                to_milliseconds(self._clock.now()),
                "" if draft.is_running else _joined(draft.messages),
                _joined(draft.stale),
            ],
        )

    async def postpone(self, draft: ClaimedDraft, delay: timedelta) -> None:
        """Nothing was done and nothing failed."""
        await self._postpone(
            keys=[keys.DRAFT_DEADLINES, draft.key],
            args=[draft.claim, to_milliseconds(self._clock.now() + delay)],
        )


def _in_milliseconds(duration: timedelta) -> int:
    return int(duration.total_seconds() * 1000)


def _parse(row: Sequence[Any]) -> ClaimedDraft | None:
    key, claim, state, language, messages, stale, told, over, running, latest = row
    place, conversation = _KEY.fullmatch(key), parse_conversation(state)
    if place is None or conversation is None:
        return None
    try:
        return ClaimedDraft(
            key=key,
            claim=claim,
            chat_id=int(place[1]),
            conversation=conversation,
            language=language or None,
            messages=_ids(messages),
            stale=_ids(stale),
            is_told=bool(told),
            is_over=bool(over),
            is_running=bool(running),
            is_latest=bool(latest),
        )
    except ValueError:
        return None


def _joined(ids: Sequence[int]) -> str:
    return ",".join(map(str, ids))


def _ids(text: str) -> tuple[int, ...]:
    return tuple(int(number) for number in text.split(",") if number)
