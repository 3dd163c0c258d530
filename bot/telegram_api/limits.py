"""Decides who may send next, within Telegram's limits.

Telegram accepts about 30 messages a second from a bot, one a second to a chat and 20 a minute to a
group (https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this). Messages
that people are waiting for go first; the rest, the bulk, goes by lane, then by deadline. Each of
the two has a share that the other can't take while it is wanted.
"""

import asyncio
import math
from collections import deque
from datetime import datetime

from redis.asyncio import Redis

from bot.ops.supervisor import Tasks
from bot.redis.send_limits import Demand, SharedSendLimits
from bot.telegram_api.budget import Budget
from bot.telegram_api.chat_lines import KINDS, ChatLines, Kind, Line
from bot.telegram_api.suspicion import Probe, Suspicion
from bot.telegram_api.timepiece import RealTime, Timepiece
from domain.models.delivery import Lane


class _Window:
    """At most *limit* in any *span* of seconds."""

    def __init__(self, limit: float, span: float) -> None:
        self._limit = limit
        self._span = span
        self._times: deque[float] = deque()

    def free_at(self) -> float:
        return self._times[0] + self._span if len(self._times) >= self._limit else -math.inf

    def add(self, now: float) -> None:
        if self._limit == math.inf:
            return
        if len(self._times) >= self._limit:
            self._times.popleft()
        self._times.append(now)


# The answers' share is given out in this many parts: if it could be used up at once, somebody who
# then presses a button would wait for the whole span.
_PARTS_OF_SHARE = 2
# Slightly more than the second that Telegram counts, since messages arrive less evenly than they
# leave. The bulk stays below its own share by much more than that.
_TOTAL_SPAN = 1.01
# How many messages the bulk may catch up after the loop was late; more would be a burst.
_BULK_CATCH_UP = 2
# The bulk's pace, as a part of its even one: a little faster, so that what it may send in a second
# has left before the second is over. Between replicas it's only spaced out.
_OWN_PACE = 0.9
_SHARED_PACE = 0.8


class Limiter:
    """Grants permission to send, the most urgent first.

    A chat that can't have a message yet delays nobody else. With *redis* the limits apply to all
    replicas together; without it, or while it is down, to this process. Safe against cancellation,
    costs O(log n) per send, and forgets chats that were idle for a while.
    """

    def __init__(
        self,
        redis: Redis | None,
        budget: Budget,
        *,
        timepiece: Timepiece | None = None,
        probe: Probe | None = None,
    ) -> None:
        self._budget = budget
        self._is_unlimited = budget.per_second == math.inf
        self._shared = None if redis is None or self._is_unlimited else SharedSendLimits(redis)
        self._timepiece = timepiece or RealTime()
        self._suspicion = Suspicion(
            probe, self._timepiece, pause_all=self.pause, on_change=self._look_again
        )
        self._total = _Window(budget.per_second, _TOTAL_SPAN)
        self._bulk = _Window(budget.bulk_per_second, 1.0)
        # Both shares are counted over the span that both have to fit into.
        self._bulk_share = math.ceil(budget.kept_for_bulk * _TOTAL_SPAN)
        self._answers_share = max(
            1, budget.kept_for_interactive, budget.per_second - self._bulk_share
        )
        self._answers = (
            _Window(self._answers_share, _TOTAL_SPAN),
            _Window(self._answers_share / _PARTS_OF_SHARE, _TOTAL_SPAN / _PARTS_OF_SHARE),
        )
        self._bulk_even = 1 / budget.bulk_per_second
        self._bulk_pace = _OWN_PACE * self._bulk_even
        self._bulk_next = -math.inf
        self._paused_until = -math.inf
        self._all_pauses_end = -math.inf
        # Until when other replicas have used up the limits, by kind.
        self._denied_until = [-math.inf, -math.inf]

        self._lines = ChatLines(budget, now=self._timepiece.now)
        self._changed = asyncio.Event()
        self._dispatcher = Tasks("limits")

    @property
    def waiting(self) -> int:
        """How many sends are waiting for their turn."""
        return self._lines.waiting

    def seconds_until_free(self, chat_id: int, lane: Lane) -> float:
        """How long one more send would wait for its chat alone, however free everything else is.

        That covers the chat's pause, its pace, and what is waiting before it in the same or a more
        urgent lane. 0.0 means that the chat is free. Changes nothing.
        """
        chat = self._lines.find_chat(chat_id)
        if chat is None:
            return 0.0
        now = self._timepiece.now()
        line = chat.lines[KINDS[lane]]
        before = sum(chat.waiting[: lane + 1])
        allowed_at = line.allowed_at()
        if before:
            begin_at = max(now, chat.free_at, chat.paused_until)
            allowed_at = max(allowed_at, begin_at + before * chat.seconds - chat.ahead[line.kind])
        return max(0.0, allowed_at - now)

    async def acquire(self, lane: Lane, deadline: datetime, chat_id: int) -> None:
        """Returns when this send may go out; it has to be sent at once.

        The more urgent lane goes first, and within it the earlier *deadline* (aware), which is an
        order, not a promise. Cancelling passes the turn to the next.
        """
        if self._is_unlimited and self._timepiece.now() >= self._all_pauses_end:
            return
        ticket = self._lines.join(lane, deadline, chat_id=chat_id)
        self._changed.set()
        if not self._dispatcher.are_running:
            self._dispatcher.start(self._dispatch())
        try:
            await ticket.may_go
        except asyncio.CancelledError:
            if ticket.may_go.cancelled():
                self._lines.abandon(ticket)
                self._changed.set()
            else:
                self.release(chat_id)
            raise

    def pause(self, retry_after: float, chat_id: int | None = None) -> None:
        """Observe a 429: sends nothing for that many seconds, to anybody or to one chat.

        A send's 429 may concern more than its chat. Until that is known all others are held, and
        then go one at a time until :meth:`went_through` is called for one of them.
        """
        now = self._timepiece.now()
        until = now + retry_after
        if chat_id is not None and now >= self._paused_until:
            self._all_pauses_end = max(
                self._all_pauses_end, self._suspicion.refused(chat_id, until=until)
            )
        self._all_pauses_end = max(self._all_pauses_end, until)
        if chat_id is None:
            self._paused_until = max(self._paused_until, until)
        else:
            line = self._lines.get_line(chat_id, Kind.BULK)
            line.chat.paused_until = max(line.chat.paused_until, until)
            if not line.is_resting:
                self._lines.rest(line, until)  # also makes sure that the chat is forgotten again
        if self._shared is not None:
            self._shared.pause(retry_after, chat_id)

    def went_through(self, chat_id: int) -> None:
        """Telegram accepted a send, or refused it with anything but a 429."""
        self._suspicion.went_through(chat_id)

    def release(self, chat_id: int) -> None:
        """A granted send has ended, perhaps without being made: the next may go.

        Does nothing if :meth:`went_through` or :meth:`pause` was already called for it.
        """
        self._suspicion.released(chat_id)

    def _look_again(self) -> None:
        self._changed.set()

    async def _dispatch(self) -> None:
        while self._lines.waiting:
            self._changed.clear()
            now = self._timepiece.now()
            self._lines.end_rests(now)
            line, at = self._next(now)
            if line is None:
                seconds = None if at == math.inf else max(0.0, at - now)
                await self._timepiece.wait(self._changed, seconds)
            elif self._shared is None or await self._is_granted_by_all(self._shared, line):
                self._grant(line)
        self._lines.sweep()

    def _next(self, now: float) -> tuple[Line | None, float]:
        """The line whose first ticket may go now; or none, and when to check again."""
        total_at = max(self._held_until(now), self._total.free_at())
        look_again_at = math.inf
        answers = self._lines.first(Kind.INTERACTIVE, now)
        if answers is not None:
            answers_at = max(total_at, self._denied_until[Kind.INTERACTIVE])
            share_at = max(self._answers[0].free_at(), self._answers[1].free_at())
            if share_at > max(now, answers_at) and self._lines.first(Kind.BULK, now) is not None:
                answers_at = share_at
            if answers_at <= now:
                return answers, now
            look_again_at = answers_at
        bulk = self._lines.first(Kind.BULK, now)
        if bulk is not None:
            bulk_at = max(
                total_at, self._bulk.free_at(), self._bulk_next, self._denied_until[Kind.BULK]
            )
            if bulk_at <= now:
                return bulk, now
            look_again_at = min(look_again_at, bulk_at)
        return None, min(look_again_at, self._lines.next_rest_ends_at)

    def _held_until(self, now: float) -> float:
        """Until when nothing may be sent, because of what Telegram said."""
        if self._suspicion.is_active:
            return max(self._paused_until, self._suspicion.free_at(now))
        return self._paused_until

    async def _is_granted_by_all(self, shared: SharedSendLimits, line: Line) -> bool:
        """Ask the other replicas too, and remember how long they make us wait."""
        budget, chat, is_bulk = self._budget, line.chat, line.kind is Kind.BULK
        wait, chat_wait = await shared.take(
            Demand(
                chat_id=chat.id,
                is_bulk=is_bulk,
                per_second=int(budget.per_second),
                span=_TOTAL_SPAN,
                kind_per_second=int(budget.bulk_per_second if is_bulk else budget.per_second),
                kind_share=int(self._bulk_share if is_bulk else self._answers_share),
                kind_pace=_SHARED_PACE * self._bulk_even if is_bulk else 0.0,
                chat_interval=chat.seconds,
                chat_ahead=chat.ahead[line.kind],
                is_last=self._lines.is_alone(line.kind),
            )
        )
        now = self._timepiece.now()
        if wait > 0:
            self._denied_until[line.kind] = now + wait
        if chat_wait > 0:
            line.denied_until = now + chat_wait
            if not line.is_resting:
                self._lines.rest(line, line.denied_until)
        # A 429 may have arrived while Redis was asked.
        return max(wait, chat_wait, self._held_until(now) - now, chat.paused_until - now) <= 0

    def _grant(self, line: Line) -> None:
        now = self._timepiece.now()
        self._total.add(now)
        if line.kind is Kind.BULK:
            self._bulk.add(now)
            is_late = now - self._bulk_next <= _BULK_CATCH_UP * self._bulk_pace
            self._bulk_next = (self._bulk_next if is_late else now) + self._bulk_pace
        else:
            for window in self._answers:
                window.add(now)
            self._lines.end_turn(line)
        chat = line.chat
        chat.free_at = max(chat.free_at, now) + chat.seconds
        ticket = self._lines.pop(line)
        if ticket is not None:
            if self._suspicion.is_active:
                self._suspicion.granted(chat.id)
            ticket.may_go.set_result(None)
        if not line.is_resting:
            self._lines.rest(line, line.allowed_at())
