"""`/refill`, days left, and the reminder to get more."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from tests.town import Household, Town, add_medicine, ask, settle_in, undo


@pytest.fixture
async def home(town: Town) -> Household:
    return await settle_in(town)


async def test_a_refill_says_how_long_it_lasts(home: Household, town: Town) -> None:
    await add_medicine(home.anna, "Aspirin 1 tablet at 08:00 and 20:00")
    await home.anna.send("/refill Aspirin 30")
    refilled = await home.anna.sees("Aspirin: 📦 30 tablets left, enough for 15 days")
    assert "until 8 December 2026" in refilled.text
    await home.anna.send("/refill aspirin 10 tablets")
    await home.anna.sees("📦 40 tablets left")
    await home.anna.send("/refill Aspirin = 12")
    await home.anna.sees("📦 12 tablets left")
    await undo(home.anna)
    await home.anna.sees("Undone: the stock of Aspirin 1 tablet is as it was.")
    assert await town.value("SELECT stock FROM medications") == 40
    assert await town.value("SELECT sum(change) FROM stock_movements") == 40


async def test_of_a_strength_it_asks_how_many_make_a_dose(home: Household, town: Town) -> None:
    asked = await ask(town, home.anna, medicines=("Aspirin 100 mg",))
    await home.anna.send("/refill Aspirin 30 tablets")
    await home.anna.sees("How many of them make one dose (100 mg)?")
    await home.anna.press("½")
    await home.anna.sees("📦 30 tablets left, enough for 61 days")
    await home.anna.press("Taken", message=asked.cards[0])
    taken = await home.anna.sees("Taken by Anna", after=asked.cards[0])
    assert await town.value("SELECT stock FROM medications") == Decimal("29.5")
    await home.anna.press("Undo", message=taken)
    await town.settled()
    assert await town.value("SELECT stock FROM medications") == 30


async def test_guided_it_asks_which_and_how_much(home: Household) -> None:
    await add_medicine(home.anna, "Aspirin 1 tablet at 08:00")
    await home.anna.send("/refill")
    which = await home.anna.sees("Which medicine?")
    await home.anna.press("Aspirin", message=which)
    await home.anna.sees("How much Aspirin have you got?")
    await home.anna.send("a handful")
    await home.anna.sees("“a handful” is no amount that I can count.")
    await home.anna.send("20")
    await home.anna.sees("📦 20 tablets left")


@pytest.mark.parametrize(
    ("amount", "answer"),
    [
        ("1000000000", "is more than can be right"),
        ("0", "is no amount that I can count"),
        ("-1", "is no amount that I can count"),
        ("a handful", "is no amount that I can count"),
        ("1,000", "can be read in two ways"),
        ("30 bananas", "is no amount that I can count"),
    ],
)
async def test_an_amount_that_is_none_changes_nothing(
    home: Household, town: Town, amount: str, answer: str
) -> None:
    await add_medicine(home.anna, "Aspirin 1 tablet at 08:00")
    await home.anna.send(f"/refill Aspirin {amount}")
    await home.anna.sees(answer)
    assert await town.value("SELECT stock FROM medications") is None


async def test_the_stock_never_goes_below_none(home: Household, town: Town) -> None:
    asked = await ask(town, home.anna, medicines=("Aspirin 2 tablets",))
    await home.anna.send("/refill Aspirin 1")
    await home.anna.sees("📦 1 tablet left")
    await home.anna.press("Taken", message=asked.cards[0])
    await home.anna.sees("Taken by Anna", after=asked.cards[0])
    assert await town.value("SELECT stock FROM medications") == 0
    assert await town.value("SELECT sum(change) FROM stock_movements") == 0


async def test_everybody_asked_first_is_reminded_until_somebody_gets_it(
    home: Household, town: Town
) -> None:
    await add_medicine(home.anna, "Aspirin 1 tablet at 20:00")
    await home.anna.send("/refill Aspirin 5")
    await home.anna.sees("📦 5 tablets left, enough for 5 days")
    town.jump_to(datetime(2026, 11, 23, 9, 59, 59, tzinfo=UTC))
    notices = [await person.sees("Mum: running out") for person in home]
    assert "• Aspirin: 5 tablets left, for 5 days" in notices[0].text
    toast = await home.ben.press("🛒 I'll get it: Aspirin", message=notices[1])
    assert toast.text == "Ben gets it. I ask nobody else."
    told = await home.anna.sees("Ben gets it", after=notices[0])
    assert told.labels == ()
    await home.anna.send("/refill Aspirin 30")
    await home.anna.sees("📦 35 tablets left")
    await home.ben.sees("✅ Aspirin: refilled", after=notices[1])
