"""The ladder in the tables: who is asked again, who is told, and who is on it."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Row, text

from domain.access import Role
from domain.database.unit_of_work import Database
from domain.errors import NotFound
from domain.family.families import FamilyFacts
from domain.family.people import Person
from domain.medicines.doses.facts import DoseFacts
from domain.medicines.doses.snoozing import Held, hold_slot, snooze_dose
from domain.medicines.records.recording import record_doses
from domain.models.medicines import DoseStatus
from tests import factories
from tests.databases import without_walls
from tests.factories import Account

MINUTE = timedelta(minutes=1)


class Home:
    """Anna and Ben look after Mum, who takes one medicine; Vic only reads."""

    def __init__(
        self, family: FamilyFacts, anna: Account, ben: Account, vic: Account, mum: Person
    ) -> None:
        self.family, self.anna, self.ben, self.vic, self.mum = family, anna, ben, vic, mum


@pytest.fixture
async def home(database: Database) -> Home:
    anna = await factories.user(database)
    family = await factories.family(database, anna)
    mum = await factories.person(database, anna)
    ben = await factories.member(database, anna, name="Ben")
    vic = await factories.member(database, anna, Role.VIEWER, name="Vic")
    return Home(family, anna, ben, vic, mum)


@pytest.fixture
async def dose(database: Database, home: Home) -> DoseFacts:
    medicine = await factories.medicine(database, home.anna, home.mum)
    return await factories.asked_dose(database, home.family, medicine)


async def cards(database_url: str, kind: str = "slot_card") -> list[tuple[str, int, bool]]:
    """Who has or gets one, of which asking, and whether they are only told."""
    async with without_walls(database_url) as connection:
        rows = await connection.execute(
            text(
                "SELECT u.name, n.ask_no, n.facts ? 'told' FROM notifications n"
                " JOIN users u ON u.id = n.user_id WHERE kind = :kind"
                " ORDER BY n.ask_no, u.name"
            ),
            {"kind": kind},
        )
        return [(row[0], row[1], row[2]) for row in rows]


async def timer(database_url: str, dose: DoseFacts) -> Row[Any]:
    async with without_walls(database_url) as connection:
        rows = await connection.execute(
            text(
                "SELECT ladder_step, next_action_at, rung, held_until, status FROM doses"
                " WHERE id = :id"
            ),
            {"id": dose.id},
        )
        return rows.one()


async def climb(database: Database, dose: DoseFacts, *minutes: int) -> None:
    for after in minutes:
        await factories.wake_up(database, dose.due_at + after * MINUTE)
        await factories.deliver(database)


async def hold(database: Database, who: Account, home: Home, at: datetime) -> Held:
    return await factories.acting(
        database, who, lambda scope: hold_slot(scope, home.mum.id, at, part=0)
    )


async def test_nobody_answers(
    database: Database, database_url: str, home: Home, dose: DoseFacts
) -> None:
    first = [("Anna", 0, False), ("Ben", 0, False)]
    assert await cards(database_url) == first
    await climb(database, dose, 10)
    again = [("Anna", 1, False), ("Ben", 1, False)]
    assert await cards(database_url) == [*first, *again]
    await climb(database, dose, 20, 30)
    third = [("Anna", 2, False), ("Ben", 2, False), ("Vic", 2, True)]
    assert await cards(database_url) == [*first, *again, *third]
    await climb(database, dose, 120)
    assert (await timer(database_url, dose)).status == DoseStatus.MISSED
    told = await cards(database_url, "missed")
    assert [name for name, *_ in told] == ["Anna", "Ben", "Vic"]


async def test_what_is_recorded_ends_the_ladder(
    database: Database, database_url: str, home: Home, dose: DoseFacts
) -> None:
    await climb(database, dose, 10)
    await factories.acting(
        database,
        home.ben,
        lambda scope: record_doses(scope, [dose.id], status=DoseStatus.TAKEN),
    )
    before = await cards(database_url)
    await climb(database, dose, 20, 30, 120)
    assert await cards(database_url) == before
    assert await cards(database_url, "missed") == []


async def test_where_everybody_is_asked_nobody_is_told(
    database: Database, database_url: str, home: Home
) -> None:
    async with without_walls(database_url, keep=True) as connection:
        await connection.execute(
            text("UPDATE family_members SET left_at = now() WHERE role = 'viewer'")
        )
    medicine = await factories.medicine(database, home.anna, home.mum)
    dose = await factories.asked_dose(database, home.family, medicine)
    await climb(database, dose, 10, 20)
    left = await timer(database_url, dose)
    assert (left.ladder_step, left.next_action_at) == ("miss", dose.window_ends_at)


async def test_who_is_on_it_holds_the_ladder_for_a_quarter_of_an_hour(
    database: Database, database_url: str, home: Home, dose: DoseFacts
) -> None:
    await climb(database, dose, 10)
    held = await hold(database, home.ben, home, dose.due_at)
    left = await timer(database_url, dose)
    assert held.until is not None
    assert held.until - dose.due_at in (25 * MINUTE, 26 * MINUTE)
    assert (left.ladder_step, left.next_action_at) == ("again", held.until)
    assert (held.doses[0].held_by, held.doses[0].held_until) == ("Ben", held.until)
    # Then it goes on, and nobody is on it any more.
    await factories.wake_up(database, held.until)
    after = await timer(database_url, dose)
    assert (after.ladder_step, after.rung, after.held_until) == ("others", 3, None)


async def test_a_viewer_may_be_on_it(
    database: Database, database_url: str, home: Home, dose: DoseFacts
) -> None:
    await climb(database, dose, 10, 20, 30)
    held = await hold(database, home.vic, home, dose.due_at)
    assert held.doses[0].held_by == "Vic"
    # There is no step left but the end of the window.
    assert (await timer(database_url, dose)).next_action_at == dose.window_ends_at


async def test_who_is_on_it_is_promised_no_more_than_the_window_has_left(
    database: Database, database_url: str, home: Home, dose: DoseFacts
) -> None:
    await climb(database, dose, 115)
    held = await hold(database, home.ben, home, dose.due_at)
    assert held.until == dose.window_ends_at
    assert (await timer(database_url, dose)).held_until == dose.window_ends_at


async def test_nobody_is_on_what_is_answered(
    database: Database, database_url: str, home: Home, dose: DoseFacts
) -> None:
    await factories.acting(
        database,
        home.anna,
        lambda scope: record_doses(scope, [dose.id], status=DoseStatus.TAKEN),
    )
    held = await hold(database, home.ben, home, dose.due_at)
    assert held.until is None
    with pytest.raises(NotFound):
        await hold(database, home.ben, home, dose.due_at + MINUTE)


async def test_a_snooze_goes_on_where_the_ladder_was(
    database: Database, database_url: str, home: Home, dose: DoseFacts
) -> None:
    snoozed = await factories.acting(
        database, home.anna, lambda scope: snooze_dose(scope, dose.id, minutes=30)
    )
    assert snoozed.until is not None
    await factories.wake_up(database, snoozed.until)
    left = await timer(database_url, dose)
    assert (left.ladder_step, left.next_action_at) == ("again", snoozed.until + 10 * MINUTE)


async def test_a_wake_up_after_an_outage_takes_one_step_not_three(
    database: Database, database_url: str, home: Home, dose: DoseFacts
) -> None:
    await climb(database, dose, 50)
    assert {number for _, number, _ in await cards(database_url)} == {0, 1}
    left = await timer(database_url, dose)
    assert (left.ladder_step, left.next_action_at) == ("again", dose.due_at + 60 * MINUTE)
