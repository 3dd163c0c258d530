"""Entering a medicine: step by step, on one line, half of it; saved, changed, taken back."""

import pytest

from bot.sandbox import Person
from domain.family.limits import QUOTA_LIMITS, Quota
from tests.town import Household, Town, add_medicine, add_person


async def medicines(town: Town) -> list[tuple[str, ...]]:
    """Name, dosage, person and status of all, in the order in which they were entered."""
    return [
        tuple(row)
        for row in await town.rows(
            "SELECT m.name, m.dosage, c.name, m.status FROM medications m"
            " JOIN care_recipients c ON c.id = m.care_recipient_id ORDER BY m.created_at"
        )
    ]


async def test_a_medicine_is_entered_step_by_step(home: Household, town: Town) -> None:
    anna = home.anna
    await anna.send("/addmed")
    await anna.sees("What is the medicine called?")
    await anna.send("Aspirin")
    await anna.sees("How much Aspirin each time?")
    await anna.send("100 mg")
    await anna.sees("When is Aspirin due?")
    await anna.press("Twice: 08:00, 20:00")
    understood = await anna.sees("I understood:")
    assert "every day at 08:00 and 20:00" in understood.text
    assert await town.count("medications") == 0
    await anna.press("Save")
    saved = await anna.sees("Saved: Aspirin 100 mg")
    assert "for Mum, family Mum's helpers" in saved.text
    assert await medicines(town) == [("Aspirin", "100 mg", "Mum", "active")]
    # What a button answers stays one message: the next question, then the outcome, in its place.
    assert saved.id == understood.id


@pytest.mark.parametrize(
    "replies",
    [
        ["Metoprolol 47.5 mg at 08:00 and 20:00"],
        ["Metoprolol", "47.5 mg at 08:00 and 20:00"],
        ["Metoprolol at 08:00 and 20:00", "47.5 mg"],
        ["Metoprolol 47.5 mg", "at 08:00 and 20:00"],
    ],
)
async def test_what_is_said_with_a_name_or_an_amount_is_neither(
    home: Household, town: Town, replies: list[str]
) -> None:
    await home.anna.send("/addmed")
    for reply in replies:
        await town.settled()
        await home.anna.send(reply)
    understood = await home.anna.sees("I understood:")
    assert "Metoprolol 47.5 mg\nevery day at 08:00 and 20:00" in understood.text
    await home.anna.press("Save", message=understood)
    await home.anna.sees("Saved: Metoprolol 47.5 mg")


async def test_what_is_due_by_the_hour_is_said_in_lists_and_beside_another(home: Household) -> None:
    await home.anna.send("/addmed Codein 30 mg every 8 hours from 10:00\nIron 1 tablet at 09:00")
    listed = await home.anna.sees("Iron")
    assert "every 8 hours: 02:00, 10:00 and 18:00" in listed.text
    await home.anna.press("Save all 2", message=listed)
    await home.anna.sees("Saved 2 in the family")
    await home.anna.send("/addmed Codein 30 mg every 8 hours from 10:00")
    same = await home.anna.sees("Mum already takes this")
    assert "every 8 hours: 02:00, 10:00 and 18:00" in same.text


async def test_a_list_may_be_pasted_where_a_name_is_asked_for(home: Household, town: Town) -> None:
    await home.anna.send("/addmed")
    await home.anna.sees("What is the medicine called?")
    await home.anna.send("Metoprolol 47.5 mg at 08:00\nAmlodipine 5 mg at 20:00")
    await home.anna.press("Save all 2", message=await home.anna.sees("Amlodipine"))
    await home.anna.sees("Saved 2 in the family")
    assert await town.count("medications") == 2


async def test_each_step_asks_again_for_what_it_cannot_read(home: Household, town: Town) -> None:
    anna = home.anna
    await anna.send("/addmed")
    await anna.sees("What is the medicine called?")
    await anna.send("y" * 81)
    await anna.sees("too long for a name")
    await anna.sees("What is the medicine called?")
    await anna.send("Aspirin")
    await anna.sees("How much Aspirin each time?")
    for bad, answer in (("3", "“3” of what?"), ("2-1 tablets", "doesn't say how much exactly")):
        await anna.send(bad)
        await anna.sees(answer)
        await anna.sees("How much Aspirin each time?")
    await anna.send("½ tablet")
    await anna.sees("When is Aspirin due?")
    for bad, answer in (
        ("blorp at 09:00", "I didn't understand “blorp”"),
        ("3", "Not all of “blorp at 09:00” is in that answer"),
        ("every day at 3", "in the morning or in the afternoon?"),
        ("every day at 25:00", "“25:00” isn't a time of day"),
        ("daily 09:00 until 1 November 2026", "has already passed"),
    ):
        await anna.send(bad)
        await anna.sees(answer)
    await anna.send_photo()
    await anna.sees("I can only read text")
    await town.settled()
    assert await town.count("medications") == 0
    await anna.send("weekdays 9am for 2 weeks")
    await anna.sees("weekdays at 09:00")
    await anna.press("Save")
    await anna.sees("Saved: Aspirin")


async def test_a_line_that_is_clear_is_saved_at_once(home: Household, town: Town) -> None:
    for line, name, schedule in (
        ("Aspirin 100 mg at 08:00 and 20:00", "Aspirin", "every day at 08:00 and 20:00"),
        ("Vitamin B 12 “2 drops” daily 9am", "Vitamin B 12", "every day at 09:00"),
        ("Co-codamol 8/500 2 tablets mon,wed,fri noon", "Co-codamol 8/500", "Mon, Wed and Fri"),
        ("Asp<b & Co 5 mg at 09:00", "Asp<b & Co", "every day at 09:00"),
        ("Herz❤️ 5 mg at 09:00", "Herz❤️", "every day at 09:00"),
        ("أسبرين 5 mg at 09:00", "\u2068أسبرين\u2069", "every day at 09:00"),
    ):
        saved = await add_medicine(home.anna, line)
        assert saved.text.startswith(f"✅ Saved: {name} ")
        assert schedule in saved.text
        assert saved.labels[:2] == ("↩️ Undo", "✏️ Change")


async def test_a_line_that_is_not_clear_saves_nothing(home: Household, town: Town) -> None:
    anna = home.anna
    for line, answer in (
        ("Aspirin 100 mg at 08:00 blorp", "I didn't understand “blorp”"),
        ("Aspirin 3 at 08:00", "“3” of what?"),
        ("Aspirin 100 mg at 3", "in the morning or in the afternoon?"),
        ("Aspirin 100 mg 1 tablet daily and 2 on mondays at 8am", "is more than one schedule"),
        (
            "Aspirin 100 mg as needed at 08:00",
            "a medicine given as needed has no times",
        ),
        ("Aspirin 100 mg 400 times a day", "1 to 24 times a day"),
        ("Aspirin 100 mg every 0 hours", "isn't an interval I can use"),
        ("Aspirin 100 mg every 10 years", "isn't an interval I can use"),
        ("Levothyroxine 50 and 75 µg at 08:00", "is two strengths"),
        ("/today 5 mg at 08:00", "looks like a command"),
        ("Aspirin a handful at 08:00", "doesn't say how much exactly"),
        ("Aspirin 100 mg at 08:00 until 1 November 2026", "has already passed"),
        ("Aspirin 100 mg at 08:00 for Bob", "I don't know anyone called “Bob”"),
        ("a" * 900 + " 100 mg at 08:00", "too long for a name"),
        ("b" * 4_000, "longer than I can read"),
        ("<b>", "How much <b> each time?"),
        ("🙂", "How much 🙂 each time?"),
        ("\u202eمرحبا", "How much \u2068مرحبا\u2069 each time?"),
        ("100 mg", "What is the medicine called?"),
        ("; DROP TABLE medications; --", "How much"),
    ):
        await anna.send(f"/addmed {line}")
        await anna.sees(answer)
        await anna.send("/cancel")
        await anna.sees("ancel")
    await town.settled()
    assert await town.count("medications") == 0
    assert await town.count("doses") == 0


async def test_what_a_line_leaves_out_is_asked_for(home: Household, town: Town) -> None:
    anna = home.anna
    for line, question in (
        ("Aspirin", "How much Aspirin each time?"),
        ("Aspirin 100 mg", "When is Aspirin due?"),
        ("Aspirin 100 mg mon,wed", "“mon, wed”: at what time?"),
        ("at 08:00", "How much"),
        ("Aspirin at 08:00", "How much Aspirin each time?"),
    ):
        await anna.send(f"/addmed {line}")
        await anna.sees(question)
    await anna.send("/addmed Aspirin 100 mg mon,wed")
    await anna.sees("“mon, wed”: at what time?")
    await anna.send("9pm")
    understood = await anna.sees("I understood:")
    assert "Mon and Wed at 21:00" in understood.text
    assert await town.count("medications") == 0


async def test_with_two_people_it_is_asked_who_it_is_for(home: Household, town: Town) -> None:
    anna = home.anna
    await add_person(anna, "Dad", "Tokyo")
    await anna.send("/addmed Aspirin 100 mg at 08:00")
    question = await anna.sees("Who is it for?")
    assert question.labels == ("Mum", "Dad", "✖️ Cancel")
    await anna.press("Dad")
    await anna.sees("for Dad")
    await anna.press("Save")
    await anna.sees("for Dad, family")
    # On one line for people in a hurry, and typed instead of tapped.
    await add_medicine(anna, "Statin 20 mg at 20:00 for mum")
    await anna.send("/addmed Zinc 5 mg at 12:00")
    await anna.sees("Who is it for?")
    await anna.send("Bob")
    await anna.sees("I don't know anyone called “Bob” in this family. Do you mean Mum or Dad?")
    await anna.send("dad")
    await anna.sees("I understood:")
    await anna.press("Save")
    await anna.sees("Saved: Zinc")
    assert [(name, person) for name, _, person, _ in await medicines(town)] == [
        ("Aspirin", "Dad"),
        ("Statin", "Mum"),
        ("Zinc", "Dad"),
    ]


async def test_what_was_understood_can_be_changed_part_by_part(home: Household, town: Town) -> None:
    anna = home.anna
    await add_person(anna, "Dad", "Tokyo")
    # "Metformin 1 500 mg" may be 1,500 mg: shown, not saved.
    await anna.send("/addmed Metformin 1 500 mg at 08:00 for Mum")
    await anna.sees("I understood:")
    await change(anna, "The name", "Metformin")
    await change(anna, "How much", "1500 mg")
    await change(anna, "When", "at 21:00")
    await anna.press("Change")
    await anna.press("For whom", message=await anna.sees("What would you like to change"))
    await anna.press("Dad", message=await anna.sees("Who is it for?"))
    understood = await anna.sees("I understood:")
    assert "Metformin 1500 mg\nevery day at 21:00, from" in understood.text
    assert "for Dad" in understood.text
    assert await town.count("medications") == 0
    await anna.press("Save")
    await anna.sees("Saved: Metformin 1500 mg")
    assert await medicines(town) == [("Metformin", "1500 mg", "Dad", "active")]


async def change(phone: Person, part: str, words: str) -> None:
    await phone.press("Change")
    await phone.press(part, message=await phone.sees("What would you like to change"))
    await phone.sees("?")
    await phone.send(words)
    await phone.sees("I understood:")


async def test_cancel_saves_nothing(home: Household, town: Town) -> None:
    anna = home.anna
    await anna.send("/addmed Metformin 1 500 mg at 08:00")
    question = await anna.sees("I understood:")
    await anna.send("what?")
    await anna.sees("I can't read a change in “what?”.")
    await anna.sees("I understood:", after=question)
    await anna.press("Cancel")
    await anna.sees("Cancelled. Nothing was saved.")
    assert await town.count("medications") == 0


async def test_a_saved_medicine_is_taken_back_by_its_button(home: Household, town: Town) -> None:
    saved = await add_medicine(home.anna, "Aspirin 100 mg at 08:00")
    toast = await home.anna.press("Undo", message=saved)
    assert toast.text == "Undone."
    await home.anna.sees("Aspirin 100 mg has been removed. I won't remind you about it.")
    assert await medicines(town) == [("Aspirin", "100 mg", "Mum", "stopped")]
    assert {row.status for row in await town.rows("SELECT status FROM doses")} == {"cancelled"}
    again = await home.anna.press_altered(saved.buttons[0][0].data or "", message=saved)
    assert again.alert
    assert "no longer there" in again.text


async def test_a_saved_medicine_is_changed_by_its_button(home: Household, town: Town) -> None:
    saved = await add_medicine(home.anna, "Aspirin 100 mg at 08:00")
    await home.anna.press("Change", message=saved)
    question = await home.anna.sees("What would you like to change about Mum's Aspirin?")
    assert "For whom" not in question.labels
    await home.anna.press("How much")
    await home.anna.sees("How much Aspirin should Mum get each time from now on?\nNow: 100 mg.")
    await home.anna.send("75 mg")
    changed = await home.anna.sees("Changed: Aspirin 75 mg")
    assert await medicines(town) == [("Aspirin", "75 mg", "Mum", "active")]
    open_doses = "SELECT dosage FROM doses WHERE status = 'pending'"
    assert [row.dosage for row in await town.rows(open_doses)] == ["75 mg"] * 2
    await home.anna.press("Undo", message=changed)
    named = await home.anna.sees("you changed a medicine to: 💊 Aspirin 75 mg")
    await home.anna.press("Undo", message=named)
    await home.anna.sees("It's back to:\n💊 Aspirin 100 mg")
    assert [row.dosage for row in await town.rows(open_doses)] == ["100 mg"] * 2


async def test_two_people_change_one_medicine_and_one_of_them_is_told(
    home: Household, town: Town
) -> None:
    saved = await add_medicine(home.anna, "Aspirin 100 mg at 08:00")
    await home.anna.press("Change", message=saved)
    await home.anna.sees("What would you like to change")
    await home.anna.press("How much")
    await home.anna.sees("How much")
    await home.anna.send("/undo")
    await home.anna.press("Undo", message=await home.anna.sees("you added:"))
    await home.anna.sees("has been removed")
    await home.anna.send("75 mg")
    await home.anna.sees("That's no longer there.")
    # The conversation is over: it could not have gone on.
    await home.anna.send("lorem ipsum")
    await home.anna.sees("I'm not sure what you mean by")
    assert await medicines(town) == [("Aspirin", "100 mg", "Mum", "stopped")]


async def test_a_viewer_and_the_cared_for_enter_no_medicines(home: Household, town: Town) -> None:
    for role, told in (
        ("viewer", "As a viewer, you can read but not change anything."),
        ("recipient", "You can read everything and record your own doses."),
    ):
        await town.change("UPDATE family_members SET role = :role WHERE role <> 'admin'", role=role)
        for line in ("", " Aspirin 100 mg at 08:00"):
            await home.ben.send(f"/addmed{line}")
            await home.ben.sees(told)
    assert await town.count("medications") == 0


async def test_without_anybody_cared_for_it_says_what_to_do_first(town: Town) -> None:
    anna = town.person("Anna")
    await anna.send("/newfamily Smith")
    await anna.sees("You've created the family")
    await anna.send("/addmed Aspirin 100 mg at 08:00")
    await anna.sees("First tell me who you look after: /addperson NAME in CITY")


async def test_of_a_list_what_has_room_is_saved(home: Household, town: Town) -> None:
    await town.change(
        "INSERT INTO medications (id, family_id, created_by_id, care_recipient_id, name, dosage,"
        " schedule, expanded_until, status)"
        " SELECT gen_random_uuid(), p.family_id, p.created_by_id, p.id, 'Old ' || n, 'some', '{}',"
        " now(), 'stopped' FROM care_recipients p, generate_series(1, CAST(:count AS int)) n",
        count=QUOTA_LIMITS[Quota.MEDICINE] - 1,
    )
    await home.anna.send("/addmed Metoprolol 47.5 mg at 08:00\nAmlodipine 5 mg at 20:00")
    await home.anna.press("Save all 2", message=await home.anna.sees("Amlodipine"))
    await home.anna.sees("This family already has 300 medicines, stopped ones included")
    left = await home.anna.sees("I understood 1 of 1")
    assert "Amlodipine 5 mg" in left.text
    saved = await town.rows("SELECT name FROM medications WHERE status = 'active'")
    assert [row.name for row in saved] == ["Metoprolol"]
