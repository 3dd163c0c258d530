"""The time that sending goes by: real, or what a test brings."""

import asyncio
import time
from contextlib import suppress
from typing import Protocol


class Timepiece(Protocol):
    """Where the limiter's time comes from; tests bring their own."""

    def now(self) -> float:
        """Monotonic seconds."""

    async def wait(self, event: asyncio.Event, seconds: float | None) -> None:
        """Return when *event* is set, at the latest after *seconds* (None: whenever it is)."""


class RealTime:
    def now(self) -> float:
        return time.monotonic()

    async def wait(self, event: asyncio.Event, seconds: float | None) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await event.wait()
