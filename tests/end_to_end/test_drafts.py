"""What was begun and not finished: it says so when its time is over, and can be continued."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.app.app import App
from bot.redis import keys
from bot.redis.client import connect
from bot.sandbox import Drop, Message, Person
from tests.town import LONDON, Household, Town, add_medicine, found_family, invite
from tests.waiting import until

LINE = "Amlodipine 5 mg"
NOTICE = "“Amlodipine 5 mg” wasn't saved."
OFFER = ("Continue",)


async def begin(phone: Person, line: str = LINE) -> Message:
    """`/addmed`, guided as far as "Save?"."""
    await phone.send(f"/addmed {line}")
    await phone.sees("due?")
    await phone.press("Mornings: 08:00")
    # An earlier draft, which is edited now, says so of another medicine.
    return await phone.sees(f"I understood:\n💊 {line.split(maxsplit=1)[0]}")


async def leave(town: Town, phone: Person, question: Message) -> Message:
    """Nobody answers; returns the message that asked, as it is then."""
    await town.settled()
    town.jump_by(minutes=15, seconds=1)
    await until(lambda: "wasn't saved" in phone.last.text)
    return shown(phone, question)


def shown(phone: Person, message: Message) -> Message:
    return next(m for m in phone.messages if m.id == message.id)


def notices(phone: Person) -> list[Message]:
    return [m for m in phone.messages if "wasn't saved" in m.text]


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


async def test_of_several_medicines_in_a_line_each_is_answered_and_none_is_left(
    home: Household, town: Town
) -> None:
    for name in ("Para", "Daily"):
        await add_medicine(home.anna, f"{name} 1 tablet as needed, 4 hours apart")
    town.jump_by(hours=1)
    await home.anna.send("/give Para at 02:00 and Daily at 02:00")
    for name in ("Para", "Daily"):
        asks = await home.anna.sees(f"before {name} was added here")
        await home.anna.press("✅ Given", message=asks)
        await home.anna.sees(f"✅ {name} 1 tablet, given")
    await town.settled()
    town.jump_by(minutes=16)
    await town.drafts_looked_at()
    assert not [m for m in home.anna.messages if m.labels == OFFER]


async def test_what_somebody_has_added_meanwhile_is_asked_about(
    home: Household, town: Town
) -> None:
    anna = home.anna
    question = await begin(anna)
    await leave(town, anna, question)
    await add_medicine(home.ben, "Amlodipine 10 mg at 09:00")
    await anna.press("Continue", message=shown(anna, question))
    await anna.press("Save", message=await anna.sees("I understood:"))
    same = await anna.sees("Mum already takes this: Amlodipine 10 mg")
    assert await town.count("medications") == 1
    await anna.press("Cancel", message=same)
    await anna.sees("Cancelled. Nothing was saved.")


async def test_a_draft_for_somebody_who_is_gone_cannot_be_continued(
    home: Household, town: Town
) -> None:
    anna = home.anna
    await anna.send("/addperson Dad in Paris")
    await anna.sees("Dad is in the family")
    question = await begin(anna, "Amlodipine 5 mg for Dad")
    await leave(town, anna, question)
    await town.change("UPDATE care_recipients SET deleted_at = clock_now() WHERE name = 'Dad'")
    await anna.press("Continue", message=shown(anna, question))
    gone = await anna.sees("This can't be continued, and nothing was saved")
    assert (gone.id, gone.labels) == (question.id, ())
    await until(lambda: not notices(anna))  # and the other message does not offer it either
    await anna.send("hello")
    await anna.sees("I'm not sure what that's about.")


async def test_the_person_is_named_as_they_are_called_by_now(home: Household, town: Town) -> None:
    anna = home.anna
    question = await begin(anna)
    await leave(town, anna, question)
    await town.change("UPDATE care_recipients SET name = 'Mother'")
    await anna.press("Continue", message=shown(anna, question))
    again = await anna.sees("I understood:")
    assert again.text.endswith("for Mother")


async def test_whoever_has_become_a_viewer_cannot_continue(home: Household, town: Town) -> None:
    ben = home.ben
    question = await begin(ben)
    await leave(town, ben, question)
    await town.change("UPDATE family_members SET role = 'viewer' WHERE role = 'caregiver'")
    toast = await ben.press("Continue", message=shown(ben, question))
    assert toast.alert
    assert (
        toast.text
        == "As a viewer, you can read but not change anything. Please ask a caregiver or an admin."
    )
    # Neither message offers any more what would only be refused again.
    await until(lambda: not notices(ben))
    await town.settled()
    assert shown(ben, question).labels == ()
    assert [m.labels for m in ben.messages if m.id > question.id] == [()]
    assert await town.count("medications") == 0


async def test_a_viewer_s_own_clock_can_be_continued(home: Household, town: Town) -> None:
    """What a viewer may do, a viewer may go on with."""
    carla = town.person("Carla")
    await carla.open_link(await invite(home.anna, "viewer"))
    await carla.sees("Welcome to the family")
    await carla.send("/people")
    await carla.press("My time zone", message=await carla.sees("Mum"))
    question = await carla.sees("?")
    await town.settled()
    town.jump_by(minutes=16)
    await until(lambda: shown(carla, question).labels == OFFER)
    assert shown(carla, question).text.startswith("⌛ Nothing was changed.")
    await carla.press("Continue", message=shown(carla, question))
    await carla.sees(question.text)
    await carla.send("Paris")
    await carla.sees("Paris time")


async def test_whoever_has_left_the_family_cannot_continue(home: Household, town: Town) -> None:
    ben = home.ben
    question = await begin(ben)
    await leave(town, ben, question)
    await town.change("UPDATE family_members SET left_at = clock_now() WHERE role = 'caregiver'")
    await ben.press("Continue", message=shown(ben, question))
    gone = await ben.sees("This can't be continued, and nothing was saved")
    assert gone.labels == ()


async def test_after_a_day_it_is_too_old_and_says_what_to_type(home: Household, town: Town) -> None:
    anna = home.anna
    question = await begin(anna)
    left = await leave(town, anna, question)
    town.jump_by(hours=24)
    await anna.press("Continue", message=left)
    old = await anna.sees("That was more than a day ago, so it can't be continued")
    assert old.text.endswith("Please start again: /addmed")
    assert (old.id, old.labels) == (question.id, ())
    await anna.send("hello")
    await anna.sees("I'm not sure what that's about.")


async def test_almost_a_day_later_it_is_not_too_old(home: Household, town: Town) -> None:
    anna = home.anna
    question = await begin(anna)
    left = await leave(town, anna, question)
    town.jump_by(hours=23, minutes=58)
    await anna.press("Continue", message=left)
    await anna.sees("I understood:")


async def test_what_ran_out_while_the_bot_was_away_says_so_when_it_is_back(
    home: Household, town: Town
) -> None:
    anna = home.anna
    question = await begin(anna)
    await town.settled()
    await town.stop_bot()
    town.jump_by(hours=2)
    await town.start_bot()
    await until(lambda: len(notices(anna)) == 1)
    left = shown(anna, question)
    assert left.labels == OFFER
    await town.restart_bot()
    await anna.press("Continue", message=left)
    await anna.press("Save", message=await anna.sees("I understood:"))
    await anna.sees("Saved: Amlodipine 5 mg")


@pytest_asyncio.fixture
async def replica(town: Town) -> AsyncIterator[App]:
    """A second bot on the same database, Redis and Telegram."""
    async with App(town.wiring) as app:
        yield app


async def test_two_bots_say_it_once(home: Household, town: Town, replica: App) -> None:
    people = [town.person(f"Person {number}") for number in range(4)]
    for person in people:
        await found_family(person)
        await person.send("/addperson Mum in Europe/London")
        await person.sees("is in the family", timeout=20)
        await person.send("/addmed Amlodipine 5 mg")
        await person.sees("due?", timeout=20)
    await town.settled(seconds=40)
    calls = len(town.sandbox.calls)
    town.jump_by(minutes=16)
    await until(lambda: all(len(notices(person)) == 1 for person in people))
    await town.drafts_looked_at()
    assert [len(notices(person)) for person in people] == [1] * 4
    edits = [c for c in town.sandbox.calls[calls:] if c.method == "editMessageText"]
    assert len(edits) == 4


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
    await anna.send("hello")
    await anna.sees("I'm not sure what that's about.")


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


async def test_another_one_of_its_kind_leaves_the_first_unsaid(home: Household, town: Town) -> None:
    anna = home.anna
    first = await begin(anna)
    second = await begin(anna, "Bisoprolol 2 mg")
    # The first cannot be answered any more, and shows it at once; it can be continued.
    await until(lambda: shown(anna, first).labels == OFFER)
    await anna.press("Save", message=second)
    await anna.sees("Saved: Bisoprolol 2 mg")
    await town.settled()
    town.jump_by(minutes=16)
    await town.drafts_looked_at()
    assert notices(anna) == []
    await anna.press("Continue", message=shown(anna, first))
    again = await anna.sees("I understood:\n💊 Amlodipine 5 mg")
    await anna.press("Save", message=again)
    await anna.sees("Saved: Amlodipine 5 mg")
    assert await town.count("medications") == 2


async def test_what_was_saved_on_one_line_meanwhile_leaves_the_draft_unsaid(
    home: Household, town: Town
) -> None:
    anna = home.anna
    first = await begin(anna)
    await add_medicine(anna, "Amlodipine 5 mg at 08:00")
    again = await anna.sees("I understood:")
    await town.settled()
    town.jump_by(minutes=16)
    # Both messages could have been answered, so both say that they cannot be any more.
    for message in (first, again):
        await until(lambda message=message: shown(anna, message).labels == OFFER)  # type: ignore[misc]
    await town.drafts_looked_at()
    assert notices(anna) == []


async def test_a_conversation_of_another_kind_leaves_it_to_be_said_in_its_time(
    home: Household, town: Town
) -> None:
    anna = home.anna
    first = await begin(anna)
    await anna.send("/adddoctor")
    await anna.sees("Who is it?")
    await until(lambda: shown(anna, first).labels == OFFER)
    await town.drafts_looked_at()
    assert notices(anna) == []
    town.jump_by(minutes=16)
    await until(lambda: len(notices(anna)) == 1)
    await town.drafts_looked_at()
    assert len(notices(anna)) == 1


async def test_what_is_continued_takes_the_place_of_what_is_running(
    home: Household, town: Town
) -> None:
    anna = home.anna
    first = await begin(anna)
    await anna.send("/adddoctor")
    doctor = await anna.sees("Who is it?")
    await until(lambda: shown(anna, first).labels == OFFER)
    await anna.press("Continue", message=shown(anna, first))
    again = await anna.sees("I understood:")
    await until(lambda: shown(anna, doctor).labels == OFFER)
    await anna.press("Save", message=again)
    await anna.sees("Saved: Amlodipine 5 mg")
    await anna.press("Continue", message=shown(anna, doctor))
    await anna.sees(doctor.text)


async def test_a_repeated_question_loses_its_buttons_in_every_message(
    home: Household, town: Town
) -> None:
    anna = home.anna
    first = await begin(anna)
    await anna.send_voice()
    await anna.sees("I can only read text")
    second = await anna.sees("I understood:", after=first)
    await anna.send("/today")
    await anna.press("Continue", message=await anna.sees("isn't saved yet", after=second))
    third = await anna.sees("I understood:", after=second)
    await town.settled()
    town.jump_by(minutes=16)
    for question in (first, second, third):
        await until(lambda question=question: shown(anna, question).labels == OFFER)  # type: ignore[misc]


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
        ("/adddoctor", "Who is it?", "Not saved."),
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


async def test_with_redis_emptied_a_press_is_answered_and_nothing_was_saved(
    home: Household, town: Town
) -> None:
    anna = home.anna
    question = await begin(anna)
    left = await leave(town, anna, question)
    async with connect(town.wiring.redis_url) as redis:
        await redis.flushdb()
    await anna.press("Continue", message=left)
    await anna.sees("it can't be continued, and nothing was saved")
    assert await town.count("medications") == 0


async def test_what_cannot_be_read_hinders_no_other(home: Household, town: Town) -> None:
    anna, ben = home
    await begin(anna)
    question = await begin(ben)
    await town.settled()
    async with connect(town.wiring.redis_url) as redis:
        drafts = [key async for key in redis.scan_iter(f"conversation:{anna.id}:*:draft:*")]
        [draft] = drafts
        await redis.hset(draft, "state", '{"flow": "addmed", "step": "gone"}')
        await redis.zadd(keys.DRAFT_DEADLINES, {"nonsense": 0, draft + "0": 0})
    await leave(town, ben, question)
    assert notices(anna) == []


async def test_telegram_refusing_or_failing_for_a_while_loses_nothing(
    home: Household, town: Town
) -> None:
    anna = home.anna
    question = await begin(anna)
    await town.settled()
    town.sandbox.fail_next("editMessageText", status=429, retry_after=1)
    town.sandbox.fail_next("sendMessage", status=429, retry_after=1)
    left = await leave(town, anna, question)
    assert left.labels == OFFER
    assert len(notices(anna)) == 1


async def test_telegram_being_broken_for_a_while_loses_nothing(home: Household, town: Town) -> None:
    anna = home.anna
    question = await begin(anna)
    await town.settled()
    town.sandbox.fail_next("editMessageText", status=500)
    town.jump_by(minutes=15, seconds=1)
    await until(lambda: town.sandbox.faults_struck("editMessageText") == 1)
    await town.drafts_looked_at()
    assert shown(anna, question).labels == question.labels
    town.jump_by(seconds=31)
    await until(lambda: shown(anna, question).labels == OFFER)
    await until(lambda: len(notices(anna)) == 1)


async def test_what_may_have_arrived_is_not_said_again(home: Household, town: Town) -> None:
    anna = home.anna
    question = await begin(anna)
    await town.settled()
    town.sandbox.fail_next("sendMessage", drop=Drop.AFTER)
    await leave(town, anna, question)
    town.jump_by(minutes=5)
    await town.drafts_looked_at()
    assert len(notices(anna)) == 1


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
