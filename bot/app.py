"""The composition root: the only place that builds engine, Redis, scheduler and Application."""

import asyncio
import logging
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Self

from telegram import BotCommand
from telegram.error import InvalidToken, NetworkError, TelegramError
from telegram.ext import Application

from bot.embedded import EmbeddedError, start_embedded
from bot.handlers import FLOWS, register
from bot.intake.chat_queues import ChatQueues
from bot.intake.drafts import LeftDrafts
from bot.intake.finished import Finished
from bot.intake.identity import Identities
from bot.intake.polling import Poller
from bot.intake.replies import Replies
from bot.intake.serving import Parts, Serving
from bot.metrics import serving_metrics
from bot.redis.client import connect
from bot.redis.conversations import ConversationStore
from bot.redis.drafts import DraftDeadlines
from bot.redis.medications_cache import MedicationsCache
from bot.redis.rate_limit import RateLimiter
from bot.reminders.delivery import Delivery
from bot.reminders.limits import Budget, Limiter
from bot.reminders.wake_ups import WakeUps
from bot.sandbox import Sandbox
from bot.settings import Settings, SettingsError
from bot.transport import AiohttpRequest
from bot.views.start import command_menu
from bot.warm_up import warm_up
from bot.watchdog import watched_loop
from domain.clock import Clock
from domain.database import Database, find_unsafe_rights, make_engine, measure_skew
from migrations import runner

log = logging.getLogger(__name__)

DRAIN_SECONDS = 5.0
WAIT_LONGEST_SECONDS = 30.0
MOST_SKEW = timedelta(seconds=2)


@dataclass(frozen=True)
class Wiring:
    """What a running bot is connected to."""

    token: str
    api_url: str
    database_url: str
    redis_url: str
    conversation_ttl: int = 900
    sweep_seconds: int = 60
    clock: Clock = field(default_factory=Clock)
    budget: Budget = field(default_factory=Budget)


class _Application(Application[Any, Any, Any, Any, Any, Any]):
    """PTB's Application, with one difference: an update that fails says so to whoever handed it
    in, because the inbox counts failures and tries again.
    """

    async def process_error(
        self,
        update: object,  # noqa: ARG002
        error: Exception,
        *_: Any,
        **__: Any,
    ) -> bool:
        raise error


class App:
    """The whole bot. `async with App(wiring)` starts it and, at the end, stops it in order."""

    def __init__(self, wiring: Wiring) -> None:
        self._wiring = wiring
        self._stack = AsyncExitStack()
        self._tasks: list[asyncio.Task[None]] = []
        # Whoever moves the clock by days asks these to look at once, instead of each second.
        self.wake_ups: WakeUps | None = None
        self.finished: Finished | None = None
        self.drafts: LeftDrafts | None = None

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            await self._start(stack)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    async def wait(self) -> None:
        """Return, with its exception, when a part of the bot has ended by itself."""
        done, _ = await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()

    async def _start(self, stack: AsyncExitStack) -> None:
        wiring = self._wiring
        warming = asyncio.create_task(asyncio.to_thread(warm_up))
        stack.push_async_callback(asyncio.wait, [warming])
        database = Database(make_engine(wiring.database_url), clock=wiring.clock)
        stack.push_async_callback(database.close)
        redis = connect(wiring.redis_url)
        stack.push_async_callback(redis.aclose)
        limiter = Limiter(redis, wiring.budget)
        requests = [AiohttpRequest(connection_pool_size=64), AiohttpRequest(connection_pool_size=1)]
        for request in requests:
            stack.push_async_callback(request.shutdown)  # also where PTB does not get that far
        application = _build_application(wiring, *requests)
        await _initialize(application)
        stack.push_async_callback(application.shutdown)
        bot = application.bot

        medications = MedicationsCache(redis)
        database.subscribe(medications.on_event)
        stack.push_async_callback(medications.close)
        finished = Finished(database)
        serving = Serving(
            Parts(
                database=database,
                identities=Identities(database),
                conversations=ConversationStore(redis, wiring.conversation_ttl, clock=wiring.clock),
                rate_limiter=RateLimiter(redis),
                medications=medications,
                replies=Replies(bot, limiter, clock=wiring.clock),
                recall=FLOWS.recall,
                on_done=finished.add,
                bot_username=bot.username,
            )
        )
        register(application, serving)
        queues = ChatQueues(database, application, serving, finished)
        delivery = Delivery(database, bot, limiter)
        wake_ups = WakeUps(
            database, redis, redis_url=wiring.redis_url, sweep_seconds=wiring.sweep_seconds
        )
        wake_ups.also_on_sweep(delivery.nudge)
        wake_ups.also_on_sweep(queues.look_behind)
        drafts = LeftDrafts(
            DraftDeadlines(redis, clock=wiring.clock),
            bot,
            limiter,
            clock=wiring.clock,
            show=FLOWS.left,
        )

        self.wake_ups, self.finished, self.drafts = wake_ups, finished, drafts

        # From here on people are served, and nobody should wait for what can be loaded before.
        await warming
        await stack.enter_async_context(watched_loop())

        # Stopped in the opposite order: first nothing comes in any more, then what has come in is
        # answered, then what is on its way out is recorded.
        stack.push_async_callback(delivery.drain, seconds=DRAIN_SECONDS)
        await stack.enter_async_context(self._running(delivery.run(), "delivery"))
        stack.push_async_callback(drafts.drain, seconds=DRAIN_SECONDS)
        await stack.enter_async_context(self._running(drafts.run(), "drafts"))
        stack.push_async_callback(queues.drain, seconds=DRAIN_SECONDS)
        await stack.enter_async_context(self._running(queues.renew_leases(), "leases"))
        await stack.enter_async_context(self._running(wake_ups.run(), "wake-ups"))
        await stack.enter_async_context(self._running(queues.recover(), "recovery"))
        await stack.enter_async_context(self._running(Poller(bot, queues).run(), "polling"))
        menu = asyncio.create_task(_set_command_menu(application))
        stack.callback(menu.cancel)

    @asynccontextmanager
    async def _running(self, work: Any, name: str) -> AsyncIterator[None]:
        task: asyncio.Task[None] = asyncio.create_task(work, name=name)
        self._tasks.append(task)
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def run(settings: Settings, *, sandbox_port: int | None = None) -> None:
    """Run the bot until SIGINT or SIGTERM; with *sandbox_port*, against the sandbox.

    Raises SettingsError, with one plain sentence, for what the operator must mend first.
    """
    if settings.webhook_url:
        raise SettingsError("WEBHOOK_URL: this version fetches updates itself; leave it empty.")
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with AsyncExitStack() as stack:
        if settings.metrics_port:
            _start_metrics(settings.metrics_port, stack)
        # A second of reading, while servers are started and looked at.
        warming = asyncio.create_task(asyncio.to_thread(warm_up))
        stack.push_async_callback(asyncio.wait, [warming])
        database_url, redis_url = await _servers(settings, stack)
        await _check_database(database_url)
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
            )
        )
        await _until_stopped(app, stop)
        log.info("the bot stops")


async def _until_stopped(app: App, stop: asyncio.Event) -> None:
    """Serve until *stop*, which is heard also while Telegram cannot be reached yet."""

    async def serve() -> None:
        async with app:
            log.info("the bot is running")
            await app.wait()

    serving, stopping = asyncio.create_task(serve()), asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if serving.done():
            await serving
    except InvalidToken:
        raise SettingsError("TELEGRAM_BOT_TOKEN: Telegram does not know it.") from None
    finally:
        stopping.cancel()
        serving.cancel()
        await asyncio.gather(serving, stopping, return_exceptions=True)


async def _servers(settings: Settings, stack: AsyncExitStack) -> tuple[str, str]:
    """Where PostgreSQL and Redis are: those that are named, and embedded ones for the rest."""
    database_url = settings.database_url.get_secret_value()
    redis_url = settings.redis_url.get_secret_value()
    if database_url and redis_url:
        return database_url, redis_url
    try:
        servers = await start_embedded(
            settings.carecircle_data, postgres=not database_url, redis=not redis_url
        )
    except EmbeddedError as error:
        raise SettingsError(str(error)) from None
    stack.push_async_callback(servers.stop)
    if not database_url:
        # Nobody else keeps this database, so it is brought up to date here.
        await runner.upgrade(servers.database_url, serving_url=servers.database_url)
    return database_url or servers.database_url, redis_url or servers.redis_url


async def _check_database(url: str) -> None:
    """Raises SettingsError unless it is reachable, up to date and serves behind the walls."""
    try:
        if await runner.current(url) != runner.head():
            raise SettingsError(
                "The database is not up to date: run `carecircle db upgrade` first."
            )
        database = Database(make_engine(url, pool_size=1), clock=Clock())
        try:
            unsafe = await find_unsafe_rights(database)
            skew = await measure_skew(database)
        finally:
            await database.close()
    except (runner.MigrationError, OSError):
        raise SettingsError("DATABASE_URL: PostgreSQL cannot be reached there.") from None
    if unsafe is not None:
        raise SettingsError(f"DATABASE_URL: {unsafe}")
    if abs(skew) > MOST_SKEW:
        log.warning("the clocks of PostgreSQL and of this machine are %s apart", skew)


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


def _build_application(
    wiring: Wiring, request: AiohttpRequest, updates_request: AiohttpRequest
) -> Application[Any, Any, Any, Any, Any, Any]:
    return (
        Application.builder()
        .application_class(_Application)
        .token(wiring.token)
        .base_url(f"{wiring.api_url}/bot")
        .base_file_url(f"{wiring.api_url}/file/bot")
        .request(request)
        .get_updates_request(updates_request)
        .updater(None)  # it would acknowledge updates before they are kept
        .job_queue(None)  # it would be a second scheduler
        .build()
    )


async def _initialize(application: Application[Any, Any, Any, Any, Any, Any]) -> None:
    """Ask Telegram who we are, for as long as it takes. Raises SettingsError for a wrong token."""
    wait = 1.0
    while True:
        try:
            await application.initialize()
        except InvalidToken:
            raise SettingsError("TELEGRAM_BOT_TOKEN: Telegram does not know it.") from None
        except NetworkError:
            log.warning("Telegram cannot be reached: the next try in %.0f s", wait)
            await asyncio.sleep(wait)
            wait = min(wait * 2, WAIT_LONGEST_SECONDS)
        else:
            return


async def _set_command_menu(application: Application[Any, Any, Any, Any, Any, Any]) -> None:
    """The menu behind "/". The bot works without it."""
    try:
        await application.bot.set_my_commands(
            [BotCommand(command, description) for command, description in command_menu()]
        )
    except TelegramError as error:
        log.warning("the menu of commands was not set: %s", type(error).__name__)
