"""The actions that members can undo, and what we know about one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from domain.appointments.changes.clocks import CLOCK_CHANGED
from domain.appointments.occurrences.facts import OccurrenceFacts
from domain.errors import CareCircleError
from domain.family.families import FamilyFacts
from domain.family.people import Person
from domain.medicines.changes.adding import RemovedMedicine
from domain.medicines.doses.facts import DoseFacts
from domain.medicines.expansion.cancelling import CALLED_OFF
from domain.medicines.expansion.counted_intakes import COUNTED, Counted
from domain.medicines.facts import MedicineFacts


class ActionKind(StrEnum):
    """What can be undone. All but the first two are named like their audit events."""

    RECORDED = "recorded"
    CORRECTED = "corrected"
    ADDED = "medication.added"
    EDITED = "medication.edited"
    PAUSED = "medication.paused"
    STOPPED = "medication.stopped"
    RESTORED = "medication.restored"
    REFILLED = "stock.refilled"
    COUNTED = "stock.counted"
    MEASURED = "stock.measured"
    APPOINTMENT_ADDED = "appointment.added"
    APPOINTMENT_EDITED = "appointment.edited"
    APPOINTMENT_MOVED = "appointment.moved"
    APPOINTMENT_REPEATED = "appointment.repeated"
    APPOINTMENT_CANCELLED = "appointment.cancelled"
    APPOINTMENT_RESTORED = "appointment.restored"
    APPOINTMENT_FOLLOWED = CLOCK_CHANGED
    DRIVER_FOUND = "appointment.driver_found"
    DRIVER_LOST = "appointment.driver_lost"
    DAY_TIMES_SET = "person.day_times_set"
    PERSON_MOVED = "person.moved"
    PERSON_RENAMED = "person.renamed"
    PERSON_PAUSED = "person.paused"
    PERSON_RESUMED = "person.resumed"


STATUS_KINDS = frozenset(
    {
        ActionKind.PAUSED,
        ActionKind.STOPPED,
        ActionKind.RESTORED,
        ActionKind.PERSON_PAUSED,
        ActionKind.PERSON_RESUMED,
    }
)
"""Actions that begin or end a pause."""
AUDITED = tuple(ActionKind)[2:]
UNDONE = "undone"
UNDOABLE = frozenset(ActionKind)


@dataclass(frozen=True)
class LastAction:
    """A member's last action, at `at` (UTC): on doses, a medicine, an appointment or a person.

    `id` is that of the log rows' action, or of the audit event. `reverted_dose` is the dose as it
    will be once its correction is undone. `elsewhere` is empty if it was in the current family;
    otherwise that family comes first, followed by the member's others. `lasting` is an action of
    :data:`domain.audit.LASTING` that they have done since; `superseded` is one that they have done
    since and others have changed.
    """

    id: UUID
    kind: ActionKind
    at: datetime
    doses: Sequence[DoseFacts] = ()
    medicine: MedicineFacts | None = None
    appointment: OccurrenceFacts | None = None
    person: Person | None = None
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None
    log_id: UUID | None = None
    reverted_dose: DoseFacts | None = None
    elsewhere: Sequence[FamilyFacts] = ()
    lasting: str | None = None
    superseded: "ActionSuperseded | None" = None

    @property
    def name(self) -> str:
        """The name of what it was done to."""
        if self.appointment is not None:
            return self.appointment.details.title
        subject = self.medicine or self.person or self.doses[0]
        return subject.name

    @property
    def counted(self) -> Counted:
        """The intakes that it counted as revived doses."""
        counted: Counted = (self.after or {}).get(COUNTED, {})
        return counted

    @property
    def called_off(self) -> Sequence[UUID]:
        """The doses that it cancelled."""
        return [UUID(dose_id) for dose_id in (self.after or {}).get(CALLED_OFF, ())]


@dataclass(eq=False)
class ActionSuperseded(CareCircleError):
    """What the member did isn't in effect any more: since then, `by` (None: they themselves) has
    done `action`, an action of the audit or `UNDONE`. `name` is what it was done to; for a record,
    `dose` is its current state.
    """

    action: str
    name: str
    by: str | None
    dose: DoseFacts | None = None


@dataclass(frozen=True)
class Undone:
    """What was undone, and its current state (appointment None: it was removed)."""

    action: LastAction
    doses: Sequence[DoseFacts] = ()
    medicine: MedicineFacts | None = None
    removed: RemovedMedicine | None = None
    appointment: OccurrenceFacts | None = None
    person: Person | None = None
