"""A record is taken back within two days, and the dose asked about again within its window."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from sqlalchemy import text

from domain.database.scope import Scope
from domain.database.unit_of_work import Database
from domain.errors import NothingToUndo, TooLateToUndo
from domain.medicines.changes import editing
from domain.medicines.changes.status import pause_medication, stop_medication
from domain.medicines.dosages import Dosage
from domain.medicines.errors import NothingRecorded
from domain.medicines.facts import MedicineFacts
from domain.models.medicines import DoseStatus, MedicineStatus
from domain.overview.last_actions import find_last_action
from domain.overview.own_actions import ActionKind, Undone
from domain.overview.undo import undo_action
from tests import factories
from tests.databases import move_to, without_walls
from tests.factories import daily
from tests.integration.medicines.records.home import (
    SKIPPED,
    Home,
    all_taken,
    logs,
    record,
    the_dose,
    timer,
    undo_dose,
)


async def undo_last(scope: Scope) -> Undone:
    """What `/undo` and its button do."""
    return await undo_action(scope, (await find_last_action(scope)).id)


async def test_undo_opens_the_dose_again_until_its_window_ends(
    database: Database, database_url: str, home: Home
) -> None:
    dose = await factories.asked_dose(database, home.family, home.aspirin)
    await record(database, home.anna, dose.id)
    (again,) = await undo_dose(database, home.ben, dose.id)
    assert (again.status, again.resolved_by, again.resolved_at) == (DoseStatus.PENDING, None, None)
    step, at = await timer(database_url, dose.id)
    assert at is not None
    assert (step, at > dose.due_at + timedelta(minutes=9)) == ("again", True)
    assert await logs(database_url) == [("taken", home.anna.id), ("undone", home.ben.id)]
    assert len((await record(database, home.ben, dose.id)).recorded) == 1


async def test_undo_before_it_is_due_asks_when_it_is_due(
    database: Database, database_url: str, home: Home
) -> None:
    dose = await the_dose(database, home)
    await record(database, home.anna, dose.id)
    await undo_dose(database, home.anna, dose.id)
    assert await timer(database_url, dose.id) == ("ask", dose.due_at)


async def test_undo_of_a_dose_taken_early_asks_at_once_when_it_is_due_by_now(
    database: Database, database_url: str, home: Home
) -> None:
    dose = await the_dose(database, home)
    await record(database, home.anna, dose.id)
    move_to(database.clock, dose.due_at + timedelta(minutes=5, seconds=10))
    await undo_dose(database, home.anna, dose.id)
    assert await timer(database_url, dose.id) == ("ask", dose.due_at + timedelta(minutes=6))


async def test_undo_asks_at_once_when_the_cards_were_held_back(
    database: Database, database_url: str, home: Home
) -> None:
    dose = await the_dose(database, home)
    await factories.wake_up(database, dose.due_at)
    await record(database, home.anna, dose.id)
    async with without_walls(database_url, keep=True) as connection:
        await connection.execute(text("UPDATE notifications SET status = 'obsolete'"))
    await undo_dose(database, home.anna, dose.id)
    assert await timer(database_url, dose.id) == ("ask", dose.due_at + timedelta(minutes=1))
    await factories.wake_up(database, dose.due_at + timedelta(minutes=1))
    await factories.deliver(database)
    assert await timer(database_url, dose.id) == ("again", dose.due_at + timedelta(minutes=11))


@pytest.mark.parametrize("delivered", [True, False])
async def test_undo_after_the_window_says_whether_anybody_was_reached(
    database: Database, database_url: str, home: Home, delivered: bool
) -> None:
    dose = await the_dose(database, home)
    await factories.wake_up(database, dose.due_at)
    if delivered:
        await factories.deliver(database)
    await record(database, home.anna, dose.id)
    move_to(database.clock, dose.window_ends_at + timedelta(minutes=1))
    (undone,) = await undo_dose(database, home.anna, dose.id)
    assert undone.status is (DoseStatus.MISSED if delivered else DoseStatus.NOT_ASKED)
    assert await timer(database_url, dose.id) == (None, None)


async def test_undo_is_refused_after_48_hours(
    database: Database, database_url: str, home: Home
) -> None:
    dose = await factories.asked_dose(database, home.family, home.aspirin)
    await record(database, home.anna, dose.id)
    database.clock.advance(timedelta(hours=48, seconds=5))
    with pytest.raises(TooLateToUndo):
        await undo_dose(database, home.anna, dose.id)
    with pytest.raises(NothingToUndo):
        await factories.acting(database, home.anna, undo_last)
    assert await logs(database_url) == [("taken", home.anna.id)]


async def test_there_is_nothing_to_undo_on_an_open_dose(database: Database, home: Home) -> None:
    dose = await factories.asked_dose(database, home.family, home.aspirin)
    with pytest.raises(NothingRecorded):
        await undo_dose(database, home.anna, dose.id)


async def test_two_undos_at_once_take_back_one_record(
    database: Database, database_url: str, home: Home
) -> None:
    dose = await factories.asked_dose(database, home.family, home.aspirin)
    for _ in range(3):
        await record(database, home.anna, dose.id)
        outcomes = await asyncio.gather(
            undo_dose(database, home.anna, dose.id),
            undo_dose(database, home.ben, dose.id),
            return_exceptions=True,
        )
        assert sum(isinstance(o, NothingRecorded) for o in outcomes) == 1
    assert [s for s, _ in await logs(database_url)] == ["taken", "undone"] * 3


async def test_undo_takes_back_the_whole_of_the_last_action(database: Database, home: Home) -> None:
    iron = await factories.medicine(database, home.anna, home.mum, name="Iron")
    dose = await factories.asked_dose(database, home.family, home.aspirin)
    await all_taken(database, home.ben, home, dose.due_at)
    undone = await factories.acting(database, home.ben, undo_last)
    assert sorted(d.name for d in undone.doses) == ["Aspirin", "Iron"]
    assert {d.status for d in undone.doses} == {DoseStatus.PENDING}
    assert undone.medicine is None
    assert (await factories.doses_of(database, home.family, iron))[0].status is DoseStatus.PENDING
    with pytest.raises(NothingToUndo):
        await factories.acting(database, home.ben, undo_last)


async def test_undo_does_not_touch_what_others_recorded_since(
    database: Database, home: Home
) -> None:
    dose = await factories.asked_dose(database, home.family, home.aspirin)
    await record(database, home.ben, dose.id)
    await undo_dose(database, home.anna, dose.id)
    await record(database, home.anna, dose.id, status=SKIPPED)
    with pytest.raises(NothingToUndo):
        await factories.acting(database, home.ben, undo_last)
    assert (await the_dose(database, home)).resolved_by == "Anna"


async def test_undo_takes_back_a_medicine_that_was_added_last(
    database: Database, home: Home
) -> None:
    dose = await factories.asked_dose(database, home.family, home.aspirin)
    await record(database, home.anna, dose.id)
    await factories.medicine(database, home.anna, home.mum, name="Iron")
    undone = await factories.acting(database, home.anna, undo_last)
    assert undone.action.medicine is not None
    assert (undone.action.medicine.name, undone.medicine, undone.doses) == ("Iron", None, ())
    undone = await factories.acting(database, home.anna, undo_last)
    assert [d.name for d in undone.doses] == ["Aspirin"]


async def test_undo_of_a_dose_whose_medicine_was_stopped_asks_nobody(
    database: Database, home: Home
) -> None:
    dose = await factories.asked_dose(database, home.family, home.aspirin)
    await record(database, home.ben, dose.id)
    await factories.acting(
        database, home.anna, lambda scope: stop_medication(scope, home.aspirin.id)
    )
    (undone,) = await undo_dose(database, home.ben, dose.id)
    assert undone.status is DoseStatus.CANCELLED


async def test_undo_wants_to_be_about_what_was_named(database: Database, home: Home) -> None:
    dose = await factories.asked_dose(database, home.family, home.aspirin)
    await record(database, home.anna, dose.id)
    named = await factories.acting(database, home.anna, find_last_action)
    assert (named.kind, [d.name for d in named.doses]) == (ActionKind.RECORDED, ["Aspirin"])
    await factories.medicine(database, home.anna, home.mum, name="Iron")
    undone = await factories.acting(database, home.anna, lambda scope: undo_action(scope, named.id))
    assert undone.action.kind is ActionKind.RECORDED
    assert (await the_dose(database, home)).status is DoseStatus.PENDING
    assert (await factories.acting(database, home.anna, find_last_action)).name == "Iron"


async def test_undo_takes_back_an_edit_a_pause_and_a_stop(database: Database, home: Home) -> None:
    async def change(work: Callable[[Scope], Awaitable[MedicineFacts]]) -> None:
        await factories.acting(database, home.anna, work)

    aspirin = home.aspirin.id
    await change(
        lambda scope: editing.edit_medication(
            scope, aspirin, version=1, dosage=Dosage("50 mg"), schedule=daily("09:00")
        )
    )
    undone = await factories.acting(database, home.anna, undo_last)
    assert undone.medicine is not None
    assert (undone.medicine.dosage.words, undone.medicine.schedule) == ("100 mg", daily("08:00"))
    # Not the undo itself, but what came before what it took back.
    assert (await factories.acting(database, home.anna, find_last_action)).kind is ActionKind.ADDED
    await change(lambda scope: pause_medication(scope, aspirin, resumes_on=None))
    undone = await factories.acting(database, home.anna, undo_last)
    assert undone.medicine is not None
    assert undone.medicine.status is MedicineStatus.ACTIVE
    await change(lambda scope: stop_medication(scope, aspirin))
    undone = await factories.acting(database, home.anna, undo_last)
    assert undone.medicine is not None
    assert undone.medicine.first_due_at == (await the_dose(database, home)).due_at
