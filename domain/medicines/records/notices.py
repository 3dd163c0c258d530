"""Owing a message to whoever recorded something that somebody else has undone or corrected.

It is silent, and one for what is changed in one go: what changes again at once changes the message.
"""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, func, select, text, update

from domain.database.scope import Scope
from domain.events import NotificationsOwed
from domain.medicines.records.standing import find_standing
from domain.models import Dose, FamilyMember, MedicationLog, Notification, User, new_id
from domain.models.delivery import Kind, Lane
from domain.timers import UNDO_PERIOD

AT_ONCE = timedelta(minutes=2)

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
    .order_by(MedicationLog.recorded_at, MedicationLog.id)
)

# What was settled before it was sent is owed again if it has changed again.
_TELL_AGAIN = {
    "wanted_version": Notification.wanted_version + 1,
    "status": text("CASE status WHEN 'obsolete' THEN 'pending' ELSE status END"),
}

_OWE = text("""
    WITH owed AS (
        SELECT id FROM notifications
        WHERE family_id = :family_id AND user_id = :user_id AND kind = :kind
          AND care_recipient_id = :care_recipient_id AND slot_at > :since
          AND status IN ('pending', 'sent', 'obsolete')
        ORDER BY slot_at DESC LIMIT 1
    ), added AS (
        UPDATE notifications n
        SET facts = jsonb_set(n.facts, '{records}', n.facts -> 'records' || CAST(:record AS jsonb)),
            wanted_version = n.wanted_version + 1, reason = NULL,
            status = CASE n.status WHEN 'sent' THEN 'sent' ELSE 'pending' END
        FROM owed WHERE n.id = owed.id
    )
    INSERT INTO notifications
           (id, family_id, user_id, care_recipient_id, kind, slot_at, lane, deadline_at, facts)
    SELECT :id, :family_id, :user_id, :care_recipient_id, :kind, :minute, :lane, :minute,
           jsonb_build_object('records', CAST(:record AS jsonb))
    WHERE NOT EXISTS (SELECT 1 FROM owed)
    ON CONFLICT ON CONSTRAINT uq_notifications_card DO UPDATE
    SET facts = jsonb_set(notifications.facts, '{records}',
                          (notifications.facts -> 'records') || (excluded.facts -> 'records')),
        wanted_version = notifications.wanted_version + 1
""")


async def tell_recorder(scope: Scope, dose_id: UUID) -> None:
    """The last row of a dose's log has just undone, corrected or put back what stood before it: owe
    a message to whoever had recorded that, unless they did this themselves, and have those edited
    that told of this dose before.
    """
    *rows, last = await scope.rows(_LOG, {"dose_id": dose_id, "family_id": scope.family_id})
    await scope.execute(
        update(Notification)
        .where(
            Notification.family_id == scope.family_id,
            Notification.care_recipient_id == last.care_recipient_id,
            Notification.kind == Kind.RECORD_CHANGED,
            Notification.slot_at > func.clock_now() - UNDO_PERIOD,
            Notification.facts["records"].has_key(str(dose_id)),
        )
        .values(_TELL_AGAIN)
    )
    before = find_standing(rows)
    if before.recorded_by_id != last.recorded_by_id and before.can_be_told:
        await _owe(scope, dose_id, before)
    scope.publish(NotificationsOwed())


async def _owe(scope: Scope, dose_id: UUID, record: Row[Any]) -> None:
    now = scope.clock.now()
    await scope.execute(
        _OWE,
        {
            "id": new_id(),
            "family_id": scope.family_id,
            "user_id": record.recorded_by_id,
            "care_recipient_id": record.care_recipient_id,
            "kind": Kind.RECORD_CHANGED,
            "lane": Lane.DIGESTS,
            "minute": now.replace(second=0, microsecond=0),
            "since": now - AT_ONCE,
            "record": json.dumps({str(dose_id): str(record.id)}),
        },
    )
