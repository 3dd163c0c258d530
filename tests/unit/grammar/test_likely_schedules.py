"""What is likely meant by words that weren't understood; what is misspelt is never left out."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.grammar.commands.medicines import understand_medicine
from bot.grammar.people import Person
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.schedules.likely import is_misspelt, likely_schedules

MONDAY = datetime(2026, 11, 23, 8, tzinfo=UTC)


def likely(typed: str) -> list[str]:
    """Of the words of a schedule behind a name and an amount."""
    people = [Person("Mum", ZoneInfo("Europe/London"))]
    found = understand_medicine(f"/addmed Ramipril 2.5 mg {typed}", people=people, now=MONDAY)
    assert found.problem is not None
    assert found.schedule is None
    return list(likely_schedules(found.refused, found.problem))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("mondy at 8am", "monday at 8am"),
        ("evry day at 8am", "every day at 8am"),
        ("Evry day at 8am", "every day at 8am"),
        ("twise a day", "twice a day"),
        ("at 8am on wensday and friday", "at 8am on wednesday and friday"),
        ("in the mornig", "in the morning"),
        ("every 2 weks on monday", "every 2 weeks on monday"),
        ("every fortnigt on friday at 9", "every fortnight on friday at 9"),
    ],
)
def test_a_slip_is_not_left_out_but_asked_about(typed: str, meant: str) -> None:
    assert likely(typed) == [meant]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (
            "every 2nd tuesday at 8am",
            ["every 2 weeks on tuesday at 8am", "2nd tuesday of every month at 8am"],
        ),
        ("biweekly at 8am", ["every 2 weeks at 8am", "twice a week at 8am"]),
    ],
)
def test_what_can_mean_two_things_has_both(typed: str, meant: list[str]) -> None:
    assert likely(typed) == meant


@pytest.mark.parametrize("typed", ["every fullmoon", "lorem ipsum at 8am on fridays only"])
def test_nothing_is_guessed_that_is_not_alike(typed: str) -> None:
    assert likely_schedules(typed, Misunderstood(Problem.UNKNOWN_WORDS, "fullmoon")) == []


@pytest.mark.parametrize("word", ["every", "monday", "aspirin", "7.5", "mum", "day", "at"])
def test_a_right_word_or_a_name_is_no_slip(word: str) -> None:
    assert not is_misspelt(word)
