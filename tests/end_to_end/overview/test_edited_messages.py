"""A message that was changed in place: read anew where it had done nothing, else asked about."""

import pytest

from bot.sandbox import Person
from tests.town import Household, Town, add_medicine

TIMES = "SELECT schedule ->> 'times' FROM medications WHERE deleted_at IS NULL"


async def says_nothing(town: Town, person: Person) -> None:
    """Nothing more comes of what was done last."""
    shown = person.last
    await town.settled()
    assert person.last == shown


async def test_what_it_says_now_is_done_instead_at_a_tap(home: Household, town: Town) -> None:
    sent = await home.anna.send("/addmed Aspirin 100 mg at 21:00")
    await home.anna.sees("Saved:")
    await home.anna.edit(sent, "/addmed Aspirin 100 mg at 22:00")
    asked = await home.anna.sees("You've edited your message")
    assert "you added: 💊 Aspirin 100 mg" in asked.text
    assert "21:00" in asked.text
    assert "“/addmed Aspirin 100 mg at 22:00”. I haven't done that yet" in asked.text
    assert asked.labels == (
        "Replace the old one with this",
        "↩️ Undo only the old one",
        "✏️ Change the old one",
        "Keep the old one",
    )
    assert "21:00" in await town.value(TIMES)
    await home.anna.press("Replace the old one", message=asked)
    await home.anna.sees("Aspirin 100 mg has been removed")
    saved = await home.anna.sees("Saved:")
    assert "22:00" in saved.text
    assert "22:00" in await town.value(TIMES)
    # What it says now is what a later change is held against.
    await home.anna.edit(sent, "/addmed Aspirin 100 mg at 22:00")
    await says_nothing(town, home.anna)
    await home.anna.edit(sent, "/addmed Aspirin 100 mg at 23:00")
    again = await home.anna.sees("You've edited your message")
    assert "22:00" in again.text
    await home.anna.press("Keep the old", message=again)
    assert "22:00" in await town.value(TIMES)


async def test_it_is_undone_or_changed_at_a_tap(home: Household, town: Town) -> None:
    sent = await home.anna.send("/addmed Aspirin 100 mg at 21:00")
    await home.anna.sees("Saved:")
    await home.anna.edit(sent, "/addmed Aspirin 100 mg at 22:00")
    await home.anna.press(
        "Change the old one", message=await home.anna.sees("You've edited your message")
    )
    await home.anna.sees("What would you like to change about Mum's Aspirin?")
    await home.anna.send("at 20:00")
    await home.anna.sees("20:00")
    assert "20:00" in await town.value(TIMES)


async def test_what_was_undone_is_read_as_new(home: Household, town: Town) -> None:
    sent = await home.anna.send("/addmed Aspirin 100 mg at 21:00")
    await home.anna.sees("Saved:")
    await home.anna.edit(sent, "/addmed Aspirin 100 mg at 22:00")
    await home.anna.press(
        "↩️ Undo only the old one", message=await home.anna.sees("You've edited your message")
    )
    await home.anna.sees("has been removed")
    await home.anna.edit(sent, "/addmed Aspirin 100 mg at 23:00")
    await home.anna.sees("Saved:")
    assert "23:00" in await town.value(TIMES)


async def test_nothing_is_done_where_what_it_says_now_needs_a_question(
    home: Household, town: Town
) -> None:
    sent = await home.anna.send("/addmed Aspirin 100 mg at 21:00")
    await home.anna.sees("Saved:")
    await home.anna.edit(sent, "/addmed Aspirin at 22:00")
    asked = await home.anna.sees("You've edited your message")
    await home.anna.press("Replace the old one", message=asked)
    await home.anna.sees("so I haven't changed anything yet")
    assert "21:00" in await town.value(TIMES)
    assert await town.value("SELECT count(*) FROM medications") == 1


async def test_several_records_are_undone_together(home: Household, town: Town) -> None:
    for name in ("Para", "Ibu"):
        await add_medicine(home.anna, f"{name} 500 mg as needed")
    sent = await home.anna.send("/give Para and Ibu")
    await home.anna.sees("Ibu 500 mg, given")
    await home.anna.edit(sent, "/give Para")
    asked = await home.anna.sees("You've edited your message")
    assert "Para 500 mg" in asked.text
    assert "Ibu 500 mg" in asked.text
    await home.anna.press("Replace the old one", message=asked)
    await home.anna.sees("Para 500 mg, given")
    given = "SELECT count(*) FROM doses WHERE status = 'taken'"
    assert await town.value(given) == 1


@pytest.mark.parametrize(
    ("first", "answered"),
    [
        ("/addmed Aspirin", "How much"),
        ("/addmde Aspirin", "Did you mean /addmed?"),
        ("lorem ipsum", "I'm not sure what you mean by"),
        ("/give Nothing", "a medicine called"),
    ],
)
async def test_what_did_nothing_is_read_as_new(
    home: Household, town: Town, first: str, answered: str
) -> None:
    await add_medicine(home.anna, "Zinc 5 mg at 08:00")
    sent = await home.anna.send(first)
    await home.anna.sees(answered)
    edited = await home.anna.edit(sent, "/addmed Aspirin 100 mg at 22:00")
    assert edited.edited
    await home.anna.sees("Saved:")
    assert await town.value("SELECT count(*) FROM medications") == 2


async def test_the_same_text_says_nothing(home: Household, town: Town) -> None:
    for text in ("/addmed Aspirin 100 mg at 21:00", "lorem ipsum"):
        sent = await home.anna.send(text)
        await town.settled()
        await home.anna.edit(sent, text)
        await says_nothing(town, home.anna)
    assert await town.value("SELECT count(*) FROM medications") == 1


async def test_an_answer_that_was_used_is_not_taken_for_another(
    home: Household, town: Town
) -> None:
    await home.anna.send("/addmed")
    await home.anna.sees("What is the medicine called?")
    name = await home.anna.send("Aspirin")
    await home.anna.sees("How much")
    await home.anna.edit(name, "100 mg")
    await home.anna.sees("I haven't done anything about “100 mg”")
    await home.anna.sees("“Aspirin” isn't saved yet.")
    amount = await home.anna.send("100")
    await home.anna.sees("of what?")
    await home.anna.edit(amount, "100 mg")
    await home.anna.sees("When is Aspirin due")


async def test_a_message_that_nobody_knows_gets_one_sentence(home: Household, town: Town) -> None:
    sent = await home.anna.send("/addmed Aspirin 100 mg at 21:00")
    await home.anna.sees("Saved:")
    await town.settled()
    await town.change("DELETE FROM inbound_updates")
    await home.anna.edit(sent, "/addmed Aspirin 100 mg at 22:00")
    await home.anna.sees("I no longer know what it did")
    assert "21:00" in await town.value(TIMES)


async def test_a_message_of_days_ago_gets_one_sentence(home: Household, town: Town) -> None:
    sent = await home.anna.send("/addmed Aspirin 100 mg as needed")
    await home.anna.sees("Saved:")
    town.jump_by(hours=47)
    await home.anna.edit(sent, "/addmed Aspirin 200 mg as needed")
    await home.anna.press(
        "Keep the old", message=await home.anna.sees("You've edited your message")
    )
    town.jump_by(hours=2)
    await home.anna.edit(sent, "/addmed Aspirin 300 mg as needed")
    await home.anna.sees("I no longer know what it did")
    assert await town.value("SELECT dosage FROM medications") == "100 mg"


async def test_what_somebody_has_changed_since_is_said(home: Household, town: Town) -> None:
    sent = await home.anna.send("/addmed Aspirin 100 mg at 21:00")
    await home.anna.sees("Saved:")
    await home.ben.send("/meds")
    await home.ben.press("Aspirin", message=await home.ben.sees("💊 Medicines"))
    await home.ben.press("Stop", message=await home.ben.sees("Aspirin 100 mg"))
    await town.until("SELECT status = 'stopped' FROM medications")
    await home.anna.edit(sent, "/addmed Aspirin 100 mg at 22:00")
    await home.anna.sees("Ben has since stopped Aspirin. I haven't done anything about")
    assert await town.value("SELECT status FROM medications") == "stopped"


async def test_what_no_undo_reaches_is_not_done_twice(home: Household, town: Town) -> None:
    sent = await home.anna.send("/addperson Dad in Lisbon")
    await home.anna.sees("is in the family")
    await home.anna.edit(sent, "/addperson Daddy in Lisbon")
    await home.anna.sees("I haven't done anything about “/addperson Daddy in Lisbon”")
    assert await town.value("SELECT count(*) FROM care_recipients") == 2


async def test_no_text_is_kept(home: Household, town: Town) -> None:
    sent = await home.anna.send("/addmed Quetiapine 100 mg at 21:00")
    await home.anna.sees("Saved:")
    await home.anna.edit(sent, "/addmed Quetiapine 100 mg at 22:00")
    await home.anna.sees("You've edited your message")
    await town.settled()
    rows = await town.rows("SELECT u::text AS row, text_digest FROM inbound_updates u")
    assert not any("Quetiapine" in row.row for row in rows)
    digests = [row.text_digest for row in rows if row.text_digest is not None]
    assert len(set(digests)) == len(digests)
