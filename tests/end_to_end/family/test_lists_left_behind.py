"""Lists that are on a phone when its owner leaves a family, is removed, or sees less of it: a tap
on any of their buttons is refused politely, and the buttons are gone.
"""

from collections.abc import Sequence

import pytest

from bot.sandbox import Message, Person
from tests.end_to_end.family.test_members import open_member, remove
from tests.end_to_end.leaving.test_erasure import erase
from tests.town import Household, Town, add_medicine, add_person, ask

#: Every list there is, and what names somebody with buttons.
ASKED = (
    *("/today", "/meds", "/appts", "/doctors", "/people", "/history", "/history Senna", "/family"),
    *("/settings", "/removed", "/undo", "which medicines?", "when is the podiatry?"),
    "/history Dad",
)
LEFT = "You're not in this family any more. If that's a mistake, ask for a new invitation."
UNSEEN = "You don't see this any more, or it isn't there any more."


async def lists_of(home: Household, town: Town) -> Sequence[Message]:
    """All of them, on Ben's phone, with something of Dad's on each."""
    await add_person(home.anna, "Dad")
    await ask(town, *home, medicines=["Aspirin 100 mg for Mum", "Senna 1 mg for Dad"])
    await add_medicine(home.anna, "Zinc 1 mg at 23:00 for Dad")
    for line in ("/adddoctor Quill for Dad", "/addappt Podiatry tomorrow 10:00 for Dad"):
        await home.ben.send(line)
        await home.ben.sees("Saved in the family")
    await town.settled()
    shown: list[Message] = []
    for line in ASKED:
        before = len(home.ben.messages)
        await home.ben.send(line)
        await town.settled()
        shown += [m for m in home.ben.messages[before:] if m.from_bot and m.labels]
    assert len(shown) >= 10
    return shown


async def tap(person: Person, message: Message, data: str) -> tuple[str, Message]:
    toast = await person.press_altered(data, message=message)
    return toast.text if toast.alert else "", now(person, message)


def now(person: Person, message: Message) -> Message:
    return next(each for each in person.messages if each.id == message.id)


@pytest.mark.parametrize("way", ["removed", "erased"])
async def test_whoever_is_gone_finds_each_list_closed_at_a_tap(
    home: Household, town: Town, way: str
) -> None:
    lists = await lists_of(home, town)
    if way == "erased":
        await erase(home.ben)
    else:
        await remove(home.anna, "Ben")
    await town.settled()
    changes = await town.count("audit_events")
    for message in lists:
        for button in (button for row in message.buttons for button in row):
            if button.data is None:
                continue
            refusal, shown = await tap(home.ben, message, button.data)
            assert refusal.startswith("This button is too old" if way == "erased" else LEFT), button
            await town.settled()
            assert now(home.ben, message).labels == (), shown.text
    assert await town.count("audit_events") == changes


async def test_whoever_sees_less_finds_lists_of_the_others_closed_at_a_tap(
    home: Household, town: Town
) -> None:
    lists = await lists_of(home, town)
    await home.anna.press("Whom they see", message=await open_member(home.anna, "Ben"))
    await home.anna.press("Dad", message=await home.anna.sees("Whom may Ben see?"))
    await home.anna.press("Save", message=await home.anna.sees("only Mum"))
    await home.anna.sees("Sees only Mum")
    await town.settled()
    refused = 0
    for message in lists:
        for button in (button for row in message.buttons for button in row):
            if button.data is None:
                continue
            seen = len(home.ben.messages)
            before = now(home.ben, message)
            said, _ = await tap(home.ben, message, button.data)
            await town.settled()
            shown = now(home.ben, message)
            assert "no longer there" not in said, button
            if said.startswith(UNSEEN):
                assert shown.labels == (), button
                refused += 1
            new = [said, *(m.text + str(m.labels) for m in home.ben.messages[seen:])]
            if shown.text != before.text:
                new.append(shown.text + str(shown.labels))
            for hidden in ("Senna", "Zinc", "Quill", "Podiatry", "Dad"):
                assert not any(hidden in each for each in new), (button, new)
    assert refused > 10
    # What is asked for anew has buttons as ever.
    await home.ben.send("/meds")
    assert (await home.ben.sees("Aspirin")).labels
