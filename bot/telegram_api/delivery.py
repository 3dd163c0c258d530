"""Delivers the outbox: claims open messages, a few for each receiver, and has them sent.

This is the only writer of messages. Whoever changes a message's content raises its wanted version,
and it is edited until it shows that version.
"""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from bot.ops.supervisor import Tasks
from bot.telegram_api.calls import TelegramApi
from bot.telegram_api.limits import Limiter
from bot.telegram_api.sending import Render, Sender
from domain.database.failures import is_unavailable
from domain.database.requests import as_dispatch
from domain.database.unit_of_work import Database
from domain.delivery import claims
from domain.delivery.claims import ClaimedNotification
from domain.events import Event, NotificationsQueued
from domain.set_asides import describe

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=30)
RENEW_SECONDS = 10.0
IN_FLIGHT = 100  # no more than Telegram accepts in a few seconds
AWAY_SECONDS = 2.0
#: While there is more to send, places are filled so often, several at a time: a claim costs as much
#: as a message.
CLAIM_EVERY_SECONDS = 0.02
#: A chat that has to wait longer than this takes no slot: its messages stay in the outbox.
RESTS_FROM_SECONDS = 0.5


class Delivery:
    """Sends open messages and edits outdated ones while :meth:`run` runs."""

    def __init__(
        self,
        database: Database,
        api: TelegramApi,
        *,
        limiter: Limiter,
        render: Render,
        owner: UUID,
    ) -> None:
        self._database = database
        self._limiter = limiter
        self._owner = owner
        self._wanted = asyncio.Event()
        self._in_flight = Tasks("send")
        self._nudges = Tasks("nudge")
        # How much each receiver has in flight, which messages these are (their leases may run out
        # meanwhile), and until when other chats have to wait.
        self._busy: Counter[UUID] = Counter()
        self._begun: set[UUID] = set()
        self._resting: dict[UUID, float] = {}
        self._sender = Sender(database, api, limiter=limiter, render=render, on_pending=self.nudge)
        database.subscribe(self._on_event)

    def nudge(self) -> None:
        """Check the outbox now."""
        self._wanted.set()

    async def run(self) -> None:
        """Deliver until cancelled. If nothing is open it waits for a nudge, without polling."""
        self.nudge()
        while True:
            self._wanted.clear()
            try:
                claimed = await self._claim()
                wait = None if claimed else await self._seconds_to_next()
            except Exception as error:
                log.warning("outbox read failed: %s", describe(error))
                claimed, wait = [], AWAY_SECONDS
            for notification in claimed:
                self._busy[notification.receiver_id] += 1
                self._begun.add(notification.id)
                self._in_flight.start(self._deliver(notification))
            if claimed:
                await asyncio.sleep(CLAIM_EVERY_SECONDS)
            if not claimed or len(self._in_flight) >= IN_FLIGHT:
                await self._pause(wait)

    async def renew_leases(self) -> None:
        """Renew the leases of messages being sent: slow is not lost. Runs until cancelled."""
        while True:
            await asyncio.sleep(RENEW_SECONDS)
            if not self._in_flight:
                continue
            try:
                await self._database.run(
                    lambda scope: claims.renew_leases(scope, owner=self._owner, lease=LEASE),
                    as_dispatch(),
                )
            except Exception as error:
                log.warning("outbox lease renewal failed: %s", describe(error))

    async def drain(self, *, seconds: float) -> None:
        """Finish what was started, for at most *seconds*."""
        await self._in_flight.drain(seconds=seconds)
        await self._sender.close(seconds=seconds)

    def _on_event(self, event: Event) -> None:
        if isinstance(event, NotificationsQueued):
            self.nudge()

    async def _claim(self) -> list[ClaimedNotification]:
        most = IN_FLIGHT - len(self._in_flight)
        if most <= 0:
            return []
        busy, held = self._busy_receivers(), {*self._begun, *self._sender.unrecorded}
        return list(
            await self._database.run(
                lambda scope: claims.claim(
                    scope, limit=most, lease=LEASE, owner=self._owner, busy=busy, held=held
                ),
                as_dispatch(),
            )
        )

    def _busy_receivers(self) -> Collection[UUID]:
        """Members and groups that have enough in flight, or whose chats have to wait."""
        now = time.monotonic()
        self._resting = {who: until for who, until in self._resting.items() if until > now}
        return {
            *(who for who, count in self._busy.items() if count >= claims.PER_RECEIVER_LIMIT),
            *self._resting,
        }

    async def _seconds_to_next(self) -> float | None:
        left = await self._database.run(claims.time_until_next_open, as_dispatch())
        if left is None:
            return None
        seconds = max(0.05, left.total_seconds())
        if seconds < RESTS_FROM_SECONDS and self._busy_receivers():
            # The next one may be theirs: check again when the first of them can have it.
            now = time.monotonic()
            ends = min(self._resting.values(), default=now + RESTS_FROM_SECONDS)
            return max(seconds, min(ends - now, RESTS_FROM_SECONDS))
        return seconds

    async def _pause(self, seconds: float | None) -> None:
        """Wait for a nudge, a free slot, or *seconds*."""
        nudge = self._nudges.start(self._wanted.wait())
        is_any_busy = any(count >= claims.PER_RECEIVER_LIMIT for count in self._busy.values())
        full = len(self._in_flight) >= IN_FLIGHT or is_any_busy
        try:
            await asyncio.wait(
                {nudge, *self._in_flight} if full else {nudge},
                timeout=seconds,
                return_when=asyncio.FIRST_COMPLETED,
            )
        finally:
            nudge.cancel()

    async def _deliver(self, claimed: ClaimedNotification) -> None:
        try:
            await self._sender.send_or_edit(claimed)
        except Exception as error:
            if is_unavailable(error):
                # It is retried once its lease runs out.
                log.warning("outbox read failed: %s", describe(error))
            else:
                await self._sender.set_aside(claimed, describe(error))
        finally:
            self._begun.discard(claimed.id)
            self._busy[claimed.receiver_id] -= 1
            if not self._busy[claimed.receiver_id]:
                del self._busy[claimed.receiver_id]
            seconds = self._limiter.seconds_until_free(claimed.chat_id, claimed.lane)
            if seconds > RESTS_FROM_SECONDS:
                self._resting[claimed.receiver_id] = time.monotonic() + seconds
