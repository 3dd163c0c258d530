"""The append-only record of who did what."""

from typing import Any
from uuid import UUID

from sqlalchemy import insert

from domain.database.scope import Act, Scope
from domain.models import AuditEvent, new_id

#: What takes back, corrects or adds to what was done before: itself or by what it is about.
TAKING_BACK = frozenset(
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
#: What people do that `/undo` cannot take back; it is never passed over without a word.
LASTING = frozenset(
    {
        "appointment.outcome_recorded",
        "doctor.added",
        "doctor.edited",
        "doctor.removed",
        "doctor.restored",
        "dose.snoozed",
        "invitation.created",
        "person.added",
        "stock.promised",
    }
)
#: What `/undo` takes back.
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
        "person.moved",
        "person.paused",
        "person.renamed",
        "person.resumed",
        "stock.counted",
        "stock.measured",
        "stock.refilled",
    }
)
#: What nobody would call something that they have done.
BEGINNINGS = frozenset({"family.founded", "member.joined"})
_KNOWN = TAKING_BACK | LASTING | UNDOABLE | BEGINNINGS


async def record(
    scope: Scope,
    action: str,
    *,
    subject_type: str,
    subject_id: UUID,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    undoes_id: UUID | None = None,
) -> None:
    """Append one event in the scope's family, by the scope's person (none: by the bot itself).
    *undoes_id* is the event that it takes back. At the end of the transaction the others in the
    family are told of what concerns them, see :mod:`domain.overview.change_notices`. Raises
    ValueError for an *action* of which nobody has said yet whether it can be taken back.
    """
    if action not in _KNOWN:
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
        )
    )
    act = Act(action, event_id)
    scope.audited.append(act)
    if undoes_id is None:
        scope.acts.append(act)
