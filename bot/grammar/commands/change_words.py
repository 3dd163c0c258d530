"""Words around a change: "make it 2 tablets", "9pm instead", "and thursdays", "for 5 more days"."""

import re
from dataclasses import dataclass

from bot.grammar.names import parse_name

_BEFORE = re.compile(r"(?i)^\s*(?:(?:(?:no|yes)\s*,|(?:ok|okay|sorry|actually|please|oh)\b)[ ,]*)+")
_OPENING = re.compile(
    r"(?i)^\s*(?:(?:let'?s )?(?:make|change|set|put|move) (?:it|that|them)(?: to| at)?"
    r"|(?:change|switch|move) to|it(?:'s|s| is| should be)|should be|only|just"
    r"|(?:the )?(?:strength|dose|dosage|amount|(?:tablet|capsule|pill)s?)"
    r"(?: (?:is|are|should be)|:)?(?= \d)(?: (?:at|of))?)\s+"
)
_CLOSING = re.compile(
    r"(?i)(?<!start)(?<!starting)(?<!begin)(?<!dose)[ ,]+"
    r"(?:instead|please|from now on|now|thanks|thank you|sorry|only|actually)[.!]?\s*$"
)
_SHOULD_BE = re.compile(
    r"(?i)^\s*(?P<days>(?:mon|tues|wednes|thurs|fri|satur|sun)days?(?:(?:, | and )\w+days?)*)"
    r" (?:should be|is|are) (?P<amount>\d.*?)(?: as well| too)?$"
)
_BARE_HOUR = re.compile(
    r"(?i)^\d{1,2}(?:[:.]\d\d)? (?:o'?clock|in the (?:morning|afternoon|evening)|at night)\b"
)
_ADDING = re.compile(r"(?i)^\s*(?:and(?: also)?|also|plus|add|\+|&)\s+")
_TOO = re.compile(r"(?i)[ ,]+(?:too|as well|also)[.!]?\s*$")
_MORE = re.compile(
    r"(?i)(?:\ban? )?\b(?:more|extra|another|further|additional)\s+(?=(?:\d+ )?(?:day|week|month))"
)


_NAME = re.compile(
    r"(?i)^\s*(?:(?:no|actually|sorry)[ ,]+)*"
    r"(?:(?:(?:the|its|her|his) )?(?:name|medicine|drug)(?: is| should be|:)?"
    r"|it(?:'s| is) called|(?:call|rename) it(?: to)?)\s+(?P<name>\S.*?)\s*[.!]?\s*$"
)


def read_new_name(text: str) -> str | None:
    """ "Xarelto", of "the name is Xarelto", "it's called Xarelto"; None if it is no such sentence.
    Raises Misunderstood for what can be no name.
    """
    match = _NAME.match(text.replace("\u2019", "'"))
    return None if match is None else parse_name(match["name"])


@dataclass(frozen=True, slots=True)
class ChangeWords:
    """What a change says, without the words around it. It `adds` to what there is ("and
    thursdays"), or makes it last `longer` ("for 5 more days").
    """

    said: str
    adds: bool = False
    longer: bool = False


def read_change_words(text: str) -> ChangeWords:
    """ "Make it 2 tablets": "2 tablets"."""
    text = _SHOULD_BE.sub(r"\g<amount> on \g<days>", text)
    said = _CLOSING.sub("", _OPENING.sub("", _BEFORE.sub("", text))) or text
    if _BARE_HOUR.match(said):
        said = f"at {said}"  # "make it 8 in the evening"
    without = _TOO.sub("", _ADDING.sub("", said))
    adds = without != said
    shorter = _MORE.sub(_as_count, without)
    return ChangeWords(shorter, adds, shorter != without)


def _as_count(more: re.Match[str]) -> str:
    """ "another week" is one, "5 more days" are five."""
    before, after = more.string[: more.start()].rstrip(), more.string[more.end() :]
    return "" if before[-1:].isdecimal() or after[:1].isdecimal() else "1 "
