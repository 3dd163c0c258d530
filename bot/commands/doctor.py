"""``carecircle doctor``: checks that the bot has everything it needs, and says what to do
if not.
"""

import os
import shutil
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, TelegramError

from bot.commands.findings import Finding
from bot.commands.invariants import examine_invariants
from bot.commands.servers import reach_servers
from bot.commands.set_aside import describe
from bot.embedded import EmbeddedError
from bot.redis.client import connect
from bot.settings import Settings
from bot.telegram_api.calls import TelegramApi
from bot.telegram_api.transport import AiohttpRequest
from domain.clock import Clock
from domain.database.checks import find_unsafe_rights, measure_skew
from domain.database.engine import make_engine
from domain.database.requests import as_dispatch
from domain.database.unit_of_work import Database
from domain.delivery import restores, set_aside_work
from migrations import runner

OLDEST_POSTGRES = 14
OLDEST_REDIS = (6, 2)
MAX_SKEW = timedelta(seconds=5)
MIN_FREE_BYTES = 500_000_000


async def examine(settings: Settings, *, deep: bool = False) -> AsyncIterator[Finding]:
    """Check everything that can be checked, one finding after the other; with *deep*, also what
    the tables hold.
    """
    yield Finding(True, "Configuration: every setting makes sense.")
    uses_data = not (settings.database_url and settings.redis_url and settings.telegram_bot_token)
    if uses_data:
        yield _examine_data(settings.carecircle_data)
    try:
        async with reach_servers(settings, redis=True) as addresses:
            ours = not settings.database_url
            async for finding in _examine_postgres(addresses.serving, ours=ours, deep=deep):
                yield finding
            yield await _examine_redis(addresses.redis)
    except (EmbeddedError, runner.MigrationError) as error:
        yield Finding(False, f"Servers: {error}")
    async for finding in _examine_telegram(settings):
        yield finding


def _examine_data(data: Path) -> Finding:
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        free = shutil.disk_usage(data).free
    except OSError as error:
        return Finding(False, f"CARECIRCLE_DATA: {data} can't be used ({error.strerror}).")
    if not os.access(data, os.R_OK | os.W_OK | os.X_OK):
        return Finding(False, f"CARECIRCLE_DATA: this account can't write to {data}.")
    if free < MIN_FREE_BYTES:
        return Finding(False, f"Data folder: only {free // 1_000_000} MB are free at {data}.")
    return Finding(True, f"Data folder: {data}, {free / 1e9:.1f} GB free.")


async def _examine_postgres(url: str, *, ours: bool, deep: bool) -> AsyncIterator[Finding]:
    database = Database(make_engine(url, pool_size=1), clock=Clock())
    try:
        try:
            async with database.engine.connect() as connection:
                number = int(await connection.scalar(text("SHOW server_version_num")))
        except (DBAPIError, OSError) as error:
            yield Finding(False, f"PostgreSQL: can't be reached ({_reason(error)}).")
            return
        if number // 10_000 < OLDEST_POSTGRES:
            yield Finding(
                False,
                f"PostgreSQL: version {number // 10_000} is too old;"
                f" {OLDEST_POSTGRES} or newer is needed.",
            )
            return
        yield Finding(True, f"PostgreSQL: reachable, version {number // 10_000}.")
        if await runner.current(url) != runner.head():
            # A bot with its own PostgreSQL upgrades it at startup.
            told = "the bot will bring it up to date" if ours else "run: carecircle db upgrade"
            yield Finding(ours, f"Schema: out of date; {told}.")
            return
        yield Finding(True, "Schema: up to date.")
        unsafe = await find_unsafe_rights(database)
        if unsafe is not None:
            yield Finding(False, f"Rights: {unsafe}")
            return
        yield Finding(True, "Rights: row-level security keeps families apart.")
        skew = await measure_skew(database)
        seconds = abs(skew.total_seconds())
        if abs(skew) > MAX_SKEW:
            yield Finding(
                False,
                f"Clock: this machine and PostgreSQL are {seconds:.0f} s apart;"
                " synchronize both with NTP.",
            )
        else:
            yield Finding(True, f"Clock: this machine and PostgreSQL are {seconds:.1f} s apart.")
        if await database.run(restores.is_restored, as_dispatch()):
            yield Finding(
                False,
                "Restored: this database came from a backup, so nothing is sent."
                " When all is as it should be, run: carecircle resume",
            )
        for waiting in await database.run(set_aside_work.list_set_aside, as_dispatch()):
            yield Finding(False, f"Set aside: {describe(waiting)}. See: carecircle set-aside")
        if deep:
            try:
                async for finding in examine_invariants(database):
                    yield finding
            except (DBAPIError, OSError) as error:
                yield Finding(False, f"Invariants: can't be checked ({_reason(error)}).")
    finally:
        await database.close()


async def _examine_redis(url: str) -> Finding:
    client = connect(url)
    try:
        # Valkey reports a "redis_version" too.
        version = str((await client.info("server"))["redis_version"])
    except (RedisError, OSError) as error:
        return Finding(False, f"Redis: can't be reached ({_reason(error)}).")
    finally:
        await client.aclose()
    if tuple(int(part) for part in version.split(".")[:2]) < OLDEST_REDIS:
        return Finding(False, f"Redis: version {version} is too old; 6.2 or newer is needed.")
    return Finding(True, f"Redis: reachable, version {version}.")


async def _examine_telegram(settings: Settings) -> AsyncIterator[Finding]:
    token = settings.telegram_bot_token.get_secret_value()
    if not token:
        yield Finding(True, "Telegram: no TELEGRAM_BOT_TOKEN, the bot runs in its sandbox.")
        return
    async with AiohttpRequest() as request:
        api = TelegramApi(request, token=token, api_url=settings.telegram_api_url)
        try:
            me = await api.call("getMe")
        except InvalidToken:
            yield Finding(False, "TELEGRAM_BOT_TOKEN: Telegram doesn't recognize it.")
            return
        except TelegramError as error:
            yield Finding(
                False, f"Telegram: {settings.telegram_api_url} can't be used ({error.message})."
            )
            return
        if not (isinstance(me, dict) and isinstance(me.get("username"), str)):
            yield Finding(False, f"Telegram: {settings.telegram_api_url} isn't a Bot API.")
            return
        yield Finding(True, f"Telegram: the bot is @{me['username']}.")
        if settings.operator_chat_id is not None:
            yield await _examine_operator(api, settings.operator_chat_id, bot=me["username"])


async def _examine_operator(api: TelegramApi, chat_id: int, *, bot: str) -> Finding:
    """Whether alarms can arrive. A chat is found even if the person in it has blocked the bot, but
    then nobody can be shown typing in it.
    """
    setting = f"OPERATOR_CHAT_ID: {chat_id}"
    try:
        chat = await api.call("getChat", {"chat_id": chat_id})
        kind = chat.get("type") if isinstance(chat, dict) else None
        if kind != "channel":  # where nobody is shown typing
            await api.call("sendChatAction", {"chat_id": chat_id, "action": "typing"})
    except BadRequest:
        return Finding(
            False,
            f"{setting} isn't a chat that the bot knows. A person has to open @{bot} and press"
            " Start first; a group has to add the bot, and its id is negative (-100…).",
        )
    except ChatMigrated as error:
        return Finding(False, f"{setting} has become another group: set it to {error.new_chat_id}.")
    except Forbidden:
        return Finding(
            False,
            f"{setting} can't be written to. A person has to open @{bot} and press Start (or"
            " unblock it); a group or channel has to let it in, and let it write.",
        )
    except TelegramError as error:
        return Finding(False, f"{setting} can't be checked ({error.message}).")
    where = "a person" if kind == "private" else f"a {kind or 'chat'}"
    return Finding(True, f"OPERATOR_CHAT_ID: alarms go to {where}.")


def _reason(error: Exception) -> str:
    """The first line of a driver's message: the rest is its statement and a link to its manual."""
    cause = getattr(error, "orig", None) or error
    lines = str(cause).strip().splitlines()
    return lines[0].rstrip(".") if lines else type(cause).__name__
