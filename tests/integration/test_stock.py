"""The ledger: taken with the dose, given back exactly, never below none."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
import pytest_asyncio
from sqlalchemy import text

from domain import doses, stock
from domain.access import Role
from domain.care_recipients import Person
from domain.corrections import Correction
from domain.database import Database, as_dispatch, as_family
from domain.dosages import Dosage
from domain.doses import DoseStatus
from domain.errors import NotAllowed, PerDoseUnknown, StockUnitDiffers
from domain.families import FamilyFacts
from domain.medications import stop_medication
from domain.medicines import MedicineFacts
from domain.schedules import Schedule, WallClock
from tests import factories
from tests.databases import move_to, without_walls
from tests.factories import Account, daily

TAKEN = DoseStatus.TAKEN


@dataclass(frozen=True)
class Home:
    database: Database
    url: str
    family: FamilyFacts
    anna: Account
    mum: Person

    async def add(
        self, name: str = "Aspirin", dosage: str = "1 tablet", schedule: Schedule | None = None
    ) -> MedicineFacts:
        return await factories.medicine(
            self.database, self.anna, self.mum, name=name, dosage=dosage, schedule=schedule
        )

    async def refill(
        self,
        medicine: MedicineFacts,
        amount: str,
        *,
        unit: str = "tablet",
        per_dose: str | None = None,
        is_count: bool = False,
    ) -> stock.Refilled:
        return await factories.acting(
            self.database,
            self.anna,
            lambda scope: stock.refill(
                scope,
                medicine.id,
                Decimal(amount),
                unit=unit,
                per_dose=Decimal(per_dose) if per_dose else None,
                is_count=is_count,
            ),
        )

    async def asked(self, medicine: MedicineFacts) -> doses.DoseFacts:
        return await factories.asked_dose(self.database, self.family, medicine)

    async def take(self, dose: doses.DoseFacts, given: Dosage | None = None) -> None:
        await factories.acting(
            self.database,
            self.anna,
            lambda scope: doses.record_doses(scope, [dose.id], status=TAKEN, given=given),
        )

    async def correct(self, dose: doses.DoseFacts, correction: Correction) -> None:
        await factories.acting(
            self.database,
            self.anna,
            lambda scope: factories.correct_surely(scope, dose.id, correction),
        )

    async def promise(self, medicine: MedicineFacts) -> None:
        await factories.acting(
            self.database, self.anna, lambda scope: stock.promise_refill(scope, medicine.id)
        )

    async def left(self, medicine: MedicineFacts) -> Decimal | None:
        """By the column; the ledger must say the same."""
        async with without_walls(self.url) as connection:
            row = (
                await connection.execute(
                    text(
                        "SELECT stock, (SELECT coalesce(sum(change), 0) FROM stock_movements s"
                        " WHERE s.medication_id = m.id) AS ledger FROM medications m WHERE id = :id"
                    ),
                    {"id": medicine.id},
                )
            ).one()
        assert (row.stock or 0) == row.ledger
        left: Decimal | None = row.stock
        return left

    async def notices(self) -> int:
        async with without_walls(self.url) as connection:
            count = await connection.scalar(
                text("SELECT count(*) FROM notifications WHERE kind = 'refill'")
            )
        return int(count or 0)

    async def check(self, moment: datetime) -> None:
        """What the alarm has done at that minute."""
        move_to(self.database.clock, moment)
        await self.database.run(lambda s: stock.families_to_check(s, most=9), as_dispatch())
        await self.database.run(stock.check_family, as_family(self.family.id))


@pytest_asyncio.fixture
async def home(database: Database, database_url: str) -> Home:
    anna = await factories.user(database)
    family = await factories.family(database, anna)
    return Home(database, database_url, family, anna, await factories.person(database, anna))


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
    await factories.acting(
        home.database, home.anna, lambda scope: doses.undo_doses(scope, [dose.id])
    )
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
        days = refilled.stock.days_left(home.mum.zone, now=home.database.clock.now())
        assert days == int(1000 / Decimal(used)) + 1


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


async def test_two_who_take_the_last_one_leave_none_and_not_less(home: Home) -> None:
    aspirin = await home.add(schedule=daily("08:00", "08:01"))
    await home.refill(aspirin, "1")
    first = await home.asked(aspirin)
    await factories.wake_up(home.database, first.due_at + timedelta(minutes=1))
    second = (await factories.doses_of(home.database, home.family, aspirin))[1]
    await asyncio.gather(home.take(first), home.take(second))
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
        lambda scope: doses.take_slot_from_card(scope, ada.id, dose.due_at),
    )
    found = await factories.doses_of(home.database, home.family, aspirin)
    assert [d.status for d in found] == [TAKEN, TAKEN]
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


async def test_nobody_is_reminded_of_what_lasts_or_was_stopped(home: Home) -> None:
    lasting, stopped = await home.add(), await home.add("Iron")
    await home.refill(lasting, "30")
    await home.refill(stopped, "1")
    await factories.acting(
        home.database, home.anna, lambda scope: stop_medication(scope, stopped.id)
    )
    await home.check(datetime(2026, 11, 23, 10, tzinfo=UTC))
    assert await home.notices() == 0


async def test_the_reminder_comes_each_morning_until_somebody_gets_it(home: Home) -> None:
    aspirin, iron = await home.add(), await home.add("Iron")
    for medicine in (aspirin, iron):
        await home.refill(medicine, "3")
    await home.check(datetime(2026, 11, 23, 9, 59, tzinfo=UTC))
    assert await home.notices() == 0
    await home.check(datetime(2026, 11, 23, 10, tzinfo=UTC))
    assert await home.notices() == 1  # one message for both medicines
    await home.check(datetime(2026, 11, 24, 10, tzinfo=UTC))
    assert await home.notices() == 2
    for medicine in (aspirin, iron):
        await home.promise(medicine)
    await home.check(datetime(2026, 11, 25, 10, tzinfo=UTC))
    assert await home.notices() == 2
    await home.refill(aspirin, "1")
    await home.check(datetime(2026, 11, 26, 10, tzinfo=UTC))
    assert await home.notices() == 3


async def test_a_viewer_refills_nothing(home: Home) -> None:
    aspirin = await home.add()
    vic = await factories.member(home.database, home.anna, Role.VIEWER, name="Vic")
    with pytest.raises(NotAllowed):
        await factories.acting(
            home.database,
            vic,
            lambda scope: stock.refill(scope, aspirin.id, Decimal(1), unit="tablet"),
        )
