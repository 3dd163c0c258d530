"""Who may run which command is said once, where the commands are."""

import pytest

from bot.routes import ELSEWHERE
from domain.access import Role


@pytest.mark.parametrize(
    ("command", "role", "may"),
    [
        ("give", Role.RECIPIENT, True),  # their own doses
        ("give", Role.VIEWER, False),
        ("addmed", Role.CAREGIVER, True),
        ("addmed", Role.RECIPIENT, False),
        ("history", Role.VIEWER, True),
        ("today", Role.VIEWER, True),
    ],
)
def test_what_is_offered_may_be_done(command: str, role: Role, *, may: bool) -> None:
    assert ELSEWHERE.may_run(command, role) is may
