"""What every test may ask for: real servers, one set per worker, gone when the tests are."""

import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from redis.asyncio import Redis

from bot.embedded import EmbeddedServers, start_embedded


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def servers() -> AsyncIterator[EmbeddedServers]:
    """PostgreSQL and Valkey of this worker. They may forget everything in a power failure."""
    with tempfile.TemporaryDirectory(prefix="carecircle-test-") as folder:
        started = await start_embedded(
            Path(folder) / "data", postgres=True, redis=True, durable=False
        )
        yield started
        await started.stop()


@pytest_asyncio.fixture
async def redis_url(servers: EmbeddedServers) -> str:
    """An empty Valkey."""
    async with Redis.from_url(servers.redis_url) as client:
        await client.flushall()
    return servers.redis_url
