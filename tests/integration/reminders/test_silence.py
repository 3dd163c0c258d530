"""What was asked while nobody could be heard is asked again, and the ladder waits."""

from datetime import datetime, timedelta

from sqlalchemy import text

from domain.database.requests import as_dispatch, as_family
from domain.database.unit_of_work import Database
from domain.medicines.doses.facts import DoseFacts
from domain.medicines.records.recording import record_doses
from domain.models.medicines import DoseStatus
from domain.overview import kinds
from domain.reminders.silence import ask_again
from domain.timers import Step
from tests import factories
from tests.databases import move_to, without_walls
from tests.integration.reminders.test_ladder import MINUTE, Home, cards, climb, dose, home, timer

__all__ = ["dose", "home"]  # the fixtures of the ladder's own tests

FIRST = [("Anna", 0, False), ("Ben", 0, False)]
SECOND = [("Anna", 1, False), ("Ben", 1, False)]


async def heard_again(database: Database, at: datetime, silence: timedelta) -> int:
    move_to(database.clock, at)
    return await database.run(
        lambda scope: ask_again(scope, since=at - silence, until=at, limit=10), as_dispatch()
    )


async def test_it_is_asked_again_and_waits_a_quarter_of_an_hour(
    database: Database, database_url: str, home: Home, dose: DoseFacts
) -> None:
    at = dose.due_at + 8 * MINUTE
    assert await heard_again(database, at, 6 * MINUTE) == 1
    assert await cards(database_url) == [*FIRST, *SECOND]
    found = await timer(database_url, dose)
    assert (found.ladder_step, found.next_action_at) == (Step.AGAIN, at + 15 * MINUTE)
    # Once for each silence.
    assert await heard_again(database, at, 6 * MINUTE) == 0
    await climb(database, dose, 23)
    assert [each for each in await cards(database_url) if each[1] == 2] == [
        ("Anna", 2, False),
        ("Ben", 2, False),
    ]


async def test_the_card_says_since_when(
    database: Database, database_url: str, home: Home, dose: DoseFacts
) -> None:
    at = dose.due_at + 8 * MINUTE
    await heard_again(database, at, 6 * MINUTE)
    async with without_walls(database_url) as connection:
        one = await connection.scalar(text("SELECT id FROM notifications WHERE ask_no = 1 LIMIT 1"))
    message = await database.run(
        lambda scope: kinds.read_message(scope, one), as_family(home.family.id)
    )
    assert message.facts.silence == (at - 6 * MINUTE, at)
    assert message.obsolete is None


async def test_a_card_that_has_just_been_sent_says_it_instead(
    database: Database, database_url: str, home: Home, dose: DoseFacts
) -> None:
    """The bot is back: the step that was due has asked again already."""
    at = dose.due_at + 12 * MINUTE
    await climb(database, dose, 12)
    assert await heard_again(database, at, 6 * MINUTE) == 1
    assert await cards(database_url) == [*FIRST, *SECOND]
    async with without_walls(database_url) as connection:
        told = await connection.scalars(
            text("SELECT ask_no FROM notifications WHERE facts ? 'silent_until'")
        )
        assert set(told) == {1}
    assert (await timer(database_url, dose)).next_action_at == at + 15 * MINUTE


async def test_what_is_recorded_or_was_not_asked_is_left_alone(
    database: Database, database_url: str, home: Home, dose: DoseFacts
) -> None:
    await factories.medicine(database, home.anna, home.mum, name="Evening drops")
    await factories.acting(
        database,
        home.ben,
        lambda scope: record_doses(scope, [dose.id], status=DoseStatus.TAKEN),
    )
    assert await heard_again(database, dose.due_at + 8 * MINUTE, 6 * MINUTE) == 0


async def test_it_never_waits_past_the_window(
    database: Database, database_url: str, home: Home, dose: DoseFacts
) -> None:
    await climb(database, dose, 10, 20, 30)
    assert await heard_again(database, dose.window_ends_at - 5 * MINUTE, 4 * MINUTE) == 1
    found = await timer(database_url, dose)
    assert (found.ladder_step, found.next_action_at) == (Step.MISS, dose.window_ends_at)
