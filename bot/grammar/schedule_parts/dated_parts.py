"""Parts of the day that belong to a date: "until thursday evening", "from tomorrow morning".

A course ends with a whole day, and begins with one of its doses, so such a part is no time of its
own. It's the time only where nothing else is: "5 mg from tomorrow morning".
"""

from collections.abc import Callable, Sequence
from datetime import time

from bot.grammar.clock_times import MEALS, NAMED, PARTS_OF_DAY, PartOfDay, read_time
from bot.grammar.dates import read_date
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.schedule_parts.cursor import ScheduleCursor
from bot.grammar.schedule_parts.parts import DatedPart, ScheduleParts
from bot.grammar.schedule_parts.times import is_time_ahead
from domain.medicines.schedules.moments import USUAL_DAY, Moment
from domain.medicines.schedules.moments import PartOfDay as NamedPart

_LUNCH = MEALS["lunch"]
_PARTS: dict[str, tuple[PartOfDay | None, NamedPart]] = {
    "morning": (PARTS_OF_DAY["morning"], NamedPart.MORNING),
    "afternoon": (PARTS_OF_DAY["afternoon"], NamedPart.AFTERNOON),
    "evening": (PARTS_OF_DAY["evening"], NamedPart.EVENING),
    "night": (PARTS_OF_DAY["night"], NamedPart.BEDTIME),
    **dict.fromkeys(("lunch", "lunchtime", "noon", "midday"), (_LUNCH, NamedPart.LUNCH)),
    **dict.fromkeys(("bedtime",), (PARTS_OF_DAY["night"], NamedPart.BEDTIME)),
}
_JOINTS = {"and", "&", "+", ","}


def take_part_of_date(cursor: ScheduleCursor, *, since: int, is_end: bool) -> None:
    """Take the part of the day right after a date, which begins at *since*. "From monday morning
    and night" names two times of every day.
    """
    word = cursor.peek()
    is_list = cursor.peek(1) in _JOINTS and cursor.peek(2).removesuffix("s") in _PARTS
    # "Every other day from wednesday noon" is at 12:00, whenever lunch is.
    is_hour = word in NAMED and not is_end and not cursor.has_times and not cursor.parts.times_a_day
    is_part = word in _PARTS and not is_list and not is_hour
    hours, part = _PARTS[word] if is_part else (None, None)
    cursor.at += is_part
    at = None if is_end else _take_first_time(cursor, hours)
    if is_part or at is not None:
        moment = None if part is None else Moment(part)
        words = cursor.words_since(since).replace("today evening", "tonight")
        cursor.dated_parts.append(DatedPart(words, hours, moment, is_end, at))


def take_time_of_first_dose(cursor: ScheduleCursor, skip: int, *, is_named: bool) -> bool:
    """ "at 11am today", after "first dose"; "at 8pm" after "twice a day starting"."""
    since, begin = cursor.at, cursor.at + skip
    cursor.at = begin
    at = _take_first_time(cursor, None, is_named=is_named)
    if at is None:
        cursor.at = since
        return False
    day = read_date(cursor.rest) if is_named else None
    if day is not None and cursor.parts.starts is None:
        cursor.parts.starts = day
        cursor.at += day.tokens_used
    cursor.dated_parts.append(DatedPart(cursor.words_since(since), at=at))
    return True


def _take_first_time(
    cursor: ScheduleCursor, hours: PartOfDay | None, *, is_named: bool = False
) -> time | None:
    """ "8pm", of "twice a day starting today at 8pm": the time of the first dose, where others are
    named, too.
    """
    has_others = is_named or cursor.has_times or (cursor.parts.times_a_day or 1) > 1
    skip = int(cursor.peek() in {"at", "@"})
    if not has_others or cursor.parts.interval or not is_time_ahead(cursor, skip):
        return None
    typed = read_time(cursor.tokens[cursor.at + skip :], is_expected=True, is_after_at=True)
    if typed is None or (hours is not None and not any(map(_holds(hours), typed.readings))):
        return None
    after = skip + typed.tokens_used
    is_list = cursor.peek(after) in _JOINTS and is_time_ahead(cursor, after + 1)
    if not cursor.has_times and (is_list or (not skip and is_time_ahead(cursor, after))):
        return None  # "twice a day starting today 8am and 8pm"
    cursor.at += after
    return typed.resolve(hours)


def _holds(hours: PartOfDay) -> Callable[[time], bool]:
    return lambda at: hours.holds(at.hour)


def moments_with_dated_parts(
    cursor: ScheduleCursor, times: Sequence[time], moments: Sequence[Moment]
) -> Sequence[Moment]:
    """The *moments* of each day, with that of a first day if nothing else says when. Raises
    `Misunderstood` where the last day would not be a whole one.
    """
    parts = cursor.parts
    is_said_otherwise = parts.times_a_day or parts.interval or parts.is_as_needed
    for each in cursor.dated_parts:
        usual = [at for at in map(USUAL_DAY.time_of, moments) if at is not None]
        is_timed = bool(times or moments)
        if each.is_end and is_timed and not each.holds([*times, *usual]):
            raise Misunderstood(Problem.PART_OF_A_DAY, each.words)
        if each.is_end:
            continue
        parts.begins_in = each
        if each.moment is not None and not is_timed and not is_said_otherwise:
            moments = [*moments, each.moment]
    return moments


def check_first_dose(parts: ScheduleParts, at: time | None) -> None:
    """Raises `Misunderstood` unless the first dose, *at* that time (None: there is none), is when
    *parts* say that it is.
    """
    if parts.begins_in is not None and (at is None or not parts.begins_in.is_when(at)):
        raise Misunderstood(Problem.PART_OF_A_DAY, parts.begins_in.words)
