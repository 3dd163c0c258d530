"""The one place where tasks begin, and where the failure of each is heard."""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Coroutine,
    Iterable,
    Iterator,
    Mapping,
)
from contextlib import asynccontextmanager
from typing import Any, NoReturn, TypeAlias, TypeVar

from bot.ops.metrics import TASK_FAILURES
from domain.set_asides import describe

log = logging.getLogger(__name__)

T = TypeVar("T")

#: How long a task may take to clean up before it is cancelled once more.
PATIENCE_SECONDS = 5.0
#: The pause before a task is started again; it doubles with each failure in a row.
FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 60.0
#: A task that ran for so long has recovered: its earlier failures don't count any more.
RECOVERED_SECONDS = 300.0
#: After so many failures in a row a new process may do better.
MAX_FAILURES = 8

Work: TypeAlias = Callable[[], Coroutine[Any, Any, None]]


class TaskFailed(Exception):
    """A task that the process cannot do without has ended; carries its name."""


class TaskReturned(Exception):
    """A task that should run until it is cancelled has returned."""


class TaskCancelled(Exception):
    """A task has ended by a cancellation that nobody asked for."""


class Supervisor:
    """Owns the tasks that run as long as the process does. Each failure is logged and counted.

    What may be restarted is, after a pause that doubles up to LONGEST_PAUSE_SECONDS; MAX_FAILURES
    in a row, and the first failure of anything else, end :meth:`wait`, and so the process. The work
    has to run until it is cancelled: a return counts as a failure, unless it *may_return*.
    """

    def __init__(
        self,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._sleep = sleep
        self._monotonic = monotonic
        self._tasks: set[asyncio.Task[None]] = set()
        self._failures: Counter[str] = Counter()
        self._has_failed = asyncio.Event()
        self._failure: TaskFailed | None = None

    @property
    def failures(self) -> Mapping[str, int]:
        """How often which task has failed so far."""
        return self._failures

    def start(
        self, work: Work, *, name: str, restarts: bool, may_return: bool = False
    ) -> "asyncio.Task[None]":
        """Run *work* in the background. The task that is returned ends with the last attempt."""
        task = asyncio.create_task(
            self._supervise(work, name=name, restarts=restarts, may_return=may_return), name=name
        )
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    @asynccontextmanager
    async def running(self, work: Work, *, name: str, restarts: bool) -> AsyncIterator[None]:
        """Run *work* meanwhile, and return once it has ended."""
        task = self.start(work, name=name, restarts=restarts)
        try:
            yield
        finally:
            await end([task])

    async def wait(self) -> NoReturn:
        """Raise TaskFailed when a task has failed that the process cannot do without."""
        await self._has_failed.wait()
        raise self._failure or TaskFailed

    async def _supervise(self, work: Work, *, name: str, restarts: bool, may_return: bool) -> None:
        failures = 0
        while True:
            began_at = self._monotonic()
            error = await self._attempt(work, name=name)
            if error is None:
                if may_return:
                    return
                error = TaskReturned(name)
            if self._monotonic() - began_at >= RECOVERED_SECONDS:
                failures = 0
            failures += 1
            self._report(error, name=name)
            if not restarts or failures >= MAX_FAILURES:
                self._give_up(error, name=name)
                return
            pause = min(FIRST_PAUSE_SECONDS * 2 ** (failures - 1), LONGEST_PAUSE_SECONDS)
            log.warning("task restarting: task=%s seconds=%.0f failures=%d", name, pause, failures)
            await self._sleep(pause)

    async def _attempt(self, work: Work, *, name: str) -> BaseException | None:
        """Why *work* ended; None: it returned. Cancelling this cancels it until it has ended."""
        # A task of its own: what a TaskGroup or a library leaves behind in the state of one
        # attempt (a cancellation that was swallowed) is not there in the next.
        attempt = asyncio.create_task(work(), name=name)
        try:
            await asyncio.wait({attempt})
        except asyncio.CancelledError:
            await _end_in_any_case(attempt)
            if not attempt.cancelled() and (error := attempt.exception()) is not None:
                self._report(error, name=name)
            raise
        return TaskCancelled(name) if attempt.cancelled() else attempt.exception()

    def _report(self, error: BaseException, *, name: str) -> None:
        self._failures[name] += 1
        _report(error, name=name)

    def _give_up(self, error: BaseException, *, name: str) -> None:
        log.critical("task failed permanently, shutting down: task=%s", name)
        if self._failure is None:
            self._failure = TaskFailed(name)
            self._failure.__cause__ = error
        self._has_failed.set()


class Tasks:
    """Owns the short tasks of one kind: keeps hold of each until it has ended, and logs and counts
    those that fail. *name* is that of the kind.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._tasks: set[asyncio.Task[Any]] = set()

    @property
    def are_running(self) -> bool:
        """Whether one of them has not ended; right also in the very turn in which it ends."""
        return any(not task.done() for task in self._tasks)

    def __len__(self) -> int:
        return len(self._tasks)

    def __iter__(self) -> Iterator["asyncio.Task[Any]"]:
        return iter(tuple(self._tasks))

    def start(self, work: Coroutine[Any, Any, T], *, is_awaited: bool = False) -> "asyncio.Task[T]":
        """Run *work* in the background. If it *is_awaited*, its exception is for whoever awaits
        it; else nobody hears of it but the log.
        """
        task = asyncio.create_task(work, name=self._name)
        self._tasks.add(task)
        task.add_done_callback(self._forget if is_awaited else self._hear)
        return task

    async def finish(self) -> None:
        """Return once those have ended that run now."""
        if self._tasks:
            await asyncio.wait(self)

    async def drain(self, *, seconds: float) -> None:
        """Let them end by themselves within *seconds*, then end them."""
        if self._tasks:
            await asyncio.wait(self, timeout=seconds)
        await self.end()

    async def end(self) -> None:
        """Cancel all, and return when they have ended."""
        await end(self)

    def _forget(self, task: "asyncio.Task[Any]") -> None:
        self._tasks.discard(task)

    def _hear(self, task: "asyncio.Task[Any]") -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            error = task.exception()
        else:
            error = None if task.cancelling() else TaskCancelled(self._name)
        if error is not None:
            _report(error, name=self._name)


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


async def _end_in_any_case(task: "asyncio.Task[Any]") -> None:
    """As :func:`end`, also if whoever waits is cancelled again, as :func:`end` does."""
    while not task.done():
        try:
            await end([task])
        except asyncio.CancelledError:
            continue  # its caller raises it, once the task has ended


def _report(error: BaseException, *, name: str) -> None:
    TASK_FAILURES.labels(name).inc()
    log.error("task failed: task=%s %s", name, "; ".join(map(describe, _leaves(error))))


def _leaves(error: BaseException) -> Iterator[BaseException]:
    """What a task group gathered, one by one."""
    if isinstance(error, BaseExceptionGroup):
        for each in error.exceptions:
            yield from _leaves(each)
    else:
        yield error
