"""What was removed and can be brought back: listed, and one of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Select, Text, cast, literal, null, select, true, union_all

from domain.access import Action
from domain.database.scope import Scope
from domain.errors import NotFound
from domain.models import (
    Appointment,
    AuditEvent,
    CareRecipient,
    Doctor,
    EmergencyContact,
    Medication,
    User,
)

PAGE_SIZE = 8


class RemovedKind(StrEnum):
    """What can be removed and brought back; the values are in buttons."""

    PERSON = "p"
    MEDICINE = "m"
    APPOINTMENT = "a"
    DOCTOR = "d"
    CONTACT = "c"


#: Who may bring it back: whoever may remove it.
RIGHTS = {
    RemovedKind.PERSON: Action.REMOVE_PERSON,
    RemovedKind.MEDICINE: Action.CHANGE_MEDICINES,
    RemovedKind.APPOINTMENT: Action.CHANGE_APPOINTMENTS,
    RemovedKind.DOCTOR: Action.CHANGE_APPOINTMENTS,
    RemovedKind.CONTACT: Action.CHANGE_CONTACTS,
}
_ACTIONS = {
    RemovedKind.PERSON: ("person.deleted",),
    RemovedKind.MEDICINE: ("medication.deleted", "medication.removed"),
    RemovedKind.APPOINTMENT: ("appointment.deleted", "appointment.removed"),
    RemovedKind.DOCTOR: ("doctor.removed",),
    RemovedKind.CONTACT: ("contact.removed",),
}


@dataclass(frozen=True)
class RemovedThing:
    """Something that was removed at `at` (UTC), by a member or, where `by` is None, by the bot.

    `about` says more of it: a dosage, a specialty. `person` is whom it is for, in the zone `zone`;
    of a person it's their own name, and None of an emergency contact of
    everybody. `before` is what the event of the audit keeps, if anything.
    An appointment began, or was to begin, at `starts_at` (UTC).
    """

    kind: RemovedKind
    id: UUID
    name: str
    about: str | None
    person: str | None
    zone: ZoneInfo
    by: str | None
    at: datetime
    starts_at: datetime | None = None
    before: dict[str, Any] | None = None

    @property
    def medicines(self) -> int:
        """How many medicines were removed with a person."""
        return len((self.before or {}).get("medications", ()))

    @property
    def appointments(self) -> int:
        return len((self.before or {}).get("appointments", ()))

    @property
    def doctors(self) -> int:
        return len((self.before or {}).get("doctors", ()))

    @property
    def contacts(self) -> int:
        return len((self.before or {}).get("contacts", ()))


@dataclass(frozen=True)
class RemovedPage:
    number: int
    items: Sequence[RemovedThing]
    has_next: bool


async def list_removed(scope: Scope, *, page: int = 0) -> RemovedPage:
    """What was removed, the latest first. What was removed with a person comes back with them, so
    it isn't listed. One statement.
    """
    member = scope.require(Action.READ)
    every = union_all(
        *(_select(kind, member.family_id, with_before=False) for kind in RemovedKind)
    ).subquery()
    rows = await scope.rows(
        select(every)
        .order_by(every.c.at.desc(), every.c.id)
        .offset(page * PAGE_SIZE)
        .limit(PAGE_SIZE + 1)
    )
    return RemovedPage(page, [_thing(row) for row in rows[:PAGE_SIZE]], len(rows) > PAGE_SIZE)


async def get_removed(scope: Scope, kind: RemovedKind, subject_id: UUID) -> RemovedThing:
    """One of them. Raises NotFound if it isn't removed (any more), or goes with its person."""
    member = scope.require(Action.READ)
    found = _select(kind, member.family_id, with_before=True).subquery()
    row = await scope.row(select(found).where(found.c.id == subject_id))
    if row is None:
        raise NotFound
    return _thing(row)


def _select(kind: RemovedKind, family_id: UUID, *, with_before: bool) -> Select[Any]:
    table: Any
    table, name, about = {
        RemovedKind.PERSON: (CareRecipient, CareRecipient.name, null()),
        RemovedKind.MEDICINE: (Medication, Medication.name, Medication.dosage),
        RemovedKind.APPOINTMENT: (Appointment, Appointment.title, null()),
        RemovedKind.DOCTOR: (Doctor, Doctor.name, Doctor.specialty),
        RemovedKind.CONTACT: (EmergencyContact, EmergencyContact.name, EmergencyContact.relation),
    }[kind]
    is_appointment = kind is RemovedKind.APPOINTMENT
    starts_at: Any = Appointment.scheduled_at if is_appointment else null()
    event = (
        select(AuditEvent.actor_id, AuditEvent.before)
        .where(
            AuditEvent.subject_id == table.id,
            AuditEvent.family_id == family_id,
            AuditEvent.action.in_(_ACTIONS[kind]),
        )
        .order_by(AuditEvent.created_at.desc(), AuditEvent.id.desc())
        .limit(1)
        .lateral()
    )
    statement: Select[Any] = select(
        literal(kind.value).label("kind"),
        table.id.label("id"),
        name.label("name"),
        cast(about, Text).label("about"),
        CareRecipient.name.label("person"),
        CareRecipient.timezone.label("zone"),
        table.deleted_at.label("at"),
        User.name.label("by"),
        cast(starts_at, AuditEvent.created_at.type).label("starts_at"),
        (event.c.before if with_before else cast(null(), AuditEvent.before.type)).label("before"),
    ).select_from(table)
    if kind is not RemovedKind.PERSON:
        is_theirs = CareRecipient.id == table.care_recipient_id
        statement = statement.join(
            CareRecipient, is_theirs, isouter=kind is RemovedKind.CONTACT
        ).where(CareRecipient.deleted_at.is_(None))
    return (
        statement.join(event, true())
        .outerjoin(User, User.id == event.c.actor_id)
        .where(table.family_id == family_id, table.deleted_at.is_not(None))
    )


def _thing(row: Any) -> RemovedThing:
    return RemovedThing(
        kind=RemovedKind(row.kind),
        id=row.id,
        name=row.name,
        about=row.about,
        person=row.person,
        zone=ZoneInfo(row.zone or "UTC"),
        by=row.by,
        at=row.at,
        starts_at=row.starts_at,
        before=row.before,
    )
