"""Locking an appointment for a change, and the steps that every change shares."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update

from domain import audit
from domain.access import Action
from domain.appointments.details import Details
from domain.appointments.errors import AppointmentChanged, AppointmentOver
from domain.appointments.news import announce_if_imminent
from domain.appointments.occurrences.facts import OccurrenceFacts
from domain.appointments.occurrences.lookups import get_occurrence
from domain.appointments.series.series import (
    SELECT_SERIES,
    Series,
    fetch_series,
    merge_own_details,
    original_start,
)
from domain.database.scope import Scope
from domain.delivery.new_messages import OutgoingMessage, queue_messages
from domain.delivery.shown_messages import FACTS, IS_WAITING, refresh_messages
from domain.errors import NotFound
from domain.local_time import to_local
from domain.models import (
    Appointment,
    AppointmentOccurrence,
    CalendarCopy,
    CareRecipient,
    FamilyMember,
)
from domain.models.appointments import OccurrenceStatus
from domain.models.delivery import Kind
from domain.models.family import MAY_SEE_PERSON


class Reach(StrEnum):
    """How much of a series a change affects."""

    THIS = "this"
    FOLLOWING = "following"
    ALL = "all"


@dataclass(frozen=True)
class LockedAppointment:
    """An appointment, locked until the transaction ends. `details` are by column, as
    :meth:`Details.columns` writes them.
    """

    series: Series
    version: int
    origin_id: UUID | None
    created_by_id: UUID
    scheduled_at: datetime
    details: Mapping[str, Any]


@dataclass(frozen=True)
class LockedOccurrence:
    """An occurrence and its appointment, locked until the transaction ends."""

    id: UUID
    key: str
    starts_at: datetime
    ends_at: datetime
    status: OccurrenceStatus
    driver_id: UUID | None
    ladder_step: str | None
    own_details: Mapping[str, Any]
    appointment: LockedAppointment

    @property
    def series(self) -> Series:
        return self.appointment.series

    @property
    def own_series(self) -> Series:
        """The series with this occurrence's own details."""
        return self.series.with_own_details(self.own_details)

    @property
    def planned_start(self) -> datetime:
        """The local start by the rule; if no rule produces it any more, the current start."""
        by_rule = original_start(self.key, self.series.zone)
        return to_local(by_rule or self.starts_at, self.series.zone)

    def reach(self, reach: Reach) -> Reach:
        """*reach*, or ALL if the appointment doesn't recur."""
        return Reach.ALL if self.series.recurrence is None else reach


_DETAILS = tuple(Details(title="").columns())
_SELECT_APPOINTMENT = SELECT_SERIES.add_columns(
    Appointment.version,
    Appointment.origin_id,
    Appointment.created_by_id,
    Appointment.title,
    Appointment.doctor_id,
    Appointment.doctor_name,
    Appointment.place,
    Appointment.bring,
    Appointment.note,
)


async def lock_occurrence(
    scope: Scope,
    occurrence_id: UUID,
    *,
    version: int | None = None,
    action: Action = Action.CHANGE_APPOINTMENTS,
) -> LockedOccurrence:
    """Lock an occurrence and its appointment until the transaction ends.

    Raises NotAllowed, NotFound, and AppointmentChanged if *version* isn't the current one.
    """
    member = scope.require(action)
    appointment_id = await scope.connection.scalar(
        select(AppointmentOccurrence.appointment_id).where(
            AppointmentOccurrence.id == occurrence_id,
            AppointmentOccurrence.family_id == member.family_id,
        )
    )
    if appointment_id is None:
        raise NotFound
    appointment = await lock_appointment(scope, appointment_id, action=action)
    if version is not None and appointment.version != version:
        raise AppointmentChanged
    # Read it only now: while we waited for the lock it may have moved to another series.
    occurrence = await scope.row(
        select(
            AppointmentOccurrence.occurrence_key,
            AppointmentOccurrence.starts_at,
            AppointmentOccurrence.ends_at,
            AppointmentOccurrence.status,
            AppointmentOccurrence.driver_id,
            AppointmentOccurrence.ladder_step,
            AppointmentOccurrence.own_details,
            AppointmentOccurrence.own_remind_before,
        )
        .where(
            AppointmentOccurrence.id == occurrence_id,
            AppointmentOccurrence.appointment_id == appointment_id,
        )
        .with_for_update()
    )
    if occurrence is None:
        raise AppointmentChanged
    return LockedOccurrence(
        id=occurrence_id,
        key=occurrence.occurrence_key,
        starts_at=occurrence.starts_at,
        ends_at=occurrence.ends_at,
        status=occurrence.status,
        driver_id=occurrence.driver_id,
        ladder_step=occurrence.ladder_step,
        own_details=merge_own_details(occurrence.own_details, occurrence.own_remind_before),
        appointment=appointment,
    )


async def lock_appointment(
    scope: Scope, appointment_id: UUID, *, action: Action = Action.CHANGE_APPOINTMENTS
) -> LockedAppointment:
    """Lock an appointment until the transaction ends. Raises NotAllowed and NotFound."""
    member = scope.require(action)
    found = await fetch_series(
        scope,
        _SELECT_APPOINTMENT.where(
            Appointment.id == appointment_id,
            Appointment.family_id == member.family_id,
            Appointment.deleted_at.is_(None),
        ).with_for_update(),
    )
    if not found:
        raise NotFound
    [(series, columns)] = found
    return LockedAppointment(
        series=series,
        version=columns["version"],
        origin_id=columns["origin_id"],
        created_by_id=columns["created_by_id"],
        scheduled_at=columns["scheduled_at"],
        details={name: columns[name] for name in _DETAILS},
    )


def refuse_past(scope: Scope, locked: LockedOccurrence) -> None:
    """Raises AppointmentOver for an occurrence that has ended."""
    if locked.ends_at <= scope.clock.now():
        raise AppointmentOver


async def update_occurrence(scope: Scope, occurrence_id: UUID, changes: Mapping[str, Any]) -> None:
    """Write *changes* to one occurrence of the family."""
    await scope.execute(
        update(AppointmentOccurrence)
        .where(
            AppointmentOccurrence.id == occurrence_id,
            AppointmentOccurrence.family_id == scope.family_id,
        )
        .values(dict(changes))
    )


async def mark_changed(
    scope: Scope, appointment_id: UUID, *, affects_calendars: bool = True
) -> None:
    """Raise the version, so that members must reload before they change it. If calendars show what
    has changed, also raise the sequence and send new files to everybody who has the appointment.
    """
    await scope.execute(
        update(Appointment)
        .where(Appointment.id == appointment_id)
        .values(
            version=Appointment.version + 1,
            sequence=Appointment.sequence + (1 if affects_calendars else 0),
        )
    )
    if not affects_calendars:
        return
    await _queue_files(scope, appointment_id)


async def _queue_files(scope: Scope, appointment_id: UUID) -> None:
    """Queue a calendar file for everybody who has the appointment. A file that is still unsent is
    reused: it is rendered when it is sent, which is after this transaction commits.
    """
    copies = await scope.rows(
        select(CalendarCopy.appointment_id, CalendarCopy.user_id)
        .join(
            Appointment,
            CalendarCopy.appointment_id == func.coalesce(Appointment.origin_id, Appointment.id),
        )
        .join(
            FamilyMember,
            (FamilyMember.family_id == CalendarCopy.family_id)
            & (FamilyMember.user_id == CalendarCopy.user_id),
        )
        .join(CareRecipient, CareRecipient.id == Appointment.care_recipient_id)
        .where(
            Appointment.id == appointment_id,
            Appointment.family_id == scope.family_id,
            FamilyMember.left_at.is_(None),
            MAY_SEE_PERSON,
        )
    )
    if not copies:
        return
    origin_id = str(copies[0].appointment_id)
    waiting = await refresh_messages(
        scope,
        [Kind.CALENDAR],
        where=[IS_WAITING, FACTS["origin_id"].as_string() == origin_id],
    )
    served = {message.user_id for message in waiting}
    await queue_messages(
        scope,
        [
            OutgoingMessage(
                kind=Kind.CALENDAR,
                user_id=copy.user_id,
                facts={"origin_id": origin_id},
                deadline_at=scope.clock.now(),
            )
            for copy in copies
            if copy.user_id not in served
        ],
    )


async def record_change(
    scope: Scope,
    action: str,
    locked: LockedOccurrence,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    undoes_id: UUID | None = None,
) -> None:
    """Append to the audit; *before* is what `/undo` restores."""
    await audit.record(
        scope,
        f"appointment.{action}",
        subject_type="appointment",
        subject_id=locked.series.id,
        before=before,
        after=after,
        undoes_id=undoes_id,
    )


async def announce_and_get(scope: Scope, locked: LockedOccurrence) -> OccurrenceFacts:
    """The occurrence as it is now, after telling members for whom no reminder comes any more."""
    await announce_if_imminent(scope, locked.series.id, locked.id)
    return await get_occurrence(scope, locked.id)
