"""Recognizes a typed yes or no where a button is expected: it doesn't say what it refers to."""

import re

from bot.grammar.tokens import matchable

_SAID = re.compile(
    r"(yes|y|yeah|yep|ok|okay|sure|right|correct|fine|done|good|no|n|nope|save|record)"
    r"([ ,.!]+(yes|ok|okay|please|thanks|thank you|save|record|it|that|is|right|fine|do))*[ .!]*"
)
_LONGEST = 40


def is_yes_or_no(text: str) -> bool:
    """Whether *text* says "yes, thank you", "ok, save it", "no", and nothing else."""
    return len(text) <= _LONGEST and _SAID.fullmatch(matchable(text).strip()) is not None
