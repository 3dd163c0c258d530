"""Fetches updates by long polling. An update is acknowledged only once it is stored."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, TypeAlias

from telegram import Update
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from bot.intake.chat_queues import ChatQueues
from bot.intake.raw_updates import RawUpdate, update_id_of
from bot.ops.metrics import SET_ASIDE
from bot.redis.last_poll import LastPoll
from bot.telegram_api.calls import TelegramApi
from bot.telegram_api.messages import seconds_to_wait
from domain.database.failures import is_unavailable
from domain.reminders.silence import TAPS_KEPT
from domain.set_asides import describe

log = logging.getLogger(__name__)

POLL_SECONDS = 25
WAIT_LONGEST_SECONDS = 15.0
# Without a pause, a server that answers "nothing new" at once would be polled in a tight loop.
HASTY_SECONDS = 1.0
ALLOWED_UPDATES = [
    Update.MESSAGE,
    Update.EDITED_MESSAGE,
    Update.CALLBACK_QUERY,
    Update.MY_CHAT_MEMBER,
]


OnSilence: TypeAlias = Callable[[timedelta], Awaitable[None]]
"""Deals with that nobody was heard for so long."""


class Poller:
    """Long polling. The next offset is sent only after the commit that stored the batch."""

    def __init__(
        self, api: TelegramApi, queues: ChatQueues, last_poll: LastPoll, *, on_silence: OnSilence
    ) -> None:
        self._api = api
        self._queues = queues
        self._last_poll = last_poll
        self._on_silence = on_silence
        self._offset: int | None = None
        self._was_heard = False  # since the last failure

    async def run(self) -> None:
        """Poll until cancelled, whatever errors occur."""
        wait = 0.0
        while True:
            try:
                await self._poll()
            except Exception as error:
                if not wait:
                    log.warning("polling failed: %s", _reason(error))
                if isinstance(error, Conflict):
                    await self._take_over_from_webhook()
                self._was_heard = False
                wait = _wait_after(error, wait)
                await asyncio.sleep(wait)
            else:
                if wait:
                    log.info("polling recovered")
                wait = 0.0

    async def _poll(self) -> None:
        asked_at = time.monotonic()
        # Whether taps were lost is known with the first answer, so that one isn't waited for.
        seconds = POLL_SECONDS if self._was_heard else 0
        updates = _read(
            await self._api.call(
                "getUpdates",
                {
                    "offset": self._offset,
                    "limit": 100,
                    "timeout": seconds,
                    "allowed_updates": ALLOWED_UPDATES,
                },
                read_timeout=POLL_SECONDS + 5,
            )
        )
        if updates:
            await self._queues.accept(list(updates.values()))
            self._offset = max(updates) + 1
        elif self._was_heard and time.monotonic() - asked_at < HASTY_SECONDS:
            await asyncio.sleep(HASTY_SECONDS)
        self._was_heard = True
        await self._look_back()

    async def _look_back(self) -> None:
        """Whether Telegram has forgotten taps meanwhile. If that can't be dealt with now, it is
        with the next poll.
        """
        silence = await self._last_poll.silence()
        if silence is not None and silence > TAPS_KEPT:
            log.warning("taps were lost: nobody was heard for %.0f s", silence.total_seconds())
            try:
                await self._on_silence(silence)
            except Exception as error:
                log.warning("asking again failed, retrying: %s", describe(error))
                return
        await self._last_poll.note()

    async def _take_over_from_webhook(self) -> None:
        """Remove a webhook left from an earlier deployment: it would keep updates from us."""
        try:
            await self._api.call("deleteWebhook", {"drop_pending_updates": False})
        except TelegramError as error:
            log.info("deleteWebhook failed: %s", type(error).__name__)


class _NoUpdates(Exception):
    """The response is not a list of updates."""


def _read(result: Any) -> dict[int, RawUpdate]:
    """Updates by their ids. One without an id can't be acknowledged on its own, and is dropped."""
    if not isinstance(result, list):
        raise _NoUpdates
    updates = {}
    for raw in result:
        update_id = update_id_of(raw)
        if update_id is None:
            SET_ASIDE.labels("update").inc()
            log.error("update dropped: no update_id")
        else:
            updates[update_id] = raw
    if result and not updates:
        raise _NoUpdates
    return updates


def _wait_after(error: Exception, previous: float) -> float:
    if isinstance(error, RetryAfter):
        return min(max(seconds_to_wait(error), 0.5), 60.0)
    return min(max(0.5, previous * 2), WAIT_LONGEST_SECONDS)


def _reason(error: Exception) -> str:
    if isinstance(error, Conflict):
        return "another process is fetching updates for this token, or a webhook is set"
    if isinstance(error, InvalidToken):
        return "Telegram does not know this token (any more)"
    if isinstance(error, TelegramError):
        return "Telegram cannot be reached"
    if isinstance(error, _NoUpdates):
        return "the answer to getUpdates is no list of updates"
    if is_unavailable(error):
        return "the database cannot be reached"
    return type(error).__name__
