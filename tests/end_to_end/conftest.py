"""The real bot, on real servers, against the local Bot API."""

from collections.abc import AsyncIterator

import pytest_asyncio

from domain.clock import Clock
from tests.town import Household, Town, founded_town, settle_in


@pytest_asyncio.fixture
async def town(database_url: str, redis_url: str, clock: Clock) -> AsyncIterator[Town]:
    """A town with the bot in it, and nobody else yet."""
    async with founded_town(database_url=database_url, redis_url=redis_url, clock=clock) as town:
        await town.start_bot()
        yield town


@pytest_asyncio.fixture
async def home(town: Town) -> Household:
    """Anna and Ben, who look after Mum in London."""
    return await settle_in(town)
