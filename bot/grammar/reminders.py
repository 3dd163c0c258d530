"""How long before an appointment to remind people: "2 days and 2 hours before", "none"."""

from collections.abc import Sequence
from fractions import Fraction

from bot.grammar.cursor import Cursor
from bot.grammar.durations import TypedDuration, read_duration
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.tokens import Token, tokenize

_REMINDERS = {"remind", "reminder", "reminders"}
_NO = {"no", "without"}
_JOINTS = {"and", ","}
_DAY = 1440  # minutes
_LONGEST = 4 * 7 * _DAY
_MOST = 6


def parse_reminders(text: str) -> tuple[int, ...]:
    """ "2 days, 1 day and 2 hours before", as minutes before the appointment, the earliest reminder
    first. "none" means no reminders. Raises `Misunderstood`.
    """
    cursor = Cursor(tokenize(text[:200]).tokens)
    if len(cursor.tokens) == 1 and cursor.accept({"none", "never", "no"}):
        return ()
    found = _read_lengths(cursor)
    cursor.skip({*_JOINTS, "before"})
    if not found or not cursor.is_at_end or len(found) > _MOST:
        raise Misunderstood(Problem.REMINDER_IMPOSSIBLE, text.strip())
    return found


def read_reminders(tokens: Sequence[Token]) -> tuple[tuple[int, ...], int]:
    """ "remind me 1 day and 2 hours before", "no reminder": the minutes, and how many tokens that
    takes.

    Raises `Misunderstood` for an impossible reminder.
    """
    cursor = Cursor(tokens)
    if cursor.accept(_NO):
        return (), 2 if cursor.accept(_REMINDERS) else 0
    if not cursor.accept(_REMINDERS):
        return (), 0
    cursor.accept({"me", "us", ":"})
    begin = cursor.at
    found = _read_lengths(cursor)
    if not found:
        return (), 0  # "Remind Anna" is a title
    cursor.accept("before")
    if len(found) > _MOST:
        raise Misunderstood(Problem.REMINDER_IMPOSSIBLE, cursor.words_since(begin))
    return found, cursor.at


def _read_lengths(cursor: Cursor) -> tuple[int, ...]:
    """ "1 day and 2 hours": two reminders, each with a unit of its own."""
    found: set[int] = set()
    while True:
        begin = cursor.at
        cursor.skip(_JOINTS)
        typed = read_duration(cursor.rest, is_sum=False)
        if typed is None:
            cursor.at = begin
            return tuple(sorted(found, reverse=True))
        cursor.at += typed.tokens_used
        found.add(_minutes_before(typed))


def _minutes_before(typed: TypedDuration) -> int:
    minutes: Fraction = typed.days * _DAY + typed.minutes
    if typed.months or minutes.denominator != 1 or not 1 <= minutes <= _LONGEST:
        raise Misunderstood(Problem.REMINDER_IMPOSSIBLE, typed.words)
    return int(minutes)
