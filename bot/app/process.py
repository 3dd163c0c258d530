"""Runs the bot as a process, with its servers and optionally the sandbox, until a signal."""

import asyncio
import logging
import signal
from contextlib import AsyncExitStack

from telegram.error import InvalidToken

from bot.app.app import App, Wiring
from bot.app.servers import check_database, find_servers
from bot.grammar.warm_up import warm_up
from bot.ops.metrics import serving_metrics
from bot.ops.supervisor import Tasks
from bot.sandbox import Sandbox
from bot.settings import Settings, SettingsError
from bot.ui.wording import spoken_locales
from domain.set_asides import describe

log = logging.getLogger(__name__)


async def run(settings: Settings, *, sandbox_port: int | None = None) -> None:
    """Run the bot until SIGINT or SIGTERM; with *sandbox_port*, against the sandbox.

    Raises SettingsError, with one plain sentence, for anything the operator has to fix first.
    """
    if settings.webhook_url:
        raise SettingsError("WEBHOOK_URL: this version fetches updates itself; leave it empty.")
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with AsyncExitStack() as stack:
        if settings.metrics_port:
            _start_metrics(settings.metrics_port, stack)
        # Takes about a second, in parallel with starting and checking the servers.
        warming = Tasks("warm-up").start(asyncio.to_thread(warm_up, spoken_locales()))
        stack.push_async_callback(asyncio.wait, [warming])
        database_url, redis_url = await find_servers(settings, stack)
        await check_database(database_url)
        token = settings.telegram_bot_token.get_secret_value()
        api_url = settings.telegram_api_url
        if sandbox_port is not None:
            sandbox = Sandbox(settings.carecircle_data / "sandbox")
            await _start_sandbox(sandbox, sandbox_port)
            stack.push_async_callback(sandbox.stop)
            token, api_url = sandbox.token, sandbox.api_url
            print(f"The sandbox is at {sandbox.page_url} (Ctrl+C stops it)", flush=True)  # noqa: T201
        app = App(
            Wiring(
                token=token,
                api_url=api_url,
                database_url=database_url,
                redis_url=redis_url,
                conversation_ttl=settings.conversation_ttl,
                sweep_seconds=settings.sweep_seconds,
                run_folder=settings.carecircle_data / "run",
                operator_chat_id=settings.operator_chat_id,
                heartbeat_url=settings.heartbeat_url.get_secret_value(),
                keep=settings.retention,
            )
        )
        await _until_stopped(app, stop)
        log.info("bot stopping")


async def _until_stopped(app: App, stop: asyncio.Event) -> None:
    """Serve until *stop*, even while Telegram can't be reached yet."""

    async def serve() -> None:
        async with app:
            log.info("bot running")
            await app.wait()

    tasks = Tasks("serving")
    serving, stopping = tasks.start(serve(), is_awaited=True), tasks.start(stop.wait())
    try:
        await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if serving.done():
            await serving
            return
    except InvalidToken:
        raise SettingsError("TELEGRAM_BOT_TOKEN: Telegram doesn't recognize it.") from None
    finally:
        stopping.cancel()
        serving.cancel()
        await asyncio.gather(serving, stopping, return_exceptions=True)
    if not serving.cancelled() and (error := serving.exception()) is not None:
        log.error("shutdown incomplete: %s", describe(error))


def _start_metrics(port: int, stack: AsyncExitStack) -> None:
    try:
        stack.enter_context(serving_metrics(port))
    except OSError:
        raise SettingsError(f"METRICS_PORT: {port} is in use.") from None


async def _start_sandbox(sandbox: Sandbox, port: int) -> None:
    try:
        await sandbox.start(port)
    except OSError:
        raise SettingsError(
            f"Port {port} is in use: choose another with `carecircle sandbox --port NUMBER`."
        ) from None
