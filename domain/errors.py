"""What can go wrong in the domain, as types with data. `bot/views` turns them into words.

Another family's thing is *not found*, never *forbidden*: whoever asks must not learn that it is
there.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.access import Action, Role
from domain.family.limits import Held
from domain.medicines.dosages import Dosage
from domain.medicines.facts import MedicineFacts


class CareCircleError(Exception):
    """An expected refusal. Nothing was written when it is raised."""


class NotFound(CareCircleError):
    """The thing does not exist, is gone, or belongs to another family."""


class NoFamily(CareCircleError):
    """The person is in no family yet, so there is nothing to act on."""


class NobodyCaredFor(CareCircleError):
    """The family has nobody to give medicines to yet."""


@dataclass(eq=False)
class NothingToUndo(CareCircleError):
    """The person has done nothing in the last 48 hours that can be taken back. `lasting` is what
    they did last that cannot be, as the audit calls it.
    """

    lasting: str | None = None


class NothingRecorded(CareCircleError):
    """Nothing is recorded of the dose, so there is nothing to take back or to correct."""


class RecordedOtherwise(CareCircleError):
    """What somebody wants to take back is not what stands in the record any more."""


class TooLateToUndo(CareCircleError):
    """What was done more than 48 hours ago stays as it is."""


class AlreadyApplied(CareCircleError):
    """This update took effect before: whoever repeats it must not do so again."""


@dataclass(eq=False)
class NotAllowed(CareCircleError):
    """The member's role does not include the action."""

    action: Action
    role: Role


class InvitationUnknown(NotFound):
    """No invitation has this secret."""


@dataclass(eq=False)
class InvitationUsed(CareCircleError):
    """The invitation was redeemed before."""


@dataclass(eq=False)
class InvitationExpired(CareCircleError):
    """The invitation ran out, at `expired_at` (UTC)."""

    expired_at: datetime


@dataclass(eq=False)
class AlreadyMember(CareCircleError):
    """The person is in that family already. The invitation stays unused."""

    family: str


@dataclass(eq=False)
class FamilyFull(CareCircleError):
    """The family holds as many of *held* as it may: `most`."""

    held: Held
    most: int


@dataclass(eq=False)
class AlreadyExists(CareCircleError):
    """Something of that name is there already."""

    name: str


@dataclass(eq=False)
class SameMedicine(CareCircleError):
    """The person takes a medicine of that name already."""

    existing: MedicineFacts


class AlikeMedicine(SameMedicine):
    """The person takes a medicine whose name looks or sounds like that one."""


@dataclass(eq=False)
class AlikeName(CareCircleError):
    """Somebody has a name that looks or sounds like that one. It can be meant so."""

    existing: str


@dataclass(eq=False)
class AlikeDoctor(CareCircleError):
    """The person has a doctor of that name, or of one that looks or sounds like it."""

    existing_id: UUID


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


@dataclass(eq=False)
class AppointmentInPast(CareCircleError):
    """An appointment would begin at an instant (UTC) that is over."""

    starts_at: datetime
    zone: ZoneInfo


@dataclass(eq=False)
class TimeDoesNotExist(CareCircleError):
    """The clocks skip this local time (naive); they show `instead` then."""

    local: datetime
    instead: datetime


class AppointmentOver(CareCircleError):
    """What has taken place cannot be moved, called off or driven to any more."""


class AppointmentCancelled(CareCircleError):
    """It was called off; before it can be moved it has to be restored."""


class AppointmentChanged(CareCircleError):
    """Somebody else has changed the appointment since the member saw it."""


@dataclass(eq=False)
class TakenByAnother(CareCircleError):
    """Somebody else drives already."""

    driver: str
