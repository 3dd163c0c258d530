"""What can go wrong with medicines, doses, pauses and stock."""

from dataclasses import dataclass
from decimal import Decimal

from domain.errors import CareCircleError
from domain.medicines.dosages import Dosage
from domain.medicines.facts import MedicineFacts


class NothingRecorded(CareCircleError):
    """Nothing is recorded of the dose, so there is nothing to take back or to correct."""


class RecordedOtherwise(CareCircleError):
    """What somebody wants to take back is not what stands in the record any more."""


@dataclass(eq=False)
class SameMedicine(CareCircleError):
    """The person takes a medicine of that name already."""

    existing: MedicineFacts


class AlikeMedicine(SameMedicine):
    """The person takes a medicine whose name looks or sounds like that one."""


@dataclass(eq=False)
class ChangedMeanwhile(CareCircleError):
    """Somebody else has changed the medicine since the member saw it; this is what it is now."""

    medicine: MedicineFacts


@dataclass(eq=False)
class PauseEndImpossible(CareCircleError):
    """A pause would end today or before, or (`is_too_far`) more than a year ahead."""

    is_too_far: bool


@dataclass(eq=False)
class NothingToPause(CareCircleError):
    """`person` takes no medicine."""

    person: str


@dataclass(eq=False)
class PauseRuns(CareCircleError):
    """Of a person or a medicine, by `name`: a pause runs that the member has not seen, and it is
    for them to say what becomes of it.
    """

    name: str


@dataclass(eq=False)
class StoppedMeanwhile(CareCircleError):
    """The medicine `name` was to go on after a pause, and somebody has stopped it."""

    name: str


@dataclass(eq=False)
class NotPaused(CareCircleError):
    """The pause of `person` is over, or does not end when it was said."""

    person: str


class TimeNotPossible(CareCircleError):
    """An intake is recorded for a time to come, or for more than 48 hours ago."""


@dataclass(eq=False)
class StockUnitDiffers(CareCircleError):
    """The stock of this medicine is counted in another unit: `unit`."""

    unit: str


@dataclass(eq=False)
class PerDoseUnknown(CareCircleError):
    """Nobody has said how much of `unit` a dose of `dosage` takes."""

    dosage: Dosage
    unit: str


@dataclass(eq=False)
class LessLeft(CareCircleError):
    """More was lost of a stock than its `amount` of `unit` (None: nobody has counted it)."""

    amount: Decimal | None
    unit: str
