"""Connections to Redis: quick to give up, quick to come back."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import redis

from bot.redis.client import connect, connect_blocking
from tests.valkey import Valkey, running_valkey


@pytest.fixture
async def valkey() -> AsyncIterator[Valkey]:
    async with running_valkey() as server:
        yield server


async def test_answers_are_text_and_foreign_bytes_survive_the_way_there_and_back(
    redis_url: str,
) -> None:
    async_client, client = connect(redis_url), connect_blocking(redis_url)
    await async_client.set("k", "Ω")
    assert client.get("k") == "Ω"
    with redis.Redis.from_url(redis_url) as raw:
        raw.set(b"\xff\xfe", 1)
        (key,) = client.keys("\udcff*")
        client.delete(key)
        assert not raw.exists(b"\xff\xfe")
    await async_client.aclose()
    client.close()


@pytest.mark.timeout(20)  # redis-py's defaults take a minute for each of the two
async def test_a_server_that_hangs_is_given_up_soon(valkey: Valkey) -> None:
    async_client, client = connect(valkey.url), connect_blocking(valkey.url)
    await async_client.ping()
    client.ping()
    valkey.pause()
    for attempt in (lambda: asyncio.to_thread(client.ping), async_client.ping):
        with pytest.raises(redis.RedisError):
            await attempt()
    valkey.resume()
    assert await async_client.ping()
    assert client.ping()
    await async_client.aclose()
    client.close()


async def test_a_restart_of_the_server_goes_unnoticed(valkey: Valkey) -> None:
    async_client, client = connect(valkey.url), connect_blocking(valkey.url)
    await async_client.set("k", "v")
    client.ping()
    valkey.stop()
    await valkey.start()
    assert await async_client.get("k") == "v"
    assert client.get("k") == "v"
    await async_client.aclose()
    client.close()


@pytest.mark.parametrize(
    "url", ["redis://localhost:6399/2", "rediss://u:p@example.org:6380", "unix:///tmp/x.sock?db=1"]
)
async def test_every_kind_of_address_is_understood(url: str) -> None:
    await connect(url).aclose()
    connect_blocking(url).close()


async def test_more_callers_than_connections_wait_their_turn(redis_url: str) -> None:
    client = connect(redis_url)
    # Three times as many as there are places; more would only measure how busy the machine is.
    assert all(await asyncio.gather(*(client.ping() for _ in range(150))))
    await client.aclose()
