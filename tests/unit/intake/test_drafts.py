"""Each conversation says what is true of it when it is left, and where to begin anew."""

import pytest

from bot.routes import COMMANDS, FLOWS
from bot.ui.presses.press import ARGUMENT_LENGTH

POLICIES = FLOWS.abandon_policies


def test_every_conversation_says_how_it_is_left() -> None:
    assert set(POLICIES) == FLOWS.names


@pytest.mark.parametrize("name", sorted(POLICIES))
def test_what_to_type_anew_is_a_command(name: str) -> None:
    assert POLICIES[name].command in COMMANDS


def test_a_button_tells_conversations_apart() -> None:
    """It has room for the beginning of a name only."""
    assert len({name[:ARGUMENT_LENGTH] for name in POLICIES}) == len(POLICIES)
