"""Bots in processes of their own: started, moved through time, paused and killed."""

import asyncio
import json
import os
import signal
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from bot.app.app import Wiring
from tests.faults.bot_process import REPOSITORY


@dataclass
class Replica:
    """One bot. It is started again whenever it has ended, as a process manager does."""

    wiring: Wiring
    folder: Path
    name: str
    is_paused: bool = False
    #: How often it ended although nobody had ended it.
    failures: int = 0
    _process: asyncio.subprocess.Process | None = None
    _listening: asyncio.Task[None] | None = None
    _running: asyncio.Event = field(default_factory=asyncio.Event)
    #: Whose name its leases have; empty until it runs.
    owner: str = ""
    _moved_to: float = 0.0
    _is_ending: bool = False

    @property
    def is_running(self) -> bool:
        return self._running.is_set() and not self.is_paused

    @property
    def is_starting(self) -> bool:
        return self._process is not None and not (self._running.is_set() or self.is_paused)

    @property
    def log(self) -> Path:
        return self.folder / f"{self.name}.log"

    async def start(self) -> None:
        """Returns as soon as there is a process; it runs a second or two later."""
        self._running.clear()
        self._is_ending = self.is_paused = False
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(REPOSITORY)}
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "tests.soak.replica"),
                cwd=self.folder,
                env=environment,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
            )
        wiring = self.wiring
        self._tell(
            json.dumps(
                {
                    "token": wiring.token,
                    "api_url": wiring.api_url,
                    "database_url": wiring.database_url,
                    "redis_url": wiring.redis_url,
                    "offset": wiring.clock.offset.total_seconds(),
                    "run_folder": str(self.folder / "run"),
                }
            )
        )
        self._listening = asyncio.create_task(self._listen(self._process))

    async def runs(self) -> None:
        async with asyncio.timeout(90):
            await self._running.wait()

    def move(self) -> None:
        """Have it follow the clock."""
        if not self.is_paused:
            self._tell(f"move {self.wiring.clock.offset.total_seconds():.6f}")

    def block(self, seconds: float) -> None:
        """Hold its event loop."""
        self._tell(f"block {seconds}")

    @property
    def has_moved(self) -> bool:
        """Whether it has done what is due by the clock."""
        return self._moved_to == round(self.wiring.clock.offset.total_seconds(), 6)

    async def kill(self) -> None:
        await self._end(signal.SIGKILL)

    async def stop(self) -> int:
        """Stop in order; its exit code."""
        return await self._end(signal.SIGTERM)

    def pause(self) -> None:
        """Freeze it: it does nothing, and holds what it holds."""
        if self._process is not None and not self.is_paused:
            self.is_paused = True
            self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        if self._process is not None and self.is_paused:
            self._process.send_signal(signal.SIGCONT)
            self.is_paused = False
            self.move()

    async def _end(self, number: signal.Signals) -> int:
        self._is_ending = True
        process, listening = self._process, self._listening
        if process is None or listening is None:
            return 0
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGCONT)
            process.send_signal(number)
        async with asyncio.timeout(60):
            await listening
            code = await process.wait()
        self._process = None
        return code

    def _tell(self, line: str) -> None:
        if self._process is not None and self._process.stdin is not None:
            with suppress(ConnectionError):
                self._process.stdin.write(f"{line}\n".encode())

    async def _listen(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        while line := (await process.stdout.readline()).decode():
            said, _, what = line.strip().partition(" ")
            if said == "running":
                self.owner = what
                self._running.set()
            else:
                self._moved_to = round(float(what), 6)
        self._running.clear()
        if not self._is_ending:
            self.failures += 1
            await process.wait()
            await asyncio.sleep(0.2)
            await self.start()
