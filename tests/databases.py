"""Databases for tests: made from a migrated one, and looked at over the walls."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from domain.clock import Clock

# A Monday in winter, half an hour before the first medicine of the day in London.
MORNING = datetime(2026, 11, 23, 7, 30, tzinfo=UTC)


def clock_at(instant: datetime) -> Clock:
    """A clock that says *instant* now, and goes on from there."""
    return Clock(instant - datetime.now(UTC))


def move_to(clock: Clock, instant: datetime) -> None:
    """Make it *instant* now."""
    clock.advance(instant - clock.now())


@asynccontextmanager
async def new_database(server_url: str, *, template: str = "template1") -> AsyncIterator[str]:
    """A database of its own on that server, gone afterwards; its URL.

    Copying files takes 45 ms and dropping it 8, as long as emptying eleven tables would; and a
    database of its own hides nothing that an earlier test left behind.
    """
    name = f"test_{uuid4().hex}"
    await _execute(server_url, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
    try:
        yield make_url(server_url).set(database=name).render_as_string(hide_password=False)
    finally:
        await _drop(server_url, name)


def database_name(url: str) -> str:
    name = make_url(url).database
    assert name is not None
    return name


async def _drop(server_url: str, name: str) -> None:
    """Drop a database, also while the server itself is vacuuming it: nobody may end that worker."""
    for _ in range(20):
        with suppress(ProgrammingError):
            await _execute(server_url, f"DROP DATABASE {name} WITH (FORCE)")
            return
        await asyncio.sleep(0.25)
    raise RuntimeError(f"{name} is in use and stays")


async def _execute(server_url: str, statement: str) -> None:
    async with _connected(server_url, isolation_level="AUTOCOMMIT") as connection:
        await connection.execute(text(statement))


@asynccontextmanager
async def _connected(url: str, **options: Any) -> AsyncIterator[AsyncConnection]:
    engine = create_async_engine(url, poolclass=NullPool, **options)
    try:
        async with engine.connect() as connection:
            yield connection
    finally:
        await engine.dispose()


@asynccontextmanager
async def as_owner(url: str) -> AsyncIterator[AsyncConnection]:
    """A connection as the owner, who has taken no role: forced row security holds it too."""
    async with _connected(url) as connection:
        yield connection


async def somebody_waits_for_a_lock(url: str, *, how_many: int = 1) -> None:
    """Return once that many transactions wait for others."""
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    async with asyncio.timeout(10), as_owner(url) as connection:
        while await connection.scalar(waiting) < how_many:
            await asyncio.sleep(0.01)


@asynccontextmanager
async def without_walls(url: str, *, keep: bool = False) -> AsyncIterator[AsyncConnection]:
    """A transaction in which the owner sees and may change every row.

    Rolled back afterwards, changes included, unless *keep*; the walls stand again either way.
    """
    async with _connected(url) as connection:
        tables = (
            await connection.scalars(
                text(
                    "SELECT oid::regclass::text FROM pg_class WHERE relforcerowsecurity ORDER BY 1"
                )
            )
        ).all()
        for table in tables:
            await connection.execute(text(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY"))
        yield connection
        if not keep:
            return
        for table in tables:
            await connection.execute(text(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY"))
        await connection.commit()


@contextmanager
def recorded_statements(engine: AsyncEngine) -> Iterator[list[str]]:
    """The SQL that *engine* runs meanwhile, without the one that sets each transaction's scope."""
    statements: list[str] = []

    def record(_conn: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if "set_config('role'" not in statement:
            statements.append(statement)

    event.listen(engine.sync_engine, "before_cursor_execute", record)
    try:
        yield statements
    finally:
        event.remove(engine.sync_engine, "before_cursor_execute", record)
