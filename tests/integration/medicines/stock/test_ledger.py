"""The ledger: taken with the dose, given back exactly."""

import asyncio
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest

from domain.medicines.dosages import Dosage
from domain.medicines.records import presses
from domain.medicines.records.corrections import Correction
from domain.medicines.records.recording import record_doses
from domain.medicines.records.undo import undo_doses
from domain.medicines.schedules.kinds import WallClock
from domain.medicines.stock import refills
from domain.medicines.stock.projection import Lasts
from domain.medicines.stock.undo import undo_stock_change
from domain.models.medicines import DoseStatus
from tests import factories
from tests.databases import move_to
from tests.factories import daily
from tests.integration.medicines.stock.home import TAKEN, Home


async def test_what_nobody_has_counted_stays_unknown(home: Home) -> None:
    aspirin = await home.add()
    await home.take(await home.asked(aspirin))
    assert await home.left(aspirin) is None


async def test_a_dose_takes_and_an_undo_gives_back(home: Home) -> None:
    aspirin = await home.add()
    await home.refill(aspirin, "10")
    dose = await home.asked(aspirin)
    await home.take(dose)
    assert await home.left(aspirin) == 9
    await factories.acting(home.database, home.anna, lambda scope: undo_doses(scope, [dose.id]))
    assert await home.left(aspirin) == 10


@pytest.mark.parametrize(
    ("dosage", "unit", "per_dose", "given", "used"),
    [
        ("2 tablets", "tablet", None, None, "2"),
        ("100 mg", "tablet", "2", None, "2"),
        ("100 mg", "tablet", "2", Dosage("50 mg", Decimal(50), "mg"), "1"),
        ("100 mg", "tablet", "1", Dosage("½ tablet", Decimal("0.5"), "tablet"), "0.5"),
        ("100 mg", "piece", "1", Dosage("a thin layer"), "1"),
        ("100 mg", "mg", None, Dosage("30 mg", Decimal(30), "mg"), "30"),
    ],
)
async def test_what_a_dose_uses_is_the_same_for_the_ledger_and_for_the_forecast(
    home: Home, dosage: str, unit: str, per_dose: str | None, given: Dosage | None, used: str
) -> None:
    aspirin = await home.add(dosage=dosage)
    dose = await home.asked(aspirin)
    refilled = await home.refill(aspirin, "1000", unit=unit, per_dose=per_dose)
    await home.take(dose, given)
    assert await home.left(aspirin) == 1000 - Decimal(used)
    if given is None:
        # Refilled while today's dose was open: it is one of the doses that are covered.
        assert refilled.stock.forecast.days == int(1000 / Decimal(used))


async def test_a_correction_takes_what_was_really_given(home: Home) -> None:
    aspirin = await home.add()
    await home.refill(aspirin, "10")
    dose = await home.asked(aspirin)
    await home.take(dose)
    half = Correction(given=Dosage("½ tablet", Decimal("0.5"), "tablet"))
    for correction, left in (
        (half, "9.5"),
        (Correction(status=DoseStatus.SKIPPED, note="sick"), "10"),
        (Correction(status=TAKEN), "9"),
    ):
        await home.correct(dose, correction)
        assert await home.left(aspirin) == Decimal(left)


async def test_what_was_given_before_anybody_counted_is_not_taken_off_the_count(
    home: Home,
) -> None:
    aspirin = await home.add()
    dose = await home.asked(aspirin)
    await home.take(dose)
    await home.refill(aspirin, "10")
    for correction in (
        Correction(note="with food"),
        Correction(status=DoseStatus.SKIPPED, note="sick"),
        Correction(status=TAKEN),
    ):
        await home.correct(dose, correction)
        assert await home.left(aspirin) == 10


async def test_what_was_counted_after_a_dose_stands_when_the_dose_is_undone(home: Home) -> None:
    """It wasn't given, so it was in the box that was counted."""
    aspirin = await home.add()
    await home.refill(aspirin, "10")
    dose = await home.asked(aspirin)
    await home.take(dose)
    await home.refill(aspirin, "12", is_count=True)
    await factories.acting(home.database, home.anna, lambda scope: undo_doses(scope, [dose.id]))
    assert await home.left(aspirin) == 12
    # Given after all, it comes out of that box, and goes back into it.
    await home.take(dose)
    assert await home.left(aspirin) == 11
    half = Correction(given=Dosage("½ tablet", Decimal("0.5"), "tablet"))
    await home.correct(dose, half)
    assert await home.left(aspirin) == Decimal("11.5")
    await factories.acting(home.database, home.anna, lambda scope: undo_doses(scope, [dose.id]))
    assert await home.left(aspirin) == 12


async def test_a_correction_of_what_was_recorded_before_a_count_leaves_the_count(
    home: Home,
) -> None:
    aspirin = await home.add()
    await home.refill(aspirin, "10")
    dose = await home.asked(aspirin)
    await home.take(dose)
    await home.refill(aspirin, "9", is_count=True)  # as it should be
    for correction in (
        Correction(given=Dosage("½ tablet", Decimal("0.5"), "tablet")),
        Correction(status=DoseStatus.SKIPPED, note="sick"),
        Correction(status=TAKEN),
    ):
        await home.correct(dose, correction)
        assert await home.left(aspirin) == 9


async def test_what_was_lost_is_no_count(home: Home) -> None:
    aspirin = await home.add()
    await home.refill(aspirin, "10")
    dose = await home.asked(aspirin)
    await home.take(dose)
    await home.refill(aspirin, "-2")
    await factories.acting(home.database, home.anna, lambda scope: undo_doses(scope, [dose.id]))
    assert await home.left(aspirin) == 8


async def test_a_count_that_is_undone_leaves_what_the_doses_have_taken(home: Home) -> None:
    aspirin = await home.add()
    await home.refill(aspirin, "10")
    dose = await home.asked(aspirin)
    await home.take(dose)
    await home.refill(aspirin, "12", is_count=True)
    counted = await home.event("stock.counted")
    await factories.acting(home.database, home.anna, lambda scope: undo_doses(scope, [dose.id]))
    await factories.acting(
        home.database, home.anna, lambda scope: undo_stock_change(scope, counted)
    )
    assert await home.left(aspirin) == 10
    await home.take(dose)
    assert await home.left(aspirin) == 9
    await factories.acting(home.database, home.anna, lambda scope: undo_doses(scope, [dose.id]))
    assert await home.left(aspirin) == 10


async def test_two_who_take_the_last_one_leave_one_less_than_none(home: Home) -> None:
    aspirin = await home.add(schedule=daily("08:00", "08:01"))
    await home.refill(aspirin, "1")
    first = await home.asked(aspirin)
    await factories.wake_up(home.database, first.due_at + timedelta(minutes=1))
    second = (await factories.doses_of(home.database, home.family, aspirin))[1]
    await asyncio.gather(home.take(first), home.take(second))
    assert await home.left(aspirin) == -1
    await factories.acting(home.database, home.anna, lambda scope: undo_doses(scope, [first.id]))
    assert await home.left(aspirin) == 0


async def test_two_doses_at_the_end_of_a_gap_take_one_after_the_other(home: Home) -> None:
    """02:00 and 03:00 meet where the clock jumps forward; one tap records both."""
    ada = await factories.person(home.database, home.anna, "Ada", zone="America/New_York")
    move_to(home.database.clock, datetime(2027, 3, 14, 5, tzinfo=UTC))
    schedule = WallClock((time(2), time(3)), date(2027, 3, 14), date(2027, 3, 14))
    aspirin = await factories.medicine(
        home.database, home.anna, ada, dosage="1 tablet", schedule=schedule
    )
    await home.refill(aspirin, "1.5")
    dose = await home.asked(aspirin)
    await factories.acting(
        home.database,
        home.anna,
        lambda scope: presses.take_slot_from_card(scope, ada.id, dose.due_at),
    )
    found = await factories.doses_of(home.database, home.family, aspirin)
    assert [d.status for d in found] == [TAKEN, TAKEN]
    assert await home.left(aspirin) == Decimal("-0.5")


async def test_what_was_given_beyond_the_count_comes_back_with_a_correction(home: Home) -> None:
    aspirin = await home.add(dosage="2 tablets")
    await home.refill(aspirin, "1")
    dose = await home.asked(aspirin)
    await home.take(dose)
    assert await home.left(aspirin) == -1
    await home.correct(dose, Correction(given=factories.amount_of("1 tablet")))
    assert await home.left(aspirin) == 0
    await home.correct(dose, Correction(status=DoseStatus.SKIPPED, note="sick"))
    assert await home.left(aspirin) == 1


async def test_after_a_change_of_unit_nothing_is_taken_until_somebody_says_how_much(
    home: Home,
) -> None:
    """Seven tablets are left, and 2 tablets become 50 mg: fifty are not taken."""
    aspirin = await home.add(dosage="2 tablets")
    await home.refill(aspirin, "7")
    changed = await home.change_dosage(aspirin, "50 mg")
    stocked = (await home.details(changed)).stock
    assert (stocked.unmeasured, stocked.forecast.kind) == (changed.dosage, Lasts.UNMEASURED)
    dose = await home.asked(aspirin)
    await home.take(dose)
    assert await home.left(aspirin) == 7
    await home.correct(dose, Correction(status=TAKEN, note="before breakfast"))
    assert await home.left(aspirin) == 7
    measured = await factories.acting(
        home.database,
        home.anna,
        lambda scope: refills.set_per_dose(
            scope, aspirin.id, Decimal(2), dosage=changed.dosage, unit="tablet", seen=None
        ),
    )
    assert (measured.stock.unmeasured, measured.stock.forecast.days) == (None, 3)
    await home.correct(dose, Correction(note="after breakfast"))
    assert await home.left(aspirin) == 5


async def test_what_one_said_of_a_dosage_holds_for_its_other_amounts(home: Home) -> None:
    """One tablet is 100 mg, so 50 mg are half of one; and after Undo it is one again."""
    aspirin = await home.add(dosage="100 mg")
    await home.refill(aspirin, "10", per_dose="1")
    halved = await home.change_dosage(aspirin, "50 mg")
    assert (await home.forecast(halved)).days == 20
    dropped = await home.change_dosage(halved, "5 ml")
    assert (await home.forecast(dropped)).kind is Lasts.UNMEASURED
    back = await home.change_dosage(dropped, "100 mg")
    assert (await home.forecast(back)).days == 10
    await home.take(await home.asked(aspirin))
    assert await home.left(aspirin) == 9


async def test_an_open_dose_takes_what_it_said_before_the_change(home: Home) -> None:
    aspirin = await home.add(dosage="2 tablets")
    await home.refill(aspirin, "7")
    dose = await home.asked(aspirin)
    await home.change_dosage(aspirin, "50 mg")
    await home.take(dose)
    assert await home.left(aspirin) == 5


async def test_an_amount_in_another_unit_counts_by_the_doses_that_it_was(home: Home) -> None:
    """1 g of 500 mg are two doses, two tablets; before, whatever was left was taken for it."""
    aspirin = await home.add(dosage="500 mg")
    await home.refill(aspirin, "7", per_dose="1")
    dose = await home.asked(aspirin)
    gram = factories.amount_of("1 g")
    await factories.acting(
        home.database,
        home.anna,
        lambda scope: record_doses(
            scope, [dose.id], status=TAKEN, given=gram, dose_count=Decimal(2)
        ),
    )
    assert await home.left(aspirin) == 5
