"""Tests for "the 11th": the next such day."""

from datetime import date

import pytest

from bot.grammar.dates import read_date
from bot.grammar.tokens import tokenize


@pytest.mark.parametrize(
    ("today", "said", "is_meant"),
    [
        (date(2026, 6, 3), "the 11th", date(2026, 6, 11)),
        (date(2026, 6, 3), "11th at 10", date(2026, 6, 11)),
        (date(2026, 6, 11), "the 11th", date(2026, 6, 11)),
        (date(2026, 6, 12), "the 11th", date(2026, 7, 11)),
        (date(2026, 6, 1), "the 31st", date(2026, 7, 31)),
        (date(2027, 1, 30), "the 30th", date(2027, 1, 30)),
        (date(2027, 2, 1), "the 30th", date(2027, 3, 30)),
        (date(2026, 12, 20), "the 3rd", date(2027, 1, 3)),
    ],
)
def test_a_day_of_the_month_is_the_next_one(today: date, said: str, is_meant: date) -> None:
    typed = read_date(tokenize(said).tokens)
    assert typed is not None
    assert typed.resolve(today, today) == is_meant


@pytest.mark.parametrize(
    "said", ["the 1st of each month", "1st and 15th", "the 32nd", "the 0th", "11", "the 1st, 15th"]
)
def test_what_is_a_rhythm_or_no_day_is_none(said: str) -> None:
    assert read_date(tokenize(said).tokens) is None
