"""Messages waiting to be sent: one line per chat and kind, and who is next."""

import asyncio
import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from heapq import heapify, heappop, heappush
from typing import TypeAlias

from bot.telegram_api.budget import Budget
from domain.models.delivery import Lane


class Kind(IntEnum):
    INTERACTIVE = 0
    BULK = 1


KINDS = tuple(Kind.INTERACTIVE if lane is Lane.INTERACTIVE else Kind.BULK for lane in Lane)

# Lane, deadline, and a sequence number for first come, first served.
Urgency: TypeAlias = tuple[int, datetime, int]


@dataclass(eq=False, slots=True)
class Ticket:
    """One send that is waiting. ``is_listed`` means it is in the limiter's list of lines' first
    tickets.
    """

    urgency: Urgency
    line: "Line"
    may_go: asyncio.Future[None]
    is_listed: bool = False


@dataclass(eq=False, slots=True)
class Line:
    """The waiting messages of one kind for one chat. ``is_resting`` while the chat can't have them
    yet.
    """

    chat: "Chat"
    kind: Kind
    tickets: list[tuple[Urgency, Ticket]] = field(default_factory=list)
    is_resting: bool = False
    #: The round in which its first ticket may be sent: see ChatLines._list_first.
    turn: int = 0
    #: Until when other replicas have used up this chat's limit.
    denied_until: float = -math.inf

    def allowed_at(self) -> float:
        chat = self.chat
        return max(chat.paused_until, self.denied_until, chat.free_at - chat.ahead[self.kind])


class Chat:
    """When a chat may get its next message; each kind may be some seconds *ahead* of that."""

    __slots__ = ("ahead", "free_at", "id", "lines", "paused_until", "seconds", "waiting")

    def __init__(self, chat_id: int, budget: Budget) -> None:
        self.id = chat_id
        self.seconds = budget.chat_seconds(chat_id)
        is_group = chat_id < 0  # groups are counted by the minute, and more strictly
        self.ahead = (
            self.seconds * budget.interactive_burst,
            0.0 if is_group else self.seconds * budget.bulk_burst,
        )
        self.free_at = -math.inf
        self.paused_until = -math.inf
        self.lines = (Line(self, Kind.INTERACTIVE), Line(self, Kind.BULK))
        #: How many sends are waiting, by lane.
        self.waiting = [0] * len(KINDS)


# Abandoned tickets stay in their heaps until they come up, or until there are this many.
_MAX_ABANDONED = 100


class ChatLines:
    """Who is waiting, in which order. A chat that can't have a message yet delays nobody else.

    Costs O(log n) per ticket, and forgets chats that were idle for a while.
    """

    def __init__(self, budget: Budget, *, now: Callable[[], float]) -> None:
        self._budget = budget
        self._now = now
        self._numbers = itertools.count()
        self._chats: dict[int, Chat] = {}
        # For each kind, the first tickets of lines that aren't resting, with the round in which
        # they may be sent; some may be outdated.
        self._listed: tuple[list[tuple[int, Urgency, Ticket]], ...] = ([], [])
        self._turn = 0
        self._resting: list[tuple[float, int, Line]] = []
        self._waiting = 0
        self._abandoned = 0

    @property
    def waiting(self) -> int:
        """How many tickets are waiting."""
        return self._waiting

    @property
    def next_rest_ends_at(self) -> float:
        """When the next chat's rest ends; infinity if none rests."""
        return self._resting[0][0] if self._resting else math.inf

    def find_chat(self, chat_id: int) -> Chat | None:
        return self._chats.get(chat_id)

    def get_line(self, chat_id: int, kind: Kind) -> Line:
        chat = self._chats.get(chat_id)
        if chat is None:
            chat = self._chats[chat_id] = Chat(chat_id, self._budget)
        return chat.lines[kind]

    def join(self, lane: Lane, deadline: datetime, *, chat_id: int) -> Ticket:
        """Queue a ticket behind those that are as urgent and came earlier."""
        line = self.get_line(chat_id, KINDS[lane])
        ticket = Ticket(
            urgency=(lane, deadline, next(self._numbers)),
            line=line,
            may_go=asyncio.get_running_loop().create_future(),
        )
        heappush(line.tickets, (ticket.urgency, ticket))
        if not line.is_resting:
            self._list_first(line)
        line.chat.waiting[lane] += 1
        self._waiting += 1
        return ticket

    def first(self, kind: Kind, now: float) -> Line | None:
        """The line with the most urgent ticket among those whose chats may have it now."""
        listed = self._listed[kind]
        while listed:
            ticket = listed[0][2]
            line = ticket.line
            if line.is_resting or not line.tickets or line.tickets[0][1] is not ticket:
                self._unlist_first(kind)  # outdated
            elif ticket.may_go.done():
                self._unlist_first(kind)
                self._drop_abandoned(line)
                self._list_or_forget(line, now)
            elif line.allowed_at() > now:
                self._unlist_first(kind)
                self.rest(line, line.allowed_at())
            else:
                return line
        return None

    def is_alone(self, kind: Kind) -> bool:
        """Whether no other chat is waiting with anything of this kind."""
        return len(self._listed[kind]) == 1

    def end_turn(self, line: Line) -> None:
        """An answer of this chat is being sent: its next one may go a round later."""
        self._turn = max(self._turn, line.turn)
        line.turn += 1

    def pop(self, line: Line) -> Ticket | None:
        """Remove and return the first ticket of *line*; None if all were abandoned."""
        self._drop_abandoned(line)  # some may have left while Redis was asked
        if not line.tickets:
            return None
        _, ticket = heappop(line.tickets)
        line.chat.waiting[ticket.urgency[0]] -= 1
        self._waiting -= 1
        return ticket

    def rest(self, line: Line, until: float) -> None:
        """Give the chat nothing of this kind before *until*."""
        line.is_resting = True
        heappush(self._resting, (until, next(self._numbers), line))

    def end_rests(self, now: float) -> None:
        """Serve chats again whose rest has ended."""
        while self._resting and self._resting[0][0] <= now:
            _, _, line = heappop(self._resting)
            line.is_resting = False
            self._drop_abandoned(line)
            self._list_or_forget(line, now)

    def abandon(self, ticket: Ticket) -> None:
        """The ticket's owner no longer waits."""
        ticket.line.chat.waiting[ticket.urgency[0]] -= 1
        self._waiting -= 1
        self._abandoned += 1
        if self._abandoned > max(_MAX_ABANDONED, self._waiting):
            self._sweep()

    def sweep(self) -> None:
        """Drop the rest of the abandoned tickets, if any."""
        if self._abandoned:
            self._sweep()

    def _list_first(self, line: Line) -> None:
        """Chats take turns with their answers, and one that was quiet joins the current round, so
        that nobody waits behind what others have piled up. The bulk only goes by lane and deadline.
        """
        if line.tickets and not line.tickets[0][1].is_listed:
            urgency, ticket = line.tickets[0]
            ticket.is_listed = True
            if line.kind is Kind.INTERACTIVE:
                line.turn = max(line.turn, self._turn - 1)
            heappush(self._listed[line.kind], (line.turn, urgency, ticket))

    def _unlist_first(self, kind: Kind) -> None:
        heappop(self._listed[kind])[2].is_listed = False

    def _list_or_forget(self, line: Line, now: float) -> None:
        if line.tickets:
            self._list_first(line)
        else:
            self._rest_or_forget(line.chat, now)

    def _rest_or_forget(self, chat: Chat, now: float) -> None:
        """Keep an idle chat for as long as it can't have its next message."""
        if any(line.tickets or line.is_resting for line in chat.lines):
            return
        until = max(chat.free_at, chat.paused_until)
        if until > now:
            self.rest(chat.lines[Kind.BULK], until)
        elif self._chats.get(chat.id) is chat:  # otherwise it was forgotten while Redis was asked
            del self._chats[chat.id]

    def _drop_abandoned(self, line: Line) -> None:
        while line.tickets and line.tickets[0][1].may_go.done():
            heappop(line.tickets)
            self._abandoned -= 1

    def _sweep(self) -> None:
        """Remove all abandoned tickets in one pass, which spreads the cost over them."""
        now = self._now()
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
