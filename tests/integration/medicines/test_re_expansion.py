"""Doses when a medicine changes: nothing is doubled, nothing falls silent, the past stays."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
from sqlalchemy import text

from domain.database.scope import Scope
from domain.database.unit_of_work import Database
from domain.errors import NotFound
from domain.family.families import FamilyFacts
from domain.family.people import Person
from domain.local_time import Weekday
from domain.medicines import reading
from domain.medicines.changes import editing, moving, status
from domain.medicines.dosages import Dosage
from domain.medicines.doses.facts import DoseFacts
from domain.medicines.errors import MedicineChanged, SameMedicine
from domain.medicines.facts import MedicineFacts
from domain.medicines.records import recording, undo
from domain.medicines.schedules.days import Weekly
from domain.medicines.schedules.kinds import AsNeeded, Elapsed, Schedule, WallClock
from domain.models.medicines import DoseStatus, MedicineStatus
from tests import factories
from tests.databases import move_to, without_walls
from tests.factories import Account, daily

TAKEN = DoseStatus.TAKEN


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """In November 2026, UTC, which is London's clock then."""
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


@dataclass(frozen=True)
class Home:
    database: Database
    family: FamilyFacts
    anna: Account
    mum: Person

    async def do(self, work: Callable[[Scope], Awaitable[MedicineFacts]]) -> MedicineFacts:
        return await factories.acting(self.database, self.anna, work)

    async def add(self, schedule: Schedule, dosage: str = "100 mg") -> MedicineFacts:
        return await factories.medicine(
            self.database, self.anna, self.mum, schedule=schedule, dosage=dosage
        )

    async def edit(self, medicine: MedicineFacts, schedule: Schedule) -> MedicineFacts:
        return await self.do(
            lambda scope: editing.edit_medication(
                scope, medicine.id, version=medicine.version, schedule=schedule
            )
        )

    async def asked(self, moment: datetime) -> None:
        """It is *moment*, and everything due by then was asked for."""
        await factories.wake_up(self.database, moment)
        await factories.deliver(self.database)

    async def take(self, dose: DoseFacts) -> None:
        await factories.acting(
            self.database,
            self.anna,
            lambda scope: recording.record_doses(scope, [dose.id], status=TAKEN),
        )

    async def doses(self, medicine: MedicineFacts) -> list[DoseFacts]:
        return list(await factories.doses_of(self.database, self.family, medicine))

    async def open(self, medicine: MedicineFacts) -> list[datetime]:
        """When the open doses are due."""
        found = await self.doses(medicine)
        return [dose.due_at for dose in found if dose.status is DoseStatus.PENDING]


@pytest_asyncio.fixture
async def home(database: Database) -> Home:
    """Monday 23 November, 07:30 in London: Anna looks after Mum."""
    anna = await factories.user(database)
    smith = await factories.family(database, anna)
    return Home(database, smith, anna, await factories.person(database, anna))


async def test_an_edit_changes_what_lies_ahead_and_keeps_the_past(home: Home) -> None:
    aspirin = await home.add(daily("08:00", "20:00"))
    await home.asked(at(23, 8))
    (morning, *_) = await home.doses(aspirin)
    await home.take(morning)
    edited = await home.do(
        lambda scope: editing.edit_medication(
            scope, aspirin.id, version=1, name="ASS", dosage=Dosage("50 mg")
        )
    )
    assert (edited.version, edited.first_due_at) == (2, at(23, 20))
    words = [(d.name, d.dosage, d.status) for d in await home.doses(aspirin)]
    assert words[0] == ("Aspirin", "100 mg", TAKEN)
    assert set(words[1:]) == {("ASS", "50 mg", DoseStatus.PENDING)}


async def test_an_edit_does_not_ask_twice_for_what_was_given(home: Home) -> None:
    aspirin = await home.add(daily("08:00"))
    await home.asked(at(23, 8))
    await home.take((await home.doses(aspirin))[0])
    edited = await home.edit(aspirin, daily("09:00"))
    assert await home.open(aspirin) == [at(24, 9)]
    assert edited.first_due_at == at(24, 9)


async def test_an_edit_while_it_is_asked_for_asks_for_no_second_one_today(home: Home) -> None:
    aspirin = await home.add(daily("08:00"))
    await home.asked(at(23, 8))
    await home.edit(aspirin, daily("09:00"))
    assert await home.open(aspirin) == [at(23, 8), at(24, 9)]


async def test_a_time_that_is_added_counts_today(home: Home) -> None:
    aspirin = await home.add(daily("08:00"))
    await home.asked(at(23, 8))
    await home.take((await home.doses(aspirin))[0])
    await home.edit(aspirin, daily("08:00", "14:00", "20:00"))
    assert (await home.open(aspirin))[:3] == [at(23, 14), at(23, 20), at(24, 8)]


async def test_a_weekly_medicine_that_was_given_waits_a_week_wherever_it_moves(home: Home) -> None:
    def on(weekday: Weekday) -> WallClock:
        return WallClock((time(8),), date(2026, 11, 23), days=Weekly(frozenset({weekday})))

    methotrexate = await home.add(on(Weekday.MONDAY))
    await home.asked(at(23, 8))
    await home.take((await home.doses(methotrexate))[0])
    edited = await home.edit(methotrexate, on(Weekday.TUESDAY))
    assert edited.first_due_at == at(23, 8) + timedelta(days=8)
    for day in range(24, 31):  # nor does the daily expansion make it
        move_to(home.database.clock, at(day, 7))
        await expand(home)
    assert await home.open(methotrexate) == [at(23, 8) + timedelta(days=8)]


async def test_two_who_edit_at_once_do_not_overwrite_each_other(home: Home) -> None:
    aspirin = await home.add(daily("08:00"))
    await home.edit(aspirin, daily("09:00"))
    with pytest.raises(MedicineChanged) as refusal:
        await home.edit(aspirin, daily("10:00"))
    assert refusal.value.medicine.schedule == daily("09:00")


async def test_the_same_medicine_is_refused_until_it_is_meant(home: Home) -> None:
    await home.add(daily("08:00"))
    with pytest.raises(SameMedicine) as refusal:
        await home.add(daily("20:00"), dosage="50 mg")
    assert refusal.value.existing.dosage.words == "100 mg"


async def test_a_pause_is_quiet_until_the_day_of_return(home: Home) -> None:
    aspirin = await home.add(daily("08:00"))
    paused = await home.do(
        lambda scope: status.pause_medication(scope, aspirin.id, resumes_on=date(2026, 11, 26))
    )
    assert (paused.status, paused.first_due_at) == (MedicineStatus.PAUSED, at(26, 8))
    assert await home.open(aspirin) == []
    move_to(home.database.clock, at(25, 7))
    await expand(home)
    assert await home.open(aspirin) == [at(26, 8)]
    move_to(home.database.clock, at(26, 7))
    await expand(home)
    assert await home.open(aspirin) == [at(26, 8), at(27, 8)]
    now = await factories.acting(
        home.database, home.anna, lambda scope: reading.get_medication(scope, aspirin.id)
    )
    assert (now.status, now.resumes_at) == (MedicineStatus.ACTIVE, None)


async def test_a_pause_without_return_stays_quiet(home: Home) -> None:
    aspirin = await home.add(daily("08:00"))
    paused = await home.do(
        lambda scope: status.pause_medication(scope, aspirin.id, resumes_on=None)
    )
    assert paused.first_due_at is None
    move_to(home.database.clock, at(28, 7))
    await expand(home)
    assert await home.open(aspirin) == []
    await home.do(lambda scope: status.restore_medication(scope, aspirin.id))
    assert await home.open(aspirin) == [at(28, 8), at(29, 8)]


async def test_a_pause_does_not_bring_back_what_was_stopped_meanwhile(home: Home) -> None:
    aspirin = await home.add(daily("08:00"))
    await home.do(lambda scope: status.stop_medication(scope, aspirin.id))
    with pytest.raises(NotFound):
        await home.do(
            lambda scope: status.pause_medication(scope, aspirin.id, resumes_on=date(2026, 11, 26))
        )
    assert await home.open(aspirin) == []


async def test_a_stop_by_mistake_asks_again_at_once(home: Home) -> None:
    aspirin = await home.add(daily("08:00"))
    await home.asked(at(23, 8))
    move_to(home.database.clock, at(23, 8, 10))
    await home.do(lambda scope: status.stop_medication(scope, aspirin.id))
    assert await home.open(aspirin) == []
    move_to(home.database.clock, at(23, 8, 12))
    await home.do(lambda scope: status.restore_medication(scope, aspirin.id))
    assert (await home.open(aspirin))[0] == at(23, 8)
    await factories.wake_up(home.database, at(23, 8, 13))
    assert await cards(home) == [(at(23, 8), 0), (at(23, 8), 1)]


async def test_what_was_given_before_a_pause_is_not_asked_for_after_it(home: Home) -> None:
    aspirin = await home.add(daily("08:00"))
    await home.asked(at(23, 8))
    await home.take((await home.doses(aspirin))[0])
    await home.do(lambda scope: status.pause_medication(scope, aspirin.id, resumes_on=None))
    await home.do(lambda scope: status.restore_medication(scope, aspirin.id))
    assert await home.open(aspirin) == [at(24, 8)]


async def test_a_person_who_moves_west_has_each_day_once(home: Home) -> None:
    aspirin = await home.add(daily("08:00"))
    await home.asked(at(23, 8))
    await home.take((await home.doses(aspirin))[0])
    await move(home, "America/New_York")
    # 08:00 in New York is 13:00 UTC; Monday's was given in London.
    assert await home.open(aspirin) == [at(24, 13)]


async def test_a_person_who_moves_east_keeps_the_dose_that_would_have_gone_by(home: Home) -> None:
    aspirin = await home.add(daily("09:00"))
    await move(home, "Asia/Tokyo")
    # Monday 09:00 in Tokyo has gone by: it is asked for at London's nine, then on Tokyo's clock.
    assert await home.open(aspirin) == [at(23, 9), at(24, 0)]
    (kept, following) = await home.doses(aspirin)
    assert (f"{kept.local:%d %H:%M}", f"{following.local:%d %H:%M}") == ("23 09:00", "24 09:00")


async def test_what_counts_from_the_last_intake_moves_with_it(home: Home) -> None:
    every = Elapsed(timedelta(hours=8), at(23, 8), from_last_intake=True)
    antibiotic = await home.add(every)
    assert (await home.open(antibiotic))[:3] == [at(23, 8), at(23, 16), at(24, 0)]
    await home.asked(at(23, 8))
    move_to(home.database.clock, at(23, 9, 15))
    (first, *_) = await home.doses(antibiotic)
    await home.take(first)
    assert (await home.open(antibiotic))[:2] == [at(23, 17, 15), at(24, 1, 15)]
    await factories.acting(
        home.database, home.anna, lambda scope: undo.undo_doses(scope, [first.id])
    )
    assert (await home.open(antibiotic))[:3] == [at(23, 8), at(23, 16), at(24, 0)]


async def test_nothing_falls_due_as_needed(home: Home) -> None:
    ibuprofen = await home.add(AsNeeded(date(2026, 11, 23), timedelta(hours=6), 4))
    assert await home.doses(ibuprofen) == []
    assert ibuprofen.first_due_at is None


async def test_amounts_that_differ_by_time_stand_on_the_doses(home: Home) -> None:
    one, half = factories.amount_of("1 tablet"), factories.amount_of("½ tablet")
    schedule = WallClock((time(8), time(22)), date(2026, 11, 23), dosages=(one, half))
    warfarin = await home.add(schedule, dosage="1 tablet")
    assert [d.dosage for d in await home.doses(warfarin)][:3] == [
        "1 tablet",
        "½ tablet",
        "1 tablet",
    ]


async def expand(home: Home) -> None:
    await factories.expand(home.database)


async def move(home: Home, zone: str) -> None:
    async def work(scope: Scope) -> None:
        await moving.move_person(scope, home.mum.id, ZoneInfo(zone))

    await factories.acting(home.database, home.anna, work)


async def cards(home: Home) -> list[tuple[datetime, int]]:
    url = home.database.engine.url.render_as_string(hide_password=False)
    async with without_walls(url) as connection:
        rows = await connection.execute(
            text("SELECT slot_at, ask_no FROM notifications ORDER BY slot_at, ask_no")
        )
        return [(row.slot_at, row.ask_no) for row in rows]
