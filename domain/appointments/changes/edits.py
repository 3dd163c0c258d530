"""Editing an appointment's details: title, doctor, place, length, reminders."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from domain.appointments.adding import check_doctor
from domain.appointments.changes.locking import (
    LockedOccurrence,
    Reach,
    announce_and_get,
    lock_occurrence,
    mark_changed,
    record_change,
    update_occurrence,
)
from domain.appointments.changes.splitting import split_series
from domain.appointments.changes.undo import from_json, take_snapshot, to_json
from domain.appointments.details import MAX_REMINDERS, Details
from domain.appointments.errors import AppointmentOver
from domain.appointments.occurrences.facts import OccurrenceFacts
from domain.appointments.occurrences.lookups import get_occurrence
from domain.appointments.series.replanning import replan, reset_timers
from domain.appointments.series.series import Series, merge_own_details
from domain.database.scope import Scope
from domain.models import Appointment, AppointmentOccurrence
from domain.models.appointments import OccurrenceStatus


async def edit_appointment(
    scope: Scope,
    occurrence_id: UUID,
    details: Details,
    *,
    version: int,
    reach: Reach = Reach.ALL,
) -> OccurrenceFacts:
    """Change the details of an occurrence and, depending on *reach*, of others in its series. Only
    details that differ from this occurrence's are changed at the others.

    Raises NotFound (also for the doctor), AppointmentChanged and FamilyFull.
    """
    locked = await lock_occurrence(scope, occurrence_id, version=version)
    await check_doctor(scope, details)
    common = locked.appointment.details
    so_far = {**common} | from_json(locked.own_details)
    changes = {name: new for name, new in details.columns().items() if new != so_far[name]}
    if not changes:
        return await get_occurrence(scope, occurrence_id)
    before = await take_snapshot(scope, locked.series.id, locked.id)
    reach, begun = locked.reach(reach), None
    if reach is Reach.THIS:
        own = {name: new for name, new in {**so_far, **changes}.items() if new != common[name]}
        await _write_own(scope, locked, own)
    else:
        begin = locked.planned_start
        if reach is Reach.FOLLOWING and begin > locked.series.first:
            rest = await split_series(scope, locked.appointment, locked.series, begin=begin)
            await replan(scope, locked.series, rest, since=begin)
            locked, begun = await lock_occurrence(scope, locked.id), rest.id
        await _write_details(scope, locked, {**common, **changes})
        locked = await lock_occurrence(scope, locked.id)
        own = {name: old for name, old in locked.own_details.items() if name not in changes}
        await _write_own(scope, locked, own)
    replaced = await before.describe_change(scope, reach, begun=begun)
    await record_change(scope, "edited", locked, before=replaced, after={"changed": list(changes)})
    return await announce_and_get(scope, locked)


async def _write_own(scope: Scope, locked: LockedOccurrence, own: Mapping[str, Any]) -> None:
    """Write the details that apply to this occurrence only."""
    if own == locked.own_details:
        return
    said = to_json(own)
    changes = {
        "own_remind_before": said.pop("remind_before", None),
        "own_details": said or None,
        "ends_at": locked.series.with_own_details(own).ends_at(locked.starts_at),
    }
    await update_occurrence(scope, locked.id, changes)
    affects_calendars = {**own, "remind_before": ()} != {**locked.own_details, "remind_before": ()}
    await mark_changed(scope, locked.series.id, affects_calendars=affects_calendars)
    # This doesn't announce anything: the times stay the same.
    await replan(scope, locked.series, locked.series)


async def add_reminder(scope: Scope, occurrence_id: UUID, *, minutes: int) -> OccurrenceFacts:
    """Add a reminder *minutes* before the start. Raises NotFound and AppointmentOver."""
    facts = await get_occurrence(scope, occurrence_id)
    if facts.starts_at - timedelta(minutes=minutes) <= scope.clock.now():
        raise AppointmentOver
    before = facts.details.remind_before
    if minutes in before or len(before) == MAX_REMINDERS:
        return facts
    details = replace(facts.details, remind_before=(*before, minutes))
    return await edit_appointment(scope, occurrence_id, details, version=facts.version)


async def _write_details(
    scope: Scope, locked: LockedOccurrence, columns: Mapping[str, Any]
) -> None:
    await scope.execute(
        update(Appointment).where(Appointment.id == locked.series.id).values(dict(columns))
    )
    shown = [name for name in columns if name != "remind_before"]
    affects_calendars = any(columns[name] != locked.appointment.details[name] for name in shown)
    await mark_changed(scope, locked.series.id, affects_calendars=affects_calendars)
    series = replace(
        locked.series,
        duration=timedelta(minutes=columns["duration_minutes"]),
        remind_before=columns["remind_before"],
        is_all_day=columns["is_all_day"],
    )
    await replan(scope, series, series)
    if series.duration != locked.series.duration:
        await _extend_running(scope, series)


async def _extend_running(scope: Scope, series: Series) -> None:
    """Give occurrences in progress their new end: a hospital stay is extended during it."""
    now = scope.clock.now()
    rows = await scope.rows(
        select(
            AppointmentOccurrence.id,
            AppointmentOccurrence.starts_at,
            AppointmentOccurrence.own_details,
            AppointmentOccurrence.own_remind_before,
        ).where(
            AppointmentOccurrence.appointment_id == series.id,
            AppointmentOccurrence.status == OccurrenceStatus.PLANNED,
            AppointmentOccurrence.starts_at <= now,
            AppointmentOccurrence.ends_at > now,
        )
    )
    for row in rows:
        own = merge_own_details(row.own_details, row.own_remind_before)
        ends_at = series.with_own_details(own).ends_at(row.starts_at)
        await update_occurrence(scope, row.id, {"ends_at": ends_at})
    await reset_timers(scope, series, [row.id for row in rows])
