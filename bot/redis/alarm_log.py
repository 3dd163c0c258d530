"""Which alarms the operator has been told, for whichever replica audits next."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot.redis import keys
from bot.redis.circuit import Circuit
from bot.redis.foreign import dropping_foreign


@dataclass(frozen=True)
class ToldAlarm:
    """An alarm that was raised last at `at` (Unix seconds), and whether it still `stands`."""

    at: float
    stands: bool


class AlarmLog:
    """Remembers alarms by their rule. While Redis is away, only those of this process."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._circuit = Circuit("alarm_log")
        self._own: dict[str, ToldAlarm] = {}

    async def load(self) -> Mapping[str, ToldAlarm]:
        """All alarms of the last days."""
        if self._circuit.may_call():
            try:
                stored = await dropping_foreign(
                    self._redis,
                    {keys.AUDITOR_TOLD: "string"},
                    lambda: self._redis.get(keys.AUDITOR_TOLD),
                )
            except RedisError as error:
                self._circuit.record_failure(error)
            else:
                self._circuit.record_success()
                self._own |= _read(stored)
        return dict(self._own)

    async def save(self, told: Mapping[str, ToldAlarm]) -> None:
        """Remember these from now on."""
        self._own = dict(told)
        if not self._circuit.may_call():
            return
        text = json.dumps({rule: asdict(alarm) for rule, alarm in told.items()})
        try:
            await self._redis.set(keys.AUDITOR_TOLD, text, ex=keys.AUDITOR_TOLD_TTL)
        except RedisError as error:
            self._circuit.record_failure(error)
        else:
            self._circuit.record_success()


def _read(stored: str | bytes | None) -> dict[str, ToldAlarm]:
    """What another replica, or another version, has stored; nothing if it can't be read."""
    try:
        return {
            str(rule): ToldAlarm(float(alarm["at"]), bool(alarm["stands"]))
            for rule, alarm in json.loads(stored or "{}").items()
        }
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
        return {}
