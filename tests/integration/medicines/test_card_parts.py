"""A slot with more doses than one card holds: several cards, and what All taken on each records."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from bot.features.medicines.views.cards import slot_card
from domain.access import Role
from domain.database.requests import as_dispatch, as_family
from domain.database.scope import Scope
from domain.database.unit_of_work import Database
from domain.delivery import claims, dose_messages, outcomes
from domain.delivery.claims import ClaimedNotification
from domain.delivery.messages import Message
from domain.delivery.outcomes import Sent, Shown
from domain.errors import NotFound
from domain.family.families import FamilyFacts
from domain.family.people import Person
from domain.medicines.changes import status
from domain.medicines.doses import slots, snoozing
from domain.medicines.doses.card_parts import DOSES_ON_A_CARD, digest_of
from domain.medicines.doses.facts import DoseFacts
from domain.medicines.doses.slot_cards import CardFacts
from domain.medicines.facts import MedicineFacts
from domain.medicines.records import presses, recording
from domain.medicines.records.presses import CardMessage, WhichDose
from domain.medicines.records.recording import Recorded
from domain.models.delivery import NotificationStatus
from domain.models.medicines import DoseStatus
from domain.overview import kinds
from tests import factories
from tests.databases import move_to, without_walls
from tests.factories import Account

MANY = 44
TAKEN = DoseStatus.TAKEN
_message_ids = count(1)


@dataclass(frozen=True)
class Home:
    """Anna looks after Mum, who takes 44 medicines at 08:00."""

    family: FamilyFacts
    anna: Account
    mum: Person
    medicines: Sequence[MedicineFacts]
    slot_at: datetime


@pytest.fixture
async def home(database: Database) -> Home:
    anna = await factories.user(database)
    family = await factories.family(database, anna)
    mum = await factories.person(database, anna)
    medicines = [
        await factories.medicine(database, anna, mum, name=f"Medicine {number:02}")
        for number in range(MANY)
    ]
    (first, *_) = await factories.doses_of(database, family, medicines[0])
    await factories.wake_up(database, first.due_at)
    return Home(family, anna, mum, medicines, first.due_at)


async def read(
    database: Database, home: Home, claimed: Sequence[ClaimedNotification]
) -> Sequence[Message]:
    ids = [each.id for each in claimed]
    messages = await database.run(
        lambda scope: kinds.read_messages(scope, ids), as_family(home.family.id)
    )
    return sorted(messages, key=lambda message: ids.index(message.id))


def facts_of(message: Message) -> CardFacts:
    assert isinstance(message.facts, CardFacts)
    return message.facts


def ids_of(message: Message) -> list[UUID]:
    return [dose.id for dose in facts_of(message).doses]


OWNER = uuid4()


async def claim(database: Database) -> Sequence[ClaimedNotification]:
    return await database.run(
        lambda scope: claims.claim(scope, limit=100, lease=factories.LEASE, owner=OWNER),
        as_dispatch(),
    )


async def send(database: Database, home: Home) -> dict[int, CardMessage]:
    """Deliver what is owed, as it is now, and record what it shows; by part."""
    messages = await read(database, home, await claim(database))
    new = [message for message in messages if message.status is NotificationStatus.PENDING]
    edited = [message for message in messages if message.status is NotificationStatus.SENT]
    sent = [Sent(m.id, m.receiver.chat_id, next(_message_ids), m.version, ids_of(m)) for m in new]
    shown = [Shown(m.id, m.version, ids_of(m)) for m in edited]
    await database.run(lambda scope: outcomes.record_sent(scope, sent), as_dispatch())
    await database.run(lambda scope: outcomes.record_shown(scope, shown), as_dispatch())
    return {
        facts_of(message).part: CardMessage(record.chat_id, record.message_id or 0)
        for message, record in zip(new, sent, strict=True)
    }


async def press(
    database: Database, home: Home, message: CardMessage | None, *, part: int = 0
) -> Recorded:
    outcome = await factories.acting(
        database,
        home.anna,
        lambda scope: presses.take_slot_from_card(
            scope, home.mum.id, home.slot_at, part=part, message=message
        ),
    )
    assert isinstance(outcome, Recorded)
    return outcome


async def the_slot(database: Database, home: Home) -> Sequence[DoseFacts]:
    slot = await database.run(
        lambda scope: slots.read_slot(scope, home.mum.id, home.slot_at), as_family(home.family.id)
    )
    return slot.doses


async def test_every_dose_is_on_one_card_with_its_line_and_its_button(
    database: Database, home: Home
) -> None:
    claimed = await claim(database)
    messages = await read(database, home, claimed)
    assert [facts_of(message).part for message in messages] == [0, 1, 2]
    shown = [dose_id for message in messages for dose_id in ids_of(message)]
    assert len(shown) == len(set(shown)) == MANY
    for number, message in enumerate(messages, start=1):
        facts = facts_of(message)
        screen = slot_card(facts)
        assert f"{number} of 3" in screen.text
        assert len(facts.doses) == (DOSES_ON_A_CARD if number < 3 else 4)
        assert screen.text.count("• ") == len(facts.doses)
        labels = [button.label for row in screen.keyboard for button in row]
        assert [label for label in labels if "Taken:" in label] == [
            f"✅ Taken: {dose.name}" for dose in facts.doses
        ]


async def test_all_taken_records_what_its_card_shows(database: Database, home: Home) -> None:
    messages = await send(database, home)
    outcome = await press(database, home, messages[2], part=2)
    assert (len(outcome.recorded), outcome.left_open) == (4, 40)
    outcome = await press(database, home, messages[0])
    assert (len(outcome.recorded), outcome.left_open) == (20, 20)
    again = await press(database, home, messages[0])
    assert (again.recorded, len(again.already), again.left_open) == ([], 20, 20)
    assert len([d for d in await the_slot(database, home) if d.status is TAKEN]) == 24


@pytest.mark.parametrize("part", [0, 1, 2])
async def test_of_a_message_that_nobody_knows_its_part_is_recorded(
    database: Database, home: Home, part: int
) -> None:
    """It was pressed before it was recorded, or its first copy was."""
    unknown = CardMessage(1, 999_999)
    outcome = await press(database, home, unknown, part=part)
    assert len(outcome.recorded) == (4 if part == 2 else 20)


async def stop_and_restore(database: Database, home: Home, medicine: MedicineFacts) -> None:
    async def stop(scope: Scope) -> None:
        await status.stop_medication(scope, medicine.id)

    async def restore(scope: Scope) -> None:
        await status.restore_medication(scope, medicine.id)

    await factories.acting(database, home.anna, stop)
    await send(database, home)
    await factories.acting(database, home.anna, restore)


async def test_what_was_restored_counts_once_its_card_shows_it(
    database: Database, home: Home
) -> None:
    messages = await send(database, home)
    move_to(database.clock, home.slot_at + timedelta(minutes=5))
    (restored, *_) = [dose for dose in await the_slot(database, home) if dose.name == "Medicine 07"]
    before = await database.run(
        lambda scope: slots.read_slot(scope, home.mum.id, home.slot_at), as_family(home.family.id)
    )
    (part,) = [n for n, found in before.parts.items() if restored.id in {d.id for d in found}]
    await stop_and_restore(database, home, home.medicines[7])
    # It comes back where it was, and nothing has moved to another card.
    after = await database.run(
        lambda scope: slots.read_slot(scope, home.mum.id, home.slot_at), as_family(home.family.id)
    )
    assert {n: {d.id for d in found} for n, found in after.parts.items()} == {
        n: {d.id for d in found} for n, found in before.parts.items()
    }

    shown = len(before.parts[part]) - 1
    outcome = await press(database, home, messages[part], part=part)
    assert len(outcome.recorded) == shown
    assert restored.id not in {dose.id for dose in outcome.recorded}
    (dose,) = [d for d in await the_slot(database, home) if d.id == restored.id]
    assert dose.status is DoseStatus.PENDING

    await send(database, home)
    outcome = await press(database, home, messages[part], part=part)
    assert [dose.id for dose in outcome.recorded] == [restored.id]


async def test_a_card_of_another_slot_or_family_shows_nothing_of_this_one(
    database: Database, home: Home
) -> None:
    await send(database, home)
    eve = await factories.user(database, "Eve")
    await factories.family(database, eve, "Jones")
    with pytest.raises(NotFound):
        await factories.acting(
            database,
            eve,
            lambda scope: presses.take_slot_from_card(scope, home.mum.id, home.slot_at),
        )
    with pytest.raises(NotFound):
        await press(database, home, None, part=7)


async def test_a_snoozed_dose_asks_on_a_card_of_its_own_part(
    database: Database, database_url: str, home: Home
) -> None:
    messages = await send(database, home)
    slot = await database.run(
        lambda scope: slots.read_slot(scope, home.mum.id, home.slot_at), as_family(home.family.id)
    )
    snoozed = slot.parts[1][0]
    await factories.acting(
        database, home.anna, lambda scope: snoozing.snooze_dose(scope, snoozed.id, minutes=10)
    )
    await factories.wake_up(database, home.slot_at + timedelta(minutes=12))
    again = await read(database, home, await claim(database))
    # The other two cards ask again as well, ten minutes after they have asked.
    new = [message for message in again if message.status is NotificationStatus.PENDING]
    assert sorted((facts_of(m).part, facts_of(m).is_reminder) for m in new) == [
        (part, True) for part in range(3)
    ]
    on_it = {facts_of(m).part for m in new if snoozed.id in ids_of(m)}
    assert on_it == {1}
    assert len(messages) == 3


async def test_of_a_card_that_never_arrived_the_doses_are_nobodys_miss(
    database: Database, home: Home
) -> None:
    claimed = await claim(database)
    messages = await read(database, home, claimed)
    sent = [
        Sent(m.id, m.receiver.chat_id, next(_message_ids), m.version, ids_of(m))
        for m in messages
        if facts_of(m).part != 1
    ]
    await database.run(lambda scope: outcomes.record_sent(scope, sent), as_dispatch())
    await factories.wake_up(database, home.slot_at + timedelta(hours=2))
    slot = await database.run(
        lambda scope: slots.read_slot(scope, home.mum.id, home.slot_at), as_family(home.family.id)
    )
    assert {n: {d.status for d in found} for n, found in slot.parts.items()} == {
        0: {DoseStatus.MISSED},
        1: {DoseStatus.NOT_ASKED},
        2: {DoseStatus.MISSED},
    }


async def test_the_next_are_told_of_the_card_that_could_not_be_delivered(
    database: Database, database_url: str, home: Home
) -> None:
    await factories.member(database, home.anna, Role.VIEWER, name="Vera")
    messages = await read(database, home, await claim(database))
    (second,) = [m for m in messages if isinstance(m.facts, CardFacts) and m.facts.part == 1]

    async def fail(scope: Scope) -> int | None:
        await outcomes.close_unsent(
            scope, second.id, status=NotificationStatus.UNREACHABLE, reason="gone"
        )
        return await dose_messages.escalate_to_rest_of_family(scope, second.id)

    assert await database.run(fail, as_family(home.family.id)) == 1
    async with without_walls(database_url) as connection:
        rows = await connection.execute(
            text(
                "SELECT u.name, n.part FROM notifications n JOIN users u ON u.id = n.user_id"
                " WHERE n.status = 'pending' AND n.kind = 'slot_card' ORDER BY u.name, n.part"
            )
        )
        assert [tuple(row) for row in rows] == [("Anna", 0), ("Anna", 2), ("Vera", 1)]


async def test_a_yes_about_an_earlier_day_records_what_the_question_named(
    database: Database, home: Home
) -> None:
    messages = await send(database, home)
    await factories.wake_up(database, home.slot_at + timedelta(hours=2))
    move_to(database.clock, home.slot_at + timedelta(days=1, minutes=-30))

    async def ask(scope: Scope) -> Recorded | WhichDose:
        return await presses.take_slot_from_card(
            scope, home.mum.id, home.slot_at, part=2, message=messages[2]
        )

    async def confirm(scope: Scope, named: WhichDose) -> Recorded | WhichDose:
        return await presses.take_confirmed_slot(
            scope, home.mum.id, home.slot_at, part=2, digest=digest_of(named.pressed)
        )

    asked = await factories.acting(database, home.anna, ask)
    assert isinstance(asked, WhichDose)
    assert (len(asked.pressed), asked.part) == (4, 2)
    # Before the yes somebody records one of them: what the question named is not what is open.
    ben = await factories.member(database, home.anna)
    first = asked.pressed[0].id
    await factories.acting(
        database, ben, lambda scope: recording.record_doses(scope, [first], status=TAKEN)
    )
    anew = await factories.acting(database, home.anna, lambda scope: confirm(scope, asked))
    assert isinstance(anew, WhichDose)
    assert len(anew.pressed) == 3
    outcome = await factories.acting(database, home.anna, lambda scope: confirm(scope, anew))
    assert isinstance(outcome, Recorded)
    assert (len(outcome.recorded), len(outcome.late)) == (0, 3)
