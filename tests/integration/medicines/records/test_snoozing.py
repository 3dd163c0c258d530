"""Snooze: asked again later, for everybody, and never beyond the window."""

from datetime import timedelta

import pytest

from domain.database.unit_of_work import Database
from domain.timers import ceil_minute
from tests import factories
from tests.databases import move_to
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
    dose = await factories.asked_dose(database, home.family, home.aspirin)
    move_to(database.clock, dose.window_ends_at - timedelta(minutes=30))
    snoozed = await snooze(database, home.ben, dose.id, 60)
    assert (snoozed.until, snoozed.dose.snoozed_by) == (None, None)
    assert await timer(database_url, dose.id) == ("miss", dose.window_ends_at)


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
