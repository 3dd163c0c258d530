"""The inbox: kept once, taken in order, applied once, forgotten in the end."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from domain.database.requests import as_dispatch, as_user
from domain.database.scope import Scope
from domain.database.unit_of_work import Database
from domain.delivery import inbox
from domain.delivery.inbox import ClaimedUpdate, FetchedUpdate
from domain.errors import AlreadyApplied
from tests import factories
from tests.databases import somebody_waits_for_a_lock, without_walls

LEASE = timedelta(seconds=30)
ANNAS, BENS = 111, 222  # two chats
OURS, THEIRS = uuid4(), uuid4()  # two processes


def incoming(update_id: int, chat_id: int = ANNAS, **payload: Any) -> FetchedUpdate:
    return FetchedUpdate(update_id, chat_id, {"update_id": update_id, **payload})


async def store(database: Database, *updates: FetchedUpdate, owner: UUID = OURS) -> set[int]:
    return await database.run(
        lambda scope: inbox.store(scope, updates, owner=owner, lease=LEASE), as_dispatch()
    )


async def claim(
    database: Database, *, owner: UUID = OURS, most: int = 100, each: int = 20
) -> Sequence[ClaimedUpdate]:
    return await database.run(
        lambda scope: inbox.claim(scope, owner=owner, lease=LEASE, limit=most, each=each),
        as_dispatch(),
    )


async def claimed_ids(database: Database, *, owner: UUID = OURS) -> list[int]:
    return [taken.update_id for taken in await claim(database, owner=owner)]


async def done(database: Database, *update_ids: int) -> None:
    await database.run(lambda scope: inbox.mark_done(scope, update_ids), as_dispatch())


async def apply(database: Database, update_id: int, *, answer: dict[str, Any]) -> None:
    await database.run(
        lambda scope: inbox.mark_applied(scope, update_id, answer=answer),
        as_user(uuid4(), update_id=update_id),
    )


def lease_runs_out(database: Database) -> None:
    database.clock.advance(LEASE + timedelta(seconds=1))


async def test_a_fresh_batch_is_ours_at_once(database: Database) -> None:
    updates = [incoming(1), incoming(2, BENS), incoming(3)]
    assert await store(database, *updates) == {1, 2, 3}
    assert await claimed_ids(database, owner=THEIRS) == []


async def test_an_update_that_was_fetched_before_is_kept_once(database: Database) -> None:
    await store(database, incoming(1))
    await done(database, 1)
    assert await store(database, incoming(1), incoming(2)) == {2}
    lease_runs_out(database)
    assert await claimed_ids(database) == [2]


async def test_two_processes_that_fetch_the_same_batch_share_it(database: Database) -> None:
    batch = [incoming(n, chat_id=n) for n in range(20)]
    ours, theirs = await asyncio.gather(
        store(database, *batch), store(database, *reversed(batch), owner=THEIRS)
    )
    assert ours | theirs == set(range(20))
    assert not ours & theirs


async def test_a_fresh_update_waits_behind_an_older_one_of_its_chat(database: Database) -> None:
    await store(database, incoming(1), owner=THEIRS)
    assert await store(database, incoming(2), incoming(3, BENS)) == {3}
    assert await claimed_ids(database) == []  # theirs comes first, and they hold it
    await done(database, 1)
    assert await claimed_ids(database) == [2]


async def test_a_fresh_update_follows_our_own_older_one(database: Database) -> None:
    await store(database, incoming(1))
    assert await store(database, incoming(2)) == {2}


async def test_the_updates_of_a_crashed_process_are_taken_over_in_order(
    database: Database,
) -> None:
    await store(database, incoming(5), incoming(2), incoming(3, BENS), owner=THEIRS)
    assert await claimed_ids(database) == []
    lease_runs_out(database)
    assert await claimed_ids(database) == [2, 3, 5]
    assert await claimed_ids(database) == []


async def test_no_more_of_a_chat_are_taken_than_asked_for(database: Database) -> None:
    await store(database, *(incoming(n) for n in range(4)), incoming(4, BENS), owner=THEIRS)
    lease_runs_out(database)
    assert [taken.update_id for taken in await claim(database, each=2)] == [0, 1, 4]
    await done(database, 0, 1)
    assert await claimed_ids(database) == [2, 3]


async def test_a_lease_that_is_renewed_does_not_run_out(database: Database) -> None:
    await store(database, incoming(1), owner=THEIRS)
    for _ in range(3):
        database.clock.advance(LEASE - timedelta(seconds=5))
        await database.run(
            lambda scope: inbox.renew_leases(scope, owner=THEIRS, lease=LEASE), as_dispatch()
        )
    assert await claimed_ids(database) == []


async def test_several_processes_never_claim_the_same_update(database: Database) -> None:
    await store(
        database,
        *(incoming(n, chat_id=n % 10) for n in range(40)),
        owner=THEIRS,
    )
    lease_runs_out(database)
    claims = await asyncio.gather(*(claim(database, owner=uuid4(), most=4) for _ in range(6)))
    ids = [taken.update_id for batch in claims for taken in batch]
    assert ids
    assert len(ids) == len(set(ids))
    for chat in range(10):  # the oldest of each first, and none is passed over
        of_chat = sorted(n for n in ids if n % 10 == chat)
        assert of_chat == list(range(chat, 40, 10))[: len(of_chat)]


async def test_what_its_holder_finishes_at_the_same_moment_is_not_taken_over(
    database: Database, database_url: str
) -> None:
    await store(database, incoming(1))
    lease_runs_out(database)
    finished, claimed = asyncio.Event(), asyncio.Event()

    async def finish(scope: Scope) -> None:
        await inbox.mark_done(scope, [1])
        finished.set()
        await claimed.wait()

    finishing = asyncio.create_task(database.run(finish, as_dispatch()))
    await finished.wait()
    claiming = asyncio.create_task(claimed_ids(database, owner=THEIRS))
    await somebody_waits_for_a_lock(database_url)
    claimed.set()
    await finishing
    assert await claiming == []
    assert await database.run(lambda scope: inbox.set_aside(scope, 1, reason="x"), as_dispatch()), (
        "nobody is told that it failed"
    )


async def test_an_effect_is_applied_once(database: Database) -> None:
    await store(database, incoming(1))
    await apply(database, 1, answer={"text": "Saved"})
    with pytest.raises(AlreadyApplied):
        await apply(database, 1, answer={"text": "Saved again"})
    answer = await database.run(
        lambda scope: inbox.get_answer(scope, 1), as_user(uuid4(), update_id=1)
    )
    assert answer == {"text": "Saved"}


async def test_an_update_that_two_handle_at_once_takes_effect_once(database: Database) -> None:
    await store(database, incoming(1))
    outcomes = await asyncio.gather(
        *(apply(database, 1, answer={}) for _ in range(4)), return_exceptions=True
    )
    assert sorted(map(repr, outcomes)) == ["AlreadyApplied()"] * 3 + ["None"]


async def test_what_took_effect_and_was_not_answered_is_still_answered(
    database: Database,
) -> None:
    await store(database, incoming(1))
    await apply(database, 1, answer={"text": "Saved"})
    lease_runs_out(database)
    (taken,) = await claim(database)
    assert taken.answer == {"text": "Saved"}


async def test_the_effect_and_its_mark_are_there_together_or_not_at_all(
    database: Database,
) -> None:
    anna = await factories.user(database)
    await store(database, incoming(1))

    async def crash(scope: Scope) -> None:
        await inbox.mark_applied(scope, 1, answer={})
        raise RuntimeError("half-way")

    with pytest.raises(RuntimeError):
        await database.run(crash, as_user(anna.id, update_id=1))
    await apply(database, 1, answer={})


async def test_a_person_marks_their_own_update_only(database: Database) -> None:
    await store(database, incoming(1), incoming(2))
    with pytest.raises(AlreadyApplied):
        await database.run(
            lambda scope: inbox.mark_applied(scope, 2, answer={}),
            as_user(uuid4(), update_id=1),
        )
    await apply(database, 2, answer={})


async def test_failures_are_counted_for_whoever_tries_next(database: Database) -> None:
    await store(database, incoming(1))
    counts = [
        await database.run(lambda scope: inbox.count_failure(scope, 1), as_dispatch())
        for _ in range(3)
    ]
    assert counts == [1, 2, 3]


async def test_what_is_done_keeps_no_content(database: Database, database_url: str) -> None:
    await store(database, incoming(1, message="secret"), incoming(2))
    await apply(database, 1, answer={"text": "secret"})
    await done(database, 1)
    async with without_walls(database_url) as connection:
        row = await connection.scalar(
            text("SELECT u::text FROM inbound_updates u WHERE update_id = 1")
        )
    assert "secret" not in str(row)


async def test_what_is_set_aside_keeps_its_content_and_holds_up_nothing(
    database: Database, database_url: str
) -> None:
    await store(database, incoming(1, message="typed"), incoming(2))
    await database.run(lambda scope: inbox.set_aside(scope, 1, reason="incident 42"), as_dispatch())
    async with without_walls(database_url) as connection:
        kept = await connection.scalar(
            text("SELECT payload ->> 'message' FROM inbound_updates WHERE update_id = 1")
        )
    assert kept == "typed"
    lease_runs_out(database)
    assert await claimed_ids(database) == [2]


async def test_others_work_is_told_from_ours(database: Database) -> None:
    async def waits(besides: UUID) -> bool:
        return await database.run(
            lambda scope: inbox.has_unfinished(scope, besides=besides), as_dispatch()
        )

    assert not await waits(OURS)
    await store(database, incoming(1))
    assert not await waits(OURS)
    assert await waits(THEIRS)
    await done(database, 1)
    assert not await waits(THEIRS)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("a\0b", "ab"),
        ("\\u0000", "\\u0000"),
        ("👵🏽 Ωmega", "👵🏽 Ωmega"),
        ("half \ud83d a pair", "half ? a pair"),
        ("שלום\u202e", "שלום\u202e"),
    ],
    ids=["NUL", "escaped NUL", "emoji", "lone surrogate", "right to left"],
)
async def test_whatever_people_type_can_be_kept(database: Database, typed: str, kept: str) -> None:
    message = {"text": typed, "entities": [{"url": typed}]}
    assert await store(database, incoming(1, message=message), incoming(2, BENS)) == {1, 2}
    lease_runs_out(database)
    first, _ = await claim(database)
    assert first.payload["message"] == {"text": kept, "entities": [{"url": kept}]}


async def test_an_empty_batch_is_no_error(database: Database) -> None:
    assert await store(database) == set()
    await done(database)


def message(
    update_id: int, said: str, *, chat_id: int = ANNAS, message_id: int = 7
) -> FetchedUpdate:
    return FetchedUpdate(
        update_id, chat_id, {"update_id": update_id}, message_id=message_id, text=said
    )


async def find_edited(database: Database, update_id: int) -> inbox.EditedMessage | None:
    return await database.run(lambda scope: inbox.find_edited(scope, update_id), as_dispatch())


async def note(database: Database, update_id: int, *acts: UUID, **more: Any) -> None:
    await database.run(
        lambda scope: inbox.record_effect(scope, update_id, acts=acts, **more),
        as_user(uuid4(), update_id=update_id),
    )


async def test_an_edit_is_held_against_what_the_message_said_and_did(database: Database) -> None:
    act, anew = uuid4(), uuid4()
    await store(database, message(1, "at 21:00"), message(2, "at 21:00", chat_id=BENS))
    await note(database, 1, act)
    await done(database, 1, 2)
    await store(database, message(3, "at 22:00"), message(4, "at 22:00"))
    edited = await find_edited(database, 3)
    assert edited is not None
    assert (edited.message_id, edited.is_unchanged, list(edited.acts)) == (7, False, [act])
    again = await find_edited(database, 4)
    assert again is not None
    assert (again.is_unchanged, list(again.acts)) == (True, [act])
    # A press did what the edit says.
    await store(database, incoming(5))
    await note(database, 5, anew, instead_of=edited, text="at 22:00")
    await store(database, message(6, "at 22:00"))
    after = await find_edited(database, 6)
    assert after is not None
    assert (after.is_unchanged, list(after.acts)) == (True, [anew])


async def test_nothing_is_known_of_another_message_or_of_one_forgotten(database: Database) -> None:
    await store(database, message(1, "at 21:00"), message(2, "hello", message_id=8))
    await store(database, message(3, "at 22:00", chat_id=BENS), message(4, "hi", message_id=9))
    assert await find_edited(database, 3) is None
    assert await find_edited(database, 4) is None
    assert await find_edited(database, 1) is None


async def test_nobody_notes_an_effect_of_somebody_elses_update(database: Database) -> None:
    await store(database, message(1, "at 21:00"), message(2, "at 22:00"))
    await database.run(
        lambda scope: inbox.record_effect(scope, 1, acts=[uuid4()]), as_user(uuid4(), update_id=2)
    )
    edited = await find_edited(database, 2)
    assert edited is not None
    assert list(edited.acts) == []
