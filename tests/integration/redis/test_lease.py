"""The lease: one holder at a time, whatever happens to Redis or to the holder."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from bot.redis import keys
from bot.redis.client import connect
from bot.redis.lease import Lease
from tests.valkey import Valkey, running_valkey
from tests.waiting import until


@pytest.fixture
async def valkey() -> AsyncIterator[Valkey]:
    async with running_valkey() as server:
        yield server


@pytest.fixture
async def redis(valkey: Valkey) -> AsyncIterator[Redis]:
    client = connect(valkey.url)
    yield client
    await client.aclose()


class Replica:
    """Remembers what its lease told it, and counts as working from gained to lost."""

    def __init__(self, redis: Redis, *, ttl: float = 1.5, every: float = 0.2) -> None:
        self.paused_for = 0.0
        self.diary: list[tuple[Replica, str]] = []
        self.is_working = False
        self.lease = Lease(
            redis,
            on_gained=self.gained,
            on_lost=self.lost,
            ttl=ttl,
            every=every,
            monotonic=lambda: asyncio.get_running_loop().time() + self.paused_for,
        )

    @property
    def events(self) -> list[str]:
        return [event for replica, event in self.diary if replica is self]

    async def gained(self) -> None:
        self.diary.append((self, "gained"))
        self.is_working = True

    async def lost(self) -> None:
        self.diary.append((self, "lost"))
        self.is_working = False


async def asked(redis: Redis, *, times: int) -> None:
    """Return once those who want the lease have asked for it so often together."""

    async def calls() -> int:
        statistics = await redis.info("commandstats")
        return sum(
            statistics.get(f"cmdstat_{name}", {"calls": 0})["calls"] for name in ("eval", "evalsha")
        )

    before = await calls()
    async with asyncio.timeout(20):
        while await calls() < before + times:
            await asyncio.sleep(0.02)


async def test_one_of_two_holds_it_and_the_other_follows(redis: Redis) -> None:
    first, second = Replica(redis), Replica(redis)
    await first.lease.start()
    await second.lease.start()
    await asked(redis, times=8)
    assert (first.events, second.events) == (["gained"], [])
    assert first.lease.is_held
    assert not second.lease.is_held
    assert 0 < await redis.pttl(keys.LEASE_SCHEDULER) <= 1_500
    await first.lease.stop()
    assert first.events == ["gained", "lost"]
    await until(lambda: second.events == ["gained"])
    await second.lease.stop()
    assert 0 < await redis.pttl(keys.LEASE_SCHEDULER) <= 1_500


async def test_a_holder_that_died_is_replaced(redis: Redis) -> None:
    await redis.set(keys.LEASE_SCHEDULER, "somebody who was killed", px=300)
    replica = Replica(redis)
    await replica.lease.start()
    assert not replica.lease.is_held
    await until(lambda: replica.lease.is_held)
    await replica.lease.stop()


async def test_it_is_kept_for_longer_than_its_time(redis: Redis) -> None:
    replica = Replica(redis, ttl=0.6, every=0.1)
    await replica.lease.start()
    await asked(redis, times=15)
    assert replica.events == ["gained"]
    assert replica.lease.is_held
    await replica.lease.stop()


async def test_a_process_that_was_paused_does_not_believe_it_holds_it(redis: Redis) -> None:
    replica = Replica(redis)
    await replica.lease.start()
    assert replica.lease.is_held
    replica.paused_for = 60
    await redis.set(keys.LEASE_SCHEDULER, "the replica that took over", px=15_000)
    assert not replica.lease.is_held
    await until(lambda: replica.events == ["gained", "lost"])
    assert not replica.lease.is_held
    await replica.lease.stop()
    assert await redis.get(keys.LEASE_SCHEDULER) == "the replica that took over"


async def test_emptied_redis_makes_the_holder_begin_again(redis: Redis) -> None:
    replica = Replica(redis)
    await replica.lease.start()
    await redis.flushall()
    await until(lambda: replica.events == ["gained", "gained"])
    assert replica.lease.is_held
    await replica.lease.stop()
    assert replica.events == ["gained", "gained", "lost"]


async def test_emptied_redis_does_not_hand_it_to_somebody_else(redis: Redis) -> None:
    holder, waiting = Replica(redis, every=0.4), Replica(redis, every=0.02)
    await holder.lease.start()
    await waiting.lease.start()
    for times in (2, 3):
        await redis.flushall()
        await until(lambda times=times: len(holder.events) == times)  # type: ignore[misc]
    assert (holder.events, waiting.events) == (["gained"] * 3, [])
    await holder.lease.stop()
    await until(lambda: waiting.events == ["gained"])
    await waiting.lease.stop()


async def test_a_holder_that_died_with_redis_is_replaced(redis: Redis) -> None:
    await redis.set(keys.LEASE_SCHEDULER, "somebody who was killed", px=500)
    replica = Replica(redis)
    await replica.lease.start()
    await redis.flushall()
    await until(lambda: replica.lease.is_held)
    await replica.lease.stop()


async def test_without_redis_the_holder_lets_go_in_time_and_takes_it_again(
    redis: Redis, valkey: Valkey
) -> None:
    replica = Replica(redis)
    await replica.lease.start()
    valkey.stop()
    await until(lambda: not replica.lease.is_reachable)
    await until(lambda: replica.events == ["gained", "lost"])
    assert not replica.lease.is_held
    await valkey.start()
    await until(lambda: replica.events == ["gained", "lost", "gained"])
    assert replica.lease.is_reachable
    await replica.lease.stop()


async def test_a_holder_that_alone_cannot_reach_redis_stops_before_another_begins(
    redis: Redis, valkey: Valkey
) -> None:
    await redis.acl_setuser("cut", enabled=True, nopass=True, keys=["*"], categories=["+@all"])
    cut_off = connect(valkey.url.replace("unix://", "unix://cut@") + "?password=any")
    holder, waiting = Replica(cut_off), Replica(redis)
    waiting.diary = holder.diary
    await holder.lease.start()
    await waiting.lease.start()
    await redis.acl_setuser("cut", enabled=False)
    await redis.client_kill_filter(user="cut")
    await until(lambda: waiting.is_working)
    assert holder.diary == [(holder, "gained"), (holder, "lost"), (waiting, "gained")]
    assert not holder.lease.is_held
    await holder.lease.stop()
    await waiting.lease.stop()
    await cut_off.aclose()


async def test_a_short_absence_of_redis_changes_nothing(redis: Redis, valkey: Valkey) -> None:
    replica = Replica(redis, ttl=30, every=0.1)
    await replica.lease.start()
    valkey.stop()
    await until(lambda: not replica.lease.is_reachable)
    assert replica.lease.is_held
    await valkey.start()
    await until(lambda: replica.lease.is_reachable)
    assert replica.events == ["gained"]
    await replica.lease.stop()


async def test_a_hanging_redis_is_like_none(redis: Redis, valkey: Valkey) -> None:
    replica = Replica(redis)
    await replica.lease.start()
    valkey.pause()
    await until(lambda: replica.events == ["gained", "lost"])
    valkey.resume()
    await until(lambda: replica.events == ["gained", "lost", "gained"])
    await replica.lease.stop()


async def test_starting_without_redis_waits_for_it(valkey: Valkey, redis: Redis) -> None:
    valkey.stop()
    replica = Replica(redis)
    await replica.lease.start()
    assert not replica.lease.is_held
    assert not replica.lease.is_reachable
    await valkey.start()
    await until(lambda: replica.lease.is_held)
    await replica.lease.stop()


async def test_who_cannot_begin_hands_it_back(redis: Redis) -> None:
    class Broken(Replica):
        async def gained(self) -> None:
            await super().gained()
            raise RuntimeError("the database is away")

    broken, healthy = Broken(redis), Replica(redis)
    await broken.lease.start()
    await healthy.lease.start()
    await until(lambda: healthy.is_working)
    assert broken.events[:2] == ["gained", "lost"]
    assert not broken.is_working
    await healthy.lease.stop()
    await broken.lease.stop()


async def test_beginning_is_interrupted_when_the_lease_is_lost(redis: Redis) -> None:
    interrupted = asyncio.Event()

    class Slow(Replica):
        async def gained(self) -> None:
            await super().gained()
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                interrupted.set()
                raise

    slow = Slow(redis)
    await slow.lease.start()
    await until(lambda: slow.is_working)
    await redis.set(keys.LEASE_SCHEDULER, "somebody else", px=15_000)
    await until(lambda: slow.events == ["gained", "lost"])
    assert interrupted.is_set()
    await slow.lease.stop()


async def test_never_two_work_at_once_while_redis_comes_and_goes(
    redis: Redis, valkey: Valkey
) -> None:
    replicas = [Replica(redis, ttl=0.9, every=0.1) for _ in range(3)]
    most = 0

    async def watch() -> None:
        nonlocal most
        while True:
            most = max(most, sum(replica.is_working for replica in replicas))
            await asyncio.sleep(0.002)

    def anybody_works() -> bool:
        return any(replica.is_working for replica in replicas)

    watcher = asyncio.create_task(watch())
    for replica in replicas:
        await replica.lease.start()
    for _ in range(3):
        await until(anybody_works)
        valkey.stop()
        await until(lambda: not anybody_works())
        await valkey.start()
    while replicas:
        await until(anybody_works)
        leaving = next(replica for replica in replicas if replica.is_working)
        await leaving.lease.stop()
        replicas.remove(leaving)
    watcher.cancel()
    assert most == 1
