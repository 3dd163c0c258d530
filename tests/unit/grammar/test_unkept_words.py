"""What was typed and is in nothing that was said later is named, and nothing else is."""

import pytest

from bot.grammar.labels.unkept import unkept_words


@pytest.mark.parametrize(
    ("typed", "kept", "unkept"),
    [
        (
            "Bisoprolol 2.5 mg OM - omit if HR < 50 or systolic < 100",
            ["Bisoprolol", "2.5 mg", "every morning"],
            "omit if HR < 50 or systolic < 100",
        ),
        (
            "Methotrexate 2.5mg tablets SIX tablets (15mg) ONCE a week on MONDAYS",
            ["Methotrexate", "6 tablets", "once a week on Mondays at 8am"],
            "2.5mg tablets SIX tablets (15mg)",
        ),
        ("Aspirin 100mg od for Mum", ["Aspirin", "100 mg", "once a day at 08:00", "Mum"], ""),
        ("Aspirin 100 mg at 8", ["Aspirin", "100 mg", "08:00"], ""),
        ("Iron 1 tablet, 8am for 7 days", ["Iron", "1 tablet", "8am"], "7 days"),
        ("Senna two tablets at bedtime, skip if loose stools", ["Senna", "two tablets 22:00"],
         "bedtime, skip if loose stools"),
    ],
)  # fmt: skip
def test_words_that_nobody_said_again_are_named(typed: str, kept: list[str], unkept: str) -> None:
    assert unkept_words(typed, kept=kept) == unkept
