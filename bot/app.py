"""The composition root: the only place that builds engine, Redis, scheduler and Application."""

import asyncio
import logging
import signal
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, NoReturn, Self

from telegram import BotCommand
from telegram.error import InvalidToken, RetryAfter, TelegramError
from telegram.ext import Application

from bot.embedded import EmbeddedError, start_embedded
from bot.features.family.views.start import command_menu
from bot.grammar.warm_up import warm_up
from bot.intake.chat_queues import ChatQueues
from bot.intake.drafts import LeftDrafts
from bot.intake.finished import Finished
from bot.intake.identity import Identities
from bot.intake.owed_answers import OwedAnswers
from bot.intake.polling import Poller
from bot.intake.replies import Replies
from bot.intake.serving import Parts, Serving
from bot.ops.liveness import Process
from bot.ops.metrics import serving_metrics
from bot.ops.supervisor import Supervisor, Tasks, Work
from bot.ops.watchdog import watched_loop
from bot.redis.client import connect
from bot.redis.conversations import ConversationStore
from bot.redis.drafts import DraftDeadlines
from bot.redis.medications_cache import MedicationsCache
from bot.redis.rate_limit import RateLimiter
from bot.routes import FLOWS, register
from bot.sandbox import Sandbox
from bot.scheduling.wake_ups import WakeUps
from bot.settings import Settings, SettingsError
from bot.telegram_api.calls import TelegramApi
from bot.telegram_api.delivery import IN_FLIGHT, Delivery
from bot.telegram_api.limits import Budget, Limiter
from bot.telegram_api.messages import seconds_to_wait
from bot.telegram_api.transport import AiohttpRequest
from domain.clock import Clock
from domain.database import (
    Database,
    Scope,
    as_dispatch,
    find_unsafe_rights,
    is_away,
    make_engine,
    measure_skew,
)
from domain.delivery import inbox
from domain.delivery import outbox as notifications
from domain.overview.change_notices import owe_news
from domain.set_asides import describe
from migrations import runner

log = logging.getLogger(__name__)

DRAIN_SECONDS = 5.0
POOL_SECONDS = 15.0  # for a free connection: nothing is lost while it waits
ANSWERS_AT_ONCE = 64
OWN_CONNECTIONS = 6  # to the database, for what the bot does by itself
EFFECTS_AT_ONCE = 32  # updates that take effect at once; more would wait for the database
MOST_UNREADABLE = 3  # answers to getMe, before we say that this is no Bot API
WAIT_LONGEST_SECONDS = 30.0
MOST_SKEW = timedelta(seconds=5)


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
    #: Where bots of this machine find out which of them are gone; None: nobody can tell.
    run_folder: Path | None = None
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
        self._supervisor = Supervisor()
        self._warming, self._menu = Tasks("warm-up"), Tasks("menu of commands")
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

    @property
    def failures(self) -> Mapping[str, int]:
        """How often which part of the bot has failed so far."""
        return self._supervisor.failures

    async def wait(self) -> NoReturn:
        """Raise TaskFailed when a part of the bot has failed that it cannot do without."""
        await self._supervisor.wait()

    async def _start(self, stack: AsyncExitStack) -> None:
        wiring = self._wiring
        process = stack.enter_context(Process(wiring.run_folder))
        warming = self._warming.start(asyncio.to_thread(warm_up), is_awaited=True)
        stack.push_async_callback(asyncio.wait, [warming])
        database = Database(
            make_engine(wiring.database_url),
            clock=wiring.clock,
            own_engine=make_engine(wiring.database_url, pool_size=OWN_CONNECTIONS),
        )
        stack.push_async_callback(database.close)
        database.before_commit(owe_news)
        redis = connect(wiring.redis_url)
        stack.push_async_callback(redis.aclose)
        # Answers do not wait for connections that slow reminders hold, nor the other way round.
        polling = await self._open_api(stack, connections=1)
        answering = await self._open_api(stack, connections=ANSWERS_AT_ONCE)
        reminding = await self._open_api(stack, connections=IN_FLIGHT)
        application = _build_application(wiring)
        await _initialize(application, answering)
        stack.push_async_callback(application.shutdown)
        limiter = Limiter(redis, wiring.budget, probe=partial(_seconds_refused, answering))
        await _release_leases(database, process)

        medications = MedicationsCache(redis)
        database.subscribe(medications.on_event)
        stack.push_async_callback(medications.close)
        finished = Finished(database)
        answers = OwedAnswers(
            Replies(answering, limiter, clock=wiring.clock),
            on_said=finished.add,
            give_up=partial(_set_aside, database),
        )
        serving = Serving(
            Parts(
                database=database,
                identities=Identities(database),
                conversations=ConversationStore(redis, wiring.conversation_ttl, clock=wiring.clock),
                rate_limiter=RateLimiter(redis),
                medications=medications,
                answers=answers,
                recall=FLOWS.recall,
                on_done=finished.add,
                room=asyncio.Semaphore(EFFECTS_AT_ONCE),
                bot_username=application.bot.username,
            )
        )
        register(application, serving)
        queues = ChatQueues(database, application, serving, answers, finished, owner=process.id)
        delivery = Delivery(database, reminding, limiter, owner=process.id)
        wake_ups = WakeUps(
            database,
            redis,
            redis_url=wiring.redis_url,
            sweep_seconds=wiring.sweep_seconds,
            process=process,
            supervisor=self._supervisor,
        )
        wake_ups.also_on_sweep(delivery.nudge)
        wake_ups.also_on_sweep(queues.look_behind)
        drafts = LeftDrafts(
            DraftDeadlines(redis, clock=wiring.clock),
            reminding,
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
        await self._run(stack, delivery.run, "delivery")
        await self._run(stack, delivery.renew_leases, "sending")
        stack.push_async_callback(drafts.drain, seconds=DRAIN_SECONDS)
        await self._run(stack, drafts.run, "drafts")
        stack.push_async_callback(queues.drain, seconds=DRAIN_SECONDS)
        await self._run(stack, queues.renew_leases, "leases")
        # It lets go of the alarm for good when it ends, so only a new process can begin again.
        await self._run(stack, wake_ups.run, "wake-ups", restarts=False)
        await self._run(stack, queues.recover, "recovery")
        await self._run(stack, Poller(polling, queues).run, "polling")
        menu = self._menu.start(_set_command_menu(application))
        stack.callback(menu.cancel)

    async def _open_api(self, stack: AsyncExitStack, *, connections: int) -> TelegramApi:
        request = AiohttpRequest(connection_pool_size=connections, pool_timeout=POOL_SECONDS)
        stack.push_async_callback(request.shutdown)
        await request.initialize()
        return TelegramApi(request, token=self._wiring.token, api_url=self._wiring.api_url)

    async def _run(
        self, stack: AsyncExitStack, work: Work, name: str, *, restarts: bool = True
    ) -> None:
        await stack.enter_async_context(
            self._supervisor.running(work, name=name, restarts=restarts)
        )


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
        warming = Tasks("warm-up").start(asyncio.to_thread(warm_up))
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
                run_folder=settings.carecircle_data / "run",
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

    tasks = Tasks("serving")
    serving, stopping = tasks.start(serve(), is_awaited=True), tasks.start(stop.wait())
    try:
        await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if serving.done():
            await serving
            return
    except InvalidToken:
        raise SettingsError("TELEGRAM_BOT_TOKEN: Telegram does not know it.") from None
    finally:
        stopping.cancel()
        serving.cancel()
        await asyncio.gather(serving, stopping, return_exceptions=True)
    if not serving.cancelled() and (error := serving.exception()) is not None:
        log.error("the bot did not stop in order: %s", describe(error))


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
    except runner.MigrationError:
        raise SettingsError("DATABASE_URL: PostgreSQL cannot be reached there.") from None
    except Exception as error:
        if not is_away(error):
            raise
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


def _build_application(wiring: Wiring) -> Application[Any, Any, Any, Any, Any, Any]:
    return (
        Application.builder()
        .application_class(_Application)
        .token(wiring.token)
        .base_url(f"{wiring.api_url}/bot")
        .base_file_url(f"{wiring.api_url}/file/bot")
        .request(AiohttpRequest(connection_pool_size=4))
        .get_updates_request(AiohttpRequest(connection_pool_size=1))  # never used: see Poller
        .updater(None)  # it would acknowledge updates before they are kept
        .job_queue(None)  # it would be a second scheduler
        .build()
    )


async def _initialize(
    application: Application[Any, Any, Any, Any, Any, Any], api: TelegramApi
) -> None:
    """Ask Telegram who we are, for as long as it takes. Raises SettingsError for a wrong token, and
    for a server that is no Bot API.
    """
    wait, unreadable = 1.0, 0
    while True:
        try:
            me = await api.call("getMe")
            if not (isinstance(me, dict) and isinstance(me.get("username"), str)):
                raise _NoBotApi
            await application.initialize()
        except InvalidToken:
            raise SettingsError("TELEGRAM_BOT_TOKEN: Telegram does not know it.") from None
        except TelegramError as error:
            log.warning("getMe failed: %s, next try in %.0f s", type(error).__name__, wait)
        except Exception as error:
            unreadable += 1
            log.warning("getMe unreadable: %s, next try in %.0f s", type(error).__name__, wait)
            if unreadable == MOST_UNREADABLE:
                raise SettingsError(
                    "TELEGRAM_API_URL: what answers there is no Bot API that this bot can read."
                ) from None
        else:
            return
        await asyncio.sleep(wait)
        wait = min(wait * 2, WAIT_LONGEST_SECONDS)


class _NoBotApi(Exception):
    """What getMe returned is no bot."""


async def _seconds_refused(api: TelegramApi) -> float:
    """After a 429: for how long Telegram refuses whatever this bot asks; 0 where it doesn't."""
    try:
        await api.call("getMe")
    except RetryAfter as error:
        return seconds_to_wait(error)
    return 0.0


async def _release_leases(database: Database, process: Process) -> None:
    """What bots held that are known to be gone. If that fails, their leases run out later."""
    if not process.gone:
        return

    async def release(scope: Scope) -> None:
        await inbox.release_leases(scope, process.gone)
        await notifications.release_leases(scope, process.gone)

    try:
        await database.run(release, as_dispatch())
    except Exception as error:
        log.warning("leases not released: %s", describe(error))
    else:
        process.forget_gone()


async def _set_aside(database: Database, update_id: int, reason: str) -> None:
    """An answer that nobody will ever hear."""
    await database.run(
        lambda scope: inbox.set_aside(scope, update_id, reason=f"answer not sent: {reason}"),
        as_dispatch(),
    )


async def _set_command_menu(application: Application[Any, Any, Any, Any, Any, Any]) -> None:
    """The menu behind "/". The bot works without it."""
    try:
        await application.bot.set_my_commands(
            [BotCommand(command, description) for command, description in command_menu()]
        )
    except TelegramError as error:
        log.warning("the menu of commands was not set: %s", type(error).__name__)
