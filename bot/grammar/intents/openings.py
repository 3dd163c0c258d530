"""What may stand before anything that is said or asked, and is no part of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.grammar.words.loading import load_expressions


@dataclass(frozen=True, slots=True)
class Opening:
    """How many words it has. A request is no question: "can you cancel the dentist?" """

    used: int = 0
    is_request: bool = False


def read_opening(words: Sequence[str]) -> Opening:
    """ "Good morning all", "please could you", "I need to"."""
    used, is_request = 0, False
    for section in ("greeting", "asking", "request"):
        found = load_expressions("talk")[section].match(" ".join(words[used:]))
        if found is not None:
            used += found[0].count(" ")
            is_request = is_request or section == "request"
    return Opening(used, is_request)
