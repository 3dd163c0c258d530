"""Dates: "3 Dec", "2026-12-03", "tomorrow", "friday".

A date with two readings ("3/12", "next friday") is asked about, with both written out.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.tokens import Token, tokenize, words_of
from domain.local_time import Weekday

MONTH_NAMES = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
MONTHS = {
    short: number
    for number, name in enumerate(MONTH_NAMES, start=1)
    for short in (name.casefold(), name[:3].casefold())
} | {"sept": 9}
WEEKDAYS = {
    name: day
    for day, names in zip(
        Weekday,
        [
            "monday mondays mon",
            "tuesday tuesdays tues tue",
            "wednesday wednesdays weds wed",
            "thursday thursdays thurs thur thu",
            "friday fridays fri",
            "saturday saturdays sat",
            "sunday sundays sun",
        ],
        strict=True,
    )
    for name in names.split()
}
# Which weekday of its month.
ORDINALS = {
    "first": 1,
    "1st": 1,
    "second": 2,
    "2nd": 2,
    "third": 3,
    "3rd": 3,
    "fourth": 4,
    "4th": 4,
    "last": -1,
}
SHORTER_MONTHS = ("in", "shorter", "months", "on", "the", "last", "day")
# Without a year, it is this year or next; further away, it is more likely a date that has just
# passed.
_FARTHEST_WITHOUT_YEAR = timedelta(days=274)
_FARTHEST = timedelta(days=3660)
_JUST_PASSED = timedelta(days=30)
_LONGEST_AGO = timedelta(days=366)

_DAY = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?")
_YEAR = re.compile(r"\d{4}")
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
# "8.30" is a time and "8-10" a range, so without a year only slashes make a date.
_NUMERIC = re.compile(r"(\d{1,2})(?:/(\d{1,2})|([/.-])(\d{1,2})\3(\d{4}))")
_TWO_DIGIT_YEAR = re.compile(r"\d{1,2}([/.-])\d{1,2}\1\d{2}")
_GLUED = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[-/.]?([a-z]{3,9})(?:[-/.]?(\d{4}))?")


@dataclass(frozen=True, slots=True)
class TypedDate:
    """A date as typed. `resolve(today, floor)` returns the day; it may raise `Misunderstood`."""

    words: str
    resolve: Callable[[date, date], date]
    tokens_used: int


def exactly(day: date) -> TypedDate:
    """That day, as if it had been typed."""
    return TypedDate(spelt(day), lambda _today, _floor: day, 0)


def spelt(day: date) -> str:
    """*day* in a form that everybody reads the same way, and that parses back."""
    return f"{day.day} {MONTH_NAMES[day.month - 1]} {day.year}"


def parse_date(text: str, *, today: date) -> date:
    """The day in *text* ("3 December", "until friday"), as of *today*. Raises `Misunderstood`."""
    line = tokenize(text[:100])
    tokens = [token for token in line.tokens if token.word not in {"until", "till", "on", "from"}]
    typed = read_date(tokens)
    if typed is None or typed.tokens_used < len(tokens):
        raise Misunderstood(Problem.DATE_UNREADABLE, line.typed(line.tokens))
    try:
        day = resolve_ahead(typed, today, today)
    except Misunderstood as problem:
        raise without_past_days(problem, today=today) from problem
    return check_reach(day, today=today, words=typed.words)


def resolve_ahead(typed: TypedDate, today: date, floor: date) -> date:
    """The day meant by something that is to come: a month and a day that are well over are those of
    next year. Raises `Misunderstood`, also for a day that has only just passed, which may be a
    slip.
    """
    try:
        return typed.resolve(today, floor)
    except Misunderstood as problem:
        if problem.problem is not Problem.DATE_AMBIGUOUS or len(problem.suggestions) != 2:
            raise
        first, last = (_spelt_day(words) for words in problem.suggestions)
        if first is None or last is None or not first < floor <= last:
            raise
        if floor - first <= _JUST_PASSED:
            raise
        return last


def _spelt_day(words: str) -> date | None:
    found = read_date(tokenize(words).tokens)
    return found.resolve(date.min, date.min) if found is not None else None


def without_past_days(problem: Misunderstood, *, today: date) -> Misunderstood:
    """*problem*, without suggestions that have passed."""
    ahead = tuple(spelt(day) for day in spelt_days(problem.suggestions, today=today))
    return Misunderstood(problem.problem, problem.words, suggestions=ahead)


def spelt_days(suggestions: Sequence[str], *, today: date) -> tuple[date, ...]:
    """The days that a question suggests, without those that have passed; the nearest first."""
    days = []
    for words in suggestions:
        typed = read_date(tokenize(words).tokens)
        if typed is not None and (day := typed.resolve(today, today)) >= today:
            days.append(day)
    return tuple(sorted(days))


def read_date(tokens: Sequence[Token]) -> TypedDate | None:
    """The date at the start of *tokens*; None if they start with something else."""
    words = words_of(tokens, 6)
    for reader in (
        _read_nth_weekday,
        _read_relative,
        _read_numeric,
        _read_with_month,
        _read_day_of_month,
    ):
        found = reader(words)
        if found is not None:
            return found
    return None


def read_named_day(tokens: Sequence[Token]) -> TypedDate | None:
    """ "friday 12 june", "Friday, the 12th of June 2026"; None if they start with something else.
    It resolves only to such a day of the week.
    """
    words = words_of(tokens, 8)
    if not words or words[0] not in WEEKDAYS:
        return None
    skipped = 1 + (words[1:2] == [","])
    found = _read_with_month(words[skipped:]) or _read_day_of_month(words[skipped:])
    if found is None:
        return None
    name = f"{words[0]} {found.words}"

    def resolve(today: date, floor: date) -> date:
        day = found.resolve(today, floor)
        if day.weekday() != WEEKDAYS[words[0]]:
            raise Misunderstood(Problem.WEEKDAY_DIFFERS, name)
        return day

    return TypedDate(name, resolve, skipped + found.tokens_used)


def check_reach(day: date, *, today: date, words: str) -> date:
    """*day* if it is within the years that a schedule can span."""
    if not today - _LONGEST_AGO <= day <= today + _FARTHEST:
        raise Misunderstood(Problem.DATE_TOO_FAR, words)
    return day


def _read_relative(words: Sequence[str]) -> TypedDate | None:
    match words:
        case ["now", "on", *_]:
            return TypedDate("now on", lambda today, _floor: today, 2)
        case ["today" | "now" as word, *_]:
            return TypedDate(word, lambda today, _floor: today, 1)
        case ["tomorrow" as word, *_]:
            return TypedDate(word, lambda today, _floor: today + timedelta(days=1), 1)
        case ["yesterday" as word, *_]:
            return TypedDate(word, lambda today, _floor: today - timedelta(days=1), 1)
        case ["next", name, *_] if name in WEEKDAYS:
            # This week's or next week's? People differ, and so do languages.
            return _typed_weekday(f"next {name}", WEEKDAYS[name], used=2, is_clear=False)
        case ["this", name, *_] if name in WEEKDAYS:
            return _typed_weekday(f"this {name}", WEEKDAYS[name], used=2)
        case [name, *_] if name in WEEKDAYS:
            return _typed_weekday(name, WEEKDAYS[name], used=1)
        case _:
            return None


def _read_nth_weekday(words: Sequence[str]) -> TypedDate | None:
    """ "first monday of january", "last friday of this month"."""
    skipped = 1 if words[:1] == ["the"] else 0
    match words[skipped:]:
        case [nth, name, "of" | "in", "this" | "next" as which, "month", *_]:
            month, used = which, 5
        case [nth, name, "of" | "in", month, *_] if month in MONTHS:
            used = 4
        case _:
            return None
    if nth not in ORDINALS or name not in WEEKDAYS:
        return None
    year = words[skipped + used] if len(words) > skipped + used else ""
    typed_year = int(year) if month in MONTHS and _YEAR.fullmatch(year) else None
    used += skipped + (typed_year is not None)

    def resolve(_today: date, floor: date) -> date:
        first = floor.replace(day=1)
        if month == "next":
            first = (first + timedelta(days=31)).replace(day=1)
        elif month in MONTHS:
            first = date(typed_year or floor.year, MONTHS[month], 1)
        day = _nth_weekday(first, ORDINALS[nth], WEEKDAYS[name])
        if month in MONTHS and typed_year is None and day < floor:
            first = date(floor.year + 1, MONTHS[month], 1)
            day = _nth_weekday(first, ORDINALS[nth], WEEKDAYS[name])
        return day

    return TypedDate(" ".join(words[:used]), resolve, used)


def _nth_weekday(first: date, nth: int, weekday: Weekday) -> date:
    """The *nth* such day of the month that begins on *first*; -1 is the last one."""
    if nth < 0:
        following = (first + timedelta(days=31)).replace(day=1)
        return following - timedelta(days=(following.weekday() - weekday - 1) % 7 + 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))


def _typed_weekday(words: str, weekday: Weekday, *, used: int, is_clear: bool = True) -> TypedDate:
    def resolve(_today: date, floor: date) -> date:
        nearest = floor + timedelta(days=(weekday - floor.weekday()) % 7)
        if nearest == floor or not is_clear:
            both = (spelt(nearest), spelt(nearest + timedelta(days=7)))
            raise Misunderstood(Problem.DATE_AMBIGUOUS, words, suggestions=both)
        return nearest

    return TypedDate(words, resolve, used)


def _read_numeric(words: Sequence[str]) -> TypedDate | None:
    if not words:
        return None
    word = words[0]
    iso = _ISO.fullmatch(word)
    if iso:
        year, month, day = map(int, iso.groups())
        return TypedDate(word, lambda _today, _floor: _exact(word, year, month, day), 1)
    if _TWO_DIGIT_YEAR.fullmatch(word):
        raise Misunderstood(Problem.DATE_AMBIGUOUS, word)
    numeric = _NUMERIC.fullmatch(word)
    if numeric is None:
        return None
    first, second = int(numeric[1]), int(numeric[2] or numeric[4])
    if not (1 <= first <= 31 and 1 <= second <= 31):
        return None
    typed_year = int(numeric[5]) if numeric[5] else None
    # (day, month) as in Europe, and the other way round.
    readings = [(d, m) for d, m in {(first, second), (second, first)} if m <= 12]

    def resolve(_today: date, floor: date) -> date:
        if not readings:
            raise Misunderstood(Problem.NO_SUCH_DATE, word)
        if len(readings) == 1:
            [(d, m)] = readings
            return _in_year(word, d, m, typed_year, floor)
        found = {_next(d, m, typed_year, floor) for d, m in readings}
        ahead = sorted(each for each in found if each is not None)
        raise Misunderstood(Problem.DATE_AMBIGUOUS, word, suggestions=tuple(map(spelt, ahead)))

    return TypedDate(word, resolve, 1)


def _read_with_month(words: Sequence[str]) -> TypedDate | None:
    skipped = 1 if words[:1] == ["the"] else 0
    rest = words[skipped:]
    match rest:
        case [day, "of", month, *_] if _DAY.fullmatch(day) and month in MONTHS:
            used = 3
        case [day, month, *_] if _DAY.fullmatch(day) and month in MONTHS:
            used = 2
        case [month, day, *_] if month in MONTHS and _DAY.fullmatch(day):
            used = 2
        case [glued, *_] if (match := _GLUED.fullmatch(glued)) and match[2] in MONTHS:
            if match[3]:
                return _typed_day(glued, match[1], match[2], match[3], used=skipped + 1)
            day, month, used = match[1], match[2], 1
        case _:
            return None
    # "Dec 3, 2026" has a comma before its year.
    gap = 1 if rest[used : used + 1] == [","] else 0
    year = rest[used + gap] if len(rest) > used + gap else ""
    if _YEAR.fullmatch(year):
        used += gap + 1
    else:
        year = ""
    return _typed_day(" ".join(rest[:used]), day, month, year, used=skipped + used)


def _read_day_of_month(words: Sequence[str]) -> TypedDate | None:
    """ "the 11th": the next one. "The 1st of each month" and "the 1st and 15th" are rhythms."""
    skipped = 1 if words[:1] == ["the"] else 0
    rest = words[skipped:]
    match = _NTH.fullmatch(rest[0]) if rest else None
    if match is None or rest[1:2] in (["of"], ["and"], ["&"], ["or"], ["/"]):
        return None
    if rest[1:2] == [","] and rest[2:3] and _NTH.fullmatch(rest[2]):
        return None
    number = int(match[1])

    def resolve(_today: date, floor: date) -> date:
        ahead = (floor + timedelta(days=count) for count in range(_TWO_MONTHS))
        return next(day for day in ahead if day.day == number)

    return TypedDate(" ".join(words[: skipped + 1]), resolve, skipped + 1)


_NTH = re.compile(r"([1-9]|[12]\d|3[01])(?:st|nd|rd|th)")
_TWO_MONTHS = 62  # days, in which each number of a day comes


def _typed_day(words: str, day: str, month: str, year: str, *, used: int) -> TypedDate:
    match = _DAY.match(day)
    number = int(match[1]) if match else 0
    typed_year = int(year) if year else None
    return TypedDate(
        words,
        lambda _today, floor: _in_year(words, number, MONTHS[month], typed_year, floor),
        used,
    )


def _in_year(words: str, day: int, month: int, year: int | None, floor: date) -> date:
    if year is not None:
        return _exact(words, year, month, day)
    near = [
        found
        for candidate in (floor.year - 1, floor.year, floor.year + 1)
        if (found := _find(candidate, month, day)) is not None
    ]
    if not near:
        raise Misunderstood(Problem.NO_SUCH_DATE, words)
    ahead = [found for found in near if floor <= found <= floor + _FARTHEST_WITHOUT_YEAR]
    if not ahead:
        both = sorted(sorted(near, key=lambda found: abs(found - floor))[:2])
        raise Misunderstood(Problem.DATE_AMBIGUOUS, words, suggestions=tuple(map(spelt, both)))
    return ahead[0]


def _next(day: int, month: int, year: int | None, floor: date) -> date | None:
    """The first such day on or after *floor*; None if there is none."""
    years = (floor.year, floor.year + 1) if year is None else (year,)
    found = (_find(each, month, day) for each in years)
    return next((each for each in found if each is not None and each >= floor), None)


def _exact(words: str, year: int, month: int, day: int) -> date:
    found = _find(year, month, day)
    if found is None:
        raise Misunderstood(Problem.NO_SUCH_DATE, words)
    return found


def _find(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
