"""How many doses, as a medicine is set, an amount is."""

from decimal import Decimal

import pytest

from bot.grammar.commands.intakes import parse_amount
from bot.grammar.dosages import parse_dosage
from domain.medicines.dosages import THINGS
from domain.medicines.dose_counts import COUNTABLE, Packed, count_doses, is_slip
from domain.medicines.doses.choices import choices_of, find_chosen
from tests.factories import amount_of


@pytest.mark.parametrize(
    ("given", "usual", "count"),
    [
        ("1 g", "500 mg", "2"),
        ("250 mg", "500 mg", "0.5"),
        ("2 tablets", "500 mg", "2"),
        ("2 tablets", "1 tablet", "2"),
        ("½ tablet", "2 tablets", "0.25"),
        ("7.5 ml", "5 ml", "1.5"),
        ("1 l", "250 ml", "4"),
        ("100 µg", "0.2 mg", "0.5"),
        ("a thin layer", '"a thin layer"', "1"),
        ("5 ml", "500 mg", None),
        ("500 mg", "1 tablet", None),
        ("2 puffs", "500 mg", None),
        ('"a thick layer"', '"a thin layer"', None),
    ],
)
def test_amounts_are_counted_in_doses_as_set(given: str, usual: str, count: str | None) -> None:
    amount = parse_dosage(given if given != "a thin layer" else '"a thin layer"')
    expected = None if count is None else Decimal(count)
    assert count_doses(amount, parse_dosage(usual)) == expected


@pytest.mark.parametrize(
    ("given", "usual", "count"),
    [
        ("1 tablet", "1–2 tablets", "1"),
        ("1.5 tablets", "1–2 tablets", "1"),
        ("2 tablets", "1–2 tablets", "1"),
        ("3 tablets", "1–2 tablets", "1.5"),
        ("4 tablets", "1–2 tablets", "2"),
        ("0.5 tablet", "1–2 tablets", "0.5"),
        ("1 g", "500–1000 mg", "1"),
        ("2 g", "500–1000 mg", "2"),
        ("2 tablets", "500–1000 mg", None),
    ],
)
def test_any_amount_of_a_range_is_one_dose(given: str, usual: str, count: str | None) -> None:
    expected = None if count is None else Decimal(count)
    assert count_doses(amount_of(given), amount_of(usual)) == expected


def test_the_stock_knows_the_start_of_a_range() -> None:
    bottle = Packed("ml", Decimal(5))  # 1–2 spoons are 5–10 ml
    spoons = amount_of("1–2 spoons")
    counts = [count_doses(amount_of(f"{ml} ml"), spoons, packed=bottle) for ml in (5, 10, 20)]
    assert counts == [1, 1, 2]


@pytest.mark.parametrize(
    ("words", "choices"),
    [
        ("1–2 tablets", "1 2"),
        ("1–5 tablets", "1 2 3 4 5"),
        ("1–6 tablets", "1 6"),
        ("½–1 tablet", "0.5 1"),
        ("5–10 ml", "5 10"),
        ("1 tablet", ""),
    ],
)
def test_a_range_offers_its_steps_or_its_ends(words: str, choices: str) -> None:
    assert amount_of(words).choices == tuple(map(Decimal, choices.split()))


def test_a_choice_counts_only_for_the_range_it_was_offered_for() -> None:
    one_or_two, two_or_three = amount_of("1–2 tablets"), amount_of("2–3 tablets")
    [(_one, _), (two, amount)] = choices_of(one_or_two)
    assert amount == find_chosen(one_or_two, two) == 2
    assert find_chosen(two_or_three, two) is None
    assert find_chosen(amount_of("1–2 capsules"), two) is None


def test_twice_a_range_is_a_range() -> None:
    twice = parse_amount("twice").of(amount_of("1–2 tablets"))
    assert (twice.amount, twice.most) == (Decimal(2), Decimal(4))


def test_what_the_stock_knows_of_a_dose_counts_first() -> None:
    halves = Packed("tablet", Decimal(2))  # 500 mg are two tablets of 250 mg
    assert count_doses(parse_dosage("2 tablets"), parse_dosage("500 mg"), packed=halves) == 1


@pytest.mark.parametrize(
    ("given", "usual", "is_one"),
    [
        ("20 g", "500 mg", True),
        ("5 g", "500 mg", True),
        ("50 mg", "500 mg", True),
        ("2 tablets", "500 mg", True),
        ("5 ml", "500 mg", True),
        ("1 g", "500 mg", False),
        ("4 tablets", "1 tablet", False),
    ],
)
def test_ten_times_the_dose_a_tenth_and_another_unit_are_likely_slips(
    given: str, usual: str, is_one: bool
) -> None:
    amount, dose = parse_dosage(given), parse_dosage(usual)
    assert is_slip(amount, dose, count_doses(amount, dose) or Decimal(1)) is is_one


def test_what_is_counted_is_a_thing() -> None:
    assert COUNTABLE <= THINGS
