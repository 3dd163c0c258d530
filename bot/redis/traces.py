"""Erases what Redis has of somebody who was erased. All of it would expire within a day or two."""

from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot.ops.supervisor import Tasks
from bot.redis import keys
from bot.redis.circuit import Circuit
from domain.events import Event
from domain.overview.leaving.erasure import UserErased


class Traces:
    """Open conversations and everything else whose key has the account in it."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._erasing = Tasks("traces")
        self.circuit = Circuit("traces")

    def on_event(self, event: Event) -> None:
        if isinstance(event, UserErased):
            self._erasing.start(self._erase(event.telegram_id))

    async def close(self) -> None:
        """Returns once everything is erased."""
        await self._erasing.finish()

    async def _erase(self, telegram_user: int) -> None:
        if not self.circuit.may_call():
            return
        try:
            for pattern in keys.all_of(telegram_user):
                async for key in self._redis.scan_iter(match=pattern, count=1_000):
                    await self._redis.zrem(keys.DRAFT_DEADLINES, key)
                    await self._redis.delete(key)
        except RedisError as error:
            self.circuit.record_failure(error)
            return
        self.circuit.record_success()
