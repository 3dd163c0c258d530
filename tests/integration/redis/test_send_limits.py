"""Telegram's limits across replicas."""

import asyncio
import time
from bisect import bisect_left
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from redis.asyncio import Redis

from bot.redis import keys
from bot.redis.client import connect
from bot.redis.send_limits import Demand, SharedSendLimits
from bot.telegram_api.budget import Budget
from bot.telegram_api.limits import Limiter
from domain.models.delivery import Lane
from tests.valkey import running_valkey

DUE_AT = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    client = connect(redis_url)
    yield client
    await client.aclose()


def demand(chat_id: int = 1, *, is_bulk: bool = True, is_last: bool = True) -> Demand:
    return Demand(
        chat_id=chat_id,
        is_bulk=is_bulk,
        per_second=30,
        span=1.0,
        kind_per_second=25 if is_bulk else 30,
        kind_share=20 if is_bulk else 10,
        kind_pace=0,
        chat_interval=1.0,
        chat_ahead=0.0 if is_bulk else 3.0,
        is_last=is_last,
    )


async def send_for(
    seconds: float, limiters: list[Limiter], lane: Lane, *, first_chat: int
) -> list[float]:
    """Send through all *limiters* at once as much as they let; when each message went out."""
    sent: list[float] = []

    async def send(limiter: Limiter, chat_id: int) -> None:
        await limiter.acquire(lane, DUE_AT, chat_id)
        sent.append(time.monotonic())

    many = int(seconds * 60)
    tasks = [
        asyncio.create_task(send(limiters[n % len(limiters)], first_chat + n)) for n in range(many)
    ]
    await asyncio.sleep(seconds)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return sent


def most_within(seconds: float, times: list[float]) -> int:
    return max(i + 1 - bisect_left(times, at - seconds) for i, at in enumerate(times))


async def test_two_replicas_share_one_budget(redis: Redis) -> None:
    limiters = [Limiter(redis, Budget()) for _ in range(2)]
    bulk, answers = await asyncio.gather(
        send_for(3, limiters, Lane.DUE, first_chat=1),
        send_for(3, limiters, Lane.INTERACTIVE, first_chat=10_000),
    )
    # A little less than a second, because what we see is when the loop got round to it.
    assert most_within(0.9, sorted(bulk + answers)) <= 30
    assert len(bulk + answers) > 60


async def test_two_replicas_with_bulk_only_use_all_of_its_budget(redis: Redis) -> None:
    limiters = [Limiter(redis, Budget()) for _ in range(2)]
    bulk = await send_for(3, limiters, Lane.DUE, first_chat=1)
    assert most_within(0.9, bulk) <= 25
    assert len(bulk) > 60


async def test_the_last_second_is_counted_exactly(redis: Redis) -> None:
    shared = SharedSendLimits(redis)
    granted = [await shared.take(demand(chat_id)) for chat_id in range(25)]
    assert set(granted) == {(0.0, 0.0)}
    wait, chat_wait = await shared.take(demand(100))
    assert 0.5 < wait <= 1
    assert chat_wait == 0
    answers = [await shared.take(demand(200 + n, is_bulk=False)) for n in range(6)]
    assert [wait > 0 for wait, _ in answers] == [False] * 5 + [True]


async def test_the_bulk_of_one_replica_gets_its_share_from_the_answers_of_another(
    redis: Redis,
) -> None:
    one, other = Limiter(redis, Budget()), Limiter(redis, Budget())
    chatting = asyncio.create_task(send_for(6, [one], Lane.INTERACTIVE, first_chat=1))
    await asyncio.sleep(1.5)
    began = time.monotonic()
    bulk = await send_for(4.3, [other], Lane.DUE, first_chat=10_000)
    answers = await chatting
    # The second before belongs to the answers.
    settled = began + 1.1
    assert len([at for at in bulk if settled <= at < settled + 3]) >= 60
    assert len([at for at in answers if settled <= at < settled + 3]) >= 18
    assert most_within(0.9, sorted(bulk + answers)) <= 30


async def test_the_answers_of_one_replica_get_all_again_when_no_bulk_waits(redis: Redis) -> None:
    one, other = Limiter(redis, Budget()), Limiter(redis, Budget())
    await send_for(1, [other], Lane.DUE, first_chat=10_000)
    await asyncio.sleep(1.3)
    answers = await send_for(2.3, [one], Lane.INTERACTIVE, first_chat=1)
    assert len(answers) >= 60


async def test_a_kind_that_waits_leaves_the_other_its_share_only(redis: Redis) -> None:
    shared = SharedSendLimits(redis)
    granted = [await shared.take(demand(n, is_bulk=False)) for n in range(15)]
    assert set(granted) == {(0.0, 0.0)}
    assert await shared.take(demand(100, is_last=False)) == (0, 0)  # more of the bulk waits
    wait, _ = await shared.take(demand(16, is_bulk=False))
    assert 0 < wait <= 0.2  # until the bulk has not said so any more
    await asyncio.sleep(0.25)
    assert await shared.take(demand(16, is_bulk=False)) == (0, 0)


async def test_bulk_that_waits_for_its_chat_keeps_nothing_from_answers(redis: Redis) -> None:
    shared = SharedSendLimits(redis)
    assert await shared.take(demand(7)) == (0, 0)
    assert (await shared.take(demand(7, is_last=False)))[1] > 0
    granted = [await shared.take(demand(n, is_bulk=False)) for n in range(100, 129)]
    assert set(granted) == {(0.0, 0.0)}


async def test_a_429_of_the_whole_bot_stops_the_other_replicas_too(redis: Redis) -> None:
    async def probe() -> float:
        return 0.5

    limiter, other = Limiter(redis, Budget(), probe=probe), Limiter(redis, Budget())
    began = time.monotonic()
    limiter.pause(0.5, 7)
    while not await redis.exists(keys.LIMIT_PAUSE):
        await asyncio.sleep(0.01)
    await other.acquire(Lane.INTERACTIVE, DUE_AT, 8)
    assert time.monotonic() - began > 0.45


async def test_what_other_replicas_sent_into_a_chat_counts_for_when_it_is_free(
    redis: Redis,
) -> None:
    limiter, other = Limiter(redis, Budget()), Limiter(redis, Budget())
    for _ in range(4):
        await other.acquire(Lane.DUE, DUE_AT, 7)
    waiting = asyncio.create_task(limiter.acquire(Lane.DUE, DUE_AT, 7))
    await asyncio.sleep(0.1)
    assert limiter.seconds_until_free(7, Lane.CRITICAL) > 0.5
    await waiting


async def test_a_chat_s_pause_is_known_to_all(redis: Redis) -> None:
    one, other = SharedSendLimits(redis), SharedSendLimits(redis)
    assert await one.take(demand(7)) == (0, 0)
    wait, chat_wait = await other.take(demand(7))
    assert wait == 0
    assert 0.5 < chat_wait <= 1
    assert await other.take(demand(8)) == (0, 0)
    # Answers may be three seconds ahead.
    assert [await other.take(demand(7, is_bulk=False)) for _ in range(3)] == [(0, 0)] * 3
    assert (await one.take(demand(7, is_bulk=False)))[1] > 0


async def test_what_a_429_asked_for_is_kept_by_all(redis: Redis) -> None:
    limiter, other = Limiter(redis, Budget()), Limiter(redis, Budget())
    began = time.monotonic()
    limiter.pause(0.5)
    while not await redis.exists(keys.LIMIT_PAUSE):
        await asyncio.sleep(0.01)
    await other.acquire(Lane.INTERACTIVE, DUE_AT, 1)
    assert time.monotonic() - began > 0.45
    began = time.monotonic()
    limiter.pause(2, 7)
    while not await redis.exists(keys.limit_pause_chat(7)):
        await asyncio.sleep(0.01)
    paused = asyncio.create_task(other.acquire(Lane.INTERACTIVE, DUE_AT, 7))
    await other.acquire(Lane.INTERACTIVE, DUE_AT, 8)
    assert not paused.done(), "only the one chat has to wait"
    await paused
    assert time.monotonic() - began > 1.95


async def test_nothing_stays(redis: Redis) -> None:
    limiter = Limiter(redis, Budget())
    for chat_id in (1, 2, -3):
        await limiter.acquire(Lane.DUE, DUE_AT, chat_id)
        await limiter.acquire(Lane.INTERACTIVE, DUE_AT, chat_id)
    limiter.pause(60)
    limiter.pause(60, 1)
    while not await redis.exists(keys.LIMIT_PAUSE) or not await redis.exists(
        keys.limit_pause_chat(1)
    ):
        await asyncio.sleep(0.01)
    for is_bulk in (False, True):
        await SharedSendLimits(redis).take(demand(9, is_bulk=is_bulk))
    names = await redis.keys("*")
    assert len(names) == 10
    assert all([0 < await redis.pttl(name) <= 60_200 for name in names])


async def test_a_clock_that_was_set_back_locks_nobody_out(redis: Redis) -> None:
    tomorrow = int((time.time() + 86_400) * 1_000_000)
    await redis.rpush(keys.LIMIT_TOTAL, *[tomorrow] * 30)
    await redis.rpush(keys.LIMIT_BULK, *[tomorrow] * 25)
    assert await SharedSendLimits(redis).take(demand()) == (0, 0)


async def test_without_redis_each_replica_keeps_the_limits_by_itself() -> None:
    redis = connect("unix:///nowhere/valkey.sock")
    limiter = Limiter(redis, Budget())
    limiter.pause(0.01)
    sent = await send_for(2, [limiter], Lane.DUE, first_chat=1)
    assert 0 < len(sent) <= 51  # how many more than none is for the machine to say
    await redis.aclose()


async def test_a_redis_that_goes_away_holds_up_sending_only_once() -> None:
    async with running_valkey() as valkey:
        redis = connect(valkey.url)
        limiter = Limiter(redis, Budget())
        await limiter.acquire(Lane.DUE, DUE_AT, 1)
        valkey.pause()
        sent = await send_for(4, [limiter], Lane.DUE, first_chat=2)
        assert len(sent) > 50
        valkey.resume()
        await redis.aclose()
