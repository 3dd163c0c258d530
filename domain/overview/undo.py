"""Undoing a member's action, by the operation of its area."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.access import Action
from domain.appointments.changes.cancelling import remove_appointment
from domain.appointments.changes.undo import can_undo_change, undo_appointment_change
from domain.appointments.occurrences.facts import OccurrenceFacts
from domain.database.scope import Scope
from domain.errors import TooLateToUndo
from domain.family.people import Person, rename_person
from domain.medicines.changes.adding import remove_medication
from domain.medicines.changes.day_times import restore_day_times
from domain.medicines.changes.editing import restore_content
from domain.medicines.changes.moving import move_person
from domain.medicines.changes.status import restore_status
from domain.medicines.doses.locking import lock_dose
from domain.medicines.facts import Content, MedicineFacts
from domain.medicines.pauses.person_pauses import restore_pause
from domain.medicines.reading import get_medication
from domain.medicines.records.corrections import undo_correction
from domain.medicines.records.undo import undo_doses
from domain.medicines.stock.undo import undo_stock_change
from domain.models.medicines import MedicineStatus
from domain.overview.last_actions import find_action
from domain.overview.own_actions import ActionKind, LastAction, Undone

_DRIVING = frozenset({ActionKind.DRIVER_FOUND, ActionKind.DRIVER_LOST})


async def undo_action(scope: Scope, action_id: UUID) -> Undone:
    """Undo the member's action, which they were shown. Raises as :func:`find_action`, and what the
    operation of the area raises.
    """
    action = await _find_locked(scope, action_id)
    if action.log_id is not None:
        return Undone(action, doses=[await undo_correction(scope, action.log_id)])
    if action.appointment is not None:
        return Undone(
            action, appointment=await _undo_appointment(scope, action, action.appointment)
        )
    if action.person is not None:
        return Undone(action, person=await _undo_person_change(scope, action, action.person))
    if action.medicine is None:
        return Undone(action, doses=await undo_doses(scope, [dose.id for dose in action.doses]))
    medication_id = action.medicine.id
    if action.kind is ActionKind.ADDED:
        return Undone(
            action, removed=await remove_medication(scope, medication_id, undoes_id=action.id)
        )
    return Undone(action, medicine=await _undo_medicine_change(scope, action, medication_id))


async def _find_locked(scope: Scope, action_id: UUID) -> LastAction:
    """As :func:`find_action`, with its doses locked so that nobody can correct them."""
    action = await find_action(scope, action_id)
    if not action.doses:
        return action
    for dose_id in sorted(dose.id for dose in action.doses):
        await lock_dose(scope, scope.require(Action.READ), dose_id)
    return await find_action(scope, action_id)


async def _undo_medicine_change(
    scope: Scope, action: LastAction, medication_id: UUID
) -> MedicineFacts:
    before = action.before or {}
    match action.kind:
        case ActionKind.EDITED:
            content = Content.from_json(before)
            return await restore_content(
                scope,
                medication_id,
                content,
                undoes_id=action.id,
                counted=action.counted,
                called_off=action.called_off,
            )
        case ActionKind.REFILLED | ActionKind.COUNTED | ActionKind.MEASURED:
            await undo_stock_change(scope, action.id)
            return await get_medication(scope, medication_id)
        case _:
            resumes_at = before["resumes_at"]
            return await restore_status(
                scope,
                medication_id,
                MedicineStatus(before["status"]),
                resumes_at=datetime.fromisoformat(resumes_at) if resumes_at else None,
                is_with_person=before.get("is_paused_with_person", False),
                undoes_id=action.id,
                counted=action.counted,
                called_off=action.called_off,
            )


async def _undo_person_change(scope: Scope, action: LastAction, person: Person) -> Person:
    before = action.before or {}
    match action.kind:
        case ActionKind.PERSON_RENAMED:
            return await rename_person(scope, person.id, before["name"], undoes_id=action.id)
        case ActionKind.PERSON_MOVED:
            zone = ZoneInfo(before["timezone"])
            return await move_person(scope, person.id, zone, undoes_id=action.id)
        case kind:
            is_of_day = kind is ActionKind.DAY_TIMES_SET
            restore = restore_day_times if is_of_day else restore_pause
            return await restore(
                scope,
                person.id,
                before,
                undoes_id=action.id,
                counted=action.counted,
                called_off=action.called_off,
            )


async def _undo_appointment(
    scope: Scope, action: LastAction, appointment: OccurrenceFacts
) -> OccurrenceFacts | None:
    appointment_id = appointment.appointment_id
    if action.kind is ActionKind.APPOINTMENT_ADDED:
        await remove_appointment(scope, appointment_id, undoes_id=action.id)
        return None
    if not can_undo_change(action.before):
        raise TooLateToUndo
    right = Action.DRIVE if action.kind in _DRIVING else Action.CHANGE_APPOINTMENTS
    return await undo_appointment_change(
        scope, action.before or {}, undoes_id=action.id, action=right
    )
