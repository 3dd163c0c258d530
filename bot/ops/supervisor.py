"""Starts all background tasks, and makes sure that none of them fails unnoticed."""

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

#: How long a task may take to clean up before it is cancelled again.
PATIENCE_SECONDS = 5.0
#: The pause before a task is started again; it doubles with each failure in a row.
FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 60.0
#: A task that ran this long has recovered: its earlier failures no longer count.
RECOVERED_SECONDS = 300.0
#: After this many failures in a row, a restart of the process may help.
MAX_FAILURES = 8

Work: TypeAlias = Callable[[], Coroutine[Any, Any, None]]


class TaskFailed(Exception):
    """A task that the process can't do without has ended; carries its name."""


class TaskReturned(Exception):
    """A task that should run until it is cancelled has returned."""


class TaskCancelled(Exception):
    """A task was cancelled, but not by us."""


class Supervisor:
    """Owns the tasks that run as long as the process does. Every failure is logged and counted.

    Restartable tasks are restarted after a pause that doubles up to LONGEST_PAUSE_SECONDS.
    MAX_FAILURES in a row, or the first failure of any other task, end :meth:`wait` and with it the
    process. Work has to run until it is cancelled: returning counts as a failure, unless it
    *may_return*.
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
        """How often each task has failed so far."""
        return self._failures

    def start(
        self, work: Work, *, name: str, restarts: bool, may_return: bool = False
    ) -> "asyncio.Task[None]":
        """Run *work* in the background. The returned task ends with its last attempt."""
        task = asyncio.create_task(
            self._supervise(work, name=name, restarts=restarts, may_return=may_return), name=name
        )
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    @asynccontextmanager
    async def running(self, work: Work, *, name: str, restarts: bool) -> AsyncIterator[None]:
        """Run *work* alongside the body, and return once it has ended."""
        task = self.start(work, name=name, restarts=restarts)
        try:
            yield
        finally:
            await end([task])

    async def wait(self) -> NoReturn:
        """Raises TaskFailed once a task that the process can't do without has failed."""
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
        """Why *work* ended; None if it returned. Cancelling this cancels *work* until it ends."""
        # A separate task, so that state left by one attempt (such as a cancellation that a
        # TaskGroup or a library swallowed) is gone in the next.
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
    """Owns short tasks of one kind, called *name*: keeps a reference to each until it ends, and
    logs and counts failures.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._tasks: set[asyncio.Task[Any]] = set()

    @property
    def are_running(self) -> bool:
        """Whether any of them hasn't ended yet; correct even within the loop iteration in which it
        ends.
        """
        return any(not task.done() for task in self._tasks)

    def __len__(self) -> int:
        return len(self._tasks)

    def __iter__(self) -> Iterator["asyncio.Task[Any]"]:
        return iter(tuple(self._tasks))

    def start(self, work: Coroutine[Any, Any, T], *, is_awaited: bool = False) -> "asyncio.Task[T]":
        """Run *work* in the background. If it *is_awaited*, whoever awaits it gets its exception;
        otherwise the exception is logged.
        """
        task = asyncio.create_task(work, name=self._name)
        self._tasks.add(task)
        task.add_done_callback(self._forget if is_awaited else self._hear)
        return task

    async def finish(self) -> None:
        """Returns once all tasks that are running now have ended."""
        if self._tasks:
            await asyncio.wait(self)

    async def drain(self, *, seconds: float) -> None:
        """Let them end on their own within *seconds*, then cancel them."""
        if self._tasks:
            await asyncio.wait(self, timeout=seconds)
        await self.end()

    async def end(self) -> None:
        """Cancel all of them, and return once they have ended."""
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
    """Cancel *tasks* and return once they have ended in any way; cancel again any that are still
    running after *patience* seconds.

    A library may swallow a cancellation (redis-py sometimes does before Python 3.12), so cancelling
    once and waiting could take forever.
    """
    running = set(tasks)
    while running:
        for task in running:
            task.cancel()
        _, running = await asyncio.wait(running, timeout=patience)


async def _end_in_any_case(task: "asyncio.Task[Any]") -> None:
    """Like :func:`end`, even if the waiting task is cancelled again, as :func:`end` may do."""
    while not task.done():
        try:
            await end([task])
        except asyncio.CancelledError:
            continue  # the caller raises it once the task has ended


def _report(error: BaseException, *, name: str) -> None:
    TASK_FAILURES.labels(name).inc()
    log.error("task failed: task=%s %s", name, "; ".join(map(describe, _leaves(error))))


def _leaves(error: BaseException) -> Iterator[BaseException]:
    """The exceptions in a task group's error, one by one."""
    if isinstance(error, BaseExceptionGroup):
        for each in error.exceptions:
            yield from _leaves(each)
    else:
        yield error
