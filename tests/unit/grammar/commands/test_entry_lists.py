"""A pasted list: which lines are entries, and which are one together."""

import pytest

from bot.grammar.commands.entry_lists import MAX_ENTRIES, lines_of, to_entries
from bot.grammar.problems import Misunderstood, Problem

MEDICINES = {"aspirin 100 mg 08:00", "ramipril 5 mg 20:00", "calcium 1 tablet noon"}


def entries(*lines: str) -> list[str]:
    return list(
        to_entries(
            lines,
            is_complete=lambda line: line.removesuffix(" with food") in MEDICINES,
            is_continuation=lambda line: line == "with food",
        )
    )


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("Dentist\n\n  Eye   doctor \n", ["Dentist", "Eye doctor"]),
        ("- Dentist\n• Eye doctor\n* X", ["Dentist", "Eye doctor", "X"]),
        ("1. Dentist\n2) Eye doctor", ["Dentist", "Eye doctor"]),
        ("10:00 Dentist\n1.5 tablets", ["10:00 Dentist", "1.5 tablets"]),
        ("Dentist", ["Dentist"]),
        ("", []),
    ],
)
def test_lines_lose_what_numbers_them(text: str, lines: list[str]) -> None:
    assert list(lines_of(text)) == lines


def test_each_whole_line_is_an_entry() -> None:
    assert entries("aspirin 100 mg 08:00", "ramipril 5 mg 20:00") == [
        "aspirin 100 mg 08:00",
        "ramipril 5 mg 20:00",
    ]


def test_lines_that_are_none_alone_are_put_together() -> None:
    assert entries("aspirin", "100 mg", "08:00") == ["aspirin 100 mg 08:00"]
    assert entries("my list", "aspirin", "100 mg 08:00", "ramipril 5 mg", "20:00") == [
        "my list",
        "aspirin 100 mg 08:00",
        "ramipril 5 mg 20:00",
    ]


def test_a_whole_line_takes_nothing_from_an_open_one() -> None:
    assert entries("aspirin", "ramipril 5 mg 20:00") == ["aspirin", "ramipril 5 mg 20:00"]


def test_a_rest_goes_on_with_the_entry_before_it() -> None:
    assert entries("aspirin 100 mg 08:00", "with food", "calcium 1 tablet noon") == [
        "aspirin 100 mg 08:00 with food",
        "calcium 1 tablet noon",
    ]
    assert entries("with food", "aspirin 100 mg 08:00") == ["with food", "aspirin 100 mg 08:00"]


@pytest.mark.parametrize("count", [MAX_ENTRIES + 1, 500])
def test_too_many(count: int) -> None:
    with pytest.raises(Misunderstood) as refused:
        entries(*["aspirin 100 mg 08:00"] * count)
    assert refused.value.problem is Problem.TOO_MANY_ENTRIES
