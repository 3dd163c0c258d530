"""A sandbox with Anna in it, and a bot of python-telegram-bot before it."""

from collections.abc import AsyncIterator

import pytest
from telegram import Bot

from bot.sandbox import Person, Sandbox
from domain.clock import Clock


@pytest.fixture(autouse=True)
def _retry_after_is_a_timedelta(monkeypatch: pytest.MonkeyPatch) -> None:
    """python-telegram-bot warns about every RetryAfter of the older kind."""
    monkeypatch.setenv("PTB_TIMEDELTA", "true")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def sandbox(clock: Clock) -> AsyncIterator[Sandbox]:
    async with Sandbox(clock=clock) as sandbox:
        yield sandbox


@pytest.fixture
async def bot(sandbox: Sandbox) -> AsyncIterator[Bot]:
    async with Bot(
        sandbox.token,
        base_url=f"{sandbox.api_url}/bot",
        base_file_url=f"{sandbox.api_url}/file/bot",
    ) as bot:
        yield bot


@pytest.fixture
async def anna(sandbox: Sandbox) -> Person:
    """Has pressed Start; the bot has fetched that."""
    anna = sandbox.add_person("Anna", language_code="de")
    await anna.start()
    return anna
