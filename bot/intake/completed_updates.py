"""Updates that took effect and were answered, marked as done in batches."""

import asyncio
import logging

from bot.ops.supervisor import Tasks
from domain.database.requests import as_dispatch
from domain.database.unit_of_work import Database
from domain.delivery import inbox
from domain.set_asides import describe

log = logging.getLogger(__name__)

GATHER_SECONDS = 0.02
AWAY_SECONDS = 2.0


class CompletedUpdates:
    """Marks updates as done, in one statement for all that finish at about the same time.

    If that fails or the process dies first, the answer is merely sent again.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._update_ids: list[int] = []
        self._flushing = Tasks("finished updates")

    def add(self, update_id: int) -> None:
        self._update_ids.append(update_id)
        if not self._flushing.are_running:
            self._flushing.start(self._flush_soon())

    async def flush(self) -> None:
        """Returns once everything is marked."""
        await self._flushing.finish()

    async def close(self, *, seconds: float) -> None:
        """Mark the rest, for at most *seconds*."""
        await self._flushing.drain(seconds=seconds)

    async def _flush_soon(self) -> None:
        while self._update_ids:
            await asyncio.sleep(GATHER_SECONDS)
            update_ids, self._update_ids = self._update_ids, []
            try:
                await self._database.run(
                    lambda scope, ids=update_ids: inbox.mark_done(scope, ids),  # type: ignore[misc]
                    as_dispatch(),
                )
            except Exception as error:
                # Until they are marked, a restart would answer them again.
                log.warning(
                    "marking updates done failed, retrying: updates=%d %s",
                    len(update_ids),
                    describe(error),
                )
                self._update_ids = [*update_ids, *self._update_ids]
                await asyncio.sleep(AWAY_SECONDS)
