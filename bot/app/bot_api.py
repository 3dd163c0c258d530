"""Our configuration of PTB's Application, and the calls to Telegram at startup."""

import asyncio
import logging
from typing import Any

from telegram import BotCommand
from telegram.error import InvalidToken, RetryAfter, TelegramError
from telegram.ext import Application

from bot.features.family.views.start import command_menu
from bot.settings import SettingsError
from bot.telegram_api.calls import TelegramApi
from bot.telegram_api.messages import seconds_to_wait
from bot.telegram_api.transport import AiohttpRequest

log = logging.getLogger(__name__)

MAX_UNREADABLE = 3  # responses to getMe, before we conclude that this isn't a Bot API
WAIT_LONGEST_SECONDS = 30.0


class _Application(Application[Any, Any, Any, Any, Any, Any]):
    """PTB's Application, but an update that fails raises to its caller, because the inbox counts
    failures and retries.
    """

    async def process_error(
        self,
        update: object,  # noqa: ARG002
        error: Exception,
        *_: Any,
        **__: Any,
    ) -> bool:
        raise error


def build_application(*, token: str, api_url: str) -> Application[Any, Any, Any, Any, Any, Any]:
    return (
        Application.builder()
        .application_class(_Application)
        .token(token)
        .base_url(f"{api_url}/bot")
        .base_file_url(f"{api_url}/file/bot")
        .request(AiohttpRequest(connection_pool_size=4))
        .get_updates_request(AiohttpRequest(connection_pool_size=1))  # never used: see Poller
        .updater(None)  # it would acknowledge updates before they are stored
        .job_queue(None)  # it would be a second scheduler
        .build()
    )


async def identify(
    application: Application[Any, Any, Any, Any, Any, Any], api: TelegramApi
) -> None:
    """Ask Telegram who we are, for as long as it takes. Raises SettingsError for a wrong token,
    and for a server that isn't a Bot API.
    """
    wait, unreadable = 1.0, 0
    while True:
        try:
            me = await api.call("getMe")
            if not (isinstance(me, dict) and isinstance(me.get("username"), str)):
                raise _NoBotApi
            await application.initialize()
        except InvalidToken:
            raise SettingsError("TELEGRAM_BOT_TOKEN: Telegram doesn't recognize it.") from None
        except TelegramError as error:
            log.warning("getMe failed: %s, retrying in %.0f s", type(error).__name__, wait)
        except Exception as error:
            unreadable += 1
            log.warning("getMe unreadable: %s, retrying in %.0f s", type(error).__name__, wait)
            if unreadable == MAX_UNREADABLE:
                raise SettingsError(
                    "TELEGRAM_API_URL: the server there doesn't answer like the Bot API."
                ) from None
        else:
            return
        await asyncio.sleep(wait)
        wait = min(wait * 2, WAIT_LONGEST_SECONDS)


class _NoBotApi(Exception):
    """getMe returned something that isn't a bot."""


async def seconds_refused(api: TelegramApi) -> float:
    """After a 429: for how long Telegram refuses all calls of this bot; 0 if it doesn't."""
    try:
        await api.call("getMe")
    except RetryAfter as error:
        return seconds_to_wait(error)
    return 0.0


async def set_command_menu(application: Application[Any, Any, Any, Any, Any, Any]) -> None:
    """Set the menu behind "/". The bot works without it."""
    try:
        await application.bot.set_my_commands(
            [BotCommand(command, description) for command, description in command_menu()]
        )
    except TelegramError as error:
        log.warning("setMyCommands failed: %s", type(error).__name__)
