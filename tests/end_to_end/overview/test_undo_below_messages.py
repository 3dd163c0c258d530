"""An Undo below a message is about what that message says, whatever was done since, and by whom."""

from bot.sandbox import Message, Person
from bot.ui.presses.doses import UndoRecord
from bot.ui.presses.overview import RunCommand
from tests.town import Household, Town, add_medicine, ask


async def corrected_to_skipped(who: Person) -> Message:
    """The newest record, by the history: it was not taken."""
    await who.send("/history")
    await who.press("1", message=await who.sees("📜 History"))
    await who.press("Correct", message=await who.sees("recorded"))
    await who.press("It was skipped", message=await who.sees("What should I correct"))
    await who.press("No reason", message=await who.sees("Would you like to add a reason?"))
    return await who.sees("✅ Corrected")


async def test_a_correction_that_another_has_undone_is_named_so(
    home: Household, town: Town
) -> None:
    asked = await ask(town, home.anna, home.ben, medicines=("Aspirin 1 tablet",))
    await home.anna.send("/refill Aspirin 10")
    await home.anna.sees("10 tablets added")
    await home.ben.press("Taken", message=asked.cards[1])
    await home.ben.sees("recorded by Ben", after=asked.cards[1])
    corrected = await corrected_to_skipped(home.anna)
    card = await home.ben.sees("Skipped, recorded by Anna", after=asked.cards[1])
    toast = await home.ben.press("Undo", message=card)
    assert toast.text.startswith("Correction undone. The record of Aspirin is again: taken at ")
    assert "(It had been changed to: skipped.)" in toast.text
    again = await home.ben.sees("recorded by Ben", after=card)
    toast = await home.anna.press("Undo", message=corrected)
    assert toast.alert
    assert toast.text.startswith("Ben has already undone that. It now says: given at ")
    assert (await home.anna.sees("✅ Corrected", after=corrected)).labels == ()
    assert await town.value("SELECT stock FROM medications") == 9
    # A second tap on the old button undoes nothing more; below what stands now, the record itself.
    undo = next(b for row in card.buttons for b in row if "Undo" in b.text)
    toast = await home.ben.press_altered(undo.data or "", message=again)
    assert "already recorded by Ben" in toast.text
    await home.ben.press("Undo", message=again)
    await home.ben.sees("• Aspirin 1 tablet", after=again)


async def test_a_refill_is_named_by_its_own_button(home: Household) -> None:
    for line in ("Aspirin 1 tablet at 08:00", "Zinc 1 tablet at 08:00"):
        await add_medicine(home.anna, line)
    await home.anna.send("/refill Aspirin 10")
    refilled = await home.anna.sees("✅ Aspirin for Mum: 10 tablets added")
    await home.anna.send("/refill Zinc 5")
    await home.anna.sees("✅ Zinc for Mum: 5 tablets added")
    await home.anna.press("Undo", message=refilled)
    named = await home.anna.sees("Just now, you refilled: 💊 Aspirin 1 tablet")
    await home.ben.send("/refill Aspirin 20")
    await home.ben.sees("✅ Aspirin for Mum: 20 tablets added")
    for message in (named, refilled):
        toast = await home.anna.press("Undo", message=message)
        assert toast.text.startswith("Ben has since refilled Aspirin. I haven't undone anything.")
        assert toast.alert
    # A button from before does not say what it means, and offers what was last.
    await home.anna.press_altered(RunCommand(command="undo").encode(), message=refilled)
    await home.anna.sees("Just now, you refilled: 💊 Zinc")


async def test_what_they_did_to_it_since_is_to_be_undone_first(home: Household) -> None:
    await add_medicine(home.anna, "Aspirin 1 tablet at 08:00")
    await home.anna.send("/refill Aspirin 10")
    refilled = await home.anna.sees("10 tablets added")
    await home.anna.send("/refill Aspirin = 4")
    counted = await home.anna.sees("total set to 4 tablets")
    toast = await home.anna.press("Undo", message=refilled)
    assert toast.text == "You've since changed Aspirin. Type /undo to undo that first."
    for message, done in ((counted, "counted the stock of"), (refilled, "refilled")):
        await home.anna.press("Undo", message=message)
        named = await home.anna.sees(f"Just now, you {done}: 💊 Aspirin")
        await home.anna.press("Undo", message=named)
        await home.anna.sees("the stock of Aspirin 1 tablet is as it was", after=named)
    toast = await home.anna.press("Undo", message=refilled)
    assert (toast.text, toast.alert) == ("You've already undone that.", True)


async def test_a_pause_and_an_appointment_are_named_by_their_own_buttons(home: Household) -> None:
    await add_medicine(home.anna, "Aspirin 1 tablet at 08:00")
    await home.anna.send("/addappt Dentist in 3 days at 10:00")
    dentist = await home.anna.sees("✅ Saved in the family")
    await home.anna.send("/pause Aspirin until 3 December")
    paused = await home.anna.sees("⏸ Aspirin is paused")
    await add_medicine(home.anna, "Zinc 5 mg at 12:00")
    await home.anna.press("Undo", message=paused)
    await home.anna.sees("Just now, you paused: 💊 Aspirin")
    await home.anna.press("Undo", message=dentist)
    await home.anna.sees("Just now, you added: 📅 Dentist")


async def test_a_list_is_undone_one_by_one_whatever_was_added_since(home: Household) -> None:
    await home.anna.send("/addmed Aspirin 1 tablet at 08:00\nZinc 5 mg at 12:00")
    await home.anna.press("Save", message=await home.anna.sees("Zinc"))
    saved = await home.anna.sees("✅ Saved 2 in the family")
    await add_medicine(home.anna, "Iron 5 mg at 18:00")
    for name in ("Zinc 5 mg", "Aspirin 1 tablet"):
        await home.anna.press("Undo", message=saved)
        named = await home.anna.sees(f"you added: 💊 {name}")
        await home.anna.press("Undo", message=named)
        await home.anna.sees(f"{name} has been removed")
    toast = await home.anna.press("Undo", message=saved)
    assert toast.text == "You've already undone that."


async def test_a_record_that_is_undone_is_shown_so_where_it_was_shown_given(
    home: Household,
) -> None:
    await add_medicine(home.anna, "Para 500 mg as needed, 4 hours apart")
    await home.anna.send("/give Para")
    given = await home.anna.sees("✅ Para 500 mg, given today")
    await home.ben.send("/history")
    await home.ben.press("1", message=await home.ben.sees("📜 History"))
    entry = await home.ben.sees("recorded today")
    await home.ben.press("Undo", message=entry)
    page = await home.ben.sees("by Ben", after=entry)
    assert page.id == entry.id
    assert "↩️ undone today" in page.text
    assert page.labels == ()
    for label in ("Correct", "Undo"):
        data = next(b.data for row in given.buttons for b in row if label in b.text)
        toast = await home.anna.press_altered(data or "", message=given)
        assert (toast.text, toast.alert) == ("Ben undid the record of Para 500 mg.", True)
    shown = await home.anna.sees("↩️ undone today", after=given)
    assert (shown.id, shown.labels) == (given.id, ())
    assert "by Ben" in shown.text


async def test_ones_own_undo_takes_the_buttons_away(home: Household) -> None:
    await add_medicine(home.anna, "Para 500 mg as needed, 4 hours apart")
    await home.anna.send("/give Para")
    given = await home.anna.sees("✅ Para 500 mg, given today")
    toast = await home.anna.press("Undo", message=given)
    assert toast.text == "Undone: Para 500 mg"
    shown = await home.anna.sees("↩️ undone today", after=given)
    assert (shown.id, shown.labels) == (given.id, ())


async def test_whoever_has_nothing_to_undo_is_told_so(home: Household, town: Town) -> None:
    asked = await ask(town, home.anna, home.ben)
    old = RunCommand(command="undo").encode()
    toast = await home.ben.press_altered(old, message=asked.cards[1])
    assert toast.text == "You have nothing to undo from the last 48 hours."
    data = asked.cards[1].buttons[0][0].data or ""
    toast = await home.ben.press_altered(UndoRecord.verb + data[2:46], message=asked.cards[1])
    assert toast.text == "Nothing is recorded for Aspirin 100 mg yet."


async def test_what_is_undone_is_said_where_it_was_asked(home: Household, town: Town) -> None:
    saved = await add_medicine(home.anna, "Aspirin 1 tablet at 08:00")
    await home.anna.send("/refill Aspirin 10")
    refilled = await home.anna.sees("10 tablets added")
    await home.anna.press("Undo", message=refilled)
    named = await home.anna.sees("Just now, you refilled: 💊 Aspirin")
    undo = next(b for row in named.buttons for b in row if "Undo" in b.text)
    await home.anna.press("Undo", message=named)
    undone = await home.anna.sees("the stock of Aspirin 1 tablet is as it was")
    assert (undone.id, undone.labels) == (named.id, ())
    await home.anna.press("Undo", message=saved)
    removed = await home.anna.sees("Aspirin 1 tablet has been removed", after=undone)
    assert (removed.id, removed.labels) == (saved.id, ())
    # A second tap on a button that is no longer there undoes nothing more.
    before = len(home.anna.messages)
    toast = await home.anna.press_altered(undo.data or "", message=undone)
    assert toast.alert
    await town.settled()
    assert len(home.anna.messages) == before
    assert await town.count("medications WHERE deleted_at IS NULL") == 0
