# ruff: noqa: T201 -- a benchmark talks to whoever runs it
"""Lists of medicines and appointments: ``python -m tests.benchmarks.lists [FAMILIES]``.

The list from the cache and from PostgreSQL, beside the same SELECT by hand on raw asyncpg; how long
`/meds`, `/today` and `/appts` take in a family among 1,000 and among FAMILIES (100,000 by default,
with ten medicines and a weekly appointment each; goal: p99 of `/today` at most 1.5 times that among
1,000), and how fast schedules are expanded.
"""

import asyncio
import random
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import asyncpg

from bot.embedded import EmbeddedServers, start_embedded
from bot.redis.client import connect
from bot.redis.medications_cache import MedicationsCache
from domain.appointments.occurrences.lists import list_day, list_upcoming
from domain.clock import Clock
from domain.database.engine import make_engine
from domain.database.requests import as_newcomer, as_user
from domain.database.scope import Scope
from domain.database.unit_of_work import Database
from domain.family.users import Arrival, arrive
from domain.medicines.doses import today
from domain.medicines.events import MedicinesListed
from domain.medicines.expansion import horizon
from domain.medicines.reading import list_medicines
from migrations import runner
from tests import factories
from tests.benchmarks.generator import MEDICINES, make_families
from tests.databases import new_database, recorded_statements

FEW = 1_000
MANY = 100_000
SAMPLES = 2_000
REPEATS = 1_500
AT_ONCE = 500  # families, as bot.scheduling.wake_ups takes them

Looked = Callable[[Scope], Awaitable[object]]


async def main(many: int = MANY) -> None:
    with tempfile.TemporaryDirectory() as folder:
        servers = await start_embedded(Path(folder), postgres=True, redis=True, durable=False)
        try:
            async with new_database(servers.database_url) as url:
                await runner.upgrade(url, serving_url=url)
                await _measure(servers, url, many)
        finally:
            await servers.stop()


async def _measure(servers: EmbeddedServers, url: str, many: int) -> None:
    await make_families(url, first=1, last=FEW)
    database = Database(make_engine(url), clock=Clock())
    try:
        await _measure_one_list(servers, url, database)
        few = await _measure_screens(database, FEW)
        began = time.monotonic()
        await make_families(url, first=FEW + 1, last=many)
        seconds = time.monotonic() - began
        print(f"{many:,} families, {many * MEDICINES:,} medications made in {seconds:.0f} s")
        lots = await _measure_screens(database, many)
        for name in few:
            print(
                f"{name}: p99 among {many:,} is {lots[name] / few[name]:.2f} × that among {FEW:,}"
            )
        await _measure_expansion(database)
    finally:
        await database.close()


async def _person(database: Database, number: int) -> UUID:
    arrival = Arrival(number, f"Person {number}", language_code=None, is_private=True)
    return await database.run(lambda scope: arrive(scope, arrival), as_newcomer(number))


async def _in_family(database: Database, user_id: UUID, work: Looked) -> None:
    async def inside(scope: Scope) -> None:
        await scope.enter_family()
        await work(scope)

    await database.run(inside, as_user(user_id))


async def _measure_one_list(servers: EmbeddedServers, url: str, database: Database) -> None:
    """The list of one family: cached, uncached, and by hand."""
    user_id = await _person(database, 1)
    statements: list[str] = []

    async def look(scope: Scope) -> None:
        with recorded_statements(database.engine) as recorded:
            listed = await list_medicines(scope)
        statements.append(recorded[0])
        events.append(MedicinesListed(scope.family_id or user_id, 1, listed))

    events: list[MedicinesListed] = []
    await _in_family(database, user_id, look)
    redis = connect(servers.redis_url)
    cache = MedicationsCache(redis)
    cache.on_event(events[0])
    await cache.close()
    family_id = events[0].family_id
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))

    async def by_hand() -> None:
        async with connection.transaction():
            await connection.execute(
                "SELECT set_config('role', 'carecircle_app', true),"
                f" set_config('app.family_id', '{family_id}', true)"
            )
            await connection.fetch(statements[0], family_id, "stopped")

    async def uncached() -> None:
        await database.run(_as_member(family_id, user_id), as_user(user_id))

    async def cached() -> None:
        assert await cache.get(family_id) is not None

    try:
        floor = await _per_second(by_hand)
        for name, work in (("uncached", uncached), ("cached", cached)):
            rate = await _per_second(work)
            print(
                f"the list of {MEDICINES}, {name}: {rate:,.0f}/s,"
                f" {rate / floor:.2f} of raw asyncpg ({floor:,.0f}/s)"
            )
    finally:
        await connection.close()
        await redis.aclose()


def _as_member(family_id: UUID, user_id: UUID) -> Callable[[Scope], Awaitable[None]]:
    async def work(scope: Scope) -> None:
        await scope.enter_family(family_id)
        await list_medicines(scope)

    return work


async def _per_second(work: Callable[[], Awaitable[None]]) -> float:
    for _ in range(REPEATS // 10):
        await work()
    began = time.monotonic()
    for _ in range(REPEATS):
        await work()
    return REPEATS / (time.monotonic() - began)


async def _today(scope: Scope) -> None:
    people = await today.list_today(scope)
    now = scope.clock.now()
    days = {entry.person.id: now.astimezone(entry.person.zone).date() for entry in people}
    await list_day(scope, days)


async def _measure_screens(database: Database, families: int) -> dict[str, float]:
    """The p99 (seconds) of each screen, in families drawn at random."""
    chance = random.Random(families)  # noqa: S311 -- the same draw each time
    people = [await _person(database, chance.randint(1, families)) for _ in range(SAMPLES)]
    found = {}
    screens: tuple[tuple[str, Looked], ...] = (
        ("/today", _today),
        ("/meds", list_medicines),
        ("/appts", list_upcoming),
    )
    for name, look in screens:
        for user_id in people[:50]:
            await _in_family(database, user_id, look)
        durations = []
        for user_id in people:
            began = time.monotonic()
            await _in_family(database, user_id, look)
            durations.append(time.monotonic() - began)
        durations.sort()
        found[name] = durations[round(0.99 * SAMPLES) - 1]
        print(
            f"{name} among {families:,} families: {durations[SAMPLES // 2] * 1000:.1f} ms (p50),"
            f" {found[name] * 1000:.1f} ms (p99)"
        )
    return found


async def _measure_expansion(database: Database) -> None:
    """Two days later: the next 36 hours of every medicine are to be made."""
    database.clock.advance(timedelta(days=2))
    before = database.clock.now() + timedelta(hours=24)
    began, expanded = time.monotonic(), 0
    while done := await factories.do_chore(
        database,
        lambda scope: horizon.find_due(scope, before=before, limit=AT_ONCE),
        lambda scope, ids: horizon.expand(scope, ids, before=before),
    ):
        expanded += done
    seconds = time.monotonic() - began
    print(
        f"{expanded:,} medications expanded in {seconds:.0f} s:"
        f" {expanded / seconds:,.0f}/s in one process"
    )


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else MANY))
