"""What can't be read is offered as the nearest things, filled in, and none that contradicts it."""

import pytest

from bot.grammar.intents.nearest import Likely, Nearest, list_nearest
from tests.unit.grammar.intents.corpus import FAMILY, read_one


def nearest_of(text: str) -> list[Nearest]:
    return list_nearest(text, FAMILY, read_one)


@pytest.mark.parametrize(
    ("text", "kind", "about", "how"),
    [
        ("blorp mums script 56 metformin refill", Likely.ADD, "Metformin", "56"),
        ("the metformin blorp 6 remaining", Likely.LEFT, "Metformin", "6"),
        ("mums blorp hospital till sunday", Likely.PAUSE_PERSON, "Mum", "till sunday"),
        ("hospital blorp metformin paused for a week", Likely.PAUSE_MEDICINE, "Metformin", None),
        ("gp letter amlodipine 10mg instead now blorp", Likely.CHANGE, "Amlodipine", "10mg"),
        ("blorp no more metformin mornings, only 21:00", Likely.ONLY, "Metformin", "21:00"),
        ("never blorp round to the metformin", Likely.SKIP, "Metformin", ""),
        ("dentist moved 12 thursday blorp", Likely.MOVE, "Dentist", "thursday at 12"),
        ("cardiology is a no go blorp", Likely.CALL_OFF, "Cardiology", ""),
        ("cannot blorp drive to cardiology", Likely.NO_DRIVE, "Cardiology", ""),
        ("blorp wrong sorry", Likely.UNDO, "", ""),
        ("stop blorp messages at night", Likely.QUIET, "", ""),
    ],
)
def test_the_likeliest_is_filled_in(text: str, kind: Likely, about: str, how: str | None) -> None:
    first = nearest_of(text)[0]
    assert (first.kind, first.about) == (kind, about)
    assert how is None or first.how == how


@pytest.mark.parametrize(
    "text",
    [
        "never blorp round to the metformin",
        "I forget to blorp the metformin yesterday",
        "no metformin blorp",
        "stop metformin blorp she has sore legs",
    ],
)
def test_what_was_not_given_is_not_offered_as_given(text: str) -> None:
    assert not {each.command for each in nearest_of(text)} & {"give", "addmed", "history"}


def test_the_words_that_a_button_does_not_carry_are_kept() -> None:
    first = nearest_of("new metformin box 56 blorp zyxq")[0]
    assert (first.says, first.left) == ("picked up 56 Metformin", "blorp zyxq")


def test_somebody_who_is_not_known_is_not_paused() -> None:
    assert all(each.kind is not Likely.PAUSE_PERSON for each in nearest_of("dads in hospital"))


def test_there_are_at_most_three_and_always_one() -> None:
    for text in ("blorp", "blorp 56 metformin paracetamol amlodipine left dentist friday 9am"):
        assert 1 <= len(nearest_of(text)) <= 3
