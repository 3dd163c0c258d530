"""A command that was misspelt, or typed without its slash."""

from tests.town import Household, Town, add_medicine


async def test_a_misspelt_command_is_done_at_a_tap(home: Household, town: Town) -> None:
    await home.anna.send("/todya")
    asked = await home.anna.sees("Did you mean /today?")
    assert asked.labels == ("✅ Yes, /today", "✖️ Cancel")
    await home.anna.press("Yes", message=asked)
    await home.anna.sees("Nothing is due")
    await town.settled()
    assert not any(message.labels == asked.labels for message in home.anna.messages)


async def test_a_command_without_its_slash_is_done_with_what_was_typed_behind_it(
    home: Household, town: Town
) -> None:
    await home.anna.send("addmed Aspirin 100 mg at 21:00")
    await home.anna.press("Yes", message=await home.anna.sees("Did you mean /addmed?"))
    await home.anna.sees("Saved:")
    assert await town.count("medications") == 1
    await home.anna.send("addmed Zinc")
    await home.anna.press("Yes", message=await home.anna.sees("“addmed Zinc”"))
    await home.anna.sees("How much")
    await home.anna.send("5 mg at 22:00")
    await home.anna.press("✅ Save", message=await home.anna.sees("I understood:"))
    await home.anna.sees("Saved:")


async def test_what_a_guess_has_done_is_not_done_again_by_an_edit(
    home: Household, town: Town
) -> None:
    await add_medicine(home.anna, "Para 500 mg as needed")
    sent = await home.anna.send("/gvie Para")
    asked = await home.anna.sees("Did you mean /give?")
    await home.anna.press("Yes", message=asked)
    await home.anna.sees("Para 500 mg, given")
    await home.anna.edit(sent, "/give Para")
    await home.anna.sees("You've edited your message")
    assert await town.value("SELECT count(*) FROM doses WHERE status = 'taken'") == 1


async def test_a_guess_gives_way_to_the_command_itself(home: Household) -> None:
    await home.anna.send("/todya")
    asked = await home.anna.sees("Did you mean /today?")
    await home.anna.send("/today")
    due = await home.anna.sees("Nothing is due")
    toast = await home.anna.press("Yes", message=asked)
    assert "already been answered" in toast.text
    assert home.anna.last.text == due.text


async def test_a_question_that_is_open_stays_open_beside_a_guess(
    home: Household, town: Town
) -> None:
    await home.anna.send("/addmed Zinc")
    await home.anna.sees("How much")
    await home.anna.send("/gvie Aspirin")
    guess = await home.anna.sees("Please send it again: /give Aspirin")
    assert guess.labels == ("/give",)
    await home.anna.sees("“Zinc” isn't saved yet.")
    await home.anna.send("/nosuchthing")
    await home.anna.sees("I don't know that command.")
    await home.anna.send("5 mg at 22:00")
    await home.anna.press("✅ Save", message=await home.anna.sees("I understood:"))
    await home.anna.sees("Saved:")
    assert await town.count("medications") == 1


async def test_a_guess_that_is_refused_says_why_and_is_over(home: Household) -> None:
    await home.ben.send("/udno")
    await home.ben.press("Yes", message=await home.ben.sees("Did you mean /undo?"))
    await home.ben.sees("nothing")
    await home.ben.send("lorem ipsum")
    await home.ben.sees("I'm not sure what you mean by")
