"""Two of one name, or of names that are easily mistaken: pointed out when the second one is added
or changed, told apart wherever they are named.
"""

import pytest

from tests.town import Household, Town, add_medicine, ask, clock_in_london, settle_in

NAMES = "SELECT name FROM medications WHERE deleted_at IS NULL ORDER BY created_at"
ASKED = "Mum also takes Prednisone 5 mg, every day at 09:00. Is Prednisolone a different medicine?"


@pytest.fixture
async def home(town: Town) -> Household:
    return await settle_in(town)


async def names(town: Town, sql: str = NAMES) -> list[str]:
    return [row.name for row in await town.rows(sql)]


async def test_a_name_easily_mistaken_is_pointed_out_before_it_is_saved(
    home: Household, town: Town
) -> None:
    await add_medicine(home.anna, "Prednisone 5 mg at 09:00")
    await home.anna.send("/addmed Prednisolone 5 mg at 09:00")
    question = await home.anna.sees(ASKED)
    assert question.labels == ("✅ Save the new one, too", "✏️ Change", "✖️ Cancel")
    assert await names(town) == ["Prednisone"]
    await home.anna.press("Save the new one, too", message=question)
    await home.anna.sees("Saved: Prednisolone 5 mg")
    assert await names(town) == ["Prednisone", "Prednisolone"]


async def test_it_can_be_changed_or_left(home: Household, town: Town) -> None:
    await add_medicine(home.anna, "Prednisone 5 mg at 09:00")
    await home.anna.send("/addmed Prednisolone 5 mg at 09:00")
    await home.anna.press("Cancel", message=await home.anna.sees(ASKED))
    await home.anna.sees("Cancelled. Nothing was saved.")
    await home.anna.send("/addmed Prednisolone 5 mg at 09:00")
    await home.anna.press("Change", message=await home.anna.sees(ASKED, after=home.anna.last))
    await home.anna.press("The name", message=await home.anna.sees("What would you like to change"))
    await home.anna.sees("What is the medicine called?")
    await home.anna.send("Ramipril")
    await home.anna.press("Save", message=await home.anna.sees("I understood:"))
    await home.anna.sees("Saved: Ramipril 5 mg")
    assert await names(town) == ["Prednisone", "Ramipril"]


async def test_another_alike_added_while_it_was_asked_is_asked_about_too(
    home: Household, town: Town
) -> None:
    await add_medicine(home.anna, "Prednisone 5 mg at 09:00")
    await home.anna.send("/addmed Prednisolone 5 mg at 09:00")
    question = await home.anna.sees(ASKED)
    await home.ben.send("/addmed Prednisolone 10 mg at 10:00")
    await home.ben.press(
        "Save the new one, too", message=await home.ben.sees("a different medicine?")
    )
    await home.ben.sees("Saved: Prednisolone 10 mg")
    await home.anna.press("Save the new one, too", message=question)
    again = await home.anna.sees("Mum already takes this: Prednisolone 10 mg")
    assert await names(town) == ["Prednisone", "Prednisolone"]
    await home.anna.press("Save the new one, too", message=again)
    await home.anna.sees("Saved: Prednisolone 5 mg")


async def test_a_new_name_easily_mistaken_is_pointed_out(home: Household, town: Town) -> None:
    await add_medicine(home.anna, "Prednisone 5 mg at 09:00")
    saved = await add_medicine(home.anna, "Ramipril 5 mg at 10:00")
    await home.anna.press("Change", message=saved)
    await home.anna.press("The name", message=await home.anna.sees("What would you like to change"))
    await home.anna.sees("What is the medicine called?")
    await home.anna.send("Prednisolone")
    question = await home.anna.sees(ASKED)
    assert await names(town) == ["Prednisone", "Ramipril"]
    await home.anna.press("Change", message=question)
    name = await home.anna.sees("What is the medicine called?", after=question)
    await home.anna.send("Prednisolone")
    await home.anna.press("Save", message=await home.anna.sees(ASKED, after=name))
    await home.anna.sees("Changed: Prednisolone 5 mg")
    assert await names(town) == ["Prednisone", "Prednisolone"]


async def test_what_was_stopped_or_is_no_change_of_name_is_not_pointed_out(
    home: Household, town: Town
) -> None:
    saved = await add_medicine(home.anna, "Prednisone 5 mg at 09:00")
    await town.change("UPDATE medications SET status = 'stopped'")
    await add_medicine(home.anna, "Prednisolone 5 mg at 09:00")
    await home.anna.press("Change", message=saved)
    await home.anna.press("The name", message=await home.anna.sees("What would you like to change"))
    await home.anna.sees("What is the medicine called?")
    await home.anna.send("Prednisone")
    await home.anna.sees("It's already like this")


async def test_what_a_tap_records_of_two_alike_is_shown_before_and_read_when_it_was_typed(
    home: Household, town: Town
) -> None:
    await add_aspirins(home, "09:00")
    town.jump_to(town.clock.now().replace(hour=23, minute=55))
    await home.anna.send("/give Aspirin today 20:30")
    question = await home.anna.sees("What was given?")
    assert "🕗 given today 20:30" in question.text
    assert "You typed: today 20:30" in question.text
    town.jump_by(minutes=10)  # it is tomorrow
    await home.anna.press("Aspirin (81 mg)", message=question)
    await home.anna.press("Given", message=await home.anna.sees("given yesterday 20:30"))
    await home.anna.sees("✅ Aspirin 81 mg, given yesterday 20:30")


async def add_aspirins(home: Household, at: str) -> None:
    """A strong one and a weak one."""
    await add_medicine(home.anna, f"Aspirin 100 mg at {at}")
    await home.anna.send(f"/addmed Aspirin 81 mg at {at}")
    await home.anna.press(
        "Save the new one, too", message=await home.anna.sees("Mum already takes this")
    )
    await home.anna.sees("Saved: Aspirin 81 mg")


async def test_two_medicines_of_one_name_are_told_apart(home: Household, town: Town) -> None:
    minute = town.minute(ahead=2)
    await add_aspirins(home, clock_in_london(minute))
    apart = ("Aspirin (100 mg)", "Aspirin (81 mg)")
    await home.anna.send("/meds")
    assert (await home.anna.sees("Medicines, family")).labels == apart
    await home.anna.send("/give Aspirin")
    question = await home.anna.sees("What was given?")
    assert question.labels[:2] == apart
    await home.anna.send("Aspirin")
    await home.anna.sees("There's more than one with that name.")
    await home.anna.send("/refill Aspirin 30 tablets")
    question = await home.anna.sees("Which medicine", after=home.anna.last)
    assert question.labels[:2] == apart
    await home.anna.send("Aspirin")
    await home.anna.sees("There's more than one with that name.", after=question)
    assert await town.count("stock_movements") == 0
    await home.anna.send("/cancel")
    await home.anna.send("/history Aspirin")
    for name in apart:
        await home.anna.sees(f"History of {name}")
    town.jump_to(minute)
    card = await home.ben.sees(f"Mum · {clock_in_london(minute)}")
    assert [label for label in card.labels if "Aspirin" in label] == [
        "✅ Taken: Aspirin (100 mg)",
        "✅ Taken: Aspirin (81 mg)",
    ]
    await home.ben.send("/today")
    today = await home.ben.sees("Today, family")
    at = clock_in_london(minute)
    assert today.labels == (f"✅ Taken: {at} Aspirin (100 mg)", f"✅ Taken: {at} Aspirin (81 mg)")
    toast = await home.ben.press("Aspirin (81 mg)", message=today)
    assert toast.text == "Taken: Aspirin 81 mg"


async def test_two_doctors_of_one_name_are_told_apart(home: Household, town: Town) -> None:
    await home.anna.send("/adddoctor Dr Weber, cardiologist, +442079460018")
    await home.anna.sees("Dr Weber")
    await home.anna.send("/adddoctor Dr Weber, dentist, +442079460019")
    question = await home.anna.sees("Mum already has this doctor: Dr Weber, cardiologist")
    assert "Is Dr Weber a different one?" in question.text
    await home.anna.press("save both", message=question)
    await home.anna.sees("Saved in the family", after=question)
    await home.anna.send("/doctors")
    labels = (await home.anna.sees("Doctors, family")).labels
    assert labels[:2] == ("Dr Weber (cardiologist)", "Dr Weber (dentist)")
    await home.anna.send("/addappt Checkup tomorrow 10:00 with Dr Weber")
    which = await home.anna.sees("Who do you mean by “Dr Weber”?")
    assert which.labels[:2] == ("Dr Weber (cardiologist)", "Dr Weber (dentist)")
    await home.anna.press("Dr Weber (dentist)", message=which)
    await home.anna.sees("Saved in the family", after=which)
    assert (
        await town.value(
            "SELECT d.specialty FROM appointments a JOIN doctors d ON d.id = a.doctor_id"
        )
        == "dentist"
    )


async def test_a_doctor_of_nearly_the_name_is_pointed_out(home: Household, town: Town) -> None:
    for line in ("Dr Weber, cardiologist, +442079460018", "Dr Okafor, dentist, +442079460019"):
        await home.anna.send(f"/adddoctor {line}")
        added = await home.anna.sees(line.partition(",")[0])
    await home.anna.send("/adddoctor Dr Webber, dentist, +442079460017")
    question = await home.anna.sees("Is Dr Webber a different one?")
    await home.anna.press("Cancel", message=question)
    await home.anna.press("Change", message=added)
    await home.anna.press(
        "Name", message=await home.anna.sees("What would you like to change about Dr Okafor")
    )
    name = await home.anna.sees("What's the doctor's new name?")
    await home.anna.send("Dr Webber")
    question = await home.anna.sees("Is Dr Webber a different one?", after=name)
    assert await names(town, "SELECT name FROM doctors ORDER BY created_at") == [
        "Dr Weber",
        "Dr Okafor",
    ]
    await home.anna.press("a different one", message=question)
    await home.anna.sees("✅ Changed in the family")
    assert await names(town, "SELECT name FROM doctors ORDER BY created_at") == [
        "Dr Weber",
        "Dr Webber",
    ]


async def test_somebody_of_nearly_the_name_is_pointed_out(home: Household, town: Town) -> None:
    people = "SELECT name FROM care_recipients ORDER BY created_at"
    await home.anna.send("/addperson Mom in Lisbon")
    question = await home.anna.sees(
        "There's already somebody called Mum. Is Mom a different person?"
    )
    assert await names(town, people) == ["Mum"]
    await home.anna.press("Change", message=question)
    await home.anna.sees("Who do you look after?")
    await home.anna.send("Grandma")
    await home.anna.sees("Grandma is in the family")
    assert await names(town, people) == ["Mum", "Grandma"]
    assert (
        await town.value("SELECT timezone FROM care_recipients WHERE name = 'Grandma'")
        == "Europe/Lisbon"
    )
    await home.anna.send("/people")
    await home.anna.press("✏️ Rename Grandma", message=await home.anna.sees("People, family"))
    name = await home.anna.sees("What should I call Grandma")
    await home.anna.send("Mom")
    again = await home.anna.sees("Is Mom a different person?", after=name)
    assert await names(town, people) == ["Mum", "Grandma"]
    await home.anna.press("different person", message=again)
    await home.anna.sees("Renamed to Mom.")
    assert await names(town, people) == ["Mum", "Mom"]


async def test_what_was_recorded_says_how_much_of_it(home: Household, town: Town) -> None:
    asked = await ask(town, home.anna)
    toast = await home.anna.press("Taken", message=asked.cards[0])
    assert toast.text == "Taken: Aspirin 100 mg"
