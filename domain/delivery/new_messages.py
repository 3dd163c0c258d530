"""Queueing new messages, or adding to messages that are already queued.

Every area queues its messages here. A message stores only ids; its facts are read when it is sent.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert

from domain.database.scope import Scope
from domain.events import NotificationsQueued
from domain.models import Notification, new_id
from domain.models.delivery import Kind, Lane
from domain.timers import MINUTE


@dataclass(frozen=True)
class OutgoingMessage:
    """A message to one member, or to a group. `facts` are the ids of what it is about.

    Each receiver gets only one message per kind, person, `slot_at` (UTC), `ask_no` and `part`.
    `family_id` defaults to that of the scope, and `lane` to that of the kind.
    """

    kind: Kind
    user_id: UUID | None
    facts: Mapping[str, Any]
    deadline_at: datetime
    family_id: UUID | None = None
    person_id: UUID | None = None
    slot_at: datetime | None = None
    ask_no: int = 0
    part: int = 0
    lane: Lane | None = None
    group_id: UUID | None = None

    @property
    def effective_lane(self) -> Lane:
        return self.kind.lane if self.lane is None else self.lane


async def queue_messages(scope: Scope, messages: Sequence[OutgoingMessage]) -> None:
    """Queue these messages, except those that are already queued."""
    if not messages:
        return
    await scope.execute(
        insert(Notification).on_conflict_do_nothing(),
        [
            {
                "id": new_id(),
                "family_id": message.family_id or scope.family_id,
                "user_id": message.user_id,
                "group_id": message.group_id,
                "care_recipient_id": message.person_id,
                "kind": message.kind,
                "slot_at": message.slot_at,
                "ask_no": message.ask_no,
                "part": message.part,
                "lane": message.effective_lane,
                "deadline_at": message.deadline_at,
                "facts": dict(message.facts),
            }
            for message in messages
        ],
    )
    scope.publish(NotificationsQueued())


# If the message exists (a batch ended in the middle of its slot, a medicine was added to the slot),
# extend it and have it edited, or sent after all.
_QUEUE_OR_EXTEND = """
    INSERT INTO notifications
           (id, family_id, {receiver}, care_recipient_id, kind, slot_at, ask_no, part, lane,
            deadline_at, facts)
    SELECT o.id, o.family_id, o.receiver_id, o.care_recipient_id, o.kind, o.slot_at, o.ask_no,
           o.part, o.lane, o.deadline_at, jsonb_build_object(o.fact, o.about)
    FROM unnest(CAST(:ids AS uuid[]), CAST(:family_ids AS uuid[]), CAST(:receiver_ids AS uuid[]),
                CAST(:recipient_ids AS uuid[]), CAST(:kinds AS text[]),
                CAST(:slots AS timestamptz[]), CAST(:ask_nos AS smallint[]),
                CAST(:parts AS smallint[]),
                CAST(:lanes AS smallint[]), CAST(:deadlines AS timestamptz[]),
                CAST(:facts AS text[]), CAST(:abouts AS jsonb[]))
         AS o (id, family_id, receiver_id, care_recipient_id, kind, slot_at, ask_no, part, lane,
               deadline_at, fact, about)
    ON CONFLICT {conflict} DO UPDATE
    SET wanted_version = notifications.wanted_version + 1, reason = NULL,
        status = CASE notifications.status WHEN 'sent' THEN 'sent' ELSE 'pending' END,
        facts = notifications.facts || (
            SELECT jsonb_object_agg(key, (notifications.facts -> key) || value)
            FROM jsonb_each(excluded.facts))
    WHERE notifications.status IN ('pending', 'sent', 'obsolete')
"""
_TO_MEMBERS = text(
    _QUEUE_OR_EXTEND.format(receiver="user_id", conflict="ON CONSTRAINT uq_notifications_card")
)
_TO_GROUPS = text(
    _QUEUE_OR_EXTEND.format(
        receiver="group_id",
        conflict="(group_id, care_recipient_id, slot_at, ask_no, part) WHERE group_id IS NOT NULL",
    )
)


def _receiver(message: OutgoingMessage) -> UUID:
    receiver = message.user_id if message.group_id is None else message.group_id
    if receiver is None:
        raise ValueError("a message has a receiver")
    return receiver


def _key(message: OutgoingMessage) -> tuple[bytes, bytes]:
    person = message.person_id.bytes if message.person_id is not None else b""
    return person, _receiver(message).bytes


async def queue_or_extend(scope: Scope, messages: Sequence[OutgoingMessage]) -> None:
    """Queue these messages in one statement (those to groups in another), or extend those that
    exist. Each message has exactly one fact, an array or an object.
    """
    # In one order everywhere, or two batches that have a slot in common could deadlock.
    messages = sorted(messages, key=_key)
    to_members = [message for message in messages if message.group_id is None]
    to_groups = [message for message in messages if message.group_id is not None]
    for statement, some in ((_TO_MEMBERS, to_members), (_TO_GROUPS, to_groups)):
        if some:
            await scope.execute(statement, _parameters(scope, some))
    if messages:
        scope.publish(NotificationsQueued())


def _parameters(scope: Scope, messages: Sequence[OutgoingMessage]) -> dict[str, Any]:
    facts = [fact for message in messages for fact in message.facts.items()]
    return {
        "ids": [new_id() for _ in messages],
        "family_ids": [message.family_id or scope.family_id for message in messages],
        "receiver_ids": [_receiver(message) for message in messages],
        "recipient_ids": [message.person_id for message in messages],
        "kinds": [message.kind for message in messages],
        "slots": [message.slot_at for message in messages],
        "ask_nos": [message.ask_no for message in messages],
        "parts": [message.part for message in messages],
        "lanes": [message.effective_lane for message in messages],
        "deadlines": [message.deadline_at for message in messages],
        "facts": [fact for fact, _ in facts],
        "abouts": [json.dumps(about) for _, about in facts],
    }


_EXTEND_OR_QUEUE = text("""
    WITH queued AS (
        SELECT id FROM notifications
        WHERE family_id = :family_id AND user_id = :user_id AND kind = :kind
          AND care_recipient_id = :care_recipient_id AND slot_at > :since
          AND status IN ('pending', 'sent', 'obsolete')
        ORDER BY slot_at DESC LIMIT 1
    ), added AS (
        UPDATE notifications n
        SET facts = jsonb_set(n.facts, ARRAY[CAST(:fact AS text)],
                              (n.facts -> CAST(:fact AS text)) || CAST(:about AS jsonb)),
            wanted_version = n.wanted_version + 1, reason = NULL,
            status = CASE n.status WHEN 'sent' THEN 'sent' ELSE 'pending' END
        FROM queued WHERE n.id = queued.id
    )
    INSERT INTO notifications
           (id, family_id, user_id, care_recipient_id, kind, slot_at, lane, deadline_at, facts)
    SELECT :id, :family_id, :user_id, :care_recipient_id, :kind, :slot_at, :lane, :deadline_at,
           jsonb_build_object(CAST(:fact AS text), CAST(:about AS jsonb))
    WHERE NOT EXISTS (SELECT 1 FROM queued)
    ON CONFLICT ON CONSTRAINT uq_notifications_card DO UPDATE
    SET facts = jsonb_set(notifications.facts, ARRAY[CAST(:fact AS text)],
                          (notifications.facts -> CAST(:fact AS text))
                          || (excluded.facts -> CAST(:fact AS text))),
        wanted_version = notifications.wanted_version + 1, reason = NULL,
        -- One that was closed, or never sent, is sent anew.
        status = CASE notifications.status WHEN 'sent' THEN 'sent' ELSE 'pending' END
""")


async def extend_or_queue(scope: Scope, message: OutgoingMessage, *, since: datetime) -> None:
    """Add this message's one fact to the member's latest message of this kind and person after
    *since*, or queue it if there is none.
    """
    [(fact, about)] = message.facts.items()
    await scope.execute(
        _EXTEND_OR_QUEUE,
        {
            "id": new_id(),
            "family_id": message.family_id or scope.family_id,
            "user_id": message.user_id,
            "care_recipient_id": message.person_id,
            "kind": message.kind,
            "lane": message.effective_lane,
            "slot_at": message.slot_at,
            "deadline_at": message.deadline_at,
            "since": since,
            "fact": fact,
            "about": json.dumps(about),
        },
    )
    scope.publish(NotificationsQueued())


_QUEUE_CHANGE_MESSAGES = text("""
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


@dataclass(frozen=True)
class ChangeMessage:
    """One member's message about changes by others: for each event id, why it concerns them."""

    user_id: UUID
    lane: Lane
    events: Mapping[str, str]


async def queue_change_messages(
    scope: Scope, messages: Sequence[ChangeMessage], *, minute: datetime
) -> None:
    """Queue messages about the changes within a *minute*, due when that minute ends."""
    await scope.execute(
        _QUEUE_CHANGE_MESSAGES,
        {
            "ids": [new_id() for _ in messages],
            "user_ids": [each.user_id for each in messages],
            "lanes": [each.lane for each in messages],
            "events": [json.dumps(each.events) for each in messages],
            "family_id": scope.family_id,
            "kind": Kind.CHANGES,
            "minute": minute,
            "ends_at": minute + MINUTE,
        },
    )
    scope.publish(NotificationsQueued())
