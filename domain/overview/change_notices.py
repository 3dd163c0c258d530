"""Telling the others of what somebody has changed: medicines, pauses, appointments, who drives.

The audit knows who did what to which row, so nothing that it records can forget to tell. What a
transaction has changed is owed at its end, in one message for each reader and minute. The message
holds ids only: what is undone before it leaves is not told.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, or_, select, text, update
from sqlalchemy.orm import aliased

from domain.access import ASKED_FIRST, Action, Role, may
from domain.database.scope import Scope
from domain.events import NotificationsOwed
from domain.family.running_pauses import PAUSE_COLUMNS, is_silenced
from domain.models import (
    Appointment,
    AppointmentOccurrence,
    AuditEvent,
    CareRecipient,
    FamilyMember,
    Medication,
    Notification,
    User,
    new_id,
)
from domain.models.appointments import OccurrenceStatus
from domain.models.delivery import Kind, Lane, Status
from domain.timers import MINUTE, Step, ceil_minute, floor_minute

AT_ONCE = timedelta(minutes=2)  # what is undone within it changes the message that told of it
SOON = timedelta(days=1)
_EDITED_FOR = timedelta(hours=48)  # how long Telegram lets a bot edit a message

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


@dataclass(frozen=True)
class _Affected:
    """What a change is about: whose it is, who drives there, when it is."""

    person_id: UUID
    drivers: Collection[UUID] = ()
    is_soon: bool = False
    is_told_already: bool = False
    is_asked_of_drivers: bool = False  # at once, by a message of its own


async def hear_of_changes(scope: Scope, *, wanted: bool) -> None:
    """Whether the acting member is told of what others change, in the open family; the button of
    each message that told them of it turns around. Raises NoFamily.
    """
    member = scope.require(Action.READ)
    await scope.execute(
        update(FamilyMember)
        .where(FamilyMember.family_id == member.family_id, FamilyMember.user_id == member.user_id)
        .values(hears_of_changes=wanted)
    )
    await scope.execute(
        update(Notification)
        .where(
            Notification.family_id == member.family_id,
            Notification.user_id == member.user_id,
            Notification.kind == Kind.CHANGES,
            # Who presses at once may do so before it is written down that it was sent.
            Notification.status.in_((Status.PENDING, Status.SENT)),
            Notification.slot_at > func.clock_now() - _EDITED_FOR,
        )
        .values(wanted_version=Notification.wanted_version + 1)
    )
    scope.publish(NotificationsOwed())


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


async def owe_news(scope: Scope) -> None:
    """At the end of a transaction: tell the others of what its person has done."""
    events = [act.id for act in scope.audited if act.action in TOLD]
    if scope.user_id is None or not events:
        return
    noted = await read_change_events(scope, events)
    changes = [change for change in noted if change.is_told]
    affected = await _find_affected(scope, changes)
    if not affected:
        return
    told = await _show_what_is_undone_again(scope, changes)
    members = await _list_members(scope, {each.person_id for each in affected.values()})
    owed: dict[UUID, dict[str, str]] = defaultdict(dict)
    for change in changes:
        if change.id not in affected or affected[change.id].is_told_already:
            continue
        about = affected[change.id]
        for member in members[about.person_id]:
            before = told.get((member.user_id, change.undoes_id)) if change.undoes_id else None
            concern = _concern(change, about, member, before)
            if concern is not None:
                owed[member.user_id][str(change.id)] = concern
    await _write(scope, owed)


def _concern(
    change: Change, about: _Affected, member: Row[Any], before: "_Told | None"
) -> Concern | None:
    """How a change concerns a member; None if they are not told of it."""
    if before is not None and before.is_pending:
        return None  # the message that was to tell of it says nothing of it
    if member.user_id in about.drivers or (before is not None and before.concern is Concern.OWN):
        return Concern.OWN  # nobody hears an edit
    if before is not None and before.is_fresh:
        return None  # the message that told of it says so
    is_asked_first = member.role in ASKED_FIRST or member.is_self
    if not member.hears_of_changes or (change.area != "appointment" and not is_asked_first):
        return None
    if about.is_asked_of_drivers and may(Role(member.role), Action.DRIVE):
        return None
    was_soon = before is not None and before.concern is Concern.SOON
    return Concern.SOON if about.is_soon or was_soon else Concern.QUIET


async def _list_members(
    scope: Scope, person_ids: Collection[UUID]
) -> Mapping[UUID, Sequence[Row[Any]]]:
    """For each person: the members who may be told of them, but for who acts. Another one who is
    cared for is told nothing.
    """
    is_self = func.coalesce(FamilyMember.user_id == CareRecipient.user_id, False)
    rows = await scope.rows(
        select(
            CareRecipient.id,
            FamilyMember.user_id,
            FamilyMember.role,
            FamilyMember.hears_of_changes,
            is_self.label("is_self"),
        )
        .join(FamilyMember, FamilyMember.family_id == CareRecipient.family_id)
        .where(
            CareRecipient.id.in_(person_ids),
            FamilyMember.left_at.is_(None),
            FamilyMember.user_id != scope.user_id,
            or_(FamilyMember.role != Role.RECIPIENT, is_self),
        )
    )
    members: dict[UUID, list[Row[Any]]] = defaultdict(list)
    for row in rows:
        members[row.id].append(row)
    return members


@dataclass(frozen=True)
class _Told:
    """How a reader is told of a change: by a message that `is_pending`, or was sent just now
    (`is_fresh`), or before.
    """

    concern: Concern
    is_pending: bool
    is_fresh: bool


async def _show_what_is_undone_again(
    scope: Scope, changes: Sequence[Change]
) -> Mapping[tuple[UUID, UUID], _Told]:
    """Have the messages edited that told of what is taken back now; returns who was told of it."""
    undone = [change.undoes_id for change in changes if change.undoes_id]
    if not undone:
        return {}
    fresh_since = floor_minute(scope.clock.now()) - AT_ONCE
    told: dict[tuple[UUID, UUID], _Told] = {}
    for event_id in undone:
        rows = await scope.rows(
            update(Notification)
            .where(
                Notification.family_id == scope.family_id,
                Notification.kind == Kind.CHANGES,
                Notification.status.in_((Status.PENDING, Status.SENT)),
                Notification.facts["events"].has_key(str(event_id)),
            )
            .values(wanted_version=Notification.wanted_version + 1)
            .returning(
                Notification.user_id,
                Notification.status,
                Notification.leased_until,
                Notification.slot_at,
                Notification.facts,
            )
        )
        for row in rows:
            told[row.user_id, event_id] = _Told(
                Concern(row.facts["events"][str(event_id)]),
                # What is on its way may say still what it was about to.
                is_pending=row.status == Status.PENDING and row.leased_until is None,
                is_fresh=row.slot_at >= fresh_since,
            )
        if rows:
            scope.publish(NotificationsOwed())
    return told


async def _find_affected(scope: Scope, changes: Sequence[Change]) -> Mapping[UUID, _Affected]:
    """What each change is about, by its id."""
    persons = [change.subject_id for change in changes if change.area == "person"]
    people = dict(zip(persons, persons, strict=True))
    medicines = [change.subject_id for change in changes if change.area == "medication"]
    if medicines:
        rows = await scope.rows(
            select(Medication.id, Medication.care_recipient_id).where(Medication.id.in_(medicines))
        )
        people |= {row.id: row.care_recipient_id for row in rows}
    affected = {
        change.id: _Affected(people[change.subject_id])
        for change in changes
        if change.subject_id in people
    }
    appointments = [change for change in changes if change.area == "appointment"]
    if appointments:
        rows = await _read_ahead(scope, {change.subject_id for change in appointments})
        for change in appointments:
            of_it = [row for row in rows if row.appointment_id == change.subject_id]
            if of_it:
                affected[change.id] = _affected(scope, change, of_it)
    return affected


async def _read_ahead(scope: Scope, appointment_ids: Collection[UUID]) -> Sequence[Row[Any]]:
    """The occurrences of these appointments that are not over, the next first."""
    return await scope.rows(
        select(
            AppointmentOccurrence.id,
            AppointmentOccurrence.appointment_id,
            AppointmentOccurrence.care_recipient_id,
            AppointmentOccurrence.starts_at,
            AppointmentOccurrence.status,
            AppointmentOccurrence.driver_id,
            AppointmentOccurrence.ladder_step,
            AppointmentOccurrence.next_action_at,
            Appointment.recurrence,
            *PAUSE_COLUMNS,
        )
        .join(Appointment, Appointment.id == AppointmentOccurrence.appointment_id)
        .join(CareRecipient, CareRecipient.id == AppointmentOccurrence.care_recipient_id)
        .where(
            AppointmentOccurrence.appointment_id.in_(appointment_ids),
            AppointmentOccurrence.family_id == scope.family_id,
            AppointmentOccurrence.ends_at > func.clock_now(),
        )
        .order_by(AppointmentOccurrence.starts_at)
    )


def _affected(scope: Scope, change: Change, ahead: Sequence[Row[Any]]) -> _Affected:
    now = scope.clock.now()
    one = next((row for row in ahead if row.id == change.occurrence_id), None)
    only = [row for row in ahead if str(row.id) in change.occurrences] or ahead
    planned = [row for row in only if row.status == OccurrenceStatus.PLANNED]
    first = one or next(iter(planned), only[0])
    starts = [first.starts_at, *_starts_before(change)]
    is_soon = any(now < start <= now + SOON for start in starts)
    is_single = len(only) == 1 or first.recurrence is None
    is_asked = first.ladder_step == Step.ASK_DRIVER and first.next_action_at <= ceil_minute(now)
    drivers = {row.driver_id for row in only if row.driver_id is not None}
    return _Affected(
        first.care_recipient_id,
        # Who drives now, or does not any more, changes nobody else's drive.
        drivers=set() if change.is_about_driving else drivers,
        # That somebody drives now is good news: it wakes nobody.
        is_soon=is_soon and not change.action.endswith(".driver_found"),
        is_told_already=(is_single or change.is_addition) and first.id in scope.told_of,
        is_asked_of_drivers=(
            change.action.endswith(".driver_lost") and is_asked and not is_silenced(first, now=now)
        ),
    )


def _starts_before(change: Change) -> Sequence[datetime]:
    start = start_before(change)
    return [] if start is None else [start]


def start_before(change: Change) -> datetime | None:
    """When something took place that was moved (UTC); None of a series, which has no one start."""
    if len(change.occurrences) != 1:
        return None
    [replaced] = change.occurrences.values()
    start = replaced.get("starts_at")
    return datetime.fromisoformat(start) if start else None


_OWE = text("""
    INSERT INTO notifications
           (id, family_id, user_id, kind, slot_at, lane, deadline_at, not_before, facts)
    SELECT o.id, :family_id, o.user_id, :kind, :minute, o.lane, :ends_at, :ends_at,
           jsonb_build_object('events', o.events)
    FROM unnest(CAST(:ids AS uuid[]), CAST(:user_ids AS uuid[]), CAST(:lanes AS smallint[]),
                CAST(:events AS jsonb[])) AS o (id, user_id, lane, events)
    ON CONFLICT (family_id, user_id, slot_at) WHERE kind = 'changes' DO UPDATE
    SET facts = jsonb_set(notifications.facts, '{events}',
                          (notifications.facts -> 'events') || (excluded.facts -> 'events')),
        lane = least(notifications.lane, excluded.lane), reason = NULL,
        wanted_version = notifications.wanted_version + 1,
        status = CASE notifications.status WHEN 'sent' THEN 'sent' ELSE 'pending' END
    WHERE notifications.status IN ('pending', 'sent', 'obsolete')
""")


async def _write(scope: Scope, owed: Mapping[UUID, Mapping[str, str]]) -> None:
    """What is changed within a minute is told at its end."""
    if not owed:
        return
    minute = floor_minute(scope.clock.now())
    readers = sorted(owed)  # in one order: two who change something do not wait for each other
    quiet = Concern.QUIET
    await scope.execute(
        _OWE,
        {
            "ids": [new_id() for _ in readers],
            "user_ids": readers,
            "lanes": [
                Lane.DIGESTS if set(owed[each].values()) == {quiet} else Lane.APPOINTMENTS
                for each in readers
            ],
            "events": [json.dumps(owed[each]) for each in readers],
            "family_id": scope.family_id,
            "kind": Kind.CHANGES,
            "minute": minute,
            "ends_at": minute + MINUTE,
        },
    )
    scope.publish(NotificationsOwed())
