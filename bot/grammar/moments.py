"""When something was given, as people say it: "at 07:45", "last night at 10", "half an hour ago".

What is said lies in the past. One place, :func:`_without_a_day`, decides what a clock time without
a day means; whatever is not certain is asked about, never guessed.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from bot.grammar.clock_times import (
    NAMED,
    PARTS_OF_DAY,
    PartOfDay,
    looks_like_a_time,
    read_time,
)
from bot.grammar.dates import WEEKDAYS, TypedDate, read_date, spelt_days
from bot.grammar.dosages import name_of_unit
from bot.grammar.numbers import COUNTS, read_number
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.tokens import Line, Token, tokenize, words_of

LONGEST_AGO = timedelta(hours=48)
WATCHES_DIFFER = timedelta(minutes=5)  # a time said to be so little ahead is now
HOURS_AGO = timedelta(hours=12)  # yesterday's, without saying so, is at most so long ago

_DAY = timedelta(days=1)
_LONGEST_PHRASE = 12  # tokens
_LONGEST_TEXT = 1000  # characters: enough to see that it is longer than that
_NOW = {"now"}
_NOW_WORDS = (["just", "now"], ["right", "now"], ["a", "moment", "ago"], ["this", "minute"])
_AT = {"at", "@", "around", "about", "approx", "approximately", "ca", "circa"}
_AGO = (["ago"], ["before"], ["earlier"])
_FILLERS = _AT | {"on", "the", ","}
_LENGTHS = {
    **dict.fromkeys(["min", "mins", "minute", "minutes", "m"], timedelta(minutes=1)),
    **dict.fromkeys(["h", "hr", "hrs", "hour", "hours"], timedelta(hours=1)),
}
_TENS = {"fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19}
_TENS |= {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "ninety": 90}
_NUMBERS = {**COUNTS, **_TENS, "a": 1, "an": 1}
_HOURS_AND_MINUTES = re.compile(r"(\d{1,2})h(\d{1,2})(?:m|min)?")
_LAST_NIGHT = PartOfDay((17, 5))
_DAY_BEGINS = 6  # o'clock: until then it is still the night before
_NIGHT_BEGINS = 17  # o'clock: what was "last night" before midnight was yesterday


@dataclass(frozen=True, slots=True)
class TypedMoment:
    """When something was given, as typed.

    `at` (UTC) where it is certain; else `options` are what it can mean, none where only a part of a
    day was named (`lacks_time`: "this morning"). `is_by_clock`: it was read off a clock, and that
    of another zone would make it another moment.
    """

    words: str
    at: datetime | None = None
    options: tuple[datetime, ...] = ()
    is_by_clock: bool = False
    lacks_time: bool = False


@dataclass(frozen=True, slots=True)
class _Said:
    """The parts of a moment, before they are held against a clock."""

    ago: timedelta | None = None
    is_now: bool = False
    days_ago: int | None = None
    weekday: int | None = None
    dated: date | None = None
    part: PartOfDay | None = None
    is_last_night: bool = False
    is_tonight: bool = False
    times: tuple[time, ...] = ()

    @property
    def has_day(self) -> bool:
        return (self.days_ago, self.weekday, self.dated) != (None, None, None) or (
            self.is_last_night or self.is_tonight
        )


def parse_moment(text: str, *, zone: ZoneInfo, now: datetime) -> TypedMoment:
    """The moment in *text*, said at *now* (aware) by the clock of *zone*.

    Raises `Misunderstood` for what is no moment, is to come, or is more than 48 hours ago.
    """
    line = tokenize(text[:_LONGEST_TEXT])
    if not line.tokens:
        raise Misunderstood(Problem.TIMES_MISSING)
    return read_moment(line, line.tokens, zone=zone, now=now)


def read_moment(
    line: Line, tokens: Sequence[Token], *, zone: ZoneInfo, now: datetime
) -> TypedMoment:
    """As :func:`parse_moment`, for some *tokens* of a *line*."""
    words = line.typed(tokens)
    if len(tokens) > _LONGEST_PHRASE:
        raise Misunderstood(Problem.NO_SUCH_TIME, words)
    said = _read(tokens, words=words, today=now.astimezone(zone).date())
    return _resolve(said, words=words, zone=zone, now=now)


def find_moment(tokens: Sequence[Token]) -> int:
    """Where words about the time begin; the number of *tokens* where they say nothing of it."""
    for at in range(len(tokens)):
        if _begins(tokens[at:]):
            return at
    return len(tokens)


def _begins(tokens: Sequence[Token]) -> bool:
    first, words = tokens[0], words_of(tokens, 4)
    if first.is_quoted or _is_amount(tokens):
        return False
    if first.word in _AT | _NOW | {"today", "yesterday", "tonight", *NAMED}:
        return True
    if words[:2] in [list(pair[:2]) for pair in _NOW_WORDS]:
        return True
    match words:
        case ["this" | "last" | "in" | "on", *following]:
            rest = [word for word in following if word != "the"]
            is_part = bool(rest) and (rest[0] in PARTS_OF_DAY or rest[0] in WEEKDAYS)
            return is_part or (words[0] == "on" and _date_at(tokens[1:]) is not None)
        case ["half" | "quarter", "past" | "to", *_] | ["a", "quarter", "past" | "to", *_]:
            return True
        case [_, unit, "ago", *_] if unit.removesuffix("s") in {"day", "week", "month"}:
            return True
    if first.word in WEEKDAYS and len(first.word) > 5:
        return True
    return looks_like_a_time(first) or _ago(tokens) is not None or _date_at(tokens) is not None


def _is_amount(tokens: Sequence[Token]) -> bool:
    """Whether "2.5", which could be a time with a dot, is an amount: it has a unit, or the minutes
    of no time.
    """
    word = tokens[0].word
    try:
        number = read_number(tokens) if "." in word else None
    except Misunderstood:
        return True  # "1.000": a number all the same, and which one is asked where it is read
    if number is None:
        return False
    following = words_of(tokens[number.tokens_used :], 1)
    unit = number.rest or (following[0] if following else "")
    minutes = word[: len(word) - len(number.rest)].partition(".")[2]
    is_no_time = len(minutes) != 2 or word.startswith("0.")
    return name_of_unit(unit) is not None or (is_no_time and not number.rest)


def _read(tokens: Sequence[Token], *, words: str, today: date) -> _Said:
    """Raises `Misunderstood` for words that say nothing of the time, or say it twice."""
    ago = _ago([token for token in tokens if token.word not in _AT])
    if ago is not None:
        return _Said(ago=ago)
    said, at = _Said(), 0
    while at < len(tokens):
        if tokens[at].word in _FILLERS:
            at += 1
            continue
        part, used = _read_part(tokens[at:], today=today)
        if part is None:
            raise Misunderstood(Problem.NO_SUCH_TIME, words)
        said, at = _both(said, part, words), at + used
    return said


def _both(said: _Said, part: _Said, words: str) -> _Said:
    """The two together. Raises `Misunderstood` where both say the same thing."""
    given = {name: value for name in _Said.__slots__ if _is_said(value := getattr(part, name))}
    if any(_is_said(getattr(said, name)) for name in given):
        typed = (*said.times, *part.times)
        clock = tuple(dict.fromkeys(f"{at:%H:%M}" for at in typed))
        raise Misunderstood(Problem.CONTRADICTION, words, suggestions=clock)
    return replace(said, **given)


def _is_said(value: object) -> bool:
    """Zero is said, too: it is today, or Monday."""
    return not (value is None or value is False or value == ())


def _read_part(tokens: Sequence[Token], *, today: date) -> tuple[_Said | None, int]:
    """One part that *tokens* begin with, and how many of them it takes."""
    words = words_of(tokens, 4)
    if words[:2] == ["a", "quarter"]:
        part, used = _read_part(tokens[1:], today=today)
        return part, used + 1
    for phrase in _NOW_WORDS:
        if words[: len(phrase)] == phrase:
            return _Said(is_now=True), len(phrase)
    match words:
        case ["now", *_]:
            return _Said(is_now=True), 1
        case ["tonight", *_]:
            return _Said(is_tonight=True), 1
        case ["last", "night", *_]:
            return _Said(is_last_night=True), 2
        case ["last", "evening", *_]:
            return _Said(days_ago=1, part=PARTS_OF_DAY["evening"]), 2
        case ["yesterday", "night", *_]:
            return _Said(is_last_night=True), 2
        case ["this", name, *_] if name in PARTS_OF_DAY:
            return _Said(days_ago=0, part=PARTS_OF_DAY[name]), 2
        case ["today", *_]:
            return _Said(days_ago=0), 1
        case ["yesterday", *_]:
            return _Said(days_ago=1), 1
        case [count, "day" | "days", "ago", *_] if (days := _count(count)) is not None:
            return _Said(days_ago=int(days)), 3
        case [count, "week" | "weeks" | "month" | "months", "ago", *_] if _count(count) is not None:
            raise Misunderstood(Problem.TOO_LONG_AGO, " ".join(words[:3]))
        case ["last", name, *_] if name in WEEKDAYS:
            return _Said(weekday=WEEKDAYS[name]), 2
        case ["in", "the", name, *_] if name in PARTS_OF_DAY:
            return _Said(part=PARTS_OF_DAY[name]), 3
        case [name, *_] if name in PARTS_OF_DAY:
            return _Said(part=PARTS_OF_DAY[name]), 1
        case [name, *_] if name in WEEKDAYS:
            return _Said(weekday=WEEKDAYS[name]), 1
    times, used = _clock(tokens, words)
    if times:
        return _Said(times=times), used
    dated = _date_at(tokens)
    if dated is not None:
        return _Said(dated=_resolve_date(dated, today)), dated.tokens_used
    return None, 0


def _resolve_date(typed: TypedDate, today: date) -> date:
    """A date of the last days, in whatever year that was."""
    earliest = today - 3 * _DAY
    try:
        return typed.resolve(earliest, earliest)
    except Misunderstood as problem:
        if problem.problem is not Problem.DATE_AMBIGUOUS:
            raise
        days = spelt_days(problem.suggestions, today=earliest)
        if days and days[0] <= today:
            return days[0]  # "5/6" is yesterday; the other reading is of next year
        if "/" in typed.words:
            raise
        # Neither of the last days nor soon to come: it is one of the last months.
        raise Misunderstood(Problem.TOO_LONG_AGO, typed.words) from None


def _date_at(tokens: Sequence[Token]) -> TypedDate | None:
    """A date with its month, as "8 june": words like "friday" are read apart."""
    words = words_of(tokens, 1)
    if not words or not any(c.isdecimal() for token in tokens[:2] for c in token.word):
        return None
    return read_date(tokens)


def _clock(tokens: Sequence[Token], words: Sequence[str]) -> tuple[tuple[time, ...], int]:
    """The times that a clock time can mean, and the tokens it takes."""
    match words:
        case ["half" | "quarter" as name, "past" | "to" as side, *_] if len(tokens) > 2:
            typed = read_time(tokens[2:], is_expected=True, is_after_at=True)
            if typed is None or any(at.minute for at in typed.readings):
                return (), 0
            minutes = (30 if name == "half" else 15) * (1 if side == "past" else -1)
            readings = [_moved(at, minutes) for at in typed.readings]
            return tuple(readings), 2 + typed.tokens_used
        case ["half", hour, *_] if hour in COUNTS:
            # Half past to some, half to others.
            both = (f"half past {hour}", f"{(COUNTS[hour] - 1) % 12}:30")
            raise Misunderstood(Problem.NO_SUCH_TIME, f"half {hour}", suggestions=both)
    if _date_at(tokens) is not None:
        return (), 0
    typed = read_time(tokens, is_expected=True, is_after_at=True)
    return (typed.readings, typed.tokens_used) if typed else ((), 0)


def _moved(at: time, minutes: int) -> time:
    return (datetime.combine(date(2000, 1, 2), at) + timedelta(minutes=minutes)).time()


def _ago(tokens: Sequence[Token]) -> timedelta | None:
    """ "10 minutes ago", "half an hour ago", "1 h 30 min ago"; None if it is something else."""
    words = words_of(tokens, 8)
    if len(words) != len(tokens) or words[-1:] not in _AGO:
        return None
    words = [part for word in words[:-1] for part in _unglued(word)]
    total = timedelta()
    while words:
        length, used = _length(words)
        if length is None:
            return None
        total, words = total + length, words[used:]
        if words[:1] == ["and"]:
            words = words[1:]
    return total or None


def _length(words: Sequence[str]) -> tuple[timedelta | None, int]:
    """A length that *words* begin with, and how many of them it takes."""
    hour = timedelta(hours=1)
    match words:
        case ["half", "an", "hour", *_]:
            return hour / 2, 3
        case ["a", "half", "hour", *_]:
            return hour / 2, 3
        case ["a", "half"] | ["half"]:
            return hour / 2, len(words)  # "an hour and a half"
        case ["a", "quarter", "of", "an", "hour", *_]:
            return hour / 4, 5
        case ["quarter", "of", "an", "hour", *_]:
            return hour / 4, 4
        case [whole, "and", "a", "half", unit, *_] if (n := _count(whole)) and unit in _LENGTHS:
            return (2 * int(n) + 1) * _LENGTHS[unit] / 2, 5
        case [tens, ones, unit, *_] if tens in _TENS and ones in COUNTS and unit in _LENGTHS:
            return (_TENS[tens] + COUNTS[ones]) * _LENGTHS[unit], 3
        case [number, unit, *_] if (count := _count(number)) is not None and unit in _LENGTHS:
            return count.numerator * _LENGTHS[unit] / count.denominator, 2
        case _:
            return None, 0


def _count(word: str) -> Fraction | None:
    if word in _NUMBERS:
        return Fraction(_NUMBERS[word])
    if word in {"½", "half"}:
        return Fraction(1, 2)
    whole = word.removesuffix("½")
    digits = whole.replace(",", ".")
    if len(word) > 5 or digits.count(".") > 1 or not digits.replace(".", "").isdecimal():
        return None
    if digits.startswith(".") or digits.endswith("."):
        return None
    return Fraction(digits) + (Fraction(1, 2) if whole != word else 0)


def _unglued(word: str) -> Iterator[str]:
    """ "2h" and "20min" in two words, "forty-five" likewise, "1h30" in four."""
    glued = _HOURS_AND_MINUTES.fullmatch(word)
    if glued:
        yield from (glued[1], "h", glued[2], "min")
        return
    digits = len(word) - len(word.lstrip("0123456789.,½"))
    if digits and word[digits:] in _LENGTHS:
        yield from (word[:digits], word[digits:])
    else:
        yield from word.split("-")


def _resolve(said: _Said, *, words: str, zone: ZoneInfo, now: datetime) -> TypedMoment:
    if said.is_now:
        if (said.has_day and said.days_ago != 0) or said.times:
            raise Misunderstood(Problem.CONTRADICTION, words, suggestions=("now",))
        return TypedMoment(words, at=now)
    if said.ago is not None:
        if said.ago > LONGEST_AGO:
            raise Misunderstood(Problem.TOO_LONG_AGO, words)
        return TypedMoment(words, at=now - said.ago)
    if said.is_tonight and now.astimezone(zone).hour < _DAY_BEGINS:
        said = replace(said, is_tonight=False, is_last_night=True)
    if not said.times:
        return _without_a_time(said, words=words, zone=zone, now=now)
    readings = _in_part(said, words)
    if said.has_day:
        return _on_that_day(said, readings, words=words, zone=zone, now=now)
    return _without_a_day(readings, words=words, zone=zone, now=now)


def _without_a_time(said: _Said, *, words: str, zone: ZoneInfo, now: datetime) -> TypedMoment:
    """ "this morning", "yesterday": at what time?"""
    if not (said.has_day or said.part):
        raise Misunderstood(Problem.NO_SUCH_TIME, words)
    days = _days(said, time(_NIGHT_BEGINS), today=now.astimezone(zone).date())
    begins = datetime.combine(days[0], time(said.part[0] if said.part else 0), tzinfo=zone)
    if begins > now:
        raise Misunderstood(Problem.TIME_TO_COME, words)
    if begins + _DAY < now - LONGEST_AGO:
        raise Misunderstood(Problem.TOO_LONG_AGO, words)
    return TypedMoment(words, is_by_clock=True, lacks_time=True)


def _in_part(said: _Said, words: str) -> Sequence[time]:
    """The readings that lie in the part of the day that was named. Raises `Misunderstood`."""
    part = _LAST_NIGHT if said.is_last_night or said.is_tonight else said.part
    fitting = [at for at in said.times if part is None or part.holds(at.hour)]
    if not fitting:
        offered = tuple(f"{at:%H:%M}" for at in said.times)
        raise Misunderstood(Problem.CONTRADICTION, words, suggestions=offered)
    return fitting


def _on_that_day(
    said: _Said, readings: Sequence[time], *, words: str, zone: ZoneInfo, now: datetime
) -> TypedMoment:
    """What the readings mean on the day that was named."""
    today = now.astimezone(zone).date()
    found = [
        instant
        for reading in readings
        for day in _days(said, reading, today=today)
        for instant in _instants(datetime.combine(day, reading), zone)
    ]
    over = [min(at, now) for at in found if at <= now + WATCHES_DIFFER]
    if not over:
        raise Misunderstood(Problem.TIME_TO_COME, words)
    recent = [at for at in over if at >= now - LONGEST_AGO]
    if not recent:
        raise Misunderstood(Problem.TOO_LONG_AGO, words)
    return _of_options(recent, words)


def _days(said: _Said, reading: time, *, today: date) -> Sequence[date]:
    """The days that were named, for a time of day."""
    is_evening = reading.hour >= _NIGHT_BEGINS
    if said.is_last_night:
        return [today - _DAY if is_evening else today]
    if said.is_tonight:
        return [today]
    if said.weekday is not None:
        return [today - timedelta(days=(today.weekday() - said.weekday) % 7)]
    if said.dated is not None:
        return [said.dated]
    return [today - timedelta(days=said.days_ago or 0)]


def _without_a_day(
    readings: Sequence[time], *, words: str, zone: ZoneInfo, now: datetime
) -> TypedMoment:
    """What a clock time without a day means, said at *now*:

    * today's, if it is over;
    * now, if it is minutes ahead: watches differ;
    * yesterday's, if that is hours ago and today's is far: 23:50 said at 00:20;
    * else nobody knows: 07:55 said at 07:40 may be a slip, or yesterday's.

    Of an hour that comes twice a day, the first of the *readings* is what was typed to the letter:
    where that is not certain, the other one is not either (11:45 said at 06:46).
    """
    certain: list[datetime] = []
    possible: list[datetime] = []
    today = now.astimezone(zone).date()
    for reading in readings:
        todays = _instants(datetime.combine(today, reading), zone)
        over = [min(at, now) for at in todays if at <= now + WATCHES_DIFFER]
        if over:
            certain += over
            continue
        yesterdays = _instants(datetime.combine(today - _DAY, reading), zone)
        is_hours_ago = now - yesterdays[-1] <= HOURS_AGO <= todays[0] - now
        (certain if is_hours_ago and not possible else possible).extend(yesterdays)
    if certain:
        return _of_options(certain, words)
    return TypedMoment(words, options=(now, *sorted(possible, reverse=True)), is_by_clock=True)


def _of_options(found: Sequence[datetime], words: str) -> TypedMoment:
    options = tuple(sorted(set(found)))
    if len(options) == 1:
        return TypedMoment(words, at=options[0], is_by_clock=True)
    return TypedMoment(words, options=options, is_by_clock=True)


def _instants(local: datetime, zone: ZoneInfo) -> Sequence[datetime]:
    """The instants (UTC) of a local time: two where the clocks go back over it. Raises
    `Misunderstood` where they go forward over it.
    """
    both = [local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)]
    if both[0].astimezone(zone).replace(tzinfo=None) != local:
        instead = both[0].astimezone(zone)
        typed = f"{local:%H:%M}"
        raise Misunderstood(Problem.HOUR_SKIPPED, typed, suggestions=(f"{instead:%H:%M}",))
    return both[:1] if both[0] == both[1] else both
