"""Sentences mean what the corpus says, or aren't read; and what matters most is never missed."""

import pytest

from tests.unit.grammar.intents.corpus import OFFERS, Example, is_right, meaning_of, read_corpus

EXAMPLES = list(read_corpus())
#: So many of the corpus may still be unread, or be answered by a screen beside the right one.
MOST_UNREAD, MOST_BESIDE = 25, 5
#: Of these, what is offered is shown with all that counts: the line itself is a direction or an
#: appointment, and a remark on how somebody is stands by itself.
_LINES = ("direction", "appointment", "command")
_OFFERED = [
    each
    for each in EXAMPLES
    if each.meanings[0].startswith(OFFERS) and not each.meanings[0].startswith(_LINES)
]
_DANGERS = [each for each in EXAMPLES if each.meanings[0].startswith("danger")]
_MUST_NOT = [
    each
    for each in EXAMPLES
    if each.meanings[0].startswith(("nothing", "no-record", "unread", "advice"))
]
_STATEMENTS = [
    each for each in EXAMPLES if each.meanings[0].startswith(("no-record", "unread", "talk"))
]


def test_most_of_the_corpus_is_read_as_written() -> None:
    read = [(each, meaning_of(each.text)) for each in EXAMPLES]
    wrong = [(each.text, meaning) for each, meaning in read if not is_right(each, meaning)]
    unread = [text for text, meaning in wrong if meaning == "unread"]
    beside = [each for each in wrong if each[1] != "unread"]
    assert len(EXAMPLES) >= 700
    assert len(unread) <= MOST_UNREAD, unread
    assert len(beside) <= MOST_BESIDE, beside


def test_what_only_sounds_like_it_is_never_offered_to_be_written() -> None:
    wrong = [each.text for each in _MUST_NOT if meaning_of(each.text).startswith(OFFERS)]
    assert len(_MUST_NOT) >= 200
    assert not wrong


@pytest.mark.parametrize("example", _DANGERS, ids=lambda each: each.text)
def test_words_of_danger_are_heard(example: Example) -> None:
    assert meaning_of(example.text).startswith("danger")


@pytest.mark.parametrize("example", _STATEMENTS, ids=lambda each: each.text)
def test_what_is_told_is_never_taken_for_a_command(example: Example) -> None:
    """Commands begin conversations: only whole sentences that are one run one."""
    assert not meaning_of(example.text).startswith("command")


@pytest.mark.parametrize("tail", [" unless ben says no", " if ben agrees", " blorp zyxq"])
def test_no_word_beside_an_offer_is_dropped(tail: str) -> None:
    """It is shown, as a note or as not understood, or there is no offer."""
    assert len(_OFFERED) > 400
    for example in _OFFERED:
        meaning = meaning_of(example.text.rstrip(".!") + tail)
        is_shown = any(words in meaning for words in ("left", "not understood", "blorp"))
        is_shown = is_shown or meaning.endswith("how they are")
        assert is_shown or not meaning.startswith(OFFERS), (example.text + tail, meaning)


def test_long_texts_are_no_question() -> None:
    assert meaning_of("what's due " + "lorem ipsum " * 400) in {"unread", "due now"}
