"""Questions to ask before a change of a medicine can be made."""

from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum
from typing import TypeAlias

from domain.medicines.dosages import Dosage
from domain.medicines.schedules.days import Days


@dataclass(frozen=True, slots=True)
class Place:
    """One of several amounts: of a time of day, of a step (the first is 1), or of both; or of the
    plan on certain `days`, which `ends_on` a day if that tells it from others. `amount` is None
    where the medicine's dosage applies, or where a plan has several.
    """

    key: str
    amount: Dosage | None
    times: tuple[time, ...]
    step: int | None = None
    days: Days | None = None
    ends_on: date | None = None


class Topic(StrEnum):
    """What a change names of one of several places."""

    AMOUNT = "amount"
    STEP_TIMES = "step_times"
    TIMES = "times"
    DAYS = "days"
    END = "end"


@dataclass(frozen=True, slots=True)
class AskTimes:
    """At what times of day? `so_far` are the current ones, `count` how many are needed."""

    so_far: tuple[time, ...]
    count: int | None = None


@dataclass(frozen=True, slots=True)
class AskPlace:
    """Which of several amounts is meant? Or the times, the days, the end of which step or plan?

    `strength` is the medicine's strength, if it has one beside its amounts. `has_all`: all of them
    is a possible answer.
    """

    places: tuple[Place, ...]
    strength: Dosage | None = None
    about: Topic = Topic.AMOUNT
    has_all: bool = True


@dataclass(frozen=True, slots=True)
class AskAmount:
    """How much each time? The amounts differ, and their times have changed."""

    amounts: tuple[Dosage, ...]


Question: TypeAlias = AskTimes | AskPlace | AskAmount


class Unclear(Exception):
    """The change can't be made before this question is answered."""

    def __init__(self, question: Question) -> None:
        super().__init__()
        self.question = question
