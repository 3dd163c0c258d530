"""Expanding schedules into doses for the next 36 hours."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, text, update
from sqlalchemy.dialects.postgresql import insert

from domain.database.scope import Scope
from domain.events import TimerSet
from domain.family.list_version import bump_list_version
from domain.medicines.doses.ladder import first_action, window_end
from domain.medicines.expansion.expandable import (
    EXPANDABLE,
    Expandable,
    fetch_expandables,
)
from domain.medicines.schedules.occurrences import Occurrence
from domain.models import Dose, Medication, new_id
from domain.models.medicines import MedicineStatus
from domain.set_asides import Subject, Work, is_free

EXPANSION_HORIZON = timedelta(hours=36)

# A medicine is expanded again once its doses reach less far than this (see WakeUps.expand).
_EXPANDED_AHEAD = timedelta(hours=24)

# Must match the partial index literally, or it isn't used.
_HAS_DOSES_TO_COME = text(
    "(medications.status = 'active' OR medications.resumes_at IS NOT NULL)"
    " AND medications.deleted_at IS NULL"
)


async def expand_medication(scope: Scope, medication: Expandable) -> None:
    """Make the doses from where the last expansion ended up to 36 hours from now.

    Idempotent: the occurrence key is unique per medication.
    """
    await _expand(scope, [medication])


async def _expand(scope: Scope, medications: Sequence[Expandable]) -> None:
    """Expand all medicines of a family in two statements."""
    until = scope.clock.now() + EXPANSION_HORIZON
    doses: list[dict[str, Any]] = []
    for medication in medications:
        due = medication.occurrences(medication.expanded_until, until)
        if due:
            doses += dose_rows(scope, medication, due)
    if doses:
        await scope.connection.execute(
            insert(Dose).on_conflict_do_nothing(
                index_elements=[Dose.medication_id, Dose.occurrence_key]
            ),
            doses,
        )
        for at in {dose["next_action_at"] for dose in doses}:
            scope.publish(TimerSet(at))
    await scope.execute(
        update(Medication)
        .where(
            Medication.id.in_([each.medication_id for each in medications if not each.resumes_at])
        )
        .values(expanded_until=until)
    )
    for medication in medications:
        if medication.resumes_at is not None:
            await save_expanded_until(scope, medication, until)


async def save_expanded_until(scope: Scope, medication: Expandable, until: datetime) -> None:
    """Remember how far its doses reach; at most to a day after the end of its pause."""
    if medication.resumes_at is not None:
        until = min(until, max(medication.resumes_at, scope.clock.now()) + _EXPANDED_AHEAD)
    await scope.execute(
        update(Medication)
        .where(Medication.id == medication.medication_id)
        .values(expanded_until=until)
    )


def dose_rows(
    scope: Scope, medication: Expandable, due: Sequence[Occurrence]
) -> list[dict[str, Any]]:
    following = medication.first(due[-1].due_at)
    next_due = [o.due_at for o in due[1:]] + [following.due_at if following else None]
    return [
        _dose_row(scope, medication, occurrence, next_due_at=after)
        for occurrence, after in zip(due, next_due, strict=True)
    ]


def _dose_row(
    scope: Scope, medication: Expandable, occurrence: Occurrence, *, next_due_at: datetime | None
) -> dict[str, Any]:
    dosage = occurrence.dosage or medication.dosage
    first = first_action(occurrence.due_at)
    return {
        "id": new_id(),
        "family_id": scope.family_id,
        "medication_id": medication.medication_id,
        "care_recipient_id": medication.care_recipient_id,
        "occurrence_key": occurrence.key,
        "due_at": occurrence.due_at,
        "timezone": medication.zone.key,
        "window_ends_at": window_end(occurrence.due_at, next_due_at, window=medication.window),
        "medication_name": medication.name,
        "dosage": dosage.words,
        "amount": dosage.amount,
        "unit": dosage.unit,
        "most": dosage.most,
        "moment": occurrence.moment and occurrence.moment.to_json(),
        "ladder_step": first.step,
        "next_action_at": first.at,
    }


async def find_due(scope: Scope, *, before: datetime, limit: int) -> Sequence[Subject]:
    """Up to *limit* medicines whose doses end before *before*, earliest first.

    Runs as the dispatcher.
    """
    rows = await scope.rows(
        select(Medication.family_id, Medication.id)
        .where(
            _HAS_DOSES_TO_COME,
            Medication.expanded_until < before,
            is_free(Work.EXPANSION, Medication.id),
        )
        .order_by(Medication.expanded_until)
        .limit(limit)
    )
    return [Subject(row.family_id, row.id) for row in rows]


async def expand(scope: Scope, medication_ids: Sequence[UUID], *, before: datetime) -> int:
    """Expand those of these medicines of the scope's family whose doses end before *before*;
    returns how many.

    This also activates medicines whose pause has ended.
    """
    medicines = await fetch_expandables(
        scope,
        EXPANDABLE.where(
            Medication.id.in_(medication_ids),
            Medication.family_id == scope.family_id,
            _HAS_DOSES_TO_COME,
            Medication.expanded_until < before,
        ).with_for_update(of=Medication, skip_locked=True),
    )
    if medicines:
        await _expand(scope, medicines)
    now = scope.clock.now()
    back = [each.medication_id for each in medicines if each.resumes_at and each.resumes_at <= now]
    if back:
        await scope.execute(
            update(Medication)
            .where(Medication.id.in_(back))
            .values(status=MedicineStatus.ACTIVE, resumes_at=None, is_paused_with_person=False)
        )
        await bump_list_version(scope)
    return len(medicines)
