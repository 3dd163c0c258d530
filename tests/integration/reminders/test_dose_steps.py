"""A wake-up: who is asked, once, and what becomes of doses that nobody answers."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Row, text

from domain.access import Role
from domain.database.requests import as_dispatch
from domain.database.unit_of_work import Database
from domain.events import Event, NotificationsQueued, TimerSet
from domain.family.families import FamilyFacts
from domain.family.people import Person
from domain.medicines.doses import snoozing
from domain.medicines.doses.facts import DoseFacts
from domain.medicines.facts import MedicineFacts
from domain.models.medicines import DoseStatus
from domain.reminders import due as reminders
from domain.reminders.timers import list_timers
from tests import factories
from tests.databases import without_walls
from tests.factories import Account, daily

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Home:
    """Anna looks after Mum, who takes one medicine at 08:00 and two at 12:00."""

    family: FamilyFacts
    anna: Account
    mum: Person
    morning: MedicineFacts
    noon: tuple[MedicineFacts, MedicineFacts]


@pytest.fixture
async def home(database: Database) -> Home:
    anna = await factories.user(database)
    family = await factories.family(database, anna)
    mum = await factories.person(database, anna)
    morning = await factories.medicine(database, anna, mum)
    first, second = [
        await factories.medicine(database, anna, mum, name=name, schedule=daily("12:00"))
        for name in ("Iron", "Zinc")
    ]
    return Home(family, anna, mum, morning, (first, second))


async def first_dose(database: Database, home: Home, medicine: MedicineFacts) -> DoseFacts:
    return (await factories.doses_of(database, home.family, medicine))[0]


async def notes(database_url: str, kind: str = "slot_card") -> list[Row[Any]]:
    """What is owed or was sent, by name and number."""
    async with without_walls(database_url) as connection:
        rows = await connection.execute(
            text(
                "SELECT u.name, n.* FROM notifications n JOIN users u ON u.id = n.user_id"
                " WHERE kind = :kind ORDER BY slot_at, ask_no, u.name"
            ),
            {"kind": kind},
        )
        return list(rows.all())


async def test_everybody_asked_first_and_the_person_get_the_card(
    database: Database, database_url: str, home: Home
) -> None:
    await factories.member(database, home.anna, Role.ADMIN, name="Ada")
    await factories.member(database, home.anna, Role.CAREGIVER, name="Carl")
    await factories.member(database, home.anna, Role.VIEWER, name="Vic")
    await factories.member(database, home.anna, Role.RECIPIENT, name="Rose", person=home.mum)
    dad = await factories.person(database, home.anna, "Dad")
    await factories.member(database, home.anna, Role.RECIPIENT, name="Ron", person=dad)
    gone = await factories.member(database, home.anna, name="Gone")
    async with without_walls(database_url, keep=True) as connection:
        await connection.execute(
            text("UPDATE family_members SET left_at = now() WHERE user_id = :id"), {"id": gone.id}
        )
    dose = await first_dose(database, home, home.morning)
    assert await factories.wake_up(database, dose.due_at) == 1
    cards = await notes(database_url)
    assert [card.name for card in cards] == ["Ada", "Anna", "Carl", "Rose"]
    assert {(c.slot_at, c.deadline_at, c.ask_no, c.status) for c in cards} == {
        (dose.due_at, dose.due_at, 0, "pending")
    }


async def test_nothing_is_asked_before_its_minute(
    database: Database, database_url: str, home: Home
) -> None:
    dose = await first_dose(database, home, home.morning)
    assert await factories.wake_up(database, dose.due_at - timedelta(seconds=5)) == 0
    assert await notes(database_url) == []


async def test_waking_up_twice_asks_once(database: Database, database_url: str, home: Home) -> None:
    dose = await first_dose(database, home, home.morning)
    await factories.wake_up(database, dose.due_at)
    assert await factories.wake_up(database) == 0
    (card,) = await notes(database_url)
    assert card.wanted_version == 1


@pytest.mark.parametrize("most", [1, 2, 500])
async def test_doses_of_one_minute_share_a_card_in_however_many_batches(
    database: Database, database_url: str, home: Home, most: int
) -> None:
    for number in range(3):
        schedule = daily("12:00")
        await factories.medicine(
            database, home.anna, home.mum, name=f"No {number}", schedule=schedule
        )
    dose = await first_dose(database, home, home.noon[0])
    await factories.wake_up(database, dose.due_at - MINUTE)
    assert await factories.wake_up(database, dose.due_at, most=most) == 5
    cards = [card for card in await notes(database_url) if card.slot_at == dose.due_at]
    assert len(cards) == 1
    assert len(set(cards[0].facts["dose_ids"])) == 5


async def test_an_unanswered_dose_is_missed_when_its_window_ends(
    database: Database, database_url: str, home: Home
) -> None:
    dose = await factories.asked_dose(database, home.family, home.morning)
    assert await factories.wake_up(database, dose.window_ends_at - MINUTE) == 1  # asks again
    assert await factories.wake_up(database, dose.window_ends_at) == 1
    missed = await first_dose(database, home, home.morning)
    assert missed.status is DoseStatus.MISSED
    (summary,) = await notes(database_url, "missed")
    assert (summary.name, summary.facts) == ("Anna", {"dose_ids": [str(dose.id)]})
    card, _again = await notes(database_url)
    assert card.wanted_version > card.shown_version


async def test_a_dose_that_nobody_could_be_asked_for_is_nobodys_miss(
    database: Database, database_url: str, home: Home
) -> None:
    dose = await first_dose(database, home, home.morning)
    await factories.wake_up(database, dose.due_at)
    await factories.wake_up(database, dose.window_ends_at)
    assert (await first_dose(database, home, home.morning)).status is DoseStatus.NOT_ASKED
    assert await notes(database_url, "missed") == []
    assert len(await notes(database_url, "not_asked")) == 1


@pytest.mark.parametrize("after", [timedelta(0), MINUTE, timedelta(days=3)])
async def test_waking_up_after_the_window_asks_nobody(
    database: Database, database_url: str, home: Home, after: timedelta
) -> None:
    dose = await first_dose(database, home, home.morning)
    await factories.wake_up(database, dose.window_ends_at + after)
    assert (await first_dose(database, home, home.morning)).status is DoseStatus.NOT_ASKED
    assert [c for c in await notes(database_url) if c.slot_at == dose.due_at] == []


async def test_a_late_wake_up_within_the_window_still_asks(
    database: Database, database_url: str, home: Home
) -> None:
    dose = await first_dose(database, home, home.morning)
    await factories.wake_up(database, dose.due_at + timedelta(minutes=40))
    assert len(await notes(database_url)) == 1
    await factories.deliver(database)
    await factories.wake_up(database, dose.window_ends_at)
    assert (await first_dose(database, home, home.morning)).status is DoseStatus.MISSED


@pytest.mark.parametrize("most", [1, 500])
async def test_what_ends_in_one_minute_is_one_summary(
    database: Database, database_url: str, home: Home, most: int
) -> None:
    dose = await factories.asked_dose(database, home.family, home.noon[0])
    await factories.wake_up(database, dose.window_ends_at, most=most)
    (summary,) = await notes(database_url, "missed")
    ids = {str((await first_dose(database, home, medicine)).id) for medicine in home.noon}
    assert set(summary.facts["dose_ids"]) == ids


async def test_a_snoozed_dose_is_asked_for_again_by_a_new_card(
    database: Database, database_url: str, home: Home
) -> None:
    dose = await factories.asked_dose(database, home.family, home.morning)
    snoozed = await factories.acting(
        database, home.anna, lambda scope: snoozing.snooze_dose(scope, dose.id, minutes=10)
    )
    assert snoozed.until is not None
    await factories.wake_up(database, snoozed.until)
    first, second = await notes(database_url)
    assert (first.ask_no, second.ask_no) == (0, 1)
    assert (second.slot_at, second.deadline_at) == (dose.due_at, snoozed.until)
    assert first.wanted_version > first.shown_version  # it shrinks to a line
    await factories.deliver(database)
    await factories.wake_up(database, dose.window_ends_at)
    assert (await first_dose(database, home, home.morning)).status is DoseStatus.MISSED


async def test_two_doses_snoozed_to_different_minutes_are_asked_for_one_by_one(
    database: Database, database_url: str, home: Home
) -> None:
    """An edited message makes no sound: each asking is a message of its own."""
    first = await factories.asked_dose(database, home.family, home.noon[0])
    second = await first_dose(database, home, home.noon[1])
    untils = [
        (
            await factories.acting(
                database,
                home.anna,
                lambda scope, d=dose, m=minutes: snoozing.snooze_dose(scope, d.id, minutes=m),  # type: ignore[misc]
            )
        ).until
        for dose, minutes in ((first, 10), (second, 30))
    ]
    for until in untils:
        await factories.wake_up(database, until)
        await factories.deliver(database)
    cards = [card for card in await notes(database_url) if card.slot_at == first.due_at]
    assert [card.ask_no for card in cards] == [0, 1, 2]
    assert [card.deadline_at for card in cards[1:]] == untils


async def test_doses_snoozed_to_the_same_minute_share_the_new_card(
    database: Database, database_url: str, home: Home
) -> None:
    first = await factories.asked_dose(database, home.family, home.noon[0])
    second = await first_dose(database, home, home.noon[1])
    for dose in (first, second):
        await factories.acting(
            database,
            home.anna,
            lambda scope, d=dose: snoozing.snooze_dose(scope, d.id, minutes=30),  # type: ignore[misc]
        )
    await factories.wake_up(database, first.due_at + timedelta(minutes=35), most=1)
    cards = [card for card in await notes(database_url) if card.slot_at == first.due_at]
    assert [card.ask_no for card in cards] == [0, 1]


async def test_a_dose_joins_a_card_that_was_not_sent_because_all_was_taken(
    database: Database, database_url: str, home: Home
) -> None:
    first = await first_dose(database, home, home.noon[0])
    await factories.wake_up(database, first.due_at - MINUTE)
    database.clock.advance(MINUTE)
    await database.run(lambda scope: reminders.act_on_due(scope, limit=1), as_dispatch())
    (card,) = [c for c in await notes(database_url) if c.slot_at == first.due_at]
    async with without_walls(database_url, keep=True) as connection:
        await connection.execute(
            text(
                "UPDATE notifications SET status = 'obsolete', shown_version = wanted_version"
                " WHERE id = :id"
            ),
            {"id": card.id},
        )
    await factories.wake_up(database)
    (card,) = [c for c in await notes(database_url) if c.slot_at == first.due_at]
    assert card.status == "pending"
    assert len(card.facts["dose_ids"]) == 2


async def test_several_dispatchers_claim_disjoint_doses(
    database: Database, database_url: str, home: Home
) -> None:
    for number in range(20):
        await factories.medicine(
            database, home.anna, home.mum, name=f"No {number}", schedule=daily("12:00")
        )
    dose = await first_dose(database, home, home.noon[0])
    await factories.wake_up(database, dose.due_at - MINUTE)
    database.clock.advance(MINUTE)
    acted = await asyncio.gather(*(factories.wake_up(database, most=3) for _ in range(4)))
    assert sum(acted) == 22
    cards = [c for c in await notes(database_url) if c.slot_at == dose.due_at]
    assert sorted((c.part, len(c.facts["dose_ids"])) for c in cards) == [(0, 20), (1, 2)]
    assert len({dose_id for card in cards for dose_id in card.facts["dose_ids"]}) == 22


async def test_other_peoples_families_are_asked_in_the_same_batch(
    database: Database, database_url: str, home: Home
) -> None:
    eve = await factories.user(database, "Eve")
    await factories.family(database, eve, "Jones")
    dad = await factories.person(database, eve, "Dad", zone="Europe/Lisbon")
    await factories.medicine(database, eve, dad)
    dose = await first_dose(database, home, home.morning)
    assert await factories.wake_up(database, dose.due_at) == 2
    cards = await notes(database_url)
    assert [(card.name, card.family_id == home.family.id) for card in cards] == [
        ("Anna", True),
        ("Eve", False),
    ]


async def test_the_next_minutes_are_announced_and_listed(database: Database, home: Home) -> None:
    heard: list[Event] = []
    database.subscribe(heard.append)
    dose = await first_dose(database, home, home.morning)
    await factories.wake_up(database, dose.due_at)
    again_at = dose.due_at + timedelta(minutes=10)
    assert heard == [TimerSet(again_at), NotificationsQueued()]

    async def timers(until: datetime) -> list[datetime]:
        return list(await database.run(lambda s: list_timers(s, until=until), as_dispatch()))

    noon = await first_dose(database, home, home.noon[0])
    assert await timers(noon.due_at) == [again_at, noon.due_at]
    assert await timers(again_at) == [again_at]


async def test_a_family_with_nobody_to_ask_holds_nothing_up(
    database: Database, database_url: str, home: Home
) -> None:
    async with without_walls(database_url, keep=True) as connection:
        await connection.execute(text("UPDATE family_members SET left_at = now()"))
    dose = await first_dose(database, home, home.morning)
    await factories.wake_up(database, dose.due_at)
    await factories.wake_up(database, dose.window_ends_at)
    assert await notes(database_url) == []
    assert (await first_dose(database, home, home.morning)).status is DoseStatus.NOT_ASKED
