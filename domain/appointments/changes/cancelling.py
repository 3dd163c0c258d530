"""Cancelling and restoring an appointment, and undoing that it was added."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, update

from domain import audit
from domain.appointments.changes.locking import (
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
from domain.database.scope import Scope
from domain.errors import NotFound
from domain.family.limits import Quota
from domain.family.room import require_room
from domain.local_time import resolve_local
from domain.models import Appointment
from domain.models.appointments import OccurrenceStatus


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
    locked = await lock_appointment(scope, appointment_id)
    await mark_changed(scope, appointment_id)
    now = scope.clock.now()
    called_off = replace(locked.series, cancelled_from=min(locked.scheduled_at, now))
    await replan(scope, locked.series, called_off)
    await scope.execute(
        update(Appointment)
        .where(Appointment.id == appointment_id)
        .values(deleted_at=func.clock_now(), expanded_until=None)
    )
    await audit.record(
        scope,
        "appointment.removed",
        subject_type="appointment",
        subject_id=appointment_id,
        undoes_id=undoes_id,
    )


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
