"""Putting a dose off, for everybody: snooze, and "I'm on it"."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, func, select, update

from domain import audit
from domain.access import Action
from domain.database.scope import Scope
from domain.delivery import dose_messages
from domain.errors import NotFound
from domain.events import NotificationsQueued, TimerSet
from domain.medicines.doses.facts import DoseFacts, list_doses
from domain.medicines.doses.ladder import after_hold, after_snooze, held_until, missed_at
from domain.medicines.doses.locking import lock_dose
from domain.medicines.doses.slots import read_slots
from domain.models import Dose
from domain.models.medicines import DoseStatus
from domain.timers import NextAction, Step, ceil_minute


@dataclass(frozen=True)
class Snoozed:
    dose: DoseFacts
    until: datetime | None  # None: the window ends first, so the ladder goes on as it was


async def snooze_dose(scope: Scope, dose_id: UUID, *, minutes: int) -> Snoozed:
    """Ask everybody again in *minutes*; a dose that is resolved, or whose window ends before that,
    is returned unchanged.

    Raises NotFound and NotAllowed.
    """
    member = scope.require(Action.READ)
    dose = await lock_dose(scope, member, dose_id)
    action = after_snooze(
        max(scope.clock.now(), dose.due_at), minutes=minutes, window_ends_at=dose.window_ends_at
    )
    if dose.status is not DoseStatus.PENDING or action is None:
        return Snoozed((await list_doses(scope, [dose_id]))[0], until=None)
    await scope.execute(
        update(Dose)
        .where(Dose.id == dose_id)
        .values(
            ladder_step=action.step,
            next_action_at=action.at,
            snoozed_by_id=member.user_id,
        )
    )
    await audit.record(
        scope,
        "dose.snoozed",
        subject_type="dose",
        subject_id=dose_id,
        after={"next_action_at": action.at.isoformat()},
    )
    await dose_messages.refresh_cards(scope, {(dose.care_recipient_id, dose.due_at)})
    scope.publish(TimerSet(action.at))
    scope.publish(NotificationsQueued())
    facts = (await list_doses(scope, [dose_id]))[0]
    return Snoozed(facts, until=action.at)


@dataclass(frozen=True)
class Held:
    """Doses of a card that somebody is on, until then; None if none is open any more."""

    doses: Sequence[DoseFacts]
    until: datetime | None


async def hold_slot(scope: Scope, care_recipient_id: UUID, slot_at: datetime, *, part: int) -> Held:
    """The member is on it: the ladder of the slot's open doses waits, and everybody's card says
    so. Raises NotFound and NotAllowed.
    """
    member = scope.require(Action.READ)
    slots = await read_slots(scope, {(care_recipient_id, slot_at)})
    doses = slots[care_recipient_id, slot_at].parts.get(part, ())
    if not doses:
        raise NotFound
    now = scope.clock.now()
    until = held_until(now)
    held: list[UUID] = []
    rows = await scope.rows(
        select(Dose.id, Dose.ladder_step, Dose.next_action_at, Dose.window_ends_at)
        .where(
            Dose.id.in_([dose.id for dose in doses]),
            Dose.family_id == member.family_id,
            Dose.status == DoseStatus.PENDING,
            Dose.next_action_at.is_not(None),
            Dose.due_at <= now,
        )
        .order_by(Dose.id)
        .with_for_update()
    )
    for row in rows:
        ends = min(until, row.window_ends_at)
        action = after_hold(
            Step(row.ladder_step), row.next_action_at, now=now, window_ends_at=row.window_ends_at
        )
        await scope.execute(
            update(Dose)
            .where(Dose.id == row.id)
            .values(
                ladder_step=action.step,
                next_action_at=action.at,
                held_by_id=member.user_id,
                held_until=ends,
            )
        )
        await audit.record(
            scope,
            "dose.held",
            subject_type="dose",
            subject_id=row.id,
            after={"held_until": ends.isoformat()},
        )
        held.append(row.id)
        scope.publish(TimerSet(action.at))
    if held:
        await dose_messages.refresh_cards(scope, {(care_recipient_id, slot_at)})
        scope.publish(NotificationsQueued())
    facts = await list_doses(scope, held or [dose.id for dose in doses])
    return Held(facts, until=facts[0].held_until if held else None)


async def list_holds(scope: Scope, user_id: UUID) -> Sequence[UUID]:
    """The open doses that *user_id* is on now."""
    return [row.id for row in await scope.rows(_select_held(scope, user_id))]


async def drop_holds(scope: Scope, user_id: UUID) -> Sequence[UUID]:
    """*user_id* isn't on it any more: their open doses are asked about at once, as nobody else may
    have seen to them. Returns the doses.
    """
    now = scope.clock.now()
    rows = await scope.rows(_select_held(scope, user_id).with_for_update())
    for row in rows:
        asked = NextAction(Step.ASK, ceil_minute(now))
        action = asked if asked.at < row.window_ends_at else missed_at(row.window_ends_at)
        await scope.execute(
            update(Dose)
            .where(Dose.id == row.id)
            .values(
                ladder_step=action.step,
                next_action_at=action.at,
                held_by_id=None,
                held_until=None,
            )
        )
        await audit.record(
            scope, "dose.released", subject_type="dose", subject_id=row.id, is_own_act=False
        )
        scope.publish(TimerSet(action.at))
    if rows:
        slots = {(row.care_recipient_id, row.due_at) for row in rows}
        await dose_messages.refresh_cards(scope, slots)
        scope.publish(NotificationsQueued())
    return [row.id for row in rows]


def _select_held(scope: Scope, user_id: UUID) -> Select[UUID, UUID, datetime, datetime]:
    return (
        select(Dose.id, Dose.care_recipient_id, Dose.due_at, Dose.window_ends_at)
        .where(
            Dose.family_id == scope.family_id,
            Dose.held_by_id == user_id,
            Dose.held_until > func.clock_now(),
            Dose.status == DoseStatus.PENDING,
        )
        .order_by(Dose.id)
    )
