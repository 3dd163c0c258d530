"""Telegram may refuse, break off, ask to wait, or not be there at all."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from bot.redis.client import connect
from bot.redis.keys import rate_limit
from bot.redis.rate_limit import USER
from bot.sandbox import Drop, Person
from tests.faults.reminded import REPEAT, due, reminders
from tests.town import A_DOSE, Household, Remindable, Town, ask, join
from tests.waiting import until
from tests.wire import Wire, wired


async def test_a_card_whose_answer_got_lost_comes_again_and_says_so(
    home: Household, town: Town, remindable: Remindable
) -> None:
    asked = await due(town, home.anna, remindable)
    town.sandbox.fail_next("sendMessage", drop=Drop.AFTER)
    town.jump_to(asked.minute - timedelta(seconds=1))
    await until(lambda: any(REPEAT in card for phone in home for card in reminders(phone, asked)))
    await town.settled()
    [twice] = [phone for phone in home if len(reminders(phone, asked)) == 2]
    [once] = [phone for phone in home if phone is not twice]
    assert [REPEAT in card for card in reminders(twice, asked)] == [False, True]
    assert [REPEAT in card for card in reminders(once, asked)] == [False]
    # Both copies are of one thing: the one that the bot knows of shows what became of it.
    is_dose = remindable is A_DOSE
    await twice.press("Taken" if is_dose else "I'll drive")
    await once.sees("recorded by" if is_dose else "is driving")


async def test_a_summary_whose_answer_got_lost_comes_again_and_says_so(
    home: Household, town: Town
) -> None:
    """As does everything that isn't a card: whatever it is, it may have been read already."""
    asked = await ask(town, *home)
    town.jump_to(asked.minute + timedelta(minutes=119))
    await town.settled()
    town.sandbox.fail_next("sendMessage", drop=Drop.AFTER)
    town.jump_to(asked.minute + timedelta(hours=2))
    await until(lambda: sum(len(missed(phone)) for phone in home) == 3)
    await town.settled()
    assert sorted([REPEAT in each for each in missed(phone)] for phone in home) == [
        [False],
        [False, True],
    ]


def missed(phone: Person) -> list[str]:
    return [
        message.text for message in phone.messages if "recorded this dose in time" in message.text
    ]


async def test_a_card_that_may_have_been_lost_comes_again_and_says_so(
    home: Household, town: Town, remindable: Remindable
) -> None:
    asked = await due(town, home.anna, remindable)
    town.sandbox.fail_next("sendMessage", drop=Drop.BEFORE)
    town.sandbox.fail_next("sendMessage", status=500, times=2)
    town.jump_to(asked.minute - timedelta(seconds=1))
    for phone in home:
        await phone.sees(asked.shown)
    await town.settled()
    assert [len(reminders(phone, asked)) for phone in home] == [1, 1]


LOST = {
    "its answer gets lost": {"drop": Drop.AFTER},
    "its answer is no JSON": {"body": "<html>502 Bad Gateway</html>"},
    "its answer is of another shape": {"body": '{"result": {"message_id": 7}}'},
}


@pytest.mark.parametrize("how", LOST.values(), ids=LOST)
async def test_of_many_cards_each_that_may_have_arrived_comes_again_and_says_so(
    home: Household, town: Town, how: dict[str, Any]
) -> None:
    """Three in ten, again and again."""
    crowd = [*home, *(town.person(f"Person {number}") for number in range(8))]
    for person in crowd[2:]:
        await join(home.anna, person)
    asked = await due(town, home.anna)
    town.sandbox.fail_next("sendMessage", share=0.3, times=None, **how)
    town.jump_to(asked.minute)
    for person in crowd:
        await person.sees(asked.shown, timeout=30)
    for _ in range(8):
        town.jump_by(seconds=15)  # what is to come again waits a little longer each time
        await asyncio.sleep(0.2)
    town.sandbox.heal()
    town.jump_by(seconds=30)
    await town.settled()
    copies = [reminders(person, asked) for person in crowd]
    assert max(len(each) for each in copies) > 1, "or this test shows nothing"
    for each in copies:
        assert [REPEAT in copy for copy in each] == [False, *[True] * (len(each) - 1)]


async def test_a_telegram_that_fails_for_minutes_delays_and_doubles_nothing(
    home: Household, town: Town, remindable: Remindable
) -> None:
    asked = await due(town, home.anna, remindable)
    town.sandbox.fail_next("*", status=500, times=None)
    town.jump_to(asked.minute)
    await until(lambda: town.sandbox.faults_struck("sendMessage") >= 2)
    for _ in range(5):
        town.jump_by(minutes=1)
        await asyncio.sleep(0.3)
    town.sandbox.heal()
    town.jump_by(minutes=1)
    for phone in home:
        await phone.sees(asked.shown, timeout=40)
    await town.settled()
    assert [len(reminders(phone, asked)) for phone in home] == [1, 1]


async def test_telegram_asking_to_wait_is_heeded_and_no_failure(
    home: Household, town: Town, remindable: Remindable
) -> None:
    asked = await due(town, home.anna, remindable)
    town.sandbox.fail_next("sendMessage", status=429, retry_after=1, times=2)
    town.jump_to(asked.minute - timedelta(seconds=1))
    for phone in home:
        card = await phone.sees(asked.shown)
        assert REPEAT not in card.text
    await town.settled()
    rows = await town.rows("SELECT attempts, maybe_sent FROM notifications")
    assert {tuple(row) for row in rows} == {(0, False)}
    refused = [call.at for call in town.sandbox.calls if call.error and call.error.code == 429]
    sent = [call.at for call in town.sandbox.calls if call.method == "sendMessage"]
    assert min(at for at in sent if at > max(refused)) - max(refused) >= timedelta(seconds=1)


async def test_an_answer_waits_until_telegram_takes_it(home: Household, town: Town) -> None:
    anna = home.anna
    await town.settled()
    town.sandbox.fail_next("sendMessage", status=502, times=None)
    await anna.send("/addmed Aspirin 100 mg at 08:00")
    await until(lambda: town.sandbox.faults_struck("sendMessage") >= 2)
    assert await town.count("medications") == 1
    town.sandbox.heal()
    await anna.sees("Saved: Aspirin 100 mg", timeout=30)
    await town.settled()
    assert await town.count("medications") == 1
    assert len([m for m in anna.messages if "Saved: Aspirin" in m.text]) == 1


async def test_a_refusal_that_the_effect_itself_would_cause_is_not_said(
    home: Household, town: Town
) -> None:
    """The first try took effect; a second, after an answer that failed, must not say otherwise."""
    await town.settled()
    town.sandbox.fail_next("sendMessage", status=502, times=6)
    await home.anna.send("/addperson Dad in Paris")
    await home.anna.sees("Dad is in the family", timeout=30)
    await town.settled()
    assert not [m for m in home.anna.messages if "already" in m.text or "Sorry" in m.text]
    # Nor are the bot's own tries held against her, who has typed it twice so far.
    async with connect(town.wiring.redis_url) as redis:
        stored = await redis.get(rate_limit(home.anna.id, "addperson"))
        seconds, microseconds = await redis.time()
    ahead = int(str(stored).split()[0]) / 1e6 - seconds - microseconds / 1e6
    assert ahead <= 2 * USER.seconds / USER.burst


async def test_a_press_is_answered_though_its_toast_failed(home: Household, town: Town) -> None:
    asked = await ask(town, *home)
    town.sandbox.fail_next("answerCallbackQuery", status=502, times=2)
    toast = await home.anna.press("Taken", message=asked.cards[0], timeout=20)
    assert toast.text == "Taken: Aspirin 100 mg"
    assert await town.count("medication_logs") == 1


async def test_a_press_that_is_answered_too_late_is_answered_in_the_chat(
    home: Household, town: Town
) -> None:
    asked = await ask(town, *home)
    town.sandbox.fail_next(
        "answerCallbackQuery",
        status=400,
        description="Bad Request: query is too old and response timeout expired",
    )
    home.anna.tap("Taken", message=asked.cards[0])
    await home.anna.sees("Taken: Aspirin")


async def test_a_card_arrives_as_plain_words_where_a_server_cannot_read_its_markup(
    home: Household, town: Town
) -> None:
    """A Bot API server of one's own may be older than a tag."""
    refusal = 'Bad Request: can\'t parse entities: Unsupported start tag "b" at byte offset 3'
    asked = await due(town, home.anna)
    town.sandbox.fail_next("sendMessage", status=400, description=refusal)
    town.jump_to(asked.minute - timedelta(seconds=1))
    cards = [await phone.sees(asked.shown) for phone in home]
    await town.settled()
    assert sorted(card.html is None for card in cards) == [False, True]
    town.sandbox.fail_next("editMessageText", status=400, description=refusal)
    await home.anna.press("Taken", message=cards[0])
    for phone, card in zip(home, cards, strict=True):
        await phone.sees("recorded by Anna", after=card)
    assert await town.count("medication_logs") == 1
    assert not await town.rows("SELECT 1 FROM notifications WHERE status = 'set_aside'")


async def test_a_card_that_was_deleted_is_left_alone(home: Household, town: Town) -> None:
    asked = await ask(town, *home)
    town.sandbox.fail_next(
        "editMessageText", status=400, description="Bad Request: message to edit not found"
    )
    await home.anna.press("Taken", message=asked.cards[0])
    await town.settled()
    assert town.sandbox.faults_struck("editMessageText") == 1


@pytest_asyncio.fixture
async def wire(town: Town) -> AsyncIterator[Wire]:
    """What the bot of the town reaches Telegram by."""
    async with wired(town.sandbox.api_url) as wire:
        await town.restart_bot(api_url=wire.url)
        yield wire
        await town.stop_bot()


async def test_a_card_that_never_left_is_no_repeat(
    town: Town, wire: Wire, home: Household, remindable: Remindable
) -> None:
    asked = await due(town, home.anna, remindable)
    await wire.cut()
    town.jump_to(asked.minute - timedelta(seconds=1))
    await town.until("SELECT max(attempts) > 0 FROM notifications")
    await wire.mend()
    for phone in home:
        card = await phone.sees(asked.shown, timeout=20)
        assert REPEAT not in card.text
    await town.settled()
    assert [len(reminders(phone, asked)) for phone in home] == [1, 1]


async def test_what_happened_while_telegram_was_away_is_made_good(
    town: Town, wire: Wire, home: Household
) -> None:
    asked = await ask(town, *home)
    await wire.cut()
    home.anna.tap("Taken", message=asked.cards[0])
    await home.ben.send("/addmed Statin 20 mg at 20:00")
    await wire.mend()
    await home.anna.sees("recorded by Anna", after=asked.cards[0], timeout=30)
    await home.ben.sees("Saved: Statin", timeout=30)
    await town.settled()
    assert await town.count("medication_logs") == 1
    assert await town.count("medications") == 2
