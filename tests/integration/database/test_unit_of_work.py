"""The unit of work: all or nothing, repeated when that may help, heard of only when committed."""

import asyncio
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Insert, insert, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.clock import Clock
from domain.database.checks import find_unsafe_rights, measure_skew
from domain.database.engine import make_engine
from domain.database.failures import is_unavailable
from domain.database.requests import as_dispatch, as_family, as_user
from domain.database.scope import Scope
from domain.database.unit_of_work import ATTEMPTS, Database
from domain.delivery import inbox
from domain.delivery.inbox import FetchedUpdate
from domain.errors import AlreadyApplied, NotFound
from domain.events import Event, NotificationsQueued, TimerSet
from domain.family.families import FamilyFacts
from domain.models import AuditEvent, CareRecipient
from domain.models.row_security import APP_ROLE
from tests import factories
from tests.databases import MORNING, as_owner, without_walls
from tests.factories import Account


@pytest.fixture
async def anna(database: Database) -> Account:
    return await factories.user(database)


@pytest.fixture
async def smith(database: Database, anna: Account) -> FamilyFacts:
    return await factories.family(database, anna)


def note(scope: Scope, action: str) -> Insert:
    """Something to find again: one row that says *action*."""
    return insert(AuditEvent).values(
        family_id=scope.family_id, action=action, subject_type="test", subject_id=uuid4()
    )


async def noted(database_url: str) -> list[str]:
    async with without_walls(database_url) as connection:
        found = await connection.scalars(
            text("SELECT action FROM audit_events WHERE subject_type = 'test' ORDER BY created_at")
        )
        return list(found)


async def kill_session_of(database_url: str, connection: AsyncConnection) -> None:
    pid = await connection.scalar(text("SELECT pg_backend_pid()"))
    async with as_owner(database_url) as other:
        assert await other.scalar(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})


async def test_what_fails_leaves_nothing_behind(
    database: Database, database_url: str, smith: FamilyFacts
) -> None:
    heard: list[Event] = []
    database.subscribe(heard.append)

    async def fail(scope: Scope) -> None:
        await scope.execute(note(scope, "half"))
        scope.publish(NotificationsQueued())
        raise NotFound

    with pytest.raises(NotFound):
        await database.run(fail, as_family(smith.id))
    assert (await noted(database_url), heard) == ([], [])


async def test_events_are_heard_once_what_they_tell_of_is_committed(
    database: Database, database_url: str, smith: FamilyFacts
) -> None:
    published: list[Event] = [TimerSet(MORNING), NotificationsQueued()]
    heard: list[tuple[Event, bool]] = []
    is_over = False
    database.subscribe(lambda event: heard.append((event, is_over)))

    async def work(scope: Scope) -> str:
        nonlocal is_over
        for event in published:
            scope.publish(event)
        await scope.execute(note(scope, "done"))
        assert heard == []
        is_over = True
        return "result"

    assert await database.run(work, as_family(smith.id)) == "result"
    assert heard == [(event, True) for event in published]
    assert await noted(database_url) == ["done"]


async def test_a_serialization_failure_is_tried_again(
    database: Database, database_url: str, smith: FamilyFacts
) -> None:
    runs = 0
    heard: list[Event] = []
    database.subscribe(heard.append)

    async def work(scope: Scope) -> None:
        nonlocal runs
        runs += 1
        await scope.execute(note(scope, f"run {runs}"))
        scope.publish(NotificationsQueued())
        if runs == 1:
            await scope.connection.execute(
                text("DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '40001'; END $$")
            )

    await database.run(work, as_family(smith.id))
    assert (await noted(database_url), len(heard)) == (["run 2"], 1)


async def test_a_deadlock_is_tried_again(
    database: Database, database_url: str, anna: Account, smith: FamilyFacts
) -> None:
    people = [await factories.person(database, anna, name) for name in ("Mum", "Dad")]
    both_hold_one = asyncio.Barrier(2)
    runs = 0

    async def rename(scope: Scope, first: UUID, second: UUID) -> None:
        nonlocal runs
        runs += 1
        is_first_round = runs <= 2
        for person_id in (first, second):
            await scope.execute(
                update(CareRecipient)
                .where(CareRecipient.id == person_id)
                .values(medical_info={"run": runs})
            )
            if is_first_round and person_id == first:
                await both_hold_one.wait()
        await scope.execute(note(scope, "renamed"))

    one, other = (person.id for person in people)
    await asyncio.gather(
        database.run(lambda scope: rename(scope, one, other), as_family(smith.id)),
        database.run(lambda scope: rename(scope, other, one), as_family(smith.id)),
    )
    assert runs == 3  # the control: there was a deadlock
    assert await noted(database_url) == ["renamed", "renamed"]


async def test_a_mistake_of_ours_is_not_tried_again(database: Database, smith: FamilyFacts) -> None:
    runs = 0

    async def work(scope: Scope) -> None:
        nonlocal runs
        runs += 1
        await scope.connection.execute(
            text(
                "INSERT INTO families (id, name, created_by_id)"
                " VALUES (CAST(:id AS uuid), 'x', gen_random_uuid())"
            ),
            {"id": str(scope.family_id)},
        )

    with pytest.raises(DBAPIError):
        await database.run(work, as_family(smith.id))
    assert runs == 1


async def test_what_never_works_is_given_up(database: Database, smith: FamilyFacts) -> None:
    runs = 0

    async def work(scope: Scope) -> None:
        nonlocal runs
        runs += 1
        await scope.connection.execute(
            text("DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '40P01'; END $$")
        )

    with pytest.raises(DBAPIError):
        await database.run(work, as_family(smith.id))
    assert runs == ATTEMPTS


async def test_a_connection_lost_at_commit_is_tried_again_and_applied_once(
    database: Database, database_url: str, smith: FamilyFacts, anna: Account
) -> None:
    await database.run(
        lambda scope: inbox.store(
            scope, [FetchedUpdate(1, 1, {})], owner=uuid4(), lease=timedelta(seconds=30)
        ),
        as_dispatch(),
    )
    runs = 0
    heard: list[Event] = []
    database.subscribe(heard.append)

    async def work(scope: Scope) -> None:
        nonlocal runs
        runs += 1
        await scope.enter_family(smith.id)
        await scope.execute(note(scope, f"run {runs}"))
        await inbox.mark_applied(scope, 1, answer={})
        scope.publish(NotificationsQueued())
        if runs == 1:
            await kill_session_of(database_url, scope.connection)

    await database.run(work, as_user(anna.id, update_id=1))
    assert runs == 2
    assert (await noted(database_url), len(heard)) == (["run 2"], 1)


async def test_a_commit_that_worked_though_its_answer_was_lost_is_recognised(
    database: Database, database_url: str, smith: FamilyFacts, anna: Account
) -> None:
    """What an update did is done; the second run must not do it again."""
    await database.run(
        lambda scope: inbox.store(
            scope, [FetchedUpdate(1, 1, {})], owner=uuid4(), lease=timedelta(seconds=30)
        ),
        as_dispatch(),
    )
    runs = 0

    async def work(scope: Scope) -> None:
        nonlocal runs
        runs += 1
        await scope.enter_family(smith.id)
        await inbox.mark_applied(scope, 1, answer={})
        await scope.execute(note(scope, f"run {runs}"))
        if runs == 1:
            # Committed behind the back of the unit of work, whose own COMMIT finds no connection.
            await scope.connection.execute(text("COMMIT"))
            await kill_session_of(database_url, scope.connection)

    with pytest.raises(AlreadyApplied):
        await database.run(work, as_user(anna.id, update_id=1))
    assert (runs, await noted(database_url)) == (2, ["run 1"])


async def test_connections_that_died_in_the_pool_are_not_noticed_by_anybody(
    database: Database, database_url: str, smith: FamilyFacts
) -> None:
    """A server that restarted has ended all of them."""
    inside = as_family(smith.id)
    entered = asyncio.Barrier(3)

    async def fill(scope: Scope) -> None:
        await entered.wait()

    await asyncio.gather(*(database.run(fill, inside) for _ in range(3)))
    async with as_owner(database_url) as other:
        ended = await other.scalar(
            text(
                "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
    assert ended == 3

    async def work(scope: Scope) -> int:
        return await scope.execute(note(scope, "alive"))

    for _ in range(4):
        assert await database.run(work, inside) == 1


async def test_a_database_out_of_reach_can_be_told_from_a_mistake() -> None:
    async def work(scope: Scope) -> None:
        pass

    gone = Database(
        make_engine("postgresql+asyncpg://nobody@/nothing?host=/nowhere"), clock=Clock()
    )
    with pytest.raises(OSError) as away:  # noqa: PT011 -- its message is the system's
        await gone.run(work, as_dispatch())
    assert is_unavailable(away.value)
    assert not is_unavailable(IntegrityError("", None, ValueError()))
    assert not is_unavailable(NotFound())


@pytest.mark.parametrize(
    "offset",
    [
        timedelta(0),
        timedelta(days=400, microseconds=1),
        timedelta(days=-3, seconds=-0.5),
        timedelta(microseconds=1),
    ],
)
async def test_postgresql_and_python_agree_what_time_it_is(
    database: Database, offset: timedelta
) -> None:
    database.clock.offset = offset

    async def look(scope: Scope) -> timedelta:
        before = scope.clock.now()
        server_time = await scope.connection.scalar(text("SELECT clock_now()"))
        assert server_time is not None
        assert (
            before - timedelta(seconds=1) < server_time < scope.clock.now() + timedelta(seconds=1)
        )
        real = await scope.connection.scalar(text("SELECT clock_now() - statement_timestamp()"))
        assert isinstance(real, timedelta)
        return real

    assert await database.run(look, as_dispatch()) == offset


async def test_the_clock_of_one_transaction_is_not_that_of_the_next(
    database: Database, database_url: str
) -> None:
    await database.run(lambda scope: scope.rows(text("SELECT 1")), as_dispatch())
    async with database.engine.connect() as connection:
        assert await connection.scalar(text("SELECT clock_now() = statement_timestamp()"))


async def test_clocks_that_disagree_are_noticed(database: Database, database_url: str) -> None:
    class Fast(Clock):
        def machine_now(self) -> datetime:
            return super().machine_now() + timedelta(seconds=5)

    assert abs(await measure_skew(database)) < timedelta(seconds=2)
    hurried = Database(database.engine, clock=Fast())
    assert abs(await measure_skew(hurried) + timedelta(seconds=5)) < timedelta(seconds=2)


async def test_a_clock_that_is_moved_while_postgresql_answers_stays_right(
    database: Database, database_url: str
) -> None:
    class Moved(Clock):
        def adjust_skew(
            self, server_time: datetime, *, asked_at: datetime, answered_at: datetime
        ) -> None:
            self.advance(timedelta(hours=4))
            super().adjust_skew(server_time, asked_at=asked_at, answered_at=answered_at)

    assert abs(await measure_skew(Database(database.engine, clock=Moved()))) < timedelta(seconds=2)


async def test_serving_with_the_rights_of_the_owner_is_refused(
    database: Database, database_url: str
) -> None:
    assert await find_unsafe_rights(database) is None
    async with as_owner(database_url) as connection:
        await connection.execute(text(f"GRANT CREATE ON SCHEMA public TO {APP_ROLE}"))
        await connection.execute(text(f"ALTER TABLE doses OWNER TO {APP_ROLE}"))
        await connection.commit()
    found = await find_unsafe_rights(database)
    assert found is not None
    assert APP_ROLE in found


async def test_errors_carry_no_names_into_the_log(database: Database, smith: FamilyFacts) -> None:
    async def work(scope: Scope) -> None:
        await scope.execute(
            insert(CareRecipient).values(
                family_id=scope.family_id, name="Rosemary", timezone="UTC", created_by_id=uuid4()
            )
        )

    with pytest.raises(DBAPIError) as failed:
        await database.run(work, as_family(smith.id))
    assert "Rosemary" not in str(failed.value)
