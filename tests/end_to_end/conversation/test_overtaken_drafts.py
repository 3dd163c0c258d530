"""Drafts that are continued after something else was begun, saved or changed."""

from tests.end_to_end.conversation.drafts import OFFER, begin, leave, notices, shown
from tests.town import Household, Town, add_medicine, invite
from tests.waiting import until


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
    await anna.send("lorem ipsum")
    await anna.sees("I'm not sure what you mean by")


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
    await anna.sees("What's the doctor's name?")
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
    doctor = await anna.sees("What's the doctor's name?")
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
