"""Short words about something that stands above them: a reply to a card or a reminder, or a single
word that names nothing.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from bot.grammar.intents.amounts import is_of_time
from bot.grammar.intents.given import without_asides
from bot.grammar.intents.known import Known
from bot.grammar.intents.sentences import read_sentence
from bot.grammar.words.loading import load_openings, load_patterns

_THUMBS = re.compile(r"[\s\U0001F3FB-\U0001F3FF\uFE0F]*(?:👍|✅|👌|💯|☑|✔|🆗)[\s\W]*")
_LONGEST = 120  # letters; a longer text is no short word
_MINUTES = {
    "five": 5,
    "ten": 10,
    "fifteen": 15,
    "twenty": 20,
    "thirty": 30,
    "forty": 40,
    "a": 1,
    "an": 1,
    "one": 1,
}


class Said(StrEnum):
    """What a short word says of what it is about. `SEEN` is "okay": as a reply to a card it counts
    as done, but a bare one may only mean "I will".
    """

    DONE = "done"
    SEEN = "seen"
    ON_IT = "on it"
    LATER = "later"
    NOT_DONE = "not done"
    SKIPPED = "skipped"
    WHO = "who"


@dataclass(frozen=True, slots=True)
class Short:
    """`rest` are the words of time, or the reason; if it `is_time`, there is nothing else. Of
    `LATER`, `minutes` if it says how many.
    """

    said: Said
    rest: str = ""
    minutes: int | None = None
    is_time: bool = False


def read_short(text: str) -> Short | None:
    """ "Done", "taken at 7", "in 20 minutes", "who was that?"; None for anything else."""
    if len(text) > _LONGEST:
        return None
    if _THUMBS.fullmatch(text):
        return Short(Said.DONE)
    sentence = read_sentence(text, Known())
    for section, patterns in load_patterns("replies").items():
        if section in {Said.DONE, Said.SEEN, Said.NOT_DONE} and text.rstrip().endswith("?"):
            continue
        for pattern in patterns:
            match = pattern.fullmatch(sentence.text)
            if match is None:
                continue
            parts = match.groupdict()
            only_time = parts.get("time") or ""
            rest = (parts.get("rest") or only_time).strip()
            if section == Said.DONE:
                rest = without_asides(rest).strip()
            if section != Said.DONE or is_of_time(rest.split()):
                return Short(Said(section), rest, _minutes(parts), is_time=bool(only_time))
    return None


def said_amount(text: str) -> str | None:
    """The amount in "only managed half of it", "given 4 mg as per the clinic"; None of others."""
    match = load_openings("happened")["amount in a reply"].match(text)
    return None if match is None else match["rest"]


def _minutes(parts: dict[str, str | None]) -> int | None:
    count, unit = parts.get("count"), parts.get("unit") or ""
    if count is None:
        return None
    if count in {"half an", "quarter of an"}:
        return 30 if count == "half an" else 15
    number = int(count) if count.isdecimal() else _MINUTES[count]
    return number * 60 if unit.startswith("h") else number
