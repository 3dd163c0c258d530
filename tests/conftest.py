"""What every test may ask for: real servers, one set per worker, gone when the tests are."""

import asyncio
import os
import warnings
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
import uvloop
from redis.asyncio import Redis

from bot.embedded import EmbeddedServers
from domain.clock import Clock
from domain.database.engine import make_engine
from domain.database.unit_of_work import Database
from domain.overview.change_notices import queue_change_news
from migrations import runner
from tests.databases import MORNING, clock_at, database_name, new_database
from tests.servers import running_servers

# The event loop that the bot runs on. It is set here because pytest-asyncio's own hook gives each
# test a loop factory of the test's scope, which ends the fixtures of the session with every test.
with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # of Python 3.14, where policies still work
    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())


#: What waits for processes, outages and clocks: a test of these takes up to two minutes.
LONG = tuple(Path(__file__).parent / room for room in ("faults", "soak", "walk", "talk"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let each worker begin with its share of the long tests: at the end, all would wait for one.
    xdist gives each an equal part of the list to begin with.
    """
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    long = [item for item in items if any(item.path.is_relative_to(room) for room in LONG)]
    are_long = set(long)
    rest = [item for item in items if item not in are_long]
    parts = [(long[worker::workers], rest[worker::workers]) for worker in range(workers)]
    items[:] = [item for part in parts for some in part for item in some]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def servers() -> AsyncIterator[EmbeddedServers]:
    """PostgreSQL and Valkey of this worker. They may forget everything in a power failure."""
    async with running_servers() as started:
        yield started


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
    opened.before_commit(queue_change_news)
    yield opened
    await opened.close()
