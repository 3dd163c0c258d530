"""Amounts that depend on a measurement: "4 units if sugar is over 10". Nobody but a person who has
been taught should work those out, so they are declined.
"""

import re

from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.tokens import Line

_SCALES = re.compile(
    r"sliding scale|correction (?:dose|scale)|(?:as per|per|according to|by|depending on) "
    r"(?:the )?(?:scale|blood sugars?|sugars?|glucose|inr|readings?|carbs?|carbohydrates?)|"
    r"(?:if|when) (?:the |her |his |mum's |blood )*(?:sugars?|glucose|bm|bg|weight|bp|"
    r"blood pressure|pulse|temperature|inr)\b"
)


def decline_sliding_scale(line: Line) -> None:
    """Raises `Misunderstood` for a line with such an amount."""
    words = " ".join(token.word for token in line.tokens if not token.is_quoted)
    found = _SCALES.search(words)
    if found:
        raise Misunderstood(Problem.SLIDING_SCALE, found[0])
