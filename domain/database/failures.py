"""Failures of the database: which are worth another attempt, and which say that it is away."""

import errno
import socket

from sqlalchemy.exc import DBAPIError, InterfaceError
from sqlalchemy.exc import TimeoutError as PoolTimeout

# serialization_failure, deadlock_detected, and what ends a session that may be opened again
REPEATED_STATES = frozenset({"40001", "40P01", "57P01", "57P02", "57P03", "57P04", "57P05"})
# What says that the server cannot serve us now, whoever asks, and that waiting may help: a failover
# (read_only_sql_transaction), too many sessions or too little memory or disk, a lock or a statement
# that took too long, sessions that were ended, and everything about connections.
AWAY_STATES = REPEATED_STATES | {"25006", "25P03", "55P03", "57014", "57000", "58000", "58030"}
_AWAY_CLASSES = ("08", "53")  # connection_exception, insufficient_resources
READ_ONLY = "25006"
_CONNECTION_ERRORS = frozenset(
    {None, errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EADDRNOTAVAIL, errno.EMFILE}
)


def state_of(error: DBAPIError) -> str | None:
    return getattr(error.orig, "sqlstate", None)


def is_worth_retrying(error: DBAPIError) -> bool:
    return error.connection_invalidated or state_of(error) in REPEATED_STATES


def is_away(error: BaseException) -> bool:
    """Whether *error* says that the database cannot serve now, so that waiting may help."""
    if isinstance(error, DBAPIError):
        state = state_of(error) or ""
        return (
            error.connection_invalidated
            or state in AWAY_STATES
            or state.startswith(_AWAY_CLASSES)
            or isinstance(error, InterfaceError)  # the connection is closed
        )
    return isinstance(error, PoolTimeout) or _is_of_a_connection(error)


def _is_of_a_connection(error: BaseException) -> bool:
    """What a connection raises, other than a file: an unknown zone is an OSError, too."""
    if isinstance(error, (ConnectionError, TimeoutError, socket.gaierror, FileNotFoundError)):
        return True
    # asyncio raises one without a number where several addresses failed.
    return isinstance(error, OSError) and error.errno in _CONNECTION_ERRORS
