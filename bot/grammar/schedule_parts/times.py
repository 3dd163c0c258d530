"""The times of day: on the clock, by part of the day, or by meals."""

from collections.abc import Sequence
from datetime import time

from bot.grammar.clock_times import (
    MEALS,
    NAMED,
    PARTS_OF_DAY,
    PartOfDay,
    TypedTime,
    looks_like_a_time,
    read_time,
)
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.schedule_parts.cursor import Cursor
from bot.grammar.schedule_parts.parts import PartOfDayWord

_BEFORE_MEALS = {"with", "before", "after", "at", "for", "during"}


def read_clock(cursor: Cursor, *, is_after_at: bool, is_expected: bool = True) -> None:
    """08:00 · at 8 · noon. Raises `Misunderstood` for anything else."""
    typed_time = read_time(
        cursor.tokens[cursor.at :], is_expected=is_expected, is_after_at=is_after_at
    )
    if typed_time is None:
        raise cursor.unknown()
    # "from tomorrow 06:00" starts at that time; elsewhere, times after days are separate times.
    if cursor.is_after_days and cursor.parts.interval is None:
        raise cursor.other_times_on_other_days()
    cursor.clock.append(typed_time)
    cursor.has_times = True
    cursor.at += typed_time.tokens_used
    cursor.last_was_time = True


def is_time_ahead(cursor: Cursor, skip: int) -> bool:
    """Whether a time of day follows, rather than a date."""
    rest = cursor.tokens[cursor.at + skip :]
    return bool(rest) and (looks_like_a_time(rest[0]) or rest[0].word in NAMED)


def refuse_range_of_times(cursor: Cursor) -> None:
    """ "08:00 - 20:00" is a range to some people, and two times to others."""
    after = cursor.tokens[cursor.at + 1 :]
    if after and looks_like_a_time(after[0]):
        words = cursor.line.typed(cursor.tokens[cursor.at - 1 : cursor.at + 2])
        raise Misunderstood(Problem.UNKNOWN_WORDS, words)


def starts_moment(cursor: Cursor) -> bool:
    """Whether this "at" belongs to "at night", "at bedtime" or "at most"."""
    following = cursor.peek()
    return cursor.word == "at" and (following in {"night", "most", "least"} or following in MEALS)


def read_part_of_day(cursor: Cursor) -> bool:
    """every morning · in the morning · at night · mornings."""
    words = [cursor.word, cursor.peek(), cursor.peek(2)]
    match words:
        case ["in", "the", name] if name in PARTS_OF_DAY:
            used = 3
        case ["at", "night" as name, _]:
            used = 2
        case ["every" | "each", name, _] if name in PARTS_OF_DAY:
            used = 2
        case [name, _, _] if name.removesuffix("s") in PARTS_OF_DAY:
            used = 1
        case ["nightly", _, _]:
            name, used = "night", 1
        case _:
            return False
    typed = cursor.line.typed(cursor.tokens[cursor.at : cursor.at + used])
    cursor.clock.append(
        PartOfDayWord(
            PARTS_OF_DAY[name.removesuffix("s")], typed, is_suffix=words[0] in {"in", "at"}
        )
    )
    cursor.at += used
    return True


def read_meal(cursor: Cursor) -> bool:
    """before breakfast · with meals · at bedtime: when, but not on the clock."""
    skip = 1 if cursor.word in _BEFORE_MEALS else 0
    skip += cursor.peek(skip - 1) in {"each", "every", "the"} if skip else 0
    if cursor.peek(skip) not in MEALS if skip else cursor.word not in MEALS:
        return False
    typed = cursor.line.typed(cursor.tokens[cursor.at : cursor.at + skip + 1])
    cursor.parts.moments = f"{cursor.parts.moments}, {typed}" if cursor.parts.moments else typed
    cursor.parts.meals = (*cursor.parts.meals, cursor.peek(skip))
    cursor.at += skip + 1
    return True


def resolve_times(items: Sequence[TypedTime | PartOfDayWord]) -> list[time]:
    """The times meant, each within the part of the day next to it."""
    paired = _paired(items)
    parts = dict(paired)
    for position, item in enumerate(items):
        if isinstance(item, TypedTime) or paired:
            continue
        later = _run(items, position, +1)
        earlier = _run(items, position, -1)
        bound = earlier[:1] if item.is_suffix and earlier else later or earlier
        for index in bound:
            if parts.setdefault(index, item.part) != item.part:
                raise Misunderstood(Problem.CONTRADICTION, item.words)
        if not bound and any(isinstance(other, TypedTime) for other in items):
            raise Misunderstood(Problem.TIMES_MISSING, item.words)
    return [
        item.resolve(parts.get(index))
        for index, item in enumerate(items)
        if isinstance(item, TypedTime)
    ]


def _paired(items: Sequence[TypedTime | PartOfDayWord]) -> dict[int, PartOfDay]:
    """ "morning and evening, 8 and 8": several parts of the day, each with the time that answers
    it. Raises `Misunderstood` if there are not as many times as parts before them.
    """
    words = [item for item in items if isinstance(item, PartOfDayWord)]
    if len(words) < 2 or len(words) == len(items):
        return {}
    if list(items[: len(words)]) != words:
        return {}  # each has its own time beside it
    typed = " ".join(item.words for item in items)
    if len(items) != 2 * len(words):
        raise Misunderstood(Problem.COUNT_MISMATCH, typed)
    return {len(words) + n: word.part for n, word in enumerate(words)}


def _run(items: Sequence[TypedTime | PartOfDayWord], position: int, step: int) -> list[int]:
    """The times after (or before) a part of the day, nearest first."""
    run: list[int] = []
    index = position + step
    while 0 <= index < len(items) and isinstance(items[index], TypedTime):
        run.append(index)
        index += step
    return run
