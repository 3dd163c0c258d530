"""What each person has spoken of in the last minutes, so that "it" and "she" mean something; and
what else they have asked for, which comes after the question that is open.
"""

from collections.abc import Mapping

from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot.redis import keys
from bot.redis.circuit import Circuit
from bot.redis.foreign import dropping_foreign

#: Behind it the question after which these words come.
PROMISED = "then:"


class SpokenOf:
    """Ids by what they are of, for ten minutes, and words that come after a question, for an hour.
    Without Redis nothing was spoken of.
    """

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self.circuit = Circuit("spoken")

    async def recall(self, telegram_user: int) -> Mapping[str, str]:
        if not self.circuit.may_call():
            return {}
        try:
            spoken, promised = keys.spoken(telegram_user), keys.promised(telegram_user)
            found = dict(
                await dropping_foreign(
                    self._redis, {spoken: "hash"}, lambda: self._redis.hgetall(spoken)
                )
            )
            come_later = await dropping_foreign(
                self._redis, {promised: "hash"}, lambda: self._redis.hgetall(promised)
            )
            found |= {
                key: each for key, each in come_later.items() if str(key).startswith(PROMISED)
            }
        except RedisError as error:
            self.circuit.record_failure(error)
            return {}
        self.circuit.record_success()
        return {str(key): str(value) for key, value in found.items()}

    async def note(self, telegram_user: int, ids: Mapping[str, str]) -> None:
        if not self.circuit.may_call():
            return
        key, promised = keys.spoken(telegram_user), keys.promised(telegram_user)
        try:
            async with self._redis.pipeline(transaction=True) as pipe:
                pipe.delete(key)
                for name, value in ids.items():
                    # What was promised stays, whatever else is said meanwhile.
                    pipe.hset(promised if name.startswith(PROMISED) else key, name, value)
                pipe.expire(key, keys.SPOKEN_TTL)  # nothing, without ids
                pipe.expire(promised, keys.PROMISED_TTL)
                await pipe.execute()
        except RedisError as error:
            self.circuit.record_failure(error)
            return
        self.circuit.record_success()
