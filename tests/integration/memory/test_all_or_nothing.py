"""Somebody founds a family, joins one, removes or brings back: all of it is written or nothing,
wherever a fault strikes.
"""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from domain.access import Role
from domain.database.requests import as_newcomer, as_user
from domain.database.scope import Scope
from domain.database.unit_of_work import Database
from domain.family import families, users
from domain.memory.bringing_back import bring_back_thing
from domain.memory.removal import delete_person
from domain.memory.removed import RemovedKind
from tests import factories
from tests.databases import without_walls

EVERYTHING = """
    SELECT array_agg(t ORDER BY t) FROM (
        SELECT 'user ' || name || coalesce(current_family_id::text, '') AS t FROM users
        UNION ALL SELECT 'family ' || name FROM families
        UNION ALL SELECT 'member ' || user_id || role || coalesce(left_at::text, '')
            FROM family_members
        UNION ALL SELECT 'invitation ' || id || coalesce(redeemed_by_id::text, '') FROM invitations
        UNION ALL SELECT 'person ' || name || coalesce(user_id::text, '')
            || coalesce(deleted_at::text, '') FROM care_recipients
        UNION ALL SELECT 'medicine ' || name || status || coalesce(deleted_at::text, '')
            FROM medications
        UNION ALL SELECT 'dose ' || id || status FROM doses
        UNION ALL SELECT 'appointment ' || title || coalesce(deleted_at::text, '')
            FROM appointments
        UNION ALL SELECT 'occurrence ' || id || status FROM appointment_occurrences
        UNION ALL SELECT 'doctor ' || name || coalesce(deleted_at::text, '') FROM doctors
        UNION ALL SELECT 'contact ' || name || coalesce(deleted_at::text, '')
            FROM emergency_contacts
        UNION ALL SELECT 'audit ' || action FROM audit_events
        UNION ALL SELECT 'notification ' || kind || user_id FROM notifications
    ) everything
"""


async def state(database_url: str) -> Any:
    async with without_walls(database_url) as connection:
        return await connection.scalar(text(EVERYTHING))


async def break_writes_of(database_url: str, table: str) -> None:
    """From now on every write of *table* fails, after it was done."""
    async with without_walls(database_url, keep=True) as connection:
        await connection.execute(
            text("""
                CREATE OR REPLACE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN RAISE EXCEPTION 'a fault in the middle'; END $$
            """)
        )
        await connection.execute(
            text(
                f"CREATE TRIGGER broken AFTER INSERT OR UPDATE ON {table}"
                " FOR EACH ROW EXECUTE FUNCTION broken()"
            )
        )


async def mend(database_url: str, table: str) -> None:
    async with without_walls(database_url, keep=True) as connection:
        await connection.execute(text(f"DROP TRIGGER broken ON {table}"))


async def strikes(database_url: str, table: str, work: Callable[[], Awaitable[object]]) -> None:
    """A fault at *table* leaves nothing of *work* behind, and without it all of it succeeds."""
    before = await state(database_url)
    await break_writes_of(database_url, table)
    with pytest.raises(DBAPIError):
        await work()
    assert await state(database_url) == before
    await mend(database_url, table)
    await work()
    assert await state(database_url) != before


@pytest.mark.parametrize("table", ["families", "family_members", "users", "audit_events"])
async def test_a_family_is_founded_with_its_member_or_not_at_all(
    database: Database, database_url: str, table: str
) -> None:
    anna = await factories.user(database)
    await strikes(database_url, table, lambda: factories.family(database, anna))


@pytest.mark.parametrize(
    "table",
    ["invitations", "family_members", "care_recipients", "users", "audit_events", "notifications"],
)
async def test_somebody_joins_with_all_that_is_theirs_or_not_at_all(
    database: Database, database_url: str, table: str
) -> None:
    anna = await factories.user(database)
    await factories.family(database, anna)
    ben = await factories.member(database, anna, Role.ADMIN)
    mum = await factories.person(database, anna)
    token = await factories.invitation(database, anna, Role.RECIPIENT, person=mum)
    mary = await factories.user(database, "Mary")
    await strikes(
        database_url,
        table,
        lambda: database.run(
            lambda scope: families.redeem_invitation(scope, token), as_user(mary.id)
        ),
    )
    assert ben.name == "Ben"


async def test_a_user_arrives_with_their_personal_fields_and_a_family_or_not_at_all(
    database: Database, database_url: str
) -> None:
    async def arrive_and_found(scope: Scope) -> None:
        arrival = users.Arrival(77, "Ann", language_code="en", is_private=True)
        scope.user_id = await users.arrive(scope, arrival)
        await scope.connection.execute(
            text("SELECT set_config('app.user_id', :id, true)"), {"id": str(scope.user_id)}
        )
        await families.found_family(scope, "Smith")

    await strikes(
        database_url,
        "family_members",
        lambda: database.run(arrive_and_found, as_newcomer(77)),
    )


@pytest.mark.parametrize(
    "table",
    [
        "medications",
        "doses",
        "appointments",
        "appointment_occurrences",
        "doctors",
        "emergency_contacts",
        "audit_events",
    ],
)
async def test_a_person_is_removed_and_brought_back_whole_or_not_at_all(
    database: Database, database_url: str, table: str
) -> None:
    anna = await factories.user(database)
    await factories.family(database, anna)
    mum = await factories.person(database, anna)
    await factories.medicine(database, anna, mum)
    await factories.appointment(database, anna, mum, rule="FREQ=WEEKLY")
    await factories.doctor(database, anna, mum)
    await factories.contact(database, anna, mum)
    await strikes(
        database_url,
        table,
        lambda: factories.acting(database, anna, lambda scope: delete_person(scope, mum.id)),
    )
    await strikes(
        database_url,
        table,
        lambda: factories.acting(
            database, anna, lambda scope: bring_back_thing(scope, RemovedKind.PERSON, mum.id)
        ),
    )
