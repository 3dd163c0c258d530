"""Changing the rhythm of a series: what is not named stays."""

import pytest

from bot.sandbox import Message, Person
from tests.town import Household, undo


async def change_rhythm(phone: Person, appointment: Message, words: str) -> Message:
    await phone.press("Change", message=appointment)
    await phone.press("Repetition", message=await phone.sees("would you like to change about"))
    question = await phone.sees("How often does")
    await phone.send(words)
    return question


@pytest.mark.parametrize(
    ("line", "words", "shown"),
    [
        (
            "Physio every wednesday 10:00 until 28 july",
            "every thursday",
            "every Thursday until 28 July 2027",
        ),
        ("Physio every wednesday 10:00, 10 times", "every thursday", "every Thursday, 10 times"),
        (
            "Physio every wednesday 10:00 until 28 july",
            "at 11:00",
            "every Wednesday until 28 July 2027",
        ),
        (
            "Physio every wednesday 10:00 until 28 july",
            "until 30 june",
            "every Wednesday until 30 June 2027",
        ),
        ("Physio every wednesday 10:00", "every thursday", "every Thursday"),
    ],
)
async def test_another_rhythm_keeps_the_end(
    home: Household, line: str, words: str, shown: str
) -> None:
    await home.anna.send(f"/addappt {line}")
    saved = await home.anna.sees("Saved")
    question = await change_rhythm(home.anna, saved, words)
    changed = await home.anna.sees("Changed", after=question)
    assert shown in changed.text
    await undo(home.anna)
    await home.anna.sees("It's back to", after=changed)


@pytest.mark.parametrize(
    ("words", "then", "shown"),
    [
        ("no end", "every Wednesday", "every Wednesday, until you end it"),
        ("until 1 october 2027", "until 1 October 2027", "every Wednesday until 1 October 2027"),
        ("10 times", "every Wednesday, 10 times", "every Wednesday, 10 times"),
        ("Just once", "only once", "✅ Changed"),
    ],
)
async def test_a_later_end_no_end_and_once_are_shown_beside_what_is_now(
    home: Household, words: str, then: str, shown: str
) -> None:
    await home.anna.send("/addappt Physio every wednesday 10:00 until 28 july")
    saved = await home.anna.sees("Saved")
    if words == "Just once":
        await home.anna.press("Change", message=saved)
        await home.anna.press(
            "Repetition", message=await home.anna.sees("would you like to change about")
        )
        await home.anna.press(words, message=await home.anna.sees("How often does"))
    else:
        await change_rhythm(home.anna, saved, words)
    question = await home.anna.sees("Please check this change to")
    assert "every Wednesday until 28 July 2027" in question.text
    assert then in question.text
    await home.anna.press("Save", message=question)
    changed = await home.anna.sees("Changed", after=question)
    assert shown in changed.text
    assert ("🔁" in changed.text) == (words != "Just once")
    await undo(home.anna)
    await home.anna.sees("It's back to", after=changed)
