"""Telegram allows 4,096 characters in a message, 200 in a toast and 100 buttons below a message. It
would refuse a longer reminder, not shorten it.
"""

import re
from collections.abc import Sequence
from html import unescape

from bot.ui.wording import _

# Below Telegram's limit, to leave room for titles and whatever follows a list.
ROOM = 3_600
MAX_SHOWN = 4_000
MAX_ROWS = 40
MAX_SCREENS = 3  # in answer to one sentence
MAX_BUTTONS = 100
_TOAST = 200
LABEL = 40  # of a name on a button: Telegram takes more, a phone's screen does not
_TAG = re.compile(r"</?[a-z][\w-]*(?: [^<>]*)?>")


def length(text: str) -> int:
    """Counted as Telegram does, in UTF-16 units. Includes tags and escapes, so it errs on the safe
    side.
    """
    return len(text.encode("utf-16-le")) // 2


def shown_length(text: str) -> int:
    """Counted as Telegram does after parsing the HTML: what people see."""
    return length(plain(text))


def plain(text: str) -> str:
    """The words of *text* (HTML) without its markup."""
    return unescape(_TAG.sub("", text))


def shorten(words: str, *, to: int) -> str:
    """*words* (no HTML) if they fit into *to* units, otherwise their beginning and "…"."""
    if length(words) <= to:
        return words
    fit = words[: to - 1]
    while length(fit) > to - 1:
        fit = fit[:-1]
    return fit.rstrip() + "…"


def shorten_between_words(words: str, *, to: int) -> str:
    """As :func:`shorten`, of a whole sentence: on one line, and cut where a word ends."""
    words = " ".join(words.split())
    if length(words) <= to:
        return words
    fit = shorten(words, to=to).removesuffix("…")
    whole = fit.rpartition(" ")[0].rstrip(" ,;.")
    return (whole or fit) + "…"


def toast(words: str, *, then: str = "") -> str:
    """The text shown over a pressed button; *then* follows it and is never shortened."""
    if not then:
        return shorten(words, to=_TOAST)
    fit = shorten(words, to=_TOAST - length(then) - 2)
    return fit + (" " if fit.endswith((".", "…")) else ". ") + then


def label(name: str) -> str:
    """A name, shortened for a button."""
    return shorten(name, to=LABEL)


def fitting(lines: Sequence[str], *, room: int = ROOM) -> list[str]:
    """Those of *lines* that fit into *room*, followed by how many were left out."""
    fit: list[str] = []
    for line in lines:
        room -= shown_length(line) + 1
        if room < 0:
            return [*fit, _("… and {count} more").format(count=len(lines) - len(fit))]
        fit.append(line)
    return fit
