"""Answers that are owed: said at once where Telegram takes them, and else tried again, by each
answer for itself, so that nothing that comes later in a chat waits for an earlier answer.
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
#: An answer is news for a day. It is also as long as Telegram keeps updates for us.
TRIED_SECONDS = 24 * 3600.0
#: Of a try whose outcome nobody knows, each may have arrived: few of them, or a chat fills up.
MAX_UNKNOWN = 5


class OutgoingAnswers:
    """Says answers. *on_sent* is told of updates whose answer is out; *give_up* sets aside those
    whose answer never will be, with the reason.
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
        """How many answers are on their way."""
        return len(self._sending) + len(self._toasts)

    async def send(
        self,
        outgoing: OutgoingAnswer,
        *,
        update_id: int | None,
        afterwards: Callable[[int], Awaitable[None]] | None = None,
    ) -> None:
        """Return when it is said, or after a moment: then it goes on by itself.

        *afterwards* is called with the id of the message that shows the last screen. Without
        *update_id* nobody hears what became of it.
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
        """Let a button stop spinning, if Telegram takes it at the first try."""
        self._toasts.start(self._sender.stop_spinner(press_id))

    async def drain(self, *, seconds: float) -> None:
        """Say what can be said within *seconds*; the rest stays in the inbox."""
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
            # Its update stays in the inbox, and is taken up again when its lease has run out.
            log.error("answer failed: update_id=%s %s", update_id, type(error).__name__)
        finally:
            place = outgoing.edited_message
            if place is not None and self._edits.get(place) is outgoing:
                del self._edits[place]

    async def _try(self, outgoing: OutgoingAnswer) -> str | None:
        """Try until it is said; why not, if it is given up."""
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
