"""Rhythms that count onwards: "every 8 hours", "every other day", "21 days on 7 off"."""

import re
from datetime import timedelta

from bot.grammar.clock_times import PARTS_OF_DAY
from bot.grammar.dates import WEEKDAYS
from bot.grammar.numbers import read_count
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.schedule_parts.counts import NTH, UNITS, counted_ahead
from bot.grammar.schedule_parts.cursor import EACH, ScheduleCursor
from domain.medicines.schedules.days import LONGEST_CYCLE, LONGEST_MONTHS
from domain.medicines.schedules.kinds import MAX_INTERVAL, MIN_INTERVAL

_EVERY_N_HOURS = re.compile(r"q(?P<count>\d{1,3})h")
_BETWEEN = re.compile(r"(?P<low>\d{1,3})-(?P<high>\d{1,3})-?(?P<unit>h|hr|hrs|hours?|hourly)?")
_ADVERBS = {
    "hourly": (1, "hour"),
    "fortnightly": (2, "week"),
    "quarterly": (3, "month"),
    "yearly": (1, "year"),
    "annually": (1, "year"),
}
_LAST_INTAKE = {"dose", "intake", "one", "time"}


def read_interval(cursor: ScheduleCursor) -> bool:
    """every 8 hours · q8h · 8-hourly · every other day · every 2 weeks · fortnightly."""
    word = cursor.word
    count: int | None
    short = _EVERY_N_HOURS.fullmatch(word)
    if short:
        return _set_interval(cursor, (int(short["count"]), "hour"), used=1)
    if word in {"biweekly", "bi-weekly"}:
        choices = ("every 2 weeks", "twice a week")
        raise Misunderstood(Problem.REPEAT_AMBIGUOUS, word, suggestions=choices)
    if word in _ADVERBS:
        return _set_interval(cursor, _ADVERBS[word], used=1)
    if word == "alternate" and cursor.peek(1) in {"day", "days", "week", "weeks"}:
        return _set_interval(cursor, (2, UNITS[cursor.peek(1)]), used=2)
    if word == "once" and cursor.peek(1) in {"a", "per", "each", "every"}:
        unit = UNITS.get(cursor.peek(2), "")
        if unit in {"month", "year", "fortnight"}:
            return _set_interval(cursor, (1, unit), used=3)
        if cursor.peek(1) == "every" and counted_ahead(cursor, 2)[0] is not None:
            cursor.at += 1
            return read_interval(cursor)
    if word in EACH and cursor.peek(1) in {"hour", "week", "month", "year", "fortnight"}:
        return _set_interval(cursor, (1, cursor.peek(1)), used=2)
    if _read_hours_between(cursor, skip=int(word in EACH)):
        return True
    if (
        word in EACH
        and cursor.peek(1) == "other"
        and cursor.peek(2).removesuffix("s") in PARTS_OF_DAY
    ):
        cursor.set_once("every_days", 2)
        cursor.at += 2
        return True
    if word in EACH:
        count, unit, used = counted_ahead(cursor, 1)
        if count is not None and unit:
            return _set_interval(cursor, (count, unit), used=1 + used)
        nth, weekday = NTH.get(cursor.peek(1)), cursor.peek(2)
        if nth is not None and weekday in WEEKDAYS:
            if cursor.peek(1) != "other":
                raise _which_rhythm(cursor, nth, weekday.removesuffix("s"))
            cursor.set_once("every_weeks", nth)
            cursor.at += 2
            return True
        return False
    if (weeks := read_count(word)) is not None and cursor.peek(
        1 + (cursor.peek(1) == "-")
    ) == "weekly":
        choices = (f"every {weeks} weeks", f"{weeks} times a week")
        words = cursor.line.typed(
            cursor.tokens[cursor.at : cursor.at + 2 + (cursor.peek(1) == "-")]
        )
        raise Misunderstood(Problem.REPEAT_AMBIGUOUS, words, suggestions=choices)
    count, unit, used = counted_ahead(cursor, 0)
    is_hourly = cursor.peek(used - 1) == "hourly" or word.endswith("hourly")
    if count is not None and unit == "hour" and is_hourly:
        return _set_interval(cursor, (count, "hour"), used=used)
    return False


def _which_rhythm(cursor: ScheduleCursor, nth: int, weekday: str) -> Misunderstood:
    """ "every 2nd tuesday": every other one, or the second of the month?"""
    return Misunderstood(
        Problem.REPEAT_AMBIGUOUS,
        cursor.line.typed(cursor.tokens[cursor.at : cursor.at + 3]),
        suggestions=(
            f"every {nth} weeks on {weekday}",
            f"{cursor.peek(1)} {weekday} of every month",
        ),
    )


def _set_interval(cursor: ScheduleCursor, every: tuple[int, str], *, used: int) -> bool:
    count, unit = every
    words = cursor.line.typed(cursor.tokens[cursor.at : cursor.at + used])
    match unit:
        case "minute" | "hour":
            length = timedelta(minutes=count * (60 if unit == "hour" else 1))
            if not MIN_INTERVAL <= length <= MAX_INTERVAL:
                raise Misunderstood(Problem.INTERVAL_IMPOSSIBLE, words)
            cursor.set_once("interval", length)
        case "day":
            check_cycle(count, words)
            cursor.set_once("every_days", count)
        case "week" | "fortnight":
            weeks = count * (2 if unit == "fortnight" else 1)
            check_cycle(weeks * 7, words)
            cursor.set_once("every_weeks", weeks)
        case "month" | "year":
            months = count * (12 if unit == "year" else 1)
            if not 1 <= months <= LONGEST_MONTHS:
                raise Misunderstood(Problem.INTERVAL_IMPOSSIBLE, words)
            cursor.set_once("every_months", months)
        case _:
            raise Misunderstood(Problem.INTERVAL_IMPOSSIBLE, words)
    cursor.at += used
    read_last_intake(cursor, 0)
    return True


def _read_hours_between(cursor: ScheduleCursor, *, skip: int) -> bool:
    """every 4-6 hours · every 4 to 6 hours · 6-8 hourly."""
    match [cursor.peek(n) for n in range(skip, skip + 4)]:
        case [both, unit, *_] if (glued := _BETWEEN.fullmatch(both)) and (
            glued["unit"] or UNITS.get(unit) == "hour"
        ):
            low, high, used = int(glued["low"]), int(glued["high"]), 1 + (not glued["unit"])
        case [low_word, "-" | "to" | "or", high_word, unit] if UNITS.get(unit) == "hour":
            counts = read_count(low_word), read_count(high_word)
            if counts[0] is None or counts[1] is None:
                return False
            low, high, used = counts[0], counts[1], 4
        case _:
            return False
    used += skip
    if not skip and cursor.peek(used - 1) != "hourly" and not cursor.word.endswith("hourly"):
        return False
    words = cursor.line.typed(cursor.tokens[cursor.at : cursor.at + used])
    if not 1 <= low < high <= MAX_INTERVAL // timedelta(hours=1):
        raise Misunderstood(Problem.INTERVAL_IMPOSSIBLE, words)
    cursor.set_once("hours_between", (low, high))
    cursor.at += used
    return True


def check_cycle(days: int, words: str) -> None:
    if not 1 <= days <= LONGEST_CYCLE:
        raise Misunderstood(Problem.INTERVAL_IMPOSSIBLE, words)


def read_last_intake(cursor: ScheduleCursor, skip: int) -> bool:
    """after the last dose · from the last intake."""
    at = skip
    if at == 0:
        if cursor.at >= len(cursor.tokens) or cursor.word not in {"after", "from", "since"}:
            return False
        at = 1
    at += cursor.peek(at) == "the"
    if cursor.peek(at) not in {"last", "previous"} or cursor.peek(at + 1) not in _LAST_INTAKE:
        return False
    cursor.parts.from_last_intake = True
    cursor.at += at + 2
    return True


def read_after_last_intake(cursor: ScheduleCursor) -> bool:
    """after the last dose · from the last intake."""
    return read_last_intake(cursor, 0)
