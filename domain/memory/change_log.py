"""Who changed what, as the family's admins read it in the audit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from domain.access import Action
from domain.database.scope import Scope
from domain.models import (
    Appointment,
    AuditEvent,
    CareRecipient,
    Doctor,
    Dose,
    EmergencyContact,
    Family,
    Medication,
    User,
)
from domain.models.delivery import Origin

PAGE_SIZE = 8


@dataclass(frozen=True)
class LoggedChange:
    """A change by a member, or (`by` is None) by the bot, at `at` (UTC) in a chat of the kind
    `origin`, if that is known.

    `name` is what it was done to, as it's called now, for `person`, who lives in `zone`; either may
    be None. `before` and `after` are what the audit keeps. `undoes` is the action that it undoes.
    """

    id: UUID
    action: str
    by: str | None
    name: str | None
    person: str | None
    zone: ZoneInfo | None
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    at: datetime
    origin: Origin | None
    undoes: str | None = None


@dataclass(frozen=True)
class ChangeLogPage:
    """One page, newest first. `names` are those of members whom a change names by their id. `zone`
    is whose clock tells the time for a reader who hasn't said what theirs is.
    """

    number: int
    changes: Sequence[LoggedChange]
    has_older: bool
    names: Mapping[UUID, str]
    zone: ZoneInfo


async def list_changes(scope: Scope, *, page: int = 0) -> ChangeLogPage:
    """What was changed in the family, newest first. Two statements. Raises NotAllowed for anybody
    but admins.
    """
    member = scope.require(Action.READ_CHANGES)
    actor, subject, undone = aliased(User), aliased(User), aliased(AuditEvent)
    whose = func.coalesce(
        Medication.care_recipient_id,
        Appointment.care_recipient_id,
        Doctor.care_recipient_id,
        EmergencyContact.care_recipient_id,
        Dose.care_recipient_id,
        AuditEvent.subject_id,
    )
    rows = await scope.rows(
        select(
            AuditEvent.id,
            AuditEvent.action,
            AuditEvent.before,
            AuditEvent.after,
            AuditEvent.created_at,
            AuditEvent.origin,
            actor.name.label("by"),
            func.coalesce(
                Medication.name,
                Appointment.title,
                Doctor.name,
                EmergencyContact.name,
                Dose.medication_name,
                subject.name,
                Family.name,
                CareRecipient.name,
            ).label("name"),
            CareRecipient.name.label("person"),
            CareRecipient.timezone,
            undone.action.label("undoes"),
        )
        .outerjoin(actor, actor.id == AuditEvent.actor_id)
        .outerjoin(Medication, Medication.id == AuditEvent.subject_id)
        .outerjoin(Appointment, Appointment.id == AuditEvent.subject_id)
        .outerjoin(Doctor, Doctor.id == AuditEvent.subject_id)
        .outerjoin(EmergencyContact, EmergencyContact.id == AuditEvent.subject_id)
        .outerjoin(Dose, Dose.id == AuditEvent.subject_id)
        .outerjoin(subject, subject.id == AuditEvent.subject_id)
        .outerjoin(Family, Family.id == AuditEvent.subject_id)
        .outerjoin(CareRecipient, CareRecipient.id == whose)
        .outerjoin(undone, undone.id == AuditEvent.undoes_id)
        .where(AuditEvent.family_id == member.family_id)
        .order_by(AuditEvent.created_at.desc(), AuditEvent.id.desc())
        .offset(page * PAGE_SIZE)
        .limit(PAGE_SIZE + 1)
    )
    changes = [
        LoggedChange(
            id=row.id,
            action=row.action,
            by=row.by,
            name=row.name,
            person=row.person,
            zone=ZoneInfo(row.timezone) if row.timezone else None,
            before=row.before or {},
            after=row.after or {},
            at=row.created_at,
            origin=row.origin,
            undoes=row.undoes,
        )
        for row in rows[:PAGE_SIZE]
    ]
    names, zone = await _read_names(scope, member.family_id)
    return ChangeLogPage(page, changes, len(rows) > PAGE_SIZE, names, member.zone or zone)


async def _read_names(scope: Scope, family_id: UUID) -> tuple[Mapping[UUID, str], ZoneInfo]:
    """Everybody who is or was in the family, and the clock of the person added first."""
    first = (
        select(CareRecipient.timezone)
        .where(CareRecipient.family_id == family_id)
        .order_by(CareRecipient.deleted_at.is_not(None), CareRecipient.created_at)
        .limit(1)
        .scalar_subquery()
    )
    rows = await scope.rows(select(User.id, User.name, first.label("zone")))
    zone = next((row.zone for row in rows if row.zone), "UTC")
    return {row.id: row.name for row in rows}, ZoneInfo(zone)
