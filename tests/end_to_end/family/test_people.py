"""Adding the people cared for, and where they live."""

from tests.town import Household, Town, add_person, as_shown, found_family


async def test_a_person_is_added_step_by_step(town: Town) -> None:
    anna = town.person("Anna")
    await found_family(anna)
    await anna.send("/addperson")
    await anna.sees("Who do you look after?")
    await anna.send("Gran <3")
    await anna.sees("Which city does Gran <3 live in?")
    await anna.send("new york")
    added = await anna.sees("Gran <3 is in the family Mum's helpers")
    assert "New York time" in added.text
    await anna.press("Add a medicine")
    await anna.sees("What is the medicine called?")


async def test_a_person_is_added_on_one_line(town: Town) -> None:
    anna = town.person("Anna")
    await found_family(anna)
    for line, name, zone in (
        ("Mum in Europe/London", "Mum", "Europe/London"),
        ("Opa Franz in Wien", "Opa Franz", "Europe/Vienna"),
        ("Mother in law in Kathmandu", "Mother in law", "Asia/Kathmandu"),
        ("أمي in Amman", "أمي", "Asia/Amman"),
    ):
        await anna.send(f"/addperson {line}")
        await anna.sees(f"{as_shown(name)} is in the family")
        assert zone == await town.value(
            "SELECT timezone FROM care_recipients WHERE name = :name", name=name
        )


async def test_without_a_place_it_is_asked_for(town: Town) -> None:
    anna = town.person("Anna")
    await found_family(anna)
    await anna.send("/addperson Mum")
    await anna.sees("Which city does Mum live in?")
    await anna.send("I do not know")
    await anna.sees("I don't know the place “I do not know”")
    await anna.sees("Which city does Mum live in?")
    await anna.send("Lisbon")
    await anna.sees("Mum is in the family")


async def test_for_a_typo_the_nearest_places_are_offered(town: Town) -> None:
    anna = town.person("Anna")
    await found_family(anna)
    await anna.send("/addperson Mum in Europe/Lodnon")
    await anna.sees("I don't know the place “Europe/Lodnon”. Do you mean")
    question = await anna.sees("Which city does Mum live in?")
    assert "Europe/London" in question.labels
    await anna.press("Europe/London")
    await anna.sees("Mum is in the family")
    assert await town.value("SELECT timezone FROM care_recipients") == "Europe/London"


async def test_of_cities_with_one_name_it_is_asked_which(town: Town) -> None:
    anna = town.person("Anna")
    await found_family(anna)
    await anna.send("/addperson Mum in London")
    await anna.sees("There's more than one “London”.")
    question = await anna.sees("Which city does Mum live in?")
    canadian = next(label for label in question.labels if "Canada" in label)
    await anna.press(canadian)
    await anna.sees("on Toronto time")


async def test_what_is_no_place_is_asked_for_again(town: Town) -> None:
    anna = town.person("Anna")
    await found_family(anna)
    for place, answer in (
        ("CET", "doesn't say when the clocks change"),
        ("+01:00", "doesn't say when the clocks change"),
        ("Qwrtzpsdfg", "I don't know the place"),
        ("<b>", "I don't know the place “<b>”"),
    ):
        await anna.send(f"/addperson Mum in {place}")
        await anna.sees(answer)
        await anna.sees("Which city does Mum live in?")
    assert await town.count("care_recipients") == 0


async def test_a_name_that_is_taken_is_asked_for_again(home: Household, town: Town) -> None:
    await home.anna.send("/addperson mum in Paris")
    await home.anna.sees("There's already somebody called mum. Please choose another name.")
    await home.anna.send("/addperson")
    await home.anna.sees("Who do you look after?")
    await home.anna.send("Mum")
    await home.anna.sees("Which city does Mum live in?")
    await home.anna.send("Paris")
    await home.anna.sees("There's already somebody called Mum.")
    await home.anna.sees("Who do you look after?")
    await home.anna.send("Mama")
    added = await home.anna.sees("Mama is in the family")
    assert "Paris time" in added.text
    people = await town.rows("SELECT name, timezone FROM care_recipients ORDER BY name")
    assert [tuple(row) for row in people] == [("Mama", "Europe/Paris"), ("Mum", "Europe/London")]


async def test_a_caregiver_adds_people_and_a_viewer_does_not(home: Household, town: Town) -> None:
    await add_person(home.ben, "Dad", "Paris")
    await town.change("UPDATE family_members SET role = 'viewer' WHERE role = 'caregiver'")
    await home.ben.send("/addperson Uncle in Rome")
    await home.ben.sees("As a viewer, you can read")
    assert await town.count("care_recipients") == 2
