"""A running server program, started by us or left behind by a bot that was killed."""

import asyncio
import os
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import psutil

from bot.embedded.account import Account
from bot.embedded.errors import EmbeddedError

POLL_SECONDS = 0.02


@dataclass(frozen=True)
class ServerProcess:
    """A process identified by number and start time, so that a reused number isn't mistaken
    for it.
    """

    process: psutil.Process
    child: subprocess.Popen[bytes] | None = None

    @classmethod
    def start(cls, command: list[str], *, folder: Path, account: Account, output: Path) -> Self:
        """Start *command* in *folder*. Its output goes to *output* until it opens its own log."""
        try:
            # Recreate it, in case the folder's owner placed a link there.
            output.unlink(missing_ok=True)
            with output.open("xb") as said:
                output.chmod(0o600)
                child = subprocess.Popen(
                    command,
                    cwd=folder,
                    stdin=subprocess.DEVNULL,
                    stdout=said,
                    stderr=said,
                    env=ENVIRONMENT,
                    umask=0o077,
                    # Ctrl-C is meant for the bot, which still needs its servers to shut down.
                    start_new_session=True,
                    **account.start_arguments,
                )
        except (OSError, subprocess.SubprocessError) as error:
            raise EmbeddedError(
                f"{Path(command[0]).name} could not be started: {error}."
            ) from error
        return cls(psutil.Process(child.pid), child)

    @classmethod
    def find_left_behind(cls, pid_file: Path, *, marker: str) -> Self | None:
        """The process that *pid_file* names, if it is alive and its command line contains *marker*.

        The number alone proves nothing: when a container restarts, low numbers are reused.
        """
        pid = read_pid(pid_file)
        if pid is None:
            return None
        try:
            process = psutil.Process(pid)
            if marker in " ".join(process.cmdline()):
                return cls(process)
        except (psutil.NoSuchProcess, psutil.AccessDenied, psutil.ZombieProcess):
            pass
        return None

    @property
    def pid(self) -> int:
        return int(self.process.pid)

    def is_running(self) -> bool:
        if self.child is not None:
            return self.child.poll() is None
        try:
            # In a container without a real init, nobody may reap an orphan.
            alive = self.process.is_running() and self.process.status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return False
        return bool(alive)

    async def ends_within(self, seconds: float) -> bool:
        deadline = asyncio.get_running_loop().time() + seconds
        while self.is_running():
            if asyncio.get_running_loop().time() >= deadline:
                return False
            await asyncio.sleep(POLL_SECONDS)
        return True

    async def stop(
        self, *, politely: signal.Signals, firmly: signal.Signals, patience: float
    ) -> None:
        """Ask it to stop; insists after *patience* seconds. Committed data is safe either way."""
        for request, seconds in ((politely, patience), (firmly, 5.0), (signal.SIGKILL, 5.0)):
            if self.is_running():
                try:
                    os.kill(self.pid, request)
                except ProcessLookupError:
                    return
            if await self.ends_within(seconds):
                return
        raise EmbeddedError(f"Process {self.pid} cannot be stopped.")


# A server must not depend on the terminal it was started from.
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


def read_pid(pid_file: Path) -> int | None:
    """The number in the first line of *pid_file*; None if there is no such file or number."""
    try:
        return int(pid_file.read_text().split(maxsplit=1)[0])
    except (OSError, ValueError, IndexError):
        return None


def last_line(log: Path) -> str:
    """The last line of *log*, for an error message."""
    try:
        return log.read_text(errors="replace").strip().splitlines()[-1]
    except (OSError, IndexError):
        return "it said nothing"
