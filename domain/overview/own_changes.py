"""Changes that the acting member has made, by the audit, and whether they are still in effect."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Text, and_, cast, func, or_, select, tuple_
from sqlalchemy.orm import aliased

from domain.appointments.occurrences.facts import OccurrenceFacts
from domain.appointments.occurrences.lookups import get_next_or_last_occurrence, get_occurrence
from domain.database.scope import Member, Scope
from domain.errors import NotFound
from domain.family.people import get_person
from domain.medicines.reading import get_medication
from domain.medicines.stock.refills import PROMISE_DROPPED, PROMISED
from domain.models import Appointment, AuditEvent, CareRecipient, Medication, User
from domain.models.appointments import OccurrenceStatus
from domain.overview.own_actions import AUDITED, UNDONE, ActionKind, ActionSuperseded, LastAction
from domain.timers import UNDO_PERIOD


@dataclass(frozen=True)
class _Event:
    """An audit event that :func:`_select_own` selects."""

    id: UUID
    action: str
    subject_id: UUID
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None
    created_at: datetime
    is_undone: bool


async def find_last_change(scope: Scope, member: Member) -> LastAction | None:
    """The member's last change that wasn't undone, if nobody has changed the same thing since. A
    change that was undone is ignored, and so is the undo.
    """
    event, later = aliased(AuditEvent), aliased(AuditEvent)
    changed_since = (
        select(later.id)
        .where(
            _is_later(later, event),
            # Their own later changes come first anyway, or can't be undone.
            later.actor_id.is_distinct_from(member.user_id) | later.action.endswith(".put_back"),
        )
        .exists()
    )
    row = await scope.row(
        _select_own(event, member)
        .where(
            event.created_at > func.clock_now() - UNDO_PERIOD,
            ~_is_undone(event),
            _subject_exists(event),
            ~changed_since,
        )
        .order_by(event.created_at.desc(), event.id.desc())
        .limit(1)
    )
    return None if row is None else await _read(scope, _Event(**row._asdict()))


async def find_superseded(
    scope: Scope, member: Member, *, since: Sequence[LastAction]
) -> ActionSuperseded | None:
    """Who has changed what the member did last, if that is later than what they can undo."""
    row = await scope.row(
        _select_own(AuditEvent, member)
        .where(
            AuditEvent.created_at > func.clock_now() - UNDO_PERIOD,
            *(AuditEvent.created_at > action.at for action in since),
            ~_is_undone(AuditEvent),
            _subject_exists(AuditEvent),
        )
        .order_by(AuditEvent.created_at.desc(), AuditEvent.id.desc())
        .limit(1)
    )
    action = None if row is None else await _read(scope, _Event(**row._asdict()))
    if action is None:
        return None
    try:
        await _check_in_effect(scope, member, action=action)
    except ActionSuperseded as error:
        return error if error.by is not None else None
    return None


async def find_change(
    scope: Scope, member: Member, *, event_id: UUID, among: int
) -> LastAction | None:
    """The member's change with this event, or the last of *among* additions up to it that still
    exists; None if it isn't a change of theirs.

    Raises NotFound if it was removed, and ActionSuperseded if it isn't in effect any more.
    """
    row = await scope.row(_select_own(AuditEvent, member).where(AuditEvent.id == event_id))
    if row is None:
        return None
    event = _Event(**row._asdict())
    if among > 1:
        event = await _find_last_added(scope, member, last=event, count=among)
    found = await _read(scope, event)
    if found is None:
        raise ActionSuperseded(UNDONE, "", by=None) if event.is_undone else NotFound
    await _check_in_effect(scope, member, action=found)
    return found


def _select_own(event: type[AuditEvent], member: Member) -> Select[Any]:
    """The member's actions that can be undone."""
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
        event.action.in_(AUDITED),
    )


def _is_later(later: type[AuditEvent], event: type[AuditEvent]) -> ColumnElement[bool]:
    """Whether *later* changed what *event* did, and wasn't undone."""
    is_of_it = (later.subject_id == event.subject_id) | (
        # The rest of a split series has another id.
        later.before["appointment_id"].astext == cast(event.subject_id, Text)
    )
    return and_(
        later.family_id == event.family_id,
        is_of_it,
        # Ids are in order of time too, and unlike timestamps they are unique.
        tuple_(later.created_at, later.id) > tuple_(event.created_at, event.id),
        _area(later) == _area(event),
        later.action.not_in((PROMISED, PROMISE_DROPPED)),  # neither changes the stock
        later.undoes_id.is_(None),
        ~_is_undone(later),
    )


async def _find_last_added(scope: Scope, member: Member, *, last: _Event, count: int) -> _Event:
    """Of the *count* things that the member added up to *last*, the last that still exists."""
    rows = await scope.rows(
        _select_own(AuditEvent, member)
        .where(
            AuditEvent.action == last.action,
            tuple_(AuditEvent.created_at, AuditEvent.id) <= tuple_(last.created_at, last.id),
        )
        .order_by(AuditEvent.created_at.desc(), AuditEvent.id.desc())
        .limit(count)
    )
    return next((_Event(**row._asdict()) for row in rows if not row.is_undone), last)


async def _check_in_effect(scope: Scope, member: Member, *, action: LastAction) -> None:
    """Raises ActionSuperseded if it was undone, or somebody has changed the same thing since."""
    event, later = aliased(AuditEvent), aliased(AuditEvent)
    is_undo = later.undoes_id == event.id
    is_own = later.actor_id == member.user_id
    can_be_undone = later.action.in_(AUDITED) | later.action.endswith(".put_back")
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


def _subject_exists(event: type[AuditEvent]) -> ColumnElement[bool]:
    """Whether its subject still exists. A change of something that was removed can't be undone, and
    blocks no other undo.
    """
    return or_(
        *(
            select(table.id)
            .where(table.id == event.subject_id, table.deleted_at.is_(None))
            .exists()
            for table in (Medication, Appointment, CareRecipient)
        )
    )


async def _read(scope: Scope, event: _Event) -> LastAction | None:
    kind = ActionKind(event.action)
    action = LastAction(
        id=event.id, kind=kind, at=event.created_at, before=event.before, after=event.after
    )
    try:
        if kind.startswith("appointment."):
            return replace(action, appointment=await _get_changed_occurrence(scope, event))
        if kind.startswith("person."):
            return replace(action, person=await get_person(scope, event.subject_id))
        return replace(action, medicine=await get_medication(scope, event.subject_id))
    except NotFound:  # it was removed, so there's nothing to undo
        return None


async def _get_changed_occurrence(scope: Scope, event: _Event) -> OccurrenceFacts:
    """The occurrence at which an appointment was changed; or else the next one, also if a new
    recurrence doesn't have that occurrence any more. Raises NotFound.
    """
    before = event.before or {}
    coming = await get_next_or_last_occurrence(scope, event.subject_id)
    if not before.get("occurrence_id"):
        return coming
    try:
        found = await get_occurrence(scope, UUID(before["occurrence_id"]))
    except NotFound:
        return coming
    has_made_way = found.status is OccurrenceStatus.CUT
    return coming if event.action == ActionKind.APPOINTMENT_REPEATED and has_made_way else found
