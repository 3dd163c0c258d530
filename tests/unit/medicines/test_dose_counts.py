"""How many doses, as a medicine is set, an amount is."""

from decimal import Decimal

import pytest

from bot.grammar.dosages import parse_dosage
from domain.medicines.dosages import THINGS
from domain.medicines.dose_counts import COUNTABLE, Packed, count_doses, is_slip


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
