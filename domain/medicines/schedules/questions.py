"""What is asked before a change of a medicine can be made."""

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
    """At what times of day? `so_far` are those that the medicine has; `count` says how many there
    have to be, if that was said.
    """

    so_far: tuple[time, ...]
    count: int | None = None


@dataclass(frozen=True, slots=True)
class AskPlace:
    """Which of several amounts (or, with `is_about_times`, the times of which step) is meant?

    `strength` is what the medicine says beside its amounts, if it does.
    """

    places: tuple[Place, ...]
    strength: Dosage | None = None
    is_about_times: bool = False


@dataclass(frozen=True, slots=True)
class AskAmount:
    """How much each time, where amounts differ and their times are others now?"""

    amounts: tuple[Dosage, ...]


Question: TypeAlias = AskTimes | AskPlace | AskAmount


class Unclear(Exception):
    """The change cannot be made before this is answered."""

    def __init__(self, question: Question) -> None:
        super().__init__()
        self.question = question
