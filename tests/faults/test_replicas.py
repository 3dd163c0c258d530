"""Several bots on one database: everything happens once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest_asyncio

from bot.app.app import App
from tests.faults.reminded import REPEAT
from tests.soak.replicas import Replica
from tests.town import Household, Remindable, Town, add_medicine, clock_in_london, found_family
from tests.valkey import running_valkey


@pytest_asyncio.fixture
async def replica(town: Town) -> AsyncIterator[App]:
    """A second bot. Telegram lets only one of them fetch at a time; they take turns."""
    async with App(town.wiring) as app:
        yield app


async def test_two_bots_ask_once(town: Town, home: Household, replica: App) -> None:
    minute = town.minute(ahead=3)
    at = clock_in_london(minute)
    lines = [f"Aspirin{number} 100 mg at {at}" for number in range(8)]
    for line in lines:
        await add_medicine(home.anna, line)
    town.jump_to(minute - timedelta(seconds=1))
    cards = [await phone.sees(f"Mum · {at}", timeout=20) for phone in home]
    await town.settled()
    for phone in home:
        assert len([m for m in phone.messages if f"Mum · {at}" in m.text]) == 1
    await asyncio.gather(
        *(
            phone.press("All taken", message=card, timeout=40)
            for phone, card in zip(home, cards, strict=True)
        )
    )
    await town.settled(seconds=40)
    assert await town.count("medication_logs") == 8


async def test_two_bots_answer_each_message_once_and_in_order(town: Town, replica: App) -> None:
    people = [town.person(f"Person {number}") for number in range(4)]
    await asyncio.gather(*(found_family(person) for person in people))
    for name in ("One", "Two", "Three"):
        for person in people:
            await person.send(f"/newfamily {name}")
    await town.settled(seconds=60)
    for person in people:
        said = [
            m.text.splitlines()[0] for m in person.messages if "You've created the family" in m.text
        ]
        assert said == [
            "👪 You've created the family Mum's helpers, and you're its admin.",
            *(
                f"👪 You've created the family {name}, and you're its admin."
                for name in ("One", "Two", "Three")
            ),
        ]
    assert await town.count("families") == 16


async def test_two_bots_remind_of_appointments_once(
    town: Town, home: Household, replica: App
) -> None:
    minute = town.minute(ahead=3)
    for number in range(8):
        begins = clock_in_london(minute + timedelta(hours=1))
        await home.anna.send(f"/addappt Checkup{number} today {begins}")
        await home.anna.sees(f"Checkup{number} for Mum")
    town.jump_to(minute - timedelta(seconds=1))
    for phone in home:
        await phone.sees("🔔 Checkup0 for Mum", timeout=20)
    await town.settled()
    for phone in home:
        [told] = [m for m in phone.messages if "🔔 Checkup" in m.text]
        assert told.text.count("🔔 Checkup") == 8


async def test_the_second_takes_over_when_the_first_is_gone(
    town: Town, home: Household, replica: App, remindable: Remindable
) -> None:
    minute = town.minute(ahead=3)
    await remindable.enter(home.anna, minute)
    await town.stop_bot()
    town.jump_to(minute - timedelta(seconds=1))
    told = await home.ben.sees(remindable.shown(minute), timeout=20)
    answer = "Taken" if "Taken" in " ".join(told.labels) else "I'll drive"
    await home.ben.press(answer, message=told, timeout=40)
    shown = "recorded by Ben" if answer == "Taken" else "Ben is driving"
    await home.anna.sees(shown, timeout=20)


async def test_two_schedulers_and_four_deliverers_ask_once(
    town: Town, home: Household, replica: App
) -> None:
    """Two of them on another Redis: its lease makes a second one the scheduler, too."""
    minute = town.minute(ahead=3)
    at = clock_in_london(minute)
    async with running_valkey() as other, AsyncExitStack() as stack:
        wiring = replace(town.wiring, redis_url=other.url)
        others = [await stack.enter_async_context(App(wiring)) for _ in range(2)]
        apps = [app for app in (town.app, replica, *others) if app is not None]
        for number in range(8):
            await add_medicine(home.anna, f"Aspirin{number} 100 mg at {at}")
        leases = [app.wake_ups._lease for app in apps if app.wake_ups is not None]
        async with asyncio.timeout(20):
            while sum(lease.is_held for lease in leases) < 2:
                await asyncio.sleep(0.1)
        town.jump_to(minute - timedelta(seconds=1))
        cards = [await phone.sees(f"Mum · {at}", timeout=20) for phone in home]
        await town.settled()
        assert {lease.is_held for lease in leases} == {True, False}
        for phone in home:
            assert len([m for m in phone.messages if f"Mum · {at}" in m.text]) == 1
        presses = zip(home, cards, strict=True)
        await asyncio.gather(*(p.press("All taken", message=c, timeout=40) for p, c in presses))
        await town.settled(seconds=40)
    assert await town.count("medication_logs") == 8


async def test_the_second_takes_over_from_one_that_was_killed_with_the_lease(
    town: Town, home: Household, remindable: Remindable, tmp_path: Path
) -> None:
    """Only the alarm rings for a bot that sweeps so rarely, and only for who holds the lease."""
    minute = town.minute(ahead=3)
    await remindable.enter(home.anna, minute)
    await town.settled()
    await town.stop_bot()
    first = Replica(town.wiring, tmp_path, "first")
    await first.start()
    await first.runs()
    await town.start_bot(sweep_seconds=86_400)
    assert town.app is not None
    assert town.app.wake_ups is not None
    lease = town.app.wake_ups._lease
    assert not lease.is_held
    await first.kill()
    async with asyncio.timeout(40):
        while not lease.is_held:
            await asyncio.sleep(0.1)
    town.jump_to(minute - timedelta(seconds=1))
    for phone in home:
        reminder = await phone.sees(remindable.shown(minute), timeout=20)
        assert REPEAT not in reminder.text
