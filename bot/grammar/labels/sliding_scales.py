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


def find_sliding_scale(line: Line) -> Misunderstood | None:
    """Why a line with such an amount is declined; None for any other."""
    words = " ".join(token.word for token in line.tokens if not token.is_quoted)
    found = (each for each in _SCALES.finditer(words) if not _HELD.search(words[: each.start()]))
    scale = next(found, None)
    return None if scale is None else Misunderstood(Problem.SLIDING_SCALE, scale[0])


#: "Don't give if pulse under 60" says when not to give it, and not how much.
_HELD = re.compile(
    r"\b(?:hold|withhold|skip|omit|stop|(?:do not|don't|dont|never|not) (?:give|take|use)) $"
)


def split_name(line: Line, scale: str) -> tuple[str, str]:
    """What such a line calls the medicine, and the rest of it, to be kept as a note."""
    first = scale.split(" ", 1)[0]
    end = next(
        (
            at
            for at, token in enumerate(line.tokens)
            if at and (token.word[:1].isdecimal() or token.word in {first, "per", ",", ":", "-"})
        ),
        len(line.tokens),
    )
    return line.typed(line.tokens[:end]).rstrip(":"), line.typed(line.tokens[end:])
