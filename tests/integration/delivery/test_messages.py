"""A message says what holds when it is read, to whom it is read."""

from datetime import timedelta

import pytest

from domain.database.requests import as_family, as_user
from domain.database.unit_of_work import Database
from domain.errors import NotFound
from domain.family import users
from domain.family.joined_notice import JoinedFacts
from domain.medicines.doses import slot_cards, snoozing
from domain.medicines.doses.slot_cards import CardFacts
from domain.medicines.doses.summaries import SummaryFacts
from domain.models.medicines import DoseStatus
from domain.overview import kinds
from tests import factories
from tests.integration.delivery.home import Home, claim, read, record_sent, rows, take


async def test_a_card_shows_the_doses_as_they_are_when_it_is_read(
    database: Database, home: Home
) -> None:
    (one, _) = await claim(database)
    iron = await factories.medicine(database, home.anna, home.mum, name="Iron")
    message = await read(database, home, one.id)
    assert isinstance(message.facts, CardFacts)
    assert (message.facts.person, message.facts.zone) == ("Mum", home.mum.zone)
    assert message.facts.slot_at == home.dose.due_at
    assert [d.status for d in message.facts.doses] == [DoseStatus.PENDING]
    assert iron.first_due_at != home.dose.due_at
    await take(database, home)
    message = await read(database, home, one.id)
    assert isinstance(message.facts, CardFacts)
    assert [(d.status, d.resolved_by) for d in message.facts.doses] == [(DoseStatus.TAKEN, "Anna")]


async def test_a_card_knows_its_reader(database: Database, home: Home) -> None:
    await database.run(lambda scope: users.set_blocked(scope, blocked=True), as_user(home.ben.id))
    for one in await claim(database):
        receiver = (await read(database, home, one.id)).receiver
        assert receiver.chat_id == one.chat_id
        assert receiver.has_started
        assert receiver.has_blocked == (one.chat_id == home.ben.telegram_id)
        assert (receiver.language_code, receiver.has_left) == ("en", False)


async def test_a_late_card_says_so(database: Database, home: Home) -> None:
    (one, _) = await claim(database)

    async def is_late() -> bool:
        facts = (await read(database, home, one.id)).facts
        assert isinstance(facts, CardFacts)
        return facts.is_late

    assert not await is_late()
    database.clock.advance(timedelta(minutes=5))
    assert await is_late()


async def test_the_card_that_was_asked_again_has_given_its_place(
    database: Database, database_url: str, home: Home
) -> None:
    await record_sent(database, *await claim(database))
    snoozed = await factories.acting(
        database, home.anna, lambda scope: snoozing.snooze_dose(scope, home.dose.id, minutes=10)
    )
    assert snoozed.until is not None
    await factories.wake_up(database, snoozed.until)
    for row in await rows(database_url):
        facts = (await read(database, home, row.id)).facts
        assert isinstance(facts, CardFacts)
        assert facts.asked_again == (row.ask_no == 0)
        assert facts.is_reminder == (row.ask_no == 1)


async def test_skip_and_snooze_open_on_the_readers_own_card_only(
    database: Database, database_url: str, home: Home
) -> None:
    await record_sent(database, *await claim(database))
    await factories.acting(
        database, home.anna, lambda scope: slot_cards.open_menu(scope, home.dose.id, is_open=True)
    )
    opened = {row.name: row.menu_dose_id for row in await rows(database_url)}
    assert opened == {"Anna": home.dose.id, "Ben": None}
    (edit,) = await claim(database)
    facts = (await read(database, home, edit.id)).facts
    assert isinstance(facts, CardFacts)
    assert facts.menu_for == home.dose.id
    await take(database, home)
    assert {row.menu_dose_id for row in await rows(database_url)} == {None}


async def test_a_menu_of_another_familys_dose_is_not_found(database: Database, home: Home) -> None:
    eve = await factories.user(database, "Eve")
    await factories.family(database, eve, "Jones")
    with pytest.raises(NotFound):
        await factories.acting(
            database, eve, lambda scope: slot_cards.open_menu(scope, home.dose.id, is_open=True)
        )


@pytest.mark.parametrize("delivered", [True, False])
async def test_a_summary_names_what_was_missed_or_not_asked(
    database: Database, database_url: str, home: Home, delivered: bool
) -> None:
    if delivered:
        await record_sent(database, *await claim(database))
    await factories.wake_up(database, home.dose.window_ends_at)
    (row, _) = await rows(database_url, "kind IN ('missed', 'not_asked')")
    facts = (await read(database, home, row.id)).facts
    assert isinstance(facts, SummaryFacts)
    assert (facts.person, facts.was_asked) == ("Mum", delivered)
    expected = DoseStatus.MISSED if delivered else DoseStatus.NOT_ASKED
    assert [(d.id, d.status) for d in facts.doses] == [(home.dose.id, expected)]


async def test_the_word_that_somebody_joined_names_them(
    database: Database, database_url: str, home: Home
) -> None:
    (row,) = await rows(database_url, "kind = 'joined'")
    facts = (await read(database, home, row.id)).facts
    assert facts == JoinedFacts(
        *(home.ben.id, "Ben", "caregiver", home.family.id, "Smith", "Anna"),
        by_reader=True,
        may_remove=True,
    )


async def test_a_message_is_read_in_its_own_family_only(database: Database, home: Home) -> None:
    (one, _) = await claim(database)
    eve = await factories.user(database, "Eve")
    jones = await factories.family(database, eve, "Jones")
    with pytest.raises(NotFound):
        await database.run(lambda scope: kinds.read_message(scope, one.id), as_family(jones.id))
