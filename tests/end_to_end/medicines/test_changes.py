"""Changing a part of a medicine or of its draft: what is not named stays."""

import pytest

from bot.sandbox import Message, Person
from tests.town import Household, Town, add_medicine, ask, undo


async def open_change(phone: Person, name: str) -> Message:
    """Change, on the screen of a medicine."""
    await phone.send("/meds")
    await phone.press(name, message=await phone.sees("Medicines, family"))
    await phone.press("✏️ Change", message=await phone.sees("Last given"))
    return await phone.sees(f"What would you like to change about Mum's {name}?")


async def change_when(phone: Person, name: str, words: str) -> None:
    await phone.press("When", message=await open_change(phone, name))
    await phone.sees(f"When should {name} be given from now on?")
    await phone.send(words)


async def save_draft(phone: Person, line: str) -> None:
    await phone.send(f"/addmed {line}")
    await phone.press("Save", message=await phone.sees("I understood:"))
    await phone.sees("Saved:")


async def schedules(town: Town) -> list[str]:
    rows = await town.rows("SELECT schedule FROM medications ORDER BY created_at")
    return [str(row.schedule) for row in rows]


@pytest.mark.parametrize(
    ("line", "words", "shown"),
    [
        ("Med 1 tablet every monday 09:00", "at 19:00", "every Monday at 19:00"),
        ("Med 1 tablet every 2 days 09:00", "at 19:00", "every 2 days at 19:00"),
        ("Med 1 tablet 21 days on 7 off 09:00", "at 19:00", "21 days on, 7 days off at 19:00"),
        (
            "Med 1 tablet at 09:00 for 5 days",
            "at 19:00",
            "every day at 19:00, last day 27 November 2026",
        ),
        (
            "Med 1 tablet as needed, 6 hours apart, max 4 a day",
            "as needed",
            "as needed, at least 6 hours apart, at most 4 doses in 24 hours",
        ),
    ],
)
async def test_to_change_the_hour_keeps_the_treatment(
    home: Household, line: str, words: str, shown: str
) -> None:
    await add_medicine(home.anna, line)
    await change_when(home.anna, "Med", words)
    answer = await home.anna.sees(shown)
    assert "Please check" not in answer.text


async def test_the_buttons_change_the_hours_and_keep_the_days(home: Household) -> None:
    await add_medicine(home.anna, "Med 1 tablet every monday 09:00")
    await home.anna.press("When", message=await open_change(home.anna, "Med"))
    question = await home.anna.sees("Now: every Monday at 09:00.")
    assert "Mornings: 08:00 (same days)" in question.labels
    await home.anna.press("Mornings: 08:00", message=question)
    changed = await home.anna.sees("Changed: Med 1 tablet")
    assert "every Monday at 08:00" in changed.text


async def test_what_has_more_of_something_is_shown_beside_what_it_is_now(
    home: Household, town: Town
) -> None:
    await add_medicine(home.anna, "Med 1 tablet at 09:00 for 5 days")
    before = await schedules(town)
    await change_when(home.anna, "Med", "every 8 hours")
    asked = await home.anna.sees("Please check this change for Mum:")
    assert "every day at 09:00, last day 27 November 2026" in asked.text
    assert "every 8 hours: 01:00, 09:00 and 17:00, last day 27 November 2026" in asked.text
    assert "It would be given more often." in asked.text
    assert asked.labels == ("✅ Save", "✏️ Change", "✖️ Cancel")
    assert await schedules(town) == before
    # What is typed under it changes it further.
    await home.anna.send("until 25 november")
    asked = await home.anna.sees("last day 25 November 2026", after=asked)
    await home.anna.press("Save", message=asked)
    await home.anna.sees("Changed: Med 1 tablet")
    assert await schedules(town) != before


async def test_a_change_that_is_cancelled_changes_nothing(home: Household, town: Town) -> None:
    await add_medicine(home.anna, "Med 1 tablet every monday 09:00")
    before = await schedules(town)
    await change_when(home.anna, "Med", "every day")
    asked = await home.anna.sees("Please check this change")
    await home.anna.send("blorp")
    await home.anna.sees("I can't read a change in “blorp”.")
    asked = await home.anna.sees("Please check this change", after=asked)
    toast = await home.anna.press("Cancel", message=asked)
    assert toast.text == "Nothing was changed."
    assert (await home.anna.sees("every Monday at 09:00", after=asked)).id == asked.id
    assert await schedules(town) == before


async def test_a_yes_to_what_is_no_longer_so_is_asked_anew(home: Household, town: Town) -> None:
    await add_medicine(home.anna, "Med 1 tablet every monday 09:00")
    await change_when(home.anna, "Med", "every day")
    asked = await home.anna.sees("Please check this change")
    await change_when(home.ben, "Med", "at 19:00")
    await home.ben.sees("every Monday at 19:00")
    await home.anna.press("Save", message=asked)
    await home.anna.sees("Somebody has changed it in the meantime")
    again = await home.anna.sees("every Monday at 19:00", after=asked)
    again = await home.anna.sees("every day at 19:00", after=asked)
    await home.anna.press("Save", message=again)
    await home.anna.sees("Changed: Med 1 tablet")
    assert '"19:00"' in (await schedules(town))[0].replace("'", '"')


async def test_a_larger_amount_is_asked_and_of_several_which(home: Household) -> None:
    await save_draft(home.anna, "Warfarin 1 tablet at 08:00 and 2 tablets at 22:00")
    question = await open_change(home.anna, "Warfarin")
    await home.anna.press("How much", message=question)
    await home.anna.sees("Now: 1 tablet at 08:00 and 2 tablets at 22:00.")
    await home.anna.send("3 tablets")
    which = await home.anna.sees("Warfarin is given in several amounts. Which one should change?")
    assert which.labels == (
        "The one at 08:00 (1 tablet)",
        "The one at 22:00 (2 tablets)",
        "All of them",
        "✖️ Cancel",
    )
    await home.anna.press("The one at 22:00", message=which)
    asked = await home.anna.sees("Please check this change")
    assert "1 tablet at 08:00 and 3 tablets at 22:00" in asked.text
    assert "At least one dose would be larger." in asked.text
    await home.anna.press("Save", message=asked)
    await home.anna.sees("Changed: Warfarin\n1 tablet at 08:00 and 3 tablets at 22:00")


async def test_a_step_of_a_taper_is_changed_by_itself(home: Household) -> None:
    await save_draft(home.anna, "Pred 4 tablets for 5 days, then 2 tablets for 5 days at 08:00")
    await home.anna.press("How much", message=await open_change(home.anna, "Pred"))
    await home.anna.sees("How much Pred should Mum get each time from now on?")
    await home.anna.send("1 tablet")
    which = await home.anna.sees("Which one should change?")
    await home.anna.press("Step 2: 2 tablets", message=which)
    changed = await home.anna.sees("Changed: Pred")
    assert "4 tablets at 08:00, last day 27 November 2026, then 1 tablet at 08:00" in changed.text


async def test_how_much_at_a_single_time(home: Household) -> None:
    await save_draft(home.anna, "Warfarin 1 tablet at 08:00 and 2 tablets at 22:00")
    await change_when(home.anna, "Warfarin", "at 09:00")
    await home.anna.sees("in place of which?")
    await home.anna.send("only at 09:00")
    each = await home.anna.sees("How much should it be each time from now on?")
    await home.anna.press("1 tablet", message=each)
    await home.anna.sees("Changed: Warfarin 1 tablet\nevery day at 09:00")


async def test_every_6_hours_for_every_8_keeps_the_hour(home: Household) -> None:
    await add_medicine(home.anna, "Med 1 tablet every 8 hours from 06:00")
    await change_when(home.anna, "Med", "every 6 hours")
    asked = await home.anna.sees("every 6 hours: 00:00, 06:00, 12:00 and 18:00")
    await home.anna.press("Save", message=asked)
    await home.anna.sees("Changed: Med 1 tablet")


async def test_times_are_asked_with_buttons(home: Household) -> None:
    await add_medicine(home.anna, "Med 1 tablet every monday 09:00")
    await change_when(home.anna, "Med", "twice a day")
    times = await home.anna.sees("What time is Med given?")
    assert times.labels == ("08:00, 18:00", "✖️ Cancel")
    await home.anna.press("08:00, 18:00", message=times)
    await home.anna.sees("every Monday at 08:00 and 18:00")


async def test_what_is_so_already_is_said(home: Household, town: Town) -> None:
    await add_medicine(home.anna, "Med 1 tablet every monday 09:00")
    await change_when(home.anna, "Med", "on mondays")
    await home.anna.sees("It's already like this:")
    assert await town.value("SELECT version FROM medications") == 1


async def test_as_needed_is_asked_how_far_apart_and_how_often(home: Household) -> None:
    anna = home.anna
    await anna.send("/addmed Para 500 mg")
    await anna.press("As needed", message=await anna.sees("When is Para due?"))
    interval = await anna.sees("What's the shortest time between two doses of Para?")
    assert interval.labels == (
        "4 hours",
        "6 hours",
        "8 hours",
        "12 hours",
        "24 hours",
        "I don't know",
        "✖️ Cancel",
    )
    await anna.send("a while")
    await anna.sees("I can't read a length of time in “a while”.")
    await anna.press("6 hours", message=await anna.sees("What's the shortest time", after=interval))
    most = await anna.sees("What's the most doses of Para allowed in 24 hours?")
    assert most.labels == ("1", "2", "3", "4", "I don't know", "✖️ Cancel")
    await anna.press("4", message=most)
    understood = await anna.sees("I understood:")
    assert "as needed, at least 6 hours apart, at most 4 doses in 24 hours" in understood.text
    await anna.press("Save", message=understood)
    await anna.sees("Saved: Para 500 mg")


async def test_both_at_once_at_the_first_of_the_two_questions(home: Household) -> None:
    anna = home.anna
    await anna.send("/addmed Para 500 mg")
    await anna.press("As needed", message=await anna.sees("When is Para due?"))
    await anna.sees("What's the shortest time between two doses of Para")
    await anna.send("4 hours apart, max 4")
    await anna.sees("as needed, at least 4 hours apart, at most 4 doses in 24 hours")


async def test_nobody_knows_how_often_and_the_draft_can_still_be_told(home: Household) -> None:
    anna = home.anna
    await anna.send("/addmed Para 500 mg")
    await anna.press("As needed", message=await anna.sees("When is Para due?"))
    await anna.press("I don't know", message=await anna.sees("What's the shortest time"))
    await anna.press("I don't know", message=await anna.sees("most doses of Para allowed"))
    understood = await anna.sees("I understood:")
    await anna.send("4 hours apart, max 4")
    understood = await anna.sees("at least 4 hours apart, at most 4", after=understood)
    await anna.send("1 g")
    understood = await anna.sees("Para 1 g", after=understood)
    await anna.press("Save", message=understood)
    await anna.sees("Saved: Para 1 g")


async def test_a_scheduled_medicine_that_becomes_as_needed_is_guarded(home: Household) -> None:
    await add_medicine(home.anna, "Med 1 tablet at 09:00")
    await home.anna.press("When", message=await open_change(home.anna, "Med"))
    await home.anna.press("As needed", message=await home.anna.sees("be given from now on?"))
    await home.anna.press("8 hours", message=await home.anna.sees("What's the shortest time"))
    await home.anna.press("3", message=await home.anna.sees("most doses of Med allowed"))
    asked = await home.anna.sees("as needed, at least 8 hours apart, at most 3 doses in 24 hours")
    assert "It would have no set times" in asked.text
    await home.anna.press("Save", message=asked)
    await home.anna.sees("Changed: Med 1 tablet")


async def test_what_is_typed_under_a_draft_changes_the_draft(home: Household, town: Town) -> None:
    anna = home.anna
    await anna.send("/addmed Metformin 1 500 mg every monday at 08:00")
    understood = await anna.sees("I understood:")
    for words, shown in (
        ("at 19:00", "every Monday at 19:00"),
        ("until 31 december", "every Monday at 19:00, from 23 November 2026, last day 31 December"),
        ("850 mg", "850 mg"),
    ):
        await anna.send(words)
        understood = await anna.sees(shown, after=understood)
        assert "I understood:" in understood.text
    assert "every Monday at 19:00" in understood.text
    await anna.press("Change", message=understood)
    await anna.press("When", message=await anna.sees("What would you like to change"))
    await anna.sees("be given from now on?")
    await anna.send("on tuesdays")
    understood = await anna.sees("every Tuesday at 19:00", after=understood)
    assert await town.count("medications") == 0
    await anna.press("Save", message=understood)
    await anna.sees("Saved:")


async def test_at_what_time_has_buttons(home: Household) -> None:
    await home.anna.send("/addmed Med 1 tablet")
    await home.anna.press("Every 8 hours", message=await home.anna.sees("When is Med due?"))
    times = await home.anna.sees("“every 8 hours”: at what time?")
    assert "08:00" in times.labels
    await home.anna.press("08:00", message=times)
    await home.anna.sees("every 8 hours: 00:00, 08:00 and 16:00")


async def test_undo_walks_back_change_by_change(home: Household) -> None:
    await add_medicine(home.anna, "Med 1 tablet every monday 09:00")
    for at in ("10:00", "11:00", "12:00"):
        await change_when(home.anna, "Med", f"at {at}")
        last = await home.anna.sees(f"every Monday at {at}")
    for at in ("11:00", "10:00", "09:00"):
        await undo(home.anna)
        last = await home.anna.sees(
            f"It's back to:\n💊 Med 1 tablet\nevery Monday at {at}", after=last
        )
    await undo(home.anna)
    await home.anna.sees("Med 1 tablet has been removed", after=last)


async def test_what_another_has_changed_since_is_not_undone(home: Household, town: Town) -> None:
    await add_medicine(home.anna, "Med 1 tablet every monday 09:00")
    await change_when(home.anna, "Med", "at 10:00")
    await home.anna.sees("every Monday at 10:00")
    await change_when(home.ben, "Med", "at 11:00")
    bens = await home.ben.sees("every Monday at 11:00")
    await home.anna.send("/undo")
    await home.anna.sees("Ben has since changed Med.")
    # Once Ben has taken his back, hers is the last again.
    await undo(home.ben)
    await home.ben.sees("It's back to:\n💊 Med 1 tablet\nevery Monday at 10:00", after=bens)
    await undo(home.anna)
    await home.anna.sees("It's back to:\n💊 Med 1 tablet\nevery Monday at 09:00")


async def test_another_hour_leaves_the_dose_that_is_asked_for_now(
    home: Household, town: Town
) -> None:
    asked = await ask(town, home.anna, medicines=("Med 1 tablet",))
    await change_when(home.anna, "Med", "at 19:00")
    await home.anna.sees("Changed: Med 1 tablet")
    await home.anna.press("Taken", message=asked.cards[0])
    await home.anna.sees("recorded by Anna", after=asked.cards[0])
