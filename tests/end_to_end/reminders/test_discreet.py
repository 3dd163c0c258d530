"""Who wants no names of medicines on their phone reads none, whatever the bot writes by itself."""

from datetime import timedelta

from bot.sandbox import Person
from tests.town import Household, Town, add_medicine, clock_in_london


def written_to(person: Person, *, since: int) -> str:
    """Everything that the bot has on that phone by now, buttons too."""
    shown = [one for one in person.messages if one.from_bot and one.id > since]
    return "\n".join(part for one in shown for part in (one.text, *one.labels))


async def test_nothing_that_comes_by_itself_names_a_medicine(home: Household, town: Town) -> None:
    anna, ben = home
    await ben.send("/settings")
    await ben.press("Don't say what is taken", message=await ben.sees("Settings"))
    await town.settled()
    since = ben.last.id
    minute = town.minute(ahead=30)
    at = clock_in_london(minute)
    await add_medicine(anna, f"Aspirin 1 tablet at {at}")
    await anna.send("/refill Aspirin 5 tablets")
    await anna.sees("Aspirin")
    town.jump_by(minutes=2)
    news = await ben.sees("Anna changed Mum's medicines. /meds shows how they are now.")
    assert "Aspirin" not in news.text
    # A card, a record of Ben's that Anna corrects.
    town.jump_to(minute - timedelta(seconds=1))
    card = await ben.sees(f"Mum · {at}")
    assert "Medicine A" in card.text
    await anna.sees(f"Mum · {at}")
    await ben.press("Taken", message=card)
    shown = await anna.sees("recorded by Ben")
    await anna.press("Undo", message=shown)
    told = await ben.sees("Anna changed what you'd recorded for Mum.")
    assert "/history" in told.text
    # The stock runs low.
    for hours in (12, 14):
        town.jump_by(hours=hours)
        await town.settled()
    low = await ben.sees("running low")
    assert "I'll get it: Medicine A" in "\n".join(low.labels)
    assert "All medicines" in low.labels[-1]
    await town.settled()
    assert "Aspirin" not in written_to(ben, since=since)
    # Anna reads them as ever: the control.
    assert "Aspirin" in written_to(anna, since=0)
    assert "running low" in written_to(anna, since=0)
