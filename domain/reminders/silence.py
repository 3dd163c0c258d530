"""Asking again after the bot couldn't be reached.

Telegram keeps a tap for 150 seconds. Whoever tapped Taken on a card in a longer silence has done
their part, and we don't know it: so these doses are asked for again, which says so, and the ladder
waits, for the answers come now.
"""

import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text

from domain.database.scope import Scope
from domain.delivery.dose_messages import refresh_cards
from domain.delivery.new_messages import OutgoingMessage, queue_messages
from domain.events import TimerSet
from domain.medicines.doses.card_parts import find_parts
from domain.medicines.doses.ladder import after_hold
from domain.models.delivery import Kind
from domain.reminders.recipients import (
    MembersByPerson,
    list_members_by_person,
    receivers_of_cards,
)
from domain.timers import Step, floor_minute

TAPS_KEPT = timedelta(seconds=150)
"""Source: https://core.telegram.org/bots/api#answercallbackquery, as measured."""

# Of doses that were asked for while nobody could answer. A card that was queued since then is told
# of the silence instead of sending another one.
_FIND = text("""
    SELECT d.id, d.family_id, d.care_recipient_id, d.due_at, d.window_ends_at, d.ladder_step,
           d.next_action_at, d.ask_no
    FROM doses d
    WHERE d.next_action_at < (SELECT clock_now()) + interval '4 hours' AND d.status = 'pending'
      AND d.due_at < :until AND d.window_ends_at > (SELECT clock_now())
      AND EXISTS (SELECT FROM notifications n
                  WHERE n.kind = 'slot_card' AND n.care_recipient_id = d.care_recipient_id
                    AND n.slot_at = d.due_at AND n.status = 'sent' AND n.sent_at < :until)
      AND NOT EXISTS (SELECT FROM notifications n
                      WHERE n.kind = 'slot_card' AND n.care_recipient_id = d.care_recipient_id
                        AND n.slot_at = d.due_at AND n.facts ->> 'silent_until' = :said)
    ORDER BY d.id
    LIMIT :most
    FOR UPDATE OF d SKIP LOCKED
""")
_SAY_ON_NEW_CARDS = text("""
    UPDATE notifications n
    SET facts = n.facts || CAST(:silence AS jsonb), wanted_version = wanted_version + 1
    FROM unnest(CAST(:people AS uuid[]), CAST(:slots AS timestamptz[])) AS slot (person, at)
    WHERE n.kind = 'slot_card' AND n.care_recipient_id = slot.person AND n.slot_at = slot.at
      AND n.created_at >= :until AND n.status IN ('pending', 'sent')
    RETURNING n.care_recipient_id, n.slot_at
""")
_HOLD = text("""
    UPDATE doses d
    SET ladder_step = held.step, next_action_at = held.at, ask_no = held.ask_no,
        held_by_id = NULL, held_until = NULL
    FROM unnest(CAST(:ids AS uuid[]), CAST(:steps AS text[]), CAST(:ats AS timestamptz[]),
                CAST(:ask_nos AS smallint[])) AS held (id, step, at, ask_no)
    WHERE d.id = held.id
""")


async def ask_again(scope: Scope, *, since: datetime, until: datetime, limit: int) -> int:
    """Ask again for up to *limit* doses whose cards were out while nobody could be heard, from
    *since* to *until* (aware); returns how many. Runs as the dispatcher.
    """
    said = until.isoformat()
    doses = await scope.rows(_FIND, {"until": until, "said": said, "most": limit})
    if not doses:
        return 0
    now = scope.clock.now()
    slots = {(dose.care_recipient_id, dose.due_at) for dose in doses}
    silence = {"silent_since": since.isoformat(), "silent_until": said}
    told = await _say_on_new_cards(scope, slots, silence, until=until)
    await refresh_cards(scope, slots - told)
    people = await list_members_by_person(scope, {dose.care_recipient_id for dose in doses})
    asked = [dose for dose in doses if (dose.care_recipient_id, dose.due_at) not in told]
    await queue_messages(scope, await _cards(scope, asked, people, silence, now=now))
    moves = [
        after_hold(
            Step(dose.ladder_step), dose.next_action_at, now=now, window_ends_at=dose.window_ends_at
        )
        for dose in doses
    ]
    for at in {move.at for move in moves}:
        scope.publish(TimerSet(at))
    await scope.execute(
        _HOLD,
        {
            "ids": [dose.id for dose in doses],
            "steps": [move.step for move in moves],
            "ats": [move.at for move in moves],
            "ask_nos": [dose.ask_no + (dose in asked) for dose in doses],
        },
    )
    return len(doses)


async def _say_on_new_cards(
    scope: Scope, slots: set[tuple[UUID, datetime]], silence: dict[str, str], *, until: datetime
) -> set[tuple[UUID, datetime]]:
    """The slots that have such a card."""
    rows = await scope.rows(
        _SAY_ON_NEW_CARDS,
        {
            "silence": json.dumps(silence),
            "people": [person for person, _ in slots],
            "slots": [at for _, at in slots],
            "until": until - timedelta(minutes=1),
        },
    )
    return {(row.care_recipient_id, row.slot_at) for row in rows}


async def _cards(
    scope: Scope,
    doses: Sequence[Any],
    people: MembersByPerson,
    silence: dict[str, str],
    *,
    now: datetime,
) -> Sequence[OutgoingMessage]:
    if not doses:
        return []
    parts = await find_parts(scope, {(dose.care_recipient_id, dose.due_at) for dose in doses})
    slots: dict[tuple[UUID, UUID, datetime, int], list[Any]] = defaultdict(list)
    for dose in doses:
        slot = (dose.family_id, dose.care_recipient_id, dose.due_at, parts.get(dose.id, 0))
        slots[slot].append(dose)
    return [
        OutgoingMessage(
            kind=Kind.SLOT_CARD,
            family_id=family_id,
            user_id=user_id,
            group_id=group_id,
            facts={"dose_ids": [str(dose.id) for dose in found], **silence},
            deadline_at=floor_minute(now),
            person_id=person_id,
            slot_at=slot_at,
            ask_no=max(dose.ask_no for dose in found),
            part=part,
        )
        for (family_id, person_id, slot_at, part), found in slots.items()
        for user_id, group_id in receivers_of_cards(people.get(person_id, ()))
    ]
