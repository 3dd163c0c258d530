"""Database failures: which are worth retrying, and which mean that the database is unavailable."""

import errno
import socket

from sqlalchemy.exc import DBAPIError, InterfaceError
from sqlalchemy.exc import TimeoutError as PoolTimeout

# serialization_failure, deadlock_detected, and session terminations after which we can reconnect
RETRYABLE_STATES = frozenset({"40001", "40P01", "57P01", "57P02", "57P03", "57P04", "57P05"})
# The server can't serve anybody right now, and waiting may help: failover
# (read_only_sql_transaction), too many sessions, out of memory or disk, lock and statement
# timeouts, terminated sessions, and every connection error.
UNAVAILABLE_STATES = RETRYABLE_STATES | {
    "25006",
    "25P03",
    "55P03",
    "57014",
    "57000",
    "58000",
    "58030",
}
_UNAVAILABLE_CLASSES = ("08", "53")  # connection_exception, insufficient_resources
READ_ONLY = "25006"
_CONNECTION_ERRORS = frozenset(
    {None, errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EADDRNOTAVAIL, errno.EMFILE}
)


def get_sqlstate(error: DBAPIError) -> str | None:
    return getattr(error.orig, "sqlstate", None)


def is_retryable(error: DBAPIError) -> bool:
    return error.connection_invalidated or get_sqlstate(error) in RETRYABLE_STATES


def is_unavailable(error: BaseException) -> bool:
    """Whether *error* means that the database is unavailable, so that waiting may help."""
    if isinstance(error, DBAPIError):
        state = get_sqlstate(error) or ""
        return (
            error.connection_invalidated
            or state in UNAVAILABLE_STATES
            or state.startswith(_UNAVAILABLE_CLASSES)
            or isinstance(error, InterfaceError)  # the connection is closed
        )
    return isinstance(error, PoolTimeout) or _is_connection_error(error)


def _is_connection_error(error: BaseException) -> bool:
    """Whether a connection raised *error*. An unknown time zone is an OSError too (of a file)."""
    if isinstance(error, (ConnectionError, TimeoutError, socket.gaierror, FileNotFoundError)):
        return True
    # asyncio raises an OSError without errno when several addresses failed.
    return isinstance(error, OSError) and error.errno in _CONNECTION_ERRORS
