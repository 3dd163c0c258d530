"""One time that is typed, of a medicine that has several: no dose is lost unasked."""

import pytest

from bot.grammar.problems import Misunderstood, Problem
from domain.medicines.schedules.kinds import WallClock
from tests.unit.medicines.test_changes_of_drafts import changed

TWICE = "Apixaban 5 mg at 8am and 8pm"


@pytest.mark.parametrize("words", ["9am", "no, 9pm", "make it 9am", "at 21:00"])
def test_a_time_in_place_of_several_is_asked_about(words: str) -> None:
    with pytest.raises(Misunderstood) as asked:
        changed(TWICE, words)
    assert asked.value.problem is Problem.ONE_OF_THE_TIMES


@pytest.mark.parametrize(
    ("words", "hours"),
    [
        ("only 9pm", [21]),
        ("9am daily", [9]),
        ("9pm instead of 8pm", [8, 21]),
        ("the second one at 9pm", [8, 21]),
        ("7am and 7pm", [7, 19]),
    ],
)
def test_what_says_which_is_done(words: str, hours: list[int]) -> None:
    schedule = changed(TWICE, words).schedule
    assert isinstance(schedule, WallClock)
    assert [at.hour for at in schedule.times] == hours
