"""Words of a schedule that stand where the name of a medicine ends, and may not be lost in it."""

import re

from bot.grammar.clock_times import PARTS_OF_DAY
from bot.grammar.commands.medicine_pieces import Pieces
from bot.grammar.dates import WEEKDAYS
from bot.grammar.labels.phrases import DOING
from bot.grammar.tokens import Line


def schedule_in_name(line: Line, pieces: Pieces) -> int | None:
    """Where words of a schedule begin that stand in the name, as the amount comes after them."""
    for at, token in enumerate(pieces.name[1:], start=1):
        if token.is_quoted:
            continue
        following = line.tokens[at + 1].word if at + 1 < len(line.tokens) else ""
        is_count = token.word.isdecimal() and following in _EVERY_SO_OFTEN
        is_count = is_count and pieces.dosage is not None  # "Omega 3 weekly" is a name
        is_moment = token.word in _BEFORE_MOMENTS and following in {*PARTS_OF_DAY, "meals", "food"}
        is_day = _is_weekday(token.word, following) or bool(_ORDINAL.fullmatch(token.word))
        is_day = is_day or (token.word in DOING and token.word != "spray")
        if token.word in _NO_NAMES or is_count or is_moment or is_day:
            return at
    return None


def _is_weekday(word: str, following: str) -> bool:
    """ "mon wed fri"; a "sun cream" is none, and "Mon 3 Tue 4" has an amount for each."""
    return (
        word in WEEKDAYS
        and not following.isdecimal()
        and (word not in {"sun", "sat"} or following in WEEKDAYS)
    )


_ORDINAL = re.compile(r"\d{1,2}(?:st|nd|rd|th)")
_BEFORE_MOMENTS = {"at", "before", "after", "with", "in"}
_EVERY_SO_OFTEN = {"weekly", "monthly", "yearly", "hourly"}
_NO_NAMES = {"once", "twice", "monthly", "weekly", "yearly", "annually", "fortnightly", "every"}
_NO_NAMES |= {"each", "next", "now", "quarterly", "per", "titration", "titrate", "titrating"}
_NO_NAMES |= {"wants", "says", "said", "her", "him", "she", "he", "his"}
_NO_NAMES |= {"taper", "tapering"}
