"""What others have changed about a member's records, for the message to that member."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from domain.database.scope import Scope
from domain.medicines.doses.facts import DoseFacts, list_doses
from domain.medicines.records.current_entries import find_current_entry
from domain.models import MedicationLog, User
from domain.models.medicines import DoseStatus, RecordStatus


class ChangeKind(StrEnum):
    UNDONE = "undone"
    CORRECTED = "corrected"
    PUT_BACK = "put_back"  # it's again as it was recorded
    OWN = "own"  # the reader has changed it since
    CORRECTION_UNDONE = "correction_undone"  # the reader's correction was undone
    CORRECTION_WITHDRAWN = "correction_withdrawn"  # the reader undid their own correction


@dataclass(frozen=True)
class RecordChange:
    """A dose as it is now, the reader's record of it, and who changed it."""

    dose: DoseFacts
    record: DoseFacts
    kind: ChangeKind
    by: str


@dataclass(frozen=True)
class _LogEntry:
    """A row of a dose's log, with the name of its recorder."""

    id: UUID
    dose_id: UUID
    undoes_id: UUID | None
    status: RecordStatus
    timestamp: datetime
    timezone: str
    given: str | None
    dose_count: Decimal
    note: str | None
    recorded_by_id: UUID
    by: str


_LOG = (
    select(
        MedicationLog.id,
        MedicationLog.dose_id,
        MedicationLog.undoes_id,
        MedicationLog.status,
        MedicationLog.timestamp,
        MedicationLog.timezone,
        MedicationLog.given,
        MedicationLog.dose_count,
        MedicationLog.note,
        MedicationLog.recorded_by_id,
        User.name.label("by"),
    )
    .join(User, User.id == MedicationLog.recorded_by_id)
    .order_by(MedicationLog.sequence)
)


async def read_changes(
    scope: Scope, records: Mapping[UUID, UUID], *, reader_id: UUID
) -> Sequence[RecordChange]:
    """What happened to each record (dose → log row). Two statements."""
    doses = await list_doses(scope, list(records))
    rows = await scope.rows(
        _LOG.where(
            MedicationLog.dose_id.in_(list(records)), MedicationLog.family_id == scope.family_id
        )
    )
    log = [_LogEntry(**row._asdict()) for row in rows]
    by_id = {entry.id: entry for entry in log}
    return [
        _change(
            dose,
            by_id[records[dose.id]],
            [entry for entry in log if entry.dose_id == dose.id],
            reader_id=reader_id,
        )
        for dose in doses
        if records[dose.id] in by_id
    ]


async def find_recorded(scope: Scope, dose: DoseFacts, log_id: UUID) -> DoseFacts | None:
    """The dose as that log row has it."""
    row = await scope.row(
        _LOG.where(MedicationLog.id == log_id, MedicationLog.family_id == scope.family_id)
    )
    return None if row is None else _as_recorded(dose, _LogEntry(**row._asdict()))


def _change(
    dose: DoseFacts, entry: _LogEntry, log: Sequence[_LogEntry], *, reader_id: UUID
) -> RecordChange:
    """What happened to *entry*, one of the *log* of a dose."""
    last, standing, record = log[-1], find_current_entry(log), _as_recorded(dose, entry)
    undo = next((later for later in log if later.undoes_id == entry.id), None)
    by = last.by
    if last.status is RecordStatus.UNDONE:
        kind = ChangeKind.OWN if last.recorded_by_id == reader_id else ChangeKind.UNDONE
    elif standing.recorded_by_id == reader_id:
        kind = ChangeKind.OWN if last.recorded_by_id == reader_id else ChangeKind.PUT_BACK
        record = _as_recorded(dose, standing)
    elif undo is not None:
        is_own = undo.recorded_by_id == reader_id
        kind = ChangeKind.CORRECTION_WITHDRAWN if is_own else ChangeKind.CORRECTION_UNDONE
        by = undo.by
    elif is_same_record(record, dose):
        kind = ChangeKind.PUT_BACK
    else:
        kind, by = ChangeKind.CORRECTED, standing.by
    return RecordChange(dose, record, kind, by)


def _as_recorded(dose: DoseFacts, entry: _LogEntry) -> DoseFacts:
    """The dose as a log row has it."""
    is_taken = entry.status is RecordStatus.TAKEN
    return replace(
        dose,
        status=DoseStatus(entry.status),
        taken_at=entry.timestamp if is_taken else None,
        taken_zone=ZoneInfo(entry.timezone) if is_taken else None,
        given=entry.given,
        dose_count=entry.dose_count,
        note=entry.note,
    )


def is_same_record(one: DoseFacts, other: DoseFacts) -> bool:
    return _said(one) == _said(other)


def _said(dose: DoseFacts) -> tuple[Any, ...]:
    return dose.status, dose.taken_at, dose.given, dose.dose_count, dose.note
