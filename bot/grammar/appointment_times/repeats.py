"""How often an appointment repeats: what :mod:`bot.grammar.rhythms` reads, as a recurrence."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.rhythms.patterns import LAST, Pattern, TypedRhythm, Unit
from bot.grammar.rhythms.reading import read_rhythm
from bot.grammar.tokens import Token
from domain.appointments.recurrences import SHORTEST_MONTH, ByDay, Frequency, Recurrence
from domain.local_time import Weekday

_FREQUENCIES = {
    Unit.DAY: Frequency.DAILY,
    Unit.WEEK: Frequency.WEEKLY,
    Unit.MONTH: Frequency.MONTHLY,
    Unit.YEAR: Frequency.YEARLY,
}


@dataclass(frozen=True, slots=True)
class TypedRepeat:
    """A rhythm as typed. If it doesn't name a day itself (`is_anchored`), a date has to."""

    words: str
    rule: Recurrence
    tokens_used: int
    rhythm: TypedRhythm | None = None

    @property
    def is_anchored(self) -> bool:
        rule = self.rule
        return rule.frequency is Frequency.DAILY or bool(rule.by_day or rule.by_month_day)

    def without(self, weekdays: Sequence[Weekday], *, words: str) -> "TypedRepeat":
        """The same except on *weekdays*. Raises `Misunderstood` if it isn't on one of them."""
        pattern = self.rhythm.pattern.without(weekdays) if self.rhythm else None
        if self.rhythm is None or pattern is None:
            raise Misunderstood(Problem.EXCEPTION_MISSES, words)
        rhythm = replace(self.rhythm, pattern=pattern)
        return replace(self, rule=to_recurrence(pattern, words=self.words), rhythm=rhythm)


def read_repeat(tokens: Sequence[Token]) -> TypedRepeat | None:
    """The rhythm at the start of *tokens*; None if they start with something else.

    Raises `Misunderstood` if it is too fast or too slow, or can be two.
    """
    found = read_rhythm(tokens)
    if found is None:
        return None
    rule = to_recurrence(found.pattern, words=found.words)
    return TypedRepeat(found.words, rule, found.tokens_used, found)


def to_recurrence(pattern: Pattern, *, words: str) -> Recurrence:
    """Raises `Misunderstood` for several days of a month some of which shorter months lack."""
    frequency, interval = _FREQUENCIES[pattern.unit], pattern.interval
    if len(pattern.month_days) == 1:
        return Recurrence.monthly(pattern.month_days[0], interval=interval)
    if any(day > SHORTEST_MONTH for day in pattern.month_days):
        days = [day for day in pattern.month_days if SHORTEST_MONTH >= day != LAST]
        last = f"{days[0]}th and last day of every month" if len(days) == 1 else ""
        suggestions = (last,) if last else ()
        raise Misunderstood(Problem.REPEAT_AMBIGUOUS, words, suggestions=suggestions)
    by_day = [ByDay(day) for day in pattern.weekdays]
    by_day += [ByDay(day.weekday, day.nth) for day in pattern.nth_weekdays]
    return Recurrence(frequency, interval, by_day=tuple(by_day), by_month_day=pattern.month_days)
