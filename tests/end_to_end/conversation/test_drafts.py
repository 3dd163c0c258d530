"""What was begun and not finished: it says so when its time is over, and can be continued."""

import pytest

from tests.end_to_end.conversation.drafts import NOTICE, OFFER, begin, leave, notices, shown
from tests.town import LONDON, Household, Town, add_medicine
from tests.waiting import until


async def test_a_draft_that_nobody_saved_says_so_once_and_without_a_sound(
    home: Household, town: Town
) -> None:
    anna = home.anna
    question = await begin(anna)
    assert not question.silent
    left = await leave(town, anna, question)
    assert left.text.startswith("⌛ Not saved.\n\nI understood:\n💊 Amlodipine 5 mg")
    assert left.labels == OFFER
    await town.drafts_looked_at()
    [notice] = notices(anna)
    assert (notice.text, notice.silent) == (NOTICE, True)
    assert notice.labels == ("Continue", "✖️ Discard it")
    assert await town.count("medications") == 0


async def test_a_draft_continued_after_an_hour_is_saved(home: Household, town: Town) -> None:
    anna = home.anna
    question = await begin(anna)
    await leave(town, anna, question)
    town.jump_by(hours=1)
    await anna.press("Continue", message=shown(anna, question))
    again = await anna.sees("I understood:\n💊 Amlodipine 5 mg")
    assert again.id > notices(anna)[0].id
    assert again.labels == question.labels
    # Neither message goes on offering what was taken up.
    await until(lambda: not notices(anna))
    continued = [m for m in anna.messages if m.text == "Continued below."]
    assert [(m.id, m.labels) for m in continued] == [
        (question.id, ()),
        (continued[1].id, ()),
    ]
    # It waits for as long as the first time.
    await town.settled()
    town.jump_by(minutes=14)
    await anna.press("Save", message=again)
    await anna.sees("Saved: Amlodipine 5 mg")
    town.jump_by(minutes=2)
    await town.drafts_looked_at()
    assert notices(anna) == []
    assert await town.count("medications") == 1


async def test_a_draft_is_continued_from_the_new_message_and_left_again(
    home: Household, town: Town
) -> None:
    anna = home.anna
    question = await begin(anna)
    await leave(town, anna, question)
    await anna.press("Continue", message=notices(anna)[0])
    again = await anna.sees("I understood:")
    await until(lambda: shown(anna, question).text == "Continued below.")
    left = await leave(town, anna, again)
    assert left.text.startswith("⌛ Not saved.")
    await town.drafts_looked_at()
    assert len(notices(anna)) == 1
    await anna.press("Continue", message=left)
    await anna.press("Save", message=await anna.sees("I understood:"))
    await anna.sees("Saved: Amlodipine 5 mg")


async def test_a_question_in_the_middle_is_continued_where_it_was(
    home: Household, town: Town
) -> None:
    anna = home.anna
    await anna.send("/addmed Amlodipine 5 mg")
    question = await anna.sees("When is Amlodipine due?")
    left = await leave(town, anna, question)
    assert left.text.startswith("⌛ Not saved.\n\nWhen is Amlodipine due?")
    await anna.press("Continue", message=left)
    await anna.sees("When is Amlodipine due?")
    await anna.send("at 09:00")
    understood = await anna.sees("I understood:")
    assert "at 09:00" in understood.text


async def test_a_question_that_names_nothing_is_edited_and_not_said(
    home: Household, town: Town
) -> None:
    anna = home.anna
    await anna.send("/addmed")
    question = await anna.sees("What is the medicine called?")
    await town.settled()
    town.jump_by(minutes=16)
    await until(lambda: shown(anna, question).labels == OFFER)
    await town.drafts_looked_at()
    assert anna.last.id == question.id
    await anna.press("Continue", message=shown(anna, question))
    await anna.sees("What is the medicine called?")
    await anna.send("Aspirin")
    await anna.sees("How much Aspirin each time?")


async def test_one_that_was_left_for_another_of_its_kind_is_said_too(
    home: Household, town: Town
) -> None:
    question = await begin(home.anna)
    await add_medicine(home.anna, "Statin 20 mg at 20:00")
    await leave(town, home.anna, question)
    assert len(notices(home.anna)) == 1


async def test_after_a_day_it_is_too_old_and_says_what_to_type(home: Household, town: Town) -> None:
    anna = home.anna
    question = await begin(anna)
    left = await leave(town, anna, question)
    town.jump_by(hours=24)
    await anna.press("Continue", message=left)
    old = await anna.sees("That was more than a day ago, so it can't be continued")
    assert old.text.endswith("Please start again: /addmed")
    assert (old.id, old.labels) == (question.id, ())
    await anna.send("lorem ipsum")
    await anna.sees("I'm not sure what you mean by")


async def test_almost_a_day_later_it_is_not_too_old(home: Household, town: Town) -> None:
    anna = home.anna
    question = await begin(anna)
    left = await leave(town, anna, question)
    town.jump_by(hours=23, minutes=58)
    await anna.press("Continue", message=left)
    await anna.sees("I understood:")


async def test_forget_it_ends_it_for_good(home: Household, town: Town) -> None:
    anna = home.anna
    question = await begin(anna)
    left = await leave(town, anna, question)
    await anna.press("✖️ Discard it")
    await until(lambda: not notices(anna))
    await until(lambda: shown(anna, question).labels == ())
    assert shown(anna, question).text == "⌛ Not saved."
    for button in (left.buttons[0][0], question.buttons[0][0]):
        toast = await anna.press_altered(button.data or "", message=question)
        assert toast.text == "That question has already been answered."
    await anna.send("lorem ipsum")
    await anna.sees("I'm not sure what you mean by")


async def test_what_was_cancelled_or_saved_is_not_left(home: Household, town: Town) -> None:
    anna = home.anna
    await begin(anna)
    await anna.send("/cancel")
    await anna.sees("Cancelled. Nothing was saved.")
    await begin(anna)
    await anna.press("Save")
    await anna.sees("Saved: Amlodipine 5 mg")
    await town.settled()
    before = [m.text for m in anna.messages]
    town.jump_by(minutes=16)
    await town.drafts_looked_at()
    assert [m.text for m in anna.messages] == before


async def test_each_answer_starts_the_time_anew(home: Household, town: Town) -> None:
    anna = home.anna
    await anna.send("/addmed Amlodipine 5 mg")
    await anna.sees("due?")
    town.jump_by(minutes=10)
    await anna.send("at 08:00")
    question = await anna.sees("I understood:")
    town.jump_by(minutes=10)
    await town.drafts_looked_at()
    assert shown(anna, question).labels == question.labels
    await anna.press("Save", message=question)
    await anna.sees("Saved: Amlodipine 5 mg")


async def test_a_button_that_comes_too_late_offers_to_continue(home: Household, town: Town) -> None:
    anna = home.anna
    question = await begin(anna)
    save = question.buttons[0][0].data or ""
    await leave(town, anna, question)
    toast = await anna.press_altered(save, message=question)
    assert toast.text == "That question has expired, and nothing was saved."
    await town.settled()
    assert shown(anna, question).labels == OFFER
    await anna.press("Continue", message=shown(anna, question))
    await anna.sees("I understood:")


async def test_words_that_come_too_late_offer_to_continue(home: Household, town: Town) -> None:
    anna = home.anna
    await anna.send("/addmed Amlodipine 5 mg")
    question = await anna.sees("due?")
    await leave(town, anna, question)
    await anna.send("at 08:00")
    told = await anna.sees("That question has expired, and nothing was saved.")
    await anna.press("Continue", message=told)
    await anna.sees("When is Amlodipine due?")
    await anna.send("at 08:00")
    await anna.press("Save", message=await anna.sees("I understood:"))
    await anna.sees("Saved: Amlodipine 5 mg")


async def test_an_appointment_is_said_too_and_its_day_is_read_anew(
    home: Household, town: Town
) -> None:
    anna = home.anna
    start = town.clock.now().astimezone(LONDON).replace(hour=23, minute=55)
    town.jump_to(start)
    await anna.send("/addappt Dentist tomorrow")
    question = await anna.sees("Dentist")
    day = start.day
    await leave(town, anna, question)
    [notice] = notices(anna)
    assert notice.text.startswith("“Dentist, ")
    assert notice.silent
    await anna.press("Continue", message=notice)
    again = await anna.sees("Dentist", after=notice)
    assert again.id > notice.id
    assert town.clock.now().astimezone(LONDON).day != day
    assert "today" in again.text
    assert "tomorrow" not in again.text


async def test_an_appointment_whose_time_is_over_by_now_is_asked_for_anew(
    home: Household, town: Town
) -> None:
    anna = home.anna
    town.jump_to(town.clock.now().astimezone(LONDON).replace(hour=9, minute=0))
    await anna.send("/addappt Dentist today 10:00 for Bob")
    question = await anna.sees("Is that right?")
    await leave(town, anna, question)
    town.jump_by(hours=2)
    await anna.press("Continue")
    await anna.sees("has already passed")
    assert await town.count("appointments") == 0


@pytest.mark.parametrize(
    ("command", "question", "unfinished"),
    [
        ("/newfamily", "What", "Not saved."),
        ("/addperson", "Who do you look after?", "Not saved."),
        ("/adddoctor", "What's the doctor's name?", "Not saved."),
        ("/give", "?", "Nothing was recorded."),
        ("/refill", "?", "Nothing was recorded."),
    ],
)
async def test_every_kind_says_what_is_true_of_it_and_goes_on(
    home: Household, town: Town, command: str, question: str, unfinished: str
) -> None:
    anna = home.anna
    await add_medicine(anna, "Aspirin 100 mg as needed")
    await anna.send(command)
    asked = await anna.sees(question)
    await town.settled()
    town.jump_by(minutes=16)
    await until(lambda: shown(anna, asked).labels == OFFER)
    left = shown(anna, asked)
    assert left.text == f"⌛ {unfinished}\n\n{asked.text}"
    await anna.press("Continue", message=left)
    again = await anna.sees(asked.text)
    assert (again.text, again.labels) == (asked.text, asked.labels)
    await town.drafts_looked_at()
    assert notices(anna) == []


async def test_where_there_are_two_people_it_says_for_whom(home: Household, town: Town) -> None:
    anna = home.anna
    await anna.send("/addperson Dad in Paris")
    await anna.sees("Dad is in the family")
    question = await begin(anna, "Amlodipine 5 mg for Dad")
    await leave(town, anna, question)
    assert notices(anna)[0].text == "“Amlodipine 5 mg for Dad” wasn't saved."


async def test_it_goes_on_in_the_family_in_which_it_began(home: Household, town: Town) -> None:
    anna = home.anna
    question = await begin(anna)
    left = await leave(town, anna, question)
    await anna.send("/newfamily South")
    await anna.sees("You've created the family South")
    await anna.press("Continue", message=left)
    await anna.press("Save", message=await anna.sees("I understood:"))
    await anna.sees("for Mum, family Mum's helpers")


async def test_whoever_has_blocked_the_bot_is_left_alone(home: Household, town: Town) -> None:
    anna, ben = home
    await begin(anna)
    question = await begin(ben)
    await town.settled()
    anna.block()
    await leave(town, ben, question)
    await town.drafts_looked_at()
    calls = len(town.sandbox.calls)
    town.jump_by(minutes=5)
    await town.drafts_looked_at()
    tried = [c.method for c in town.sandbox.calls[calls:]]
    assert "editMessageText" not in tried
    assert "sendMessage" not in tried
