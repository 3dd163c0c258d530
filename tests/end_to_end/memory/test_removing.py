"""Removing a medicine, an appointment, somebody cared for; what goes with them, and comes back."""

from datetime import timedelta

from bot.sandbox import Message, Person
from bot.ui.presses.history import RemovePerson
from tests.end_to_end.appointments.plans import add
from tests.town import Household, Town, add_medicine, add_person, ask, join


async def a_minute_passes(town: Town) -> None:
    await town.settled()
    town.jump_to(town.minute(ahead=1) + timedelta(seconds=1))


async def open_medicine(person: Person, name: str) -> Message:
    await person.send("/meds")
    listed = await person.sees("Medicines")
    await person.press(name, message=listed)
    return await person.sees(name, after=listed)


async def remove(person: Person, on: Message) -> Message:
    """Tap Remove and yes; returns the message as it is then."""
    await person.press("Remove", message=on)
    asked = await person.sees("🗑 Remove", after=on)
    await person.press("Yes, remove", message=asked)
    return await person.sees("is removed.")


async def test_a_medicine_goes_with_its_open_dose_and_comes_back(
    home: Household, town: Town
) -> None:
    asked = await ask(town, home.anna, home.ben)
    await home.anna.send("/meds")
    listed = await home.anna.sees("Aspirin")
    await home.anna.press("Aspirin", message=listed)
    page = await home.anna.sees("Not recorded yet", after=asked.cards[0])
    await home.anna.press("Remove", message=page)
    question = await home.anna.sees("🗑 Remove Aspirin for Mum?")
    assert "1 dose hasn't been recorded yet. It's called off." in question.text
    assert "What was recorded stays in the history." in question.text
    await home.anna.press("Yes, remove", message=question)
    gone = await home.anna.sees("Aspirin for Mum is removed.")
    await town.settled()
    for card in asked.cards:
        assert not any("Taken" in label for label in _again(home, card).labels)
    await a_minute_passes(town)
    told = await home.ben.sees("Anna removed Aspirin for Mum.")
    assert "I won't remind anyone about it any more." in told.text
    await home.anna.send("/meds")
    await home.anna.sees("No medicines yet.", after=gone)
    await home.anna.press("Restore", message=gone)
    await home.anna.sees("✅ Aspirin for Mum is back.")
    await a_minute_passes(town)
    await home.ben.sees("Anna brought back a medicine for Mum:")
    # The dose whose window is open is asked about again.
    assert await town.value("SELECT status FROM medications") == "active"
    open_ones = "SELECT count(*) FROM doses WHERE status = 'pending' AND due_at <= :now"
    assert await town.value(open_ones, now=town.clock.now()) == 1


def _again(home: Household, message: Message) -> Message:
    return next(
        each for person in home for each in person.messages if each.id == message.id and each.text
    )


async def test_a_stopped_medicine_comes_back_stopped(home: Household, town: Town) -> None:
    await add_medicine(home.anna, "Aspirin 100 mg at 20:00")
    page = await open_medicine(home.anna, "Aspirin")
    await home.anna.press("Stop", message=page)
    removed = await remove(home.anna, page)
    await home.anna.press("Restore", message=removed)
    await home.anna.sees("✅ Aspirin for Mum is back.")
    assert await town.value("SELECT status FROM medications") == "stopped"
    assert await town.value("SELECT count(*) FROM doses WHERE status = 'pending'") == 0


async def test_a_driver_hears_at_once_that_the_appointment_is_gone_and_that_it_is_back(
    home: Household, town: Town
) -> None:
    saved = await add(home.anna, "Cardiologist friday 10:00")
    await a_minute_passes(town)
    told = await home.ben.sees("Anna added an appointment")
    await home.ben.press("Details", message=told)
    opened = await home.ben.sees("Cardiologist for Mum", after=told)
    await home.ben.press("I'll drive", message=opened)
    await home.ben.sees("🚗 Ben is driving", after=told)
    await home.anna.press("Remove", message=saved)
    question = await home.anna.sees("🗑 Remove Cardiologist for Mum?")
    assert "1 appointment is planned: Friday 27 November, 10:00." in question.text
    assert "Ben has promised to help with it: I'll tell them now." in question.text
    await home.anna.press("Yes, remove", message=question)
    gone = await home.anna.sees("Cardiologist for Mum is removed.\nI'm telling Ben.")
    await a_minute_passes(town)
    heard = await home.ben.sees("Anna removed Cardiologist for Mum.")
    assert "You don't need to drive any more." in heard.text
    assert not heard.silent
    # The button of an appointment that is gone does nothing.
    assert (await home.ben.press("Move", message=opened)).alert
    await home.anna.press("Restore", message=gone)
    await home.anna.sees("✅ Cardiologist for Mum is back.")
    await a_minute_passes(town)
    back = await home.ben.sees("Anna brought back an appointment:")
    assert "You're driving." in back.text
    row = "SELECT status, driver_id IS NOT NULL AS driven FROM appointment_occurrences"
    assert [tuple(each) for each in await town.rows(row)] == [("planned", True)]


async def test_somebody_goes_with_all_that_is_theirs_and_only_that_comes_back(
    home: Household, town: Town
) -> None:
    await add_medicine(home.anna, "Zinc 10 mg at 20:00")
    await remove(home.anna, await open_medicine(home.anna, "Zinc"))
    asked = await ask(town, home.anna, home.ben)
    await add(home.anna, "Cardiologist friday 10:00")
    await home.anna.send("/adddoctor Dr Weber, cardiologist")
    await home.anna.sees("👩‍⚕️ Dr Weber, for Mum")
    await home.anna.send("/people")
    listed = await home.anna.sees("People, family")
    await home.anna.press("Remove", message=listed)
    question = await home.anna.sees("🗑 Remove Mum?")
    assert "1 medicine goes with them" in question.text
    assert "1 dose hasn't been recorded yet." in question.text
    assert "1 appointment is planned" in question.text
    await home.anna.press("Yes, remove", message=question)
    gone = await home.anna.sees("Mum is removed.")
    await town.settled()
    for card in asked.cards:
        assert not any("Taken" in label for label in _again(home, card).labels)
    await a_minute_passes(town)
    told = await home.ben.sees("Anna removed Mum.")
    assert not told.silent
    await home.anna.send("/removed")
    list_ = await home.anna.sees("🗑 Removed, family")
    assert "Zinc" not in list_.text
    assert "Mum" in list_.text
    await home.anna.press("Mum", message=list_)
    opened = await home.anna.sees("This comes back, too", after=gone)
    assert "1 medicine, 1 appointment and 1 doctor" in opened.text
    await home.anna.press("Restore", message=opened)
    await home.anna.sees("✅ Mum is back, with everything that was removed with them.")
    names = await town.rows("SELECT name FROM medications WHERE deleted_at IS NULL")
    assert [row.name for row in names] == ["Aspirin"]
    assert await town.value("SELECT status FROM appointment_occurrences") == "planned"
    assert await town.value("SELECT deleted_at IS NULL FROM doctors")
    assert await town.value("SELECT count(*) FROM doses WHERE status = 'pending'") > 0
    await a_minute_passes(town)
    await home.ben.sees("Anna brought back Mum")


async def test_a_caregiver_has_no_button_and_an_old_one_does_nothing(
    home: Household, town: Town
) -> None:
    await home.anna.send("/people")
    listed = await home.anna.sees("People, family")
    assert any("Remove" in label for label in listed.labels)
    await home.ben.send("/people")
    theirs = await home.ben.sees("People, family")
    assert not any("Remove" in label for label in theirs.labels)
    [row] = await town.rows("SELECT family_id, id FROM care_recipients")
    press = RemovePerson(family_id=row.family_id, person_id=row.id, is_sure=True)
    toast = await home.ben.press_altered(press.encode(), message=theirs)
    assert toast.alert
    assert await town.value("SELECT deleted_at IS NULL FROM care_recipients")


async def test_a_name_that_is_taken_by_now_is_said(home: Household, town: Town) -> None:
    await home.anna.send("/people")
    listed = await home.anna.sees("People, family")
    await home.anna.press("Remove", message=listed)
    question = await home.anna.sees("🗑 Remove Mum?")
    await home.anna.press("Yes, remove", message=question)
    gone = await home.anna.sees("Mum is removed.")
    await add_person(home.anna, "mum")
    toast = await home.anna.press("Restore", message=gone)
    assert toast.text.startswith("There's somebody called mum in the family by now.")
    assert toast.alert


async def test_a_medicine_of_a_taken_name_asks_whether_both_are_wanted(
    home: Household, town: Town
) -> None:
    await add_medicine(home.anna, "Aspirin 100 mg at 20:00")
    gone = await remove(home.anna, await open_medicine(home.anna, "Aspirin"))
    await add_medicine(home.anna, "Aspirin 300 mg at 09:00")
    await home.anna.press("Restore", message=gone)
    asked = await home.anna.sees("Mum has Aspirin by now. Do you want both?")
    await home.anna.press("I want both", message=asked)
    await home.anna.sees("✅ Aspirin for Mum is back.")
    assert await town.value("SELECT count(*) FROM medications WHERE deleted_at IS NULL") == 2


async def test_two_restore_at_once_and_a_viewer_cannot(home: Household, town: Town) -> None:
    vera = town.person("Vera")
    await join(home.anna, vera, "viewer")
    await add_medicine(home.anna, "Aspirin 100 mg at 20:00")
    gone = await remove(home.anna, await open_medicine(home.anna, "Aspirin"))
    await home.ben.send("removed")
    listed = await home.ben.sees("🗑 Removed, family")
    await home.ben.press("Aspirin", message=listed)
    opened = await home.ben.sees("It comes back as it was.")
    await vera.send("/removed")
    seen = await vera.sees("🗑 Removed, family")
    await vera.press("Aspirin", message=seen)
    closed = await vera.sees("Ask an admin of the family if you need it back.")
    assert not any("Restore" in label for label in closed.labels)
    await home.ben.press("Restore", message=opened)
    await home.ben.sees("✅ Aspirin for Mum is back.")
    toast = await home.anna.press("Restore", message=gone)
    assert toast.text == "Somebody has already brought it back."


async def test_undo_says_where_it_comes_back(home: Household, town: Town) -> None:
    await add_medicine(home.anna, "Aspirin 100 mg at 20:00")
    await remove(home.anna, await open_medicine(home.anna, "Aspirin"))
    await home.anna.send("/undo")
    await home.anna.sees("you removed a medicine. Bring it back: /removed")
