"""PostgreSQL is restarted under the bot: nothing is lost, and nobody has to start the bot anew."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from sqlalchemy import text

from bot.embedded import EmbeddedServers
from tests.town import Household, Remindable, Town, ask
from tests.waiting import until


@asynccontextmanager
async def without_postgres(servers: EmbeddedServers) -> AsyncIterator[None]:
    assert servers._postgres is not None
    await servers._postgres.stop()
    try:
        yield
    finally:
        await servers._postgres.start()


async def test_what_came_in_while_postgres_was_away_takes_effect_once(
    home: Household, town: Town, servers: EmbeddedServers
) -> None:
    asked = await ask(town, *home)
    async with without_postgres(servers):
        query = home.anna.tap("Taken", message=asked.cards[0])
        await home.ben.send("/addmed Statin 20 mg at 20:00")
    await home.ben.sees("Saved: Statin 20 mg", timeout=30)
    await home.ben.sees("recorded by Anna", after=asked.cards[1], timeout=30)
    await until(lambda: query in {toast.query_id for toast in home.anna.toasts})
    await town.settled(seconds=30)
    assert await town.count("medication_logs") == 1
    assert await town.count("medications") == 2


async def test_a_reminder_whose_minute_passed_meanwhile_comes(
    home: Household, town: Town, servers: EmbeddedServers, remindable: Remindable
) -> None:
    minute = town.minute(ahead=2)
    await remindable.enter(home.anna, minute)
    async with without_postgres(servers):
        town.jump_to(minute + timedelta(minutes=3))
    for phone in home:
        late = await phone.sees("⏳ This", timeout=30)
        assert remindable.shown(minute) in late.text


async def test_a_failover_that_leaves_postgres_read_only_for_a_while_is_waited_out(
    home: Household, town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    asked = await ask(town, *home)
    await turn_read_only(town, "on")
    home.anna.tap("Taken", message=asked.cards[0])
    await home.ben.send("/addmed Statin 20 mg at 20:00")
    town.jump_by(minutes=1)
    await until(lambda: caplog.text.count("read failed") >= 2, seconds=30)
    await turn_read_only(town, "off")
    await home.ben.sees("Saved: Statin 20 mg", timeout=30)
    await home.ben.sees("recorded by Anna", after=asked.cards[1], timeout=30)
    await town.settled(seconds=30)
    assert await town.count("medication_logs") == 1


async def turn_read_only(town: Town, state: str) -> None:
    """As the old primary is for whoever is still connected to it."""
    name = await town.value("SELECT current_database()")
    async with town.tables.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        await connection.execute(text("SET default_transaction_read_only = off"))
        await connection.execute(
            text(f'ALTER DATABASE "{name}" SET default_transaction_read_only = {state}')
        )
        if state == "on":
            await connection.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            )
