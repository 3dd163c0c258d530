"""Taken, on a card, of a medicine that was given shortly before."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import pytest

from domain.database.scope import Scope
from domain.database.unit_of_work import Database
from domain.local_time import Weekday
from domain.medicines.changes.locking import lock_medicine
from domain.medicines.doses.facts import DoseFacts
from domain.medicines.facts import MedicineFacts
from domain.medicines.records.corrections import Correction
from domain.medicines.records.intakes import Confirm, Giving, give
from domain.medicines.records.outlook import Doubt
from domain.medicines.records.presses import record_taken
from domain.medicines.records.recording import Recorded
from domain.medicines.schedules.days import Weekly
from domain.medicines.schedules.kinds import AsNeeded, Elapsed, Schedule, WallClock
from tests import factories
from tests.databases import move_to, somebody_waits_for_a_lock
from tests.factories import Account, daily
from tests.integration.medicines.records.home import (
    SKIPPED,
    TAKEN,
    Home,
    all_taken,
    logs,
    record,
)

HOUR = timedelta(hours=1)


async def taken(
    database: Database, who: Account, *dose_ids: UUID, seen: datetime | None = None
) -> Recorded:
    return await factories.acting(
        database, who, lambda scope: record_taken(scope, dose_ids, seen=seen)
    )


async def extra(database: Database, who: Account, medicine: MedicineFacts, at: datetime) -> None:
    giving = Giving(at=at, is_extra=True)
    await factories.acting(
        database, who, lambda scope: factories.give_surely(scope, medicine.id, giving)
    )


@pytest.mark.parametrize(
    ("times", "hours_before", "warns"),
    [
        (("08:00", "20:00"), 5, True),  # half the gap is six hours
        (("08:00", "20:00"), 7, False),
        (("08:00",), 11, True),  # twelve, where it's given once a day
        (("08:00",), 13, False),
        (("08:00", "10:00"), 0.5, True),
        (("08:00", "10:00"), 1.5, False),
    ],
)
async def test_an_extra_within_half_the_gap_is_said_before_it_is_recorded(
    database: Database, home: Home, times: tuple[str, ...], hours_before: float, *, warns: bool
) -> None:
    medicine = await factories.medicine(
        database, home.anna, home.mum, name="Ramipril", schedule=daily(*times)
    )
    dose = (await factories.doses_of(database, home.family, medicine))[0]
    move_to(database.clock, dose.due_at)
    given_at = dose.due_at - hours_before * HOUR
    await extra(database, home.ben, medicine, given_at)
    outcome = await taken(database, home.anna, dose.id)
    assert bool(outcome.too_soon) == warns
    assert bool(outcome.recorded) != warns
    for each in outcome.too_soon:
        assert (each.dose.id, each.given.taken_at) == (dose.id, given_at)
        assert each.given.resolved_by == "Ben"


async def test_what_was_shown_is_recorded_and_what_came_since_is_asked_again(
    database: Database, home: Home
) -> None:
    dose = await factories.asked_dose(database, home.family, home.aspirin)
    first, second = dose.due_at - 2 * HOUR, dose.due_at - HOUR
    await extra(database, home.ben, home.aspirin, first)
    assert (await taken(database, home.anna, dose.id)).too_soon
    await extra(database, home.ben, home.aspirin, second)
    again = await taken(database, home.anna, dose.id, seen=first)
    assert [each.given.taken_at for each in again.too_soon] == [second]
    outcome = await taken(database, home.anna, dose.id, seen=second)
    assert [each.id for each in outcome.recorded] == [dose.id]


async def test_the_others_of_a_card_are_recorded_all_the_same(
    database: Database, home: Home
) -> None:
    other = await factories.medicine(database, home.anna, home.mum, name="Statin")
    dose = await factories.asked_dose(database, home.family, home.aspirin)
    free = (await factories.doses_of(database, home.family, other))[0]
    await extra(database, home.ben, home.aspirin, dose.due_at - HOUR)
    outcome = await taken(database, home.anna, dose.id, free.id)
    assert [each.id for each in outcome.recorded] == [free.id]
    assert [each.dose.id for each in outcome.too_soon] == [dose.id]


async def test_two_doses_of_one_minute_belong_together(database: Database, home: Home) -> None:
    twin = await factories.medicine(database, home.anna, home.mum, name="Twin")
    first = await factories.asked_dose(database, home.family, home.aspirin)
    second = (await factories.doses_of(database, home.family, twin))[0]
    assert (await taken(database, home.anna, first.id)).recorded
    assert (await taken(database, home.ben, second.id)).recorded


async def first_dose(database: Database, home: Home, medicine: MedicineFacts) -> DoseFacts:
    return (await factories.doses_of(database, home.family, medicine))[0]


@pytest.mark.parametrize(("hours_before", "warns"), [(5, True), (6, False)])
async def test_every_so_many_hours_a_third_is_left_for_late_and_early_ones(
    database: Database, home: Home, hours_before: float, *, warns: bool
) -> None:
    schedule = Elapsed(timedelta(hours=8), datetime(2026, 11, 23, 12, tzinfo=UTC))
    medicine = await factories.medicine(
        database, home.anna, home.mum, name="Codeine", schedule=schedule
    )
    dose = await first_dose(database, home, medicine)
    move_to(database.clock, dose.due_at)
    await extra(database, home.ben, medicine, dose.due_at - hours_before * HOUR)
    assert bool((await taken(database, home.anna, dose.id)).too_soon) == warns


@pytest.mark.parametrize(("days_before", "warns"), [(3, True), (4, False)])
async def test_half_the_gap_of_a_weekly_dose_is_half_a_week(
    database: Database, home: Home, days_before: int, *, warns: bool
) -> None:
    weekly = WallClock((time(9),), date(2026, 11, 23), days=Weekly(frozenset({Weekday.MONDAY})))
    medicine = await factories.medicine(
        database, home.anna, home.mum, name="Methotrexate", schedule=weekly
    )
    first = await first_dose(database, home, medicine)
    move_to(database.clock, first.due_at)
    assert (await taken(database, home.anna, first.id)).recorded
    move_to(database.clock, first.due_at + timedelta(days=7) - days_before * 24 * HOUR)
    await extra(database, home.ben, medicine, database.clock.now())
    move_to(database.clock, first.due_at + timedelta(days=6))
    await factories.expand(database)
    second = (await factories.doses_of(database, home.family, medicine))[-1]
    move_to(database.clock, second.due_at)
    outcome = await taken(database, home.anna, second.id)
    assert bool(outcome.too_soon) == warns
    assert bool(outcome.recorded) != warns


class TestOneMedicineByTwoSchedules:
    """Aspirin at 08:00 every day, and Aspirin again: at other times, or as needed."""

    @pytest.mark.parametrize(
        ("name", "hours_before", "warns"),
        [("aspirin", 5, True), ("aspirin", 7, False), ("Ibuprofen", 1, False)],
    )
    async def test_what_was_given_as_needed_counts(
        self, database: Database, home: Home, name: str, hours_before: float, *, warns: bool
    ) -> None:
        four_a_day = daily("08:00", "12:00", "16:00", "20:00")
        by_the_clock = await self.beside(database, home, "Aspirin", four_a_day)
        six_apart = AsNeeded(date(2026, 11, 23), 6 * HOUR)
        as_needed = await self.beside(database, home, name, six_apart, by_the_clock)
        dose = await first_dose(database, home, by_the_clock)
        move_to(database.clock, dose.due_at)
        await extra(database, home.ben, as_needed, dose.due_at - hours_before * HOUR)
        outcome = await taken(database, home.anna, dose.id)
        assert bool(outcome.too_soon) == warns
        assert {each.given.name for each in outcome.too_soon} <= {"aspirin"}

    async def test_its_doses_are_neighbours(self, database: Database, home: Home) -> None:
        later = await self.beside(database, home, "Aspirin", daily("14:00"))
        morning = await first_dose(database, home, home.aspirin)
        move_to(database.clock, morning.due_at)
        assert (await taken(database, home.anna, morning.id)).recorded
        afternoon = await first_dose(database, home, later)
        move_to(database.clock, afternoon.due_at)
        assert (await taken(database, home.anna, afternoon.id)).recorded

    async def test_two_of_one_minute_are_given_together(
        self, database: Database, home: Home
    ) -> None:
        twin = await self.beside(database, home, "Aspirin", daily("08:00"))
        dose = await factories.asked_dose(database, home.family, home.aspirin)
        outcome = await all_taken(database, home.anna, home, dose.due_at)
        assert {each.medication_id for each in outcome.recorded} == {home.aspirin.id, twin.id}
        assert not outcome.too_soon

    async def test_pressed_in_the_same_instant_one_is_asked_about(
        self, database: Database, database_url: str, home: Home
    ) -> None:
        twin = await self.beside(database, home, "Aspirin", daily("10:00"))
        doses = [await first_dose(database, home, each) for each in (home.aspirin, twin)]
        move_to(database.clock, doses[0].due_at + 2 * HOUR - timedelta(minutes=5))
        await pressed_at_once(database, database_url, home, twin, doses)

    async def beside(
        self,
        database: Database,
        home: Home,
        name: str,
        schedule: Schedule,
        *others: MedicineFacts,
    ) -> MedicineFacts:
        return await factories.medicine(
            database,
            home.anna,
            home.mum,
            name=name,
            schedule=schedule,
            beside=[home.aspirin, *others],
        )


async def pressed_at_once(
    database: Database,
    database_url: str,
    home: Home,
    medicine: MedicineFacts,
    doses: Sequence[DoseFacts],
) -> None:
    """Anna takes one dose and Ben the other, and neither waits for what the other does: their
    transactions have begun before one of them could write.
    """
    held, pressed = asyncio.Event(), asyncio.Event()

    async def hold(scope: Scope) -> None:
        await lock_medicine(scope, medicine.id)
        held.set()
        await pressed.wait()

    holding = asyncio.create_task(factories.acting(database, home.anna, hold))
    async with asyncio.timeout(10):
        await held.wait()
    one = asyncio.create_task(taken(database, home.anna, doses[0].id))
    other = asyncio.create_task(taken(database, home.ben, doses[1].id))
    await somebody_waits_for_a_lock(database_url, how_many=2)
    pressed.set()
    await holding
    outcomes = [await one, await other]
    [recorded] = [dose for outcome in outcomes for dose in outcome.recorded]
    [warned] = [each for outcome in outcomes for each in outcome.too_soon]
    assert {recorded.id, warned.dose.id} == {dose.id for dose in doses}
    assert (warned.given.id, warned.given.resolved_by) == (recorded.id, recorded.resolved_by)
    assert len(await logs(database_url)) == 1


async def test_of_two_doses_pressed_in_the_same_instant_one_is_asked_about(
    database: Database, database_url: str, home: Home
) -> None:
    medicine = await factories.medicine(
        database, home.anna, home.mum, name="Levodopa", schedule=daily("08:00", "10:00")
    )
    doses = await factories.doses_of(database, home.family, medicine)
    move_to(database.clock, doses[0].due_at + 2 * HOUR - timedelta(minutes=5))
    await pressed_at_once(database, database_url, home, medicine, doses[:2])


async def test_what_a_correction_says_was_taken_is_seen_in_the_same_instant(
    database: Database, database_url: str, home: Home
) -> None:
    medicine = await factories.medicine(
        database, home.anna, home.mum, name="Levodopa", schedule=daily("08:00", "10:00")
    )
    first, second = (await factories.doses_of(database, home.family, medicine))[:2]
    move_to(database.clock, first.due_at + 2 * HOUR - timedelta(minutes=5))
    await record(database, home.ben, first.id, status=SKIPPED)
    corrected, pressed = asyncio.Event(), asyncio.Event()

    async def correct_slowly(scope: Scope) -> None:
        now = database.clock.now()
        await factories.correct_surely(scope, first.id, Correction(status=TAKEN, taken_at=now))
        corrected.set()
        await pressed.wait()

    correcting = asyncio.create_task(factories.acting(database, home.ben, correct_slowly))
    async with asyncio.timeout(10):
        await corrected.wait()
    press = asyncio.create_task(taken(database, home.anna, second.id))
    await somebody_waits_for_a_lock(database_url)
    pressed.set()
    await correcting
    assert [each.given.id for each in (await press).too_soon] == [first.id]


async def test_one_dose_pressed_twice_in_the_same_instant_is_no_reason_to_ask(
    database: Database, database_url: str, home: Home
) -> None:
    dose = await factories.asked_dose(database, home.family, home.aspirin)
    outcomes = await asyncio.gather(
        *(taken(database, who, dose.id) for who in (home.anna, home.ben) * 3)
    )
    assert [each.id for outcome in outcomes for each in outcome.recorded] == [dose.id]
    assert [each.id for outcome in outcomes for each in outcome.already] == [dose.id] * 5
    assert not any(outcome.too_soon for outcome in outcomes)
    assert len(await logs(database_url)) == 1


async def test_two_doses_that_meet_where_the_clock_jumps_belong_together(
    database: Database, home: Home
) -> None:
    """02:00 and 03:00 are one minute on that night."""
    move_to(database.clock, datetime(2027, 3, 14, 5, tzinfo=UTC))
    night = WallClock((time(2), time(3)), date(2027, 3, 14), date(2027, 3, 14))
    ada = await factories.person(database, home.anna, "Ada", zone="America/New_York")
    medicine = await factories.medicine(database, home.anna, ada, schedule=night)
    one, other = await factories.doses_of(database, home.family, medicine)
    move_to(database.clock, one.due_at)
    assert one.due_at == other.due_at
    assert (await taken(database, home.anna, one.id)).recorded
    assert (await taken(database, home.ben, other.id)).recorded


@pytest.mark.parametrize(("hours_before", "asks"), [(5, True), (7, False)])
async def test_given_by_name_it_is_compared_as_on_the_card(
    database: Database, home: Home, hours_before: float, *, asks: bool
) -> None:
    medicine = await factories.medicine(
        database, home.anna, home.mum, name="Ramipril", schedule=daily("08:00", "20:00")
    )
    dose = await first_dose(database, home, medicine)
    move_to(database.clock, dose.due_at)
    await extra(database, home.ben, medicine, dose.due_at - hours_before * HOUR)
    outcome = await factories.acting(database, home.anna, lambda scope: give(scope, medicine.id))
    assert isinstance(outcome, Confirm if asks else Recorded)
    if isinstance(outcome, Confirm):
        assert outcome.outlook.doubts == {Doubt.TOO_SOON}
        assert outcome.outlook.counts_for is not None
