"""Which errors say that the database is away, so that waiting helps, and which are our own."""

import errno
from zoneinfo import ZoneInfo

import asyncpg
import pytest
from sqlalchemy.exc import DBAPIError, InterfaceError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from domain.database.failures import is_unavailable
from domain.database.transactions import closing_if_it_fails


class _Answer(Exception):
    """What a driver raises."""

    def __init__(self, sqlstate: str) -> None:
        self.sqlstate = sqlstate


AWAY = """
    08000 08001 08003 08004 08006 08007 08P01 25006 25P03 40001 40P01 53000 53100 53200 53300 53400
    55P03 57000 57014 57P01 57P02 57P03 57P04 57P05 58000 58030
"""
OURS = "22003 22P02 23505 23514 42501 42703 42P01 P0001 XX000 25P02 0A000"


@pytest.mark.parametrize("state", AWAY.split())
def test_what_a_server_says_that_cannot_serve_now(state: str) -> None:
    assert is_unavailable(DBAPIError("SELECT 1", None, _Answer(state)))


@pytest.mark.parametrize("state", OURS.split())
def test_what_is_wrong_with_a_row_or_a_statement_is_no_outage(state: str) -> None:
    assert not is_unavailable(DBAPIError("SELECT 1", None, _Answer(state)))


@pytest.mark.parametrize(
    "error",
    [
        ConnectionRefusedError(),
        ConnectionResetError(),
        TimeoutError(),
        OSError("Multiple exceptions"),
        OSError(errno.EHOSTUNREACH, "no route"),
        PoolTimeout(),
        InterfaceError("SELECT 1", None, Exception("connection is closed")),
        DBAPIError("SELECT 1", None, _Answer("?"), connection_invalidated=True),
    ],
    ids=repr,
)
def test_a_connection_that_fails(error: Exception) -> None:
    assert is_unavailable(error)


@pytest.mark.parametrize("name", ["Nowhere", "..", "/etc", "a" * 300, "\0", "Europe"])
def test_a_zone_that_is_none_is_no_outage(name: str) -> None:
    with pytest.raises(Exception) as caught:  # noqa: PT011 -- whatever it is
        ZoneInfo(name)
    assert not is_unavailable(caught.value)


@pytest.mark.parametrize("error", [KeyError("x"), ValueError("x"), OverflowError("x")], ids=repr)
def test_our_own_errors(error: Exception) -> None:
    assert not is_unavailable(error)


class _Connection:
    """A driver's connection that a server ends."""

    def __init__(self) -> None:
        self.is_terminated = False

    def is_closed(self) -> bool:
        return self.is_terminated

    def terminate(self) -> None:
        self.is_terminated = True


@pytest.mark.parametrize(
    "error",
    [
        asyncpg.InternalClientError("got result for unknown protocol state 3"),
        asyncpg.InterfaceError("connection is closed"),
        asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation"),
        asyncpg.AdminShutdownError("terminating connection due to administrator command"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_connection_that_ends_as_a_transaction_begins_is_closed(error: Exception) -> None:
    connection = _Connection()
    with pytest.raises(DBAPIError) as caught, closing_if_it_fails(connection):
        raise error
    assert connection.is_terminated
    assert is_unavailable(caught.value)


def test_what_is_our_own_stays_so_and_closes_the_connection_too() -> None:
    connection = _Connection()
    with pytest.raises(KeyError), closing_if_it_fails(connection):
        raise KeyError
    assert connection.is_terminated
