"""Laws of directions: whatever style a regimen is written in, it is read as that regimen, or asked
about, never as another; and an answer completes a line without losing what was typed.
"""

from collections.abc import Sequence

import pytest
from hypothesis import assume, given, note
from hypothesis import strategies as st

from bot.grammar.commands.medicines import PartialMedicine
from tests.unit.grammar.directions.comparing import notes_are_kept
from tests.unit.grammar.directions.judging import (
    Verdict,
    directions,
    in_short,
    is_whole,
    notes_of,
    read_answer,
    read_line,
    verdict_by,
)
from tests.unit.grammar.directions.notation import Direction, Meaning
from tests.unit.grammar.directions.regimens import Regimen, in_digits, meanings_of, regimens
from tests.unit.grammar.directions.styles import STYLES, meant_in

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


def is_meant(read: PartialMedicine, meanings: Sequence[Meaning]) -> bool:
    """Whether one of the meanings was read, be it with other words in the name."""
    return any(verdict_by(meant, read) is not Verdict.SOMETHING_ELSE for meant in meanings)


@pytest.mark.parametrize("style", STYLES)
@given(st.data())
def test_a_regimen_in_any_style_is_that_regimen_or_a_question(
    style: str, data: st.DataObject
) -> None:
    regimen, text = written(style, data)
    read = read_line(text)
    note(f"typed {text!r}\nmeant {regimen.notation()}\nread {in_short(read)}")
    assert not is_whole(read) or is_meant(read, meant_in(style, regimen))


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
        explained = f"{beginning!r}, then {rest!r}\nmeant {meant}\nread {in_short(read)}"
        assert is_meant(read, direction.meanings), explained
