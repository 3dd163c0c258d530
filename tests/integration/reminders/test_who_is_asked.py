"""Who is asked first about a person's doses, and by which ladder."""

import pytest
from sqlalchemy import text

from domain.database.scope import Scope
from domain.database.unit_of_work import Database
from domain.errors import NotAllowed, NotFound
from domain.family import unreachable, users
from domain.family.settings.asked_first import AskedFirst, list_asked_first
from domain.family.settings.ladder import get_family_ladder, set_family_ladder
from domain.family.settings.naming import set_asked_first
from domain.family.settings.test_message import send_test
from domain.medicines.doses.facts import DoseFacts
from domain.medicines.ladders import set_medicine_ladder
from domain.models.family import LadderPlan
from domain.models.medicines import DoseStatus
from tests import factories
from tests.databases import without_walls
from tests.factories import Account
from tests.integration.reminders.test_ladder import (
    MINUTE,
    Home,
    cards,
    climb,
    dose,
    home,
    timer,
)

__all__ = ["dose", "home"]  # the fixtures of the ladder's own tests

FIRST = [("Anna", 0, False), ("Ben", 0, False)]


async def name_first(database: Database, home: Home, *who: Account) -> AskedFirst:
    return await factories.acting(
        database,
        home.anna,
        lambda scope: set_asked_first(scope, home.mum.id, [each.id for each in who]),
    )


async def test_only_who_is_named_is_asked_and_the_others_are_told(
    database: Database, database_url: str, home: Home, dose: DoseFacts
) -> None:
    assert [each.name for each in (await name_first(database, home, home.ben)).named] == ["Ben"]
    await climb(database, dose, 10, 20, 30)
    asked = [("Ben", 1, False), ("Anna", 2, True), ("Ben", 2, False), ("Vic", 2, True)]
    assert await cards(database_url) == [*FIRST, *asked]


async def test_nobody_named_means_everybody(
    database: Database, database_url: str, home: Home, dose: DoseFacts
) -> None:
    await name_first(database, home, home.ben)
    found = await name_first(database, home)
    assert [each.name for each in found.named] == ["Anna", "Ben"]
    await climb(database, dose, 10)
    assert await cards(database_url) == [*FIRST, ("Anna", 1, False), ("Ben", 1, False)]


async def test_where_who_is_named_has_left_everybody_is_asked(
    database: Database, database_url: str, home: Home, dose: DoseFacts
) -> None:
    await name_first(database, home, home.ben)
    async with without_walls(database_url) as connection:
        await connection.execute(
            text("UPDATE family_members SET left_at = clock_now() WHERE user_id = :id"),
            {"id": home.ben.id},
        )
        await connection.commit()
    await climb(database, dose, 10)
    assert ("Anna", 1, False) in await cards(database_url)


async def test_only_admins_say_who_and_viewers_cannot_be_named(
    database: Database, home: Home
) -> None:
    with pytest.raises(NotAllowed):
        await factories.acting(
            database, home.ben, lambda scope: set_asked_first(scope, home.mum.id, [home.ben.id])
        )
    with pytest.raises(NotFound):
        await name_first(database, home, home.vic)
    [found] = await factories.acting(database, home.vic, list_asked_first)
    assert not any(each.is_named for each in found.candidates)


async def test_what_is_critical_is_asked_about_faster(
    database: Database, database_url: str, home: Home, dose: DoseFacts
) -> None:
    await factories.acting(
        database,
        home.ben,
        lambda scope: set_medicine_ladder(scope, dose.medication_id, LadderPlan.STEEP),
    )
    # The step that was set before comes at its minute; the next ones follow the new plan.
    await climb(database, dose, 10)
    assert (await timer(database_url, dose)).next_action_at == dose.due_at + 15 * MINUTE
    await climb(database, dose, 15, 20)
    assert ("Vic", 2, True) in await cards(database_url)


async def test_what_is_asked_about_once_is_missed_in_the_end(
    database: Database, database_url: str, home: Home, dose: DoseFacts
) -> None:
    before = await factories.acting(
        database, home.anna, lambda scope: set_family_ladder(scope, LadderPlan.ONCE)
    )
    assert before is LadderPlan.USUAL
    assert await factories.acting(database, home.ben, get_family_ladder) is LadderPlan.ONCE
    await climb(database, dose, 10, 20, 30)
    assert await cards(database_url) == FIRST
    await climb(database, dose, 120)
    assert (await timer(database_url, dose)).status == DoseStatus.MISSED


async def test_a_medicine_goes_before_its_family(
    database: Database, database_url: str, home: Home, dose: DoseFacts
) -> None:
    await factories.acting(
        database, home.anna, lambda scope: set_family_ladder(scope, LadderPlan.ONCE)
    )
    await factories.acting(
        database,
        home.anna,
        lambda scope: set_medicine_ladder(scope, dose.medication_id, LadderPlan.USUAL),
    )
    await climb(database, dose, 10)
    assert len(await cards(database_url)) == 4
    await factories.acting(
        database, home.anna, lambda scope: set_medicine_ladder(scope, dose.medication_id, None)
    )
    await climb(database, dose, 20)
    assert len(await cards(database_url)) == 4


async def test_a_caregiver_cannot_set_the_familys_ladder(database: Database, home: Home) -> None:
    with pytest.raises(NotAllowed):
        await factories.acting(
            database, home.ben, lambda scope: set_family_ladder(scope, LadderPlan.STEEP)
        )


async def told(database_url: str, kind: str) -> list[str]:
    """Who is told of something of this *kind*."""
    return [name for name, *_ in await cards(database_url, kind)]


async def test_whoever_is_asked_from_now_on_or_is_not_hears_it(
    database: Database, database_url: str, home: Home
) -> None:
    carla = await factories.member(database, home.anna, name="Carla")
    await name_first(database, home, home.ben)
    assert await told(database_url, "asked_first") == ["Ben", "Carla"]
    await name_first(database, home, home.ben)  # as it was
    assert await told(database_url, "asked_first") == ["Ben", "Carla"]
    assert carla.id != home.ben.id


async def test_the_admins_hear_once_who_has_blocked_the_bot(
    database: Database, database_url: str, home: Home
) -> None:
    async def block(scope: Scope) -> bool:
        is_news = await users.set_blocked(scope, blocked=True)
        if is_news:
            await unreachable.tell_admins(scope)
        return is_news

    assert await factories.acting(database, home.ben, block)
    assert not await factories.acting(database, home.ben, block)
    assert await told(database_url, "unreachable") == ["Anna"]


async def test_a_test_reminder_goes_the_way_of_the_cards(
    database: Database, database_url: str, home: Home
) -> None:
    await factories.acting(database, home.vic, send_test)
    assert await told(database_url, "test") == ["Vic"]
