"""`/give`: which dose it is, what others gave, too soon; `/history` and corrections."""

import asyncio

import pytest

from tests.town import Household, Town, add_medicine, add_person, ask, settle_in, undo

PRN = "Ibuprofen 400 mg as needed, 6 hours apart, max 2 a day"
STATES = "SELECT status, is_scheduled FROM doses WHERE status <> 'pending' ORDER BY taken_at"


@pytest.fixture
async def home(town: Town) -> Household:
    return await settle_in(town)


async def test_what_is_given_is_the_dose_that_is_open(home: Household, town: Town) -> None:
    asked = await ask(town, home.anna, home.ben)
    await home.ben.send("/give Aspirin")
    given = await home.ben.sees("Aspirin 100 mg, given today")
    assert f"It counts as the dose due today {asked.at}." in given.text
    await home.anna.sees("recorded by Ben", after=asked.cards[0])
    assert [tuple(row) for row in await town.rows(STATES)] == [("taken", True)]


async def test_a_time_and_an_amount_are_kept(home: Household, town: Town) -> None:
    asked = await ask(town, home.anna)
    await home.anna.send("/give Aspirin 50 mg at 07:20")
    asks = await home.anna.sees("That's ½ × the usual 100 mg.")
    assert "given today 07:20" in asks.text
    await home.anna.press("✅ Given", message=asks)
    await home.anna.sees("Aspirin 50 mg, given today 07:20.")
    await home.anna.sees("Taken 07:20, recorded by Anna", after=asked.cards[0])
    logged = await town.rows("SELECT given, amount, unit FROM medication_logs")
    assert [tuple(map(str, row)) for row in logged] == [("50 mg", "50", "mg")]


async def test_an_extra_one_is_recorded_once_it_is_confirmed(home: Household, town: Town) -> None:
    asked = await ask(town, home.anna)
    await home.anna.press("Taken", message=asked.cards[0])
    await home.anna.sees("recorded by Anna", after=asked.cards[0])
    await home.ben.send("/give Aspirin")
    warned = await home.ben.sees(
        "There's no unrecorded dose due around then, so this counts as an extra dose."
    )
    assert "by Anna (100 mg)" in warned.text
    assert await town.value("SELECT count(*) FROM medication_logs") == 1
    await home.ben.press("✅ Given", message=warned)
    await home.ben.sees("Aspirin 100 mg, given today")
    states = [tuple(row) for row in await town.rows(STATES)]
    assert states == [("taken", True), ("taken", False)]
    await undo(home.ben)
    await home.ben.sees("that dose of Aspirin 100 mg for Mum is no longer recorded.")


async def test_as_needed_it_says_who_gave_the_last_one(home: Household, town: Town) -> None:
    await add_medicine(home.anna, PRN)
    await home.anna.send("/give Ibuprofen")
    await home.anna.sees("Ibuprofen 400 mg, given today 07:3")
    town.jump_by(hours=3, minutes=10)
    await home.ben.send("/give Ibuprofen")
    warned = await home.ben.sees(
        "⚠️ That's only 3 h 10 min after the previous recorded dose. Doses are set to be at "
        "least 6 hours apart."
    )
    assert "Last given: today 07:3" in warned.text
    assert "3 h 10 min ago, recorded by Anna (400 mg)" in warned.text
    assert "Not counting this one: 1 of at most 2 doses in 24 hours" in warned.text
    await home.ben.press("Cancel", message=warned)
    await home.ben.sees("Cancelled. Nothing was saved.")
    assert await town.value("SELECT count(*) FROM medication_logs") == 1


async def test_two_people_at_the_same_instant_one_is_warned(home: Household, town: Town) -> None:
    await add_medicine(home.anna, PRN)
    await asyncio.gather(home.anna.send("/give Ibuprofen"), home.ben.send("/give Ibuprofen"))
    await town.settled()
    said = [home.anna.last.text, home.ben.last.text]
    assert sum("✅ Ibuprofen 400 mg, given today" in words for words in said) == 1
    assert sum("Doses are set to be at least 6 hours apart." in words for words in said) == 1
    assert await town.value("SELECT count(*) FROM medication_logs") == 1


async def test_what_was_confirmed_is_warned_about_anew_if_somebody_was_faster(
    home: Household, town: Town
) -> None:
    await add_medicine(home.anna, PRN)
    await home.anna.send("/give Ibuprofen")
    await home.anna.sees("given today")
    town.jump_by(hours=7)
    for person in home:
        await person.send("/give Ibuprofen")
    warnings = [await person.sees("1 of at most 2 doses in 24 hours") for person in home]
    await home.anna.press("✅ Given", message=warnings[0])
    await home.anna.sees("given today 14:3")
    await home.ben.press("✅ Given", message=warnings[1])
    again = await home.ben.sees("❗ New since I asked: today 14:3")
    assert "Doses are set to be at least 6 hours apart." in again.text
    assert "That makes 3 doses in 24 hours. The maximum is 2." in again.text
    assert "by Anna" in again.text
    await home.ben.press("✅ Given", message=again)
    await home.ben.sees("given today 14:3", after=again)
    assert await town.value("SELECT count(*) FROM medication_logs") == 3


async def test_between_two_doses_it_is_asked_which_one_it_was(home: Household, town: Town) -> None:
    await add_medicine(home.anna, "Aspirin 100 mg at 08:00 and 10:00")
    town.jump_by(hours=1, minutes=40)
    await home.anna.send("/give Aspirin at 09:00")
    which = await home.anna.sees("Which dose was it?")
    assert "given today 09:00" in which.text
    assert which.labels == (
        "The one due today 08:00",
        "The one due today 10:00",
        "An extra one",
        "✖️ Cancel",
    )
    await home.anna.press("The one due today 10:00", message=which)
    given = await home.anna.sees("✅ Aspirin 100 mg, given today 09:00.")
    assert "It counts as the dose due today 10:00." in given.text
    await home.anna.send("/give Aspirin at 08:59")
    asked = await home.anna.sees("That's only 1 minute before the next recorded dose.")
    await home.anna.press("Given", message=asked)
    given = await home.anna.sees("given today 08:59.")
    assert "It counts as the dose due today 08:00." in given.text


async def test_guided_it_asks_what_was_given(home: Household, town: Town) -> None:
    await home.anna.send("/give")
    await home.anna.sees("There are no medicines yet.")
    await add_person(home.anna, "Dad")
    await add_medicine(home.anna, "Aspirin 100 mg as needed for Mum")
    await add_medicine(home.anna, "Aspirin 100 mg as needed for Dad")
    await home.anna.send("/give")
    which = await home.anna.sees("What was given?")
    assert which.labels == ("Mum · Aspirin", "Dad · Aspirin", "✖️ Cancel")
    await home.anna.press("Dad · Aspirin", message=which)
    await home.anna.sees("Aspirin 100 mg, given today")
    await home.anna.send("/give Aspirin 50 mg")
    which = await home.anna.sees("What was given?")
    await home.anna.press("Mum · Aspirin", message=which)
    await home.anna.press("✅ Given", message=await home.anna.sees("½ × the usual"))
    await home.anna.sees("Aspirin 50 mg, given today")
    whose = "SELECT c.name FROM doses d JOIN care_recipients c ON c.id = d.care_recipient_id"
    assert {row.name for row in await town.rows(whose)} == {"Mum", "Dad"}


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("Aspirine", "Do you mean Aspirin?"),
        ("Morphine", "I don't know a medicine called “Morphine”"),
        ("Aspirin at 25:00", "“25:00” isn't a time of day"),
        ("Aspirin -1 tablet", "isn't an amount that can be given"),
        ("Aspirin a handful", "“a handful” isn't an amount or a time that I know."),
        ("Aspirin 99999999999 tablets", "looks too large"),
        ("Aspirin 3 days ago", "is more than 48 hours ago"),
        ("Aspirin 50 hours ago", "is more than 48 hours ago"),
        ("Aspirin today at 23:00", "is in the future"),
        ("x" * 2000, "longer than I can read"),
    ],
)
async def test_what_cannot_be_understood_records_nothing(
    home: Household, town: Town, line: str, answer: str
) -> None:
    await add_medicine(home.anna, "Aspirin 100 mg at 08:00")
    await home.anna.send(f"/give {line}")
    await home.anna.sees(answer)
    assert await town.count("medication_logs") == 0


async def test_a_viewer_gives_nothing(home: Household, town: Town) -> None:
    await add_medicine(home.anna, PRN)
    await town.change("UPDATE family_members SET role = 'viewer' WHERE role = 'caregiver'")
    await home.ben.send("/give Ibuprofen")
    await home.ben.sees("As a viewer, you can read")
    assert await town.count("medication_logs") == 0


async def test_the_history_shows_who_gave_what(home: Household, town: Town) -> None:
    await home.anna.send("/history")
    await home.anna.sees("Nothing has been recorded yet.")
    asked = await ask(town, home.anna, home.ben)
    await home.ben.press("Taken", message=asked.cards[1])
    await home.anna.sees("recorded by Ben", after=asked.cards[0])
    await home.anna.send("/history Aspirin")
    listed = await home.anna.sees("History of Aspirin")
    assert f"1. ✅ {asked.at} Aspirin 100 mg (recorded by Ben)" in listed.text
    for typed in ("Mum", "for mum"):
        await home.anna.send(f"/history {typed}")
        await home.anna.sees("History of Mum")
    await home.anna.press("1", message=listed)
    entry = await home.anna.sees("✅ taken today")
    assert "by Ben" in entry.text
    assert entry.labels == ("✏️ Correct", "↩️ Undo")


async def test_a_record_is_corrected_and_the_correction_undone(home: Household, town: Town) -> None:
    asked = await ask(town, home.anna, home.ben)
    await home.ben.press("Taken", message=asked.cards[1])
    card = await home.anna.sees("recorded by Ben", after=asked.cards[0])
    town.jump_by(minutes=1)
    await home.anna.press("✏️ Correct", message=card)
    entry = await home.anna.sees("✅ taken today")
    await home.anna.press("✏️ Correct", message=entry)
    await home.anna.sees("What should I correct about Mum's Aspirin?")
    await home.anna.press("It was skipped")
    await home.anna.sees("Would you like to add a reason?")
    await home.anna.send("x" * 1200)
    await home.anna.sees("Please use at most 500 characters.")
    await home.anna.send("she felt sick")
    corrected = await home.anna.sees("Corrected: Aspirin 100 mg, skipped.")
    assert "“she felt sick”" in corrected.text
    await home.ben.sees("Skipped, recorded by Anna", after=asked.cards[1])
    logs = "SELECT status, corrects_id IS NOT NULL AS corrects FROM medication_logs"
    rows = await town.rows(f"{logs} ORDER BY recorded_at")
    assert [tuple(row) for row in rows] == [("taken", False), ("skipped", True)]
    audited = await town.rows(
        "SELECT before, after FROM audit_events WHERE action = 'dose.corrected'"
    )
    assert audited[0].before["status"] == "taken"
    assert audited[0].after["note"] == "she felt sick"
    await undo(home.anna)
    await home.anna.sees("(It had been changed to: skipped.)")
    assert await town.value("SELECT count(*) FROM doses WHERE status = 'taken'") == 1


async def test_another_time_and_another_amount_are_put_right(home: Household, town: Town) -> None:
    asked = await ask(town, home.anna)
    await home.anna.press("Taken", message=asked.cards[0])
    await home.anna.sees("recorded by Anna", after=asked.cards[0])
    for button, typed, answer in (
        ("Taken at another time", "07:10", "taken today 07:10."),
        ("Another amount", "50 mg", "Correct the record?"),
    ):
        await home.anna.send("/history")
        listed = await home.anna.sees("History, family")
        await home.anna.press("1", message=listed)
        entry = await home.anna.sees("recorded today")
        await home.anna.press("✏️ Correct", message=entry)
        await home.anna.sees("What should I correct about Mum's Aspirin?")
        await home.anna.press(button)
        await home.anna.send(typed)
        answered = await home.anna.sees(answer)
    await home.anna.press("✅ Correct it", message=answered)
    await home.anna.sees("Corrected: Aspirin 50 mg, taken today 07:10.")


async def test_after_48_hours_nothing_is_corrected(home: Household, town: Town) -> None:
    asked = await ask(town, home.anna, medicines=("Aspirin 100 mg for 1 day",))
    await home.anna.press("Taken", message=asked.cards[0])
    await home.anna.sees("recorded by Anna", after=asked.cards[0])
    await home.anna.send("/history")
    listed = await home.anna.sees("History, family")
    await home.anna.press("1", message=listed)
    entry = await home.anna.sees("✅ taken today")
    town.jump_by(hours=49)
    toast = await home.anna.press("✏️ Correct", message=entry)
    assert "more than 48 hours ago" in toast.text
