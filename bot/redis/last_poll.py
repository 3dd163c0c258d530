"""When any replica last heard from Telegram."""

import time
from datetime import timedelta

from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot.redis import keys
from bot.redis.circuit import Circuit
from bot.redis.foreign import dropping_foreign


class LastPoll:
    """By the machines' clocks: what counts is how long Telegram kept what people tapped. While
    Redis is away, or was emptied, nobody knows.
    """

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._circuit = Circuit("last_poll")

    async def silence(self) -> timedelta | None:
        """How long ago that was; None if it isn't known."""
        if not self._circuit.may_call():
            return None
        try:
            stored = await dropping_foreign(
                self._redis, {keys.LAST_POLL: "string"}, lambda: self._redis.get(keys.LAST_POLL)
            )
            self._circuit.record_success()
            return None if stored is None else timedelta(seconds=time.time() - float(stored))
        except RedisError as error:
            self._circuit.record_failure(error)
        except (ValueError, OverflowError):
            pass  # something else has written there
        return None

    async def note(self) -> None:
        """It is now."""
        if not self._circuit.may_call():
            return
        try:
            await self._redis.set(keys.LAST_POLL, time.time(), ex=keys.LAST_POLL_TTL)
            self._circuit.record_success()
        except RedisError as error:
            self._circuit.record_failure(error)
