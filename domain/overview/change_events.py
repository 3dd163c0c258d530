"""The audit events that other members are notified about."""

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
DELETED, BROUGHT_BACK = "deleted", "brought_back"
_TOLD = {
    "medication": (
        *(ADDED, "edited", "paused", "stopped", "restored", REMOVED, PUT_BACK),
        *(DELETED, BROUGHT_BACK),
    ),
    "person": ("paused", "resumed", "day_times_set", PUT_BACK, DELETED, BROUGHT_BACK),
    "appointment": (
        *(ADDED, "edited", "moved", "repeated", "clock_changed", "cancelled", "restored"),
        *("driver_found", "driver_lost", "driver_gone", REMOVED, PUT_BACK, DELETED, BROUGHT_BACK),
    ),
}
TOLD = frozenset(f"{area}.{action}" for area, actions in _TOLD.items() for action in actions)
"""The actions that others are notified about, by their names in the audit."""
DAY_TIMES_SET = "person.day_times_set"


class Concern(StrEnum):
    """How much a change concerns a reader. The first two make a sound."""

    OWN = "own"  # they are driving; they are told even if they don't want news
    SOON = "soon"  # within a day
    QUIET = "quiet"


@dataclass(frozen=True)
class Change:
    """An audit event, and the one that it undoes, if any. `is_undone`: it has been undone itself.
    `details` is what was noted about the change, or about the one that it undoes; `changed` are the
    details of an appointment, or the parts of a person's day.
    """

    id: UUID
    action: str
    by: str
    subject_id: UUID
    details: Mapping[str, Any]
    changed: Sequence[str]
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
        """Whether others are notified. A change of reminders alone concerns nobody else, and
        neither does confirming the usual times of somebody's day.
        """
        if self.is_about_day_times and not self.changed:
            return False
        is_undo_of_what_is_told = self.undone_action is None or self.undone_action in TOLD
        return is_undo_of_what_is_told and list(self.changed) != ["remind_before"]

    @property
    def is_for_everybody(self) -> bool:
        """Whether it's told to those who only read, too: what they see is not the same any more."""
        is_of_person = self.area == "person" and self.action.endswith((DELETED, BROUGHT_BACK))
        return self.area == "appointment" or is_of_person

    @property
    def is_about_day_times(self) -> bool:
        return DAY_TIMES_SET in (self.action, self.undone_action)

    @property
    def split_from(self) -> UUID | None:
        """The appointment from which the change split this one off."""
        found = self.details.get("appointment_id")
        return UUID(found) if found else None

    @property
    def occurrences(self) -> Mapping[str, Mapping[str, Any]]:
        """The changed occurrences of an appointment, by id, with their previous values."""
        found: Mapping[str, Mapping[str, Any]] = self.details.get("occurrences", {})
        return found

    @property
    def promised(self) -> Collection[UUID]:
        """Who had promised something about what was removed, or is back."""
        return {UUID(user_id) for user_id in self.details.get("promised", ())}

    @property
    def is_about_driving(self) -> bool:
        return ".driver_" in self.action

    @property
    def occurrence_id(self) -> UUID | None:
        """The occurrence that was changed; None if it was the whole appointment."""
        found = self.details.get("occurrence_id")
        return UUID(found) if found else None


async def read_change_events(scope: Scope, event_ids: Collection[UUID]) -> Sequence[Change]:
    """These events in order of time; events that were rolled back are left out."""
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
        # Undo below *Saved* undoes the addition, whoever made that.
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
    """The previous start (UTC) of a moved occurrence; None if several moved."""
    if len(change.occurrences) != 1:
        return None
    [replaced] = change.occurrences.values()
    start = replaced.get("starts_at")
    return datetime.fromisoformat(start) if start else None
