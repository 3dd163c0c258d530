"""The outbox: what is owed is claimed once, by lane and deadline, and closed with a reason."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import text

from domain.access import Role
from domain.database.requests import as_dispatch, as_family
from domain.database.scope import Scope
from domain.database.unit_of_work import Database
from domain.delivery import claims, dose_messages, outcomes
from domain.delivery.claims import ClaimedNotification
from domain.delivery.outcomes import Shown
from domain.delivery.shown_messages import refresh_messages
from domain.medicines.doses.slot_cards import CardFacts
from domain.medicines.records import undo
from domain.models.delivery import Kind, Lane, NotificationStatus
from tests import factories
from tests.databases import without_walls
from tests.factories import LEASE
from tests.integration.delivery.home import Home, claim, read, record_sent, rows, take


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
    assert (message.status, message.version, message.attempts) == (NotificationStatus.PENDING, 1, 1)


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
        assert (message.status, message.version) == (NotificationStatus.SENT, 2)
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
                scope,
                o.id,
                status=NotificationStatus.OBSOLETE,
                reason="answered before it was sent",
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
            scope,
            one.id,
            status=NotificationStatus.OBSOLETE,
            reason="answered",
            version=message.version,
        ),
        as_dispatch(),
    )
    assert one.id in {c.id for c in await claim(database)}


async def test_who_is_too_late_frees_no_message_that_another_holds(
    database: Database, database_url: str, home: Home
) -> None:
    (first, *_) = await claim(database, lease=timedelta(0))
    (again,) = [each for each in await claim(database) if each.id == first.id]
    await database.run(
        lambda scope: outcomes.postpone(
            scope,
            first.id,
            delay=timedelta(0),
            maybe_sent=True,
            counts=True,
            owner=first.owner,
        ),
        as_dispatch(),
    )
    assert first.id not in {each.id for each in await claim(database)}
    (row,) = await rows(database_url, f"n.id = '{first.id}'")
    assert (row.leased_by, row.maybe_sent) == (again.owner, True)
    # Nor does it send it: whoever reads it sees whose it is.
    assert (await read(database, home, first.id)).holder == again.owner != first.owner


async def unreachable(database: Database, home: Home, one: ClaimedNotification) -> int | None:
    async def work(scope: Scope) -> int | None:
        await outcomes.close_unsent(
            scope, one.id, status=NotificationStatus.UNREACHABLE, reason="has blocked the bot"
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


async def test_where_nobody_is_left_that_is_said(database: Database, home: Home) -> None:
    first, second = await claim(database, most=2)
    assert await unreachable(database, home, first) == 0  # the other may still get theirs
    assert await unreachable(database, home, second) is None


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

    async def fail(one: ClaimedNotification) -> int | None:
        async def work(scope: Scope) -> int | None:
            await outcomes.close_unsent(
                scope, one.id, status=NotificationStatus.UNREACHABLE, reason="has blocked the bot"
            )
            await entered.wait()  # neither sees yet that the other has failed
            return await dose_messages.escalate_to_rest_of_family(scope, one.id)

        return await database.run(work, as_family(home.family.id))

    assert set(await asyncio.gather(*map(fail, failing))) == {0, 1}


async def test_what_was_closed_with_its_reader_is_not_owed_again(
    database: Database, database_url: str, home: Home
) -> None:
    claimed = await claim(database)
    await record_sent(database, *claimed)
    (one, _) = claimed
    await database.run(lambda scope: outcomes.record_closed(scope, one.id), as_dispatch())
    await factories.acting(
        database,
        home.anna,
        lambda scope: refresh_messages(scope, [Kind.SLOT_CARD], where=[]),
    )
    assert one.id not in {each.id for each in await claim(database)}
    [row] = [row for row in await rows(database_url) if row.status == "closed"]
    assert row.shown_version == row.wanted_version
