"""Telegram's limits across replicas."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
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
from tests.waiting import until

DUE_AT = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    client = connect(redis_url)
    yield client
    await client.aclose()


def demand(
    chat_id: int = 1,
    *,
    is_bulk: bool = True,
    is_last: bool = True,
    span: float = 1.0,
    chat_interval: float = 1.0,
) -> Demand:
    return Demand(
        chat_id=chat_id,
        is_bulk=is_bulk,
        per_second=30,
        span=span,
        kind_per_second=25 if is_bulk else 30,
        kind_share=20 if is_bulk else 10,
        kind_pace=0,
        chat_interval=chat_interval,
        chat_ahead=0.0 if is_bulk else 3.0,
        is_last=is_last,
    )


# So long that no machine is too slow for what is counted within it.
MINUTE = 60.0
YES = (0.0, 0.0)


async def take_most(limits: Sequence[SharedSendLimits], *, is_bulk: bool) -> int:
    """How many sends replicas are granted in turn before one has to wait, within a minute."""
    for n in range(100):
        replica = limits[n % len(limits)]
        first_chat = 1 if is_bulk else 10_000
        answer = await replica.take(demand(first_chat + n, is_bulk=is_bulk, span=MINUTE))
        if answer != YES:
            assert answer[0] > 0
            return n
    raise AssertionError("nothing limits them")


async def test_two_replicas_share_one_budget(redis: Redis) -> None:
    replicas = [SharedSendLimits(redis) for _ in range(2)]
    assert await take_most(replicas, is_bulk=False) == 30
    assert await take_most(replicas, is_bulk=True) == 0


async def test_while_bulk_waits_elsewhere_answers_get_half_of_their_share_at_once(
    redis: Redis,
) -> None:
    await redis.set(keys.LIMIT_BULK_WAITS, 1, ex=60)
    assert await take_most([SharedSendLimits(redis)], is_bulk=False) == 5
    # And all of it again when none waits any more.
    await redis.delete(keys.LIMIT_BULK_WAITS)
    assert await take_most([SharedSendLimits(redis)], is_bulk=False) == 25


async def test_while_answers_wait_elsewhere_bulk_gets_half_of_its_share_at_once(
    redis: Redis,
) -> None:
    await redis.set(keys.LIMIT_INTERACTIVE_WAITS, 1, ex=60)
    assert await take_most([SharedSendLimits(redis)], is_bulk=True) == 10


async def test_who_has_to_wait_says_so_for_as_long(redis: Redis) -> None:
    shared = SharedSendLimits(redis)
    await take_most([shared], is_bulk=False)
    assert await take_most([shared], is_bulk=True) == 0
    for waits in (keys.LIMIT_BULK_WAITS, keys.LIMIT_INTERACTIVE_WAITS):
        assert await redis.pttl(waits) > 0


async def test_the_last_second_is_counted_exactly(redis: Redis) -> None:
    shared = SharedSendLimits(redis)
    granted = [await shared.take(demand(chat_id)) for chat_id in range(25)]
    assert set(granted) == {YES}
    wait, chat_wait = await shared.take(demand(100))
    assert 0 < wait <= 1
    assert chat_wait == 0
    answers = [await shared.take(demand(200 + n, is_bulk=False)) for n in range(6)]
    assert [wait > 0 for wait, _ in answers] == [False] * 5 + [True]


async def test_a_kind_that_waits_leaves_the_other_its_share_only(redis: Redis) -> None:
    shared = SharedSendLimits(redis)
    granted = [await shared.take(demand(n, is_bulk=False)) for n in range(15)]
    assert set(granted) == {YES}
    assert await shared.take(demand(100, is_last=False)) == YES  # more of the bulk waits
    wait, _ = await shared.take(demand(16, is_bulk=False))
    assert 0 < wait <= 0.2  # until the bulk has not said so any more
    await asyncio.sleep(0.25)
    assert await shared.take(demand(16, is_bulk=False)) == YES


async def test_bulk_that_waits_for_its_chat_keeps_nothing_from_answers(redis: Redis) -> None:
    shared = SharedSendLimits(redis)
    assert await shared.take(demand(7)) == YES
    assert (await shared.take(demand(7, is_last=False)))[1] > 0
    granted = [await shared.take(demand(n, is_bulk=False)) for n in range(100, 129)]
    assert set(granted) == {YES}


async def still_waits(redis: Redis, limiter: Limiter, chat_id: int) -> bool:
    """Whether a send is still waiting after Redis has been asked about it."""
    asked = (await redis.info("commandstats")).get("cmdstat_evalsha", {}).get("calls", 0)
    waiting = asyncio.create_task(limiter.acquire(Lane.INTERACTIVE, DUE_AT, chat_id))
    async with asyncio.timeout(10):
        while not waiting.done():
            calls = (await redis.info("commandstats")).get("cmdstat_evalsha", {}).get("calls", 0)
            if calls > asked:
                break
            await asyncio.sleep(0.005)
    await asyncio.sleep(0)
    is_done = waiting.done()
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    return not is_done


async def test_a_429_of_the_whole_bot_stops_the_other_replicas_too(redis: Redis) -> None:
    async def probe() -> float:
        return MINUTE

    limiter, other = Limiter(redis, Budget(), probe=probe), Limiter(redis, Budget())
    limiter.pause(MINUTE, 7)
    async with asyncio.timeout(10):
        while not await redis.exists(keys.LIMIT_PAUSE):
            await asyncio.sleep(0.01)
    assert await still_waits(redis, other, 8)


async def test_what_other_replicas_sent_into_a_chat_counts_for_when_it_is_free(
    redis: Redis,
) -> None:
    limiter, other = Limiter(redis, Budget()), Limiter(redis, Budget())
    for _ in range(4):
        await other.acquire(Lane.DUE, DUE_AT, 7)
    waiting = asyncio.create_task(limiter.acquire(Lane.DUE, DUE_AT, 7))
    await until(lambda: limiter.seconds_until_free(7, Lane.CRITICAL) > 0)
    await waiting


async def test_a_chat_s_pause_is_known_to_all(redis: Redis) -> None:
    one, other = SharedSendLimits(redis), SharedSendLimits(redis)
    assert await one.take(demand(7, chat_interval=MINUTE)) == YES
    wait, chat_wait = await other.take(demand(7, chat_interval=MINUTE))
    assert wait == 0
    assert 0 < chat_wait <= MINUTE
    assert await other.take(demand(8)) == YES


async def test_answers_may_be_three_ahead_in_their_chat(redis: Redis) -> None:
    shared = SharedSendLimits(redis)
    answer = replace(demand(7, is_bulk=False, chat_interval=MINUTE), chat_ahead=3 * MINUTE)
    assert [await shared.take(answer) for _ in range(4)] == [YES] * 4
    assert (await shared.take(answer))[1] > 0


async def test_what_a_429_asked_for_is_kept_by_all(redis: Redis) -> None:
    limiter, other = Limiter(redis, Budget()), Limiter(redis, Budget())
    limiter.pause(MINUTE, 7)
    async with asyncio.timeout(10):
        while not await redis.exists(keys.limit_pause_chat(7)):
            await asyncio.sleep(0.01)
    assert await still_waits(redis, other, 7)
    await other.acquire(Lane.INTERACTIVE, DUE_AT, 8)  # only the one chat has to wait
    limiter.pause(MINUTE)
    async with asyncio.timeout(10):
        while not await redis.exists(keys.LIMIT_PAUSE):
            await asyncio.sleep(0.01)
    assert await still_waits(redis, Limiter(redis, Budget()), 9)


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
    assert await SharedSendLimits(redis).take(demand()) == YES


async def test_without_redis_each_replica_keeps_the_limits_by_itself() -> None:
    redis = connect("unix:///nowhere/valkey.sock")
    limiter = Limiter(redis, Budget())
    limiter.pause(0.01)
    waiting = [
        asyncio.create_task(limiter.acquire(Lane.DUE, DUE_AT, chat_id)) for chat_id in range(2_000)
    ]
    await until(lambda: any(task.done() for task in waiting))
    assert not all(task.done() for task in waiting)  # which takes more than a minute
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    await redis.aclose()


async def test_a_redis_that_goes_away_is_asked_once_and_then_left_alone(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with running_valkey() as valkey:
        redis = connect(valkey.url)
        limiter = Limiter(redis, Budget())
        await limiter.acquire(Lane.DUE, DUE_AT, 1)
        valkey.pause()
        for chat_id in range(2, 40):
            await limiter.acquire(Lane.DUE, DUE_AT, chat_id)
        assert caplog.text.count("redis unavailable") == 1
        valkey.resume()
        await redis.aclose()
