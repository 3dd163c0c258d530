"""Times of day: "08:00", "8.30", "8am", "noon", and "8 in the evening".

An hour that could be morning or afternoon is asked about, never guessed.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time

from bot.grammar.numbers import COUNTS
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.tokens import Token

NAMED = {"noon": time(12), "midday": time(12), "midnight": time(0)}

_TIME = re.compile(
    r"""(?P<hour>\d{1,2})
        (?: [:.](?P<minute>\d{1,2}) | h(?P<h_minute>\d{2}) )?
        \s?
        (?P<half> [ap]\.?m\.? )?
        (?P<suffix> h|hrs?|uhr )?""",
    re.VERBOSE,
)
_MILITARY = re.compile(r"(?P<hour>[01]\d|2[0-4])(?P<minute>[0-5]\d)(?:h|hrs?)?")
_HALVES = re.compile(r"[ap]\.?m\.?")
_LOOKS_LIKE_A_TIME = re.compile(r"\d{1,2}[:.h]\d{1,2}.*|\d{1,2}:.*|\d{1,2}([:.]\d+)?[ap]\.?m\.?")


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


@dataclass(frozen=True, slots=True)
class TypedTime:
    """A time as typed: the readings it has, two of them for "8" and for "8:30 in the evening"."""

    words: str
    plain: time | None  # what it means when nothing else is said; None: it must be asked
    evening: time | None = None  # what else it can mean beside "in the evening"
    tokens_used: int = 1
    is_after_at: bool = True  # "8am, 2 at night" may mean two tablets at night

    def resolve(self, part: PartOfDay | None = None) -> time:
        """The one time meant. Raises `Misunderstood` if there is none, or more than one."""
        if part is None:
            if self.plain is not None:
                return self.plain
            raise Misunderstood(Problem.AM_OR_PM, self.words, suggestions=self._readings())
        if self.plain is None and not self.is_after_at:
            raise Misunderstood(Problem.AM_OR_PM, self.words, suggestions=self._readings())
        hours = self._both()
        fitting = [at for at in hours if part.holds(at.hour)]
        if len(fitting) == 1:
            return fitting[0]
        if not fitting:
            raise Misunderstood(Problem.CONTRADICTION, self.words, suggestions=self._readings())
        raise Misunderstood(Problem.AM_OR_PM, self.words, suggestions=self._readings())

    def _both(self) -> list[time]:
        if self.plain is None:
            return [time.fromisoformat(reading) for reading in self._readings()]
        return [at for at in (self.plain, self.evening) if at is not None]

    def _readings(self) -> tuple[str, ...]:
        if self.plain is not None:
            return (f"{self.plain:%H:%M}",)
        hour = int(self.words) if self.words.isdecimal() else COUNTS[self.words]
        return f"{hour % 12:02}:00", f"{hour % 12 + 12:02}:00"


def looks_like_a_time(token: Token) -> bool:
    """Whether a word can hardly be anything but a time: "08:00", "8am", "25:99"."""
    return not token.is_quoted and _LOOKS_LIKE_A_TIME.fullmatch(token.word) is not None


def read_time(tokens: Sequence[Token], *, is_expected: bool, is_after_at: bool) -> TypedTime | None:
    """The time that *tokens* begin with; None if they begin with something else.

    Where a time *is_expected* (after "at", after another time) "20" and "2000" are times too;
    directly *after "at"* a single digit is one, if it is known whether morning or evening.
    Raises `Misunderstood` for "25:00" and "13pm".
    """
    if not tokens or tokens[0].is_quoted:
        return None
    word, following = tokens[0].word, tokens[1].word if len(tokens) > 1 else ""
    if word in NAMED:
        return TypedTime(word, NAMED[word])
    if word == "12" and following in NAMED:
        return TypedTime(f"{word} {following}", NAMED[following], tokens_used=2)
    if word.isdecimal() or word in COUNTS:
        return _bare(word, following, is_expected=is_expected, is_after_at=is_after_at)
    return _clock(word, following)


def _bare(word: str, following: str, *, is_expected: bool, is_after_at: bool) -> TypedTime | None:
    military = _MILITARY.fullmatch(word)
    if military and len(word) == 4:
        # "2000" may be a year, "0800" hardly.
        if not is_expected and word[0] != "0":
            return None
        return TypedTime(word, _exact(word, int(military["hour"]), int(military["minute"])))
    hour = COUNTS[word] if word in COUNTS else int(word) if len(word) <= 2 else None
    if hour is None:
        if is_expected:
            raise Misunderstood(Problem.NO_SUCH_TIME, word)
        return None
    if _HALVES.fullmatch(following):
        return TypedTime(
            f"{word} {following}", _half(f"{word} {following}", hour, 0, following), tokens_used=2
        )
    used = 2 if following in {"o'clock", "oclock", "uhr"} else 1
    if 1 <= hour <= 12 and len(word.lstrip("0")) == len(word):
        return TypedTime(word, None, tokens_used=used, is_after_at=is_after_at)
    # "10 mg at 8am and 20 at 9pm": the 20 is an amount.
    if not is_expected or following in {"at", "@", "in"}:
        # A stray "20" may be an amount; that it stands where a schedule should is all we know.
        suggestions = (f"{hour:02}:00",) if hour < 24 else ()
        raise Misunderstood(Problem.NO_SUCH_TIME, word, suggestions=suggestions)
    return TypedTime(word, _exact(word, hour, 0), tokens_used=used)


def _clock(word: str, following: str) -> TypedTime | None:
    match = _TIME.fullmatch(word) or _MILITARY.fullmatch(word)
    if match is None:
        if looks_like_a_time(Token(word, word, 0, 0)):
            raise Misunderstood(Problem.NO_SUCH_TIME, word)
        return None
    parts = match.groupdict()
    hour_word, minute_word = parts["hour"], parts["minute"] or parts.get("h_minute")
    hour, minute = int(hour_word), int(minute_word or 0)
    if minute_word is not None and len(minute_word) != 2:
        raise Misunderstood(Problem.NO_SUCH_TIME, word)
    half = parts.get("half")
    if half is not None:
        return TypedTime(word, _half(word, hour, minute, half))
    if _HALVES.fullmatch(following):
        both = f"{word} {following}"
        return TypedTime(both, _half(both, hour, minute, following), tokens_used=2)
    if minute_word is None and hour <= 12:
        # "8h" is eight o'clock to some and eight hours to others.
        raise Misunderstood(
            Problem.AM_OR_PM, word, suggestions=(f"{hour % 12:02}:00", f"{hour % 12 + 12:02}:00")
        )
    plain = _exact(word, hour, minute)
    can_be_evening = hour_word[0] != "0" and 1 <= hour <= 11
    used = 2 if following in {"o'clock", "uhr", "h", "hrs"} else 1
    return TypedTime(
        word, plain, plain.replace(hour=hour + 12) if can_be_evening else None, tokens_used=used
    )


def _half(words: str, hour: int, minute: int, half: str) -> time:
    if not 1 <= hour <= 12:
        raise Misunderstood(Problem.NO_SUCH_TIME, words)
    return _exact(words, hour % 12 + (12 if half[0] == "p" else 0), minute)


def _exact(words: str, hour: int, minute: int) -> time:
    if hour == 24 and minute == 0:
        # The end of which day? For a daily dose it is midnight, which has a name of its own.
        raise Misunderstood(Problem.NO_SUCH_TIME, words, suggestions=("00:00",))
    if hour > 23 or minute > 59:
        raise Misunderstood(Problem.NO_SUCH_TIME, words)
    return time(hour, minute)
