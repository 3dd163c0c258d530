"""Looking up occurrences: by id, by appointment, for a message."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from domain.access import Action
from domain.appointments.occurrences.conflicts import find_conflicts
from domain.appointments.occurrences.facts import OccurrenceFacts
from domain.appointments.occurrences.selection import (
    IS_THERE,
    SELECT_OCCURRENCES,
    fetch_occurrences,
)
from domain.database.scope import Scope
from domain.errors import NotFound
from domain.models import Appointment, AppointmentOccurrence
from domain.models.appointments import OccurrenceStatus


async def get_next_or_last_occurrence(scope: Scope, appointment_id: UUID) -> OccurrenceFacts:
    """An appointment's next occurrence, or else its last. With conflicts. Raises NotFound."""
    found = await fetch_occurrences(
        scope,
        SELECT_OCCURRENCES.where(
            Appointment.id == appointment_id, Appointment.family_id == scope.family_id, IS_THERE
        )
        .order_by(
            AppointmentOccurrence.status == OccurrenceStatus.CUT,
            AppointmentOccurrence.ends_at < func.clock_now(),
            AppointmentOccurrence.starts_at,
        )
        .limit(1),
    )
    if not found:
        raise NotFound
    return await _with_conflicts(scope, found[0])


async def get_occurrence(scope: Scope, occurrence_id: UUID) -> OccurrenceFacts:
    """An occurrence with the conflicts of its whole series. Two statements. Raises NotFound."""
    member = scope.require(Action.READ)
    found = await fetch_occurrences(
        scope,
        SELECT_OCCURRENCES.where(
            AppointmentOccurrence.id == occurrence_id,
            AppointmentOccurrence.family_id == member.family_id,
            IS_THERE,
        ),
    )
    if not found:
        raise NotFound
    return await _with_conflicts(scope, found[0])


async def list_starts(scope: Scope, appointment_ids: Collection[UUID]) -> Sequence[datetime]:
    """The planned future starts (UTC) of these appointments, in order."""
    rows = await scope.rows(
        select(AppointmentOccurrence.starts_at)
        .where(
            AppointmentOccurrence.appointment_id.in_(appointment_ids),
            AppointmentOccurrence.family_id == scope.family_id,
            AppointmentOccurrence.status == OccurrenceStatus.PLANNED,
            AppointmentOccurrence.starts_at > func.clock_now(),
        )
        .order_by(AppointmentOccurrence.starts_at)
    )
    return [row.starts_at for row in rows]


async def read_occurrences(
    scope: Scope, occurrence_ids: Sequence[UUID]
) -> Sequence[OccurrenceFacts]:
    """Those of the occurrences that are the family's, in order. Includes removed appointments,
    because a message about one must say that it's gone. Needs no member. One statement.
    """
    return await fetch_occurrences(
        scope,
        SELECT_OCCURRENCES.where(
            AppointmentOccurrence.id.in_(occurrence_ids),
            AppointmentOccurrence.family_id == scope.family_id,
        ).order_by(AppointmentOccurrence.starts_at, AppointmentOccurrence.id),
    )


async def _with_conflicts(scope: Scope, facts: OccurrenceFacts) -> OccurrenceFacts:
    return replace(facts, conflicts=await find_conflicts(scope, facts.appointment_id))
