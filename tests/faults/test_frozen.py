"""A process that is frozen (SIGSTOP, a machine that sleeps) or told to stop: others go on, and what
it holds is not lost.
"""

import asyncio
from datetime import timedelta

import pytest

from tests.faults.reminded import REPEAT, due, reminders, take_over
from tests.soak.replicas import Replica
from tests.town import AN_APPOINTMENT, Household, Town, ask
from tests.waiting import until

TEN_MINUTES = timedelta(minutes=10)


async def test_frozen_for_ten_minutes_while_it_sends(
    home: Household, town: Town, replica: Replica
) -> None:
    asked = await due(town, home.anna)
    await take_over(town, replica)
    town.sandbox.fail_next("sendMessage", delay=1, times=2)
    town.jump_to(asked.minute)
    replica.move()
    await until(lambda: town.sandbox.faults_struck("sendMessage") == 2)
    replica.pause()
    for phone in home:
        await phone.sees(asked.shown)
    town.jump_to(asked.minute + TEN_MINUTES - timedelta(minutes=1))
    await town.start_bot()
    for phone in home:
        await phone.sees(REPEAT, timeout=20)
    town.jump_to(asked.minute + TEN_MINUTES)
    replica.resume()
    for phone in home:
        await phone.sees("🔔 I'm asking again", timeout=30)
    await town.settled(seconds=40)
    for phone in home:
        copies = [m.text for m in phone.messages if asked.shown in m.text]
        assert len(copies) == 3, "the card, its repeat, and asking again"
    await home.anna.press("Taken", timeout=30)
    await home.ben.sees("recorded by Anna", timeout=30)
    assert await town.count("medication_logs") == 1


@pytest.mark.timeout(180)
async def test_frozen_while_it_claims_what_is_due(
    home: Household, town: Town, replica: Replica
) -> None:
    """Its transaction holds the doses; PostgreSQL ends that after a while."""
    asked = await due(town, home.anna)
    await take_over(town, replica)
    town.jump_to(asked.minute)
    await town.change(
        "CREATE FUNCTION slowly() RETURNS trigger LANGUAGE plpgsql AS"
        " 'BEGIN PERFORM pg_sleep(1); RETURN NEW; END'"
    )
    await town.change(
        "CREATE TRIGGER slowly BEFORE INSERT ON notifications"
        " FOR EACH ROW EXECUTE FUNCTION slowly()"
    )
    replica.move()
    await town.until("SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep')")
    replica.pause()
    await town.start_bot(sweep_seconds=1)
    for phone in home:
        await phone.sees(asked.shown, timeout=60)
    replica.resume()
    await asyncio.sleep(3)
    await town.settled(seconds=40)
    for phone in home:
        [card] = reminders(phone, asked)
        assert REPEAT not in card


async def test_what_was_begun_is_finished_when_it_is_told_to_stop(
    home: Household, town: Town, replica: Replica
) -> None:
    """SIGTERM, while cards are on their way and a press has just come in."""
    asked = await ask(town, *home)
    later = await due(town, home.anna, AN_APPOINTMENT)
    await take_over(town, replica)
    town.sandbox.fail_next("*", delay=1, times=None)
    town.jump_to(later.minute)
    replica.move()
    query = home.anna.tap("Taken", message=asked.cards[0])
    await until(lambda: town.sandbox.faults_struck("sendMessage") >= 2)
    await town.until("SELECT EXISTS (SELECT 1 FROM medication_logs)")
    async with asyncio.timeout(20):  # then a process manager kills it
        assert await replica.stop() == 0
    assert [toast.text for toast in home.anna.toasts if toast.query_id == query]
    for phone in home:
        assert len(reminders(phone, later)) == 1
    assert await town.value("SELECT count(*) FROM inbound_updates WHERE status <> 'done'") == 0
    assert await town.value("SELECT count(*) FROM notifications WHERE status = 'pending'") == 0


async def test_a_telegram_that_hangs_does_not_hold_up_a_stop(
    home: Household, town: Town, replica: Replica
) -> None:
    asked = await ask(town, *home)
    await take_over(town, replica)
    for method in ("answerCallbackQuery", "editMessageText", "sendMessage"):
        town.sandbox.fail_next(method, delay=60, times=None)
    query = home.anna.tap("Taken", message=asked.cards[0])
    await town.until("SELECT EXISTS (SELECT 1 FROM medication_logs)")
    async with asyncio.timeout(20):
        assert await replica.stop() == 0
    town.sandbox.heal()
    await replica.start()
    await replica.runs()
    replica.move()
    await until(lambda: query in {toast.query_id for toast in home.anna.toasts}, seconds=60)
    await home.ben.sees("recorded by Anna", timeout=60)
    await town.settled(seconds=60)
    assert await town.count("medication_logs") == 1
