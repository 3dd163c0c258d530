"""Parses schedules as people type them: "at 08:00 and 20:00", "mon,wed,fri 09:00 until 3 Dec".

The parts may come in any order. Anything left over, contradictory or ambiguous is refused with the
words concerned.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.schedule_parts.parts import EVERY_DAY, ScheduleParts
from bot.grammar.schedule_parts.reading import read_parts
from bot.grammar.schedules.amounts_with_times import split_portions, without_empty_moments
from bot.grammar.schedules.as_needed import fit_as_needed
from bot.grammar.schedules.by_the_clock import check_days_a_week, fit_wall_clock
from bot.grammar.schedules.context import ScheduleContext
from bot.grammar.schedules.intervals import fit_elapsed
from bot.grammar.schedules.varying_amounts import fit_portions
from bot.grammar.tokens import Line, Token, tokenize
from domain.medicines.schedules.kinds import Schedule

LONGEST_SCHEDULE = 500


def parse_schedule(text: str, *, zone: ZoneInfo, now: datetime) -> Schedule:
    """The schedule in *text*, for a person in *zone*; "today" is the day there at *now* (aware).

    Raises `Misunderstood`; `Problem.TIMES_MISSING` means that the text is fine so far, and can be
    parsed again with times of day added.
    """
    if len(text) > LONGEST_SCHEDULE:
        raise Misunderstood(Problem.TOO_LONG)
    line = tokenize(text)
    [schedule] = read_schedules(line, line.tokens, zones=[zone], now=now)
    return schedule


def says_as_much(text: str, *, as_words: str) -> bool:
    """Whether *text* says all that *as_words* say, in other words: then somebody started over. What
    says less completes them. Both are words of a schedule. Raises `Misunderstood`.
    """
    said, before = _kinds_of_parts(text), _kinds_of_parts(as_words)
    moments = max(before.pop(_WHEN, 0), 1)
    return said.pop(_WHEN, 0) >= moments and before.keys() <= said.keys()


_WHEN = "when"


def _kinds_of_parts(text: str) -> dict[str, int]:
    """The parts that *text* names; and how many times or moments of the day."""
    line = tokenize(text[:LONGEST_SCHEDULE])
    portions = split_portions(line, line.tokens)
    found = {"amounts": 1} if portions else {}
    for tokens in [portion.tokens for portion in portions] or [line.tokens]:
        parts = read_parts(line, tokens)
        if parts.weekdays == EVERY_DAY:
            parts.weekdays = None  # which is what no days mean, too
        for name in parts.beside_times():
            found["days" if name in _CHOOSE_DAYS else name] = 1
        when = len(parts.times) or parts.moments.count(", ") + bool(parts.moments)
        found[_WHEN] = found.get(_WHEN, 0) + when
    return found


# One of them stands for another: "every 2 days", then "mondays at 09:00".
_CHOOSE_DAYS = {"weekdays", "days_a_week", "every_days", "every_weeks", "month_days", "is_monthly"}
_CHOOSE_DAYS |= {"cycle", "interval", "is_as_needed"}


def read_schedules(
    line: Line, tokens: Sequence[Token], *, zones: Iterable[ZoneInfo], now: datetime
) -> set[Schedule]:
    """Like `parse_schedule`, for some *tokens* of a *line*, by the clock of each of *zones*. The
    words are only read once.
    """
    if not tokens:
        raise Misunderstood(Problem.SCHEDULE_MISSING)
    words = line.typed(tokens)
    contexts = [ScheduleContext(words, zone, now) for zone in zones]
    portions = split_portions(line, tokens)
    if portions:
        parts = [read_parts(line, portion.tokens) for portion in without_empty_moments(portions)]
        return {fit_portions(portions, parts, context) for context in contexts}
    whole = read_parts(line, tokens)
    return {_fit(whole, context) for context in contexts}


def _fit(parts: ScheduleParts, context: ScheduleContext) -> Schedule:
    """The parts as one schedule with upcoming doses."""
    if parts.is_as_needed or parts.min_interval is not None or parts.max_per_day is not None:
        return fit_as_needed(parts, context)
    if parts.interval is not None:
        return fit_elapsed(parts, context)
    check_days_a_week(parts, context.words)
    return fit_wall_clock(parts, context)
