"""Ending tasks."""

import asyncio
from collections.abc import Iterable
from typing import Any

#: How long a task may take to clean up before it is cancelled once more.
PATIENCE_SECONDS = 5.0


async def end(tasks: Iterable["asyncio.Task[Any]"], *, patience: float = PATIENCE_SECONDS) -> None:
    """Cancel *tasks* and return when they have ended, however they have; cancel those again that
    have not after *patience* seconds.

    A library may swallow a cancellation (redis-py does before Python 3.12, at times): who cancels
    once and waits would wait for ever.
    """
    running = set(tasks)
    while running:
        for task in running:
            task.cancel()
        _, running = await asyncio.wait(running, timeout=patience)
