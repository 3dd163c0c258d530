"""The append-only record of who did what."""

from typing import Any
from uuid import UUID

from sqlalchemy import insert

from domain.database.scope import Act, Scope
from domain.models import AuditEvent, new_id

#: Actions that undo, correct or extend an earlier one.
REVERSALS = frozenset(
    {
        "appointment.put_back",
        "appointment.removed",
        "dose.changed",
        "dose.corrected",
        "dose.undone",
        "medication.put_back",
        "medication.removed",
        "person.put_back",
        "stock.put_back",
    }
)
#: Actions that `/undo` can't take back. It says so rather than skip them silently.
LASTING = frozenset(
    {
        "appointment.brought_back",
        "appointment.deleted",
        "appointment.driver_asked",
        "appointment.outcome_recorded",
        "contact.added",
        "contact.edited",
        "contact.moved",
        "contact.removed",
        "contact.restored",
        "doctor.added",
        "doctor.edited",
        "doctor.removed",
        "doctor.restored",
        "dose.snoozed",
        "dose.held",
        "family.alarmed",
        "family.dissolved",
        "family.kept",
        "family.ladder_set",
        "family.renamed",
        "family.window_set",
        "group.bound",
        "group.changed",
        "group.unbound",
        "invitation.created",
        "medication.brought_back",
        "medication.deleted",
        "invitation.revoked",
        "medication.ladder_set",
        "member.big_cards_set",
        "member.left",
        "member.removed",
        "member.role_set",
        "member.sight_set",
        "medication.nickname_removed",
        "medication.nicknamed",
        "person.added",
        "person.asked_first_set",
        "person.brought_back",
        "person.deleted",
        "person.hearing_set",
        "stock.promised",
    }
)
#: Actions that `/undo` takes back.
UNDOABLE = frozenset(
    {
        "appointment.added",
        "appointment.cancelled",
        "appointment.clock_changed",
        "appointment.driver_found",
        "appointment.driver_lost",
        "appointment.edited",
        "appointment.moved",
        "appointment.repeated",
        "appointment.restored",
        "medication.added",
        "medication.edited",
        "medication.paused",
        "medication.restored",
        "medication.stopped",
        "person.day_times_set",
        "person.moved",
        "person.paused",
        "person.renamed",
        "person.resumed",
        "stock.counted",
        "stock.measured",
        "stock.refilled",
    }
)
#: Actions that `/undo` ignores: nobody thinks of them as something they did.
IGNORED = frozenset(
    {
        "appointment.driver_gone",
        "dose.released",
        "family.exported",
        "family.founded",
        "group.moved",
        "member.erased",
        "member.joined",
        "stock.promise_dropped",
    }
)
#: All of them.
KNOWN = REVERSALS | LASTING | UNDOABLE | IGNORED


async def record(
    scope: Scope,
    action: str,
    *,
    subject_type: str,
    subject_id: UUID,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    undoes_id: UUID | None = None,
    is_own_act: bool = True,
) -> None:
    """Append one event in the scope's family, by the scope's actor (none: by the bot itself).

    Where it was done is the scope's origin. The event that this one undoes is *undoes_id*. One that
    isn't an act of its own is undone with the act that it belongs to. At the end of the transaction
    the rest of the family is notified, see :mod:`domain.overview.change_notices`. Raises ValueError
    for an *action* that none of the sets above lists.
    """
    if action not in KNOWN:
        raise ValueError(f"{action} is neither undoable nor lasting")
    event_id = new_id()
    await scope.execute(
        insert(AuditEvent).values(
            id=event_id,
            family_id=scope.family_id,
            actor_id=scope.user_id,
            action=action,
            subject_type=subject_type,
            subject_id=subject_id,
            undoes_id=undoes_id,
            before=before,
            after=after,
            origin=scope.origin,
        )
    )
    act = Act(action, event_id)
    scope.audited.append(act)
    if undoes_id is None and is_own_act:
        scope.acts.append(act)
