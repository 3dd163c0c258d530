"""How a medicine is taken, and what for: added, changed, left out, undone."""

from bot.sandbox import Message, Person
from tests.town import Household, Town, ask, undo

NOTES = "SELECT instructions, reason FROM medications"


async def open_part(phone: Person, part: str) -> Message:
    await phone.send("/meds")
    await phone.press("Aspirin", message=await phone.sees("Medicines, family"))
    await phone.press("✏️ Change", message=await phone.sees("Last given"))
    what = await phone.sees("What would you like to change about Mum's Aspirin?")
    await phone.press(part, message=what)
    return await phone.sees("How is Aspirin taken?" if "How" in part else "What is Aspirin for?")


async def notes(town: Town) -> tuple[str | None, str | None]:
    [row] = await town.rows(NOTES)
    return row.instructions, row.reason


async def test_instructions_are_added_changed_and_undone(home: Household, town: Town) -> None:
    asked = await ask(town, *home)
    question = await open_part(home.anna, "How to take it")
    assert "Remove this note" not in question.labels
    await home.anna.send("with food,  by mouth")
    changed = await home.anna.sees("Changed: Aspirin 100 mg")
    assert "\nHow to take it: with food, by mouth\n" in changed.text
    assert changed.labels == ("↩️ Undo",)
    card = await home.ben.sees("• Aspirin 100 mg\nwith food, by mouth", after=asked.cards[1])
    assert card.id == asked.cards[1].id
    question = await open_part(home.anna, "How to take it")
    assert "Now: with food, by mouth." in question.text
    await home.anna.press("on an empty stomach", message=question)
    await home.anna.sees("How to take it: on an empty stomach", after=question)
    await undo(home.anna)
    back = await home.anna.sees("It's back to:")
    assert "How to take it: with food, by mouth" in back.text
    assert await notes(town) == ("with food, by mouth", None)
    question = await open_part(home.anna, "How to take it")
    await home.anna.press("Remove this note", message=question)
    await home.anna.sees("Changed: Aspirin 100 mg", after=question)
    assert await notes(town) == (None, None)


async def test_what_it_is_for_is_told_to_others(home: Household, town: Town) -> None:
    await ask(town, *home)
    await home.anna.press("pain", message=await open_part(home.anna, "What for"))
    await home.anna.sees("What it's for: pain")
    town.jump_by(minutes=1)
    told = await home.ben.sees("✏️ Anna changed a medicine for Mum:")
    assert told.text.startswith(
        "✏️ Anna changed a medicine for Mum:\n💊 Aspirin\nWhat it's for: pain"
    )
    assert await notes(town) == (None, "pain")


async def test_too_many_words_are_refused_and_asked_again(home: Household, town: Town) -> None:
    await ask(town, *home)
    await open_part(home.anna, "What for")
    await home.anna.send("pain " * 30)
    await home.anna.sees("too long")
    await home.anna.send("pain")
    await home.anna.sees("What it's for: pain")


async def test_a_draft_takes_notes_too(home: Household, town: Town) -> None:
    await home.anna.send("/addmed")
    await home.anna.sees("What is the medicine called?")
    await home.anna.send("Ibuprofen")
    await home.anna.sees("How much Ibuprofen")
    await home.anna.send("400 mg")
    await home.anna.press("Mornings", message=await home.anna.sees("When is Ibuprofen due?"))
    understood = await home.anna.sees("I understood:")
    await home.anna.press("Change", message=understood)
    what = await home.anna.sees("What would you like to change about Ibuprofen?")
    await home.anna.press("How to take it", message=what)
    await home.anna.press("with food", message=await home.anna.sees("How is Ibuprofen taken?"))
    understood = await home.anna.sees("How to take it: with food")
    await home.anna.press("Save", message=understood)
    saved = await home.anna.sees("✅ Saved: Ibuprofen 400 mg")
    assert "How to take it: with food" in saved.text
    assert await notes(town) == ("with food", None)
