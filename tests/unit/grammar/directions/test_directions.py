"""The corpus of directions: each is understood, asked about or refused as written there."""

from itertools import pairwise

import pytest

from domain.medicines.schedules.kinds import AsNeeded
from domain.medicines.schedules.occurrences import first_occurrence
from tests.unit.grammar.directions.__main__ import outcomes_of
from tests.unit.grammar.directions.judging import (
    Judgement,
    Verdict,
    directions,
    judge,
    judge_answers,
)
from tests.unit.grammar.directions.notation import LONDON, NOW, Direction

corpus = pytest.mark.parametrize(
    "direction", [pytest.param(each, id=each.place) for each in directions()]
)


def explained(direction: Direction, judgement: Judgement, *, answer: str = "") -> str:
    lines = [judgement.verdict.value, f"typed {direction.text!r}"]
    lines += [f"answered {answer!r}"] if answer else outcomes_of(direction)
    return "\n".join([*lines, f"read {judgement.read}"])


@corpus
def test_nothing_is_read_as_something_else(direction: Direction) -> None:
    judgement = judge(direction)
    assert judgement.verdict is not Verdict.SOMETHING_ELSE, explained(direction, judgement)


@corpus
def test_nothing_becomes_something_else_by_an_answer(direction: Direction) -> None:
    for answer, judgement in judge_answers(direction):
        is_else = judgement.verdict is Verdict.SOMETHING_ELSE
        assert not is_else, explained(direction, judgement, answer=answer.text)


@corpus
def test_a_direction_is_understood_asked_or_refused_as_written(direction: Direction) -> None:
    judgement = judge(direction)
    assert judgement.verdict.is_right, explained(direction, judgement)


@corpus
def test_answers_complete_a_direction(direction: Direction) -> None:
    for answer, judgement in judge_answers(direction):
        assert judgement.verdict.is_right, explained(direction, judgement, answer=answer.text)


def test_every_meaning_in_the_corpus_has_doses_to_come() -> None:
    for direction in directions():
        answers = [answer for question in direction.questions for answer in question.answers]
        meant = [*direction.meanings, *(each for answer in answers for each in answer.meanings)]
        for meaning in meant:
            schedule = meaning.schedule
            is_due = isinstance(schedule, AsNeeded) or first_occurrence(
                schedule, LONDON, NOW.replace(minute=0, second=0, hour=9)
            )
            assert is_due, (direction.place, meaning.notation)


def test_no_direction_is_in_the_corpus_twice() -> None:
    lines = sorted(direction.text for direction in directions())
    assert not [line for line, following in pairwise(lines) if line == following]


def test_the_corpus_has_enough_that_must_not_be_saved() -> None:
    assert len(directions()) >= 440
    assert sum(not direction.meanings for direction in directions()) >= 60
