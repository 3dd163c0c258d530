"""Parses a whole answer as a time or a duration: "tomorrow 14:30", "22:00-06:00", "3 days"."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.grammar.appointment_times.hours_meant import length_between
from bot.grammar.appointment_times.lengths import (
    LONGEST_RANGE,
    read_all_day,
    read_hours_or_minutes,
    read_length,
)
from bot.grammar.appointment_times.parts import UP_TO, TypedWhen, When, as_tokens
from bot.grammar.appointment_times.reading import read_when_part, split_spans
from bot.grammar.appointment_times.resolution import resolve
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.tokens import Token, tokenize, words_of
from domain.local_time import resolve_local


def parse_when(text: str, *, zone: ZoneInfo, now: datetime, is_day_known: bool = False) -> When:
    """Parse all of *text* as a time, by the clock of *zone*. If *is_day_known*, "9-15" are hours.
    Raises `Misunderstood` for other words.
    """
    tokens = split_spans(tokenize(text[:200]).tokens)
    typed, at = TypedWhen(), 0
    while at < len(tokens):
        used = read_when_part(tokens[at:], typed)
        if not used:
            raise Misunderstood(Problem.WHEN_UNREADABLE, " ".join(t.raw for t in tokens[at:]))
        at += used
    if typed.is_empty and not (typed.duration or typed.lasts or typed.exceptions):
        raise Misunderstood(Problem.WHEN_UNREADABLE, text.strip())
    typed.is_bare &= not is_day_known
    return resolve(typed, zone=zone, now=now)


def parse_days(text: str) -> timedelta:
    """The duration of something that takes whole days: "3 days", "all day". Raises
    `Misunderstood`.
    """
    tokens, typed = tokenize(text[:60]).tokens, TypedWhen()
    used = read_all_day(tokens, typed) or read_length((*as_tokens("for"), *tokens), typed) - 1
    duration = timedelta(days=int(typed.lasts.days) if typed.lasts else 1)
    # A month is of 28 days, or of 31.
    is_sure = typed.duration is None and not (typed.lasts and typed.lasts.months)
    is_read = used == len(tokens) and is_sure
    if not is_read or duration > LONGEST_RANGE:
        raise Misunderstood(Problem.DURATION_IMPOSSIBLE, text.strip())
    return duration


def parse_duration(text: str, *, begins: datetime, zone: ZoneInfo) -> timedelta:
    """The duration of something that *begins* then (naive local): "45 minutes", "for 1h", "until
    06:00", "22:00-06:00". Raises `Misunderstood`, also for hours that begin at a different time.
    """
    tokens = split_spans(tokenize(text[:60]).tokens)
    skipped = 1 if words_of(tokens, 1) == ["for"] else 0
    found = read_hours_or_minutes(tokens[skipped:])
    if found is not None and skipped + found[1] == len(tokens):
        return found[0]
    length = _read_hours(tokens[skipped:], begins=begins, zone=zone)
    if length is None:
        raise Misunderstood(Problem.DURATION_IMPOSSIBLE, text.strip())
    return length


def _read_hours(tokens: Sequence[Token], *, begins: datetime, zone: ZoneInfo) -> timedelta | None:
    """From the hour it begins at to another, possibly on the next day."""
    own = f"{begins:%H:%M}"
    typed = TypedWhen()
    if words_of(tokens, 1) and tokens[0].word in UP_TO - {"-"}:
        tokens = (*as_tokens(own), *tokens)
    at = 0
    while at < len(tokens):
        used = read_when_part(tokens[at:], typed)
        if not used:
            return None
        at += used
    is_more = typed.day or typed.repeat or typed.until or typed.part or typed.is_all_day
    if typed.clock is None or typed.ends is None or is_more:
        return None
    # "9-15" for something that begins at nine.
    if begins.time() not in typed.clock.readings:
        raise Misunderstood(Problem.BEGINS_OTHERWISE, typed.clock.words, suggestions=(own,))
    clock = replace(typed.clock, words=own, readings=(begins.time(),), is_sure=True)
    length = length_between(begins.time(), typed.ends, clock)
    if length is None:
        return None
    end = begins + length
    return resolve_local(end, zone) - resolve_local(begins, zone)
