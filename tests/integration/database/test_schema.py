"""What the catalog says: every table is walled, keys stay in a family, indexes are there."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from sqlalchemy import text

from bot.embedded import EmbeddedServers
from domain.models import Base
from domain.models.row_security import APP_ROLE, DISPATCH_ROLE
from tests.databases import as_owner, new_database

TABLES = sorted(Base.metadata.tables)
FAMILY_TABLES = [t for t in TABLES if "family_id" in Base.metadata.tables[t].columns]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def database_url(servers: EmbeddedServers, template_database: str) -> AsyncIterator[str]:
    """One for all tests here: none of them changes anything that stays."""
    async with new_database(servers.database_url, template=template_database) as url:
        yield url


async def test_every_table_is_walled(database_url: str) -> None:
    async with as_owner(database_url) as connection:
        walled = await connection.scalars(
            text("""
                SELECT c.relname FROM pg_class c
                WHERE c.relrowsecurity AND c.relforcerowsecurity AND EXISTS (
                    SELECT 1 FROM pg_policies p
                    WHERE p.tablename = c.relname AND :role = ANY (p.roles))
            """),
            {"role": APP_ROLE},
        )
        # Two are the bot's own: whoever serves a family has no way to them at all.
        assert sorted([*walled, "group_stays", "installations"]) == TABLES


_KEYS_WITHOUT_FAMILY = text("""
    SELECT k.conname FROM pg_constraint k
    WHERE k.contype = 'f' AND k.conrelid::regclass::text = ANY (:tables)
      AND k.confrelid::regclass::text = ANY (:tables)
      AND NOT EXISTS (
          SELECT 1 FROM unnest(k.conkey, k.confkey) AS pair (here, there)
          JOIN pg_attribute h ON h.attrelid = k.conrelid AND h.attnum = pair.here
          JOIN pg_attribute t ON t.attrelid = k.confrelid AND t.attnum = pair.there
          WHERE h.attname = 'family_id' AND t.attname = 'family_id')
""")


async def test_no_key_refers_across_families(database_url: str) -> None:
    async with as_owner(database_url) as connection:
        found = await connection.scalars(_KEYS_WITHOUT_FAMILY, {"tables": FAMILY_TABLES})
        assert found.all() == []
        # The control: a key on the id alone is noticed.
        await connection.execute(text("CREATE UNIQUE INDEX lone ON medications (id)"))
        await connection.execute(
            text(
                "ALTER TABLE doses ADD CONSTRAINT lone FOREIGN KEY (medication_id)"
                " REFERENCES medications (id)"
            )
        )
        found = await connection.scalars(_KEYS_WITHOUT_FAMILY, {"tables": FAMILY_TABLES})
        assert found.all() == ["lone"]


async def test_every_family_id_is_a_family(database_url: str) -> None:
    async with as_owner(database_url) as connection:
        found = await connection.scalars(
            text("""
                SELECT k.conrelid::regclass::text FROM pg_constraint k
                JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
                WHERE k.contype = 'f' AND cardinality(k.conkey) = 1
                  AND a.attname = 'family_id' AND k.confrelid = 'families'::regclass
            """)
        )
        assert sorted(found) == FAMILY_TABLES


@pytest.mark.parametrize(
    ("table", "column"),
    [
        (table, column)
        for table in TABLES
        for column in ("kind", "role", "status")
        if column in Base.metadata.tables[table].columns
    ],
)
async def test_states_are_text_with_a_named_check(
    database_url: str, table: str, column: str
) -> None:
    async with as_owner(database_url) as connection:
        found = await connection.execute(
            text("""
                SELECT format_type(a.atttypid, a.atttypmod), k.contype::text
                FROM pg_attribute a JOIN pg_constraint k ON k.conrelid = a.attrelid
                WHERE a.attrelid = CAST(:table AS regclass) AND a.attname = :column
                  AND k.conname = :name AND k.conkey = ARRAY[a.attnum]
            """),
            {"table": table, "column": column, "name": f"ck_{table}_{column}"},
        )
        assert found.all() == [("text", "c")]


def _seed_indexes() -> list[tuple[str, tuple[str, ...]]]:
    """What the seed asks for, wherever its columns are. (family_id, scheduled_at) of appointments
    arrives with appointments."""
    columns = ("family_id", "care_recipient_id", "user_id", "created_by_id")
    return [
        (table, (column,))
        for table in TABLES
        for column in columns
        if column in Base.metadata.tables[table].columns
    ] + [("medications", ("care_recipient_id", "status"))]


@pytest.mark.parametrize(("table", "columns"), _seed_indexes())
async def test_every_index_of_the_seed_is_there(
    database_url: str, table: str, columns: tuple[str, ...]
) -> None:
    async with as_owner(database_url) as connection:
        found = await connection.execute(
            text("""
                SELECT (SELECT array_agg(a.attname::text ORDER BY key.position)
                        FROM unnest(i.indkey) WITH ORDINALITY AS key (attnum, position)
                        JOIN pg_attribute a
                          ON a.attrelid = i.indrelid AND a.attnum = key.attnum)
                FROM pg_index i
                WHERE i.indrelid = CAST(:table AS regclass) AND i.indpred IS NULL
            """),
            {"table": table},
        )
        indexed = [tuple(row[0]) for row in found]
    # The walls put `family_id = …` into every query, so an index may begin with it.
    wanted = (columns, ("family_id", *columns))
    assert any(names[: len(w)] == w for names in indexed for w in wanted), indexed


@pytest.mark.parametrize(
    ("table", "columns"),
    [("users", {"telegram_id"}), ("family_members", {"family_id", "user_id"})],
)
async def test_the_seeds_uniques_are_there(
    database_url: str, table: str, columns: set[str]
) -> None:
    async with as_owner(database_url) as connection:
        found = await connection.execute(
            text("""
                SELECT (SELECT array_agg(a.attname::text) FROM pg_attribute a
                        WHERE a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey))
                FROM pg_constraint k
                WHERE k.contype = 'u' AND k.conrelid = CAST(:table AS regclass)
            """),
            {"table": table},
        )
        assert columns in [set(row[0]) for row in found]


async def test_the_roles_themselves_have_no_power(database_url: str) -> None:
    async with as_owner(database_url) as connection:
        found = await connection.execute(
            text("""
                SELECT rolname FROM pg_roles
                WHERE rolname = ANY (:roles)
                  AND NOT (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolcanlogin)
            """),
            {"roles": [APP_ROLE, DISPATCH_ROLE]},
        )
        assert {row[0] for row in found} == {APP_ROLE, DISPATCH_ROLE}
        assert await connection.scalar(
            text("SELECT NOT (rolsuper OR rolbypassrls) FROM pg_roles WHERE rolname = current_user")
        )
