"""Drafts in Redis: looked at when their time is over, by one at a time, and until it is done."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from redis.asyncio import Redis

from bot.redis import keys
from bot.redis.client import connect
from bot.redis.conversation_store import ConversationStore
from bot.redis.conversations import Conversation, Draft, Expired, LostRace, Saved
from bot.redis.drafts import LEASE, MAX_ATTEMPTS, ClaimedDraft, DraftDeadlines
from domain.clock import Clock

CHAT, USER = 7, -100_123_456_789
TTL = 900
OVER = timedelta(seconds=TTL + 1)


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    client = connect(redis_url)
    yield client
    await client.aclose()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(redis: Redis, clock: Clock) -> ConversationStore:
    return ConversationStore(redis, ttl=TTL, clock=clock)


@pytest.fixture
def deadlines(redis: Redis, clock: Clock) -> DraftDeadlines:
    return DraftDeadlines(redis, clock=clock)


def started(update: int = 10, *, flow: str = "addmed") -> Conversation:
    return Conversation(
        flow=flow,
        step="name",
        flow_id=uuid4(),
        data={"names": ["Ω <b>&", "صباح"], "empty": [], "none": None, "nested": {}},
        version=0,
        last_update_id=update,
        family_id=uuid4(),
    )


async def save(
    store: ConversationStore, conversation: Conversation, *, resumes: bool = False
) -> Conversation:
    result = await store.save(
        conversation, chat_id=CHAT, user_id=USER, language="de", resumes=resumes
    )
    assert isinstance(result, Saved)
    return result.conversation


async def asked(store: ConversationStore, *messages: int, update: int = 10) -> Conversation:
    """A question that these messages show."""
    conversation = await save(store, started(update))
    for message_id in messages:
        await note(store, conversation, message_id)
    return conversation


async def note(store: ConversationStore, asked: Conversation, message_id: int) -> None:
    await store.note_question(
        asked.flow_id, message_id, version=asked.version, chat_id=CHAT, user_id=USER
    )


async def find(store: ConversationStore, conversation: Conversation) -> Draft | None:
    return await store.find_draft(CHAT, USER, conversation.flow_id)


async def claim(deadlines: DraftDeadlines) -> ClaimedDraft:
    [claimed] = await deadlines.claim(most=5)
    return claimed


async def test_nothing_is_due_before_its_time(
    store: ConversationStore, deadlines: DraftDeadlines, clock: Clock
) -> None:
    await asked(store, 5)
    clock.advance(timedelta(seconds=TTL - 5))
    assert await deadlines.claim(most=5) == []


async def test_what_is_due_says_all_that_it_takes(
    store: ConversationStore, deadlines: DraftDeadlines, clock: Clock
) -> None:
    conversation = await asked(store, 5, 6, 6)
    clock.advance(OVER)
    claimed = await claim(deadlines)
    assert claimed.conversation == conversation
    assert (claimed.chat_id, claimed.language) == (CHAT, "de")
    assert (claimed.messages, claimed.stale) == ((5, 6), ())
    assert claimed.is_latest
    assert (claimed.is_told, claimed.is_over, claimed.is_running) == (False, False, False)


async def test_only_one_of_many_at_once_gets_it(
    store: ConversationStore, deadlines: DraftDeadlines, clock: Clock
) -> None:
    await asked(store, 5)
    clock.advance(OVER)
    claims = await asyncio.gather(*(deadlines.claim(most=5) for _ in range(20)))
    assert sum(map(len, claims)) == 1


async def test_whoever_dies_over_it_leaves_it_to_the_next(
    store: ConversationStore, deadlines: DraftDeadlines, clock: Clock
) -> None:
    await asked(store, 5)
    clock.advance(OVER)
    first = await claim(deadlines)
    clock.advance(LEASE - timedelta(seconds=1))
    assert await deadlines.claim(most=5) == []
    clock.advance(timedelta(seconds=2))
    second = await claim(deadlines)
    assert second.messages == first.messages
    assert not await deadlines.is_held(first)
    assert await deadlines.is_held(second)


async def test_it_is_not_tried_for_ever(
    store: ConversationStore, deadlines: DraftDeadlines, clock: Clock, redis: Redis
) -> None:
    await asked(store, 5)
    clock.advance(OVER)
    for _ in range(MAX_ATTEMPTS):
        await claim(deadlines)
        clock.advance(timedelta(hours=1))
    assert await deadlines.claim(most=5) == []
    assert await redis.zcard(keys.DRAFT_DEADLINES) == 0


async def test_what_has_to_wait_for_its_chat_does_not_use_up_its_attempts(
    store: ConversationStore, deadlines: DraftDeadlines, clock: Clock
) -> None:
    await asked(store, 5)
    clock.advance(OVER)
    for _ in range(MAX_ATTEMPTS + 3):
        await deadlines.postpone(await claim(deadlines), timedelta(seconds=3))
        clock.advance(timedelta(seconds=4))
    assert await claim(deadlines)


async def test_what_is_settled_is_over_with(
    store: ConversationStore, deadlines: DraftDeadlines, clock: Clock
) -> None:
    conversation = await asked(store, 5)
    clock.advance(OVER)
    await deadlines.settle(await claim(deadlines), offers=[5], is_told=True)
    clock.advance(timedelta(hours=2))
    assert await deadlines.claim(most=5) == []
    assert await find(store, conversation) == Draft(conversation, is_over=False)


async def test_each_answer_moves_the_deadline_and_the_message(
    store: ConversationStore, deadlines: DraftDeadlines, clock: Clock
) -> None:
    first = await asked(store, 5)
    clock.advance(timedelta(seconds=600))
    second = await save(store, replace(first, step="dosage", last_update_id=11))
    await note(store, first, 55)  # too late: that is not what is being asked any more
    await note(store, second, 6)
    clock.advance(timedelta(seconds=600))
    assert await deadlines.claim(most=5) == []
    clock.advance(OVER)
    assert (await claim(deadlines)).messages == (6,)


async def test_what_has_ended_is_never_due(
    store: ConversationStore, deadlines: DraftDeadlines, clock: Clock, redis: Redis
) -> None:
    conversation = await asked(store, 5)
    await store.end(CHAT, USER, conversation.flow_id)
    assert await redis.zcard(keys.DRAFT_DEADLINES) == 0
    found = await find(store, conversation)
    assert found is not None
    assert found.is_over
    assert not found.may_continue(now=clock.now())


async def test_an_end_in_the_middle_of_a_claim_lets_the_offer_be_taken_away(
    store: ConversationStore, deadlines: DraftDeadlines, clock: Clock
) -> None:
    conversation = await asked(store, 5)
    clock.advance(OVER)
    claimed = await claim(deadlines)
    await store.end(CHAT, USER, conversation.flow_id)
    assert not await deadlines.is_held(claimed)
    await deadlines.settle(claimed, offers=[5])
    again = await claim(deadlines)
    assert (again.stale, again.is_over) == ((5,), True)
    await deadlines.settle(again)
    assert await deadlines.claim(most=5) == []


async def test_another_conversation_makes_what_it_replaces_due(
    store: ConversationStore, deadlines: DraftDeadlines, clock: Clock
) -> None:
    replaced = await asked(store, 5)
    await save(store, started(11, flow="give"))
    clock.advance(timedelta(milliseconds=2))
    claimed = await claim(deadlines)
    assert claimed.conversation == replaced
    assert claimed.is_latest
    assert not claimed.is_running


async def test_another_one_of_its_kind_is_known(
    store: ConversationStore, deadlines: DraftDeadlines, clock: Clock
) -> None:
    await asked(store, 5)
    newer = await save(store, started(11))
    await store.end(CHAT, USER, newer.flow_id)
    clock.advance(OVER)
    assert not (await claim(deadlines)).is_latest


@pytest.mark.parametrize("has_given_way", [False, True])
async def test_a_draft_is_resumed_once_and_its_offers_are_stale(
    store: ConversationStore, deadlines: DraftDeadlines, clock: Clock, has_given_way: bool
) -> None:
    conversation = await asked(store, 5)
    if has_given_way:
        await save(store, started(11, flow="give"))
    clock.advance(OVER)
    claimed = next(c for c in await deadlines.claim(most=5) if c.conversation == conversation)
    await deadlines.settle(claimed, offers=[5])
    await store.note_offer(conversation.flow_id, 6, chat_id=CHAT, user_id=USER)
    again = replace(conversation, last_update_id=12)
    resumed = await save(store, again, resumes=True)
    assert resumed.version == conversation.version + 1
    assert await store.load(CHAT, USER) == resumed
    twice = replace(conversation, last_update_id=13)
    result = await store.save(twice, chat_id=CHAT, user_id=USER, resumes=True)
    assert result == LostRace(resumed)
    await note(store, resumed, 7)
    claimed = next(
        c for c in await deadlines.claim(most=5) if c.conversation.flow_id == resumed.flow_id
    )
    assert (claimed.stale, claimed.messages, claimed.is_running) == ((5, 6), (7,), True)
    await deadlines.settle(claimed, look_again_at=resumed.expires_at)
    clock.advance(OVER)
    claimed = next(
        c for c in await deadlines.claim(most=5) if c.conversation.flow_id == resumed.flow_id
    )
    assert (claimed.stale, claimed.messages, claimed.is_running) == ((), (7,), False)


async def test_without_its_draft_nothing_is_resumed(store: ConversationStore) -> None:
    conversation = replace(started(), version=3)
    result = await store.save(conversation, chat_id=CHAT, user_id=USER, resumes=True)
    assert result == LostRace(None)


async def test_what_has_ended_is_not_resumed(store: ConversationStore) -> None:
    conversation = await asked(store, 5)
    await store.end(CHAT, USER, conversation.flow_id)
    again = replace(conversation, last_update_id=11)
    result = await store.save(again, chat_id=CHAT, user_id=USER, resumes=True)
    assert result == LostRace(None)


async def test_a_message_noted_while_others_were_edited_has_its_turn(
    store: ConversationStore, deadlines: DraftDeadlines, clock: Clock
) -> None:
    conversation = await asked(store, 5)
    clock.advance(OVER)
    claimed = await claim(deadlines)
    await note(store, conversation, 6)
    await deadlines.settle(claimed, offers=[5])
    assert 6 in (await claim(deadlines)).messages


async def test_whoever_was_told_is_told_no_more_but_may_continue(
    store: ConversationStore, deadlines: DraftDeadlines, clock: Clock
) -> None:
    conversation = await asked(store, 5)
    clock.advance(OVER)
    assert await store.load(CHAT, USER) == Expired("addmed", conversation.flow_id)
    await store.tell(CHAT, USER, conversation.flow_id)
    assert await store.load(CHAT, USER) is None
    claimed = await claim(deadlines)
    assert claimed.is_told
    found = await find(store, conversation)
    assert found is not None
    assert found.may_continue(now=clock.now())


async def test_a_draft_can_be_continued_for_a_day(store: ConversationStore, clock: Clock) -> None:
    found = await find(store, await asked(store, 5))
    assert found is not None
    clock.advance(OVER + timedelta(hours=23, minutes=59))
    assert found.may_continue(now=clock.now())
    clock.advance(timedelta(minutes=1))
    assert not found.may_continue(now=clock.now())


@pytest.mark.parametrize("field", ["state", "attempts", "messages"])
async def test_a_draft_that_cannot_be_read_is_dropped_and_hinders_no_other(
    store: ConversationStore, deadlines: DraftDeadlines, clock: Clock, redis: Redis, field: str
) -> None:
    broken = await asked(store, 5)
    clock.advance(timedelta(seconds=1))
    whole = started(11)
    result = await store.save(whole, chat_id=CHAT + 1, user_id=USER)
    assert isinstance(result, Saved)
    await redis.hset(keys.draft(CHAT, USER, broken.flow_id), field, "\x80 [[[ nonsense")
    await redis.zadd(keys.DRAFT_DEADLINES, {"nonsense": 0, "conversation:1:1:draft:": 0})
    await redis.set("conversation:1:2:draft:x", "of another kind")
    await redis.zadd(keys.DRAFT_DEADLINES, {"conversation:1:2:draft:x": 0})
    clock.advance(OVER)
    claimed = await deadlines.claim(most=10)
    assert [each.conversation for each in claimed] == [result.conversation]
    assert await redis.zcard(keys.DRAFT_DEADLINES) == 1


async def test_every_key_goes_by_itself(
    store: ConversationStore, deadlines: DraftDeadlines, redis: Redis, clock: Clock
) -> None:
    conversation = await asked(store, 5)
    await save(store, started(11, flow="give"))
    clock.advance(OVER)
    for claimed in await deadlines.claim(most=5):
        await deadlines.settle(claimed, offers=claimed.messages)
    await store.end(CHAT, USER, conversation.flow_id)
    found = [key async for key in redis.scan_iter("conversation:*")]
    assert len(found) >= 6
    for key in found:
        assert 0 < await redis.ttl(key) <= keys.DEADLINES_TTL, key
