# ruff: noqa: T201 -- it is there to be read
"""Races of Taken against the ladder: ``python -m tests.soak.races`` runs 10,000 of them."""

import argparse
import asyncio
import random
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, text

from domain.clock import Clock
from domain.database.engine import make_engine
from domain.database.requests import as_dispatch, as_family
from domain.database.scope import Scope
from domain.database.unit_of_work import Database
from domain.medicines.records.recording import record_doses
from domain.medicines.schedules.kinds import WallClock
from domain.models import Dose
from domain.models.medicines import DoseStatus
from domain.reminders import due as reminders
from migrations import runner
from tests import factories
from tests.databases import clock_at, move_to, new_database, without_walls
from tests.factories import Account
from tests.invariants import find_violations
from tests.servers import running_servers
from tests.soak.running import BEGINS_AT

PEOPLE, MEDICINES = 10, 5  # whose doses of a minute share a card
RACERS = PEOPLE * MEDICINES
EVERY = timedelta(hours=2)
#: Minutes after a dose is due at which something happens to it by itself.
STEPS = (0, 10, 20, 30, 120)
WAKE_UPS = 2  # at once, as two replicas do it


@dataclass
class Outcome:
    """How many doses were pressed, and how many records there are; the doses by their state in the
    end; how many steps the ladder took.
    """

    presses: int = 0
    recorded: int = 0
    steps: int = 0
    doses: Counter[str] = field(default_factory=Counter)


async def race(database: Database, *, seed: int, rounds: int) -> Outcome:
    """In each round everybody's dose is pressed at one of the minutes at which its ladder acts."""
    chance = random.Random(seed)  # noqa: S311
    anna = await factories.user(database)
    family = await factories.family(database, anna)
    first = database.clock.now().replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    times = tuple(sorted((first + n * EVERY).time() for n in range(12)))
    schedule = WallClock(times, first.date())
    for number in range(PEOPLE):
        person = await factories.person(database, anna, f"Person {number}", zone="UTC")
        for name in range(MEDICINES):
            await factories.medicine(
                database, anna, person, name=f"Medicine {name}", schedule=schedule
            )
    outcome = Outcome()
    for number in range(rounds):
        due_at = first + number * EVERY
        await factories.expand(database)
        doses = await _doses_at(database, family.id, due_at)
        pressed = {dose_id: chance.choice(STEPS) for dose_id in doses}
        for step in STEPS:
            move_to(database.clock, due_at + timedelta(minutes=step))
            now = [dose_id for dose_id, at in pressed.items() if at == step]
            chance.shuffle(now)
            presses = [_press(database, anna, dose_id) for dose_id in now]
            wake_ups = [_wake_up(database) for _ in range(WAKE_UPS)]
            moved = await asyncio.gather(*presses[::2], *wake_ups, *presses[1::2])
            outcome.presses += len(presses)
            outcome.steps += sum(moved)
            for _ in range(PEOPLE):  # a few go out to anybody at once
                await factories.deliver(database)
    async with without_walls(str(database.engine.url.render_as_string(hide_password=False))) as it:
        counted = await it.execute(
            text("SELECT status, count(*) FROM doses WHERE due_at < :until GROUP BY 1"),
            {"until": first + rounds * EVERY},
        )
        outcome.doses.update({row[0]: row[1] for row in counted})
        outcome.recorded = await it.scalar(text("SELECT count(*) FROM medication_logs"))
    return outcome


async def _doses_at(database: Database, family_id: UUID, due_at: datetime) -> Sequence[UUID]:
    async def find(scope: Scope) -> Sequence[UUID]:
        rows = await scope.rows(select(Dose.id).where(Dose.due_at == due_at).order_by(Dose.id))
        return [row.id for row in rows]

    return await database.run(find, as_family(family_id))


async def _press(database: Database, who: Account, dose_id: UUID) -> int:
    await factories.acting(
        database, who, lambda scope: record_doses(scope, [dose_id], status=DoseStatus.TAKEN)
    )
    return 0


async def _wake_up(database: Database) -> int:
    """In small batches, so that many transactions meet."""
    steps = 0
    while moved := await database.run(
        lambda scope: reminders.act_on_due(scope, limit=5), as_dispatch()
    ):
        steps += moved
    return steps


async def main(arguments: argparse.Namespace) -> int:
    async with running_servers() as servers, new_database(servers.database_url) as url:
        await runner.upgrade(url, serving_url=url)
        clock: Clock = clock_at(BEGINS_AT)
        database = Database(make_engine(url), clock=clock)
        began = time.monotonic()
        try:
            outcome = await race(
                database, seed=arguments.seed, rounds=-(-arguments.races // RACERS)
            )
            violations = await find_violations(url, clock)
        finally:
            await database.close()
    print(
        f"{outcome.presses:,} presses, {outcome.recorded:,} records, {outcome.steps:,} steps of the"
        f" ladder, {len(violations)} violations in {time.monotonic() - began:.0f} s;"
        f" doses: {dict(outcome.doses)}"
    )
    return 1 if violations or outcome.recorded != outcome.presses else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--races", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    sys.exit(asyncio.run(main(parser.parse_args())))
