"""Answers are stored with the effect they tell of: they come back from JSON as they were."""

import json

from hypothesis import given
from hypothesis import strategies as st

from bot.ui.answer import Answer, Button, Screen, say

# PostgreSQL keeps neither U+0000 nor half a surrogate pair in JSON; views write neither.
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=40)
BUTTONS = st.builds(Button, TEXTS, data=st.none() | TEXTS, url=st.none() | TEXTS)
KEYBOARDS = st.lists(st.lists(BUTTONS, max_size=3).map(tuple), max_size=3).map(tuple)
SCREENS = st.builds(Screen, TEXTS, KEYBOARDS, is_silent=st.booleans(), qr_code=st.none() | TEXTS)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)
ANSWERS = st.builds(
    Answer,
    toast=st.none() | TEXTS,
    alert=st.booleans(),
    send=st.lists(SCREENS, max_size=3).map(tuple),
    edit=st.none() | SCREENS,
    closes=st.booleans(),
    is_small_talk=st.booleans(),
    is_wrong_invitation=st.booleans(),
    conversation=st.none() | st.dictionaries(TEXTS, JSON, max_size=3),
)


@given(ANSWERS)
def test_an_answer_comes_back_from_json_as_it_was(answer: Answer) -> None:
    assert Answer.from_json(json.loads(json.dumps(answer.to_json()))) == answer


def test_an_empty_answer_is_stored_as_nothing() -> None:
    assert Answer().to_json() == {}
    assert Answer.from_json({}) == Answer()


def test_screens_are_said_in_order() -> None:
    answer = say("first").and_send(Screen("second"), Screen("third"))
    assert [screen.text for screen in answer.send] == ["first", "second", "third"]


def test_an_answer_of_an_earlier_version_without_newer_parts_is_readable() -> None:
    assert Answer.from_json({"toast": "Taken: Aspirin"}) == Answer(toast="Taken: Aspirin")
