"""Messages to whoever runs the bot. They belong to no family, so the outbox doesn't know them."""

import asyncio
import logging

from telegram.error import BadRequest, ChatMigrated, Forbidden, RetryAfter, TelegramError

from bot.telegram_api.calls import TelegramApi, Unavailable, reason
from bot.telegram_api.limits import Limiter
from bot.telegram_api.messages import seconds_to_wait, send_screen
from bot.telegram_api.transport import NotSent
from bot.ui.answer import Screen
from domain.clock import Clock
from domain.models.delivery import Lane

log = logging.getLogger(__name__)

LONGEST_WAIT_SECONDS = 15.0  # for its turn
LONGEST_PAUSE_SECONDS = 3600.0


class OperatorChat:
    """The chat that alarms go to."""

    def __init__(self, api: TelegramApi, limiter: Limiter, *, chat_id: int, clock: Clock) -> None:
        self._api = api
        self._limiter = limiter
        self._chat_id = chat_id
        self._clock = clock

    async def tell(self, screen: Screen) -> bool:
        """Send *screen*. False: it wasn't sent, and may be tried again. True also if Telegram
        refuses it for good, or it may have arrived.
        """
        chat_id = self._chat_id
        try:
            async with asyncio.timeout(LONGEST_WAIT_SECONDS):
                await self._limiter.acquire(Lane.CRITICAL, self._clock.now(), chat_id)
        except TimeoutError:
            return False
        try:
            await send_screen(self._api, screen, chat_id=chat_id)
            self._limiter.went_through(chat_id)
        except RetryAfter as error:
            self._limiter.pause(min(seconds_to_wait(error), LONGEST_PAUSE_SECONDS), chat_id)
            return False
        except ChatMigrated as error:
            self._limiter.went_through(chat_id)
            self._chat_id = error.new_chat_id
            log.error("operator's group has a new id: set OPERATOR_CHAT_ID=%d", self._chat_id)
            return False
        except (Forbidden, BadRequest) as error:
            self._limiter.went_through(chat_id)
            log.error("operator can't be told, see carecircle doctor: %s", reason(error))
        except TelegramError as error:
            log.warning("message to operator failed: %s", type(error).__name__)
            return not isinstance(error, NotSent | Unavailable)
        finally:
            self._limiter.release(chat_id)
        return True
