"""Recording doses: once, by whoever may, from whichever card."""

import asyncio
from contextlib import suppress
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from domain.access import Action, Role
from domain.database.requests import as_dispatch
from domain.database.scope import Scope
from domain.database.unit_of_work import Database
from domain.errors import NotAllowed, NotFound
from domain.events import Event, NotificationsQueued, TimerSet
from domain.medicines.doses import locking, snoozing
from domain.medicines.errors import NothingRecorded
from domain.medicines.records.recording import Recorded, record_doses
from domain.medicines.records.undo import undo_doses
from domain.models.medicines import DoseStatus
from domain.reminders import due as reminders
from tests import factories
from tests.databases import move_to, recorded_statements, somebody_waits_for_a_lock, without_walls
from tests.factories import Account, daily
from tests.integration.medicines.records.home import (
    SKIPPED,
    TAKEN,
    Home,
    all_taken,
    logs,
    record,
    recording,
    snooze,
    take_slot,
    the_dose,
    timer,
    undo_dose,
)


async def test_what_was_recorded_says_who_and_when(
    database: Database, database_url: str, home: Home
) -> None:
    dose = await factories.asked_dose(database, home.family, home.aspirin)
    before = database.clock.now()
    outcome = await record(database, home.anna, dose.id)
    (taken,) = outcome.recorded
    assert (taken.status, taken.resolved_by, outcome.already) == (TAKEN, "Anna", [])
    assert taken.resolved_at is not None
    assert before - timedelta(seconds=1) < taken.resolved_at < before + timedelta(minutes=1)
    assert await logs(database_url) == [("taken", home.anna.id)]
    assert await timer(database_url, dose.id) == (None, None)


async def test_the_second_caregiver_sees_who_gave_it(
    database: Database, database_url: str, home: Home
) -> None:
    dose = await factories.asked_dose(database, home.family, home.aspirin)
    first = await record(database, home.anna, dose.id)
    second = await record(database, home.ben, dose.id, status=SKIPPED)
    assert second == Recorded([], first.recorded)
    assert await logs(database_url) == [("taken", home.anna.id)]


async def test_a_dose_may_be_recorded_before_anybody_was_asked(
    database: Database, home: Home
) -> None:
    dose = await the_dose(database, home)
    await record(database, home.anna, dose.id, status=SKIPPED)
    assert await factories.wake_up(database, dose.due_at) == 0


@pytest.mark.parametrize("reached", [True, False])
async def test_a_missed_dose_may_still_be_recorded(
    database: Database, home: Home, reached: bool
) -> None:
    dose = await the_dose(database, home)
    await factories.wake_up(database, dose.due_at)
    if reached:
        await factories.deliver(database)
    await factories.wake_up(database, dose.window_ends_at)
    missed = await the_dose(database, home)
    assert missed.status is (DoseStatus.MISSED if reached else DoseStatus.NOT_ASKED)
    (taken,) = (await record(database, home.ben, dose.id)).recorded
    assert (taken.status, taken.resolved_by) == (TAKEN, "Ben")


async def test_two_presses_at_the_same_instant_make_one_log(
    database: Database, database_url: str, home: Home
) -> None:
    schedule = daily("08:00", "09:00", "10:00", "11:00", "12:00", "13:00")
    iron = await factories.medicine(database, home.anna, home.mum, name="Iron", schedule=schedule)
    for dose in await factories.doses_of(database, home.family, iron):
        outcomes = await asyncio.gather(
            *(record(database, who, dose.id) for who in (home.anna, home.ben) * 3)
        )
        assert sum(len(outcome.recorded) for outcome in outcomes) == 1
        (winner,) = [outcome.recorded[0] for outcome in outcomes if outcome.recorded]
        for outcome in outcomes:
            assert outcome.recorded or [
                (d.resolved_by, d.resolved_at) for d in outcome.already
            ] == [(winner.resolved_by, winner.resolved_at)]
        assert len(await logs(database_url, dose.id)) == 1


async def test_all_taken_from_two_phones_makes_one_log_for_each_dose(
    database: Database, database_url: str, home: Home
) -> None:
    for number in range(6):
        await factories.medicine(database, home.anna, home.mum, name=f"No {number}")
    first = await factories.asked_dose(database, home.family, home.aspirin)
    for slot_at in (first.due_at, first.due_at + timedelta(days=1)):
        move_to(database.clock, slot_at)
        outcomes = await asyncio.gather(
            *(all_taken(database, who, home, slot_at) for who in (home.anna, home.ben) * 3)
        )
        assert sum(len(outcome.recorded) for outcome in outcomes) == 7
        assert all(len(o.recorded) + len(o.already) == 7 for o in outcomes)
    assert len(await logs(database_url)) == 14


async def test_presses_undos_and_wake_ups_at_once_end_in_one_state(
    database: Database, database_url: str, home: Home
) -> None:
    """Deadlocks may happen between them; none of them escapes."""
    medicines = [home.aspirin] + [
        await factories.medicine(database, home.anna, home.mum, name=f"No {n}") for n in range(3)
    ]
    slot = [(await factories.doses_of(database, home.family, m))[0] for m in medicines]
    move_to(database.clock, slot[0].due_at)

    async def undo_quietly(who: Account, dose_id: UUID) -> None:
        with suppress(NothingRecorded):
            await undo_dose(database, who, dose_id)

    for _ in range(5):
        await asyncio.gather(
            factories.wake_up(database, most=2),
            factories.wake_up(database, most=1),
            all_taken(database, home.anna, home, slot[0].due_at),
            all_taken(database, home.ben, home, slot[0].due_at),
            *(undo_quietly(home.ben, dose.id) for dose in slot),
            *(record(database, home.anna, dose.id) for dose in reversed(slot)),
            factories.deliver(database),
        )
    for medicine in medicines:
        dose = (await factories.doses_of(database, home.family, medicine))[0]
        written = await logs(database_url, dose.id)
        assert (written[-1][0] == "taken") == (dose.status is TAKEN)
        # Between two records of a dose there is always an undo.
        assert [status for status, _ in written] == ["taken", "undone"] * (len(written) // 2) + (
            ["taken"] if len(written) % 2 else []
        )


@pytest.mark.parametrize("count", [1, 4])
async def test_a_press_that_waited_is_recorded_at_the_time_it_had_its_turn(
    database: Database, database_url: str, home: Home, count: int
) -> None:
    """The log is read in the order of `recorded_at`: the last row is what the dose was made by."""
    medicines = [home.aspirin] + [
        await factories.medicine(database, home.anna, home.mum, name=f"No {n}") for n in range(20)
    ]
    ids = [(await factories.doses_of(database, home.family, m))[0].id for m in medicines[:count]]
    async with without_walls(database_url) as connection:
        # PostgreSQL puts the parts of a statement into another order once it knows its tables.
        await connection.execute(text("ANALYZE"))
        await connection.commit()
    await record(database, home.anna, *ids)
    locked, pressed = asyncio.Event(), asyncio.Event()

    async def undo_slowly(scope: Scope) -> None:
        for dose_id in ids:
            await locking.lock_dose(scope, scope.require(Action.READ), dose_id)
        locked.set()
        await pressed.wait()
        await undo_doses(scope, ids)

    undoing = asyncio.create_task(factories.acting(database, home.ben, undo_slowly))
    async with asyncio.timeout(10):
        await locked.wait()
    press = asyncio.create_task(record(database, home.anna, *ids))
    await somebody_waits_for_a_lock(database_url)
    pressed.set()
    await undoing
    assert len((await press).recorded) == count
    for dose_id in ids:
        recorded = [status for status, _ in await logs(database_url, dose_id)]
        assert recorded == ["taken", "undone", "taken"]


async def test_a_card_written_while_a_press_waits_is_edited_too(
    database: Database, database_url: str, home: Home
) -> None:
    dose = await the_dose(database, home)
    move_to(database.clock, dose.due_at)
    asked, pressed = asyncio.Event(), asyncio.Event()

    async def ask_slowly(scope: Scope) -> None:
        await reminders.act_on_due(scope, limit=10)
        asked.set()
        await pressed.wait()

    asking = asyncio.create_task(database.run(ask_slowly, as_dispatch()))
    await asked.wait()
    press = asyncio.create_task(record(database, home.anna, dose.id))
    await somebody_waits_for_a_lock(database_url)
    pressed.set()
    await asking
    assert len((await press).recorded) == 1
    async with without_walls(database_url) as connection:
        versions = await connection.execute(
            text("SELECT wanted_version FROM notifications WHERE kind = 'slot_card'")
        )
        assert versions.all() == [(2,), (2,)]


async def test_a_cared_for_person_records_their_own_doses_only(
    database: Database, home: Home
) -> None:
    rose = await factories.member(database, home.anna, Role.RECIPIENT, name="Rose", person=home.mum)
    dad = await factories.person(database, home.anna, "Dad")
    his = await factories.medicine(database, home.anna, dad, name="Iron")
    own = await factories.asked_dose(database, home.family, home.aspirin)
    other = (await factories.doses_of(database, home.family, his))[0]
    assert len((await record(database, rose, own.id)).recorded) == 1
    for work in (
        recording(other.id),
        recording(own.id, other.id),
        lambda scope: snoozing.snooze_dose(scope, other.id, minutes=10),
        lambda scope: take_slot(scope, dad.id, other.due_at),
    ):
        with pytest.raises(NotAllowed):
            await factories.acting(database, rose, work)
    await undo_dose(database, rose, own.id)


async def test_a_viewer_records_nothing_and_sees_who_did(
    database: Database, database_url: str, home: Home
) -> None:
    vic = await factories.member(database, home.anna, Role.VIEWER, name="Vic")
    dose = await factories.asked_dose(database, home.family, home.aspirin)
    for work in (
        recording(dose.id),
        lambda scope: snoozing.snooze_dose(scope, dose.id, minutes=10),
        lambda scope: take_slot(scope, home.mum.id, dose.due_at),
    ):
        with pytest.raises(NotAllowed):
            await factories.acting(database, vic, work)
    assert await logs(database_url) == []
    taken = (await record(database, home.anna, dose.id)).recorded
    assert await record(database, vic, dose.id) == Recorded([], taken)
    with pytest.raises(NotAllowed):
        await undo_dose(database, vic, dose.id)


async def test_another_familys_dose_is_not_found(
    database: Database, database_url: str, home: Home
) -> None:
    eve = await factories.user(database, "Eve")
    await factories.family(database, eve, "Jones")
    dose = await factories.asked_dose(database, home.family, home.aspirin)
    for work in (
        recording(dose.id),
        recording(uuid4()),
        lambda scope: undo_doses(scope, [dose.id]),
        lambda scope: snoozing.snooze_dose(scope, dose.id, minutes=10),
        lambda scope: take_slot(scope, home.mum.id, dose.due_at),
    ):
        with pytest.raises(NotFound):
            await factories.acting(database, eve, work)
    assert await logs(database_url) == []


async def test_one_foreign_dose_among_several_records_none(
    database: Database, database_url: str, home: Home
) -> None:
    dose = await factories.asked_dose(database, home.family, home.aspirin)
    with pytest.raises(NotFound):
        await record(database, home.anna, dose.id, uuid4())
    assert await logs(database_url) == []


@pytest.mark.parametrize("action", ["record", "undo", "snooze"])
async def test_every_copy_of_the_card_is_to_be_edited(
    database: Database, database_url: str, home: Home, action: str
) -> None:
    dose = await factories.asked_dose(database, home.family, home.aspirin)
    if action == "undo":
        await record(database, home.anna, dose.id)
        await factories.deliver(database)
    heard: list[Event] = []
    database.subscribe(heard.append)
    if action == "record":
        await record(database, home.anna, dose.id)
    elif action == "undo":
        await undo_dose(database, home.anna, dose.id)
    else:
        await snooze(database, home.anna, dose.id, 10)
    assert NotificationsQueued() in heard
    assert any(isinstance(event, TimerSet) for event in heard) == (action != "record")
    async with without_walls(database_url) as connection:
        outdated = await connection.execute(
            text(
                "SELECT wanted_version > shown_version FROM notifications WHERE kind = 'slot_card'"
            )
        )
        assert outdated.all() == [(True,), (True,)]


async def test_a_press_takes_two_statements_after_entering_the_family(
    database: Database, home: Home
) -> None:
    dose = await factories.asked_dose(database, home.family, home.aspirin)

    async def press(scope: Scope) -> int:
        with recorded_statements(database.engine) as statements:
            await record_doses(scope, [dose.id], status=TAKEN)
        return len(statements)

    assert await factories.acting(database, home.anna, press) <= 2
