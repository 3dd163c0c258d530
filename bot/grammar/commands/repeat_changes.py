"""Changes to how often an appointment repeats: "every thursday", "until 1 March", "at 11:00", "no
end". Parts of the rhythm that aren't mentioned stay as they are.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.grammar.appointment_times.parts import TypedWhen, When
from bot.grammar.appointment_times.reading import read_when_part
from bot.grammar.appointment_times.repeats import TypedRepeat
from bot.grammar.appointment_times.resolution import resolve
from bot.grammar.dates import spelt
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.tokens import Token, tokenize, words_of
from domain.appointments.recurrences import Recurrence

_WITHOUT_EXCEPTIONS = (("no", "exceptions"), ("without", "exceptions"), ("without", "exception"))
_WITHOUT_END = (
    ("no", "end"),
    ("without", "end"),
    ("without", "an", "end"),
    ("for", "ever"),
    ("for", "good"),
    ("forever",),
    ("indefinitely",),
)


@dataclass(frozen=True, slots=True)
class RepeatChange:
    """The rhythm from `start` (naive local) on. With `keeps_end`, it ends when the old one did.

    `is_other_hour` means that only the time of day was given; `when` holds everything said about
    the time.
    """

    rule: Recurrence
    start: datetime
    keeps_end: bool
    when: When
    is_other_hour: bool = False


def parse_repeat_change(
    text: str, *, old: Recurrence | None, start: datetime, zone: ZoneInfo, now: datetime
) -> RepeatChange:
    """Apply *text* to the rhythm *old*, whose next date is at *start* (naive local).

    Raises `Misunderstood`.
    """
    typed, is_endless, is_whole = _read(tokenize(text[:200]).tokens)
    if is_whole and old is not None:
        old = replace(old, except_on=())
    names_end = typed.until is not None or typed.count is not None or typed.lasts is not None
    names_rhythm = typed.repeat is not None
    if typed.repeat is None and old is not None and typed.day is None:
        typed.repeat = TypedRepeat(text, old.without_end(), 0)
    is_other_rhythm = names_rhythm or names_end or is_endless or is_whole or bool(typed.exceptions)
    if typed.repeat is None or not (is_other_rhythm or typed.clock):
        raise Misunderstood(Problem.WHEN_UNREADABLE, text.strip())
    when = resolve(typed, zone=zone, now=now)
    if when.problem is not None:
        raise when.problem
    rule = when.rule
    if rule is None or (is_endless and names_end):
        raise Misunderstood(Problem.WHEN_UNREADABLE, text.strip())
    keeps_end = old is not None and not (names_end or is_endless)
    if keeps_end and old is not None and old.until is not None:
        rule = replace(rule, until=old.until)
    begins = datetime.combine(when.day or start.date(), when.clock or start.time())
    rule = rule.except_for(old.except_on) if old else rule
    is_searched = when.is_anchored or bool(rule.except_on)
    first = rule.without_end().first_from(begins) if is_searched else begins
    if first is None or (rule.until is not None and first > rule.until):
        raise Misunderstood(Problem.NO_OCCURRENCE, text.strip())
    if names_rhythm:
        rule = rule.with_shorter_months(first)  # keep the old rule for shorter months
    rule = without_missed_exceptions(rule, first, typed=when.except_on)
    return RepeatChange(rule, first, keeps_end, when, is_other_hour=not is_other_rhythm)


def without_missed_exceptions(
    rule: Recurrence, first: datetime, *, typed: Collection[date]
) -> Recurrence:
    """*rule*, which begins at *first* (naive local), without exceptions of an older rhythm that
    aren't its days. Raises `Misunderstood` for *typed* ones.
    """
    missed = [day for day in rule.list_missed_exceptions(first) if day >= first.date()]
    wrong = [spelt(day) for day in missed if day in typed]
    if wrong:
        raise Misunderstood(Problem.EXCEPTION_MISSES, ", ".join(wrong))
    return rule.including(missed)


def _read(tokens: Sequence[Token]) -> tuple[TypedWhen, bool, bool]:
    """What was typed, whether it says "no end", and whether it says "no exceptions"."""
    typed, is_endless, is_whole, at = TypedWhen(), False, False, 0
    while at < len(tokens):
        no_end = _phrase(tokens[at:], _WITHOUT_END)
        no_exceptions = _phrase(tokens[at:], _WITHOUT_EXCEPTIONS)
        is_endless, is_whole = is_endless or bool(no_end), is_whole or bool(no_exceptions)
        used = no_end or no_exceptions or read_when_part(tokens[at:], typed)
        if not used:
            raise Misunderstood(Problem.WHEN_UNREADABLE, " ".join(t.raw for t in tokens[at:]))
        at += used
    return typed, is_endless, is_whole


def _phrase(tokens: Sequence[Token], phrases: Sequence[tuple[str, ...]]) -> int:
    """How many tokens one of *phrases* takes."""
    words = words_of(tokens, 3)
    return next((len(said) for said in phrases if tuple(words[: len(said)]) == said), 0)
