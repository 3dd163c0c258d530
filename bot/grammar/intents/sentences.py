"""A sentence in the form that expressions are held against: contractions spelled out, fillers left
out, and each name replaced by what it is the name of.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from uuid import UUID

from rapidfuzz import fuzz, process

from bot.grammar.dates import WEEKDAYS
from bot.grammar.intents.described import describe, is_of_form
from bot.grammar.intents.known import Known, Spoken
from bot.grammar.intents.names import (
    first_words,
    kin_of,
    names_by_first_word,
    no_doctors_name,
    spelled_out,
    visits_of,
)
from bot.grammar.intents.openings import read_opening
from bot.grammar.intents.questions import Part
from bot.grammar.intents.verb_forms import set_verbs_right
from bot.grammar.tokens import unaccented
from bot.grammar.words.loading import (
    load_expressions,
    load_kinship,
    load_lines,
    load_pairs,
    load_words,
)

LONGEST = 400  # letters; nobody asks a question in more
_SHORTEST_PART = 4  # letters of "para", "amlo"
_SHORTEST_NAME = 3  # letters of a doctor's
_MOST_TRIES = 12  # words that may be a slip; each is compared with all names
_ALIKE = 84  # per cent: one letter of six differs
_SINCE = re.compile(r"\bsince (?:this )?(?:morning|noon|breakfast|lunch)\b")  # no part by itself
_AMOUNT = re.compile(r"(?i)\d ?(?:mg|ml|mcg|µg|g|iu|tablets?|tabs?|pills?|units?|drops?|puffs?)\b")
_DONE = {"due", "given", "had", "left", "recorded", "taken"}  # "was it given?"
_PRONOUNS = {"it", "one", "another", "some", "any", "more"}
_NO_DAYS = {"sat", "sun"}  # "she sat in the sun"


@dataclass(frozen=True, slots=True)
class Sentence:
    """`text` has `medx`, `personx`, `doctorx`, `memberx`, `visitx` and `dayx` for names; the ids
    are those that they may mean. `part` is that of "her evening pill", `weekday` is 0 on Monday.
    `origins` has the words behind each word of `text`, `mentions` what each medicine may be, and
    `mention_counts` how many stand behind each medx, one right after the other. By
    `looks` something is called that nobody has named so yet: "little white".
    """

    text: str
    is_question: bool
    medicine_ids: tuple[UUID, ...] = ()
    person_ids: tuple[UUID, ...] = ()
    doctor_ids: tuple[UUID, ...] = ()
    visit_ids: tuple[UUID, ...] = ()
    visits_of_doctors: tuple[UUID, ...] = ()
    member_ids: tuple[UUID, ...] = ()
    part: Part | None = None
    weekday: int | None = None
    says_rest: bool = False
    origins: tuple[str, ...] = ()
    mentions: tuple[tuple[UUID, ...], ...] = ()
    mention_counts: tuple[int, ...] = ()
    looks: str = ""
    spoken_medicine_id: UUID | None = None

    def says(self, name: str, section: str) -> bool:
        """Whether an expression of a *section* of the words file *name* is in it."""
        return bool(load_expressions(name)[section].search(self.text))

    @property
    def names_medicine(self) -> bool:
        """Whether it names one, and doesn't only say "it"."""
        words = zip(self.text.split(), self.origins, strict=True)
        return any(word == "medx" and origin not in _PRONOUNS for word, origin in words)

    @property
    def person_id(self) -> UUID | None:
        """The person it names, if it names one."""
        return self.person_ids[0] if len(self.person_ids) == 1 else None


@lru_cache(64)
def read_sentence(text: str, known: Known) -> Sentence:
    """Only the first letters of a long text are read."""
    said = " ".join(spelled_out(text[:LONGEST]))
    words = load_expressions("talk")["in between"].sub("", said).split()
    marked = _Marking(words, known)
    marked.run()
    opening = read_opening(marked.kept)
    within, day = slice(opening.used, opening.until), slice(*opening.day)
    marked.kept = [*marked.kept[within], *marked.kept[day]]
    marked.origins = [*marked.origins[within], *marked.origins[day]]
    is_asked = text.rstrip().endswith("?") or ("yet" in words and not {"not", "no"} & {*words})
    kept, origins = set_verbs_right(marked.kept, marked.origins, is_asked=is_asked)
    return Sentence(
        plain := " ".join(kept),
        is_asked and not opening.is_request,
        tuple(dict.fromkeys(marked.medicines)),
        tuple(dict.fromkeys(marked.people)) or _of_pronouns(words, known, of=marked.medicines),
        tuple(dict.fromkeys(marked.doctors)),
        tuple(dict.fromkeys(marked.visits)),
        tuple(visits_of(marked.doctors, known)),
        tuple(dict.fromkeys(marked.members)),
        next(parts_of(plain), None),
        marked.weekday,
        any(word in load_words("rest") for word in words),
        tuple(origins),
        tuple(marked.mentions),
        tuple(marked.mention_counts),
        "" if marked.medicines or marked.doctors else marked.looks,
        known.spoken.medicine_id,
    )


def names_amount(text: str) -> bool:
    """Whether *text* says how much of a medicine: "20 mg", "2 tablets"."""
    return bool(_AMOUNT.search(text))


def _of_pronouns(words: Sequence[str], known: Known, *, of: Sequence[UUID]) -> tuple[UUID, ...]:
    """Whom "she" is: the only one it can be, or the one who was spoken of. Nobody who takes none of
    the medicines that are spoken *of*.
    """
    says_her, says_him = ({*words} & load_words(section) for section in ("of her", "of him"))
    if not says_her and not says_him:
        return ()
    others = load_words("he" if says_her else "she")
    may_be = [each.id for each in known.people if not kin_of(each.name) & others]
    if len(may_be) == 1:
        return (may_be[0],)
    spoken_of = known.spoken.person_id
    owners = {pill.person_id for pill in known.pills if pill.id in of}
    is_theirs = not owners or spoken_of in owners
    return (spoken_of,) if spoken_of in may_be and spoken_of is not None and is_theirs else ()


def spoken_of(text: str, known: Known) -> Spoken:
    """What *text* speaks of, or else what was spoken of before it."""
    sentence, before = read_sentence(text, known), known.spoken
    medicine = _only(sentence.medicine_ids)
    visit = _only(sentence.visit_ids) if medicine is None else None
    owners = {pill.id: pill.person_id for pill in known.pills}
    owners |= {each.id: each.person_id for each in known.visits}
    subject = medicine or visit
    if subject is None:
        return replace(before, person_id=sentence.person_id or before.person_id)
    return Spoken(medicine, visit, sentence.person_id or owners[subject])


def _only(ids: Sequence[UUID]) -> UUID | None:
    return ids[0] if len(ids) == 1 else None


def parts_of(plain: str) -> Iterator[Part]:
    """The parts of the day that *plain*, words of a sentence, speak of."""
    plain = _SINCE.sub("", plain)
    for section, expression in load_expressions("times").items():
        if section.startswith("part ") and expression.search(plain):
            yield Part(section.removeprefix("part "))


class _Marking:
    """Goes through the words once, longest names first."""

    def __init__(self, words: Sequence[str], known: Known) -> None:
        self._words, self._known = words, known
        self._names = names_by_first_word(known)
        self._tries = 0
        self.kept: list[str] = []
        self.origins: list[str] = []
        self.mentions: list[tuple[UUID, ...]] = []
        self.mention_counts: list[int] = []
        self.medicines: list[UUID] = []
        self.people: list[UUID] = []
        self.doctors: list[UUID] = []
        self.visits: list[UUID] = []
        self.members: list[UUID] = []
        self.weekday: int | None = None
        self.looks = ""

    def run(self) -> None:
        at = 0
        while at < len(self._words):
            at += self._take(at)

    def _take(self, at: int) -> int:
        word = self._words[at]
        mark, used, ids = self._longest_named(at)
        if used and not (mark == "visit" and self._is_medicine(at, longer_than=used)):
            self._mark(mark, ids, self._words[at : at + used])
            return used
        if self._is_unknown_doctor(at):
            self._mark("doctor", (), self._words[at : at + 2])
            return 2
        if used := self._purpose(at):
            return used
        if used := self._described(at) or self._spoken(at):
            return used
        kin = word if word in load_kinship() else word.removesuffix("s")
        if kin in load_kinship() and (ids := self._kin(kin)):
            if self.kept and self.kept[-1] in {"my", "our"}:
                self.kept.pop()
                word = f"{self.origins.pop()} {word}"
            self._mark("person", ids, [word])
        elif word in WEEKDAYS and word not in _NO_DAYS:
            self.weekday = WEEKDAYS[word].value
            self._keep("dayx", word)
        elif word not in load_words("fillers") or self._is_unwell(at):
            self._keep(word, word)
        return 1

    def _is_medicine(self, at: int, *, longer_than: int) -> bool:
        """ "My blood thinner" is no blood test, nor is her blood pressure."""
        if " ".join(self._words[at : at + 2]) in load_lines("words")["readings of two"]:
            return longer_than == 1
        found = describe(self._words, at, self._known.pills, of=self.people)
        return found is not None and found.used > longer_than

    def _longest_named(self, at: int) -> tuple[str, int, Sequence[UUID]]:
        """What is named there: of "warfarin clinic", which is an appointment, not the medicine."""
        best: tuple[str, int, Sequence[UUID]] = ("", 0, ())
        for mark in ("med", "doctor", "person", "member", "visit"):
            used, ids = self._named(at, mark)
            is_form = used == 1 and is_of_form(self._words, at)  # "eye drops" of an eye clinic
            if used > best[1] and not (mark == "visit" and is_form):
                best = mark, used, ids
        return best

    def _is_unknown_doctor(self, at: int) -> bool:
        """ "Dr Brown", whom nobody has saved: no "doctor stopped"."""
        if self._words[at] != "doctor" or at + 1 >= len(self._words):
            return False
        name = self._words[at + 1]
        is_name = len(name) >= _SHORTEST_NAME and name.isalpha() and name not in WEEKDAYS
        return is_name and name not in no_doctors_name()

    def _is_unwell(self, at: int) -> bool:
        """ "Not well", where the word says how somebody is."""
        before = self._words[at - 1] if at else ""
        return self._words[at] == "well" and before in load_words("before well")

    def _keep(self, word: str, origin: str) -> None:
        self.kept.append(word)
        self.origins.append(origin)

    def _mark(self, mark: str, ids: Sequence[UUID], words: Sequence[str]) -> None:
        if mark == "med":
            self.mentions.append(tuple(dict.fromkeys(ids)))
            self.mention_counts.append(1)
        if self.kept and self.kept[-1] == f"{mark}x":
            self.origins[-1] += " " + " ".join(words)
            if mark == "med":
                self.mention_counts[-2:] = [sum(self.mention_counts[-2:])]
        else:
            self._keep(f"{mark}x", " ".join(words))
        {
            "med": self.medicines,
            "doctor": self.doctors,
            "person": self.people,
            "visit": self.visits,
            "member": self.members,
        }[mark].extend(ids)

    def _named(self, at: int, mark: str) -> tuple[int, Sequence[UUID]]:
        """How many words the longest name takes, and whose it is: also "Patel's", "Patels"."""
        best, ids = 0, list[UUID]()
        first = self._words[at]
        for name in [*self._names.get(first, ()), *self._names.get(first.removesuffix("s"), ())]:
            length = len(name.words)
            said = tuple(self._words[at : at + length])
            if name.mark != mark or length < best or len(said) < length:
                continue
            if name.words in {said, (*said[:-1], said[-1].removesuffix("s"))}:
                if length > best:
                    best, ids = length, []
                ids.append(name.id)
        if best or mark != "med":
            return best, ids
        return self._nearly_named(first)

    def _nearly_named(self, word: str) -> tuple[int, Sequence[UUID]]:
        """Part of a medicine's name, or a slip of the pen: "para", "amlodipin"."""
        is_common = len(word) < _SHORTEST_PART or not word.isalpha() or word in load_words("common")
        if is_common or self._tries >= _MOST_TRIES:
            return 0, ()
        self._tries += 1
        names, bare = first_words(self._known), word.removesuffix("s")
        word = bare if len(bare) >= _SHORTEST_PART else word  # "paras"
        begun = [key for key, name in names.items() if name.startswith(word)]
        if begun:
            return 1, begun
        near = process.extract(word, names, scorer=fuzz.ratio, score_cutoff=_ALIKE, limit=4)
        return (1, [key for _name, _score, key in near]) if near else (0, ())

    def _purpose(self, at: int) -> int:
        """ "the heart pill", "her blood pressure tablets": by what it's for."""
        for length in (2, 1):
            words, pill = self._words[at : at + length], self._words[at + length : at + length + 1]
            if len(words) < length or not pill or not _pill().fullmatch(pill[0]):
                continue
            if ids := self._for_what(words):
                self._mark("med", ids, [*words, *pill])
                return length + 1
        if self._words[at + 1 : at + 2] == ["for"]:
            return self._taken_for(at)
        return 0

    def _taken_for(self, at: int) -> int:
        """ "Something for pain", "what is she taking for her blood pressure": by what it's for."""
        is_thing = self._words[at] in {"something", "anything"}
        is_asked = self._words[at] in load_words("before what for")
        is_asked = is_asked and self._words[0] in load_words("asks how")
        if not is_thing and not is_asked:
            return 0
        start = at + 2
        start += self._words[start : start + 1] in (["the"], ["her"], ["his"], ["my"])
        for length in (2, 1):
            if ids := self._for_what(self._words[start : start + length]):
                if is_asked:
                    self._keep(self._words[at], self._words[at])
                first = at + 1 if is_asked else at
                self._mark("med", ids, self._words[first : start + length])
                return start + length - at
        return 0

    def _described(self, at: int) -> int:
        """ "The little white one", "her inhaler"."""
        found = describe(self._words, at, self._known.pills, of=self.people)
        if found is None:
            return 0
        words = self._words[at : at + found.used]
        if found.ids:
            self._mark("med", found.ids, words)
            return found.used
        if found.looks:
            self.looks = self.looks or found.looks
            return 0
        self._keep("formx", " ".join(words))
        return found.used

    def _spoken(self, at: int) -> int:
        """ "It", "another": what was spoken of a moment ago, if nothing else was named."""
        word, spoken = self._words[at], self._known.spoken
        before, following = self._words[at - 1] if at else "", self._words[at + 1 : at + 2]
        is_empty = bool(following) and following[0] in load_words("after an empty it")
        if self.medicines or self.visits or is_empty:
            return 0
        is_last = not following or following[0] in load_words("after another")
        stands_for_it = (
            word in {"another", "one", "some", "any", "more"} and is_last
        ) or word == "it"
        is_given = before in {"is", "was"} and bool(following) and following[0] in _DONE
        takes_it = is_given or before in load_words("before it medicine")
        if spoken.medicine_id is not None and stands_for_it and takes_it:
            self._mark("med", [spoken.medicine_id], [word])
            return 1
        is_there = not before or before in load_words("before it appointment")
        if spoken.visit_id is not None and word == "it" and is_there:
            self._mark("visit", [spoken.visit_id], [word])
            return 1
        return 0

    def _for_what(self, words: Sequence[str]) -> Sequence[UUID]:
        said = " ".join(words).replace("'", "")
        said = load_pairs("called for short").get(said, said)
        if len(said) < _SHORTEST_PART:
            return []
        reasons = {pill.id: unaccented(pill.reason).replace("'", "") for pill in self._known.pills}
        return [key for key, reason in reasons.items() if said in f"{reason}s"]

    def _kin(self, word: str) -> Sequence[UUID]:
        """Whom "mother" means: whoever is called Mum, or the only one there is."""
        own = self._known.own_id
        if own is not None and word in {"wife", "husband"} and "my" in self.kept[-1:]:
            others = [each.id for each in self._known.people if each.id != own]
            return others if len(others) == 1 else ()
        called = [
            person.id
            for person in self._known.people
            if load_kinship().get(unaccented(person.name).split()[0]) == load_kinship()[word]
        ]
        if called:
            return called
        only = self._known.people
        is_called_otherwise = len(only) == 1 and bool(kin_of(only[0].name))
        return [only[0].id] if len(only) == 1 and not is_called_otherwise else ()


@lru_cache
def _pill() -> re.Pattern[str]:
    return re.compile(load_lines("questions")["macro pills"][0])
