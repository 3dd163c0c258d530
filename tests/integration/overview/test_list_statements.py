"""No list costs more than three statements, however long it is."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import text

from domain.appointments.calendars import list_entries
from domain.appointments.occurrences.lists import PAGE_SIZE, list_day, list_past, list_upcoming
from domain.contacts.doctors import list_doctors
from domain.contacts.emergency_contacts import NewContact, add_contact, list_contacts
from domain.database.scope import Scope
from domain.database.unit_of_work import Database
from domain.family.people import list_people
from domain.medicines.details import get_details
from domain.medicines.doses.today import list_today
from domain.medicines.reading import list_medicines
from domain.medicines.records import recording
from domain.medicines.records.history import get_entry, list_history
from domain.memory.change_log import list_changes
from domain.memory.removed import list_removed
from domain.models.medicines import DoseStatus
from domain.overview import elsewhere
from tests import factories
from tests.databases import recorded_statements, without_walls
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
    "contacts": list_contacts,
    "meds": list_medicines,
    "people": list_people,
    "history": list_history,
    "removed": list_removed,
    "changes": list_changes,
}


COPIES = """
    INSERT INTO appointments
    SELECT (jsonb_populate_record(a, jsonb_build_object(
        'id', gen_random_uuid(), 'recurrence', CASE WHEN n % 2 = 0 THEN 'FREQ=WEEKLY' END
    ))).* FROM appointments a, generate_series(1, 499) n
"""
# A series has three dates ahead of it, and what is planned once has one.
DATES = """
    INSERT INTO appointment_occurrences
    SELECT (jsonb_populate_record(o, jsonb_build_object(
        'id', gen_random_uuid(), 'appointment_id', a.id,
        'occurrence_key', to_char(timestamp '2026-11-26 08:00' + n * interval '1 week',
                                  'YYYY-MM-DD"T"HH24:MI'),
        'starts_at', o.starts_at + n * interval '1 week',
        'ends_at', o.ends_at + n * interval '1 week'
    ))).* FROM appointment_occurrences o, appointments a,
        generate_series(1, CASE WHEN a.recurrence IS NULL THEN 1 ELSE 3 END) n
    WHERE a.id <> o.appointment_id
"""


async def test_500_appointments_are_listed_in_one_statement(
    database: Database, database_url: str
) -> None:
    """A series is one line of the list, however often it takes place."""
    anna = await factories.user(database)
    await factories.family(database, anna)
    mum = await factories.person(database, anna)
    await factories.appointment(database, anna, mum, start=datetime(2026, 11, 26, 8))
    async with without_walls(database_url, keep=True) as connection:
        await connection.execute(text(COPIES))
        await connection.execute(text(DATES))

    async def listed(scope: Scope) -> tuple[int, list[int]]:
        with recorded_statements(database.engine) as recorded:
            pages = [await list_upcoming(scope, page=page) for page in (0, 1, 49, 50)]
        return len(recorded), [len(page.items) for page in pages]

    counted, sizes = await factories.acting(database, anna, listed)
    assert sizes == [PAGE_SIZE, PAGE_SIZE, PAGE_SIZE, 0]
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
        called = ("Wolfgang", "Beatrix", "Quentin")[number]
        new = NewContact(person.id, called, f"+44207946002{number}")
        await factories.acting(database, anna, partial(add_contact, contact=new))
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
    assert counted == 1 + 2 * elsewhere.MAX_FAMILIES + 1
    assert named == 1 + 3 * elsewhere.MAX_FAMILIES + 1
