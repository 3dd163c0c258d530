"""PostgreSQL is restarted under the bot: nothing is lost, and nobody has to start the bot anew."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

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
    await home.ben.sees("Taken by Anna", after=asked.cards[1], timeout=30)
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
