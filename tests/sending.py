"""A limiter on a time that passes when the test says so, and a Telegram that may say 429."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from heapq import heappop, heappush
from typing import Any

from redis.asyncio import Redis

from bot.telegram_api.budget import Budget
from bot.telegram_api.limits import Limiter
from bot.telegram_api.suspicion import Probe
from domain.models.delivery import Lane

DUE_AT = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)

# One a second into a chat for the bulk, to see its pace; bursts have tests of their own.
STRICT = Budget(interactive_burst=3, bulk_burst=0)


class FakeTime:
    """Jumps from one awaited moment to the next as soon as nobody has anything to do."""

    def __init__(self) -> None:
        self.seconds = 1_000.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []

    def now(self) -> float:
        return self.seconds

    async def wait(self, event: asyncio.Event, seconds: float | None) -> None:
        over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        happened: asyncio.Future[Any] = asyncio.ensure_future(event.wait())
        if seconds is not None:
            heappush(self._sleepers, (self.seconds + seconds, id(over), over))
        await asyncio.wait([over, happened], return_when=asyncio.FIRST_COMPLETED)
        over.cancel()
        happened.cancel()

    async def sleep(self, seconds: float) -> None:
        await self.wait(asyncio.Event(), seconds)

    async def run(self, seconds: float) -> None:
        """Let *seconds* pass."""
        end = self.seconds + seconds
        while True:
            await settle()
            while self._sleepers and self._sleepers[0][2].done():
                heappop(self._sleepers)
            if not self._sleepers or self._sleepers[0][0] > end:
                break
            self.seconds = max(self.seconds, self._sleepers[0][0])
            heappop(self._sleepers)[2].set_result(None)
        self.seconds = end
        await settle()


async def settle() -> None:
    for _ in range(25):
        await asyncio.sleep(0)


@dataclass(frozen=True)
class Sent:
    at: float
    lane: Lane
    chat_id: int
    waited: float
    name: object


class Office:
    """Sends through a limiter and remembers when what went out.

    *refuses* says how many seconds of 429 a call into a chat meets now; a call that meets one is
    repeated when the limiter lets it. *latency*: seconds until Telegram answers.
    """

    def __init__(
        self,
        budget: Budget | None = None,
        *,
        redis: Redis | None = None,
        probe: Probe | None = None,
        refuses: Callable[[int], float] = lambda _: 0.0,
        latency: float = 0.0,
    ) -> None:
        self.time = FakeTime()
        self.limiter = Limiter(redis, budget or STRICT, timepiece=self.time, probe=probe)
        self.refuses = refuses
        self.latency = latency
        #: All calls and their chats; those that went through.
        self.calls: list[tuple[float, int]] = []
        self.sent: list[Sent] = []
        self.tasks: list[asyncio.Task[None]] = []

    def send(
        self, lane: Lane, chat_id: int, *, deadline: datetime = DUE_AT, name: object = None
    ) -> asyncio.Task[None]:
        async def send() -> None:
            asked_at = self.time.now()
            while True:
                await self.limiter.acquire(lane, deadline, chat_id)
                at = self.time.now()
                self.calls.append((at, chat_id))
                refused_for = self.refuses(chat_id)
                if self.latency:
                    await self.time.sleep(self.latency)
                if not refused_for:
                    break
                self.limiter.pause(refused_for, chat_id)
            self.limiter.went_through(chat_id)
            self.sent.append(Sent(at, lane, chat_id, at - asked_at, name))

        task = asyncio.create_task(send())
        self.tasks.append(task)
        return task

    async def close(self) -> None:
        for task in self.tasks:
            task.cancel()
        await settle()

    def names(self) -> list[object]:
        return [sent.name for sent in self.sent]

    def of(self, *lanes: Lane) -> list[Sent]:
        return [sent for sent in self.sent if sent.lane in lanes]

    def into(self, chat_id: int) -> list[Sent]:
        return [sent for sent in self.sent if sent.chat_id == chat_id]
