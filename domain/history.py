"""What was given, skipped and missed: newest first, by pages, and the records behind each entry."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from domain.access import Action
from domain.database import Scope
from domain.doses import SELECT_DOSES, DoseFacts, DoseStatus, dose_facts, get_dose
from domain.ladder import UNDO_PERIOD
from domain.models import CareRecipient, Dose, MedicationLog, User

PAGE = 10
_OVER = (DoseStatus.TAKEN, DoseStatus.SKIPPED, DoseStatus.MISSED, DoseStatus.NOT_ASKED)


@dataclass(frozen=True)
class Entry:
    """A dose that is over, and whose it was. `is_corrected`: it was recorded anew."""

    dose: DoseFacts
    person: str
    is_corrected: bool


@dataclass(frozen=True)
class HistoryPage:
    """A page of a family's history, or of that of one medicine or person (`of`: its name)."""

    entries: Sequence[Entry]
    number: int
    has_older: bool
    of: str | None = None


@dataclass(frozen=True)
class Record:
    """A row of the log: what was recorded at `recorded_at` (UTC) of an intake at `timestamp`."""

    status: str
    timestamp: datetime
    recorded_at: datetime
    by: str
    given: str | None
    note: str | None


@dataclass(frozen=True)
class EntryDetails:
    """A dose with everything that was recorded of it, the oldest first."""

    dose: DoseFacts
    records: Sequence[Record]
    can_be_corrected: bool


_IS_CORRECTED = (
    select(MedicationLog.id)
    .where(MedicationLog.dose_id == Dose.id, MedicationLog.corrects_id.is_not(None))
    .exists()
    .label("is_corrected")
)
_HAPPENED_AT = func.coalesce(Dose.taken_at, Dose.due_at)


async def list_history(
    scope: Scope,
    *,
    medication_id: UUID | None = None,
    care_recipient_id: UUID | None = None,
    page: int = 0,
) -> HistoryPage:
    """Ten entries, the newest first; page 0 is the newest. One statement."""
    member = scope.require(Action.READ)
    statement = SELECT_DOSES.add_columns(CareRecipient.name.label("person"), _IS_CORRECTED).where(
        Dose.status.in_(_OVER)
    )
    if medication_id is not None:
        statement = statement.where(Dose.medication_id == medication_id)
    if care_recipient_id is not None:
        statement = statement.where(Dose.care_recipient_id == care_recipient_id)
    rows = await scope.rows(
        statement.order_by(None)
        .order_by(_HAPPENED_AT.desc(), Dose.id)
        .limit(PAGE + 1)
        .offset(page * PAGE),
        {"of_family": member.family_id},
    )
    of = None
    if rows and medication_id is not None:
        of = rows[0].medication_name
    elif rows and care_recipient_id is not None:
        of = rows[0].person
    return HistoryPage(
        entries=[Entry(dose_facts(row), row.person, row.is_corrected) for row in rows[:PAGE]],
        number=page,
        has_older=len(rows) > PAGE,
        of=of,
    )


async def get_entry(scope: Scope, dose_id: UUID) -> EntryDetails:
    """A dose with all its records. Two statements. Raises NotFound."""
    dose = await get_dose(scope, dose_id)
    rows = await scope.rows(
        select(
            MedicationLog.status,
            MedicationLog.timestamp,
            MedicationLog.recorded_at,
            User.name.label("by"),
            MedicationLog.given,
            MedicationLog.note,
        )
        .join(User, User.id == MedicationLog.recorded_by_id)
        .where(MedicationLog.dose_id == dose_id, MedicationLog.family_id == scope.family_id)
        .order_by(MedicationLog.recorded_at, MedicationLog.id)
    )
    is_recorded = dose.status in (DoseStatus.TAKEN, DoseStatus.SKIPPED)
    is_recent = dose.resolved_at is not None and (
        dose.resolved_at >= scope.clock.now() - UNDO_PERIOD
    )
    return EntryDetails(
        dose, [Record(**row._asdict()) for row in rows], can_be_corrected=is_recorded and is_recent
    )
