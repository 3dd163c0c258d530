"""A few minutes of one hostile family beside twenty others; the long ones are a benchmark."""

import io
import logging
from collections.abc import Iterator

import pytest

from bot.logs import LineFormatter
from bot.sandbox import Limits
from tests.noisy import Neighbourhood
from tests.town import Town

PRIVATE = ("quiet", "loudmouth", "silencium", "bad11111", "noisy", "until at", "for with", "xxxxx")


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What a log at DEBUG holds, of libraries too."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(LineFormatter())
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield written
    root.setLevel(level)
    root.removeHandler(handler)


@pytest.mark.timeout(180)
@pytest.mark.parametrize("town", [Limits()], indirect=True)
async def test_the_others_lose_nothing_and_the_log_tells_nothing(
    town: Town, log: io.StringIO
) -> None:
    neighbourhood = await Neighbourhood.settle(town, families=20, minutes=2)
    await neighbourhood.live()
    assert neighbourhood.lost == 0
    assert len(neighbourhood.press_seconds) == 20
    await town.restart_bot()  # which fails if one of its tasks has ended
    said = log.getvalue().lower()
    assert [word for word in (*PRIVATE, town.wiring.token) if word.lower() in said] == []
    await town.change("DELETE FROM set_asides")
