"""Conversations in Redis: one step at a time, gone after a while, never resurrected."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from redis.asyncio import Redis

from bot.redis import keys
from bot.redis.client import connect
from bot.redis.conversation_store import ConversationStore, ConversationsUnavailable
from bot.redis.conversations import AlreadyApplied, Conversation, Expired, LostRace, Saved
from domain.clock import Clock

CHAT, USER = 7, -100_123_456_789
KEY = keys.conversation(CHAT, USER)
TOMBSTONE = keys.conversation_tombstone(CHAT, USER)


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    client = connect(redis_url)
    yield client
    await client.aclose()


@pytest.fixture
def store(redis: Redis) -> ConversationStore:
    return ConversationStore(redis, ttl=900, clock=Clock())


def started(update: int = 10, *, flow: str = "addmed", flow_id: UUID | None = None) -> Conversation:
    return Conversation(
        flow=flow,
        step="name",
        flow_id=flow_id or uuid4(),
        data={"names": ["Aspirin", "Ω <b>&", "صباح"], "amount": None, "nested": {"n": 1.5}},
        version=0,
        last_update_id=update,
        family_id=uuid4(),
    )


async def save(store: ConversationStore, conversation: Conversation) -> Conversation:
    result = await store.save(conversation, chat_id=CHAT, user_id=USER)
    assert isinstance(result, Saved)
    return result.conversation


async def test_what_was_saved_is_loaded(store: ConversationStore) -> None:
    saved = await save(store, started())
    assert saved.version == 1
    assert await store.load(CHAT, USER) == saved


async def test_nothing_was_running(store: ConversationStore) -> None:
    assert await store.load(CHAT, USER) is None


async def test_people_in_one_chat_have_conversations_of_their_own(store: ConversationStore) -> None:
    await save(store, started())
    assert await store.load(CHAT, USER + 1) is None
    assert await store.load(CHAT + 1, USER) is None


async def test_each_step_renews_the_time_to_answer(store: ConversationStore, redis: Redis) -> None:
    first = await save(store, started())
    assert 890 < await redis.ttl(KEY) <= 900
    assert 86_000 < await redis.ttl(TOMBSTONE) <= 86_400
    await redis.expire(KEY, 5)
    await redis.expire(TOMBSTONE, 5)
    await save(store, replace(first, step="dosage", last_update_id=11))
    assert await redis.ttl(KEY) > 890
    assert await redis.ttl(TOMBSTONE) > 86_000


async def test_an_unanswered_conversation_expires_and_leaves_its_name(redis: Redis) -> None:
    store = ConversationStore(redis, ttl=0.05, clock=Clock())
    conversation = started()
    await save(store, conversation)
    while await redis.exists(KEY):
        await asyncio.sleep(0.005)
    assert await store.load(CHAT, USER) == Expired("addmed", conversation.flow_id)
    await store.end(CHAT, USER, conversation.flow_id)
    assert await store.load(CHAT, USER) is None


async def test_the_slower_of_two_replicas_loses(store: ConversationStore) -> None:
    first = await save(store, started())
    winner = await save(store, replace(first, step="dosage", last_update_id=11))
    late = replace(first, step="schedule", last_update_id=12)
    assert await store.save(late, chat_id=CHAT, user_id=USER) == LostRace(winner)
    assert await store.load(CHAT, USER) == winner


async def test_only_one_of_many_at_once_wins(store: ConversationStore) -> None:
    first = await save(store, started())
    results = await asyncio.gather(
        *(
            store.save(replace(first, last_update_id=11 + n), chat_id=CHAT, user_id=USER)
            for n in range(20)
        )
    )
    assert sum(isinstance(result, Saved) for result in results) == 1
    assert sum(isinstance(result, LostRace) for result in results) == 19


async def test_an_update_handled_again_changes_nothing(store: ConversationStore) -> None:
    first = await save(store, started())
    step = replace(first, step="dosage", last_update_id=11)
    saved = await save(store, step)
    assert await store.save(step, chat_id=CHAT, user_id=USER) == AlreadyApplied(saved)


async def test_a_command_handled_again_finds_the_conversation_it_began(
    store: ConversationStore,
) -> None:
    saved = await save(store, started(10))
    again = started(10)
    assert await store.save(again, chat_id=CHAT, user_id=USER) == AlreadyApplied(saved)


@pytest.mark.parametrize("is_past", [False, True])
async def test_past_its_time_by_our_clock_it_has_expired_while_redis_still_has_it(
    redis: Redis, is_past: bool
) -> None:
    clock = Clock()
    store = ConversationStore(redis, ttl=900, clock=clock)
    asked = await save(store, started())
    clock.advance(timedelta(seconds=901 if is_past else 890))
    expected = Expired(asked.flow, asked.flow_id) if is_past else asked
    assert await store.load(CHAT, USER) == expected


async def test_a_new_command_replaces_what_was_running(store: ConversationStore) -> None:
    await save(store, started(10))
    newer = await save(store, started(11, flow="addappt"))
    assert await store.load(CHAT, USER) == newer


async def test_a_late_command_does_not_replace_a_newer_conversation(
    store: ConversationStore,
) -> None:
    newer = await save(store, started(11))
    late = started(10, flow="addappt")
    assert await store.save(late, chat_id=CHAT, user_id=USER) == LostRace(newer)


async def test_a_step_does_not_bring_an_ended_conversation_back(store: ConversationStore) -> None:
    first = await save(store, started())
    await store.end(CHAT, USER, first.flow_id)
    step = replace(first, step="dosage", last_update_id=11)
    assert await store.save(step, chat_id=CHAT, user_id=USER) == LostRace(None)
    assert await store.load(CHAT, USER) is None


async def test_a_late_clean_up_leaves_the_next_conversation_alone(
    store: ConversationStore,
) -> None:
    old = await save(store, started(10))
    newer = await save(store, started(11))
    await store.end(CHAT, USER, old.flow_id)
    assert await store.load(CHAT, USER) == newer


@pytest.mark.parametrize(
    "stored",
    [
        "",
        "not json",
        "[]",
        '"addmed"',
        "{}",
        '{"flow": "addmed", "flow_id": "1", "version": "1", "last_update_id": "x"}',
        '{"flow": "addmed", "flow_id": 1, "version": {}, "last_update_id": []}',
        "\x80\x04\x95secret",
        "[" * 5_000,
    ],
)
async def test_state_that_cannot_be_read_counts_as_none(
    store: ConversationStore, redis: Redis, stored: str, caplog: pytest.LogCaptureFixture
) -> None:
    await redis.set(KEY, stored)
    await redis.set(TOMBSTONE, stored)
    assert await store.load(CHAT, USER) is None
    assert "unreadable conversation" in caplog.text
    assert stored not in caplog.text or not stored
    saved = await save(store, started())
    assert await store.load(CHAT, USER) == saved


async def test_a_field_of_the_wrong_kind_makes_the_conversation_expired(
    store: ConversationStore, redis: Redis
) -> None:
    conversation = await save(store, started())
    text = await redis.get(KEY)
    assert text is not None
    await redis.set(KEY, str(text).replace('"step": "name"', '"step": 4'))
    assert await store.load(CHAT, USER) == Expired("addmed", conversation.flow_id)


async def test_bytes_that_are_not_text_count_as_none(
    store: ConversationStore, redis_url: str
) -> None:
    raw = Redis.from_url(redis_url)
    await raw.set(KEY, b"\x80\x04\xff\xfe pickled")
    await raw.aclose()
    assert await store.load(CHAT, USER) is None


async def test_without_redis_nobody_knows() -> None:
    redis = connect("unix:///nowhere/valkey.sock")
    store = ConversationStore(redis, ttl=900, clock=Clock())
    with pytest.raises(ConversationsUnavailable):
        await store.load(CHAT, USER)
    with pytest.raises(ConversationsUnavailable):
        await store.save(started(), chat_id=CHAT, user_id=USER)
    with pytest.raises(ConversationsUnavailable):
        await store.end(CHAT, USER, uuid4())
    await redis.aclose()


async def test_a_restarted_redis_is_found_again(store: ConversationStore, redis: Redis) -> None:
    saved = await save(store, started())
    # What a restart does to us: scripts forgotten and every connection closed.
    await redis.script_flush()
    await redis.client_kill_filter(_type="normal", skipme=False)
    assert await store.load(CHAT, USER) == saved
    await save(store, replace(saved, step="dosage", last_update_id=11))
