"""A medicine that is given in a range: whoever gives it says how much it was."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from bot.sandbox import Person
from domain.medicines.doses.ladder import WINDOW
from tests.town import Asked, Household, Town, add_medicine, clock_in_london, undo

RECORDED = "SELECT given, dose_count FROM doses WHERE medication_name = 'Calpol' AND given <> ''"
STOCK = "SELECT stock FROM medications WHERE name = 'Calpol'"


async def ask_of_range(town: Town, *phones: Person, beside: Sequence[str] = ()) -> Asked:
    """Calpol, 1–2 tablets, is due, and its card is on all of the phones; 20 tablets are left."""
    minute = town.minute(ahead=2)
    at = clock_in_london(minute)
    for medicine in ("Calpol 1 tablet", *beside):
        await add_medicine(phones[0], f"{medicine} at {at}")
    await phones[0].send("/refill Calpol 20 tablets")
    await phones[0].sees("20 tablets left")
    await town.change(
        "UPDATE medications SET dosage = '1–2 tablets', dosage_most = 2 WHERE name = 'Calpol'"
    )
    await town.change(
        "UPDATE doses SET dosage = '1–2 tablets', most = 2 WHERE medication_name = 'Calpol'"
    )
    town.jump_to(minute - timedelta(seconds=1))
    cards = [await phone.sees(f"Mum · {at}") for phone in phones]
    await town.settled()
    return Asked(minute, at, cards)


async def recorded(town: Town) -> list[tuple[str, int]]:
    return [(row.given, row.dose_count) for row in await town.rows(RECORDED)]


async def test_two_are_chosen_on_the_card_and_undone(home: Household, town: Town) -> None:
    asked = await ask_of_range(town, *home)
    assert asked.cards[0].labels == ("✅ Taken: 1 tablet", "⋯ More", "✅ Taken: 2 tablets")
    toast = await home.anna.press("✅ Taken: 2 tablets", message=asked.cards[0])
    assert toast.text == "Taken: Calpol 2 tablets"
    for phone, card in zip(home, asked.cards, strict=True):
        shown = await phone.sees("✅ Calpol 2 tablets", after=card)
        assert shown.labels == ("✏️ Correct", "↩️ Undo", "✓ 2 tablets")
    assert await recorded(town) == [("2 tablets", 1)]
    assert await town.value(STOCK) == 18
    shown = await home.ben.sees("✅ Calpol 2 tablets")
    await home.ben.press("Undo", message=shown)
    await home.anna.sees("• Calpol 1–2 tablets", after=shown)
    assert await recorded(town) == []
    assert await town.value(STOCK) == 20


async def test_all_taken_records_what_it_names(home: Household, town: Town) -> None:
    asked = await ask_of_range(town, home.anna, beside=("Aspirin 100 mg",))
    assert asked.cards[0].labels[0] == "✅ Taken: Aspirin"
    toast = await home.anna.press("✅ Taken: Aspirin", message=asked.cards[0])
    assert toast.text.startswith("Taken: Aspirin 100 mg.")
    assert "Please tap how much was given: Calpol 1–2 tablets" in toast.text
    card = await home.anna.sees("✅ Aspirin 100 mg", after=asked.cards[0])
    assert "• Calpol 1–2 tablets" in card.text
    await home.anna.press("How much was given?", message=card)
    assert await recorded(town) == []
    await home.anna.press("Taken: 1 tablet", message=card)
    await home.anna.sees("✅ Calpol 1 tablet", after=card)
    assert await recorded(town) == [("1 tablet", 1)]


async def test_today_and_give_ask_how_much(home: Household, town: Town) -> None:
    await ask_of_range(town, home.anna)
    await home.ben.send("/today")
    today = await home.ben.sees("Calpol 1–2 tablets (not recorded yet)")
    await home.ben.press("Taken", message=today)
    question = await home.ben.sees("Calpol 1–2 tablets, due today")
    assert question.labels == ("✅ Taken: 1 tablet", "✅ Taken: 2 tablets", "✖️ Cancel")
    await home.ben.press("Cancel", message=question)
    await home.ben.send("/give Calpol")
    question = await home.ben.sees(
        "How much Calpol was Mum given? The usual amount is 1–2 tablets."
    )
    assert question.labels == ("1 tablet", "2 tablets", "✖️ Cancel")
    await home.ben.send("3 tablets")
    asks = await home.ben.sees("That's more than the usual 1–2 tablets.")
    await home.ben.press("Another amount", message=asks)
    question = await home.ben.sees("How much Calpol was Mum given?", after=asks)
    await home.ben.press("2 tablets", message=question)
    given = await home.ben.sees("Calpol 2 tablets, given today")
    assert await recorded(town) == [("2 tablets", 1)]
    await home.ben.press("Correct", message=given)
    await home.ben.press("Another amount", message=await home.ben.sees("What should I correct"))
    await home.ben.press("1 tablet", message=await home.ben.sees("It's 1–2 tablets each time."))
    await home.ben.sees("✅ Corrected: Calpol 1 tablet, taken")
    assert await recorded(town) == [("1 tablet", 1)]
    await undo(home.ben)
    await town.settled()
    assert await recorded(town) == [("2 tablets", 1)]


async def test_another_amount_is_below_more(home: Household, town: Town) -> None:
    asked = await ask_of_range(town, home.anna)
    await home.anna.press("More", message=asked.cards[0])
    card = await home.anna.sees("• Calpol 1–2 tablets", after=asked.cards[0])
    await home.anna.press("Another amount", message=card)
    await home.anna.sees("How much Calpol was Mum given?")
    await home.anna.send("1.5 tablets")
    await home.anna.sees("given today")
    assert [(given, count) for given, count in await recorded(town)] == [("1.5 tablets", 1)]
    assert await town.value(STOCK) == Decimal("18.5")


async def test_after_its_window_it_asks_when_as_well(home: Household, town: Town) -> None:
    asked = await ask_of_range(town, home.anna)
    town.jump_to(asked.minute + WINDOW)
    told = await home.anna.sees("nobody recorded this dose in time")
    await home.anna.press("Taken: 2 tablets", message=told)
    when = await home.anna.sees("Calpol 2 tablets, due today")
    await home.anna.press("At its time", message=when)
    await home.anna.sees(f"Calpol 2 tablets, given today {asked.at}")
    assert await recorded(town) == [("2 tablets", 1)]
    assert await town.value(STOCK) == 18


async def test_what_was_skipped_was_taken_after_all(home: Household, town: Town) -> None:
    asked = await ask_of_range(town, home.anna)
    await home.anna.press("More", message=asked.cards[0])
    card = await home.anna.sees("• Calpol 1–2 tablets", after=asked.cards[0])
    await home.anna.press("Skip", message=card)
    card = await home.anna.sees("Skipped, recorded by Anna", after=card)
    assert card.labels == ("✏️ Correct", "↩️ Undo", "✓ Skipped")
    town.jump_by(minutes=5)
    await home.anna.press("Correct", message=card)
    await home.anna.press("Correct", message=await home.anna.sees("due today"))
    await home.anna.press("It was taken", message=await home.anna.sees("What should I correct"))
    await home.anna.sees("When was Mum's Calpol taken?")
    await home.anna.send(asked.at)
    await home.anna.press("2 tablets", message=await home.anna.sees("It's 1–2 tablets each time."))
    await home.anna.sees("✅ Corrected: Calpol 2 tablets, taken")
    assert await recorded(town) == [("2 tablets", 1)]
    assert await town.value(STOCK) == 18


async def test_a_button_of_another_range_records_nothing(home: Household, town: Town) -> None:
    asked = await ask_of_range(town, home.anna)
    await town.change("UPDATE doses SET dosage = '2–3 tablets', amount = 2, most = 3")
    toast = await home.anna.press("Taken: 2 tablets", message=asked.cards[0])
    assert toast.alert
    assert "changed to 2–3 tablets" in toast.text
    question = await home.anna.sees("Calpol 2–3 tablets, due today")
    assert await recorded(town) == []
    await home.anna.press("Taken: 3 tablets", message=question)
    await home.anna.sees("Calpol 3 tablets, given today")
