"""Parts of the day that belong to a date: "until thursday evening", "from tomorrow morning".

A course begins and ends with whole days, so such a part is no time of its own. It's the time only
where nothing else is: "5 mg from tomorrow morning".
"""

from collections.abc import Sequence
from datetime import time

from bot.grammar.clock_times import MEALS, PARTS_OF_DAY, PartOfDay
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.schedule_parts.cursor import ScheduleCursor
from bot.grammar.schedule_parts.parts import DatedPart
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
    if word not in _PARTS or is_list:
        return
    hours, part = _PARTS[word]
    cursor.at += 1
    words = cursor.words_since(since)
    cursor.dated_parts.append(DatedPart(words, hours, Moment(part), is_end))


def moments_with_dated_parts(
    cursor: ScheduleCursor, times: Sequence[time], moments: Sequence[Moment]
) -> Sequence[Moment]:
    """The *moments* of each day, with that of a first day if nothing else says when. Raises
    `Misunderstood` where the first or the last day would not be a whole one.
    """
    parts = cursor.parts
    is_said_otherwise = parts.times_a_day or parts.interval or parts.is_as_needed
    for each in cursor.dated_parts:
        usual = [at for at in map(USUAL_DAY.time_of, moments) if at is not None]
        if times or moments:
            if not each.holds([*times, *usual]):
                raise Misunderstood(Problem.PART_OF_A_DAY, each.words)
        elif not each.is_end and not is_said_otherwise:
            moments = [*moments, each.moment]
    return moments
