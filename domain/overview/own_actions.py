"""What members can take back: the kinds of their actions, and what is known of one."""

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
from domain.medicines.doses.facts import DoseFacts
from domain.medicines.expansion.calling_off import CALLED_OFF
from domain.medicines.expansion.counted_intakes import COUNTED, Counted
from domain.medicines.facts import MedicineFacts


class ActionKind(StrEnum):
    """What can be taken back. All but the first two are named like their events in the audit."""

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
"""Of whatever begins or ends a pause."""
AUDITED = tuple(ActionKind)[2:]
UNDONE = "undone"
UNDOABLE = frozenset(ActionKind)


@dataclass(frozen=True)
class LastAction:
    """What a member did last, at `at` (UTC): with doses, to a medicine, or to an appointment.

    `id` is that of the log rows' action, or of the event in the audit. `put_back` is how the dose
    will stand once its correction is undone. `elsewhere`: the family where that was, if it is not
    the open one, and then the others of the member. `lasting`: what of
    :data:`domain.audit.LASTING` they have done since; `superseded`: what they did since, and others
    have changed.
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
    put_back: DoseFacts | None = None
    elsewhere: Sequence[FamilyFacts] = ()
    lasting: str | None = None
    superseded: "ActionSuperseded | None" = None

    @property
    def name(self) -> str:
        """What it was done to."""
        if self.appointment is not None:
            return self.appointment.details.title
        subject = self.medicine or self.person or self.doses[0]
        return subject.name

    @property
    def counted(self) -> Counted:
        """The intakes that it made count for doses that came back."""
        counted: Counted = (self.after or {}).get(COUNTED, {})
        return counted

    @property
    def called_off(self) -> Sequence[UUID]:
        """The doses that it cancelled."""
        return [UUID(dose_id) for dose_id in (self.after or {}).get(CALLED_OFF, ())]


@dataclass(eq=False)
class ActionSuperseded(CareCircleError):
    """What the member did does not stand any more: `by` (None: they themselves) have done `action`
    since, which is an action of the audit, or `UNDONE`. `name` is what it was done to; of a record,
    `dose` is how it is now.
    """

    action: str
    name: str
    by: str | None
    dose: DoseFacts | None = None


@dataclass(frozen=True)
class Undone:
    """What was taken back, and how things are now: doses, the medicine, or the appointment (None:
    it is gone).
    """

    action: LastAction
    doses: Sequence[DoseFacts] = ()
    medicine: MedicineFacts | None = None
    appointment: OccurrenceFacts | None = None
    person: Person | None = None
