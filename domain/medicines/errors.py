"""Errors about medicines, doses, pauses and stock."""

from dataclasses import dataclass
from decimal import Decimal

from domain.errors import CareCircleError
from domain.family.people import Person
from domain.medicines.dosages import Dosage
from domain.medicines.facts import MedicineFacts
from domain.medicines.schedules.problems import ScheduleProblem


class NothingRecorded(CareCircleError):
    """The dose has no record to undo or correct."""


class RecordSuperseded(CareCircleError):
    """The record that somebody wants to undo is no longer the current one."""


@dataclass(eq=False)
class SameMedicine(CareCircleError):
    """The person already takes a medicine with that name."""

    existing: MedicineFacts


class SimilarMedicine(SameMedicine):
    """The person takes a medicine whose name looks or sounds like that one."""


@dataclass(eq=False)
class MedicineChanged(CareCircleError):
    """Somebody else has changed the medicine since the member saw it; this is its current state."""

    medicine: MedicineFacts


@dataclass(eq=False)
class PauseEndImpossible(CareCircleError):
    """The pause would end today or earlier, or (`is_too_far`) more than a year ahead."""

    is_too_far: bool


@dataclass(eq=False)
class NothingToPause(CareCircleError):
    """`person` takes no medicine."""

    person: str


@dataclass(eq=False)
class UnseenPause(CareCircleError):
    """A pause that the member hasn't seen is in effect, of the person or medicine called `name`.
    The member has to decide what happens to it.
    """

    name: str


@dataclass(eq=False)
class MedicineStopped(CareCircleError):
    """Somebody has stopped the medicine `name`, so it can't be resumed from a pause."""

    name: str


@dataclass(eq=False)
class NotPaused(CareCircleError):
    """The pause of `person` has ended, or ends at another time than the member was told."""

    person: str


@dataclass(eq=False)
class DayTimesChanged(CareCircleError):
    """Somebody has changed the times of the person's day, or what hangs on them, since the member
    saw them.
    """

    person: Person


@dataclass(eq=False)
class TimesOfDayClash(CareCircleError):
    """With these times of day, the medicine `name` would have an impossible schedule: MOMENTS_MEET,
    PLANS_COINCIDE or MOMENT_ON_ANOTHER_DAY.
    """

    name: str
    problem: ScheduleProblem


class TimeNotPossible(CareCircleError):
    """The intake would be in the future, or more than 48 hours ago."""


@dataclass(eq=False)
class StockUnitDiffers(CareCircleError):
    """The stock of this medicine is counted in another unit: `unit`."""

    unit: str


@dataclass(eq=False)
class PerDoseUnknown(CareCircleError):
    """Nobody has said how much of `unit` one `dosage` is."""

    dosage: Dosage
    unit: str


@dataclass(eq=False)
class NotEnoughStock(CareCircleError):
    """The loss is larger than the stock: `amount` of `unit` (None: nobody has counted it)."""

    amount: Decimal | None
    unit: str
