"""Taken, pressed in the very moment in which the ladder takes its next step."""

from domain.database.unit_of_work import Database
from tests.invariants import find_violations
from tests.soak.races import RACERS, race


async def test_taken_and_the_ladder_never_undo_each_other(
    database: Database, database_url: str
) -> None:
    outcome = await race(database, seed=1, rounds=4)
    assert outcome.presses == 4 * RACERS
    assert outcome.recorded == outcome.presses
    assert outcome.doses == {"taken": outcome.presses}
    assert outcome.steps > 0
    assert await find_violations(database_url, database.clock) == []
