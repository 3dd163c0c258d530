# ruff: noqa: T201 -- a benchmark talks to whoever runs it
"""A Taken press, end to end, beside the same writes by hand.

Run by ``make bench``, or alone: ``python -m tests.benchmarks.taken_press``.

2,000 doses of 200 families: in each, Mum has ten medicines at ten minutes, and two members have a
card of every one. Each dose is pressed once, by one of the two, all presses waiting at Telegram
when the clock starts. It stops when every press was answered with its toast, both copies of every
card were edited, and all of that is recorded: updates done, cards shown as wanted.

The goal is 0.6 of the presses a second that `by_hand` makes. Both run in turn, on fresh copies of
one database.

The same for both: one process, PostgreSQL as durable as it ships (fsync, synchronous commit), the
sandbox as Bot API in another process with no limits, PTB's Bot on our aiohttp transport, ten
database connections, at most 32 chats at a time, one chat in order; updates kept in one commit
before the next offset acknowledges them; per press one transaction behind forced row security that
checks the membership, resolves the dose once, logs, audits, bumps the cards' wanted version and
stores the answer with the update; cards rendered from what is read after that commit; outcomes
recorded a batch at a time. The tables and the phones end up alike, which each round checks.

Not the same: CareCircle looks up who an account is (once per account and process), routes through
PTB's handlers, speaks the reader's language, finds the cards to edit through the outbox (claimed
under a lease, so that edits survive a crash and replicas share them), and reads a card's receiver
with it. By hand none of that is there, and what fails stays undone.
"""

import asyncio
import random
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text

from bot.app.app import App, Wiring
from bot.embedded import EmbeddedServers, start_embedded
from bot.telegram_api.budget import Budget
from domain.clock import Clock
from domain.database.engine import make_engine
from domain.database.requests import as_dispatch
from domain.database.unit_of_work import Database
from migrations import runner
from tests.benchmarks.another_process import RemoteSandbox, Tap, remote_sandbox
from tests.benchmarks.by_hand import ByHand
from tests.benchmarks.households import Household, settle
from tests.databases import database_name, new_database, without_walls
from tests.factories import wake_up

FAMILIES = 200
MEDICINES = 10
ROUNDS = 3
PATIENCE_SECONDS = 120
GOAL = 0.6


@dataclass(frozen=True)
class Stage:
    """Where both play: servers, a Telegram, and the presses of one round."""

    servers: EmbeddedServers
    telegram: RemoteSandbox
    template: str  # the name of the database that each round starts from
    taps: Sequence[Tap]

    def wiring(self, database_url: str) -> Wiring:
        return Wiring(
            token=self.telegram.token,
            api_url=self.telegram.api_url,
            database_url=database_url,
            redis_url=self.servers.redis_url,
            budget=Budget.unlimited(),
        )


Contestant = Callable[[Stage, str], AbstractAsyncContextManager[Any]]


def carecircle(stage: Stage, database_url: str) -> AbstractAsyncContextManager[Any]:
    return App(stage.wiring(database_url))


def by_hand(stage: Stage, database_url: str) -> AbstractAsyncContextManager[Any]:
    return ByHand(
        token=stage.telegram.token, api_url=stage.telegram.api_url, database_url=database_url
    )


@asynccontextmanager
async def stage() -> AsyncIterator[Stage]:
    """Servers as a family would have them, and a database in which every dose is due."""
    with tempfile.TemporaryDirectory(prefix="carecircle-bench-") as folder:
        servers = await start_embedded(Path(folder) / "data", postgres=True, redis=True)
        try:
            async with remote_sandbox() as telegram, new_database(servers.database_url) as url:
                accounts = await telegram.add_people(2 * FAMILIES)
                await runner.upgrade(url, serving_url=url)
                await _settle(url, accounts)
                yield Stage(servers, telegram, database_name(url), _taps(accounts))
        finally:
            await servers.stop()


async def _settle(url: str, accounts: Sequence[int]) -> None:
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    due_at = [now - timedelta(minutes=2 + number) for number in range(MEDICINES)]
    database = Database(make_engine(url), clock=Clock(-timedelta(minutes=20)))
    try:
        pairs = zip(accounts[::2], accounts[1::2], strict=True)
        await settle(database, (Household(pair, 1, due_at) for pair in pairs))
        await wake_up(database, datetime.now(UTC))
    finally:
        await database.close()


def _taps(accounts: Sequence[int]) -> Sequence[Tap]:
    """Every dose once, by one of its family's two members, in no order."""
    taps = [
        Tap(accounts[2 * family + medicine % 2], f"Medicine {medicine} ", "Taken")
        for family in range(FAMILIES)
        for medicine in range(MEDICINES)
    ]
    random.Random(1).shuffle(taps)  # noqa: S311
    return taps


@dataclass(frozen=True)
class Round:
    """What one contestant made of it. The machine's other work blurs the first figure more."""

    presses_per_second: float
    cpu_milliseconds: float  # of the contestant's process, for each press

    def __str__(self) -> str:
        return f"{self.presses_per_second:6.0f} presses/s  {self.cpu_milliseconds:5.1f} ms CPU each"


async def play(stage: Stage, contestant: Contestant) -> Round:
    """One round, on a fresh copy of the database."""
    async with new_database(stage.servers.database_url, template=stage.template) as url:
        watching = Database(make_engine(url, pool_size=1), clock=Clock())
        try:
            async with App(stage.wiring(url)):
                await _until(watching, CARDS_ARE_SENT)
            async with contestant(stage, url):
                answered_before = await stage.telegram.count_messages("recorded by")
                cpu_before = time.process_time()
                began = await stage.telegram.tap(stage.taps)
                await _until(watching, ALL_IS_RECORDED)
                seconds = (datetime.now(UTC) - began).total_seconds()
                cpu_seconds = time.process_time() - cpu_before
        finally:
            await watching.close()
        await _check(stage, url, since=began, answered_before=answered_before)
    presses = len(stage.taps)
    return Round(presses / seconds, 1000 * cpu_seconds / presses)


CARDS_ARE_SENT = text("SELECT count(*) = 0 FROM notifications WHERE shown_version < wanted_version")
ALL_IS_RECORDED = text("""
    SELECT count(*) FILTER (WHERE wanted_version = 2 AND shown_version = 2) = :cards
           AND (SELECT count(*) FROM inbound_updates WHERE status = 'done') = :presses
    FROM notifications WHERE kind = 'slot_card'
""").bindparams(cards=2 * FAMILIES * MEDICINES, presses=FAMILIES * MEDICINES)


async def _until(database: Database, question: Any) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not await database.run(
            lambda scope: scope.connection.scalar(question), as_dispatch()
        ):
            await asyncio.sleep(0.1)


async def _check(stage: Stage, url: str, *, since: datetime, answered_before: int) -> None:
    """The tables and the phones are as they should be, whoever played."""
    presses, cards = len(stage.taps), 2 * len(stage.taps)
    answers = await stage.telegram.calls("answerCallbackQuery", since=since)
    edits = await stage.telegram.calls("editMessageText", since=since)
    assert (len(answers), len(edits)) == (presses, cards)
    assert await stage.telegram.count_messages("recorded by") == answered_before + cards
    async with without_walls(url) as connection:
        counted = await connection.execute(
            text("""
                SELECT (SELECT count(*) FROM doses WHERE status = 'taken'),
                       (SELECT count(DISTINCT dose_id) FROM medication_logs),
                       (SELECT count(*) FROM audit_events WHERE action = 'dose.taken'),
                       (SELECT count(*) FROM medications WHERE last_logged_at IS NOT NULL)
            """)
        )
        assert counted.one() == (presses, presses, presses, presses)


async def main() -> None:
    rounds: dict[str, list[Round]] = {"CareCircle": [], "by hand": []}
    async with stage() as prepared:
        for number in range(1, ROUNDS + 1):
            for name, contestant in (("CareCircle", carecircle), ("by hand", by_hand)):
                rounds[name].append(await play(prepared, contestant))
                print(f"round {number}  {name:10} {rounds[name][-1]}", flush=True)
    pairs = list(zip(rounds["CareCircle"], rounds["by hand"], strict=True))
    ratio = statistics.median(
        ours.presses_per_second / theirs.presses_per_second for ours, theirs in pairs
    )
    cpu_ratio = statistics.median(
        theirs.cpu_milliseconds / ours.cpu_milliseconds for ours, theirs in pairs
    )
    print(f"ratio {ratio:.2f} (≥ {GOAL}), by CPU of the process {cpu_ratio:.2f}; medians of rounds")


if __name__ == "__main__":
    asyncio.run(main())
