"""Questions to ask before a change of a medicine can be made."""

from dataclasses import dataclass
from datetime import time
from typing import TypeAlias

from domain.medicines.dosages import Dosage


@dataclass(frozen=True, slots=True)
class Place:
    """One of several amounts: of a time of day, of a step (the first is 1), or of both."""

    key: str
    amount: Dosage
    times: tuple[time, ...]
    step: int | None = None


@dataclass(frozen=True, slots=True)
class AskTimes:
    """At what times of day? `so_far` are the current ones, `count` how many are needed."""

    so_far: tuple[time, ...]
    count: int | None = None


@dataclass(frozen=True, slots=True)
class AskPlace:
    """Which of several amounts is meant? Or, with `is_about_times`, the times of which step?

    `strength` is the medicine's strength, if it has one beside its amounts.
    """

    places: tuple[Place, ...]
    strength: Dosage | None = None
    is_about_times: bool = False


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
