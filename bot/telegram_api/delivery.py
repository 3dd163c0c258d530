"""Delivery of the outbox: claim, wait for Telegram's limits, read again, send or edit, record.

What a message says is read right before it goes out, so a card of a dose that was answered in the
meantime is not sent any more. A card's message has one writer: this. Whoever changes what it says
raises its wanted version, and it is edited until it shows that.
"""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from telegram.error import BadRequest, ChatMigrated, Forbidden, RetryAfter, TelegramError

from bot.features.appointments.views import appointment_notices
from bot.features.appointments.views.calendar_files import calendar_update
from bot.features.family.views import notices as family_notices
from bot.features.medicines.views import cards as card_views
from bot.features.medicines.views import notices, pause_ends, refill_notices
from bot.features.medicines.views import records as record_views
from bot.features.overview.views import changes as change_views
from bot.ops.metrics import SET_ASIDE
from bot.ops.tasks import end
from bot.telegram_api.calls import TelegramApi, reason
from bot.telegram_api.limits import Limiter
from bot.telegram_api.messages import NOT_MODIFIED, edit_screen, seconds_to_wait, send_screen
from bot.telegram_api.reading import MessageReader
from bot.telegram_api.recording import OutcomeRecorder
from bot.telegram_api.transport import NotSent
from bot.ui.answer import Screen
from bot.ui.wording import speaking
from domain.database import Database, Scope, as_dispatch, as_family, is_away
from domain.delivery import outbox as notifications
from domain.delivery.outbox import Claimed, Sent, Shown
from domain.errors import NotFound
from domain.events import Event, NotificationsOwed
from domain.family import users
from domain.medicines.doses.doses import RESOLVED
from domain.models.delivery import Status
from domain.models.medicines import DoseStatus
from domain.overview.cards import (
    AppointmentFacts,
    CalendarFacts,
    CardFacts,
    ChangesFacts,
    JoinedFacts,
    Message,
    PauseEndsFacts,
    RecordChangedFacts,
    RefillFacts,
    SummaryFacts,
)
from domain.overview.change_notices import Concern
from domain.set_asides import describe

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=30)
RENEW_SECONDS = 10.0
LONGEST_WAIT = timedelta(seconds=15)  # for a turn: what waits longer is handed back
IN_FLIGHT = 100  # no more than Telegram takes in a few seconds
LONGEST_DELAY = timedelta(seconds=30)
AWAY_SECONDS = 2.0
#: A chat that has to wait for longer than this takes no place: its messages stay in the outbox.
RESTS_FROM_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 3600.0  # what a 429 may ask for; more is a slip of the tongue
#: Tries of one message whose outcome nobody knows; of a card, its window ends them before.
MOST_ATTEMPTS = 100


class Delivery:
    """Sends what is owed and edits what is out of date, for as long as :meth:`run` runs."""

    def __init__(
        self, database: Database, api: TelegramApi, limiter: Limiter, *, owner: UUID
    ) -> None:
        self._database = database
        self._api = api
        self._limiter = limiter
        self._owner = owner
        self._wanted = asyncio.Event()
        self._in_flight: set[asyncio.Task[None]] = set()
        # Of whom how much is in flight, and until when the chats of others have to wait.
        self._busy: Counter[UUID] = Counter()
        self._resting: dict[UUID, float] = {}
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
                log.warning("outbox not read: %s", describe(error))
                claimed, wait = [], AWAY_SECONDS
            for notification in claimed:
                self._busy[notification.user_id] += 1
                task = asyncio.create_task(self._deliver(notification))
                self._in_flight.add(task)
                task.add_done_callback(self._in_flight.discard)
            if not claimed or len(self._in_flight) >= IN_FLIGHT:
                await self._pause(wait)

    async def renew_leases(self) -> None:
        """Keep hold of what is on its way: a slow send is no lost one. Runs until cancelled."""
        while True:
            await asyncio.sleep(RENEW_SECONDS)
            if not self._in_flight:
                continue
            try:
                await self._database.run(
                    lambda scope: notifications.renew_leases(scope, owner=self._owner, lease=LEASE),
                    as_dispatch(),
                )
            except Exception as error:
                log.warning("outbox leases not renewed: %s", describe(error))

    async def drain(self, *, seconds: float) -> None:
        """Finish what was begun, for at most *seconds*."""
        if self._in_flight:
            await asyncio.wait(self._in_flight, timeout=seconds)
        await end(self._in_flight)
        await self._recorder.close(seconds=seconds)

    def _on_event(self, event: Event) -> None:
        if isinstance(event, NotificationsOwed):
            self.nudge()

    async def _claim(self) -> list[Claimed]:
        most = IN_FLIGHT - len(self._in_flight)
        if most <= 0:
            return []
        busy = self._busy_people()
        return list(
            await self._database.run(
                lambda scope: notifications.claim(
                    scope, most=most, lease=LEASE, owner=self._owner, busy=busy
                ),
                as_dispatch(),
            )
        )

    def _busy_people(self) -> Collection[UUID]:
        """Those who have enough in flight, or whose chats have to wait."""
        now = time.monotonic()
        self._resting = {user: until for user, until in self._resting.items() if until > now}
        return {
            *(user for user, count in self._busy.items() if count >= notifications.EACH),
            *self._resting,
        }

    async def _seconds_to_next(self) -> float | None:
        left = await self._database.run(notifications.until_next_open, as_dispatch())
        if left is None:
            return None
        seconds = max(0.05, left.total_seconds())
        if seconds < RESTS_FROM_SECONDS and self._busy_people():
            # It may be theirs: look again when the first of them may have it.
            now = time.monotonic()
            ends = min(self._resting.values(), default=now + RESTS_FROM_SECONDS)
            return max(seconds, min(ends - now, RESTS_FROM_SECONDS))
        return seconds

    async def _pause(self, seconds: float | None) -> None:
        """Wait for a nudge, a free place, or *seconds*."""
        waiting = {asyncio.ensure_future(self._wanted.wait())}
        is_any_busy = any(count >= notifications.EACH for count in self._busy.values())
        full = len(self._in_flight) >= IN_FLIGHT or is_any_busy
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
            await self._bring_to_its_end(claimed)
        except Exception as error:
            if is_away(error):
                # Its lease runs out, and then it is tried again.
                log.warning("outbox not read: %s", describe(error))
            else:
                await self._set_aside(claimed, describe(error))
        finally:
            self._busy[claimed.user_id] -= 1
            if not self._busy[claimed.user_id]:
                del self._busy[claimed.user_id]
            seconds = self._limiter.seconds_until_free(claimed.chat_id, claimed.lane)
            if seconds > RESTS_FROM_SECONDS:
                self._resting[claimed.user_id] = time.monotonic() + seconds

    async def _bring_to_its_end(self, claimed: Claimed) -> None:
        if not await self._has_its_turn(claimed):
            await self._postpone(claimed, timedelta(0))
            return
        try:
            message = await self._reader.read(claimed.id, family_id=claimed.family_id)
            over = _reason_not_to_send(message)
            if message.status is Status.SENT:
                await self._edit(claimed, message)
            elif over is not None:
                await self._give_up(claimed, message, over)
            elif message.status is Status.PENDING:
                await self._send(claimed, message)
        except NotFound:
            log.warning("notification gone: %s", claimed.id)
        finally:
            self._limiter.ended(claimed.chat_id)

    async def _set_aside(self, claimed: Claimed, reason: str) -> None:
        """What it says cannot be read, or shown: whoever comes next is told instead."""
        SET_ASIDE.labels("message").inc()
        log.error("message set aside: notification=%s reason=%s", claimed.id, reason)
        try:
            await self._end(claimed, Status.FAILED, reason)
        except Exception as error:
            log.error("message not set aside: notification=%s %s", claimed.id, describe(error))

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
        with speaking(message.receiver.language_code):
            screen = _render(message)
        try:
            message_id = await send_screen(
                self._api, screen, chat_id=chat_id, is_silent=_is_silent(message)
            )
        except Forbidden:
            self._limiter.went_through(claimed.chat_id)
            await self._cannot_reach(claimed, message, "the person has blocked the bot")
        except RetryAfter as error:
            await self._wait_as_told(claimed, error)
        except ChatMigrated:
            await self._end(claimed, Status.FAILED, "the chat is another one by now")
        except BadRequest as error:
            self._limiter.went_through(claimed.chat_id)
            if "chat not found" in error.message.lower():
                await self._cannot_reach(claimed, message, "the chat does not exist")
            else:
                await self._set_aside(claimed, f"refused by Telegram: {reason(error)}")
        except TelegramError as error:
            maybe_sent = not isinstance(error, NotSent)
            await self._try_later(claimed, message, maybe_sent=maybe_sent)
        else:
            self._limiter.went_through(claimed.chat_id)
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
        has_left = message.receiver.has_left
        with speaking(message.receiver.language_code):
            screen = notices.closed() if has_left else _render(message)
        try:
            is_shown = await self._show(screen, message)
        except RetryAfter as error:
            await self._wait_as_told(claimed, error)
            return
        except TelegramError:
            await self._try_later(claimed, message, maybe_sent=False)
            return
        self._limiter.went_through(claimed.chat_id)
        if has_left:
            await self._database.run(
                lambda scope: notifications.record_closed(scope, message.id), as_dispatch()
            )
        else:
            shown = _dose_ids(message) if is_shown else None
            self._recorder.add(Shown(message.id, message.version, shown))

    async def _show(self, screen: Screen, message: Message) -> bool:
        """Whether the message shows *screen* now; False where it never will. Raises TelegramError
        where it may yet.
        """
        chat_id, message_id = message.chat_id, message.message_id
        if chat_id is None or message_id is None:
            return False  # it was sent, and the answer did not say which it is
        try:
            await edit_screen(self._api, screen, chat_id=chat_id, message_id=message_id)
        except (Forbidden, ChatMigrated):
            return False  # they have blocked the bot, and do not see what it would say
        except BadRequest as error:
            if NOT_MODIFIED in error.message:
                return True
            # The message was deleted or is too old: there is nothing left to correct.
            log.info("message not edited: %s", reason(error))
            return False
        return True

    async def _give_up(self, claimed: Claimed, message: Message, over: tuple[Status, str]) -> None:
        status, why = over
        if status is Status.UNREACHABLE:
            await self._cannot_reach(claimed, message, why)
        elif message.receiver.has_left:
            await self._end(claimed, status, why)
        else:
            # Another dose may have joined the card since it was read: then it is sent after all.
            await self._database.run(
                lambda scope: notifications.record_over(
                    scope, claimed.id, status=status, reason=why, version=message.version
                ),
                as_dispatch(),
            )
            self.nudge()

    async def _cannot_reach(self, claimed: Claimed, message: Message, why: str) -> None:
        """Whoever cannot be reached is remembered as such."""
        is_news = message.receiver.has_started and not message.receiver.has_blocked
        await self._end(claimed, Status.UNREACHABLE, why, has_blocked=is_news)

    async def _end(
        self, claimed: Claimed, status: Status, why: str, *, has_blocked: bool = False
    ) -> None:
        """It will not be sent. Of a card, the next is told at once."""

        async def end(scope: Scope) -> None:
            if has_blocked:
                await users.set_blocked(scope, blocked=True)
            await notifications.record_over(scope, claimed.id, status=status, reason=why)
            await notifications.leave_as_it_is(scope, claimed.id)
            await notifications.tell_the_next(scope, claimed.id)

        await self._database.run(end, as_family(claimed.family_id, user_id=claimed.user_id))

    async def _wait_as_told(self, claimed: Claimed, error: RetryAfter) -> None:
        seconds = min(seconds_to_wait(error), LONGEST_PAUSE_SECONDS)
        self._limiter.pause(seconds, claimed.chat_id)
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
        if message.attempts >= MOST_ATTEMPTS:
            await self._set_aside(claimed, f"{message.attempts} tries failed")
            return
        delay = min(timedelta(seconds=2 ** min(message.attempts, 6) / 2), LONGEST_DELAY)
        log.warning("message waits for Telegram: next try in %.1f s", delay.total_seconds())
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
    if isinstance(message.facts, SummaryFacts) and all(
        dose.status in RESOLVED for dose in message.facts.doses
    ):
        return Status.OBSOLETE, "answered before it was sent"
    if isinstance(message.facts, RefillFacts) and not any(
        item.is_low and item.stock.promised_by is None for item in message.facts.items
    ):
        return Status.OBSOLETE, "refilled or promised before it was sent"
    if isinstance(message.facts, AppointmentFacts) and appointment_notices.says_nothing(
        message.facts
    ):
        return Status.OBSOLETE, "settled or over before it was sent"
    if isinstance(message.facts, RecordChangedFacts) and record_views.says_nothing(message.facts):
        return Status.OBSOLETE, "put back before it was sent"
    if isinstance(message.facts, ChangesFacts) and not message.facts.items:
        return Status.OBSOLETE, "undone, or not wanted, before it was sent"
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
            return family_notices.joined(joined)
        case RefillFacts() as refill:
            return refill_notices.notice(refill)
        case AppointmentFacts() as appointments:
            return appointment_notices.notice(appointments)
        case RecordChangedFacts() as changes:
            return record_views.changed(changes)
        case PauseEndsFacts() as pause:
            return pause_ends.pause_ends(pause)
        case CalendarFacts(entries=entries, now=now):
            return calendar_update(entries, now=now)
        case ChangesFacts() as news:
            return change_views.changed(news)


def _is_silent(message: Message) -> bool:
    """What nobody has to act on makes no sound."""
    if isinstance(message.facts, ChangesFacts):
        return all(item.concern is Concern.QUIET for item in message.facts.items)
    return isinstance(message.facts, RecordChangedFacts | CalendarFacts)


def _dose_ids(message: Message) -> list[UUID]:
    if isinstance(message.facts, CardFacts | SummaryFacts):
        return [dose.id for dose in message.facts.doses]
    return []
