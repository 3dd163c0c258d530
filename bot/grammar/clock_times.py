"""Times of day: "08:00", "8.30", "8am", "noon", and "8 in the evening".

An hour that could be morning or afternoon is asked about, never guessed.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from bot.grammar.numbers import COUNTS, read_count
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.tokens import Token, words_of

_O_CLOCK = {"o'clock", "oclock", "h", "hrs", "uhr"}
NAMED = {"noon": time(12), "midday": time(12), "midnight": time(0)}

_TIME = re.compile(
    r"""(?P<hour>\d{1,2})
        (?: [:.](?P<minute>\d{1,2}) | h(?P<h_minute>\d{2}) )?
        (?: (?P<half>[ap]\.?m\.?) | h | hrs? )?""",
    re.VERBOSE,
)
_MILITARY = re.compile(r"(?P<hour>[01]\d|2[0-4])(?P<minute>[0-5]\d)")
_HALVES = re.compile(r"[ap]\.?m\.?")
_LOOKS_LIKE_A_TIME = re.compile(r"\d{1,2}[:.h]\d{1,2}.*|\d{1,2}:.*|\d{1,2}([:.]\d+)?[ap]\.?m\.?")


_WITH_UNIT = re.compile(r"\d{1,2}\.\d+(?P<unit>[a-zµμ%][a-zµμ%/.]*)")  # "0.1%" is an amount
_HALVES_AND_HOURS = {"am", "pm", "a.m", "p.m", "h", "hr", "hrs", "uhr"}


class PartOfDay(tuple[int, int]):
    """First and last hour of what people call morning, afternoon, evening or night."""

    __slots__ = ()

    def holds(self, hour: int) -> bool:
        first, last = self
        return first <= hour <= last if first <= last else hour >= first or hour <= last


PARTS_OF_DAY = {
    "morning": PartOfDay((1, 11)),
    "afternoon": PartOfDay((12, 18)),
    "evening": PartOfDay((16, 23)),
    "night": PartOfDay((20, 4)),
}


# When people have them; None: it says nothing about the hour.
MEALS: Mapping[str, PartOfDay | None] = {
    "breakfast": PartOfDay((4, 11)),
    "lunch": PartOfDay((10, 15)),
    "tea": PartOfDay((14, 19)),
    "dinner": PartOfDay((11, 22)),
    "supper": PartOfDay((16, 23)),
    "bed": PartOfDay((18, 3)),
    "bedtime": PartOfDay((18, 3)),
    "meal": None,
    "meals": None,
}


_NOON = 12


@dataclass(frozen=True, slots=True)
class TypedTime:
    """A time as typed, with its readings, the most literal first.

    If the first reading `is_sure`, it wins unless a part of the day contradicts it ("8:30 in the
    evening"). `is_after_at` distinguishes "at 2 at night" from "8am, 2 at night", which may mean
    two tablets.
    """

    words: str
    readings: tuple[time, ...]
    is_sure: bool
    is_after_at: bool = True
    tokens_used: int = 1
    is_joined: bool = False  # "and" comes before it

    @property
    def is_midnight(self) -> bool:
        """Whether it is midnight by name ("midnight", "12 am"), which can belong to either of two
        days. Somebody who types 00:00 thinks in 24 hours, and means the start of the day.
        """
        is_named = "midnight" in self.words or self.words.startswith("12")
        return is_named and self.readings == (time(0),)

    @property
    def other_half(self) -> time | None:
        """Twelve hours later, if the text ("3:15") may mean that too."""
        return self.readings[1] if self.is_sure and len(self.readings) > 1 else None

    @property
    def is_of_24_hours(self) -> bool:
        """Whether it is an afternoon hour in 24 hours: "22:00", but not "10 pm"."""
        is_named = any(letter.isalpha() for letter in self.words)
        return not is_named and self.readings[0].hour > _NOON

    def require_one_half(self) -> None:
        """Raises `Misunderstood` if it may be twelve hours later as well: "1:30" behind "8:30"."""
        if self.other_half is not None:
            both = tuple(f"{at:%H:%M}" for at in self.readings)
            raise Misunderstood(Problem.AM_OR_PM, self.words, suggestions=both)

    def resolve(self, part: PartOfDay | None = None) -> time:
        """The one time meant. Raises `Misunderstood` if there is none, or more than one."""
        if part is None and self.is_sure:
            return self.readings[0]
        if part is None or not (self.is_sure or self.is_after_at):
            raise self._unclear(Problem.AM_OR_PM)
        fitting = [reading for reading in self.readings if part.holds(reading.hour)]
        if len(fitting) != 1:
            raise self._unclear(Problem.AM_OR_PM if fitting else Problem.CONTRADICTION)
        return fitting[0]

    def _unclear(self, problem: Problem) -> Misunderstood:
        offered = self.readings[:1] if self.is_sure else self.readings
        return Misunderstood(problem, self.words, suggestions=tuple(f"{t:%H:%M}" for t in offered))


def nights_of(day: date, *, local_now: datetime) -> tuple[date, ...]:
    """The dates that start with a midnight of *day*, if still in the future: *day* itself and the
    next one.
    """
    both = (day, day + timedelta(days=1))
    return tuple(each for each in both if datetime.combine(each, time.min) > local_now)


def later_half(day: date, clock: time | None, *, local_now: datetime) -> tuple[time, ...]:
    """*clock*, if it is still in the future on *day*; empty if it isn't, or if there is none."""
    is_ahead = clock is not None and datetime.combine(day, clock) > local_now
    return (clock,) if clock is not None and is_ahead else ()


def looks_like_a_time(token: Token) -> bool:
    """Whether a word can hardly be anything but a time: "08:00", "8am", "25:99"."""
    if token.is_quoted or _LOOKS_LIKE_A_TIME.fullmatch(token.word) is None:
        return False
    amount = _WITH_UNIT.fullmatch(token.word)
    return amount is None or amount["unit"].rstrip(".") in _HALVES_AND_HOURS


def read_time(tokens: Sequence[Token], *, is_expected: bool, is_after_at: bool) -> TypedTime | None:
    """The time at the start of *tokens*; None if they start with something else.

    If a time *is_expected* (after "at", after another time), "20" and "2000" are times too. Raises
    `Misunderstood` for "25:00" and "13pm".
    """
    words = words_of(tokens, 2)
    match words:
        case []:
            return None
        case [word, *_] if word in NAMED:
            return _sure(word, NAMED[word])
        case ["half" | "quarter", "past" | "to", *_] if spoken := _spoken(tokens):
            return spoken
        case [minutes, "past", *_] if minutes in MINUTES and (spoken := _spoken(tokens)):
            return spoken
        case ["12", named] if named in NAMED:
            return _sure(f"12 {named}", NAMED[named], tokens_used=2)
    word, following = words[0], words[1] if len(words) > 1 else ""
    if word.isdecimal() or word in COUNTS:
        return _bare(word, following, is_expected=is_expected, is_after_at=is_after_at)
    return _clock(word, following)


def _spoken(tokens: Sequence[Token]) -> TypedTime | None:
    """ "half past nine", "quarter to eight": before or after noon isn't said."""
    words = words_of(tokens, 4)
    hour = read_count(words[2]) if len(words) > 2 else None
    if hour is None or not 1 <= hour <= 12:
        return None
    minutes = MINUTES[words[0]] * (1 if words[1] == "past" else -1)
    typed = datetime.combine(date.min + timedelta(days=1), time(hour % 12)) + timedelta(
        minutes=minutes
    )
    half = words[3] if len(words) > 3 and words[3] in {"am", "pm"} else None
    early, late = typed.time(), (typed + timedelta(hours=12)).time()
    readings = {"am": (early,), "pm": (late,), None: (early, late)}[half]
    used = 3 + (half is not None)
    return TypedTime(" ".join(words[:used]), readings, is_sure=half is not None, tokens_used=used)


def read_half(tokens: Sequence[Token]) -> TypedTime | None:
    """ "Half nine", as the British say half past nine."""
    words = words_of(tokens, 3)
    hour = read_count(words[1]) if len(words) > 1 and words[0] == "half" else None
    if hour is None or not 1 <= hour <= 12:
        return None
    half = words[2] if len(words) > 2 and words[2] in {"am", "pm"} else None
    early, late = time(hour % 12, 30), time(hour % 12 + 12, 30)
    readings = {"am": (early,), "pm": (late,), None: (early, late)}[half]
    used = 2 + (half is not None)
    return TypedTime(" ".join(words[:used]), readings, is_sure=half is not None, tokens_used=used)


#: "Ten past", "half past"; "ten to" only of what was given: of what is to be it's a span.
MINUTES = {"half": 30, "quarter": 15, "five": 5, "ten": 10, "twenty": 20}
MINUTES |= {"5": 5, "10": 10, "20": 20, "25": 25}


def _sure(words: str, *readings: time, tokens_used: int = 1) -> TypedTime:
    return TypedTime(words, readings, is_sure=True, tokens_used=tokens_used)


def _bare(word: str, following: str, *, is_expected: bool, is_after_at: bool) -> TypedTime | None:
    """A number without a colon: "8", "8 pm", "20", "0800", "eight"."""
    if len(word) == 4 and word.isdecimal():
        military = _MILITARY.fullmatch(word)
        # "2000" may be a year; "0800" hardly.
        if military is None or not (is_expected or word[0] == "0"):
            return None
        return _sure(word, _exact(word, int(military["hour"]), int(military["minute"])))
    hour = COUNTS[word] if word in COUNTS else int(word) if len(word) <= 2 else None
    if hour is None:
        return None
    if _HALVES.fullmatch(following):
        both = f"{word} {following}"
        return _sure(both, _half(both, hour, 0, following), tokens_used=2)
    used = 2 if following in _O_CLOCK else 1
    if 1 <= hour <= 12 and word[0] != "0":
        readings = _both_halves(hour)
        return TypedTime(word, readings, is_sure=False, is_after_at=is_after_at, tokens_used=used)
    # "10 mg at 8am and 20 at 9pm": the 20 is an amount.
    if not is_expected or following in {"at", "@", "in"}:
        suggestions = (f"{hour:02}:00",) if hour < 24 else ()
        raise Misunderstood(Problem.NO_SUCH_TIME, word, suggestions=suggestions)
    return _sure(word, _exact(word, hour, 0), tokens_used=used)


def _clock(word: str, following: str) -> TypedTime | None:
    """A time that is recognizable as one: "08:00", "8.30", "8am", "8h30"."""
    match = _TIME.fullmatch(word)
    if match is None or (match["minute"] is not None and len(match["minute"]) != 2):
        if _LOOKS_LIKE_A_TIME.fullmatch(word):
            raise Misunderstood(Problem.NO_SUCH_TIME, word)
        return None
    minutes = match["minute"] or match["h_minute"]
    hour, minute = int(match["hour"]), int(minutes or 0)
    if match["half"]:
        return _sure(word, _half(word, hour, minute, match["half"]))
    if _HALVES.fullmatch(following):
        both = f"{word} {following}"
        return _sure(both, _half(both, hour, minute, following), tokens_used=2)
    if minutes is None and 1 <= hour <= 12:
        # "8h" is eight o'clock to some people and eight hours to others.
        return TypedTime(word, _both_halves(hour), is_sure=False, is_after_at=False)
    used = 2 if following in _O_CLOCK else 1
    at = _exact(word, hour, minute)
    if 1 <= hour <= 11 and match["hour"][0] != "0":
        return _sure(word, at, at.replace(hour=hour + 12), tokens_used=used)
    return _sure(word, at, tokens_used=used)


def _both_halves(hour: int) -> tuple[time, time]:
    return time(hour % 12), time(hour % 12 + 12)


def _half(words: str, hour: int, minute: int, half: str) -> time:
    if not 1 <= hour <= 12:
        raise Misunderstood(Problem.NO_SUCH_TIME, words)
    return _exact(words, hour % 12 + (12 if half[0] == "p" else 0), minute)


def _exact(words: str, hour: int, minute: int) -> time:
    if hour == 24 and minute == 0:
        # It could be the end of either day. For a daily dose it is midnight, which has its own
        # notation.
        raise Misunderstood(Problem.NO_SUCH_TIME, words, suggestions=("00:00",))
    if hour > 23 or minute > 59:
        raise Misunderstood(Problem.NO_SUCH_TIME, words)
    return time(hour, minute)
