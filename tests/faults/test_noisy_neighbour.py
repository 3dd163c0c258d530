"""A few minutes of one hostile family beside twenty others; the long ones are a benchmark."""

import io
from collections.abc import Iterator

import pytest

from bot.sandbox import Limits
from tests.noisy import Neighbourhood, find_private, logging_at_debug
from tests.town import Town


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    with logging_at_debug(io.StringIO()) as written:
        yield written


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
    log.seek(0)
    assert find_private(log, token=town.wiring.token) == set()
    await town.change("DELETE FROM set_asides")
