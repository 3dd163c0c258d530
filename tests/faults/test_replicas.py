"""Two bots on one database: everything happens once."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest_asyncio

from bot.app.app import App
from tests.town import Household, Remindable, Town, add_medicine, clock_in_london, found_family


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
