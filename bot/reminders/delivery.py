"""Delivery of the outbox: claim, wait for Telegram's limits, read again, send or edit, record.

What a message says is read right before it goes out, so a card of a dose that was answered in the
meantime is not sent any more. A card's message has one writer: this. Whoever changes what it says
raises its wanted version, and it is edited until it shows that.
"""

import asyncio
import logging
from datetime import timedelta
from uuid import UUID

from telegram import Bot
from telegram.error import BadRequest, Forbidden, RetryAfter, TelegramError

from bot.reminders.limits import Limiter
from bot.reminders.messages import NOT_MODIFIED, edit_screen, seconds_to_wait, send_screen
from bot.reminders.reading import MessageReader
from bot.reminders.recording import OutcomeRecorder
from bot.transport import NotSent
from bot.views import appointment_notices, notices
from bot.views import cards as card_views
from bot.views import pauses as pause_views
from bot.views import stock as stock_views
from bot.views.answer import Screen
from bot.views.wording import speaking
from domain import notifications, users
from domain.cards import (
    AppointmentFacts,
    CardFacts,
    JoinedFacts,
    Message,
    PauseEndsFacts,
    RefillFacts,
    SummaryFacts,
)
from domain.database import Database, Scope, as_dispatch, as_family, is_away
from domain.doses import DoseStatus
from domain.errors import NotFound
from domain.events import Event, NotificationsOwed
from domain.notifications import Claimed, Sent, Shown, Status

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=30)
LONGEST_WAIT = timedelta(seconds=15)  # for a turn: what waits longer is handed back in time
IN_FLIGHT = 100  # no more than Telegram takes in a few seconds, or leases would run out waiting
LONGEST_DELAY = timedelta(seconds=30)
AWAY_SECONDS = 2.0


class Delivery:
    """Sends what is owed and edits what is out of date, for as long as :meth:`run` runs."""

    def __init__(self, database: Database, bot: Bot, limiter: Limiter) -> None:
        self._database = database
        self._bot = bot
        self._limiter = limiter
        self._wanted = asyncio.Event()
        self._in_flight: set[asyncio.Task[None]] = set()
        self._reader = MessageReader(database)
        self._recorder = OutcomeRecorder(database, on_outdated=self.nudge)
        database.subscribe(self._on_event)

    def nudge(self) -> None:
        """Look into the outbox now."""
        self._wanted.set()

    async def run(self) -> None:
        """Deliver until cancelled. Without anything open it waits for a nudge and asks nobody."""
        self.nudge()
        while True:
            self._wanted.clear()
            try:
                claimed = await self._claim()
                wait = None if claimed else await self._seconds_to_next()
            except Exception as error:
                if not is_away(error):
                    raise
                log.warning("the outbox cannot be read: %s", type(error).__name__)
                claimed, wait = [], AWAY_SECONDS
            for notification in claimed:
                task = asyncio.create_task(self._deliver(notification))
                self._in_flight.add(task)
                task.add_done_callback(self._in_flight.discard)
            if not claimed or len(self._in_flight) >= IN_FLIGHT:
                await self._pause(wait)

    async def drain(self, *, seconds: float) -> None:
        """Finish what was begun, for at most *seconds*."""
        if self._in_flight:
            await asyncio.wait(self._in_flight, timeout=seconds)
        for task in self._in_flight:
            task.cancel()
        await asyncio.gather(*self._in_flight, return_exceptions=True)
        await self._recorder.close(seconds=seconds)

    def _on_event(self, event: Event) -> None:
        if isinstance(event, NotificationsOwed):
            self.nudge()

    async def _claim(self) -> list[Claimed]:
        most = IN_FLIGHT - len(self._in_flight)
        if most <= 0:
            return []
        return list(
            await self._database.run(
                lambda scope: notifications.claim(scope, most=most, lease=LEASE), as_dispatch()
            )
        )

    async def _seconds_to_next(self) -> float | None:
        at = await self._database.run(notifications.next_open_at, as_dispatch())
        if at is None:
            return None
        return max(0.05, (at - self._database.clock.now()).total_seconds())

    async def _pause(self, seconds: float | None) -> None:
        """Wait for a nudge, a free place, or *seconds*."""
        waiting = {asyncio.ensure_future(self._wanted.wait())}
        full = len(self._in_flight) >= IN_FLIGHT
        try:
            await asyncio.wait(
                {*waiting, *self._in_flight} if full else waiting,
                timeout=seconds,
                return_when=asyncio.FIRST_COMPLETED,
            )
        finally:
            for future in waiting:
                future.cancel()

    async def _deliver(self, claimed: Claimed) -> None:
        try:
            if not await self._has_its_turn(claimed):
                await self._postpone(claimed, timedelta(0))
                return
            message = await self._reader.read(claimed.id, family_id=claimed.family_id)
            over = _reason_not_to_send(message)
            if message.status is Status.SENT:
                await self._edit(claimed, message)
            elif over is not None:
                await self._give_up(claimed, message, over)
            elif message.status is Status.PENDING:
                await self._send(claimed, message)
        except NotFound:
            log.warning("a notification has gone: %s", claimed.id)
        except Exception as error:
            # Its lease runs out, and then it is tried again.
            if is_away(error):
                log.warning("the outbox cannot be read: %s", type(error).__name__)
            else:
                log.error("delivery failed: notification=%s %s", claimed.id, type(error).__name__)

    async def _has_its_turn(self, claimed: Claimed) -> bool:
        """Wait for Telegram's limits. False if that takes so long (a chat that Telegram told us to
        leave alone) that the lease would run out, which looks like a send of unknown outcome.
        """
        try:
            async with asyncio.timeout(LONGEST_WAIT.total_seconds()):
                await self._limiter.slot(claimed.lane, claimed.deadline_at, claimed.chat_id)
        except TimeoutError:
            return False
        return True

    async def _send(self, claimed: Claimed, message: Message) -> None:
        chat_id = message.receiver.chat_id
        try:
            with speaking(message.receiver.language_code):
                screen = _render(message)
            message_id = await send_screen(self._bot, screen, chat_id=chat_id)
        except Forbidden:
            await self._cannot_reach(claimed, message, "the person has blocked the bot")
        except RetryAfter as error:
            await self._wait_as_told(claimed, error, chat_id)
        except BadRequest as error:
            if "chat not found" in error.message.lower():
                await self._cannot_reach(claimed, message, "the chat does not exist")
            else:
                log.error("Telegram refused notification %s: %s", claimed.id, error.message)
                await self._record_over(claimed, Status.FAILED, error.message)
        except TelegramError as error:
            maybe_sent = not isinstance(error, NotSent)
            await self._try_later(claimed, message, maybe_sent=maybe_sent)
        else:
            self._recorder.add(
                Sent(
                    notification_id=message.id,
                    chat_id=chat_id,
                    message_id=message_id,
                    shown_version=message.version,
                    shown_dose_ids=_dose_ids(message),
                )
            )

    async def _edit(self, claimed: Claimed, message: Message) -> None:
        chat_id, message_id = message.chat_id, message.message_id
        if chat_id is None or message_id is None:
            raise RuntimeError("a sent notification has no message: a check constraint forbids it")
        try:
            with speaking(message.receiver.language_code):
                screen = _render(message)
            await edit_screen(self._bot, screen, chat_id=chat_id, message_id=message_id)
        except RetryAfter as error:
            await self._wait_as_told(claimed, error, chat_id)
            return
        except Forbidden:
            pass  # they have blocked the bot, and do not see what it would say
        except BadRequest as error:
            # The message was deleted or is too old: there is nothing left to correct.
            if NOT_MODIFIED not in error.message:
                log.info("a card cannot be edited: %s", error.message)
        except TelegramError:
            await self._try_later(claimed, message, maybe_sent=False)
            return
        self._recorder.add(Shown(message.id, message.version))

    async def _give_up(self, claimed: Claimed, message: Message, over: tuple[Status, str]) -> None:
        status, reason = over
        if status is Status.UNREACHABLE:
            await self._cannot_reach(claimed, message, reason)
        else:
            # Another dose may have joined the card since it was read: then it is sent after all.
            await self._record_over(claimed, status, reason, version=message.version)
            self.nudge()

    async def _cannot_reach(self, claimed: Claimed, message: Message, reason: str) -> None:
        """Whoever cannot be reached is remembered as such, and the next is told at once."""

        async def remember(scope: Scope) -> None:
            if message.receiver.has_started and not message.receiver.has_blocked:
                await users.set_blocked(scope, blocked=True)
            await notifications.record_over(
                scope, claimed.id, status=Status.UNREACHABLE, reason=reason
            )
            if isinstance(message.facts, CardFacts):
                await notifications.tell_the_next(scope, claimed.id)

        await self._database.run(
            remember, as_family(claimed.family_id, user_id=message.receiver.user_id)
        )

    async def _record_over(
        self, claimed: Claimed, status: Status, reason: str, *, version: int | None = None
    ) -> None:
        await self._database.run(
            lambda scope: notifications.record_over(
                scope, claimed.id, status=status, reason=reason, version=version
            ),
            as_dispatch(),
        )

    async def _wait_as_told(self, claimed: Claimed, error: RetryAfter, chat_id: int) -> None:
        seconds = seconds_to_wait(error)
        self._limiter.pause(seconds, chat_id)
        await self._postpone(claimed, timedelta(seconds=seconds))

    async def _postpone(self, claimed: Claimed, delay: timedelta) -> None:
        """Nothing was sent, and nothing has failed."""
        await self._database.run(
            lambda scope: notifications.postpone(
                scope, claimed.id, delay=delay, maybe_sent=False, counts=False
            ),
            as_dispatch(),
        )
        self.nudge()

    async def _try_later(self, claimed: Claimed, message: Message, *, maybe_sent: bool) -> None:
        delay = min(timedelta(seconds=2 ** min(message.attempts, 6) / 2), LONGEST_DELAY)
        log.warning("Telegram cannot be reached: the next try in %.1f s", delay.total_seconds())
        await self._database.run(
            lambda scope: notifications.postpone(
                scope, claimed.id, delay=delay, maybe_sent=maybe_sent, counts=True
            ),
            as_dispatch(),
        )
        self.nudge()


def _reason_not_to_send(message: Message) -> tuple[Status, str] | None:
    receiver = message.receiver
    if receiver.has_left:
        return Status.OBSOLETE, "the person has left the family"
    if isinstance(message.facts, CardFacts) and not any(
        dose.status is DoseStatus.PENDING for dose in message.facts.doses
    ):
        return Status.OBSOLETE, "answered before it was sent"
    if isinstance(message.facts, RefillFacts) and not any(
        item.is_low and item.promised_by is None for item in message.facts.items
    ):
        return Status.OBSOLETE, "refilled or promised before it was sent"
    if isinstance(message.facts, AppointmentFacts) and appointment_notices.says_nothing(
        message.facts
    ):
        return Status.OBSOLETE, "settled or over before it was sent"
    if isinstance(message.facts, PauseEndsFacts) and not message.facts.still_holds:
        return Status.OBSOLETE, "the pause was changed or ended before it was sent"
    if not receiver.has_started:
        return Status.UNREACHABLE, "the person has not pressed Start"
    if receiver.has_blocked:
        return Status.UNREACHABLE, "the person has blocked the bot"
    return None


def _render(message: Message) -> Screen:
    match message.facts:
        case CardFacts() as card:
            return card_views.slot_card(card)
        case SummaryFacts() as summary:
            return notices.summary(summary)
        case JoinedFacts() as joined:
            return notices.joined(joined)
        case RefillFacts() as refill:
            return stock_views.notice(refill)
        case AppointmentFacts() as appointments:
            return appointment_notices.notice(appointments)
        case PauseEndsFacts() as pause:
            return pause_views.pause_ends(pause)


def _dose_ids(message: Message) -> list[UUID]:
    if isinstance(message.facts, CardFacts | SummaryFacts):
        return [dose.id for dose in message.facts.doses]
    return []
