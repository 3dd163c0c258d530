"""The same town, and servers that a test may stop without harming others."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.sandbox import Limits
from domain.clock import Clock
from tests.invariants import find_violations
from tests.soak.replicas import Replica
from tests.town import A_DOSE, AN_APPOINTMENT, Household, Remindable, Town, founded_town, settle_in
from tests.valkey import Valkey, running_valkey


@pytest_asyncio.fixture
async def valkey() -> AsyncIterator[Valkey]:
    """A Redis of this test's own."""
    async with running_valkey() as server:
        yield server


@pytest_asyncio.fixture
async def town(
    request: pytest.FixtureRequest, database_url: str, valkey: Valkey, clock: Clock
) -> AsyncIterator[Town]:
    """A town with the bot in it, with Telegram's limits if these are the fixture's parameter. When
    everything is over, the invariants hold.
    """
    limits: Limits | None = getattr(request, "param", None)
    async with founded_town(
        database_url=database_url, redis_url=valkey.url, clock=clock, limits=limits
    ) as town:
        await town.start_bot()
        yield town
        await town.stop_bot()
        assert not await find_violations(database_url, clock)


@pytest_asyncio.fixture
async def home(town: Town) -> Household:
    """Anna and Ben, who look after Mum in London."""
    return await settle_in(town)


@pytest_asyncio.fixture
async def replica(town: Town, tmp_path: Path) -> AsyncIterator[Replica]:
    """A bot in a process of its own, for the one that the town has; it doesn't run yet."""
    replica = Replica(town.wiring, tmp_path, "bot")
    yield replica
    await replica.kill()


@pytest.fixture(params=[A_DOSE, AN_APPOINTMENT], ids=["dose", "appointment"])
def remindable(request: pytest.FixtureRequest) -> Remindable:
    """Whatever is reminded of goes the same way, and survives the same faults."""
    found: Remindable = request.param
    return found
