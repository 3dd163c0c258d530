"""`/undo`: what the acting member did last, or what a message says that they did, named before it
is taken back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Row, Select, Text, and_, cast, func, or_, select, true, tuple_
from sqlalchemy.orm import aliased

from domain.access import Action
from domain.appointments.changes.calling_off import remove
from domain.appointments.changes.clocks import CLOCK_CHANGED
from domain.appointments.changes.undo import can_be_put_back, put_back
from domain.appointments.occurrences.facts import OccurrenceFacts
from domain.appointments.occurrences.lookups import first_of, get_occurrence
from domain.audit import LASTING
from domain.database import Member, Scope
from domain.errors import CareCircleError, NotFound, NothingToUndo, TooLateToUndo
from domain.family.families import FamilyFacts
from domain.family.people import Person, get_person, rename_person
from domain.medicines.doses.counted_intakes import COUNTED, Counted
from domain.medicines.doses.doses import RESOLVED, DoseFacts, list_doses, lock_dose, undo_doses
from domain.medicines.facts import Content, MedicineFacts
from domain.medicines.medications import (
    CALLED_OFF,
    get_medication,
    move_person,
    put_back_content,
    put_back_status,
    remove_medication,
)
from domain.medicines.pauses.pauses import put_back_pause
from domain.medicines.records.changes import find_recorded
from domain.medicines.records.corrections import stands, undo_correction
from domain.medicines.records.standing import find_standing
from domain.medicines.stock.stock import PROMISED, undo_change
from domain.models import (
    Appointment,
    AuditEvent,
    CareRecipient,
    Dose,
    Medication,
    MedicationLog,
    User,
)
from domain.models.appointments import OccurrenceStatus
from domain.models.medicines import MedicineStatus
from domain.overview.elsewhere import among_own, list_other_families, look_into
from domain.timers import UNDO_PERIOD


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
    APPOINTMENT_FOLLOWED = CLOCK_CHANGED
    DRIVER_FOUND = "appointment.driver_found"
    DRIVER_LOST = "appointment.driver_lost"
    PERSON_MOVED = "person.moved"
    PERSON_RENAMED = "person.renamed"
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

_DRIVING = frozenset({ActionKind.DRIVER_FOUND, ActionKind.DRIVER_LOST})
_AUDITED = tuple(ActionKind)[2:]
UNDONE = "undone"
UNDOABLE = frozenset(ActionKind)


@dataclass(frozen=True)
class LastAction:
    """What a member did last, at `at` (UTC): with doses, to a medicine, or to an appointment.

    `id` is that of the log rows' action, or of the event in the audit. `put_back` is how the dose
    will stand once its correction is undone. `elsewhere`: the family where that was, if it is not
    the open one, and then the others of the member. `lasting`: what of
    :data:`domain.audit.LASTING` they have done since; `superseded`: what they did since, and others
    have changed.
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
    elsewhere: Sequence[FamilyFacts] = ()
    lasting: str | None = None
    superseded: "ActionSuperseded | None" = None

    @property
    def name(self) -> str:
        """What it was done to."""
        if self.appointment is not None:
            return self.appointment.details.title
        subject = self.medicine or self.person or self.doses[0]
        return subject.name

    @property
    def counted(self) -> Counted:
        """The intakes that it made count for doses that came back."""
        counted: Counted = (self.after or {}).get(COUNTED, {})
        return counted


@dataclass(eq=False)
class ActionSuperseded(CareCircleError):
    """What the member did does not stand any more: `by` (None: they themselves) have done `action`
    since, which is an action of the audit, or `UNDONE`. `name` is what it was done to; of a record,
    `dose` is how it is now.
    """

    action: str
    name: str
    by: str | None
    dose: DoseFacts | None = None


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
    """What the member did last in the open family, within 48 hours, if it still is as they left it.

    Raises NothingToUndo, and ActionSuperseded where others have changed all that they did since.
    """
    member = scope.require(Action.READ)
    found = [
        action
        for action in (await _last_record(scope, member), await _last_event(scope, member))
        if action is not None
    ]
    superseded = await _last_superseded(scope, member, since=found)
    if not found:
        if superseded is not None:
            raise superseded
        raise NothingToUndo(await _last_lasting(scope, member, since=None))
    last = max(found, key=lambda action: action.at)
    lasting = await _last_lasting(scope, member, since=last.at)
    return replace(last, lasting=lasting, superseded=superseded)


async def _last_superseded(
    scope: Scope, member: Member, *, since: Sequence[LastAction]
) -> ActionSuperseded | None:
    """Who has changed what the member did last, later than what they can take back."""
    row = await scope.row(
        _select_own(AuditEvent, member)
        .where(
            AuditEvent.created_at > func.clock_now() - UNDO_PERIOD,
            *(AuditEvent.created_at > action.at for action in since),
            ~_is_undone(AuditEvent),
            _is_there(AuditEvent),
        )
        .order_by(AuditEvent.created_at.desc(), AuditEvent.id.desc())
        .limit(1)
    )
    action = None if row is None else await _event(scope, row)
    if action is None:
        return None
    try:
        await _check_stands(scope, member, action)
    except ActionSuperseded as error:
        return error if error.by is not None else None
    return None


async def _last_lasting(scope: Scope, member: Member, *, since: datetime | None) -> str | None:
    """What the member did last, after *since*, that cannot be taken back."""
    action: str | None = await scope.connection.scalar(
        select(AuditEvent.action)
        .where(
            AuditEvent.family_id == member.family_id,
            AuditEvent.actor_id == member.user_id,
            AuditEvent.action.in_(LASTING),
            AuditEvent.created_at > func.clock_now() - UNDO_PERIOD,
            true() if since is None else AuditEvent.created_at > since,
        )
        .order_by(AuditEvent.created_at.desc(), AuditEvent.id.desc())
        .limit(1)
    )
    return action


async def find_last_of_all(scope: Scope) -> LastAction:
    """What the member did last in whichever of their families. Raises NothingToUndo, and
    ActionSuperseded where others have changed it since.
    """
    found, others = await _find_here(scope), await list_other_families(scope)
    where = None
    for family, there in await look_into(scope, others, _find_here):
        if there is not None and (found is None or there.at > found.at):
            found, where = there, family
    if found is None:
        return await find_last_action(scope)  # which says why there is nothing
    if where is None:
        return found
    member = scope.require(Action.READ)
    here = FamilyFacts(member.family_id, member.family_name)
    families = [*await among_own(scope, others), here]
    families.sort(key=lambda family: family.id != where.id)
    return replace(found, elsewhere=families)


async def _find_here(scope: Scope) -> LastAction | None:
    try:
        return await find_last_action(scope)
    except (NothingToUndo, ActionSuperseded):
        return None


async def find_action(scope: Scope, action_id: UUID, *, among: int = 1) -> LastAction:
    """This action of the member; or, where it is the last of the *among* things that were added at
    once, the last of them that is still there.

    Raises NotFound, TooLateToUndo, or ActionSuperseded if somebody has changed it since.
    """
    member = scope.require(Action.READ)
    row = await _find_event(scope, member, action_id)
    if row is None:
        return await _find_record(scope, member, action_id)
    if among > 1:
        row = await _find_last_added(scope, member, row, among)
    found = await _event(scope, row)
    if found is None:
        raise ActionSuperseded(UNDONE, "", by=None) if row.is_undone else NotFound
    await _check_stands(scope, member, found)
    if found.at <= scope.clock.now() - UNDO_PERIOD:
        raise TooLateToUndo
    return found


async def undo_action(scope: Scope, action_id: UUID) -> Undone:
    """Take back the member's action, which they were shown. Raises as :func:`find_action`, and what
    the area of the action raises.
    """
    action = await _find_locked(scope, action_id)
    if action.log_id is not None:
        return Undone(action, doses=[await undo_correction(scope, action.log_id)])
    if action.appointment is not None:
        return Undone(
            action, appointment=await _undo_appointment(scope, action, action.appointment)
        )
    if action.person is not None:
        return Undone(action, person=await _undo_of_person(scope, action, action.person))
    if action.medicine is None:
        return Undone(action, doses=await undo_doses(scope, [dose.id for dose in action.doses]))
    return Undone(action, medicine=await _undo_event(scope, action, action.medicine.id))


async def _find_locked(scope: Scope, action_id: UUID) -> LastAction:
    """As :func:`find_action`; nobody corrects its doses until the transaction ends."""
    action = await find_action(scope, action_id)
    if not action.doses:
        return action
    for dose_id in sorted(dose.id for dose in action.doses):
        await lock_dose(scope, scope.require(Action.READ), dose_id)
    return await find_action(scope, action_id)


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
                scope,
                medication_id,
                content,
                undoes_id=action.id,
                counted=action.counted,
                called_off=[UUID(each) for each in (action.after or {}).get(CALLED_OFF, ())],
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


async def _undo_of_person(scope: Scope, action: LastAction, person: Person) -> Person:
    before = action.before or {}
    match action.kind:
        case ActionKind.PERSON_RENAMED:
            return await rename_person(scope, person.id, before["name"], undoes_id=action.id)
        case ActionKind.PERSON_MOVED:
            zone = ZoneInfo(before["timezone"])
            return await move_person(scope, person.id, zone, undoes_id=action.id)
        case _:
            return await put_back_pause(
                scope, person.id, before, undoes_id=action.id, counted=action.counted
            )


async def _undo_appointment(
    scope: Scope, action: LastAction, appointment: OccurrenceFacts
) -> OccurrenceFacts | None:
    appointment_id = appointment.appointment_id
    if action.kind is ActionKind.APPOINTMENT_ADDED:
        await remove(scope, appointment_id, undoes_id=action.id)
        return None
    if not can_be_put_back(action.before):
        raise TooLateToUndo
    right = Action.DRIVE if action.kind in _DRIVING else Action.CHANGE_APPOINTMENTS
    return await put_back(scope, action.before or {}, undoes_id=action.id, action=right)


_STANDING = stands(MedicationLog) & Dose.status.in_(RESOLVED)


async def _last_record(scope: Scope, member: Member) -> LastAction | None:
    """The member's last record of doses that stands: nobody has recorded anything of them since,
    but what was taken back.
    """
    last = (
        select(MedicationLog.action_id)
        .join(Dose, Dose.id == MedicationLog.dose_id)
        .where(
            MedicationLog.family_id == member.family_id,
            MedicationLog.recorded_by_id == member.user_id,
            MedicationLog.recorded_at > func.clock_now() - UNDO_PERIOD,
            _STANDING,
        )
        .order_by(MedicationLog.recorded_at.desc())
        .limit(1)
    )
    return await _record(scope, MedicationLog.action_id == last.scalar_subquery())


async def _find_record(scope: Scope, member: Member, action_id: UUID) -> LastAction:
    """The records of one action of the member. Raises as :func:`find_action`."""
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
        raise await _superseded(scope, member, rows[0])
    if found.at <= scope.clock.now() - UNDO_PERIOD:
        raise TooLateToUndo
    return found


async def _superseded(scope: Scope, member: Member, record: Row[Any]) -> ActionSuperseded:
    """Who has done what to a record that does not stand any more."""
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
        .where(MedicationLog.dose_id == record.dose_id)
        .order_by(MedicationLog.recorded_at, MedicationLog.id)
    )
    undo = next((row for row in rows if row.undoes_id == record.id), None)
    by = undo or find_standing(rows)
    action: str = ActionKind.RECORDED if by.corrects_id is None else ActionKind.CORRECTED
    if undo is not None or by.status == UNDONE:
        action = UNDONE
    [dose] = await list_doses(scope, [record.dose_id])
    is_own = by.recorded_by_id == member.user_id
    return ActionSuperseded(action, dose.name, by=None if is_own else by.name, dose=dose)


async def _record(scope: Scope, is_meant: ColumnElement[bool]) -> LastAction | None:
    """What of the records of one action still stands; None if nothing does."""
    rows = await scope.rows(
        select(
            MedicationLog.id,
            MedicationLog.action_id,
            MedicationLog.dose_id,
            MedicationLog.corrects_id,
            MedicationLog.recorded_at,
        )
        .join(Dose, Dose.id == MedicationLog.dose_id)
        .where(is_meant, _STANDING)
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
    changed_since = (
        select(later.id)
        .where(
            _is_later(later, event),
            # What they did to it later comes first anyway, or is nothing that can be taken back.
            later.actor_id.is_distinct_from(member.user_id) | later.action.endswith(".put_back"),
        )
        .exists()
    )
    row = await scope.row(
        _select_own(event, member)
        .where(
            event.created_at > func.clock_now() - UNDO_PERIOD,
            ~_is_undone(event),
            _is_there(event),
            ~changed_since,
        )
        .order_by(event.created_at.desc(), event.id.desc())
        .limit(1)
    )
    return None if row is None else await _event(scope, row)


def _select_own(event: type[AuditEvent], member: Member) -> Select[Any]:
    """What the member did that can be taken back."""
    return select(
        event.id,
        event.action,
        event.subject_id,
        event.before,
        event.after,
        event.created_at,
        _is_undone(event).label("is_undone"),
    ).where(
        event.family_id == member.family_id,
        event.actor_id == member.user_id,
        event.action.in_(_AUDITED),
    )


def _is_later(later: type[AuditEvent], event: type[AuditEvent]) -> ColumnElement[bool]:
    """Whether *later* changed what *event* did, and was not taken back."""
    is_of_it = (later.subject_id == event.subject_id) | (
        # A series that was parted in two goes on under another id.
        later.before["appointment_id"].astext == cast(event.subject_id, Text)
    )
    return and_(
        later.family_id == event.family_id,
        is_of_it,
        # Ids are in the order of time, and unlike it are never the same.
        tuple_(later.created_at, later.id) > tuple_(event.created_at, event.id),
        _area(later) == _area(event),
        later.action != PROMISED,  # it changes neither the stock nor its measure
        later.undoes_id.is_(None),
        ~_is_undone(later),
    )


async def _find_event(scope: Scope, member: Member, event_id: UUID) -> Row[Any] | None:
    return await scope.row(_select_own(AuditEvent, member).where(AuditEvent.id == event_id))


async def _find_last_added(scope: Scope, member: Member, last: Row[Any], count: int) -> Row[Any]:
    """Of the *count* things that the member added up to *last*, the last that is still there."""
    rows = await scope.rows(
        _select_own(AuditEvent, member)
        .where(
            AuditEvent.action == last.action,
            tuple_(AuditEvent.created_at, AuditEvent.id) <= tuple_(last.created_at, last.id),
        )
        .order_by(AuditEvent.created_at.desc(), AuditEvent.id.desc())
        .limit(count)
    )
    return next((row for row in rows if not row.is_undone), last)


async def _check_stands(scope: Scope, member: Member, action: LastAction) -> None:
    """Raises ActionSuperseded if it was taken back, or somebody has changed the same since."""
    event, later = aliased(AuditEvent), aliased(AuditEvent)
    is_undo = later.undoes_id == event.id
    is_own = later.actor_id == member.user_id
    can_be_undone = later.action.in_(_AUDITED) | later.action.endswith(".put_back")
    changed = await scope.row(
        select(is_undo.label("is_undo"), is_own.label("is_own"), later.action, User.name)
        .select_from(later)
        .join(event, event.id == action.id)
        .outerjoin(User, User.id == later.actor_id)
        .where(
            is_undo | and_(_is_later(later, event), or_(~is_own, can_be_undone)),
        )
        .order_by(is_undo.desc().nulls_last(), later.created_at.desc(), later.id.desc())
        .limit(1)
    )
    if changed is not None:
        raise ActionSuperseded(
            UNDONE if changed.is_undo else changed.action,
            action.name,
            by=None if changed.is_own else changed.name or "",
        )


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
            return replace(action, appointment=await _changed(scope, row))
        if kind.startswith("person."):
            return replace(action, person=await get_person(scope, row.subject_id))
        return replace(action, medicine=await get_medication(scope, row.subject_id))
    except NotFound:  # it was removed, which is no change that could be taken back
        return None


async def _changed(scope: Scope, row: Row[Any]) -> OccurrenceFacts:
    """The occurrence that a change of an appointment was made at; else the next one, also where
    another rhythm has none then. Raises NotFound.
    """
    before = row.before or {}
    coming = await first_of(scope, row.subject_id)
    if not before.get("occurrence_id"):
        return coming
    try:
        found = await get_occurrence(scope, UUID(before["occurrence_id"]))
    except NotFound:
        return coming
    has_made_way = found.status is OccurrenceStatus.CUT
    return coming if row.action == ActionKind.APPOINTMENT_REPEATED and has_made_way else found
