"""Buttons that somebody names instead of tapping them."""

import re
from collections.abc import Sequence


def named_button(buttons: Sequence[Sequence[str]], typed: str) -> str | None:
    """The key of the only one of *buttons* (keys and labels) that has the *typed* words: "Sat, Sun"
    of "2.5 mg: Sat, Sun at 10:00".
    """
    asked = _comparable(typed)
    if not asked:
        return None
    words = re.compile(rf"(?<![\w.,:]){re.escape(asked)}(?!\w|:\d)")
    found = [key for key, label in buttons if words.search(_comparable(label))]
    return found[0] if len(found) == 1 else None


def _comparable(words: str) -> str:
    return " ".join(words.casefold().replace("–", "-").split())
