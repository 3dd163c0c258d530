"""What every test may ask for: real servers, one set per worker, gone when the tests are."""

import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import pytest_asyncio
from redis.asyncio import Redis

from bot.embedded import EmbeddedServers, start_embedded
from domain.clock import Clock
from domain.database import Database, make_engine
from migrations import runner
from tests.databases import MORNING, clock_at, database_name, new_database


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def servers() -> AsyncIterator[EmbeddedServers]:
    """PostgreSQL and Valkey of this worker. They may forget everything in a power failure."""
    with tempfile.TemporaryDirectory(prefix="carecircle-test-") as folder:
        started = await start_embedded(
            Path(folder) / "data", postgres=True, redis=True, durable=False
        )
        with _not_outliving_us(started, folder):
            yield started
        await started.stop()


@contextmanager
def _not_outliving_us(servers: EmbeddedServers, folder: str) -> Iterator[None]:
    """Have a shell wait for our end, so that a killed test run leaves nothing running.

    Embedded servers outlive a killed bot on purpose, but nobody comes back to these.
    """
    then = 'read _; kill -QUIT "$1"; kill -KILL "$2"; sleep 1; rm -rf "$3"'
    pids = [str(servers.postgres_pid), str(servers.redis_pid)]
    watcher = subprocess.Popen(  # noqa: S603 -- a fixed script
        ["/bin/sh", "-c", then, "watcher", *pids, folder],
        stdin=subprocess.PIPE,  # which ends when this process does
        start_new_session=True,
    )
    try:
        yield
    finally:
        watcher.kill()
        watcher.communicate()


@pytest_asyncio.fixture
async def redis_url(servers: EmbeddedServers) -> str:
    """An empty Valkey."""
    async with Redis.from_url(servers.redis_url) as client:
        await client.flushall()
    return servers.redis_url


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def template_database(servers: EmbeddedServers) -> AsyncIterator[str]:
    """The name of a migrated, empty database that others are copied from."""
    async with new_database(servers.database_url) as url:
        await runner.upgrade(url, serving_url=url)
        yield database_name(url)


@pytest_asyncio.fixture
async def database_url(servers: EmbeddedServers, template_database: str) -> AsyncIterator[str]:
    """A migrated, empty database. The login owns it and is no superuser."""
    async with new_database(servers.database_url, template=template_database) as url:
        yield url


@pytest.fixture
def clock() -> Clock:
    """Monday 2026-11-23 07:30 UTC, and going on; PostgreSQL follows it."""
    return clock_at(MORNING)


@pytest_asyncio.fixture
async def database(database_url: str, clock: Clock) -> AsyncIterator[Database]:
    """The unit of work on an empty, migrated database."""
    opened = Database(make_engine(database_url), clock=clock)
    yield opened
    await opened.close()
