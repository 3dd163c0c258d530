"""Order: one chat is handled in order, chats at the same time.

Fresh updates arrive leased to this process. What another one left behind (it died, or it still
works on an older update of the same chat) is claimed by :meth:`ChatQueues.recover`.
"""

import asyncio
import logging
import secrets
import traceback
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy.exc import SQLAlchemyError
from telegram import Update
from telegram.error import TelegramError
from telegram.ext import Application

from bot.intake.finished import Finished
from bot.intake.serving import Serving
from bot.views.answer import Answer
from domain import inbox
from domain.database import Database, as_dispatch, is_away
from domain.inbox import Incoming

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=15)
RENEW_SECONDS = 5.0
FAILURES = 3  # then an update is set aside
RETRY_SECONDS = 0.5
UNREACHABLE_SECONDS = 2.0
AT_ONCE = 32  # chats at the same time; more would only wait for a database connection
CLAIMED_AT_ONCE = 100
LOOK_AGAIN_SECONDS = 1.0


@dataclass(frozen=True)
class _Waiting:
    """An update in its chat's queue. `answer`: it took effect, and this is still to be said."""

    update: Update
    chat_id: int
    answer: Answer | None = None


class ChatQueues:
    """Handles updates through the PTB application, one chat in order, chats at the same time."""

    def __init__(
        self,
        database: Database,
        application: "Application[Any, Any, Any, Any, Any, Any]",
        serving: Serving,
        finished: Finished,
    ) -> None:
        self._database = database
        self._application = application
        self._serving = serving
        self._finished = finished
        self._owner = uuid4()
        self._queues: dict[int, deque[_Waiting]] = {}
        self._workers: set[asyncio.Task[None]] = set()
        self._room = asyncio.Semaphore(AT_ONCE)
        self._look_behind = asyncio.Event()

    @property
    def backlog(self) -> int:
        """Updates that wait in this process."""
        return sum(map(len, self._queues.values()))

    async def accept(self, updates: Sequence[Update]) -> None:
        """Keep fetched updates in one commit, then start on them. Only now may they be
        acknowledged. Raises what the database raises: then nothing was kept.
        """
        incoming = [Incoming(u.update_id, _chat_id(u), u.to_dict()) for u in updates]
        ours = await self._database.run(
            lambda scope: inbox.store(scope, incoming, owner=self._owner, lease=LEASE),
            as_dispatch(),
        )
        for update in updates:
            if update.update_id in ours:
                self._enqueue(_Waiting(update, _chat_id(update)))
        if len(ours) < len(updates):
            self.look_behind()

    def look_behind(self) -> None:
        """Have :meth:`recover` see whether somebody left something behind."""
        self._look_behind.set()

    async def recover(self) -> None:
        """Claim what nobody holds, at the start and whenever asked. Runs until cancelled."""
        while True:
            try:
                while await self._claim_left_behind():
                    await asyncio.sleep(LOOK_AGAIN_SECONDS)
            except (SQLAlchemyError, OSError) as error:
                log.warning("the inbox cannot be read: %s", type(error).__name__)
                await asyncio.sleep(UNREACHABLE_SECONDS)
                continue
            await self._look_behind.wait()
            self._look_behind.clear()

    async def renew_leases(self) -> None:
        """Keep hold of what takes longer than its lease. Runs until cancelled."""
        while True:
            await asyncio.sleep(RENEW_SECONDS)
            if not self._queues:
                continue
            try:
                await self._database.run(
                    lambda scope: inbox.renew_leases(scope, owner=self._owner, lease=LEASE),
                    as_dispatch(),
                )
            except (SQLAlchemyError, OSError) as error:
                log.warning("leases were not renewed: %s", type(error).__name__)

    async def drain(self, *, seconds: float) -> None:
        """Finish what was begun, for at most *seconds*; the rest stays in the inbox."""
        if self._workers:
            await asyncio.wait(self._workers, timeout=seconds)
        for worker in self._workers:
            worker.cancel()
        await asyncio.gather(*self._workers, return_exceptions=True)
        await self._finished.close(seconds=seconds)

    async def _claim_left_behind(self) -> bool:
        """Claim and handle, until nothing is free; True while others hold something."""
        while True:
            taken = await self._database.run(
                lambda scope: inbox.claim(
                    scope, owner=self._owner, lease=LEASE, most=CLAIMED_AT_ONCE
                ),
                as_dispatch(),
            )
            if not taken:
                break
            for update in taken:
                self._enqueue(
                    _Waiting(
                        Update.de_json(update.payload, self._application.bot),
                        update.chat_id,
                        Answer.from_json(update.answer) if update.answer is not None else None,
                    )
                )
            # The next update of a chat is free once this one is marked done.
            if self._workers:
                await asyncio.wait(set(self._workers))  # gather would cancel them with us
            await self._finished.flush()
        return await self._database.run(
            lambda scope: inbox.has_unfinished(scope, besides=self._owner), as_dispatch()
        )

    def _enqueue(self, waiting: _Waiting) -> None:
        queue = self._queues.get(waiting.chat_id)
        if queue is not None:
            queue.append(waiting)
            return
        self._queues[waiting.chat_id] = deque([waiting])
        worker = asyncio.create_task(self._work(waiting.chat_id))
        self._workers.add(worker)
        worker.add_done_callback(self._workers.discard)

    async def _work(self, chat_id: int) -> None:
        """Handle one chat's updates in order, until there are none."""
        queue = self._queues[chat_id]
        try:
            while queue:
                await self._handle(queue[0])
                queue.popleft()
        finally:
            del self._queues[chat_id]

    async def _handle(self, waiting: _Waiting) -> None:
        """Handle one update until it took effect and was answered, or is set aside."""
        failure: Exception | None = None
        while True:
            try:
                if failure is not None and await self._is_set_aside(waiting.update, failure):
                    return
                failure = None
                async with self._room:  # not kept while it waits for a better moment
                    await self._attempt(waiting)
            except TelegramError as error:
                # It took effect. The answer is stored, and the next round finds it there.
                log.warning("an answer waits for Telegram: %s", type(error).__name__)
                await asyncio.sleep(UNREACHABLE_SECONDS)
            except Exception as error:
                if is_away(error):
                    log.warning("the database cannot be reached: %s", type(error).__name__)
                    await asyncio.sleep(UNREACHABLE_SECONDS)
                else:
                    failure = error
            else:
                return

    async def _attempt(self, waiting: _Waiting) -> None:
        if waiting.answer is not None:
            await self._serving.finish(waiting.update, waiting.answer)
        else:
            await self._application.process_update(waiting.update)

    async def _is_set_aside(self, update: Update, error: Exception) -> bool:
        """Count a failure; True if it was the last and the update is set aside."""
        incident = secrets.token_hex(4)
        # Lines of code and types only: an exception's own words may hold what somebody typed.
        log.error(
            "update failed: incident=%s update_id=%d %s\n%s",
            incident,
            update.update_id,
            type(error).__name__,
            "".join(traceback.format_tb(error.__traceback__)),
        )
        failures = await self._database.run(
            lambda scope: inbox.count_failure(scope, update.update_id), as_dispatch()
        )
        if failures < FAILURES:
            await asyncio.sleep(RETRY_SECONDS * failures)
            return False
        await self._database.run(
            lambda scope: inbox.set_aside(scope, update.update_id, reason=f"incident {incident}"),
            as_dispatch(),
        )
        try:
            await self._serving.apologise(update, incident=incident)
        except TelegramError as error:
            log.warning("no apology: incident=%s %s", incident, type(error).__name__)
        return True


def _chat_id(update: Update) -> int:
    """What an update is ordered by: its chat, else its person."""
    if update.effective_chat is not None:
        return update.effective_chat.id
    return update.effective_user.id if update.effective_user is not None else 0
