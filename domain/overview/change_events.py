"""The changes that others are told of, as the audit knows them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import aliased

from domain.database.scope import Scope
from domain.models import AuditEvent, User

ADDED, REMOVED, PUT_BACK = "added", "removed", "put_back"
_TOLD = {
    "medication": (ADDED, "edited", "paused", "stopped", "restored", REMOVED, PUT_BACK),
    "person": ("paused", "resumed", PUT_BACK),
    "appointment": (
        *(ADDED, "edited", "moved", "repeated", "clock_changed", "cancelled", "restored"),
        *("driver_found", "driver_lost", REMOVED, PUT_BACK),
    ),
}
TOLD = frozenset(f"{area}.{action}" for area, actions in _TOLD.items() for action in actions)
"""What others are told of, by its name in the audit."""


class Concern(StrEnum):
    """How much a change concerns a reader. The first two make a sound."""

    OWN = "own"  # they drive there: they are told whatever they have said
    SOON = "soon"  # within a day
    QUIET = "quiet"


@dataclass(frozen=True)
class Change:
    """An event of the audit, and the one that it takes back; `is_undone`: it was taken back itself.
    `details` is what was noted of the change, or of the one that it takes back.
    """

    id: UUID
    action: str
    by: str
    subject_id: UUID
    details: Mapping[str, Any]
    changed: Sequence[str]  # parts of an appointment
    undoes_id: UUID | None
    undone_action: str | None
    is_undone: bool

    @property
    def area(self) -> str:
        return self.action.partition(".")[0]

    @property
    def is_addition(self) -> bool:
        return self.action.endswith(f".{ADDED}")

    @property
    def is_told(self) -> bool:
        """When they will be reminded of something changes nothing for anybody."""
        is_undo_of_what_is_told = self.undone_action is None or self.undone_action in TOLD
        return is_undo_of_what_is_told and list(self.changed) != ["remind_before"]

    @property
    def parted_from(self) -> UUID | None:
        """The appointment whose rest this one goes on with, where the change has parted it."""
        found = self.details.get("appointment_id")
        return UUID(found) if found else None

    @property
    def occurrences(self) -> Mapping[str, Mapping[str, Any]]:
        """Which occurrences of an appointment have changed, by id, and how they were."""
        found: Mapping[str, Mapping[str, Any]] = self.details.get("occurrences", {})
        return found

    @property
    def is_about_driving(self) -> bool:
        return ".driver_" in self.action

    @property
    def occurrence_id(self) -> UUID | None:
        """The occurrence that was changed; None where it was the whole appointment."""
        found = self.details.get("occurrence_id")
        return UUID(found) if found else None


async def read_change_events(scope: Scope, event_ids: Collection[UUID]) -> Sequence[Change]:
    """These events in the order of time; what was rolled back is left out."""
    undone, undo, addition = (aliased(AuditEvent) for _ in range(3))
    is_undone = (
        select(undo.id)
        .where(
            undo.family_id == AuditEvent.family_id,
            or_(
                undo.undoes_id == AuditEvent.id,
                (undo.subject_id == AuditEvent.subject_id)
                & AuditEvent.action.endswith(f".{ADDED}")
                & undo.action.endswith(f".{REMOVED}"),
            ),
        )
        .exists()
    )
    added = (
        # Undo below *Saved* takes back the addition, whoever had added it.
        select(addition.id)
        .where(
            addition.family_id == AuditEvent.family_id,
            addition.subject_id == AuditEvent.subject_id,
            AuditEvent.action.endswith(f".{REMOVED}"),
            addition.action.endswith(f".{ADDED}"),
        )
        .limit(1)
        .scalar_subquery()
    )
    rows = await scope.rows(
        select(
            AuditEvent.id,
            AuditEvent.action,
            AuditEvent.subject_id,
            AuditEvent.before,
            AuditEvent.after,
            User.name.label("by"),
            undone.id.label("undoes_id"),
            undone.action.label("undone_action"),
            undone.before.label("undone_before"),
            undone.after.label("undone_after"),
            is_undone.label("is_undone"),
        )
        .join(User, User.id == AuditEvent.actor_id)
        .outerjoin(undone, undone.id == func.coalesce(AuditEvent.undoes_id, added))
        .where(AuditEvent.id.in_(event_ids), AuditEvent.family_id == scope.family_id)
        .order_by(AuditEvent.created_at, AuditEvent.id)
    )
    return [
        Change(
            id=row.id,
            action=row.action,
            by=row.by,
            subject_id=row.subject_id,
            details=(row.undone_before if row.undoes_id else row.before) or row.after or {},
            changed=((row.undone_after if row.undoes_id else row.after) or {}).get("changed", ()),
            undoes_id=row.undoes_id,
            undone_action=row.undone_action,
            is_undone=row.is_undone,
        )
        for row in rows
    ]


def start_before(change: Change) -> datetime | None:
    """When something took place that was moved (UTC); None of a series, which has no one start."""
    if len(change.occurrences) != 1:
        return None
    [replaced] = change.occurrences.values()
    start = replaced.get("starts_at")
    return datetime.fromisoformat(start) if start else None
