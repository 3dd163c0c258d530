"""What people type after `/addappt`: TITLE WHEN [with DOCTOR] [at PLACE] [bring …] [for PERSON].

The title comes first and ends where everything that follows can be read. Quotes keep a title
together that holds a date itself. What is not said stays open, and is asked for.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from bot.grammar.dates import TypedDate
from bot.grammar.names import LONGEST_NAME, parse_name
from bot.grammar.people import NamedPerson, Person, find_person, find_stranger, unknown_person
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.repeats import TypedRepeat
from bot.grammar.tokens import (
    Line,
    Token,
    fold_spaces,
    is_blank,
    matchable,
    tokenize,
    without_traps,
)
from bot.grammar.whens import TypedWhen, When, read_when_part, resolve

_LONGEST_LINE = 600
LONGEST_TEXT = 300
_BRINGS = {"bring", "bringing"}
_NOTES = {"note", "notes"}
_HALVES = {"half", "quarter"}  # "at half past nine" is no place


@dataclass(frozen=True, slots=True)
class KnownDoctor:
    """A doctor of the family, as far as the grammar needs to know. `label` is what buttons say,
    which is more than the name where another one has it too.
    """

    name: str
    id: UUID
    person_id: UUID
    label: str = ""


@dataclass(frozen=True)
class PartialAppointment:
    """What a line said. `doctors` are those that its words may mean; `doctor` are the words."""

    title: str | None
    person: Person | None
    when: When
    doctor: str | None
    doctors: tuple[KnownDoctor, ...]
    place: str | None
    bring: str | None
    note: str | None
    problem: Misunderstood | None


@dataclass
class _Parts:
    """What stands behind the title."""

    people: Sequence[Person]
    typed: TypedWhen = field(default_factory=TypedWhen)
    doctor: str | None = None
    place: str | None = None
    bring: str | None = None
    note: str | None = None
    is_strong: bool = False  # there is more than a word that might be part of a title


@dataclass(frozen=True)
class _Reading:
    """How far the tokens after a title could be read; `stops_at` is None where it was all of it."""

    parts: _Parts
    title_ends: int
    stops_at: int | None
    problem: Misunderstood | None


def understand_appointment(
    text: str,
    *,
    people: Sequence[Person],
    doctors: Sequence[KnownDoctor],
    zone: ZoneInfo | None,
    now: datetime,
) -> PartialAppointment:
    """Read a line. *zone* is by whose clock, as long as nobody is named. Does not raise, but for a
    line that is too long, or that names nobody we know.
    """
    if len(text) > _LONGEST_LINE:
        raise Misunderstood(Problem.TOO_LONG, text)
    line = tokenize(text)
    person, line = _without_person(line, people)
    reading = _read(line, people, doctors)
    parts, problem = reading.parts, reading.problem
    by_clock = person.zone if person else zone or (people[0].zone if people else None)
    when = resolve(parts.typed, zone=by_clock, now=now) if by_clock else When()
    title, title_problem = _title(line.tokens[: reading.title_ends])
    return PartialAppointment(
        title=title,
        person=person,
        when=when,
        doctor=parts.doctor,
        doctors=match_doctors(parts.doctor, doctors, person=person),
        place=parts.place,
        bring=parts.bring,
        note=parts.note,
        problem=title_problem or problem or when.problem,
    )


def match_doctors(
    words: str | None, doctors: Sequence[KnownDoctor], *, person: Person | None
) -> tuple[KnownDoctor, ...]:
    """The known doctors that *words* may mean: those of that name, else those of that surname; of
    the person's own, if the person is known.
    """
    if not words:
        return ()
    own = [d for d in doctors if person is None or d.person_id == person.id]
    labelled = tuple(d for d in own if d.label and matchable(d.label) == matchable(words))
    if len(labelled) == 1:
        return labelled
    typed = _bare_name(words)
    exact = tuple(d for d in own if _bare_name(d.name) == typed)
    if exact:
        return exact
    return tuple(d for d in own if _bare_name(d.name).split()[-1:] == typed.split()[-1:])


def parse_title(text: str) -> str:
    """The title of an appointment, as typed. Raises `Misunderstood`."""
    typed = fold_spaces(without_traps(text)).strip('"“”„«»')
    if is_blank(typed):
        raise Misunderstood(Problem.TITLE_MISSING)
    return parse_name(typed)


def parse_text(text: str, *, longest: int = LONGEST_TEXT) -> str:
    """A place, what to bring, a note. Raises `Misunderstood`."""
    typed = fold_spaces(without_traps(text))
    if is_blank(typed):
        raise Misunderstood(Problem.REMARK_MISSING)
    if len(typed) > longest:
        raise Misunderstood(Problem.WORDS_TOO_LONG, typed)
    return typed


def parse_reminders(text: str) -> tuple[int, ...]:
    """ "2 days, 1 day and 2 hours before": minutes before, the first one first. "none": nobody is
    reminded. Raises `Misunderstood`.
    """
    words = [t.word for t in tokenize(text[:200]).tokens if t.word not in {",", "and", "before"}]
    if words in (["none"], ["never"], ["no"]):
        return ()
    units = {"minute": 1, "min": 1, "hour": 60, "h": 60, "hr": 60, "day": 1440, "week": 10080}
    found: set[int] = set()
    for number, unit in zip(words[::2], words[1::2], strict=False):
        size = units.get(unit) or units.get(unit.removesuffix("s"))
        count = {"a": "1", "an": "1", "one": "1", "two": "2"}.get(number, number)
        if size is None or not count.isdecimal() or len(count) > 5:
            raise Misunderstood(Problem.REMINDER_IMPOSSIBLE, f"{number} {unit}")
        found.add(int(count) * size)
    if len(words) % 2 or not found or not all(1 <= each <= 4 * 10080 for each in found):
        raise Misunderstood(Problem.REMINDER_IMPOSSIBLE, text.strip())
    if len(found) > 6:
        raise Misunderstood(Problem.REMINDER_IMPOSSIBLE, text.strip())
    return tuple(sorted(found, reverse=True))


def _without_person(line: Line, people: Sequence[Person]) -> tuple[Person | None, Line]:
    named: NamedPerson | None = find_person(line, people)
    if named is not None:
        rest = (*line.tokens[: named.start], *line.tokens[named.end :])
        return named.person, Line(line.text, rest)
    return None, line


def _read(line: Line, people: Sequence[Person], doctors: Sequence[KnownDoctor]) -> _Reading:
    """The reading with the shortest title behind which everything is understood, or can only be
    meant as what it is not; else the first that understands something, and what it does not.
    """
    tokens = line.tokens
    failed: list[_Reading] = []
    for end in range(len(tokens)):
        reading = _read_from(line, end, _Parts(people), doctors)
        if reading.stops_at is None or reading.problem is not None:
            return reading
        failed.append(reading)
    for reading in failed:
        if reading.parts.is_strong and reading.stops_at is not None:
            stray = _stray(line, reading.stops_at)
            return _Reading(
                reading.parts,
                reading.title_ends,
                reading.stops_at,
                Misunderstood(Problem.APPOINTMENT_WORDS, stray),
            )
    return _Reading(_Parts(people), len(tokens), None, None)


def _read_from(line: Line, at: int, parts: _Parts, doctors: Sequence[KnownDoctor]) -> _Reading:
    tokens, title_ends = line.tokens, at
    problem: Misunderstood | None = None
    said: tuple[TypedDate | None, TypedRepeat | None] | None = None
    while at < len(tokens):
        if tokens[at].word == "," and at > title_ends:
            at += 1
            continue
        try:
            used = _read_part(line, at, parts, doctors)
        except Misunderstood as wrong:
            problem, used = problem or wrong, 1
            said = said or (parts.typed.day, parts.typed.repeat)
        if not used and problem is None:
            return _Reading(parts, title_ends, at, None)
        at += used or 1  # behind what is wrong, an hour, a place or a doctor still count
    if said is not None:
        # But no day: a piece of "mon, wed, fri" is not what was meant.
        parts.typed.day, parts.typed.repeat = said
    return _Reading(parts, title_ends, None, problem)


def _read_part(line: Line, at: int, parts: _Parts, doctors: Sequence[KnownDoctor]) -> int:
    tokens = line.tokens[at:]
    if tokens[0].is_quoted:
        return 0
    typed = parts.typed
    used = read_when_part(tokens, typed)
    if used:
        parts.is_strong = not typed.is_empty
        return used
    word = tokens[0].word
    if word == "with" and parts.doctor is None and len(tokens) > 1:
        end = _doctor_ends(tokens, doctors)
        parts.doctor = parse_name(_words(line, tokens[1:end]))
        return end
    if word in {"at", "@", "in"} and parts.place is None and not typed.is_empty and len(tokens) > 1:
        end = _phrase_ends(tokens, 1, commas=True)
        if tokens[1].word in _HALVES:
            raise Misunderstood(Problem.NO_SUCH_TIME, _words(line, tokens[1:end]))
        parts.place = parse_text(_words(line, tokens[1:end]))
        return end
    if word.rstrip(":") in _BRINGS and parts.bring is None and len(tokens) > 1:
        end = _phrase_ends(tokens, 1, commas=True)
        parts.bring = parse_text(_words(line, tokens[1:end]))
        return end
    if word.rstrip(":") in _NOTES and word.endswith(":") and len(tokens) > 1:
        parts.note = parse_text(_words(line, tokens[1:]))
        return len(tokens)
    if word == "for" and not typed.is_empty and find_stranger(tokens[:2]) is not None:
        raise unknown_person(_words(line, tokens[1 : _phrase_ends(tokens, 1)]), parts.people)
    return 0


def _doctor_ends(tokens: Sequence[Token], doctors: Sequence[KnownDoctor]) -> int:
    """Where the doctor after "with" ends: a known name first and longest, else the next part."""
    longest = 0
    for doctor in doctors:
        name = [token.word for token in tokenize(doctor.name).tokens]
        if name and [t.word for t in tokens[1 : 1 + len(name)]] == name:
            longest = max(longest, len(name))
    return 1 + longest if longest else _phrase_ends(tokens, 1)


def _phrase_ends(tokens: Sequence[Token], at: int, *, commas: bool = False) -> int:
    """Where words that are kept as typed end: at the next thing that we can read."""
    end = at + 1
    while end < len(tokens):
        token = tokens[end]
        if token.word == "," and not commas:
            break
        if token.word in {"with", "at", "@", "for"} | _BRINGS or token.word.rstrip(":") in _NOTES:
            break
        try:
            if read_when_part(tokens[end:], TypedWhen()):
                break
        except Misunderstood:
            break
        end += 1
    return end


def _words(line: Line, tokens: Sequence[Token]) -> str:
    if len(tokens) == 1:
        return tokens[0].raw
    return line.typed(tokens).strip(" ,")


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
    """The words of a title, also where a person named in between was taken out."""
    parts: list[str] = []
    for before, token in zip([None, *tokens], tokens, strict=False):
        has_gap = before is not None and before.end < token.start
        parts.append(f" {token.raw}" if has_gap else token.raw)
    return fold_spaces("".join(parts))


def _stray(line: Line, at: int) -> str:
    return line.typed(line.tokens[at : _phrase_ends(line.tokens, at)])


def _bare_name(name: str) -> str:
    """A doctor's name without their title, comparable."""
    words = [w for w in matchable(name).replace(".", " ").split() if w not in _TITLES]
    return " ".join(words) or matchable(name)


_TITLES = {"dr", "doctor", "prof", "professor", "mr", "mrs", "ms", "med"}
