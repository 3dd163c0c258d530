"""Limits how often one person may use one command."""

import enum

from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot.redis import keys
from bot.redis.circuit import Circuit

# Count and expiry in one step: a process that dies between INCR and EXPIRE would leave a key that
# locks somebody out forever. A key without an expiry gets one at the next use.
_COUNT = """
local count = redis.call('INCR', KEYS[1])
if redis.call('PTTL', KEYS[1]) < 0 then
    redis.call('EXPIRE', KEYS[1], ARGV[1])
end
return count
"""


class Verdict(enum.Enum):
    ALLOWED = "allowed"
    REFUSED_FIRST = "refused, say so"
    REFUSED_SILENT = "refused, and told already"


class RateLimiter:
    """Counts uses in one-minute windows that start with the first use.

    Fails open: a caregiver must not be refused because Redis is down. Whatever must never be
    limited (presses on cards) doesn't call this.
    """

    def __init__(self, redis: Redis, *, per_minute: int = 20) -> None:
        self._redis = redis
        self._per_minute = per_minute
        self._count = redis.register_script(_COUNT)
        self.circuit = Circuit("rate_limit")

    async def may_chat(self, telegram_user: int) -> bool:
        """Whether this person's "hello" or "thanks" is the first within an hour."""
        if not self.circuit.may_call():
            return True
        key = keys.small_talk(telegram_user)
        try:
            is_set = await self._redis.set(key, 1, nx=True, ex=keys.SMALL_TALK_TTL)
        except RedisError as error:
            self.circuit.record_failure(error)
            return True
        self.circuit.record_success()
        return bool(is_set)

    async def check(
        self, telegram_user: int, command: str, *, per_minute: int | None = None
    ) -> Verdict:
        """Count one use and judge it; *per_minute* overrides the general limit."""
        if not self.circuit.may_call():
            return Verdict.ALLOWED
        try:
            count = int(
                await self._count(
                    keys=[keys.rate_limit(telegram_user, command)], args=[keys.RATE_LIMIT_TTL]
                )
            )
        except RedisError as error:
            self.circuit.record_failure(error)
            return Verdict.ALLOWED
        self.circuit.record_success()
        limit = self._per_minute if per_minute is None else per_minute
        if count <= limit:
            return Verdict.ALLOWED
        return Verdict.REFUSED_FIRST if count == limit + 1 else Verdict.REFUSED_SILENT
