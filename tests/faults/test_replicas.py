"""Two bots on one database: everything happens once."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest_asyncio

from bot.app import App
from tests.town import Household, Town, add_medicine, clock_in_london, found_family


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
        said = [m.text.splitlines()[0] for m in person.messages if "is founded" in m.text]
        assert said == [
            "👪 The family Mum's helpers is founded, and you are its admin.",
            *(
                f"👪 The family {name} is founded, and you are its admin."
                for name in ("One", "Two", "Three")
            ),
        ]
    assert await town.count("families") == 16


async def test_the_second_takes_over_when_the_first_is_gone(
    town: Town, home: Household, replica: App
) -> None:
    minute = town.minute(ahead=3)
    at = clock_in_london(minute)
    await add_medicine(home.anna, f"Aspirin 100 mg at {at}")
    await town.stop_bot()
    town.jump_to(minute - timedelta(seconds=1))
    card = await home.ben.sees(f"Mum · {at}", timeout=20)
    await home.ben.press("Taken", message=card, timeout=40)
    await home.anna.sees("Taken by Ben", timeout=20)
