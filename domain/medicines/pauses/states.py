"""What a person's pause makes of each of their medicines, and how the audit keeps it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import Row, select

from domain.database.scope import Scope
from domain.family.people import Person
from domain.family.running_pauses import Pause
from domain.medicines.changes.status import status_json
from domain.models import AuditEvent
from domain.models.medicines import MedicineStatus

State: TypeAlias = tuple[MedicineStatus, datetime | None, bool]
"""Of a medicine: status, end of its pause, whether it is paused with the person."""

ACTIVE: State = (MedicineStatus.ACTIVE, None, False)


def paused_states(
    rows: Sequence[Row[Any]],
    until: datetime | None,
    *,
    beginning: set[UUID] | None = None,
    own: Mapping[UUID, datetime] | None = None,
) -> Mapping[UUID, State]:
    """What a pause to *until* makes of medicines: of those *beginning* it with the person, those
    that are in it (with an *own* end, where they had one), and what is paused for less time.
    """
    targets: dict[UUID, State] = {}
    for row in rows:
        its_own = (own or {}).get(row.id)
        if row.is_paused_with_person and its_own and until and its_own > until:
            targets[row.id] = (MedicineStatus.PAUSED, its_own, False)
            continue
        begins = row.status == MedicineStatus.ACTIVE and row.id in (beginning or ())
        if begins or row.is_paused_with_person or _ends_before(row, until):
            targets[row.id] = (MedicineStatus.PAUSED, until, True)
    return targets


def _ends_before(row: Row[Any], until: datetime | None) -> bool:
    return row.resumes_at is not None and (until is None or row.resumes_at < until)


def resumed_states(rows: Sequence[Row[Any]], own: Mapping[UUID, datetime]) -> Mapping[UUID, State]:
    return {
        row.id: (MedicineStatus.PAUSED, own[row.id], False) if row.id in own else ACTIVE
        for row in rows
        if row.is_paused_with_person
    }


async def own_ends(scope: Scope, person: Person) -> Mapping[UUID, datetime]:
    """When the pauses that medicines had of their own before the person's would still end."""
    if person.pause is None:
        return {}
    events = await scope.rows(
        select(AuditEvent.before)
        .where(
            AuditEvent.family_id == scope.family_id,
            AuditEvent.subject_id == person.id,
            AuditEvent.action == "person.paused",
            AuditEvent.created_at >= person.pause.since,
        )
        .order_by(AuditEvent.created_at)
    )
    now, ends = scope.clock.now(), dict[UUID, datetime]()
    for event in events:
        for key, state in event.before["medicines"].items():
            if state["resumes_at"] is None or state["is_paused_with_person"]:
                continue
            end = datetime.fromisoformat(state["resumes_at"])
            if end > now:
                ends[UUID(key)] = end
    return ends


def state_of(row: Row[Any]) -> State:
    return (MedicineStatus(row.status), row.resumes_at, row.is_paused_with_person)


def pause_to_json(pause: Pause | None, medicines: Mapping[UUID, State]) -> dict[str, Any]:
    return {
        "paused_at": pause.since.isoformat() if pause else None,
        "paused_until": pause.until.isoformat() if pause and pause.until else None,
        "silences_appointments": pause is not None and pause.silences_appointments,
        "medicines": {str(key): status_json(*state) for key, state in medicines.items()},
    }


def pause_from_json(stored: Mapping[str, Any]) -> Pause | None:
    if stored["paused_at"] is None:
        return None
    until = stored["paused_until"]
    return Pause(
        datetime.fromisoformat(stored["paused_at"]),
        datetime.fromisoformat(until) if until else None,
        stored["silences_appointments"],
    )
