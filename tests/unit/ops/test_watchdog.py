"""What is said of an event loop that stood still."""

import asyncio
import logging
import re
import time

import pytest
from prometheus_client import REGISTRY

from bot.ops.watchdog import HELD_SECONDS, watched_loop

LONG = HELD_SECONDS + 0.3


def hold_everybody_up(secret: str) -> str:
    time.sleep(LONG)
    return secret


async def settle() -> None:
    """Let the loop beat, and the watchdog see it."""
    for _ in range(5):
        await asyncio.sleep(0.05)


def holds() -> float:
    return REGISTRY.get_sample_value("carecircle_event_loop_blocked_seconds_count") or 0


async def test_what_held_the_loop_is_reported_with_its_stack(
    caplog: pytest.LogCaptureFixture,
) -> None:
    before = holds()
    with caplog.at_level(logging.WARNING, logger="bot.ops.watchdog"):
        async with watched_loop():
            await settle()
            hold_everybody_up("Aspirin for Mum")
            await settle()
    [line] = [record.getMessage() for record in caplog.records]
    assert re.match(r"event loop blocked: seconds=\d+\.\d", line)
    assert "unit/ops/test_watchdog.py:" in line
    assert "hold_everybody_up < " in line
    assert "Aspirin" not in line
    assert holds() == before + 1


async def test_waiting_holds_nobody_up(caplog: pytest.LogCaptureFixture) -> None:
    before = holds()
    with caplog.at_level(logging.WARNING, logger="bot.ops.watchdog"):
        async with watched_loop():
            await asyncio.sleep(LONG)
    assert not caplog.records
    assert holds() == before


async def test_a_hold_right_before_the_end_is_reported_too(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.WARNING, logger="bot.ops.watchdog"):
        async with watched_loop():
            await settle()
            hold_everybody_up("")
            await asyncio.sleep(0)
    assert len(caplog.records) == 1
