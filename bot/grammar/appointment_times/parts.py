"""The time of an appointment in parts: as typed, and as seen from today."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, time, timedelta

from bot.grammar.appointment_times.repeats import TypedRepeat
from bot.grammar.clock_times import PartOfDay, TypedTime
from bot.grammar.dates import TypedDate
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.tokens import Token, tokenize
from domain.appointments.recurrences import Recurrence

UP_TO = {"to", "-", "until", "till", "through", "thru", "ending"}


@dataclass(frozen=True)
class When:
    """What is known of a time. `days` and `times` are all that it could be: none if it was not said
    (or cannot be), one if it is certain, two if it has to be asked. `problem` is the first thing to
    say about it. A day that `is_doubtful` is the only one left of several: nothing is saved on it
    unasked. What `is_all_day` begins at midnight and has a `duration` in days. An `other_half` is
    twelve hours after the time, where what was typed may mean that, too; `offered` are times of
    which one is likely meant instead of what cannot be. At `is_midnight` a day has two nights.
    """

    days: tuple[date, ...] = ()
    times: tuple[time, ...] = ()
    rule: Recurrence | None = None
    is_anchored: bool = False  # the rule says on which days
    duration: timedelta | None = None
    is_all_day: bool = False
    is_doubtful: bool = False
    other_half: time | None = None
    offered: tuple[time, ...] = ()
    is_midnight: bool = False
    problem: Misunderstood | None = None

    @property
    def day(self) -> date | None:
        return self.days[0] if len(self.days) == 1 else None

    @property
    def clock(self) -> time | None:
        return self.times[0] if len(self.times) == 1 else None


@dataclass
class TypedWhen:
    """The parts of a time as typed, before "today" is known."""

    day: TypedDate | None = None
    clock: TypedTime | None = None
    ends: TypedTime | None = None
    part: PartOfDay | None = None
    repeat: TypedRepeat | None = None
    until: TypedDate | None = None
    lasts_days: int | None = None
    lasts_words: str = ""
    count: int | None = None
    duration: timedelta | None = None
    is_all_day: bool = False
    is_bare: bool = False  # "9-15": hours, or a day and a month
    words: list[str] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not (self.day or self.clock or self.repeat or self.part or self.is_all_day)


def with_problem(when: When, problem: Misunderstood) -> When:
    """With *problem*, unless there is one already: the first is said."""
    return replace(when, problem=when.problem or problem)


def check_once(is_there: object, words: str) -> None:
    """Raises `Misunderstood` for *words* that say again what was said."""
    if is_there is not None:
        raise Misunderstood(Problem.WHEN_TWICE, words)


def typed_words(tokens: Sequence[Token], used: int) -> str:
    """The first *used* of *tokens*, as typed."""
    return " ".join(token.raw for token in tokens[:used])


def as_tokens(*words: str) -> Sequence[Token]:
    """Words of our own, to be read like typed ones."""
    return tokenize(" ".join(words)).tokens
