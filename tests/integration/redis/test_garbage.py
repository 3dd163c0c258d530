"""Whatever lies in Redis under our keys, the bot goes on: nothing raises, and what was damaged is
written anew.
"""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from apscheduler.schedulers.background import BackgroundScheduler
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis.asyncio import Redis

from bot.redis import keys
from bot.redis.alarm_log import AlarmLog, ToldAlarm
from bot.redis.client import connect, connect_blocking
from bot.redis.conversation_store import ConversationStore
from bot.redis.conversations import Conversation, Saved
from bot.redis.drafts import ClaimedDraft, DraftDeadlines
from bot.redis.last_poll import LastPoll
from bot.redis.lease import Lease
from bot.redis.medications_cache import MedicationsCache
from bot.redis.rate_limit import RateLimiter, Verdict
from bot.redis.send_limits import Demand, SharedSendLimits
from bot.redis.spoken import SpokenOf
from bot.scheduling.jobstore import JsonJobStore, StoredJob
from domain.clock import Clock
from domain.medicines.events import MedicinesListed

CHAT, USER = 7, 8
FAMILY, FLOW = UUID(int=5), UUID(int=6)
TTL = 900

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["flow", "flow_id", "version", "data", "lines", "at", "expires_at", "x"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=10,
)
TEXTS = (
    JSON.map(json.dumps)
    | st.text(max_size=30)
    | st.binary(max_size=30)
    | st.sampled_from(
        [
            *("", "0", "-1", "nan", "inf", "1e999", "9" * 400, "[" * 5_000, "x" * 200_000),
            *('{"flow": 1}', '{"version": 1e999, "lines": []}', "[]", "null", "released"),
            b"\x80\x04\x95pickle",
            "1 2",
            "9" * 17 + " 0",
        ]
    )
)


@dataclass
class Garbage:
    """A value of any type: text, list, set, hash, sorted set, stream."""

    kind: str
    text: Any
    number: float = 0
    fields: list[str] = field(default_factory=list)

    async def put(self, redis: Redis, key: str) -> None:
        await redis.delete(key)
        match self.kind:
            case "string":
                await redis.set(key, self.text)
            case "list":
                await redis.rpush(key, self.text, self.text)
            case "set":
                await redis.sadd(key, self.text)
            case "hash":
                await redis.hset(key, mapping=dict.fromkeys(self.fields, self.text))
            case "zset":
                await redis.zadd(key, {self.text: self.number})
            case _:
                await redis.xadd(key, {"x": self.text})


FIELDS = ["state", "over", "messages", "stale", "offers", "attempts", "version", "flow", "told"]
GARBAGE = st.builds(
    Garbage,
    st.sampled_from(["string", "string", "list", "set", "hash", "zset", "stream"]),
    TEXTS,
    st.floats(allow_nan=False),
    st.lists(st.sampled_from([*FIELDS, "expires_at", "person"]), min_size=1, unique=True),
)

OF_A_PERSON = [
    keys.conversation(CHAT, USER),
    keys.conversation_tombstone(CHAT, USER),
    keys.conversation_mentioned(CHAT, USER),
    keys.draft(CHAT, USER, FLOW),
    keys.DRAFT_DEADLINES,
    keys.latest_flow(CHAT, USER, "addmed"),
]
OTHERS = [
    keys.family_medications(FAMILY),
    keys.rate_limit(USER, "today"),
    keys.family_rate_limit(FAMILY),
    keys.wrong_invitations(USER),
    keys.small_talk(USER),
    keys.spoken(USER),
    keys.promised(USER),
    keys.LEASE_SCHEDULER,
    keys.LAST_POLL,
    keys.AUDITOR_TOLD,
    keys.APSCHEDULER_JOBS,
    keys.APSCHEDULER_RUN_TIMES,
    keys.LIMIT_TOTAL,
    keys.LIMIT_BULK,
    keys.LIMIT_BULK_WAITS,
    keys.LIMIT_INTERACTIVE,
    keys.LIMIT_INTERACTIVE_WAITS,
    keys.LIMIT_PAUSE,
    keys.limit_chat(CHAT),
    keys.limit_pause_chat(CHAT),
]


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    client = connect(redis_url)
    yield client
    await client.aclose()


def conversation() -> Conversation:
    return Conversation("addmed", "name", FLOW, {"x": 1}, 0, 10, FAMILY)


async def converse(redis: Redis) -> None:
    clock = Clock()
    store = ConversationStore(redis, TTL, clock=clock)
    await store.load(CHAT, USER)
    await store.find_draft(CHAT, USER, FLOW)
    await store.save(conversation(), chat_id=CHAT, user_id=USER, language="en")
    await store.note_question(FLOW, 3, version=None, chat_id=CHAT, user_id=USER)
    await store.note_offer(FLOW, 4, chat_id=CHAT, user_id=USER)
    await store.mention(CHAT, USER, FLOW, version=1)
    await store.mute(CHAT, USER, FLOW)
    await store.tell(CHAT, USER, FLOW)
    await store.leave(CHAT, USER, FLOW)
    clock.advance(timedelta(seconds=TTL))
    deadlines = DraftDeadlines(redis, clock=clock)
    for draft in await deadlines.claim(most=10):
        assert isinstance(draft, ClaimedDraft)
        await deadlines.is_held(draft)
        await deadlines.settle(draft, is_told=True)
        await deadlines.postpone(draft, timedelta(seconds=1))
    await store.end(CHAT, USER, FLOW)
    # Whatever was there: from now on it works.
    again = await store.save(conversation(), chat_id=CHAT, user_id=USER, language="en")
    if isinstance(again, Saved):
        assert await store.load(CHAT, USER) is not None


async def everything_else(redis: Redis, redis_url: str) -> None:
    cache = MedicationsCache(redis)
    await cache.get(FAMILY)
    cache.on_event(MedicinesListed(FAMILY, 1, []))
    await cache.close()
    found = await cache.get(FAMILY)
    assert found is not None
    assert found.version == 1
    limiter = RateLimiter(redis)
    assert await limiter.check(USER, "today", family_id=FAMILY) is Verdict.ALLOWED
    await limiter.may_chat(USER)
    await limiter.may_present_invitation(USER)
    await limiter.count_wrong_invitation(USER)
    spoken = SpokenOf(redis)
    await spoken.recall(USER)
    await spoken.note(USER, {"person": "1"})
    assert await spoken.recall(USER) == {"person": "1"}
    poll = LastPoll(redis)
    await poll.silence()
    await poll.note()
    assert await poll.silence() is not None
    alarms = AlarmLog(redis)
    await alarms.load()
    await alarms.save({"late": ToldAlarm(1.0, stands=True)})
    assert "late" in await alarms.load()
    limits = SharedSendLimits(redis)
    demand = Demand(
        CHAT,
        is_bulk=True,
        per_second=30,
        span=1.0,
        kind_per_second=25,
        kind_share=20,
        kind_pace=0.0,
        chat_interval=1.0,
        chat_ahead=1.0,
        is_last=True,
    )
    wait, chat_wait = await limits.take(demand)
    assert wait >= 0
    assert chat_wait >= 0
    assert limits._circuit.is_closed
    for part in (cache, limiter, spoken):
        assert part.circuit.is_closed, part
    assert poll._circuit.is_closed
    assert alarms._circuit.is_closed
    await asyncio.to_thread(schedule, redis_url)


def schedule(redis_url: str) -> None:
    clock = Clock()
    store = JsonJobStore(
        connect_blocking(redis_url),
        entry_points={"wake": print},
        offset=lambda: clock.offset,
    )
    store.start(BackgroundScheduler(timezone=UTC), "default")
    job = StoredJob("wake:x", clock.now(), "wake", ("x",))
    store.get_due_jobs(clock.now())
    store.get_next_run_time()
    store.get_all_jobs()
    store.lookup_job("wake:x")
    store.put([job])
    assert store.replace_all([job])
    assert [one.id for one in store.get_all_jobs()] == ["wake:x"]
    store.close()


SETTINGS = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.data_too_large],
)


def no_traceback(caplog: pytest.LogCaptureFixture) -> None:
    assert not [record for record in caplog.records if record.exc_info]
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]
    caplog.clear()


@SETTINGS
@given(st.dictionaries(st.sampled_from(OF_A_PERSON), GARBAGE, min_size=1))
async def test_a_conversation_survives_whatever_lies_under_its_keys(
    redis: Redis, caplog: pytest.LogCaptureFixture, garbage: dict[str, Garbage]
) -> None:
    await redis.flushall()
    for key, value in garbage.items():
        await value.put(redis, key)
    await converse(redis)
    no_traceback(caplog)


@SETTINGS
@given(st.dictionaries(st.sampled_from(OTHERS), GARBAGE, min_size=1))
async def test_caches_limits_and_the_alarm_survive_whatever_lies_under_their_keys(
    redis: Redis, redis_url: str, caplog: pytest.LogCaptureFixture, garbage: dict[str, Garbage]
) -> None:
    await redis.flushall()
    for key, value in garbage.items():
        await value.put(redis, key)
    await everything_else(redis, redis_url)
    no_traceback(caplog)


@SETTINGS
@given(GARBAGE)
async def test_a_lease_that_nobody_wrote_is_nobodys(redis: Redis, garbage: Garbage) -> None:
    await redis.flushall()
    await garbage.put(redis, keys.LEASE_SCHEDULER)
    lease = Lease(redis, on_gained=_nothing, on_lost=_nothing, token=str(uuid4()))
    await lease.start()
    assert lease.is_held
    await lease.stop()


async def _nothing() -> None:
    """Neither gained nor lost."""


def test_every_key_is_put_to_the_test() -> None:
    made: list[Callable[..., str]] = [
        function
        for name, function in vars(keys).items()
        if callable(function) and getattr(function, "__module__", "") == keys.__name__
    ]
    constants = {
        value for name, value in vars(keys).items() if name.isupper() and isinstance(value, str)
    }
    assert constants <= {*OF_A_PERSON, *OTHERS}
    for function in made:
        if function in (keys.session, keys.all_of):
            continue  # of the web page to come; no key by itself
        arguments = [
            {"flow": "addmed", "command": "today", "family_id": FAMILY, "flow_id": FLOW}.get(
                name, CHAT if name == "chat_id" else USER
            )
            for name in function.__annotations__
            if name != "return"
        ]
        assert function(*arguments) in {*OF_A_PERSON, *OTHERS}, function.__name__
