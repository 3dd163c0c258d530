"""Who drives to an appointment, and how it went."""

from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update

from domain.access import Action
from domain.appointment_lock import lock, record, refuse_what_is_over, update_one
from domain.appointments import OccurrenceFacts, get_occurrence
from domain.database import Scope
from domain.errors import TakenByAnother
from domain.events import TimerSet
from domain.ladder import Step, ceil_minute
from domain.models import AppointmentOccurrence, FamilyMember, User
from domain.occurrences import OccurrenceStatus, show_again


async def drive(scope: Scope, occurrence_id: UUID, *, every: bool = False) -> OccurrenceFacts:
    """ "I'll drive": this time, or with *every* each time to come that nobody drives yet.

    Raises NotFound, AppointmentOver, and TakenByAnother.
    """
    member = scope.require(Action.DRIVE)
    locked = await lock(scope, occurrence_id, action=Action.DRIVE)
    refuse_what_is_over(scope, locked)
    driver = await _driver_in_family(scope, locked.driver_id)
    if driver is not None and locked.driver_id != member.user_id:
        raise TakenByAnother(driver)
    which = AppointmentOccurrence.id == occurrence_id
    if every:
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
    await record(scope, "driver_found", locked)
    await show_again(scope, [row.id for row in changed])
    return await get_occurrence(scope, occurrence_id)


async def stop_driving(scope: Scope, occurrence_id: UUID) -> OccurrenceFacts:
    """ "Can't after all": nobody drives any more. Near the time, the others are asked at once.

    Raises NotFound, AppointmentOver, and TakenByAnother.
    """
    member = scope.require(Action.DRIVE)
    locked = await lock(scope, occurrence_id, action=Action.DRIVE)
    refuse_what_is_over(scope, locked)
    if locked.driver_id != member.user_id:
        driver = await _driver_in_family(scope, locked.driver_id)
        if driver is not None:
            raise TakenByAnother(driver)
        return await get_occurrence(scope, occurrence_id)
    now = scope.clock.now()
    following = locked.series.action_after(locked.starts_at, now=now)
    changes: dict[str, Any] = {"driver_id": None}
    is_asked_later = following is not None and any(
        action.step is Step.ASK_DRIVER and action.at > now
        for action in locked.series.actions(locked.starts_at)
    )
    is_told_now = locked.ladder_step == Step.TELL
    if locked.status is OccurrenceStatus.PLANNED and not (is_asked_later or is_told_now):
        at = ceil_minute(now)
        changes |= {"ladder_step": Step.ASK_DRIVER, "next_action_at": at}
        scope.publish(TimerSet(at))
    await update_one(scope, occurrence_id, changes)
    await record(scope, "driver_lost", locked)
    await show_again(scope, [occurrence_id])
    return await get_occurrence(scope, occurrence_id)


async def record_outcome(scope: Scope, occurrence_id: UUID, outcome: str | None) -> OccurrenceFacts:
    """How it went, in words; None: there is nothing to say. Nobody is asked any more.

    Raises NotFound.
    """
    member = scope.require(Action.CHANGE_APPOINTMENTS)
    locked = await lock(scope, occurrence_id)
    changes: dict[str, Any] = {
        "outcome": outcome,
        "outcome_by_id": member.user_id,
        "outcome_at": func.clock_now(),
    }
    if locked.ends_at <= scope.clock.now():
        changes |= {"ladder_step": None, "next_action_at": None}
    await update_one(scope, occurrence_id, changes)
    await record(scope, "outcome_recorded", locked)
    await show_again(scope, [occurrence_id])
    return await get_occurrence(scope, occurrence_id)


async def _driver_in_family(scope: Scope, driver_id: UUID | None) -> str | None:
    """The name of a driver who has not left."""
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
