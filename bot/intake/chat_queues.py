"""Order: one chat is handled in order, chats at the same time.

Fresh updates arrive leased to this process, as far as there is room for their chat; what waits, or
what another process left behind, is claimed by :meth:`ChatQueues.recover`. A chat's next update
waits until the one before took effect, never for what is still to be said.
"""

import asyncio
import logging
import secrets
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from telegram.ext import Application

from bot.intake.finished import Finished
from bot.intake.owed_answers import OwedAnswers
from bot.intake.raw_updates import RawUpdate, UnreadableUpdate, chat_id_of, press_of, read_update
from bot.intake.replies import Place
from bot.intake.serving import Serving
from bot.metrics import SET_ASIDE
from bot.views.answer import Answer
from bot.views.callbacks import LOOKS, UnreadableCallback, decode
from domain import inbox
from domain.database import Database, as_dispatch, is_away
from domain.inbox import Incoming
from domain.set_asides import describe

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=15)
RENEW_SECONDS = 5.0
FAILURES = 3  # then an update is set aside
RETRY_SECONDS = 0.5
UNREACHABLE_SECONDS = 2.0
CLAIMED_AT_ONCE = 100
LOOK_AGAIN_SECONDS = 1.0
MOST_OF_A_CHAT = 20  # waiting in this process; more wait in the inbox
MOST_WAITING = 2_000  # of all chats
#: From so many waiting on, who only looks around is not answered: that many taps are no question.
PATIENCE = 5


@dataclass(frozen=True)
class _Waiting:
    """An update in its chat's queue. `answer`: it took effect, and this is still to be said."""

    update_id: int
    chat_id: int
    payload: RawUpdate
    answer: dict[str, Any] | None = None


class ChatQueues:
    """Handles updates through the PTB application, one chat in order, chats at the same time."""

    def __init__(
        self,
        database: Database,
        application: "Application[Any, Any, Any, Any, Any, Any]",
        serving: Serving,
        answers: OwedAnswers,
        finished: Finished,
        *,
        owner: UUID,
    ) -> None:
        self._database = database
        self._application = application
        self._serving = serving
        self._answers = answers
        self._finished = finished
        self._owner = owner
        self._queues: dict[int, deque[_Waiting]] = {}
        self._known: set[int] = set()
        self._workers: set[asyncio.Task[None]] = set()
        self._has_left_some = False
        self._look_behind = asyncio.Event()
        self._look_behind.set()

    async def accept(self, updates: Sequence[RawUpdate]) -> None:
        """Keep fetched updates in one commit, then start on them. Only now may they be
        acknowledged. Raises what the database raises while it is away: then nothing was kept.
        """
        incoming = self._make_room([Incoming(u["update_id"], chat_id_of(u), u) for u in updates])
        ours = await self._store(incoming)
        for each in incoming:
            if each.update_id in ours:
                self._enqueue(_Waiting(each.update_id, each.chat_id, each.payload))
        if len(ours) < len(incoming):
            self.look_behind()

    def _make_room(self, incoming: Sequence[Incoming]) -> Sequence[Incoming]:
        """Which of them have to wait in the inbox: those of chats that have enough waiting here."""
        waiting = {chat_id: len(queue) for chat_id, queue in self._queues.items()}
        total = len(self._known)
        made = []
        for each in incoming:
            count = waiting.get(each.chat_id, 0)
            may_wait = count >= MOST_OF_A_CHAT or total >= MOST_WAITING
            waiting[each.chat_id] = count + (MOST_OF_A_CHAT if may_wait else 1)
            total += not may_wait
            made.append(Incoming(each.update_id, each.chat_id, each.payload, may_wait=may_wait))
        return made

    async def _store(self, incoming: Sequence[Incoming]) -> set[int]:
        """The ids of those that are ours now. One that cannot be stored is dropped by itself."""
        try:
            return await self._database.run(
                lambda scope: inbox.store(scope, incoming, owner=self._owner, lease=LEASE),
                as_dispatch(),
            )
        except Exception as error:
            if is_away(error):
                raise
            if len(incoming) == 1:
                SET_ASIDE.labels("update").inc()
                log.error("update dropped: update_id=%d %s", incoming[0].update_id, describe(error))
                return set()
            return {found for each in incoming for found in await self._store([each])}

    def look_behind(self) -> None:
        """Have :meth:`recover` see whether somebody left something behind."""
        self._look_behind.set()

    async def recover(self) -> None:
        """Claim what nobody holds, at the start and whenever asked. Runs until cancelled."""
        while True:
            await self._look_behind.wait()
            self._look_behind.clear()
            try:
                while await self._claim_left_behind():
                    await asyncio.sleep(LOOK_AGAIN_SECONDS)
            except Exception as error:
                log.warning("inbox not read: %s", describe(error))
                await asyncio.sleep(UNREACHABLE_SECONDS)
                self.look_behind()

    async def renew_leases(self) -> None:
        """Keep hold of what takes longer than its lease. Runs until cancelled."""
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
                log.warning("inbox leases not renewed: %s", describe(error))

    async def drain(self, *, seconds: float) -> None:
        """Finish what was begun, for at most *seconds*; the rest stays in the inbox."""
        if self._workers:
            await asyncio.wait(self._workers, timeout=seconds)
        for worker in self._workers:
            worker.cancel()
        await asyncio.gather(*self._workers, return_exceptions=True)
        await self._answers.drain(seconds=seconds)
        await self._finished.close(seconds=seconds)

    async def _claim_left_behind(self) -> bool:
        """Claim what there is room for; True while there is something that others hold, or that
        waits for room.
        """
        full = [chat for chat, queue in self._queues.items() if len(queue) >= MOST_OF_A_CHAT]
        room = min(CLAIMED_AT_ONCE, MOST_WAITING - len(self._known))
        if room > 0:
            taken = await self._database.run(
                lambda scope: inbox.claim(
                    scope,
                    owner=self._owner,
                    lease=LEASE,
                    most=room,
                    each=MOST_OF_A_CHAT,
                    full=full,
                ),
                as_dispatch(),
            )
            for update in taken:
                self._enqueue(
                    _Waiting(update.update_id, update.chat_id, update.payload, update.answer)
                )
        return await self._database.run(
            lambda scope: inbox.has_unfinished(scope, besides=self._owner), as_dispatch()
        )

    def _enqueue(self, waiting: _Waiting) -> None:
        if waiting.update_id in self._known:
            return
        queue = self._queues.get(waiting.chat_id)
        if queue is not None:
            if not self._is_needless(waiting, queue):
                self._known.add(waiting.update_id)
                queue.append(waiting)
            return
        self._known.add(waiting.update_id)
        self._queues[waiting.chat_id] = deque([waiting])
        worker = asyncio.create_task(self._work(waiting.chat_id))
        self._workers.add(worker)
        worker.add_done_callback(self._workers.discard)

    def _is_needless(self, waiting: _Waiting, queue: Sequence[_Waiting]) -> bool:
        """Whether it is the tap of somebody impatient: the very tap that waits already, or one that
        only looks around while others wait. Its button stops spinning, and that is all.
        """
        press = press_of(waiting.payload)
        if press is None or waiting.answer is not None:
            return False
        press_id, data, message_id = press
        others = [press_of(each.payload) or ("", "", 0) for each in queue]
        is_twice = any(other[1:] == (data, message_id) for other in others)
        if not is_twice and not (len(queue) >= PATIENCE and _only_looks(data)):
            return False
        self._serving.wave_aside(press_id)
        self._finished.add(waiting.update_id)
        return True

    async def _work(self, chat_id: int) -> None:
        """Handle one chat's updates in order, until there are none."""
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
        """Handle one update until it took effect, or is set aside."""
        failure: Exception | None = None
        while True:
            try:
                if failure is not None and await self._is_set_aside(waiting, failure):
                    return
                failure = None
                await self._attempt(waiting)
            except Exception as error:
                if is_away(error):
                    log.warning("update waits for the database: %s", describe(error))
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
        """Count a failure; True if it was the last and the update is set aside. What cannot be read
        will not be readable the next time either.
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


def _only_looks(data: str) -> bool:
    try:
        return decode(data).verb in LOOKS
    except UnreadableCallback:
        return False
