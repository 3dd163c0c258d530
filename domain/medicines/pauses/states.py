"""The states of medicines under a person's pause, and their form in the audit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from domain.database.scope import Scope
from domain.family.people import Person
from domain.family.running_pauses import Pause
from domain.medicines.changes.status import status_json
from domain.models import AuditEvent
from domain.models.medicines import MedicineStatus


@dataclass(frozen=True)
class State:
    """A medicine's status, the end of its pause, and whether it's paused with the person."""

    status: MedicineStatus
    resumes_at: datetime | None = None
    is_with_person: bool = False


@dataclass(frozen=True)
class TakenMedicine:
    """A medicine that a person takes, with its state."""

    id: UUID
    state: State


ACTIVE = State(MedicineStatus.ACTIVE)


def paused_states(
    taken: Sequence[TakenMedicine],
    until: datetime | None,
    *,
    beginning: set[UUID] | None = None,
    own: Mapping[UUID, datetime] | None = None,
) -> Mapping[UUID, State]:
    """New states under a pause to *until*: of medicines that are *beginning* it with the person, of
    those already in it (with an *own* end, if they had one), and of those paused for less time.
    """
    targets: dict[UUID, State] = {}
    for medicine in taken:
        state, its_own = medicine.state, (own or {}).get(medicine.id)
        if state.is_with_person and its_own and until and its_own > until:
            targets[medicine.id] = State(MedicineStatus.PAUSED, its_own)
            continue
        begins = state.status is MedicineStatus.ACTIVE and medicine.id in (beginning or ())
        if begins or state.is_with_person or _ends_before(state, until):
            targets[medicine.id] = State(MedicineStatus.PAUSED, until, is_with_person=True)
    return targets


def _ends_before(state: State, until: datetime | None) -> bool:
    return state.resumes_at is not None and (until is None or state.resumes_at < until)


def resumed_states(
    taken: Sequence[TakenMedicine], own: Mapping[UUID, datetime]
) -> Mapping[UUID, State]:
    """New states at the end of a pause: active, or paused if their *own* pause continues."""
    return {
        medicine.id: State(MedicineStatus.PAUSED, own[medicine.id])
        if medicine.id in own
        else ACTIVE
        for medicine in taken
        if medicine.state.is_with_person
    }


async def get_own_ends(scope: Scope, person: Person) -> Mapping[UUID, datetime]:
    """The future ends of pauses that medicines had individually before the person's."""
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


def pause_to_json(pause: Pause | None, medicines: Mapping[UUID, State]) -> dict[str, Any]:
    return {
        "paused_at": pause.since.isoformat() if pause else None,
        "paused_until": pause.until.isoformat() if pause and pause.until else None,
        "silences_appointments": pause is not None and pause.silences_appointments,
        "medicines": {
            str(key): status_json(state.status, state.resumes_at, state.is_with_person)
            for key, state in medicines.items()
        },
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
