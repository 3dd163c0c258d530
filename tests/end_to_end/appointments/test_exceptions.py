"""Series that leave out days, and rhythms and hours that can mean two things."""

import pytest

from bot.sandbox import Message, Person
from tests.end_to_end.appointments.plans import add, last_file, shown, starts
from tests.town import Household, Town, undo


async def change_rhythm(phone: Person, appointment: Message, words: str) -> Message:
    await phone.press("Change", message=appointment)
    await phone.press("Repetition", message=await phone.sees("would you like to change about"))
    question = await phone.sees("How often does")
    await phone.send(words)
    return question


async def test_a_series_with_an_exception_is_changed_and_undone(
    home: Household, town: Town
) -> None:
    saved = await add(home.anna, "Physio every tuesday except 29 december 10:00")
    assert "🔁 every Tuesday, except on 29 December 2026, until you end it" in saved.text
    tuesdays = ["Tue 15 Dec 10:00", "Tue 22 Dec 10:00", "Tue 05 Jan 10:00", "Tue 12 Jan 10:00"]
    assert shown(last_file(home.anna))[3:7] == tuesdays
    assert (await starts(town, most=7))[3:] == tuesdays

    question = await change_rhythm(home.anna, saved, "but not on 5 january")
    changed = await home.anna.sees("Changed", after=question)
    assert "every Tuesday, except on 29 December 2026 and 5 January 2027" in changed.text
    await home.anna.sees("has changed. Open this file", after=changed)
    fewer = ["Tue 15 Dec 10:00", "Tue 22 Dec 10:00", "Tue 12 Jan 10:00", "Tue 19 Jan 10:00"]
    assert shown(last_file(home.anna))[3:7] == fewer
    assert (await starts(town, most=7))[3:] == fewer

    await undo(home.anna)
    await home.anna.sees("It's back to", after=changed)
    await town.settled()
    assert (await starts(town, most=7))[3:] == tuesdays
    assert shown(last_file(home.anna))[3:7] == tuesdays


async def test_what_is_left_out_moves_with_the_series(home: Household, town: Town) -> None:
    saved = await add(home.anna, "Physio every tuesday except 8 december 10:00")
    await home.anna.press("Move", message=saved)
    await home.anna.press(
        "The whole series", message=await home.anna.sees("Which ones should I move?")
    )
    await home.anna.send("wednesday 25 november 11:00")
    moved = await home.anna.sees("every Wednesday, except on 9 December 2026")
    await home.anna.sees("has changed. Open this file", after=moved)
    wednesdays = ["Wed 25 Nov 11:00", "Wed 02 Dec 11:00", "Wed 16 Dec 11:00", "Wed 23 Dec 11:00"]
    assert await starts(town) == wednesdays
    assert shown(last_file(home.anna))[:4] == wednesdays


async def test_another_weekday_keeps_no_exception_that_it_cannot_have(
    home: Household, town: Town
) -> None:
    saved = await add(home.anna, "Physio every tuesday except 8 december 10:00")
    question = await change_rhythm(home.anna, saved, "every tuesday and friday")
    changed = await home.anna.sees("Changed", after=question)
    assert "every Tuesday and Friday, except on 8 December 2026" in changed.text
    question = await change_rhythm(home.anna, changed, "no exceptions")
    changed = await home.anna.sees("Changed", after=question)
    assert "🔁 every Tuesday and Friday, until you end it" in changed.text
    assert "Tue 08 Dec 10:00" in await starts(town, most=6)


async def test_an_exception_that_is_none_is_said(home: Household) -> None:
    await home.anna.send("/addappt Physio every tuesday except 30 december 10:00")
    asked = await home.anna.sees("“30 December 2026”: nothing would take place then anyway")
    asked = await home.anna.sees("Is that right?", after=None)
    await home.anna.send("except 29 december")
    asked = await home.anna.sees("except on 29 December 2026", after=asked)
    await home.anna.press("Save", message=asked)
    await home.anna.sees("Saved in the family", after=asked)


@pytest.mark.parametrize(
    ("line", "button", "rhythm", "days"),
    [
        (
            "Physio every 2nd tuesday 10:00",
            "every 2 weeks on tuesday",
            "🔁 every 2 weeks on Tuesday",
            ["Tue 24 Nov 10:00", "Tue 08 Dec 10:00", "Tue 22 Dec 10:00"],
        ),
        (
            "Physio every 2nd tuesday 10:00",
            "2nd tuesday of every month",
            "🔁 every month on the second Tuesday",
            ["Tue 08 Dec 10:00", "Tue 12 Jan 10:00"],
        ),
        (
            "Physio last friday 10:00",
            "last friday of this month",
            "🕑 Friday 27 November, 10:00",
            ["Fri 27 Nov 10:00"],
        ),
        (
            "Physio second and fourth tuesday of every month 10:00",
            "",
            "🔁 every month on the second and fourth Tuesday",
            ["Tue 24 Nov 10:00", "Tue 08 Dec 10:00", "Tue 22 Dec 10:00", "Tue 12 Jan 10:00"],
        ),
        (
            "Physio every tuesday in december 10:00",
            "",
            "🔁 every Tuesday until 31 December 2026",
            ["Tue 01 Dec 10:00", "Tue 08 Dec 10:00", "Tue 15 Dec 10:00", "Tue 22 Dec 10:00"],
        ),
    ],
)
async def test_rhythms(
    home: Household, town: Town, line: str, button: str, rhythm: str, days: list[str]
) -> None:
    await home.anna.send(f"/addappt {line}")
    if button:
        asked = await home.anna.sees("can mean different things. What do you mean?")
        await home.anna.press(button, message=asked)
    saved = await home.anna.sees("Saved in the family")
    assert rhythm in saved.text
    await home.anna.sees("calendar", after=saved)
    assert (await starts(town))[: len(days)] == days
    assert shown(last_file(home.anna))[: len(days)] == days


async def test_biweekly_is_asked_and_its_days_too(home: Household) -> None:
    await home.anna.send("/addappt Physio biweekly 10:00")
    asked = await home.anna.sees("“biweekly” can mean different things")
    await home.anna.press("twice a week", message=asked)
    which = await home.anna.sees("“twice a week”: on which day?")
    await home.anna.send("every tuesday and friday")
    saved = await home.anna.sees("Saved in the family", after=which)
    assert "🔁 every Tuesday and Friday" in saved.text
    assert "10:00" in saved.text


@pytest.mark.parametrize(
    ("button", "is_window"), [("From 15:00 to 16:00", False), ("Some time between 15:00 and", True)]
)
async def test_between_two_hours(home: Household, button: str, is_window: bool) -> None:
    await home.anna.send("/addappt Nurse tomorrow between 3 and 4pm at 12 High Street")
    asked = await home.anna.sees("“between 3 and 4pm” can mean different things")
    await home.anna.press(button, message=asked)
    saved = await home.anna.sees("Saved in the family")
    assert "15:00" in saved.text
    assert "for 1 hour" in saved.text
    assert "12 High Street" in saved.text
    assert ("📝 some time between 15:00 and 16:00" in saved.text) is is_window
