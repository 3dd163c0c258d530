"""No list costs more than three statements, however long it is."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import pytest

from domain.appointments.calendars import list_entries
from domain.appointments.occurrences.lists import PAGE, list_day, list_past, list_upcoming
from domain.contacts.doctors import list_doctors
from domain.database.scope import Scope
from domain.database.unit_of_work import Database
from domain.family.people import list_people
from domain.medicines.details import get_details
from domain.medicines.doses.today import list_today
from domain.medicines.reading import list_medicines
from domain.medicines.records import recording
from domain.medicines.records.history import get_entry, list_history
from domain.models.medicines import DoseStatus
from domain.overview import elsewhere
from tests import factories
from tests.databases import recorded_statements
from tests.factories import daily


async def today(scope: Scope) -> None:
    """As `/today` reads it."""
    people = await list_today(scope)
    now = scope.clock.now()
    days = {entry.person.id: now.astimezone(entry.person.zone).date() for entry in people}
    await list_day(scope, days)


LISTS: dict[str, Callable[[Scope], Awaitable[object]]] = {
    "today": today,
    "appts": list_upcoming,
    "past appts": list_past,
    "calendar": list_entries,
    "doctors": list_doctors,
    "meds": list_medicines,
    "people": list_people,
    "history": list_history,
}


async def test_500_appointments_are_listed_in_one_statement(database: Database) -> None:
    """A series is one line of the list, however often it takes place."""
    anna = await factories.user(database)
    await factories.family(database, anna)
    mum = await factories.person(database, anna)
    first = datetime(2026, 11, 26, 8)
    for number in range(500):
        start = first + timedelta(hours=number)
        await factories.appointment(
            database, anna, mum, start=start, rule="FREQ=WEEKLY;COUNT=3" if number % 2 else None
        )

    async def listed(scope: Scope) -> tuple[int, list[int]]:
        with recorded_statements(database.engine) as recorded:
            pages = [await list_upcoming(scope, page=page) for page in (0, 1, 49, 50)]
        return len(recorded), [len(page.items) for page in pages]

    counted, sizes = await factories.acting(database, anna, listed)
    assert sizes == [PAGE, PAGE, PAGE, 0]
    assert counted == len(sizes)


@pytest.mark.parametrize("name", LISTS)
async def test_a_list_takes_three_statements_at_most(database: Database, name: str) -> None:
    anna = await factories.user(database)
    await factories.family(database, anna)
    for number in range(3):
        person = await factories.person(database, anna, f"Mum {number}")
        for medicine in range(4):
            await factories.medicine(
                database, anna, person, name=f"Pill {medicine}", schedule=daily("08:00", "20:00")
            )
        await factories.doctor(database, anna, person)
        await factories.appointment(database, anna, person, rule="FREQ=DAILY;COUNT=20")
    await factories.wake_up(database, database.clock.now() + timedelta(hours=20))

    async def statements(scope: Scope) -> int:
        with recorded_statements(database.engine) as recorded:
            await LISTS[name](scope)
        return len(recorded)

    assert await factories.acting(database, anna, statements) <= 3


async def test_the_screen_of_a_medicine_takes_three_statements(database: Database) -> None:
    anna = await factories.user(database)
    family = await factories.family(database, anna)
    mum = await factories.person(database, anna)
    aspirin = await factories.medicine(database, anna, mum)
    dose = await factories.asked_dose(database, family, aspirin)
    await factories.acting(
        database,
        anna,
        lambda scope: recording.record_doses(scope, [dose.id], status=DoseStatus.TAKEN),
    )

    async def statements(scope: Scope) -> tuple[int, int]:
        with recorded_statements(database.engine) as screen:
            await get_details(scope, aspirin.id)
        with recorded_statements(database.engine) as entry:
            await get_entry(scope, dose.id)
        return len(screen), len(entry)

    assert await factories.acting(database, anna, statements) == (3, 2)


async def test_a_look_into_other_families_is_bounded(database: Database) -> None:
    """None for people of one family; for the others two each, of ten families at most."""
    anna = await factories.user(database)
    await factories.family(database, anna)

    async def statements(scope: Scope) -> tuple[int, int]:
        with recorded_statements(database.engine) as counted:
            await elsewhere.list_open(scope)
        with recorded_statements(database.engine) as named:
            await elsewhere.list_names(scope)
        return len(counted), len(named)

    assert await factories.acting(database, anna, statements) == (0, 0)
    for number in range(12):
        await factories.family(database, anna, f"{number} Miller")
    counted, named = await factories.acting(database, anna, statements)
    assert counted == 1 + 2 * elsewhere.MOST_FAMILIES + 1
    assert named == 1 + 3 * elsewhere.MOST_FAMILIES + 1
