"""Laws of directions: whatever style a regimen is written in, it is read as that regimen, or asked
about, never as another; and an answer completes a line without losing what was typed.
"""

import pytest
from hypothesis import assume, given, note
from hypothesis import strategies as st

from tests.unit.grammar.directions.comparing import notes_are_kept
from tests.unit.grammar.directions.judging import (
    directions,
    in_short,
    is_same,
    is_whole,
    notes_of,
    read_answer,
    read_line,
)
from tests.unit.grammar.directions.notation import Direction
from tests.unit.grammar.directions.regimens import Regimen, in_digits, meanings_of, regimens
from tests.unit.grammar.directions.styles import STYLES

VALID = [
    direction
    for direction in directions()
    if direction.meanings and not direction.questions and not direction.refusals
]


def written(style: str, data: st.DataObject) -> tuple[Regimen, str]:
    """A regimen that the style has words for, and those."""
    regimen = data.draw(in_digits() if style == "in digits" else regimens)
    text = STYLES[style](regimen)
    assume(text)
    return regimen, text


@pytest.mark.parametrize("style", STYLES)
@given(regimens)
def test_a_regimen_in_any_style_is_that_regimen_or_a_question(style: str, regimen: Regimen) -> None:
    text = STYLES[style](regimen)
    assume(text)
    read = read_line(text)
    note(f"typed {text!r}\nmeant {regimen.notation()}\nread {in_short(read)}")
    assert not is_whole(read) or any(is_same(meaning, read) for meaning in meanings_of(regimen))


@pytest.mark.parametrize("style", STYLES)
@given(st.data())
def test_a_reason_in_any_style_is_kept(style: str, data: st.DataObject) -> None:
    regimen, text = written(style, data)
    read = read_line(text)
    note(f"typed {text!r}\nmeant {regimen.notation()}\nread {in_short(read)}")
    reason = meanings_of(regimen)[0].reason
    assert not is_whole(read) or notes_are_kept(reason, " ".join(notes_of(read)))


@pytest.mark.parametrize("direction", [pytest.param(each, id=each.place) for each in VALID])
def test_the_rest_of_a_line_as_an_answer_makes_all_of_it(direction: Direction) -> None:
    """Wherever a line stops so that it is asked when, the rest completes it."""
    words = direction.text.split()
    for cut in range(1, len(words)):
        beginning, rest = " ".join(words[:cut]), " ".join(words[cut:])
        so_far = read_line(beginning)
        read = None if is_whole(so_far) else read_answer(so_far, rest)
        if read is None or not is_whole(read):
            continue
        meant = [meaning.notation for meaning in direction.meanings]
        is_meant = any(is_same(meaning, read) for meaning in direction.meanings)
        assert is_meant, f"{beginning!r}, then {rest!r}\nmeant {meant}\nread {in_short(read)}"
