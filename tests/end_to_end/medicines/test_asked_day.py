"""A label says "before breakfast": when that is, is asked once."""

from tests.town import Household, Town


async def times_of(town: Town, name: str) -> list[str]:
    found = await town.value("SELECT schedule -> 'times' FROM medications WHERE name = :n", n=name)
    return list(found)


async def test_the_first_label_asks_and_the_next_does_not(home: Household, town: Town) -> None:
    await home.anna.send("/addmed Levothyroxine 50 mcg before breakfast and at bedtime")
    asked = await home.anna.sees("When are breakfast and bedtime for Mum? I'd use 08:00 and 22:00.")
    assert await town.count("medications") == 0
    await home.anna.press("Use these", message=asked)
    confirm = await home.anna.sees("I understood:")
    assert "breakfast 08:00, bedtime 22:00" in confirm.text
    assert await town.value("SELECT day_times FROM care_recipients") is None
    await home.anna.press("Save", message=confirm)
    await home.anna.sees("Saved: Levothyroxine")
    assert await times_of(town, "Levothyroxine") == ["07:30", "22:00"]
    assert await town.value("SELECT day_times FROM care_recipients") == {
        "breakfast": "08:00",
        "bedtime": "22:00",
    }
    await home.anna.send("/addmed Ramipril 5 mg with breakfast")
    await home.anna.sees("Saved: Ramipril 5 mg")
    assert await times_of(town, "Ramipril") == ["08:00"]


async def test_other_times_move_what_is_saved(home: Household, town: Town) -> None:
    await home.anna.send("/addmed Metformin 500 mg with breakfast and dinner")
    asked = await home.anna.sees("When are breakfast and dinner for Mum?")
    await home.anna.press("Other times", message=asked)
    await home.anna.sees("When is breakfast for Mum? Tap a time")
    await home.anna.send("7:15 and 6:30")
    confirm = await home.anna.sees("breakfast 07:15, dinner 18:30")
    await home.anna.press("Save", message=confirm)
    await home.anna.sees("Saved: Metformin 500 mg")
    assert await times_of(town, "Metformin") == ["07:15", "18:30"]


async def test_nothing_of_it_is_kept_if_it_is_cancelled(home: Household, town: Town) -> None:
    await home.anna.send("/addmed Metformin 500 mg with breakfast")
    await home.anna.sees("When is breakfast for Mum?")
    await home.anna.send("whenever")
    await home.anna.sees("I can't read times of the day in “whenever”.")
    await home.anna.send("7")
    confirm = await home.anna.sees("I understood:")
    await home.anna.press("Cancel", message=confirm)
    await home.anna.sees("Cancelled.")
    assert await town.value("SELECT day_times FROM care_recipients") is None
    assert await town.count("medications") == 0


async def test_a_change_to_breakfast_goes_by_the_persons_day(home: Household, town: Town) -> None:
    await home.anna.send("/people")
    await home.anna.press("Times of day", message=await home.anna.sees("People, family"))
    await home.anna.sees("Mum's day:")
    await home.anna.send("breakfast 7:00")
    await home.anna.sees("Saved for Mum:")
    await home.anna.send("/addmed Ramipril 5 mg at 20:00")
    saved = await home.anna.sees("Saved: Ramipril 5 mg")
    await home.anna.press("Change", message=saved)
    await home.anna.sees("What would you like to change")
    await home.anna.send("half an hour before breakfast")
    await home.anna.sees("Changed: Ramipril 5 mg")
    assert await times_of(town, "Ramipril") == ["06:30"]
    assert "Nobody has told me" not in "".join(message.text for message in home.anna.messages)


async def test_a_list_says_which_times_it_has_used(home: Household, town: Town) -> None:
    await home.anna.send("/addmed Iron 1 tablet at bedtime\nRamipril 5 mg with breakfast")
    await home.anna.press("Save all 2", message=await home.anna.sees("Ramipril"))
    await home.anna.sees("Saved 2 in the family")
    said = await home.anna.sees("I use the usual ones: breakfast at 08:00 and bedtime at 22:00.")
    await home.anna.press("Times of day", message=said)
    await home.anna.sees("Mum's day:")
    await home.anna.send("breakfast 7:00, bedtime 23:00")
    confirm = await home.anna.sees("Ramipril moves from 08:00 to 07:00.")
    assert "Iron moves from 22:00 to 23:00." in confirm.text
    await home.anna.press("Save", message=confirm)
    await home.anna.sees("Saved for Mum:")
    assert await times_of(town, "Ramipril") == ["07:00"]


async def test_a_list_that_was_read_before_the_day_changed_is_shown_again(
    home: Household, town: Town
) -> None:
    await home.anna.send("/addmed Iron 1 tablet at 20:00\nRamipril 5 mg with breakfast")
    listed = await home.anna.sees("Ramipril")
    await home.ben.send("/people")
    await home.ben.press("Times of day", message=await home.ben.sees("People, family"))
    await home.ben.sees("Mum's day:")
    await home.ben.send("breakfast 7:00")
    await home.ben.sees("Saved for Mum:")
    await home.anna.press("Save all 2", message=listed)
    again = await home.anna.sees("07:00")
    await town.settled()
    assert await town.count("medications") == 1
    await home.anna.press("Save", message=again)
    await town.until("SELECT count(*) = 2 FROM medications")
    assert await times_of(town, "Ramipril") == ["07:00"]
