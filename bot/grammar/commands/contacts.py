"""The arguments of `/addcontact`: NAME, RELATION, PHONE [for PERSON, or for everybody], with commas
or without.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from bot.grammar.commands.doctors import PartialDoctor, understand_doctor
from bot.grammar.people import Person
from bot.grammar.relations import split_relation
from bot.grammar.tokens import matchable

_EVERYBODY = r"(?:everybody|everyone|both|both of them|all|all of them|the family|the whole family)"
_FOR_EVERYBODY = re.compile(rf"[\s,]+for {_EVERYBODY}[\s.]*$", re.IGNORECASE)


@dataclass(frozen=True)
class PartialContact:
    """What a line said. `line` is as of a doctor, with the relation as the specialty, and what is
    none of it as the address.
    """

    line: PartialDoctor
    is_for_everybody: bool


def understand_contact(
    text: str, *, people: Sequence[Person], zone: ZoneInfo | None
) -> PartialContact:
    """Read a line. Raises `Misunderstood` as `understand_doctor` does."""
    without = _FOR_EVERYBODY.sub("", text[-_LONGEST_ENDING:])
    is_for_everybody = without != text[-_LONGEST_ENDING:]
    if is_for_everybody:
        text = text[:-_LONGEST_ENDING] + without
    line = understand_doctor(text, people=people, zone=zone, split=split_relation)
    return PartialContact(line, is_for_everybody)


def means_everybody(text: str) -> bool:
    """Whether *text*, the answer to "who is it for?", says everybody."""
    said = matchable(text).strip(" .!").removeprefix("for ")
    return re.fullmatch(_EVERYBODY, said) is not None


_LONGEST_ENDING = 60  # so that a long line isn't searched as a whole
