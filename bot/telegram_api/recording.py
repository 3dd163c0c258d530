"""Records what was sent and edited, in batches."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from uuid import UUID

from bot.ops.metrics import SET_ASIDE
from bot.ops.supervisor import Tasks
from domain.database.failures import is_unavailable
from domain.database.requests import as_dispatch
from domain.database.scope import Scope
from domain.database.unit_of_work import Database
from domain.delivery import outcomes
from domain.delivery.outcomes import Sent, Shown
from domain.set_asides import describe

log = logging.getLogger(__name__)

GATHER_SECONDS = 0.02
AWAY_SECONDS = 2.0


class OutcomeRecorder:
    """Records what Telegram accepted. *on_outdated* is called if some of it is outdated already
    because somebody answered while it was being sent.
    """

    def __init__(self, database: Database, *, on_outdated: Callable[[], None]) -> None:
        self._database = database
        self._on_outdated = on_outdated
        self._sent: list[Sent] = []
        self._shown: list[Shown] = []
        self._recording = Tasks("recording")

    def add(self, outcome: Sent | Shown) -> None:
        """Record it at once, together with everything else that comes in at the same moment."""
        if isinstance(outcome, Sent):
            self._sent.append(outcome)
        else:
            self._shown.append(outcome)
        if not self._recording.are_running:
            self._recording.start(self._record_soon())

    async def close(self, *, seconds: float) -> None:
        """Record the rest, for at most *seconds*."""
        await self._recording.drain(seconds=seconds)

    async def _record_soon(self) -> None:
        while self._sent or self._shown:
            await asyncio.sleep(GATHER_SECONDS)
            sent, self._sent = self._sent, []
            shown, self._shown = self._shown, []
            try:
                is_outdated = await self._record(sent, shown)
            except Exception as error:
                count = len(sent) + len(shown)
                if not is_unavailable(error) and count > 1:
                    await self._record_one_by_one(sent, shown)
                    continue
                if not is_unavailable(error):
                    # Its lease is no longer renewed: it will be sent again, marked as a repeat.
                    SET_ASIDE.labels("message").inc()
                    log.error("message recording failed: %s", describe(error))
                    continue
                # Anything not recorded would be sent again, so keep trying.
                log.warning(
                    "message recording failed, retrying: messages=%d %s", count, describe(error)
                )
                self._sent = [*sent, *self._sent]
                self._shown = [*shown, *self._shown]
                await asyncio.sleep(AWAY_SECONDS)
            else:
                if is_outdated:
                    self._on_outdated()

    async def _record_one_by_one(self, sent: Sequence[Sent], shown: Sequence[Shown]) -> None:
        """One of them can't be recorded, which is no reason to send the others again."""
        alone: list[tuple[UUID, list[Sent], list[Shown]]] = [
            *((each.notification_id, [each], []) for each in sent),
            *((each.notification_id, [], [each]) for each in shown),
        ]
        for notification_id, one_sent, one_shown in alone:
            try:
                await self._record(one_sent, one_shown)
            except Exception as error:
                SET_ASIDE.labels("message").inc()
                log.error(
                    "message recording failed: notification=%s %s",
                    notification_id,
                    describe(error),
                )
        self._on_outdated()

    async def _record(self, sent: Sequence[Sent], shown: Sequence[Shown]) -> bool:
        async def work(scope: Scope) -> bool:
            is_any_outdated = False
            if sent:
                is_any_outdated |= await outcomes.record_sent(scope, sent)
            if shown:
                is_any_outdated |= await outcomes.record_shown(scope, shown)
            return is_any_outdated

        return await self._database.run(work, as_dispatch())
