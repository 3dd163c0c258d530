"""What was given while a dose was cancelled counts for it when it comes back."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import select, text

from domain.database.scope import Scope
from domain.database.unit_of_work import Database
from domain.family.families import FamilyFacts
from domain.family.people import Person
from domain.medicines.changes import editing, status
from domain.medicines.doses import slots, snoozing
from domain.medicines.doses.facts import DoseFacts
from domain.medicines.facts import MedicineFacts
from domain.medicines.records import intakes
from domain.medicines.records.outlook import get_outlook
from domain.medicines.records.recording import record_doses
from domain.medicines.records.undo import undo_doses
from domain.medicines.schedules.kinds import Elapsed
from domain.medicines.stock import levels, refills
from domain.models import AuditEvent
from domain.models.medicines import DoseStatus, MedicineStatus
from domain.overview.last_actions import find_last_action
from domain.overview.own_actions import ActionKind
from domain.overview.undo import undo_action
from tests import factories
from tests.databases import move_to, without_walls
from tests.factories import Account, T, daily
from tests.invariants import find_violations


def at(hour: int, minute: int = 0, *, day: int = 23) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


@dataclass(frozen=True)
class Home:
    database: Database
    family: FamilyFacts
    anna: Account
    mum: Person

    async def do(self, work: Callable[[Scope], Awaitable[T]]) -> T:
        return await factories.acting(self.database, self.anna, work)

    def is_now(self, moment: datetime) -> None:
        move_to(self.database.clock, moment)

    async def pause(self, medicine: MedicineFacts) -> None:
        await self.do(lambda scope: status.pause_medication(scope, medicine.id, resumes_on=None))

    async def stop(self, medicine: MedicineFacts) -> None:
        await self.do(lambda scope: status.stop_medication(scope, medicine.id))

    async def restore(self, medicine: MedicineFacts) -> None:
        await self.do(lambda scope: status.restore_medication(scope, medicine.id))

    async def give_extra(self, medicine: MedicineFacts, *, words: str | None = None) -> DoseFacts:
        """Given as no dose of the schedule, whatever there is to confirm."""
        given = factories.amount_of(words) if words else None

        async def work(scope: Scope) -> DoseFacts:
            giving = intakes.Giving(given=given, is_extra=True)
            return (await factories.give_surely(scope, medicine.id, giving)).recorded[0]

        return await self.do(work)

    async def doses(self, medicine: MedicineFacts) -> list[DoseFacts]:
        """Without those that were cancelled."""
        found = await factories.doses_of(self.database, self.family, medicine)
        return [dose for dose in found if dose.status is not DoseStatus.CANCELLED]

    async def open(self, medicine: MedicineFacts) -> list[datetime]:
        return [d.due_at for d in await self.doses(medicine) if d.status is DoseStatus.PENDING]

    async def check(self) -> None:
        url = self.database.engine.url.render_as_string(hide_password=False)
        found = await find_violations(url, self.database.clock)
        assert [each for each in found if each.invariant in (1, 5, 8)] == []


@pytest_asyncio.fixture
async def home(database: Database) -> Home:
    """Monday 23 November, 07:30 in London: Anna looks after Mum."""
    anna = await factories.user(database)
    smith = await factories.family(database, anna)
    return Home(database, smith, anna, await factories.person(database, anna))


async def asked_aspirin(home: Home) -> MedicineFacts:
    """Due at 08:00, counted, asked for; it is 08:00."""
    aspirin = await factories.medicine(home.database, home.anna, home.mum, dosage="1 tablet")
    await home.do(lambda scope: refills.refill(scope, aspirin.id, Decimal(10), unit="tablet"))
    await factories.wake_up(home.database, at(8))
    await factories.deliver(home.database)
    return aspirin


@pytest.mark.parametrize("quiet", [Home.pause, Home.stop])
async def test_what_was_given_in_between_is_the_dose_that_comes_back(
    home: Home, quiet: Callable[[Home, MedicineFacts], Awaitable[None]]
) -> None:
    aspirin = await asked_aspirin(home)
    home.is_now(at(8, 1))
    await quiet(home, aspirin)
    home.is_now(at(8, 5))
    extra = await home.give_extra(aspirin)
    home.is_now(at(8, 10))
    await home.restore(aspirin)
    (today, *_) = await home.doses(aspirin)
    assert (today.due_at, today.status, today.is_scheduled) == (at(8), DoseStatus.TAKEN, True)
    assert today.taken_at is not None
    assert (today.taken_at.replace(microsecond=0), today.resolved_by) == (at(8, 5), "Anna")
    assert await home.open(aspirin) == [at(8, day=24)]
    outlook = await home.do(lambda scope: get_outlook(scope, aspirin.id))
    assert outlook.others == 1
    assert not outlook.candidates
    assert (await home.do(lambda scope: levels.get_stock(scope, aspirin))).amount == Decimal(9)
    assert today.id == extra.id
    await home.check()


async def test_nobody_is_asked_again_for_it_and_the_card_shows_it(home: Home) -> None:
    aspirin = await asked_aspirin(home)
    await home.pause(aspirin)
    await factories.deliver(home.database)
    home.is_now(at(8, 5))
    await home.give_extra(aspirin)
    await home.restore(aspirin)
    assert len(await factories.deliver(home.database)) == 1  # the card is edited
    assert await factories.wake_up(home.database, at(8, 30)) == 0
    slot = await home.do(lambda scope: slots.read_slot(scope, home.mum.id, at(8)))
    assert [dose.status for dose in slot.doses] == [DoseStatus.TAKEN]


async def test_undoing_the_intake_opens_the_dose(home: Home) -> None:
    aspirin = await asked_aspirin(home)
    await home.pause(aspirin)
    home.is_now(at(8, 5))
    extra = await home.give_extra(aspirin, words="2 tablet")
    home.is_now(at(8, 10))
    await home.restore(aspirin)
    assert (await home.do(lambda scope: levels.get_stock(scope, aspirin))).amount == Decimal(8)
    home.is_now(at(8, 15))
    [undone] = await home.do(lambda scope: undo_doses(scope, [extra.id]))
    assert (undone.status, undone.dosage) == (DoseStatus.PENDING, "1 tablet")
    assert (await home.do(lambda scope: levels.get_stock(scope, aspirin))).amount == Decimal(10)
    assert (await home.open(aspirin))[0] == at(8)
    await home.check()


async def test_an_undone_pause_counts_it_too(home: Home) -> None:
    aspirin = await asked_aspirin(home)
    await home.pause(aspirin)
    home.is_now(at(8, 5))
    extra = await home.give_extra(aspirin)
    await home.do(lambda scope: undo_doses(scope, [extra.id]))
    second = await home.give_extra(aspirin)
    home.is_now(at(8, 10))

    async def undo_pause(scope: Scope) -> None:
        paused = select(AuditEvent.id).where(AuditEvent.action == "medication.paused")
        await status.restore_status(
            scope,
            aspirin.id,
            MedicineStatus.ACTIVE,
            resumes_at=None,
            undoes_id=(await scope.rows(paused))[0].id,
            counted={},
        )

    await home.do(undo_pause)
    (today, *_) = await home.doses(aspirin)
    assert (today.id, today.due_at, today.status) == (second.id, at(8), DoseStatus.TAKEN)
    await home.check()


async def test_a_dose_still_to_come_is_given_ahead(home: Home) -> None:
    aspirin = await factories.medicine(home.database, home.anna, home.mum)
    await home.pause(aspirin)
    home.is_now(at(7, 40))
    await home.give_extra(aspirin)
    home.is_now(at(7, 45))
    await home.restore(aspirin)
    assert await home.open(aspirin) == [at(8, day=24)]
    await home.check()


async def test_after_a_pause_of_days_too(home: Home) -> None:
    """Its doses are made anew: they were not there while it was paused."""
    aspirin = await factories.medicine(home.database, home.anna, home.mum)
    await home.pause(aspirin)
    home.is_now(at(7, 40, day=27))
    await home.give_extra(aspirin)
    home.is_now(at(7, 45, day=27))
    await home.restore(aspirin)
    assert await home.open(aspirin) == [at(8, day=28)]
    await home.check()


async def test_an_intake_counts_for_one_dose_and_only_for_one_that_is_near(home: Home) -> None:
    aspirin = await factories.medicine(
        home.database, home.anna, home.mum, schedule=daily("09:00", "11:00", "20:00")
    )
    await home.pause(aspirin)
    home.is_now(at(9, 50))
    await home.give_extra(aspirin)
    home.is_now(at(9, 55))
    await home.restore(aspirin)
    assert (await home.open(aspirin))[:3] == [at(11), at(20), at(9, day=24)]
    assert [d.due_at for d in await home.doses(aspirin) if d.status is DoseStatus.TAKEN] == [at(9)]


async def test_what_is_more_than_four_hours_off_is_an_extra(home: Home) -> None:
    aspirin = await factories.medicine(home.database, home.anna, home.mum, schedule=daily("12:00"))
    await home.pause(aspirin)
    home.is_now(at(7, 45))
    await home.give_extra(aspirin)
    await home.restore(aspirin)
    assert (await home.open(aspirin))[0] == at(12)


async def test_what_was_meant_as_an_extra_while_it_was_open_stays_one(home: Home) -> None:
    aspirin = await asked_aspirin(home)
    home.is_now(at(8, 1))
    await home.give_extra(aspirin)
    home.is_now(at(8, 2))
    await home.pause(aspirin)
    home.is_now(at(8, 5))
    await home.restore(aspirin)
    assert (await home.open(aspirin))[0] == at(8)
    assert [d.is_scheduled for d in await home.doses(aspirin)] == [True, False, True]


async def test_by_the_hour_it_counts_too(home: Home) -> None:
    every = Elapsed(timedelta(hours=6), at(8))
    medicine = await factories.medicine(home.database, home.anna, home.mum, schedule=every)
    await factories.wake_up(home.database, at(8))
    await home.pause(medicine)
    home.is_now(at(8, 5))
    await home.give_extra(medicine)
    await home.restore(medicine)
    assert (await home.open(medicine))[0] == at(14)
    await home.check()


async def test_what_was_given_under_another_schedule_is_not_asked_for_again(home: Home) -> None:
    """At 07:50 it moves to 08:10, is given then, and moves back to 08:00."""
    aspirin = await factories.medicine(home.database, home.anna, home.mum)
    home.is_now(at(7, 50))
    edited = await home.do(
        lambda scope: editing.edit_medication(scope, aspirin.id, version=1, schedule=daily("08:10"))
    )
    await factories.wake_up(home.database, at(8, 10))
    (dose, *_) = await home.doses(aspirin)
    await home.do(lambda scope: record_doses(scope, [dose.id], status=DoseStatus.TAKEN))
    home.is_now(at(8, 15))
    await home.do(
        lambda scope: editing.edit_medication(
            scope, aspirin.id, version=edited.version, schedule=daily("08:00")
        )
    )
    assert await home.open(aspirin) == [at(8, day=24)]


async def test_restored_doses_are_open_again_on_their_cards_at_once(home: Home) -> None:
    aspirin = await asked_aspirin(home)
    home.is_now(at(8, 10))
    await home.stop(aspirin)
    await factories.deliver(home.database)
    home.is_now(at(8, 12))
    await home.restore(aspirin)
    assert len(await factories.deliver(home.database)) == 1  # the card of 08:00 shows it again
    await factories.wake_up(home.database, at(8, 13))
    url = home.database.engine.url.render_as_string(hide_password=False)
    async with without_walls(url) as connection:
        rows = await connection.execute(text("SELECT ask_no FROM notifications ORDER BY ask_no"))
        assert [row.ask_no for row in rows] == [0, 1]


async def test_a_snooze_is_over_once_it_was_stopped(home: Home) -> None:
    aspirin = await asked_aspirin(home)
    (dose, *_) = await home.doses(aspirin)
    await home.do(lambda scope: snoozing.snooze_dose(scope, dose.id, minutes=30))
    await home.stop(aspirin)
    await home.restore(aspirin)
    (dose, *_) = await home.doses(aspirin)
    assert (dose.status, dose.snoozed_until) == (DoseStatus.PENDING, None)


@pytest.mark.parametrize("quiet", [Home.pause, Home.stop])
async def test_undo_of_the_return_leaves_everything_as_it_was(
    home: Home, quiet: Callable[[Home, MedicineFacts], Awaitable[None]]
) -> None:
    aspirin = await asked_aspirin(home)
    home.is_now(at(8, 1))
    await quiet(home, aspirin)
    home.is_now(at(8, 5))
    extra = await home.give_extra(aspirin)
    before = await rows(home)
    home.is_now(at(8, 10))
    await home.restore(aspirin)
    await factories.deliver(home.database)
    await undo(home)
    assert [row for row in await rows(home) if row.due_at < at(12)] == [
        row for row in before if row.due_at < at(12)
    ]
    assert await home.open(aspirin) == []
    assert len(await factories.deliver(home.database)) == 1  # the card says so
    await home.check()
    # It counts again for the dose that comes back again.
    await home.restore(aspirin)
    (today, *_) = await home.doses(aspirin)
    assert (today.id, today.due_at, today.status) == (extra.id, at(8), DoseStatus.TAKEN)
    await home.check()


async def test_an_intake_that_was_taken_back_since_is_the_dose_for_good(home: Home) -> None:
    aspirin = await asked_aspirin(home)
    await home.pause(aspirin)
    home.is_now(at(8, 5))
    extra = await home.give_extra(aspirin)
    await home.restore(aspirin)
    await home.do(lambda scope: undo_doses(scope, [extra.id]))
    await undo(home)
    assert await home.doses(aspirin) == []
    await home.check()


async def undo(home: Home) -> None:
    action = await home.do(find_last_action)
    assert action.kind is ActionKind.RESTORED
    await home.do(lambda scope: undo_action(scope, action.id))


async def rows(home: Home) -> Sequence[Any]:
    """What stands in the table of doses."""
    url = home.database.engine.url.render_as_string(hide_password=False)
    async with without_walls(url) as connection:
        found = await connection.execute(
            text(
                "SELECT id, occurrence_key, is_scheduled, due_at, window_ends_at, timezone, status,"
                " taken_at, amount, unit, resolved_at FROM doses ORDER BY id"
            )
        )
        return found.all()
