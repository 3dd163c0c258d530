"""Whether every word of a sentence has a place in what is offered for it. Every offer passes here:
words without a place are shown as not understood, and where they may turn the meaning around, there
is no offer.
"""

from dataclasses import dataclass
from functools import lru_cache

from bot.grammar.intents.kinds import (
    AsksToDrive,
    CalledOff,
    ChangesTo,
    Drives,
    Gave,
    GaveDue,
    HasDoctor,
    HasNumber,
    Intent,
    Moved,
    Pauses,
    Refilled,
    Resumes,
    SaysAppointment,
    SaysDirection,
    Skipped,
    Stops,
)
from bot.grammar.intents.known import Known
from bot.grammar.intents.questions import (
    AboutMedicine,
    ListOfMedicines,
    MayBeGiven,
    WasItGiven,
    WhatIsDue,
    WhatIsPlanned,
)
from bot.grammar.intents.sentences import Sentence, read_sentence
from bot.grammar.words.loading import load_expressions, load_lines

_KINDS: dict[type[Intent], str] = {
    Gave: "given",
    GaveDue: "given",
    Skipped: "skipped",
    Refilled: "refilled",
    Moved: "moved",
    CalledOff: "called off",
    Drives: "drives",
    AsksToDrive: "drives",
    ChangesTo: "changes",
    Stops: "stops",
    Pauses: "paused",
    Resumes: "resumed",
}
_ASKED: dict[type[Intent], str] = {
    WasItGiven: "asked of given",
    ListOfMedicines: "asked of the list",
    MayBeGiven: "asked of what may be given",
    WhatIsPlanned: "asked of what is planned",
    WhatIsDue: "asked of what is due",
    AboutMedicine: "asked of what is left",
}
_SHOWN = ("note", "reason", "when", "words", "end", "amount")  # what a question shows as typed


@dataclass(frozen=True, slots=True)
class Account:
    """The words that are `unplaced`, as they were typed; and whether they, or the note of what is
    offered, may turn it around.
    """

    unplaced: str = ""
    is_turned: bool = False


def account_for(text: str, intent: Intent, known: Known) -> Account:
    """Of a question, what restricts it and no answer heeds: "any doses missed this week?" Of what
    neither asks nor offers anything, all is in its place.
    """
    sentence = read_sentence(text, known)
    if isinstance(intent, SaysAppointment):
        return Account(is_turned=turns(sentence.text, "in a note"))
    if isinstance(intent, SaysDirection) and turns(sentence.text, "counted in a box"):
        found = load_expressions("turns")["counted in a box"].search(text.casefold())
        return Account("" if found is None else text[found.start() : found.end()])
    if isinstance(intent, ChangesTo) and intent.amounts:
        return Account(is_turned=turns(sentence.text, "in what is to be changed"))
    if isinstance(intent, SaysDirection) and sentence.medicine_ids:
        return Account(is_turned=turns(sentence.text, "in what is to be"))
    if isinstance(intent, HasNumber):
        behind = text.partition(intent.phone)[2].strip(" .,;!?()")
        return Account(behind, is_turned=turns(sentence.text, "in what is to be"))
    if isinstance(intent, HasDoctor):
        return Account(is_turned=turns(sentence.text, "in what is to be"))
    if isinstance(intent, Stops) and intent.is_later:
        return Account()  # which says so itself
    section = _KINDS.get(type(intent))
    if section is None:
        return Account(_unheeded(sentence, intent))
    notes = [getattr(intent, name, "") for name in ("note", "reason")]
    read_notes = [read_sentence(note, known).text for note in notes if note]
    to_be = [getattr(intent, name, "") for name in ("when", "end", "words")]
    sections: tuple[str, ...] = ("in a note", "of a direction", "of supply")
    if isinstance(intent, Skipped) and intent.is_before:
        sections = ("of what was forgotten",)  # "found it on the floor" is why
    is_turned = any(turns(note, words) for note in read_notes for words in sections)
    if is_turned or any(turns(str(each), "in what is to be") for each in to_be):
        return Account(is_turned=True)
    is_but = isinstance(intent, Drives) and turns(sentence.text, "one day and not another")
    is_of_days = sentence.text.split().count("dayx") > 1 and not is_but
    if is_of_days and getattr(intent, "weekday", None) is not None:
        return Account(is_turned=True)  # "I can drive Friday or Saturday"
    at = _unplaced(sentence, intent, _words(section) | _words("everywhere"))
    words = sentence.text.split()
    if turns(" ".join(words[each] for each in at), "unplaced"):
        return Account(is_turned=True)
    return Account(_as_typed(sentence, at))


def words_without_place(text: str, says: str, kind: type[Intent], known: Known) -> str:
    """The words of *text* that *says*, which stands for it as a *kind* of offer, doesn't carry."""
    sentence, carried = read_sentence(text, known), read_sentence(says, known)
    placed = {*carried.text.split(), *" ".join(carried.origins).casefold().split()}
    placed |= _words(_KINDS[kind]) | _words("everywhere") | {"personx"}
    return _as_typed(
        sentence,
        [at for at, word in enumerate(sentence.text.split()) if word not in placed],
    )


def _unplaced(sentence: Sentence, intent: Intent, vocabulary: frozenset[str]) -> list[int]:
    """Where the words stand that have no place."""
    texts = [str(getattr(intent, name, "")) for name in _SHOWN] + [*getattr(intent, "each", ())]
    shown = {word.strip(".,;:!?-") for text in texts for word in text.casefold().split()}
    placed = shown | vocabulary | _marks(intent)
    words = zip(sentence.text.split(), sentence.origins, strict=True)
    return [
        at
        for at, (word, origin) in enumerate(words)
        if word not in placed
        and not ("-" in word and {*word.split("-")} <= placed)
        and not (origin and {*origin.split()} <= shown)
        and not (word == "memberx" and at == 0)  # who says so
        and at not in _of_before(sentence.text, intent)
    ]


def _of_before(text: str, intent: Intent) -> set[int]:
    """Where the words stand that say what it was, or how many are all; and when what was given was
    due.
    """
    is_counted = isinstance(intent, GaveDue) and (intent.is_all or intent.is_it)
    if is_counted or (isinstance(intent, GaveDue | Skipped) and intent.due_hours):
        return {at for at, word in enumerate(text.split()) if word[0].isdecimal()}
    if not isinstance(intent, Moved | ChangesTo | Gave):
        return set()
    section = "due then" if isinstance(intent, Gave) else "what it was"
    found = load_expressions("turns")[section].search(text)
    if found is None:
        return set()
    first = text[: found.start()].count(" ")
    return {*range(first, first + found[0].count(" ") + 1)}


def _marks(intent: Intent) -> set[str]:
    """The names that the offer is about: another medicine than that has no place."""
    marks = {"personx", "doctorx"}
    if isinstance(intent, Gave) or getattr(intent, "medicine_ids", None):
        marks.add("medx")
    if getattr(intent, "but_not", None):
        marks.add("medx")
    if isinstance(intent, AsksToDrive):
        marks.add("memberx")
    if isinstance(intent, CalledOff | Drives | AsksToDrive | Moved | Pauses):
        marks.add("visitx")
    if getattr(intent, "weekday", None) is not None or isinstance(intent, Moved | Skipped | Pauses):
        marks.add("dayx")
    return marks


def _unheeded(sentence: Sentence, intent: Intent) -> str:
    section = _ASKED.get(type(intent))
    if isinstance(intent, WasItGiven) and intent.hours:
        return ""
    match = section and load_expressions("turns")[section].search(sentence.text)
    if not match:
        return ""
    first = sentence.text[: match.start()].count(" ")
    until = first + match[0].count(" ") + 1
    return " ".join(filter(None, sentence.origins[first:until]))


def turns(text: str, section: str) -> bool:
    """Whether a word of a *section* of turns.txt is in it, in more than a harmless phrase."""
    expressions = load_expressions("turns")
    return bool(expressions[section].search(expressions["harmless"].sub("", text)))


def _as_typed(sentence: Sentence, at: list[int]) -> str:
    """The words at these places, with those before them that say nothing; dots stand for others."""
    words, shown = sentence.text.split(), set(at)
    for each in at:
        before = each - 1
        while before >= 0 and words[before] in _words("everywhere"):
            shown.add(before)
            before -= 1
    runs: list[list[int]] = []
    for each in sorted(shown):
        if runs and each <= runs[-1][-1] + 2:
            runs[-1].extend(range(runs[-1][-1] + 1, each + 1))
        else:
            runs.append([each])
    origins = sentence.origins
    return " … ".join(" ".join(filter(None, (origins[each] for each in run))) for run in runs)


@lru_cache
def _words(section: str) -> frozenset[str]:
    return frozenset(" ".join(load_lines("accounted")[section]).split())
