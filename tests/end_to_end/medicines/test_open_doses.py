"""A medicine that changes while a dose of it is open: what holds for that dose, and who says so."""

from datetime import timedelta

import pytest

from bot.sandbox import Message, Person
from domain.medicines.doses.ladder import WINDOW
from tests.town import Asked, Household, Town, ask, clock_in_london

ONE = ("Aspirin 1 tablet",)


async def open_change(phone: Person, part: str) -> None:
    await phone.send("/meds")
    await phone.press("Aspirin", message=await phone.sees("Medicines, family"))
    await phone.press("✏️ Change", message=await phone.sees("Last given"))
    await phone.press(
        part, message=await phone.sees("What would you like to change about Mum's Aspirin?")
    )


async def change_to_two(phone: Person) -> Message:
    await open_change(phone, "How much")
    await phone.sees("How much Aspirin should Mum get each time")
    await phone.send("2 tablets")
    await phone.press("Save", message=await phone.sees("At least one dose would be larger."))
    return await phone.sees("Changed: Aspirin 2 tablets")


async def amounts(town: Town, asked: Asked) -> list[str]:
    rows = await town.rows("SELECT dosage FROM doses WHERE due_at = :at", at=asked.minute)
    return [row.dosage for row in rows]


async def test_a_change_says_what_holds_for_the_open_dose(home: Household, town: Town) -> None:
    asked = await ask(town, *home, medicines=ONE)
    changed = await change_to_two(home.anna)
    assert (
        f"The dose due today {asked.at} hasn't been recorded yet and stays at 1 tablet."
        in changed.text
    )
    assert changed.labels == ("✏️ Change that dose, too: 2 tablets", "↩️ Undo")
    await town.settled()
    assert await amounts(town, asked) == ["1 tablet"]
    assert not asked.cards[1].edited


async def test_the_open_dose_follows_on_every_phone(home: Household, town: Town) -> None:
    asked = await ask(town, *home, medicines=ONE)
    changed = await change_to_two(home.anna)
    toast = await home.anna.press("Change that dose, too", message=changed)
    assert toast.text == "Changed."
    for phone, card in zip(home, asked.cards, strict=True):
        shown = await phone.sees("• Aspirin 2 tablets", after=card)
        assert shown.id == card.id
    said = await home.anna.sees(f"The dose due today {asked.at} has been changed, too: 2 tablets.")
    assert said.labels == ("↩️ Undo",)
    taken = await home.ben.press("Taken", message=asked.cards[1])
    assert taken.text == "Taken: Aspirin 2 tablets"


async def test_undo_of_the_change_puts_the_open_dose_back(home: Household, town: Town) -> None:
    asked = await ask(town, *home, medicines=ONE)
    changed = await change_to_two(home.anna)
    await home.anna.press("Change that dose, too", message=changed)
    said = await home.anna.sees("has been changed, too", after=changed)
    card = await home.ben.sees("• Aspirin 2 tablets", after=asked.cards[1])
    await home.anna.press("Undo", message=said)
    await home.anna.press("Undo", message=await home.anna.sees("to: 💊 Aspirin 2 tablets"))
    await home.anna.sees("It's back to:\n💊 Aspirin 1 tablet")
    await home.ben.sees("• Aspirin 1 tablet", after=card)
    assert await amounts(town, asked) == ["1 tablet"]


async def test_an_answer_in_between_is_left_as_it_was_recorded(home: Household, town: Town) -> None:
    asked = await ask(town, *home, medicines=ONE)
    changed = await change_to_two(home.anna)
    await home.ben.press("Taken", message=asked.cards[1])
    await town.settled()
    toast = await home.anna.press("Change that dose, too", message=changed)
    assert toast.alert
    assert ", already recorded by Ben. That dose stays" in toast.text
    assert toast.text.endswith("That dose stays as it is.")
    said = await home.anna.sees("already recorded by Ben", after=changed)
    assert said.labels == ("↩️ Undo",)
    assert await amounts(town, asked) == ["1 tablet"]


async def test_a_change_that_was_undone_is_not_carried_on(home: Household, town: Town) -> None:
    asked = await ask(town, *home, medicines=ONE)
    changed = await change_to_two(home.anna)
    await home.anna.press("Undo", message=changed)
    await home.anna.press(
        "Undo", message=await home.anna.sees("you changed a medicine to: 💊 Aspirin")
    )
    await home.anna.sees("It's back to:")
    toast = await home.anna.press("Change that dose, too", message=changed)
    assert toast.alert
    assert toast.text == (
        "It has since been changed again, so I left that dose as it is. It's now: Aspirin 1 tablet"
    )
    assert await amounts(town, asked) == ["1 tablet"]


async def test_a_new_name_is_on_every_screen_at_once(home: Household, town: Town) -> None:
    asked = await ask(town, *home, medicines=ONE)
    await open_change(home.anna, "The name")
    await home.anna.sees("What is the medicine called?")
    await home.anna.send("Aspro")
    await home.anna.sees("Changed: Aspro 1 tablet")
    for phone, card in zip(home, asked.cards, strict=True):
        shown = await phone.sees("• Aspro 1 tablet", after=card)
        assert shown.id == card.id
    await home.ben.send("/today")
    await home.ben.sees(f"{asked.at} Aspro 1 tablet")


async def test_a_new_name_is_on_what_was_missed(home: Household, town: Town) -> None:
    asked = await ask(town, *home, medicines=ONE)
    town.jump_to(asked.minute + WINDOW)
    told = await home.ben.sees("nobody recorded this dose in time")
    card = await home.ben.sees("Missed: nobody recorded it in time")
    await open_change(home.anna, "The name")
    await home.anna.sees("What is the medicine called?")
    await home.anna.send("Aspro")
    await home.anna.sees("Changed: Aspro 1 tablet")
    for message in (told, card):
        assert "Aspirin" not in (await home.ben.sees("Aspro 1 tablet", after=message)).text
    await town.settled()
    # What was told of it before tells of what was.
    shown = [each for each in home.ben.messages if "added a medicine" not in each.text]
    assert not [each for each in shown if "Aspirin" in each.text]
    await home.ben.send("/history")
    await home.ben.sees(f"⚠️ {asked.at} Aspro 1 tablet (missed")


async def test_another_hour_says_how_long_the_open_dose_stays_so(
    home: Household, town: Town
) -> None:
    asked = await ask(town, *home, medicines=ONE)
    await open_change(home.anna, "When")
    await home.anna.sees("be given from now on?")
    later = clock_in_london(asked.minute + timedelta(minutes=20))
    await home.anna.send(f"at {later}")
    changed = await home.anna.sees("Changed: Aspirin 1 tablet")
    until = clock_in_london(asked.minute + WINDOW)
    assert f"You can still record the dose due today {asked.at}, until {until}." in changed.text
    taken = await home.ben.press("Taken", message=asked.cards[1])
    assert taken.text == "Taken: Aspirin 1 tablet"


async def test_stop_says_what_becomes_of_the_open_dose(home: Household, town: Town) -> None:
    asked = await ask(town, *home, medicines=ONE)
    await home.anna.send("/meds")
    await home.anna.press("Aspirin", message=await home.anna.sees("Medicines, family"))
    toast = await home.anna.press("Stop", message=await home.anna.sees("Last given"))
    assert (
        f"Nothing was recorded for the dose due today {asked.at}. I won't ask about it any more."
        in toast.text
    )
    await home.ben.sees("Stopped", after=asked.cards[1])
    late = await home.ben.press_altered(
        asked.cards[1].buttons[0][0].data or "", message=asked.cards[1]
    )
    assert late.alert
    assert late.text == (
        "Aspirin 1 tablet: this dose is no longer due, so nothing was recorded. If it was "
        "given, record it with /give."
    )


@pytest.mark.parametrize("whom", ["Aspirin", "Mum"])
async def test_a_pause_says_what_becomes_of_the_open_dose(
    home: Household, town: Town, whom: str
) -> None:
    asked = await ask(town, *home, medicines=ONE)
    await home.anna.send(f"/pause {whom} until 30 November")
    if whom == "Mum":
        await home.anna.press(
            "Keep appointment reminders", message=await home.anna.sees("I'll pause all")
        )
    said = await home.anna.sees("paused. ")
    assert (
        f"Nothing was recorded for the dose due today {asked.at}. I won't ask about it any more."
        in said.text
    )
    await home.ben.sees("Paused", after=asked.cards[1])
