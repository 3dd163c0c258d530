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
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from telegram.ext import Application

from bot.intake.finished import Finished
from bot.intake.owed_answers import OwedAnswers
from bot.intake.raw_updates import (
    Press,
    RawUpdate,
    UnreadableUpdate,
    chat_id_of,
    message_of,
    press_of,
    read_update,
)
from bot.intake.replies import Place
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
        self._workers = Tasks("chat")
        self._has_left_some = False
        self._look_behind = asyncio.Event()
        self._look_behind.set()

    async def accept(self, updates: Sequence[RawUpdate]) -> None:
        """Keep fetched updates in one commit, then start on them. Only now may they be
        acknowledged. Raises what the database raises while it is away: then nothing was kept.
        """
        incoming = self._make_room([_incoming(update) for update in updates])
        ours = await self._store(incoming)
        for each in incoming:
            if each.update_id in ours:
                self._enqueue(_Waiting(each.update_id, each.chat_id, each.payload))
        if len(ours) < len(incoming):
            self.look_behind()

    def _make_room(self, incoming: Sequence[FetchedUpdate]) -> Sequence[FetchedUpdate]:
        """Which of them have to wait in the inbox: those of chats that have enough waiting here."""
        ahead = {
            chat_id: [press_of(each.payload) for each in queue]
            for chat_id, queue in self._queues.items()
        }
        total, full = len(self._known), set[int]()
        made = []
        for each in incoming:
            presses = ahead.setdefault(each.chat_id, [])
            press = press_of(each.payload)
            if not (presses and _is_needless(press, presses)):
                presses.append(press)
                total += 1
            if len(presses) > MOST_OF_A_CHAT or total > MOST_WAITING:
                full.add(each.chat_id)  # and whatever comes after it in that chat
            may_wait = each.chat_id in full
            made.append(replace(each, may_wait=may_wait))
        return made

    async def _store(self, incoming: Sequence[FetchedUpdate]) -> set[int]:
        """The ids of those that are ours now. One that cannot be stored is dropped by itself."""
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

    def look_behind(self) -> None:
        """Have :meth:`recover` see whether somebody left something behind."""
        self._look_behind.set()

    async def recover(self) -> None:
        """Claim what nobody holds, at the start and whenever asked. Runs until cancelled."""
        while True:
            await self._look_behind.wait()
            self._look_behind.clear()
            try:
                while True:
                    while await self._claim_what_is_free():
                        await asyncio.sleep(0)
                    if not await self._has_unfinished():
                        break
                    await asyncio.sleep(LOOK_AGAIN_SECONDS)
            except Exception as error:
                log.warning("inbox read failed: %s", describe(error))
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
                log.warning("inbox lease renewal failed: %s", describe(error))

    async def drain(self, *, seconds: float) -> None:
        """Finish what was begun, for at most *seconds*; the rest stays in the inbox."""
        await self._workers.drain(seconds=seconds)
        await self._answers.drain(seconds=seconds)
        await self._finished.close(seconds=seconds)

    async def _has_unfinished(self) -> bool:
        """Whether something is left that others hold, or that waits for room here."""
        return await self._database.run(
            lambda scope: inbox.has_unfinished(scope, besides=self._owner), as_dispatch()
        )

    async def _claim_what_is_free(self) -> bool:
        """Claim what there is room for; whether there was anything."""
        full = [chat for chat, queue in self._queues.items() if len(queue) >= MOST_OF_A_CHAT]
        room = min(CLAIMED_AT_ONCE, MOST_WAITING - len(self._known))
        if room <= 0:
            return False
        taken = await self._database.run(
            lambda scope: inbox.claim(
                scope, owner=self._owner, lease=LEASE, limit=room, each=MOST_OF_A_CHAT, full=full
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
            if press is not None and _is_needless(press, [press_of(w.payload) for w in queue]):
                self._serving.wave_aside(press[0])
                self._finished.add(waiting.update_id)
                return
            self._known.add(waiting.update_id)
            queue.append(waiting)
            return
        self._known.add(waiting.update_id)
        self._queues[waiting.chat_id] = deque([waiting])
        self._workers.start(self._work(waiting.chat_id))

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


def _incoming(update: RawUpdate) -> FetchedUpdate:
    message_id, text = message_of(update)
    return FetchedUpdate(
        update["update_id"], chat_id_of(update), update, message_id=message_id, text=text
    )


def _is_needless(press: Press | None, ahead: Sequence[Press | None]) -> bool:
    """Whether it is the tap of somebody impatient: the very tap that waits already, or one that
    only looks around while others wait. Its button stops spinning, and that is all.
    """
    if press is None:
        return False
    is_twice = any(other is not None and other[1:] == press[1:] for other in ahead)
    return is_twice or (len(ahead) >= PATIENCE and _only_looks(press[1]))


def _only_looks(data: str) -> bool:
    try:
        return decode(data).only_looks
    except UnreadableCallback:
        return False
