"""A family is dissolved: asked twice, announced, taken back, or gone after a month."""

from datetime import timedelta

from bot.sandbox import Person
from bot.scheduling.purging import purge_families
from domain.database.engine import make_engine
from domain.database.unit_of_work import Database
from domain.models import Base
from tests.town import Household, Town, add_medicine, add_person, ask, found_family, join


async def dissolve(admin: Person) -> None:
    await admin.send("/settings")
    await admin.press("For the family", message=await admin.sees("Settings"))
    await admin.press("Dissolve the family", message=await admin.sees("Settings for the family"))
    asked = await admin.sees("Dissolving the family")
    assert "After 30 days" in asked.text
    await admin.press("Go on", message=asked)
    await admin.press("Dissolve Mum's helpers", message=await admin.sees("Are you sure"))
    await admin.sees("will be deleted on 23 December 2026")


async def purge(town: Town) -> None:
    engine = make_engine(town.wiring.database_url)
    database = Database(engine, clock=town.clock)
    await purge_families(database)
    await database.close()


async def rows_of(town: Town, family_id: object) -> int:
    total = 0
    for table in Base.metadata.sorted_tables:
        if "family_id" in table.c:
            total += await town.value(
                f"SELECT count(*) FROM {table.name} WHERE family_id = :id", id=family_id
            )
    return total


async def test_it_is_announced_and_taken_back(home: Household, town: Town) -> None:
    cleo = town.person("Cleo")
    await join(home.anna, cleo, "admin")
    await dissolve(home.anna)
    told = await home.ben.sees("Anna has dissolved the family Mum's helpers")
    assert not told.buttons
    told = await cleo.sees("Anna has dissolved the family")
    asked = await ask(town, *home)  # reminders go on
    assert len(asked.cards) == 2
    await cleo.press("Don't dissolve the family", message=told)
    await cleo.sees("stays")
    await home.anna.sees("Cleo has taken back")
    await home.ben.sees("Cleo has taken back")
    await town.settled()
    assert await town.value("SELECT purge_at FROM families") is None
    toast = await home.anna.press_altered(told.buttons[0][0].data or "", message=home.anna.last)
    assert "no longer there" in toast.text  # nothing to take back any more


async def test_nobody_but_an_admin_dissolves_it(home: Household, town: Town) -> None:
    await home.ben.send("/settings")
    await home.ben.press("For the family", message=await home.ben.sees("Settings"))
    shown = await home.ben.sees("Settings for the family")
    assert not any("Dissolve" in label for label in shown.labels)
    await town.settled()
    assert await town.value("SELECT purge_at FROM families") is None


async def test_after_a_month_all_of_it_is_gone_and_nothing_else(
    home: Household, town: Town
) -> None:
    eve = town.person("Eve")
    await found_family(eve, "Eve's")
    await add_person(eve, "Dad")
    await add_medicine(eve, "Ramipril 5 mg at 08:00")
    eves = await town.value("SELECT id FROM families WHERE name = 'Eve''s'")
    asked = await ask(town, *home)
    await home.ben.press("Taken", message=asked.cards[1])
    await home.ben.press("Undo", message=await home.ben.sees("recorded by Ben"))
    await home.anna.send("/addappt Checkup every Tuesday 10:00")
    await home.anna.sees("Saved")
    await home.anna.send("/adddoctor Weber")
    await home.anna.sees("Saved")
    await town.settled()
    ours = await town.value("SELECT id FROM families WHERE name <> 'Eve''s'")
    before = await rows_of(town, eves)
    await dissolve(home.anna)
    await town.settled()
    town.jump_by(days=29)
    await purge(town)
    assert await rows_of(town, ours) > 0
    await home.anna.send("/family")
    await home.anna.sees("It's being dissolved")
    await town.settled()
    eve_now = await rows_of(town, eves)
    town.jump_by(days=1, hours=1)
    await purge(town)
    assert await rows_of(town, ours) == 0
    assert await town.value("SELECT count(*) FROM families") == 1
    assert await rows_of(town, eves) >= eve_now > before
    await home.anna.send("/family")
    await home.anna.sees("Hello Anna")
    toast = await home.ben.press_altered(asked.cards[1].buttons[0][0].data or "")
    assert "no longer there" in toast.text


async def test_a_family_without_members_is_purged_as_well(home: Household, town: Town) -> None:
    await town.change("UPDATE family_members SET left_at = now()")
    await purge(town)
    left = await town.value("SELECT purge_at FROM families")
    assert timedelta(days=29) < left - town.clock.now() <= timedelta(days=30)
    await town.change("UPDATE family_members SET left_at = NULL WHERE role = 'admin'")
    await purge(town)
    assert await town.value("SELECT purge_at FROM families") is None
    await town.change("UPDATE family_members SET left_at = now()")
    await purge(town)
    town.jump_by(days=31)
    await purge(town)
    assert await town.value("SELECT count(*) FROM families") == 0
