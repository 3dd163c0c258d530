"""Every so often: "every 2 weeks on tuesday", "alternate days", "monthly on the 3rd"."""

import re

from bot.grammar.clock_times import PARTS_OF_DAY
from bot.grammar.cursor import Cursor
from bot.grammar.dates import MONTHS, ORDINALS, WEEKDAYS
from bot.grammar.numbers import COUNTS, read_count
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.rhythms.months import (
    INTERVALS,
    MonthDays,
    accept_month_days,
    accept_nth_weekdays,
    accept_shorter_months,
    check_month_days,
)
from bot.grammar.rhythms.patterns import EVERY, Pattern, Unit
from bot.grammar.rhythms.weekdays import GROUPS, accept_weekdays
from domain.local_time import Weekday

LONGEST_INTERVAL = 100
_UNITS = {
    **dict.fromkeys(("d", "day", "days", "night", "nights"), (Unit.DAY, 1)),
    **dict.fromkeys(("wk", "wks", "week", "weeks"), (Unit.WEEK, 1)),
    **dict.fromkeys(("fortnight", "fortnights"), (Unit.WEEK, 2)),
    **dict.fromkeys(("mth", "mths", "month", "months"), (Unit.MONTH, 1)),
    **dict.fromkeys(("quarter", "quarters"), (Unit.MONTH, 3)),
    **dict.fromkeys(("half-year", "half-years"), (Unit.MONTH, 6)),
    **dict.fromkeys(("year", "years"), (Unit.YEAR, 1)),
}
_ADVERBS = {
    "daily": "day",
    "everyday": "day",
    "weekly": "week",
    "fortnightly": "fortnight",
    "monthly": "month",
    "quarterly": "quarter",
    "yearly": "year",
    "annually": "year",
    "half-yearly": "half-year",
    "six-monthly": "half-year",
}
_ALTERNATE = {"alternate", "alternating"}
_TWO_WAYS = {"biweekly", "bi-weekly"}
_TOO_OFTEN = {"second", "seconds", "minute", "minutes", "hour", "hours"}
_GLUED = re.compile(r"(?P<count>\d{1,6})-?(?P<unit>[a-z]+)")
_TOO_OFTEN |= {"sec", "secs", "min", "mins", "hr", "hrs"}
_TIMES = {"once": 1, "twice": 2, "thrice": 3}
BEGINNINGS = frozenset([*_ALTERNATE, *_ADVERBS, *_TWO_WAYS, *_TIMES])
_SPACED = re.compile(r" (?=,)")


def read_interval(cursor: Cursor) -> Pattern | None:
    """The pattern at the cursor, if it is one of these.

    Raises `Misunderstood` if it is too fast or too slow, says no days where it has to, or can be
    two.
    """
    begin = cursor.at
    for read in (_read_alternate, _read_every, _read_adverb, _read_biweekly, _read_times, _bare):
        found = read(cursor)
        if found is not None:
            return found
        cursor.at = begin
    return None


def _read_alternate(cursor: Cursor) -> Pattern | None:
    """ "alternate Tuesdays", "every alternate day", "on alternate weekends"."""
    cursor.skip({"on", *EVERY})
    return _weeks_or_units(cursor, 2) if cursor.accept(_ALTERNATE) else None


def _read_every(cursor: Cursor) -> Pattern | None:
    """ "every day", "every Tuesday and Thursday", "every 2nd week", "every morning"."""
    begin = cursor.at
    if not cursor.accept(EVERY):
        return None
    if cursor.accept(PARTS_OF_DAY):
        return Pattern(Unit.DAY)
    if days := _accept_day_from_to(cursor):
        return Pattern(Unit.WEEK, weekdays=days)
    if glued := _accept_glued(cursor):
        _check_interval(cursor, begin, glued[1])
        return _with_days(cursor, *glued)
    ordinal = cursor.peek() if cursor.peek() in ORDINALS else ""
    interval = _accept_interval(cursor)
    if cursor.peek() in _TOO_OFTEN or (ordinal == "second" and not _names_days_or_unit(cursor)):
        cursor.accept(_TOO_OFTEN)
        raise Misunderstood(Problem.REPEATS_TOO_OFTEN, cursor.words_since(begin))
    if ordinal and cursor.peek() in WEEKDAYS:
        raise _which_nth(cursor, begin, interval, ordinal)
    return _weeks_or_units(cursor, interval, begin=begin)


def _accept_day_from_to(cursor: Cursor) -> tuple[Weekday, ...]:
    """Take "day from Monday to Friday", which is said of every week."""
    begin = cursor.at
    if cursor.accept_phrase("day", "from") and cursor.peek(1) in {"-", "to", "through", "thru"}:
        is_dated = cursor.peek(3) in MONTHS or cursor.peek(4) in MONTHS
        if cursor.peek() in WEEKDAYS and cursor.peek(2) in WEEKDAYS and not is_dated:
            return accept_weekdays(cursor)
    cursor.at = begin
    return ()


def _accept_glued(cursor: Cursor) -> tuple[Unit, int] | None:
    """Take "10d", "3-months"."""
    glued = _GLUED.fullmatch(cursor.peek())
    if glued is None or glued["unit"] not in _UNITS:
        return None
    cursor.at += 1
    unit, times = _UNITS[glued["unit"]]
    return unit, int(glued["count"]) * times


def _names_days_or_unit(cursor: Cursor) -> bool:
    word = cursor.peek()
    return word in _UNITS or word in WEEKDAYS or word in GROUPS


def _accept_interval(cursor: Cursor) -> int:
    """Take the number after "every". "every second" is no interval unless something follows."""
    word = cursor.peek()
    if word in INTERVALS:
        cursor.at += 1
        return INTERVALS[word]
    count = COUNTS.get(word) if word in COUNTS else read_count(word)
    if count is None:
        return 1
    cursor.at += 1
    cursor.accept("-")
    return count


def _which_nth(cursor: Cursor, begin: int, interval: int, nth: str) -> Misunderstood:
    """ "every 2nd Tuesday": every other week, or the second one of each month?"""
    named = cursor.at
    accept_weekdays(cursor)
    days = _SPACED.sub("", cursor.words_since(named)).casefold()
    day = days[:-1] if days.endswith("days") else days
    return Misunderstood(
        Problem.REPEAT_AMBIGUOUS,
        cursor.words_since(begin),
        suggestions=(f"every {interval} weeks on {day}", f"{nth} {day} of every month"),
    )


def _weeks_or_units(cursor: Cursor, interval: int, *, begin: int | None = None) -> Pattern | None:
    """Weekdays or a unit, every *interval* of them."""
    begin = cursor.at if begin is None else begin
    days = accept_weekdays(cursor)
    if days:
        _check_interval(cursor, begin, interval)
        return Pattern(Unit.WEEK, interval, weekdays=days)
    word = "half-year" if cursor.accept_phrase("half", "year") else cursor.accept(_UNITS)
    if not word:
        return None
    unit, times = _UNITS[word]
    _check_interval(cursor, begin, interval * times)
    return _with_days(cursor, unit, interval * times)


def _check_interval(cursor: Cursor, begin: int, interval: int) -> None:
    if not 1 <= interval <= LONGEST_INTERVAL:
        raise Misunderstood(Problem.REPEATS_TOO_RARELY, cursor.words_since(begin))


def _with_days(cursor: Cursor, unit: Unit, interval: int) -> Pattern:
    """Add the days that follow: "on tuesday", "on the 3rd", "on the first monday"."""
    begin = cursor.at
    is_on = bool(cursor.accept("on"))
    if unit is Unit.WEEK and (days := accept_weekdays(cursor)):
        return Pattern(unit, interval, weekdays=days)
    if unit is Unit.MONTH and is_on:
        is_the = bool(cursor.accept("the"))
        named = cursor.at
        found: MonthDays | None = accept_nth_weekdays(cursor)
        if found is None and (is_the or cursor.sees("last", "day")):
            found = accept_month_days(cursor, needs_ending=False)
        if found is not None:
            check_month_days(found, cursor.words_since(named))
            accept_shorter_months(cursor)
            return found.every(interval)
    cursor.at = begin
    return Pattern(unit, interval)


def _read_adverb(cursor: Cursor) -> Pattern | None:
    """ "daily", "weekly on friday", "quarterly"."""
    word = cursor.accept(_ADVERBS)
    if not word:
        return None
    unit, interval = _UNITS[_ADVERBS[word]]
    return _with_days(cursor, unit, interval)


def _read_biweekly(cursor: Cursor) -> Pattern | None:
    """ "biweekly" is twice a week to some people and every two weeks to others. On a single day it
    can only be every two weeks.
    """
    begin = cursor.at
    word = cursor.accept(_TWO_WAYS)
    if not word:
        return None
    cursor.accept("on")
    named = cursor.at
    days = accept_weekdays(cursor)
    if len(days) == 1:
        return Pattern(Unit.WEEK, 2, weekdays=days)
    if days:
        names = _SPACED.sub("", cursor.words_since(named))
        both = (f"every {names}", f"every 2 weeks on {names}")
    else:
        cursor.at = begin + 1
        both = ("every 2 weeks", "twice a week")
    raise Misunderstood(Problem.REPEAT_AMBIGUOUS, cursor.words_since(begin), suggestions=both)


def _read_times(cursor: Cursor) -> Pattern | None:
    """ "once a week on friday", "twice a week on tuesday and friday", "once a fortnight", "once
    every 3 months".
    """
    begin = cursor.at
    times = _TIMES.get(cursor.accept(_TIMES), 0)
    if not times:
        count = read_count(cursor.peek())
        if count is None or cursor.peek(1) not in {"times", "x"}:
            return None
        cursor.at += 2
        times = count
    if times == 1 and (every := _read_every(cursor)):
        return every if every.unit is not Unit.DAY or every.interval > 1 else None
    unit = cursor.accept(_UNITS) if cursor.accept({"a", "per", *EVERY}) else ""
    unit = unit or _ADVERBS.get(cursor.accept(_ADVERBS), "")
    if not unit or (_UNITS[unit][1] != 1 and times != 1):
        return None
    pattern = _with_days(cursor, *_UNITS[unit])
    days = pattern.weekdays or pattern.nth_weekdays or pattern.month_days
    if times == 1 and len(days) < 2:
        return pattern
    if not days:
        raise Misunderstood(Problem.WEEKDAYS_MISSING, cursor.words_since(begin))
    if len(days) != times:
        raise Misunderstood(Problem.CONTRADICTION, cursor.words_since(begin))
    return pattern


def _bare(cursor: Cursor) -> Pattern | None:
    """ "Tuesdays", "on Mondays and Thursdays", "weekdays": only the plural means a rhythm."""
    cursor.accept("on")
    begin, first = cursor.at, cursor.peek()
    if first in {"weekday", "workday", "weekend", "mwf"}:
        return None
    days = accept_weekdays(cursor)
    if not days:
        return None
    if first in GROUPS or first.endswith("days"):
        return Pattern(Unit.WEEK, weekdays=days)
    words = _SPACED.sub("", cursor.words_since(begin))
    if cursor.tokens[begin + 1 : begin + 2] and cursor.peek(begin + 1 - cursor.at) == "-":
        if cursor.tokens[begin].end != cursor.tokens[begin + 1].start:
            return None
        words = words.replace(" - ", "-")
        both = (f"every {words}", words.replace("-", " to "))
        raise Misunderstood(Problem.REPEAT_AMBIGUOUS, words, suggestions=both)
    is_list = first not in WEEKDAYS or cursor.peek(begin + 1 - cursor.at) in {",", "and", "&"}
    if len(days) == 1 or not is_list:
        return None
    raise Misunderstood(Problem.EVERY_WEEK, words, suggestions=(f"every {words}",))
