"""A lease may run out while its holder is at work: a clock was set, a machine slept, or PostgreSQL
was away. Whoever has begun a message knows that, and doesn't begin it again.
"""

import asyncio

from sqlalchemy import text

from tests.faults.reminded import due, reminders
from tests.town import Household, Remindable, Town
from tests.waiting import until


async def test_a_message_under_way_is_not_sent_again_when_its_lease_has_run_out(
    home: Household, town: Town, remindable: Remindable
) -> None:
    asked = await due(town, home.anna, remindable)
    town.sandbox.fail_next("sendMessage", delay=2, times=2)
    town.jump_to(asked.minute)
    await until(lambda: town.sandbox.faults_struck("sendMessage") == 2)
    for _ in range(3):
        town.jump_by(minutes=1)
        await home.anna.send("/people")  # whose transaction shows the bot what time it is
        await asyncio.sleep(0.4)
    await town.settled()
    assert [len(reminders(phone, asked)) for phone in home] == [1, 1]


async def test_a_message_that_waits_to_be_recorded_is_not_sent_again(
    home: Household, town: Town, remindable: Remindable
) -> None:
    asked = await due(town, home.anna, remindable)
    town.sandbox.fail_next("sendMessage", delay=1, times=2)
    town.jump_to(asked.minute)
    await until(lambda: town.sandbox.faults_struck("sendMessage") == 2)
    async with town.tables.begin() as connection:
        await connection.execute(text("SELECT FROM notifications FOR UPDATE"))
        for phone in home:
            await phone.sees(asked.shown)
        town.jump_by(minutes=1)
        await asyncio.sleep(6)  # longer than anything waits for a lock
    town.jump_by(minutes=1)
    await town.settled()
    assert [len(reminders(phone, asked)) for phone in home] == [1, 1]
