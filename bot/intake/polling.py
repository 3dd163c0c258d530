"""Fetching updates: long polling. An update is acknowledged only once it is kept."""

import asyncio
import logging

from sqlalchemy.exc import SQLAlchemyError
from telegram import Bot, Update
from telegram.error import Conflict, InvalidToken, NetworkError, RetryAfter, TelegramError

from bot.intake.chat_queues import ChatQueues
from bot.reminders.messages import seconds_to_wait

log = logging.getLogger(__name__)

POLL_SECONDS = 25
WAIT_LONGEST_SECONDS = 15.0
MOST_WAITING = 2_000  # updates in this process; Telegram keeps the rest for us
ALLOWED_UPDATES = [Update.MESSAGE, Update.CALLBACK_QUERY, Update.MY_CHAT_MEMBER]


class Poller:
    """Long polling. The next offset goes out only after the commit that kept the batch."""

    def __init__(self, bot: Bot, queues: ChatQueues) -> None:
        self._bot = bot
        self._queues = queues

    async def run(self) -> None:
        """Fetch until cancelled. Raises InvalidToken: nothing will ever come."""
        offset: int | None = None
        wait = 0.0
        while True:
            try:
                # Fetch only what can be held; ours is not the only memory there is.
                while self._queues.backlog > MOST_WAITING:
                    await asyncio.sleep(0.1)
                updates = await self._bot.get_updates(
                    offset=offset,
                    limit=100,
                    timeout=POLL_SECONDS,
                    allowed_updates=ALLOWED_UPDATES,
                )
                if updates:
                    await self._queues.accept(updates)
                    offset = updates[-1].update_id + 1
                if wait:
                    log.info("updates come in again")
                wait = 0.0
            except InvalidToken:
                raise
            except (TelegramError, SQLAlchemyError, OSError) as error:
                if not wait:
                    log.warning("no updates come in: %s", _reason(error))
                if isinstance(error, Conflict):
                    await self._take_over_from_webhook()
                wait = _wait_after(error, wait)
                await asyncio.sleep(wait)

    async def _take_over_from_webhook(self) -> None:
        """A webhook that was set in the bot's former life would keep updates from us for ever."""
        try:
            await self._bot.delete_webhook(drop_pending_updates=False)
        except TelegramError as error:
            log.info("a webhook could not be taken away: %s", type(error).__name__)


def _wait_after(error: Exception, previous: float) -> float:
    if isinstance(error, RetryAfter):
        return seconds_to_wait(error)
    return min(max(0.5, previous * 2), WAIT_LONGEST_SECONDS)


def _reason(error: Exception) -> str:
    if isinstance(error, Conflict):
        return "somebody else fetches them (another copy of the bot, or a webhook)"
    if isinstance(error, NetworkError):
        return "Telegram cannot be reached"
    if isinstance(error, (SQLAlchemyError, OSError)):
        return "the database cannot be reached"
    return type(error).__name__
