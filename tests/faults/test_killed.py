"""The bot is killed again and again: whatever came in takes effect once, and is answered."""

import asyncio
import random
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from bot.sandbox import Message, Person
from domain.clock import Clock
from tests.faults.bot_process import BotProcess
from tests.town import Town, add_medicine, add_person, clock_in_london, found_family

SEED = 20_261_123
CHATS = 5
EACH = 6  # presses and commands in each chat
LIVES = 10

UNFINISHED = "SELECT count(*) FROM inbound_updates WHERE status <> 'done'"


@pytest.fixture
def clock() -> Clock:
    """Three minutes ago: what is entered first is due just now. A process has its own clock."""
    return Clock(-timedelta(minutes=3))


@pytest_asyncio.fixture
async def process(town: Town, tmp_path: Path) -> AsyncIterator[BotProcess]:
    process = BotProcess(town.wiring, log=tmp_path / "bot.log")
    yield process
    await process.kill()


async def settle_in_many(town: Town) -> list[tuple[Person, Message]]:
    """Families of one, and the card of six medicines that each of them has; the bot is stopped."""
    people = [town.person(f"Person {number}") for number in range(CHATS)]
    minute = town.minute(ahead=2)
    at = clock_in_london(minute)

    async def settle(person: Person) -> None:
        await found_family(person, f"Family of {person.name}")
        await add_person(person)
        for number in range(EACH):
            await add_medicine(person, f"Old{number} 5 mg at {at}")

    await asyncio.gather(*map(settle, people))
    town.clock.offset = timedelta(0)
    cards = [await person.sees(f"Mum · {at}") for person in people]
    await town.stop_bot()
    return list(zip(people, cards, strict=True))


@pytest.mark.timeout(240)
async def test_presses_medicines_and_appointments_survive_ten_kills(
    town: Town, process: BotProcess
) -> None:
    # What is random is when things happen, and a seed makes even that the same each time.
    chance = random.Random(SEED)  # noqa: S311
    homes = await settle_in_many(town)
    presses = [
        (person, card, button)
        for person, card in homes
        for row in card.buttons
        for button in row
        if button.text.startswith("✅ Taken: ")
    ]
    medicines = [(person, f"New{number}") for person, _ in homes for number in range(EACH)]
    assert len(presses) == len(medicines) == 30
    chance.shuffle(presses)
    chance.shuffle(medicines)

    queries: list[tuple[Person, str]] = []
    interrupted = 0
    for life in range(LIVES):
        await process.start()
        for _ in range(3):
            person, card, button = presses.pop()
            queries.append((person, person.tap(button.text, message=card)))
            person, name = medicines.pop()
            await person.send(f"/addmed {name} 7 mg at 23:59")
        visitor = chance.choice(homes)[0]
        await visitor.send(f"/addappt Visit{life} every day 23:58")
        # Somewhere between fetching the first and answering the last.
        calls = len(town.sandbox.calls) + chance.randrange(17)
        await reached(town, calls)
        await process.kill()
        interrupted += await town.value(UNFINISHED)
    assert interrupted  # or this test shows nothing
    await process.start()
    await process.runs()
    # Whoever starts on the same folder knows that the killed ones are gone: no lease is waited for.
    for table in ("inbound_updates", "notifications"):
        holders = f"SELECT count(DISTINCT leased_by) FROM {table} WHERE leased_until > clock_now()"
        assert await town.value(holders) <= 1
    await town.settled(seconds=60)
    assert await process.stop() == 0

    logged = await town.rows(
        "SELECT d.medication_name, count(l.id) AS logs FROM doses d"
        " JOIN medication_logs l ON l.dose_id = d.id GROUP BY d.id, d.medication_name"
    )
    assert len(logged) == 30
    assert {row.logs for row in logged} == {1}
    saved = await town.rows(
        "SELECT family_id, name, count(*) AS times FROM medications"
        " WHERE name LIKE 'New%' GROUP BY family_id, name"
    )
    assert len(saved) == 30
    assert {row.times for row in saved} == {1}
    visits = await town.rows(
        "SELECT a.title, count(DISTINCT a.id) AS times, count(DISTINCT o.starts_at) AS days,"
        " count(*) AS rows FROM appointments a"
        " JOIN appointment_occurrences o ON o.appointment_id = a.id GROUP BY a.title"
    )
    assert len(visits) == LIVES
    assert {row.times for row in visits} == {1}
    assert all(row.days == row.rows > 360 for row in visits)
    assert {row.status for row in await town.rows("SELECT status FROM inbound_updates")} == {"done"}

    # Telegram takes no answer after 150 s, which ten starts of the bot can take on a busy machine.
    too_late = {
        call.params["callback_query_id"]
        for call in town.sandbox.calls
        if call.method == "answerCallbackQuery" and call.error is not None
    }
    for person, query_id in queries:
        answered = {toast.query_id for toast in person.toasts}
        assert query_id in answered | too_late
    for person, _ in homes:
        texts = " ".join(message.text for message in person.messages if message.from_bot)
        assert "Sorry" not in texts
        for number in range(EACH):
            assert f"Saved: New{number} 7 mg" in texts
            taken = rf"✅ Old{number} 5 mg\nTaken [^\n]*\d\d:\d\d, recorded by {person.name}"
            assert re.search(taken, texts)


async def reached(town: Town, calls: int) -> None:
    """Wait until the bot has made that many calls, or has nothing left to do."""
    async with asyncio.timeout(30):
        while len(town.sandbox.calls) < calls:
            if not town.sandbox.unconfirmed_updates and not await town.value(UNFINISHED):
                return
            await asyncio.sleep(0.001)


async def test_a_day_in_the_log_holds_no_secrets_and_no_health(
    town: Town, process: BotProcess
) -> None:
    await town.stop_bot()
    town.clock.offset = timedelta(0)
    await process.start()
    await process.runs()
    anna = town.person("Annabella")
    await found_family(anna, "Featherstone")
    await add_person(anna, "Grandmama")
    await add_medicine(anna, "Metoprolol 95 mg at 23:58 and 23:59")
    for typed in ("/addmed Metoprolol", "95", "/cancel", "/start featherstone", "/today", "/undo"):
        await anna.send(typed)
    await anna.send_voice()
    await anna.press_altered("tk-no-such-button", message=anna.last)
    await town.settled()
    assert await process.stop() == 0
    log = process.log
    for secret in (town.wiring.token, town.wiring.token.partition(":")[2], str(anna.id)):
        assert secret not in log
    for private in ("annabella", "featherstone", "grandmama", "metoprolol", "95 mg"):
        assert private not in log.lower()
    assert "Traceback" not in log
    # How fast the machine is, is no matter of this test.
    lines = [line for line in log.splitlines() if "event loop blocked" not in line]
    assert not [line for line in lines if " ERROR " in line or " WARNING " in line]
    assert len(lines) < 20
