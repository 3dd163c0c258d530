"""PostgreSQL and Valkey for whoever tries the bot: started here, gone with this process."""

import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from bot.embedded import EmbeddedServers, start_embedded


@asynccontextmanager
async def running_servers() -> AsyncIterator[EmbeddedServers]:
    """Servers of one's own. They may forget everything in a power failure."""
    with tempfile.TemporaryDirectory(prefix="carecircle-test-", dir=_in_memory()) as folder:
        started = await start_embedded(
            Path(folder) / "data", postgres=True, redis=True, durable=False
        )
        with _not_outliving_us(started, folder):
            yield started
        await started.stop()


def _in_memory() -> str | None:
    """A folder in memory, where there is one with room to spare: a test run copies a database of
    8 MB for each of 1,700 tests, which took half of its time in the kernel.
    """
    memory = Path("/dev/shm")  # noqa: S108 -- the folders made in it are our own
    if not memory.is_dir() or shutil.disk_usage(memory).free < _ROOM:
        return None
    return str(memory)


_ROOM = 4 * 1024**3


@contextmanager
def _not_outliving_us(servers: EmbeddedServers, folder: str) -> Iterator[None]:
    """Have a shell wait for our end, so that a killed test run leaves nothing running.

    Embedded servers outlive a killed bot on purpose, but nobody comes back to these.
    """
    then = 'read _; kill -QUIT "$1"; kill -KILL "$2"; sleep 1; rm -rf "$3"'
    pids = [str(servers.postgres_pid), str(servers.redis_pid)]
    watcher = subprocess.Popen(  # noqa: S603 -- a fixed script
        ["/bin/sh", "-c", then, "watcher", *pids, folder],
        stdin=subprocess.PIPE,  # which ends when this process does
        start_new_session=True,
    )
    try:
        yield
    finally:
        watcher.kill()
        watcher.communicate()
