"""What may stand before and behind anything that is said or asked, and is no part of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.grammar.words.loading import load_expressions, load_words


@dataclass(frozen=True, slots=True)
class Opening:
    """How many words are `used`, and how many there are `until` what is said ends. A request is no
    question: "can you cancel the dentist?"
    """

    used: int = 0
    until: int = 0
    is_request: bool = False


def read_opening(words: Sequence[str]) -> Opening:
    """ "Good morning all", "please could you", "I need to", and "then" at the end."""
    used, is_request = 0, False
    for section in ("greeting", "joint", "called", "asking", "request"):
        found = load_expressions("talk")[section].match(" ".join(words[used:]))
        if found is not None:
            used += found[0].count(" ")
            is_request = is_request or section == "request"
    until = len(words)
    while until - used > _SHORTEST and words[until - 1] in load_words("endings"):
        until -= 1
    told = load_expressions("talk")["of telling"].search(" ".join(words[:until]))
    if told is not None:  # "…, I forgot to tell you"
        said = told.string[: told.start()].count(" ") + 1
        until = said if said - used > _SHORTEST else until
    return Opening(used, until, is_request)


_SHORTEST = 2  # words
