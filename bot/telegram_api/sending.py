"""Handles one message: reads it again, sends or edits it, and records the outcome.

What a message says is read right before it goes out, so the card of a dose that was answered in the
meantime is no longer sent.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection
from datetime import timedelta
from typing import TypeAlias
from uuid import UUID

from telegram.error import BadRequest, ChatMigrated, Forbidden, RetryAfter, TelegramError

from bot.ops.metrics import REACHED_NOBODY, SET_ASIDE
from bot.telegram_api.calls import TelegramApi, reason
from bot.telegram_api.group_refusals import GroupRefusal, refusal_of
from bot.telegram_api.limits import Limiter
from bot.telegram_api.messages import NOT_MODIFIED, edit_screen, seconds_to_wait, send_screen
from bot.telegram_api.reading import MessageReader
from bot.telegram_api.recording import OutcomeRecorder
from bot.telegram_api.transport import NotSent
from bot.ui.answer import Screen
from bot.ui.wording import speaking
from domain.database.failures import is_unavailable
from domain.database.requests import as_dispatch, as_family
from domain.database.scope import Scope
from domain.database.unit_of_work import Database
from domain.delivery import dose_messages, outcomes
from domain.delivery.claims import ClaimedNotification
from domain.delivery.messages import Message
from domain.delivery.outcomes import Sent, Shown
from domain.errors import NotFound
from domain.family import unreachable, users
from domain.family.group import stays
from domain.models.delivery import NotificationStatus
from domain.models.groups import Unbound
from domain.reminders import family_group
from domain.set_asides import describe

log = logging.getLogger(__name__)

LONGEST_WAIT = timedelta(seconds=15)  # for its turn: a message that waits longer is released
AWAY_SECONDS = 2.0
LONGEST_DELAY = timedelta(seconds=30)
LONGEST_PAUSE_SECONDS = 3600.0  # the longest credible wait in a 429
#: Attempts with unknown outcome for one message; a card's window ends them earlier.
MAX_ATTEMPTS = 100

Render: TypeAlias = Callable[[Message], Screen]
"""What a message shows, in the language that is spoken just then."""


class Sender:
    """Sends or edits claimed messages. *on_pending* is called when something is open again."""

    def __init__(
        self,
        database: Database,
        api: TelegramApi,
        *,
        limiter: Limiter,
        render: Render,
        on_pending: Callable[[], None],
    ) -> None:
        self._database = database
        self._api = api
        self._limiter = limiter
        self._render = render
        self._on_pending = on_pending
        self._reader = MessageReader(database)
        self._recorder = OutcomeRecorder(database, on_outdated=on_pending)

    @property
    def unrecorded(self) -> Collection[UUID]:
        """The messages that were sent or edited, but aren't recorded yet."""
        return self._recorder.unrecorded

    async def close(self, *, seconds: float) -> None:
        """Record the rest, for at most *seconds*."""
        await self._recorder.close(seconds=seconds)

    async def send_or_edit(self, claimed: ClaimedNotification) -> None:
        """Send or edit it, or record why not. Raises database errors, and whatever makes it
        impossible to read or show.
        """
        if not await self._wait_for_turn(claimed):
            await self._postpone(claimed, timedelta(0))
            return
        try:
            message = await self._reader.read(claimed.id, family_id=claimed.family_id)
            if message.holder != claimed.owner:
                return  # this process was frozen, or a clock was set: it's somebody else's by now
            over = reason_not_to_send(message)
            if message.status is NotificationStatus.SENT:
                await self._edit(claimed, message)
            elif message.status is not NotificationStatus.PENDING:
                # Nothing of it is on a phone, so it would be claimed again and again.
                await self._give_up_edit(claimed)
            elif over is not None:
                await self._give_up(claimed, message, over)
            else:
                await self._send(claimed, message)
        except NotFound:
            log.warning("notification gone: notification=%s", claimed.id)
        finally:
            self._limiter.release(claimed.chat_id)

    async def set_aside(self, claimed: ClaimedNotification, reason: str) -> None:
        """It can't be read or shown: whoever is next in line is told instead."""
        SET_ASIDE.labels("message").inc()
        log.error("message set aside: notification=%s reason=%s", claimed.id, reason)
        try:
            await self._end(claimed, NotificationStatus.FAILED, reason)
        except Exception as error:
            log.error(
                "setting message aside failed: notification=%s %s", claimed.id, describe(error)
            )

    async def _wait_for_turn(self, claimed: ClaimedNotification) -> bool:
        """Wait for Telegram's limits. Returns False if that takes too long (Telegram told us to
        leave the chat alone): the lease would run out, which looks like a send with unknown
        outcome.
        """
        try:
            async with asyncio.timeout(LONGEST_WAIT.total_seconds()):
                await self._limiter.acquire(claimed.lane, claimed.deadline_at, claimed.chat_id)
        except TimeoutError:
            return False
        return True

    async def _send(self, claimed: ClaimedNotification, message: Message) -> None:
        chat_id = message.receiver.chat_id
        with speaking(message.receiver.language_code, hours=message.receiver.hour_cycle):
            screen = self._render(message)
        try:
            message_id = await send_screen(
                self._api,
                screen,
                chat_id=chat_id,
                thread_id=message.receiver.thread_id,
                is_silent=message.is_silent,
            )
        except (Forbidden, BadRequest, ChatMigrated) as error:
            self._limiter.went_through(claimed.chat_id)
            if claimed.group_id is None:
                await self._refused(claimed, message, error)
            else:
                await self._refused_in_group(claimed, claimed.group_id, error)
        except RetryAfter as error:
            await self._honor_retry_after(claimed, error)
        except TelegramError as error:
            maybe_sent = not isinstance(error, NotSent)
            await self._retry_later(claimed, message, maybe_sent=maybe_sent)
        else:
            self._limiter.went_through(claimed.chat_id)
            self._recorder.add(
                Sent(
                    notification_id=message.id,
                    chat_id=chat_id,
                    message_id=message_id,
                    shown_version=message.version,
                    shown_dose_ids=message.shown_dose_ids,
                )
            )

    async def _refused(
        self, claimed: ClaimedNotification, message: Message, error: TelegramError
    ) -> None:
        """Telegram won't deliver it to this person."""
        if isinstance(error, Forbidden):
            await self._mark_unreachable(claimed, message, "the person has blocked the bot")
        elif isinstance(error, ChatMigrated):
            await self._end(claimed, NotificationStatus.FAILED, "the chat is another one by now")
        elif "chat not found" in error.message.lower():
            await self._mark_unreachable(claimed, message, "the chat does not exist")
        else:
            await self.set_aside(claimed, f"refused by Telegram: {reason(error)}")

    async def _refused_in_group(
        self, claimed: ClaimedNotification, group_id: UUID, error: TelegramError
    ) -> None:
        """Telegram won't deliver it to the family's group, as it is."""
        match refusal_of(error):
            case GroupRefusal.MOVED if isinstance(error, ChatMigrated):
                new_chat_id = error.new_chat_id
                await self._database.run(
                    lambda scope: stays.move_stay(scope, claimed.chat_id, to=new_chat_id),
                    as_dispatch(),
                )
                await self._about_group(
                    claimed,
                    lambda scope: family_group.move_group(scope, group_id, to=new_chat_id),
                )
                await self._postpone(claimed, timedelta(0))
            case GroupRefusal.NO_TOPIC:
                await self._about_group(
                    claimed, lambda scope: family_group.leave_topic(scope, group_id)
                )
                await self._postpone(claimed, timedelta(0))
            case GroupRefusal.REMOVED:
                await self._lose_group(claimed, group_id, Unbound.REMOVED)
            case GroupRefusal.NO_RIGHT:
                await self._lose_group(claimed, group_id, Unbound.NO_RIGHT)
            case _:
                await self.set_aside(claimed, f"refused by Telegram: {reason(error)}")

    async def _lose_group(self, claimed: ClaimedNotification, group_id: UUID, why: Unbound) -> None:
        log.warning("group lost: family=%s reason=%s", claimed.family_id, why)
        await self._about_group(
            claimed, lambda scope: family_group.lose_group(scope, group_id, why)
        )
        self._on_pending()

    async def _about_group(
        self, claimed: ClaimedNotification, work: Callable[[Scope], Awaitable[object]]
    ) -> None:
        await self._database.run(work, as_family(claimed.family_id))

    async def _edit(self, claimed: ClaimedNotification, message: Message) -> None:
        has_left = message.receiver.has_left
        with speaking(message.receiver.language_code, hours=message.receiver.hour_cycle):
            screen = self._render(message)
        try:
            is_shown = await self._show(screen, message)
        except RetryAfter as error:
            await self._honor_retry_after(claimed, error)
            return
        except (Forbidden, ChatMigrated) as error:
            if claimed.group_id is not None:
                await self._refused_in_group(claimed, claimed.group_id, error)
            await self._give_up_edit(claimed)
            return
        except TelegramError:
            await self._retry_later(claimed, message, maybe_sent=False)
            return
        self._limiter.went_through(claimed.chat_id)
        if has_left:
            await self._database.run(
                lambda scope: outcomes.record_closed(scope, message.id), as_dispatch()
            )
        else:
            shown = message.shown_dose_ids if is_shown else None
            self._recorder.add(Shown(message.id, message.version, shown))

    async def _give_up_edit(self, claimed: ClaimedNotification) -> None:
        await self._database.run(
            lambda scope: outcomes.give_up_edit(scope, claimed.id), as_dispatch()
        )

    async def _show(self, screen: Screen, message: Message) -> bool:
        """Whether the message now shows *screen*; False if it never will. Raises TelegramError if
        it still may, and whatever concerns a whole group.
        """
        chat_id, message_id = message.chat_id, message.message_id
        if chat_id is None or message_id is None:
            return False  # it was sent, but the response lacked its id
        try:
            await edit_screen(self._api, screen, chat_id=chat_id, message_id=message_id)
        except (Forbidden, ChatMigrated):
            if message.receiver.group_id is not None:
                raise
            return False  # they have blocked the bot, and wouldn't see the edit
        except BadRequest as error:
            if NOT_MODIFIED in error.message:
                return True
            # The message was deleted or is too old, so there is nothing left to correct.
            log.info("message edit rejected: %s", reason(error))
            return False
        return True

    async def _give_up(
        self, claimed: ClaimedNotification, message: Message, over: tuple[NotificationStatus, str]
    ) -> None:
        status, why = over
        if status is NotificationStatus.UNREACHABLE:
            await self._mark_unreachable(claimed, message, why)
        elif message.receiver.has_left:
            await self._end(claimed, status, why)
        else:
            # Another dose may have joined the card since it was read: then it is sent after all.
            await self._database.run(
                lambda scope: outcomes.close_unsent(
                    scope, claimed.id, status=status, reason=why, version=message.version
                ),
                as_dispatch(),
            )
            self._on_pending()

    async def _mark_unreachable(
        self, claimed: ClaimedNotification, message: Message, why: str
    ) -> None:
        """Record that this person can't be reached."""
        is_news = message.receiver.has_started and not message.receiver.has_blocked
        await self._end(claimed, NotificationStatus.UNREACHABLE, why, has_blocked=is_news)

    async def _end(
        self,
        claimed: ClaimedNotification,
        status: NotificationStatus,
        why: str,
        *,
        has_blocked: bool = False,
    ) -> None:
        """It won't be sent. For a card, the next person is told at once. If there is none, all that
        is left is to say so to whoever runs the bot.
        """

        async def end(scope: Scope) -> bool:
            if has_blocked and await users.set_blocked(scope, blocked=True):
                await unreachable.tell_admins(scope)
            await outcomes.close_unsent(scope, claimed.id, status=status, reason=why)
            await outcomes.give_up_edit(scope, claimed.id)
            return await dose_messages.escalate_to_rest_of_family(scope, claimed.id) is None

        person = as_family(claimed.family_id, user_id=claimed.user_id)
        if await self._database.run(end, person):
            REACHED_NOBODY.inc()
            log.error("a card reaches nobody: family=%s", claimed.family_id)

    async def _honor_retry_after(self, claimed: ClaimedNotification, error: RetryAfter) -> None:
        seconds = min(seconds_to_wait(error), LONGEST_PAUSE_SECONDS)
        self._limiter.pause(seconds, claimed.chat_id)
        await self._postpone(claimed, timedelta(seconds=seconds))

    async def _postpone(self, claimed: ClaimedNotification, delay: timedelta) -> None:
        """Nothing was sent and nothing failed."""
        await self._database.run(
            lambda scope: outcomes.postpone(
                scope,
                claimed.id,
                delay=delay,
                maybe_sent=False,
                counts=False,
                owner=claimed.owner,
            ),
            as_dispatch(),
        )
        self._on_pending()

    async def _retry_later(
        self, claimed: ClaimedNotification, message: Message, *, maybe_sent: bool
    ) -> None:
        if message.attempts >= MAX_ATTEMPTS:
            await self.set_aside(claimed, f"{message.attempts} tries failed")
            return
        delay = min(timedelta(seconds=2 ** min(message.attempts, 6) / 2), LONGEST_DELAY)
        log.warning("message delayed: retrying in %.1f s", delay.total_seconds())
        while True:
            try:
                await self._database.run(
                    lambda scope: outcomes.postpone(
                        scope,
                        claimed.id,
                        delay=delay,
                        maybe_sent=maybe_sent,
                        counts=True,
                        owner=claimed.owner,
                    ),
                    as_dispatch(),
                )
                break
            except Exception as error:
                if not maybe_sent or not is_unavailable(error):
                    raise
                # If this got lost, the repeat wouldn't say that it is one.
                log.warning("message outcome not recorded, retrying: %s", describe(error))
                await asyncio.sleep(AWAY_SECONDS)
        self._on_pending()


def reason_not_to_send(message: Message) -> tuple[NotificationStatus, str] | None:
    """Why a claimed message isn't sent, and its resulting status."""
    receiver = message.receiver
    if receiver.has_left and receiver.group_id is not None:
        return NotificationStatus.OBSOLETE, "the group is not the family's any more"
    if receiver.has_left:
        return NotificationStatus.OBSOLETE, "the person has left the family"
    if message.obsolete is not None:
        return NotificationStatus.OBSOLETE, message.obsolete
    if not receiver.has_started:
        return NotificationStatus.UNREACHABLE, "the person has not pressed Start"
    if receiver.has_blocked:
        return NotificationStatus.UNREACHABLE, "the person has blocked the bot"
    return None
