"""Emergency contacts: entering, listing, ordering, changing and removing them."""

import pytest

from bot.sandbox import Person
from domain.access import Role
from tests.town import Household, Town, add_person, join

IN_ORDER = "SELECT name FROM emergency_contacts WHERE deleted_at IS NULL ORDER BY position, id"


async def order(town: Town) -> list[str]:
    return [row.name for row in await town.rows(IN_ORDER)]


async def add(person: Person, *names: str) -> None:
    for number, name in enumerate(names):
        await person.send(f"/addcontact {name}, neighbour, 020 7946 002{number}")
        await person.sees(f"☎️ {name}, for Mum")


async def test_one_line_and_the_list(home: Household, town: Town) -> None:
    await home.anna.send("/addcontact Rosa Silva, neighbour, 020 7946 0018")
    saved = await home.anna.sees("☎️ Rosa Silva, for Mum")
    assert "+44 20 7946 0018" in saved.text
    await home.anna.send("/addcontact Tom next-door neighbour 020 7946 0019 for everybody")
    saved = await home.anna.sees("☎️ Tom, for everybody you care for")
    assert "next-door neighbour" in saved.text
    await home.ben.send("/contacts")
    listed = await home.ben.sees("Emergency contacts, family")
    assert "1. Rosa Silva, neighbour, +44 20 7946 0018 (for Mum)" in listed.text
    assert "2. Tom, next-door neighbour, +44 20 7946 0019" in listed.text


async def test_guided(home: Household, town: Town) -> None:
    await add_person(home.anna, "Dad")
    await home.anna.send("/addcontact")
    await home.anna.sees("Who should be called in an emergency?")
    await home.anna.send("Rosa Silva")
    question = await home.anna.sees("Who is it for?")
    assert question.labels[:3] == ("Mum", "Dad", "Everybody you care for")
    await home.anna.press("Dad", message=question)
    await home.anna.sees("Who is Rosa Silva?")
    await home.anna.send("neighbour")
    await home.anna.sees("What's Rosa Silva's phone number?")
    await home.anna.send("123")
    await home.anna.sees("“123” isn't a")
    await home.anna.send("020 7946 0018 ext. 12")
    saved = await home.anna.sees("☎️ Rosa Silva, for Dad")
    assert "extension 12" in saved.text
    assert await town.count("emergency_contacts") == 1


async def test_a_shared_contact_answers_the_question(home: Household) -> None:
    await home.anna.send("/addcontact")
    await home.anna.sees("Who should be called in an emergency?")
    await home.anna.send_contact("Rosa Silva", "+351912345678")
    await home.anna.press("Skip", message=await home.anna.sees("Who is Rosa Silva?"))
    saved = await home.anna.sees("☎️ Rosa Silva, for Mum")
    assert "+351 912 345 678" in saved.text


async def test_a_number_of_another_country_is_asked_about(home: Household, town: Town) -> None:
    await home.anna.send("/addcontact Rosa, neighbour, 912 345 678")
    asked = await home.anna.sees("Which number is it?")
    await home.anna.press("Portugal", message=asked)
    await home.anna.sees("☎️ Rosa, for Mum")
    assert await town.value("SELECT phone FROM emergency_contacts") == "+351912345678"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("Rosa, neighbour, 999", "“999” isn't a"),
        ("Rosa, 112", "“112” isn't a"),
        ("Rosa neighbour 999", "“999” isn't a"),
        ("Rosa, neighbour, +44 20 CALL 123", "isn't a phone number"),
        ("x" * 300, "too long"),
        (f"Rosa, {'x' * 300}, 020 7946 0018", "too long"),
    ],
)
async def test_what_is_wrong_is_said_and_nothing_is_written(
    home: Household, town: Town, line: str, words: str
) -> None:
    await home.anna.send(f"/addcontact {line}")
    await home.anna.sees(words)
    assert await town.count("emergency_contacts") == 0
    assert await town.value("SELECT count(*) FROM audit_events WHERE action LIKE 'contact%'") == 0


async def test_the_same_number_or_name_is_asked_about(home: Household, town: Town) -> None:
    await add(home.anna, "Rosa Silva")
    await home.anna.send("/addcontact Wolfgang, brother, 020 7946 0020")
    asked = await home.anna.sees("There's already this emergency contact: Rosa Silva, neighbour")
    await home.anna.press("Yes, save both", message=asked)
    await home.anna.sees("☎️ Wolfgang, for Mum")
    await home.anna.send("/addcontact Rosa Silver, friend, 020 7946 0030")
    asked = await home.anna.sees("Is Rosa Silver somebody else?")
    await home.anna.press("Cancel", message=asked)
    assert await order(town) == ["Rosa Silva", "Wolfgang"]


async def test_who_is_called_first_is_changed_with_two_buttons(home: Household, town: Town) -> None:
    await add(home.anna, "Wolfgang", "Beatrix", "Quentin")
    await home.anna.send("/contacts")
    listed = await home.anna.sees("Emergency contacts, family")
    await home.anna.press("Quentin", message=listed)
    third = await home.anna.sees("Number 3 of 3", after=listed)
    assert not any("later" in label for label in third.labels)
    await home.anna.press("Call earlier", message=third)
    await home.anna.sees("Number 2 of 3", after=listed)
    toast = await home.anna.press("Call earlier", message=home.anna.last)
    assert toast.text == "Quentin is called first now."
    assert await order(town) == ["Quentin", "Wolfgang", "Beatrix"]


async def test_an_order_that_somebody_has_changed_since_is_shown_anew(
    home: Household, town: Town
) -> None:
    await add(home.anna, "Wolfgang", "Beatrix", "Quentin")
    screens = []
    for person in home:
        await person.send("/contacts")
        listed = await person.sees("Emergency contacts, family")
        await person.press("Quentin", message=listed)
        screens.append(await person.sees("Number 3 of 3", after=listed))
    await home.anna.press("Call earlier", message=screens[0])
    toast = await home.ben.press("Call earlier", message=screens[1])
    assert toast.text == "The order has changed in the meantime. This is how it is now."
    await home.ben.sees("Number 2 of 3")
    assert await order(town) == ["Wolfgang", "Quentin", "Beatrix"]


async def test_change_remove_and_bring_back(home: Household, town: Town) -> None:
    await add(home.anna, "Wolfgang", "Beatrix")
    await home.anna.send("/contacts")
    listed = await home.anna.sees("Emergency contacts, family")
    await home.anna.press("Wolfgang", message=listed)
    await home.anna.press("Change", message=await home.anna.sees("first one to call", after=listed))
    await home.anna.sees("What would you like to change about Wolfgang?")
    await home.anna.send("phone 020 7946 0044")
    changed = await home.anna.sees("Changed in the family")
    assert "+44 20 7946 0044" in changed.text
    await home.anna.press("Remove", message=changed)
    assert await order(town) == ["Beatrix"]
    await home.anna.send("/undo")
    await home.anna.sees("you removed an emergency contact. Bring them back: /removed")
    await home.ben.send("/removed")
    removed = await home.ben.sees("Wolfgang, neighbour, for Mum (removed today by Anna)")
    await home.ben.press("Wolfgang", message=removed)
    await town.settled()
    await home.ben.press("Restore", message=home.ben.last)
    assert await order(town) == ["Wolfgang", "Beatrix"]
    await home.anna.send("/changes")
    log = await home.anna.sees("Ben brought back the emergency contact Wolfgang")
    assert "Anna changed the emergency contact Wolfgang" in log.text


async def test_a_contact_goes_and_comes_back_with_their_person(home: Household, town: Town) -> None:
    await add(home.anna, "Wolfgang")
    await home.anna.send("/addcontact Beatrix, friend, 020 7946 0031 for everybody")
    await home.anna.sees("☎️ Beatrix, for everybody")
    await home.anna.send("/people")
    await home.anna.press("Remove", message=await home.anna.sees("People, family"))
    question = await home.anna.sees("🗑 Remove Mum?")
    await home.anna.press("Yes, remove", message=question)
    gone = await home.anna.sees("Mum is removed.")
    assert await order(town) == ["Beatrix"]
    await home.anna.press("Restore", message=gone)
    await home.anna.sees("Mum is back")
    assert await order(town) == ["Wolfgang", "Beatrix"]


async def test_a_viewer_reads_and_changes_nothing(home: Household, town: Town) -> None:
    await add(home.anna, "Wolfgang")
    vera = town.person("Vera")
    await join(home.anna, vera, Role.VIEWER)
    await vera.send("/contacts")
    listed = await vera.sees("1. Wolfgang, neighbour, +44 20 7946 0020")
    assert listed.labels == ("Wolfgang",)
    await vera.send("/addcontact Beatrix, friend, 020 7946 0031")
    await vera.sees("ask")
    assert await order(town) == ["Wolfgang"]


async def test_with_nobody_cared_for_yet_it_is_for_everybody(town: Town) -> None:
    anna = town.person("Anna")
    await anna.send("/newfamily Us")
    await anna.sees("created the family")
    await anna.send("/addcontact Rosa, neighbour, +44 20 7946 0018")
    await anna.sees("☎️ Rosa, for everybody you care for")
