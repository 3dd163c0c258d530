"""What a member has promised ends when they go, and those who count on it hear of it."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text

from bot.features.overview.views.changes import changed
from domain.access import Role
from domain.appointments import attendance
from domain.database.requests import as_family
from domain.database.unit_of_work import Database
from domain.family.families import FamilyFacts
from domain.family.people import Person
from domain.medicines.doses.snoozing import hold_slot
from domain.medicines.stock import refills, stock_checks
from domain.overview import kinds
from domain.overview.leaving.promises import drop_promises, list_promises
from domain.overview.told_changes import ChangesFacts
from domain.timers import Step
from tests import factories
from tests.databases import move_to, without_walls
from tests.factories import Account

THURSDAY = datetime(2026, 11, 26, 14, 30)


class Home:
    """Anna and Ben look after Mum, and Carl does, too."""

    def __init__(self, database: Database, url: str) -> None:
        self.database, self.url = database, url

    family: FamilyFacts
    anna: Account
    ben: Account
    carl: Account
    mum: Person

    async def settle_in(self) -> None:
        self.anna = await factories.user(self.database)
        self.family = await factories.family(self.database, self.anna)
        self.mum = await factories.person(self.database, self.anna)
        self.ben = await factories.member(self.database, self.anna)
        self.carl = await factories.member(self.database, self.anna, name="Carl")

    async def one(self, sql: str) -> tuple[object, ...]:
        async with without_walls(self.url) as connection:
            return tuple((await connection.execute(text(sql))).one())


@pytest.fixture
async def home(database: Database, database_url: str) -> Home:
    home = Home(database, database_url)
    await home.settle_in()
    return home


async def test_a_drive_is_dropped_and_the_others_are_told(home: Home) -> None:
    facts = await factories.appointment(home.database, home.anna, home.mum, start=THURSDAY)
    await factories.acting(home.database, home.ben, lambda s: attendance.become_driver(s, facts.id))
    await factories.deliver_news(home.database)
    ended = await factories.acting(
        home.database, home.anna, lambda s: drop_promises(s, home.ben.id)
    )
    assert [drive.id for drive in ended.drives] == [facts.id]
    assert await home.one("SELECT driver_id FROM appointment_occurrences") == (None,)
    home.database.clock.advance(timedelta(minutes=1))
    async with without_walls(home.url) as connection:
        rows = (
            await connection.execute(
                text(
                    "SELECT n.id, u.name FROM notifications n JOIN users u ON u.id = n.user_id"
                    " WHERE n.status = 'pending' AND n.kind = 'changes' ORDER BY u.name"
                )
            )
        ).all()
    # Anna did it, and sees it in the answer. Ben is still a member here.
    assert [row.name for row in rows] == ["Ben", "Carl"]
    [message] = await home.database.run(
        lambda s: kinds.read_messages(s, [rows[1].id]), as_family(home.family.id)
    )
    assert isinstance(message.facts, ChangesFacts)
    assert "isn't in the family any more" in changed(message.facts).text


async def test_shortly_before_it_whoever_may_drive_is_asked_now(home: Home) -> None:
    facts = await factories.appointment(home.database, home.anna, home.mum, start=THURSDAY)
    await factories.acting(home.database, home.ben, lambda s: attendance.become_driver(s, facts.id))
    move_to(home.database.clock, datetime(2026, 11, 26, 10, tzinfo=UTC))
    await factories.wake_up(home.database)
    await factories.acting(home.database, home.ben, lambda s: drop_promises(s, home.ben.id))
    [step] = await home.one("SELECT ladder_step FROM appointment_occurrences")
    assert step == Step.ASK_DRIVER


async def test_a_viewer_may_have_promised_in_an_earlier_role(home: Home) -> None:
    facts = await factories.appointment(home.database, home.anna, home.mum, start=THURSDAY)
    await factories.acting(home.database, home.ben, lambda s: attendance.become_driver(s, facts.id))
    async with without_walls(home.url, keep=True) as connection:
        await connection.execute(
            text("UPDATE family_members SET role = :role WHERE user_id = :id"),
            {"role": Role.VIEWER, "id": home.ben.id},
        )
    ended = await factories.acting(home.database, home.ben, lambda s: drop_promises(s, home.ben.id))
    assert [drive.id for drive in ended.drives] == [facts.id]


async def test_a_low_stock_is_announced_again(home: Home) -> None:
    aspirin = await factories.medicine(home.database, home.anna, home.mum, dosage="1 tablet")
    await factories.acting(
        home.database, home.anna, lambda s: refills.refill(s, aspirin.id, Decimal(3), unit="tablet")
    )
    await factories.acting(home.database, home.ben, lambda s: refills.promise_refill(s, aspirin.id))
    promised = await factories.acting(
        home.database, home.anna, lambda s: list_promises(s, home.ben.id)
    )
    assert [medicine.name for medicine in promised.refills] == ["Aspirin"]
    await factories.acting(home.database, home.ben, lambda s: drop_promises(s, home.ben.id))
    home.database.clock.advance(timedelta(minutes=1))
    checked = await factories.do_chore(
        home.database, lambda s: stock_checks.find_due(s, 10), stock_checks.check_stocks
    )
    assert checked == 1
    assert await home.one("SELECT count(*) FROM notifications WHERE kind = 'refill'") == (3,)


async def test_a_dose_that_somebody_was_on_is_asked_about_at_once(home: Home) -> None:
    aspirin = await factories.medicine(home.database, home.anna, home.mum)
    dose = await factories.asked_dose(home.database, home.family, aspirin)
    await factories.acting(
        home.database, home.ben, lambda s: hold_slot(s, home.mum.id, dose.due_at, part=0)
    )
    ended = await factories.acting(home.database, home.ben, lambda s: drop_promises(s, home.ben.id))
    assert [held.id for held in ended.held_doses] == [dose.id]
    now = home.database.clock.now()
    step, at, holder = await home.one(
        f"SELECT ladder_step, next_action_at, held_by_id FROM doses WHERE id = '{dose.id}'"
    )
    assert (step, holder) == (Step.ASK, None)
    assert isinstance(at, datetime)
    assert at - now <= timedelta(minutes=1)
    assert not await factories.acting(
        home.database, home.anna, lambda s: list_promises(s, home.ben.id)
    )


async def test_what_others_promised_stays(home: Home) -> None:
    facts = await factories.appointment(home.database, home.anna, home.mum, start=THURSDAY)
    await factories.acting(
        home.database, home.carl, lambda s: attendance.become_driver(s, facts.id)
    )
    await factories.acting(home.database, home.ben, lambda s: drop_promises(s, home.ben.id))
    assert await home.one("SELECT driver_id FROM appointment_occurrences") == (home.carl.id,)
