"""Ending tasks, also such as do not heed it at once."""

import asyncio

import pytest

from bot.ops.tasks import end


async def obedient() -> None:
    await asyncio.sleep(60)


async def deaf() -> None:
    """Swallows the first cancellation, as a library may."""
    try:
        await asyncio.sleep(60)
    except asyncio.CancelledError:
        await asyncio.sleep(60)


async def failing() -> None:
    raise ValueError


@pytest.mark.parametrize("work", [obedient, deaf, failing])
async def test_every_task_ends(work: object) -> None:
    task = asyncio.create_task(work())  # type: ignore[operator]
    await asyncio.sleep(0)
    await end([task], patience=0.01)
    assert task.done()


async def test_there_may_be_none() -> None:
    await end([])
