"""Telling a member that somebody else has undone or corrected their record.

The message is silent, and there is one for all changes within two minutes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import bindparam, select

from domain.database.scope import Scope
from domain.delivery.kinds import MessageHeader, MessageKind, always_silent, read_one_by_one
from domain.delivery.new_messages import OutgoingMessage, extend_or_queue
from domain.delivery.shown_messages import FACTS, is_about, refresh_messages, was_due_within
from domain.events import NotificationsQueued
from domain.medicines.records.changes import ChangeKind, RecordChange, read_changes
from domain.medicines.records.current_entries import find_current_entry
from domain.models import Dose, FamilyMember, MedicationLog, User
from domain.models.delivery import Kind
from domain.timers import UNDO_PERIOD, floor_minute

MERGED_WITHIN = timedelta(minutes=2)
_OLD_NEWS = (ChangeKind.PUT_BACK, ChangeKind.OWN, ChangeKind.CORRECTION_WITHDRAWN)


@dataclass(frozen=True)
class RecordChangedFacts:
    """What happened to the reader's records of one person's doses."""

    person: str
    items: Sequence[RecordChange]
    hides_names: bool = False  # the reader wants no names on it


async def _read(scope: Scope, header: MessageHeader) -> RecordChangedFacts:
    records = {UUID(dose): UUID(log) for dose, log in header.facts["records"].items()}
    changes = await read_changes(scope, records, reader_id=header.receiver.user_id)
    hides_names = header.receiver.hides_names
    return RecordChangedFacts(header.subject.name, changes, hides_names=hides_names)


def is_unchanged(facts: RecordChangedFacts) -> bool:
    """Whether everything is again as the reader recorded it."""
    return all(item.kind in _OLD_NEWS for item in facts.items)


def _find_obsolete(facts: RecordChangedFacts) -> str | None:
    return "put back before it was sent" if is_unchanged(facts) else None


RECORD_CHANGED = MessageKind(
    Kind.RECORD_CHANGED,
    read_one_by_one(_read),
    find_obsolete=_find_obsolete,
    is_silent=always_silent,
)


@dataclass(frozen=True)
class _LogEntry:
    """A row of a dose's log, and whether its recorder can be told."""

    id: UUID
    undoes_id: UUID | None
    recorded_by_id: UUID
    care_recipient_id: UUID
    can_be_told: bool


_LOG = (
    select(
        MedicationLog.id,
        MedicationLog.undoes_id,
        MedicationLog.recorded_by_id,
        Dose.care_recipient_id,
        (
            FamilyMember.left_at.is_(None)
            & User.blocked_at.is_(None)
            & User.started_at.is_not(None)
        ).label("can_be_told"),
    )
    .join(Dose, Dose.id == MedicationLog.dose_id)
    .join(
        FamilyMember,
        (FamilyMember.family_id == MedicationLog.family_id)
        & (FamilyMember.user_id == MedicationLog.recorded_by_id),
    )
    .join(User, User.id == MedicationLog.recorded_by_id)
    .where(
        MedicationLog.dose_id == bindparam("dose_id"),
        MedicationLog.family_id == bindparam("family_id"),
    )
    .order_by(MedicationLog.sequence)
)


async def notify_recorder(scope: Scope, dose_id: UUID) -> None:
    """Tell the recorder that the last row of this dose's log has undone, corrected or restored
    their record, unless they did it themselves; and edit earlier messages about this dose.
    """
    rows = await scope.rows(_LOG, {"dose_id": dose_id, "family_id": scope.family_id})
    *earlier, last = (_LogEntry(**row._asdict()) for row in rows)
    await refresh_messages(
        scope,
        [Kind.RECORD_CHANGED],
        where=[
            is_about(last.care_recipient_id),
            was_due_within(UNDO_PERIOD),
            FACTS["records"].has_key(str(dose_id)),
        ],
        # A message that was obsolete before it was sent is sent after all if things have changed
        # again.
        also_obsolete=True,
    )
    before = find_current_entry(earlier)
    if before.recorded_by_id != last.recorded_by_id and before.can_be_told:
        await _queue_message(scope, dose_id, before)
    scope.publish(NotificationsQueued())


async def _queue_message(scope: Scope, dose_id: UUID, record: _LogEntry) -> None:
    now = scope.clock.now()
    minute = floor_minute(now)
    message = OutgoingMessage(
        kind=Kind.RECORD_CHANGED,
        user_id=record.recorded_by_id,
        facts={"records": {str(dose_id): str(record.id)}},
        deadline_at=minute,
        person_id=record.care_recipient_id,
        slot_at=minute,
    )
    await extend_or_queue(scope, message, since=now - MERGED_WITHIN)
