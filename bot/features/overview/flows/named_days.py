"""Days of the month that a sentence names: "on the 9th", "9 June"."""

import re
from datetime import date

from bot.grammar.dates import MONTHS

_DAY = re.compile(
    r"(?i)\b(?:the )?(?P<day>\d{1,2})(?P<nth>st|nd|rd|th)?(?: of)?(?: (?P<month>[a-z]{3,9}))?\b"
)


def is_on_named_day(text: str, day: date) -> bool:
    """Whether *day* is one that *text* names; so it is where none is named."""
    named = list(_named(text))
    return not named or any(
        number == day.day and month in {None, day.month} for number, month in named
    )


def names_day(text: str) -> bool:
    return bool(list(_named(text)))


def _named(text: str) -> list[tuple[int, int | None]]:
    found = []
    for match in _DAY.finditer(text):
        month = MONTHS.get((match["month"] or "").casefold())
        if month is not None or match["nth"]:
            found.append((int(match["day"]), month))
    return found
