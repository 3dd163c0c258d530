"""Snooze: asked again later, for everybody, and never beyond the window."""

from datetime import timedelta

import pytest

from domain.database.unit_of_work import Database
from domain.models.medicines import DoseStatus
from domain.timers import ceil_minute
from tests import factories
from tests.factories import daily
from tests.integration.medicines.records.home import TAKEN, Home, record, snooze, the_dose, timer


@pytest.mark.parametrize("minutes", [10, 30, 60])
async def test_snooze_asks_again_and_says_who_snoozed(
    database: Database, database_url: str, home: Home, minutes: int
) -> None:
    dose = await factories.asked_dose(database, home.family, home.aspirin)
    earliest = database.clock.now() + timedelta(minutes=minutes)
    snoozed = await snooze(database, home.ben, dose.id, minutes)
    assert snoozed.until is not None
    assert ceil_minute(earliest) <= snoozed.until <= ceil_minute(earliest) + timedelta(minutes=1)
    assert (snoozed.dose.snoozed_by, snoozed.dose.snoozed_until) == ("Ben", snoozed.until)
    assert await timer(database_url, dose.id) == ("ask", snoozed.until)


async def test_snooze_never_passes_the_window(
    database: Database, database_url: str, home: Home
) -> None:
    """It is refused then, and the ladder goes on: whoever would be asked or told still is."""
    medicine = await factories.medicine(
        database, home.anna, home.mum, name="Levodopa", schedule=daily("08:00", "09:00")
    )
    dose = await factories.asked_dose(database, home.family, medicine)
    before = await timer(database_url, dose.id)
    assert before[0] == "again"
    snoozed = await snooze(database, home.ben, dose.id, 60)
    assert (snoozed.until, snoozed.dose.snoozed_by) == (None, None)
    assert await timer(database_url, dose.id) == before


async def test_fifty_snoozes_are_the_last_one(
    database: Database, database_url: str, home: Home
) -> None:
    dose = await factories.asked_dose(database, home.family, home.aspirin)
    until = []
    for minutes in (10, 30, 60, 30, 10) * 10:
        snoozed = await snooze(database, home.ben, dose.id, minutes)
        assert snoozed.until is not None
        until.append(snoozed.until)
    assert await timer(database_url, dose.id) == ("ask", until[-1])
    woken = []
    while (at := (await timer(database_url, dose.id))[1]) is not None:
        woken.append(at)
        await factories.wake_up(database, at)
        await snooze(database, home.anna, dose.id, 10)
    # Asked again each time, until its window ended at its minute.
    assert len(woken) > 5
    assert woken[-1] == dose.window_ends_at
    assert (await the_dose(database, home)).status == DoseStatus.MISSED


async def test_snooze_does_not_ask_before_the_dose_is_due(
    database: Database, database_url: str, home: Home
) -> None:
    dose = await the_dose(database, home)
    snoozed = await snooze(database, home.ben, dose.id, 10)
    assert snoozed.until == dose.due_at + timedelta(minutes=10)


async def test_a_resolved_dose_is_not_snoozed(
    database: Database, database_url: str, home: Home
) -> None:
    dose = await factories.asked_dose(database, home.family, home.aspirin)
    await record(database, home.anna, dose.id)
    snoozed = await snooze(database, home.ben, dose.id, 10)
    assert (snoozed.until, snoozed.dose.status, snoozed.dose.resolved_by) == (None, TAKEN, "Anna")
    assert await timer(database_url, dose.id) == (None, None)
