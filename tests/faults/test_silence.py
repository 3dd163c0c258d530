"""The bot was away for longer than Telegram keeps a tap."""

import time

from redis.asyncio import Redis

from bot.redis import keys
from tests.town import Household, Town, ask
from tests.valkey import Valkey


async def test_what_was_tapped_meanwhile_is_asked_for_again(
    home: Household, town: Town, valkey: Valkey
) -> None:
    asked = await ask(town, *home)
    await town.stop_bot()
    redis = Redis.from_url(valkey.url)
    await redis.set(keys.LAST_POLL, time.time() - 600)
    await redis.aclose()
    await town.start_bot()
    again = [
        await phone.sees("🔌 I couldn't hear anybody", after=card, timeout=30)
        for phone, card in zip(home, asked.cards, strict=True)
    ]
    home.ben.tap("Taken", message=again[1])
    await home.anna.sees("recorded by Ben", after=again[0], timeout=30)
    assert await town.count("medication_logs") == 1


async def test_a_short_pause_is_no_silence(home: Household, town: Town) -> None:
    asked = await ask(town, *home)
    await town.restart_bot()
    home.anna.tap("Taken", message=asked.cards[0])
    await home.ben.sees("recorded by Anna", after=asked.cards[1], timeout=30)
    assert await town.count("notifications WHERE facts ? 'silent_until'") == 0
