"""Who drives to an appointment, and how it went."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select, update

from domain import audit
from domain.access import Action
from domain.appointments.changes.locking import (
    Reach,
    lock_appointment,
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
from domain.models import Appointment, AppointmentOccurrence, FamilyMember, User
from domain.models.appointments import OccurrenceStatus
from domain.timers import Step, ceil_minute

DRIVER_GONE = "appointment.driver_gone"  # in the audit: whoever drove isn't in the family any more


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
    await _ask_for_drivers(scope, locked.series, changed)
    reach = Reach.ALL if whole_series else Reach.THIS
    await record_change(
        scope, "driver_lost", locked, before=await before.describe_change(scope, reach)
    )
    await refresh_appointment_messages(scope, [row.id for row in changed])
    return await get_occurrence(scope, occurrence_id)


async def list_drives(scope: Scope, user_id: UUID) -> Sequence[UUID]:
    """The occurrences in the scope's family that *user_id* has promised to drive to, the earliest
    first.
    """
    rows = await scope.rows(
        select(AppointmentOccurrence.id)
        .join(Appointment, Appointment.id == AppointmentOccurrence.appointment_id)
        .where(
            _drives_to(scope, user_id),
            AppointmentOccurrence.status == OccurrenceStatus.PLANNED,
            Appointment.deleted_at.is_(None),
        )
        .order_by(AppointmentOccurrence.starts_at)
    )
    return [row.id for row in rows]


async def drop_drives(scope: Scope, user_id: UUID) -> Sequence[UUID]:
    """*user_id* is going, and drives to nothing any more. If the usual time to ask has passed, the
    others are asked immediately. Returns the occurrences that have lost their driver.
    """
    wanted = await list_drives(scope, user_id)
    lost: list[UUID] = []
    appointments = await scope.rows(
        select(AppointmentOccurrence.appointment_id)
        .where(AppointmentOccurrence.id.in_(wanted))
        .distinct()
        .order_by(AppointmentOccurrence.appointment_id)
    )
    for appointment_id in [row.appointment_id for row in appointments]:
        # Whoever goes may hold any role by now.
        locked = await lock_appointment(scope, appointment_id, action=Action.READ)
        changed = await fetch_rows(
            scope,
            update(AppointmentOccurrence)
            .where(
                _drives_to(scope, user_id), AppointmentOccurrence.appointment_id == appointment_id
            )
            .values(driver_id=None)
            .returning(*ROW_COLUMNS),
        )
        if not changed:
            continue
        await _ask_for_drivers(scope, locked.series, changed)
        first = min(changed, key=lambda row: row.starts_at)
        await audit.record(
            scope,
            DRIVER_GONE,
            subject_type="appointment",
            subject_id=appointment_id,
            before={
                "occurrence_id": str(first.id),
                "appointment_id": str(appointment_id),
                "occurrences": {str(row.id): {"driver_id": str(user_id)} for row in changed},
            },
            is_own_act=False,
        )
        await refresh_appointment_messages(scope, [row.id for row in changed])
        lost += [row.id for row in changed]
    # What was called off or removed can be restored, without them.
    await scope.execute(
        update(AppointmentOccurrence).where(_drives_to(scope, user_id)).values(driver_id=None)
    )
    return [occurrence_id for occurrence_id in wanted if occurrence_id in set(lost)]


def _drives_to(scope: Scope, user_id: UUID) -> ColumnElement[bool]:
    return and_(
        AppointmentOccurrence.family_id == scope.family_id,
        AppointmentOccurrence.driver_id == user_id,
        AppointmentOccurrence.ends_at > func.clock_now(),
    )


async def _ask_for_drivers(scope: Scope, series: Series, lost: Sequence[OccurrenceRow]) -> None:
    """Have possible drivers asked now about those for which the usual time to ask has passed."""
    now = scope.clock.now()
    for row in lost:
        if _must_ask_for_driver_now(series, row, now=now):
            at = ceil_minute(now)
            await update_occurrence(
                scope, row.id, {"ladder_step": Step.ASK_DRIVER, "next_action_at": at}
            )
            scope.publish(TimerSet(at))


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
