"""The parts of an appointment's time: as typed, and relative to today."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, time, timedelta

from bot.grammar.appointment_times.repeats import TypedRepeat
from bot.grammar.clock_times import PartOfDay, TypedTime
from bot.grammar.dates import TypedDate
from bot.grammar.durations import TypedDuration
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.rhythms.patterns import TypedException
from bot.grammar.tokens import Token, tokenize
from domain.appointments.recurrences import Recurrence

UP_TO = {"to", "-", "until", "till", "through", "thru", "ending"}


@dataclass(frozen=True)
class When:
    """What is known about a time.

    `days` and `times` hold every possible reading: none if nothing was said (or nothing is
    possible), one if it is certain, two if somebody has to be asked. `problem` is the first thing
    to complain about. A day that `is_doubtful` is the only one left of several, and is never saved
    without asking. An `is_all_day` time begins at midnight and has a `duration` in days.
    `other_half` is twelve hours later, if the text may mean that too; `offered` are likely times to
    suggest for an impossible one. With `is_midnight`, the day has two nights.
    `except_on` are local days that are left out; they are in the `rule`, too, if there is one.
    """

    days: tuple[date, ...] = ()
    times: tuple[time, ...] = ()
    rule: Recurrence | None = None
    except_on: tuple[date, ...] = ()
    is_anchored: bool = False  # the rule names the days itself
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
    exceptions: list[TypedException] = field(default_factory=list)
    until: TypedDate | None = None
    lasts: TypedDuration | None = None  # in days: of a series, or of something that takes days
    count: int | None = None
    duration: timedelta | None = None
    is_all_day: bool = False
    window: Misunderstood | None = None  # "between 3 and 4pm", which has to be asked about
    is_bare: bool = False  # "9-15": hours, or a day and a month
    words: list[str] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not (
            self.day or self.clock or self.repeat or self.part or self.is_all_day or self.window
        )


def with_problem(when: When, problem: Misunderstood) -> When:
    """Add *problem*, unless there already is one: only the first is reported."""
    return replace(when, problem=when.problem or problem)


def check_once(is_there: object, words: str) -> None:
    """Raises `Misunderstood` if *words* repeat something already said."""
    if is_there is not None:
        raise Misunderstood(Problem.WHEN_TWICE, words)


def typed_words(tokens: Sequence[Token], used: int) -> str:
    """The first *used* of *tokens*, as typed."""
    return " ".join(token.raw for token in tokens[:used])


def as_tokens(*words: str) -> Sequence[Token]:
    """Words of our own, tokenized like typed ones."""
    return tokenize(" ".join(words)).tokens
