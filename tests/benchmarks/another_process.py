"""The sandbox in a process of its own, so that its work is not counted as the bot's."""

import asyncio
import multiprocessing
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from multiprocessing.connection import Connection
from typing import Any

import uvloop

from bot.sandbox import Person, Sandbox


@dataclass(frozen=True)
class Tap:
    """A press to be made: by whom, on their newest message that says *fragment*."""

    account_id: int
    fragment: str
    label: str


class RemoteSandbox:
    """A sandbox elsewhere: what a benchmark asks of it, and where bots find it."""

    def __init__(self, connection: Connection, token: str, api_url: str) -> None:
        self._connection = connection
        self.token = token
        self.api_url = api_url

    async def add_people(self, count: int) -> Sequence[int]:
        """Telegram ids of new people who have pressed Start (nobody is told of it)."""
        ids: list[int] = await self._ask("add_people", count)
        return ids

    async def tap(self, taps: Sequence[Tap]) -> datetime:
        """Queue all these presses at once; returns when the first of them was made."""
        began: datetime = await self._ask("tap", taps)
        return began

    async def calls(self, method: str, *, since: datetime) -> Sequence[datetime]:
        """When the bot's calls of *method* were answered without an error."""
        answered: list[datetime] = await self._ask("calls", method, since)
        return answered

    async def count_messages(self, fragment: str) -> int:
        """How many messages say *fragment* now, on all phones together."""
        count: int = await self._ask("count_messages", fragment)
        return count

    async def _ask(self, name: str, *arguments: Any) -> Any:
        self._connection.send((name, arguments))
        return await asyncio.to_thread(self._connection.recv)


@asynccontextmanager
async def remote_sandbox() -> AsyncIterator[RemoteSandbox]:
    """A sandbox in memory, without Telegram's limits."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_run, args=(theirs,), daemon=True)
    process.start()
    theirs.close()  # so that a process that dies ends our waiting
    try:
        token, api_url = await asyncio.to_thread(ours.recv)
        yield RemoteSandbox(ours, token, api_url)
    finally:
        with suppress(BrokenPipeError):
            ours.send(None)
        await asyncio.to_thread(process.join, 10)


def _run(connection: Connection) -> None:
    uvloop.run(_serve(connection))


async def _serve(connection: Connection) -> None:
    async with Sandbox(limits=None) as sandbox:
        sandbox._server.calls = deque()  # a benchmark counts more than it keeps
        connection.send((sandbox.token, sandbox.api_url))
        desk = _Desk(sandbox)
        while (asked := await asyncio.to_thread(connection.recv)) is not None:
            name, arguments = asked
            connection.send(getattr(desk, name)(*arguments))


class _Desk:
    """Does in the sandbox's process what a benchmark asks for."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def add_people(self, count: int) -> list[int]:
        people = [self._sandbox.add_person(f"Person {number}") for number in range(count)]
        for person in people:
            person._account.started = True
        return [person.id for person in people]

    def tap(self, taps: Sequence[Tap]) -> datetime:
        presses = [self._find(tap) for tap in taps]
        began = self._sandbox._world.clock.now()
        for person, label, message in presses:
            person.tap(label, message=message)
        return began

    def _find(self, tap: Tap) -> tuple[Person, str, Any]:
        person = self._sandbox.person(tap.account_id)
        newest_first = reversed(person.messages)
        return person, tap.label, next(m for m in newest_first if tap.fragment in m.text)

    def calls(self, method: str, since: datetime) -> list[datetime]:
        return [
            call.at
            for call in self._sandbox.calls
            if call.method == method and call.error is None and call.at >= since
        ]

    def count_messages(self, fragment: str) -> int:
        return sum(
            fragment in message.text
            for person in self._sandbox.people
            for message in person.messages
        )
