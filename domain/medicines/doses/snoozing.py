"""Snoozing a dose, for everybody."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import update

from domain import audit
from domain.access import Action
from domain.database.scope import Scope
from domain.delivery import dose_messages
from domain.events import NotificationsQueued, TimerSet
from domain.medicines.doses.facts import DoseFacts, list_doses
from domain.medicines.doses.ladder import after_snooze
from domain.medicines.doses.locking import lock_dose
from domain.models import Dose
from domain.models.medicines import DoseStatus
from domain.timers import Step


@dataclass(frozen=True)
class Snoozed:
    dose: DoseFacts
    until: datetime | None  # None: the window ends first, so nobody is asked again


async def snooze_dose(scope: Scope, dose_id: UUID, *, minutes: int) -> Snoozed:
    """Ask everybody again in *minutes*; a resolved dose is returned unchanged.

    Raises NotFound and NotAllowed.
    """
    member = scope.require(Action.READ)
    dose = await lock_dose(scope, member, dose_id)
    if dose.status is not DoseStatus.PENDING:
        return Snoozed((await list_doses(scope, [dose_id]))[0], until=None)
    action = after_snooze(
        max(scope.clock.now(), dose.due_at), minutes=minutes, window_ends_at=dose.window_ends_at
    )
    await scope.execute(
        update(Dose)
        .where(Dose.id == dose_id)
        .values(
            ladder_step=action.step,
            next_action_at=action.at,
            snoozed_by_id=member.user_id if action.step is Step.ASK else None,
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
    return Snoozed(facts, until=action.at if action.step is Step.ASK else None)
