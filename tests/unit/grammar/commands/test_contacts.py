"""What people type after `/addcontact`."""

import pytest

from bot.grammar.commands.contacts import means_everybody, understand_contact
from bot.grammar.problems import Problem
from tests.unit.grammar.family import DAD, LONDON, MUM

PHONE = "+442079460018"


@pytest.mark.parametrize(
    ("text", "name", "relation"),
    [
        ("Rosa Silva, neighbour, 020 7946 0018", "Rosa Silva", "neighbour"),
        ("Rosa Silva neighbour 020 7946 0018", "Rosa Silva", "neighbour"),
        ("Tom next-door neighbour 020 7946 0018", "Tom", "next-door neighbour"),
        ("020 7946 0018 Tom, her brother", "Tom", "her brother"),
        ("Rosa Silva 020 7946 0018", "Rosa Silva", None),
        ("Tom (son) 020 7946 0018", "Tom", "son"),
    ],
)
def test_a_line_is_a_name_a_relation_and_a_number(
    text: str, name: str, relation: str | None
) -> None:
    line = understand_contact(text, people=[MUM], zone=LONDON).line
    assert (line.name, line.specialty, line.phone, line.problem) == (name, relation, PHONE, None)


@pytest.mark.parametrize("ending", ["for everybody", "for the whole family", "For Both."])
def test_it_may_be_for_everybody(ending: str) -> None:
    found = understand_contact(f"Rosa, neighbour {ending}", people=[MUM, DAD], zone=LONDON)
    assert (found.is_for_everybody, found.line.specialty) == (True, "neighbour")
    assert means_everybody(ending)
    assert not understand_contact("Rosa for Dad", people=[MUM, DAD], zone=None).is_for_everybody
    assert not means_everybody("Dad")


@pytest.mark.parametrize("text", ["Rosa, neighbour, 999", "Rosa, 112", "Rosa neighbour 999"])
def test_a_number_for_emergencies_is_nobodys(text: str) -> None:
    line = understand_contact(text, people=[MUM], zone=LONDON).line
    assert line.problem is not None
    assert line.problem.problem is Problem.PHONE_IMPOSSIBLE
    assert (line.phone, line.address) == (None, None)
