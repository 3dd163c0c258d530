"""What a label says beside the times, in words: ranges, and parts of the day."""

from datetime import timedelta
from decimal import Decimal

import pytest

from bot.ui.words.amounts import least_of, range_in_words
from bot.ui.words.regimens.moments import moment_in_words
from bot.ui.words.units import PIECE
from domain.medicines.dosages import Dosage
from domain.medicines.schedules.moments import Moment, PartOfDay, Relation


@pytest.mark.parametrize(
    ("least", "most", "unit", "words"),
    [
        ("1", "2", "tablet", "1–2 tablets"),
        ("0.5", "1", "tablet", "½–1 tablet"),
        ("1", "1.5", "tablet", "1–1½ tablets"),
        ("5", "10", "ml", "5–10 ml"),
        ("2.5", "5", "ml", "2½–5 ml"),
        ("1", "2", PIECE, "1–2"),
    ],
)
def test_a_range_is_worded_like_its_end(least: str, most: str, unit: str, words: str) -> None:
    assert range_in_words(Decimal(least), Decimal(most), unit) == words


def test_the_least_of_a_range_is_an_amount_in_words() -> None:
    spoons = Dosage("1-2 spoons", Decimal(1), "spoon", Decimal(2))
    assert least_of(spoons) == Dosage("1 spoon", Decimal(1), "spoon")
    assert least_of(Dosage("a thin layer")) == Dosage("a thin layer")


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (Moment(PartOfDay.BREAKFAST, Relation.BEFORE), "before breakfast"),
        (Moment(PartOfDay.LUNCH, Relation.WITH), "with lunch"),
        (Moment(PartOfDay.EVENING, Relation.WITH), "in the evening"),
        (Moment(PartOfDay.BEDTIME), "at bedtime"),
        (Moment(PartOfDay.NOON), "at noon"),
        (
            Moment(PartOfDay.DINNER, Relation.AFTER, timedelta(minutes=90)),
            "1 h 30 min after dinner",
        ),
        (
            Moment(PartOfDay.BREAKFAST, Relation.BEFORE, timedelta(minutes=30)),
            "30 minutes before breakfast",
        ),
    ],
)
def test_parts_of_the_day_read_as_one_would_say_them(moment: Moment, words: str) -> None:
    assert moment_in_words(moment) == words


def test_every_part_of_the_day_has_words() -> None:
    found = {moment_in_words(Moment(part, at)) for part in PartOfDay for at in Relation}
    assert all(found)
