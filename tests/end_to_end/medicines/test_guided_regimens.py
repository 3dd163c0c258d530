"""What stands on labels, with buttons alone: only the name and the usual amount are typed."""

from collections.abc import Sequence

import pytest

from tests.town import Household, Town


@pytest.mark.parametrize(
    ("name", "amount", "taps", "understood"),
    [
        (
            "Methotrexate",
            "10 mg",
            ["Once a week", "on monday", "08:00"],
            ["every Monday at 08:00", "Next: Monday 23 November"],
        ),
        (
            "Warfarin",
            "5 mg",
            [
                *("Different amounts", "By weekday", "5 mg", "5 mg", "5 mg", "5 mg", "5 mg"),
                *("2½ mg", "2½ mg on the other days", "18:00"),
            ],
            ["Mon–Fri: 5 mg at 18:00; Sat, Sun: 2½ mg at 18:00"],
        ),
        (
            "Prednisolone",
            "20 mg",
            [
                *("Different amounts", "In steps", "20 mg", "5 days", "10 mg", "5 days"),
                *("5 mg", "7 days", "Then stop", "08:00"),
            ],
            ["20 mg", "10 mg", "5 mg", "last day"],
        ),
        (
            "Marcumar",
            "1 tablet",
            ["Different amounts", "Alternating days", "1 tablet", "½ tablet", "18:00"],
            ["1 tablet", "½ tablet", "alternating"],
        ),
        (
            "Metformin",
            "500 mg",
            [
                *("Different amounts", "By the time of day", "500 mg", "None", "1000 mg", "None"),
                *("Use these",),
            ],
            ["500 mg in the morning", "1000 mg in the evening"],
        ),
        (
            "Lenalidomide",
            "10 mg",
            ["Days on, days off", "21 days", "7 days", "18:00"],
            ["21 days on, 7 days off"],
        ),
        (
            "Vitamin B12",
            "1 mg",
            ["Every 3 months", "08:00", "from tomorrow"],
            ["every 3 months", "Next: Tuesday 24 November"],
        ),
        (
            "Paracetamol",
            "500 mg",
            ["As needed", "6 h", "4"],
            ["as needed", "6 hours apart", "4"],
        ),
    ],
)
async def test_a_regimen_is_built_with_buttons_alone(
    home: Household,
    town: Town,
    name: str,
    amount: str,
    taps: Sequence[str],
    understood: Sequence[str],
) -> None:
    anna = home.anna
    await anna.send("/addmed")
    await anna.sees("What is the medicine called?")
    await anna.send(name)
    await anna.sees(f"How much {name} each time?")
    await anna.send(amount)
    await anna.sees(f"When is {name} due?")
    for tap in taps:
        await anna.press(tap)
        await town.settled()
    shown = await anna.sees("I understood:")
    for words in understood:
        assert words in shown.text
    await anna.press("Save", message=shown)
    await anna.sees(f"Saved: {name}")
    assert await town.count("medications") == 1


@pytest.mark.parametrize(
    ("typed", "taps", "understood"),
    [
        (
            "every 2nd tuesday at 8am",
            ["2nd tuesday of every month at 8am"],
            "second Tuesday of the month at 08:00",
        ),
        ("mondy at 8am", ["monday at 8am"], "every Monday at 08:00"),
    ],
)
async def test_what_was_meant_is_a_button(
    home: Household, town: Town, typed: str, taps: Sequence[str], understood: str
) -> None:
    await home.anna.send(f"/addmed Ramipril 2.5 mg {typed}")
    await home.anna.sees("When is Ramipril due? Tap what you mean")
    for tap in taps:
        await home.anna.press(tap)
        await town.settled()
    shown = await home.anna.sees("I understood:")
    assert understood in shown.text


async def test_a_slip_does_not_lose_what_was_tapped(home: Household, town: Town) -> None:
    await home.anna.send("/addmed Warfarin 5 mg")
    await home.anna.sees("When is Warfarin due?")
    for tap in ("Different amounts", "In steps", "5 mg", "5 days"):
        await home.anna.press(tap)
        await town.settled()
    await home.anna.send("lorem")
    asked = await home.anna.sees("How much after that?")
    assert "Warfarin: “5 mg for 5 days”" in asked.text
