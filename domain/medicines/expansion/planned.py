"""Doses that are to come: the rows there are, and the schedules beyond them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from domain.access import Action
from domain.database.scope import Scope
from domain.medicines.dosages import Dosage
from domain.medicines.doses.upcoming import UPCOMING_COLUMNS, to_upcoming_doses
from domain.models import CareRecipient, Medication
from domain.models.medicines import MedicineStatus


@dataclass(frozen=True)
class PlannedDose:
    """A dose that will be due at `due_at` (UTC), for a person who lives in `zone`."""

    medication_id: UUID
    name: str
    dosage: Dosage
    person_id: UUID
    person: str
    zone: ZoneInfo
    due_at: datetime

    @property
    def local(self) -> datetime:
        """By the person's clock, aware."""
        return self.due_at.astimezone(self.zone)


async def list_planned(scope: Scope, *, until: datetime) -> Sequence[PlannedDose]:
    """All doses of the family that are due after now and up to *until* (aware), in their order. One
    statement.
    """
    member, now = scope.require(Action.READ), scope.clock.now()
    rows = await scope.rows(
        select(
            Medication.id,
            Medication.name,
            Medication.dosage,
            Medication.dosage_amount,
            Medication.dosage_unit,
            Medication.dosage_most,
            Medication.status,
            CareRecipient.id.label("person_id"),
            CareRecipient.name.label("person"),
            CareRecipient.timezone,
            *UPCOMING_COLUMNS,
        )
        .join(CareRecipient, CareRecipient.id == Medication.care_recipient_id)
        .where(
            Medication.family_id == member.family_id,
            Medication.deleted_at.is_(None),
            CareRecipient.deleted_at.is_(None),
            Medication.status != MedicineStatus.STOPPED,
        )
    )
    found: list[PlannedDose] = []
    for row in rows:
        if row.status != MedicineStatus.ACTIVE and row.resumes_at is None:
            continue
        zone = ZoneInfo(row.timezone)
        coming = to_upcoming_doses(
            zone,
            schedule=row.schedule,
            doses_from=row.doses_from,
            resumes_at=row.resumes_at,
            expanded_until=row.expanded_until,
            made=row.made,
            last_intake_at=row.last_intake_at,
            now=now,
        )
        usual = Dosage(row.dosage, row.dosage_amount, row.dosage_unit, row.dosage_most)
        found += [
            PlannedDose(row.id, row.name, dosage or usual, row.person_id, row.person, zone, due_at)
            for due_at, dosage in coming.in_order(until)
            if now < due_at <= until
        ]
    return sorted(found, key=lambda dose: (dose.due_at, dose.person, dose.name))
