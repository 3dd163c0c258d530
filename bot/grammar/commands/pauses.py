"""The arguments of `/pause`: [PERSON | MEDICINE] [until DATE | for DAYS]."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bot.grammar.dates import parse_date
from bot.grammar.durations import read_duration
from bot.grammar.known_medicines import KnownMedicine, read_medicine
from bot.grammar.people import Person, find_person
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.tokens import Line, tokenize

LONGEST_LINE = 1000
_UNTIL = {"until", "till", "til", "to"}
_OPEN = {
    "i resume it",
    "i resume",
    "resumed",
    "further notice",
    "i say so",
    "open",
}


@dataclass(frozen=True, slots=True)
class PauseEnd:
    """The local day on which it ends; None if it lasts until somebody ends it."""

    resumes_on: date | None


@dataclass(frozen=True, slots=True)
class NamedPause:
    """What a line names, by the longest name that fits (several if several have that name), and
    what follows it.
    """

    named: Sequence[KnownMedicine]
    rest: str


def read_pause(
    text: str, *, known: Sequence[KnownMedicine], people: Sequence[Person]
) -> NamedPause:
    """What *text* names. *known* holds medicines and people alike; a person counts as one of their
    own.

    Raises `Misunderstood` if it doesn't start with a name, unless it starts with an end: then
    nothing is named, and the pause may be for anything.
    """
    if len(text) > LONGEST_LINE:
        raise Misunderstood(Problem.TOO_LONG)
    line = tokenize(text)
    if line.tokens and line.tokens[0].word in {*_UNTIL, "for"}:
        return NamedPause((), line.typed(line.tokens))
    of = find_person(line, people)
    if of is not None and of.start > 0:
        known = [each for each in known if each.person_id == of.person.id]
        line = Line(line.text, line.tokens[: of.start] + line.tokens[of.end :])
    try:
        found = read_medicine(line, known)
    except Misunderstood as problem:
        raise _unknown(line, problem) from problem
    return NamedPause(found.medicines, found.rest.typed(found.rest.tokens))


def parse_end(text: str, *, today: date, is_answer: bool = False) -> PauseEnd:
    """ "until 3 December", "for 3 days", "until further notice"; if it *is_answer* to the question
    until when, also "friday" alone. Raises `Misunderstood`.
    """
    line = tokenize(text[:LONGEST_LINE])
    tokens = line.tokens
    words = line.typed(tokens)
    first = tokens[0].word if tokens else ""
    if first == "from" or not (is_answer or first in {*_UNTIL, "for"}):
        raise Misunderstood(Problem.PAUSE_STARTS_NOW, words)
    rest = tokens[1:] if first in {*_UNTIL, "for"} else tokens
    if " ".join(token.word for token in rest) in _OPEN:
        return PauseEnd(None)
    length = read_duration(rest) if first not in _UNTIL else None
    if length is not None:
        if length.tokens_used < len(rest):
            raise Misunderstood(Problem.DATE_UNREADABLE, words)
        return PauseEnd(length.end_after(today))
    if first == "for":
        raise Misunderstood(Problem.DURATION_UNCLEAR, words)
    return PauseEnd(parse_date(line.typed(rest), today=today))


def _unknown(line: Line, problem: Misunderstood) -> Misunderstood:
    if problem.problem is not Problem.UNKNOWN_MEDICINE:
        return problem
    end = next(
        (at for at, token in enumerate(line.tokens) if token.word in {*_UNTIL, "for"}),
        len(line.tokens),
    )
    return Misunderstood(
        Problem.NOTHING_OF_THAT_NAME,
        line.typed(line.tokens[:end]),
        suggestions=problem.suggestions,
    )
