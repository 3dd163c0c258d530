"""Keeps the menu behind "/" short in the chats of those who get big, simple reminders: there's
nothing else to get lost in. The bot works without it, so what Telegram refuses is given up; their
next `/help` sets it again.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Any

from telegram.error import RetryAfter, TelegramError

from bot.ops.supervisor import Tasks
from bot.telegram_api.calls import TelegramApi
from bot.telegram_api.messages import seconds_to_wait
from bot.ui.wording import speaking
from domain.database.requests import as_user
from domain.database.unit_of_work import Database
from domain.events import Event
from domain.family.membership.menus import MenuReader, MenuShown, find_menu_reader
from domain.overview.leaving.erasure import UserErased
from domain.set_asides import describe

log = logging.getLogger(__name__)

TRIES = 3
WAIT_LONGEST_SECONDS = 60.0


class CommandMenus:
    """*few_commands* are the commands of the short menu, and what they do."""

    def __init__(
        self,
        database: Database,
        api: TelegramApi,
        *,
        few_commands: Callable[[], Sequence[tuple[str, str]]],
    ) -> None:
        self._database = database
        self._api = api
        self._few_commands = few_commands
        self._setting = Tasks("command menus")

    def on_event(self, event: Event) -> None:
        if isinstance(event, MenuShown):
            self._setting.start(self._set(event))
        elif isinstance(event, UserErased):
            # Whoever comes back is a stranger, and begins with the whole menu.
            self._setting.start(self._show(MenuReader(event.telegram_id, None, is_short=False)))

    async def drain(self, *, seconds: float) -> None:
        await self._setting.drain(seconds=seconds)

    async def _set(self, event: MenuShown) -> None:
        try:
            reader = await self._database.run(find_menu_reader, as_user(event.user_id))
        except Exception as error:
            log.warning("command menu not set: %s", describe(error))
            return
        if reader is not None:
            await self._show(reader)

    async def _show(self, reader: MenuReader) -> None:
        scope = {"type": "chat", "chat_id": reader.telegram_id}
        method = "deleteMyCommands"
        body: dict[str, Any] = {"scope": scope}
        if reader.is_short:
            with speaking(reader.language_code):
                commands = [
                    {"command": command, "description": words}
                    for command, words in self._few_commands()
                ]
            method, body = "setMyCommands", {**body, "commands": commands}
        for _ in range(TRIES):
            try:
                await self._api.call(method, body)
                return
            except RetryAfter as error:
                await asyncio.sleep(min(seconds_to_wait(error), WAIT_LONGEST_SECONDS))
            except TelegramError as error:
                log.warning("%s failed: %s", method, type(error).__name__)
                return
