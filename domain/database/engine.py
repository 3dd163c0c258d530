"""The SQLAlchemy engine."""

from typing import Any
from uuid import uuid4

from sqlalchemy import event
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine


def make_engine(url: str, *, pool_size: int = 10) -> AsyncEngine:
    """An engine for a SQLAlchemy asyncpg URL. Also works behind PgBouncer and Neon's pooler."""
    engine = create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_pre_ping=False,
        pool_use_lifo=True,
        hide_parameters=True,  # keeps names and drugs out of errors, and so out of the log
        connect_args={
            "timeout": 10,
            "command_timeout": 30,
            # With a pooler the next transaction may run in another session: names must not collide.
            "prepared_statement_name_func": lambda: f"__carecircle_{uuid4()}__",
            "server_settings": {"application_name": "carecircle", "timezone": "UTC"},
        },
    )
    event.listen(engine.sync_engine, "checkout", _refuse_closed)
    return engine


def _refuse_closed(connection: Any, *_: object) -> None:
    """Have the pool open a new connection for one that was closed meanwhile, and for all that are
    as old: the server was restarted. The driver knows without asking it.
    """
    if connection.driver_connection.is_closed():
        raise InvalidatePoolError
