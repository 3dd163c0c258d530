"""The ledger: taken with the dose, given back exactly; and how long it lasts by what is to come."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
import pytest_asyncio
from sqlalchemy import text

from domain.access import Role
from domain.database.scope import Scope
from domain.database.unit_of_work import Database
from domain.errors import NotAllowed
from domain.family.families import FamilyFacts
from domain.family.people import Person
from domain.local_time import Weekday
from domain.medicines.changes.editing import edit_medication
from domain.medicines.changes.status import stop_medication
from domain.medicines.details import MedicineDetails, get_details
from domain.medicines.dosages import Dosage
from domain.medicines.doses import snoozing
from domain.medicines.doses.facts import DoseFacts
from domain.medicines.errors import (
    MedicineChanged,
    NotEnoughStock,
    PerDoseUnknown,
    StockUnitDiffers,
)
from domain.medicines.facts import MedicineFacts
from domain.medicines.records import presses
from domain.medicines.records.corrections import Correction
from domain.medicines.records.intakes import Giving
from domain.medicines.records.recording import record_doses
from domain.medicines.records.undo import undo_doses
from domain.medicines.schedules.days import Cycle, Daily, Monthly, Weekly
from domain.medicines.schedules.kinds import AsNeeded, Elapsed, Schedule, Steps, WallClock
from domain.medicines.stock import levels, refills, stock_checks
from domain.medicines.stock.measures import Measure
from domain.medicines.stock.projection import Forecast, Lasts
from domain.medicines.stock.undo import undo_stock_change
from domain.models.medicines import DoseStatus
from domain.overview import last_actions, undo
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
    ) -> levels.Refilled:
        return await factories.acting(
            self.database,
            self.anna,
            lambda scope: refills.refill(
                scope,
                medicine.id,
                Decimal(amount),
                unit=unit,
                measure=Measure.of(medicine.dosage, Decimal(per_dose)) if per_dose else None,
                is_count=is_count,
            ),
        )

    async def asked(self, medicine: MedicineFacts) -> DoseFacts:
        return await factories.asked_dose(self.database, self.family, medicine)

    async def take(self, dose: DoseFacts, given: Dosage | None = None) -> None:
        await factories.acting(
            self.database,
            self.anna,
            lambda scope: record_doses(scope, [dose.id], status=TAKEN, given=given),
        )

    async def correct(self, dose: DoseFacts, correction: Correction) -> None:
        await factories.acting(
            self.database,
            self.anna,
            lambda scope: factories.correct_surely(scope, dose.id, correction),
        )

    async def give(self, medicine: MedicineFacts, *, at: datetime | None = None) -> None:
        """As `/give` with a yes to whatever is asked."""

        await factories.acting(
            self.database,
            self.anna,
            lambda scope: factories.give_surely(scope, medicine.id, Giving(at=at)),
        )

    async def change_dosage(self, medicine: MedicineFacts, words: str) -> MedicineFacts:
        dosage = factories.amount_of(words)
        return await factories.acting(
            self.database,
            self.anna,
            lambda scope: edit_medication(
                scope, medicine.id, version=medicine.version, dosage=dosage
            ),
        )

    async def undo(self) -> None:
        """`/undo`, confirmed."""

        async def work(scope: Scope) -> None:
            action = await last_actions.find_last_action(scope)
            await undo.undo_action(scope, action.id)

        await factories.acting(self.database, self.anna, work)

    async def event(self, action: str, *, column: str = "id") -> UUID:
        """The last one of that *action* in the audit."""
        async with without_walls(self.url) as connection:
            found: UUID = await connection.scalar(
                text(
                    f"SELECT {column} FROM audit_events WHERE action = :action"
                    " ORDER BY created_at DESC LIMIT 1"
                ),
                {"action": action},
            )
        return found

    async def details(self, medicine: MedicineFacts) -> MedicineDetails:
        return await factories.acting(
            self.database, self.anna, lambda scope: get_details(scope, medicine.id)
        )

    async def forecast(self, medicine: MedicineFacts) -> Forecast:
        return (await self.details(medicine)).stock.forecast

    async def next(self, medicine: MedicineFacts) -> datetime | None:
        return (await self.details(medicine)).medicine.first_due_at

    async def promise(self, medicine: MedicineFacts) -> None:
        await factories.acting(
            self.database, self.anna, lambda scope: refills.promise_refill(scope, medicine.id)
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
        await factories.do_chore(
            self.database, lambda s: stock_checks.find_due(s, 9), stock_checks.check_stocks
        )


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


async def test_an_open_dose_is_shown_and_its_tablet_counted(home: Home) -> None:
    """At 08:00:25 the dose of 08:00 is due and unanswered."""
    aspirin = await home.add()
    await home.refill(aspirin, "10")
    dose = await home.asked(aspirin)
    move_to(home.database.clock, dose.due_at + timedelta(seconds=25))
    facts = (await home.details(aspirin)).medicine
    assert [d.due_at for d in facts.open_doses] == [dose.due_at]
    assert facts.first_due_at == dose.due_at + timedelta(days=1)
    assert (await home.forecast(aspirin)).days == 10
    last = dose.due_at + timedelta(days=9)
    assert (await home.forecast(aspirin)).last_at == last
    snoozed = await factories.acting(
        home.database, home.anna, lambda scope: snoozing.snooze_dose(scope, dose.id, minutes=10)
    )
    facts = (await home.details(aspirin)).medicine
    assert [d.snoozed_until for d in facts.open_doses] == [snoozed.until]
    await home.take(dose)
    assert (await home.details(aspirin)).medicine.open_doses == []
    assert (
        await home.forecast(aspirin)
    ).days == 9  # ten tablets less one: nine days, from tomorrow
    assert (await home.forecast(aspirin)).last_at == last


async def test_what_was_missed_or_skipped_is_not_to_come(home: Home) -> None:
    aspirin = await home.add()
    await home.refill(aspirin, "10")
    dose = await home.asked(aspirin)
    await factories.wake_up(home.database, dose.window_ends_at)
    assert (await home.forecast(aspirin)).last_at == dose.due_at + timedelta(days=10)
    following = (await factories.doses_of(home.database, home.family, aspirin))[1]
    await factories.acting(
        home.database,
        home.anna,
        lambda scope: record_doses(scope, [following.id], status=DoseStatus.SKIPPED),
    )
    assert await home.next(aspirin) == dose.due_at + timedelta(days=2)
    assert (await home.forecast(aspirin)).last_at == dose.due_at + timedelta(days=11)


NINE = (time(9),)
MONDAY = date(2026, 11, 23)
AT_NINE = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("schedule", "following"),
    [
        (WallClock(NINE, MONDAY), timedelta(days=1)),
        (WallClock(NINE, MONDAY, days=Daily(2)), timedelta(days=2)),
        (WallClock(NINE, MONDAY, days=Daily(3)), timedelta(days=3)),
        (WallClock(NINE, MONDAY, days=Weekly(frozenset({Weekday.MONDAY}))), timedelta(days=7)),
        (
            WallClock(NINE, MONDAY, days=Weekly(frozenset({Weekday.MONDAY}), every=2)),
            timedelta(days=14),
        ),
        (WallClock(NINE, MONDAY, days=Monthly(frozenset({23}))), timedelta(days=30)),
        (WallClock(NINE, MONDAY, days=Cycle(1, 6)), timedelta(days=7)),
        (Elapsed(timedelta(hours=48), AT_NINE), timedelta(hours=48)),
        (WallClock(NINE, MONDAY, MONDAY), None),
        (
            Steps(
                (
                    WallClock(NINE, MONDAY, MONDAY, dosages=(factories.amount_of("2 tablets"),)),
                    WallClock(NINE, date(2026, 11, 30), dosages=(factories.amount_of("1 tablet"),)),
                )
            ),
            timedelta(days=7),
        ),
    ],
    ids=repr,
)
async def test_a_dose_given_early_is_promised_no_more(
    home: Home, schedule: Schedule, following: timedelta | None
) -> None:
    """Due at 09:00, given at 08:30: it counts for 09:00, which is not to come any more."""
    medicine = await home.add("Methotrexate", schedule=schedule)
    await home.refill(medicine, "100")
    move_to(home.database.clock, AT_NINE - timedelta(minutes=30))
    assert await home.next(medicine) == AT_NINE
    before = await home.forecast(medicine)
    await home.give(medicine)
    taken = (await factories.doses_of(home.database, home.family, medicine))[0]
    assert (taken.status, taken.due_at) == (TAKEN, AT_NINE)
    assert await home.next(medicine) == (None if following is None else AT_NINE + following)
    after = await home.forecast(medicine)
    # What has left the box is not counted once more: the last one is for the same day as before.
    assert after.last_at == (None if following is None else before.last_at)
    move_to(home.database.clock, AT_NINE + timedelta(minutes=5))
    assert (await home.details(medicine)).medicine.open_doses == []
    assert await home.next(medicine) == (None if following is None else AT_NINE + following)


async def test_from_the_last_intake_the_next_is_reckoned_from_it(home: Home) -> None:
    """Every 48 hours after the last one: no dose row is there yet, and the rule goes by it."""
    schedule = Elapsed(timedelta(hours=48), AT_NINE, from_last_intake=True)
    medicine = await home.add(schedule=schedule)
    await home.refill(medicine, "3")
    early = AT_NINE - timedelta(minutes=30)
    move_to(home.database.clock, early)
    await home.give(medicine)
    assert await home.next(medicine) == early + timedelta(hours=48)
    assert (await home.forecast(medicine)).last_at == early + timedelta(hours=96)


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


async def test_as_needed_it_is_not_guessed_before_a_week_of_use(home: Home) -> None:
    ibuprofen = await home.add("Ibuprofen", schedule=AsNeeded(MONDAY))
    await home.refill(ibuprofen, "20")
    assert (await home.forecast(ibuprofen)).kind is Lasts.NO_ESTIMATE
    begun = home.database.clock.now()
    for day in range(4):
        move_to(home.database.clock, begun + timedelta(days=day))
        await home.give(ibuprofen)
        assert (await home.forecast(ibuprofen)).kind is Lasts.NO_ESTIMATE
    move_to(home.database.clock, begun + timedelta(days=8, minutes=1))
    assert await home.forecast(ibuprofen) == Forecast(Lasts.ABOUT, 32)  # 16 left, 4 in 8 days


async def test_the_reminder_comes_when_that_many_days_are_left(home: Home) -> None:
    """Nine tablets on Monday morning: eight days are left at ten, and seven on Tuesday."""
    aspirin = await home.add()
    await home.refill(aspirin, "9")
    for number, notices in ((0, 0), (1, 1)):
        dose = (await factories.doses_of(home.database, home.family, aspirin))[number]
        await factories.wake_up(home.database, dose.due_at)
        await home.take(dose)
        await home.check(dose.due_at + timedelta(hours=2))
        left = (await home.forecast(aspirin)).days
        assert (left, await home.notices()) == (8 - number, notices)


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


@pytest.mark.parametrize(
    "schedule", [WallClock(NINE, MONDAY, MONDAY), AsNeeded(MONDAY, ends_on=MONDAY)], ids=repr
)
async def test_nobody_is_reminded_of_what_is_not_to_be_given_any_more(
    home: Home, schedule: Schedule
) -> None:
    """The box of a course is empty with its last dose, and needs no other one."""
    course = await home.add(schedule=schedule)
    await home.refill(course, "1")
    move_to(home.database.clock, AT_NINE)
    await home.give(course)
    await home.check(datetime(2026, 11, 24, 10, tzinfo=UTC))
    assert await home.left(course) == 0
    assert await home.notices() == 0
    stocked = (await home.details(course)).stock
    assert (stocked.forecast.kind, stocked.is_low) == (Lasts.NOTHING_TO_COME, False)


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
            lambda scope: refills.refill(scope, aspirin.id, Decimal(1), unit="tablet"),
        )
