"""`/undo`, several times: it walks back change by change, and each leaves everything as it was."""

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
from sqlalchemy import text

from bot.ui.words import undo
from domain import audit
from domain.appointments import attendance
from domain.appointments.changes import cancelling, edits, rescheduling
from domain.appointments.changes.clocks import list_in_other_zones, move_to_home_zone
from domain.appointments.changes.locking import Reach
from domain.appointments.occurrences.facts import OccurrenceFacts
from domain.appointments.occurrences.lookups import get_occurrence
from domain.appointments.recurrences import Recurrence
from domain.database.scope import Scope
from domain.database.unit_of_work import Database
from domain.errors import CareCircleError, NothingToUndo
from domain.family.families import FamilyFacts
from domain.family.people import Person, rename_person
from domain.medicines import reading
from domain.medicines.changes import adding, editing, status
from domain.medicines.changes.moving import move_person
from domain.medicines.facts import MedicineFacts
from domain.medicines.pauses import person_pauses
from domain.medicines.schedules.kinds import AsNeeded, Schedule
from domain.medicines.stock import levels, refills
from domain.medicines.stock.measures import Measure
from domain.overview.last_actions import find_last_action
from domain.overview.own_actions import ActionKind, ActionSuperseded, Undone
from domain.overview.undo import undo_action
from tests import factories
from tests.databases import without_walls
from tests.factories import Account, amount_of, daily
from tests.invariants import find_violations

T = TypeVar("T")
LONDON = ZoneInfo("Europe/London")
TUESDAYS = "FREQ=WEEKLY;BYDAY=TU;COUNT=9"


@dataclass(frozen=True)
class Home:
    database: Database
    url: str
    family: FamilyFacts
    anna: Account
    ben: Account
    mum: Person

    async def do(self, work: Callable[[Scope], Awaitable[T]], who: Account | None = None) -> T:
        return await factories.acting(self.database, who or self.anna, work)

    async def undo(self, who: Account | None = None) -> Undone:
        action = await self.do(find_last_action, who)
        return await self.do(lambda scope: undo_action(scope, action.id), who)

    async def rows(self, sql: str) -> list[tuple[Any, ...]]:
        async with without_walls(self.url) as connection:
            return [tuple(row) for row in await connection.execute(text(sql))]

    async def calendar(self) -> list[tuple[Any, ...]]:
        """What is agreed, and what of it is to come."""
        return await self.rows(
            "SELECT id, title, place, scheduled_at, recurrence, cancelled_from, duration_minutes,"
            " note, remind_before::text, timezone FROM appointments WHERE deleted_at IS NULL"
            " ORDER BY 1"
        ) + await self.rows(
            "SELECT a.id, a.title, o.occurrence_key, o.starts_at, o.ends_at, o.status,"
            " o.driver_id, o.own_details, o.own_remind_before::text, o.next_action_at"
            " FROM appointment_occurrences o"
            " JOIN appointments a ON a.id = o.appointment_id"
            " WHERE a.deleted_at IS NULL AND o.status <> 'cut' ORDER BY 4, 3"
        )

    async def medicines(self) -> list[tuple[Any, ...]]:
        """What is given, whether, how much is left, and what is to come."""
        return await self.rows(
            "SELECT name, dosage, schedule::text, status, resumes_at, stock, stock_unit"
            " FROM medications WHERE deleted_at IS NULL ORDER BY name"
        ) + await self.rows(
            "SELECT medication_name, dosage, occurrence_key, due_at, ladder_step, next_action_at,"
            " NULL FROM doses WHERE status = 'pending' ORDER BY 1, 3"
        )


@pytest_asyncio.fixture
async def home(database: Database, database_url: str) -> Home:
    anna = await factories.user(database)
    family = await factories.family(database, anna)
    ben = await factories.member(database, anna)
    mum = await factories.person(database, anna)
    return Home(database, database_url, family, anna, ben, mum)


Act = Callable[[Home, MedicineFacts], Awaitable[object]]


def _edit(**changed: Any) -> Act:
    async def act(home: Home, medicine: MedicineFacts) -> object:
        now = await home.do(lambda s: reading.get_medication(s, medicine.id))
        return await home.do(
            lambda s: editing.edit_medication(s, medicine.id, version=now.version, **changed)
        )

    return act


async def _pause(home: Home, medicine: MedicineFacts) -> object:
    until = date(2026, 12, 1)
    return await home.do(lambda s: status.pause_medication(s, medicine.id, resumes_on=until))


async def _restore(home: Home, medicine: MedicineFacts) -> object:
    return await home.do(lambda s: status.restore_medication(s, medicine.id))


def _one_tablet(medicine: MedicineFacts) -> Measure | None:
    dosage = medicine.dosage
    if dosage.amount is None or dosage.unit is None or dosage.unit == "tablet":
        return None
    return Measure(Decimal(1), dosage.amount, dosage.unit)


async def _refill(home: Home, medicine: MedicineFacts) -> object:
    return await home.do(
        lambda s: refills.refill(
            s, medicine.id, Decimal(30), unit="tablet", measure=_one_tablet(medicine)
        )
    )


ACTS: list[Act] = [
    _edit(name="Other"),
    _edit(dosage=amount_of("2 tablets")),
    _edit(schedule=daily("09:00", "21:00")),
    _edit(schedule=replace(daily("10:00"), ends_on=date(2026, 12, 24))),
    _pause,
    _restore,
    _refill,
    _refill,
]


@pytest.mark.parametrize("seed", range(4))
async def test_all_that_was_done_to_a_medicine_is_undone_one_by_one(home: Home, seed: int) -> None:
    medicine = await factories.medicine(home.database, home.anna, home.mum, dosage="1 tablet")
    seen = [await home.medicines()]
    for act in random.Random(seed).sample(  # noqa: S311 - an order, no secret
        ACTS, len(ACTS)
    ):
        await act(home, medicine)
        now = await home.medicines()
        if now != seen[-1]:
            seen.append(now)
    assert len(seen) > 5
    while len(seen) > 1:
        seen.pop()
        await home.undo()
        assert await home.medicines() == seen[-1]
    assert (await home.undo()).action.kind is ActionKind.ADDED
    with pytest.raises(NothingToUndo):
        await home.do(find_last_action)
    assert await find_violations(home.url, home.database.clock) == []


async def _stop(home: Home, medicine: MedicineFacts) -> object:
    return await home.do(lambda s: status.stop_medication(s, medicine.id))


async def _pause_person(home: Home, _medicine: MedicineFacts) -> object:
    until = date(2026, 12, 1)
    return await home.do(lambda s: person_pauses.pause_person(s, home.mum.id, resumes_on=until))


@pytest.mark.parametrize("act", [_pause, _stop, _pause_person])
@pytest.mark.parametrize(
    "schedule", [AsNeeded(date(2026, 11, 23), timedelta(hours=6)), daily("09:00", "21:00")]
)
async def test_a_dose_that_stayed_open_from_another_schedule_is_open_again(
    home: Home, schedule: Schedule, act: Act
) -> None:
    medicine = await factories.medicine(home.database, home.anna, home.mum)
    dose = await factories.asked_dose(home.database, home.family, medicine)
    await _edit(schedule=schedule)(home, medicine)
    await act(home, medicine)
    assert not await home.rows(f"SELECT 1 FROM doses WHERE id = '{dose.id}' AND status = 'pending'")
    await home.undo()
    assert await home.rows(f"SELECT 1 FROM doses WHERE id = '{dose.id}' AND status = 'pending'")
    assert await find_violations(home.url, home.database.clock) == []


async def test_a_dose_that_stayed_open_is_not_asked_for_after_it_was_given_as_an_extra(
    home: Home,
) -> None:
    medicine = await factories.medicine(home.database, home.anna, home.mum)
    dose = await factories.asked_dose(home.database, home.family, medicine)
    await _edit(schedule=AsNeeded(date(2026, 11, 23), timedelta(hours=6)))(home, medicine)
    await _pause(home, medicine)
    action = await home.do(find_last_action)
    await home.do(lambda scope: factories.give_surely(scope, medicine.id), home.ben)
    await home.do(lambda scope: undo_action(scope, action.id))
    # What was given has taken the place of the dose.
    rows = await home.rows("SELECT due_at, status FROM doses WHERE is_scheduled")
    assert [status for due_at, status in rows if due_at == dose.due_at] == ["taken"]
    assert not await home.rows("SELECT 1 FROM doses WHERE status = 'pending'")
    assert await find_violations(home.url, home.database.clock) == []


async def _occurrences(home: Home) -> list[OccurrenceFacts]:
    rows = await home.rows(
        "SELECT o.id FROM appointment_occurrences o JOIN appointments a ON a.id = o.appointment_id"
        " WHERE a.deleted_at IS NULL AND o.status = 'planned' ORDER BY o.starts_at"
    )

    async def read(scope: Scope) -> list[OccurrenceFacts]:
        return [await get_occurrence(scope, row[0]) for row in rows]

    return await home.do(read)


async def _nth(home: Home, index: int) -> OccurrenceFacts:
    """That one of those planned, or the last."""
    found = await _occurrences(home)
    return found[min(index, len(found) - 1)]


def _move(index: int, reach: Reach) -> Callable[[Home], Awaitable[object]]:
    async def act(home: Home) -> object:
        facts = await _nth(home, index)
        start = facts.local.replace(tzinfo=None, hour=12 + index)
        return await home.do(
            lambda s: rescheduling.move_occurrence(
                s, facts.id, start, reach=reach, version=facts.version
            )
        )

    return act


def _cancel(index: int, reach: Reach) -> Callable[[Home], Awaitable[object]]:
    async def act(home: Home) -> object:
        facts = await _nth(home, index)
        return await home.do(lambda s: cancelling.cancel_occurrence(s, facts.id, reach=reach))

    return act


async def _retitle(home: Home) -> object:
    facts = await _nth(home, 0)
    details = replace(facts.details, place="Room 7")
    return await home.do(
        lambda s: edits.edit_appointment(s, facts.id, details, version=facts.version)
    )


async def _repeat(home: Home) -> object:
    facts = await _nth(home, 0)
    rule = Recurrence.from_rfc5545("FREQ=WEEKLY;BYDAY=TH", LONDON)
    return await home.do(
        lambda s: rescheduling.change_recurrence(
            s, facts.id, datetime(2026, 12, 3, 9), rule, version=facts.version, keeps_end=True
        )
    )


async def _drive(home: Home) -> object:
    facts = await _nth(home, 1)
    return await home.do(lambda s: attendance.become_driver(s, facts.id))


def _lengthen(index: int, reach: Reach) -> Callable[[Home], Awaitable[object]]:
    async def act(home: Home) -> object:
        facts = await _nth(home, index)
        details = replace(
            facts.details, duration=timedelta(hours=3), remind_before=(30,), note=reach
        )
        return await home.do(
            lambda s: edits.edit_appointment(
                s, facts.id, details, version=facts.version, reach=reach
            )
        )

    return act


def _repeat_from(index: int) -> Callable[[Home], Awaitable[object]]:
    async def act(home: Home) -> object:
        facts = await _nth(home, index)
        start = facts.local.replace(tzinfo=None) + timedelta(days=1)
        rule = Recurrence.from_rfc5545("FREQ=WEEKLY;INTERVAL=2", LONDON)
        return await home.do(
            lambda s: rescheduling.change_recurrence(
                s, facts.id, start, rule, version=facts.version, reach=Reach.FOLLOWING
            )
        )

    return act


async def _drive_all(home: Home) -> object:
    facts = await _nth(home, 0)
    return await home.do(lambda s: attendance.become_driver(s, facts.id, whole_series=True))


async def _follow(home: Home) -> object:
    """To another clock, with what goes by the old one."""
    zone = ZoneInfo("America/New_York")
    await home.do(lambda s: move_person(s, home.mum.id, zone))
    shown = await home.do(lambda s: list_in_other_zones(s, home.mum.id))
    ids = [facts.appointment_id for facts in shown]
    return await home.do(lambda s: move_to_home_zone(s, home.mum.id, appointment_ids=ids))


APPOINTMENT_ACTS = [
    _retitle,
    _move(1, Reach.THIS),
    _cancel(2, Reach.THIS),
    _move(0, Reach.ALL),
    _repeat,
    _move(2, Reach.FOLLOWING),
    _lengthen(1, Reach.THIS),
    _lengthen(2, Reach.FOLLOWING),
    _lengthen(0, Reach.ALL),
    _repeat_from(1),
    _drive_all,
    _cancel(3, Reach.FOLLOWING),
]


@pytest.mark.parametrize("seed", range(12))
async def test_all_that_was_done_to_an_appointment_is_undone_one_by_one(
    home: Home, seed: int
) -> None:
    start = datetime(2026, 11, 24, 10)
    await factories.appointment(home.database, home.anna, home.mum, rule=TUESDAYS, start=start)
    await _drive(home)
    acts = random.Random(seed).sample(APPOINTMENT_ACTS, 6)  # noqa: S311 - an order, no secret
    seen = [await home.calendar()]
    for act in acts:
        await act(home)
        seen.append(await home.calendar())
    while len(seen) > 1:
        seen.pop()
        await home.undo()
        assert await home.calendar() == seen[-1]
    assert (await home.undo()).action.kind is ActionKind.DRIVER_FOUND
    assert (await home.undo()).appointment is None
    with pytest.raises(NothingToUndo):
        await home.do(find_last_action)
    assert await find_violations(home.url, home.database.clock) == []


async def test_a_person_who_moves_with_their_appointments_is_back_where_they_lived(
    home: Home,
) -> None:
    start = datetime(2026, 11, 24, 10)
    await factories.appointment(home.database, home.anna, home.mum, rule=TUESDAYS, start=start)
    await factories.medicine(home.database, home.anna, home.mum)
    before = await home.calendar(), await home.medicines()
    await _follow(home)
    assert (await home.undo()).action.kind is ActionKind.APPOINTMENT_FOLLOWED
    undone = await home.undo()
    assert undone.person is not None
    assert undone.person.zone == LONDON
    assert (await home.calendar(), await home.medicines()) == before
    await home.do(lambda s: rename_person(s, home.mum.id, "Mother"))
    undone = await home.undo()
    assert undone.person is not None
    assert undone.person.name == "Mum"


async def test_what_lasts_is_named_before_what_can_be_undone(home: Home) -> None:
    with pytest.raises(NothingToUndo) as refused:
        await home.do(find_last_action)
    assert refused.value.lasting == "person.added"
    medicine = await factories.medicine(home.database, home.anna, home.mum)
    assert (await home.do(find_last_action)).lasting is None
    home.database.clock.advance(timedelta(minutes=1))
    await home.do(lambda s: refills.promise_refill(s, medicine.id))
    last = await home.do(find_last_action)
    assert (last.kind, last.lasting) == (ActionKind.ADDED, "stock.promised")


def test_of_everything_that_is_done_it_is_said_whether_it_can_be_undone() -> None:
    assert {kind for kind in ActionKind if "." in kind} == audit.UNDOABLE
    assert all(undo.lasting(action) for action in audit.LASTING)


async def test_a_series_that_was_parted_is_whole_again_and_was_renamed_before(home: Home) -> None:
    start = datetime(2026, 11, 24, 10)
    await factories.appointment(home.database, home.anna, home.mum, rule=TUESDAYS, start=start)
    seen = [await home.calendar()]
    for act in (_retitle, _move(3, Reach.FOLLOWING)):
        await act(home)
        seen.append(await home.calendar())
    for before in reversed(seen[:-1]):
        await home.undo()
        assert await home.calendar() == before


async def test_a_series_that_another_has_parted_is_not_changed_back(home: Home) -> None:
    start = datetime(2026, 11, 24, 10)
    await factories.appointment(home.database, home.ben, home.mum, rule=TUESDAYS, start=start)
    await _retitle(home)
    facts = (await _occurrences(home))[3]
    await home.do(
        lambda s: rescheduling.move_occurrence(
            s, facts.id, datetime(2026, 12, 16, 9), reach=Reach.FOLLOWING, version=facts.version
        ),
        home.ben,
    )
    with pytest.raises(ActionSuperseded):
        await home.do(find_last_action)
    await home.undo(home.ben)
    assert (await home.do(find_last_action)).kind is ActionKind.APPOINTMENT_EDITED


async def test_who_drives_later_does_not_hide_what_they_did_before(home: Home) -> None:
    facts = await factories.appointment(home.database, home.anna, home.mum)
    await home.do(
        lambda s: rescheduling.move_occurrence(
            s, facts.id, datetime(2026, 11, 27, 9), reach=Reach.THIS, version=facts.version
        )
    )
    await home.do(lambda s: attendance.become_driver(s, facts.id))
    undone = await home.undo()
    assert undone.action.kind is ActionKind.DRIVER_FOUND
    assert undone.appointment is not None
    assert undone.appointment.driver is None
    assert (await home.do(find_last_action)).kind is ActionKind.APPOINTMENT_MOVED


async def test_who_gets_the_next_box_does_not_hide_the_last_one(home: Home) -> None:
    medicine = await factories.medicine(home.database, home.anna, home.mum)
    await _refill(home, medicine)
    await home.do(lambda s: refills.promise_refill(s, medicine.id), home.ben)
    await home.undo()
    now = await home.do(lambda s: levels.get_stock(s, medicine))
    assert now.amount is None
    assert now.promised_by == "Ben"


async def test_what_is_gone_stands_in_nothings_way(home: Home) -> None:
    first = await factories.medicine(home.database, home.anna, home.mum, name="First")
    second = await factories.medicine(home.database, home.anna, home.mum, name="Second")
    await _edit(name="Third")(home, second)
    await home.do(lambda s: adding.remove_medication(s, second.id))
    last = await home.do(find_last_action)
    assert last.medicine is not None
    assert (last.kind, last.medicine.id) == (ActionKind.ADDED, first.id)


async def test_nobody_undoes_over_what_another_has_changed_since(home: Home) -> None:
    medicine = await factories.medicine(home.database, home.anna, home.mum)
    await _edit(name="Annas")(home, medicine)
    now = await home.do(lambda s: reading.get_medication(s, medicine.id))
    await home.do(
        lambda s: editing.edit_medication(s, medicine.id, version=now.version, name="Bens"),
        home.ben,
    )
    with pytest.raises(CareCircleError):
        await home.undo()
    await home.undo(home.ben)
    assert (await home.undo()).medicine is not None
    assert (await home.undo()).medicine is None


async def test_who_has_changed_it_since_is_named_also_beside_what_can_be_undone(home: Home) -> None:
    await factories.medicine(home.database, home.anna, home.mum)
    facts = await factories.appointment(home.database, home.ben, home.mum, rule=TUESDAYS)
    home.database.clock.advance(timedelta(minutes=1))
    await _retitle(home)
    move = facts.local.replace(tzinfo=None, hour=15)
    await home.do(
        lambda s: rescheduling.move_occurrence(
            s, facts.id, move, reach=Reach.THIS, version=facts.version + 1
        ),
        home.ben,
    )
    last = await home.do(find_last_action)
    assert last.kind is ActionKind.ADDED
    assert last.superseded is not None
    assert (last.superseded.by, last.superseded.action) == ("Ben", "appointment.moved")
    await home.do(lambda scope: undo_action(scope, last.id))
    with pytest.raises(ActionSuperseded):
        await home.do(find_last_action)
