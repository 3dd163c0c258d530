"""What one changes comes up on the other's phone."""

from datetime import timedelta

from bot.sandbox import Message
from tests.town import Household, Town, add_medicine, undo


def shown(home: Household, message: Message) -> Message:
    return next(each for each in home.ben.messages if each.id == message.id)


async def a_minute_passes(town: Town) -> None:
    await town.settled()
    town.jump_to(town.minute(ahead=1) + timedelta(seconds=1))


async def test_the_driver_hears_of_a_move_and_of_its_undo(home: Household, town: Town) -> None:
    await home.anna.send("/addappt Cardiologist friday 10:00")
    saved = await home.anna.sees("✅ Saved in the family")
    await a_minute_passes(town)
    told = await home.ben.sees("Anna added an appointment")
    assert told.silent
    await home.ben.press("Details", message=told)
    opened = await home.ben.sees("Cardiologist for Mum", after=told)
    await home.ben.press("I'll drive", message=opened)
    await home.ben.sees("🚗 Ben is driving", after=told)
    await a_minute_passes(town)
    assert (await home.anna.sees("🚗 Ben will drive:")).silent
    await home.anna.press("Move", message=saved)
    await home.anna.sees("which day?")
    await home.anna.send("thursday 08:30")
    await home.anna.sees("✅ Moved in the family")
    await a_minute_passes(town)
    moved = await home.ben.sees("Anna moved an appointment")
    assert "🕑 Thursday 26 November, 08:30" in moved.text
    assert "Before: Friday 27 November, 10:00" in moved.text
    assert "🚗 You're driving." in moved.text
    assert not moved.silent
    await undo(home.anna)
    await home.anna.sees("Undone. It's back to")
    await a_minute_passes(town)
    undone = await home.ben.sees("Anna undid a change to an appointment", after=moved)
    assert not undone.silent
    await town.settled()
    assert "↩️ Undone. Now it's:" in shown(home, moved).text


async def test_it_is_turned_off_and_on_again_in_the_same_place(home: Household, town: Town) -> None:
    await add_medicine(home.anna, "Aspirin 100 mg at 20:00")
    await a_minute_passes(town)
    told = await home.ben.sees("Anna added a medicine for Mum")
    toast = await home.ben.press("Don't tell me what others change", message=told)
    assert "I'll stop telling you what others change" in toast.text
    await town.settled()
    assert shown(home, told).labels == ("🔔 Start telling me what others change",)
    await add_medicine(home.anna, "Zinc 10 mg at 20:00")
    await a_minute_passes(town)
    await town.settled()
    assert not any("Zinc" in message.text for message in home.ben.messages)
    await home.ben.press("Start telling me what others change", message=shown(home, told))
    await town.settled()
    assert shown(home, told).labels == ("🔕 Don't tell me what others change",)
    await add_medicine(home.anna, "Iron 10 mg at 20:00")
    await a_minute_passes(town)
    await home.ben.sees("Iron")
