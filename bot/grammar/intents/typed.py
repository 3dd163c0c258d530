"""What was typed of the words that a note is made of: "she's got a headache" is kept so, though the
reader spells it out.
"""

import re
from collections.abc import Sequence

from bot.grammar.intents.names import words_of
from bot.grammar.words.loading import load_words

_BETWEEN = re.compile(r"(; | … )")
_MOST = 60  # words of a message that are looked through


def as_typed(note: str, text: str) -> str:
    """Each part of the *note* as it stands in *text*; what isn't found there stays as it is."""
    typed = text.split()[:_MOST]
    parts = _BETWEEN.split(note)
    return "".join(part if _BETWEEN.fullmatch(part) else _found(part, typed) for part in parts)


def _found(part: str, typed: Sequence[str]) -> str:
    if part in " ".join(typed):
        return part
    wanted = _plain(part.split())
    spelled = [_plain([word]) for word in typed]
    for first in range(len(typed)):
        if not spelled[first]:
            continue
        so_far: list[str] = []
        for until in range(first, len(typed)):
            so_far += spelled[until]
            if so_far == wanted:
                return " ".join(typed[first : until + 1]).strip(" ,.;:!?-")
            if len(so_far) > len(wanted) or so_far[-1:] != wanted[len(so_far) - 1 : len(so_far)]:
                break
    return part


def _plain(words: Sequence[str]) -> list[str]:
    """As the reader spells them, without fillers."""
    spelled = (each for word in words for each in words_of(word))
    return [each for each in spelled if each not in load_words("fillers")]
