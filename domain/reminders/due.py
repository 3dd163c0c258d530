"""A wake-up's work: claim every timer that has run out, and take its next step.

Doses and appointments are claimed together, queued in one statement and sent by the same delivery.
They differ in who is told what, and in the next step.

Everything here runs as the dispatcher, across families, in batches of one transaction each.
"""

from collections.abc import Sequence
from uuid import UUID

from domain.database.scope import Scope
from domain.delivery.new_messages import queue_or_extend
from domain.events import NotificationsQueued
from domain.models import AppointmentOccurrence, Dose
from domain.reminders.appointment_steps import (
    DUE_OCCURRENCES,
    DueOccurrence,
    act_on_due_occurrences,
    fetch_due_occurrences,
)
from domain.reminders.dose_steps import DUE_DOSES, DueDose, act_on_due_doses, fetch_due_doses
from domain.reminders.recipients import list_members_by_person
from domain.set_asides import Subject


async def act_on_due(scope: Scope, *, limit: int) -> int:
    """Take the next step of up to *limit* doses, and as many appointments, whose timer has run out;
    returns how many. Several replicas may do this at once: each takes rows that no other one holds.
    """
    doses = await fetch_due_doses(scope, DUE_DOSES.limit(limit))
    occurrences = await fetch_due_occurrences(scope, DUE_OCCURRENCES.limit(limit))
    return await _act(scope, doses, occurrences)


async def find_due(scope: Scope, *, limit: int) -> tuple[Sequence[Subject], Sequence[Subject]]:
    """What :func:`act_on_due` would act on: doses, and occurrences of appointments."""
    doses = await fetch_due_doses(scope, DUE_DOSES.limit(limit))
    occurrences = await fetch_due_occurrences(scope, DUE_OCCURRENCES.limit(limit))
    return (
        [Subject(row.family_id, row.id) for row in doses],
        [Subject(row.family_id, row.id) for row in occurrences],
    )


async def act_on_doses(scope: Scope, dose_ids: Sequence[UUID]) -> int:
    """Like :func:`act_on_due`, for these doses."""
    statement = DUE_DOSES.where(Dose.id.in_(dose_ids))
    return await _act(scope, await fetch_due_doses(scope, statement), [])


async def act_on_occurrences(scope: Scope, occurrence_ids: Sequence[UUID]) -> int:
    """Like :func:`act_on_due`, for these occurrences."""
    statement = DUE_OCCURRENCES.where(AppointmentOccurrence.id.in_(occurrence_ids))
    return await _act(scope, [], await fetch_due_occurrences(scope, statement))


async def _act(scope: Scope, doses: Sequence[DueDose], occurrences: Sequence[DueOccurrence]) -> int:
    due: list[DueDose | DueOccurrence] = [*doses, *occurrences]
    if not due:
        return 0
    people = await list_members_by_person(scope, {row.care_recipient_id for row in due})
    # Not before the due time by PostgreSQL's clock, or the same step would be due again.
    now = max([scope.clock.now(), *(row.next_action_at for row in due)])
    queued = [
        *await act_on_due_doses(scope, doses, people, now=now),
        *await act_on_due_occurrences(scope, occurrences, people, now=now),
    ]
    await queue_or_extend(scope, queued)
    if not queued:
        scope.publish(NotificationsQueued())  # cards may still have to be edited
    return len(due)
