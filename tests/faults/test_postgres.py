"""PostgreSQL is restarted under the bot: nothing is lost, and nobody has to start the bot anew."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
import pytest_asyncio
from sqlalchemy import text

from bot.embedded import EmbeddedServers
from bot.sandbox import Drop
from tests.faults.reminded import REPEAT, Due, due, reminders
from tests.town import Household, Remindable, Town, ask
from tests.waiting import until
from tests.wire import Wire, wired_postgres


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


# Cut at one point of a reminder's way.


@pytest_asyncio.fixture
async def wire(town: Town, database_url: str) -> AsyncIterator[Wire]:
    """What the bot of the town reaches PostgreSQL by."""
    async with wired_postgres(database_url) as (wire, url):
        await town.restart_bot(database_url=url)
        yield wire
        await town.stop_bot()


async def each_got_it_once(town: Town, home: Household, asked: Due) -> None:
    for phone in home:
        await phone.sees(asked.shown, timeout=40)
    await town.settled(seconds=40)
    for phone in home:
        [reminder] = reminders(phone, asked)
        assert REPEAT not in reminder


async def test_cut_while_it_claims_what_is_due(
    town: Town, wire: Wire, home: Household, remindable: Remindable
) -> None:
    async with town.tables.begin() as connection:
        asked = await due(town, home.anna, remindable)
        await connection.execute(text("LOCK TABLE notifications IN EXCLUSIVE MODE"))
        town.jump_to(asked.minute)
        await town.until(
            "SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
            " AND query LIKE '%INSERT INTO notifications%')"
        )
        await wire.cut()
    await wire.mend()
    await each_got_it_once(town, home, asked)


async def test_cut_while_it_sends(
    town: Town, wire: Wire, home: Household, remindable: Remindable
) -> None:
    asked = await due(town, home.anna, remindable)
    town.sandbox.fail_next("sendMessage", delay=1, times=2)
    town.jump_to(asked.minute)
    await until(lambda: town.sandbox.faults_struck("sendMessage") == 2)
    await wire.cut()
    await asyncio.sleep(1.5)  # the messages arrive meanwhile
    await wire.mend()
    await each_got_it_once(town, home, asked)


async def test_cut_while_it_sends_and_the_answer_gets_lost_too(
    town: Town, wire: Wire, home: Household, remindable: Remindable
) -> None:
    """What may have arrived is known to this process alone until PostgreSQL is back."""
    asked = await due(town, home.anna, remindable)
    town.sandbox.fail_next("sendMessage", delay=1, drop=Drop.AFTER, times=2)
    town.jump_to(asked.minute)
    await until(lambda: town.sandbox.faults_struck("sendMessage") == 2)
    await wire.cut()
    for phone in home:
        await phone.sees(asked.shown)
    town.jump_by(minutes=2)  # every lease has run out
    await wire.mend()
    for phone in home:
        await phone.sees(REPEAT, timeout=40)
    await town.settled(seconds=40)
    for phone in home:
        assert [REPEAT in copy for copy in reminders(phone, asked)] == [False, True]


async def test_cut_between_the_commit_of_a_wake_up_and_its_reply(
    town: Town, wire: Wire, home: Household, remindable: Remindable
) -> None:
    asked = await due(town, home.anna, remindable)
    wire.lose_next_commit(after="INSERT INTO notifications")
    town.jump_to(asked.minute)
    await each_got_it_once(town, home, asked)
    assert wire.lost_commits == 1


async def test_cut_between_the_commit_of_a_press_and_its_reply(
    town: Town, wire: Wire, home: Household
) -> None:
    asked = await ask(town, *home)
    wire.lose_next_commit(after="INSERT INTO medication_logs")
    toast = await home.anna.press("Taken", message=asked.cards[0], timeout=30)
    assert toast.text == "Taken: Aspirin 100 mg"
    await home.ben.sees("recorded by Anna", after=asked.cards[1], timeout=30)
    assert wire.lost_commits == 1
    await town.settled()
    assert await town.count("medication_logs") == 1
