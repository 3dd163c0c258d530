"""Doses recorded after their time: at the time that was said, and after what speaks against it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from domain.access import Role
from domain.database.scope import Scope
from domain.database.unit_of_work import Database
from domain.errors import NotAllowed, NotFound
from domain.family.families import FamilyFacts
from domain.medicines.doses.facts import DoseFacts
from domain.medicines.errors import TimeNotPossible
from domain.medicines.facts import MedicineFacts
from domain.medicines.records import recording
from domain.medicines.records.late import LateOutlook, record_late
from domain.medicines.records.recording import Recorded
from domain.medicines.schedules.kinds import Elapsed, Schedule
from domain.models.medicines import DoseStatus
from domain.overview.last_actions import find_last_action
from domain.overview.own_actions import ActionKind
from domain.overview.undo import undo_action
from tests import factories
from tests.databases import move_to
from tests.factories import Account, daily

EIGHT_HOURS = timedelta(hours=8)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """In November 2026, UTC, which is London's clock then."""
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


@dataclass(frozen=True)
class Missed:
    """Anna's Mum, a medicine of hers, and its dose of Monday 08:00, which nobody has answered."""

    database: Database
    family: FamilyFacts
    anna: Account
    medicine: MedicineFacts
    dose: DoseFacts

    async def record(
        self,
        *dose_ids: DoseFacts,
        at: datetime | None,
        seen: int | None = None,
        who: Account | None = None,
    ) -> Recorded | LateOutlook:
        ids = [dose.id for dose in dose_ids or (self.dose,)]

        async def work(scope: Scope) -> Recorded | LateOutlook:
            return await record_late(scope, ids, at=at, seen=seen)

        return await factories.acting(self.database, who or self.anna, work)

    async def doses(self) -> list[DoseFacts]:
        return list(await factories.doses_of(self.database, self.family, self.medicine))


async def miss(database: Database, schedule: Schedule | None = None) -> Missed:
    anna = await factories.user(database)
    family = await factories.family(database, anna)
    mum = await factories.person(database, anna)
    schedule = schedule or daily("08:00")
    medicine = await factories.medicine(database, anna, mum, schedule=schedule)
    dose = await factories.asked_dose(database, family, medicine)
    await factories.wake_up(database, dose.window_ends_at)
    return Missed(database, family, anna, medicine, dose)


@pytest.mark.parametrize(
    ("said", "following"), [(None, at(23, 16)), (at(23, 9, 30), at(23, 17, 30))]
)
async def test_what_counts_from_the_last_dose_goes_by_what_was_said(
    database: Database, said: datetime | None, following: datetime
) -> None:
    home = await miss(database, Elapsed(EIGHT_HOURS, at(23, 8), from_last_intake=True))
    move_to(database.clock, at(23, 14))
    outcome = await home.record(at=said)
    assert isinstance(outcome, Recorded)
    assert [dose.taken_at for dose in outcome.recorded] == [said or at(23, 8)]
    pending = [d.due_at for d in await home.doses() if d.status is DoseStatus.PENDING]
    assert pending[0] == following


async def test_too_soon_before_the_next_one_is_asked_first(database: Database) -> None:
    home = await miss(database, Elapsed(EIGHT_HOURS, at(23, 8)))
    await factories.wake_up(database, at(23, 16))
    [second] = [d for d in await home.doses() if d.due_at == at(23, 16)]
    await factories.acting(
        database,
        home.anna,
        lambda scope: recording.record_doses(scope, [second.id], status=DoseStatus.TAKEN),
    )
    asked = await home.record(at=at(23, 15))
    assert isinstance(asked, LateOutlook)
    assert [outlook.is_too_soon_before for outlook in asked.outlooks] == [True]
    [dose] = [d for d in await home.doses() if d.id == home.dose.id]
    assert dose.status is DoseStatus.MISSED
    assert isinstance(await home.record(at=at(23, 15), seen=asked.seen), Recorded)


async def test_several_at_their_own_times_are_one_action(database: Database) -> None:
    home = await miss(database, daily("08:00", "10:00"))
    await factories.wake_up(database, at(23, 12))
    first, second, *_ = await home.doses()
    outcome = await home.record(first, second, at=None)
    assert isinstance(outcome, Recorded)
    assert [dose.taken_at for dose in outcome.recorded] == [at(23, 8), at(23, 10)]
    last = await factories.acting(database, home.anna, find_last_action)
    assert (last.kind, len(last.doses)) == (ActionKind.RECORDED, 2)
    await factories.acting(database, home.anna, lambda scope: undo_action(scope, last.id))
    assert {d.status for d in (await home.doses())[:2]} == {
        DoseStatus.MISSED,
        DoseStatus.NOT_ASKED,
    }


async def test_a_day_before_its_own_is_asked_first(database: Database) -> None:
    home = await miss(database)
    asked = await home.record(at=at(22, 23))
    assert isinstance(asked, LateOutlook)
    assert [dose.id for dose in asked.early] == [home.dose.id]
    assert isinstance(await home.record(at=at(22, 23), seen=asked.seen), Recorded)


async def test_an_old_dose_is_recorded_at_its_time_and_nothing_is_to_come(
    database: Database,
) -> None:
    home = await miss(database)
    move_to(database.clock, at(27, 9))
    for moment in (at(27, 10), at(22, 9)):
        with pytest.raises(TimeNotPossible):
            await home.record(at=moment)
    outcome = await home.record(at=None)
    assert isinstance(outcome, Recorded)
    assert [dose.taken_at for dose in outcome.recorded] == [at(23, 8)]


async def test_who_may_not_record_it_does_not(database: Database) -> None:
    home = await miss(database)
    vera = await factories.member(database, home.anna, Role.VIEWER, name="Vera")
    with pytest.raises(NotAllowed):
        await home.record(at=None, who=vera)
    eve = await factories.user(database, "Eve")
    await factories.family(database, eve, "Jones")
    with pytest.raises(NotFound):
        await home.record(at=None, who=eve)
