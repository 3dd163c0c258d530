"""A whole long run: families settle in, a day goes by, and everything is accounted for."""

import math
import random
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.embedded import EmbeddedServers
from domain.clock import Clock
from domain.database.engine import make_engine
from domain.database.unit_of_work import Database
from tests.databases import clock_at
from tests.soak.checking import Account, check
from tests.soak.day import Day
from tests.soak.faults import Site
from tests.soak.households import Family, settle
from tests.soak.people import People
from tests.soak.record import ServerRecord
from tests.soak.replicas import Replica
from tests.town import Town, founded_town
from tests.valkey import running_valkey

BEGINS_AT = datetime(2026, 11, 23, 3, 30, tzinfo=UTC)
REPLICAS = 2
_WINDOW = timedelta(hours=2)


@dataclass(frozen=True)
class Outcome:
    """What a run has shown, and how long its parts took, in seconds."""

    account: Account
    struck: Mapping[str, int]
    answers: Mapping[str, int]
    calls: Mapping[str, int]
    refused: Mapping[str, int]
    slow_minutes: int
    ended_by_itself: int
    settling_seconds: float
    day_seconds: float


async def run(
    servers: EmbeddedServers,
    database_url: str,
    *,
    seed: int,
    families: int,
    lasts: timedelta,
    in_the_midst: bool = False,
    seconds: float = math.inf,
    is_shown: bool = False,
) -> Outcome:
    """A run on an empty, migrated database, which ends after so many *seconds* of ours at the
    latest. Faults strike at any moment, or always *in the midst* of what the bots do. *servers* are
    stopped and started on the way.
    """
    began = time.monotonic()
    clock = clock_at(BEGINS_AT)
    with tempfile.TemporaryDirectory(prefix="carecircle-soak-") as folder:
        async with (
            running_valkey() as valkey,
            founded_town(database_url=database_url, redis_url=valkey.url, clock=clock) as town,
        ):
            settled = await _settle(town, clock, count=families)
            people = People(town, {family.care_recipient_id: family for family in settled}, seed)
            replicas = [Replica(town.wiring, Path(folder), f"bot {n}") for n in range(REPLICAS)]
            chance = random.Random(seed)  # noqa: S311
            record = ServerRecord(town)
            day = Day(Site(town, servers, valkey, replicas, chance), people, record, in_the_midst)
            settling_seconds = time.monotonic() - began
            began = time.monotonic()
            try:
                for replica in replicas:
                    await replica.start()
                for replica in replicas:
                    await replica.runs()
                since = town.minute(ahead=1)
                await day.go(since + lasts, seconds=seconds, is_shown=is_shown)
                until = town.clock.now()
                await day.tail(until + _WINDOW + timedelta(minutes=5))
            finally:
                for replica in replicas:
                    await replica.kill()
            day_seconds = time.monotonic() - began
            account = await check(town, record, people, since=since, until=until)
            return Outcome(
                account=account,
                struck=day.struck,
                answers={str(answer): count for answer, count in people.answers.items()},
                calls=record.calls,
                refused=record.refused,
                slow_minutes=day.slow_minutes,
                ended_by_itself=sum(replica.failures for replica in replicas),
                settling_seconds=settling_seconds,
                day_seconds=day_seconds,
            )


async def _settle(town: Town, clock: Clock, *, count: int) -> Sequence[Family]:
    database = Database(make_engine(town.wiring.database_url), clock=clock)
    try:
        return await settle(town, database, count=count)
    finally:
        await database.close()
