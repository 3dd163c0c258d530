"""The arguments of `/addappt`: TITLE WHEN [with DOCTOR] [at PLACE] [bring …] [remind …] [for
PERSON].

The title comes first and ends where everything after it can be read. A title that contains a date
has to be quoted; otherwise the bot asks about a date or time in a title. Whatever isn't said stays
open and is asked for.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.grammar.appointment_times.parts import When
from bot.grammar.appointment_times.reading import reads_as_time, split_spans
from bot.grammar.appointment_times.resolution import resolve
from bot.grammar.commands.appointment_lines import (
    LONGEST_PART,
    AppointmentParts,
    LineReader,
    Reading,
)
from bot.grammar.dates import ORDINALS, spelt
from bot.grammar.known_doctors import KnownDoctor, match_doctors
from bot.grammar.names import LONGEST_NAME
from bot.grammar.people import NamedPerson, Person, find_person
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.remarks import parse_title
from bot.grammar.tokens import Line, Token, fold_spaces, tokenize

_LONGEST_LINE = 600
# Right before a time they are about it, and can't be read: nobody's title ends with them.
_ABOUT_TIME = {"alternate", "biweekly", "bi-weekly", "bimonthly", "except", "between"}
_LAST_WORDS = 3


@dataclass(frozen=True)
class PartialAppointment:
    """What a line said. `doctors` are those its words may mean; `doctor` holds the words."""

    title: str | None
    person: Person | None
    when: When
    doctor: str | None
    doctors: tuple[KnownDoctor, ...]
    place: str | None
    bring: str | None
    note: str | None
    problem: Misunderstood | None
    remind_before: tuple[int, ...] | None = None


def understand_appointment(
    text: str,
    *,
    people: Sequence[Person],
    doctors: Sequence[KnownDoctor],
    zone: ZoneInfo | None,
    now: datetime,
) -> PartialAppointment:
    """Read a line. *zone* is the clock to use unless a person is named. Only raises for a line
    that is too long, or that names somebody unknown.
    """
    if len(text) > _LONGEST_LINE:
        raise Misunderstood(Problem.TOO_LONG, text)
    line = _tokens_of(text)
    person, line = _without_person(line, people)
    return _understood(line, person, people=people, doctors=doctors, zone=zone, now=now)


def understand_change(
    text: str,
    *,
    people: Sequence[Person],
    doctors: Sequence[KnownDoctor],
    zone: ZoneInfo,
    now: datetime,
) -> PartialAppointment:
    """Read changes to an existing appointment, without its title: "at 15:00 for 2 hours".

    Raises `Misunderstood` if any of it is something else.
    """
    if len(text) > _LONGEST_LINE:
        raise Misunderstood(Problem.TOO_LONG, text)
    line = _tokens_of(text)
    person, line = _without_person(line, people)
    # Its time is known already, so a place or a person may come first.
    reader = LineReader(line, people, doctors)
    reading = reader.read_from(0, AppointmentParts(people, is_begun=True))
    if reading.problem is None and reading.stops_at is not None:
        raise Misunderstood(Problem.APPOINTMENT_WORDS, reader.stray(reading.stops_at))
    return _as_partial(reading, None, person, people=people, doctors=doctors, zone=zone, now=now)


def _tokens_of(text: str) -> Line:
    line = tokenize(_SPACED_TIME.sub(r"\1 \2:\3", text))
    return Line(line.text, split_spans(line.tokens))


#: "Tuesday 10 30"; the 30 of "friday 10 30 june" is none of these.
_SPACED_TIME = re.compile(
    r"(?i)\b((?:mon|tue|wed|thu|fri|sat|sun)[a-z]*|at|tomorrow|today) (\d{1,2}) ([0-5]\d)\b"
    r"(?! ?(?:[/:.\d]|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec))"
)


def _understood(
    line: Line,
    person: Person | None,
    *,
    people: Sequence[Person],
    doctors: Sequence[KnownDoctor],
    zone: ZoneInfo | None,
    now: datetime,
) -> PartialAppointment:
    reading = LineReader(line, people, doctors).read()
    words = line.tokens[: reading.title_ends]
    title, title_problem = _title(words)
    in_title = None if title is None else _time_in_title(line, words)
    found = _as_partial(reading, title, person, people=people, doctors=doctors, zone=zone, now=now)
    if found.when.except_on and found.when.rule is None:
        said = Misunderstood(Problem.EXCEPTION_OF_ONE, spelt(found.when.except_on[0]))
        found = replace(
            found, when=replace(found.when, except_on=()), problem=found.problem or said
        )
    return replace(found, problem=title_problem or found.problem or in_title)


def _as_partial(
    reading: Reading,
    title: str | None,
    person: Person | None,
    *,
    people: Sequence[Person],
    doctors: Sequence[KnownDoctor],
    zone: ZoneInfo | None,
    now: datetime,
) -> PartialAppointment:
    parts, problem = reading.parts, reading.problem
    by_clock = person.zone if person else zone or (people[0].zone if people else None)
    when = resolve(parts.typed, zone=by_clock, now=now) if by_clock else When()
    return PartialAppointment(
        title=title,
        person=person,
        when=when,
        doctor=parts.doctor,
        doctors=match_doctors(parts.doctor, doctors, person=person),
        place=parts.place,
        bring=parts.bring,
        note=parts.note,
        problem=problem or when.problem,
        remind_before=parts.remind_before,
    )


def _time_in_title(line: Line, tokens: Sequence[Token]) -> Misunderstood | None:
    """A date or a time that would end up in the title: the bot asks instead."""
    for at in range(len(tokens)):
        end = at
        while end < len(tokens) and (used := reads_as_time(tokens[end : end + LONGEST_PART])):
            end = min(end + used, len(tokens))
        if end > at:
            return Misunderstood(Problem.TIME_IN_TITLE, line.typed(tokens[at:end]))
    for at in range(1, len(tokens)):
        if tokens[at].word == "every" and not tokens[at].is_quoted:
            return Misunderstood(Problem.TIME_IN_TITLE, line.typed(tokens[at:]))
    for at in range(max(1, len(tokens) - _LAST_WORDS), len(tokens)):
        token = tokens[at]
        if not token.is_quoted and (token.word in _ABOUT_TIME or _lists_ordinals(tokens[at:])):
            return Misunderstood(Problem.TIME_IN_TITLE, line.typed(tokens[at:]))
    return None


def _lists_ordinals(tokens: Sequence[Token]) -> bool:
    """ "second and", before "fourth tuesday of every month"."""
    words = [token.word for token in tokens[:2]]
    return len(words) == 2 and words[0] in ORDINALS and words[1] in {"and", "&", ","}


def _without_person(line: Line, people: Sequence[Person]) -> tuple[Person | None, Line]:
    named: NamedPerson | None = find_person(line, people)
    if named is not None:
        rest = (*line.tokens[: named.start], *line.tokens[named.end :])
        return named.person, Line(line.text, rest)
    return None, line


def _title(tokens: Sequence[Token]) -> tuple[str | None, Misunderstood | None]:
    while tokens and tokens[-1].word == ",":
        tokens = tokens[:-1]
    if not tokens:
        return None, None
    typed = tokens[0].raw if len(tokens) == 1 else _plain(tokens)
    try:
        return parse_title(typed[: LONGEST_NAME + 1]), None
    except Misunderstood as problem:
        return None, problem


def _plain(tokens: Sequence[Token]) -> str:
    """The words of a title, even if a person named in between was removed."""
    parts: list[str] = []
    for before, token in zip([None, *tokens], tokens, strict=False):
        has_gap = before is not None and before.end < token.start
        parts.append(f" {token.raw}" if has_gap else token.raw)
    return fold_spaces("".join(parts))
