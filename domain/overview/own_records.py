"""Records of doses that the acting member has made and can undo."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select

from domain.database.scope import Member, Scope
from domain.errors import NotFound
from domain.medicines.doses.facts import RESOLVED, list_doses
from domain.medicines.records.changes import find_recorded
from domain.medicines.records.corrections import is_current_record
from domain.medicines.records.current_entries import find_current_entry
from domain.models import Dose, MedicationLog, User
from domain.models.medicines import RecordStatus
from domain.overview.own_actions import UNDONE, ActionKind, ActionSuperseded, LastAction
from domain.timers import UNDO_PERIOD


@dataclass(frozen=True)
class _LogEntry:
    """A row of a dose's log, with the name of its recorder."""

    id: UUID
    undoes_id: UUID | None
    corrects_id: UUID | None
    status: RecordStatus
    recorded_by_id: UUID
    name: str


_IS_CURRENT = is_current_record(MedicationLog) & Dose.status.in_(RESOLVED)


async def find_last_record(scope: Scope, member: Member) -> LastAction | None:
    """The member's last record of doses that is still current: nobody has recorded anything about
    them since that wasn't undone.
    """
    last = (
        select(MedicationLog.action_id)
        .join(Dose, Dose.id == MedicationLog.dose_id)
        .where(
            MedicationLog.family_id == member.family_id,
            MedicationLog.recorded_by_id == member.user_id,
            MedicationLog.recorded_at > func.clock_now() - UNDO_PERIOD,
            _IS_CURRENT,
        )
        .order_by(MedicationLog.sequence.desc())
        .limit(1)
    )
    return await _record(scope, MedicationLog.action_id == last.scalar_subquery())


async def find_record(scope: Scope, member: Member, *, action_id: UUID) -> LastAction:
    """The records of one action of the member. Raises NotFound, and ActionSuperseded if none of
    them is current any more.
    """
    is_theirs = and_(
        MedicationLog.family_id == member.family_id,
        MedicationLog.recorded_by_id == member.user_id,
        MedicationLog.action_id == action_id,
    )
    found = await _record(scope, is_theirs)
    if found is None:
        rows = await scope.rows(
            select(MedicationLog.id, MedicationLog.dose_id).where(is_theirs).limit(1)
        )
        if not rows:
            raise NotFound
        raise await _superseded(scope, member, rows[0].id, rows[0].dose_id)
    return found


async def _superseded(
    scope: Scope, member: Member, record_id: UUID, dose_id: UUID
) -> ActionSuperseded:
    """Who did what to a record that isn't current any more."""
    rows = await scope.rows(
        select(
            MedicationLog.id,
            MedicationLog.undoes_id,
            MedicationLog.corrects_id,
            MedicationLog.status,
            MedicationLog.recorded_by_id,
            User.name,
        )
        .join(User, User.id == MedicationLog.recorded_by_id)
        .where(MedicationLog.dose_id == dose_id)
        .order_by(MedicationLog.sequence)
    )
    log = [_LogEntry(**row._asdict()) for row in rows]
    undo = next((entry for entry in log if entry.undoes_id == record_id), None)
    by = undo or find_current_entry(log)
    action: str = ActionKind.RECORDED if by.corrects_id is None else ActionKind.CORRECTED
    if undo is not None or by.status == RecordStatus.UNDONE:
        action = UNDONE
    [dose] = await list_doses(scope, [dose_id])
    is_own = by.recorded_by_id == member.user_id
    return ActionSuperseded(action, dose.name, by=None if is_own else by.name, dose=dose)


async def _record(scope: Scope, is_meant: ColumnElement[bool]) -> LastAction | None:
    """The records of one action that are still current; None if there are none."""
    rows = await scope.rows(
        select(
            MedicationLog.id,
            MedicationLog.action_id,
            MedicationLog.dose_id,
            MedicationLog.corrects_id,
            MedicationLog.recorded_at,
        )
        .join(Dose, Dose.id == MedicationLog.dose_id)
        .where(is_meant, _IS_CURRENT)
    )
    if not rows:
        return None
    is_correction = rows[0].corrects_id is not None
    doses = await list_doses(scope, [row.dose_id for row in rows])
    return LastAction(
        id=rows[0].action_id,
        kind=ActionKind.CORRECTED if is_correction else ActionKind.RECORDED,
        at=rows[0].recorded_at,
        doses=doses,
        log_id=rows[0].id if is_correction else None,
        reverted_dose=await find_recorded(scope, doses[0], rows[0].corrects_id)
        if is_correction
        else None,
    )
