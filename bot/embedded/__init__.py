"""PostgreSQL and Valkey for people who have none: started, adopted and stopped with the bot.

The servers keep their data below one folder, listen on Unix sockets in a folder that only they and
the bot can enter, and outlive a bot that was killed: the next one takes them over.
"""

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from bot.embedded.account import account_for
from bot.embedded.errors import DataInUse, EmbeddedError, NotInstalled
from bot.embedded.folders import FolderLock, marker_for, open_data_folder, open_sockets_folder
from bot.embedded.programs import find_psql

if TYPE_CHECKING:
    from bot.embedded.postgres import Postgres
    from bot.embedded.valkey import Valkey

__all__ = [
    "DataInUse",
    "EmbeddedError",
    "EmbeddedServers",
    "NotInstalled",
    "find_psql",
    "start_embedded",
]


class EmbeddedServers:
    """Running servers and the lock on their data folder. Not tied to an event loop."""

    def __init__(
        self,
        *,
        postgres: "Postgres | None",
        valkey: "Valkey | None",
        sockets: Path,
        lock: FolderLock | None,
    ) -> None:
        self._postgres = postgres
        self._valkey = valkey
        self._sockets = sockets
        self._lock = lock

    @property
    def database_url(self) -> str:
        """For SQLAlchemy on asyncpg, with the password of a login that owns its database and may
        create roles and databases, but isn't a superuser. Empty if no PostgreSQL was requested.
        """
        return self._postgres.url if self._postgres else ""

    @property
    def redis_url(self) -> str:
        """Empty if no Redis was requested."""
        return self._valkey.url if self._valkey else ""

    @property
    def postgres_pid(self) -> int | None:
        return self._postgres.pid if self._postgres else None

    @property
    def redis_pid(self) -> int | None:
        return self._valkey.pid if self._valkey else None

    async def start(self) -> None:
        """Start or adopt the servers. On failure it stops them and raises EmbeddedError."""
        try:
            if self._postgres:
                await self._postgres.start()
            if self._valkey:
                await self._valkey.start()
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Stop the servers and unlock the data folder; another bot's servers are left alone."""
        if self._lock is None:
            return
        try:
            if self._valkey:
                await self._valkey.stop()
            if self._postgres:
                await self._postgres.stop()
        finally:
            with suppress(OSError):  # not empty: a server didn't stop
                self._sockets.rmdir()
            self._lock.release()
            self._lock = None

    async def stop_redis(self) -> None:
        if self._valkey:
            await self._valkey.stop()

    async def start_redis(self) -> None:
        if self._valkey:
            await self._valkey.start()

    async def is_ready(self) -> bool:
        """Whether everything requested can be used now."""
        return (self._postgres is None or await self._postgres.is_ready()) and (
            self._valkey is None or await self._valkey.is_ready()
        )


async def start_embedded(
    data: Path, *, postgres: bool, redis: bool, durable: bool = True, share: bool = False
) -> EmbeddedServers:
    """Start the servers with data below *data*, creating them the first time.

    ``durable=False`` is for tests: a power failure may lose or corrupt everything. With *share*,
    another bot's servers on the same folder are used, and left running, instead of raising
    DataInUse. Raises NotInstalled or EmbeddedError, each with one plain sentence.
    """
    # The command line works without the extra unless these are needed.
    try:
        from bot.embedded.postgres import Postgres  # noqa: PLC0415
        from bot.embedded.valkey import Valkey  # noqa: PLC0415
    except ModuleNotFoundError as error:
        if error.name != "psutil":
            raise
        wanted = [
            name for name, asked in (("DATABASE_URL", postgres), ("REDIS_URL", redis)) if asked
        ]
        raise NotInstalled.naming(" and ".join(wanted)) from error

    data = open_data_folder(data)
    account = account_for(data)
    try:
        lock = FolderLock(data, account)
    except DataInUse:
        if not share:
            raise
        lock = None
    marker = marker_for(data)
    sockets = open_sockets_folder(data, account)
    servers = EmbeddedServers(
        postgres=Postgres(
            data / "postgres", sockets=sockets, account=account, marker=marker, durable=durable
        )
        if postgres
        else None,
        valkey=Valkey(
            data / "redis", sockets=sockets, account=account, marker=marker, durable=durable
        )
        if redis
        else None,
        sockets=sockets,
        lock=lock,
    )
    if lock is not None:
        await servers.start()
    elif not await servers.is_ready():
        raise DataInUse.of(data)
    return servers
