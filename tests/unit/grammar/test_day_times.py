"""When somebody's meals are, as people type it."""

from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.grammar.day_times import parse_day_times
from bot.grammar.problems import Misunderstood, Problem
from domain.medicines.schedules.moments import PartOfDay

BREAKFAST, BEDTIME = PartOfDay.BREAKFAST, PartOfDay.BEDTIME
BOTH = (BREAKFAST, BEDTIME)


def read(text: str, asked: Sequence[PartOfDay] = ()) -> Mapping[str, str]:
    found = parse_day_times(text, asked=asked)
    return {part.value: f"{at:%H:%M}" for part, at in found.items()}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("breakfast 7:30, bedtime 23:00", {"breakfast": "07:30", "bedtime": "23:00"}),
        ("Breakfast at 7 and bed at 10.30pm", {"breakfast": "07:00", "bedtime": "22:30"}),
        ("breakfast: 7:30\nbedtime: 23:00", {"breakfast": "07:30", "bedtime": "23:00"}),
        ("breakfast and bedtime at 7:30 and 10", {"breakfast": "07:30", "bedtime": "22:00"}),
        ("08:00 breakfast, 22:00 bed", {"breakfast": "08:00", "bedtime": "22:00"}),
        ("dinner 6:30", {"dinner": "18:30"}),
        ("supper 18:30", {"dinner": "18:30"}),
        ("lunch 1", {"lunch": "13:00"}),
        ("lunch at noon", {"lunch": "12:00"}),
        ("noon 12:30", {"noon": "12:30"}),
        ("noon 12:30, lunch noon", {"noon": "12:30", "lunch": "12:00"}),
        ("in the morning at 7, in the evening at 8", {"morning": "07:00", "evening": "20:00"}),
        ("afternoon 0330pm", None),
        ("afternoon 3 pm", {"afternoon": "15:00"}),
    ],
)
def test_each_part_has_its_time(text: str, expected: Mapping[str, str] | None) -> None:
    if expected is None:
        with pytest.raises(Misunderstood):
            read(text)
    else:
        assert read(text) == expected


@pytest.mark.parametrize("text", ["7:30 and 22:30", "7:30 10:30pm", "0730, 2230", "7.30 & 10.30"])
def test_times_alone_are_those_that_were_asked_for_in_their_order(text: str) -> None:
    assert read(text, BOTH) == {"breakfast": "07:30", "bedtime": "22:30"}


def test_some_of_those_that_were_asked_for_may_be_named() -> None:
    assert read("bedtime 11pm", BOTH) == {"bedtime": "23:00"}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", Problem.DAY_TIMES_UNREADABLE),
        ("soon", Problem.DAY_TIMES_UNREADABLE),
        ("7:30", Problem.DAY_TIMES_UNREADABLE),  # of which?
        ("7:30, 12:00, 22:00", Problem.DAY_TIMES_UNREADABLE),
        ("breakfast", Problem.DAY_TIMES_UNREADABLE),
        ("breakfast 7:30 12:00", Problem.DAY_TIMES_UNREADABLE),
        ("breakfast and bedtime 7:30", Problem.DAY_TIMES_UNREADABLE),
        ("breakfast and 7:30, 22:00 bedtime", Problem.DAY_TIMES_UNREADABLE),
        ("breakfast 7:30 for Mum", Problem.DAY_TIMES_UNREADABLE),
        ("breakfast 7:30, breakfast 8:00", Problem.DUPLICATE_TIME),
        ("breakfast 25:00", Problem.NO_SUCH_TIME),
        ("evening 08:00", Problem.DAY_TIME_UNUSUAL),
        ("breakfast 8pm", Problem.DAY_TIME_UNUSUAL),
        ("bedtime 1am", Problem.DAY_TIME_AFTER_MIDNIGHT),
        ("bedtime 00:30", Problem.DAY_TIME_AFTER_MIDNIGHT),
        ("bedtime midnight", Problem.DAY_TIME_AFTER_MIDNIGHT),
        ("bed 12", Problem.DAY_TIME_AFTER_MIDNIGHT),
        ("7 and 1 am", Problem.DAY_TIME_AFTER_MIDNIGHT),
        ("x" * 5_000, Problem.TOO_LONG),
    ],
)
def test_anything_else_is_asked_about(text: str, problem: Problem) -> None:
    with pytest.raises(Misunderstood) as refused:
        read(text, BOTH)
    assert refused.value.problem is problem


WORDS = st.sampled_from(
    ["breakfast", "bed", "noon", "7", "7:30", "12", "8pm", ",", "and", "at", "midnight", "25:00"]
)


@given(st.lists(WORDS, max_size=12).map(" ".join) | st.text(max_size=40))
def test_whatever_is_typed_is_times_or_a_question(text: str) -> None:
    try:
        found = parse_day_times(text, asked=BOTH)
    except Misunderstood:
        return
    assert found
