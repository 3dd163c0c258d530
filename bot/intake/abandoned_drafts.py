"""Tells people when a conversation they left unfinished has expired, and offers to continue.

The message with the question is edited. A medicine or an appointment also gets a silent message,
since nobody notices an edit. Every replica looks for expired drafts; Redis hands each to one of
them, and to another if that one dies.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TypeAlias, TypeVar

from redis.exceptions import RedisError
from telegram.error import BadRequest, ChatMigrated, Forbidden, RetryAfter, TelegramError

from bot.ops.supervisor import Tasks
from bot.redis.circuit import Circuit
from bot.redis.conversations import Conversation
from bot.redis.drafts import ClaimedDraft, DraftDeadlines
from bot.telegram_api.calls import TelegramApi, reason
from bot.telegram_api.limits import Limiter
from bot.telegram_api.messages import NOT_MODIFIED, edit_screen, seconds_to_wait, send_screen
from bot.telegram_api.transport import NotSent
from bot.ui.answer import Screen
from bot.ui.wording import speaking
from domain.clock import Clock
from domain.models.delivery import Lane

log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
MAX_AT_ONCE = 4  # per sweep: nobody waits for these edits, and Telegram's limits are shared
MAX_IN_FLIGHT = 8
LONGEST_WAIT = timedelta(seconds=10)  # for a slot of the limiter: less than a third of the lease
TURN_DELAY = timedelta(seconds=15)
LONGEST_PAUSE_SECONDS = 3600.0

T = TypeVar("T")


@dataclass(frozen=True)
class AbandonedScreens:
    """What is shown after a conversation was abandoned: a screen to replace its `question`, and the
    `notice`, if it deserves one; and the screens that replace both once it was `continued` or is
    `over`.
    """

    question: Screen
    notice: Screen | None
    continued: Screen
    over: Screen


RenderAbandoned: TypeAlias = Callable[[Conversation], AbandonedScreens]


class _Postponed(Exception):
    """Nothing was sent and nothing failed: the chat has to wait."""

    def __init__(self, delay: timedelta) -> None:
        self.delay = delay


class AbandonedDrafts:
    """Handles expired drafts while :meth:`run` runs. *render* renders their screens."""

    def __init__(
        self,
        deadlines: DraftDeadlines,
        api: TelegramApi,
        limiter: Limiter,
        *,
        clock: Clock,
        render: RenderAbandoned,
    ) -> None:
        self._deadlines = deadlines
        self._api = api
        self._limiter = limiter
        self._clock = clock
        self._render = render
        self._circuit = Circuit("drafts")
        self._in_flight = Tasks("draft")
        #: How many sweeps have started and dispatched what they found.
        self.looks = 0

    async def run(self) -> None:
        """Sweep every second until cancelled. Only asks Redis, so that an idle database
        can sleep.
        """
        while True:
            await self._look()
            self.looks += 1
            await asyncio.sleep(LOOK_SECONDS)

    async def drain(self, *, seconds: float) -> None:
        """Finish what was started, for at most *seconds*; the rest is picked up again later."""
        await self._in_flight.drain(seconds=seconds)

    async def _look(self) -> None:
        most = min(MAX_AT_ONCE, MAX_IN_FLIGHT - len(self._in_flight))
        if most <= 0 or not self._circuit.may_call():
            return
        try:
            claimed = await self._deadlines.claim(most=most)
        except RedisError as error:
            self._circuit.record_failure(error)
            return
        except Exception as error:
            log.error("draft claim failed: %s", type(error).__name__)
            return
        self._circuit.record_success()
        for draft in claimed:
            self._in_flight.start(self._look_after(draft))

    async def _look_after(self, draft: ClaimedDraft) -> None:
        try:
            with speaking(draft.language):
                await self._bring_up_to_date(draft)
        except _Postponed as postponed:
            await self._postpone(draft, postponed.delay)
        except (TelegramError, RedisError) as error:
            log.warning("draft delayed: %s", type(error).__name__)
        except Exception as error:
            # It may come from an older version of the bot, and can't be shown.
            log.error("draft rendering failed, dropping it: %s", type(error).__name__)
            await self._drop(draft)

    async def _bring_up_to_date(self, draft: ClaimedDraft) -> None:
        screens = self._render(draft.conversation)
        expires_at = draft.conversation.expires_at or self._clock.now()
        await self._edit(draft, draft.stale, screens.over if draft.is_over else screens.continued)
        if draft.is_over or draft.is_running:
            look_again_at = None if draft.is_over else expires_at
            await self._deadlines.settle(draft, look_again_at=look_again_at)
        elif draft.messages or draft.stale:
            offers = await self._edit(draft, draft.messages, screens.question)
            tells = self._is_to_tell(draft, screens)
            look_again_at = max(expires_at, self._clock.now()) if tells else None
            await self._deadlines.settle(draft, look_again_at=look_again_at, offers=offers)
        elif not self._is_to_tell(draft, screens):
            await self._deadlines.settle(draft)
        elif expires_at > self._clock.now():  # another conversation replaced it
            await self._deadlines.settle(draft, look_again_at=expires_at)
        else:
            await self._tell(draft, screens.notice)

    def _is_to_tell(self, draft: ClaimedDraft, screens: AbandonedScreens) -> bool:
        return screens.notice is not None and draft.is_latest and not draft.is_told

    async def _edit(
        self, draft: ClaimedDraft, messages: Sequence[int], screen: Screen
    ) -> Sequence[int]:
        """Returns the messages that now show *screen*: all of them, unless the conversation has
        continued in the meantime.
        """
        edited: list[int] = []
        for message_id in messages:
            await self._turn(draft, Lane.EDITS)
            if not await self._still_held(draft):
                break
            await self._call(draft, partial(edit_screen, self._api, screen, message_id=message_id))
            edited.append(message_id)
        return edited

    async def _tell(self, draft: ClaimedDraft, notice: Screen | None) -> None:
        if notice is None:
            return
        await self._turn(draft, Lane.DIGESTS)
        if not await self._still_held(draft):
            return
        send = partial(send_screen, self._api, notice, is_silent=notice.is_silent)
        try:
            message_id = await self._call(draft, send)
        except NotSent:
            raise
        except TelegramError:
            message_id = None  # it may have arrived, and must not be sent twice
        offers = () if message_id is None else (message_id,)
        await self._deadlines.settle(draft, offers=offers, is_told=True)

    async def _turn(self, draft: ClaimedDraft, lane: Lane) -> None:
        """Wait for Telegram's limits, but not so long that another replica would take the
        draft.
        """
        try:
            async with asyncio.timeout(LONGEST_WAIT.total_seconds()):
                await self._limiter.acquire(lane, self._clock.now(), draft.chat_id)
        except TimeoutError:
            raise _Postponed(TURN_DELAY) from None

    async def _still_held(self, draft: ClaimedDraft) -> bool:
        """Release the slot if there is nothing left to say."""
        if await self._deadlines.is_held(draft):
            return True
        self._limiter.release(draft.chat_id)
        return False

    async def _call(self, draft: ClaimedDraft, call: Callable[..., Awaitable[T]]) -> T | None:
        """What *call* into the chat returned, or None if Telegram refuses it for good."""
        try:
            result = await call(chat_id=draft.chat_id)
            self._limiter.went_through(draft.chat_id)
        except RetryAfter as error:
            seconds = min(seconds_to_wait(error), LONGEST_PAUSE_SECONDS)
            self._limiter.pause(seconds, draft.chat_id)
            raise _Postponed(timedelta(seconds=seconds)) from None
        except (Forbidden, ChatMigrated):
            self._limiter.went_through(draft.chat_id)
            return None  # they have blocked the bot, and wouldn't see the message
        except BadRequest as error:
            # The message was deleted or is too old, so there is nothing left to correct.
            self._limiter.went_through(draft.chat_id)
            if NOT_MODIFIED not in error.message:
                log.info("question edit rejected: %s", reason(error))
            return None
        finally:
            self._limiter.release(draft.chat_id)
        return result

    async def _postpone(self, draft: ClaimedDraft, delay: timedelta) -> None:
        with suppress(RedisError):  # otherwise its lease runs out
            await self._deadlines.postpone(draft, delay)

    async def _drop(self, draft: ClaimedDraft) -> None:
        with suppress(RedisError):  # otherwise it is tried again, but not forever
            await self._deadlines.settle(draft)
