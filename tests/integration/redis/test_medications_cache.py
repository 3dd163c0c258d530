"""The cached list: right, or nothing at all."""

import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import aiohttp
import pytest
import pytest_asyncio
from redis.asyncio import Redis

from bot.ops.metrics import MEDICATIONS_CACHE, serving_metrics
from bot.redis import keys
from bot.redis.client import connect
from bot.redis.medications_cache import CachedMedicines, MedicationsCache
from domain.database.unit_of_work import Database
from domain.medicines.events import MedicinesListed
from domain.medicines.facts import MedicineLine
from domain.medicines.reading import list_medicines
from domain.medicines.schedules.kinds import AsNeeded
from tests import factories


@pytest_asyncio.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    client = connect(redis_url)
    yield client
    await client.aclose()


@pytest_asyncio.fixture
async def lines(database: Database) -> list[MedicineLine]:
    anna = await factories.user(database)
    await factories.family(database, anna)
    mum = await factories.person(database, anna)
    await factories.medicine(database, anna, mum)
    needed = AsNeeded(factories.daily("08:00").starts_on, max_per_day=4)
    await factories.medicine(database, anna, mum, name="Ibuprofen", schedule=needed)
    return list(await factories.acting(database, anna, list_medicines))


def counted(outcome: str) -> float:
    value: float = MEDICATIONS_CACHE.labels(outcome)._value.get()
    return value


async def test_what_was_listed_comes_back_as_it_was(
    redis: Redis, lines: list[MedicineLine]
) -> None:
    cache, family_id = MedicationsCache(redis), uuid4()
    assert await cache.get(family_id) is None
    cache.on_event(MedicinesListed(family_id, 7, lines))
    await cache.close()
    assert await cache.get(family_id) == CachedMedicines(family_id, 7, lines)
    assert 0 < await redis.ttl(keys.family_medications(family_id)) <= 300
    assert await cache.get(uuid4()) is None


@pytest.mark.parametrize(
    "content",
    [
        "",
        "not json",
        "[]",
        "null",
        "7",
        "{}",
        json.dumps({"version": "x", "lines": []}),
        json.dumps({"version": 1}),
        json.dumps({"version": 1, "lines": [1]}),
        json.dumps({"version": 1, "lines": [{"id": "x"}]}),
        json.dumps({"version": 1e999, "lines": []}),
        b"\xff\xfe",
    ],
)
async def test_wrong_content_is_a_miss(redis: Redis, content: Any) -> None:
    cache, family_id = MedicationsCache(redis), uuid4()
    before = counted("unreadable")
    await redis.set(keys.family_medications(family_id), content)
    assert await cache.get(family_id) is None
    assert counted("unreadable") == before + 1


async def test_without_redis_it_is_a_miss() -> None:
    client = connect("redis://127.0.0.1:1/0")
    cache, before = MedicationsCache(client), counted("away")
    assert await cache.get(uuid4()) is None
    cache.on_event(MedicinesListed(uuid4(), 1, []))
    await cache.close()
    assert counted("away") == before + 1
    await client.aclose()


async def test_the_metrics_are_served(unused_tcp_port: int) -> None:
    MEDICATIONS_CACHE.labels("hit").inc()
    with serving_metrics(unused_tcp_port):
        reader = await _read(unused_tcp_port)
    assert b'carecircle_medications_cache_total{outcome="hit"}' in reader


async def _read(port: int) -> bytes:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{port}/metrics") as answer,
    ):
        return await answer.read()
