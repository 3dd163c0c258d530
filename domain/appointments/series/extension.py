"""Extending series: their rows are made a year ahead."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from domain.appointments.series.occurrence_rows import insert_rows, save_expanded_until
from domain.appointments.series.series import SELECT_SERIES, Series, fetch_series
from domain.database.scope import Scope
from domain.models import Appointment
from domain.set_asides import Subject, Work, is_free

EXTENDED_AHEAD = timedelta(days=330)


async def make_occurrences(scope: Scope, series: Series) -> None:
    """Insert missing rows up to the horizon, with timers after now."""
    now = scope.clock.now()
    await insert_rows(scope, series, series.starts(now=now), now=now)
    await save_expanded_until(scope, series, now=now)


async def find_due(scope: Scope, *, before: datetime, limit: int) -> Sequence[Subject]:
    """Series whose rows end before *before*. Runs as the dispatcher."""
    rows = await scope.rows(
        select(Appointment.family_id, Appointment.id)
        .where(Appointment.expanded_until < before, is_free(Work.SERIES, Appointment.id))
        .order_by(Appointment.expanded_until)
        .limit(limit)
    )
    return [Subject(row.family_id, row.id) for row in rows]


async def extend_series(scope: Scope, appointment_ids: Sequence[UUID], *, before: datetime) -> int:
    """Insert the missing rows of these series of the scope's family; returns how many."""
    found = await fetch_series(
        scope,
        SELECT_SERIES.where(
            Appointment.id.in_(appointment_ids),
            Appointment.family_id == scope.family_id,
            Appointment.expanded_until < before,
        ).with_for_update(skip_locked=True),
    )
    for series, _ in found:
        await make_occurrences(scope, series)
    return len(found)
