"""More medicines at one minute than a card holds, and what its buttons record."""

from datetime import timedelta

import pytest

from bot.sandbox import Person
from bot.ui.presses.overview import TodayPage
from tests.town import Household, Town, add_medicine, clock_in_london

MANY = 24  # a card holds 20


async def ask_many(town: Town, home: Household) -> str:
    """Enter them for one minute, go there, and return it as the clock shows it."""
    minute = town.minute(ahead=2)
    at = clock_in_london(minute)
    for number in range(MANY):
        phone = (home.anna, home.ben)[number % 2]
        await add_medicine(phone, f"Medicine{number:02} 1 tablet at {at}")
    town.jump_to(minute - timedelta(seconds=1))
    for phone in home:
        await phone.sees(f"Mum · {at} · 1 of 2")
        await phone.sees(f"Mum · {at} · 2 of 2")
    await town.settled()
    return at


async def taken(town: Town) -> int:
    count: int = await town.value("SELECT count(*) FROM doses WHERE status = 'taken'")
    return count


def listed(phone: Person, at: str) -> list[list[str]]:
    """The medicines that each card on the phone lists."""
    cards = sorted((m for m in phone.messages if f"Mum · {at}" in m.text), key=lambda m: m.id)
    return [[line for line in card.text.splitlines() if "Medicine" in line] for card in cards]


async def test_what_does_not_fit_is_on_a_second_card_and_no_button_records_more(
    home: Household, town: Town
) -> None:
    at = await ask_many(town, home)
    for phone in home:
        cards = listed(phone, at)
        assert sorted(map(len, cards)) == [4, 20]
        assert len({line for card in cards for line in card}) == MANY
        second = await phone.sees(f"Mum · {at} · 2 of 2")
        buttons = [label for label in second.labels if "Taken: " in label]
        assert len(buttons) == 4
        assert second.labels[0] == "✅ All taken: these 4"

    second = await home.anna.sees(f"Mum · {at} · 2 of 2")
    toast = await home.anna.press("All taken", message=second)
    assert toast.text.endswith("20 more still need an answer: see the other card or /today.")
    await town.settled()
    assert await taken(town) == 4
    done = await home.ben.sees(f"Mum · {at} · 2 of 2")
    assert done.text.count("recorded by Anna") == 4
    assert "✓ All recorded" in done.labels
    first = await home.ben.sees(f"Mum · {at} · 1 of 2")
    assert "recorded by" not in first.text
    toast = await home.ben.press("All taken", message=first)
    assert "more" not in toast.text
    await town.settled()
    assert await taken(town) == MANY


async def test_a_dose_that_a_card_does_not_show_yet_is_not_taken_with_it(
    home: Household, town: Town
) -> None:
    minute = town.minute(ahead=2)
    at = clock_in_london(minute)
    for medicine in ("Aspirin 100 mg", "Statin 20 mg", "Zinc 5 mg"):
        await add_medicine(home.anna, f"{medicine} at {at}")
    town.jump_to(minute - timedelta(seconds=1))
    card = await home.anna.sees(f"Mum · {at}")
    await town.settled()
    # Zinc was stopped when this card was sent, and is open again since: no edit has said so.
    await town.change(
        "UPDATE notifications SET shown_dose_ids = array_remove(shown_dose_ids,"
        " (SELECT id FROM doses WHERE medication_name = 'Zinc' AND due_at = :at))"
        " WHERE kind = 'slot_card'",
        at=minute,
    )
    toast = await home.anna.press("All taken", message=card)
    assert toast.text == (
        "Taken: Aspirin 100 mg, Statin 20 mg. 1 more still needs an answer: see the other card or"
        " /today."
    )
    await town.settled()
    rows = await town.rows(
        "SELECT medication_name, status FROM doses WHERE due_at = :at ORDER BY 1", at=minute
    )
    assert [tuple(row) for row in rows] == [
        ("Aspirin", "taken"),
        ("Statin", "taken"),
        ("Zinc", "pending"),
    ]
    # The card was brought into line, and now it counts.
    card = await home.anna.sees("recorded by Anna")
    toast = await home.anna.press("Taken: the other one", message=card)
    assert toast.text == "Taken: Zinc 5 mg"


async def test_the_button_of_a_card_from_before_still_works(home: Household, town: Town) -> None:
    minute = town.minute(ahead=2)
    at = clock_in_london(minute)
    for medicine in ("Aspirin 100 mg", "Statin 20 mg"):
        await add_medicine(home.anna, f"{medicine} at {at}")
    town.jump_to(minute - timedelta(seconds=1))
    card = await home.anna.sees(f"Mum · {at}")
    await town.settled()
    data = card.buttons[0][0].data or ""
    assert "." not in data  # as it has always been
    await town.change("UPDATE notifications SET message_id = message_id + 1000")
    toast = await home.anna.press_altered(data, message=card)
    assert toast.text == "Taken: Aspirin 100 mg, Statin 20 mg"


async def test_today_has_a_button_for_whatever_it_lists_as_open(
    home: Household, town: Town
) -> None:
    at = await ask_many(town, home)
    await home.anna.send("/today")
    first = await home.anna.sees("Today, family Mum's helpers · 1 of 2")
    assert len([label for label in first.labels if "Taken: " in label]) == 20
    assert first.text.count(f"• {at}") == 20
    await home.anna.press("Next ▶", message=first)
    second = await home.anna.sees("Today, family Mum's helpers · 2 of 2")
    assert second.id == first.id
    assert len([label for label in second.labels if "Taken: " in label]) == 4
    await home.anna.press("Taken: ", message=second)
    again = await home.anna.sees("recorded by Anna", after=second)
    assert "2 of 2" in again.text
    assert await taken(town) == 1
    await home.anna.press("◀ Previous", message=again)
    await home.anna.sees("Today, family Mum's helpers · 1 of 2")


@pytest.mark.parametrize("page", [7, 9_999_999_999, 0])
async def test_a_page_of_today_that_is_not_there_is_the_nearest(
    home: Household, town: Town, page: int
) -> None:
    await add_medicine(home.anna, "Aspirin 100 mg at 23:58")
    await home.anna.send("/today")
    shown = await home.anna.sees("Today, family")
    family = await town.value("SELECT id FROM families")
    await home.anna.press_altered(TodayPage(family_id=family, page=page).encode(), message=shown)
    await town.settled()
    [still] = [message for message in home.anna.messages if message.id == shown.id]
    assert still.text == shown.text
    assert not home.anna.toasts[-1].alert
