"""Sends answers, and retries those that Telegram doesn't accept.

Each answer is retried on its own, so later updates of a chat never wait for an earlier answer.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from telegram.error import RetryAfter, TelegramError

from bot.intake.answer_sender import AnswerSender, OutgoingAnswer
from bot.ops.metrics import SET_ASIDE
from bot.ops.supervisor import Tasks, end
from bot.telegram_api.calls import Unavailable
from bot.telegram_api.messages import seconds_to_wait
from bot.telegram_api.transport import NotSent

log = logging.getLogger(__name__)

MOMENT_SECONDS = 1.0
FIRST_DELAY_SECONDS = 0.4
LONGEST_DELAY_SECONDS = 300.0
#: After a day an answer is stale. Telegram keeps updates for us just as long.
TRIED_SECONDS = 24 * 3600.0
#: Attempts with unknown outcome may each have arrived, so only a few are made, or they would fill
#: the chat.
MAX_UNKNOWN = 5


class OutgoingAnswers:
    """Sends answers. *on_sent* is called with updates whose answer has gone out; *give_up* sets
    aside those whose answer never will, with the reason.
    """

    def __init__(
        self,
        sender: AnswerSender,
        *,
        on_sent: Callable[[int], None],
        give_up: Callable[[int, str], Awaitable[None]],
    ) -> None:
        self._sender = sender
        self._on_sent = on_sent
        self._give_up = give_up
        self._sending = Tasks("answer")
        self._toasts = Tasks("toast")
        self._edits: dict[tuple[int, int], OutgoingAnswer] = {}

    @property
    def waiting(self) -> int:
        """How many answers are being sent."""
        return len(self._sending) + len(self._toasts)

    async def send(
        self,
        outgoing: OutgoingAnswer,
        *,
        update_id: int | None,
        afterwards: Callable[[int], Awaitable[None]] | None = None,
    ) -> None:
        """Returns once the answer is sent, or after a moment, leaving the rest to the background.

        *afterwards* is called with the id of the message that shows the last screen. Without
        *update_id*, nobody is told about the result.
        """
        place = outgoing.edited_message
        if place is not None:
            earlier = self._edits.get(place)
            if earlier is not None:
                earlier.skip_edit()
            self._edits[place] = outgoing
        task = self._sending.start(self._send(outgoing, update_id, afterwards))
        await asyncio.wait({task}, timeout=MOMENT_SECONDS)

    def acknowledge_press(self, press_id: str) -> None:
        """Stop a button from spinning, if Telegram accepts it at the first attempt."""
        self._toasts.start(self._sender.stop_spinner(press_id))

    async def drain(self, *, seconds: float) -> None:
        """Send what it can within *seconds*; the rest stays in the inbox."""
        under_way = {*self._sending, *self._toasts}
        if under_way:
            await asyncio.wait(under_way, timeout=seconds)
        await end({*self._sending, *self._toasts})

    async def _send(
        self,
        outgoing: OutgoingAnswer,
        update_id: int | None,
        afterwards: Callable[[int], Awaitable[None]] | None,
    ) -> None:
        try:
            reason = await self._try(outgoing)
            if reason is not None:
                SET_ASIDE.labels("answer").inc()
                log.error("answer set aside: update_id=%s reason=%s", update_id, reason)
                if update_id is not None:
                    await self._give_up(update_id, reason)
                return
            if afterwards is not None and outgoing.shown is not None:
                await afterwards(outgoing.shown)
            if update_id is not None:
                self._on_sent(update_id)
        except Exception as error:
            # Its update stays in the inbox, and is picked up again once its lease runs out.
            log.error("answer failed: update_id=%s %s", update_id, type(error).__name__)
        finally:
            place = outgoing.edited_message
            if place is not None and self._edits.get(place) is outgoing:
                del self._edits[place]

    async def _try(self, outgoing: OutgoingAnswer) -> str | None:
        """Retry until it is sent; returns the reason if it gives up."""
        loop = asyncio.get_running_loop()
        until, delay, unknown = loop.time() + TRIED_SECONDS, FIRST_DELAY_SECONDS, 0
        while True:
            try:
                await self._sender.send_rest(outgoing)
            except RetryAfter as error:
                wait = min(seconds_to_wait(error), LONGEST_DELAY_SECONDS)
                failure = "Telegram asked to wait"
            except TelegramError as error:
                failure = type(error).__name__
                wait, delay = delay, min(delay * 2, LONGEST_DELAY_SECONDS)
                if not isinstance(error, (NotSent, Unavailable)):
                    unknown += 1
            else:
                return None
            if unknown == MAX_UNKNOWN or loop.time() + wait > until:
                return failure
            log.warning("answer delayed: %s, retrying in %.1f s", failure, wait)
            await asyncio.sleep(wait)
