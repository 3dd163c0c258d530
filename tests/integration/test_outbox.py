"""The outbox: what is owed is claimed once, by lane and deadline, and says what holds when sent."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Row, text

from domain.access import Role
from domain.database.requests import as_dispatch, as_family, as_user
from domain.database.scope import Scope
from domain.database.unit_of_work import Database
from domain.delivery import claims, dose_messages, outcomes
from domain.delivery.claims import ClaimedNotification
from domain.delivery.messages import Message
from domain.delivery.outcomes import Sent, Shown
from domain.errors import NotFound
from domain.family import users
from domain.family.families import FamilyFacts
from domain.family.joined_notice import JoinedFacts
from domain.family.people import Person
from domain.medicines.doses import slot_cards, snoozing
from domain.medicines.doses.facts import DoseFacts
from domain.medicines.doses.slot_cards import CardFacts
from domain.medicines.doses.summaries import SummaryFacts
from domain.medicines.facts import MedicineFacts
from domain.medicines.records import recording, undo
from domain.models.delivery import Lane, Status
from domain.models.medicines import DoseStatus
from domain.overview import kinds
from tests import factories
from tests.databases import without_walls
from tests.factories import LEASE, Account


@dataclass(frozen=True)
class Home:
    """Anna and Ben look after Mum, whose aspirin is due now; nothing was sent yet."""

    family: FamilyFacts
    anna: Account
    ben: Account
    mum: Person
    aspirin: MedicineFacts
    dose: DoseFacts


@pytest.fixture
async def home(database: Database) -> Home:
    anna = await factories.user(database)
    family = await factories.family(database, anna)
    ben = await factories.member(database, anna)
    await factories.deliver(database)  # the word that Ben has joined
    mum = await factories.person(database, anna)
    aspirin = await factories.medicine(database, anna, mum)
    dose = (await factories.doses_of(database, family, aspirin))[0]
    await factories.deliver_news(database)
    await factories.wake_up(database, dose.due_at)
    return Home(family, anna, ben, mum, aspirin, dose)


async def claim(
    database: Database,
    *,
    most: int = 100,
    lease: timedelta = LEASE,
    owner: UUID | None = None,
    busy: Collection[UUID] = (),
) -> Sequence[ClaimedNotification]:
    """As a process of its own, unless another *owner* is named."""
    return await database.run(
        lambda scope: claims.claim(
            scope, limit=most, lease=lease, owner=owner or uuid4(), busy=busy
        ),
        as_dispatch(),
    )


async def record_sent(database: Database, *claimed: ClaimedNotification, version: int = 1) -> bool:
    sent = [
        Sent(c.id, c.chat_id, 100 + number, version, (c.id,)) for number, c in enumerate(claimed)
    ]
    return await database.run(lambda scope: outcomes.record_sent(scope, sent), as_dispatch())


async def take(database: Database, home: Home) -> None:
    await factories.acting(
        database,
        home.anna,
        lambda scope: recording.record_doses(scope, [home.dose.id], status=DoseStatus.TAKEN),
    )


async def read(database: Database, home: Home, notification_id: UUID) -> Message:
    return await database.run(
        lambda scope: kinds.read_message(scope, notification_id), as_family(home.family.id)
    )


async def rows(database_url: str, where: str = "kind = 'slot_card'") -> list[Row[Any]]:
    async with without_walls(database_url) as connection:
        found = await connection.execute(
            text(
                f"SELECT n.*, u.name FROM notifications n JOIN users u ON u.id = n.user_id"
                f" WHERE {where} ORDER BY u.name"
            )
        )
        return list(found.all())


async def change(database_url: str, statement: str, **parameters: Any) -> None:
    async with without_walls(database_url, keep=True) as connection:
        await connection.execute(text(statement), parameters)


async def test_what_is_owed_is_claimed_once(database: Database, home: Home) -> None:
    batches = await asyncio.gather(*(claim(database, most=1) for _ in range(4)))
    claimed = [one for batch in batches for one in batch]
    assert {c.chat_id for c in claimed} == {home.anna.telegram_id, home.ben.telegram_id}
    assert len(claimed) == 2
    assert {(c.family_id, c.lane, c.deadline_at) for c in claimed} == {
        (home.family.id, Lane.DUE, home.dose.due_at)
    }


async def test_the_more_urgent_lane_goes_first_and_then_the_earlier_deadline(
    database: Database, database_url: str, home: Home
) -> None:
    for number in range(4):
        await factories.medicine(database, home.anna, home.mum, name=f"No {number}")
    await factories.wake_up(database, home.dose.due_at + timedelta(days=1))
    ids = [row.id for row in await rows(database_url, "status = 'pending'")]
    lanes = [Lane.DIGESTS, Lane.DUE, Lane.ESCALATION, Lane.DUE, Lane.CRITICAL, Lane.DUE]
    for number, (row_id, lane) in enumerate(zip(ids, lanes, strict=False)):
        await change(
            database_url,
            "UPDATE notifications SET lane = :lane, deadline_at = :at WHERE id = :id",
            lane=lane,
            at=home.dose.due_at - timedelta(minutes=number),
            id=row_id,
        )
    taken = [one for _ in ids for one in await claim(database, most=1)]
    assert len(taken) == len(ids)
    order = [(one.lane, one.deadline_at) for one in taken]
    assert order == sorted(order)
    database.clock.advance(LEASE + timedelta(seconds=1))
    order = [(one.lane, one.deadline_at) for one in await claim(database)]
    assert order == sorted(order)


async def test_edits_wait_behind_what_asks(
    database: Database, database_url: str, home: Home
) -> None:
    await record_sent(database, *await claim(database))
    await take(database, home)
    await factories.member(database, home.anna, name="Carl")
    iron = await factories.medicine(database, home.anna, home.mum, name="Iron")
    due = (await factories.doses_of(database, home.family, iron))[0].due_at
    await factories.wake_up(database, due)
    lanes = [one.lane for _ in range(6) for one in await claim(database, most=1)]
    assert lanes == [Lane.DUE] * 3 + [Lane.EDITS] * 2 + [Lane.DIGESTS]


async def test_a_claim_that_was_given_up_is_taken_over_when_its_lease_ends(
    database: Database, database_url: str, home: Home
) -> None:
    first = await claim(database)
    assert await claim(database) == []
    database.clock.advance(LEASE - timedelta(seconds=5))
    assert await claim(database) == []
    database.clock.advance(timedelta(seconds=6))
    assert {c.id for c in await claim(database)} == {c.id for c in first}
    for one in first:
        message = await read(database, home, one.id)
        assert isinstance(message.facts, CardFacts)
        assert message.facts.is_repeat  # the first may have sent it before it was killed
        assert message.attempts == 2


async def test_a_first_send_is_no_repeat(database: Database, home: Home) -> None:
    (one, _) = await claim(database)
    message = await read(database, home, one.id)
    assert isinstance(message.facts, CardFacts)
    assert not message.facts.is_repeat
    assert (message.status, message.version, message.attempts) == (Status.PENDING, 1, 1)


async def test_what_was_sent_is_recorded_and_not_claimed_again(
    database: Database, database_url: str, home: Home
) -> None:
    claimed = await claim(database)
    assert not await record_sent(database, *claimed)
    database.clock.advance(timedelta(hours=1))
    assert await claim(database) == []
    for row, one in zip(
        await rows(database_url), sorted(claimed, key=lambda c: c.chat_id), strict=True
    ):
        assert (row.status, row.chat_id, row.shown_version) == ("sent", one.chat_id, 1)
        assert row.message_id >= 100
        assert row.shown_dose_ids == [one.id]
        assert row.leased_until is None


async def test_an_answer_while_the_card_is_on_its_way_leads_to_an_edit(
    database: Database, home: Home
) -> None:
    claimed = await claim(database)
    versions = {one.id: (await read(database, home, one.id)).version for one in claimed}
    await take(database, home)
    assert await record_sent(database, *claimed, version=versions[claimed[0].id])
    edits = await claim(database)
    assert {one.id for one in edits} == set(versions)
    for one in edits:
        message = await read(database, home, one.id)
        assert (message.status, message.version) == (Status.SENT, 2)
        await database.run(
            lambda scope, m=message: outcomes.record_shown(scope, [Shown(m.id, m.version)]),  # type: ignore[misc]
            as_dispatch(),
        )
    assert await claim(database) == []


async def test_only_what_is_held_is_held_on_to(
    database: Database, database_url: str, home: Home
) -> None:
    """An edit is wanted while something else is on its way, and then leases are renewed."""
    owner = uuid4()
    sent, on_its_way = await claim(database, owner=owner)
    await record_sent(database, sent)
    await take(database, home)
    await database.run(
        lambda scope: claims.renew_leases(scope, owner=owner, lease=LEASE), as_dispatch()
    )
    assert [one.id for one in await claim(database, owner=owner)] == [sent.id]
    await database.run(lambda scope: claims.release_leases(scope, [owner]), as_dispatch())
    database.clock.advance(timedelta(seconds=1))
    assert {one.id for one in await claim(database)} == {sent.id, on_its_way.id}


async def test_what_nobody_has_claimed_yet_stays_free(database: Database, home: Home) -> None:
    """A process that sends one card keeps its own lease, and nobody else's hands off the rest."""
    owner = uuid4()
    [own] = await claim(database, owner=owner, most=1)
    await database.run(
        lambda scope: claims.renew_leases(scope, owner=owner, lease=LEASE), as_dispatch()
    )
    await database.run(lambda scope: claims.release_leases(scope, [uuid4()]), as_dispatch())
    [other] = await claim(database)
    assert other.id != own.id
    message = await read(database, home, other.id)
    assert isinstance(message.facts, CardFacts)
    assert not message.facts.is_repeat


async def test_what_waits_is_no_repeat_once_its_process_is_gone(
    database: Database, database_url: str, home: Home
) -> None:
    owner = uuid4()
    claimed = await claim(database, owner=owner)
    for one in claimed:
        await database.run(
            lambda scope, o=one: outcomes.postpone(  # type: ignore[misc]
                scope, o.id, delay=timedelta(0), maybe_sent=False, counts=True
            ),
            as_dispatch(),
        )
    await database.run(lambda scope: claims.release_leases(scope, [owner]), as_dispatch())
    database.clock.advance(timedelta(minutes=1))
    for one in await claim(database):
        message = await read(database, home, one.id)
        assert isinstance(message.facts, CardFacts)
        assert not message.facts.is_repeat


async def test_an_edit_that_was_overtaken_is_done_again(database: Database, home: Home) -> None:
    await record_sent(database, *await claim(database))
    await take(database, home)
    (one, _) = await claim(database)
    version = (await read(database, home, one.id)).version
    await factories.acting(
        database, home.anna, lambda scope: undo.undo_doses(scope, [home.dose.id])
    )
    is_outdated = await database.run(
        lambda scope: outcomes.record_shown(scope, [Shown(one.id, version)]), as_dispatch()
    )
    assert is_outdated
    assert [c.id for c in await claim(database)] == [one.id]


async def test_an_older_version_never_overwrites_a_newer_one(
    database: Database, database_url: str, home: Home
) -> None:
    (one, other) = await claim(database)
    await record_sent(database, one, other, version=1)
    for version in (5, 3):
        await database.run(
            lambda scope, v=version: outcomes.record_shown(scope, [Shown(one.id, v)]),  # type: ignore[misc]
            as_dispatch(),
        )
    (row,) = await rows(database_url, f"n.id = '{one.id}'")
    assert row.shown_version == 5


async def test_a_wait_that_telegram_asked_for_costs_no_attempt(
    database: Database, database_url: str, home: Home
) -> None:
    claimed = await claim(database)
    for one, counts in zip(claimed, (True, False), strict=True):
        await database.run(
            lambda scope, o=one, c=counts: outcomes.postpone(  # type: ignore[misc]
                scope, o.id, delay=timedelta(seconds=30), maybe_sent=c, counts=c
            ),
            as_dispatch(),
        )
    assert await claim(database) == []
    wait = await database.run(claims.time_until_next_open, as_dispatch())
    assert wait is not None
    assert timedelta(seconds=20) < wait <= timedelta(seconds=30)
    database.clock.advance(timedelta(seconds=31))
    again = {one.id for one in await claim(database)}
    assert again == {one.id for one in claimed}
    found = {row.id: row for row in await rows(database_url)}
    assert [found[one.id].attempts for one in claimed] == [2, 1]
    assert [found[one.id].maybe_sent for one in claimed] == [True, False]


async def test_nothing_open_means_nothing_to_wait_for(database: Database, home: Home) -> None:
    await record_sent(database, *await claim(database))
    assert await database.run(claims.time_until_next_open, as_dispatch()) is None


async def test_what_will_not_be_sent_is_closed_with_a_reason(
    database: Database, database_url: str, home: Home
) -> None:
    for one in await claim(database):
        await database.run(
            lambda scope, o=one: outcomes.close_unsent(  # type: ignore[misc]
                scope, o.id, status=Status.OBSOLETE, reason="answered before it was sent"
            ),
            as_dispatch(),
        )
    database.clock.advance(timedelta(hours=1))
    await take(database, home)
    assert await claim(database) == []
    assert {(row.status, row.reason) for row in await rows(database_url)} == {
        ("obsolete", "answered before it was sent")
    }


async def test_a_card_that_says_more_by_now_is_not_closed(database: Database, home: Home) -> None:
    (one, _) = await claim(database)
    message = await read(database, home, one.id)
    await factories.acting(
        database,
        home.anna,
        lambda scope: dose_messages.refresh_cards(scope, {(home.mum.id, home.dose.due_at)}),
    )
    await database.run(
        lambda scope: outcomes.close_unsent(
            scope, one.id, status=Status.OBSOLETE, reason="answered", version=message.version
        ),
        as_dispatch(),
    )
    assert one.id in {c.id for c in await claim(database)}


async def unreachable(database: Database, home: Home, one: ClaimedNotification) -> int:
    async def work(scope: Scope) -> int:
        await outcomes.close_unsent(
            scope, one.id, status=Status.UNREACHABLE, reason="has blocked the bot"
        )
        return await dose_messages.escalate_to_rest_of_family(scope, one.id)

    return await database.run(work, as_family(home.family.id))


async def test_when_nobody_asked_can_be_reached_the_others_are_told(
    database: Database, database_url: str, home: Home
) -> None:
    await factories.member(database, home.anna, Role.VIEWER, name="Vic")
    first, second = await claim(database, most=2)
    assert await unreachable(database, home, first) == 0  # the other may still get theirs
    assert await unreachable(database, home, second) == 1
    (card,) = await rows(database_url, "kind = 'slot_card' AND status = 'pending'")
    assert (card.name, card.slot_at, card.lane) == ("Vic", home.dose.due_at, Lane.ESCALATION)
    assert (await read(database, home, card.id)).facts is not None


async def test_nobody_else_is_told_while_somebody_has_the_card(
    database: Database, database_url: str, home: Home
) -> None:
    await factories.member(database, home.anna, Role.VIEWER, name="Vic")
    first, second = await claim(database, most=2)
    await record_sent(database, first)
    assert await unreachable(database, home, second) == 0


async def test_copies_that_fail_at_the_same_moment_still_tell_the_others(
    database: Database, database_url: str, home: Home
) -> None:
    await factories.member(database, home.anna, Role.VIEWER, name="Vic")
    failing = await claim(database, most=2)
    entered = asyncio.Barrier(2)

    async def fail(one: ClaimedNotification) -> int:
        async def work(scope: Scope) -> int:
            await outcomes.close_unsent(
                scope, one.id, status=Status.UNREACHABLE, reason="has blocked the bot"
            )
            await entered.wait()  # neither sees yet that the other has failed
            return await dose_messages.escalate_to_rest_of_family(scope, one.id)

        return await database.run(work, as_family(home.family.id))

    assert sorted(await asyncio.gather(*map(fail, failing))) == [0, 1]


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
    assert facts == JoinedFacts("Ben", "caregiver", "Smith")


async def test_a_message_is_read_in_its_own_family_only(database: Database, home: Home) -> None:
    (one, _) = await claim(database)
    eve = await factories.user(database, "Eve")
    jones = await factories.family(database, eve, "Jones")
    with pytest.raises(NotFound):
        await database.run(lambda scope: kinds.read_message(scope, one.id), as_family(jones.id))
