"""Sentences mean what the corpus says, or aren't read; and what matters most is never missed."""

import pytest

from tests.unit.grammar.intents.corpus import Example, meaning_of, read_corpus

EXAMPLES = list(read_corpus())
#: So many of the corpus may still be unread, or be answered by a screen beside the right one.
MOST_UNREAD, MOST_BESIDE = 50, 20
_DANGERS = [each for each in EXAMPLES if each.meanings[0].startswith("danger")]
_STATEMENTS = [
    each for each in EXAMPLES if each.meanings[0].startswith(("no-record", "unread", "talk"))
]


def test_most_of_the_corpus_is_read_as_written() -> None:
    read = [(each, meaning_of(each.text)) for each in EXAMPLES]
    unread = [each.text for each, m in read if m == "unread" and m not in each.meanings]
    beside = [each.text for each, meaning in read if meaning not in {*each.meanings, "unread"}]
    assert len(EXAMPLES) >= 600
    assert len(unread) <= MOST_UNREAD, unread
    assert len(beside) <= MOST_BESIDE, beside


@pytest.mark.parametrize("example", _DANGERS, ids=lambda each: each.text)
def test_words_of_danger_are_heard(example: Example) -> None:
    assert meaning_of(example.text).startswith("danger")


@pytest.mark.parametrize("example", _STATEMENTS, ids=lambda each: each.text)
def test_what_is_told_is_never_taken_for_a_command(example: Example) -> None:
    """Commands begin conversations: only whole sentences that are one run one."""
    assert not meaning_of(example.text).startswith("command")


def test_long_texts_are_no_question() -> None:
    assert meaning_of("what's due " + "lorem ipsum " * 400) in {"unread", "due now"}
