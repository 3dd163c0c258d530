"""Sends an answer: the calls to Telegram that it takes, and which of them are done."""

import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TypeVar

from telegram import CallbackQuery, Message, Update
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    RetryAfter,
    TelegramError,
)

from bot.intake.incoming import thread_of
from bot.telegram_api.calls import TelegramApi, reason
from bot.telegram_api.limits import Limiter
from bot.telegram_api.messages import (
    NOT_MODIFIED,
    edit_screen,
    seconds_to_wait,
    send_screen,
    show_toast,
)
from bot.ui.answer import Answer, Screen
from domain.clock import Clock
from domain.models.delivery import Lane

log = logging.getLogger(__name__)

T = TypeVar("T")


@dataclass(frozen=True)
class Place:
    """Where an answer goes: a chat, and the press it answers, if any. What answers a press in a
    group beyond the pressed message goes to the presser's private chat.
    """

    chat_id: int
    press: CallbackQuery | None = None
    thread_id: int | None = None

    @classmethod
    def of(cls, update: Update) -> "Place | None":
        """None if there is nobody to answer."""
        if update.callback_query is not None:
            return cls(update.callback_query.from_user.id, update.callback_query)
        if update.effective_chat is None:
            return None
        return cls(update.effective_chat.id, thread_id=thread_of(update))


@dataclass
class OutgoingAnswer:
    """An answer being sent. `screens` of its new messages have gone out; `shown` is the id of the
    message that shows its last screen, if any.
    """

    answer: Answer
    place: Place
    is_toasted: bool = False
    is_edited: bool = False
    screens: int = 0
    shown: int | None = None

    @property
    def edited_message(self) -> tuple[int, int] | None:
        """Chat and id of the message that it replaces, or whose buttons it removes."""
        message = self.place.press.message if self.place.press is not None else None
        if not isinstance(message, Message):
            return None
        if self.answer.edit is None and not (self.answer.closes and message.reply_markup):
            return None
        return message.chat.id, message.message_id

    def skip_edit(self) -> None:
        """A later answer edits the same message."""
        if not self.is_edited and self.edited_message is not None:
            self._note_edit(self.edited_message[1])

    def _note_edit(self, message_id: int) -> None:
        self.is_edited = True
        if self.answer.edit is not None:
            self.shown = message_id


class AnswerSender:
    """Sends answers, with priority over everything else that waits for Telegram's limits."""

    def __init__(self, api: TelegramApi, limiter: Limiter, *, clock: Clock) -> None:
        self._api = api
        self._limiter = limiter
        self._clock = clock

    async def send_rest(self, outgoing: OutgoingAnswer) -> None:
        """Send the rest of an answer. Raises TelegramError while some of it is still unsent.

        Parts that Telegram refuses for good (the person has blocked the bot, the message was
        deleted, the text is too long) are dropped. The toast goes first, since the button spins
        until it arrives, and doesn't hold up the rest.
        """
        failed: TelegramError | None = None
        if not outgoing.is_toasted:
            try:
                await self._toast(outgoing)
            except TelegramError as error:
                failed = error
            else:
                outgoing.is_toasted = True
        if not outgoing.is_edited:
            await self._edit(outgoing)
        while outgoing.screens < len(outgoing.answer.send):
            screen = outgoing.answer.send[outgoing.screens]
            outgoing.shown = await self._send(screen, outgoing)
            outgoing.screens += 1
        if failed is not None:
            raise failed

    async def _toast(self, outgoing: OutgoingAnswer) -> None:
        press, answer = outgoing.place.press, outgoing.answer
        if press is None:
            return
        try:
            await show_toast(self._api, press.id, answer.toast, is_alert=answer.alert)
        except Forbidden:
            return
        except BadRequest:
            # After 150 seconds the button has stopped spinning and can't show a toast.
            if answer.toast and not answer.send:
                outgoing.answer = answer.and_send(Screen(answer.toast))

    async def stop_spinner(self, press_id: str) -> None:
        """Stop the button from spinning. Tries once, since it stops by itself anyway."""
        with suppress(TelegramError):
            await show_toast(self._api, press_id)

    async def _edit(self, outgoing: OutgoingAnswer) -> None:
        place, press = outgoing.edited_message, outgoing.place.press
        if place is None or press is None or not isinstance(press.message, Message):
            outgoing.is_edited = True
            return
        chat_id, message_id = place
        screen = outgoing.answer.edit or Screen(press.message.text_html)
        await self._through(
            lambda: edit_screen(self._api, screen, chat_id=chat_id, message_id=message_id),
            chat_id=chat_id,
            is_still_wanted=lambda: not outgoing.is_edited,
        )
        outgoing.skip_edit()
        outgoing.is_edited = True

    async def _send(self, screen: Screen, outgoing: OutgoingAnswer) -> int | None:
        chat_id = outgoing.place.chat_id
        try:
            return await self._through(
                lambda: send_screen(
                    self._api,
                    screen,
                    chat_id=chat_id,
                    thread_id=outgoing.place.thread_id,
                    is_silent=screen.is_silent,
                ),
                chat_id=chat_id,
            )
        except ChatMigrated as error:
            if error.new_chat_id == chat_id:
                return None
            outgoing.place = replace(outgoing.place, chat_id=error.new_chat_id, thread_id=None)
            return await self._send(screen, outgoing)

    async def _through(
        self,
        call: Callable[[], Awaitable[T]],
        *,
        chat_id: int,
        is_still_wanted: Callable[[], bool] = lambda: True,
    ) -> T | None:
        """What *call* returned, or None if Telegram refused it for good."""
        await self._limiter.acquire(Lane.INTERACTIVE, self._clock.now(), chat_id)
        try:
            if not is_still_wanted():
                return None
            result = await call()
            self._limiter.went_through(chat_id)
        except RetryAfter as error:
            self._limiter.pause(seconds_to_wait(error), chat_id)
            raise
        except Forbidden:
            self._limiter.went_through(chat_id)
            return None  # they have blocked the bot in the meantime
        except BadRequest as error:
            self._limiter.went_through(chat_id)
            if NOT_MODIFIED not in error.message:
                log.warning("answer rejected by Telegram: %s", reason(error))
            return None
        finally:
            self._limiter.release(chat_id)
        return result
