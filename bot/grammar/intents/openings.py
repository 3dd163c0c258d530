"""What may stand before and behind anything that is said or asked, and is no part of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.grammar.words.loading import load_expressions, load_words

_NO_DAY = (0, 0)


@dataclass(frozen=True, slots=True)
class Opening:
    """How many words are `used`, and how many there are `until` what is said ends. A request is no
    question: "can you cancel the dentist?" A `day` is where the words stand of one that a remark on
    telling says, and that counts for what is told.
    """

    used: int = 0
    until: int = 0
    is_request: bool = False
    day: tuple[int, int] = _NO_DAY


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
    return Opening(used, until, is_request, _day_of_telling(words, used, until))


def _day_of_telling(words: Sequence[str], used: int, until: int) -> tuple[int, int]:
    """Of "I forgot to write yesterday, she took it at 10pm", if what is told says no day itself."""
    expressions = load_expressions("talk")
    if expressions["has a day"].search(" ".join(words[used:until])):
        return _NO_DAY
    for first, last in ((0, used), (until, len(words))):
        remark = " ".join(words[first:last])
        found = expressions["day of telling"].search(remark)
        if found is not None and expressions["on telling"].search(remark):
            at = first + remark[: found.start()].count(" ")
            return at, at + found[0].count(" ") + 1
    return _NO_DAY


_SHORTEST = 2  # words
