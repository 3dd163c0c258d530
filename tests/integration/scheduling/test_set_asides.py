"""What fails for one row waits by itself, is tried again ever more rarely, and can be seen."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest_asyncio
from sqlalchemy import text

from bot.scheduling.isolation import Chore, Isolation
from domain.database.requests import as_dispatch
from domain.database.scope import Scope
from domain.database.unit_of_work import Database
from domain.delivery import set_aside_work
from domain.delivery.set_aside_work import SetAsideItem
from domain.medicines.schedules.kinds import schedule_from_json
from domain.medicines.stock import stock_checks
from domain.memory.retention import delete_recovered
from domain.set_asides import RETRIES, Subject, Work, describe
from domain.timers import floor_minute
from tests import factories
from tests.databases import without_walls


class Broken(Exception):
    """A row that cannot be worked on; its words quote a family: Mum takes Aspirin."""


@pytest_asyncio.fixture
async def subjects(database: Database, database_url: str) -> Sequence[Subject]:
    """Five medicines of two families whose stock is to be checked."""
    found = []
    for name, count in (("Anna", 3), ("Eve", 2)):
        account = await factories.user(database, name)
        family = await factories.family(database, account, name)
        person = await factories.person(database, account, f"Mum of {name}")
        for number in range(count):
            medicine = await factories.medicine(
                database, account, person, name=f"{'VWXYZ'[number] * 7}"
            )
            found.append(Subject(family.id, medicine.id))
    async with without_walls(database_url, keep=True) as connection:
        await connection.execute(
            text("UPDATE medications SET stock = 9, stock_unit = 'mg', stock_check_at = :minute"),
            {"minute": floor_minute(database.clock.now())},
        )
    return found


async def waiting(database: Database) -> Sequence[SetAsideItem]:
    return await database.run(set_aside_work.list_set_aside, as_dispatch())


def chore(bad: set[UUID], done: list[UUID]) -> Chore:
    """Checking stocks, of which some are broken."""

    async def check(scope: Scope, ids: Sequence[UUID]) -> int:
        if bad & set(ids):
            raise Broken("Mum takes Aspirin")
        done.extend(ids)
        return await stock_checks.check_stocks(scope, ids)

    return Chore(Work.STOCK, stock_checks.find_due, check)


async def test_all_others_are_done_and_the_broken_ones_wait(
    database: Database, subjects: Sequence[Subject]
) -> None:
    bad, done = {subjects[1].id, subjects[4].id}, list[UUID]()
    await Isolation(database).do(chore(bad, done))
    assert set(done) == {each.id for each in subjects} - bad
    found = await waiting(database)
    assert [each.kind for each in found] == ["stock", "stock"]
    assert all("Broken at " in each.reason for each in found)
    assert not any("Aspirin" in each.reason for each in found)
    # Nobody looks at them meanwhile.
    done.clear()
    await Isolation(database).do(chore(bad, done))
    assert done == []


async def test_it_is_tried_again_ever_more_rarely_and_then_waits_for_somebody(
    database: Database, subjects: Sequence[Subject]
) -> None:
    bad = {subjects[0].id}
    for delay in RETRIES:
        await Isolation(database).do(chore(bad, []))
        [found] = await waiting(database)
        assert found.retry_at is not None
        assert abs(found.retry_at - database.clock.now() - delay) < timedelta(seconds=5)
        database.clock.advance(delay + timedelta(seconds=1))
    await Isolation(database).do(chore(bad, []))
    [found] = await waiting(database)
    assert found.retry_at is None
    database.clock.advance(timedelta(days=9))
    done: list[UUID] = []
    await Isolation(database).do(chore(set(), done))
    assert subjects[0].id not in done
    # Somebody looks, and it works by now.
    await database.run(lambda scope: set_aside_work.retry(scope, found), as_dispatch())
    await Isolation(database).do(chore(set(), done))
    assert subjects[0].id in done
    database.clock.advance(timedelta(days=2))
    await database.run(lambda scope: delete_recovered(scope, limit=9), as_dispatch())
    assert await waiting(database) == []


async def test_what_is_dropped_is_never_tried_again(
    database: Database, subjects: Sequence[Subject]
) -> None:
    await Isolation(database).do(chore({subjects[0].id}, []))
    [found] = await waiting(database)
    await database.run(lambda scope: set_aside_work.drop(scope, found), as_dispatch())
    assert await waiting(database) == []
    database.clock.advance(timedelta(days=99))
    await database.run(lambda scope: delete_recovered(scope, limit=9), as_dispatch())
    done: list[UUID] = []
    await Isolation(database).do(chore(set(), done))
    assert subjects[0].id not in done


async def test_an_id_is_of_one_kind(database: Database, subjects: Sequence[Subject]) -> None:
    await Isolation(database).do(chore({subjects[0].id}, []))
    [found] = await waiting(database)
    await database.run(
        lambda scope: set_aside_work.retry(scope, replace(found, kind="stock")), as_dispatch()
    )
    assert len(await waiting(database)) == 1


def test_a_reason_names_our_line_and_no_words() -> None:
    try:
        schedule_from_json({"kind": "Mum takes Aspirin"})
    except Exception as error:
        reason = describe(error)
    assert "Aspirin" not in reason
    assert ".py:" in reason
