"""Expanding schedules into doses, for the next 36 hours."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Row, select, update
from sqlalchemy.dialects.postgresql import insert

from domain.database import Scope
from domain.events import TimerSet
from domain.ladder import first_action, window_end
from domain.models import CareRecipient, Dose, Medication, new_id
from domain.schedules import Occurrence, Schedule, first_occurrence, occurrences, schedule_from_json

HORIZON = timedelta(hours=36)


@dataclass(frozen=True)
class Expandable:
    """What a medication's doses are made from."""

    medication_id: UUID
    care_recipient_id: UUID
    name: str
    dosage: str
    schedule: Schedule
    zone: ZoneInfo
    expanded_until: datetime


async def expand_medication(scope: Scope, medication: Expandable) -> None:
    """Make the doses from where the last expansion ended up to 36 hours from now.

    Repeating it makes nothing twice: the occurrence key is unique for each medication.
    """
    until = scope.clock.now() + HORIZON
    due = occurrences(
        medication.schedule, medication.zone, after=medication.expanded_until, until=until
    )
    if due:
        await scope.connection.execute(
            insert(Dose).on_conflict_do_nothing(
                index_elements=[Dose.medication_id, Dose.occurrence_key]
            ),
            _doses(scope, medication, due),
        )
        for occurrence in due:
            scope.publish(TimerSet(first_action(occurrence.due_at).at))
    await scope.execute(
        update(Medication)
        .where(Medication.id == medication.medication_id)
        .values(expanded_until=until)
    )


def _doses(scope: Scope, medication: Expandable, due: Sequence[Occurrence]) -> list[dict[str, Any]]:
    following = first_occurrence(medication.schedule, medication.zone, after=due[-1].due_at)
    next_due = [o.due_at for o in due[1:]] + [following.due_at if following else None]
    return [
        {
            "id": new_id(),
            "family_id": scope.family_id,
            "medication_id": medication.medication_id,
            "care_recipient_id": medication.care_recipient_id,
            "occurrence_key": occurrence.key,
            "due_at": occurrence.due_at,
            "window_ends_at": window_end(occurrence.due_at, after),
            "medication_name": medication.name,
            "dosage": medication.dosage,
            "ladder_step": first_action(occurrence.due_at).step,
            "next_action_at": first_action(occurrence.due_at).at,
        }
        for occurrence, after in zip(due, next_due, strict=True)
    ]


async def families_to_expand(scope: Scope, *, before: datetime, most: int) -> Sequence[UUID]:
    """Families with a medicine whose doses end before *before*. As the dispatcher."""
    rows = await scope.rows(
        select(Medication.family_id)
        .where(
            Medication.status == "active",
            Medication.deleted_at.is_(None),
            Medication.expanded_until < before,
        )
        .distinct()
        .limit(most)
    )
    return [row.family_id for row in rows]


async def expand_family(scope: Scope, *, before: datetime) -> int:
    """Expand what ends before *before* in the scope's family; returns how many medicines."""
    rows = await scope.rows(
        select(
            Medication.id,
            Medication.care_recipient_id,
            Medication.name,
            Medication.dosage,
            Medication.schedule,
            Medication.expanded_until,
            CareRecipient.timezone,
        )
        .join(CareRecipient, CareRecipient.id == Medication.care_recipient_id)
        .where(
            Medication.family_id == scope.family_id,
            Medication.status == "active",
            Medication.deleted_at.is_(None),
            Medication.expanded_until < before,
        )
        .order_by(Medication.id)
        .with_for_update(of=Medication, skip_locked=True)
    )
    for row in rows:
        await expand_medication(scope, _expandable(row))
    return len(rows)


def _expandable(row: Row[Any]) -> Expandable:
    return Expandable(
        medication_id=row.id,
        care_recipient_id=row.care_recipient_id,
        name=row.name,
        dosage=row.dosage,
        schedule=schedule_from_json(row.schedule),
        zone=ZoneInfo(row.timezone),
        expanded_until=row.expanded_until,
    )
