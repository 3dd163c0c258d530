"""The servers a command works on: those configured, or embedded ones started for it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.embedded import start_embedded
from bot.settings import Settings


@dataclass(frozen=True)
class Addresses:
    """Addresses of the servers, including passwords."""

    serving: str
    owner: str
    redis: str


@asynccontextmanager
async def reach_servers(
    settings: Settings, *, redis: bool = False, alone: bool = False
) -> AsyncIterator[Addresses]:
    """The addresses of PostgreSQL and, with *redis*, of Redis.

    Embedded servers are started, and stopped again. While a bot runs on them, its servers are used
    or, with *alone*, the command is refused. Raises EmbeddedError.
    """
    serving = settings.database_url.get_secret_value()
    redis_url = settings.redis_url.get_secret_value()
    if serving and (redis_url or not redis):
        yield Addresses(serving, settings.owner_url.get_secret_value(), redis_url)
        return
    embedded = await start_embedded(
        settings.carecircle_data,
        postgres=not serving,
        redis=redis and not redis_url,
        share=not alone,
    )
    try:
        yield Addresses(
            serving=serving or embedded.database_url,
            owner=settings.owner_url.get_secret_value() or embedded.database_url,
            redis=redis_url or embedded.redis_url,
        )
    finally:
        await embedded.stop()
