"""What each person has spoken of."""

from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from bot.redis import keys
from bot.redis.client import connect
from bot.redis.spoken import PROMISED, SpokenOf


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    client = connect(redis_url)
    yield client
    await client.aclose()


async def test_it_is_each_persons_own_and_the_last_thing_counts(redis: Redis) -> None:
    spoken = SpokenOf(redis)
    await spoken.note(1, {"medicine_id": "a", "person_id": "p"})
    await spoken.note(1, {"visit_id": "b"})
    assert await spoken.recall(1) == {"visit_id": "b"}
    assert await spoken.recall(2) == {}


async def test_it_is_forgotten_after_ten_minutes(redis: Redis) -> None:
    await SpokenOf(redis).note(1, {"medicine_id": "a"})
    assert 0 < await redis.ttl(keys.spoken(1)) <= 600


async def test_what_was_promised_stays_for_an_hour_whatever_else_is_said(redis: Redis) -> None:
    spoken = SpokenOf(redis)
    await spoken.note(1, {"medicine_id": "a", f"{PROMISED}f": "Joe refused his Keppra"})
    await spoken.note(1, {"visit_id": "b"})
    assert await spoken.recall(1) == {"visit_id": "b", f"{PROMISED}f": "Joe refused his Keppra"}
    assert 600 < await redis.ttl(keys.promised(1)) <= 3_600


async def test_without_redis_nothing_was_spoken_of() -> None:
    nobody = connect("redis://127.0.0.1:1/0")
    spoken = SpokenOf(nobody)
    await spoken.note(1, {"medicine_id": "a"})
    assert await spoken.recall(1) == {}
    await nobody.aclose()
