"""Answers that are owed: said at once where Telegram takes them, and else tried again, by each
answer for itself, so that nothing that comes later in a chat waits for an earlier answer.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from telegram.error import RetryAfter, TelegramError

from bot.intake.replies import Replies, Saying
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
MOST_UNKNOWN = 5


class OwedAnswers:
    """Says answers. *on_said* is told of updates whose answer is out; *give_up* sets aside those
    whose answer never will be, with the reason.
    """

    def __init__(
        self,
        replies: Replies,
        *,
        on_said: Callable[[int], None],
        give_up: Callable[[int, str], Awaitable[None]],
    ) -> None:
        self._replies = replies
        self._on_said = on_said
        self._give_up = give_up
        self._saying = Tasks("answer")
        self._toasts = Tasks("toast")
        self._edits: dict[tuple[int, int], Saying] = {}

    @property
    def waiting(self) -> int:
        """How many answers are on their way."""
        return len(self._saying) + len(self._toasts)

    async def say(
        self,
        saying: Saying,
        *,
        update_id: int | None,
        afterwards: Callable[[int], Awaitable[None]] | None = None,
    ) -> None:
        """Return when it is said, or after a moment: then it goes on by itself.

        *afterwards* is called with the id of the message that shows the last screen. Without
        *update_id* nobody hears what became of it.
        """
        place = saying.edited_message
        if place is not None:
            earlier = self._edits.get(place)
            if earlier is not None:
                earlier.leave_out_edit()
            self._edits[place] = saying
        task = self._saying.start(self._say(saying, update_id, afterwards))
        await asyncio.wait({task}, timeout=MOMENT_SECONDS)

    def wave_aside(self, press_id: str) -> None:
        """Let a button stop spinning, if Telegram takes it at the first try."""
        self._toasts.start(self._replies.let_go(press_id))

    async def drain(self, *, seconds: float) -> None:
        """Say what can be said within *seconds*; the rest stays in the inbox."""
        under_way = {*self._saying, *self._toasts}
        if under_way:
            await asyncio.wait(under_way, timeout=seconds)
        await end({*self._saying, *self._toasts})

    async def _say(
        self,
        saying: Saying,
        update_id: int | None,
        afterwards: Callable[[int], Awaitable[None]] | None,
    ) -> None:
        try:
            reason = await self._try(saying)
            if reason is not None:
                SET_ASIDE.labels("answer").inc()
                log.error("answer set aside: update_id=%s reason=%s", update_id, reason)
                if update_id is not None:
                    await self._give_up(update_id, reason)
                return
            if afterwards is not None and saying.shown is not None:
                await afterwards(saying.shown)
            if update_id is not None:
                self._on_said(update_id)
        except Exception as error:
            # Its update stays in the inbox, and is taken up again when its lease has run out.
            log.error("answer failed: update_id=%s %s", update_id, type(error).__name__)
        finally:
            place = saying.edited_message
            if place is not None and self._edits.get(place) is saying:
                del self._edits[place]

    async def _try(self, saying: Saying) -> str | None:
        """Try until it is said; why not, if it is given up."""
        loop = asyncio.get_running_loop()
        until, delay, unknown = loop.time() + TRIED_SECONDS, FIRST_DELAY_SECONDS, 0
        while True:
            try:
                await self._replies.go_on(saying)
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
            if unknown == MOST_UNKNOWN or loop.time() + wait > until:
                return failure
            log.warning("answer delayed: %s, retrying in %.1f s", failure, wait)
            await asyncio.sleep(wait)
