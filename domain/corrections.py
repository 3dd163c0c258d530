"""Corrections: what was recorded of a dose, put right within 48 hours by a new record."""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, insert, select, tuple_, update
from sqlalchemy.orm import aliased

from domain import audit, notifications
from domain.access import Action
from domain.database import Member, Scope
from domain.dosages import Dosage
from domain.doses import ONE_DOSE, RESOLVED, DoseFacts, DoseStatus, get_dose, lock_dose
from domain.errors import (
    NotFound,
    NothingToUndo,
    OpenAlready,
    TimeNotPossible,
    TooLateToUndo,
)
from domain.events import NotificationsOwed
from domain.intakes import Confirm, Question, is_recordable, review_correction
from domain.ladder import UNDO_PERIOD
from domain.medications import follow_intakes
from domain.models import Dose, MedicationLog, new_id
from domain.record_notices import tell_recorder
from domain.stock import give_back, take_for


@dataclass(frozen=True)
class Correction:
    """What is put right; None leaves it as it was recorded. `taken_at` is UTC.

    `dose_count`, `is_no_slip` and `seen` are what was answered of it, as :class:`intakes.Giving`.
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
    """The whole of what is recorded of a dose."""

    status: DoseStatus
    taken_at: datetime | None
    zone: str  # by whose clock, of then
    given: Dosage | None
    dose_count: Decimal
    note: str | None


async def correct_dose(scope: Scope, dose_id: UUID, correction: Correction) -> DoseFacts | Question:
    """Record a dose anew, unless there is something to ask first; what was recorded before stays in
    the log.

    Raises NotFound, NotAllowed, NothingToUndo (nothing is recorded of it), TooLateToUndo (recorded
    more than 48 hours ago) or TimeNotPossible (to come, or too long ago).
    """
    member = scope.require(Action.READ)
    dose = await _lock(scope, member, dose_id)
    last = await _last_log(scope, dose_id)
    record = _corrected(dose, last, correction)
    question = await _question(scope, dose_id, record, correction)
    if isinstance(question, Confirm):
        record = replace(record, dose_count=question.outlook.count)
        if not question.outlook.doubts or question.outlook.seen == correction.seen:
            question = None
    return question or await _write(scope, member, dose, last, record)


def _corrected(dose: Row[Any], last: Row[Any], correction: Correction) -> _Record:
    """The whole record, with what is put right."""
    status = correction.status or DoseStatus(dose.status)
    if status is not DoseStatus.TAKEN:
        note = correction.note or last.note
        return _Record(status, None, last.timezone, None, ONE_DOSE, note)
    return _Record(
        status=status,
        taken_at=correction.taken_at or last.timestamp,
        zone=last.timezone,
        given=correction.given or _given(last),
        dose_count=correction.dose_count or last.dose_count,
        note=correction.note or last.note,
    )


async def _question(
    scope: Scope, dose_id: UUID, record: _Record, correction: Correction
) -> Question | None:
    """What is to be asked of a new time or amount. A medicine that was removed asks nothing."""
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
        return None


async def review(scope: Scope, dose_id: UUID, correction: Correction) -> Question | None:
    """What is to be asked before :func:`correct_dose`, as the tables are now. Raises likewise."""
    member = scope.require(Action.READ)
    dose = await _lock(scope, member, dose_id)
    record = _corrected(dose, await _last_log(scope, dose_id), correction)
    return await _question(scope, dose_id, record, correction)


async def check_correctable(scope: Scope, dose_id: UUID) -> DoseFacts:
    """The dose, if the member may correct it now. Raises as :func:`correct_dose`."""
    await _lock(scope, scope.require(Action.READ), dose_id)
    return await get_dose(scope, dose_id)


async def undo_correction(scope: Scope, log_id: UUID) -> DoseFacts:
    """Put back what a correction took the place of. Raises as :func:`correct_dose`, and
    NothingToUndo if another one stands by now.
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
    before = await scope.row(_LOG.where(MedicationLog.id == corrected.corrects_id))
    standing = await scope.rows(
        select(MedicationLog.id).where(MedicationLog.dose_id == dose.id, stands(MedicationLog))
    )
    if before is None or [row.id for row in standing] != [log_id]:
        raise NothingToUndo
    status = DoseStatus(before.status)
    record = _Record(
        status=status,
        taken_at=before.timestamp if status is DoseStatus.TAKEN else None,
        zone=before.timezone,
        given=_given(before),
        dose_count=before.dose_count,
        note=before.note,
    )
    last = await _last_log(scope, dose.id)
    return await _write(scope, member, dose, last, record, undoes_id=log_id)


def stands(log: type[MedicationLog]) -> ColumnElement[bool]:
    """Whether a row of the log is the last of its dose that nobody has taken back, and takes back
    none itself: what its dose was made by.
    """
    later = aliased(MedicationLog)
    is_later = tuple_(later.recorded_at, later.id) > tuple_(log.recorded_at, log.id)
    stands_in_its_way = (
        select(later.id)
        .where(
            later.dose_id == log.dose_id,
            is_later,
            later.undoes_id.is_(None),
            ~_is_undone(later),
        )
        .exists()
    )
    return and_(log.undoes_id.is_(None), ~_is_undone(log), ~stands_in_its_way)


def _is_undone(log: type[MedicationLog]) -> ColumnElement[bool]:
    undo = aliased(MedicationLog)
    return select(undo.id).where(undo.undoes_id == log.id).exists()


_LOG = select(
    MedicationLog.id,
    MedicationLog.status,
    MedicationLog.timestamp,
    MedicationLog.timezone,
    MedicationLog.given,
    MedicationLog.amount,
    MedicationLog.unit,
    MedicationLog.dose_count,
    MedicationLog.note,
)


async def _lock(scope: Scope, member: Member, dose_id: UUID) -> Row[Any]:
    dose = await lock_dose(scope, member, dose_id)
    if dose.status not in RESOLVED:
        raise OpenAlready
    if dose.resolved_at < scope.clock.now() - UNDO_PERIOD:
        raise TooLateToUndo
    return dose


async def _last_log(scope: Scope, dose_id: UUID) -> Row[Any]:
    rows = await scope.rows(
        _LOG.where(MedicationLog.dose_id == dose_id)
        .order_by(MedicationLog.recorded_at.desc(), MedicationLog.id.desc())
        .limit(1)
    )
    return rows[0]


def _given(log: Row[Any]) -> Dosage | None:
    return Dosage(log.given, log.amount, log.unit) if log.given is not None else None


async def _write(
    scope: Scope,
    member: Member,
    dose: Row[Any],
    last: Row[Any],
    record: _Record,
    *,
    undoes_id: UUID | None = None,
) -> DoseFacts:
    before = await get_dose(scope, dose.id)
    now = scope.clock.now()
    given = record.given
    await scope.execute(
        insert(MedicationLog).values(
            id=new_id(),
            family_id=member.family_id,
            medication_id=dose.medication_id,
            dose_id=dose.id,
            action_id=new_id(),
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
            resolved_at=now,
            resolved_by_id=member.user_id,
            taken_at=record.taken_at,
            taken_timezone=record.zone if record.taken_at else None,
            given=given.words if given else None,
            dose_count=record.dose_count,
            note=record.note,
        )
    )
    await tell_recorder(scope, dose.id)
    await give_back(scope, dose.id)
    if record.status is DoseStatus.TAKEN:
        await take_for(
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
        before=_audited(before),
        after=_audited(after),
    )
    await notifications.show_again(scope, {(dose.care_recipient_id, dose.due_at)})
    scope.publish(NotificationsOwed())
    return after


def _audited(dose: DoseFacts) -> dict[str, Any]:
    return {
        "status": dose.status,
        "taken_at": dose.taken_at.isoformat() if dose.taken_at else None,
        "given": dose.given,
        "note": dose.note,
    }
