"""Correcting the record of a dose within 48 hours, and undoing the current record."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, insert, select, update
from sqlalchemy.orm import aliased

from domain import audit
from domain.access import Action
from domain.database.scope import Act, Member, Scope
from domain.delivery import dose_messages
from domain.errors import NotFound, TooLateToUndo
from domain.events import NotificationsQueued
from domain.medicines.dosages import Dosage
from domain.medicines.doses.facts import ONE_DOSE, RESOLVED, DoseFacts, get_dose
from domain.medicines.doses.locking import LockedDose, lock_dose
from domain.medicines.errors import NothingRecorded, RecordSuperseded, TimeNotPossible
from domain.medicines.expansion.re_expansion import follow_intakes
from domain.medicines.records.current_entries import find_current_entry
from domain.medicines.records.intakes import Confirm, Question, is_recordable, review_correction
from domain.medicines.records.notices import notify_recorder
from domain.medicines.records.undo import undo_doses
from domain.medicines.stock.ledger import give_back, take_from_stock, takes_from_stock
from domain.models import Dose, Medication, MedicationLog, new_id
from domain.models.medicines import DoseStatus, RecordStatus
from domain.timers import UNDO_PERIOD


@dataclass(frozen=True)
class Correction:
    """What to change; None keeps what was recorded. `taken_at` is UTC.

    `dose_count`, `is_no_slip` and `seen` are answers to questions, as in :class:`intakes.Giving`.
    """

    status: DoseStatus | None = None
    taken_at: datetime | None = None
    given: Dosage | None = None
    dose_count: Decimal | None = None
    note: str | None = None
    is_no_slip: bool = False
    seen: int | None = None


@dataclass(frozen=True)
class _Record:
    """A complete record of a dose, and who made it when."""

    status: DoseStatus
    taken_at: datetime | None
    zone: str  # at the time of the intake
    given: Dosage | None
    dose_count: Decimal
    note: str | None
    by_id: UUID
    recorded_at: datetime


@dataclass(frozen=True)
class UndoneRecord:
    """What was undone of a dose: its state before and now. If it was a correction
    (`is_correction`), the record it had replaced is current again.
    """

    before: DoseFacts
    dose: DoseFacts
    is_correction: bool


@dataclass(frozen=True)
class RecordedWithin:
    """Identifies a record by when it was made (UTC): within `length` from `start` on."""

    start: datetime
    length: timedelta

    def has(self, at: datetime | None) -> bool:
        return at is not None and self.start <= at < self.start + self.length


async def correct_dose(scope: Scope, dose_id: UUID, correction: Correction) -> DoseFacts | Question:
    """Correct a dose, unless there's something to ask first; earlier records stay in the log.

    Raises NotFound, NotAllowed, NothingRecorded, TooLateToUndo (recorded more than 48 hours ago)
    and TimeNotPossible (in the future, or too long ago).
    """
    member = scope.require(Action.READ)
    dose = await _lock(scope, member, dose_id)
    last = (await _list_log(scope, dose_id))[-1]
    record = _corrected(scope, dose, last, correction)
    question = await _question(scope, dose_id, record, correction)
    if isinstance(question, Confirm):
        record = replace(record, dose_count=question.outlook.count)
        if not question.outlook.doubts or question.outlook.seen == correction.seen:
            question = None
    return question or await _write(scope, member, dose, last, record)


def _corrected(
    scope: Scope, dose: LockedDose, last: "_LogEntry", correction: Correction
) -> _Record:
    """The complete record with the correction applied."""
    status = correction.status or dose.status
    is_taken = status is DoseStatus.TAKEN
    return _Record(
        status=status,
        taken_at=(correction.taken_at or last.timestamp) if is_taken else None,
        zone=last.timezone,
        given=(correction.given or _given(last)) if is_taken else None,
        dose_count=(correction.dose_count or last.dose_count) if is_taken else ONE_DOSE,
        note=correction.note or last.note,
        by_id=scope.actor_id,
        recorded_at=scope.clock.now(),
    )


async def _question(
    scope: Scope, dose_id: UUID, record: _Record, correction: Correction
) -> Question | None:
    """What to ask about a new time or amount. A removed medicine raises no questions."""
    if record.taken_at is None or (correction.taken_at, correction.given) == (None, None):
        return None
    if not is_recordable(record.taken_at, scope.clock.now()):
        raise TimeNotPossible
    count = correction.dose_count
    if correction.given is None:
        count = record.dose_count  # as it was recorded
    try:
        return await review_correction(
            scope,
            await get_dose(scope, dose_id),
            at=record.taken_at,
            given=record.given,
            count=count,
            is_amount_new=correction.given is not None,
            is_no_slip=correction.is_no_slip,
        )
    except NotFound:
        if record.given is None and (await get_dose(scope, dose_id)).most is not None:
            raise  # of a removed medicine, too, a range is no amount that was given
        return None


async def review(scope: Scope, dose_id: UUID, correction: Correction) -> Question | None:
    """What to ask before :func:`correct_dose`, by the current tables. Raises likewise."""
    member = scope.require(Action.READ)
    dose = await _lock(scope, member, dose_id)
    last = (await _list_log(scope, dose_id))[-1]
    record = _corrected(scope, dose, last, correction)
    return await _question(scope, dose_id, record, correction)


async def check_correctable(scope: Scope, dose_id: UUID) -> DoseFacts:
    """The dose, if the member may correct it now. Raises as :func:`correct_dose`."""
    await _lock(scope, scope.require(Action.READ), dose_id)
    return await get_dose(scope, dose_id)


async def undo_correction(scope: Scope, log_id: UUID) -> DoseFacts:
    """Restore the record that a correction replaced. Raises as :func:`correct_dose`, and
    RecordSuperseded if that correction isn't the current record any more.
    """
    member = scope.require(Action.READ)
    corrected = await scope.row(
        select(MedicationLog.corrects_id, MedicationLog.dose_id).where(
            MedicationLog.id == log_id, MedicationLog.family_id == member.family_id
        )
    )
    if corrected is None or corrected.corrects_id is None:
        raise NotFound
    dose = await _lock(scope, member, corrected.dose_id)
    log = await _list_log(scope, dose.id)
    if find_current_entry(log).id != log_id:
        raise RecordSuperseded
    before = find_current_entry([entry for entry in log if entry.id != log_id])
    status = DoseStatus(before.status)
    record = _Record(
        status=status,
        taken_at=before.timestamp if status is DoseStatus.TAKEN else None,
        zone=before.timezone,
        given=_given(before),
        dose_count=before.dose_count,
        note=before.note,
        by_id=before.recorded_by_id,
        recorded_at=before.recorded_at,
    )
    return await _write(scope, member, dose, log[-1], record, undoes_id=log_id)


async def undo_current_record(
    scope: Scope, dose_id: UUID, *, recorded: RecordedWithin | None = None
) -> UndoneRecord:
    """Undo the current record of a dose: its correction, or else the record itself; only if that is
    the one *recorded* in, where given.

    Raises NotFound, NotAllowed, NothingRecorded, RecordSuperseded and TooLateToUndo.
    """
    locked = await _lock(scope, scope.require(Action.READ), dose_id)
    if recorded is not None and not recorded.has(locked.resolved_at):
        raise RecordSuperseded
    before = await get_dose(scope, dose_id)
    standing = find_current_entry(await _list_log(scope, dose_id))
    if standing.corrects_id is not None:
        return UndoneRecord(before, await undo_correction(scope, standing.id), is_correction=True)
    [dose] = await undo_doses(scope, [dose_id])
    return UndoneRecord(before, dose, is_correction=False)


def is_current_record(log: type[MedicationLog]) -> ColumnElement[bool]:
    """Whether a log row is the current record of its dose: the last one that isn't undone and isn't
    an undo itself.
    """
    later = aliased(MedicationLog)
    stands_in_its_way = (
        select(later.id)
        .where(
            later.dose_id == log.dose_id,
            later.sequence > log.sequence,
            later.undoes_id.is_(None),
            ~_is_undone(later),
        )
        .exists()
    )
    return and_(log.undoes_id.is_(None), ~_is_undone(log), ~stands_in_its_way)


def _is_undone(log: type[MedicationLog]) -> ColumnElement[bool]:
    undo = aliased(MedicationLog)
    return select(undo.id).where(undo.undoes_id == log.id).exists()


@dataclass(frozen=True)
class _LogEntry:
    """A row of a dose's log."""

    id: UUID
    corrects_id: UUID | None
    undoes_id: UUID | None
    recorded_by_id: UUID
    recorded_at: datetime
    status: RecordStatus
    timestamp: datetime
    timezone: str
    given: str | None
    amount: Decimal | None
    unit: str | None
    dose_count: Decimal
    note: str | None


_LOG = select(
    MedicationLog.id,
    MedicationLog.corrects_id,
    MedicationLog.undoes_id,
    MedicationLog.recorded_by_id,
    MedicationLog.recorded_at,
    MedicationLog.status,
    MedicationLog.timestamp,
    MedicationLog.timezone,
    MedicationLog.given,
    MedicationLog.amount,
    MedicationLog.unit,
    MedicationLog.dose_count,
    MedicationLog.note,
)


async def _lock(scope: Scope, member: Member, dose_id: UUID) -> LockedDose:
    dose = await lock_dose(scope, member, dose_id)
    if dose.status not in RESOLVED or dose.resolved_at is None:
        raise NothingRecorded
    if dose.resolved_at < scope.clock.now() - UNDO_PERIOD:
        raise TooLateToUndo
    return dose


async def _list_log(scope: Scope, dose_id: UUID) -> Sequence[_LogEntry]:
    """All log rows of a dose, oldest first."""
    rows = await scope.rows(
        _LOG.where(MedicationLog.dose_id == dose_id).order_by(MedicationLog.sequence)
    )
    return [_LogEntry(**row._asdict()) for row in rows]


def _given(entry: _LogEntry) -> Dosage | None:
    return Dosage(entry.given, entry.amount, entry.unit) if entry.given is not None else None


async def _write(
    scope: Scope,
    member: Member,
    dose: LockedDose,
    last: _LogEntry,
    record: _Record,
    *,
    undoes_id: UUID | None = None,
) -> DoseFacts:
    """Append *record* to the log and apply it to the dose. A restored record keeps its recorder."""
    before = await get_dose(scope, dose.id)
    now, action_id = scope.clock.now(), new_id()
    given = record.given
    await scope.execute(
        insert(MedicationLog).values(
            id=new_id(),
            family_id=member.family_id,
            medication_id=dose.medication_id,
            dose_id=dose.id,
            action_id=action_id,
            corrects_id=last.id,
            undoes_id=undoes_id,
            status=record.status,
            timestamp=record.taken_at or now,
            timezone=record.zone,
            recorded_at=now,
            recorded_by_id=member.user_id,
            given=given.words if given else None,
            amount=given.amount if given else None,
            unit=given.unit if given else None,
            dose_count=record.dose_count,
            note=record.note,
        )
    )
    await scope.execute(
        update(Dose)
        .where(Dose.id == dose.id)
        .values(
            status=record.status,
            resolved_at=record.recorded_at,
            resolved_by_id=record.by_id,
            taken_at=record.taken_at,
            taken_timezone=record.zone if record.taken_at else None,
            given=given.words if given else None,
            dose_count=record.dose_count,
            note=record.note,
        )
    )
    # A press of another dose that has begun by now is to see this one.
    await scope.execute(
        update(Medication)
        .where(Medication.id == dose.medication_id)
        .values(last_logged_at=func.clock_now())
    )
    await notify_recorder(scope, dose.id)
    await give_back(scope, dose.id)
    if record.status is DoseStatus.TAKEN and await takes_from_stock(scope, dose.id):
        await take_from_stock(
            scope,
            dose.id,
            amount=given.amount if given else None,
            unit=given.unit if given else None,
        )
    if dose.follows_intakes:
        await follow_intakes(scope, [dose.medication_id])
    after = await get_dose(scope, dose.id)
    await audit.record(
        scope,
        "dose.corrected",
        subject_type="dose",
        subject_id=dose.id,
        before=_audit_values(before),
        after=_audit_values(after),
    )
    if undoes_id is None:
        scope.acts.append(Act("corrected", action_id))
    await dose_messages.refresh_cards(scope, {(dose.care_recipient_id, dose.due_at)})
    await dose_messages.refresh_summaries(scope, [dose.id])
    scope.publish(NotificationsQueued())
    return after


def _audit_values(dose: DoseFacts) -> dict[str, Any]:
    return {
        "status": dose.status,
        "taken_at": dose.taken_at.isoformat() if dose.taken_at else None,
        "given": dose.given,
        "note": dose.note,
    }
