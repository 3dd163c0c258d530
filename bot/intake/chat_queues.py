"""Handles each chat's updates in order, and different chats concurrently.

Fresh updates arrive leased to this process, as long as there is room for their chat.
:meth:`ChatQueues.recover` claims those that wait, or that another process left behind. A chat's
next update waits until the previous one took effect, but never until its answer is sent.
"""

import asyncio
import logging
import secrets
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from telegram.ext import Application

from bot.intake.answer_sender import Place
from bot.intake.completed_updates import CompletedUpdates
from bot.intake.outgoing_answers import OutgoingAnswers
from bot.intake.raw_updates import (
    RawPress,
    RawUpdate,
    UnreadableUpdate,
    chat_id_of,
    message_of,
    press_of,
    read_update,
)
from bot.intake.serving import Serving
from bot.ops.metrics import SET_ASIDE
from bot.ops.supervisor import Tasks
from bot.ui.answer import Answer
from bot.ui.presses.press import UnreadableCallback
from bot.ui.presses.registry import decode
from domain.database.failures import is_unavailable
from domain.database.requests import as_dispatch
from domain.database.unit_of_work import Database
from domain.delivery import inbox
from domain.delivery.inbox import FetchedUpdate
from domain.set_asides import describe

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=15)
RENEW_SECONDS = 5.0
FAILURES = 3  # then an update is set aside
RETRY_SECONDS = 0.5
UNREACHABLE_SECONDS = 2.0
CLAIMED_AT_ONCE = 100
LOOK_AGAIN_SECONDS = 0.5
MAX_PER_CHAT = 20  # queued in this process; further ones stay in the inbox
MAX_WAITING = 2_000  # over all chats
#: With this many waiting, taps that only look around are dropped: nobody means that many.
PATIENCE = 5


@dataclass(frozen=True)
class _Waiting:
    """An update in its chat's queue. With an `answer`, it has taken effect and only this is left to
    send.
    """

    update_id: int
    chat_id: int
    payload: RawUpdate
    answer: dict[str, Any] | None = None


class ChatQueues:
    """Handles updates through the PTB application: one chat in order, chats concurrently."""

    def __init__(
        self,
        database: Database,
        application: "Application[Any, Any, Any, Any, Any, Any]",
        serving: Serving,
        answers: OutgoingAnswers,
        completed_updates: CompletedUpdates,
        *,
        owner: UUID,
    ) -> None:
        self._database = database
        self._application = application
        self._serving = serving
        self._answers = answers
        self._completed_updates = completed_updates
        self._owner = owner
        self._queues: dict[int, deque[_Waiting]] = {}
        self._known: set[int] = set()
        self._workers = Tasks("chat")
        self._recovery_requested = asyncio.Event()
        self._recovery_requested.set()

    async def accept(self, updates: Sequence[RawUpdate]) -> None:
        """Store fetched updates in one commit, then start on them. Only after this may they be
        acknowledged. If the database is down its error is raised, and nothing was stored.
        """
        incoming = self._mark_overflow([_incoming(update) for update in updates])
        ours = await self._store(incoming)
        for each in incoming:
            if each.update_id in ours:
                self._enqueue(_Waiting(each.update_id, each.chat_id, each.payload))
        if len(ours) < len(incoming):
            self.request_recovery()

    def _mark_overflow(self, incoming: Sequence[FetchedUpdate]) -> Sequence[FetchedUpdate]:
        """Mark updates of chats with enough waiting here: those stay in the inbox."""
        ahead = {
            chat_id: [press_of(each.payload) for each in queue]
            for chat_id, queue in self._queues.items()
        }
        total, full = len(self._known), set[int]()
        made = []
        for each in incoming:
            presses = ahead.setdefault(each.chat_id, [])
            press = press_of(each.payload)
            if not (presses and _is_redundant(press, presses)):
                presses.append(press)
                total += 1
            if len(presses) > MAX_PER_CHAT or total > MAX_WAITING:
                full.add(each.chat_id)  # later updates of that chat have to stay behind it
            may_wait = each.chat_id in full
            made.append(replace(each, may_wait=may_wait))
        return made

    async def _store(self, incoming: Sequence[FetchedUpdate]) -> set[int]:
        """The ids of the updates that are now ours. One that can't be stored is dropped on
        its own.
        """
        try:
            return await self._database.run(
                lambda scope: inbox.store(scope, incoming, owner=self._owner, lease=LEASE),
                as_dispatch(),
            )
        except Exception as error:
            if is_unavailable(error):
                raise
            if len(incoming) == 1:
                SET_ASIDE.labels("update").inc()
                log.error("update dropped: update_id=%d %s", incoming[0].update_id, describe(error))
                return set()
            return {found for each in incoming for found in await self._store([each])}

    def request_recovery(self) -> None:
        """Make :meth:`recover` look for updates that were left behind."""
        self._recovery_requested.set()

    async def recover(self) -> None:
        """Claim unleased updates, at the start and on request. Runs until cancelled."""
        while True:
            await self._recovery_requested.wait()
            self._recovery_requested.clear()
            try:
                while True:
                    while await self._claim_available():
                        await asyncio.sleep(0)
                    if not await self._has_unfinished():
                        break
                    await asyncio.sleep(LOOK_AGAIN_SECONDS)
            except Exception as error:
                log.warning("inbox read failed: %s", describe(error))
                await asyncio.sleep(UNREACHABLE_SECONDS)
                self.request_recovery()

    async def renew_leases(self) -> None:
        """Renew the leases of updates that take longer. Runs until cancelled."""
        while True:
            await asyncio.sleep(RENEW_SECONDS)
            if not self._queues and not self._answers.waiting:
                continue
            try:
                await self._database.run(
                    lambda scope: inbox.renew_leases(scope, owner=self._owner, lease=LEASE),
                    as_dispatch(),
                )
            except Exception as error:
                log.warning("inbox lease renewal failed: %s", describe(error))

    async def drain(self, *, seconds: float) -> None:
        """Finish what was started, for at most *seconds*; the rest stays in the inbox."""
        await self._workers.drain(seconds=seconds)
        await self._answers.drain(seconds=seconds)
        await self._completed_updates.close(seconds=seconds)

    async def _has_unfinished(self) -> bool:
        """Whether there are updates that others have leased, or that wait for room here."""
        return await self._database.run(
            lambda scope: inbox.has_unfinished(scope, besides=self._owner), as_dispatch()
        )

    async def _claim_available(self) -> bool:
        """Claim as many as there is room for; returns whether there were any."""
        full = [chat for chat, queue in self._queues.items() if len(queue) >= MAX_PER_CHAT]
        room = min(CLAIMED_AT_ONCE, MAX_WAITING - len(self._known))
        if room <= 0:
            return False
        taken = await self._database.run(
            lambda scope: inbox.claim(
                scope, owner=self._owner, lease=LEASE, limit=room, each=MAX_PER_CHAT, full=full
            ),
            as_dispatch(),
        )
        for update in taken:
            self._enqueue(_Waiting(update.update_id, update.chat_id, update.payload, update.answer))
        return bool(taken)

    def _enqueue(self, waiting: _Waiting) -> None:
        if waiting.update_id in self._known:
            return
        queue = self._queues.get(waiting.chat_id)
        if queue is not None:
            press = press_of(waiting.payload) if waiting.answer is None else None
            if press is not None and _is_redundant(press, [press_of(w.payload) for w in queue]):
                self._serving.acknowledge_press(press[0])
                self._completed_updates.add(waiting.update_id)
                return
            self._known.add(waiting.update_id)
            queue.append(waiting)
            return
        self._known.add(waiting.update_id)
        self._queues[waiting.chat_id] = deque([waiting])
        self._workers.start(self._work(waiting.chat_id))

    async def _work(self, chat_id: int) -> None:
        """Handle one chat's updates in order until its queue is empty."""
        queue = self._queues[chat_id]
        try:
            while queue:
                try:
                    await self._handle(queue[0])
                finally:
                    self._known.discard(queue.popleft().update_id)
        finally:
            del self._queues[chat_id]

    async def _handle(self, waiting: _Waiting) -> None:
        """Handle one update until it takes effect or is set aside."""
        failure: Exception | None = None
        while True:
            try:
                if failure is not None and await self._is_set_aside(waiting, failure):
                    return
                failure = None
                await self._attempt(waiting)
            except Exception as error:
                if is_unavailable(error):
                    log.warning("update delayed, database unavailable: %s", describe(error))
                    await asyncio.sleep(UNREACHABLE_SECONDS)
                else:
                    failure = error
            else:
                return

    async def _attempt(self, waiting: _Waiting) -> None:
        update = read_update(waiting.payload, self._application.bot)
        if waiting.answer is not None:
            await self._serving.finish(update, Answer.from_json(waiting.answer))
        else:
            await self._application.process_update(update)

    async def _is_set_aside(self, waiting: _Waiting, error: Exception) -> bool:
        """Count a failure; True if it was the last one and the update is set aside. An unreadable
        update is set aside at once, as it won't become readable.
        """
        incident = secrets.token_hex(4)
        update_id = waiting.update_id
        log.error(
            "update failed: incident=%s update_id=%d %s", incident, update_id, describe(error)
        )
        failures = await self._database.run(
            lambda scope: inbox.count_failure(scope, update_id), as_dispatch()
        )
        if failures < FAILURES and not isinstance(error, UnreadableUpdate):
            await asyncio.sleep(RETRY_SECONDS * failures)
            return False
        reason = f"incident {incident}: {describe(error)}"
        took_effect = await self._database.run(
            lambda scope: inbox.set_aside(scope, update_id, reason=reason), as_dispatch()
        )
        SET_ASIDE.labels("update").inc()
        if not took_effect and waiting.chat_id:
            await self._serving.apologise(Place(waiting.chat_id), update_id, incident=incident)
        return True


def _incoming(update: RawUpdate) -> FetchedUpdate:
    message_id, text = message_of(update)
    return FetchedUpdate(
        update["update_id"], chat_id_of(update), update, message_id=message_id, text=text
    )


def _is_redundant(press: RawPress | None, ahead: Sequence[RawPress | None]) -> bool:
    """Whether somebody tapped impatiently: the same tap is already waiting, or this one only looks
    around while others wait. Its button stops spinning, and nothing else happens.
    """
    if press is None:
        return False
    is_twice = any(other is not None and other[1:] == press[1:] for other in ahead)
    return is_twice or (len(ahead) >= PATIENCE and _is_read_only(press[1]))


def _is_read_only(data: str) -> bool:
    try:
        return decode(data).is_read_only
    except UnreadableCallback:
        return False
