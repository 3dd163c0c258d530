"""Redis may be emptied or go away: reminders come all the same, and nobody is left puzzled."""

import asyncio
from datetime import timedelta

from bot.redis import keys
from bot.redis.client import connect
from tests.town import AN_APPOINTMENT, Household, Remindable, Town, add_medicine, clock_in_london
from tests.valkey import Valkey

# Only the alarm in Redis wakes a bot that sweeps so rarely.
NEVER = 86_400


async def test_reminders_come_after_redis_was_emptied_and_the_bot_restarted(
    home: Household, town: Town, valkey: Valkey, remindable: Remindable
) -> None:
    minute = town.minute(ahead=3)
    await remindable.enter(home.anna, minute)
    await town.stop_bot()
    valkey.flush()
    await town.start_bot(sweep_seconds=NEVER)
    await alarm_is_set(town)
    town.jump_to(minute - timedelta(seconds=1))
    for phone in (home.anna, home.ben):
        await phone.sees(remindable.shown(minute))


async def test_reminders_come_after_redis_was_emptied_under_the_running_bot(
    home: Household, town: Town, valkey: Valkey, remindable: Remindable
) -> None:
    minute = town.minute(ahead=3)
    await town.restart_bot(sweep_seconds=NEVER)
    await remindable.enter(home.anna, minute)
    valkey.flush()
    await alarm_is_set(town)
    town.jump_to(minute - timedelta(seconds=1))
    for phone in (home.anna, home.ben):
        await phone.sees(remindable.shown(minute))


async def test_a_sweep_finds_what_no_alarm_rings_for(
    home: Household, town: Town, valkey: Valkey, remindable: Remindable
) -> None:
    minute = town.minute(ahead=3)
    await remindable.enter(home.anna, minute)
    valkey.flush()
    town.jump_to(minute - timedelta(seconds=1))
    await home.anna.sees(remindable.shown(minute))


async def test_while_redis_is_away_reminders_come_and_conversations_say_so(
    home: Household, town: Town, valkey: Valkey
) -> None:
    anna, ben = home.anna, home.ben
    minute = town.minute(ahead=2)
    at = clock_in_london(minute)
    await add_medicine(anna, f"Aspirin 100 mg at {at}")
    await anna.send("/addmed")
    await anna.sees("What is the medicine called?")
    valkey.stop()

    # Nobody knows what was asked; what is on one line is done.
    await anna.send("Zinc")
    await anna.sees("I can't remember our conversation at the moment.")
    await anna.send("/addmed")
    await anna.sees("I can't remember our conversation at the moment.")
    await add_medicine(ben, f"Statin 20 mg at {clock_in_london(minute + timedelta(minutes=1))}")

    town.jump_to(minute - timedelta(seconds=1))
    for phone in (anna, ben):
        await phone.sees(f"Mum · {at}", timeout=20)
    await ben.press("Taken")
    await anna.sees("recorded by Ben")

    # A minute that was set while Redis was away.
    town.jump_to(minute + timedelta(seconds=59))
    await ben.sees(f"Mum · {clock_in_london(minute + timedelta(minutes=1))}", timeout=20)
    town.jump_to(minute + timedelta(minutes=3))

    # Limits do not hold anybody up: commands and presses go through.
    for _ in range(25):
        await ben.send("/today")
    await town.settled()
    assert not [message for message in ben.messages if "That was a lot" in message.text]

    await valkey.start()
    await anna.send("/addmed")
    await anna.sees("What is the medicine called?")
    await anna.send("Zinc")
    await anna.sees("How much Zinc each time?")
    # And the alarm is set again, also for what was entered meanwhile.
    await alarm_is_set(town)


async def test_a_redis_that_hangs_holds_nothing_up(
    home: Household, town: Town, valkey: Valkey
) -> None:
    minute = town.minute(ahead=2)
    await add_medicine(home.anna, f"Aspirin 100 mg at {clock_in_london(minute)}")
    await AN_APPOINTMENT.enter(home.anna, minute)
    valkey.pause()
    try:
        town.jump_to(minute - timedelta(seconds=1))
        for phone in (home.anna, home.ben):
            await phone.sees(f"Mum · {clock_in_london(minute)}", timeout=20)
            await phone.sees(AN_APPOINTMENT.shown(minute), timeout=20)
        await home.anna.press("Taken", timeout=20)
        await home.ben.sees("recorded by Anna", timeout=20)
    finally:
        valkey.resume()


async def test_a_redis_that_takes_no_writes_holds_nothing_up(
    home: Household, town: Town, valkey: Valkey
) -> None:
    """As after a failover, for whoever is still connected to the old master."""
    minute = town.minute(ahead=2)
    await add_medicine(home.anna, f"Aspirin 100 mg at {clock_in_london(minute)}")
    await AN_APPOINTMENT.enter(home.anna, minute)
    valkey.turn_read_only(is_on=True)
    town.jump_to(minute - timedelta(seconds=1))
    for phone in (home.anna, home.ben):
        await phone.sees(f"Mum · {clock_in_london(minute)}", timeout=20)
        await phone.sees(AN_APPOINTMENT.shown(minute), timeout=20)
    await home.anna.press("Taken", timeout=20)
    await home.ben.sees("recorded by Anna", timeout=20)
    valkey.turn_read_only(is_on=False)
    await alarm_is_set(town)


async def alarm_is_set(town: Town) -> None:
    """Wait until Redis holds a job for every minute in which something acts."""
    async with connect(town.wiring.redis_url) as redis, asyncio.timeout(20):
        while True:
            minutes = await town.value(
                "SELECT count(DISTINCT at) FROM (SELECT next_action_at AS at FROM doses"
                " UNION SELECT next_action_at FROM appointment_occurrences) timers"
                " WHERE at IS NOT NULL"
            )
            if await redis.zcard(keys.APSCHEDULER_RUN_TIMES) >= minutes > 0:
                return
            await asyncio.sleep(0.1)
