"""A database that was restored from a backup, and when it may be sent from."""

import pytest
from sqlalchemy import text

from domain.database.requests import as_dispatch
from domain.database.unit_of_work import Database
from domain.delivery import restores
from tests.databases import without_walls


async def test_the_first_database_is_the_one_that_is_sent_from(database: Database) -> None:
    assert await database.run(restores.is_restored, as_dispatch()) is False
    assert await database.run(restores.is_restored, as_dispatch()) is False
    assert await database.run(restores.resume, as_dispatch()) is False


@pytest.mark.parametrize("identity", ["7/16384", ""])
async def test_a_restored_one_is_not_until_somebody_says_so(
    database: Database, database_url: str, identity: str
) -> None:
    await database.run(restores.is_restored, as_dispatch())
    async with without_walls(database_url) as connection:
        await connection.execute(
            text("UPDATE installations SET database_identity = :identity"), {"identity": identity}
        )
        await connection.commit()
    for _ in range(2):
        assert await database.run(restores.is_restored, as_dispatch()) is True
    assert await database.run(restores.resume, as_dispatch()) is True
    assert await database.run(restores.is_restored, as_dispatch()) is False
    assert await database.run(restores.resume, as_dispatch()) is False


async def test_a_server_that_keeps_to_itself_holds_nothing_back(
    database: Database, database_url: str
) -> None:
    refuse = "REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC"
    async with without_walls(database_url) as connection:
        await connection.execute(text(refuse))
        await connection.commit()
    assert await database.run(restores.is_restored, as_dispatch()) is False
    assert await database.run(restores.is_restored, as_dispatch()) is False
