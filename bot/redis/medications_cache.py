"""The list of a family's medicines, as JSON under ``family:{id}:medications``.

Holds nothing that a decision depends on. What is there counts only if its version is the one that
PostgreSQL has, so whatever was kept too long, or damaged, is as good as nothing.
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
from domain.events import Event
from domain.medicines.events import MedicinesListed
from domain.medicines.facts import MedicineLine


@dataclass(frozen=True)
class CachedMedicines:
    """A family's list as it was at *version* of it."""

    family_id: UUID
    version: int
    lines: Sequence[MedicineLine]


class MedicationsCache:
    """Reads before a transaction, writes after one; never inside."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._writing = Tasks("medications cache")
        self.circuit = Circuit("the list of medicines")

    async def get(self, family_id: UUID | None) -> CachedMedicines | None:
        """What is there for a family (None: nobody knows yet which one it will be)."""
        found = await self._get(family_id)
        if isinstance(found, CachedMedicines):
            return found
        MEDICATIONS_CACHE.labels(found).inc()
        return None

    async def _get(self, family_id: UUID | None) -> CachedMedicines | str:
        """What is there, or why nothing is."""
        if family_id is None:
            return "miss"
        if not self.circuit.may_try():
            return "away"
        try:
            stored = await self._redis.get(keys.family_medications(family_id))
        except RedisError as error:
            self.circuit.failed(error)
            return "away"
        self.circuit.worked()
        if stored is None:
            return "miss"
        try:
            content = json.loads(stored)
            version = int(content["version"])
            lines = [MedicineLine.from_json(line) for line in content["lines"]]
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError):
            return "unreadable"
        return CachedMedicines(family_id, version, lines)

    def on_event(self, event: Event) -> None:
        """Keep what was just read from the database, without making anybody wait for it."""
        if isinstance(event, MedicinesListed):
            self._writing.start(self._put(event))

    async def close(self) -> None:
        """Return once everything is written."""
        await self._writing.finish()

    async def _put(self, listed: MedicinesListed) -> None:
        if not self.circuit.may_try():
            return
        content = {"version": listed.version, "lines": [line.to_json() for line in listed.lines]}
        try:
            await self._redis.set(
                keys.family_medications(listed.family_id),
                json.dumps(content),
                ex=keys.FAMILY_MEDICATIONS_TTL,
            )
        except RedisError as error:
            self.circuit.failed(error)
