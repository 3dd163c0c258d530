"""Shares Telegram's sending limits between replicas, since they apply to the whole bot."""

from dataclasses import dataclass

from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot.ops.supervisor import Tasks
from bot.redis import keys
from bot.redis.circuit import Circuit
from bot.redis.foreign import dropping_foreign

# The times of the latest sends, in microseconds by Redis's clock, so that replicas' clocks may
# differ. A time later than now (Redis's clock was set back) is ignored.
# KEYS: total, this kind, chat, pause, the chat's pause, whether this kind waits, whether the other
# does. ARGV: total per second, its span; for this kind: per second, share of the span while the
# other waits, pace; chat interval, how far the chat may be ahead, whether to mark that more of this
# kind waits; µs.
# Returns how long to wait in general, and for this chat; 0 and 0 means yes, and is counted.
#
# The chat is checked first: a send that couldn't go anyway takes nothing from the other kind. The
# mark that a kind waits lasts slightly longer than until the waiting replica asks again. A share is
# given out in halves, so that it is never used up for the whole span.
_TAKE = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local per_second, span = tonumber(ARGV[1]), tonumber(ARGV[2])
local most, share, pace = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local interval, ahead = tonumber(ARGV[6]), tonumber(ARGV[7])

local function left(key, count, within)
    local sent_at = tonumber(redis.call('LINDEX', key, -count) or 0) or 0
    if not (sent_at <= now) then return 0 end
    return math.max(0, sent_at + within - now)
end

local function add(key, most)
    redis.call('RPUSH', key, string.format('%.0f', now))
    redis.call('LTRIM', key, -most, -1)
    redis.call('PEXPIRE', key, 5000)
end

local function say_that_it_waits(microseconds)
    redis.call('SET', KEYS[6], 1, 'PX', math.ceil(microseconds / 1000) + 200)
end

local free_at = tonumber(redis.call('GET', KEYS[3]) or 0) or 0
-- Farther ahead than this would have put it: something else has written there.
if not (free_at >= now and free_at <= now + ahead + interval + 60000000) then free_at = now end
local chat_wait = math.max(redis.call('PTTL', KEYS[5]) * 1000, free_at - ahead - now)
if chat_wait > 0 then return {0, chat_wait} end

local other_waits = redis.call('PTTL', KEYS[7]) * 1000
local wait = math.max(redis.call('PTTL', KEYS[4]) * 1000, left(KEYS[1], per_second, span),
                      left(KEYS[2], most, 1000000), pace > 0 and left(KEYS[2], 1, pace) or 0,
                      math.min(other_waits, left(KEYS[2], share, span)),
                      math.min(other_waits, left(KEYS[2], math.ceil(share / 2), span / 2)))
if wait > 0 then
    say_that_it_waits(wait)
    return {wait, 0}
end

add(KEYS[1], per_second)
add(KEYS[2], most)
if ARGV[8] == '1' then say_that_it_waits(0) end
if interval > 0 then
    free_at = free_at + interval
    redis.call('SET', KEYS[3], string.format('%.0f', free_at),
               'PX', math.ceil((free_at - now) / 1000))
end
return {0, 0}
"""

_MICROSECONDS = 1_000_000


@dataclass(frozen=True)
class Demand:
    """One send and the limits that apply to it; in seconds. A kind is either bulk or interactive.

    ``kind_share`` is how many of its kind may go within *span* while the other kind waits;
    ``is_last`` means that none of its kind waits behind it.
    """

    chat_id: int
    is_bulk: bool
    per_second: int
    span: float
    kind_per_second: int
    kind_share: int
    kind_pace: float
    chat_interval: float
    chat_ahead: float
    is_last: bool


class SharedSendLimits:
    """Asks Redis before each send. While Redis is down, every replica keeps to its own limits."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._take = redis.register_script(_TAKE)
        # A long rest, since every attempt that times out delays all sending by that much.
        self._circuit = Circuit("send_limits", rest=10)
        self._telling = Tasks("sending paused")

    async def take(self, demand: Demand) -> tuple[float, float]:
        """Count a send if it may go now: (0, 0). Otherwise the seconds to wait: in general, and
        for the chat.
        """
        if not self._circuit.may_call():
            return 0.0, 0.0
        chat_id = demand.chat_id
        bulk = (keys.LIMIT_BULK, keys.LIMIT_BULK_WAITS)
        answers = (keys.LIMIT_INTERACTIVE, keys.LIMIT_INTERACTIVE_WAITS)
        kind, other = (bulk, answers) if demand.is_bulk else (answers, bulk)
        try:
            wait, chat_wait = await self._run(
                keys=[
                    keys.LIMIT_TOTAL,
                    kind[0],
                    keys.limit_chat(chat_id),
                    keys.LIMIT_PAUSE,
                    keys.limit_pause_chat(chat_id),
                    kind[1],
                    other[1],
                ],
                args=[
                    demand.per_second,
                    int(demand.span * _MICROSECONDS),
                    demand.kind_per_second,
                    demand.kind_share,
                    int(demand.kind_pace * _MICROSECONDS),
                    int(demand.chat_interval * _MICROSECONDS),
                    int(demand.chat_ahead * _MICROSECONDS),
                    # Answers come in small bursts that fit into what is free. They only announce
                    # that they wait when they do, or each burst would slow the bulk down.
                    int(demand.is_bulk and not demand.is_last),
                ],
            )
        except RedisError as error:
            self._circuit.record_failure(error)
            return 0.0, 0.0
        self._circuit.record_success()
        return wait / _MICROSECONDS, chat_wait / _MICROSECONDS

    async def _run(self, *, keys: list[str], args: list[int]) -> list[int]:
        total, kind, chat, *_ = keys
        types = {total: "list", kind: "list", chat: "string"}
        answer: list[int] = await dropping_foreign(
            self._redis, types, lambda: self._take(keys=keys, args=args)
        )
        return answer

    def pause(self, seconds: float, chat_id: int | None) -> None:
        """Tell the other replicas, in the background, to send nothing (to one chat, or at all)."""
        self._telling.start(self._tell(seconds, chat_id))

    async def _tell(self, seconds: float, chat_id: int | None) -> None:
        key = keys.LIMIT_PAUSE if chat_id is None else keys.limit_pause_chat(chat_id)
        try:
            await self._redis.set(key, 1, px=max(1, int(seconds * 1000)))
        except RedisError as error:
            self._circuit.record_failure(error)
