"""`/undo`: the acting member's last action, whatever it was, named before it is taken back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Text, cast, func, or_, select, tuple_
from sqlalchemy.orm import aliased

from domain.access import Action
from domain.appointment_changes import put_back, remove
from domain.appointments import OccurrenceFacts, first_of
from domain.care_recipients import Person, get_person
from domain.corrections import stands, undo_correction
from domain.counted_intakes import COUNTED, Counted
from domain.database import Member, Scope
from domain.doses import RESOLVED, DoseFacts, list_doses, undo_doses
from domain.errors import NotFound, NothingToUndo, NotTheLastAction
from domain.ladder import UNDO_PERIOD
from domain.medications import get_medication, put_back_content, put_back_status, remove_medication
from domain.medicines import Content, MedicineFacts, MedicineStatus
from domain.models import (
    Appointment,
    AuditEvent,
    CareRecipient,
    Dose,
    Medication,
    MedicationLog,
)
from domain.pauses import put_back_pause
from domain.record_changes import find_recorded
from domain.stock import PROMISED, undo_change


class ActionKind(StrEnum):
    """What can be taken back. All but the first two are named like their events in the audit."""

    RECORDED = "recorded"
    CORRECTED = "corrected"
    ADDED = "medication.added"
    EDITED = "medication.edited"
    PAUSED = "medication.paused"
    STOPPED = "medication.stopped"
    RESTORED = "medication.restored"
    REFILLED = "stock.refilled"
    COUNTED = "stock.counted"
    MEASURED = "stock.measured"
    APPOINTMENT_ADDED = "appointment.added"
    APPOINTMENT_EDITED = "appointment.edited"
    APPOINTMENT_MOVED = "appointment.moved"
    APPOINTMENT_REPEATED = "appointment.repeated"
    APPOINTMENT_CANCELLED = "appointment.cancelled"
    APPOINTMENT_RESTORED = "appointment.restored"
    PERSON_PAUSED = "person.paused"
    PERSON_RESUMED = "person.resumed"


STATUS_KINDS = frozenset(
    {
        ActionKind.PAUSED,
        ActionKind.STOPPED,
        ActionKind.RESTORED,
        ActionKind.PERSON_PAUSED,
        ActionKind.PERSON_RESUMED,
    }
)
"""Of whatever begins or ends a pause."""

_AUDITED = tuple(ActionKind)[2:]


@dataclass(frozen=True)
class LastAction:
    """What a member did last, at `at` (UTC): with doses, to a medicine, or to an appointment.

    `id` is that of the log rows' action, or of the event in the audit. `put_back` is how the dose
    will stand once its correction is undone.
    """

    id: UUID
    kind: ActionKind
    at: datetime
    doses: Sequence[DoseFacts] = ()
    medicine: MedicineFacts | None = None
    appointment: OccurrenceFacts | None = None
    person: Person | None = None
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None
    log_id: UUID | None = None
    put_back: DoseFacts | None = None

    @property
    def counted(self) -> Counted:
        """The intakes that it made count for doses that came back."""
        counted: Counted = (self.after or {}).get(COUNTED, {})
        return counted


@dataclass(frozen=True)
class Undone:
    """What was taken back, and how things are now: doses, the medicine, or the appointment (None:
    it is gone).
    """

    action: LastAction
    doses: Sequence[DoseFacts] = ()
    medicine: MedicineFacts | None = None
    appointment: OccurrenceFacts | None = None
    person: Person | None = None


async def find_last_action(scope: Scope) -> LastAction:
    """What the member did last, within 48 hours, if it still is as they left it.

    Raises NothingToUndo.
    """
    member = scope.require(Action.READ)
    found = [
        action
        for action in (await _last_record(scope, member), await _last_event(scope, member))
        if action is not None
    ]
    if not found:
        raise NothingToUndo
    return max(found, key=lambda action: action.at)


async def undo_last_action(scope: Scope, action_id: UUID) -> Undone:
    """Take back the member's last action, which they were told is *action_id*.

    Raises NotTheLastAction if another one is the last by now, NotFound if there is none, and what
    the area of the action raises.
    """
    try:
        action = await find_last_action(scope)
    except NothingToUndo as error:
        raise NotFound from error
    if action.id != action_id:
        raise NotTheLastAction
    if action.log_id is not None:
        return Undone(action, doses=[await undo_correction(scope, action.log_id)])
    if action.appointment is not None:
        return Undone(
            action, appointment=await _undo_appointment(scope, action, action.appointment)
        )
    if action.person is not None:
        person = await put_back_pause(
            scope,
            action.person.id,
            action.before or {},
            undoes_id=action.id,
            counted=action.counted,
        )
        return Undone(action, person=person)
    if action.medicine is None:
        return Undone(action, doses=await undo_doses(scope, [dose.id for dose in action.doses]))
    return Undone(action, medicine=await _undo_event(scope, action, action.medicine.id))


async def _undo_event(
    scope: Scope, action: LastAction, medication_id: UUID
) -> MedicineFacts | None:
    before = action.before or {}
    match action.kind:
        case ActionKind.ADDED:
            await remove_medication(scope, medication_id, undoes_id=action.id)
            return None
        case ActionKind.EDITED:
            content = Content.from_json(before)
            return await put_back_content(
                scope, medication_id, content, undoes_id=action.id, counted=action.counted
            )
        case ActionKind.REFILLED | ActionKind.COUNTED | ActionKind.MEASURED:
            await undo_change(scope, action.id)
            return await get_medication(scope, medication_id)
        case _:
            resumes_at = before["resumes_at"]
            return await put_back_status(
                scope,
                medication_id,
                MedicineStatus(before["status"]),
                resumes_at=datetime.fromisoformat(resumes_at) if resumes_at else None,
                is_with_person=before.get("is_paused_with_person", False),
                undoes_id=action.id,
                counted=action.counted,
            )


async def _undo_appointment(
    scope: Scope, action: LastAction, appointment: OccurrenceFacts
) -> OccurrenceFacts | None:
    appointment_id = appointment.appointment_id
    if action.kind is ActionKind.APPOINTMENT_ADDED:
        await remove(scope, appointment_id, undoes_id=action.id)
        return None
    kind = action.kind.removeprefix("appointment.")
    return await put_back(scope, appointment_id, kind, action.before or {}, undoes_id=action.id)


async def _last_record(scope: Scope, member: Member) -> LastAction | None:
    """The member's last record of doses that stands: nobody has recorded anything of them since,
    but what was taken back.
    """
    standing = stands(MedicationLog) & Dose.status.in_(RESOLVED)
    last = (
        select(MedicationLog.action_id)
        .join(Dose, Dose.id == MedicationLog.dose_id)
        .where(
            MedicationLog.family_id == member.family_id,
            MedicationLog.recorded_by_id == member.user_id,
            MedicationLog.recorded_at > func.clock_now() - UNDO_PERIOD,
            standing,
        )
        .order_by(MedicationLog.recorded_at.desc())
        .limit(1)
    )
    rows = await scope.rows(
        select(
            MedicationLog.id,
            MedicationLog.action_id,
            MedicationLog.dose_id,
            MedicationLog.corrects_id,
            MedicationLog.recorded_at,
        )
        .join(Dose, Dose.id == MedicationLog.dose_id)
        .where(MedicationLog.action_id == last.scalar_subquery(), standing)
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
        put_back=await find_recorded(scope, doses[0], rows[0].corrects_id)
        if is_correction
        else None,
    )


async def _last_event(scope: Scope, member: Member) -> LastAction | None:
    """The member's last change of a medicine or an appointment that was not taken back, if nobody
    has changed it since. What was changed and taken back again leaves no trace, nor does an undo.
    """
    event, later = aliased(AuditEvent), aliased(AuditEvent)
    is_of_it = (later.subject_id == event.subject_id) | (
        # A series that was parted in two goes on under another id.
        later.before["appointment_id"].astext == cast(event.subject_id, Text)
    )
    changed_since = (
        select(later.id)
        .where(
            later.family_id == event.family_id,
            is_of_it,
            # Ids are in the order of time, and unlike it are never the same.
            tuple_(later.created_at, later.id) > tuple_(event.created_at, event.id),
            _area(later) == _area(event),
            later.action != PROMISED,  # it changes neither the stock nor its measure
            # What they did to it later comes first anyway, or is nothing that can be taken back.
            later.actor_id.is_distinct_from(member.user_id) | later.action.endswith(".put_back"),
            later.undoes_id.is_(None),
            ~_is_undone(later),
        )
        .exists()
    )
    row = await scope.row(
        select(
            event.id,
            event.action,
            event.subject_id,
            event.before,
            event.after,
            event.created_at,
        )
        .where(
            event.family_id == member.family_id,
            event.actor_id == member.user_id,
            event.action.in_(_AUDITED),
            event.created_at > func.clock_now() - UNDO_PERIOD,
            ~_is_undone(event),
            _is_there(event),
            ~changed_since,
        )
        .order_by(event.created_at.desc(), event.id.desc())
        .limit(1)
    )
    return None if row is None else await _event(scope, row)


def _area(event: type[AuditEvent]) -> ColumnElement[str]:
    return func.split_part(event.action, ".", 1)


def _is_undone(event: type[AuditEvent]) -> ColumnElement[bool]:
    undo = aliased(AuditEvent)
    return (
        select(undo.id)
        .where(undo.family_id == event.family_id, undo.undoes_id == event.id)
        .exists()
    )


def _is_there(event: type[AuditEvent]) -> ColumnElement[bool]:
    """What was removed since cannot be changed back, and stands in nothing's way."""
    return or_(
        *(
            select(table.id)
            .where(table.id == event.subject_id, table.deleted_at.is_(None))
            .exists()
            for table in (Medication, Appointment, CareRecipient)
        )
    )


async def _event(scope: Scope, row: Row[Any]) -> LastAction | None:
    kind = ActionKind(row.action)
    action = LastAction(id=row.id, kind=kind, at=row.created_at, before=row.before, after=row.after)
    try:
        if kind.startswith("appointment."):
            return replace(action, appointment=await first_of(scope, row.subject_id))
        if kind.startswith("person."):
            return replace(action, person=await get_person(scope, row.subject_id))
        return replace(action, medicine=await get_medication(scope, row.subject_id))
    except NotFound:  # it was removed, which is no change that could be taken back
        return None
