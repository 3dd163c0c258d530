"""How often an appointment repeats: "every Tuesday", "first Monday of every month"."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.grammar.clock_times import PARTS_OF_DAY
from bot.grammar.dates import SHORTER_MONTHS, WEEKDAYS
from bot.grammar.numbers import COUNTS, read_count
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.tokens import Token, words_of
from domain.appointments.recurrences import (
    MAX_RECURRENCE_INTERVAL,
    ByDay,
    Frequency,
    Nth,
    Recurrence,
)
from domain.local_time import Weekday

_EVERY = {"every", "each"}
_WORKDAYS = tuple(ByDay(day) for day in Weekday if day < Weekday.SATURDAY)
_UNITS = {
    "day": (Frequency.DAILY, 1),
    "week": (Frequency.WEEKLY, 1),
    "fortnight": (Frequency.WEEKLY, 2),
    "month": (Frequency.MONTHLY, 1),
    "quarter": (Frequency.MONTHLY, 3),
    "year": (Frequency.YEARLY, 1),
}
_ADVERBS = {
    "daily": "day",
    "weekly": "week",
    "fortnightly": "fortnight",
    "monthly": "month",
    "quarterly": "quarter",
    "yearly": "year",
    "annually": "year",
}
_TOO_OFTEN = {"second", "minute", "hour", "sec", "min", "hr"}
ORDINALS = {
    "first": Nth.FIRST,
    "second": Nth.SECOND,
    "third": Nth.THIRD,
    "fourth": Nth.FOURTH,
    "last": Nth.LAST,
    "1st": Nth.FIRST,
    "2nd": Nth.SECOND,
    "3rd": Nth.THIRD,
    "4th": Nth.FOURTH,
}
_DAY_OF_MONTH = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?")


@dataclass(frozen=True, slots=True)
class TypedRepeat:
    """A rhythm as typed. If it doesn't name a day itself (`is_anchored`), a date has to."""

    words: str
    rule: Recurrence
    tokens_used: int

    @property
    def is_anchored(self) -> bool:
        rule = self.rule
        return rule.frequency is Frequency.DAILY or bool(rule.by_day or rule.by_month_day)


def read_repeat(tokens: Sequence[Token]) -> TypedRepeat | None:
    """The rhythm at the start of *tokens*; None if they start with something else.

    Raises `Misunderstood` if it is too fast or too slow.
    """
    words = words_of(tokens, 24)  # all weekdays, with commas
    if words[:1] == ["alternate"]:
        return _alternate(words)
    for reader in (_nth_weekday, _day_of_month, _every_weekdays, _every_unit, _adverb, _weekdays):
        found = reader(words)
        if found is not None:
            rule, used = found
            return TypedRepeat(" ".join(words[:used]), rule, used)
    return None


def _alternate(words: Sequence[str]) -> TypedRepeat | None:
    """ "alternate Tuesdays" is every other one."""
    found = _every(["every", "other", *words[1:]])
    if found is None:
        return None
    rule, used = found
    return TypedRepeat(" ".join(words[: used - 1]), rule, used - 1)


def _every(words: Sequence[str]) -> tuple[Recurrence, int] | None:
    """ "every other Tuesday", "every other week"."""
    return _every_weekdays(words) or _every_unit(words)


def _adverb(words: Sequence[str]) -> tuple[Recurrence, int] | None:
    if words and words[0] == "weekdays":
        return Recurrence(Frequency.WEEKLY, by_day=_WORKDAYS), 1
    unit = _ADVERBS.get(words[0]) if words else None
    if unit is None:
        return None
    return _with_days(_UNITS[unit], words, 1)


def _every_unit(words: Sequence[str]) -> tuple[Recurrence, int] | None:
    """ "every day", "every 2 weeks on Tuesday", "every other month on the 3rd"."""
    if not words or words[0] not in _EVERY:
        return None
    if words[1:2] and words[1] in PARTS_OF_DAY:
        return Recurrence(Frequency.DAILY), 2
    if words[1:2] in (["weekday"], ["workday"]):
        return Recurrence(Frequency.WEEKLY, by_day=_WORKDAYS), 2
    interval, used = _interval(words)
    unit = words[used].removesuffix("s") if used < len(words) else ""
    if unit in _TOO_OFTEN or (used == 2 and words[1] == "second" and unit not in _UNITS):
        raise Misunderstood(Problem.REPEATS_TOO_OFTEN, " ".join(words[: used + 1]))
    if unit not in _UNITS:
        return None
    frequency, times = _UNITS[unit]
    if not 1 <= interval * times <= MAX_RECURRENCE_INTERVAL:
        raise Misunderstood(Problem.REPEATS_TOO_RARELY, " ".join(words[: used + 1]))
    return _with_days((frequency, interval * times), words, used + 1)


def _interval(words: Sequence[str]) -> tuple[int, int]:
    """The number after "every", and how many words are used up to it."""
    following = words[1] if len(words) > 1 else ""
    if following in {"other", "second", "2nd"}:
        # "every second" on its own would be sixty times a minute.
        return (2, 2) if len(words) > 2 else (1, 1)
    if following in {"third", "3rd"}:
        return 3, 2
    count = COUNTS.get(following) or read_count(following)
    return (count, 2) if count is not None else (1, 1)


def _with_days(
    unit: tuple[Frequency, int], words: Sequence[str], used: int
) -> tuple[Recurrence, int]:
    """Add the days that follow: "on tuesday", "on the 3rd", "on the first monday"."""
    frequency, interval = unit
    rest = words[used:]
    skip = 1 if rest[:1] == ["on"] else 0
    if frequency is Frequency.WEEKLY:
        days, count = _day_names(rest[skip:])
        if days:
            return Recurrence(frequency, interval, by_day=days), used + skip + count
    if frequency is Frequency.MONTHLY and skip:
        skip += 1 if rest[1:2] == ["the"] else 0
        following = rest[skip : skip + 2]
        if len(following) == 2 and following[0] in ORDINALS and following[1] in WEEKDAYS:
            nth = ByDay(WEEKDAYS[following[1]], ORDINALS[following[0]])
            return Recurrence(frequency, interval, by_day=(nth,)), used + skip + 2
        if following[:2] == ["last", "day"]:
            return Recurrence.monthly(-1, interval=interval), used + skip + 2
        match = _DAY_OF_MONTH.fullmatch(following[0]) if following else None
        if match and 1 <= int(match[1]) <= 31 and rest[1:2] == ["the"]:
            rule = Recurrence.monthly(int(match[1]), interval=interval)
            return rule, _with_shorter_months(words, used + skip + 1)
    return Recurrence(frequency, interval), used


def _every_weekdays(words: Sequence[str]) -> tuple[Recurrence, int] | None:
    """ "every Tuesday and Thursday", "every other Friday", "every 2nd Friday"."""
    if not words or words[0] not in _EVERY:
        return None
    interval, used = _interval(words)
    days, count = _day_names(words[used:])
    if not days:
        return None
    if used == 2 and words[1] in ORDINALS:
        day, nth = words[2].removesuffix("s"), words[1]
        raise Misunderstood(
            Problem.REPEAT_AMBIGUOUS,
            " ".join(words[: used + count]),
            suggestions=(f"every {interval} weeks on {day}", f"{nth} {day} of every month"),
        )
    if not 1 <= interval <= MAX_RECURRENCE_INTERVAL:
        raise Misunderstood(Problem.REPEATS_TOO_RARELY, " ".join(words[: used + count]))
    return Recurrence(Frequency.WEEKLY, interval, by_day=days), used + count


def _weekdays(words: Sequence[str]) -> tuple[Recurrence, int] | None:
    """ "Tuesdays", "on Mondays and Thursdays": only the plural means a rhythm."""
    skip = 1 if words[:1] == ["on"] else 0
    days, count = _day_names(words[skip:])
    if not days:
        return None
    if not words[skip].endswith("days"):
        if len(days) == 1:
            return None
        typed = " ".join(words[skip : skip + count]).replace(" ,", ",")
        raise Misunderstood(Problem.EVERY_WEEK, typed, suggestions=(f"every {typed}",))
    return Recurrence(Frequency.WEEKLY, by_day=days), skip + count


def _nth_weekday(words: Sequence[str]) -> tuple[Recurrence, int] | None:
    """ "first Monday of every month", "every last Friday of the month"."""
    at = 0
    while at < len(words) and words[at] in {"on", "the", *_EVERY}:
        at += 1
    if len(words) < at + 2 or words[at] not in ORDINALS or words[at + 1] not in WEEKDAYS:
        return None
    used = _of_the_month(words, at + 2)
    if used is None:
        return None
    nth = ByDay(WEEKDAYS[words[at + 1]], ORDINALS[words[at]])
    return Recurrence(Frequency.MONTHLY, by_day=(nth,)), used


def _day_of_month(words: Sequence[str]) -> tuple[Recurrence, int] | None:
    """ "on the 3rd of every month", "last day of the month"."""
    at = 0
    while at < len(words) and words[at] in {"on", "the", *_EVERY}:
        at += 1
    if words[at : at + 2] == ["last", "day"]:
        day, following = -1, at + 2
    elif at < len(words) and (match := _DAY_OF_MONTH.fullmatch(words[at])):
        day, following = int(match[1]), at + 1
    else:
        return None
    used = _of_the_month(words, following)
    if used is None:
        return None
    if not (day == -1 or 1 <= day <= 31):
        raise Misunderstood(Problem.NO_SUCH_DATE, " ".join(words[:used]))
    return Recurrence.monthly(day), _with_shorter_months(words, used)


def _with_shorter_months(words: Sequence[str], at: int) -> int:
    """The end of "(in shorter months on the last day)", which is what such a day means anyway."""
    count = len(SHORTER_MONTHS)
    said = tuple(word.strip("()") for word in words[at : at + count])
    return at + count if said == SHORTER_MONTHS else at


def _of_the_month(words: Sequence[str], at: int) -> int | None:
    """The end of "of every month", "in each month" or "of the month"."""
    if words[at : at + 1] and words[at] in {"of", "in"}:
        if words[at + 1 : at + 3] and words[at + 1] in {*_EVERY, "the", "a"}:
            return at + 3 if words[at + 2 : at + 3] == ["month"] else None
        return None
    if words[at : at + 2] and words[at] in _EVERY:
        return at + 2 if words[at + 1 : at + 2] == ["month"] else None
    return None


def _day_names(words: Sequence[str]) -> tuple[tuple[ByDay, ...], int]:
    """The weekdays at the start of *words*, and how many words they take."""
    days: set[Weekday] = set()
    used = at = 0
    while at < len(words):
        if words[at] in WEEKDAYS:
            days.add(WEEKDAYS[words[at]])
            used = at = at + 1
        elif days and words[at] in {",", "and", "&"}:
            at += 1
        else:
            break
    return tuple(ByDay(day) for day in sorted(days)), used
