"""What a change affects: the person, the drivers, and how soon it matters."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select

from domain.database.scope import Scope
from domain.family.running_pauses import PAUSE_COLUMNS, StoredPause
from domain.models import Appointment, AppointmentOccurrence, CareRecipient, Medication
from domain.models.appointments import OccurrenceStatus
from domain.overview.change_events import Change, start_before
from domain.timers import Step, ceil_minute

SOON_PERIOD = timedelta(days=1)


@dataclass(frozen=True)
class Affected:
    """What a change affects. `drivers` are those who have promised to drive, or anything else that
    it concerns. `is_told_already`: another message of this transaction covers it.
    `is_asked_of_drivers`: a separate message asks possible drivers immediately.
    """

    person_id: UUID
    drivers: Collection[UUID] = ()
    is_soon: bool = False
    is_told_already: bool = False
    is_asked_of_drivers: bool = False


@dataclass(frozen=True)
class _Upcoming:
    """An occurrence that hasn't ended."""

    id: UUID
    appointment_id: UUID
    care_recipient_id: UUID
    starts_at: datetime
    status: str
    driver_id: UUID | None
    ladder_step: str | None
    next_action_at: datetime | None
    recurrence: str | None
    paused_at: datetime | None
    paused_until: datetime | None
    pause_silences_appointments: bool

    @property
    def pause(self) -> StoredPause:
        return StoredPause(self.paused_at, self.paused_until, self.pause_silences_appointments)

    def asks_for_driver(self, *, now: datetime) -> bool:
        """Whether possible drivers are asked now."""
        at = self.next_action_at
        is_asked = self.ladder_step == Step.ASK_DRIVER and at is not None and at <= ceil_minute(now)
        return is_asked and not self.pause.silences(self.starts_at, now=now)


async def find_affected(scope: Scope, changes: Sequence[Change]) -> Mapping[UUID, Affected]:
    """What each change affects, by its id."""
    persons = [change.subject_id for change in changes if change.area == "person"]
    people = dict(zip(persons, persons, strict=True))
    medicines = [change.subject_id for change in changes if change.area == "medication"]
    if medicines:
        rows = await scope.rows(
            select(Medication.id, Medication.care_recipient_id).where(Medication.id.in_(medicines))
        )
        people |= {row.id: row.care_recipient_id for row in rows}
    affected = {
        change.id: Affected(
            people[change.subject_id],
            drivers=change.promised,
            # That nobody is asked about somebody any more is heard at once.
            is_soon=change.action == "person.deleted",
        )
        for change in changes
        if change.subject_id in people
    }
    appointments = [change for change in changes if change.area == "appointment"]
    if appointments:
        upcoming = await _read_ahead(scope, {change.subject_id for change in appointments})
        for change in appointments:
            of_it = [each for each in upcoming if each.appointment_id == change.subject_id]
            if of_it:
                affected[change.id] = _affected(scope, change, of_it)
    return affected


async def _read_ahead(scope: Scope, appointment_ids: Collection[UUID]) -> Sequence[_Upcoming]:
    """The occurrences of these appointments that haven't ended, earliest first."""
    rows = await scope.rows(
        select(
            AppointmentOccurrence.id,
            AppointmentOccurrence.appointment_id,
            AppointmentOccurrence.care_recipient_id,
            AppointmentOccurrence.starts_at,
            AppointmentOccurrence.status,
            AppointmentOccurrence.driver_id,
            AppointmentOccurrence.ladder_step,
            AppointmentOccurrence.next_action_at,
            Appointment.recurrence,
            *PAUSE_COLUMNS,
        )
        .join(Appointment, Appointment.id == AppointmentOccurrence.appointment_id)
        .join(CareRecipient, CareRecipient.id == AppointmentOccurrence.care_recipient_id)
        .where(
            AppointmentOccurrence.appointment_id.in_(appointment_ids),
            AppointmentOccurrence.family_id == scope.family_id,
            AppointmentOccurrence.ends_at > func.clock_now(),
        )
        .order_by(AppointmentOccurrence.starts_at)
    )
    return [_Upcoming(**row._asdict()) for row in rows]


def _affected(scope: Scope, change: Change, ahead: Sequence[_Upcoming]) -> Affected:
    now = scope.clock.now()
    one = next((row for row in ahead if row.id == change.occurrence_id), None)
    only = [row for row in ahead if str(row.id) in change.occurrences] or ahead
    planned = [row for row in only if row.status == OccurrenceStatus.PLANNED]
    first = one or next(iter(planned), only[0])
    starts = [first.starts_at, *_starts_before(change)]
    is_soon = any(now < start <= now + SOON_PERIOD for start in starts)
    is_single = len(only) == 1 or first.recurrence is None
    drivers = {row.driver_id for row in only if row.driver_id is not None} | set(change.promised)
    return Affected(
        first.care_recipient_id,
        # A change of drivers affects nobody else's drive.
        drivers=set() if change.is_about_driving else drivers,
        # A new driver is good news, which isn't urgent.
        is_soon=is_soon and not change.action.endswith(".driver_found"),
        is_told_already=(is_single or change.is_addition)
        and first.id in scope.covered_occurrence_ids,
        is_asked_of_drivers=(
            change.action.endswith((".driver_lost", ".driver_gone"))
            and first.asks_for_driver(now=now)
        ),
    )


def _starts_before(change: Change) -> Sequence[datetime]:
    start = start_before(change)
    return [] if start is None else [start]
