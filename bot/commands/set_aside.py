"""``carecircle set-aside``: work that failed and waits for somebody to look at it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from bot.commands.servers import reach_servers
from bot.settings import Settings
from domain.clock import Clock
from domain.database.engine import make_engine
from domain.database.requests import as_dispatch
from domain.database.unit_of_work import Database
from domain.delivery import set_aside_work
from domain.delivery.set_aside_work import SetAsideItem

ALL = "all"


class UnknownId(Exception):
    """Nothing with this id is set aside."""


async def list_all(settings: Settings) -> str:
    """Everything set aside, one line each, newest first."""
    async with _database(settings) as database:
        waiting = await database.run(set_aside_work.list_set_aside, as_dispatch())
    if not waiting:
        return "Nothing is set aside."
    return "\n".join(map(describe, waiting))


async def retry(settings: Settings, chosen: str) -> str:
    """Schedule it to be tried again (`all`: everything). Raises UnknownId."""
    async with _database(settings) as database:
        found = await _find(database, chosen)
        for each in found:
            await database.run(lambda scope, w=each: set_aside_work.retry(scope, w), as_dispatch())  # type: ignore[misc]
    return f"{len(found)} will be tried again by the running bot, or at its next start."


async def drop(settings: Settings, chosen: str) -> str:
    """Make sure it is never tried again (`all`: everything). Raises UnknownId."""
    async with _database(settings) as database:
        found = await _find(database, chosen)
        for each in found:
            await database.run(lambda scope, w=each: set_aside_work.drop(scope, w), as_dispatch())  # type: ignore[misc]
    return f"{len(found)} dropped."


def describe(waiting: SetAsideItem) -> str:
    """ "update 4711: incident 0a1b: KeyError at x.py:3 in f (3 failures, last 2026-11-28 08:00 UTC;
    waiting for you)".
    """
    at = f"{waiting.failed_at:%Y-%m-%d %H:%M} UTC" if waiting.failed_at else "unknown"
    then = (
        "waiting for you"
        if waiting.retry_at is None
        else f"next try {waiting.retry_at:%Y-%m-%d %H:%M} UTC"
    )
    count = "1 failure" if waiting.failures == 1 else f"{waiting.failures} failures"
    return f"{waiting.kind} {waiting.id}: {waiting.reason} ({count}, last {at}; {then})"


async def _find(database: Database, chosen: str) -> Sequence[SetAsideItem]:
    waiting = await database.run(set_aside_work.list_set_aside, as_dispatch())
    found = [each for each in waiting if chosen in (ALL, each.id)]
    if not found and chosen != ALL:
        raise UnknownId
    return found


@asynccontextmanager
async def _database(settings: Settings) -> AsyncIterator[Database]:
    async with reach_servers(settings) as addresses:
        database = Database(make_engine(addresses.serving, pool_size=1), clock=Clock())
        try:
            yield database
        finally:
            await database.close()
