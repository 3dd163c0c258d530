"""An embedded Valkey: append-only, a Unix socket, and no port."""

import asyncio
import signal
from pathlib import Path

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from bot.embedded.account import Account
from bot.embedded.errors import EmbeddedError
from bot.embedded.processes import POLL_SECONDS, ServerProcess, last_line
from bot.embedded.programs import VALKEY

START_SECONDS = 60
ADOPT_SECONDS = 10
LOG_BYTES = 1_000_000


class Valkey:
    """The Valkey of one data folder."""

    def __init__(
        self, folder: Path, *, sockets: Path, account: Account, marker: str, durable: bool
    ) -> None:
        self.folder = folder
        self.socket = sockets / "valkey.sock"
        self.account = account
        self.marker = marker
        self.durable = durable
        self.server: ServerProcess | None = None

    @property
    def url(self) -> str:
        return f"unix://{self.socket}"

    @property
    def pid(self) -> int | None:
        return self.server.pid if self.server else None

    async def start(self) -> None:
        """Start the server, or adopt one that still runs."""
        self.folder.mkdir(mode=0o700, exist_ok=True)
        # Always try to adopt first: Valkey replaces another server's socket without asking.
        if await self._adopt():
            return
        if await self.is_ready():
            raise EmbeddedError(
                f"A Valkey of another account is running in {self.folder}: stop it first."
            )
        self.account.take_ownership(self.folder)
        log = self.folder / "valkey.log"
        if log.exists() and log.stat().st_size > LOG_BYTES:
            log.replace(log.with_suffix(".log.1"))
        settings = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "appendonly": "yes" if self.durable else "no",
            "save": "",
            "pidfile": "valkey.pid",
            "logfile": log.name,
            "loglevel": "warning",
            "proc-title-template": f"{{title}} {self.marker}",
        }
        options = [part for name, value in settings.items() for part in (f"--{name}", value)]
        self.server = ServerProcess.start(
            [str(VALKEY.for_account(self.account) / VALKEY.main), *options],
            folder=self.folder,
            account=self.account,
            output=self.folder / "start.log",
        )
        if not await self._is_ready_within(START_SECONDS):
            await self.stop()
            raise EmbeddedError(
                f"Valkey did not start: {last_line(self.folder / 'start.log')} (more in {log})."
            )

    async def stop(self, *, patience: float = 30) -> None:
        """Flush everything to disk, and stop."""
        if self.server is not None:
            await self.server.stop(
                politely=signal.SIGTERM, firmly=signal.SIGKILL, patience=patience
            )
            self.server = None

    async def is_ready(self) -> bool:
        client = Redis(
            unix_socket_path=str(self.socket),
            socket_timeout=5,
            socket_connect_timeout=5,
            retry=Retry(NoBackoff(), 0),
        )
        try:
            return bool(await client.ping())
        except (RedisError, OSError):  # not started yet, or still loading its file
            return False
        finally:
            await client.aclose()

    async def _is_ready_within(self, seconds: float) -> bool:
        deadline = asyncio.get_running_loop().time() + seconds
        while self.server is not None and self.server.is_running():
            if await self.is_ready():
                return True
            if asyncio.get_running_loop().time() >= deadline:
                return False
            await asyncio.sleep(POLL_SECONDS)
        return False

    async def _adopt(self) -> bool:
        """Take over the server of a bot that was killed, or stop it if it doesn't respond."""
        self.server = ServerProcess.find_left_behind(self.folder / "valkey.pid", marker=self.marker)
        if self.server is None:
            return False
        if await self._is_ready_within(ADOPT_SECONDS):
            return True
        await self.stop(patience=5)
        return False
