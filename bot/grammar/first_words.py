"""The first words of somebody who is new: whom they look after, or what is kept for later."""

import re
from dataclasses import dataclass
from datetime import datetime

from bot.grammar.intents.kinds import (
    OffTopic,
    RunsCommand,
    SaysAppointment,
    SaysDirection,
    SmallTalk,
)
from bot.grammar.intents.known import Known
from bot.grammar.intents.reading import read_intents
from bot.grammar.people import Person, split_person_line
from bot.grammar.problems import Misunderstood
from bot.grammar.words.loading import load_kin, load_openings, load_words

_LONGEST_NAME = 4  # words of whom somebody looks after
# Of a link, whatever its end looks like: a link that was cut off is a wrong invitation, and nothing
# to keep for later.
_TOKEN = re.compile(
    r"[?&]start=(?P<token>[\w-]{1,64})|/start\s+(?P<typed>[\w-]{20,64})|^(?P<bare>[\w-]{30,64})$"
)


@dataclass(frozen=True, slots=True)
class Whom:
    """Who is cared for, as typed, and where they live, if that was said. `is_self`: whoever says
    it.
    """

    name: str
    place: str | None = None
    is_self: bool = False


@dataclass(frozen=True, slots=True)
class ForLater:
    """Words to come back to: `command` is what they are for, if that is clear by now."""

    command: str
    text: str


def find_invitation(text: str) -> str | None:
    """The secret of an invitation whose link was pasted."""
    match = _TOKEN.search(text.strip())
    return None if match is None else match["token"] or match["typed"] or match["bare"]


def speaks_of_invitation(text: str) -> bool:
    return bool(load_openings("first_words")["invitation"].search(text))


def read_whom(text: str, *, is_asked: bool) -> Whom | None:
    """ "My mother", "I look after Rosa in Lisbon"; with *is_asked*, also a bare name. None for
    anything else.
    """
    words = " ".join(text.strip().rstrip(".!").split())
    bare = load_openings("first_words")["opening"].sub("", words, count=1)
    if load_openings("first_words")["self"].fullmatch(bare):
        return Whom("", is_self=True)
    try:
        name, place = split_person_line(bare)
    except Misunderstood:
        return None
    said = name.split()
    is_kin = said[0].casefold() in load_kin()
    if {word.casefold() for word in said} & load_words("not names"):
        return None
    is_name = 0 < len(said) <= _LONGEST_NAME and not re.search(r"[\d?/:]", name)
    if not is_name or not (is_kin or is_asked or bare != words):
        return None
    if is_asked and not is_kin and bare == words and read_intents(text, Known()).intents:
        return None  # "good morning" is nobody's name
    return Whom(name[:1].upper() + name[1:], place)


def read_for_later(text: str, *, someone: Person, now: datetime) -> ForLater | None:
    """What *text* is for, to *someone* who isn't known yet; None for what is only said."""
    intents = read_intents(text, Known(), people=[someone], now=now).intents
    match intents[0] if intents else None:
        case SaysDirection(line=line):
            return ForLater("addmed", line)
        case SaysAppointment(line=line):
            return ForLater("addappt", line)
        case SmallTalk() | OffTopic() | RunsCommand():
            return None
        case _:
            return ForLater("", text)
