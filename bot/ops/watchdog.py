"""Reports when the event loop was blocked, and by what.

While one callback runs, nothing else is served. The loop beats every 50 ms; a thread listens, and
if a beat is overdue it looks at what the loop's thread is doing. Only files, lines and functions
are reported, since values may contain what somebody wrote.
"""

import asyncio
import logging
import sys
import threading
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import PurePath
from types import FrameType

from bot.ops.metrics import LOOP_HELD

log = logging.getLogger(__name__)

HELD_SECONDS = 0.2
_BEAT_SECONDS = 0.05
_MAX_FRAMES = 15  # the innermost frames say what it is doing, the others on whose behalf
_UNSEEN = "unknown"


@asynccontextmanager
async def watched_loop() -> AsyncIterator[None]:
    """Watch the running loop during the body."""
    watchdog = _Watchdog(asyncio.get_running_loop())
    watchdog.start()
    try:
        yield
    finally:
        await watchdog.stop()


@dataclass(frozen=True)
class _Hold:
    """A beat that came *seconds* late; the process used the CPU for *cpu_seconds* of them."""

    due_at: float
    seconds: float
    cpu_seconds: float


class _Watchdog:
    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop, self._loop_thread = loop, threading.get_ident()
        self._due_at, self._cpu_at_beat = time.monotonic(), time.process_time()
        self._timer: asyncio.TimerHandle | None = None
        self._holds: deque[_Hold] = deque(maxlen=100)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._listen, name="watchdog", daemon=True)

    def start(self) -> None:
        self._due_at = time.monotonic()
        self._beat()
        self._thread.start()

    async def stop(self) -> None:
        """End after everything noticed so far has been reported."""
        self._notice()
        if self._timer is not None:
            self._timer.cancel()
        self._stopping.set()
        await asyncio.to_thread(self._thread.join)

    def _beat(self) -> None:
        self._notice()
        self._timer = self._loop.call_later(_BEAT_SECONDS, self._beat)

    def _notice(self) -> None:
        """If this beat is late, keeps that for the report."""
        now, cpu = time.monotonic(), time.process_time()
        late = now - self._due_at
        if late > HELD_SECONDS:
            self._holds.append(_Hold(self._due_at, late, cpu - self._cpu_at_beat))
        self._due_at, self._cpu_at_beat = now + _BEAT_SECONDS, cpu

    def _listen(self) -> None:
        """Run in a thread of its own: samples each hold while it lasts, and reports it
        afterwards.
        """
        seen_at, stack = 0.0, _UNSEEN
        while not self._stopping.wait(_BEAT_SECONDS):
            self._report(seen_at, stack)
            due_at = self._due_at
            if seen_at != due_at and time.monotonic() - due_at > HELD_SECONDS:
                frame = sys._current_frames().get(self._loop_thread)  # noqa: SLF001 - documented
                seen = _in_words(frame)
                if self._due_at == due_at:  # otherwise it ended while we were looking
                    seen_at, stack = due_at, seen
        self._report(seen_at, stack)

    def _report(self, seen_at: float, stack: str) -> None:
        while self._holds:
            hold = self._holds.popleft()
            LOOP_HELD.observe(hold.seconds)
            log.warning(
                "event loop blocked: seconds=%.2f cpu_seconds=%.2f stack=%s",
                hold.seconds,
                hold.cpu_seconds,
                stack if hold.due_at == seen_at else _UNSEEN,
            )


def _in_words(frame: FrameType | None) -> str:
    """Where the loop's thread is, the innermost call first."""
    calls: list[str] = []
    while frame is not None and len(calls) < _MAX_FRAMES:
        code = frame.f_code
        file = "/".join(PurePath(code.co_filename).parts[-3:])
        calls.append(f"{file}:{frame.f_lineno}:{code.co_qualname}")
        frame = frame.f_back
    return " < ".join(calls) or _UNSEEN
