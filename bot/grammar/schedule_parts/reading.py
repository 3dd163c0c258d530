"""Reads the words of a schedule once, from left to right, and sorts them into its parts."""

from collections.abc import Sequence
from dataclasses import replace

from bot.grammar.clock_times import TypedTime
from bot.grammar.problems import Misunderstood
from bot.grammar.schedule_parts.counts import UNITS
from bot.grammar.schedule_parts.course import (
    read_bare_date,
    read_bare_length,
    read_longest,
    read_range,
    read_window,
)
from bot.grammar.schedule_parts.cursor import JOINING, ScheduleCursor
from bot.grammar.schedule_parts.cycles import read_cycle, read_days_of_cycle, read_listed_days
from bot.grammar.schedule_parts.dated_parts import moments_with_dated_parts
from bot.grammar.schedule_parts.days import read_every_day, read_left_out, read_weekdays
from bot.grammar.schedule_parts.frequencies import is_once, read_how_often
from bot.grammar.schedule_parts.intervals import read_after_last_intake, read_interval
from bot.grammar.schedule_parts.limits import read_as_needed, read_limits, read_removed_limits
from bot.grammar.schedule_parts.moments import read_moment
from bot.grammar.schedule_parts.months import read_days_of_month
from bot.grammar.schedule_parts.parts import ScheduleParts
from bot.grammar.schedule_parts.rhythms import read_rhythm
from bot.grammar.schedule_parts.times import (
    read_clock,
    refuse_range_of_times,
    resolve_clock,
    starts_moment,
)
from bot.grammar.tokens import Line, Token


def read_parts(line: Line, tokens: Sequence[Token]) -> ScheduleParts:
    """The parts in *tokens* of *line*. Raises `Misunderstood` for anything else."""
    cursor = ScheduleCursor(line, [_without_colon(token) for token in tokens])
    cursor.parts.is_once = is_once(cursor)
    while cursor.at < len(cursor.tokens):
        _read_one(cursor)
    times, moments, vague = resolve_clock(cursor.clock)
    cursor.parts.times = times
    cursor.parts.moments = tuple(moments_with_dated_parts(cursor, times, moments))
    cursor.parts.vague = ", ".join(vague)
    match cursor.clock:
        case [TypedTime() as only]:
            cursor.parts.typed_time = only
    return cursor.parts


def read_what_can_be(line: Line, tokens: Sequence[Token]) -> tuple[list[Token], list[Token]]:
    """The *tokens* of a schedule that can be read one by one, and those that can't."""
    cursor = ScheduleCursor(line, [_without_colon(token) for token in tokens])
    cursor.parts.is_once = is_once(cursor)
    read: list[Token] = []
    unread: list[Token] = []
    while cursor.at < len(cursor.tokens):
        start, had_times = cursor.at, cursor.has_times
        try:
            _read_one(cursor)
            resolve_clock(cursor.clock)
        except Misunderstood:
            cursor.at, cursor.is_after_days = start + 1, False
            cursor.clock, cursor.has_times = [], had_times
            unread.append(tokens[start])
        else:
            read += tokens[start : cursor.at]
    return read, unread


def _read_one(cursor: ScheduleCursor) -> None:
    is_after_at = cursor.at > 0 and cursor.tokens[cursor.at - 1].word in {"at", "@"}
    is_expected = is_after_at or cursor.last_was_time
    if cursor.word == "-" and cursor.last_was_time:
        refuse_range_of_times(cursor)
    if cursor.word in JOINING and not starts_moment(cursor):
        cursor.at += 1
        return
    cursor.last_was_time = False
    for reader in (
        read_removed_limits,
        read_longest,
        read_as_needed,
        read_limits,
        read_interval,
        read_cycle,
        read_days_of_cycle,
        read_listed_days,
        read_days_of_month,
        read_window,
        read_after_last_intake,
        read_range,
        read_how_often,
        read_left_out,
        read_weekdays,
        read_every_day,
        read_moment,
        read_variation,
        read_rhythm,
        read_bare_length,
        read_bare_date,
    ):
        if reader(cursor):
            return
    read_clock(cursor, is_expected=is_expected, is_after_at=is_after_at)


def read_variation(cursor: ScheduleCursor) -> bool:
    """alternating · on all other days: how amounts differ."""
    if cursor.word == "alternating":
        cursor.parts.is_alternating = True
        cursor.at += 1
        return True
    words = [cursor.word, cursor.peek(1), cursor.peek(2)]
    match words:
        case ["all" | "the", "other", "days"] | ["the", "remaining", "days"]:
            used = 3
        case ["other" | "remaining", "days", _]:
            used = 2
        case ["all", "the", "other"] | ["rest", "of", "the"]:
            used = 4
        case _:
            return False
    cursor.parts.is_on_other_days = True
    cursor.at += used
    return True


def _without_colon(token: Token) -> Token:
    """ "every 8 hours: 06:00" """
    bare = token.word.removesuffix(":")
    if token.is_quoted or bare == token.word or bare not in UNITS:
        return token
    return replace(token, word=bare)
