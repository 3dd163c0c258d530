"""How long things are kept: the jobs delete what's older, and nothing grows for ever."""

import re
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import text

from bot.scheduling.isolation import Chore, Isolation
from bot.settings import Settings
from domain.access import Role
from domain.database.failures import get_sqlstate
from domain.database.requests import as_dispatch, as_family
from domain.database.scope import Scope
from domain.database.unit_of_work import Database
from domain.delivery import inbox
from domain.memory import retention
from domain.memory.retention import DELETED, KEPT_AS_RECORD, Retention
from domain.models import Base
from domain.set_asides import Work
from tests import factories
from tests.databases import without_walls

KEEP = Retention()
ROOT = Path(__file__).parents[3]


async def clean(database: Database, keep: Retention = KEEP, *, limit: int = 1_000) -> None:
    """Everything that the scheduler's job does."""
    while await database.run(
        lambda scope: retention.delete_old_updates(scope, keep, limit=limit), as_dispatch()
    ):
        pass
    await database.run(lambda scope: retention.delete_recovered(scope, limit=limit), as_dispatch())
    isolation = Isolation(database)
    await isolation.do_across(
        Chore(
            Work.INVITATION,
            lambda scope, most: retention.find_old_invitations(scope, keep, limit=most),
            retention.delete_invitations,
        )
    )
    await isolation.do_across(
        Chore(
            Work.NOTIFICATION,
            lambda scope, most: retention.find_old_messages(scope, keep, limit=most),
            retention.delete_messages,
        )
    )


async def count(database_url: str, table: str) -> int:
    async with without_walls(database_url) as connection:
        return int(await connection.scalar(text(f"SELECT count(*) FROM {table}")) or 0)


def test_every_table_is_kept_as_a_record_or_has_a_job_that_deletes() -> None:
    tables = set(Base.metadata.tables)
    assert set(DELETED) | set(KEPT_AS_RECORD) == tables
    assert not set(DELETED) & set(KEPT_AS_RECORD)


def test_the_operators_page_says_of_every_table_how_long_it_is_kept() -> None:
    page = (ROOT / "docs" / "operations.md").read_text("utf-8")
    section = page.split("## How long things are kept")[1].split("\n## ")[0]
    named = set(re.findall(r"`([a-z_]+)`", section))
    assert set(Base.metadata.tables) <= named
    settings = {name.upper() for name in Settings.model_fields if name.startswith("keep_")}
    assert settings == set(re.findall(r"`(KEEP_[A-Z_]+)`", section))


async def test_what_the_dispatcher_may_delete_is_what_the_jobs_delete(database_url: str) -> None:
    """And what goes with a whole family, where row security holds it to one that is due."""
    with_family = {name for name, table in Base.metadata.tables.items() if "family_id" in table.c}
    async with without_walls(database_url) as connection:
        rows = await connection.scalars(
            text(
                "SELECT DISTINCT table_name FROM information_schema.role_table_grants"
                " WHERE grantee = 'carecircle_dispatch' AND privilege_type = 'DELETE'"
            )
        )
        assert set(rows.all()) == set(DELETED) | with_family | {"families"}


async def test_done_updates_are_kept_for_a_week(database: Database, database_url: str) -> None:
    async with without_walls(database_url, keep=True) as connection:
        await connection.execute(
            text(
                "INSERT INTO inbound_updates (update_id, chat_id, payload, status, received_at)"
                " SELECT n, 1, CASE WHEN n > 20 THEN '{}'::jsonb END,"
                " CASE WHEN n > 20 THEN 'open' ELSE 'done' END, :now"
                " FROM generate_series(1, 21) n"
            ),
            {"now": database.clock.now()},
        )
    database.clock.advance(timedelta(days=6, hours=23))
    await clean(database)
    assert await count(database_url, "inbound_updates") == 21
    database.clock.advance(timedelta(hours=2))
    await clean(database, limit=7)  # in batches, until none is left
    assert await count(database_url, "inbound_updates") == 1  # not finished: it stays
    assert await database.run(
        lambda scope: inbox.has_unfinished(scope, besides=_NOBODY), as_dispatch()
    )


_NOBODY = UUID(int=0)


async def test_invitations_go_a_month_after_they_expired(
    database: Database, database_url: str
) -> None:
    anna = await factories.user(database)
    await factories.family(database, anna)
    await factories.member(database, anna)  # by an invitation that is used
    await factories.invitation(database, anna, Role.VIEWER)
    database.clock.advance(timedelta(days=31))
    fresh = await factories.invitation(database, anna, Role.VIEWER)
    await clean(database)
    assert await count(database_url, "invitations") == 3
    database.clock.advance(timedelta(days=1, hours=1))
    await clean(database)
    assert await count(database_url, "invitations") == 1
    assert fresh


async def test_messages_go_after_their_time_unless_somebody_has_to_send_them(
    database: Database, database_url: str
) -> None:
    anna = await factories.user(database)
    family = await factories.family(database, anna)
    mum = await factories.person(database, anna)
    aspirin = await factories.medicine(database, anna, mum)
    await factories.asked_dose(database, family, aspirin)
    assert await count(database_url, "notifications") == 1
    async with without_walls(database_url, keep=True) as connection:
        await connection.execute(
            text(
                "INSERT INTO notifications (id, family_id, user_id, kind, lane, deadline_at,"
                " created_at) SELECT gen_random_uuid(), family_id, user_id, 'test', 2, :now, :now"
                " FROM family_members"
            ),
            {"now": database.clock.now()},
        )
    database.clock.advance(timedelta(days=89))
    await clean(database)
    assert await count(database_url, "notifications") == 2
    database.clock.advance(timedelta(days=2))
    await clean(database)
    assert await count(database_url, "notifications") == 1  # pending
    # What was recorded stays, and so does the dose.
    assert await count(database_url, "doses") > 0


async def test_one_bad_row_holds_up_no_other(database: Database, database_url: str) -> None:
    anna = await factories.user(database)
    await factories.family(database, anna)
    for _number in range(5):
        await factories.invitation(database, anna, Role.VIEWER)
    async with without_walls(database_url, keep=True) as connection:
        await connection.execute(
            text("""
                CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    IF OLD.id = (SELECT min(id::text)::uuid FROM invitations) THEN
                        RAISE EXCEPTION 'broken';
                    END IF;
                    RETURN OLD;
                END $$
            """)
        )
        await connection.execute(
            text(
                "CREATE TRIGGER refuses BEFORE DELETE ON invitations"
                " FOR EACH ROW EXECUTE FUNCTION refuse()"
            )
        )
    database.clock.advance(timedelta(days=60))
    await clean(database)
    left = await count(database_url, "invitations")
    assert left <= 2  # the broken one, and at most the one that the trigger then took for it
    assert await count(database_url, "set_asides") >= 1


async def test_a_row_that_somebody_holds_is_left_for_the_next_time(
    database: Database, database_url: str
) -> None:
    async with without_walls(database_url, keep=True) as connection:
        await connection.execute(
            text(
                "INSERT INTO inbound_updates (update_id, chat_id, status, received_at)"
                " SELECT n, 1, 'done', :now FROM generate_series(1, 3) n"
            ),
            {"now": database.clock.now()},
        )
    database.clock.advance(timedelta(days=9))

    async def held(scope: Scope) -> int:
        await scope.execute(text("SELECT 1 FROM inbound_updates WHERE update_id = 2 FOR UPDATE"))
        return await database.run(
            lambda other: retention.delete_old_updates(other, KEEP, limit=9), as_dispatch()
        )

    assert await database.run(held, as_dispatch()) == 2
    assert await count(database_url, "inbound_updates") == 1


async def test_nobody_who_serves_a_family_deletes_messages(database: Database) -> None:
    anna = await factories.user(database)
    family = await factories.family(database, anna)
    for table in ("notifications", "invitations", "audit_events"):
        with pytest.raises(Exception, match="permission denied") as refused:
            await database.run(
                lambda scope, table=table: scope.execute(text(f"DELETE FROM {table}")),  # type: ignore[misc]
                as_family(family.id),
            )
        assert get_sqlstate(refused.value) == "42501"  # type: ignore[arg-type]
