"""The walls between families: nobody reads or writes another family's rows, whatever the SQL."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.embedded import EmbeddedServers
from domain import set_asides
from domain.access import Role
from domain.appointments.calendars import get_entries
from domain.clock import Clock
from domain.database.engine import make_engine
from domain.database.requests import ScopeRequest, as_dispatch, as_family, as_purger, as_user
from domain.database.scope import Scope
from domain.database.unit_of_work import Database
from domain.family import families
from domain.family.families import FamilyFacts
from domain.family.settings.naming import set_asked_first
from domain.medicines.records import recording
from domain.medicines.stock import refills
from domain.models import Base
from domain.models.medicines import DoseStatus
from domain.models.row_security import APP_ROLE, DISPATCH_ROLE, GRANTS
from domain.overview.export.requests import request_export
from domain.set_asides import Subject, Work
from tests import factories
from tests.databases import MORNING, as_owner, clock_at, new_database, without_walls
from tests.factories import Account

TABLES = sorted(Base.metadata.tables)
FAMILY_TABLES = [t for t in TABLES if "family_id" in Base.metadata.tables[t].columns]
APPEND_ONLY = ["audit_events", "calendar_copies", "medication_logs", "stock_movements"]
READ_ONLY = [*APPEND_ONLY, "set_asides", "exports"]  # to a family
FORGOTTEN = ["calendar_copies", "care_assignments"]  # with the member whose they are
#: The dispatcher cleans these up across families; else it deletes what is purged only.
CLEANED_UP = ["exports", "invitations", "notifications", "set_asides"]
WITHOUT_RELATIONS = "set_asides"
ONE_EACH = "family_groups"  # a family has one at a time
OF_THE_BOT = ("group_stays", "installations")  # nobody who serves a family reads them
NOT_ALLOWED = "42501"  # insufficient_privilege: a missing grant, or a policy
UNIQUE_VIOLATION = "23505"
FOREIGN_KEY_VIOLATION = "23503"


@dataclass(frozen=True)
class Household:
    facts: FamilyFacts
    admin: Account


async def household(database: Database, name: str) -> Household:
    """A family with a row in every table that belongs to families."""
    admin = await factories.user(database, f"{name} senior")
    facts = await factories.family(database, admin, name)
    await factories.member(database, admin, name=f"{name} junior")
    await factories.invitation(database, admin, Role.VIEWER)
    mum = await factories.person(database, admin, f"Mrs {name}")
    medicine = await factories.medicine(database, admin, mum)
    await factories.acting(
        database,
        admin,
        lambda scope: refills.refill(scope, medicine.id, Decimal(30), unit="mg"),
    )
    await factories.acting(
        database, admin, lambda scope: set_asked_first(scope, mum.id, [admin.id])
    )
    await factories.doctor(database, admin, mum)
    await factories.contact(database, admin, mum, f"{name} neighbour")
    await factories.bound_group(database, admin, -sum(name.encode()))
    appointment = await factories.appointment(database, admin, mum)
    await factories.acting(
        database, admin, lambda scope: get_entries(scope, appointment.appointment_id)
    )
    dose = await factories.asked_dose(database, facts, medicine)
    await factories.acting(
        database,
        admin,
        lambda scope: recording.record_doses(scope, [dose.id], status=DoseStatus.TAKEN),
    )
    await factories.acting(database, admin, request_export)
    await database.run(
        lambda scope: set_asides.set_aside(
            scope, Work.DOSE, Subject(facts.id, dose.id), reason="KeyError at ladder.py:1"
        ),
        as_dispatch(),
    )
    return Household(facts, admin)


@dataclass(frozen=True)
class Street:
    """A database in which two families live next door."""

    url: str
    smith: Household
    jones: Household


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def street(servers: EmbeddedServers, template_database: str) -> AsyncIterator[Street]:
    """One for all tests here: what they try is refused, or concerns families of their own."""
    async with new_database(servers.database_url, template=template_database) as url:
        opened = Database(make_engine(url), clock=clock_at(MORNING))
        smith = await household(opened, "Smith")
        jones = await household(opened, "Jones")
        await opened.close()
        yield Street(url, smith, jones)


@pytest.fixture
def database_url(street: Street) -> str:
    return street.url


@pytest.fixture
def smith(street: Street) -> Household:
    return street.smith


@pytest.fixture
def jones(street: Street) -> Household:
    return street.jones


async def attempt(
    database: Database,
    request: ScopeRequest,
    statement: str,
    parameters: dict[str, Any] | None = None,
) -> int | str:
    """How many rows the statement returned or changed, or the SQLSTATE that refused it."""

    async def work(scope: Scope) -> int:
        result = await scope.connection.execute(text(statement), parameters or {})
        return len(result.all()) if result.returns_rows else result.rowcount

    try:
        return await database.run(work, request)
    except DBAPIError as error:
        return str(getattr(error.orig, "sqlstate", None))


async def attempt_without_walls(url: str, statement: str, parameters: dict[str, Any]) -> int | str:
    """The same beyond the walls; nothing of it stays."""
    async with without_walls(url) as connection:
        try:
            result = await connection.execute(text(statement), parameters)
        except DBAPIError as error:
            return str(getattr(error.orig, "sqlstate", None))
        return len(result.all()) if result.returns_rows else result.rowcount


async def one_row(url: str, table: str, family_id: UUID) -> str:
    """A row of that family as JSON, with a key of its own."""
    async with without_walls(url) as connection:
        row: str = await connection.scalar(
            text(
                f"SELECT (to_jsonb(t) || jsonb_build_object('id', CAST(:id AS text)))::text"
                f" FROM {table} t WHERE family_id = :family_id LIMIT 1"
            ),
            {"family_id": family_id, "id": str(uuid4())},
        )
        return row


SELECT = "SELECT 1 FROM {table} WHERE family_id = :theirs"
UPDATE = "UPDATE {table} SET family_id = family_id WHERE family_id = :theirs"
DELETE = "DELETE FROM {table} WHERE family_id = :theirs"
INSERT = (
    "INSERT INTO {table} SELECT * FROM jsonb_populate_record(NULL::{table}, CAST(:row AS jsonb))"
)
GIVE_AWAY = "UPDATE {table} SET family_id = :theirs WHERE family_id = :ours"


@pytest.mark.parametrize("table", FAMILY_TABLES)
async def test_another_familys_rows_are_out_of_reach(
    database: Database, database_url: str, smith: Household, jones: Household, table: str
) -> None:
    theirs = {"theirs": jones.facts.id}
    inside = as_family(smith.facts.id, user_id=smith.admin.id)

    async def trying(statement: str, **parameters: Any) -> int | str:
        return await attempt(database, inside, statement.format(table=table), parameters)

    assert await trying(SELECT, **theirs) == 0
    assert await trying(UPDATE, **theirs) == (NOT_ALLOWED if table in READ_ONLY else 0)
    assert await trying(DELETE, **theirs) == (0 if table in FORGOTTEN else NOT_ALLOWED)
    assert await trying(GIVE_AWAY, **theirs, ours=smith.facts.id) == NOT_ALLOWED
    row = await one_row(database_url, table, jones.facts.id)
    assert await trying(INSERT, row=row) == NOT_ALLOWED


@pytest.mark.parametrize("table", FAMILY_TABLES)
async def test_without_walls_the_same_statements_reach_them(
    database_url: str, smith: Household, jones: Household, table: str
) -> None:
    """The control: it is the walls that refuse, not a mistake in the statements."""

    async def trying(statement: str, **parameters: Any) -> int | str:
        return await attempt_without_walls(database_url, statement.format(table=table), parameters)

    theirs = {"theirs": jones.facts.id}
    rows = await trying(SELECT, **theirs)
    assert isinstance(rows, int)
    assert rows > 0
    assert await trying(UPDATE, **theirs) == rows
    assert await trying(DELETE, **theirs) in {rows, FOREIGN_KEY_VIOLATION}
    # Composite keys are a wall of their own: what has relations cannot change its family.
    given_away = await trying(GIVE_AWAY, **theirs, ours=smith.facts.id)
    kept = UNIQUE_VIOLATION if table == ONE_EACH else FOREIGN_KEY_VIOLATION
    assert given_away == (rows if table == WITHOUT_RELATIONS else kept)
    row = await one_row(database_url, table, jones.facts.id)
    assert await trying(INSERT, row=row) in {1, UNIQUE_VIOLATION}


@pytest.mark.parametrize("table", TABLES)
async def test_without_a_scope_nothing_is_there(
    database: Database, smith: Household, table: str
) -> None:
    seen = await attempt(database, ScopeRequest(APP_ROLE), f"SELECT 1 FROM {table}")
    assert seen == (NOT_ALLOWED if table in OF_THE_BOT else 0)


@pytest.mark.parametrize("table", TABLES)
async def test_the_owner_without_a_role_sees_nothing_either(
    database_url: str, smith: Household, table: str
) -> None:
    async with as_owner(database_url) as connection:
        assert (await connection.execute(text(f"SELECT 1 FROM {table}"))).all() == []


async def test_a_member_sees_their_own_family(database: Database, smith: Household) -> None:
    inside = as_family(smith.facts.id, user_id=smith.admin.id)
    for table in FAMILY_TABLES:
        seen = await attempt(database, inside, f"SELECT 1 FROM {table}")
        assert isinstance(seen, int), table
        assert seen > 0, table
    assert await attempt(database, inside, "SELECT 1 FROM families") == 1
    assert await attempt(database, inside, "SELECT 1 FROM users") == 2


async def test_a_stranger_cannot_enter_a_family(
    database: Database, smith: Household, jones: Household
) -> None:
    async def enter(scope: Scope) -> object:
        entered = await scope.enter_family(smith.facts.id)
        rows = await scope.rows(text("SELECT 1 FROM medications"))
        return entered, scope.family_id, len(rows)

    assert await database.run(enter, as_user(jones.admin.id)) == (None, None, 0)


async def test_who_is_in_two_families_sees_one_at_a_time(database: Database) -> None:
    anna = await factories.user(database)
    for name in ("Miller", "Baker"):
        family = await factories.family(database, anna, name)
        mum = await factories.person(database, anna)
        await factories.medicine(database, anna, mum)

        async def families_seen(scope: Scope) -> set[UUID]:
            return {row[0] for row in await scope.rows(text("SELECT family_id FROM medications"))}

        assert await factories.acting(database, anna, families_seen) == {family.id}


async def test_an_invitation_is_seen_by_whoever_holds_its_secret(
    database: Database,
) -> None:
    anna, stranger = await factories.user(database), await factories.user(database, "Zoe")
    await factories.family(database, anna, "Miller")
    token = await factories.invitation(database, anna)

    async def seen_with(scope: Scope, secret: str) -> int:
        await scope.present_invitation(families._hash(secret))
        return len(await scope.rows(text("SELECT 1 FROM invitations")))

    as_stranger = as_user(stranger.id)
    assert await database.run(lambda scope: seen_with(scope, token), as_stranger) == 1
    assert await database.run(lambda scope: seen_with(scope, token + "x"), as_stranger) == 0


@pytest.fixture
async def narrow(database_url: str, clock: Clock) -> AsyncIterator[Database]:
    """A database behind a pool of one connection: what leaks would meet the next transaction."""
    opened = Database(make_engine(database_url, pool_size=1), clock=clock)
    yield opened
    await opened.close()


async def _who_and_what(connection: AsyncConnection) -> tuple[int, str, int]:
    pid = await connection.scalar(text("SELECT pg_backend_pid()"))
    role = await connection.scalar(text("SELECT current_user"))
    await connection.execute(text(f"SET LOCAL ROLE {APP_ROLE}"))
    seen = await connection.scalar(text("SELECT count(*) FROM medications"))
    return int(pid or 0), str(role), int(seen or 0)


async def test_a_scope_ends_with_its_transaction(narrow: Database, smith: Household) -> None:
    async def look(scope: Scope) -> tuple[int, str, int]:
        return await _who_and_what(scope.connection)

    inside = await narrow.run(look, as_family(smith.facts.id))
    assert inside[1:] == (APP_ROLE, 1)
    async with narrow.engine.connect() as connection:
        pid, role, seen = await _who_and_what(connection)
    assert pid == inside[0]  # the same session, or this would show nothing
    assert role not in {APP_ROLE, DISPATCH_ROLE}
    assert seen == 0


async def test_a_scope_set_for_the_session_would_leak(narrow: Database, smith: Household) -> None:
    """The control for the test above."""
    async with narrow.engine.connect() as connection:
        await connection.execute(
            text("SELECT set_config('app.family_id', :id, false)"), {"id": str(smith.facts.id)}
        )
        await connection.commit()
    async with narrow.engine.connect() as connection:
        assert (await _who_and_what(connection))[2] == 1


@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize("request_", [as_family(uuid4()), as_dispatch()], ids=["app", "dispatch"])
async def test_what_was_recorded_is_never_changed_or_deleted(
    database: Database, table: str, request_: ScopeRequest
) -> None:
    assert await attempt(database, request_, f"UPDATE {table} SET id = id") == NOT_ALLOWED
    deleted = await attempt(database, request_, f"DELETE FROM {table}")
    assert deleted in {0, NOT_ALLOWED}
    assert await attempt(database, request_, f"TRUNCATE {table}") == NOT_ALLOWED


@pytest.mark.parametrize("table", [t for t in FAMILY_TABLES if t not in CLEANED_UP])
async def test_nothing_is_deleted_of_a_family_that_does_not_end(
    database: Database, smith: Household, table: str
) -> None:
    """Not even in its own scope, and not of another one either."""
    statement = f"DELETE FROM {table}"
    assert await attempt(database, as_purger(smith.facts.id), statement) == 0


async def test_only_what_is_forgotten_or_purged_is_ever_deleted(database_url: str) -> None:
    async with as_owner(database_url) as connection:
        granted = await connection.execute(
            text("""
                SELECT c.relname, g.grantee::regrole::text, g.privilege_type
                FROM pg_class c CROSS JOIN aclexplode(c.relacl) g
                WHERE c.relkind = 'r' AND g.grantee <> c.relowner
                  AND g.privilege_type NOT IN ('SELECT', 'INSERT', 'UPDATE')
            """)
        )
        assert sorted(granted.all()) == [
            (table, role, "DELETE")
            for table, role in sorted(
                [
                    *((table, APP_ROLE) for table in FORGOTTEN),
                    *((table, DISPATCH_ROLE) for table in FAMILY_TABLES),
                    ("families", DISPATCH_ROLE),
                    ("group_stays", DISPATCH_ROLE),
                    ("inbound_updates", DISPATCH_ROLE),
                ]
            )
        ]


# Words of ours that name a state. The payload of an update is stored and handed out unread.
_TEXT_FOR_DISPATCH = {
    "appointment_occurrences.ladder_step",
    "appointment_occurrences.status",
    "appointments.timezone",
    "care_assignments.hears",
    "doses.ladder_step",
    "doses.status",
    "exports.status",
    "families.settings",
    "family_groups.receives",
    "family_members.role",
    "group_stays.language_code",
    "inbound_updates.answer",
    "inbound_updates.payload",
    "inbound_updates.reason",
    "inbound_updates.status",
    "installations.database_identity",
    "medications.ladder",
    "medications.status",
    "notifications.facts",
    "notifications.kind",
    "notifications.reason",
    "notifications.status",
    "set_asides.kind",
    "set_asides.reason",
}


async def test_the_dispatcher_reads_no_names_dosages_notes_or_schedules(
    database_url: str,
) -> None:
    async with as_owner(database_url) as connection:
        readable = await connection.scalars(
            text("""
                SELECT c.relname || '.' || a.attname
                FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
                WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
                  AND a.attnum > 0 AND a.atttypid IN ('text'::regtype, 'jsonb'::regtype)
                  AND has_column_privilege(:role, c.oid, a.attnum, 'SELECT')
            """),
            {"role": DISPATCH_ROLE},
        )
        assert set(readable) == _TEXT_FOR_DISPATCH


@pytest.mark.parametrize(
    "column",
    [
        "name FROM users",
        "name FROM families",
        "name FROM care_recipients",
        "name FROM medications",
        "schedule FROM medications",
        "medication_name FROM doses",
        "dosage FROM doses",
        "note FROM medication_logs",
        "title FROM appointments",
        "recurrence FROM appointments",
        "place FROM appointments",
        "outcome FROM appointment_occurrences",
        "name FROM doctors",
        "name FROM emergency_contacts",
        "after FROM audit_events",
        "token_hash FROM invitations",
    ],
)
async def test_the_dispatcher_is_refused(database: Database, column: str) -> None:
    assert await attempt(database, as_dispatch(), f"SELECT {column}") == NOT_ALLOWED


_COLUMNS = """
    SELECT c.relname AS "table", a.attname AS "column",
           has_column_privilege(:role, c.oid, a.attnum, 'SELECT') AS may_read,
           has_column_privilege(:role, c.oid, a.attnum, 'UPDATE') AS may_write
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
      AND a.attnum > 0 AND NOT a.attisdropped AND c.relname = ANY (:tables)
"""


@pytest.mark.parametrize("table", TABLES)
async def test_the_dispatcher_reads_and_writes_exactly_the_columns_it_was_granted(
    database: Database, database_url: str, smith: Household, table: str
) -> None:
    """Column by column: what isn't granted is refused, whatever its type."""
    async with as_owner(database_url) as connection:
        columns = (
            await connection.execute(text(_COLUMNS), {"role": DISPATCH_ROLE, "tables": [table]})
        ).all()
    assert {row.column for row in columns} == {c.name for c in Base.metadata.tables[table].columns}
    granted = GRANTS[table].get(DISPATCH_ROLE, "")
    for row in columns:
        column = f'"{row.column}"'
        seen = await attempt(database, as_dispatch(), f"SELECT {column} FROM {table} LIMIT 1")
        assert (seen != NOT_ALLOWED) is row.may_read, row
        changing = f"UPDATE {table} SET {column} = {column} WHERE false"
        done = await attempt(database, as_dispatch(), changing)
        assert (done == 0) is (row.may_write and row.may_read) or done not in {0, NOT_ALLOWED}, row
        if row.may_read or row.may_write:
            # Nothing is granted but what the one table of grants says.
            assert granted, row
            named = re.search(rf"\b{row.column}\b", granted)
            assert named or re.search(r"\b(SELECT|UPDATE)\b(?! \()", granted), row


async def test_the_serving_roles_own_nothing(database_url: str) -> None:
    """Neither tables nor functions, nor the database: a role that owns something may open it."""
    async with as_owner(database_url) as connection:
        owned = await connection.execute(
            text("""
                SELECT kind, name FROM (
                    SELECT 'relation', relname::text, relowner FROM pg_class
                    UNION ALL SELECT 'function', proname::text, proowner FROM pg_proc
                    UNION ALL SELECT 'type', typname::text, typowner FROM pg_type
                    UNION ALL SELECT 'schema', nspname::text, nspowner FROM pg_namespace
                    UNION ALL SELECT 'database', datname::text, datdba FROM pg_database
                ) AS things (kind, name, owner)
                WHERE owner::regrole::text = ANY (:roles)
            """),
            {"roles": [APP_ROLE, DISPATCH_ROLE]},
        )
        assert owned.all() == []
        members = await connection.execute(
            text("""
                SELECT m.roleid::regrole::text FROM pg_auth_members m
                WHERE m.member::regrole::text = ANY (:roles)
            """),
            {"roles": [APP_ROLE, DISPATCH_ROLE]},
        )
        assert members.all() == []  # nor may they become somebody who does


async def test_the_planner_does_not_take_the_dispatchers_policy_for_a_filter(
    database_url: str,
) -> None:
    """A bare comparison with `current_user` would count as a filter that lets 0.5 % through, and
    what is due would be joined in the wrong order.
    """
    async with as_owner(database_url) as connection:
        await connection.execute(text(f"SET LOCAL ROLE {DISPATCH_ROLE}"))
        plan = await connection.execute(text("EXPLAIN SELECT id FROM notifications"))
        [shown] = [re.search(r"rows=(\d+)", line) for line in plan.scalars() if "Scan" in line]
    assert shown is not None
    assert int(shown[1]) > 10
