"""History: what was given, skipped and missed, newest first, with all records."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import and_, func, or_, select

from domain.access import Action
from domain.database.scope import Scope
from domain.medicines.doses.facts import (
    RESOLVED,
    SELECT_DOSES,
    DoseFacts,
    fetch_doses_with,
    get_dose,
)
from domain.models import Dose, MedicationLog, User
from domain.models.medicines import DoseStatus, RecordStatus
from domain.timers import UNDO_PERIOD

PAGE_SIZE = 10
_OVER = (DoseStatus.TAKEN, DoseStatus.SKIPPED, DoseStatus.MISSED, DoseStatus.NOT_ASKED)


@dataclass(frozen=True)
class Entry:
    """A finished dose. `is_corrected`: the current record differs from the first
    one. An undone correction doesn't count.
    """

    dose: DoseFacts
    is_corrected: bool


@dataclass(frozen=True)
class HistoryPage:
    """A page of a family's history, or of that of one medicine or person (`of`: its name)."""

    entries: Sequence[Entry]
    number: int
    has_older: bool
    of: str | None = None


class RecordStep(StrEnum):
    """What a log row did to the one before it."""

    RECORDED = "recorded"
    CORRECTED = "corrected"
    PUT_BACK = "put_back"  # undid a correction, restoring what that had replaced


@dataclass(frozen=True)
class Record:
    """A log row: recorded at `recorded_at` (UTC), about an intake at `timestamp`, both in the zone
    `zone`. `is_replaced`: a later row replaced or undid it.
    """

    status: RecordStatus
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
    """A dose with all its records, oldest first."""

    dose: DoseFacts
    records: Sequence[Record]
    can_be_corrected: bool


# The first record since the last undo, compared with the current one.
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
        MedicationLog.status != RecordStatus.UNDONE,
        Dose.status.in_(RESOLVED),
    )
    .order_by(MedicationLog.sequence.desc())
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
    """Ten entries, newest first; page 0 is the newest. One statement."""
    scope.require(Action.READ)
    statement = SELECT_DOSES.add_columns(_IS_CORRECTED).where(Dose.status.in_(_OVER))
    if medication_id is not None:
        statement = statement.where(Dose.medication_id == medication_id)
    if care_recipient_id is not None:
        statement = statement.where(Dose.care_recipient_id == care_recipient_id)
    found = await fetch_doses_with(
        scope,
        statement.order_by(None)
        .order_by(_HAPPENED_AT.desc(), Dose.id)
        .limit(PAGE_SIZE + 1)
        .offset(page * PAGE_SIZE),
    )
    entries = [Entry(dose, bool(is_corrected)) for dose, (is_corrected,) in found[:PAGE_SIZE]]
    of = None
    if entries and medication_id is not None:
        of = entries[0].dose.name
    elif entries and care_recipient_id is not None:
        of = entries[0].dose.person
    return HistoryPage(
        entries=entries,
        number=page,
        has_older=len(found) > PAGE_SIZE,
        of=of,
    )


@dataclass(frozen=True)
class _LogEntry:
    """A row of a dose's log."""

    id: UUID
    corrects_id: UUID | None
    status: RecordStatus
    timestamp: datetime
    timezone: str
    dose_count: Decimal
    recorded_at: datetime
    recorded_by_id: UUID
    by: str
    given: str | None
    note: str | None

    @property
    def said(self) -> tuple[Any, ...]:
        taken_at = self.timestamp if self.status is RecordStatus.TAKEN else None
        return self.status, taken_at, self.given, self.dose_count, self.note


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
        .order_by(MedicationLog.sequence)
    )
    is_recorded = dose.status in (DoseStatus.TAKEN, DoseStatus.SKIPPED)
    is_recent = dose.resolved_at is not None and (
        dose.resolved_at >= scope.clock.now() - UNDO_PERIOD
    )
    log = [_LogEntry(**row._asdict()) for row in rows]
    return EntryDetails(dose, _records(log), can_be_corrected=is_recorded and is_recent)


def _records(log: Sequence[_LogEntry]) -> Sequence[Record]:
    by_id = {entry.id: entry for entry in log}
    return [
        Record(
            status=entry.status,
            timestamp=entry.timestamp,
            recorded_at=entry.recorded_at,
            by=entry.by,
            by_id=entry.recorded_by_id,
            given=entry.given,
            note=entry.note,
            zone=ZoneInfo(entry.timezone),
            step=_step(entry, by_id),
            is_replaced=entry.status is not RecordStatus.UNDONE and entry is not log[-1],
        )
        for entry in log
    ]


def _step(entry: _LogEntry, by_id: Mapping[UUID, _LogEntry]) -> RecordStep:
    """Undoing a correction records what it had replaced; that's how we recognise it."""
    corrected = by_id.get(entry.corrects_id) if entry.corrects_id else None
    if corrected is None:
        return RecordStep.RECORDED
    replaced = by_id.get(corrected.corrects_id) if corrected.corrects_id else None
    is_put_back = replaced is not None and entry.said == replaced.said
    return RecordStep.PUT_BACK if is_put_back else RecordStep.CORRECTED
