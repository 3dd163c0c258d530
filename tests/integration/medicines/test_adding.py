"""Medicines: adding one with its doses, adding it twice, taking it back."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from domain.access import Role
from domain.database.requests import as_family
from domain.database.scope import Scope
from domain.database.unit_of_work import Database
from domain.errors import NotAllowed, NotFound
from domain.events import Event, TimerSet
from domain.medicines import reading
from domain.medicines.changes import adding, editing, moving, status
from domain.medicines.details import get_details
from domain.medicines.expansion import horizon
from domain.medicines.records import intakes
from domain.medicines.stock import refills
from domain.models.medicines import DoseStatus
from tests import factories
from tests.databases import MORNING, move_to, without_walls
from tests.factories import daily


def utc(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


expand_all = factories.expand


async def test_a_medicine_comes_with_its_doses_for_36_hours(database: Database) -> None:
    anna = await factories.user(database)
    smith = await factories.family(database, anna)
    mum = await factories.person(database, anna)
    aspirin = await factories.medicine(
        database, anna, mum, dosage="½ tablet", schedule=daily("08:00", "20:00")
    )
    assert (aspirin.name, aspirin.dosage.words, aspirin.person) == ("Aspirin", "½ tablet", "Mum")
    assert (aspirin.family_name, aspirin.first_due_at) == ("Smith", utc(23, 8))
    found = await factories.doses_of(database, smith, aspirin)
    assert [dose.due_at for dose in found] == [utc(23, 8), utc(23, 20), utc(24, 8)]
    assert all(dose.status is DoseStatus.PENDING for dose in found)
    assert [dose.window_ends_at - dose.due_at for dose in found] == [timedelta(hours=2)] * 3


async def test_a_time_already_past_today_starts_tomorrow(database: Database) -> None:
    anna = await factories.user(database)
    smith = await factories.family(database, anna)
    mum = await factories.person(database, anna)
    aspirin = await factories.medicine(database, anna, mum, schedule=daily("07:00"))
    assert aspirin.first_due_at == utc(24, 7)
    found = await factories.doses_of(database, smith, aspirin)
    assert [dose.due_at for dose in found] == [utc(24, 7)]


async def test_times_are_those_of_the_person_cared_for(database: Database) -> None:
    anna = await factories.user(database)
    smith = await factories.family(database, anna)
    kim = await factories.person(database, anna, "Kim", zone="Asia/Tokyo")
    aspirin = await factories.medicine(database, anna, kim, schedule=daily("20:00"))
    (dose, *_) = await factories.doses_of(database, smith, aspirin)
    assert (dose.local, dose.due_at) == (datetime(2026, 11, 23, 20), utc(23, 11))


async def test_the_next_dose_ends_the_window_of_the_one_before(database: Database) -> None:
    anna = await factories.user(database)
    smith = await factories.family(database, anna)
    mum = await factories.person(database, anna)
    aspirin = await factories.medicine(database, anna, mum, schedule=daily("23:30", "23:45"))
    first, second, *_ = await factories.doses_of(database, smith, aspirin)
    assert first.window_ends_at == second.due_at
    assert second.window_ends_at == second.due_at + timedelta(hours=2)


async def test_a_schedule_that_ends_has_no_doses_after_its_end(database: Database) -> None:
    anna = await factories.user(database)
    smith = await factories.family(database, anna)
    mum = await factories.person(database, anna)
    only_today = daily("08:00", ends_on=date(2026, 11, 23))
    aspirin = await factories.medicine(database, anna, mum, schedule=only_today)
    move_to(database.clock, utc(24, 12))
    await expand_all(database)
    assert len(await factories.doses_of(database, smith, aspirin)) == 1


async def test_the_same_conversation_saves_one_medicine(database: Database) -> None:
    anna = await factories.user(database)
    smith = await factories.family(database, anna)
    mum = await factories.person(database, anna)
    flow_id = uuid4()
    first = await factories.medicine(database, anna, mum, flow_id=flow_id)
    again = await factories.medicine(database, anna, mum, flow_id=flow_id)
    assert again == first
    assert len(await factories.doses_of(database, smith, first)) == 2


@pytest.mark.parametrize(
    "name", ["<b>Aspirin & co", "Омега 3", "🙂", "אספירין", "'; DROP TABLE doses --", "x" * 80]
)
async def test_a_name_is_kept_as_it_was_typed(database: Database, name: str) -> None:
    anna = await factories.user(database)
    smith = await factories.family(database, anna)
    mum = await factories.person(database, anna)
    saved = await factories.medicine(database, anna, mum, name=name)
    assert saved.name == name
    assert (await factories.doses_of(database, smith, saved))[0].name == name


@pytest.mark.parametrize("role", [Role.VIEWER, Role.RECIPIENT])
async def test_who_only_reads_adds_and_removes_nothing(database: Database, role: Role) -> None:
    anna = await factories.user(database)
    await factories.family(database, anna)
    mum = await factories.person(database, anna)
    aspirin = await factories.medicine(database, anna, mum)
    ben = await factories.member(database, anna, role)
    with pytest.raises(NotAllowed):
        await factories.medicine(database, ben, mum)
    with pytest.raises(NotAllowed):
        await factories.acting(
            database, ben, lambda scope: adding.remove_medication(scope, aspirin.id)
        )


async def test_another_familys_person_and_medicine_are_not_found(database: Database) -> None:
    anna, eve = await factories.user(database), await factories.user(database, "Eve")
    await factories.family(database, anna)
    await factories.family(database, eve, "Jones")
    mum = await factories.person(database, anna)
    aspirin = await factories.medicine(database, anna, mum)
    with pytest.raises(NotFound):
        await factories.medicine(database, eve, mum)
    for work in (
        lambda scope: reading.get_medication(scope, aspirin.id),
        lambda scope: adding.remove_medication(scope, aspirin.id),
        lambda scope: editing.edit_medication(scope, aspirin.id, version=1, name="Iron"),
        lambda scope: status.pause_medication(scope, aspirin.id, resumes_on=None),
        lambda scope: status.stop_medication(scope, aspirin.id),
        lambda scope: status.restore_medication(scope, aspirin.id),
        lambda scope: moving.move_person(scope, mum.id, ZoneInfo("Asia/Tokyo")),
        lambda scope: refills.refill(scope, aspirin.id, Decimal(30), unit="tablet"),
        lambda scope: refills.promise_refill(scope, aspirin.id),
        lambda scope: intakes.give(scope, aspirin.id),
        lambda scope: get_details(scope, aspirin.id),
    ):
        with pytest.raises(NotFound):
            await factories.acting(database, eve, work)


async def test_a_removed_medicine_is_not_asked_for_and_its_history_stays(
    database: Database, database_url: str
) -> None:
    anna = await factories.user(database)
    smith = await factories.family(database, anna)
    mum = await factories.person(database, anna)
    aspirin = await factories.medicine(database, anna, mum)
    dose = await factories.asked_dose(database, smith, aspirin)
    removed = await factories.acting(
        database, anna, lambda scope: adding.remove_medication(scope, aspirin.id)
    )
    assert (removed.name, removed.parts) == ("Aspirin", ())
    found = await factories.doses_of(database, smith, aspirin)
    assert {d.status for d in found} == {DoseStatus.CANCELLED}
    assert await factories.wake_up(database, utc(25, 12)) == 0
    async with without_walls(database_url) as connection:
        versions = await connection.execute(
            text("SELECT wanted_version > shown_version FROM notifications WHERE slot_at = :at"),
            {"at": dose.due_at},
        )
        assert versions.all() == [(True,)]  # the card it is on is to be edited
        kept = await connection.scalar(text("SELECT count(*) FROM medications"))
    assert kept == 1


async def test_expansion_goes_on_and_doubles_nothing(database: Database) -> None:
    anna = await factories.user(database)
    smith = await factories.family(database, anna)
    mum = await factories.person(database, anna)
    aspirin = await factories.medicine(database, anna, mum, schedule=daily("08:00", "20:00"))
    assert await expand_all(database) == 0  # 36 hours are there already
    for hours in (13, 24, 36):
        move_to(database.clock, MORNING + timedelta(hours=hours))
        await expand_all(database)
        await asyncio.gather(expand_all(database), expand_all(database))
    found = await factories.doses_of(database, smith, aspirin)
    days = [(23, 8), (23, 20), (24, 8), (24, 20), (25, 8), (25, 20)]
    assert [d.due_at for d in found] == [utc(*day) for day in days]


async def test_two_replicas_expand_the_same_family_once(database: Database) -> None:
    anna = await factories.user(database)
    smith = await factories.family(database, anna)
    mum = await factories.person(database, anna)
    saved = [await factories.medicine(database, anna, mum, name=f"No {n}") for n in range(5)]
    database.clock.advance(timedelta(hours=30))
    await asyncio.gather(*(expand_all(database) for _ in range(4)))
    for medicine in saved:
        found = await factories.doses_of(database, smith, medicine)
        assert [d.due_at for d in found] == [utc(23, 8), utc(24, 8), utc(25, 8)]


async def test_what_fell_due_while_nobody_expanded_is_still_a_dose(database: Database) -> None:
    anna = await factories.user(database)
    smith = await factories.family(database, anna)
    mum = await factories.person(database, anna)
    aspirin = await factories.medicine(database, anna, mum)
    move_to(database.clock, utc(28, 12))
    await expand_all(database)
    await factories.wake_up(database)
    found = await factories.doses_of(database, smith, aspirin)
    assert [(d.due_at.day, d.status) for d in found] == [
        *((day, DoseStatus.NOT_ASKED) for day in range(23, 29)),
        (29, DoseStatus.PENDING),
    ]


async def test_every_minute_in_which_a_new_dose_acts_is_announced(database: Database) -> None:
    anna = await factories.user(database)
    await factories.family(database, anna)
    mum = await factories.person(database, anna)
    heard: list[Event] = []
    database.subscribe(heard.append)
    await factories.medicine(database, anna, mum, schedule=daily("08:00", "20:00"))
    timers = {event.at for event in heard if isinstance(event, TimerSet)}
    assert timers == {utc(23, 8), utc(23, 20), utc(24, 8)}


@pytest.mark.parametrize(
    ("zone", "start", "days"),
    [
        ("America/New_York", datetime(2027, 3, 13, 12, tzinfo=UTC), 3),
        ("America/New_York", datetime(2026, 10, 31, 12, tzinfo=UTC), 3),
        ("Australia/Lord_Howe", datetime(2026, 10, 2, 12, tzinfo=UTC), 3),
    ],
)
async def test_a_change_of_the_clock_makes_no_dose_twice_and_drops_none(
    database: Database, zone: str, start: datetime, days: int
) -> None:
    move_to(database.clock, start)
    anna = await factories.user(database)
    smith = await factories.family(database, anna)
    mum = await factories.person(database, anna, zone=zone)
    starts_on = start.astimezone(ZoneInfo(zone)).date() + timedelta(days=1)
    schedule = daily("01:30", "02:15", starts_on=starts_on)
    aspirin = await factories.medicine(database, anna, mum, schedule=schedule)
    for hour in range(0, 24 * days, 5):
        move_to(database.clock, start + timedelta(hours=hour))
        await expand_all(database)
    found = await factories.doses_of(database, smith, aspirin)
    keys = [dose.local for dose in found]
    assert len(set(keys)) == len(keys)
    for day in range(days):
        on_day = [k for k in keys if k.date() == starts_on + timedelta(days=day)]
        assert len(on_day) == 2


async def test_a_family_is_expanded_by_its_own_scope_only(database: Database) -> None:
    anna, eve = await factories.user(database), await factories.user(database, "Eve")
    smith = await factories.family(database, anna)
    jones = await factories.family(database, eve, "Jones")
    mum, dad = await factories.person(database, anna), await factories.person(database, eve, "Dad")
    ours = await factories.medicine(database, anna, mum)
    theirs = await factories.medicine(database, eve, dad)
    both = [ours.id, theirs.id]
    database.clock.advance(timedelta(hours=36))

    async def expand(scope: Scope) -> int:
        before = scope.clock.now() + timedelta(days=1)
        return await horizon.expand(scope, both, before=before)

    assert await database.run(expand, as_family(smith.id)) == 1
    assert len(await factories.doses_of(database, jones, theirs)) == 2
