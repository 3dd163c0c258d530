"""Somebody's record undone by another: they hear of it, without a sound."""

from tests.town import Household, Town, ask, clock_in_london


async def test_whose_record_another_undoes_hears_of_it_silently(
    home: Household, town: Town
) -> None:
    asked = await ask(town, home.anna, home.ben)
    await home.anna.press("Taken", message=asked.cards[0])
    card = await home.ben.sees("recorded by Anna", after=asked.cards[1])
    before = clock_in_london(town.clock.now())
    await home.ben.press("Undo", message=card)
    told = await home.anna.sees("↩️ Ben undid your record of Aspirin for Mum, due Monday")
    assert told.silent
    assert told.text.endswith("Now nothing is recorded for it.")
    assert asked.at in told.text
    assert before >= asked.at
    await town.settled()
    assert not [message for message in home.ben.messages if "undid" in message.text]
    # A card that rings is another thing.
    assert not asked.cards[0].silent


async def test_ones_own_undo_tells_nobody(home: Household, town: Town) -> None:
    asked = await ask(town, home.anna, home.ben)
    await home.anna.press("Taken", message=asked.cards[0])
    card = await home.anna.sees("recorded by Anna", after=asked.cards[0])
    await home.anna.press("Undo", message=card)
    await town.settled()
    assert await town.value("SELECT count(*) FROM notifications WHERE kind = 'record_changed'") == 0


async def test_who_has_blocked_the_bot_is_not_told(home: Household, town: Town) -> None:
    asked = await ask(town, home.anna, home.ben)
    await home.anna.press("Taken", message=asked.cards[0])
    card = await home.ben.sees("recorded by Anna", after=asked.cards[1])
    home.anna.block()
    await town.until("SELECT count(*) = 1 FROM users WHERE blocked_at IS NOT NULL")
    await home.ben.press("Undo", message=card)
    await town.settled()
    assert not [message for message in home.anna.messages if "undid" in message.text]
