"""Who drives to an appointment, and how it went."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update

from domain.access import Action
from domain.appointments.changes.locking import (
    Reach,
    lock_occurrence,
    record_change,
    refuse_past,
    update_occurrence,
)
from domain.appointments.changes.undo import take_snapshot
from domain.appointments.errors import DriverAlreadySet
from domain.appointments.occurrences.facts import OccurrenceFacts
from domain.appointments.occurrences.lookups import get_occurrence
from domain.appointments.series.occurrence_rows import ROW_COLUMNS, OccurrenceRow, fetch_rows
from domain.appointments.series.series import Series
from domain.appointments.series.shown_messages import refresh_appointment_messages
from domain.database.scope import Scope
from domain.events import TimerSet
from domain.models import AppointmentOccurrence, FamilyMember, User
from domain.models.appointments import OccurrenceStatus
from domain.timers import Step, ceil_minute


async def become_driver(
    scope: Scope, occurrence_id: UUID, *, whole_series: bool = False
) -> OccurrenceFacts:
    """ "I'll drive": to this occurrence or, with *whole_series*, also to all future ones without a
    driver.

    Raises NotFound, AppointmentOver, and DriverAlreadySet.
    """
    member = scope.require(Action.DRIVE)
    locked = await lock_occurrence(scope, occurrence_id, action=Action.DRIVE)
    refuse_past(scope, locked)
    driver = await _driver_in_family(scope, locked.driver_id)
    if driver is not None and locked.driver_id != member.user_id:
        raise DriverAlreadySet(driver)
    before = await take_snapshot(scope, locked.series.id, locked.id)
    which = AppointmentOccurrence.id == occurrence_id
    if whole_series:
        which |= (
            (AppointmentOccurrence.appointment_id == locked.series.id)
            & (AppointmentOccurrence.starts_at > func.clock_now())
            & AppointmentOccurrence.driver_id.is_(None)
        )
    changed = await scope.rows(
        update(AppointmentOccurrence)
        .where(which, AppointmentOccurrence.family_id == member.family_id)
        .values(driver_id=member.user_id)
        .returning(AppointmentOccurrence.id)
    )
    reach = Reach.ALL if whole_series else Reach.THIS
    await record_change(
        scope, "driver_found", locked, before=await before.describe_change(scope, reach)
    )
    await refresh_appointment_messages(scope, [row.id for row in changed])
    return await get_occurrence(scope, occurrence_id)


async def stop_driving(
    scope: Scope, occurrence_id: UUID, *, whole_series: bool = False
) -> OccurrenceFacts:
    """ "Can't after all": to this occurrence or, with *whole_series*, also to all future ones that
    the actor drives to. If the usual time to ask has passed, the others are asked immediately.

    Raises NotFound, AppointmentOver, and DriverAlreadySet.
    """
    member = scope.require(Action.DRIVE)
    locked = await lock_occurrence(scope, occurrence_id, action=Action.DRIVE)
    refuse_past(scope, locked)
    if locked.driver_id != member.user_id:
        driver = await _driver_in_family(scope, locked.driver_id)
        if driver is not None:
            raise DriverAlreadySet(driver)
        return await get_occurrence(scope, occurrence_id)
    before = await take_snapshot(scope, locked.series.id, locked.id)
    which = AppointmentOccurrence.id == occurrence_id
    if whole_series:
        which |= (
            (AppointmentOccurrence.appointment_id == locked.series.id)
            & (AppointmentOccurrence.starts_at > func.clock_now())
            & (AppointmentOccurrence.driver_id == member.user_id)
        )
    changed = await fetch_rows(
        scope,
        update(AppointmentOccurrence)
        .where(which, AppointmentOccurrence.family_id == member.family_id)
        .values(driver_id=None)
        .returning(*ROW_COLUMNS),
    )
    for row in changed:
        if _must_ask_for_driver_now(locked.series, row, now=scope.clock.now()):
            at = ceil_minute(scope.clock.now())
            await update_occurrence(
                scope, row.id, {"ladder_step": Step.ASK_DRIVER, "next_action_at": at}
            )
            scope.publish(TimerSet(at))
    reach = Reach.ALL if whole_series else Reach.THIS
    await record_change(
        scope, "driver_lost", locked, before=await before.describe_change(scope, reach)
    )
    await refresh_appointment_messages(scope, [row.id for row in changed])
    return await get_occurrence(scope, occurrence_id)


def _must_ask_for_driver_now(series: Series, row: OccurrenceRow, *, now: datetime) -> bool:
    """Whether the time to ask for a driver has passed and no other message about it is due now."""
    own = series.with_own_details(row.own)
    is_asked_later = own.next_action(row.starts_at, now=now) is not None and any(
        action.step is Step.ASK_DRIVER and action.at > now for action in own.actions(row.starts_at)
    )
    is_told_now = row.ladder_step == Step.TELL
    is_planned = row.status == OccurrenceStatus.PLANNED
    return is_planned and not (is_asked_later or is_told_now)


async def record_outcome(scope: Scope, occurrence_id: UUID, outcome: str | None) -> OccurrenceFacts:
    """Record how it went, in words; None: nothing to report. Nobody is asked any more.

    Raises NotFound.
    """
    member = scope.require(Action.CHANGE_APPOINTMENTS)
    locked = await lock_occurrence(scope, occurrence_id)
    changes: dict[str, Any] = {
        "outcome": outcome,
        "outcome_by_id": member.user_id,
        "outcome_at": func.clock_now(),
    }
    if locked.ends_at <= scope.clock.now():
        changes |= {"ladder_step": None, "next_action_at": None}
    await update_occurrence(scope, occurrence_id, changes)
    await record_change(scope, "outcome_recorded", locked)
    await refresh_appointment_messages(scope, [occurrence_id])
    return await get_occurrence(scope, occurrence_id)


async def _driver_in_family(scope: Scope, driver_id: UUID | None) -> str | None:
    """The driver's name, unless they have left the family."""
    if driver_id is None:
        return None
    name: str | None = await scope.connection.scalar(
        select(User.name)
        .join(FamilyMember, FamilyMember.user_id == User.id)
        .where(
            User.id == driver_id,
            FamilyMember.family_id == scope.family_id,
            FamilyMember.left_at.is_(None),
        )
    )
    return name
