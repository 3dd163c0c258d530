"""Days of a month: "first monday of every month", "the 1st and 15th", "last day of the month"."""

import re
from dataclasses import dataclass

from bot.grammar.cursor import Cursor
from bot.grammar.dates import MONTHS, ORDINALS, SHORTER_MONTHS, WEEKDAYS
from bot.grammar.numbers import read_count
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.rhythms.patterns import EVERY, LAST, NthWeekday, Pattern, Unit
from bot.grammar.rhythms.weekdays import JOINTS

_LONGEST_MONTH = 31
_DAY = re.compile(r"(\d{1,2})(st|nd|rd|th)?")
_SPELT = {"first", "second", "third", "fourth"}
_LEADING = {"on", "the", *EVERY}
INTERVALS = {"other": 2, **{word: number for word, number in ORDINALS.items() if number > 1}}


@dataclass(frozen=True, slots=True)
class MonthDays:
    """Days of a month, of one kind or of the other."""

    nth_weekdays: tuple[NthWeekday, ...] = ()
    month_days: tuple[int, ...] = ()

    def every(self, interval: int) -> Pattern:
        return Pattern(
            Unit.MONTH, interval, nth_weekdays=self.nth_weekdays, month_days=self.month_days
        )


def read_monthly(cursor: Cursor) -> Pattern | None:
    """ "second and fourth tuesday of every month", "every last friday", "on the 3rd of the month".

    Raises `Misunderstood` for "first monday" alone: of every month, or of one?
    """
    begin = cursor.at
    is_every = _skip_leading(cursor)
    named = cursor.at
    days = accept_nth_weekdays(cursor) or accept_month_days(cursor, needs_ending=False)
    if days is not None and (interval := accept_of_the_month(cursor)):
        _check(days, cursor.words_since(named))
        accept_shorter_months(cursor)
        return days.every(interval)
    if days is not None and days.nth_weekdays:
        ordinals = {day.nth for day in days.nth_weekdays}
        if is_every and (len(days.nth_weekdays) > 1 or ordinals & {1, LAST}):
            return days.every(1)
        is_date = cursor.peek() in MONTHS or cursor.peek() in {"of", "in"}
        if not is_every and not is_date:
            words = cursor.words_since(named)
            suggestions: tuple[str, ...] = (f"{words} of every month",)
            if len(days.nth_weekdays) == 1:
                suggestions += (f"{words} of this month",)
            raise Misunderstood(Problem.REPEAT_AMBIGUOUS, words, suggestions=suggestions)
    cursor.at = begin
    return None


def accept_nth_weekdays(cursor: Cursor) -> MonthDays | None:
    """Take "second and fourth tuesday", "first monday and third thursday"."""
    found: set[NthWeekday] = set()
    begin = cursor.at
    while True:
        joint = cursor.at
        if found:
            cursor.skip(JOINTS | {"the"})
        ordinals = [ORDINALS[ordinal] for ordinal in _accept_ordinals(cursor)]
        weekday = cursor.accept(WEEKDAYS) if ordinals else ""
        if not weekday:
            cursor.at = joint
            break
        found.update(NthWeekday(WEEKDAYS[weekday], nth) for nth in ordinals)
    if not found:
        cursor.at = begin
        return None
    return MonthDays(nth_weekdays=tuple(sorted(found, key=_in_month)))


def _in_month(day: NthWeekday) -> tuple[bool, int, int]:
    """Sorts by when they come in a month, the last ones last."""
    return day.nth < 0, day.nth, day.weekday


def _accept_ordinals(cursor: Cursor) -> list[str]:
    found: list[str] = []
    while True:
        begin = cursor.at
        if found:
            cursor.skip(JOINTS | {"the"})
        ordinal = cursor.accept(ORDINALS)
        if not ordinal:
            cursor.at = begin
            return found
        found.append(ordinal)


def accept_month_days(cursor: Cursor, *, needs_ending: bool) -> MonthDays | None:
    """Take "1st and 15th", "15th and last day". With *needs_ending* a bare "3" is none."""
    found: list[int] = []
    while True:
        begin = cursor.at
        if found:
            cursor.skip(JOINTS | {"the", "on"})
        if cursor.accept_phrase("last", "day"):
            found.append(LAST)
            continue
        if cursor.peek() in _SPELT and _is_of_or_joined(cursor):
            found.append(ORDINALS[cursor.accept(_SPELT)])
            continue
        match = _DAY.fullmatch(cursor.peek())
        # "on the 1st, 10 times": what is joined has an ending of its own.
        is_bare = match is not None and not match[2] and (needs_ending or bool(found))
        if match is None or is_bare or cursor.peek(1) in MONTHS:
            cursor.at = begin
            break
        cursor.at += 1
        found.append(int(match[1]))
    if not found:
        return None
    return MonthDays(month_days=tuple(sorted(set(found), key=lambda day: (day < 0, day))))


def _is_of_or_joined(cursor: Cursor) -> bool:
    """ "the first of each month", "the first and third of it"."""
    is_joined = cursor.peek(1) in JOINTS and cursor.peek(2) in _SPELT | {"the"}
    return cursor.peek(1) == "of" or is_joined


def check_month_days(days: MonthDays, words: str) -> MonthDays:
    """Raises `Misunderstood` for a day that no month has."""
    _check(days, words)
    return days


def _check(days: MonthDays, words: str) -> None:
    if not all(day == LAST or 1 <= day <= _LONGEST_MONTH for day in days.month_days):
        raise Misunderstood(Problem.NO_SUCH_DATE, words)


def accept_shorter_months(cursor: Cursor) -> None:
    """Take "(in shorter months on the last day)", which is what such a day means anyway."""
    said = tuple(cursor.peek(ahead).strip("()") for ahead in range(len(SHORTER_MONTHS)))
    if said == SHORTER_MONTHS:
        cursor.at += len(SHORTER_MONTHS)


def _skip_leading(cursor: Cursor) -> bool:
    """Skip "on", "the" and "every"; returns whether it said "every"."""
    begin = cursor.at
    cursor.skip(_LEADING)
    return any(token.word in EVERY for token in cursor.tokens[begin : cursor.at])


def accept_of_the_month(cursor: Cursor) -> int:
    """Take "of every month", "in each month", "of the month", "every 3rd month" or "monthly".
    Returns every how many months that is; 0 if it isn't there.
    """
    begin = cursor.at
    is_of = bool(cursor.accept({"of", "in"}))
    if not is_of and cursor.accept("monthly"):
        return 1
    is_every = bool(cursor.accept(EVERY))
    if (is_every or (is_of and cursor.accept({"the", "a"}))) and cursor.accept("month"):
        return 1
    if is_every:
        word = cursor.peek()
        interval = INTERVALS.get(word) or read_count(word)
        cursor.at += 1
        if interval is not None and cursor.accept({"month", "months"}):
            return interval
    cursor.at = begin
    return 0
