"""`/refill`, days left, and the reminder to get more."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from tests.town import (
    Household,
    Town,
    add_medicine,
    ask,
    clock_in_london,
    settle_in,
    undo,
)


@pytest.fixture
async def home(town: Town) -> Household:
    return await settle_in(town)


async def test_a_refill_says_how_long_it_lasts(home: Household, town: Town) -> None:
    await add_medicine(home.anna, "Aspirin 1 tablet at 08:00 and 20:00")
    await home.anna.send("/refill Aspirin 30")
    refilled = await home.anna.sees("Aspirin for Mum: 30 tablets added")
    assert "📦 30 tablets left: enough for 15 days, last dose on 7 December" in refilled.text
    assert "I'll remind you 7 days before it runs out." in refilled.text
    await home.anna.send("/refill aspirin 10 tablets")
    assert "30 + 10 = 40 tablets" in (await home.anna.sees("📦 40 tablets left")).text
    await home.anna.send("/refill Aspirin = 12")
    await home.anna.sees("📦 12 tablets left")
    await undo(home.anna)
    await home.anna.sees("Undone: the stock of Aspirin 1 tablet is as it was.")
    assert await town.value("SELECT stock FROM medications") == 40
    assert await town.value("SELECT sum(change) FROM stock_movements") == 40


@pytest.mark.parametrize(
    ("typed", "understood", "left"),
    [
        ("2 boxes of 28", "2 × 28 = 56 tablets added", 66),
        ("2 x 28", "2 × 28 = 56 tablets added", 66),
        ("-2", "2 tablets taken off", 8),
        ("= 0", "total set to 0 tablets", 0),
        ("= 2 x 28", "total set to 2 × 28 = 56 tablets", 56),
    ],
)
async def test_what_was_understood_is_shown_with_its_sum(
    home: Household, town: Town, typed: str, understood: str, left: int
) -> None:
    await add_medicine(home.anna, "Aspirin 1 tablet at 20:00")
    await home.anna.send("/refill Aspirin 10")
    await home.anna.sees("10 tablets added")
    await home.anna.send(f"/refill Aspirin {typed}")
    answer = await home.anna.sees(f"Aspirin for Mum: {understood}")
    assert ("None left" if left == 0 else f"📦 {left} tablets left") in answer.text
    assert await town.value("SELECT stock FROM medications") == left
    await undo(home.anna)
    await home.anna.sees("Undone: the stock of Aspirin")
    assert await town.value("SELECT stock FROM medications") == 10


async def test_more_lost_than_there_is_and_lost_of_what_nobody_counted_is_asked(
    home: Household, town: Town
) -> None:
    await add_medicine(home.anna, "Aspirin 1 tablet at 20:00")
    await home.anna.send("/refill Aspirin -2")
    await home.anna.sees("Nobody has counted it yet.")
    await home.anna.send("/refill Aspirin 1")
    await home.anna.sees("1 tablet added")
    await home.anna.send("/refill Aspirin -2")
    await home.anna.sees("by my count, what's left is 1 tablet.")
    assert await town.value("SELECT stock FROM medications") == 1


@pytest.mark.parametrize(
    ("medicine", "amount", "promise"),
    [
        ("1 tablet at 20:00", "2", "I'll remind you every morning until there's more"),
        ("1 tablet at 20:00 for 5 days", "9", "That's enough, so I won't remind you"),
        ("1 tablet at 20:00", "30", "I'll remind you 7 days before it runs out."),
        ("1 tablet as needed", "9", "I can't say how long it lasts until I've seen a week of use."),
    ],
)
async def test_it_promises_no_reminder_that_cannot_come(
    home: Household, medicine: str, amount: str, promise: str
) -> None:
    await add_medicine(home.anna, f"Aspirin {medicine}")
    await home.anna.send(f"/refill Aspirin {amount}")
    await home.anna.sees(promise)


async def test_of_a_strength_it_asks_how_many_make_a_dose(home: Household, town: Town) -> None:
    asked = await ask(town, home.anna, medicines=("Aspirin 100 mg",))
    await home.anna.send("/refill Aspirin 30 tablets")
    question = await home.anna.sees("how many tablets make one dose (100 mg)?")
    assert "Aspirin: 30 tablets to add" in question.text
    await home.anna.press("½")
    answer = await home.anna.sees("📦 30 tablets left: enough for 60 days")
    assert "One dose (100 mg) uses ½ tablet." in answer.text
    await home.anna.press("Taken", message=asked.cards[0])
    taken = await home.anna.sees("recorded by Anna", after=asked.cards[0])
    assert await town.value("SELECT stock FROM medications") == Decimal("29.5")
    await home.anna.press("Undo", message=taken)
    await town.settled()
    assert await town.value("SELECT stock FROM medications") == 30


async def test_after_a_change_of_unit_it_asks_and_takes_nothing_until_then(
    home: Household, town: Town
) -> None:
    """Seven tablets are left, and two tablets become 50 mg."""
    await add_medicine(home.anna, "Aspirin 2 tablets at 20:00")
    await home.anna.send("/refill Aspirin 7")
    await home.anna.sees("7 tablets added")
    await home.anna.send("/meds")
    await home.anna.press("Aspirin", message=await home.anna.sees("Medicines"))
    page = await home.anna.sees("📦 7 tablets left: enough for 3 days")
    await home.anna.press("Change", message=page)
    await home.anna.press("How much", message=await home.anna.sees("What would you like to change"))
    await home.anna.sees("How much Aspirin should Mum get each time from now on?")
    await home.anna.send("50 mg")
    review = await home.anna.sees("The dose would be in a different unit.")
    await home.anna.press("Save", message=review)
    await home.anna.sees("✅ Changed: Aspirin 50 mg")
    question = await home.anna.sees("how many tablets make one dose (50 mg)?")
    await home.anna.send("/give Aspirin")
    await home.anna.press("Given", message=await home.anna.sees("Record it?"))
    await home.anna.sees("Aspirin 50 mg, given")
    assert await town.value("SELECT stock FROM medications") == 7
    await home.anna.send("/meds")
    await home.anna.press("Aspirin", message=await home.anna.sees("Medicines", after=question))
    page = await home.anna.sees("Last given: today", after=question)
    assert "❔ Stock: how many tablets make one dose (50 mg)?" in page.text
    await home.anna.press("Tablets per dose", message=page)
    await home.anna.press(
        "1",
        message=await home.anna.sees("Until you tell me, doses won't reduce the stock", after=page),
    )
    answer = await home.anna.sees("One dose (50 mg) uses 1 tablet.")
    assert "📦 7 tablets left: enough for 7 days" in answer.text


async def test_guided_it_asks_which_and_how_much(home: Household) -> None:
    await add_medicine(home.anna, "Aspirin 1 tablet at 08:00")
    await home.anna.send("/refill")
    which = await home.anna.sees("Which medicine?")
    await home.anna.press("Aspirin", message=which)
    await home.anna.sees("How much Aspirin did you get?")
    await home.anna.send("a handful")
    await home.anna.sees("“a handful” isn't an amount that I can count.")
    await home.anna.send("20")
    await home.anna.sees("📦 20 tablets left")


@pytest.mark.parametrize(
    ("amount", "answer"),
    [
        ("1000000000", "looks too large"),
        ("0", "isn't an amount that I can count"),
        ("= -1", "isn't an amount that I can count"),
        ("2 boxes", "“2 boxes”: how much is in each?"),
        ("a handful", "isn't an amount that I can count"),
        ("1,000", "can be read in two ways"),
        ("30 bananas", "isn't an amount that I can count"),
    ],
)
async def test_an_amount_that_is_none_changes_nothing(
    home: Household, town: Town, amount: str, answer: str
) -> None:
    await add_medicine(home.anna, "Aspirin 1 tablet at 08:00")
    await home.anna.send(f"/refill Aspirin {amount}")
    await home.anna.sees(answer)
    assert await town.value("SELECT stock FROM medications") is None


async def test_what_was_given_beyond_the_count_is_said_and_comes_back(
    home: Household, town: Town
) -> None:
    asked = await ask(town, home.anna, medicines=("Aspirin 2 tablets",))
    await home.anna.send("/refill Aspirin 1")
    await home.anna.sees("📦 1 tablet left: not enough for the next dose")
    await home.anna.press("Taken", message=asked.cards[0])
    taken = await home.anna.sees("recorded by Anna", after=asked.cards[0])
    await home.anna.send("/meds")
    await home.anna.press("Aspirin", message=await home.anna.sees("Medicines"))
    await home.anna.sees("📦 None left (1 more tablet was given than counted)")
    assert await town.value("SELECT stock FROM medications") == -1
    assert await town.value("SELECT sum(change) FROM stock_movements") == -1
    await home.anna.send("/refill Aspirin 30")
    below = await home.anna.sees("−1 + 30 = 29 tablets")
    assert "If 30 tablets is all there is, type /refill Aspirin = 30" in below.text
    await undo(home.anna)
    await home.anna.sees("Undone: the stock of Aspirin")
    await home.anna.press("Undo", message=taken)
    await town.settled()
    assert await town.value("SELECT stock FROM medications") == 1


async def test_an_open_dose_is_shown_with_its_snooze_and_counted(
    home: Household, town: Town
) -> None:
    asked = await ask(town, home.anna, medicines=("Aspirin 1 tablet",))
    town.jump_to(asked.minute + timedelta(seconds=25))
    await home.anna.send("/refill Aspirin 10")
    last = f"{(asked.minute + timedelta(days=9)).day} December"
    await home.anna.sees(f"📦 10 tablets left: enough for 10 days, last dose on {last}")
    await home.anna.send("/meds")
    await home.anna.press("Aspirin", message=await home.anna.sees("Medicines"))
    page = await home.anna.sees(f"Not recorded yet: today {asked.at}")
    assert f"Next: tomorrow {asked.at}" in page.text
    await home.anna.press("⋯", message=asked.cards[0])
    await town.settled()
    await home.anna.press("Snooze 10 min", message=asked.cards[0])
    await town.settled()
    await home.anna.send("/meds")
    await home.anna.press("Aspirin", message=await home.anna.sees("Medicines", after=page))
    until = clock_in_london(asked.minute + timedelta(minutes=11))
    await home.anna.sees(f"Not recorded yet: today {asked.at} (snoozed until {until})")


async def test_everybody_asked_first_is_reminded_until_somebody_gets_it(
    home: Household, town: Town
) -> None:
    await add_medicine(home.anna, "Aspirin 1 tablet at 20:00")
    await home.anna.send("/refill Aspirin 5")
    await home.anna.sees("📦 5 tablets left: enough for 5 days, last dose on 27 November")
    town.jump_to(datetime(2026, 11, 23, 9, 59, 59, tzinfo=UTC))
    notices = [await person.sees("Mum's medicines are running low") for person in home]
    left = "5 tablets left: enough for 5 days, last dose on 27 November"
    assert f"• Aspirin: {left}" in notices[0].text
    toast = await home.ben.press("🛒 I'll get it: Aspirin", message=notices[1])
    assert toast.text.startswith(
        "Thank you. I won't remind anyone about the stock of Aspirin until"
    )
    told = await home.anna.sees("Ben will get it", after=notices[0])
    assert told.labels == ()
    await home.anna.send("/refill Aspirin 30")
    await home.anna.sees("📦 35 tablets left")
    await home.ben.sees("✅ Aspirin: 35 tablets left: enough for 35 days", after=notices[1])
