"""The names of a family as words: of medicines, people, doctors with their specialties, visits."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile
from uuid import UUID

from bot.grammar.intents.known import Known
from bot.grammar.tokens import raw_words, unaccented
from bot.grammar.words.loading import load_kinship, load_lines, load_pairs, load_words

_WORD = re.compile(r"[\w'/%.:-]*[\w%]")
_CODE = re.compile(r"[a-z]{1,2}\d{1,2}")
_TICK = re.compile("(?<=\\w) ?[\u2705\u2714\u2611]\ufe0f?")
_ISH = re.compile(r"(?i)(?:\b(?:at|around|about) )?\b(\d{1,2}(?:[:.]\d\d)? ?(?:am|pm)?) ?ish\b")
_AT = re.compile(r" ?@ ?(?=\d)")
_TEA_TIME = re.compile(r"(?i)\btea time\b")
_O_CLOCK = re.compile(r"(?i)\bo'? ?clock(?:'?s)?\b")


def spelled_out(text: str) -> Iterator[str]:
    is_first = True
    plain = _ISH.sub(r"at \1", _TICK.sub(" done", _AT.sub(" at ", text.replace("\u2019", "'"))))
    for raw in raw_words(_O_CLOCK.sub("oclock", _TEA_TIME.sub("teatime", plain))):
        for word in _WORD.findall(raw.casefold()):
            bare = word.strip(".:-")
            spelled = load_pairs("first word").get(bare) if is_first else None
            spelled = spelled or load_pairs("contractions").get(bare)
            is_first = is_first and bare in load_words("before first")
            if spelled is None and bare.endswith("'s"):
                spelled = bare[:-2]  # "mum's pills"
            yield from (each for each in (spelled or bare).split() if each)


@dataclass(frozen=True, slots=True)
class Name:
    """A name as words, and what it is the name of."""

    mark: str
    words: tuple[str, ...]
    id: UUID


@lru_cache(8)
def names_by_first_word(known: Known) -> Mapping[str, Sequence[Name]]:
    """All names of *known*; kept, since a message is read in several pieces."""
    found: dict[str, list[Name]] = {}
    for name in _names_of(known):
        if name.words:
            found.setdefault(name.words[0], []).append(name)
    return found


@lru_cache(8)
def first_words(known: Known) -> Mapping[UUID, str]:
    """The first word of each medicine's name, as long as it is written."""
    found: dict[UUID, str] = {}
    for first, names in names_by_first_word(known).items():
        for name in names:
            if name.mark == "med" and len(first) > len(found.get(name.id, "")):
                found[name.id] = first
    return found


def _names_of(known: Known) -> Iterator[Name]:
    for pill in known.pills:
        for called in _called(words_of(pill.name)):
            yield Name("med", called, pill.id)
    for person in known.people:
        yield Name("person", words_of(person.name), person.id)
    for member in known.members:
        yield Name("member", words_of(member.name), member.id)
        yield Name("member", words_of(member.name)[:1], member.id)
    for doctor in known.doctors:
        words = words_of(doctor.name)
        bare = tuple(word for word in words if word not in load_words("titles"))
        for called in {words, bare, ("doctor", *bare), ("doctor", *bare[-1:]), bare[-1:]}:
            yield Name("doctor", called, doctor.id)
        for specialty in _specialty_names(doctor.specialty):
            yield Name("doctor", (specialty,), doctor.id)
        for organ in _organs_of(doctor.specialty):
            for kind in ("doctor", "specialist", "clinic"):
                yield Name("doctor", (organ, kind), doctor.id)
    for visit in known.visits:
        words = words_of(visit.title)
        for called in {words, tuple(word.replace("-", "") for word in words)}:
            yield Name("visit", called, visit.id)
        for organ in _organs_of(visit.title):
            for kind in ("appointment", "clinic", "visit", "check", "checkup", "hospital", "thing"):
                yield Name("visit", (organ, kind), visit.id)
        if words and words[0] != "doctor" and words[0] not in load_words("not names"):
            yield Name("visit", words[:1], visit.id)  # "the doctor" is whoever it is


def _called(words: tuple[str, ...]) -> set[tuple[str, ...]]:
    """Also without its strength, and without hyphens: "co codamol" for "Co-codamol 8/500"."""
    bare = tuple(takewhile(lambda word: not any(map(str.isdecimal, word)), words))
    spaced = tuple(part for word in bare for part in word.split("-") if part)
    joined = tuple(word.replace("-", "") for word in words)  # "xray"
    codes = {(word,) for word in words if _CODE.fullmatch(word)}  # "b12"
    return ({words, bare, spaced, joined} | codes) - {()}


@lru_cache(4_096)
def words_of(name: str) -> tuple[str, ...]:
    return tuple(spelled_out(unaccented(name)))


def _specialty_names(specialty: str) -> Iterator[str]:
    """ "cardiology", "cardiologist"."""
    for word in words_of(specialty):
        yield word
        if word.endswith("y"):
            yield f"{word[:-1]}ist"
        if word.endswith("ist"):
            yield f"{word[:-3]}y"


def _organs_of(specialty: str) -> Iterator[str]:
    """ "heart" for a cardiologist."""
    for organ, doctors in load_pairs("doctors of").items():
        if {*words_of(specialty)} & {organ, *doctors.split()}:
            yield organ


def visits_of(doctor_ids: Sequence[UUID], known: Known) -> Iterator[UUID]:
    """The appointments with these doctors, called like them, or of their specialty."""
    for doctor in known.doctors:
        if doctor.id not in doctor_ids:
            continue
        names = {*_specialty_names(doctor.specialty), *words_of(doctor.name)[-1:]}
        for visit in known.visits:
            is_with = bool(visit.doctor) and unaccented(visit.doctor) == unaccented(doctor.name)
            if is_with or names & {*words_of(visit.title)}:
                yield visit.id


def kin_of(name: str) -> set[str]:
    """What somebody is called by, in a word that all its likes have: "mum" for "Mom"."""
    kinship = load_kinship()
    return {kinship[word].removeprefix("kin ") for word in words_of(name) if word in kinship}


@lru_cache
def no_doctors_name() -> frozenset[str]:
    """The words that may follow "doctor": "doctor stopped", "doctor appointment"."""
    offers = (line.split() for lines in load_lines("accounted").values() for line in lines)
    sections = ("common", "fillers", "subjects", "starts", "not names", "behind doctor")
    return frozenset(word for words in offers for word in words).union(*map(load_words, sections))
