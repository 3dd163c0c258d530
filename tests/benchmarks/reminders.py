# ruff: noqa: T201 -- a benchmark talks to whoever runs it
"""Reminders, from their minute to the phone: ``python -m tests.benchmarks.reminders``.

How late 25 cards of one minute are with Telegram's limits in force (goal: p99 ≤ 1 s after the due
second), and how fast 10,000 doses of one minute are claimed and their cards sent with the limits
lifted (goals: 15,000/s and 2,000/s). The same with the ladder in it: of 10,000 steps of one minute
a quarter asks for the first time, half asks again, and a quarter tells the others. Then for a
minute with Telegram's limits, while people press: 97 % of the bulk's share, and an answer within a
second. The sandbox is in another process; times are those at which it was called, on the same
machine's clock.
"""

import asyncio
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import uvloop
from sqlalchemy import text

from bot.app.app import App, Wiring
from bot.embedded import EmbeddedServers, start_embedded
from bot.scheduling.wake_ups import BATCH, BATCHES_AT_ONCE
from bot.telegram_api.budget import Budget
from domain.clock import Clock
from domain.database.engine import make_engine
from domain.database.requests import as_dispatch
from domain.database.unit_of_work import Database
from domain.reminders import due as reminders
from migrations import runner
from tests.benchmarks.another_process import RemoteSandbox, Tap, remote_sandbox
from tests.benchmarks.cards_by_hand import send_all as send_by_hand
from tests.benchmarks.households import Household, settle
from tests.databases import database_name, new_database

CARDS_IN_A_MINUTE = 25
MINUTES = 3
FAMILIES = 500
PEOPLE = 20  # each with one dose: 10,000 in all, and a card for each
RUNGS = (10, 20, 30)  # minutes ago, of three quarters of them, when the ladder is measured
SECONDS = 60


async def measure_lateness(servers: EmbeddedServers, telegram: RemoteSandbox) -> None:
    """25 families, one card each, at three full minutes to come."""
    async with new_database(servers.database_url) as url:
        await runner.upgrade(url, serving_url=url)
        now = datetime.now(UTC)
        first = now.replace(second=0, microsecond=0) + timedelta(minutes=2)
        due_at = [first + timedelta(minutes=number) for number in range(MINUTES)]
        accounts = await telegram.add_people(CARDS_IN_A_MINUTE)
        async with _opened(url, Clock()) as database:
            await settle(database, (Household((account,), 1, due_at) for account in accounts))
        async with App(_wiring(servers, telegram, url, Budget())):
            await asyncio.sleep((due_at[-1] - datetime.now(UTC)).total_seconds() + 5)
        sent_at = sorted(await telegram.calls("sendMessage", since=now))
    lateness = sorted((at - at.replace(second=0, microsecond=0)).total_seconds() for at in sent_at)
    assert len(lateness) == CARDS_IN_A_MINUTE * MINUTES
    p99 = lateness[round(0.99 * len(lateness)) - 1]
    print(
        f"{CARDS_IN_A_MINUTE} cards in a minute: late by {statistics.median(lateness):.2f} s (p50),"
        f" {p99:.2f} s (p99, ≤ 1), {lateness[-1]:.2f} s at most"
    )


async def measure_many(servers: EmbeddedServers, telegram: RemoteSandbox) -> None:
    """10,000 doses of one minute: first claimed, then sent by the bot; and the same cards sent by
    hand.
    """
    async with new_database(servers.database_url) as url:
        await runner.upgrade(url, serving_url=url)
        now = datetime.now(UTC).replace(second=0, microsecond=0)
        accounts = await telegram.add_people(FAMILIES)
        async with _opened(url, Clock(-timedelta(minutes=20))) as database:
            households = (Household((account,), PEOPLE, [now]) for account in accounts)
            await settle(database, households)
        async with _opened(url, Clock()) as database:
            began = time.monotonic()
            claimed = await _claim_all(database)
            seconds = time.monotonic() - began
            print(f"{claimed:,} doses claimed: {claimed / seconds:,.0f}/s (≥ 15,000)")
        async with new_database(servers.database_url, template=database_name(url)) as other_url:
            began = time.monotonic()
            await send_by_hand(
                token=telegram.token, api_url=telegram.api_url, database_url=other_url
            )
            by_hand = claimed / (time.monotonic() - began)
        async with (
            _opened(url, Clock()) as database,
            App(_wiring(servers, telegram, url, Budget.unlimited())),
        ):
            began = time.monotonic()
            while await _count_open(database):
                await asyncio.sleep(0.2)
            seconds = time.monotonic() - began
        print(
            f"{claimed:,} cards sent and recorded: {claimed / seconds:,.0f}/s (≥ 2,000);"
            f" by hand {by_hand:,.0f}/s"
        )


async def measure_ladder(servers: EmbeddedServers, telegram: RemoteSandbox) -> None:
    """10,000 steps of one minute, on all rungs: claimed in a loop, sent for a minute with limits
    while somebody presses every two seconds, and then without limits.
    """
    async with (
        _on_all_rungs(servers, telegram) as (url, accounts),
        _opened(url, Clock()) as database,
    ):
        began = time.monotonic()
        claimed = await _claim_all(database)
        seconds = time.monotonic() - began
        print(f"{claimed:,} steps of the ladder claimed: {claimed / seconds:,.0f}/s (≥ 15,000)")
        budget = Budget()
        async with App(_wiring(servers, telegram, url, budget)):
            await _measure_within(budget, telegram, accounts)
        at = datetime.now(UTC)
        async with App(_wiring(servers, telegram, url, Budget.unlimited())):
            began = time.monotonic()
            while await _count_open(database):
                await asyncio.sleep(0.2)
            seconds = time.monotonic() - began
        sent = len(await telegram.calls("sendMessage", since=at))
        edited = len(await telegram.calls("editMessageText", since=at))
        each = (sent + edited) / seconds
        print(f"without limits {sent:,} cards sent, {edited:,} edited: {each:,.0f}/s (≥ 2,000)")


async def _measure_within(budget: Budget, telegram: RemoteSandbox, accounts: Sequence[int]) -> None:
    await asyncio.sleep(5)  # until it is under way
    at, waited = datetime.now(UTC), list[float]()
    for number in range(min(SECONDS // 2, len(accounts))):
        tapped_at = await telegram.tap([Tap(accounts[number], "Mum 0", "Taken")])
        await asyncio.sleep(max(0, 2 * (number + 1) - _seconds_since(at)))
        answered = await telegram.calls("answerCallbackQuery", since=tapped_at)
        waited.append((min(answered, default=datetime.now(UTC)) - tapped_at).total_seconds())
    seconds = _seconds_since(at)
    bulk = len(await telegram.calls("sendMessage", since=at))
    bulk += len(await telegram.calls("editMessageText", since=at))
    used = bulk / seconds / budget.bulk_per_second
    print(
        f"with limits {used:.1%} of the bulk's share (≥ 97 %),"
        f" slowest of {len(waited)} presses {max(waited):.2f} s (≤ 1)"
    )


@asynccontextmanager
async def _on_all_rungs(
    servers: EmbeddedServers, telegram: RemoteSandbox
) -> AsyncIterator[tuple[str, Sequence[int]]]:
    """A database in which a quarter of 10,000 doses is due now, and the others were 10, 20 and 30
    minutes ago, asked for as often; and the Telegram ids of those who were asked thrice.
    """
    async with new_database(servers.database_url) as url:
        await runner.upgrade(url, serving_url=url)
        now = datetime.now(UTC).replace(second=0, microsecond=0)
        clock = Clock(-timedelta(minutes=50))
        each = FAMILIES // (1 + len(RUNGS))
        thrice: Sequence[int] = ()
        async with _opened(url, clock) as database:
            for ago in (0, *RUNGS):
                accounts = await telegram.add_people(2 * each)
                thrice = asked = accounts[:each]
                due_at = [now - timedelta(minutes=ago)]
                viewers = accounts[each:]
                await settle(
                    database,
                    (
                        Household((account,), PEOPLE, due_at, (viewer,))
                        for account, viewer in zip(asked, viewers, strict=True)
                    ),
                )
            for ago in reversed(RUNGS):
                clock.offset = now - timedelta(minutes=ago) - datetime.now(UTC)
                async with App(_wiring(servers, telegram, url, Budget.unlimited(), clock)):
                    while await _count_open(database) or await _count_due(database):
                        await asyncio.sleep(0.2)
        yield url, thrice


def _seconds_since(at: datetime) -> float:
    return (datetime.now(UTC) - at).total_seconds()


async def _count_due(database: Database) -> int:
    due = text("SELECT count(*) FROM doses WHERE next_action_at <= clock_now()")
    count: int = await database.run(lambda scope: scope.connection.scalar(due), as_dispatch())
    return count


async def _claim_all(database: Database) -> int:
    """As a wake-up does it."""

    async def claim() -> int:
        claimed = 0
        while batch := await database.run(
            lambda scope: reminders.act_on_due(scope, limit=BATCH), as_dispatch()
        ):
            claimed += batch
        return claimed

    return sum(await asyncio.gather(*(claim() for _ in range(BATCHES_AT_ONCE))))


async def _count_open(database: Database) -> int:
    open_ = text("SELECT count(*) FROM notifications WHERE shown_version < wanted_version")
    count: int = await database.run(lambda scope: scope.connection.scalar(open_), as_dispatch())
    return count


@asynccontextmanager
async def _opened(url: str, clock: Clock) -> AsyncIterator[Database]:
    database = Database(make_engine(url), clock=clock)
    try:
        yield database
    finally:
        await database.close()


def _wiring(
    servers: EmbeddedServers,
    telegram: RemoteSandbox,
    url: str,
    budget: Budget,
    clock: Clock | None = None,
) -> Wiring:
    return Wiring(
        token=telegram.token,
        api_url=telegram.api_url,
        database_url=url,
        redis_url=servers.redis_url,
        budget=budget,
        clock=clock or Clock(),
    )


async def main() -> None:
    with tempfile.TemporaryDirectory(prefix="carecircle-bench-") as folder:
        servers = await start_embedded(Path(folder) / "data", postgres=True, redis=True)
        try:
            async with remote_sandbox() as telegram:
                await measure_lateness(servers, telegram)
                await measure_many(servers, telegram)
                await measure_ladder(servers, telegram)
        finally:
            await servers.stop()


if __name__ == "__main__":
    uvloop.run(main())
