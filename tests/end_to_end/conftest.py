"""The real bot, on real servers, against the local Bot API."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest_asyncio

from bot.app import App, Wiring
from bot.sandbox import Person, Sandbox
from domain.clock import Clock
from tests.databases import move_to


@dataclass
class Town:
    """A sandbox with the bot in it, and a clock that both follow."""

    sandbox: Sandbox
    wiring: Wiring
    clock: Clock
    bot: AsyncExitStack

    async def start_bot(self) -> None:
        await self.bot.enter_async_context(App(self.wiring))

    async def stop_bot(self) -> None:
        """Stop in order, as SIGTERM does."""
        await self.bot.aclose()

    def person(self, name: str, *, language_code: str = "en") -> Person:
        return self.sandbox.add_person(name, language_code=language_code)

    def jump_to(self, instant: datetime) -> None:
        move_to(self.clock, instant)

    def jump_before_next_minute(self) -> datetime:
        """Make it two seconds before a full minute; returns that minute (UTC)."""
        minute = self.clock.now().replace(second=0, microsecond=0) + timedelta(minutes=1)
        self.jump_to(minute - timedelta(seconds=2))
        return minute


@pytest_asyncio.fixture
async def town(database_url: str, redis_url: str, clock: Clock) -> AsyncIterator[Town]:
    async with Sandbox(clock=clock) as sandbox, AsyncExitStack() as bot:
        wiring = Wiring(
            token=sandbox.token,
            api_url=sandbox.api_url,
            database_url=database_url,
            redis_url=redis_url,
            clock=clock,
        )
        town = Town(sandbox, wiring, clock, bot)
        await town.start_bot()
        yield town
