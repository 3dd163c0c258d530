"""Whoever calls for help is heard by everybody else in the family, once."""

from sqlalchemy import text

from domain.database.requests import as_family, as_user
from domain.database.unit_of_work import Database
from domain.family.alarms import AlarmFacts, tell_family
from domain.family.users import set_blocked
from domain.overview import kinds
from tests import factories
from tests.databases import without_walls


async def test_everybody_else_is_told_once_and_whoever_cannot_be_reached_is_named(
    database: Database, database_url: str
) -> None:
    anna = await factories.user(database)
    family = await factories.family(database, anna)
    await factories.member(database, anna)
    cara = await factories.member(database, anna, name="Cara")
    await database.run(lambda scope: set_blocked(scope, blocked=True), as_user(cara.id))
    eve = await factories.user(database, "Eve")
    await factories.family(database, eve, "Jones")
    told = await factories.acting(database, anna, tell_family)
    assert (told.told, told.unreachable) == (["Ben"], ["Cara"])
    await factories.acting(database, anna, tell_family)  # a second tap
    async with without_walls(database_url) as connection:
        rows = (
            await connection.execute(
                text("SELECT id, family_id FROM notifications WHERE kind = 'alarm'")
            )
        ).all()
    message_id = rows[0].id
    assert [row.family_id for row in rows] == [family.id, family.id]
    message = await database.run(
        lambda scope: kinds.read_message(scope, message_id), as_family(family.id)
    )
    facts = message.facts
    assert isinstance(facts, AlarmFacts)
    assert (facts.name, facts.family_name) == ("Anna", family.name)
