"""Saying an answer: the calls to Telegram that it takes, repeated until they got through."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from telegram import Bot, CallbackQuery, Message, Update
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    RetryAfter,
    TelegramError,
)

from bot.reminders.limits import Limiter
from bot.reminders.messages import NOT_MODIFIED, edit_screen, seconds_to_wait, send_screen
from bot.views.answer import Answer, Screen
from domain.clock import Clock
from domain.notifications import Lane

log = logging.getLogger(__name__)

ATTEMPTS = 5

T = TypeVar("T")


@dataclass(frozen=True)
class Place:
    """Where an answer goes: a chat, and the press it answers, if it was one."""

    chat_id: int
    press: CallbackQuery | None = None

    @classmethod
    def of(cls, update: Update) -> "Place | None":
        """None where nobody can be answered."""
        if update.callback_query is not None:
            message = update.callback_query.message
            chat_id = message.chat.id if message else update.callback_query.from_user.id
            return cls(chat_id, update.callback_query)
        return cls(update.effective_chat.id) if update.effective_chat else None


class Replies:
    """Says answers through the bot, ahead of everything else that waits for Telegram's limits."""

    def __init__(self, bot: Bot, limiter: Limiter, *, clock: Clock) -> None:
        self._bot = bot
        self._limiter = limiter
        self._clock = clock

    async def say(self, answer: Answer, place: Place) -> int | None:
        """Returns the id of the message that shows its last screen, if there is one.

        Raises TelegramError while Telegram does not take it: then the answer is still owed.

        What Telegram refuses for good (the person has blocked the bot, the message is gone) is
        over. The toast goes first: the button spins until it arrives.
        """
        shown: int | None = None
        if place.press is not None:
            await self._toast(answer, place.press)
            message = place.press.message
            if isinstance(message, Message) and answer.edit is not None:
                await self._edit(answer.edit, message)
                shown = message.message_id
            elif isinstance(message, Message) and answer.closes and message.reply_markup:
                await self._edit(Screen(message.text_html), message)
        for screen in answer.send:
            shown = await self._send(screen, place.chat_id)
        return shown

    async def _toast(self, answer: Answer, press: CallbackQuery) -> None:
        try:
            await self._bot.answer_callback_query(
                press.id, text=answer.toast, show_alert=answer.alert
            )
        except BadRequest:
            # Pressed so long ago that the button has stopped spinning: 150 seconds.
            if answer.toast and not answer.send:
                await self._send(Screen(answer.toast), press.from_user.id)
        except RetryAfter:
            log.info("a toast was left out: Telegram asked to wait")

    async def _send(self, screen: Screen, chat_id: int) -> int | None:
        return await self._until_through(
            lambda: send_screen(self._bot, screen, chat_id=chat_id, is_silent=screen.is_silent),
            chat_id=chat_id,
        )

    async def _edit(self, screen: Screen, message: Message) -> None:
        chat_id, message_id = message.chat.id, message.message_id
        await self._until_through(
            lambda: edit_screen(self._bot, screen, chat_id=chat_id, message_id=message_id),
            chat_id=chat_id,
        )

    async def _until_through(self, call: Callable[[], Awaitable[T]], *, chat_id: int) -> T | None:
        """What *call* returned, or None where Telegram refused it for good."""
        attempt = 1
        while True:
            await self._limiter.slot(Lane.INTERACTIVE, self._clock.now(), chat_id)
            try:
                return await call()
            except RetryAfter as error:
                seconds = seconds_to_wait(error)
                self._limiter.pause(seconds, chat_id)
                await asyncio.sleep(seconds)
            except (Forbidden, ChatMigrated):
                return None  # they have blocked the bot since, or the group is another by now
            except BadRequest as error:
                if NOT_MODIFIED not in error.message:
                    log.warning("Telegram refused an answer: %s", error.message)
                return None
            except InvalidToken:
                raise
            except TelegramError:
                if attempt == ATTEMPTS:
                    raise
                await asyncio.sleep(0.2 * 2**attempt)
                attempt += 1
