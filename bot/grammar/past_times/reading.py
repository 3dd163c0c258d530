"""Reads the parts of a moment from the text: "yesterday", "last night", "half past 8"."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from bot.grammar.clock_times import MINUTES, PARTS_OF_DAY, read_time
from bot.grammar.dates import WEEKDAYS, TypedDate, read_date, spelt_days
from bot.grammar.durations import count_of, read_ago
from bot.grammar.numbers import COUNTS
from bot.grammar.past_times.parts import MomentParts
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.tokens import Token, words_of

NOW_PHRASES = (["just", "now"], ["right", "now"], ["a", "moment", "ago"], ["this", "minute"])
AT_WORDS = {"at", "@", "around", "about", "approx", "approximately", "ca", "circa"}
_FILLERS = AT_WORDS | {"on", "the", ","}

_HOUR = re.compile(r"\d{1,2}")


def read_moment_parts(tokens: Sequence[Token], *, words: str, today: date) -> MomentParts:
    """Raises `Misunderstood` for words that say nothing about the time, or say it twice."""
    ago = read_ago([token for token in tokens if token.word not in AT_WORDS])
    if ago is not None:
        return MomentParts(ago=ago)
    said, at = MomentParts(), 0
    while at < len(tokens):
        if tokens[at].word in _FILLERS:
            at += 1
            continue
        part, used = _read_part(tokens[at:], today=today)
        if part is None:
            raise Misunderstood(Problem.NO_SUCH_TIME, words)
        said, at = _both(said, part, words), at + used
    return said


def _both(said: MomentParts, part: MomentParts, words: str) -> MomentParts:
    """Combine the two. Raises `Misunderstood` if both say the same kind of thing."""
    given = {
        name: value for name in MomentParts.__slots__ if _is_said(value := getattr(part, name))
    }
    if any(_is_said(getattr(said, name)) for name in given):
        typed = (*said.times, *part.times)
        clock = tuple(dict.fromkeys(f"{at:%H:%M}" for at in typed))
        raise Misunderstood(Problem.CONTRADICTION, words, suggestions=clock)
    return replace(said, **given)


def _is_said(value: object) -> bool:
    """Zero counts as said: it is today, or Monday."""
    return not (value is None or value is False or value == ())


def _read_part(tokens: Sequence[Token], *, today: date) -> tuple[MomentParts | None, int]:
    """The part at the start of *tokens*, and how many of them it takes."""
    words = words_of(tokens, 4)
    if words[:2] == ["a", "quarter"]:
        part, used = _read_part(tokens[1:], today=today)
        return part, used + 1
    for phrase in NOW_PHRASES:
        if words[: len(phrase)] == phrase:
            return MomentParts(is_now=True), len(phrase)
    match words:
        case ["now", *_]:
            return MomentParts(is_now=True), 1
        case ["tonight", *_]:
            return MomentParts(is_tonight=True), 1
        case ["last", "night", *_]:
            return MomentParts(is_last_night=True), 2
        case ["last", "evening", *_]:
            return MomentParts(days_ago=1, part=PARTS_OF_DAY["evening"]), 2
        case ["yesterday", "night", *_]:
            return MomentParts(is_last_night=True), 2
        case ["this", name, *_] if name in PARTS_OF_DAY:
            return MomentParts(days_ago=0, part=PARTS_OF_DAY[name]), 2
        case ["today", *_]:
            return MomentParts(days_ago=0), 1
        case ["yesterday", *_]:
            return MomentParts(days_ago=1), 1
        case [count, "day" | "days", "ago", *_] if (days := count_of(count)) is not None:
            return MomentParts(days_ago=int(days)), 3
        case [count, "week" | "weeks" | "month" | "months", "ago", *_] if (
            count_of(count) is not None
        ):
            raise Misunderstood(Problem.TOO_LONG_AGO, " ".join(words[:3]))
        case ["last", name, *_] if name in WEEKDAYS:
            return MomentParts(weekday=WEEKDAYS[name]), 2
        case ["in", "the", name, *_] if name in PARTS_OF_DAY:
            return MomentParts(part=PARTS_OF_DAY[name]), 3
        case [name, *_] if name in PARTS_OF_DAY:
            return MomentParts(part=PARTS_OF_DAY[name]), 1
        case [name, *_] if name in WEEKDAYS:
            return MomentParts(weekday=WEEKDAYS[name]), 1
    times, used = _clock(tokens, words)
    if times:
        return MomentParts(times=times), used
    dated = read_dated(tokens)
    if dated is not None:
        return MomentParts(dated=_resolve_date(dated, today)), dated.tokens_used
    return None, 0


def _resolve_date(typed: TypedDate, today: date) -> date:
    """A recent date, in whichever year that was."""
    earliest = today - timedelta(days=3)
    try:
        return typed.resolve(earliest, earliest)
    except Misunderstood as problem:
        if problem.problem is not Problem.DATE_AMBIGUOUS:
            raise
        days = spelt_days(problem.suggestions, today=earliest)
        if days and days[0] <= today:
            return days[0]  # "5/6" is yesterday; the other reading is next year
        if "/" in typed.words:
            raise
        # It is neither recent nor coming soon, so it was months ago.
        raise Misunderstood(Problem.TOO_LONG_AGO, typed.words) from None


def read_dated(tokens: Sequence[Token]) -> TypedDate | None:
    """A date with a month, like "8 june"; words like "friday" are handled separately."""
    words = words_of(tokens, 1)
    if not words or not any(c.isdecimal() for token in tokens[:2] for c in token.word):
        return None
    return read_date(tokens)


def _clock(tokens: Sequence[Token], words: Sequence[str]) -> tuple[tuple[time, ...], int]:
    """The times that a clock time can mean, and how many tokens it takes."""
    match words:
        case [name, "past" | "to" as side, *_] if name in MINUTES and len(tokens) > 2:
            typed = read_time(tokens[2:], is_expected=True, is_after_at=True)
            if typed is None or any(at.minute for at in typed.readings):
                return (), 0
            minutes = MINUTES[name] * (1 if side == "past" else -1)
            readings = [_moved(at, minutes) for at in typed.readings]
            return tuple(readings), 2 + typed.tokens_used
        case ["half", hour, *_] if _HOUR.fullmatch(hour) and 1 <= int(hour) <= 12:
            both = (f"half past {hour}", f"{(int(hour) - 1) % 12 or 12}:30")
            raise Misunderstood(Problem.NO_SUCH_TIME, f"half {hour}", suggestions=both)
        case ["half", hour, *_] if hour in COUNTS:
            # "half eight" is half past eight to some people and half past seven to others.
            both = (f"half past {hour}", f"{(COUNTS[hour] - 1) % 12 or 12}:30")
            raise Misunderstood(Problem.NO_SUCH_TIME, f"half {hour}", suggestions=both)
    if read_dated(tokens) is not None:
        return (), 0
    typed = read_time(tokens, is_expected=True, is_after_at=True)
    return (typed.readings, typed.tokens_used) if typed else ((), 0)


def _moved(at: time, minutes: int) -> time:
    return (datetime.combine(date(2000, 1, 2), at) + timedelta(minutes=minutes)).time()
