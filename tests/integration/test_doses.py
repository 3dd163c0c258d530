"""Recording doses: resolved once, taken back within two days, asked again within the window."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from domain.access import Action, Role
from domain.database.requests import as_dispatch
from domain.database.scope import Scope
from domain.database.unit_of_work import Database
from domain.errors import NotAllowed, NotFound, NothingToUndo, TooLateToUndo
from domain.events import Event, NotificationsQueued, TimerSet
from domain.family.families import FamilyFacts
from domain.family.people import Person
from domain.medicines.changes import editing
from domain.medicines.changes.status import pause_medication, stop_medication
from domain.medicines.dosages import Dosage
from domain.medicines.doses import locking, snoozing
from domain.medicines.doses.card_parts import digest_of
from domain.medicines.doses.facts import DoseFacts
from domain.medicines.doses.snoozing import Snoozed
from domain.medicines.doses.today import PersonToday, list_today
from domain.medicines.errors import NothingRecorded
from domain.medicines.facts import MedicineFacts
from domain.medicines.records import presses
from domain.medicines.records.presses import WhichDose
from domain.medicines.records.recording import Recorded, record_doses
from domain.medicines.records.undo import undo_doses
from domain.models.medicines import DoseStatus, MedicineStatus
from domain.overview.last_actions import find_last_action
from domain.overview.own_actions import ActionKind, Undone
from domain.overview.undo import undo_action
from domain.reminders import due as reminders
from domain.timers import ceil_minute
from tests import factories
from tests.databases import (
    move_to,
    recorded_statements,
    somebody_waits_for_a_lock,
    without_walls,
)
from tests.factories import Account, daily

TAKEN, SKIPPED = DoseStatus.TAKEN, DoseStatus.SKIPPED


@dataclass(frozen=True)
class Home:
    """Anna and Ben look after Mum, who takes aspirin at 08:00 every day."""

    family: FamilyFacts
    anna: Account
    ben: Account
    mum: Person
    aspirin: MedicineFacts


@pytest.fixture
async def home(database: Database) -> Home:
    anna = await factories.user(database)
    family = await factories.family(database, anna)
    ben = await factories.member(database, anna)
    mum = await factories.person(database, anna)
    return Home(family, anna, ben, mum, await factories.medicine(database, anna, mum))


def recording(
    *dose_ids: UUID, status: DoseStatus = TAKEN
) -> Callable[[Scope], Awaitable[Recorded]]:
    return lambda scope: record_doses(scope, dose_ids, status=status)


async def record(
    database: Database, who: Account, *dose_ids: UUID, status: DoseStatus = TAKEN
) -> Recorded:
    return await factories.acting(database, who, recording(*dose_ids, status=status))


async def all_taken(database: Database, who: Account, home: Home, slot_at: datetime) -> Recorded:
    return await factories.acting(
        database, who, lambda scope: take_slot(scope, home.mum.id, slot_at)
    )


async def take_slot(scope: Scope, person_id: UUID, slot_at: datetime) -> Recorded:
    outcome = await presses.take_slot_from_card(scope, person_id, slot_at)
    assert isinstance(outcome, Recorded)
    return outcome


async def undo_last(scope: Scope) -> Undone:
    """What `/undo` and its button do."""
    return await undo_action(scope, (await find_last_action(scope)).id)


async def snooze(database: Database, who: Account, dose_id: UUID, minutes: int) -> Snoozed:
    return await factories.acting(
        database, who, lambda scope: snoozing.snooze_dose(scope, dose_id, minutes=minutes)
    )


async def undo_dose(database: Database, who: Account, dose_id: UUID) -> Sequence[DoseFacts]:
    return await factories.acting(database, who, lambda scope: undo_doses(scope, [dose_id]))


async def the_dose(database: Database, home: Home) -> DoseFacts:
    return (await factories.doses_of(database, home.family, home.aspirin))[0]


async def logs(database_url: str, dose_id: UUID | None = None) -> list[tuple[str, UUID]]:
    """What was recorded, the first first: (status, by whom)."""
    async with without_walls(database_url) as connection:
        rows = await connection.execute(
            text(
                "SELECT status, recorded_by_id FROM medication_logs"
                " WHERE CAST(:dose_id AS uuid) IS NULL OR dose_id = :dose_id ORDER BY recorded_at"
            ),
            {"dose_id": dose_id},
        )
        return [(row[0], row[1]) for row in rows]


async def timer(database_url: str, dose_id: UUID) -> tuple[str | None, datetime | None]:
    async with without_walls(database_url) as connection:
        row = (
            await connection.execute(
                text("SELECT ladder_step, next_action_at FROM doses WHERE id = :id"),
                {"id": dose_id},
            )
        ).one()
        return row.ladder_step, row.next_action_at


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


async def test_undo_opens_the_dose_again_until_its_window_ends(
    database: Database, database_url: str, home: Home
) -> None:
    dose = await factories.asked_dose(database, home.family, home.aspirin)
    await record(database, home.anna, dose.id)
    (again,) = await undo_dose(database, home.ben, dose.id)
    assert (again.status, again.resolved_by, again.resolved_at) == (DoseStatus.PENDING, None, None)
    assert await timer(database_url, dose.id) == ("miss", dose.window_ends_at)
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
    assert await timer(database_url, dose.id) == ("miss", dose.window_ends_at)


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


@pytest.mark.parametrize("minutes", [10, 30, 60])
async def test_snooze_asks_again_and_says_who_snoozed(
    database: Database, database_url: str, home: Home, minutes: int
) -> None:
    dose = await factories.asked_dose(database, home.family, home.aspirin)
    earliest = database.clock.now() + timedelta(minutes=minutes)
    snoozed = await snooze(database, home.ben, dose.id, minutes)
    assert snoozed.until is not None
    assert ceil_minute(earliest) <= snoozed.until <= ceil_minute(earliest) + timedelta(minutes=1)
    assert (snoozed.dose.snoozed_by, snoozed.dose.snoozed_until) == ("Ben", snoozed.until)
    assert await timer(database_url, dose.id) == ("ask", snoozed.until)


async def test_snooze_never_passes_the_window(
    database: Database, database_url: str, home: Home
) -> None:
    dose = await factories.asked_dose(database, home.family, home.aspirin)
    move_to(database.clock, dose.window_ends_at - timedelta(minutes=30))
    snoozed = await snooze(database, home.ben, dose.id, 60)
    assert (snoozed.until, snoozed.dose.snoozed_by) == (None, None)
    assert await timer(database_url, dose.id) == ("miss", dose.window_ends_at)


async def test_snooze_does_not_ask_before_the_dose_is_due(
    database: Database, database_url: str, home: Home
) -> None:
    dose = await the_dose(database, home)
    snoozed = await snooze(database, home.ben, dose.id, 10)
    assert snoozed.until == dose.due_at + timedelta(minutes=10)


async def test_a_resolved_dose_is_not_snoozed(
    database: Database, database_url: str, home: Home
) -> None:
    dose = await factories.asked_dose(database, home.family, home.aspirin)
    await record(database, home.anna, dose.id)
    snoozed = await snooze(database, home.ben, dose.id, 10)
    assert (snoozed.until, snoozed.dose.status, snoozed.dose.resolved_by) == (None, TAKEN, "Anna")
    assert await timer(database_url, dose.id) == (None, None)


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


async def test_today_shows_each_person_by_their_own_calendar(
    database: Database, home: Home
) -> None:
    kim = await factories.person(database, home.anna, "Kim", zone="Pacific/Auckland")
    schedule = daily("06:00", "22:00")
    iron = await factories.medicine(database, home.anna, kim, name="Iron", schedule=schedule)
    today = await factories.acting(database, home.anna, list_today)
    assert [one.person for one in today] == [home.mum, kim]
    assert [d.due_at.hour for d in today[0].doses] == [8]
    # 07:30 in London is 20:30 in Auckland: the morning's dose there was before the medicine was.
    assert [d.local.hour for d in today[1].doses] == [22]
    assert [d.medication_id for d in today[1].doses] == [iron.id]


async def test_what_nobody_answered_yesterday_is_listed_until_somebody_does(
    database: Database, home: Home
) -> None:
    dose = await factories.asked_dose(database, home.family, home.aspirin)
    await factories.wake_up(database, dose.window_ends_at)
    move_to(database.clock, dose.due_at + timedelta(days=1, minutes=-5))
    listed = (await factories.acting(database, home.anna, list_today))[0].doses
    assert [d.status for d in listed] == [DoseStatus.MISSED, DoseStatus.PENDING]
    assert listed[0].id == dose.id
    await record(database, home.ben, dose.id)
    listed = (await factories.acting(database, home.anna, list_today))[0].doses
    assert [d.status for d in listed] == [DoseStatus.PENDING]


async def test_today_takes_three_statements_whatever_the_family_s_size(
    database: Database, home: Home
) -> None:
    for number in range(5):
        person = await factories.person(database, home.anna, f"Person {number}")
        for name in ("Iron", "Zinc"):
            await factories.medicine(database, home.anna, person, name=name)

    async def look(scope: Scope) -> tuple[Sequence[PersonToday], int]:
        with recorded_statements(database.engine) as statements:
            today = await list_today(scope)
        return today, len(statements)

    today, statements = await factories.acting(database, home.anna, look)
    assert sum(len(one.doses) for one in today) == 11
    assert statements <= 3


async def test_a_press_takes_two_statements_after_entering_the_family(
    database: Database, home: Home
) -> None:
    dose = await factories.asked_dose(database, home.family, home.aspirin)

    async def press(scope: Scope) -> int:
        with recorded_statements(database.engine) as statements:
            await record_doses(scope, [dose.id], status=TAKEN)
        return len(statements)

    assert await factories.acting(database, home.anna, press) <= 2


async def press_next_day(database: Database, home: Home, dose: DoseFacts) -> None:
    """Nobody answers; it is the next morning, and the card still hangs in the chat."""
    await factories.wake_up(database, dose.window_ends_at)
    move_to(database.clock, dose.due_at + timedelta(hours=24, minutes=5))


async def test_taken_on_yesterdays_card_asks_which_dose(database: Database, home: Home) -> None:
    dose = await factories.asked_dose(database, home.family, home.aspirin)
    await press_next_day(database, home, dose)
    outcome = await factories.acting(
        database, home.ben, lambda scope: presses.take_from_card(scope, dose.id)
    )
    assert isinstance(outcome, WhichDose)
    assert [d.id for d in outcome.pressed] == [dose.id]
    assert [d.due_at for d in outcome.others] == [dose.due_at + timedelta(days=1)]
    assert (await the_dose(database, home)).status is DoseStatus.MISSED
    exactly = await record(database, home.ben, dose.id)
    assert [d.status for d in exactly.recorded] == [TAKEN]


async def test_all_taken_on_yesterdays_card_asks_unless_sure(
    database: Database, home: Home
) -> None:
    dose = await factories.asked_dose(database, home.family, home.aspirin)
    await press_next_day(database, home, dose)

    asked = await factories.acting(
        database,
        home.ben,
        lambda scope: presses.take_slot_from_card(scope, home.mum.id, dose.due_at),
    )
    assert isinstance(asked, WhichDose)

    async def press_surely(digest: str | None) -> Recorded | WhichDose:
        return await factories.acting(
            database,
            home.ben,
            lambda scope: presses.take_confirmed_slot(
                scope, home.mum.id, dose.due_at, part=0, digest=digest
            ),
        )

    # A button from before names no doses, another one those that were open then: it is asked anew.
    for digest in (None, digest_of([])):
        assert isinstance(await press_surely(digest), WhichDose)
    assert (await the_dose(database, home)).status is DoseStatus.MISSED
    sure = await press_surely(digest_of(asked.pressed))
    assert isinstance(sure, Recorded)
    assert [d.id for d in sure.late] == [dose.id]


async def test_taken_after_all_on_the_same_day_asks_only_when(
    database: Database, home: Home
) -> None:
    dose = await factories.asked_dose(database, home.family, home.aspirin)
    await factories.wake_up(database, dose.window_ends_at)
    outcome = await factories.acting(
        database, home.ben, lambda scope: presses.take_from_card(scope, dose.id)
    )
    assert isinstance(outcome, Recorded)
    assert (outcome.recorded, outcome.already) == ([], [])
    assert [d.id for d in outcome.late] == [dose.id]
    assert (await the_dose(database, home)).status is DoseStatus.MISSED


async def test_a_dose_after_midnight_counts_for_its_own_slot(
    database: Database, home: Home
) -> None:
    late = await factories.medicine(
        database, home.anna, home.mum, name="Melatonin", schedule=daily("23:50")
    )
    dose = await factories.asked_dose(database, home.family, late)
    move_to(database.clock, dose.due_at + timedelta(minutes=30))
    outcome = await factories.acting(
        database, home.ben, lambda scope: presses.take_from_card(scope, dose.id)
    )
    assert isinstance(outcome, Recorded)
    assert [d.local for d in outcome.recorded] == [dose.local]


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
