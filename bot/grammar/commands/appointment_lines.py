"""Reads the line of an appointment: where its title ends, and what each part after it says."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from bot.grammar.appointment_times.parts import TypedWhen
from bot.grammar.appointment_times.reading import read_when_part
from bot.grammar.appointment_times.repeats import TypedRepeat
from bot.grammar.dates import TypedDate
from bot.grammar.known_doctors import KnownDoctor
from bot.grammar.name_index import index_names, spelt
from bot.grammar.names import parse_name
from bot.grammar.people import Person, find_unknown_person, unknown_person
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.remarks import parse_text
from bot.grammar.reminders import read_reminders
from bot.grammar.tokens import Line, as_word
from bot.grammar.words.loading import load_kin, load_words

LONGEST_PART = 40  # tokens: all weekdays with commas, and the words that may precede them
# A sensible line of 100 words takes about 200 steps. A step looks for a part after a possible
# title.
_MAX_STEPS = 400
_HOUSE = re.compile(r"\d{1,4}[a-d]?")
_LONGEST_STREET = 4  # words


@dataclass
class AppointmentParts:
    """What follows the title."""

    people: Sequence[Person]
    typed: TypedWhen = field(default_factory=TypedWhen)
    doctor: str | None = None
    place: str | None = None
    bring: str | None = None
    note: str | None = None
    remind_before: tuple[int, ...] | None = None
    is_begun: bool = False  # a time is known from elsewhere
    is_strong: bool = False  # it has more than one word that might belong to a title


@dataclass(frozen=True)
class Reading:
    """How far the tokens after a title could be read; `stops_at` is None if all of them could."""

    parts: AppointmentParts
    title_ends: int
    stops_at: int | None
    problem: Misunderstood | None


class LineReader:
    """Reads a line; whatever doesn't depend on where reading starts is only looked at once.

    Raises `Misunderstood` for a line with too many parts to be one.
    """

    def __init__(
        self, line: Line, people: Sequence[Person], doctors: Sequence[KnownDoctor]
    ) -> None:
        self._line, self._tokens = line, line.tokens
        self._people, self._doctors = people, doctors
        self._begins: dict[int, bool] = {}
        self._phrases: dict[tuple[int, bool], int] = {}
        self._steps = 0

    def read(self) -> Reading:
        """The reading with the shortest title after which everything is understood, or is
        recognizably a mistake. Otherwise the first one that understands anything, with what it
        doesn't understand.
        """
        failed: list[Reading] = []
        for end in range(len(self._tokens)):
            reading = self.read_from(end, AppointmentParts(self._people))
            if reading.problem is not None:
                return reading
            if reading.stops_at is None:
                has_time = not reading.parts.typed.is_empty
                if has_time or not any(each.parts.is_strong for each in failed):
                    return reading
                break  # "Dentist tomorrow 10:00 please for 2 hours": the time comes earlier
            failed.append(reading)
        for reading in failed:
            if reading.parts.is_strong:
                # What follows the words that nobody understands still counts.
                return self.read_from(
                    reading.title_ends, AppointmentParts(self._people), skips=True
                )
        return Reading(AppointmentParts(self._people), len(self._tokens), None, None)

    def read_from(self, at: int, parts: AppointmentParts, *, skips: bool = False) -> Reading:
        """Read what follows a title that ends at *at*; *skips* means past anything that isn't a
        part.
        """
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
                    return Reading(parts, title_ends, at, None)
                problem = Misunderstood(Problem.APPOINTMENT_WORDS, self.stray(at))
                said = (parts.typed.day, parts.typed.repeat)
                used = self._phrase_ends(at) - at
            at += used or 1  # an hour, a place or a doctor after the mistake still counts
        if said is not None:
            # But a day doesn't: part of "mon, wed, fri" isn't what was meant.
            parts.typed.day, parts.typed.repeat = said
        return Reading(parts, title_ends, None, problem)

    def stray(self, at: int) -> str:
        """The words from *at* on that belong to no part."""
        return self._line.typed(self._tokens[at : self._phrase_ends(at)])

    def _read_part(self, at: int, parts: AppointmentParts) -> int:
        token, following = self._tokens[at], self._tokens[at : at + LONGEST_PART]
        if token.is_quoted:
            return 0
        typed = parts.typed
        if parts.place is None and self._is_address(at, has_clock=typed.clock is not None):
            end = self._phrase_ends(at + 2, commas=True)
            parts.place = parse_text(self._words(at + 1, end))
            parts.is_strong = True
            return end - at
        if self._begins_part(at) or not typed.is_empty:
            self._take_step()
            remind_before, used = read_reminders(following)
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
            if following[1].word in load_words("rough times"):
                raise Misunderstood(Problem.NO_SUCH_TIME, self._words(at + 1, end))
            parts.place = parse_text(self._words(at + 1, end))
            return end - at
        if word.rstrip(":") in load_words("to bring") and parts.bring is None and not is_last:
            end = self._phrase_ends(at + 1, commas=True)
            parts.bring = parse_text(self._words(at + 1, end))
            return end - at
        if word.rstrip(":") in load_words("of a note") and word.endswith(":") and not is_last:
            parts.note = parse_text(self._words(at + 1, len(self._tokens)))
            return len(self._tokens) - at
        if has_begun and parts.note is None and self._says_why(at):
            end = self._phrase_ends(at + 1)
            parts.note = parse_text(self._words(at, end))
            return end - at
        if word == "for" and has_begun and find_unknown_person(following[:2]) is not None:
            words = self._words(at + 1, self._phrase_ends(at + 1))
            raise unknown_person(words, parts.people)
        return 0

    def _says_why(self, at: int) -> bool:
        """ "for her leg", "to change the dressing"; but "for her aunt" says for whom."""
        if self._tokens[at].word not in {"for", "to"}:
            return False
        words = [token.word.strip(".!") for token in self._tokens[at : self._phrase_ends(at + 1)]]
        if len(words) < 2 or not words[-1].isalpha():
            return False
        if words[0] == "to":
            return words[1] in load_words("tasks")
        is_of_something = len(words) > 2 and words[1] in load_words("articles")
        return is_of_something and load_kin().isdisjoint(words)

    def _is_address(self, at: int, *, has_clock: bool) -> bool:
        """ "at 12 High Street": a number that isn't an hour, since a street follows. Where the hour
        is known, any name will do.
        """
        tokens = self._tokens[at + 1 : at + 3 + _LONGEST_STREET]
        if self._tokens[at].word not in {"at", "@"} or len(tokens) < 2:
            return False
        if any(token.is_quoted for token in tokens[:2]) or not _HOUSE.fullmatch(tokens[0].word):
            return False
        if not tokens[1].word.isalpha() or tokens[1].word in load_words("no street"):
            return False
        if self._begins_part(at + 2):
            return False
        for number, token in enumerate(tokens[1:]):
            if token.is_quoted or token.word in {",", "at", "with", "for", "in", "on"}:
                break
            # "at 9 close to home" has no street; "at 9 Close Street" has.
            if token.word in load_words("streets") and number:
                return True
        return has_clock and tokens[1].raw[:1].isupper()

    def _take_step(self) -> None:
        self._steps += 1
        if self._steps > _MAX_STEPS:
            raise Misunderstood(Problem.TOO_LONG, self._line.text)

    def _begins_part(self, at: int) -> bool:
        """Whether a time or a reminder starts at *at*, on its own, even a wrong one."""
        if at not in self._begins:
            tokens = self._tokens[at : at + LONGEST_PART]
            try:
                used = read_reminders(tokens)[1] or read_when_part(tokens, TypedWhen())
            except Misunderstood:
                used = 1
            self._begins[at] = used > 0
        return self._begins[at]

    def _doctor_ends(self, at: int) -> int:
        """Where the doctor after "with" ends: at the end of the longest known name, otherwise at
        the next part.
        """
        index = index_names(tuple(doctor.name for doctor in self._doctors), as_word)
        length, _places = index.longest_at(self._spelt, at + 1, bare=lambda _word: ())
        return at + 1 + length if length else self._phrase_ends(at + 1)

    @cached_property
    def _spelt(self) -> Sequence[str]:
        return spelt(self._tokens, as_word)

    def _phrase_ends(self, at: int, *, commas: bool = False) -> int:
        """Where words kept as typed end: at the next thing that can be read."""
        known = self._phrases.get((at, commas))
        if known is not None:
            return known
        end = at + 1
        while end < len(self._tokens):
            word = self._tokens[end].word
            if word == "," and not commas:
                break
            begins = {"with", "at", "@", "for"} | load_words("to bring")
            if word in begins or word.rstrip(":") in load_words("of a note"):
                break
            if self._begins_part(end):
                break
            end += 1
        self._phrases[at, commas] = end
        return end

    def _words(self, start: int, end: int) -> str:
        tokens = self._tokens[start:end]
        return tokens[0].raw if len(tokens) == 1 else self._line.typed(tokens).strip(" ,")
