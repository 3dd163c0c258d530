"""PostgreSQL's clock alone decides what is due; that of the bot's machine may be off."""

import asyncio
import time
from datetime import timedelta

import pytest

from tests.faults.reminded import REPEAT, due, reminders
from tests.town import Household, Town, add_medicine, ask, clock_in_london

BEHIND = {
    "10 ms behind": timedelta(milliseconds=10),
    "5 s behind": timedelta(seconds=5),
    "5 s ahead": -timedelta(seconds=5),
    "20 s behind": timedelta(seconds=20),
    "3 h behind": timedelta(hours=3),
}
TRANSACTIONS = "SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()"


async def set_postgres_back(town: Town, by: timedelta) -> None:
    """By *by*, as against the machine that the bot runs on."""
    await town.change(
        "CREATE OR REPLACE FUNCTION clock_now() RETURNS timestamptz LANGUAGE sql STABLE"
        " PARALLEL SAFE RETURN statement_timestamp()"
        f" - interval '{by.total_seconds()} seconds'"
        " + coalesce(nullif(current_setting('app.clock_offset', true), ''), '0')::interval"
    )


@pytest.mark.parametrize("behind", BEHIND.values(), ids=BEHIND)
async def test_a_card_comes_at_its_minute_by_the_clock_of_postgres(
    home: Household, town: Town, behind: timedelta
) -> None:
    """With nothing but the alarm to find it."""
    await set_postgres_back(town, behind)
    town.clock.offset += behind  # it is the same time for the families as before
    await town.restart_bot(sweep_seconds=86_400)
    minute = town.minute(ahead=2)
    at = clock_in_london(minute)
    await add_medicine(home.anna, f"Aspirin 100 mg at {at}")
    await town.settled()
    town.clock.advance(minute - timedelta(seconds=1) - town.clock.now())
    before = await town.value(TRANSACTIONS)
    for phone in home:
        card = await phone.sees(f"Mum · {at}", timeout=8)
        assert "Taken" in str(card.labels)
    began = time.monotonic()
    await asyncio.sleep(2)
    assert await town.value("SELECT status FROM doses ORDER BY due_at LIMIT 1") == "pending"
    transactions = await town.value(TRANSACTIONS) - before
    assert transactions < 40 + 30 * (time.monotonic() - began), "nothing asks without a pause"
    assert abs(town.clock.skew + behind) < timedelta(milliseconds=500)


async def test_a_machine_whose_clock_is_set_loses_nothing(home: Household, town: Town) -> None:
    """While the bot runs PostgreSQL goes three hours back, and forth again."""
    asked = await ask(town, *home)
    await set_postgres_back(town, timedelta(hours=3))
    await home.anna.send("/today")
    await home.anna.sees("Today, family")
    await set_postgres_back(town, timedelta(0))
    home.anna.tap("Taken", message=asked.cards[0])
    await home.ben.sees("recorded by Anna", after=asked.cards[1])
    await town.settled()


async def test_a_loop_that_is_blocked_at_the_due_second_sends_each_card_once(
    home: Household, town: Town
) -> None:
    asked = await due(town, home.anna)
    town.jump_to(asked.minute - timedelta(seconds=2))
    time.sleep(5)  # noqa: ASYNC251 -- the bot can do nothing meanwhile, which is the point
    for phone in home:
        await phone.sees(asked.shown)
    await town.settled()
    for phone in home:
        [card] = reminders(phone, asked)
        assert REPEAT not in card


async def test_a_clock_that_is_set_neither_skips_nor_repeats_a_rung(
    home: Household, town: Town
) -> None:
    """Back five minutes between two rungs, and forward an hour before the last one."""
    minutes = timedelta(minutes=1)
    asked = await ask(town, *home)
    town.jump_to(asked.minute + 10 * minutes)
    again = [await phone.sees("🔔 I'm asking again") for phone in home]
    town.jump_to(asked.minute + 5 * minutes)
    await asyncio.sleep(2.5)  # whatever would ring now
    await town.settled()
    assert await town.value("SELECT max(ask_no) FROM notifications") == 1
    town.jump_to(asked.minute + 20 * minutes)
    for phone, card in zip(home, again, strict=True):
        await phone.sees("🔔 I'm asking again", after=card)
    town.jump_by(hours=1)
    await asyncio.sleep(2.5)
    await town.settled()
    assert await town.value("SELECT max(ask_no) FROM notifications") == 2
    assert await town.value("SELECT status FROM doses ORDER BY due_at LIMIT 1") == "pending"
    await home.ben.press("Taken")
    await home.anna.sees("recorded by Ben")
    await town.settled()


async def test_what_is_undone_after_the_clock_was_set_back_stays_undone(
    home: Household, town: Town
) -> None:
    """The order of records is that in which they were made, not that of their times."""
    await ask(town, *home)
    await home.anna.press("Taken")
    taken = await home.anna.sees("recorded by Anna")
    town.jump_by(minutes=-5)
    await home.anna.press("Undo", message=taken)
    await home.ben.sees("Taken", after=taken)
    await town.settled()
    await home.anna.send("/history")
    history = await home.anna.sees("History")
    assert "taken" not in history.text
