"""Messages that ask about doses whose time was over are answered on them, like a card."""

from datetime import timedelta

from bot.sandbox import Message
from domain.medicines.doses.ladder import WINDOW
from tests.town import (
    Asked,
    Household,
    Town,
    add_medicine,
    add_person,
    ask,
    clock_in_london,
    join,
)

BOTH = ("Aspirin 100 mg", "Statin 20 mg")


async def miss(
    home: Household, town: Town, *medicines: str
) -> tuple[Asked, tuple[Message, Message]]:
    """Nobody answers; returns what Anna and Ben are told of it."""
    asked = await ask(town, *home, medicines=medicines)
    town.jump_to(asked.minute + WINDOW)
    told = [await phone.sees("⚠️ Mum: nobody recorded") for phone in home]
    await town.settled()
    return asked, (told[0], told[1])


async def stay_away(home: Household, town: Town, *medicines: str) -> Message:
    """The bot is away while doses fall due; returns what Anna is told of it."""
    minute = town.minute(ahead=2)
    for number, medicine in enumerate(medicines):
        phone = (home.anna, home.ben)[number % 2]
        await add_medicine(phone, f"{medicine} at {clock_in_london(minute)}")
    await town.stop_bot()
    town.jump_to(minute + timedelta(hours=3))
    await town.start_bot()
    return await home.anna.sees("❔ Mum: I couldn't ask")


async def test_a_missed_dose_is_answered_where_it_is_told(home: Household, town: Town) -> None:
    asked, (told, bens) = await miss(home, town, "Aspirin 100 mg")
    assert told.labels == ("✅ Taken after all", "⏭ Skip")
    await home.anna.press("Taken after all", message=told)
    question = await home.anna.sees("When was it taken?")
    await home.anna.press("At its time", message=question)
    for phone, message in zip(home, (told, bens), strict=True):
        shown = await phone.sees(f"Taken {asked.at}, recorded by Anna", after=message)
        assert "nobody recorded this dose in time" in shown.text
        assert shown.id == message.id
        assert shown.labels == ("✏️ Correct", "↩️ Undo")
    await home.ben.sees(f"💊 Mum · {asked.at}\n✅ Aspirin 100 mg")


async def test_each_dose_has_its_row_and_all_have_one_button(home: Household, town: Town) -> None:
    asked, (told, bens) = await miss(home, town, *BOTH)
    at = asked.at
    assert told.labels == (
        "✅ All taken",
        *(f"✅ Taken: {at} Aspirin", f"⏭ Skip {at} Aspirin"),
        *(f"✅ Taken: {at} Statin", f"⏭ Skip {at} Statin"),
    )
    toast = await home.ben.press(f"Skip {at} Statin", message=bens)
    assert toast.text == "Skipped: Statin 20 mg"
    half = await home.anna.sees("Skipped, recorded by Ben", after=told)
    assert half.labels[3:] == (f"✏️ Correct {at} Statin", f"↩️ Undo {at} Statin")
    await home.anna.press("Taken: the other one", message=half)
    question = await home.anna.sees("When was it taken?")
    assert "Statin" not in question.text
    await home.anna.press("At its time", message=question)
    whole = await home.anna.sees("recorded by Anna", after=half)
    assert whole.labels[0] == "✓ All recorded"


async def test_undo_on_it_opens_the_question_again(home: Household, town: Town) -> None:
    _, (told, bens) = await miss(home, town, "Aspirin 100 mg")
    await home.ben.press("Skip", message=bens)
    skipped = await home.anna.sees("Skipped, recorded by Ben", after=told)
    toast = await home.anna.press("Undo", message=skipped)
    assert toast.text == "Undone: Aspirin 100 mg"
    again = await home.ben.sees("nobody recorded this dose", after=bens)
    await town.settled()
    [again] = [message for message in home.ben.messages if message.id == bens.id]
    assert again.labels == ("✅ Taken after all", "⏭ Skip")


async def test_an_answer_elsewhere_is_shown_on_it(home: Household, town: Town) -> None:
    _, (told, bens) = await miss(home, town, "Aspirin 100 mg")
    await home.ben.send("/history")
    await home.ben.press("1", message=await home.ben.sees("History"))
    await home.ben.press("Skip", message=await home.ben.sees("Nothing is recorded."))
    for phone, message in zip(home, (told, bens), strict=True):
        shown = await phone.sees("nobody recorded this dose in time", after=message)
        assert "Skipped, recorded by Ben" in shown.text


async def test_what_nobody_was_asked_about_is_answered_too(home: Household, town: Town) -> None:
    told = await stay_away(home, town, *BOTH)
    assert told.text.splitlines()[0] == (
        "❔ Mum: I couldn't ask about these doses in time. Were they taken?"
    )
    await home.anna.press("All taken", message=told)
    question = await home.anna.sees("When were they taken?")
    await home.anna.press("At their times", message=question)
    answered = await home.anna.sees("I couldn't ask", after=told)
    assert "Were they taken?" not in answered.text
    assert answered.text.count("recorded by Anna") == 2


async def test_doses_of_several_days_are_told_apart(home: Household, town: Town) -> None:
    minute = town.minute(ahead=2)
    at = clock_in_london(minute)
    await add_medicine(home.anna, f"Aspirin 100 mg at {at}")
    await town.stop_bot()
    town.jump_to(minute + timedelta(days=1, hours=3))
    await town.start_bot()
    told = await home.anna.sees("❔ Mum: I couldn't ask")
    assert f"✅ Taken: Monday {at} Aspirin" in told.labels
    assert f"✅ Taken: Tuesday {at} Aspirin" in told.labels
    await home.anna.press(f"Taken: Monday {at}", message=told)
    await home.anna.press("At its time", message=await home.anna.sees("When was it taken?"))
    await home.anna.sees("recorded by Anna", after=told)
    rows = await town.rows("SELECT due_at, taken_at FROM doses WHERE status = 'taken'")
    assert [tuple(row) for row in rows] == [(minute, minute)]


async def test_several_doses_of_one_medicine_at_one_time_are_asked_about(
    home: Household, town: Town
) -> None:
    minute = town.minute(ahead=2)
    await add_medicine(home.anna, f"Aspirin 100 mg at {clock_in_london(minute)}")
    await town.stop_bot()
    town.jump_to(minute + timedelta(days=1, hours=3))
    await town.start_bot()
    told = await home.anna.sees("❔ Mum: I couldn't ask")
    await home.anna.press("All taken", message=told)
    await home.anna.press("Just now", message=await home.anna.sees("When were they taken?"))
    question = await home.anna.sees("⚠️ That's 2 doses of Aspirin at the same time.")
    assert await town.count("medication_logs") == 0
    await home.anna.press("Given", message=question)
    await home.anna.sees("✅ Recorded for Mum")
    assert await town.count("medication_logs") == 2


async def test_more_than_have_room_are_told_in_several_messages(
    home: Household, town: Town
) -> None:
    await stay_away(home, town, *(f"Medicine{number:02} 1 tablet" for number in range(22)))
    await town.settled()
    told = [message for message in home.anna.messages if "I couldn't ask" in message.text]
    rows = [[row for row in message.buttons if "Taken:" in row[0].text] for message in told]
    assert sorted(len(each) for each in rows) == [2, 20]


async def test_what_was_answered_before_it_was_told_is_not_told(
    home: Household, town: Town
) -> None:
    asked = await ask(town, *home)
    await town.stop_bot()
    await town.change(
        "UPDATE notifications SET status = 'pending', kind = 'missed',"
        " slot_at = slot_at + interval '2 hours', ask_no = 1, chat_id = NULL, message_id = NULL,"
        " shown_version = 0 WHERE kind = 'slot_card'"
    )
    await town.change(
        "UPDATE doses SET status = 'skipped', next_action_at = NULL, ladder_step = NULL,"
        " resolved_at = clock_now(), resolved_by_id = (SELECT id FROM users WHERE name = 'Ben')"
        " WHERE due_at = :at",
        at=asked.minute,
    )
    await town.start_bot()
    await town.settled()
    reasons = await town.rows("SELECT DISTINCT status, reason FROM notifications WHERE ask_no = 1")
    assert [tuple(row) for row in reasons] == [("obsolete", "answered before it was sent")]


# Who may answer.


async def test_a_viewer_reads_it_without_buttons(home: Household, town: Town) -> None:
    asked, (_, bens) = await miss(home, town, "Aspirin 100 mg")
    await town.change("UPDATE family_members SET role = 'viewer' WHERE role = 'caregiver'")
    late = await home.ben.press("Taken after all", message=bens)
    assert late.alert
    assert (
        late.text
        == "As a viewer, you can read but not record. Please ask a caregiver to record it."
    )
    await home.anna.press("Skip")
    shown = await home.ben.sees("Skipped, recorded by Anna", after=bens)
    assert shown.labels == ()
    assert await town.count("medication_logs") == 1
    assert asked.at in shown.text


async def test_whoever_has_left_answers_nothing_on_it(home: Household, town: Town) -> None:
    _, (told, bens) = await miss(home, town, "Aspirin 100 mg")
    await town.change("UPDATE family_members SET left_at = clock_now() WHERE role = 'caregiver'")
    toast = await home.ben.press("Skip", message=bens)
    assert toast.alert
    await home.anna.press("Skip", message=told)
    closed = await home.ben.sees("You're not in this family any more.", after=bens)
    assert closed.labels == ()


async def test_the_cared_for_answers_only_their_own(home: Household, town: Town) -> None:
    mum = town.person("Margaret")
    await join(home.anna, mum, "recipient")
    await add_person(home.anna, "Dad", "Europe/London")
    minute = town.minute(ahead=2)
    for person in ("Mum", "Dad"):
        line = f"{person}med 5 mg at {clock_in_london(minute)} for {person}"
        await add_medicine(home.anna, line)
    town.jump_to(minute - timedelta(seconds=1))
    await mum.sees("Mum · ")
    await town.settled()
    town.jump_to(minute + WINDOW)
    own = await mum.sees("⚠️ Mum: nobody recorded")
    others = await home.anna.sees("⚠️ Dad: nobody recorded")
    toast = await mum.press("Skip", message=own)
    assert toast.text == "Skipped: Mummed 5 mg"
    for button in others.buttons[0]:
        toast = await mum.press_altered(button.data or "", message=own)
        assert toast.alert
        assert (
            toast.text
            == "You can only record your own doses. Please ask a caregiver to record this one."
        )
