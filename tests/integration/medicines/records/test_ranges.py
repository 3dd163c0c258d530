"""Doses that are a range: somebody says how much it was, and nothing records one without that."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from domain.access import Role
from domain.database.unit_of_work import Database
from domain.errors import NotAllowed
from domain.medicines.dosages import Dosage
from domain.medicines.doses.facts import DoseFacts
from domain.medicines.facts import MedicineFacts
from domain.medicines.records import presses
from domain.medicines.records.corrections import Correction, correct_dose
from domain.medicines.records.intakes import Confirm, Giving, HowMuch, give
from domain.medicines.records.late import record_late
from domain.medicines.records.outlook import Doubt
from domain.medicines.records.presses import WhichDose
from domain.medicines.records.recording import Recorded, record_doses
from domain.medicines.schedules.kinds import AsNeeded
from domain.medicines.stock.levels import get_stock
from domain.medicines.stock.refills import refill
from tests import factories
from tests.databases import move_to
from tests.factories import amount_of
from tests.integration.medicines.records.home import (
    SKIPPED,
    TAKEN,
    Home,
    all_taken,
    record,
    undo_dose,
)

ONE, TWO, THREE = amount_of("1 tablet"), amount_of("2 tablets"), amount_of("3 tablets")


@dataclass(frozen=True)
class Ranged:
    """Mum's paracetamol, 1–2 tablets at 08:00, of which 20 are left; its first dose is open."""

    database: Database
    home: Home
    medicine: MedicineFacts
    dose: DoseFacts

    async def now(self) -> DoseFacts:
        doses = await factories.doses_of(self.database, self.home.family, self.medicine)
        return next(dose for dose in doses if dose.id == self.dose.id)

    async def left(self) -> Decimal | None:
        stock = await factories.acting(
            self.database, self.home.ben, lambda scope: get_stock(scope, self.medicine)
        )
        return stock.amount

    async def take(self, given: Dosage | None) -> Recorded:
        return await factories.acting(
            self.database,
            self.home.ben,
            lambda scope: presses.record_taken(scope, [self.dose.id], given=given),
        )


@pytest.fixture
async def ranged(database: Database, home: Home) -> Ranged:
    medicine = await factories.medicine(
        database, home.anna, home.mum, name="Paracetamol", dosage="1–2 tablets"
    )
    await factories.acting(
        database, home.anna, lambda s: refill(s, medicine.id, Decimal(20), unit="tablet")
    )
    dose = await factories.asked_dose(database, home.family, medicine)
    return Ranged(database, home, medicine, dose)


async def test_it_is_not_recorded_until_somebody_says_how_much(ranged: Ranged) -> None:
    outcome = await ranged.take(None)
    assert (outcome.recorded, [dose.id for dose in outcome.to_choose]) == ([], [ranged.dose.id])
    assert (await ranged.now()).status == "pending"
    assert await ranged.left() == 20


async def test_what_is_chosen_is_given_and_taken_from_the_stock(ranged: Ranged) -> None:
    [dose] = (await ranged.take(TWO)).recorded
    assert (dose.status, dose.given, dose.dose_count) == (TAKEN, "2 tablets", Decimal(1))
    assert await ranged.left() == 18


async def test_undo_leaves_the_range_and_the_stock_as_they_were(ranged: Ranged) -> None:
    await ranged.take(TWO)
    await undo_dose(ranged.database, ranged.home.ben, ranged.dose.id)
    dose = await ranged.now()
    assert (dose.status, dose.given, dose.planned) == ("pending", None, amount_of("1–2 tablets"))
    assert await ranged.left() == 20


async def test_it_can_be_skipped_as_ever(ranged: Ranged) -> None:
    outcome = await record(ranged.database, ranged.home.ben, ranged.dose.id, status=SKIPPED)
    assert [dose.status for dose in outcome.recorded] == [SKIPPED]


async def test_a_range_is_never_what_was_given(ranged: Ranged) -> None:
    with pytest.raises(ValueError, match="not a range"):
        await ranged.take(amount_of("1–2 tablets"))


async def test_all_taken_leaves_it_open(ranged: Ranged, home: Home) -> None:
    outcome = await all_taken(ranged.database, home.ben, home, ranged.dose.due_at)
    assert [dose.name for dose in outcome.recorded] == ["Aspirin"]
    assert [dose.id for dose in outcome.to_choose] == [ranged.dose.id]
    assert (await ranged.now()).status == "pending"


async def test_a_viewer_is_not_asked_how_much(ranged: Ranged, home: Home) -> None:
    viewer = await factories.member(ranged.database, home.anna, Role.VIEWER, name="Cleo")
    with pytest.raises(NotAllowed):
        await factories.acting(
            ranged.database, viewer, lambda s: presses.take_from_card(s, ranged.dose.id)
        )


async def test_give_asks_how_much(ranged: Ranged, home: Home) -> None:
    question = await factories.acting(
        ranged.database, home.ben, lambda scope: give(scope, ranged.medicine.id)
    )
    assert isinstance(question, HowMuch)
    assert question.of.choices == (Decimal(1), Decimal(2))
    outcome = await factories.acting(
        ranged.database, home.ben, lambda scope: give(scope, ranged.medicine.id, Giving(given=TWO))
    )
    assert isinstance(outcome, Recorded)
    assert [dose.id for dose in outcome.recorded] == [ranged.dose.id]


async def test_more_than_the_range_is_a_multiple_and_asked(ranged: Ranged, home: Home) -> None:
    question = await factories.acting(
        ranged.database,
        home.ben,
        lambda scope: give(scope, ranged.medicine.id, Giving(given=THREE)),
    )
    assert isinstance(question, Confirm)
    assert Doubt.OTHER_AMOUNT in question.outlook.doubts
    assert question.outlook.count == Decimal("1.5")


async def test_a_range_that_is_typed_is_asked_about(ranged: Ranged, home: Home) -> None:
    typed = Giving(given=amount_of("2–3 tablets"))
    question = await factories.acting(
        ranged.database, home.ben, lambda scope: give(scope, ranged.medicine.id, typed)
    )
    assert isinstance(question, HowMuch)
    assert question.of.choices == (Decimal(2), Decimal(3))


async def test_the_maximum_counts_any_amount_of_the_range_as_one_dose(
    database: Database, home: Home
) -> None:
    needed = AsNeeded(date(2026, 11, 23), max_per_day=2)
    medicine = await factories.medicine(
        database, home.anna, home.mum, name="Ibuprofen", dosage="1–2 tablets", schedule=needed
    )
    for _ in range(2):
        await factories.acting(
            database,
            home.ben,
            lambda s: factories.give_surely(s, medicine.id, Giving(given=TWO)),
        )
        database.clock.advance(timedelta(hours=1))
    third = await factories.acting(
        database, home.ben, lambda scope: give(scope, medicine.id, Giving(given=ONE))
    )
    assert isinstance(third, Confirm)
    assert third.outlook.others == 2
    assert Doubt.TOO_MANY in third.outlook.doubts
    assert Doubt.OTHER_AMOUNT not in third.outlook.doubts


async def test_a_late_one_is_recorded_with_what_was_chosen(ranged: Ranged, home: Home) -> None:
    await factories.wake_up(ranged.database, ranged.dose.window_ends_at)
    outcome = await ranged.take(None)
    assert [dose.id for dose in outcome.to_choose] == [ranged.dose.id]
    assert [dose.id for dose in (await ranged.take(TWO)).late] == [ranged.dose.id]
    recorded = await factories.acting(
        ranged.database,
        home.ben,
        lambda s: record_late(s, [ranged.dose.id], at=None, given={ranged.dose.id: TWO}),
    )
    assert isinstance(recorded, Recorded)
    assert [dose.given for dose in recorded.recorded] == ["2 tablets"]
    assert await ranged.left() == 18


async def test_a_card_of_yesterday_keeps_what_was_chosen(ranged: Ranged, home: Home) -> None:
    await factories.wake_up(ranged.database, ranged.dose.window_ends_at)
    move_to(ranged.database.clock, ranged.dose.due_at + timedelta(hours=23))
    which = await factories.acting(
        ranged.database,
        home.ben,
        lambda scope: presses.take_from_card(scope, ranged.dose.id, given=TWO),
    )
    assert isinstance(which, WhichDose)
    assert which.given == TWO


async def test_a_correction_within_the_range_asks_nothing(ranged: Ranged, home: Home) -> None:
    await ranged.take(TWO)
    corrected = await factories.acting(
        ranged.database,
        home.ben,
        lambda scope: correct_dose(scope, ranged.dose.id, Correction(given=ONE)),
    )
    assert isinstance(corrected, DoseFacts)
    assert (corrected.given, await ranged.left()) == ("1 tablet", Decimal(19))


async def test_what_was_skipped_after_all_is_asked_how_much(ranged: Ranged, home: Home) -> None:
    await record(ranged.database, home.ben, ranged.dose.id, status=SKIPPED)
    taken = Correction(status=TAKEN, taken_at=ranged.dose.due_at)
    question = await factories.acting(
        ranged.database, home.ben, lambda scope: correct_dose(scope, ranged.dose.id, taken)
    )
    assert isinstance(question, HowMuch)
    corrected = await factories.acting(
        ranged.database,
        home.ben,
        lambda scope: correct_dose(scope, ranged.dose.id, replace(taken, given=TWO)),
    )
    assert isinstance(corrected, DoseFacts)
    assert (corrected.given, await ranged.left()) == ("2 tablets", Decimal(18))


async def test_the_forecast_counts_the_larger_amount(ranged: Ranged, home: Home) -> None:
    stock = await factories.acting(
        ranged.database, home.ben, lambda scope: get_stock(scope, ranged.medicine)
    )
    assert stock.forecast.days == 10


async def test_recording_several_takes_the_others(ranged: Ranged, home: Home) -> None:
    aspirin = (await factories.doses_of(ranged.database, home.family, home.aspirin))[0]
    outcome = await factories.acting(
        ranged.database,
        home.ben,
        lambda s: record_doses(s, [aspirin.id, ranged.dose.id], status=TAKEN),
    )
    assert [dose.id for dose in outcome.recorded] == [aspirin.id]
    assert outcome.already == []
