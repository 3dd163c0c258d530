"""Records what was sent and edited, in batches."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from datetime import timedelta
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
REPEAT_AFTER = timedelta(seconds=30)


class OutcomeRecorder:
    """Records what Telegram accepted. *on_outdated* is called if some of it is outdated already
    because somebody answered while it was being sent.
    """

    def __init__(self, database: Database, *, on_outdated: Callable[[], None]) -> None:
        self._database = database
        self._on_outdated = on_outdated
        self._sent: list[Sent] = []
        self._shown: list[Shown] = []
        self._unrecorded: Counter[UUID] = Counter()
        self._recording = Tasks("recording")

    @property
    def unrecorded(self) -> Collection[UUID]:
        """The messages that were sent or edited, but aren't recorded yet."""
        return self._unrecorded.keys()

    def add(self, outcome: Sent | Shown) -> None:
        """Record it at once, together with everything else that comes in at the same moment."""
        if isinstance(outcome, Sent):
            self._sent.append(outcome)
        else:
            self._shown.append(outcome)
        self._unrecorded[outcome.notification_id] += 1
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
                if is_unavailable(error):
                    # Anything not recorded would be sent again, so keep trying.
                    log.warning(
                        "message recording failed, retrying: messages=%d %s",
                        len(sent) + len(shown),
                        describe(error),
                    )
                    self._sent = [*sent, *self._sent]
                    self._shown = [*shown, *self._shown]
                    await asyncio.sleep(AWAY_SECONDS)
                    continue
                await self._record_one_by_one([*sent, *shown])
                is_outdated = True
            self._unrecorded -= Counter(
                [
                    *(each.notification_id for each in sent),
                    *(each.notification_id for each in shown),
                ]
            )
            if is_outdated:
                self._on_outdated()

    async def _record_one_by_one(self, recorded: Sequence[Sent | Shown]) -> None:
        """One of them can't be recorded, which is no reason to send the others again."""
        for outcome in recorded:
            try:
                if isinstance(outcome, Sent):
                    await self._record([outcome], [])
                else:
                    await self._record([], [outcome])
            except Exception as error:
                SET_ASIDE.labels("message").inc()
                log.error(
                    "message recording failed: notification=%s %s",
                    outcome.notification_id,
                    describe(error),
                )
                if isinstance(outcome, Sent):
                    await self._repeat(outcome)

    async def _repeat(self, sent: Sent) -> None:
        """It was sent, which can't be recorded: it is sent again, and says so."""
        try:
            await self._database.run(
                lambda scope: outcomes.postpone(
                    scope, sent.notification_id, delay=REPEAT_AFTER, maybe_sent=True, counts=True
                ),
                as_dispatch(),
            )
        except Exception as error:
            log.error(
                "marking a repeat failed: notification=%s %s",
                sent.notification_id,
                describe(error),
            )

    async def _record(self, sent: Sequence[Sent], shown: Sequence[Shown]) -> bool:
        async def work(scope: Scope) -> bool:
            is_any_outdated = False
            if sent:
                is_any_outdated |= await outcomes.record_sent(scope, sent)
            if shown:
                is_any_outdated |= await outcomes.record_shown(scope, shown)
            return is_any_outdated

        return await self._database.run(work, as_dispatch())
