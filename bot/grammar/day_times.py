"""When parts of somebody's day are: "breakfast 7:30, bedtime 23:00", or the times alone."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import time
from typing import TypeAlias

from bot.grammar.clock_times import NAMED, TypedTime, read_time
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.tokens import Line, Token, tokenize
from domain.medicines.schedules.moments import PartOfDay

_LONGEST = 300
_WORDS = {
    "morning": PartOfDay.MORNING,
    "mornings": PartOfDay.MORNING,
    "breakfast": PartOfDay.BREAKFAST,
    "noon": PartOfDay.NOON,
    "midday": PartOfDay.NOON,
    "lunch": PartOfDay.LUNCH,
    "lunchtime": PartOfDay.LUNCH,
    "afternoon": PartOfDay.AFTERNOON,
    "afternoons": PartOfDay.AFTERNOON,
    "dinner": PartOfDay.DINNER,
    "supper": PartOfDay.DINNER,
    "tea": PartOfDay.DINNER,
    "evening": PartOfDay.EVENING,
    "evenings": PartOfDay.EVENING,
    "bedtime": PartOfDay.BEDTIME,
    "bed": PartOfDay.BEDTIME,
    "night": PartOfDay.BEDTIME,
}
_FILLERS = frozenset({",", "and", "&", "at", "is", "=", "-", "the", "in", "to", "around", ":"})
# The first and last hour at which anybody has them. Less than twelve hours apart, so that "dinner
# at 6:30" has one reading.
_HOURS: Mapping[PartOfDay, tuple[int, int]] = {
    PartOfDay.MORNING: (3, 11),
    PartOfDay.BREAKFAST: (4, 13),
    PartOfDay.NOON: (10, 15),
    PartOfDay.LUNCH: (10, 16),
    PartOfDay.AFTERNOON: (12, 18),
    PartOfDay.DINNER: (15, 23),
    PartOfDay.EVENING: (15, 23),
    PartOfDay.BEDTIME: (17, 23),
}
_BEFORE_DAWN = 4

_Item: TypeAlias = PartOfDay | TypedTime


def parse_day_times(text: str, *, asked: Sequence[PartOfDay] = ()) -> Mapping[PartOfDay, time]:
    """The times by their parts. Times alone are those of the *asked* parts, in that order.

    An hour without "am" or "pm" is the one that suits its part. Raises Misunderstood for a time
    that its part never has, and for one after midnight, which would be on the next day.
    """
    if len(text) > _LONGEST:
        raise Misunderstood(Problem.TOO_LONG, text)
    line = tokenize(text)
    items = _without_wider_part(_read(line, asked), asked)
    found: dict[PartOfDay, time] = {}
    for part, typed in _pairs(items, asked, text):
        if part in found:
            raise Misunderstood(Problem.DUPLICATE_TIME, part.value)
        found[part] = _time_of(part, typed)
    return found


def _without_wider_part(items: Sequence[_Item], asked: Sequence[PartOfDay]) -> Sequence[_Item]:
    """ "In the evening at 9", of bedtime: the evening only says which nine that is."""
    times = [item for item in items if isinstance(item, TypedTime)]
    parts = [item for item in items if isinstance(item, PartOfDay)]
    if len(asked) != 1 or len(times) != 1 or len(parts) != 1 or parts[0] in asked:
        return items
    first, last = _HOURS[parts[0]]
    within = tuple(at for at in times[0].readings if first <= at.hour <= last)
    return [replace(times[0], readings=within)] if within else items


def _read(line: Line, asked: Sequence[PartOfDay]) -> Sequence[_Item]:
    items: list[_Item] = []
    tokens, at = line.tokens, 0
    while at < len(tokens):
        word = tokens[at].word.rstrip(":")
        follows_part = bool(items) and isinstance(items[-1], PartOfDay)
        if not word or word in _FILLERS:
            at += 1
        elif word in _WORDS and not (
            word in NAMED and (follows_part or (asked and PartOfDay.NOON not in asked))
        ):
            items.append(_WORDS[word])
            at += 1
        else:
            typed = _read_time(tokens[at:])
            if typed is None:
                raise Misunderstood(Problem.DAY_TIMES_UNREADABLE, line.text)
            items.append(typed)
            at += typed.tokens_used
    return items


def _read_time(tokens: Sequence[Token]) -> TypedTime | None:
    if tokens[0].is_quoted:
        return None
    return read_time(tokens, is_expected=True, is_after_at=True)


def _pairs(
    items: Sequence[_Item], asked: Sequence[PartOfDay], text: str
) -> Sequence[tuple[PartOfDay, TypedTime]]:
    """Each part with its time: each before its time, each after it, all of them before all times,
    or unnamed.
    """
    times = [item for item in items if isinstance(item, TypedTime)]
    parts = [item for item in items if isinstance(item, PartOfDay)]
    is_first = [isinstance(item, PartOfDay) for item in items]
    count = len(times)
    orders = ([True, False] * count, [False, True] * count, [True] * count + [False] * count)
    named = parts or list(asked)
    fits = is_first in orders if parts else True
    if not times or not fits or len(named) != len(times):
        raise Misunderstood(Problem.DAY_TIMES_UNREADABLE, text)
    return list(zip(named, times, strict=True))


def _time_of(part: PartOfDay, typed: TypedTime) -> time:
    first, last = _HOURS[part]
    fitting = [at for at in typed.readings if first <= at.hour <= last]
    if len(fitting) == 1:
        return fitting[0]
    words = f"{part.value} {typed.words}"
    is_night = any(at.hour < _BEFORE_DAWN for at in typed.readings)
    if part is PartOfDay.BEDTIME and is_night:
        raise Misunderstood(Problem.DAY_TIME_AFTER_MIDNIGHT, words)
    raise Misunderstood(Problem.DAY_TIME_UNUSUAL, words)
