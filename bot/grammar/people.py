"""Which person a line is for: the family's known people, and new ones ("Mum in Europe/London")."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID
from zoneinfo import ZoneInfo

from rapidfuzz import fuzz, process

from bot.grammar.clock_times import looks_like_a_time
from bot.grammar.dates import WEEKDAYS
from bot.grammar.name_index import SPELLINGS, NameIndex, index_names, spelt
from bot.grammar.names import LONGEST_COMPARED, parse_name
from bot.grammar.numbers import read_count
from bot.grammar.places import Place, PlaceProblem, Unclear, find_place
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.tokens import Line, Token, tokenize, unaccented, words_of
from domain.medicines.schedules.moments import USUAL_DAY, DayTimes

_MAX_CHOICES = 8
_CLOSE = 60
# A whole line of `/addperson`: a name and a place, long enough to report which of them is too long.
_LONGEST_LINE = 1000


@dataclass(frozen=True, slots=True)
class Person:
    """A person the family cares for, as the grammar needs it; `id` is for the caller. `day` says
    when "before breakfast" is.
    """

    name: str
    zone: ZoneInfo
    id: UUID | None = None
    day: DayTimes = USUAL_DAY


@dataclass(frozen=True, slots=True)
class NamedPerson:
    """A person named in a line, and the tokens ("for", "Mum") that named them."""

    person: Person
    start: int
    end: int


def split_person_line(text: str) -> tuple[str, str | None]:
    """The name and the place in "NAME", "NAME in ZONE OR CITY" or "NAME Europe/London".

    The place is as typed: see `parse_place`. Raises `Misunderstood` for the name.
    """
    if len(text) > _LONGEST_LINE:
        raise Misunderstood(Problem.NAME_TOO_LONG, text)
    line = tokenize(text)
    tokens = line.tokens
    joints = [
        at
        for at, token in enumerate(tokens)
        # "Mother in law" is a name.
        if token.word == "in" and at > 0 and words_of(tokens[at + 1 :], 1) != ["law"]
    ]
    if joints:
        end, begin = joints[-1], joints[-1] + 1
    elif len(tokens) > 1 and "/" in tokens[-1].word:
        end = begin = len(tokens) - 1
    else:
        return parse_name(line.typed(tokens)), None
    return parse_name(line.typed(tokens[:end]).rstrip(", ")), line.typed(tokens[begin:])


def parse_place(text: str, *, takes_largest: bool = False) -> Place:
    """A time zone or a city; with *takes_largest*, the one that is far larger than its namesakes.
    Raises `Misunderstood`, with suggestions if there are any.
    """
    match find_place(text, takes_largest=takes_largest):
        case Unclear(problem=PlaceProblem.NOTHING_TYPED):
            raise Misunderstood(Problem.PLACE_MISSING)
        case Unclear(problem=problem, nearest=nearest):
            raise Misunderstood(
                _PLACE_PROBLEMS[problem], text, suggestions=tuple(place.label for place in nearest)
            )
        case found:
            return found


_PLACE_PROBLEMS = {
    PlaceProblem.UNKNOWN: Problem.UNKNOWN_PLACE,
    PlaceProblem.SEVERAL: Problem.WHICH_PLACE,
    PlaceProblem.NO_CITY: Problem.NO_CITY_IN_ZONE,
}


def find_person(line: Line, people: Sequence[Person]) -> NamedPerson | None:
    """The person named by "for NAME" in *line*; None if no known person is.

    Known names come first and longest, so that May the person isn't taken for a month. Raises
    `Misunderstood` if two people are named, or a name that two people have.
    """
    tokens, named, at = line.tokens, list[NamedPerson](), 0
    finder = _Finder(tokens, people)
    while at < len(tokens):
        found = finder.named_at(at + 1) if tokens[at].word == "for" else None
        if found is None:
            at += 1
            continue
        person, end = found
        named.append(NamedPerson(person, at, end))
        at = end
        while at < len(tokens) and tokens[at].word in {"and", "&", ","}:
            also = finder.named_at(at + 1)
            if also is not None:
                raise _two_people(people)
            at += 1
    if len({id(n.person) for n in named}) > 1:
        raise _two_people(people)
    return named[-1] if named else None


_NO_NAMES = frozenset("0123456789-½¼¾")  # they begin a length: "for 2-3 weeks"


def find_unknown_person(tokens: Sequence[Token]) -> slice | None:
    """Where *tokens* say "for" somebody we don't know, as opposed to a duration or a meal."""
    for at, token in enumerate(tokens):
        if token.word != "for" or at + 1 == len(tokens):
            continue
        following = tokens[at + 1].word
        if following[:1] in _NO_NAMES or read_count(following) is not None or following in _NOBODY:
            continue
        end = at + 1
        while end < len(tokens) and not _begins_schedule(tokens[end]):
            end += 1
        if end > at + 1:
            return slice(at, end)
    return None


def which_person(people: Sequence[Person]) -> Misunderstood:
    """The question which person it is for, with everybody as a suggestion."""
    if not people:
        return Misunderstood(Problem.NOBODY_CARED_FOR)
    return Misunderstood(Problem.WHICH_PERSON, suggestions=_names(people))


def unknown_person(words: str, people: Sequence[Person]) -> Misunderstood:
    """Nobody has this name; suggests the closest names first."""
    if not people:
        return Misunderstood(Problem.NOBODY_CARED_FOR)
    near = process.extract(
        words[:LONGEST_COMPARED],
        _names(people),
        scorer=fuzz.WRatio,
        processor=unaccented,
        score_cutoff=_CLOSE,
    )
    nearest = [name for name, _score, _index in near]
    others = [name for name in _names(people) if name not in nearest]
    return Misunderstood(
        Problem.UNKNOWN_PERSON, words, suggestions=tuple(nearest + others)[:_MAX_CHOICES]
    )


def _two_people(people: Sequence[Person]) -> Misunderstood:
    return Misunderstood(Problem.TWO_PEOPLE, suggestions=_names(people))


def _names(people: Sequence[Person]) -> tuple[str, ...]:
    return tuple(person.name for person in people)[:_MAX_CHOICES]


class _Finder:
    """Finds the names of *people* among *tokens*."""

    def __init__(self, tokens: Sequence[Token], people: Sequence[Person]) -> None:
        self._tokens, self._people = tokens, people

    def named_at(self, at: int) -> tuple[Person, int] | None:
        """The person whose name starts at *at*, and where it ends: longest and closest spelling
        first. Raises `Misunderstood` for a name that several people have.
        """
        for index, words in self._spellings:
            length, places = index.longest_at(words, at, bare=_without_ending)
            if len(places) > 1:
                raise which_person(self._people)
            if places:
                return self._people[places[0]], at + length
        return None

    @cached_property
    def _spellings(self) -> Sequence[tuple[NameIndex, Sequence[str]]]:
        names = tuple(person.name for person in self._people)
        return [
            (index_names(names, spelling), spelt(self._tokens, spelling)) for spelling in SPELLINGS
        ]


def _without_ending(word: str) -> Sequence[str]:
    """ "for Mum." and "for Mum's" """
    return [word.removesuffix(ending) for ending in (".", "!", "'s") if word.endswith(ending)]


_NOBODY = {"a", "the", "half", "another", "breakfast", "lunch", "dinner", "supper", "tea", "bed"}
_NOBODY |= {"first", "last", "next", "every", "each", "when", "if"}
_NOBODY |= {"max", "max.", "maximum", "up", "at", "no", "only"}  # "for up to 5 days"
_SCHEDULE_WORDS = {"at", "@", "from", "until", "till", "for", "daily", "every", "each", "on", ","}


def _begins_schedule(token: Token) -> bool:
    word = token.word
    return word in _SCHEDULE_WORDS or word in WEEKDAYS or looks_like_a_time(token)
