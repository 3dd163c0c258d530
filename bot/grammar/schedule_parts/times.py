"""The times of day: on the clock, by part of the day, or by meals."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import time
from itertools import pairwise

from bot.grammar.clock_times import MEALS, NAMED, TypedTime, looks_like_a_time, read_time
from bot.grammar.numbers import COUNTS
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.schedule_parts.counts import UNITS
from bot.grammar.schedule_parts.cursor import ScheduleCursor
from bot.grammar.schedule_parts.parts import MomentWord
from domain.medicines.schedules.moments import Moment, PartOfDay


def read_clock(cursor: ScheduleCursor, *, is_after_at: bool, is_expected: bool = True) -> None:
    """08:00 · at 8 · noon. Raises `Misunderstood` for anything else."""
    typed_time = read_time(
        cursor.tokens[cursor.at :], is_expected=is_expected, is_after_at=is_after_at
    )
    if typed_time is None or cursor.peek(1) in UNITS:  # "15 minutes before exercise"
        raise cursor.unknown()
    if cursor.word in _AMOUNTS and not is_after_at:
        count = COUNTS[cursor.word]
        suggestions = (f"{count} tablet", f"{count} capsule")
        raise Misunderstood(Problem.DOSAGE_NEEDS_UNIT, cursor.word, suggestions=suggestions)
    # "from tomorrow 06:00" starts at that time; elsewhere, times after days are separate times.
    if cursor.is_after_days and cursor.parts.interval is None:
        raise cursor.other_times_on_other_days()
    if cursor.clock and typed_time.words not in NAMED and _follows_named_time(cursor):
        raise cursor.contradiction()  # "at noon 20:00"
    is_joined = cursor.peek(-1) in {"and", "&", "+"} or (
        cursor.peek(-1) in {"at", "@"} and cursor.peek(-2) in {"and", "&", "+"}
    )
    cursor.clock.append(replace(typed_time, is_joined=is_joined))
    cursor.has_times = True
    cursor.at += typed_time.tokens_used
    cursor.last_was_time = True


def _follows_named_time(cursor: ScheduleCursor) -> bool:
    """Whether "at noon" or "noon at" stands right before; "11am noon 1pm" is a list."""
    before = [cursor.peek(-n) for n in range(1, 4)]
    match before:
        case ["at" | "@", named, *_] if named in NAMED:
            return True
        case [named, "at" | "@", *_] if named in NAMED:
            return True
        case _:
            return False


_AMOUNTS = {"one", "two", "three", "four"}  # "take one each day"


def is_time_ahead(cursor: ScheduleCursor, skip: int) -> bool:
    """Whether a time of day follows, rather than a date."""
    rest = cursor.tokens[cursor.at + skip :]
    is_named = any(token.word in NAMED for token in rest[:2])  # "noon", "12 noon"
    return bool(rest) and (looks_like_a_time(rest[0]) or is_named)


def refuse_range_of_times(cursor: ScheduleCursor) -> None:
    """ "08:00 - 20:00" is a range to some people, and two times to others."""
    after = cursor.tokens[cursor.at + 1 :]
    if after and looks_like_a_time(after[0]):
        words = cursor.line.typed(cursor.tokens[cursor.at - 1 : cursor.at + 2])
        raise Misunderstood(Problem.UNKNOWN_WORDS, words)


def starts_moment(cursor: ScheduleCursor) -> bool:
    """Whether this "at" belongs to "at night", "at bedtime" or "at most"."""
    following = cursor.peek(1)
    return cursor.word == "at" and (
        following in {"night", "most", "least", "noontime"} or following in MEALS
    )


Item = TypedTime | MomentWord


def resolve_clock(items: Sequence[Item]) -> tuple[list[time], list[Moment], list[str]]:
    """The times meant, each within the part of the day beside it; the moments that stand on their
    own; and the words of those that nobody can tell the time of. Raises `Misunderstood` where a
    time and the part of the day beside it contradict each other.
    """
    items = _of_24_hours(_without_wider_parts(items))
    paired = _paired(items)
    within: dict[int, MomentWord] = dict(paired)
    moments: list[Moment] = []
    vague: list[str] = []
    for position, item in enumerate(items):
        if isinstance(item, TypedTime) or item in paired.values():
            continue
        beside = _beside(items, position)
        if not beside and item.moment is None:
            beside = _only_times(items)
        for index in beside:
            if within.setdefault(index, item).hours != item.hours:
                raise Misunderstood(Problem.CONTRADICTION, item.words)
        if not beside and item.moment is not None:
            moments.append(item.moment)
        elif not beside:
            vague.append(item.words)
    times = [
        (at, item, _resolved(item, within.get(at)))
        for at, item in enumerate(items)
        if isinstance(item, TypedTime)
    ]
    for (_, before, earlier), (at, item, later) in pairwise(times):
        if later < earlier and at not in within and not before.is_of_24_hours:
            item.require_one_half()
    return [at for _, _, at in times], moments, vague


_SEVERAL = 3  # "at 8, 20" may be amounts


def _of_24_hours(items: Sequence[Item]) -> Sequence[Item]:
    """ "8, 14 and 20": beside an hour of the afternoon in 24 hours, the others are so, too."""
    times = [item for item in items if isinstance(item, TypedTime)]
    hours = [item.readings[0] for item in times]
    is_list = len(times) == len(items) >= _SEVERAL and hours == sorted(hours)
    if not is_list or not any(item.is_of_24_hours for item in times):
        return items
    return [item if item.is_sure else replace(item, is_sure=True) for item in times]


def _without_wider_parts(items: Sequence[Item]) -> Sequence[Item]:
    """ "In the morning before breakfast" is one time: the meal says it more exactly."""
    return [
        item
        for at, item in enumerate(items)
        if not (
            isinstance(item, MomentWord)
            and any(_is_within(item, items[n]) for n in (at - 1, at + 1) if 0 <= n < len(items))
        )
    ]


def _is_within(part: MomentWord, other: Item) -> bool:
    if not isinstance(other, MomentWord) or part.moment is None or other.moment is None:
        return False
    meal = _MEAL_WITHIN.get(part.moment.part)
    return other.moment.part is meal and not (part.is_joined or other.is_joined)


_MEAL_WITHIN = {
    PartOfDay.MORNING: PartOfDay.BREAKFAST,
    PartOfDay.EVENING: PartOfDay.DINNER,
    PartOfDay.NOON: PartOfDay.LUNCH,
}


def _resolved(typed: TypedTime, word: MomentWord | None) -> time:
    if word is None:
        return typed.resolve()
    is_meal = word.moment is None or word.moment.part not in _SPANS
    if is_meal and typed.is_sure:
        # A meal says little about the hour, but nobody has breakfast at 20:00.
        at = typed.resolve()
        if word.hours is not None and not word.hours.holds(at.hour):
            raise Misunderstood(Problem.CONTRADICTION, word.words)
        return at
    return typed.resolve(word.hours)


#: Those that say which half of the day a time is in: "8 in the evening".
_SPANS = {PartOfDay.MORNING, PartOfDay.AFTERNOON, PartOfDay.EVENING, PartOfDay.BEDTIME}


def _paired(items: Sequence[Item]) -> dict[int, MomentWord]:
    """ "morning and evening, 8 and 8": several parts of the day, each with the time that answers
    it.
    """
    words = [item for item in items if isinstance(item, MomentWord)]
    if len(words) < 2 or len(items) != 2 * len(words) or list(items[: len(words)]) != words:
        return {}  # each stands beside its own time, or is a time of its own
    return {len(words) + n: word for n, word in enumerate(words)}


def _beside(items: Sequence[Item], position: int) -> list[int]:
    """The times that a part of the day says something about: those after it, or before it; "8am
    and at bedtime" are two times.
    """
    item = items[position]
    if not isinstance(item, MomentWord):
        return []
    later = _run(items, position, +1)
    earlier = [] if item.is_joined else _run(items, position, -1)
    if item.is_suffix and earlier:
        return earlier[:1]
    if later and not _is_joined(items, later[0]):
        return later
    return earlier


def _is_joined(items: Sequence[Item], index: int) -> bool:
    item = items[index]
    return isinstance(item, TypedTime) and item.is_joined


def _only_times(items: Sequence[Item]) -> list[int]:
    """The one time of day of a schedule, if there is just one."""
    times = [index for index, item in enumerate(items) if isinstance(item, TypedTime)]
    return times if len(times) == 1 else []


def _run(items: Sequence[Item], position: int, step: int) -> list[int]:
    """The times after (or before) a part of the day, nearest first."""
    run: list[int] = []
    index = position + step
    while 0 <= index < len(items):
        item = items[index]
        if isinstance(item, MomentWord) or item.words in NAMED:  # "morning, noon and night"
            break
        run.append(index)
        index += step
    return run
