"""Who is told of what is late, when, how often; and when the heartbeat is sent."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
from redis.asyncio import Redis
from sqlalchemy import text

from bot.ops.heartbeat import Heartbeat
from bot.ops.metrics import BREACHES
from bot.redis import keys
from bot.redis.alarm_log import AlarmLog
from bot.redis.client import connect
from bot.scheduling.auditor import Auditor, Breaches
from domain.clock import Clock
from domain.database.engine import make_engine
from domain.database.requests import as_dispatch
from domain.database.unit_of_work import Database
from domain.reminders.auditor import Watched
from tests import factories
from tests.databases import as_owner, move_to
from tests.monitor import SECRET, Monitor, running_monitor
from tests.waiting import until

EIGHT = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
LATE = EIGHT + timedelta(minutes=3)
NOWHERE = "redis://127.0.0.1:1/0"


@dataclass
class Operator:
    """Keeps what was told; an empty message is that all is well."""

    heard: list[Mapping[Watched, int]] = field(default_factory=list)
    is_reachable: bool = True

    async def tell(self, late: Breaches) -> bool:
        if self.is_reachable:
            self.heard.append({watched: breach.count for watched, breach in late.items()})
        return self.is_reachable


@pytest_asyncio.fixture
async def monitor() -> AsyncIterator[Monitor]:
    async with running_monitor() as monitor:
        yield monitor


@pytest_asyncio.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    async with connect(redis_url) as client:
        yield client


@pytest.fixture
def operator() -> Operator:
    return Operator()


@pytest.fixture
def auditor(database: Database, redis: Redis, operator: Operator, monitor: Monitor) -> Auditor:
    return auditing(database, redis, operator, monitor)


def auditing(database: Database, redis: Redis, operator: Operator, monitor: Monitor) -> Auditor:
    return Auditor(
        database,
        AlarmLog(redis),
        is_on_duty=lambda: True,
        tell=operator.tell,
        heartbeat=Heartbeat(monitor.url),
    )


@pytest_asyncio.fixture(autouse=True)
async def a_dose_at_eight(database: Database) -> None:
    anna = await factories.user(database)
    await factories.family(database, anna)
    await factories.medicine(database, anna, await factories.person(database, anna))


async def catch_up(database: Database) -> None:
    await factories.wake_up(database)
    await factories.deliver(database)
    edited = text("UPDATE notifications SET shown_version = wanted_version")
    await database.run(lambda scope: scope.execute(edited), as_dispatch())


def gauge(watched: Watched) -> float | None:
    """What the metric says; None: nothing."""
    for metric in BREACHES.collect():
        for sample in metric.samples:
            if sample.labels == {"rule": watched}:
                return sample.value
    return None


async def test_the_operator_hears_once_of_what_is_late_twice_in_a_row_and_hears_the_end(
    database: Database,
    auditor: Auditor,
    operator: Operator,
    monitor: Monitor,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await auditor.audit()
    assert (operator.heard, monitor.pings, gauge(Watched.DOSE_TIMER)) == ([], 1, 0)
    move_to(database.clock, LATE)
    await auditor.audit()
    assert (operator.heard, monitor.pings, gauge(Watched.DOSE_TIMER)) == ([], 1, 1)
    for _ in range(5):
        await auditor.audit()
        database.clock.advance(timedelta(minutes=1))
    assert operator.heard == [{Watched.DOSE_TIMER: 1}]
    assert monitor.pings == 1
    assert caplog.text.count("late: rule=dose_timer count=1 since=2026-11-23 08:00") == 1
    await catch_up(database)
    await auditor.audit()
    assert (operator.heard[1:], monitor.pings, gauge(Watched.DOSE_TIMER)) == ([], 2, 0)
    for _ in range(3):
        await auditor.audit()
    assert operator.heard == [{Watched.DOSE_TIMER: 1}, {}]
    assert monitor.pings == 5


async def test_what_is_late_once_alarms_nobody(
    database: Database, auditor: Auditor, operator: Operator
) -> None:
    for minutes in (3, 20, 40):
        move_to(database.clock, EIGHT + timedelta(minutes=minutes))
        await auditor.audit()
        assert gauge(Watched.DOSE_TIMER) == 1
        await catch_up(database)
        await auditor.audit()
    assert operator.heard == []


async def test_the_operator_hears_again_after_an_hour_but_not_of_what_comes_and_goes(
    database: Database, auditor: Auditor, operator: Operator
) -> None:
    move_to(database.clock, LATE)
    for _ in range(2):
        await auditor.audit()
    await catch_up(database)
    for _ in range(2):
        await auditor.audit()
    assert operator.heard == [{Watched.DOSE_TIMER: 1}, {}]
    # Late once more within the hour: heard when it's over, if it still is.
    move_to(database.clock, EIGHT + timedelta(minutes=20))
    for _ in range(3):
        await auditor.audit()
    assert len(operator.heard) == 2
    move_to(database.clock, LATE + timedelta(minutes=61))
    await auditor.audit()
    assert operator.heard[2:] == [{Watched.DOSE_TIMER: 1}]
    await auditor.audit()
    assert len(operator.heard) == 3
    move_to(database.clock, LATE + timedelta(minutes=122))
    await auditor.audit()
    assert operator.heard[3:] == [{Watched.DOSE_TIMER: 1}]


async def test_another_rule_is_told_at_once(
    database: Database, auditor: Auditor, operator: Operator
) -> None:
    move_to(database.clock, LATE)
    for _ in range(2):
        await auditor.audit()
    await factories.wake_up(database)  # and nobody delivers
    for _ in range(3):
        await auditor.audit()
    assert operator.heard == [{Watched.DOSE_TIMER: 1}, {Watched.MESSAGE: 1}]
    await factories.deliver(database)
    for _ in range(2):
        await auditor.audit()
    assert operator.heard[2:] == [{}]


async def test_who_audits_next_knows_what_was_told(
    database: Database, redis: Redis, auditor: Auditor, operator: Operator, monitor: Monitor
) -> None:
    move_to(database.clock, LATE)
    for _ in range(2):
        await auditor.audit()
    second = auditing(database, redis, operator, monitor)
    for _ in range(3):
        await second.audit()
    assert operator.heard == [{Watched.DOSE_TIMER: 1}]
    assert 0 < await redis.ttl(keys.AUDITOR_TOLD) <= keys.AUDITOR_TOLD_TTL
    await catch_up(database)
    third = auditing(database, redis, operator, monitor)
    for each in (third, third, auditor, auditor):
        await each.audit()
    assert operator.heard == [{Watched.DOSE_TIMER: 1}, {}]


@pytest.mark.parametrize("stored", ["", "{", "[]", '{"dose_timer": 1}', '{"dose_timer": {}}'])
async def test_what_cannot_be_read_of_earlier_alarms_silences_none(
    database: Database, redis: Redis, auditor: Auditor, operator: Operator, stored: str
) -> None:
    await redis.set(keys.AUDITOR_TOLD, stored)
    move_to(database.clock, LATE)
    for _ in range(3):
        await auditor.audit()
    assert operator.heard == [{Watched.DOSE_TIMER: 1}]


async def test_without_redis_the_operator_hears_once_all_the_same(
    database: Database, operator: Operator, monitor: Monitor
) -> None:
    async with connect(NOWHERE) as away:
        auditor = auditing(database, away, operator, monitor)
        move_to(database.clock, LATE)
        for _ in range(4):
            await auditor.audit()
        await catch_up(database)
        for _ in range(3):
            await auditor.audit()
    assert operator.heard == [{Watched.DOSE_TIMER: 1}, {}]


async def test_what_could_not_be_said_is_said_at_the_next_audit(
    database: Database, auditor: Auditor, operator: Operator
) -> None:
    operator.is_reachable = False
    move_to(database.clock, LATE)
    for _ in range(3):
        await auditor.audit()
    operator.is_reachable = True
    await auditor.audit()
    assert operator.heard == [{Watched.DOSE_TIMER: 1}]
    await catch_up(database)
    operator.is_reachable = False
    for _ in range(3):
        await auditor.audit()
    operator.is_reachable = True
    await auditor.audit()
    assert operator.heard == [{Watched.DOSE_TIMER: 1}, {}]


async def test_a_query_that_fails_hides_no_other(
    database: Database,
    database_url: str,
    auditor: Auditor,
    operator: Operator,
    monitor: Monitor,
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with as_owner(database_url) as connection:
        await connection.execute(text("REVOKE SELECT ON inbound_updates FROM carecircle_dispatch"))
        await connection.commit()
    await auditor.audit()
    assert monitor.pings == 0
    assert "audit query failed: rule=update ProgrammingError" in caplog.text
    move_to(database.clock, LATE)
    for _ in range(2):
        await auditor.audit()
    assert operator.heard == [{Watched.AUDIT: 1}, {Watched.DOSE_TIMER: 1}]


async def test_a_database_that_cannot_be_asked_is_an_alarm(
    redis: Redis, clock: Clock, operator: Operator, monitor: Monitor
) -> None:
    nowhere = Database(
        make_engine("postgresql+asyncpg://anna:s3cret@127.0.0.1:1/care"), clock=clock
    )
    auditor = auditing(nowhere, redis, operator, monitor)
    for _ in range(3):
        await auditor.audit()
    [heard] = operator.heard
    assert set(heard) == {Watched.AUDIT}
    assert monitor.pings == 0
    await nowhere.close()


async def test_only_one_replica_audits(
    database: Database, redis: Redis, operator: Operator, monitor: Monitor
) -> None:
    duties: Sequence[bool] = [True]
    auditor = Auditor(
        database,
        AlarmLog(redis),
        is_on_duty=lambda: duties[-1],
        tell=operator.tell,
        heartbeat=Heartbeat(monitor.url),
    )
    auditor.look()
    await until(lambda: monitor.pings == 1)
    await auditor._running.finish()
    assert gauge(Watched.MESSAGE) == 0
    duties = [False]
    auditor.look()
    assert not auditor._running.are_running
    assert gauge(Watched.MESSAGE) is None
    await auditor.close()


async def test_a_monitor_that_is_away_does_no_harm_and_is_logged_once_and_without_its_address(
    monitor: Monitor, caplog: pytest.LogCaptureFixture
) -> None:
    heartbeat = Heartbeat(monitor.url)
    monitor.status = 500
    for _ in range(3):
        await heartbeat.ping()
    monitor.status = 200
    for _ in range(2):
        await heartbeat.ping()
    nobody = Heartbeat(f"http://127.0.0.1:1/{SECRET}")
    for _ in range(2):
        await nobody.ping()
    assert [record.getMessage() for record in caplog.records] == [
        "heartbeat failed: HTTP 500",
        "heartbeat recovered",
        "heartbeat failed: ClientConnectorError",
    ]
    assert SECRET not in caplog.text


async def test_a_monitor_that_hangs_holds_up_no_sweep(
    database: Database, auditor: Auditor, monitor: Monitor
) -> None:
    monitor.hangs = True
    auditor.look()
    await until(lambda: monitor.pings == 1)
    for _ in range(3):
        auditor.look()  # the last one hasn't ended: nothing piles up
    assert len(auditor._running) == 1
    await auditor.close()
    assert monitor.pings == 1
