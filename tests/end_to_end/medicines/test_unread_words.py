"""A line that was not understood as a whole: whatever the answers leave out is shown before it is
saved, and can be kept as a note.
"""

from tests.town import Household, Town


async def test_what_the_answer_leaves_out_is_shown_and_can_be_kept(
    home: Household, town: Town
) -> None:
    anna = home.anna
    await anna.send("/addmed Bisoprolol 2.5 mg OM - bloods on HR < 50 or systolic < 100")
    await anna.sees("Please say all of it in other words")
    await anna.send("every day at 8am")
    shown = await anna.sees("left out a part of")
    assert "bloods on HR < 50 or systolic < 100" in shown.text
    await anna.press("Keep that as a note", message=shown)
    kept = await anna.sees("How to take it: ")
    assert "left out a part of" not in kept.text
    await anna.press("Save", message=kept)
    await anna.sees("Saved: Bisoprolol")
    note = await town.value("SELECT instructions FROM medications")
    assert note == "OM - bloods on HR < 50 or systolic < 100"


async def test_an_answer_with_the_later_amount_alone_keeps_the_first(home: Household) -> None:
    anna = home.anna
    await anna.send("/addmed Ozempic 0.25 mg once weekly lorem then 0.5 mg weekly")
    await anna.sees("Please say all of it in other words")
    await anna.send("once weekly for 4 weeks then 0.5 mg weekly, on mondays at 9am")
    shown = await anna.sees("I understood:")
    assert "0.25 mg at 09:00" in shown.text
    assert "then 0.5 mg at 09:00" in shown.text


async def test_an_answer_that_counts_keeps_the_strength(home: Household) -> None:
    anna = home.anna
    await anna.send("/addmed Furosemide 40mg 1 tablet every morning with lorem water 8am")
    await anna.sees("Please say all of it in other words")
    await anna.send("1 tablet at 8am")
    shown = await anna.sees("I understood:")
    assert "Furosemide 40 mg 1 tablet\n" in shown.text


async def test_amounts_that_may_come_later_are_asked_about(home: Household) -> None:
    """The answer is no second start: "40 mg for 5 days" was said, and is not replaced by it."""
    anna = home.anna
    await anna.send("/addmed Prednisolone 40 mg for 5 days")
    await anna.sees("“for 5 days”: at what time?")
    rest = "30 mg for 5 days, 20 mg for 5 days at 8am"
    await anna.send(rest)
    asked = await anna.sees("does it come after what you typed first, or instead?")
    assert asked.labels[:2] == (f"40 mg for 5 days, {rest}", rest)
    await anna.send("at 8am")
    asked = await anna.sees("Not all of “for 5 days” is in that answer")
    await anna.press(f"40 mg for 5 days, {rest}", message=asked)
    shown = await anna.sees("I understood:")
    assert "40 mg at 08:00" in shown.text
    assert "20 mg at 08:00" in shown.text


async def test_what_an_answer_said_too_much_is_shown_before_save(home: Household) -> None:
    """The start was in an answer that could not be read: the next answer says only the time."""
    anna = home.anna
    await anna.send("/addmed Methotrexate 10 mg once weekly on Mondays")
    await anna.sees("at what time?")
    await anna.send("6pm but start next week")
    await anna.sees("I didn't understand “but”")
    await anna.send("6pm")
    shown = await anna.sees("I understood:")
    assert "I've left out a part of “but start next week”" in shown.text


async def test_a_day_beside_the_times_of_the_day_is_understood(home: Household) -> None:
    anna = home.anna
    await anna.send("/addmed Lantus 18 units nocte")
    await anna.sees("I'd use 22:00")
    await anna.send("10pm from thursday")
    shown = await anna.sees("I understood:")
    assert "every day at bedtime (22:00), from " in shown.text


async def test_what_is_said_about_the_day_and_cannot_be_read_is_shown(home: Household) -> None:
    anna = home.anna
    await anna.send("/addmed Lantus 18 units nocte")
    asked = await anna.sees("I'd use 22:00")
    await anna.send("10pm but 20 units on saturdays")
    await anna.sees("I'd use 22:00", after=asked)
    await anna.send("10pm")
    shown = await anna.sees("I understood:")
    assert "Mon–Fri, Sun: 18 units at bedtime (22:00); Sat: 20 units at bedtime" in shown.text
