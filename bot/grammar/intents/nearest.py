"""The nearest things that words could mean which could not be read: what they name and count,
filled into sentences that can be. Each is read again before it is offered, so that a button never
begins anything else than it says.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.grammar.intents.accounts import words_without_place
from bot.grammar.intents.kinds import (
    CalledOff,
    ChangesTo,
    Drives,
    Intent,
    Moved,
    Pauses,
    Refilled,
    Skipped,
)
from bot.grammar.intents.known import Known
from bot.grammar.intents.sentences import Sentence, names_amount, read_sentence
from bot.grammar.words.loading import load_kinship, load_lines, load_patterns

_MOST = 3
_WORDS = "nearest"
_DATE = re.compile(r"\b(?:today|tomorrow|tonight|week|dayx|visitx|doctorx|appointment)\b")
_MOST_NAMED = 2


class Likely(StrEnum):
    """What a button does, filled in; the sentence that says it is in the words file."""

    ADD = "add"
    LEFT = "left"
    SKIP = "skip"
    PAUSE_MEDICINE = "pause medicine"
    PAUSE_PERSON = "pause person"
    CHANGE = "change"
    ONLY = "only"
    MOVE = "move"
    CALL_OFF = "call off"
    DRIVE = "drive"
    NO_DRIVE = "no drive"
    UNDO = "undo"
    QUIET = "quiet"


_MEANT: Mapping[Likely, tuple[type[Intent], str]] = {
    Likely.ADD: (Refilled, "refill"),
    Likely.LEFT: (Refilled, "refill"),
    Likely.SKIP: (Skipped, "today"),
    Likely.PAUSE_MEDICINE: (Pauses, "pause"),
    Likely.PAUSE_PERSON: (Pauses, "pause"),
    Likely.CHANGE: (ChangesTo, "addmed"),
    Likely.ONLY: (ChangesTo, "addmed"),
    Likely.MOVE: (Moved, "addappt"),
    Likely.CALL_OFF: (CalledOff, "addappt"),
    Likely.DRIVE: (Drives, "today"),
    Likely.NO_DRIVE: (Drives, "today"),
}


@dataclass(frozen=True, slots=True)
class Nearest:
    """A *command* that takes the words over: `text` is what is typed behind it, `about` what they
    name. Where it is a `kind` of thing that is filled in (`how`: an amount or a day), `says` is the
    sentence that stands for it, and `left` are the words that it doesn't carry.
    """

    command: str
    text: str
    about: str = ""
    kind: str = ""
    how: str = ""
    says: str = ""
    left: str = ""


def list_nearest(typed: str, known: Known, read: Callable[[str], Intent | None]) -> list[Nearest]:
    """At most three, the likeliest first."""
    sentence = read_sentence(typed, known)
    found: dict[str, Nearest] = {}
    for each in _Entities(typed, sentence, known, read).likely():
        found.setdefault(each.says or f"/{each.command}", each)
    for each in _otherwise(typed, sentence, known):
        found.setdefault(f"/{each.command}", each)
    return list(found.values())[:_MOST]


class _Entities:
    """What a sentence names, counts and says of days and hours."""

    def __init__(
        self,
        typed: str,
        sentence: Sentence,
        known: Known,
        read: Callable[[str], Intent | None],
    ) -> None:
        self._typed, self._sentence, self._read = typed, sentence, read
        self._known = known
        names = {pill.id: pill.name for pill in known.pills}
        named = [each[0] for each in sentence.mentions if len(each) == 1]
        self._pills = [names[each] for each in dict.fromkeys(named) if each in names]
        titles = {visit.id: visit.title for visit in known.visits}
        ids = sentence.visit_ids or sentence.visits_of_doctors
        self._visits = [titles[each] for each in ids if each in titles]
        people = {person.id: person.name for person in known.people}
        whose = people.get(sentence.person_id) if sentence.person_id else None
        only = next(iter(people.values())) if len(people) == 1 else None
        # "Dad's in respite", of whom I know nothing.
        is_of_another = bool(load_kinship().keys() & {*sentence.text.split()})
        self._person = whose or (None if is_of_another else only)

    def likely(self) -> Iterator[Nearest]:
        if self._says("wrong"):
            yield Nearest("undo", "", kind=Likely.UNDO)
        yield from self._of_pauses()
        for name in self._pills[:_MOST_NAMED]:
            yield from self._of_medicine(name)
        for title in self._visits[:_MOST_NAMED]:
            yield from self._of_visit(title)
        if self._says("quiet") and not self._pills:
            yield Nearest("settings", "", kind=Likely.QUIET)

    def _of_pauses(self) -> Iterator[Nearest]:
        if not self._says("pause"):
            return
        until = self._found("until", "until") or self._found("until", "length")
        for name in self._pills[:_MOST_NAMED]:
            yield from self._said(Likely.PAUSE_MEDICINE, name, until=until)
        if not self._pills and self._person and not self._visits:
            yield from self._said(Likely.PAUSE_PERSON, self._person, until=until)

    def _of_medicine(self, name: str) -> Iterator[Nearest]:
        count = self._found("count", "count")
        is_few = self._says("few")
        if count and is_few:
            yield from self._said(Likely.LEFT, name, count=count)
        if count and (self._says("supply") or not is_few) and not self._says("given"):
            yield from self._said(Likely.ADD, name, count=count)
            yield from self._said(Likely.LEFT, name, count=count)
        is_only = self._says("only")
        hour = self._found("hour", "hour") or self._found("hour", "bare")
        if hour and is_only:
            yield from self._said(Likely.ONLY, name, hour=hour)
        strength = self._found("strength", "strength")
        if strength and self._says("change") and not self._says("given"):
            yield from self._said(Likely.CHANGE, name, strength=strength)
        is_of_another = is_only or self._is_of_before or self._says("just given")
        if self._says("negated") and not is_of_another:
            yield from self._said(Likely.SKIP, name)

    def _of_visit(self, title: str) -> Iterator[Nearest]:
        if self._says("drive"):
            kind = Likely.NO_DRIVE if self._says("negated") else Likely.DRIVE
            yield from self._said(kind, title)
        hours = ("hour", "bare", "before", "behind")
        hour = next(filter(None, (self._found("hour", each) for each in hours)), "")
        when = " ".join(filter(None, [self._found("day", "day"), hour and f"at {hour}"]))
        if when and self._says("moved"):
            yield from self._said(Likely.MOVE, title, when=when)
        if self._says("called off") or self._says("negated"):
            yield from self._said(Likely.CALL_OFF, title)

    @property
    def _is_of_before(self) -> bool:
        return bool({"yesterday", "last"} & {*self._sentence.text.split()})

    def _said(self, kind: Likely, name: str, **filled: str) -> Iterator[Nearest]:
        """If all of it is known, and it is read as what it says."""
        if not all(filled.values()):
            return
        says = load_lines(_WORDS)[f"say {kind}"][0].format(name=name, **filled)
        meant, command = _MEANT[kind]
        if isinstance(self._read(says), meant):
            left = words_without_place(self._typed, says, meant, self._known)
            how = next(iter(filled.values()), "")
            yield Nearest(command, "", name, kind, how, says, left)

    def _says(self, section: str) -> bool:
        return self._sentence.says(_WORDS, section)

    def _found(self, section: str, group: str) -> str:
        """What a *group* of an expression found, as it was typed."""
        for pattern in load_patterns(_WORDS)[section]:
            match = pattern.search(self._sentence.text)
            if match is not None and match.groupdict().get(group):
                first = self._sentence.text[: match.start(group)].count(" ")
                until = first + match[group].count(" ") + 1
                return " ".join(filter(None, self._sentence.origins[first:until]))
        return ""


def _otherwise(typed: str, sentence: Sentence, known: Known) -> Iterator[Nearest]:
    """What there is without anything filled in; of what isn't to be given, nothing that asks what
    was.
    """
    # Of what pauses or isn't to be given, nothing asks what was, and nothing is new.
    kept_from = ("negated", "pause", "quiet", "wrong")
    is_negated = any(sentence.says(_WORDS, each) for each in kept_from)
    names = {pill.id: pill.name for pill in known.pills}
    if len(sentence.medicine_ids) == 1:
        name = names[sentence.medicine_ids[0]]
        has_count = any(map(str.isdecimal, sentence.text))
        # Giving would drop how much, and is the opposite of what isn't to be given.
        if sentence.says(_WORDS, "given") and not (is_negated or has_count):
            yield Nearest("give", name, name)
        if not is_negated:
            yield Nearest("history", name, name)
        yield Nearest("refill", name, name)
    if names_amount(typed) and not is_negated:
        yield Nearest("addmed", typed)
    if sentence.visit_ids or sentence.doctor_ids:
        yield Nearest("appts", "")
        yield Nearest("doctors", "")
    if _DATE.search(sentence.text) and not sentence.medicine_ids:
        yield Nearest("addappt", typed)
    if sentence.is_question:
        yield Nearest("today", "")
        yield Nearest("meds", "")
        yield Nearest("appts", "")
    if is_negated or sentence.medicine_ids:
        yield Nearest("today", "")
        yield Nearest("meds", "")
    if not is_negated:
        yield Nearest("addmed", typed)
        yield Nearest("addappt", typed)
    yield Nearest("today", "")
    yield Nearest("meds", "")
    yield Nearest("appts", "")
