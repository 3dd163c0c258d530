"""Finds or starts PostgreSQL and Redis, and checks that they are usable."""

import logging
from contextlib import AsyncExitStack
from datetime import timedelta

from bot.embedded import EmbeddedError, start_embedded
from bot.settings import Settings, SettingsError
from domain.clock import Clock
from domain.database.checks import find_unsafe_rights, measure_skew
from domain.database.engine import make_engine
from domain.database.failures import is_unavailable
from domain.database.unit_of_work import Database
from migrations import runner

log = logging.getLogger(__name__)

MAX_SKEW = timedelta(seconds=5)


async def find_servers(settings: Settings, stack: AsyncExitStack) -> tuple[str, str]:
    """The addresses of PostgreSQL and Redis: those configured, and embedded ones for the rest."""
    database_url = settings.database_url.get_secret_value()
    redis_url = settings.redis_url.get_secret_value()
    if database_url and redis_url:
        return database_url, redis_url
    try:
        servers = await start_embedded(
            settings.carecircle_data, postgres=not database_url, redis=not redis_url
        )
    except EmbeddedError as error:
        raise SettingsError(str(error)) from None
    stack.push_async_callback(servers.stop)
    if not database_url:
        # Nobody else maintains this database, so it is migrated here.
        await runner.upgrade(servers.database_url, serving_url=servers.database_url)
    return database_url or servers.database_url, redis_url or servers.redis_url


async def check_database(url: str) -> None:
    """Raises SettingsError unless it is reachable, up to date and enforces row-level security."""
    try:
        if await runner.current(url) != runner.head():
            raise SettingsError(
                "The database is not up to date: run `carecircle db upgrade` first."
            )
        database = Database(make_engine(url, pool_size=1), clock=Clock())
        try:
            unsafe = await find_unsafe_rights(database)
            skew = await measure_skew(database)
        finally:
            await database.close()
    except runner.MigrationError:
        raise SettingsError("DATABASE_URL: PostgreSQL can't be reached there.") from None
    except Exception as error:
        if not is_unavailable(error):
            raise
        raise SettingsError("DATABASE_URL: PostgreSQL can't be reached there.") from None
    if unsafe is not None:
        raise SettingsError(f"DATABASE_URL: {unsafe}")
    if abs(skew) > MAX_SKEW:
        log.warning("clock skew between PostgreSQL and this machine: %s", skew)
