"""An hour and a half of the long run, with everything that breaks in it."""

import pytest

from bot.embedded import EmbeddedServers
from tests.soak.households import STEP
from tests.soak.running import run


@pytest.mark.timeout(300)
@pytest.mark.parametrize("seed", [1])
async def test_a_while_of_faults_loses_and_doubles_nothing(
    servers: EmbeddedServers, database_url: str, seed: int
) -> None:
    outcome = await run(servers, database_url, seed=seed, families=20, lasts=30 * STEP)
    account = outcome.account
    assert account.is_well, account
    assert account.doses >= 300
    assert account.presses > 0
    assert sum(outcome.struck.values()) >= 20
    assert outcome.ended_by_itself == 0
