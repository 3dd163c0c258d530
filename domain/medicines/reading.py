"""Reading medicines as facts: one, several, or a family's list."""

from collections.abc import Sequence
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from domain.access import Action
from domain.database.scope import Scope
from domain.errors import NotFound
from domain.medicines.dosages import Dosage
from domain.medicines.doses.upcoming import UPCOMING_COLUMNS, to_upcoming_doses
from domain.medicines.facts import MedicineFacts, MedicineLine
from domain.medicines.schedules.kinds import schedule_from_json
from domain.models import CareRecipient, Family, Medication
from domain.models.medicines import MedicineStatus


async def get_medication(scope: Scope, medication_id: UUID) -> MedicineFacts:
    """Raises NotFound if it was removed or isn't the family's."""
    scope.require(Action.READ)
    found = await read_medicines(scope, [medication_id])
    if not found:
        raise NotFound
    return found[0]


async def read_medicines(scope: Scope, medication_ids: Sequence[UUID]) -> Sequence[MedicineFacts]:
    """Those of the medicines that are the family's and weren't removed. Needs no member."""
    rows = await scope.rows(
        _FACTS.add_columns(*UPCOMING_COLUMNS, Family.name.label("family_name"))
        .join(Family, Family.id == Medication.family_id)
        .where(
            Medication.id.in_(medication_ids),
            Medication.family_id == scope.family_id,
            Medication.deleted_at.is_(None),
        )
        .order_by(Medication.name, Medication.id)
    )
    now, found = scope.clock.now(), []
    for row in rows:
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
        # A pause whose end has passed is over, even before the row says so.
        is_back = row.resumes_at is not None and row.resumes_at <= now
        has_doses_to_come = row.status == MedicineStatus.ACTIVE or row.resumes_at is not None
        found.append(
            MedicineFacts(
                id=row.id,
                name=row.name,
                dosage=Dosage(row.dosage, row.dosage_amount, row.dosage_unit, row.dosage_most),
                schedule=coming.schedule,
                status=MedicineStatus.ACTIVE if is_back else row.status,
                resumes_at=None if is_back else row.resumes_at,
                is_paused_with_person=row.is_paused_with_person and not is_back,
                version=row.version,
                person_id=row.person_id,
                person=row.person,
                zone=zone,
                family_name=row.family_name,
                first_due_at=coming.next_due_at(now) if has_doses_to_come else None,
                open_doses=coming.open_doses(now),
                instructions=row.instructions,
                reason=row.reason,
                nicknames=tuple(row.nicknames),
                ladder=row.ladder,
            )
        )
    return found


async def list_medicines(scope: Scope) -> Sequence[MedicineLine]:
    """All medicines of the family, by person, then by name, stopped ones last. One statement."""
    member = scope.require(Action.READ)
    rows = await scope.rows(
        _FACTS.where(
            Medication.family_id == member.family_id,
            Medication.deleted_at.is_(None),
            CareRecipient.deleted_at.is_(None),
        ).order_by(
            Medication.status == MedicineStatus.STOPPED,
            CareRecipient.created_at,
            CareRecipient.id,
            func.lower(Medication.name),
            Medication.id,
        )
    )
    return [
        MedicineLine(
            id=row.id,
            person_id=row.person_id,
            person=row.person,
            zone=ZoneInfo(row.timezone),
            name=row.name,
            dosage=Dosage(row.dosage, row.dosage_amount, row.dosage_unit, row.dosage_most),
            schedule=schedule_from_json(row.schedule),
            status=row.status,
            resumes_at=row.resumes_at,
            is_paused_with_person=row.is_paused_with_person,
            instructions=row.instructions,
            reason=row.reason,
            nicknames=tuple(row.nicknames),
        )
        for row in rows
    ]


_FACTS = select(
    Medication.id,
    Medication.name,
    Medication.dosage,
    Medication.dosage_amount,
    Medication.dosage_unit,
    Medication.dosage_most,
    Medication.instructions,
    Medication.reason,
    Medication.nicknames,
    Medication.ladder,
    Medication.schedule,
    Medication.status,
    Medication.resumes_at,
    Medication.is_paused_with_person,
    Medication.doses_from,
    Medication.version,
    CareRecipient.id.label("person_id"),
    CareRecipient.name.label("person"),
    CareRecipient.timezone,
).join(CareRecipient, CareRecipient.id == Medication.care_recipient_id)
