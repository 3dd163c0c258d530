"""What belongs to today after somebody has moved: nothing vanishes, and nothing comes twice."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.features.overview.views.today import today
from bot.ui.answer import Screen
from domain.access import Action
from domain.database.scope import Scope
from domain.database.unit_of_work import Database
from domain.family.families import FamilyFacts
from domain.family.people import Person
from domain.local_time import Weekday
from domain.medicines import reading
from domain.medicines.changes import editing, moving
from domain.medicines.doses import today as doses_today
from domain.medicines.doses.facts import DoseFacts
from domain.medicines.doses.today import PersonToday
from domain.medicines.facts import MedicineFacts
from domain.medicines.records import recording
from domain.medicines.schedules.days import Weekly
from domain.models.medicines import DoseStatus
from domain.overview import last_actions, undo
from tests import factories
from tests.databases import move_to
from tests.factories import Account, daily

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)  # and London's clock shows UTC


@dataclass(frozen=True)
class Home:
    database: Database
    family: FamilyFacts
    anna: Account
    mum: Person

    async def takes(self, at: str) -> MedicineFacts:
        return await factories.medicine(self.database, self.anna, self.mum, schedule=daily(at))

    async def ask(self, medicine: MedicineFacts, at: datetime) -> DoseFacts:
        await factories.wake_up(self.database, at)
        await factories.deliver(self.database)
        found = await factories.doses_of(self.database, self.family, medicine)
        [dose] = [dose for dose in found if dose.due_at == at]
        return dose

    async def take(self, dose: DoseFacts) -> None:
        await factories.acting(
            self.database,
            self.anna,
            lambda scope: recording.record_doses(scope, [dose.id], status=DoseStatus.TAKEN),
        )

    async def move(self, zone: str, *, at: datetime) -> None:
        move_to(self.database.clock, at)
        await factories.acting(
            self.database,
            self.anna,
            lambda scope: moving.move_person(scope, self.mum.id, ZoneInfo(zone)),
        )

    async def list_today(self) -> Sequence[PersonToday]:
        return await factories.acting(self.database, self.anna, doses_today.list_today)

    async def today(self) -> list[tuple[str, str]]:
        """When what belongs to today was due, and what became of it."""
        (entry,) = await self.list_today()
        ids = [dose.id for dose in entry.doses]
        assert len(ids) == len(set(ids))
        return [(f"{dose.local:%a %H:%M} {dose.zone.key}", dose.status) for dose in entry.doses]

    async def screen(self) -> str:
        async def render(scope: Scope) -> Screen:
            people, member = await doses_today.list_today(scope), scope.require(Action.READ)
            return today(people, appointments={}, member=member, now=scope.clock.now())

        return (await factories.acting(self.database, self.anna, render)).text


@pytest.fixture
async def home(database: Database) -> Home:
    anna = await factories.user(database)
    family = await factories.family(database, anna)
    return Home(database, family, anna, await factories.person(database, anna))


async def test_what_is_still_open_after_midnight_is_in_todays_list(home: Home) -> None:
    medicine = await home.takes("23:30")
    last_night = MONDAY + timedelta(hours=23, minutes=30)
    await home.ask(medicine, last_night)
    move_to(home.database.clock, last_night + timedelta(minutes=45))
    assert await home.today() == [("Mon 23:30 Europe/London", "pending")]
    assert "• yesterday 23:30 Aspirin" in await home.screen()


@pytest.mark.parametrize("is_taken", [False, True])
async def test_moving_east_over_midnight_keeps_what_was_just_due(
    home: Home, is_taken: bool
) -> None:
    medicine = await home.takes("15:30")
    dose = await home.ask(medicine, MONDAY + timedelta(hours=15, minutes=30))
    if is_taken:
        await home.take(dose)
    # It is Tuesday, 00:40, in Tokyo.
    await home.move("Asia/Tokyo", at=MONDAY + timedelta(hours=15, minutes=40))
    status = "taken" if is_taken else "pending"
    assert await home.today() == [
        ("Mon 15:30 Europe/London", status),
        ("Tue 15:30 Asia/Tokyo", "pending"),
    ]
    assert "yesterday 15:30 London time Aspirin" in await home.screen()


async def test_moving_west_over_midnight_keeps_what_was_just_taken(home: Home) -> None:
    medicine = await home.takes("02:00")
    tuesday = MONDAY + timedelta(days=1, hours=2)
    await home.take(await home.ask(medicine, tuesday))
    # It is Monday, 21:30, in New York: what is over is not "tomorrow".
    await home.move("America/New_York", at=tuesday + timedelta(minutes=30))
    assert ("Tue 02:00 Europe/London", "taken") in await home.today()
    assert "✅ Tuesday 24 November 02:00 London time Aspirin" in await home.screen()


async def test_moving_from_one_end_of_the_day_to_the_other_loses_nothing_unanswered(
    database: Database, home: Home
) -> None:
    await home.move("Asia/Tokyo", at=MONDAY - timedelta(hours=12))
    medicine = await home.takes("08:00")
    due = datetime(2026, 11, 22, 23, 0, tzinfo=UTC)  # Monday 08:00 in Tokyo
    await home.ask(medicine, due)
    await factories.wake_up(database, due + timedelta(hours=2))
    # Tuesday 00:30 in New York, 30 hours later: yesterday's Monday 08:00 is still to be answered.
    await home.move("America/New_York", at=due + timedelta(hours=30, minutes=30))
    assert ("Mon 08:00 Asia/Tokyo", "missed") in await home.today()


async def test_moving_there_and_back_leaves_every_dose_as_it_was(home: Home) -> None:
    medicine = await home.takes("08:00")
    dose = await home.ask(medicine, MONDAY + timedelta(hours=8))
    await home.take(dose)
    before = await home.today()
    await home.move("Pacific/Auckland", at=MONDAY + timedelta(hours=9))
    await home.move("Europe/London", at=MONDAY + timedelta(hours=9, minutes=1))
    assert await home.today() == before
    (taken, *_) = await factories.doses_of(home.database, home.family, medicine)
    assert taken.taken_zone == taken.zone == ZoneInfo("Europe/London")


async def test_undo_of_an_edit_brings_back_what_stayed_due_by_the_clock_of_before(
    home: Home,
) -> None:
    """Today's dose of eight is four minutes ahead, and by the new clock gone by."""
    medicine = await home.takes("08:00")
    await home.move("Asia/Tokyo", at=MONDAY.replace(hour=7, minute=56))

    async def pending() -> list[datetime]:
        found = await factories.doses_of(home.database, home.family, medicine)
        return [dose.due_at for dose in found if dose.status is DoseStatus.PENDING]

    before = await pending()
    assert MONDAY.replace(hour=8) in before
    sundays = replace(daily("08:00"), days=Weekly(frozenset({Weekday.SUNDAY})))

    async def edit(scope: Scope) -> object:
        found = await reading.get_medication(scope, medicine.id)
        return await editing.edit_medication(
            scope, medicine.id, version=found.version, schedule=sundays
        )

    await factories.acting(home.database, home.anna, edit)
    assert MONDAY.replace(hour=8) not in await pending()

    async def take_back(scope: Scope) -> object:
        return await undo.undo_action(scope, (await last_actions.find_last_action(scope)).id)

    await factories.acting(home.database, home.anna, take_back)
    assert await pending() == before
