"""How long a stock lasts, by what is still to come."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from domain.local_time import Weekday
from domain.medicines.doses import snoozing
from domain.medicines.records.recording import record_doses
from domain.medicines.schedules.days import Cycle, Daily, Monthly, Weekly
from domain.medicines.schedules.kinds import AsNeeded, Elapsed, Schedule, Steps, WallClock
from domain.medicines.stock.projection import Forecast, Lasts
from domain.models.medicines import DoseStatus
from tests import factories
from tests.databases import move_to
from tests.integration.medicines.stock.home import TAKEN, Home


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
