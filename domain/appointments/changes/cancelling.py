"""Cancelling and restoring an appointment, and undoing that it was added."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, func, update

from domain import audit
from domain.appointments.changes.locking import (
    LockedAppointment,
    LockedOccurrence,
    Reach,
    announce_and_get,
    lock_appointment,
    lock_occurrence,
    mark_changed,
    record_change,
    refuse_past,
    update_occurrence,
)
from domain.appointments.changes.undo import take_snapshot
from domain.appointments.occurrences.facts import OccurrenceFacts
from domain.appointments.occurrences.lookups import get_occurrence
from domain.appointments.series.occurrence_rows import find_first_upcoming
from domain.appointments.series.replanning import replan, reset_timers
from domain.appointments.series.series import Series
from domain.database.scope import Scope
from domain.errors import NotFound
from domain.family.limits import Quota
from domain.family.room import require_room
from domain.local_time import resolve_local
from domain.models import Appointment, AppointmentOccurrence, FamilyMember
from domain.models.appointments import OccurrenceStatus
from domain.timers import Step


async def cancel_occurrence(scope: Scope, occurrence_id: UUID, *, reach: Reach) -> OccurrenceFacts:
    """Cancel it; it can be restored. Raises NotFound and AppointmentOver."""
    locked = await lock_occurrence(scope, occurrence_id)
    refuse_past(scope, locked)
    if locked.status is not OccurrenceStatus.PLANNED:
        return await get_occurrence(scope, occurrence_id)
    before = await take_snapshot(scope, locked.series.id, locked.id)
    reach = locked.reach(reach)
    if reach is Reach.THIS or locked.series.recurrence is None:
        await _set_status(scope, locked, OccurrenceStatus.CANCELLED)
    else:
        begin = locked.planned_start
        if reach is Reach.ALL:
            begin = await find_first_upcoming(scope, locked.series) or begin
        await _cut(scope, locked, resolve_local(begin, locked.series.zone))
    await record_change(
        scope, "cancelled", locked, before=await before.describe_change(scope, reach)
    )
    return await get_occurrence(scope, occurrence_id)


async def restore_occurrence(scope: Scope, occurrence_id: UUID) -> OccurrenceFacts:
    """Restore one occurrence, or the series that was cancelled with it.

    Raises NotFound, AppointmentOver and FamilyFull.
    """
    locked = await lock_occurrence(scope, occurrence_id)
    refuse_past(scope, locked)
    if locked.status is OccurrenceStatus.PLANNED:
        return await get_occurrence(scope, occurrence_id)
    await require_room(scope, Quota.APPOINTMENT, excluding=locked.series.id)
    before = await take_snapshot(scope, locked.series.id, locked.id)
    match locked.status:
        case OccurrenceStatus.CANCELLED:
            if locked.series.cancelled_from is not None:
                await _cut(scope, locked, None)
            await _set_status(scope, locked, OccurrenceStatus.PLANNED)
        case OccurrenceStatus.CUT if locked.series.cancelled_from is None:
            raise NotFound  # the rule doesn't produce it any more
        case OccurrenceStatus.CUT:
            await _cut(scope, locked, None)
            if (await get_occurrence(scope, occurrence_id)).status is OccurrenceStatus.CUT:
                await _set_status(scope, locked, OccurrenceStatus.PLANNED)
    await record_change(
        scope, "restored", locked, before=await before.describe_change(scope, Reach.THIS)
    )
    return await announce_and_get(scope, locked)


async def remove_appointment(
    scope: Scope, appointment_id: UUID, *, undoes_id: UUID | None = None
) -> None:
    """Undo that an appointment was added (the event *undoes_id*). Raises NotFound."""
    await take_away(scope, await lock_appointment(scope, appointment_id))
    await audit.record(
        scope,
        "appointment.removed",
        subject_type="appointment",
        subject_id=appointment_id,
        undoes_id=undoes_id,
    )


async def take_away(scope: Scope, locked: LockedAppointment) -> None:
    """Delete an appointment softly, with its occurrences ahead; records nothing."""
    await mark_changed(scope, locked.series.id)
    await replan(scope, locked.series, _all_called_off(scope, locked))
    await scope.execute(
        update(Appointment)
        .where(Appointment.id == locked.series.id)
        .values(deleted_at=func.clock_now(), expanded_until=None)
    )
    await scope.execute(
        # Nobody is asked how one was that is removed. That it doesn't take place is still told.
        update(AppointmentOccurrence)
        .where(
            AppointmentOccurrence.appointment_id == locked.series.id,
            AppointmentOccurrence.ladder_step != Step.TELL,
        )
        .values(ladder_step=None, next_action_at=None)
    )


async def bring_back(scope: Scope, appointment_id: UUID) -> None:
    """The opposite of :func:`take_away`: what was planned is planned again, if it's still ahead.
    Nobody drives any more who has left the family. Raises NotFound unless it was removed.
    """
    found = await scope.execute(
        update(Appointment)
        .where(
            Appointment.id == appointment_id,
            Appointment.family_id == scope.family_id,
            Appointment.deleted_at.is_not(None),
        )
        .values(deleted_at=None)
    )
    if not found:
        raise NotFound
    locked = await lock_appointment(scope, appointment_id)
    is_member = exists().where(
        FamilyMember.family_id == AppointmentOccurrence.family_id,
        FamilyMember.user_id == AppointmentOccurrence.driver_id,
        FamilyMember.left_at.is_(None),
    )
    await scope.execute(
        update(AppointmentOccurrence)
        .where(
            AppointmentOccurrence.appointment_id == appointment_id,
            AppointmentOccurrence.ends_at > func.clock_now(),
            AppointmentOccurrence.driver_id.is_not(None),
            ~is_member,
        )
        .values(driver_id=None)
    )
    await mark_changed(scope, appointment_id)
    await replan(scope, _all_called_off(scope, locked), locked.series)


def _all_called_off(scope: Scope, locked: LockedAppointment) -> Series:
    return replace(locked.series, cancelled_from=min(locked.scheduled_at, scope.clock.now()))


async def _cut(scope: Scope, locked: LockedOccurrence, since: datetime | None) -> None:
    """Cancel what the rule produces from *since* on; None: cancel nothing."""
    series = replace(locked.series, cancelled_from=since)
    await scope.execute(
        update(Appointment).where(Appointment.id == series.id).values(cancelled_from=since)
    )
    await mark_changed(scope, series.id)
    await replan(scope, locked.series, series)


async def _set_status(scope: Scope, locked: LockedOccurrence, status: OccurrenceStatus) -> None:
    await update_occurrence(scope, locked.id, {"status": status})
    await mark_changed(scope, locked.series.id)
    await reset_timers(scope, locked.series, [locked.id])
