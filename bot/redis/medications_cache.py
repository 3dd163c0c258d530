"""The list of a family's medicines, as JSON under ``family:{id}:medications``.

No decision depends on it. An entry only counts if its version matches PostgreSQL's, so one that is
stale or damaged is simply ignored.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot.ops.metrics import MEDICATIONS_CACHE
from bot.ops.supervisor import Tasks
from bot.redis import keys
from bot.redis.circuit import Circuit
from bot.redis.foreign import dropping_foreign
from domain.events import Event
from domain.medicines.events import MedicinesListed
from domain.medicines.facts import MedicineLine


@dataclass(frozen=True)
class CachedMedicines:
    """A family's list, as of its *version*."""

    family_id: UUID
    version: int
    lines: Sequence[MedicineLine]


class MedicationsCache:
    """Reads before a transaction and writes after one, never inside."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._writing = Tasks("medications cache")
        self.circuit = Circuit("medications_cache")

    async def get(self, family_id: UUID | None) -> CachedMedicines | None:
        """The cached list of a family (None if the family isn't known yet)."""
        found = await self._get(family_id)
        if isinstance(found, CachedMedicines):
            return found
        MEDICATIONS_CACHE.labels(found).inc()
        return None

    async def _get(self, family_id: UUID | None) -> CachedMedicines | str:
        """The cached list, or the reason why there is none."""
        if family_id is None:
            return "miss"
        if not self.circuit.may_call():
            return "away"
        try:
            key = keys.family_medications(family_id)
            stored = await dropping_foreign(
                self._redis, {key: "string"}, lambda: self._redis.get(key)
            )
        except RedisError as error:
            self.circuit.record_failure(error)
            return "away"
        self.circuit.record_success()
        if stored is None:
            return "miss"
        try:
            content = json.loads(stored)
            version = int(content["version"])
            lines = [MedicineLine.from_json(line) for line in content["lines"]]
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
            return "unreadable"
        return CachedMedicines(family_id, version, lines)

    def on_event(self, event: Event) -> None:
        """Cache what was just read from the database, without making anybody wait."""
        if isinstance(event, MedicinesListed):
            self._writing.start(self._put(event))

    async def close(self) -> None:
        """Returns once everything is written."""
        await self._writing.finish()

    async def _put(self, listed: MedicinesListed) -> None:
        if not self.circuit.may_call():
            return
        content = {"version": listed.version, "lines": [line.to_json() for line in listed.lines]}
        try:
            await self._redis.set(
                keys.family_medications(listed.family_id),
                json.dumps(content),
                ex=keys.FAMILY_MEDICATIONS_TTL,
            )
        except RedisError as error:
            self.circuit.record_failure(error)
