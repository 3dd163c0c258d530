"""What is added to a stock, counted or lost, as people type it."""

from decimal import Decimal

import pytest

from bot.grammar.commands.refills import StockChangeKind, TypedAmount, parse_amount, parse_per_dose
from bot.grammar.problems import Misunderstood, Problem

ADDED, COUNTED, FEWER = StockChangeKind.ADDED, StockChangeKind.COUNTED, StockChangeKind.FEWER


@pytest.mark.parametrize(
    ("typed", "amount", "unit", "kind"),
    [
        ("30", "30", None, ADDED),
        ("+30", "30", None, ADDED),
        ("30 tablets", "30", "tablet", ADDED),
        ("2,5 ml", "2.5", "ml", ADDED),
        ("200ml", "200", "ml", ADDED),
        ("one and a half", "1.5", None, ADDED),
        ("a box of 28", "28", None, ADDED),
        ("= 12", "12", None, COUNTED),
        ("=12 tablets", "12", "tablet", COUNTED),
        ("12 left", "12", None, COUNTED),
        ("= 0", "0", None, COUNTED),
        ("0 left", "0", None, COUNTED),
        ("-2", "2", None, FEWER),
        ("− 2", "2", None, FEWER),
        ("minus 2 tablets", "2", "tablet", FEWER),
        ("2 broken", "2", None, FEWER),
        ("lost 2", "2", None, FEWER),
    ],
)
def test_one_number(typed: str, amount: str, unit: str | None, kind: StockChangeKind) -> None:
    assert parse_amount(typed) == TypedAmount(Decimal(amount), unit, kind)


@pytest.mark.parametrize(
    ("typed", "amount", "unit", "kind", "parts"),
    [
        ("2 boxes of 28", "56", None, ADDED, [("2", "28")]),
        ("two boxes of 28 tablets", "56", "tablet", ADDED, [("2", "28")]),
        ("2 x 28", "56", None, ADDED, [("2", "28")]),
        ("2x28", "56", None, ADDED, [("2", "28")]),
        ("2 × 28", "56", None, ADDED, [("2", "28")]),
        ("2*28", "56", None, ADDED, [("2", "28")]),
        ("2 bottles of 200 ml", "400", "ml", ADDED, [("2", "200")]),
        ("2 x 200ml", "400", "ml", ADDED, [("2", "200")]),
        ("= 2 x 28", "56", None, COUNTED, [("2", "28")]),
        ("2 boxes of 28 and 5", "61", None, ADDED, [("2", "28"), ("1", "5")]),
        ("-2x3", "6", None, FEWER, [("2", "3")]),
    ],
)
def test_a_sum_is_kept_as_it_was_typed(
    typed: str, amount: str, unit: str | None, kind: StockChangeKind, parts: list[tuple[str, str]]
) -> None:
    expected = tuple((Decimal(count), Decimal(each)) for count, each in parts)
    assert parse_amount(typed) == TypedAmount(Decimal(amount), unit, kind, expected)


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("", Problem.STOCK_AMOUNT_MISSING),
        ("=", Problem.STOCK_AMOUNT_MISSING),
        ("0", Problem.NO_STOCK_AMOUNT),
        ("-0", Problem.NO_STOCK_AMOUNT),
        ("= -2", Problem.NO_STOCK_AMOUNT),
        ("-2 left", Problem.NO_STOCK_AMOUNT),
        ("-2 + 5", Problem.NO_STOCK_AMOUNT),
        ("30 bananas", Problem.NO_STOCK_AMOUNT),
        ("12 tablets and 3 ml", Problem.NO_STOCK_AMOUNT),
        ("2 boxes of", Problem.NO_STOCK_AMOUNT),
        ("2 x", Problem.NO_STOCK_AMOUNT),
        ("2 boxes of 0", Problem.NO_STOCK_AMOUNT),
        ("2 boxes of -28", Problem.NO_STOCK_AMOUNT),
        ("2 boxes", Problem.STOCK_BOX_SIZE),
        ("half a box", Problem.STOCK_BOX_SIZE),
        ("1,000", Problem.AMOUNT_AMBIGUOUS),
        ("900 x 900", Problem.AMOUNT_TOO_LARGE),
    ],
)
def test_what_is_none_or_could_be_two_is_not_guessed(typed: str, problem: Problem) -> None:
    with pytest.raises(Misunderstood) as refused:
        parse_amount(typed)
    assert refused.value.problem is problem


@pytest.mark.parametrize("typed", ["50 mg", "-1", "= 1", "2 x 3", "0", "some"])
def test_how_many_make_a_dose_is_one_number_of_that_unit(typed: str) -> None:
    assert parse_per_dose("½", "tablet") == Decimal("0.5")
    assert parse_per_dose("2 tablets", "tablet") == 2
    with pytest.raises(Misunderstood) as refused:
        parse_per_dose(typed, "tablet")
    assert refused.value.problem is Problem.NO_PER_DOSE
