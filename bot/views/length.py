"""Telegram takes 4,096 characters in a message and 100 buttons below it. A reminder that is longer
would not be shortened but refused.
"""

from collections.abc import Sequence

from bot.views.wording import _

# Less than Telegram's, for titles and what follows a list.
ROOM = 3_600
MOST_ROWS = 40


def length(text: str) -> int:
    """As Telegram counts: in UTF-16 units. Tags and escapes count too, so it is rather too much."""
    return len(text.encode("utf-16-le")) // 2


def fitting(lines: Sequence[str], *, room: int = ROOM) -> list[str]:
    """Those of *lines* that fit into *room*, and how many more there are."""
    fit: list[str] = []
    for line in lines:
        room -= length(line) + 1
        if room < 0:
            return [*fit, _("… and {count} more").format(count=len(lines) - len(fit))]
        fit.append(line)
    return fit
