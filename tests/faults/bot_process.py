"""The bot as its operator starts it, in a process of its own that may be killed."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import bot
from bot.app.app import Wiring
from tests.waiting import until

REPOSITORY = Path(bot.__file__).parent.parent


class BotProcess:
    """``python -m bot run`` against the servers of *wiring*; its log goes to *log*."""

    def __init__(self, wiring: Wiring, *, log: Path) -> None:
        self._log = log
        self._process: asyncio.subprocess.Process | None = None
        self._environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(REPOSITORY),
            "TELEGRAM_BOT_TOKEN": wiring.token,
            "TELEGRAM_API_URL": wiring.api_url,
            "DATABASE_URL": wiring.database_url,
            "REDIS_URL": wiring.redis_url,
            "CARECIRCLE_DATA": str(log.parent / "data"),
        }

    @property
    def log(self) -> str:
        return self._log.read_text()

    async def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                *("-m", "bot", "run"),
                cwd=self._log.parent,
                env=self._environment,
                stderr=log,
            )

    async def kill(self) -> None:
        await self._end(signal.SIGKILL)

    async def stop(self) -> int:
        """Stop in order; returns the exit code."""
        return await self._end(signal.SIGTERM)

    async def _end(self, number: signal.Signals) -> int:
        process, self._process = self._process, None
        if process is None:
            return 0
        process.send_signal(number)
        async with asyncio.timeout(30):
            return await process.wait()

    async def runs(self) -> None:
        """Return once it says that it runs."""
        said_before = self.log.count("bot running")
        await until(lambda: self.log.count("bot running") > said_before, seconds=90)
