"""An hour of the long run, with everything that breaks in it, in the midst of what the bots do."""

import pytest

from bot.embedded import EmbeddedServers
from tests.soak.households import STEP
from tests.soak.running import run


@pytest.mark.timeout(300)
@pytest.mark.parametrize("seed", [1])
async def test_a_while_of_faults_loses_and_doubles_nothing(
    servers: EmbeddedServers, database_url: str, seed: int
) -> None:
    outcome = await run(
        servers, database_url, seed=seed, families=80, lasts=30 * STEP, in_the_midst=True
    )
    account = outcome.account
    assert account.is_well, account
    assert account.doses >= 200
    assert account.presses > 0
    assert sum(outcome.struck.values()) >= 20
    assert outcome.ended_by_itself == 0
