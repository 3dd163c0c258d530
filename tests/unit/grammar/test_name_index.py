"""Known names in a line: the longest, whatever their number."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.grammar.name_index import NameIndex
from bot.grammar.tokens import matchable, raw_words, unaccented

words = st.lists(st.sampled_from(["for", "and", "a", "Omega", "3", "é"]), min_size=1, max_size=6)


def nothing_behind(_word: str) -> Sequence[str]:
    return ()


def without_dot(word: str) -> Sequence[str]:
    return [word.removesuffix(".")]


def find(names: Sequence[str], line: str, *, at: int = 0) -> tuple[int, Sequence[int]]:
    typed = [matchable(word) for word in line.split()]
    return NameIndex(names, matchable).longest_at(typed, at, bare=without_dot)


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("omega 3 at 08:00", (2, [1])),
        ("omega at 08:00", (1, [0, 3])),
        ("omega", (1, [0, 3])),
        ("omega. at", (1, [0, 3])),
        ("omega 3.", (2, [1])),
        ("vitamin b", (0, [])),
        ("vitamin b 12", (3, [2])),
        ("vitamin b 12 forte", (3, [2])),
        ("aspirin", (0, [])),
    ],
)
def test_the_longest_name_is_found_and_all_who_have_it(
    line: str, found: tuple[int, Sequence[int]]
) -> None:
    assert find(["Omega", "Omega 3", "Vitamin B 12", "OMEGA"], line) == found


def test_a_name_is_found_where_it_stands() -> None:
    assert find(["Mum"], "for Mum. at", at=1) == (1, [0])
    assert find(["Mum"], "for Mum. at", at=0) == (0, [])
    assert find(["Mum"], "for", at=1) == (0, [])


def test_accents_count_in_one_spelling_only() -> None:
    plain = NameIndex(["José"], unaccented)
    assert plain.longest_at(["jose"], 0, bare=nothing_behind) == (1, [0])
    exact = NameIndex(["José"], matchable)
    assert exact.longest_at(["jose"], 0, bare=nothing_behind) == (0, [])


@given(names=st.lists(words, max_size=8), line=words)
def test_it_finds_what_comparing_each_with_each_finds(
    names: list[list[str]], line: list[str]
) -> None:
    typed = [matchable(word) for word in line]
    known = [" ".join(name) for name in names]
    lengths = {
        place: len(name)
        for place, name in enumerate(names)
        if [matchable(word) for word in name] == typed[: len(name)]
    }
    longest = max(lengths.values(), default=0)
    expected = [place for place, length in lengths.items() if length == longest]
    index = NameIndex(known, matchable)
    assert index.longest_at(typed, 0, bare=nothing_behind) == (longest, expected)


def test_the_words_of_a_name_are_those_of_a_line() -> None:
    assert raw_words('Omega "3 forte", 2,5 mg') == ["Omega", "3 forte", ",", "2,5", "mg"]
