"""The composition root: the only place that builds engine, Redis, scheduler and Application."""

import asyncio
import logging
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import NoReturn, Self

from bot.app.bot_api import build_application, identify, seconds_refused, set_command_menu
from bot.exports import Exports
from bot.features.family.views import groups, operator
from bot.features.family.views.start import few_commands
from bot.grammar.warm_up import warm_up
from bot.intake.abandoned_drafts import AbandonedDrafts
from bot.intake.answer_sender import AnswerSender
from bot.intake.chat_queues import ChatQueues
from bot.intake.completed_updates import CompletedUpdates
from bot.intake.group_events import GroupEvents
from bot.intake.identity import Identities
from bot.intake.outgoing_answers import OutgoingAnswers
from bot.intake.polling import Poller
from bot.intake.serving import Services, Serving
from bot.notices import render
from bot.ops.heartbeat import Heartbeat
from bot.ops.liveness import Process
from bot.ops.supervisor import Supervisor, Tasks, Work
from bot.ops.watchdog import watched_loop
from bot.redis.alarm_log import AlarmLog
from bot.redis.client import connect
from bot.redis.conversation_store import ConversationStore
from bot.redis.drafts import DraftDeadlines
from bot.redis.last_poll import LastPoll
from bot.redis.medications_cache import MedicationsCache
from bot.redis.rate_limit import FAMILY, Limit, RateLimiter
from bot.redis.spoken import SpokenOf
from bot.redis.traces import Traces
from bot.registration import register
from bot.routes import FLOWS
from bot.scheduling.auditor import Auditor, Breaches, Tell, tell_nobody
from bot.scheduling.restore_hold import RestoreHold
from bot.scheduling.wake_ups import WakeUps
from bot.telegram_api.budget import Budget
from bot.telegram_api.calls import TelegramApi
from bot.telegram_api.command_menus import CommandMenus
from bot.telegram_api.delivery import IN_FLIGHT, Delivery
from bot.telegram_api.group_departures import GroupDepartures
from bot.telegram_api.limits import Limiter
from bot.telegram_api.operator import OperatorChat
from bot.telegram_api.transport import AiohttpRequest
from bot.ui.wording import spoken_locales
from domain.clock import Clock
from domain.database.engine import make_engine
from domain.database.requests import as_dispatch
from domain.database.scope import Scope
from domain.database.unit_of_work import Database
from domain.delivery import claims, inbox
from domain.memory.retention import Retention
from domain.overview.change_notices import queue_change_news
from domain.reminders.silence import ask_again
from domain.set_asides import describe

log = logging.getLogger(__name__)

#: For each of the six stages of stopping, one after the other: a process manager waits 20 s or so.
DRAIN_SECONDS = 3.0
POOL_SECONDS = 15.0  # to get a connection: nothing is lost while it waits
ANSWERS_AT_ONCE = 64
OWN_CONNECTIONS = 6  # database connections for the bot's own work
ASKED_AT_ONCE = 500  # doses in one transaction, after nobody could be heard
EFFECTS_AT_ONCE = 32  # updates that take effect at once; more would only wait for the database


@dataclass(frozen=True)
class Wiring:
    """Everything a running bot is connected to."""

    token: str
    api_url: str
    database_url: str
    redis_url: str
    conversation_ttl: int = 900
    sweep_seconds: int = 60
    clock: Clock = field(default_factory=Clock)
    #: Where bots on this machine find out which of them have died; None: they can't.
    run_folder: Path | None = None
    #: Who is told what the auditor finds, and what is pinged while it finds nothing.
    operator_chat_id: int | None = None
    heartbeat_url: str = ""
    budget: Budget = field(default_factory=Budget)
    keep: Retention = field(default_factory=Retention)
    #: How much all members of a family may send together.
    family_limit: Limit = FAMILY


class App:
    """The whole bot. `async with App(wiring)` starts it and, at the end, stops it in order."""

    def __init__(self, wiring: Wiring) -> None:
        self._wiring = wiring
        self._stack = AsyncExitStack()
        self._supervisor = Supervisor()
        self._warming, self._menu = Tasks("warm-up"), Tasks("menu of commands")
        # Whoever moves the clock by days calls these directly instead of waiting for each second.
        self.wake_ups: WakeUps | None = None
        self.completed_updates: CompletedUpdates | None = None
        self.drafts: AbandonedDrafts | None = None
        self.auditor: Auditor | None = None

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            await self._start(stack)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    @property
    def failures(self) -> Mapping[str, int]:
        """How often each part of the bot has failed so far."""
        return self._supervisor.failures

    async def wait(self) -> NoReturn:
        """Raises TaskFailed once a part that the bot can't do without has failed."""
        await self._supervisor.wait()

    async def _start(self, stack: AsyncExitStack) -> None:
        wiring = self._wiring
        process = stack.enter_context(Process(wiring.run_folder))
        warming = self._warming.start(asyncio.to_thread(warm_up, spoken_locales()), is_awaited=True)
        stack.push_async_callback(asyncio.wait, [warming])
        database = Database(
            make_engine(wiring.database_url),
            clock=wiring.clock,
            background_engine=make_engine(wiring.database_url, pool_size=OWN_CONNECTIONS),
        )
        stack.push_async_callback(database.close)
        database.before_commit(queue_change_news)
        redis = connect(wiring.redis_url)
        stack.push_async_callback(redis.aclose)
        # Answers and slow reminders don't compete for the same connections.
        polling = await self._open_api(stack, connections=1)
        answering = await self._open_api(stack, connections=ANSWERS_AT_ONCE)
        reminding = await self._open_api(stack, connections=IN_FLIGHT)
        application = build_application(token=wiring.token, api_url=wiring.api_url)
        await identify(application, answering)
        stack.push_async_callback(application.shutdown)
        limiter = Limiter(redis, wiring.budget, probe=partial(seconds_refused, answering))
        await _release_leases(database, process)

        medications = MedicationsCache(redis)
        database.subscribe(medications.on_event)
        stack.push_async_callback(medications.close)
        traces = Traces(redis)
        database.subscribe(traces.on_event)
        stack.push_async_callback(traces.close)
        menus = CommandMenus(database, reminding, few_commands=few_commands)
        database.subscribe(menus.on_event)
        stack.push_async_callback(menus.drain, seconds=DRAIN_SECONDS)
        completed_updates = CompletedUpdates(database)
        answers = OutgoingAnswers(
            AnswerSender(answering, limiter, clock=wiring.clock),
            on_sent=completed_updates.add,
            give_up=partial(_set_aside, database),
        )
        serving = Serving(
            Services(
                database=database,
                identities=Identities(database),
                conversations=ConversationStore(redis, wiring.conversation_ttl, clock=wiring.clock),
                rate_limiter=RateLimiter(redis, family=wiring.family_limit),
                spoken=SpokenOf(redis),
                medications=medications,
                answers=answers,
                mention_open_question=FLOWS.mention_open_question,
                on_done=completed_updates.add,
                effect_slots=asyncio.Semaphore(EFFECTS_AT_ONCE),
                bot_username=application.bot.username,
            )
        )
        register(application, serving, GroupEvents(database, serving, greet=groups.greeting))
        queues = ChatQueues(
            database, application, serving, answers, completed_updates, owner=process.id
        )
        delivery = Delivery(database, reminding, limiter=limiter, render=render, owner=process.id)
        wake_ups = WakeUps(
            database,
            redis,
            redis_url=wiring.redis_url,
            sweep_seconds=wiring.sweep_seconds,
            process=process,
            supervisor=self._supervisor,
            keep=wiring.keep,
        )
        wake_ups.add_sweep_listener(delivery.nudge)
        wake_ups.add_sweep_listener(queues.request_recovery)
        auditor = Auditor(
            database,
            AlarmLog(redis),
            is_on_duty=lambda: wake_ups.is_in_charge,
            tell=self._telling(reminding, limiter),
            heartbeat=Heartbeat(wiring.heartbeat_url) if wiring.heartbeat_url else None,
        )
        wake_ups.add_sweep_listener(auditor.look)
        stack.push_async_callback(auditor.close)
        departures = GroupDepartures(database, reminding, limiter, say_goodbye=groups.goodbye)
        wake_ups.add_sweep_listener(departures.look)
        stack.push_async_callback(departures.close)
        drafts = AbandonedDrafts(
            DraftDeadlines(redis, clock=wiring.clock),
            reminding,
            limiter,
            clock=wiring.clock,
            render=FLOWS.render_abandoned,
        )

        self.wake_ups, self.completed_updates, self.drafts = wake_ups, completed_updates, drafts
        self.auditor = auditor

        # People are served from here on, so everything slow has to be loaded by now.
        await warming
        await stack.enter_async_context(watched_loop())

        exports = Exports(database, reminding, limiter=limiter, owner=process.id)
        wake_ups.add_sweep_listener(exports.nudge)
        # Stopped in reverse order: first nothing more comes in, then updates that came in are
        # answered, then outgoing messages are recorded.
        stack.push_async_callback(delivery.drain, seconds=DRAIN_SECONDS)
        hold = RestoreHold(database)
        await self._run(stack, hold.until_resumed(delivery.run), "delivery")
        await self._run(stack, delivery.renew_leases, "sending")
        await self._run(stack, hold.until_resumed(exports.run), "exports")
        stack.push_async_callback(drafts.drain, seconds=DRAIN_SECONDS)
        await self._run(stack, hold.until_resumed(drafts.run), "drafts")
        stack.push_async_callback(queues.drain, seconds=DRAIN_SECONDS)
        await self._run(stack, queues.renew_leases, "leases")
        # When it ends it gives up the alarm for good, so only a new process can restart it.
        await self._run(stack, hold.until_resumed(wake_ups.run), "wake-ups", restarts=False)
        await self._run(stack, queues.recover, "recovery")
        poller = Poller(polling, queues, LastPoll(redis), on_silence=partial(_ask_again, database))
        await self._run(stack, poller.run, "polling")
        menu = self._menu.start(set_command_menu(application))
        stack.callback(menu.cancel)

    async def _open_api(self, stack: AsyncExitStack, *, connections: int) -> TelegramApi:
        request = AiohttpRequest(connection_pool_size=connections, pool_timeout=POOL_SECONDS)
        stack.push_async_callback(request.shutdown)
        await request.initialize()
        return TelegramApi(request, token=self._wiring.token, api_url=self._wiring.api_url)

    def _telling(self, api: TelegramApi, limiter: Limiter) -> Tell:
        """How the auditor tells the operator, if there is one."""
        chat_id, clock = self._wiring.operator_chat_id, self._wiring.clock
        if chat_id is None:
            return tell_nobody
        chat = OperatorChat(api, limiter, chat_id=chat_id, clock=clock)

        async def tell(late: Breaches) -> bool:
            return await chat.tell(operator.late(late, now=clock.now()))

        return tell

    async def _run(
        self, stack: AsyncExitStack, work: Work, name: str, *, restarts: bool = True
    ) -> None:
        await stack.enter_async_context(
            self._supervisor.running(work, name=name, restarts=restarts)
        )


async def _release_leases(database: Database, process: Process) -> None:
    """Release the leases of bots known to be dead. If that fails, the leases run out later."""
    if not process.gone:
        return

    async def release(scope: Scope) -> None:
        await inbox.release_leases(scope, process.gone)
        await claims.release_leases(scope, process.gone)

    try:
        await database.run(release, as_dispatch())
    except Exception as error:
        log.warning("lease release failed: %s", describe(error))
    else:
        process.forget_gone()


async def _ask_again(database: Database, silence: timedelta) -> None:
    """Nobody was heard for so long: ask again for what was asked meanwhile."""
    until = database.clock.now()
    since = until - silence

    async def ask(scope: Scope) -> int:
        return await ask_again(scope, since=since, until=until, limit=ASKED_AT_ONCE)

    while await database.run(ask, as_dispatch()) == ASKED_AT_ONCE:
        pass


async def _set_aside(database: Database, update_id: int, reason: str) -> None:
    """Set aside an answer that will never be delivered."""
    await database.run(
        lambda scope: inbox.set_aside(scope, update_id, reason=f"answer not sent: {reason}"),
        as_dispatch(),
    )
