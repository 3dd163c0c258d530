"""The clock used for sending: real time, or a test's."""

import asyncio
import time
from contextlib import suppress
from typing import Protocol


class Timepiece(Protocol):
    """The limiter's source of time; tests bring their own."""

    def now(self) -> float:
        """Monotonic seconds."""

    async def wait(self, event: asyncio.Event, seconds: float | None) -> None:
        """Returns when *event* is set, or after *seconds* (None: no timeout)."""


class RealTime:
    def now(self) -> float:
        return time.monotonic()

    async def wait(self, event: asyncio.Event, seconds: float | None) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await event.wait()
