"""What can be read of a sentence that can't be read as a whole: how it begins, or how it ends."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bot.grammar.intents.accounts import turns
from bot.grammar.intents.kinds import (
    AsksAdvice,
    ChangesTo,
    Gave,
    GaveDue,
    Intent,
    NoRecord,
    OffTopic,
    Pauses,
    Refilled,
    RunsCommand,
    SaysAppointment,
    SaysDirection,
    Skipped,
    SmallTalk,
    Stops,
)
from bot.grammar.intents.known import Known
from bot.grammar.intents.questions import (
    AboutMedicine,
    CatchUp,
    ListOfMedicines,
    MayBeGiven,
    WasItGiven,
    WhatIsDue,
    WhatIsPlanned,
    WhatRunsOut,
    WhoIs,
    WhoIsInFamily,
)
from bot.grammar.intents.sentences import Sentence, read_sentence
from bot.grammar.words.loading import load_words

#: What is recorded, or is to be taken: what is beside it must not turn or add to it.
_RECORDS = (Gave, GaveDue, Skipped, Refilled, ChangesTo, Stops, Pauses, SaysDirection)
_ASKS = (
    *(WhatIsDue, WasItGiven, MayBeGiven, ListOfMedicines, AboutMedicine, WhatRunsOut),
    *(WhatIsPlanned, WhoIs, WhoIsInFamily, AsksAdvice),
)
_SAYS_NOTHING = (CatchUp, NoRecord, OffTopic, RunsCommand, SmallTalk, SaysAppointment)
_LONGEST = 200  # letters
_MOST_JOINTS = 4
_JOINT = re.compile(
    r"(?i)\s*[,;:\u2013\u2014-]+\s+(?:(?:and|so|but|because|cos|then)\s+)?"
    r"|\s+(?:and|so|but|because|cos|coz|as|then|since|(?P<says>says|said))\s+"
    r"|\s+(?=(?:i|we|she|he|im|ive)(?:['\u2019]\w+)?\s)"
)


@dataclass(frozen=True, slots=True)
class Clause:
    """The `words` that mean something, and those that are `left` of what is to be done: beside a
    question, nothing is.
    """

    words: str
    intent: Intent
    left: str


def read_clause(text: str, known: Known, read: Callable[[str], Intent | None]) -> Clause | None:
    """The longest beginning or end of *text* that *read* understands, if the rest neither turns it
    around nor adds to it; None if there is none.
    """
    if len(text) > _LONGEST:
        return None
    for words, left in sorted(_halves(text), key=lambda each: len(each[1])):
        beside = read_sentence(left, known)
        if not _may_be_left(beside):
            continue
        intent = read(words)
        if intent is None or isinstance(intent, _SAYS_NOTHING):
            continue
        if isinstance(read(left), SmallTalk):
            return Clause(words, intent, "")
        if not isinstance(intent, _RECORDS) or _is_remark(beside):
            return Clause(words, intent, "" if isinstance(intent, _ASKS) else left)
    return None


def _halves(text: str) -> Iterator[tuple[str, str]]:
    for joint in list(_JOINT.finditer(text))[:_MOST_JOINTS]:
        before, after = text[: joint.start()].strip(" ,"), text[joint.end() :].strip(" ,")
        if before and after:
            yield before, after
            if not joint["says"]:  # of what somebody says, there's nothing to record
                yield after, before


def _may_be_left(left: Sentence) -> bool:
    """Whether nobody would miss it in the answer."""
    words = left.text.split()
    leads_on = bool(words) and words[-1] in load_words("leads on")
    is_turned = turns(left.text, "beside a request")
    is_of_member = left.text == "memberx"  # who says so, or doesn't: "Ben can't drive"
    is_named = bool(left.medicine_ids or left.visit_ids) or is_of_member
    return not (is_named or leads_on or is_turned)


def _is_remark(left: Sentence) -> bool:
    """Whether it neither turns around nor adds to what is recorded beside it."""
    is_said = left.says("talk", "quoted") and not left.says("turns", "what they say")
    is_of_part = left.part is not None and not left.says("turns", "of a meal")
    is_of_time = is_of_part or left.weekday is not None
    return not (is_said or is_of_time or turns(left.text, "beside a record"))
