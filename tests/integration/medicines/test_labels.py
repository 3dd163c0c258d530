"""What a label says beside the times: kept, copied to doses, changed and restored."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, time
from typing import TypeVar

import pytest
from sqlalchemy import text

from domain.database.scope import Scope
from domain.database.unit_of_work import Database
from domain.family.families import FamilyFacts
from domain.family.people import Person
from domain.medicines.changes.editing import change_open_doses, edit_medication
from domain.medicines.facts import MedicineFacts, MedicineLine
from domain.medicines.reading import get_medication, list_medicines
from domain.medicines.schedules.kinds import WallClock
from domain.medicines.schedules.moments import Moment, PartOfDay, Relation
from domain.overview import last_actions, undo
from tests import factories
from tests.databases import without_walls
from tests.factories import Account, amount_of

T = TypeVar("T")

WITH_BREAKFAST = Moment(PartOfDay.BREAKFAST, Relation.WITH)
AT_BEDTIME = Moment(PartOfDay.BEDTIME)
MORNING_AND_NOON = WallClock(
    (time(8), time(12)), date(2026, 11, 23), moments=(WITH_BREAKFAST, None)
)


@dataclass(frozen=True)
class Home:
    """Anna, and Mum, who takes 1–2 tablets with food."""

    database: Database
    url: str
    family: FamilyFacts
    anna: Account
    mum: Person

    async def do(self, work: Callable[[Scope], Awaitable[T]]) -> T:
        return await factories.acting(self.database, self.anna, work)

    async def add(self, schedule: WallClock = MORNING_AND_NOON) -> MedicineFacts:
        return await factories.medicine(
            self.database,
            self.anna,
            self.mum,
            dosage="1–2 tablets",
            schedule=schedule,
            instructions="with food",
            reason="pain",
        )

    async def edit(self, medicine: MedicineFacts, **parts: object) -> MedicineFacts:
        return await self.do(
            lambda scope: edit_medication(
                scope,
                medicine.id,
                version=medicine.version,
                **parts,  # type: ignore[arg-type]
            )
        )

    async def now(self, medicine: MedicineFacts) -> MedicineFacts:
        return await self.do(lambda scope: get_medication(scope, medicine.id))

    async def undo(self) -> None:
        async def work(scope: Scope) -> None:
            action = await last_actions.find_last_action(scope)
            await undo.undo_action(scope, action.id)

        await self.do(work)


@pytest.fixture
async def home(database: Database, database_url: str) -> Home:
    anna = await factories.user(database)
    family = await factories.family(database, anna)
    return Home(database, database_url, family, anna, await factories.person(database, anna))


async def test_a_medicine_says_how_and_what_for_it_is_taken(home: Home) -> None:
    added = await home.add()
    assert (added.instructions, added.reason) == ("with food", "pain")
    assert added.dosage == amount_of("1–2 tablets")
    [line] = await home.do(list_medicines)
    assert (line.instructions, line.reason) == ("with food", "pain")
    assert MedicineLine.from_json(line.to_json()) == line


async def test_an_edit_keeps_what_it_does_not_name(home: Home) -> None:
    edited = await home.edit(await home.add(), name="Ibuprofen")
    assert (edited.instructions, edited.reason) == ("with food", "pain")


async def test_an_edit_can_change_one_and_leave_out_the_other(home: Home) -> None:
    edited = await home.edit(await home.add(), instructions="by mouth", reason="")
    assert (edited.instructions, edited.reason) == ("by mouth", None)


async def test_undo_brings_both_back(home: Home) -> None:
    medicine = await home.add()
    await home.edit(medicine, instructions="", reason="fever", dosage=amount_of("1 tablet"))
    await home.undo()
    assert (await home.now(medicine)).content == medicine.content


async def test_the_same_notes_again_are_no_change(home: Home) -> None:
    medicine = await home.add()
    again = await home.edit(medicine, instructions="with food", reason="pain")
    assert again.version == medicine.version


async def test_doses_copy_the_range_and_the_part_of_the_day(home: Home) -> None:
    medicine = await home.add()
    morning, noon, *_later = await factories.doses_of(home.database, home.family, medicine)
    assert morning.planned == noon.planned == amount_of("1–2 tablets")
    assert (morning.moment, noon.moment) == (WITH_BREAKFAST, None)
    assert morning.instructions == "with food"


async def test_doses_ahead_follow_an_edit(home: Home) -> None:
    medicine = await home.add()
    at_bedtime = WallClock((time(12), time(22)), date(2026, 11, 23), moments=(None, AT_BEDTIME))
    await home.edit(medicine, schedule=at_bedtime, dosage=amount_of("2–3 tablets"))
    doses = await factories.doses_of(home.database, home.family, medicine)
    ahead = [dose for dose in doses if dose.status == "pending"]
    assert {dose.planned for dose in ahead} == {amount_of("2–3 tablets")}
    assert {(dose.local.time(), dose.moment) for dose in ahead} == {
        (time(12), None),
        (time(22), AT_BEDTIME),
    }


async def test_an_open_dose_can_take_the_new_range(home: Home) -> None:
    medicine = await home.add()
    asked = await factories.asked_dose(home.database, home.family, medicine)
    edited = await home.edit(medicine, dosage=amount_of("2–3 tablets"))
    assert [dose.becomes for dose in edited.open_doses] == [amount_of("2–3 tablets")]
    async with without_walls(home.url) as connection:
        edit_id = await connection.scalar(
            text("SELECT id FROM audit_events WHERE action = 'medication.edited'")
        )
    await home.do(lambda scope: change_open_doses(scope, edit_id))
    first = (await factories.doses_of(home.database, home.family, medicine))[0]
    assert (first.id, first.planned) == (asked.id, amount_of("2–3 tablets"))
    await home.undo()
    first = (await factories.doses_of(home.database, home.family, medicine))[0]
    assert first.planned == amount_of("1–2 tablets")


async def test_an_open_card_is_to_show_how_it_is_taken_now(home: Home) -> None:
    medicine = await home.add()
    await factories.asked_dose(home.database, home.family, medicine)
    versions = text("SELECT wanted_version FROM notifications WHERE kind = 'slot_card'")
    async with without_walls(home.url) as connection:
        before = await connection.scalar(versions)
    await home.edit(medicine, instructions="by mouth")
    async with without_walls(home.url) as connection:
        assert await connection.scalar(versions) > before
