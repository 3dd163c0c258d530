"""The reminder to get more: when it comes, and of what it does not."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from domain.medicines.changes.status import stop_medication
from domain.medicines.schedules.kinds import AsNeeded, Schedule, WallClock
from domain.medicines.stock.projection import Lasts
from tests import factories
from tests.databases import move_to
from tests.integration.medicines.stock.home import Home

NINE = (time(9),)
MONDAY = date(2026, 11, 23)
AT_NINE = datetime(2026, 11, 23, 9, tzinfo=UTC)


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
