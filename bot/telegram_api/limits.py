"""Who may send next, within Telegram's limits.

Telegram takes about 30 messages a second from a bot, one a second into a chat and 20 a minute into
a group (https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this). What
people wait for in front of their phones goes first; the rest, the bulk, goes by lane, then by
deadline. Each of the two has a share that the other cannot take while it is wanted.
"""

import asyncio
import itertools
import math
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from heapq import heapify, heappop, heappush
from typing import TypeAlias

from redis.asyncio import Redis

from bot.ops.supervisor import Tasks
from bot.redis.send_limits import Demand, SharedSendLimits
from bot.telegram_api.suspicion import Probe, Suspicion
from bot.telegram_api.timepiece import RealTime, Timepiece
from domain.models.delivery import Lane


@dataclass(frozen=True)
class Budget:
    """How much may be sent. Seconds are the pause between two messages into one chat."""

    per_second: float = 30
    #: Shares of that. The bulk never gets what is kept for answers, which come unannounced; answers
    #: get what is kept for the bulk while none of it could go.
    kept_for_interactive: float = 5
    kept_for_bulk: float = 20
    per_chat_seconds: float = 1.0
    per_group_seconds: float = 3.0
    #: How many messages may follow one upon another into a chat before its pause counts: Telegram
    #: allows short bursts, and a card must not wait because somebody has just been chatting.
    #: Answers may go further than the bulk, so that the bulk never makes them wait.
    interactive_burst: int = 5
    bulk_burst: int = 3

    @classmethod
    def unlimited(cls) -> "Budget":
        """No limits, for benchmarks; what Telegram's 429 asks for is still kept."""
        return cls(
            per_second=math.inf,
            kept_for_interactive=0,
            kept_for_bulk=0,
            per_chat_seconds=0,
            per_group_seconds=0,
        )

    @property
    def bulk_per_second(self) -> float:
        return self.per_second - self.kept_for_interactive

    def chat_seconds(self, chat_id: int) -> float:
        """Groups have negative ids."""
        return self.per_group_seconds if chat_id < 0 else self.per_chat_seconds


class _Kind(IntEnum):
    INTERACTIVE = 0
    BULK = 1


_KINDS = tuple(_Kind.INTERACTIVE if lane is Lane.INTERACTIVE else _Kind.BULK for lane in Lane)

# Lane, deadline, and a number that keeps first come, first served.
_Urgency: TypeAlias = tuple[int, datetime, int]


@dataclass(eq=False, slots=True)
class _Ticket:
    """One send that waits. ``is_listed``: stands in the limiter's list of lines' first tickets."""

    urgency: _Urgency
    line: "_Line"
    may_go: asyncio.Future[None]
    is_listed: bool = False


@dataclass(eq=False, slots=True)
class _Line:
    """What waits of one kind for one chat. While ``is_resting`` the chat may not have it yet."""

    chat: "_Chat"
    kind: _Kind
    tickets: list[tuple[_Urgency, _Ticket]] = field(default_factory=list)
    is_resting: bool = False
    #: The round in which its first ticket may go: see Limiter._list_first.
    turn: int = 0
    #: Until when the chat has had enough from other replicas.
    denied_until: float = -math.inf

    def allowed_at(self) -> float:
        chat = self.chat
        return max(chat.paused_until, self.denied_until, chat.free_at - chat.ahead[self.kind])


class _Chat:
    """When a chat may have its next message; each kind may be some seconds *ahead* of that."""

    __slots__ = ("ahead", "free_at", "id", "lines", "paused_until", "seconds", "waiting")

    def __init__(self, chat_id: int, budget: Budget) -> None:
        self.id = chat_id
        self.seconds = budget.chat_seconds(chat_id)
        is_group = chat_id < 0  # they are counted by the minute, and more strictly
        self.ahead = (
            self.seconds * budget.interactive_burst,
            0.0 if is_group else self.seconds * budget.bulk_burst,
        )
        self.free_at = -math.inf
        self.paused_until = -math.inf
        self.lines = (_Line(self, _Kind.INTERACTIVE), _Line(self, _Kind.BULK))
        #: How many sends wait, by lane.
        self.waiting = [0] * len(_KINDS)


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


# The share of answers is given out in so many parts: if it were used up all at once, somebody who
# presses a button then would wait for the whole span.
_PARTS_OF_SHARE = 2
# A little more than the second that Telegram counts: messages do not arrive as evenly as they
# leave. The bulk stays below its own share by far more than that.
_TOTAL_SPAN = 1.01
# By how many messages the bulk may catch up when the loop was late; more would be a burst.
_BULK_CATCH_UP = 2
# Abandoned tickets are left in their heaps until they come up or become this many.
_MOST_ABANDONED = 100


class Limiter:
    """Hands out the right to send, the most urgent first.

    A chat that may not have a message yet holds up nobody else. With *redis* the limits hold for
    all replicas together; while it is away, and without, for this process. Safe against
    cancellation, costs O(log n) per send, and forgets chats that had nothing for a while.
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
        # Both shares are counted in the span that both have to fit into.
        self._bulk_share = math.ceil(budget.kept_for_bulk * _TOTAL_SPAN)
        self._answers_share = max(
            1, budget.kept_for_interactive, budget.per_second - self._bulk_share
        )
        self._answers = (
            _Window(self._answers_share, _TOTAL_SPAN),
            _Window(self._answers_share / _PARTS_OF_SHARE, _TOTAL_SPAN / _PARTS_OF_SHARE),
        )
        self._bulk_pace = 1 / budget.bulk_per_second
        self._bulk_next = -math.inf
        self._paused_until = -math.inf
        self._all_pauses_end = -math.inf
        # Until when other replicas have used up what there is, by kind.
        self._denied_until = [-math.inf, -math.inf]

        self._numbers = itertools.count()
        self._chats: dict[int, _Chat] = {}
        # Of each kind the first tickets of lines that do not rest, with the round in which they
        # may go; some may be out of date.
        self._listed: tuple[list[tuple[int, _Urgency, _Ticket]], ...] = ([], [])
        self._turn = 0
        self._resting: list[tuple[float, int, _Line]] = []
        self._waiting = 0
        self._abandoned = 0
        self._changed = asyncio.Event()
        self._dispatcher = Tasks("limits")

    @property
    def waiting(self) -> int:
        """How many sends wait for their turn."""
        return self._waiting

    def seconds_until_free(self, chat_id: int, lane: Lane) -> float:
        """How long one more send would wait for its chat alone, however free all else is.

        That is the chat's pause, its pace, and what waits before it in the same or a more urgent
        lane. 0.0: the chat is free. Changes nothing.
        """
        chat = self._chats.get(chat_id)
        if chat is None:
            return 0.0
        now = self._timepiece.now()
        line = chat.lines[_KINDS[lane]]
        before = sum(chat.waiting[: lane + 1])
        allowed_at = line.allowed_at()
        if before:
            begin_at = max(now, chat.free_at, chat.paused_until)
            allowed_at = max(allowed_at, begin_at + before * chat.seconds - chat.ahead[line.kind])
        return max(0.0, allowed_at - now)

    async def slot(self, lane: Lane, deadline: datetime, chat_id: int) -> None:
        """Return when this send may go out; send at once then.

        The more urgent lane goes first and within it the earlier *deadline* (aware), which is an
        order, not a promise. Cancelling gives the turn to the next.
        """
        if self._is_unlimited and self._timepiece.now() >= self._all_pauses_end:
            return
        line = self._line(chat_id, _KINDS[lane])
        ticket = _Ticket(
            urgency=(lane, deadline, next(self._numbers)),
            line=line,
            may_go=asyncio.get_running_loop().create_future(),
        )
        heappush(line.tickets, (ticket.urgency, ticket))
        if not line.is_resting:
            self._list_first(line)
        line.chat.waiting[lane] += 1
        self._waiting += 1
        self._changed.set()
        if not self._dispatcher.are_running:
            self._dispatcher.start(self._dispatch())
        try:
            await ticket.may_go
        except asyncio.CancelledError:
            if ticket.may_go.cancelled():
                self._abandon(ticket)
            else:
                self.ended(chat_id)
            raise

    def pause(self, retry_after: float, chat_id: int | None = None) -> None:
        """Keep what a 429 asked for: send nothing for so many seconds, to nobody or to one chat.

        A send's 429 may be about more than its chat. Until that is known all others are held, and
        then go one at a time until :meth:`went_through` is told of one.
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
            line = self._line(chat_id, _Kind.BULK)
            line.chat.paused_until = max(line.chat.paused_until, until)
            if not line.is_resting:
                self._rest(line, until)  # also sees to it that the chat is forgotten again
        if self._shared is not None:
            self._shared.pause(retry_after, chat_id)

    def went_through(self, chat_id: int) -> None:
        """Telegram took what was sent, or refused it with anything but a 429."""
        self._suspicion.went_through(chat_id)

    def ended(self, chat_id: int) -> None:
        """A send whose turn had come is over, if only because it was not made: the next may go.

        Costs nothing where :meth:`went_through` or :meth:`pause` has told more.
        """
        self._suspicion.ended(chat_id)

    def _look_again(self) -> None:
        self._changed.set()

    async def _dispatch(self) -> None:
        while self._waiting:
            self._changed.clear()
            now = self._timepiece.now()
            self._end_rests(now)
            line, at = self._next(now)
            if line is None:
                seconds = None if at == math.inf else max(0.0, at - now)
                await self._timepiece.wait(self._changed, seconds)
            elif self._shared is None or await self._is_granted_by_all(self._shared, line):
                self._grant(line)
        if self._abandoned:
            self._sweep()

    def _next(self, now: float) -> tuple[_Line | None, float]:
        """The line whose first ticket may go now; or none, and when to look again."""
        total_at = max(self._held_until(now), self._total.free_at())
        look_again_at = math.inf
        answers = self._first(_Kind.INTERACTIVE, now)
        if answers is not None:
            answers_at = max(total_at, self._denied_until[_Kind.INTERACTIVE])
            share_at = max(self._answers[0].free_at(), self._answers[1].free_at())
            if share_at > max(now, answers_at) and self._first(_Kind.BULK, now) is not None:
                answers_at = share_at
            if answers_at <= now:
                return answers, now
            look_again_at = answers_at
        bulk = self._first(_Kind.BULK, now)
        if bulk is not None:
            bulk_at = max(
                total_at, self._bulk.free_at(), self._bulk_next, self._denied_until[_Kind.BULK]
            )
            if bulk_at <= now:
                return bulk, now
            look_again_at = min(look_again_at, bulk_at)
        if self._resting:
            look_again_at = min(look_again_at, self._resting[0][0])
        return None, look_again_at

    def _held_until(self, now: float) -> float:
        """Until when nobody may have anything, because of what Telegram said."""
        if self._suspicion.is_active:
            return max(self._paused_until, self._suspicion.free_at(now))
        return self._paused_until

    def _first(self, kind: _Kind, now: float) -> _Line | None:
        """The line with the most urgent ticket among those whose chats may have it now."""
        listed = self._listed[kind]
        while listed:
            ticket = listed[0][2]
            line = ticket.line
            if line.is_resting or not line.tickets or line.tickets[0][1] is not ticket:
                self._unlist_first(kind)  # out of date
            elif ticket.may_go.done():
                self._unlist_first(kind)
                self._drop_abandoned(line)
                self._list_or_forget(line, now)
            elif line.allowed_at() > now:
                self._unlist_first(kind)
                self._rest(line, line.allowed_at())
            else:
                return line
        return None

    async def _is_granted_by_all(self, shared: SharedSendLimits, line: _Line) -> bool:
        """Ask the other replicas too, and remember what they leave us to wait for."""
        budget, chat, is_bulk = self._budget, line.chat, line.kind is _Kind.BULK
        wait, chat_wait = await shared.take(
            Demand(
                chat_id=chat.id,
                is_bulk=is_bulk,
                per_second=int(budget.per_second),
                span=_TOTAL_SPAN,
                kind_per_second=int(budget.bulk_per_second if is_bulk else budget.per_second),
                kind_share=int(self._bulk_share if is_bulk else self._answers_share),
                # The pace is ours to keep exactly; here it only keeps replicas apart.
                kind_pace=self._bulk_pace * 0.9 if is_bulk else 0.0,
                chat_interval=chat.seconds,
                chat_ahead=chat.ahead[line.kind],
                is_last=len(self._listed[line.kind]) == 1,
            )
        )
        now = self._timepiece.now()
        if wait > 0:
            self._denied_until[line.kind] = now + wait
        if chat_wait > 0:
            line.denied_until = now + chat_wait
            if not line.is_resting:
                self._rest(line, line.denied_until)
        # A 429 may have come while Redis was asked.
        return max(wait, chat_wait, self._held_until(now) - now, chat.paused_until - now) <= 0

    def _grant(self, line: _Line) -> None:
        now = self._timepiece.now()
        self._total.add(now)
        if line.kind is _Kind.BULK:
            self._bulk.add(now)
            is_late = now - self._bulk_next <= _BULK_CATCH_UP * self._bulk_pace
            self._bulk_next = (self._bulk_next if is_late else now) + self._bulk_pace
        else:
            for window in self._answers:
                window.add(now)
            self._turn = max(self._turn, line.turn)
            line.turn += 1
        chat = line.chat
        chat.free_at = max(chat.free_at, now) + chat.seconds
        self._drop_abandoned(line)  # they may have left while Redis was asked
        if line.tickets:
            _, ticket = heappop(line.tickets)
            chat.waiting[ticket.urgency[0]] -= 1
            self._waiting -= 1
            if self._suspicion.is_active:
                self._suspicion.granted(chat.id)
            ticket.may_go.set_result(None)
        if not line.is_resting:
            self._rest(line, line.allowed_at())

    # Lines

    def _line(self, chat_id: int, kind: _Kind) -> _Line:
        chat = self._chats.get(chat_id)
        if chat is None:
            chat = self._chats[chat_id] = _Chat(chat_id, self._budget)
        return chat.lines[kind]

    def _list_first(self, line: _Line) -> None:
        """Chats take turns with their answers, and one that has been quiet goes before this round:
        nobody waits behind what others have piled up. The bulk goes by lane and deadline alone.
        """
        if line.tickets and not line.tickets[0][1].is_listed:
            urgency, ticket = line.tickets[0]
            ticket.is_listed = True
            if line.kind is _Kind.INTERACTIVE:
                line.turn = max(line.turn, self._turn - 1)
            heappush(self._listed[line.kind], (line.turn, urgency, ticket))

    def _unlist_first(self, kind: _Kind) -> None:
        heappop(self._listed[kind])[2].is_listed = False

    def _rest(self, line: _Line, until: float) -> None:
        line.is_resting = True
        heappush(self._resting, (until, next(self._numbers), line))

    def _end_rests(self, now: float) -> None:
        while self._resting and self._resting[0][0] <= now:
            _, _, line = heappop(self._resting)
            line.is_resting = False
            self._drop_abandoned(line)
            self._list_or_forget(line, now)

    def _list_or_forget(self, line: _Line, now: float) -> None:
        if line.tickets:
            self._list_first(line)
        else:
            self._rest_or_forget(line.chat, now)

    def _rest_or_forget(self, chat: _Chat, now: float) -> None:
        """Keep a chat that has nothing waiting for as long as it may not have the next message."""
        if any(line.tickets or line.is_resting for line in chat.lines):
            return
        until = max(chat.free_at, chat.paused_until)
        if until > now:
            self._rest(chat.lines[_Kind.BULK], until)
        elif self._chats.get(chat.id) is chat:  # else it was forgotten while Redis was asked
            del self._chats[chat.id]

    # Cancelled sends

    def _abandon(self, ticket: _Ticket) -> None:
        ticket.line.chat.waiting[ticket.urgency[0]] -= 1
        self._waiting -= 1
        self._abandoned += 1
        self._changed.set()
        if self._abandoned > max(_MOST_ABANDONED, self._waiting):
            self._sweep()

    def _drop_abandoned(self, line: _Line) -> None:
        while line.tickets and line.tickets[0][1].may_go.done():
            heappop(line.tickets)
            self._abandoned -= 1

    def _sweep(self) -> None:
        """Take all abandoned tickets out at once, which costs each of them its share only."""
        now = self._timepiece.now()
        for listed in self._listed:
            listed.clear()
        for chat in list(self._chats.values()):
            for line in chat.lines:
                line.tickets = [entry for entry in line.tickets if not entry[1].may_go.done()]
                heapify(line.tickets)
                for _, ticket in line.tickets:
                    ticket.is_listed = False
                if not line.is_resting:
                    self._list_first(line)
            self._rest_or_forget(chat, now)
        self._abandoned = 0
