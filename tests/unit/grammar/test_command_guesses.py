"""Which command was meant where what was typed is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.grammar.command_guesses import Guess, guess_command

COMMANDS = (
    *("start", "help", "newfamily", "family", "invite", "addperson", "meds", "people", "today"),
    *("appts", "doctors", "undo", "give", "refill", "history", "addmed", "addappt", "pause"),
    *("adddoctor", "cancel"),
)
ALONE = ("start", "help", "family", "meds", "people", "today", "appts", "doctors", "undo", "cancel")


def guess(typed: str) -> Guess | None:
    return guess_command(typed, COMMANDS, alone=ALONE)


@pytest.mark.parametrize(
    ("typed", "command", "text"),
    [
        ("/todya", "today", ""),
        ("/Todya@CareBot", "today", ""),
        ("/gvie Aspirin at 8", "give", "Aspirin at 8"),
        ("/addmedicine Aspirin 100 mg at 8", "addmed", "Aspirin 100 mg at 8"),
        ("/add med Aspirin 100 mg", "addmed", "Aspirin 100 mg"),
        ("/doc", "doctors", ""),
        ("/cancle", "cancel", ""),
        ("addmed aspirin", "addmed", "aspirin"),
        (
            "addmed\nAspirin 1 mg at 8\nZinc 2 mg at 9",
            "addmed",
            "Aspirin 1 mg at 8\nZinc 2 mg at 9",
        ),
        ("add appt Dentist friday 9:00", "addappt", "Dentist friday 9:00"),
        ("Give Aspirin", "give", "Aspirin"),
        ("today", "today", ""),
        ("Undo!", "undo", ""),
        ("doctor", "doctors", ""),
        ("reffill Aspirin 30", "refill", "Aspirin 30"),
    ],
)
def test_what_is_near_is_meant(typed: str, command: str, text: str) -> None:
    assert guess(typed) == Guess(command, text)


@pytest.mark.parametrize(
    "typed",
    [
        *("help me please", "Aspirin", "Mum", "Lisa", "hello", "good morning", "story", "", " "),
        *(
            "/nosuchthing",
            "/",
            "/add",
            "/x",
            "/1",
            "Today I feel bad",
            "medicine",
            "100 mg",
            "Helen",
        ),
        *("the family is fine", "Paula", "08:00", "тoday", "/" + "a" * 4000, "a" * 4000),
    ],
)
def test_what_is_far_is_not(typed: str) -> None:
    assert guess(typed) is None


@given(st.text())
def test_anything_typed_is_a_command_or_none(typed: str) -> None:
    found = guess(typed)
    assert found is None or found.command in COMMANDS
