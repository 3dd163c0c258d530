"""What a medicine's doses are made from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.sql.base import Executable

from domain.database.scope import Scope
from domain.medicines.dosages import Dosage
from domain.medicines.ladders import window_minutes
from domain.medicines.schedules.kinds import Schedule, schedule_from_json
from domain.medicines.schedules.occurrences import Occurrence, first_occurrence, occurrences_between
from domain.models import CareRecipient, Dose, Family, Medication
from domain.models.medicines import MedicineStatus


@dataclass(frozen=True)
class Expandable:
    """What a medication's doses are made from.

    No dose is due before `doses_from` (set by its last edit) or `resumes_at` (the end of its
    pause). `window` is how long an unanswered dose is asked about.
    """

    medication_id: UUID
    care_recipient_id: UUID
    name: str
    dosage: Dosage
    schedule: Schedule
    zone: ZoneInfo
    expanded_until: datetime
    window: timedelta
    doses_from: datetime | None = None
    resumes_at: datetime | None = None
    last_intake_at: datetime | None = None
    status: MedicineStatus = MedicineStatus.ACTIVE

    @property
    def has_doses_to_come(self) -> bool:
        """Whether it's active, or will be at the end of its pause."""
        return self.status is MedicineStatus.ACTIVE or self.resumes_at is not None

    @property
    def not_before(self) -> datetime | None:
        starts = [at for at in (self.doses_from, self.resumes_at) if at is not None]
        return max(starts, default=None)

    def occurrences(self, after: datetime, until: datetime) -> Sequence[Occurrence]:
        """The schedule's occurrences, except those that are too early."""
        found = occurrences_between(
            self.schedule, self.zone, after, until, last_intake_at=self.last_intake_at
        )
        start = self.not_before
        return [o for o in found if start is None or o.due_at >= start]

    def first(self, after: datetime) -> Occurrence | None:
        """The first dose due after *after*."""
        if self.not_before is not None:
            after = max(after, self.not_before - timedelta(microseconds=1))
        return first_occurrence(self.schedule, self.zone, after, last_intake_at=self.last_intake_at)


EXPANDABLE = (
    select(
        Medication.id,
        Medication.care_recipient_id,
        Medication.name,
        Medication.dosage,
        Medication.dosage_amount,
        Medication.dosage_unit,
        Medication.dosage_most,
        Medication.schedule,
        Medication.status,
        Medication.resumes_at,
        Medication.doses_from,
        Medication.expanded_until,
        CareRecipient.timezone,
        window_minutes().label("window_minutes"),
    )
    .join(CareRecipient, CareRecipient.id == Medication.care_recipient_id)
    .join(Family, Family.id == Medication.family_id)
    .order_by(Medication.id)
)
"""Selects what :func:`fetch_expandables` reads."""
_COLUMN_COUNT = len(EXPANDABLE.selected_columns)


async def fetch_expandables(scope: Scope, statement: Executable) -> Sequence[Expandable]:
    """The medicines that a *statement* based on :data:`EXPANDABLE` selects.

    A second statement follows only if the next dose of any of them depends on its last intake.
    """
    return [medicine for medicine, _ in await fetch_expandables_with(scope, statement)]


async def fetch_expandables_with(
    scope: Scope, statement: Executable
) -> Sequence[tuple[Expandable, Sequence[Any]]]:
    """Like :func:`fetch_expandables`, for a *statement* with additional columns: each medicine
    comes with their values.
    """
    rows = await scope.rows(statement)
    following = [row.id for row in rows if row.schedule.get("from_last_intake")]
    intakes = await _last_intakes(scope, following)
    return [
        (
            Expandable(
                medication_id=row.id,
                care_recipient_id=row.care_recipient_id,
                name=row.name,
                dosage=Dosage(row.dosage, row.dosage_amount, row.dosage_unit, row.dosage_most),
                schedule=schedule_from_json(row.schedule),
                zone=ZoneInfo(row.timezone),
                expanded_until=row.expanded_until,
                doses_from=row.doses_from,
                resumes_at=row.resumes_at,
                last_intake_at=intakes.get(row.id),
                status=row.status,
                window=timedelta(minutes=row.window_minutes),
            ),
            row[_COLUMN_COUNT:],
        )
        for row in rows
    ]


async def _last_intakes(scope: Scope, medication_ids: Sequence[UUID]) -> Mapping[UUID, datetime]:
    """When these medicines were last taken; the next dose of each depends on it."""
    if not medication_ids:
        return {}
    taken = await scope.rows(
        select(Dose.medication_id, func.max(Dose.taken_at).label("at"))
        .where(Dose.medication_id.in_(medication_ids), Dose.taken_at.is_not(None))
        .group_by(Dose.medication_id)
    )
    return {row.medication_id: row.at for row in taken}
