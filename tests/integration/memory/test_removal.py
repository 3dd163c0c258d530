"""What removing and bringing back leave in the tables: by two at once, in another order, later."""

import asyncio
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from domain.access import Role
from domain.appointments.attendance import become_driver
from domain.appointments.changes.cancelling import cancel_occurrence
from domain.appointments.changes.locking import Reach
from domain.appointments.occurrences.lists import list_series, list_upcoming
from domain.contacts.doctors import remove_doctor
from domain.database.requests import as_user
from domain.database.unit_of_work import Database
from domain.errors import NotAllowed, NotFound
from domain.family import families
from domain.family.errors import InvitationExpired
from domain.family.people import rename_person
from domain.medicines.changes.status import pause_medication
from domain.medicines.pauses.person_pauses import pause_person
from domain.medicines.reading import get_medication, list_medicines
from domain.medicines.records.history import list_history
from domain.memory.bringing_back import bring_back_thing
from domain.memory.errors import NameTaken, PersonRemoved
from domain.memory.removal import (
    delete_appointment,
    delete_medication,
    delete_person,
    foresee_person,
)
from domain.memory.removed import RemovedKind, list_removed
from domain.models.medicines import MedicineStatus
from tests import factories
from tests.databases import without_walls
from tests.factories import Account
from tests.invariants import find_violations_of


async def value(database_url: str, sql: str) -> Any:
    async with without_walls(database_url) as connection:
        return await connection.scalar(text(sql))


async def removed_names(database: Database, who: Account) -> Sequence[str]:
    page = await factories.acting(database, who, list_removed)
    return [thing.name for thing in page.items]


async def test_nothing_of_somebody_removed_is_asked_or_reminded_of(
    database: Database, database_url: str
) -> None:
    anna = await factories.user(database)
    family = await factories.family(database, anna)
    mum = await factories.person(database, anna)
    aspirin = await factories.medicine(database, anna, mum)
    await factories.appointment(database, anna, mum, rule="FREQ=WEEKLY")
    first = (await factories.doses_of(database, family, aspirin))[0]
    await factories.acting(database, anna, lambda scope: delete_person(scope, mum.id))
    for day in range(12):
        await factories.wake_up(database, first.due_at + timedelta(days=day))
        await factories.expand(database)
    sent = "SELECT count(*) FROM notifications WHERE kind IN ('slot_card', 'appointment', 'missed')"
    assert await value(database_url, sent) == 0
    assert await value(database_url, "SELECT count(*) FROM doses WHERE status = 'pending'") == 0
    timers = "SELECT count(*) FROM appointment_occurrences WHERE next_action_at IS NOT NULL"
    assert await value(database_url, timers) == 0
    await factories.acting(
        database, anna, lambda scope: bring_back_thing(scope, RemovedKind.PERSON, mum.id)
    )
    coming = await factories.acting(database, anna, list_upcoming)
    assert coming.items
    assert all(each.starts_at > database.clock.now() for each in coming.items)
    assert await value(database_url, "SELECT count(*) FROM doses WHERE status = 'pending'") > 0
    async with without_walls(database_url) as connection:
        assert await find_violations_of(connection, range(1, 16)) == []


async def test_history_of_what_was_removed_is_kept(database: Database) -> None:
    anna = await factories.user(database)
    await factories.family(database, anna)
    mum = await factories.person(database, anna)
    aspirin = await factories.medicine(database, anna, mum)
    await factories.acting(database, anna, lambda scope: factories.give_surely(scope, aspirin.id))
    await factories.acting(database, anna, lambda scope: delete_medication(scope, aspirin.id))
    page = await factories.acting(database, anna, list_history)
    assert [entry.dose.name for entry in page.entries] == ["Aspirin"]


async def test_a_pause_that_has_ended_meanwhile_is_over_and_one_that_runs_goes_on(
    database: Database,
) -> None:
    anna = await factories.user(database)
    await factories.family(database, anna)
    mum = await factories.person(database, anna)
    aspirin = await factories.medicine(database, anna, mum)
    zinc = await factories.medicine(database, anna, mum, name="Zinc")
    soon, later = date(2026, 11, 25), date(2026, 12, 20)
    for medicine, until in ((aspirin, soon), (zinc, later)):
        await factories.acting(
            database,
            anna,
            lambda scope, medicine=medicine, until=until: pause_medication(  # type: ignore[misc]
                scope, medicine.id, resumes_on=until
            ),
        )
    await factories.acting(database, anna, lambda scope: delete_person(scope, mum.id))
    database.clock.advance(timedelta(days=5))
    await factories.acting(
        database, anna, lambda scope: bring_back_thing(scope, RemovedKind.PERSON, mum.id)
    )
    lines = {each.name: each for each in await factories.acting(database, anna, list_medicines)}
    assert lines["Aspirin"].status is MedicineStatus.ACTIVE
    assert lines["Zinc"].status is MedicineStatus.PAUSED
    assert lines["Zinc"].resumes_at is not None


async def test_a_pause_of_the_person_holds_what_comes_back(database: Database) -> None:
    anna = await factories.user(database)
    await factories.family(database, anna)
    mum = await factories.person(database, anna)
    aspirin = await factories.medicine(database, anna, mum)
    await factories.acting(database, anna, lambda scope: delete_medication(scope, aspirin.id))
    await factories.medicine(database, anna, mum, name="Zinc")
    await factories.acting(
        database,
        anna,
        lambda scope: pause_person(
            scope, mum.id, resumes_on=date(2026, 12, 20), silences_appointments=False
        ),
    )
    await factories.acting(
        database, anna, lambda scope: bring_back_thing(scope, RemovedKind.MEDICINE, aspirin.id)
    )
    back = await factories.acting(database, anna, lambda scope: get_medication(scope, aspirin.id))
    assert back.status is MedicineStatus.PAUSED
    assert back.is_paused_with_person


async def test_a_date_that_was_called_off_stays_so_and_whoever_left_does_not_drive(
    database: Database, database_url: str
) -> None:
    anna = await factories.user(database)
    await factories.family(database, anna)
    ben = await factories.member(database, anna)
    mum = await factories.person(database, anna)
    physio = await factories.appointment(database, anna, mum, rule="FREQ=WEEKLY")
    await factories.acting(
        database, ben, lambda scope: become_driver(scope, physio.id, whole_series=True)
    )
    dates = await factories.acting(
        database, anna, lambda scope: list_series(scope, physio.appointment_id, page=0)
    )
    second = dates.items[1]
    await factories.acting(
        database, anna, lambda scope: cancel_occurrence(scope, second.id, reach=Reach.THIS)
    )
    part = await factories.acting(
        database, anna, lambda scope: delete_appointment(scope, physio.appointment_id)
    )
    async with without_walls(database_url, keep=True) as connection:
        await connection.execute(
            text("UPDATE family_members SET left_at = now() WHERE user_id = :id"), {"id": ben.id}
        )
    await factories.acting(
        database, anna, lambda scope: bring_back_thing(scope, RemovedKind.APPOINTMENT, part)
    )
    status = f"SELECT status FROM appointment_occurrences WHERE id = '{second.id}'"
    assert await value(database_url, status) == "cancelled"
    driven = "SELECT count(*) FROM appointment_occurrences WHERE driver_id IS NOT NULL"
    assert await value(database_url, driven) == 0
    planned = "SELECT count(*) FROM appointment_occurrences WHERE status = 'planned'"
    assert await value(database_url, planned) > 10


async def test_what_was_removed_before_the_person_needs_the_person_first(
    database: Database,
) -> None:
    anna = await factories.user(database)
    await factories.family(database, anna)
    mum = await factories.person(database, anna)
    weber = await factories.doctor(database, anna, mum)
    await factories.acting(database, anna, lambda scope: remove_doctor(scope, weber.id))
    await factories.acting(database, anna, lambda scope: delete_person(scope, mum.id))
    assert await removed_names(database, anna) == ["Mum"]
    with pytest.raises(PersonRemoved):
        await factories.acting(
            database, anna, lambda scope: bring_back_thing(scope, RemovedKind.DOCTOR, weber.id)
        )
    await factories.acting(
        database, anna, lambda scope: bring_back_thing(scope, RemovedKind.PERSON, mum.id)
    )
    assert await removed_names(database, anna) == ["Dr Weber"]
    await factories.acting(
        database, anna, lambda scope: bring_back_thing(scope, RemovedKind.DOCTOR, weber.id)
    )
    assert await removed_names(database, anna) == []


async def test_a_taken_name_is_refused_until_it_is_free(database: Database) -> None:
    anna = await factories.user(database)
    await factories.family(database, anna)
    mum = await factories.person(database, anna)
    await factories.acting(database, anna, lambda scope: delete_person(scope, mum.id))
    other = await factories.person(database, anna, "MUM")
    with pytest.raises(NameTaken):
        await factories.acting(
            database, anna, lambda scope: bring_back_thing(scope, RemovedKind.PERSON, mum.id)
        )
    await factories.acting(database, anna, lambda scope: rename_person(scope, other.id, "Granny"))
    await factories.acting(
        database, anna, lambda scope: bring_back_thing(scope, RemovedKind.PERSON, mum.id)
    )


async def test_only_whom_the_table_allows(database: Database) -> None:
    anna = await factories.user(database)
    await factories.family(database, anna)
    mum = await factories.person(database, anna)
    aspirin = await factories.medicine(database, anna, mum)
    for role, refused in (
        (Role.CAREGIVER, [RemovedKind.PERSON]),
        (Role.VIEWER, list(RemovedKind)),
        (Role.RECIPIENT, list(RemovedKind)),
    ):
        somebody = await factories.member(database, anna, role, person=mum)
        for kind in refused:
            with pytest.raises(NotAllowed):
                await factories.acting(
                    database,
                    somebody,
                    lambda scope, kind=kind: bring_back_thing(scope, kind, mum.id),  # type: ignore[misc]
                )
        with pytest.raises(NotAllowed):
            await factories.acting(database, somebody, lambda scope: delete_person(scope, mum.id))
    viewer = await factories.member(database, anna, Role.VIEWER, name="Vera")
    with pytest.raises(NotAllowed):
        await factories.acting(database, viewer, lambda scope: delete_medication(scope, aspirin.id))


async def test_nobody_of_another_family_removes_or_brings_back(database: Database) -> None:
    anna = await factories.user(database)
    await factories.family(database, anna)
    mum = await factories.person(database, anna)
    aspirin = await factories.medicine(database, anna, mum)
    visit = await factories.appointment(database, anna, mum)
    eve = await factories.user(database, "Eve")
    await factories.family(database, eve, "Eve's")
    for work in (
        lambda scope: delete_person(scope, mum.id),
        lambda scope: delete_medication(scope, aspirin.id),
        lambda scope: delete_appointment(scope, visit.appointment_id),
        lambda scope: foresee_person(scope, mum.id),
        lambda scope: bring_back_thing(scope, RemovedKind.PERSON, mum.id),
    ):
        with pytest.raises(NotFound):
            await factories.acting(database, eve, work)
    await factories.acting(database, anna, lambda scope: delete_person(scope, mum.id))
    assert await removed_names(database, eve) == []


async def test_two_admins_remove_one_person_at_once(database: Database, database_url: str) -> None:
    anna = await factories.user(database)
    await factories.family(database, anna)
    ben = await factories.member(database, anna, Role.ADMIN)
    mum = await factories.person(database, anna)
    await factories.medicine(database, anna, mum)
    await factories.appointment(database, anna, mum)
    outcomes = await asyncio.gather(
        *(
            factories.acting(database, who, lambda scope: delete_person(scope, mum.id))
            for who in (anna, ben)
        ),
        return_exceptions=True,
    )
    assert [type(each) for each in outcomes if each is not None] == [NotFound]
    events = "SELECT count(*) FROM audit_events WHERE action = 'person.deleted'"
    assert await value(database_url, events) == 1


async def test_whatever_is_added_while_somebody_is_removed_goes_with_them_or_is_refused(
    database: Database, database_url: str
) -> None:
    anna = await factories.user(database)
    await factories.family(database, anna)
    ben = await factories.member(database, anna)
    mum = await factories.person(database, anna)
    work = [
        factories.acting(database, anna, lambda scope: delete_person(scope, mum.id)),
        factories.medicine(database, ben, mum),
        factories.appointment(database, ben, mum),
        factories.doctor(database, ben, mum),
        factories.contact(database, ben, mum),
    ]
    outcomes = await asyncio.gather(*work, return_exceptions=True)
    assert outcomes[0] is None
    assert all(isinstance(each, NotFound) for each in outcomes if isinstance(each, Exception))
    for table in ("medications", "appointments", "doctors", "emergency_contacts"):
        there = f"SELECT count(*) FROM {table} WHERE deleted_at IS NULL"
        assert await value(database_url, there) == 0


async def test_an_invitation_to_be_them_ends(database: Database) -> None:
    anna = await factories.user(database)
    await factories.family(database, anna)
    mum = await factories.person(database, anna)
    token = await factories.invitation(database, anna, Role.RECIPIENT, person=mum)
    await factories.acting(database, anna, lambda scope: delete_person(scope, mum.id))
    mary = await factories.user(database, "Mary")
    with pytest.raises(InvitationExpired):
        await database.run(lambda scope: families.redeem_invitation(scope, token), as_user(mary.id))


async def test_the_list_has_pages(database: Database) -> None:
    anna = await factories.user(database)
    await factories.family(database, anna)
    mum = await factories.person(database, anna)
    for number in range(10):
        visit = await factories.appointment(
            database,
            anna,
            mum,
            title=f"Visit {number}",
            start=datetime(2026, 11, 26, 10 + number, 0),
        )
        await factories.acting(
            database,
            anna,
            lambda scope, visit=visit: delete_appointment(scope, visit.appointment_id),  # type: ignore[misc]
        )
        database.clock.advance(timedelta(minutes=1))
    first = await factories.acting(database, anna, list_removed)
    second = await factories.acting(database, anna, lambda scope: list_removed(scope, page=1))
    assert (len(first.items), first.has_next) == (8, True)
    assert (len(second.items), second.has_next) == (2, False)
    assert first.items[0].name == "Visit 9"
