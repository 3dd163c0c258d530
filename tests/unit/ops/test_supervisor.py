"""Tasks have an owner: what fails is heard of, starts again or ends the process, and all end."""

import asyncio
import logging
import re
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest

import bot
from bot.ops.metrics import TASK_FAILURES
from bot.ops.supervisor import (
    LONGEST_PAUSE_SECONDS,
    MAX_FAILURES,
    RECOVERED_SECONDS,
    Supervisor,
    TaskFailed,
    Tasks,
    end,
)
from tests.waiting import until

PRIVATE = "Anna was given Codein"


class Pauses:
    """Time that passes only while a supervisor pauses, or when somebody says so."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self.now = 0.0

    async def sleep(self, seconds: float) -> None:
        self.seconds.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)

    def supervisor(self) -> Supervisor:
        return Supervisor(sleep=self.sleep, monotonic=lambda: self.now)


class Failing:
    """Fails the first *times*, then runs until it is cancelled."""

    def __init__(self, times: float) -> None:
        self.times, self.attempts = times, 0
        self.has_begun = asyncio.Event()

    async def __call__(self) -> None:
        self.attempts += 1
        if self.attempts <= self.times:
            raise ValueError(PRIVATE)
        self.has_begun.set()
        await asyncio.Event().wait()


async def obedient() -> None:
    await asyncio.Event().wait()


async def deaf() -> None:
    """Swallows the first cancellation, as a library may."""
    try:
        await asyncio.Event().wait()
    except asyncio.CancelledError:
        await asyncio.Event().wait()


async def failing() -> None:
    raise ValueError(PRIVATE)


async def returning() -> None:
    """Ends by itself, without an error."""


async def cancelling_itself() -> None:
    raise asyncio.CancelledError


def counted(task: str) -> float:
    return float(TASK_FAILURES.labels(task)._value.get())


# Long-lived tasks.


async def test_a_task_that_fails_starts_again() -> None:
    supervisor, work = Pauses().supervisor(), Failing(times=2)
    async with supervisor.running(work, name="polling", restarts=True):
        await work.has_begun.wait()
    assert work.attempts == 3
    assert supervisor.failures == {"polling": 2}


async def test_each_failure_is_logged_and_counted_without_private_words(
    caplog: pytest.LogCaptureFixture,
) -> None:
    before, work = counted("counted"), Failing(times=2)
    async with Pauses().supervisor().running(work, name="counted", restarts=True):
        await work.has_begun.wait()
    assert counted("counted") == before + 2
    failures = [each for each in caplog.records if each.levelno == logging.ERROR]
    assert len(failures) == 2
    assert all(
        "task=counted ValueError at test_supervisor.py" in each.getMessage() for each in failures
    )
    assert PRIVATE not in caplog.text


async def test_what_a_task_group_gathered_is_named_one_by_one(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def group() -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(failing())

    supervisor = Pauses().supervisor()
    supervisor.start(group, name="wake-ups", restarts=False)
    with pytest.raises(TaskFailed):
        await supervisor.wait()
    assert "ValueError at test_supervisor.py" in caplog.text
    assert PRIVATE not in caplog.text


async def test_the_pause_doubles_up_to_a_bound() -> None:
    pauses, work = Pauses(), Failing(times=MAX_FAILURES - 1)
    async with pauses.supervisor().running(work, name="polling", restarts=True):
        await work.has_begun.wait()
    assert pauses.seconds == [1, 2, 4, 8, 16, 32, LONGEST_PAUSE_SECONDS]


async def test_it_is_given_up_after_too_many_failures_in_a_row() -> None:
    supervisor, work = Pauses().supervisor(), Failing(times=float("inf"))
    task = supervisor.start(work, name="polling", restarts=True)
    with pytest.raises(TaskFailed, match="polling") as caught:
        await supervisor.wait()
    assert isinstance(caught.value.__cause__, ValueError)
    await task
    assert work.attempts == MAX_FAILURES


async def test_failures_before_a_long_run_do_not_count() -> None:
    pauses, attempts = Pauses(), 0
    has_begun = asyncio.Event()

    async def work() -> None:
        nonlocal attempts
        attempts += 1
        if attempts > 3 * MAX_FAILURES:
            has_begun.set()
            await asyncio.Event().wait()
        pauses.now += RECOVERED_SECONDS
        raise ValueError

    async with pauses.supervisor().running(work, name="polling", restarts=True):
        await has_begun.wait()
    assert set(pauses.seconds) == {1}


async def test_what_may_not_restart_ends_the_process_at_once() -> None:
    supervisor, work = Pauses().supervisor(), Failing(times=1)
    supervisor.start(work, name="wake-ups", restarts=False)
    with pytest.raises(TaskFailed, match="wake-ups"):
        await supervisor.wait()
    assert work.attempts == 1


async def test_a_failure_before_anybody_waits_ends_the_process_too() -> None:
    supervisor = Pauses().supervisor()
    await supervisor.start(failing, name="wake-ups", restarts=False)
    with pytest.raises(TaskFailed):
        await supervisor.wait()


@pytest.mark.parametrize("work", [returning, cancelling_itself])
async def test_an_end_that_nobody_asked_for_is_a_failure(work: Any) -> None:
    supervisor = Pauses().supervisor()
    supervisor.start(work, name="polling", restarts=False)
    with pytest.raises(TaskFailed):
        await supervisor.wait()
    assert supervisor.failures == {"polling": 1}


async def test_what_may_return_may() -> None:
    supervisor = Pauses().supervisor()
    await supervisor.start(returning, name="lease", restarts=False, may_return=True)
    assert not supervisor.failures


@pytest.mark.parametrize("work", [obedient, deaf])
async def test_a_cancelled_task_ends_and_does_not_start_again(work: Any) -> None:
    supervisor, attempts = Pauses().supervisor(), 0

    async def counted_work() -> None:
        nonlocal attempts
        attempts += 1
        await work()

    task = supervisor.start(counted_work, name="polling", restarts=True)
    await until(lambda: attempts == 1)
    others = asyncio.all_tasks() - {task, asyncio.current_task()}
    async with asyncio.timeout(30):
        await end([task], patience=0.01)
    assert task.cancelled()
    assert all(each.done() for each in others), "nothing is left behind"
    assert attempts == 1
    assert not supervisor.failures


async def test_a_task_is_ended_in_its_pause_too() -> None:
    is_pausing = asyncio.Event()

    async def sleep(_: float) -> None:
        is_pausing.set()
        await asyncio.Event().wait()

    supervisor, work = Supervisor(sleep=sleep), Failing(times=1)
    async with supervisor.running(work, name="polling", restarts=True):
        await is_pausing.wait()
    assert work.attempts == 1


async def test_an_error_while_it_ends_is_heard() -> None:
    has_begun = asyncio.Event()

    async def work() -> None:
        try:
            has_begun.set()
            await asyncio.Event().wait()
        finally:
            raise ValueError(PRIVATE)

    supervisor = Pauses().supervisor()
    async with supervisor.running(work, name="polling", restarts=True):
        await has_begun.wait()
    assert supervisor.failures == {"polling": 1}


# Short tasks.


async def test_an_exception_in_a_short_task_is_logged_and_counted(
    caplog: pytest.LogCaptureFixture,
) -> None:
    tasks, before = Tasks("send"), counted("send")
    tasks.start(failing())
    await until(lambda: not tasks)
    assert counted("send") == before + 1
    assert "task=send ValueError at test_supervisor.py" in caplog.text
    assert PRIVATE not in caplog.text


async def test_an_exception_that_somebody_awaits_is_theirs(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with pytest.raises(ValueError, match=PRIVATE):
        await Tasks("reading").start(failing(), is_awaited=True)
    assert not caplog.records


async def test_short_tasks_are_held_until_they_have_ended() -> None:
    tasks, may_go = Tasks("send"), asyncio.Event()
    tasks.start(wait_for(may_go))
    assert tasks.are_running
    may_go.set()
    await tasks.finish()
    assert not tasks.are_running
    await until(lambda: not len(tasks))


async def test_one_that_has_just_ended_runs_no_more() -> None:
    tasks, ended = Tasks("recording"), asyncio.Event()

    async def work() -> None:
        ended.set()

    tasks.start(work())
    while not ended.is_set():
        assert tasks.are_running
        await asyncio.sleep(0)
    assert not tasks.are_running


async def test_draining_ends_what_takes_too_long() -> None:
    tasks = Tasks("send")
    quick, slow = tasks.start(returning()), tasks.start(obedient())
    await tasks.drain(seconds=0.01)
    assert not quick.cancelled()
    assert slow.cancelled()


async def wait_for(event: asyncio.Event) -> None:
    await event.wait()


# Ending.


@pytest.mark.parametrize("work", [obedient, deaf, failing])
async def test_every_task_ends(work: Any) -> None:
    begun: Coroutine[Any, Any, None] = work()
    task = asyncio.create_task(begun)
    await asyncio.sleep(0)
    await end([task], patience=0.01)
    assert task.done()


async def test_there_may_be_none() -> None:
    await end([])


def test_no_task_begins_without_an_owner() -> None:
    begins = re.compile(r"asyncio\.(create_task|ensure_future)|loop\(?\)?\.create_task")
    folder = Path(bot.__file__).parent
    found = {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*.py")
        if begins.search(path.read_text(encoding="utf-8"))
    }
    assert found == {"ops/supervisor.py"}
