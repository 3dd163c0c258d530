"""Who drives: one of them, and told what else there is at that hour."""

import asyncio
from datetime import datetime

from domain.appointments import attendance
from domain.appointments.errors import DriverAlreadySet
from domain.appointments.occurrences import lists
from tests import factories
from tests.factories import Account
from tests.integration.appointments.home import Home

TUESDAYS = "FREQ=WEEKLY;BYDAY=TU"


async def test_of_two_drivers_the_first_drives(home: Home) -> None:
    facts = await home.add()

    async def drive(who: Account) -> str:
        try:
            await home.do(lambda s: attendance.become_driver(s, facts.id), who)
        except DriverAlreadySet as taken:
            return f"taken by {taken.driver}"
        return who.name

    outcomes = await asyncio.gather(drive(home.anna), drive(home.ben))
    assert sorted(outcomes) in (["Anna", "taken by Anna"], ["Ben", "taken by Ben"])


async def test_every_time_leaves_those_to_others_that_they_drive(home: Home) -> None:
    first = await home.add(rule=f"{TUESDAYS};COUNT=3", start=datetime(2026, 11, 24, 10))
    second = await home.at("2026-12-01T10:00")
    await home.do(lambda s: attendance.become_driver(s, second.id), home.ben)
    await home.do(lambda s: attendance.become_driver(s, first.id, whole_series=True))
    page = await home.do(lambda s: lists.list_series(s, first.appointment_id))
    assert [item.driver for item in page.items] == ["Anna", "Ben", "Anna"]


async def test_a_driver_of_two_at_once_is_told(home: Home) -> None:
    dad = await factories.person(home.database, home.anna, "Dad")
    facts = await home.add()
    other = await factories.appointment(home.database, home.anna, dad, title="Dentist")
    await home.do(lambda s: attendance.become_driver(s, facts.id))
    both = await home.do(lambda s: attendance.become_driver(s, other.id))
    [conflict] = both.conflicts
    assert (conflict.title, conflict.driver, conflict.person) == ("Cardiologist", "Anna", "Mum")
