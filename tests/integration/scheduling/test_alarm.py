"""The alarm clock on a real Valkey that comes and goes."""

import asyncio
import json
import pickle
import time
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta

import pytest
import redis

from bot.redis.client import connect, connect_blocking
from bot.redis.keys import APSCHEDULER_JOBS, APSCHEDULER_RUN_TIMES
from bot.redis.lease import Lease
from bot.scheduling.alarm import ENTRY, Alarm, _Scheduler
from bot.scheduling.jobstore import JsonJobStore, StoredJob
from domain.clock import Clock
from tests.valkey import Valkey, running_valkey
from tests.waiting import until

MINUTE = timedelta(minutes=1)


@pytest.fixture
async def valkey() -> AsyncIterator[Valkey]:
    async with running_valkey() as server:
        yield server


@pytest.fixture
def jobs(valkey: Valkey) -> Iterator[redis.Redis]:
    """Redis as an outsider sees it."""
    with redis.Redis.from_url(valkey.url, decode_responses=True) as client:
        yield client


class Replica:
    """An alarm that remembers its rings, on a clock whose next minute is *seconds* away."""

    def __init__(self, url: str, clock: Clock | None = None) -> None:
        self.clock = clock or Clock()
        self.rings: list[datetime] = []
        self.alarm = Alarm(url, self.clock, self.on_wake)

    async def on_wake(self, minute: datetime) -> None:
        self.rings.append(minute)

    async def ring_next(self) -> datetime:
        """Ring at one more minute, by when all that was to ring before has rung."""
        minute = self.minute_in(0.3)
        await self.alarm.arm(minute)
        await until(lambda: minute in self.rings)
        return minute

    def minute_in(self, seconds: float) -> datetime:
        """Move the clock so that a whole minute is *seconds* away, and name it."""
        now = self.clock.now()
        minute = now.replace(second=0, microsecond=0) + MINUTE
        self.clock.advance(minute - now - timedelta(seconds=seconds))
        return minute


@pytest.fixture
async def replica(valkey: Valkey) -> AsyncIterator[Replica]:
    replica = Replica(valkey.url)
    yield replica
    await replica.alarm.close()


@pytest.fixture
async def other(valkey: Valkey, replica: Replica) -> AsyncIterator[Replica]:
    other = Replica(valkey.url, replica.clock)
    yield other
    await other.alarm.close()


async def test_it_rings_once_at_its_minute(replica: Replica) -> None:
    minute = replica.minute_in(0.5)
    await replica.alarm.start()
    assert await replica.alarm.arm(minute)
    assert await replica.alarm.arm(minute)
    await until(lambda: bool(replica.rings))
    assert replica.clock.now() >= minute
    following = await replica.ring_next()
    assert replica.rings == [minute, following]


async def test_it_does_not_ring_before_it_is_started_nor_after_it_was_stopped(
    replica: Replica, other: Replica
) -> None:
    minute = replica.minute_in(0.3)
    await replica.alarm.arm(minute)
    await replica.alarm.start()
    await replica.alarm.stop()
    await other.alarm.start()
    await until(lambda: other.rings == [minute])
    assert replica.rings == []
    await other.alarm.stop()
    following = replica.minute_in(0.3)
    await replica.alarm.arm(following)
    await until(lambda: replica.clock.now() > following)
    assert replica.rings == []
    await replica.alarm.start()
    await until(lambda: replica.rings == [following])


async def test_minutes_that_passed_ring_at_once_and_together(replica: Replica) -> None:
    latest = replica.minute_in(0.1)
    await replica.alarm.rebuild(latest - n * MINUTE for n in range(100))
    await until(lambda: replica.clock.now() > latest)
    await replica.alarm.start()
    await until(lambda: bool(replica.rings))
    following = await replica.ring_next()
    assert replica.rings == [latest, following]


async def test_jobs_outlive_the_process_that_armed_them(
    replica: Replica, other: Replica, valkey: Valkey
) -> None:
    minute = replica.minute_in(2)
    await replica.alarm.arm(minute)
    await replica.alarm.close()
    valkey.stop()
    await valkey.start()
    await other.alarm.start()
    await until(lambda: other.rings == [minute])


async def test_what_another_replica_arms_rings_here(replica: Replica, other: Replica) -> None:
    minute = replica.minute_in(1.5)
    await replica.alarm.start()
    await other.alarm.arm(minute)
    await until(lambda: replica.rings == [minute])
    assert other.rings == []


async def test_a_moved_clock_is_noticed(replica: Replica) -> None:
    minute = replica.minute_in(50)
    await replica.alarm.start()
    await replica.alarm.arm(minute)
    replica.clock.advance(MINUTE)
    await until(lambda: replica.rings == [minute])


async def test_jobs_are_readable_and_named_after_their_minute(
    replica: Replica, jobs: redis.Redis
) -> None:
    minute = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
    await replica.alarm.arm(minute)
    stored = jobs.hgetall(APSCHEDULER_JOBS)
    assert {key: json.loads(text) for key, text in stored.items()} == {
        "wake:2026-11-23T08:00Z": {
            "id": "wake:2026-11-23T08:00Z",
            "run_at": "2026-11-23T08:00:00+00:00",
            "entry": "carecircle:wake",
            "args": ["2026-11-23T08:00Z"],
        }
    }
    assert jobs.zscore(APSCHEDULER_RUN_TIMES, "wake:2026-11-23T08:00Z") == minute.timestamp()


async def test_a_minute_of_another_zone_is_the_same_minute(
    replica: Replica, jobs: redis.Redis
) -> None:
    minute = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
    await replica.alarm.arm(minute)
    await replica.alarm.arm(datetime.fromisoformat("2026-11-23T09:00+01:00"))
    assert jobs.hlen(APSCHEDULER_JOBS) == 1


@pytest.mark.parametrize("text", ["2026-11-23T08:00", "2026-11-23T08:00:30+00:00"])
async def test_half_a_minute_or_a_time_without_zone_is_refused(replica: Replica, text: str) -> None:
    with pytest.raises(ValueError, match="whole minute"):
        await replica.alarm.arm(datetime.fromisoformat(text))


async def test_rebuilding_leaves_exactly_these_minutes(replica: Replica, jobs: redis.Redis) -> None:
    first = replica.minute_in(30)
    await replica.alarm.arm(first - 5 * MINUTE)
    jobs.hset(APSCHEDULER_JOBS, "an old one", "never due")
    minutes = [first + n * MINUTE for n in range(2_200)]
    assert await replica.alarm.rebuild(minutes)
    assert jobs.hlen(APSCHEDULER_JOBS) == jobs.zcard(APSCHEDULER_RUN_TIMES) == 2_200
    assert await replica.alarm.rebuild([])
    assert not jobs.exists(APSCHEDULER_JOBS, APSCHEDULER_RUN_TIMES)


async def test_emptied_redis_can_be_filled_again_while_it_runs(
    replica: Replica, valkey: Valkey
) -> None:
    minute = replica.minute_in(0.8)
    await replica.alarm.start()
    await replica.alarm.arm(minute)
    valkey.flush()
    await replica.alarm.rebuild([minute])
    await until(lambda: replica.rings == [minute])


async def test_redis_away_while_something_is_due(
    replica: Replica, valkey: Valkey, jobs: redis.Redis
) -> None:
    minute = replica.minute_in(0.5)
    await replica.alarm.start()
    await replica.alarm.arm(minute)
    valkey.stop()
    await until(lambda: not replica.alarm.is_reachable)
    await until(lambda: replica.clock.now() > minute + timedelta(seconds=1))
    assert replica.rings == []
    assert not await replica.alarm.arm(minute + MINUTE)
    await valkey.start()
    await until(lambda: replica.rings == [minute])
    await until(lambda: bool(jobs.zscore(APSCHEDULER_RUN_TIMES, f"wake:{minute + MINUTE:%FT%RZ}")))
    assert replica.minute_in(0.2) == minute + MINUTE
    await until(lambda: replica.rings == [minute, minute + MINUTE])


async def test_rebuilt_while_redis_is_away_rings_when_it_is_back(
    replica: Replica, valkey: Valkey
) -> None:
    minute = replica.minute_in(0.1)
    await replica.alarm.start()
    valkey.stop()
    assert not await replica.alarm.rebuild([minute])
    await valkey.start()
    await until(lambda: replica.rings == [minute])


async def test_redis_away_between_running_a_job_and_removing_it(
    replica: Replica, valkey: Valkey, jobs: redis.Redis
) -> None:
    """A replica of Redis that lets us read and refuses every write, as after a failover."""
    minute = replica.minute_in(0.5)
    await replica.alarm.start()
    await replica.alarm.arm(minute)
    jobs.replicaof("127.0.0.1", "1")
    began = time.monotonic()
    await until(lambda: len(replica.rings) >= 3)
    assert len(replica.rings) <= 2 + time.monotonic() - began, "a second between two rings"
    jobs.replicaof("NO", "ONE")
    await until(lambda: not jobs.exists(APSCHEDULER_JOBS))
    following = replica.minute_in(0.5)
    await until(lambda: replica.alarm.is_reachable)
    await replica.alarm.arm(following)
    await until(lambda: following in replica.rings)


async def test_starting_without_redis_rings_when_it_comes(
    replica: Replica, valkey: Valkey, caplog: pytest.LogCaptureFixture
) -> None:
    minute = replica.minute_in(0.1)
    await replica.alarm.arm(minute)
    valkey.stop()
    await replica.alarm.start()
    await until(lambda: "redis unavailable" in caplog.text)
    assert replica.alarm.is_running
    await valkey.start()
    await until(lambda: replica.rings == [minute])


@pytest.mark.timeout(40)
async def test_a_hanging_redis_holds_the_loop_for_one_timeout_only(
    replica: Replica, valkey: Valkey, caplog: pytest.LogCaptureFixture
) -> None:
    minute = replica.minute_in(2)
    await replica.alarm.start()
    await replica.alarm.arm(minute)
    valkey.pause()
    await until(lambda: "redis unavailable" in caplog.text)
    loops = 0
    while loops < 100:  # a hundred timeouts would take a minute
        await asyncio.sleep(0.01)
        loops += 1
    assert caplog.text.count("redis unavailable") == 1
    valkey.resume()
    await until(lambda: replica.rings == [minute])


@pytest.mark.timeout(40)
async def test_after_one_timeout_the_store_asks_a_hanging_redis_no_more(valkey: Valkey) -> None:
    client = connect_blocking(valkey.url)
    store = JsonJobStore(client, entry_points={}, offset=lambda: timedelta(0))
    assert store.probe()
    valkey.pause()
    assert store.get_due_jobs(datetime.now(UTC)) == []
    for _ in range(200):  # another try each time would take five minutes
        assert store.get_due_jobs(datetime.now(UTC)) == []
        assert store.get_next_run_time() is None
        store.remove_job("wake:2026-11-23T08:00Z")
    valkey.resume()
    client.close()


async def test_a_wake_up_on_its_way_when_the_scheduler_stops_runs_nothing(
    valkey: Valkey, jobs: redis.Redis
) -> None:
    ran = []

    async def run() -> None:
        ran.append(1)

    client = connect_blocking(valkey.url)
    store = JsonJobStore(client, entry_points={"run": run}, offset=lambda: timedelta(0))
    scheduler = _Scheduler(timezone=UTC, jobstores={"default": store})
    scheduler.start()
    await asyncio.sleep(0)
    store.put([StoredJob("due", datetime.now(UTC), "run", ())])
    scheduler.shutdown(wait=False)
    scheduler.wakeup()
    for _ in range(100):  # what was to run would have had its turn
        await asyncio.sleep(0)
    assert ran == []
    assert jobs.hlen(APSCHEDULER_JOBS) == 1
    client.close()


async def test_what_is_no_job_of_ours_is_dropped_and_never_run(
    replica: Replica, jobs: redis.Redis, caplog: pytest.LogCaptureFixture
) -> None:
    class Bomb:
        def __reduce__(self) -> tuple[object, ...]:
            return (pytest.exit, ("a pickle was loaded",))

    minute = replica.minute_in(0.1)
    job = {"id": "x", "run_at": minute.isoformat(), "entry": ENTRY, "args": ["2026-11-23T08:00Z"]}
    strangers: dict[str, str | bytes] = {
        "pickle": pickle.dumps(Bomb()),
        "code": json.dumps({**job, "entry": "pytest:exit", "args": ["code was run"]}),
        "no json": "{",
        "nothing": "null",
        "list": "[]",
        "no arguments": json.dumps({**job, "args": []}),
        "too many arguments": json.dumps({**job, "args": ["a", "b"]}),
        "deep": "[" * 5_000,
    }
    for name, text in strangers.items():
        jobs.hset(APSCHEDULER_JOBS, name, text)
        jobs.zadd(APSCHEDULER_RUN_TIMES, {name: minute.timestamp()})
    jobs.zadd(APSCHEDULER_RUN_TIMES, {"no job at all": 1.0, "long ago": float("-inf")})
    jobs.hset(APSCHEDULER_JOBS, "no minute", json.dumps({**job, "args": ["soon"]}))
    jobs.zadd(APSCHEDULER_RUN_TIMES, {"no minute": minute.timestamp()})
    await replica.alarm.arm(minute)
    await replica.alarm.start()
    await until(lambda: replica.rings == [minute])
    await until(lambda: not jobs.exists(APSCHEDULER_JOBS, APSCHEDULER_RUN_TIMES))
    assert "unreadable jobs removed" in caplog.text


async def test_a_wake_up_that_fails_does_not_stop_the_next(valkey: Valkey) -> None:
    class Failing(Replica):
        async def on_wake(self, minute: datetime) -> None:
            await super().on_wake(minute)
            raise RuntimeError("the database is away")

    replica = Failing(valkey.url)
    await replica.alarm.start()
    for rings in (1, 2):
        await replica.alarm.arm(replica.minute_in(0.2))
        await until(lambda rings=rings: len(replica.rings) == rings)  # type: ignore[misc]
    await replica.alarm.close()


async def test_a_slow_wake_up_does_not_delay_the_next_and_ends_with_the_alarm(
    valkey: Valkey,
) -> None:
    cancelled = []

    class Slow(Replica):
        async def on_wake(self, minute: datetime) -> None:
            await super().on_wake(minute)
            try:
                await asyncio.Event().wait()
            finally:
                cancelled.append(minute)

    replica = Slow(valkey.url)
    await replica.alarm.start()
    minutes = []
    for _ in range(2):
        minutes.append(replica.minute_in(0.2))
        await replica.alarm.arm(minutes[-1])
        await until(lambda: replica.rings == minutes)
    await replica.alarm.close()
    assert sorted(cancelled) == minutes


async def test_two_that_run_by_mistake_miss_nothing(replica: Replica, other: Replica) -> None:
    await replica.alarm.start()
    await other.alarm.start()
    for _ in range(4):
        minute = replica.minute_in(0.3)
        await replica.alarm.arm(minute)
        await until(lambda minute=minute: minute in replica.rings + other.rings)  # type: ignore[misc]
    assert len(replica.rings + other.rings) <= 8
    last = replica.minute_in(0.3)
    await replica.alarm.arm(last)
    await until(lambda: last in replica.rings + other.rings)
    assert len(replica.rings + other.rings) <= 10


async def test_of_two_replicas_only_the_holder_of_the_lease_runs_and_no_minute_is_missed(
    replica: Replica, other: Replica, valkey: Valkey
) -> None:
    replicas = (replica, other)
    client = connect(valkey.url)
    needed: set[datetime] = set()
    most_running = 0

    def lease_of(alarm: Alarm) -> Lease:
        async def gained() -> None:
            await alarm.rebuild(needed)
            await alarm.start()

        return Lease(client, on_gained=gained, on_lost=alarm.stop, ttl=1.0, every=0.1)

    async def watch() -> None:
        nonlocal most_running
        while True:
            most_running = max(most_running, sum(each.alarm.is_running for each in replicas))
            await asyncio.sleep(0.002)

    async def ring_once() -> None:
        minute = replica.minute_in(0.3)
        needed.add(minute)
        await replica.alarm.arm(minute)
        await until(lambda: minute in replica.rings + other.rings)
        needed.remove(minute)

    watcher = asyncio.create_task(watch())
    leases = [lease_of(each.alarm) for each in replicas]
    for lease in leases:
        await lease.start()
    await ring_once()
    valkey.flush()
    await ring_once()
    valkey.stop()
    await until(lambda: not any(each.alarm.is_running for each in replicas))
    await valkey.start()
    await ring_once()
    holder = 0 if leases[0].is_held else 1
    await leases[holder].stop()
    await ring_once()
    await leases[1 - holder].stop()
    watcher.cancel()
    await client.aclose()
    assert most_running == 1
