"""One transaction, begun and committed by the driver itself.

SQLAlchemy runs what is in between, on a connection that it takes for one without transactions. With
its own BEGIN and COMMIT, and a statement of its own that sets the scope, a transaction takes twice
as much of the processor.
"""

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import datetime
from typing import Any, NamedTuple

import asyncpg
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine


def without_transactions(engine: AsyncEngine) -> AsyncEngine:
    """*engine*, with the same pool, for :func:`begin`."""
    return engine.execution_options(isolation_level="AUTOCOMMIT")


_OF_THE_DRIVER = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)


class Begun(NamedTuple):
    """A transaction: its connection, the row of its first statement, and when that was asked and
    answered by this machine's clock.
    """

    connection: AsyncConnection
    row: Any
    asked_at: datetime
    answered_at: datetime


@asynccontextmanager
async def begin(
    engine: AsyncEngine, first: str, values: Sequence[Any], *, machine_now: Callable[[], datetime]
) -> AsyncIterator[Begun]:
    """A transaction on a connection of *engine* (see :func:`without_transactions`). It's committed
    at the end, and rolled back after any exception.

    Raises DBAPIError, as every statement in between does. A connection on which the transaction
    can't begin or end is closed: nobody knows its state.
    """
    async with engine.connect() as connection:
        driver = _driver_of(connection)
        transaction = driver.transaction()
        with closing_if_it_fails(driver):
            await transaction.start()
            asked_at = machine_now()
            row = await driver.fetchrow(first, *values)
            begun = Begun(connection, row, asked_at, machine_now())
        try:
            yield begun
        except BaseException:
            await _roll_back(driver, transaction)
            raise
        with closing_if_it_fails(driver):
            await transaction.commit()


def _driver_of(connection: AsyncConnection) -> Any:
    if connection.sync_connection is None:
        raise RuntimeError("not connected")
    return connection.sync_connection.connection.driver_connection


async def _roll_back(driver: Any, transaction: Any) -> None:
    """Roll back, or end the connection; the exception that led here is the one that counts."""
    if driver.is_closed():
        return
    with suppress(Exception), closing_if_it_fails(driver):
        await transaction.rollback()


@contextmanager
def closing_if_it_fails(driver: Any) -> Iterator[None]:
    """Close *driver*, a connection, if the body fails. Its errors are raised as DBAPIError."""
    try:
        yield
    except BaseException as error:
        # The driver's own state is broken where a connection ended at a moment it didn't expect.
        is_lost = driver.is_closed() or isinstance(error, asyncpg.InternalClientError)
        driver.terminate()
        if not isinstance(error, _OF_THE_DRIVER):
            raise
        kind = InterfaceError if isinstance(error, asyncpg.InterfaceError) else OperationalError
        raise kind(
            None, None, error, hide_parameters=True, connection_invalidated=is_lost
        ) from error
