"""The limit per person and command."""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from bot.redis import keys
from bot.redis.client import connect
from bot.redis.rate_limit import RateLimiter, Verdict


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    client = connect(redis_url)
    yield client
    await client.aclose()


async def test_too_many_are_refused_politely_once_and_then_silently(redis: Redis) -> None:
    limiter = RateLimiter(redis, per_minute=3)
    verdicts = [await limiter.check(1, "addmed") for _ in range(6)]
    assert (
        verdicts == [Verdict.ALLOWED] * 3 + [Verdict.REFUSED_FIRST] + [Verdict.REFUSED_SILENT] * 2
    )


async def test_many_at_once_are_counted_one_by_one(redis: Redis) -> None:
    limiter = RateLimiter(redis, per_minute=10)
    verdicts = Counter(await asyncio.gather(*(limiter.check(1, "addmed") for _ in range(60))))
    assert verdicts == {Verdict.ALLOWED: 10, Verdict.REFUSED_FIRST: 1, Verdict.REFUSED_SILENT: 49}


async def test_people_and_commands_are_counted_apart(redis: Redis) -> None:
    limiter = RateLimiter(redis, per_minute=1)
    assert await limiter.check(1, "addmed") is Verdict.ALLOWED
    assert await limiter.check(2, "addmed") is Verdict.ALLOWED
    assert await limiter.check(1, "today") is Verdict.ALLOWED
    assert await limiter.check(1, "today", per_minute=2) is Verdict.ALLOWED
    assert await limiter.check(1, "today", per_minute=2) is Verdict.REFUSED_FIRST


async def test_a_minute_later_all_is_forgotten(redis: Redis) -> None:
    limiter = RateLimiter(redis, per_minute=1)
    await limiter.check(1, "addmed")
    assert 55 < await redis.ttl(keys.rate_limit(1, "addmed")) <= 60
    await limiter.check(1, "addmed")
    await redis.pexpire(keys.rate_limit(1, "addmed"), 1)
    while await redis.exists(keys.rate_limit(1, "addmed")):
        await asyncio.sleep(0.001)
    assert await limiter.check(1, "addmed") is Verdict.ALLOWED


async def test_later_uses_do_not_prolong_the_minute(redis: Redis) -> None:
    limiter = RateLimiter(redis)
    await limiter.check(1, "addmed")
    await redis.expire(keys.rate_limit(1, "addmed"), 5)
    await limiter.check(1, "addmed")
    assert await redis.ttl(keys.rate_limit(1, "addmed")) <= 5


async def test_a_count_without_an_end_gets_one(redis: Redis) -> None:
    limiter = RateLimiter(redis, per_minute=3)
    await redis.set(keys.rate_limit(1, "addmed"), 1_000)
    assert await limiter.check(1, "addmed") is Verdict.REFUSED_SILENT
    assert 0 < await redis.ttl(keys.rate_limit(1, "addmed")) <= 60


async def test_without_redis_everybody_may_and_the_log_says_it_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    redis = connect("unix:///nowhere/valkey.sock")
    limiter = RateLimiter(redis, per_minute=1)
    with caplog.at_level(logging.INFO):
        verdicts = [await limiter.check(1, "addmed") for _ in range(50)]
    assert set(verdicts) == {Verdict.ALLOWED}
    assert caplog.text.count("redis unavailable") == 1
    assert limiter.circuit.failures == 50
    await redis.aclose()
