"""Drafts that run out while something is away or broken: said once, and nothing is lost."""

from collections.abc import AsyncIterator

import pytest_asyncio

from bot.app.app import App
from bot.redis import keys
from bot.redis.client import connect
from bot.sandbox import Drop
from tests.end_to_end.conversation.drafts import OFFER, begin, leave, notices, shown
from tests.town import Household, Town, found_family
from tests.waiting import until


async def test_what_ran_out_while_the_bot_was_away_says_so_when_it_is_back(
    home: Household, town: Town
) -> None:
    anna = home.anna
    question = await begin(anna)
    await town.settled()
    await town.stop_bot()
    town.jump_by(hours=2)
    await town.start_bot()
    await until(lambda: len(notices(anna)) == 1)
    left = shown(anna, question)
    assert left.labels == OFFER
    await town.restart_bot()
    await anna.press("Continue", message=left)
    await anna.press("Save", message=await anna.sees("I understood:"))
    await anna.sees("Saved: Amlodipine 5 mg")


@pytest_asyncio.fixture
async def replica(town: Town) -> AsyncIterator[App]:
    """A second bot on the same database, Redis and Telegram."""
    async with App(town.wiring) as app:
        yield app


async def test_two_bots_say_it_once(home: Household, town: Town, replica: App) -> None:
    people = [town.person(f"Person {number}") for number in range(4)]
    for person in people:
        await found_family(person)
        await person.send("/addperson Mum in Europe/London")
        await person.sees("is in the family", timeout=20)
        await person.send("/addmed Amlodipine 5 mg")
        await person.sees("due?", timeout=20)
    await town.settled(seconds=40)
    calls = len(town.sandbox.calls)
    town.jump_by(minutes=16)
    await until(lambda: all(len(notices(person)) == 1 for person in people))
    await town.drafts_looked_at()
    assert [len(notices(person)) for person in people] == [1] * 4
    edits = [c for c in town.sandbox.calls[calls:] if c.method == "editMessageText"]
    assert len(edits) == 4


async def test_with_redis_emptied_a_press_is_answered_and_nothing_was_saved(
    home: Household, town: Town
) -> None:
    anna = home.anna
    question = await begin(anna)
    left = await leave(town, anna, question)
    async with connect(town.wiring.redis_url) as redis:
        await redis.flushdb()
    await anna.press("Continue", message=left)
    await anna.sees("it can't be continued, and nothing was saved")
    assert await town.count("medications") == 0


async def test_what_cannot_be_read_hinders_no_other(home: Household, town: Town) -> None:
    anna, ben = home
    await begin(anna)
    question = await begin(ben)
    await town.settled()
    async with connect(town.wiring.redis_url) as redis:
        drafts = [key async for key in redis.scan_iter(f"conversation:{anna.id}:*:draft:*")]
        assert drafts
        for draft in drafts:
            await redis.hset(draft, "state", '{"flow": "addmed", "step": "gone"}')
            await redis.zadd(keys.DRAFT_DEADLINES, {"nonsense": 0, draft + "0": 0})
    await leave(town, ben, question)
    assert notices(anna) == []


async def test_telegram_refusing_or_failing_for_a_while_loses_nothing(
    home: Household, town: Town
) -> None:
    anna = home.anna
    question = await begin(anna)
    await town.settled()
    town.sandbox.fail_next("editMessageText", status=429, retry_after=1)
    town.sandbox.fail_next("sendMessage", status=429, retry_after=1)
    left = await leave(town, anna, question)
    assert left.labels == OFFER
    assert len(notices(anna)) == 1


async def test_telegram_being_broken_for_a_while_loses_nothing(home: Household, town: Town) -> None:
    anna = home.anna
    question = await begin(anna)
    await town.settled()
    town.sandbox.fail_next("editMessageText", status=500)
    town.jump_by(minutes=15, seconds=1)
    await until(lambda: town.sandbox.faults_struck("editMessageText") == 1)
    await town.drafts_looked_at()
    assert shown(anna, question).labels == question.labels
    town.jump_by(seconds=31)
    await until(lambda: shown(anna, question).labels == OFFER)
    await until(lambda: len(notices(anna)) == 1)


async def test_what_may_have_arrived_is_not_said_again(home: Household, town: Town) -> None:
    anna = home.anna
    question = await begin(anna)
    await town.settled()
    town.sandbox.fail_next("sendMessage", drop=Drop.AFTER)
    await leave(town, anna, question)
    town.jump_by(minutes=5)
    await town.drafts_looked_at()
    assert len(notices(anna)) == 1
