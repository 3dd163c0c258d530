"""Guided conversations: cancelled, expired, interrupted, answered twice, cut off by accidents."""

import asyncio
from dataclasses import replace

from bot.redis.client import connect
from bot.redis.keys import conversation
from bot.sandbox import Person
from bot.sandbox.person import Message
from bot.ui.presses.conversation import Choose
from bot.ui.presses.registry import decode
from tests.town import Household, Town, found_family
from tests.waiting import until


async def test_there_may_be_nothing_to_cancel(home: Household) -> None:
    await home.anna.send("/cancel")
    await home.anna.sees("There is nothing to cancel")


async def test_cancel_ends_the_conversation(home: Household, town: Town) -> None:
    await home.anna.send("/addmed")
    await home.anna.sees("What is the medicine called?")
    await home.anna.send("/cancel")
    await home.anna.sees("Cancelled. Nothing was saved.")
    await home.anna.send("Aspirin")
    await home.anna.sees("I'm not sure what you mean by “Aspirin”")
    await home.anna.send("/cancel")
    await home.anna.sees("Cancelled. Nothing was saved.")
    await home.anna.send("/cancel")
    await home.anna.sees("There is nothing to cancel")


async def test_a_cancel_button_of_an_older_version_still_cancels(
    home: Household, town: Town
) -> None:
    anna = home.anna
    await anna.send("/addmed Aspirin 100 mg")
    earlier = await anna.sees("When is Aspirin due?")
    await anna.send("at 09:00")
    question = await anna.sees("I understood:")
    toast = await anna.press_altered(_old_cancel(earlier), message=earlier)
    assert toast.text == "That question has already been answered."
    await anna.press_altered(_old_cancel(question), message=question)
    await anna.sees("Cancelled. Nothing was saved.")
    await anna.send("/cancel")
    await anna.sees("There is nothing to cancel")
    assert await town.count("medications") == 0


def _old_cancel(question: Message) -> str:
    """What a Cancel button of *question* carried in older versions."""
    buttons = [button for row in question.buttons for button in row]
    [data] = [button.data for button in buttons if button.text == "✖️ Cancel"]
    press = decode(data or "")
    assert isinstance(press, Choose)
    return replace(press, pick=replace(press.pick, key="cancel")).encode()


async def test_what_nobody_answers_expires_and_says_so_once(home: Household, town: Town) -> None:
    anna = home.anna
    await town.restart_bot(conversation_ttl=1)
    await anna.send("/addmed Aspirin 100 mg")
    question = await anna.sees("When is Aspirin due?")
    await has_expired(town, anna)
    toast = await anna.press_altered(question.buttons[0][0].data or "", message=question)
    assert toast.text == "That question has expired, and nothing was saved."
    await town.settled()
    [question] = [message for message in anna.messages if message.id == question.id]
    assert question.labels == ("Continue",)
    await anna.send("at 08:00")
    await anna.sees("I'm not sure what you mean by")
    assert await town.count("medications") == 0


async def test_a_typed_answer_that_comes_too_late_is_told_so(home: Household, town: Town) -> None:
    anna = home.anna
    await town.restart_bot(conversation_ttl=1)
    await anna.send("/addmed Aspirin 100 mg")
    await anna.sees("When is Aspirin due?")
    await has_expired(town, anna)
    await anna.send("at 08:00")
    told = await anna.sees("That question has expired, and nothing was saved.")
    assert told.labels == ("Continue",)
    await anna.send("at 08:00")
    await anna.sees("I'm not sure what you mean by")
    await anna.send("/addmed Aspirin 100 mg")
    await anna.sees("When is Aspirin due?")
    await has_expired(town, anna)
    await anna.send("/cancel")
    await anna.sees("Cancelled. Nothing was saved.")


async def has_expired(town: Town, phone: Person) -> None:
    await town.settled()
    async with connect(town.wiring.redis_url) as redis, asyncio.timeout(10):
        while await redis.exists(conversation(phone.id, phone.id)):
            await asyncio.sleep(0.05)


async def test_a_button_of_an_earlier_question_answers_nothing(home: Household, town: Town) -> None:
    anna = home.anna
    await anna.send("/addmed Aspirin 100 mg")
    question = await anna.sees("When is Aspirin due?")
    await anna.send("at 09:00")
    await anna.sees("I understood:")
    toast = await anna.press("Mornings: 08:00", message=question)
    assert toast.text == "That question has already been answered."
    await anna.press("Save")
    saved = await anna.sees("Saved: Aspirin")
    assert "at 09:00" in saved.text
    toast = await anna.press_altered(question.buttons[0][0].data or "", message=question)
    assert toast.text == "That question has already been answered."
    assert await town.count("medications") == 1


async def test_a_double_tap_on_save_saves_once(home: Household, town: Town) -> None:
    anna = home.anna
    await anna.send("/addmed Aspirin 100 mg")
    await anna.sees("When is Aspirin due?")
    await anna.press("Mornings: 08:00")
    question = await anna.sees("I understood:")
    queries = [anna.tap("Save", message=question) for _ in range(3)]
    await until(lambda: {toast.query_id for toast in anna.toasts} >= set(queries))
    await town.settled()
    assert await town.count("medications") == 1
    assert len([m for m in anna.messages if "Saved: Aspirin" in m.text]) == 1


async def test_a_choice_that_the_question_does_not_offer_is_no_answer(
    home: Household, town: Town
) -> None:
    anna = home.anna
    await anna.send("/addmed Aspirin 100 mg")
    question = await anna.sees("When is Aspirin due?")
    data = question.buttons[0][0].data or ""
    toast = await anna.press_altered(data[:-1] + "zzz", message=question)
    assert toast.text == "That question has already been answered."
    for altered in (data[:-1] + "²", data + "x" * 12):
        toast = await anna.press_altered(altered, message=question)
        assert (
            toast.text
            == "This button is too old. /today, /meds and /appts show how things are now."
        )
    await anna.send("at 09:00")
    await anna.sees("I understood:")


async def test_a_command_in_between_is_answered_and_the_question_stays_open(
    home: Household, town: Town
) -> None:
    anna = home.anna
    await anna.send("/addmed")
    await anna.sees("What is the medicine called?")
    for command, answer in (
        ("/today", "Nothing is due today."),
        ("/family", "👪 Mum's helpers"),
        ("/undo", "You have nothing to undo"),
        ("/nosuchthing", "I don't know that command."),
        ("/addperson Mum in Paris", "There's already somebody called Mum."),
        ("/addperson Dad in Paris", "Dad is in the family"),
    ):
        await anna.send(command)
        await anna.sees(answer)
    await anna.send("Aspirin")
    await anna.sees("How much Aspirin each time?")


async def test_continue_asks_the_open_question_again_and_stop_ends_it(
    home: Household, town: Town
) -> None:
    anna = home.anna
    await anna.send("/addmed Aspirin")
    await anna.sees("How much Aspirin each time?")
    await anna.send("/today")
    beside = await anna.sees("“Aspirin” isn't saved yet.")
    assert beside.labels == ("Continue", "✖️ Discard it")
    await anna.press("Continue", message=beside)
    await anna.sees("Continued below.")
    again = await anna.sees("How much Aspirin each time? For example", after=beside)
    await anna.send("100 mg")
    await anna.sees("Aspirin", after=again)
    await anna.send("/today")
    beside = await anna.sees("isn't saved yet.", after=again)
    await anna.press("Discard it", message=beside)
    await anna.sees("⌛ Not saved.", after=beside)
    await anna.send("at 08:00")
    await anna.sees("at 08:00", after=beside)
    assert await town.value("SELECT count(*) FROM medications") == 0


async def test_a_command_of_the_same_kind_takes_the_place_of_the_open_question(
    home: Household, town: Town
) -> None:
    anna = home.anna
    await anna.send("/addmed Aspirin 100 mg")
    question = await anna.sees("Aspirin")
    await anna.send("/addmed Statin 20 mg at 20:00")
    await anna.sees("✅ Saved: Statin 20 mg")
    await anna.sees("⌛ Not saved.", after=question)
    await town.settled()
    assert not [m for m in anna.messages if "isn't saved yet" in m.text]
    await anna.send("at 08:00")
    shown = await anna.sees("Please check this change")  # of what was spoken of last
    assert "💊 Statin 20 mg" in shown.text
    assert "Aspirin" not in shown.text


async def test_a_new_conversation_takes_the_place_of_the_old_one(
    home: Household, town: Town
) -> None:
    anna = home.anna
    await anna.send("/addmed")
    await anna.sees("What is the medicine called?")
    await anna.send("/addperson")
    await anna.sees("Who do you look after?")
    await anna.send("Dad")
    await anna.sees("Which city does Dad live in?")
    assert await town.count("medications") == 0


async def test_two_commands_in_one_second_are_both_answered_in_order(
    home: Household, town: Town
) -> None:
    anna = home.anna
    await anna.send("/addmed Aspirin 100 mg at 08:00")
    await anna.send("/addmed Statin 20 mg at 20:00")
    await anna.send("/undo")
    await town.settled()
    answers = [message.text.splitlines()[0] for message in anna.messages[-3:]]
    assert answers == [
        "✅ Saved: Aspirin 100 mg",
        "✅ Saved: Statin 20 mg",
        "Just now, you added: 💊 Statin 20 mg",
    ]


async def test_a_conversation_goes_on_after_a_restart_of_the_bot(
    home: Household, town: Town
) -> None:
    anna = home.anna
    await anna.send("/addmed")
    await anna.sees("What is the medicine called?")
    await town.stop_bot()
    await anna.send("Aspirin")
    await anna.send("100 mg")
    await town.start_bot()
    await anna.sees("When is Aspirin due?")
    await anna.press("Mornings: 08:00")
    await anna.sees("I understood:")
    await town.restart_bot()
    await anna.press("Save")
    await anna.sees("Saved: Aspirin 100 mg")


async def test_a_conversation_stays_in_the_family_in_which_it_began(
    home: Household, town: Town
) -> None:
    anna = home.anna
    await anna.send("/newfamily South")
    await anna.sees("You've created the family South")
    await anna.send("/family")
    await anna.sees("👪 South")
    await anna.press("Switch to Mum's helpers")
    await anna.sees("You're now in the family Mum's helpers.")
    await anna.send("/addmed")
    await anna.sees("What is the medicine called?")
    await anna.send("/family")
    await anna.sees("What is the medicine called?")
    await anna.press("Switch to South")
    await anna.sees("You're now in the family South.")
    # Commands are about the new family, the conversation is about the old one.
    await anna.send("/today")
    await anna.sees("You haven't added anyone to care for yet.")
    for answer in ("Aspirin", "100 mg", "at 08:00"):
        await anna.send(answer)
        await anna.sees("?" if answer != "at 08:00" else "I understood:")
    await anna.press("Save")
    await anna.sees("for Mum, family Mum's helpers")


async def test_a_conversation_about_a_family_that_one_has_left_is_over(
    home: Household, town: Town
) -> None:
    ben = home.ben
    await ben.send("/newfamily Ben's own")
    await ben.sees("You've created the family")
    await ben.send("/family")
    await ben.press("Switch to Mum's helpers", message=await ben.sees("👪 Ben's own"))
    await ben.sees("You're now in")
    await ben.send("/addperson")
    await ben.sees("Who do you look after?")
    await town.change("UPDATE family_members SET left_at = clock_now() WHERE role = 'caregiver'")
    await ben.send("Uncle in Paris")
    await ben.sees("That's no longer there.")
    await ben.send("Uncle in Paris")
    await ben.sees("I'm not sure what you mean by")
    assert await town.count("care_recipients") == 1


async def test_too_many_commands_are_refused_politely_once(town: Town) -> None:
    anna = town.person("Anna")
    await found_family(anna)
    for _ in range(24):
        await anna.send("/help")
    await anna.send("/today")
    await anna.sees("You haven't added anyone to care for yet.")
    await town.settled()
    texts = [message.text for message in anna.messages if message.from_bot]
    # One more for each three seconds that this takes.
    assert 20 <= len([text for text in texts if "What I can do" in text]) <= 23
    assert len([text for text in texts if "That was a lot at once." in text]) == 1


async def test_an_open_question_is_named_once_however_often_something_else_is_asked(
    home: Household, town: Town
) -> None:
    anna = home.anna
    await anna.send("/addmed")
    question = await anna.sees("What is the medicine called?")
    assert question.labels == ("✖️ Cancel",)
    for _ in range(3):
        await anna.send("/help")
    await town.settled()
    texts = [message.text for message in anna.messages if message.from_bot]
    assert len([text for text in texts if text.startswith("What is the medicine")]) == 1
    still_open = "My question is still open: “What is the medicine called?"
    assert len([text for text in texts if text.startswith(still_open)]) == 1
    await anna.send("Aspirin")
    await anna.sees("How much Aspirin each time?")


async def test_what_was_not_understood_is_said_above_the_question_in_one_message(
    home: Household, town: Town
) -> None:
    await home.anna.send("/addmed Aspirin")
    await home.anna.sees("How much Aspirin each time?")
    before = len(home.anna.messages)
    await home.anna.send("100")
    asked = await home.anna.sees("of what?")
    await town.settled()
    assert "How much Aspirin each time?" in asked.text
    assert len(home.anna.messages) == before + 2
    await home.anna.send_voice()
    asked = await home.anna.sees("I can only read text")
    assert "How much Aspirin each time?" in asked.text
    await home.anna.send("100 mg")
    await home.anna.sees("When is Aspirin due?")
