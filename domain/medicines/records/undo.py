"""Undoing the records of doses."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, insert, update

from domain import audit
from domain.access import Action
from domain.database.scope import Scope
from domain.delivery import dose_messages
from domain.delivery.dose_messages import find_asked_for
from domain.errors import TooLateToUndo
from domain.events import NotificationsQueued, TimerSet
from domain.medicines.doses.facts import ONE_DOSE, RESOLVED, DoseFacts, list_doses
from domain.medicines.doses.ladder import after_undo
from domain.medicines.doses.locking import lock_dose
from domain.medicines.errors import NothingRecorded
from domain.medicines.expansion.counted_intakes import restore_planned
from domain.medicines.expansion.re_expansion import follow_intakes
from domain.medicines.records.notices import notify_recorder
from domain.medicines.stock.ledger import give_back
from domain.models import Dose, MedicationLog, new_id
from domain.models.delivery import NotificationStatus
from domain.models.medicines import DoseStatus, RecordStatus
from domain.timers import UNDO_PERIOD


async def undo_doses(scope: Scope, dose_ids: Sequence[UUID]) -> Sequence[DoseFacts]:
    """Undo the records of doses, including their corrections, as one action.

    Raises NotFound, NotAllowed, NothingRecorded (for any of them) and TooLateToUndo (recorded more
    than 48 hours ago).
    """
    member = scope.require(Action.READ)
    now, action_id = scope.clock.now(), new_id()
    for dose_id in sorted(dose_ids):
        dose = await lock_dose(scope, member, dose_id)
        if dose.status not in RESOLVED or dose.resolved_at is None:
            raise NothingRecorded
        if dose.resolved_at < now - UNDO_PERIOD:
            raise TooLateToUndo
        # A card that became obsolete before it was sent has asked nobody.
        asked = await find_asked_for(
            scope, [dose_id], [NotificationStatus.PENDING, NotificationStatus.SENT]
        )
        action = after_undo(
            now,
            rung=dose.rung,
            plan=dose.plan,
            due_at=dose.due_at,
            window_ends_at=dose.window_ends_at,
            asked=bool(asked),
        )
        if not dose.is_scheduled or (action is not None and not dose.is_given):
            # It wasn't due, or isn't given any more: there's nothing to ask for.
            status, action = DoseStatus.CANCELLED, None
        elif action is not None:
            status = DoseStatus.PENDING
        elif await find_asked_for(scope, [dose_id], [NotificationStatus.SENT]):
            status = DoseStatus.MISSED
        else:
            status = DoseStatus.NOT_ASKED
        await scope.execute(
            update(Dose)
            .where(Dose.id == dose_id)
            .values(
                status=status,
                resolved_at=None if action else func.clock_now(),
                resolved_by_id=None,
                taken_at=None,
                taken_timezone=None,
                given=None,
                dose_count=ONE_DOSE,
                note=None,
                snoozed_by_id=None,
                held_by_id=None,
                held_until=None,
                ladder_step=action.step if action else None,
                next_action_at=action.at if action else None,
            )
        )
        await scope.execute(
            insert(MedicationLog).values(
                family_id=member.family_id,
                medication_id=dose.medication_id,
                dose_id=dose_id,
                action_id=action_id,
                status=RecordStatus.UNDONE,
                timestamp=now,
                timezone=dose.timezone,
                recorded_by_id=member.user_id,
            )
        )
        await audit.record(
            scope,
            "dose.undone",
            subject_type="dose",
            subject_id=dose_id,
            before={"status": dose.status},
            after={"status": status},
        )
        await notify_recorder(scope, dose_id)
        await give_back(scope, dose_id)
        await restore_planned(scope, dose_id)
        if dose.follows_intakes:
            await follow_intakes(scope, [dose.medication_id])
        await dose_messages.refresh_cards(scope, {(dose.care_recipient_id, dose.due_at)})
        if action is not None:
            scope.publish(TimerSet(action.at))
    await dose_messages.refresh_summaries(scope, dose_ids)
    scope.publish(NotificationsQueued())
    return await list_doses(scope, dose_ids)
