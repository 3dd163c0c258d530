"""Many families on a few connections: what one transaction has set never shows in the next one's
rows, however the work is cut short.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from domain.clock import Clock
from domain.database.engine import make_engine
from domain.database.requests import as_dispatch, as_family, as_user
from domain.database.scope import Scope
from domain.database.unit_of_work import Database
from domain.errors import CareCircleError
from domain.family import families
from domain.family import people as care_recipients
from domain.family.families import FamilyFacts
from domain.medicines.doses.facts import DoseFacts
from domain.medicines.reading import list_medicines
from domain.medicines.records import recording
from domain.models import Base
from domain.models.medicines import DoseStatus
from domain.reminders import due
from tests import factories
from tests.databases import without_walls
from tests.factories import Account

FAMILIES, WORKERS, STEPS = 12, 24, 40
CONNECTIONS = 8
TABLES = sorted(
    name for name, table in Base.metadata.tables.items() if "family_id" in table.columns
)
#: What a family may change: the rows say whose they are, so a write that went astray would show.
WRITTEN = [
    "appointments",
    "care_recipients",
    "doctors",
    "doses",
    "emergency_contacts",
    "family_members",
    "medications",
]


@dataclass(frozen=True)
class House:
    facts: FamilyFacts
    admin: Account
    dose: DoseFacts


@dataclass
class Sightings:
    """What all workers have seen."""

    foreign: list[tuple[str, UUID, UUID]] = field(default_factory=list)
    looks: int = 0
    cut_short: int = 0


async def house(database: Database, number: int) -> House:
    admin = await factories.user(database, f"Admin {number}")
    facts = await factories.family(database, admin, f"Family {number}")
    mum = await factories.person(database, admin, f"Mum {number}")
    medicine = await factories.medicine(database, admin, mum, name=f"Medicine {number}")
    await factories.doctor(database, admin, mum, f"Dr {number}")
    await factories.contact(database, admin, mum, f"Rosa {number}")
    await factories.appointment(database, admin, mum, title=f"Visit {number}")
    dose = (await factories.doses_of(database, facts, medicine))[0]
    return House(facts, admin, dose)


@pytest.fixture
async def narrow(database_url: str, clock: Clock) -> AsyncIterator[Database]:
    opened = Database(make_engine(database_url, pool_size=CONNECTIONS), clock=clock)
    yield opened
    await opened.close()


async def families_seen(scope: Scope, table: str) -> set[UUID]:
    """Of whom that statement shows rows; it asks for all there are."""
    return {row[0] for row in await scope.rows(text(f"SELECT DISTINCT family_id FROM {table}"))}


async def families_written(scope: Scope, table: str) -> set[UUID]:
    statement = text(f"UPDATE {table} SET family_id = family_id RETURNING family_id")
    return {row[0] for row in await scope.rows(statement)}


async def act(database: Database, home: House, dice: random.Random, seen: Sightings) -> None:
    """Something that members do, or a look at everything, as the serving role."""

    async def inside(work: Callable[[Scope], Awaitable[object]]) -> None:
        await factories.acting(database, home.admin, work, family=home.facts)

    async def look(scope: Scope) -> None:
        for table in dice.sample(TABLES, 4):
            note(seen, table, home, await families_seen(scope, table))

    async def write(scope: Scope) -> None:
        table = dice.choice(WRITTEN)
        note(seen, table, home, await families_written(scope, table))

    async def fail(scope: Scope) -> None:
        await look(scope)
        await scope.rows(text("SELECT 1 / 0"))

    match dice.randrange(8):
        case 0 | 1:
            await inside(look)
        case 2:
            await inside(write)
        case 3:
            await inside(fail)
        case 4:
            await inside(families.get_overview)
            await inside(list_medicines)
        case 5:
            await inside(
                lambda scope: recording.record_doses(scope, [home.dose.id], status=DoseStatus.TAKEN)
            )
        case 6:
            await inside(
                lambda scope: care_recipients.rename_person(
                    scope, home.dose.care_recipient_id, f"Mum {dice.random()}"
                )
            )
        case _:
            await database.run(look, as_family(home.facts.id))
            await database.run(lambda scope: due.act_on_due(scope, limit=5), as_dispatch())


def note(seen: Sightings, table: str, home: House, whose: set[UUID]) -> None:
    seen.looks += 1
    seen.foreign += [(table, home.facts.id, other) for other in whose - {home.facts.id}]


async def work(database: Database, homes: Sequence[House], seed: int, seen: Sightings) -> None:
    """One person after another, each cut short now and then: by a timeout, or cancelled."""
    dice = random.Random(seed)  # noqa: S311 -- a seed that can be repeated, no secret
    for _ in range(STEPS):
        home = dice.choice(homes)
        task = asyncio.create_task(act(database, home, dice, seen))
        patience = dice.choice([None, None, None, 0.0, 0.001, 0.005, 0.02])
        try:
            if patience is None:
                await task
            elif dice.random() < 0.5:
                async with asyncio.timeout(patience):
                    await task
            else:
                await asyncio.sleep(patience)
                task.cancel()
                await task
        except (TimeoutError, asyncio.CancelledError):
            seen.cut_short += 1
        except (DBAPIError, SQLAlchemyError, CareCircleError):
            pass  # what fails on purpose, or because another one holds the row
        finally:
            task.cancel()
            with suppress(BaseException):
                await task


async def test_no_row_of_another_family_is_read_or_written(
    narrow: Database, database_url: str
) -> None:
    homes = [await house(narrow, number) for number in range(FAMILIES)]
    before = await whose_is_what(database_url)
    narrow.clock.advance(timedelta(minutes=31))
    seen = Sightings()
    await asyncio.gather(*(work(narrow, homes, seed, seen) for seed in range(WORKERS)))
    assert seen.foreign == []
    assert seen.looks > WORKERS * STEPS / 4
    assert seen.cut_short > WORKERS
    # Nothing has changed hands, whoever wrote it.
    after = await whose_is_what(database_url)
    assert {key: after[key] for key in before} == before
    async with without_walls(database_url) as connection:
        names = await connection.execute(
            text("SELECT f.name, m.name FROM medications m JOIN families f ON f.id = m.family_id")
        )
        assert {(a.split()[1], b.split()[1]) for a, b in names} == {
            (str(number), str(number)) for number in range(FAMILIES)
        }


async def whose_is_what(database_url: str) -> dict[tuple[str, UUID], UUID]:
    async with without_walls(database_url) as connection:
        return {
            (table, row.id): row.family_id
            for table in TABLES
            for row in await connection.execute(text(f"SELECT id, family_id FROM {table}"))
        }


@pytest.mark.parametrize("look", [families_seen, families_written])
async def test_the_owner_would_have_noticed(
    narrow: Database,
    database_url: str,
    clock: Clock,
    look: Callable[[Scope, str], Awaitable[set[UUID]]],
) -> None:
    """The control: beyond the walls, the same statements find the others' rows."""
    homes = [await house(narrow, number) for number in range(3)]
    for table in WRITTEN:
        seen = Sightings()
        async with without_walls(database_url) as connection:
            scope = Scope(connection, clock=clock, user_id=None, family_id=homes[0].facts.id)
            note(seen, table, homes[0], await look(scope, table))
        assert {other for _, _, other in seen.foreign} == {home.facts.id for home in homes[1:]}


async def test_somebody_elses_family_is_not_entered_on_a_used_connection(narrow: Database) -> None:
    """Each connection has served every family before."""
    homes = [await house(narrow, number) for number in range(4)]

    async def enter(scope: Scope, other: UUID) -> tuple[object, int]:
        member = await scope.enter_family(other)
        return member, len(await scope.rows(text("SELECT 1 FROM medications")))

    for _ in range(3):
        outcomes = await asyncio.gather(
            *(
                narrow.run(lambda scope, b=b: enter(scope, b.facts.id), as_user(a.admin.id))  # type: ignore[misc]
                for a in homes
                for b in homes
                if a is not b
            )
        )
        assert set(outcomes) == {(None, 0)}
