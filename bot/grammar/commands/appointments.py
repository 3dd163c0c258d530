"""What people type after `/addappt`: TITLE WHEN [with DOCTOR] [at PLACE] [bring …] [remind …]
[for PERSON].

The title comes first and ends where everything that follows can be read. Quotes keep a title
together that holds a date itself: without them no date or time stays in one unasked. What is not
said stays open, and is asked for.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from uuid import UUID
from zoneinfo import ZoneInfo

from bot.grammar.appointment_times.parts import TypedWhen, When
from bot.grammar.appointment_times.reading import read_when_part, reads_as_time, split_spans
from bot.grammar.appointment_times.repeats import TypedRepeat
from bot.grammar.appointment_times.resolution import resolve
from bot.grammar.dates import TypedDate
from bot.grammar.name_index import index_names, spelt
from bot.grammar.names import LONGEST_NAME, parse_name
from bot.grammar.people import NamedPerson, Person, find_person, find_stranger, unknown_person
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.tokens import (
    Line,
    Token,
    as_word,
    fold_spaces,
    is_blank,
    matchable,
    tokenize,
    without_traps,
    words_of,
)

_LONGEST_LINE = 600
_LONGEST_PART = 40  # tokens: all weekdays with commas, and what may stand before them
# A line of 100 words that are meant takes some 200: how often a part is looked for behind what may
# be its title.
_MOST_STEPS = 500
LONGEST_TEXT = 300
_BRINGS = {"bring", "bringing"}
_NOTES = {"note", "notes"}
_REMINDERS = {"remind", "reminder", "reminders"}
_NO = {"no", "without"}
# "at half past nine" and "at lunchtime" are no places.
_ROUGH_TIMES = frozenset(
    ["half", "quarter", "breakfast", "lunch", "lunchtime", "teatime", "dinner", "bedtime"]
)


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
    remind_before: tuple[int, ...] | None = None


@dataclass
class _Parts:
    """What stands behind the title."""

    people: Sequence[Person]
    typed: TypedWhen = field(default_factory=TypedWhen)
    doctor: str | None = None
    place: str | None = None
    bring: str | None = None
    note: str | None = None
    remind_before: tuple[int, ...] | None = None
    is_begun: bool = False  # a time is known from elsewhere
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
    """Read what is said of one that is shown already: "at 15:00 for 2 hours", without its title.

    Raises `Misunderstood` where any of it is something else.
    """
    if len(text) > _LONGEST_LINE:
        raise Misunderstood(Problem.TOO_LONG, text)
    line = _tokens_of(text)
    person, line = _without_person(line, people)
    # Its time is known, so that a place or a person may stand first.
    reader = _Reader(line, people, doctors)
    reading = reader.read_from(0, _Parts(people, is_begun=True))
    if reading.problem is None and reading.stops_at is not None:
        raise Misunderstood(Problem.APPOINTMENT_WORDS, reader.stray(reading.stops_at))
    return _as_partial(reading, None, person, people=people, doctors=doctors, zone=zone, now=now)


def _tokens_of(text: str) -> Line:
    line = tokenize(text)
    return Line(line.text, split_spans(line.tokens))


def _understood(
    line: Line,
    person: Person | None,
    *,
    people: Sequence[Person],
    doctors: Sequence[KnownDoctor],
    zone: ZoneInfo | None,
    now: datetime,
) -> PartialAppointment:
    reading = _Reader(line, people, doctors).read()
    words = line.tokens[: reading.title_ends]
    title, title_problem = _title(words)
    in_title = None if title is None else _time_in_title(line, words)
    found = _as_partial(reading, title, person, people=people, doctors=doctors, zone=zone, now=now)
    return replace(found, problem=title_problem or found.problem or in_title)


def _as_partial(
    reading: _Reading,
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
    """A date or a time that would become part of a title: that is asked, never done."""
    for at in range(len(tokens)):
        end = at
        while end < len(tokens) and (used := reads_as_time(tokens[end : end + _LONGEST_PART])):
            end = min(end + used, len(tokens))
        if end > at:
            return Misunderstood(Problem.TIME_IN_TITLE, line.typed(tokens[at:end]))
    return None


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
    found: set[int] = set()
    for number, unit in zip(words[::2], words[1::2], strict=False):
        size = _UNITS.get(unit) or _UNITS.get(unit.removesuffix("s"))
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


class _Reader:
    """Reads a line, without looking twice at what is the same from wherever one reads.

    Raises `Misunderstood` for a line of so many parts that it is none.
    """

    def __init__(
        self, line: Line, people: Sequence[Person], doctors: Sequence[KnownDoctor]
    ) -> None:
        self._line, self._tokens = line, line.tokens
        self._people, self._doctors = people, doctors
        self._begins: dict[int, bool] = {}
        self._phrases: dict[tuple[int, bool], int] = {}
        self._steps = 0

    def read(self) -> _Reading:
        """The reading with the shortest title behind which everything is understood, or can only be
        meant as what it is not; else the first that understands something, and what it does not.
        """
        failed: list[_Reading] = []
        for end in range(len(self._tokens)):
            reading = self.read_from(end, _Parts(self._people))
            if reading.problem is not None:
                return reading
            if reading.stops_at is None:
                has_time = not reading.parts.typed.is_empty
                if has_time or not any(each.parts.is_strong for each in failed):
                    return reading
                break  # "Dentist tomorrow 10:00 please for 2 hours": the time is further in front
            failed.append(reading)
        for reading in failed:
            if reading.parts.is_strong:
                # What stands behind the words that nobody understands still counts.
                return self.read_from(reading.title_ends, _Parts(self._people), skips=True)
        return _Reading(_Parts(self._people), len(self._tokens), None, None)

    def read_from(self, at: int, parts: _Parts, *, skips: bool = False) -> _Reading:
        """Read what follows a title that ends at *at*; with *skips* beyond what is none of it."""
        tokens, title_ends = self._tokens, at
        problem: Misunderstood | None = None
        said: tuple[TypedDate | None, TypedRepeat | None] | None = None
        while at < len(tokens):
            if tokens[at].word == "," and at > title_ends:
                at += 1
                continue
            try:
                used = self._read_part(at, parts)
            except Misunderstood as wrong:
                if wrong.problem is Problem.TOO_LONG:
                    raise
                problem, used = problem or wrong, 1
                said = said or (parts.typed.day, parts.typed.repeat)
            if not used and problem is None:
                if not skips:
                    return _Reading(parts, title_ends, at, None)
                problem = Misunderstood(Problem.APPOINTMENT_WORDS, self.stray(at))
                said = (parts.typed.day, parts.typed.repeat)
                used = self._phrase_ends(at) - at
            at += used or 1  # behind what is wrong, an hour, a place or a doctor still count
        if said is not None:
            # But no day: a piece of "mon, wed, fri" is not what was meant.
            parts.typed.day, parts.typed.repeat = said
        return _Reading(parts, title_ends, None, problem)

    def stray(self, at: int) -> str:
        """The words from *at* on that are none of it."""
        return self._line.typed(self._tokens[at : self._phrase_ends(at)])

    def _read_part(self, at: int, parts: _Parts) -> int:
        token, following = self._tokens[at], self._tokens[at : at + _LONGEST_PART]
        if token.is_quoted:
            return 0
        typed = parts.typed
        if self._begins_part(at) or not typed.is_empty:
            self._take_step()
            remind_before, used = _reminders(following)
            if used:
                parts.remind_before = remind_before
                return used
            used = read_when_part(following, typed)
            if used:
                parts.is_strong = not typed.is_empty
                return used
        word, is_last = token.word, len(following) == 1
        if word == "with" and parts.doctor is None and not is_last:
            end = self._doctor_ends(at)
            parts.doctor = parse_name(self._words(at + 1, end))
            return end - at
        has_begun = parts.is_begun or not typed.is_empty
        if word in {"at", "@", "in"} and parts.place is None and has_begun and not is_last:
            end = self._phrase_ends(at + 1, commas=True)
            if following[1].word in _ROUGH_TIMES:
                raise Misunderstood(Problem.NO_SUCH_TIME, self._words(at + 1, end))
            parts.place = parse_text(self._words(at + 1, end))
            return end - at
        if word.rstrip(":") in _BRINGS and parts.bring is None and not is_last:
            end = self._phrase_ends(at + 1, commas=True)
            parts.bring = parse_text(self._words(at + 1, end))
            return end - at
        if word.rstrip(":") in _NOTES and word.endswith(":") and not is_last:
            parts.note = parse_text(self._words(at + 1, len(self._tokens)))
            return len(self._tokens) - at
        if word == "for" and has_begun and find_stranger(following[:2]) is not None:
            words = self._words(at + 1, self._phrase_ends(at + 1))
            raise unknown_person(words, parts.people)
        return 0

    def _take_step(self) -> None:
        self._steps += 1
        if self._steps > _MOST_STEPS:
            raise Misunderstood(Problem.TOO_LONG, self._line.text)

    def _begins_part(self, at: int) -> bool:
        """Whether a time or a reminder begins at *at*, taken by itself, or a wrong one."""
        if at not in self._begins:
            tokens = self._tokens[at : at + _LONGEST_PART]
            try:
                used = _reminders(tokens)[1] or read_when_part(tokens, TypedWhen())
            except Misunderstood:
                used = 1
            self._begins[at] = used > 0
        return self._begins[at]

    def _doctor_ends(self, at: int) -> int:
        """Where the doctor after "with" ends: the longest known name, else the next part."""
        index = index_names(tuple(doctor.name for doctor in self._doctors), as_word)
        length, _places = index.longest_at(self._spelt, at + 1, bare=lambda _word: ())
        return at + 1 + length if length else self._phrase_ends(at + 1)

    @cached_property
    def _spelt(self) -> Sequence[str]:
        return spelt(self._tokens, as_word)

    def _phrase_ends(self, at: int, *, commas: bool = False) -> int:
        """Where words that are kept as typed end: at the next thing that we can read."""
        known = self._phrases.get((at, commas))
        if known is not None:
            return known
        end = at + 1
        while end < len(self._tokens):
            word = self._tokens[end].word
            if word == "," and not commas:
                break
            if word in {"with", "at", "@", "for"} | _BRINGS or word.rstrip(":") in _NOTES:
                break
            if self._begins_part(end):
                break
            end += 1
        self._phrases[at, commas] = end
        return end

    def _words(self, start: int, end: int) -> str:
        tokens = self._tokens[start:end]
        return tokens[0].raw if len(tokens) == 1 else self._line.typed(tokens).strip(" ,")


def _reminders(tokens: Sequence[Token]) -> tuple[tuple[int, ...], int]:
    """ "remind me 1 day and 2 hours before", "no reminder": minutes, and the tokens it took.

    Raises `Misunderstood` for a reminder that cannot be.
    """
    words = words_of(tokens, 24)
    if words[:1] and words[0] in _NO and words[1:2] and words[1] in _REMINDERS:
        return (), 2
    if not words or words[0] not in _REMINDERS:
        return (), 0
    skip = 2 if words[1:2] in (["me"], ["us"], [":"]) else 1
    if "before" in words:
        end = words.index("before") + 1
    else:
        end = skip
        while end + 1 < len(words) and _is_length(words[end], words[end + 1]):
            end += 3 if words[end + 2 : end + 3] in (["and"], [","]) else 2
        end -= 1 if words[end - 1] in {"and", ","} else 0
    if end == skip:
        return (), 0  # "Remind Anna" is a title
    return parse_reminders(" ".join(words[skip:end])), end


def _is_length(number: str, unit: str) -> bool:
    is_number = number.isdecimal() or number in {"a", "an", "one", "two"}
    return is_number and unit.removesuffix("s") in _UNITS


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


def _bare_name(name: str) -> str:
    """A doctor's name without their title, comparable."""
    words = [w for w in matchable(name).replace(".", " ").split() if w not in _TITLES]
    return " ".join(words) or matchable(name)


_UNITS = {"minute": 1, "min": 1, "hour": 60, "h": 60, "hr": 60, "day": 1440, "week": 10080}
_TITLES = {"dr", "doctor", "prof", "professor", "mr", "mrs", "ms", "med"}
