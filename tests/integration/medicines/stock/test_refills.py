"""What is added to a stock, counted or lost: what is refused, and what Undo gives back."""

from decimal import Decimal

import pytest

from domain.access import Role
from domain.errors import NotAllowed
from domain.medicines.errors import (
    MedicineChanged,
    NotEnoughStock,
    PerDoseUnknown,
    StockUnitDiffers,
)
from domain.medicines.records.undo import undo_doses
from domain.medicines.stock import refills
from domain.medicines.stock.undo import undo_stock_change
from tests import factories
from tests.integration.medicines.stock.home import Home


async def test_whoever_answers_second_is_asked_again(home: Home) -> None:
    aspirin = await home.add(dosage="2 tablets")
    await home.refill(aspirin, "7")
    changed = await home.change_dosage(aspirin, "50 mg")

    async def say(per_dose: int) -> None:
        await factories.acting(
            home.database,
            home.anna,
            lambda scope: refills.set_per_dose(
                scope,
                aspirin.id,
                Decimal(per_dose),
                dosage=changed.dosage,
                unit="tablet",
                seen=None,
            ),
        )

    await say(1)
    with pytest.raises(MedicineChanged):
        await say(2)
    await home.undo()
    assert (await home.details(changed)).stock.unmeasured == changed.dosage
    await say(2)
    assert (await home.forecast(changed)).days == 3


async def test_two_who_refill_at_once_do_not_overwrite_what_makes_a_dose(home: Home) -> None:
    """Both are asked; the second one's answer is not put silently in the place of the first's."""
    aspirin = await home.add(dosage="100 mg")
    await home.refill(aspirin, "10", per_dose="2")
    with pytest.raises(MedicineChanged):
        await home.refill(aspirin, "30", per_dose="1")
    await home.refill(aspirin, "30")
    assert (await home.forecast(aspirin)).days == 20


async def test_undo_of_a_refill_leaves_what_was_taken_since(home: Home) -> None:
    aspirin = await home.add()
    await home.refill(aspirin, "10")
    await home.promise(aspirin)
    await home.refill(aspirin, "30")
    await home.take(await home.asked(aspirin))
    await home.undo()
    assert await home.left(aspirin) == 40  # the dose was the last action
    dose = (await factories.doses_of(home.database, home.family, aspirin))[0]
    await home.take(dose)
    event = await home.event("stock.refilled")
    await factories.acting(home.database, home.anna, lambda scope: undo_stock_change(scope, event))
    assert await home.left(aspirin) == 9
    assert (await home.details(aspirin)).stock.promised_by == "Anna"
    assert await home.event("stock.put_back", column="undoes_id") == event


async def test_undo_of_the_first_count_makes_it_unknown_and_later_undos_harmless(
    home: Home,
) -> None:
    aspirin = await home.add(dosage="100 mg")
    await home.refill(aspirin, "10", per_dose="2")
    dose = await home.asked(aspirin)
    await home.take(dose)
    event = await home.event("stock.refilled")
    await factories.acting(home.database, home.anna, lambda scope: undo_stock_change(scope, event))
    assert await home.left(aspirin) is None
    await factories.acting(home.database, home.anna, lambda scope: undo_doses(scope, [dose.id]))
    assert await home.left(aspirin) is None
    with pytest.raises(PerDoseUnknown):
        await home.refill(aspirin, "10")


async def test_fewer_are_there(home: Home) -> None:
    aspirin = await home.add()
    with pytest.raises(NotEnoughStock):
        await home.refill(aspirin, "-2")
    await home.refill(aspirin, "10")
    await home.refill(aspirin, "-2")
    assert await home.left(aspirin) == 8
    with pytest.raises(NotEnoughStock):
        await home.refill(aspirin, "-9")
    await home.undo()
    assert await home.left(aspirin) == 10
    await home.refill(aspirin, "0", is_count=True)
    assert await home.left(aspirin) == 0


async def test_units_that_do_not_fit_are_refused(home: Home) -> None:
    aspirin = await home.add(dosage="100 mg")
    with pytest.raises(PerDoseUnknown):
        await home.refill(aspirin, "30")
    await home.refill(aspirin, "30", per_dose="1")
    with pytest.raises(StockUnitDiffers):
        await home.refill(aspirin, "200", unit="ml")
    assert await home.left(aspirin) == 30


async def test_a_count_is_what_is_there(home: Home) -> None:
    aspirin = await home.add()
    await home.refill(aspirin, "30")
    await home.refill(aspirin, "12", is_count=True)
    assert await home.left(aspirin) == 12


async def test_a_viewer_refills_nothing(home: Home) -> None:
    aspirin = await home.add()
    vic = await factories.member(home.database, home.anna, Role.VIEWER, name="Vic")
    with pytest.raises(NotAllowed):
        await factories.acting(
            home.database,
            vic,
            lambda scope: refills.refill(scope, aspirin.id, Decimal(1), unit="tablet"),
        )
