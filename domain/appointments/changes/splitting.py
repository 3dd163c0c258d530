"""Splitting a series: the rule ends, and the rest becomes an appointment of its own."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import insert, update

from domain.appointments.changes.locking import LockedAppointment, mark_changed
from domain.appointments.series.series import Series
from domain.database.scope import Scope
from domain.family.limits import Quota
from domain.family.room import require_room
from domain.local_time import resolve_local
from domain.models import Appointment, new_id


async def save_rule(scope: Scope, series: Series) -> None:
    """Save when a series takes place and in which zone; calendars get an update."""
    rule = series.recurrence
    await scope.execute(
        update(Appointment)
        .where(Appointment.id == series.id)
        .values(
            scheduled_at=resolve_local(series.first, series.zone),
            timezone=series.zone.key,
            recurrence=rule.to_rfc5545(series.zone) if rule else None,
            cancelled_from=series.cancelled_from,
        )
    )
    await mark_changed(scope, series.id)


async def split_series(
    scope: Scope, locked: LockedAppointment, series: Series, *, begin: datetime
) -> Series:
    """Split a *series* at *begin* (local): the appointment ends before it, and the rest becomes an
    appointment of its own, which is returned. Raises FamilyFull.
    """
    rule = series.recurrence
    if rule is None:
        return series
    old = locked.series
    past_count = sum(start < begin for start in old.starts(now=scope.clock.now()))
    rest = replace(series, id=new_id(), first=begin, recurrence=rule.after(past_count))
    await insert_rest(scope, locked, rest)
    await save_rule(scope, replace(old, recurrence=rule.ending_before(begin, first=old.first)))
    return rest


async def insert_rest(scope: Scope, kept: LockedAppointment, series: Series) -> None:
    """Insert the rest of a split series, whose first part is *kept*. Raises FamilyFull."""
    await require_room(scope, Quota.APPOINTMENT)
    rule = series.recurrence
    await scope.execute(
        insert(Appointment).values(
            id=series.id,
            family_id=scope.family_id,
            care_recipient_id=series.care_recipient_id,
            origin_id=kept.origin_id or kept.series.id,
            scheduled_at=resolve_local(series.first, series.zone),
            timezone=series.zone.key,
            recurrence=rule.to_rfc5545(series.zone) if rule else None,
            cancelled_from=series.cancelled_from,
            created_by_id=kept.created_by_id,
            **kept.details,
        )
    )
