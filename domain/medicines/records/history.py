"""What was given, skipped and missed: newest first, by pages, and the records behind each entry."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Row, and_, func, or_, select

from domain.access import Action
from domain.database.scope import Scope
from domain.medicines.doses.facts import RESOLVED, SELECT_DOSES, DoseFacts, dose_facts, get_dose
from domain.models import Dose, MedicationLog, User
from domain.models.medicines import DoseStatus
from domain.timers import UNDO_PERIOD

PAGE = 10
_OVER = (DoseStatus.TAKEN, DoseStatus.SKIPPED, DoseStatus.MISSED, DoseStatus.NOT_ASKED)


@dataclass(frozen=True)
class Entry:
    """A dose that is over, and whose it was. `is_corrected`: what stands is not what was recorded
    first. A correction that was undone is none.
    """

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


class RecordStep(StrEnum):
    """What a row of the log did to the one before it."""

    RECORDED = "recorded"
    CORRECTED = "corrected"
    PUT_BACK = "put_back"  # a correction was undone, and what it had replaced stands again


@dataclass(frozen=True)
class Record:
    """A row of the log: what was recorded at `recorded_at` (UTC) of an intake at `timestamp`, both
    by the clock of `zone`. `is_replaced`: a later row has taken its place, or took it back.
    """

    status: str
    timestamp: datetime
    recorded_at: datetime
    by: str
    given: str | None
    note: str | None
    zone: ZoneInfo | None = None
    step: RecordStep = RecordStep.RECORDED
    is_replaced: bool = False
    by_id: UUID | None = None


@dataclass(frozen=True)
class EntryDetails:
    """A dose with everything that was recorded of it, the oldest first."""

    dose: DoseFacts
    records: Sequence[Record]
    can_be_corrected: bool


# What was recorded first, since it was last taken back, against what stands now.
_IS_CORRECTED = (
    select(
        or_(
            MedicationLog.status != Dose.status,
            and_(Dose.taken_at.is_not(None), MedicationLog.timestamp != Dose.taken_at),
            MedicationLog.given.is_distinct_from(Dose.given),
            MedicationLog.dose_count != Dose.dose_count,
            MedicationLog.note.is_distinct_from(Dose.note),
        )
    )
    .where(
        MedicationLog.dose_id == Dose.id,
        MedicationLog.corrects_id.is_(None),
        MedicationLog.status != "undone",
        Dose.status.in_(RESOLVED),
    )
    .order_by(MedicationLog.recorded_at.desc(), MedicationLog.id.desc())
    .limit(1)
    .scalar_subquery()
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
    statement = SELECT_DOSES.add_columns(_IS_CORRECTED).where(Dose.status.in_(_OVER))
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
        entries=[Entry(dose_facts(row), row.person, bool(row.is_corrected)) for row in rows[:PAGE]],
        number=page,
        has_older=len(rows) > PAGE,
        of=of,
    )


async def get_entry(scope: Scope, dose_id: UUID) -> EntryDetails:
    """A dose with all its records. Two statements. Raises NotFound."""
    dose = await get_dose(scope, dose_id)
    rows = await scope.rows(
        select(
            MedicationLog.id,
            MedicationLog.corrects_id,
            MedicationLog.status,
            MedicationLog.timestamp,
            MedicationLog.timezone,
            MedicationLog.dose_count,
            MedicationLog.recorded_at,
            MedicationLog.recorded_by_id,
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
    return EntryDetails(dose, _records(rows), can_be_corrected=is_recorded and is_recent)


def _records(rows: Sequence[Row[Any]]) -> Sequence[Record]:
    by_id = {row.id: row for row in rows}
    return [
        Record(
            status=row.status,
            timestamp=row.timestamp,
            recorded_at=row.recorded_at,
            by=row.by,
            by_id=row.recorded_by_id,
            given=row.given,
            note=row.note,
            zone=ZoneInfo(row.timezone),
            step=_step(row, by_id),
            is_replaced=row.status != "undone" and row is not rows[-1],
        )
        for row in rows
    ]


def _step(row: Row[Any], by_id: Mapping[UUID, Row[Any]]) -> RecordStep:
    """Undoing a correction records what it had replaced: that is how it is known."""
    corrected = by_id.get(row.corrects_id)
    if corrected is None:
        return RecordStep.RECORDED
    replaced = by_id.get(corrected.corrects_id)
    is_put_back = replaced is not None and _said(row) == _said(replaced)
    return RecordStep.PUT_BACK if is_put_back else RecordStep.CORRECTED


def _said(row: Row[Any]) -> tuple[Any, ...]:
    taken_at = row.timestamp if row.status == DoseStatus.TAKEN else None
    return row.status, taken_at, row.given, row.dose_count, row.note
