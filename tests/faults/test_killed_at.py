"""``kill -9`` at each point of a reminder's way, and of an update's: what was begun is finished by
the next process, and what may have come twice says so.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import text

from bot.sandbox import Drop
from tests.faults.reminded import REPEAT, Due, due, reminders, take_over
from tests.soak.replicas import Replica
from tests.town import A_DOSE, Household, Remindable, Town, ask
from tests.valkey import Valkey
from tests.waiting import until


async def live_again(town: Town, replica: Replica) -> None:
    town.sandbox.heal()
    await replica.start()
    await replica.runs()
    replica.move()
    await until(lambda: replica.has_moved, seconds=60)
    await town.settled(seconds=60)


async def due_alone(town: Town, home: Household, replica: Replica, remindable: Remindable) -> Due:
    """Something that is due now, and nobody but *replica* is there to see it."""
    asked = await due(town, home.anna, remindable)
    await take_over(town, replica)
    town.jump_to(asked.minute)
    return asked


@asynccontextmanager
async def locked(town: Town, statement: str) -> AsyncIterator[None]:
    async with town.tables.begin() as connection:
        await connection.execute(text(statement))
        yield


async def waits(town: Town, statement: str) -> None:
    """Return once a statement like this waits for a lock."""
    await town.until(
        "SELECT EXISTS (SELECT 1 FROM pg_stat_activity"
        f" WHERE wait_event_type = 'Lock' AND query LIKE '{statement}')"
    )


#: What holds up a wake-up or the delivery, and the statement that waits for it then.
POINTS = {
    "before the claim of what is due": (
        "LOCK TABLE doses, appointment_occurrences IN EXCLUSIVE MODE",
        "%FOR UPDATE OF doses SKIP LOCKED%",
    ),
    "after the claim of what is due": (
        "LOCK TABLE notifications IN EXCLUSIVE MODE",
        "%INSERT INTO notifications%",
    ),
    "before the claim of the messages": (
        "LOCK TABLE users IN ACCESS EXCLUSIVE MODE",
        "%WITH open AS%",
    ),
}


@pytest.mark.parametrize("point", POINTS)
async def test_killed_before_anything_is_sent(
    home: Household, town: Town, replica: Replica, remindable: Remindable, point: str
) -> None:
    asked = await due_alone(town, home, replica, remindable)
    lock, statement = POINTS[point]
    async with locked(town, lock):
        replica.move()
        await waits(town, statement)
        await replica.kill()
    await live_again(town, replica)
    for phone in home:
        [reminder] = reminders(phone, asked)
        assert REPEAT not in reminder


async def test_killed_after_the_claim_and_before_the_send(
    home: Household, town: Town, replica: Replica, remindable: Remindable
) -> None:
    asked = await due_alone(town, home, replica, remindable)
    town.sandbox.fail_next("sendMessage", delay=3, drop=Drop.BEFORE, times=None)
    replica.move()
    await until(lambda: town.sandbox.faults_struck("sendMessage") == 2)
    await replica.kill()
    await live_again(town, replica)
    for phone in home:
        [reminder] = reminders(phone, asked)
        assert REPEAT in reminder, "nobody can know that it hadn't arrived"


async def test_killed_after_the_send_and_before_the_record(
    home: Household, town: Town, replica: Replica, remindable: Remindable
) -> None:
    asked = await due_alone(town, home, replica, remindable)
    town.sandbox.fail_next("sendMessage", delay=1, times=2)
    replica.move()
    await until(lambda: town.sandbox.faults_struck("sendMessage") == 2)
    async with locked(town, "SELECT FROM notifications FOR UPDATE"):
        await waits(town, "%WITH locked AS%")
        await replica.kill()
    await live_again(town, replica)
    for phone in home:
        assert [REPEAT in reminder for reminder in reminders(phone, asked)] == [False, True]


async def test_killed_as_soon_as_it_is_sent(
    home: Household, town: Town, replica: Replica, remindable: Remindable
) -> None:
    asked = await due_alone(town, home, replica, remindable)
    replica.move()
    await until(lambda: bool(reminders(home.anna, asked)))
    await replica.kill()
    await live_again(town, replica)
    for phone in home:
        first, *others = reminders(phone, asked)
        assert all(REPEAT in other for other in others)
        assert len(others) <= 1
        assert REPEAT not in first or not others


async def test_killed_after_the_record(
    home: Household, town: Town, replica: Replica, remindable: Remindable
) -> None:
    asked = await due_alone(town, home, replica, remindable)
    replica.move()
    await town.until("SELECT count(*) = 2 FROM notifications WHERE status = 'sent'")
    await replica.kill()
    await live_again(town, replica)
    for phone in home:
        [reminder] = reminders(phone, asked)
        assert REPEAT not in reminder


async def test_killed_after_a_press_took_effect_and_before_the_reply(
    home: Household, town: Town, replica: Replica
) -> None:
    asked = await ask(town, *home)
    await take_over(town, replica)
    town.sandbox.fail_next("answerCallbackQuery", delay=5, drop=Drop.BEFORE, times=None)
    query = home.anna.tap("Taken", message=asked.cards[0])
    await town.until("SELECT EXISTS (SELECT 1 FROM medication_logs)")
    await replica.kill()
    await live_again(town, replica)
    [toast] = [toast for toast in home.anna.toasts if toast.query_id == query]
    assert toast.text == "Taken: Aspirin 100 mg"
    for phone, card in zip(home, asked.cards, strict=True):
        await phone.sees("recorded by Anna", after=card)
    assert await town.count("medication_logs") == 1


async def test_killed_between_the_end_of_a_conversation_and_its_clean_up(
    home: Household, town: Town, replica: Replica, valkey: Valkey
) -> None:
    anna = home.anna
    await take_over(town, replica)
    await anna.send("/addmed Zinc 5 mg")
    await anna.sees("When is Zinc due?")
    await anna.send("at 20:00")
    question = await anna.sees("I understood:")
    [save] = [each for row in question.buttons for each in row if "Save" in each.text]
    async with locked(town, "LOCK TABLE medications IN EXCLUSIVE MODE"):
        anna.tap("Save", message=question)
        await waits(town, "%medications%")
        valkey.pause()
    await town.until("SELECT EXISTS (SELECT 1 FROM medications)")
    await replica.kill()
    valkey.resume()
    await live_again(town, replica)
    assert [m for m in anna.messages if "Saved: Zinc" in m.text]
    await anna.press_altered(save.data or "", message=question)
    await town.settled()
    assert await town.count("medications") == 1


async def killed_before_the_record(town: Town, home: Household, replica: Replica) -> Due:
    """Both phones have the card, and the tables know of neither."""
    asked = await due_alone(town, home, replica, A_DOSE)
    town.sandbox.fail_next("sendMessage", delay=1, times=2)
    replica.move()
    await until(lambda: town.sandbox.faults_struck("sendMessage") == 2)
    async with locked(town, "SELECT FROM notifications FOR UPDATE"):
        await waits(town, "%WITH locked AS%")
        await replica.kill()
    return asked


async def test_a_card_that_came_twice_is_closed_at_the_first_press_on_it(
    home: Household, town: Town, replica: Replica
) -> None:
    asked = await killed_before_the_record(town, home, replica)
    await live_again(town, replica)
    first, repeat = [m for m in home.anna.messages if asked.shown in m.text]
    toast = await home.anna.press("Taken", message=first)
    assert toast.text == "Taken: Aspirin 100 mg"
    closed = await home.anna.sees("sent you this card twice", after=first)
    assert (closed.id, closed.labels) == (first.id, ())
    await home.anna.sees("recorded by Anna", after=repeat)
    await home.ben.sees("recorded by Anna")


async def test_a_card_that_nobody_knows_of_is_kept_up_to_date_from_the_first_press_on(
    home: Household, town: Town, replica: Replica
) -> None:
    asked = await killed_before_the_record(town, home, replica)
    town.sandbox.fail_next("sendMessage", status=500, times=None)  # no repeat comes
    await replica.start()
    await replica.runs()
    toast = await home.anna.press("Taken")
    assert toast.text == "Taken: Aspirin 100 mg"
    await home.anna.sees("recorded by Anna")
    # Ben's would have been sent again, which isn't needed any more. His phone still asks.
    town.sandbox.heal()
    town.jump_by(minutes=1)
    replica.move()
    await town.until("SELECT NOT EXISTS (SELECT 1 FROM notifications WHERE status = 'pending')")
    [card] = [m for m in home.ben.messages if asked.shown in m.text]
    assert "✅ Taken" in card.labels
    toast = await home.ben.press("Taken", message=card)
    assert "Anna" in toast.text
    seen = await home.ben.sees("recorded by Anna", after=card)
    assert seen.id == card.id
    await town.settled()
    assert await town.count("medication_logs") == 1
