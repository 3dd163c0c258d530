"""Leaving a family, removing a member, changing what they may do and whom they see."""

import asyncio
from datetime import timedelta

import pytest

from bot.sandbox import Message, Person
from bot.ui.presses.doses import Take
from tests.town import (
    Household,
    Town,
    add_medicine,
    add_person,
    ask,
    clock_in_london,
    join,
    settle_in,
)

GONE = "You're not in this family any more."


def taken(card: Message) -> str:
    """The data of its Taken button."""
    button = next(b for row in card.buttons for b in row if "Taken" in b.text)
    assert button.data is not None
    return button.data


async def open_member(admin: Person, name: str) -> Message:
    await admin.send("/family")
    await admin.press("Members", message=await admin.sees("👪 Mum's helpers"))
    await admin.press(name, message=await admin.sees("Tap somebody"))
    return await admin.sees(f"👤 {name}")


async def remove(admin: Person, name: str) -> None:
    await admin.press("Remove from the family", message=await open_member(admin, name))
    await admin.press("Yes, remove", message=await admin.sees(f"Remove {name} from the family"))
    await admin.sees(f"{name} isn't in the family")


async def make(admin: Person, name: str, what: str) -> Message:
    await admin.press(what, message=await open_member(admin, name))
    return await admin.sees(name)


async def test_who_leaves_sees_nothing_any_more_and_the_admins_hear_it(
    home: Household, town: Town
) -> None:
    asked = await ask(town, *home)
    await home.ben.send("/leave")
    question = await home.ben.sees("Leave the family Mum's helpers?")
    assert "What you've recorded stays" in question.text
    await home.ben.press("Yes, leave", message=question)
    await home.ben.sees("You've left the family Mum's helpers")
    await home.anna.sees("Ben has left the family Mum's helpers.")
    await town.settled()
    [card] = [message for message in home.ben.messages if message.id == asked.cards[1].id]
    assert (card.text, card.labels) == (GONE, ())
    toast = await home.ben.press_altered(taken(asked.cards[0]), message=card)
    assert toast.alert
    assert await town.value("SELECT count(*) FROM medication_logs") == 0
    # The card is asked about again, but not of him.
    town.jump_by(minutes=11)
    await home.anna.sees("I'm asking again")
    await town.settled()
    assert not any("asking again" in message.text for message in home.ben.messages)


async def test_the_only_admin_stays(home: Household, town: Town) -> None:
    await home.anna.send("leave the family")
    await home.anna.sees("Mum's helpers needs an admin, and there's no other.")
    page = await open_member(home.anna, "Anna")
    assert "only admin" in page.text
    assert not any("Make them" in button.text for row in page.buttons for button in row)
    assert await town.value("SELECT count(*) FROM family_members WHERE left_at IS NOT NULL") == 0


async def test_of_two_admins_who_leave_at_once_one_stays(home: Household, town: Town) -> None:
    await make(home.anna, "Ben", "Make them an admin")
    await home.anna.press("Save", message=await home.anna.sees("Make Ben an admin"))
    await home.anna.sees("Ben was a caregiver")
    await home.ben.sees("Anna has made you an admin")
    questions = []
    for person in home:
        await person.send("/leave")
        questions.append(await person.sees("Leave the family"))
    await asyncio.gather(
        *(p.press("Yes, leave", message=q) for p, q in zip(home, questions, strict=True))
    )
    await town.settled()
    left = await town.value("SELECT count(*) FROM family_members WHERE left_at IS NOT NULL")
    assert left == 1
    texts = [person.last.text for person in home]
    assert sum("You've left" in text for text in texts) == 1


async def test_who_is_removed_hears_it_and_no_old_button_or_question_of_theirs_does_anything(
    home: Household, town: Town
) -> None:
    await home.ben.send("/addmed Aspirin 100 mg")
    question = await home.ben.sees("When")
    page = await open_member(home.anna, "Ben")
    await remove(home.anna, "Ben")
    await home.ben.sees("Anna has removed you from the family Mum's helpers")
    await home.ben.send("every day at 8")
    await town.settled()
    assert await town.count("medications") == 0
    assert question is not None
    # A second admin's old page says that he's gone.
    press = page.buttons[0][0].data
    assert press is not None
    toast = await home.anna.press_altered(press, message=page)
    assert toast.alert
    await home.anna.send("/family")
    assert "Ben" not in (await home.anna.sees("👪 Mum's helpers")).text
    # He can be invited again, and is what the new invitation says.
    await join(home.anna, home.ben, "viewer")
    role = "SELECT m.role FROM family_members m JOIN users u ON u.id = m.user_id WHERE u.name='Ben'"
    assert await town.value(role) == "viewer"


async def test_what_the_leaver_had_promised_is_shown_and_asked_of_the_others(
    home: Household, town: Town
) -> None:
    await home.anna.send("/addappt Dentist tomorrow 14:00")
    await home.anna.sees("Saved in the family")
    await town.settled()
    await home.ben.send("/appts")
    await home.ben.press("Dentist", message=await home.ben.sees("Appointments"))
    await home.ben.press("I'll drive", message=await home.ben.sees("No driver yet"))
    await home.ben.sees("Ben is driving")
    await home.anna.press("Remove from the family", message=await open_member(home.anna, "Ben"))
    question = await home.anna.sees("Remove Ben from the family")
    assert "🚗 No driver: Dentist" in question.text
    await home.anna.press("Yes, remove", message=question)
    await home.anna.sees("isn't in the family")
    await town.settled()
    drivers = "SELECT count(*) FROM appointment_occurrences WHERE driver_id IS NOT NULL"
    assert await town.value(drivers) == 0


async def test_something_promised_since_is_shown_before_the_yes_holds(
    home: Household, town: Town
) -> None:
    await home.anna.send("/addappt Dentist tomorrow 14:00")
    await home.anna.sees("Saved in the family")
    await home.anna.press("Remove from the family", message=await open_member(home.anna, "Ben"))
    question = await home.anna.sees("Remove Ben from the family")
    await home.ben.send("/appts")
    await home.ben.press("Dentist", message=await home.ben.sees("Appointments"))
    await home.ben.press("I'll drive", message=await home.ben.sees("No driver yet"))
    await home.ben.sees("Ben is driving")
    await home.anna.press("Yes, remove", message=question)
    await home.anna.sees("🚗 No driver: Dentist")
    assert await town.value("SELECT count(*) FROM family_members WHERE left_at IS NOT NULL") == 0


async def test_a_caregiver_becomes_a_viewer_and_may_not_record_any_more(
    home: Household, town: Town
) -> None:
    asked = await ask(town, *home)
    await make(home.anna, "Ben", "Make them a viewer")
    await home.anna.press("Save", message=await home.anna.sees("Make Ben a viewer"))
    await home.anna.sees("Ben was a caregiver")
    await home.ben.sees("Anna has made you a viewer")
    toast = await home.ben.press_altered(taken(asked.cards[1]), message=asked.cards[1])
    assert "As a viewer" in toast.text
    assert await town.count("medication_logs") == 0
    # Nobody but admins manages members.
    await home.ben.send("/family")
    assert "Members" not in str((await home.ben.sees("👪 Mum's helpers")).buttons)


async def test_a_restricted_member_sees_only_whom_they_may(town: Town) -> None:
    home = await settle_in(town)
    await add_person(home.anna, "Dad")
    await add_medicine(home.anna, "Ramipril 5 mg at 08:00 for Mum")
    await add_medicine(home.anna, "Warfarin 3 mg at 08:00 for Dad")
    for line in ("Dentist tomorrow 14:00 for Mum", "Clinic tomorrow 15:00 for Dad"):
        await home.anna.send(f"/addappt {line}")
        await home.anna.sees("Saved in the family")
    await home.anna.send("/adddoctor Dr Dad, cardiology for Dad")
    await home.anna.sees("Saved in the family")
    await home.anna.press("Whom they see", message=await open_member(home.anna, "Ben"))
    question = await home.anna.sees("Whom may Ben see?")
    await home.anna.press("Dad", message=question)
    question = await home.anna.sees("only Mum")
    await home.anna.press("Save", message=question)
    await home.anna.sees("Sees only Mum")
    await home.ben.sees("you now see only Mum")
    await town.settled()
    seen_before = len(home.ben.messages)
    commands = ("/meds", "/today", "/appts", "/people", "/doctors", "/history", "/family")
    for command in commands:
        await home.ben.send(command)
    for sentence in ("what is due today?", "what is dad on?", "how many warfarin are left?"):
        await home.ben.send(sentence)
    await home.ben.send("/give Warfarin")
    await town.settled()
    new = home.ben.messages[seen_before:]
    shown = "\n".join(f"{m.text} {m.buttons}" for m in new if "I'm not sure" not in m.text)
    assert "Ramipril" in shown
    assert "Dentist" in shown
    # What he typed himself may be quoted; what he may not see is told by nothing else.
    for hidden in ("Warfarin 3 mg", "Clinic", "Dr Dad", "• Dad"):
        assert hidden not in shown
    # Anna's list was cached meanwhile, and hers is still whole.
    await home.anna.send("/meds")
    assert "Warfarin" in (await home.anna.sees("Medicines, family")).text
    # A reminder about Dad goes to Anna alone; a button about him does nothing.
    town.jump_to(town.clock.now().replace(hour=8, minute=0, second=0) - timedelta(seconds=1))
    await home.anna.sees("Dad · 08:00")
    await home.ben.sees("Mum · 08:00")
    await town.settled()
    assert not any("Dad · " in message.text for message in home.ben.messages)
    [dose] = await town.rows(
        "SELECT family_id, id FROM doses WHERE medication_name = 'Warfarin' ORDER BY due_at LIMIT 1"
    )
    button = Take(family_id=dose.family_id, dose_id=dose.id).encode()
    toast = await home.ben.press_altered(button, message=home.ben.last)
    assert toast.alert
    assert await town.count("medication_logs") == 0


async def test_what_is_sent_to_a_restricted_member_tells_nothing_of_the_others(
    town: Town,
) -> None:
    home = await settle_in(town)
    await add_person(home.anna, "Dad")
    # What is gathered until the minute ends was gathered for somebody who saw everybody.
    await add_medicine(home.anna, "Ramipril 5 mg at 21:00 for Mum")
    await add_medicine(home.anna, "Warfarin 3 mg at 21:00 for Dad")
    await home.ben.send("/settings")
    await home.ben.press("Morning digest", message=await home.ben.sees("Settings"))
    await home.ben.send("07:50")
    await home.ben.sees("07:50")
    await home.anna.press("Whom they see", message=await open_member(home.anna, "Ben"))
    await home.anna.press("Dad", message=await home.anna.sees("Whom may Ben see?"))
    await home.anna.press("Save", message=await home.anna.sees("only Mum"))
    await home.anna.sees("Sees only Mum")
    seen_before = await home.ben.sees("you now see only Mum")
    town.jump_by(minutes=2)
    await home.ben.sees("Anna added a medicine for Mum", after=seen_before)
    town.jump_to(town.clock.now().replace(hour=7, minute=50, second=0) - timedelta(seconds=1))
    await home.ben.sees("21:00 Ramipril", after=seen_before)
    await town.settled()
    new = [message for message in home.ben.messages if message.id > seen_before.id]
    assert not any("Dad" in message.text or "Warfarin" in message.text for message in new)


async def test_who_would_not_see_whom_they_drive_is_settled_first(town: Town) -> None:
    home = await settle_in(town)
    await add_person(home.anna, "Dad")
    await home.anna.send("/addappt Clinic tomorrow 15:00 for Dad")
    await home.anna.sees("Saved in the family")
    await home.ben.send("/appts")
    await home.ben.press("Clinic", message=await home.ben.sees("Appointments"))
    await home.ben.press("I'll drive", message=await home.ben.sees("No driver yet"))
    await home.ben.sees("Ben is driving")
    await home.anna.press("Whom they see", message=await open_member(home.anna, "Ben"))
    await home.anna.press("Dad", message=await home.anna.sees("Whom may Ben see?"))
    toast = await home.anna.press("Save", message=await home.anna.sees("only Mum"))
    assert "Ben has promised something for Dad" in toast.text
    assert not await town.value("SELECT bool_or(is_restricted) FROM family_members")


async def test_a_caregiver_who_is_the_person_cared_for_gets_big_cards(
    home: Household, town: Town
) -> None:
    await make(home.anna, "Ben", "They're somebody we care for")
    await home.anna.press("Save", message=await home.anna.sees("the same as Mum"))
    await home.anna.sees("Is Mum, and records their own doses")
    page = await open_member(home.anna, "Ben")
    await home.anna.press("Big, simple reminders", message=page)
    await home.anna.sees("They get big, simple reminders")
    await home.ben.sees("From now on your reminders are big and simple (Anna).")
    minute = town.minute(ahead=2)
    await add_medicine(home.anna, f"Aspirin 100 mg at {clock_in_london(minute)}")
    await add_medicine(home.anna, f"Senna 2 tablets at {clock_in_london(minute)}")
    town.jump_to(minute - timedelta(seconds=1))
    card = await home.ben.sees(f"⏰ {clock_in_london(minute)}")
    assert [[button.text for button in row] for row in card.buttons] == [["✅ Taken"]]
    await home.ben.press("Taken", message=card)
    await home.anna.sees("Ben")
    await town.settled()
    assert await town.count("medication_logs") == 2
    [card] = [message for message in home.ben.messages if message.id == card.id]
    assert card.text.startswith("👍 Done. Thank you!")
    assert card.labels == ()


@pytest.mark.parametrize(("person", "may_record"), [("Mum", True), ("Dad", False)])
async def test_the_person_cared_for_is_offered_to_record_their_own_doses_only(
    person: str, may_record: bool, home: Household, town: Town
) -> None:
    await add_person(home.anna, "Dad")
    await add_medicine(home.anna, f"Aspirin 100 mg at 21:00 for {person}")
    await home.anna.send("/give Aspirin")
    await home.anna.press("Given", message=await home.anna.sees("Record it?"))
    await home.anna.sees("given today")
    await make(home.anna, "Ben", "They're somebody we care for")
    await home.anna.press("Mum", message=await home.anna.sees("Which of the people"))
    await home.anna.press("Save", message=await home.anna.sees("the same as Mum"))
    await home.anna.sees("Is Mum, and records their own doses")
    await home.ben.send("/meds")
    await home.ben.press("Aspirin", message=await home.ben.sees("Medicines, family"))
    page = await home.ben.sees("for Mum" if may_record else "for Dad")
    assert ("✅ Record a dose" in page.labels) is may_record
    await home.ben.send("/history")
    await home.ben.press("1", message=await home.ben.sees("Tap a number"))
    entry = await home.ben.sees("given as an extra")
    assert any("Correct" in label for label in entry.labels) is may_record
