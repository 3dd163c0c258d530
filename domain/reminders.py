"""A wake-up's work: claim the doses whose minute has come, write what is owed, move their timers.

Everything here runs as the dispatcher, across families, in batches, each its own transaction.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, select, text, union

from domain.access import ASKED_FIRST
from domain.database import Scope
from domain.doses import DoseStatus
from domain.events import NotificationsOwed, TimerSet
from domain.ladder import Step, after_asking
from domain.models import CareRecipient, Dose, FamilyMember, Medication, Notification, new_id
from domain.notifications import Kind, Lane, Status, find_slots_with_card, show_again


@dataclass(frozen=True)
class Slot:
    """The doses of one person at one minute, or one minute's summary about them."""

    family_id: UUID
    care_recipient_id: UUID
    at: datetime


@dataclass(frozen=True)
class Card:
    """The number of a slot's card, and the minute in which it asks."""

    ask_no: int
    asked_at: datetime


_MOVE = text("""
    UPDATE doses d
    SET status = moved.status, ladder_step = moved.step, next_action_at = moved.at,
        ask_no = moved.ask_no,
        resolved_at = CASE WHEN moved.status = 'pending' THEN NULL ELSE clock_now() END
    FROM unnest(CAST(:ids AS uuid[]), CAST(:statuses AS text[]), CAST(:steps AS text[]),
                CAST(:ats AS timestamptz[]), CAST(:ask_nos AS smallint[]))
         AS moved (id, status, step, at, ask_no)
    WHERE d.id = moved.id
""")

# A card that is there already (a batch ended inside its slot, a medicine was added to it) is shown
# anew instead, or sent after all; a summary that is there already is about these doses too.
_OWE = text("""
    INSERT INTO notifications
           (id, family_id, user_id, care_recipient_id, kind, slot_at, ask_no, lane, deadline_at,
            facts)
    SELECT o.id, o.family_id, o.user_id, o.care_recipient_id, :kind, o.slot_at, o.ask_no, :lane,
           o.deadline_at, jsonb_build_object('dose_ids', o.dose_ids)
    FROM unnest(CAST(:ids AS uuid[]), CAST(:family_ids AS uuid[]), CAST(:user_ids AS uuid[]),
                CAST(:recipient_ids AS uuid[]), CAST(:slots AS timestamptz[]),
                CAST(:ask_nos AS smallint[]), CAST(:deadlines AS timestamptz[]),
                CAST(:dose_ids AS jsonb[]))
         AS o (id, family_id, user_id, care_recipient_id, slot_at, ask_no, deadline_at, dose_ids)
    ON CONFLICT ON CONSTRAINT uq_notifications_card DO UPDATE
    SET wanted_version = notifications.wanted_version + 1, reason = NULL,
        status = CASE notifications.status WHEN 'sent' THEN 'sent' ELSE 'pending' END,
        facts = jsonb_set(notifications.facts, '{dose_ids}',
                          (notifications.facts -> 'dose_ids') || (excluded.facts -> 'dose_ids'))
    WHERE notifications.status IN ('pending', 'sent', 'obsolete')
""")


async def act_on_due_doses(scope: Scope, *, most: int) -> int:
    """Take the next step of up to *most* doses whose timer has run out; returns how many.

    Several replicas may do so at once: each takes rows that no other holds.
    """
    due = await scope.rows(
        select(
            Dose.id,
            Dose.family_id,
            Dose.care_recipient_id,
            Dose.due_at,
            Dose.window_ends_at,
            Dose.ladder_step,
            Dose.ask_no,
            Dose.next_action_at,
        )
        .where(Dose.next_action_at <= func.clock_now())
        .order_by(Dose.next_action_at)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    if not due:
        return 0
    now = scope.clock.now()
    in_time = [d for d in due if d.ladder_step == Step.ASK and now < d.window_ends_at]
    over = [d for d in due if d.ladder_step == Step.MISS or now >= d.window_ends_at]
    people = await _who_is_asked(scope, {d.care_recipient_id for d in due})
    if in_time:
        await _ask(scope, in_time, people)
    if over:
        await _give_up(scope, over, people, now=now)
    scope.publish(NotificationsOwed())
    return len(due)


async def list_timers(scope: Scope, *, until: datetime) -> Sequence[datetime]:
    """The distinct minutes (UTC) up to *until* in which a dose acts, or a stock is checked."""
    doses = select(Dose.next_action_at.label("at")).where(
        Dose.next_action_at.is_not(None), Dose.next_action_at <= until
    )
    stocks = select(Medication.stock_check_at.label("at")).where(
        Medication.stock_check_at.is_not(None), Medication.stock_check_at <= until
    )
    timers = union(doses, stocks).subquery()
    return [row.at for row in await scope.rows(select(timers.c.at).order_by(timers.c.at))]


async def _who_is_asked(
    scope: Scope, care_recipient_ids: Iterable[UUID]
) -> dict[UUID, Sequence[UUID]]:
    """For each person: the members of the roles asked first, and the person themselves."""
    rows = await scope.rows(
        select(CareRecipient.id, FamilyMember.user_id)
        .join(FamilyMember, FamilyMember.family_id == CareRecipient.family_id)
        .where(
            CareRecipient.id.in_(list(care_recipient_ids)),
            FamilyMember.left_at.is_(None),
            FamilyMember.role.in_(ASKED_FIRST) | (FamilyMember.user_id == CareRecipient.user_id),
        )
    )
    people: dict[UUID, list[UUID]] = defaultdict(list)
    for row in rows:
        people[row.id].append(row.user_id)
    return dict(people)


async def _ask(scope: Scope, doses: Sequence[Row[Any]], people: dict[UUID, Sequence[UUID]]) -> None:
    slots = _by_slot(doses, at=lambda dose: dose.due_at)
    newest = await _newest_cards(scope, slots)
    cards = {slot: _card_for(found, newest.get(slot)) for slot, found in slots.items()}
    await show_again(scope, {(slot.care_recipient_id, slot.at) for slot in newest})
    await _owe(scope, Kind.SLOT_CARD, slots, people, lane=Lane.DUE, cards=cards)
    moves = []
    for slot, found in slots.items():
        for dose in found:
            action = after_asking(dose.window_ends_at)
            moves.append(
                (dose.id, DoseStatus.PENDING, action.step, action.at, cards[slot].ask_no + 1)
            )
            scope.publish(TimerSet(action.at))
    await _move(scope, moves)


async def _newest_cards(scope: Scope, slots: Iterable[Slot]) -> dict[Slot, Card]:
    """The last card of each slot that has one."""
    wanted = list(slots)
    card = (Notification.family_id, Notification.care_recipient_id, Notification.slot_at)
    rows = await scope.rows(
        # Each card asks later than the one before it.
        select(
            *card,
            func.max(Notification.ask_no).label("ask_no"),
            func.max(Notification.deadline_at).label("asked_at"),
        )
        .where(
            Notification.care_recipient_id.in_({slot.care_recipient_id for slot in wanted}),
            Notification.slot_at.in_({slot.at for slot in wanted}),
            Notification.kind == Kind.SLOT_CARD,
        )
        .group_by(*card)
    )
    found = {
        Slot(row.family_id, row.care_recipient_id, row.slot_at): Card(row.ask_no, row.asked_at)
        for row in rows
    }
    return {slot: found[slot] for slot in wanted if slot in found}


def _card_for(doses: Sequence[Row[Any]], newest: Card | None) -> Card:
    """The card that asks for these doses of a slot: a new one, unless one of this minute is there.

    Doses of one minute may come in several batches, and share a card. A dose that was snoozed is
    asked for in a minute of its own, and by a new message: people do not hear an edit.
    """
    minute = max(dose.next_action_at for dose in doses)
    if newest is None:
        return Card(0, minute)
    return newest if newest.asked_at == minute else Card(newest.ask_no + 1, minute)


async def _give_up(
    scope: Scope,
    doses: Sequence[Row[Any]],
    people: dict[UUID, Sequence[UUID]],
    *,
    now: datetime,
) -> None:
    slots = _by_slot(doses, at=lambda dose: dose.due_at)
    reached = await find_slots_with_card(
        scope, {(slot.care_recipient_id, slot.at) for slot in slots}, [Status.SENT]
    )
    missed = [dose for dose in doses if (dose.care_recipient_id, dose.due_at) in reached]
    not_asked = [dose for dose in doses if (dose.care_recipient_id, dose.due_at) not in reached]
    await _move(
        scope,
        [(dose.id, DoseStatus.MISSED, None, None, dose.ask_no) for dose in missed]
        + [(dose.id, DoseStatus.NOT_ASKED, None, None, dose.ask_no) for dose in not_asked],
    )
    await show_again(scope, {(slot.care_recipient_id, slot.at) for slot in slots})
    # One summary for what ends in this minute, not one alarm for each dose.
    minute = now.replace(second=0, microsecond=0)
    for kind, found in ((Kind.MISSED, missed), (Kind.NOT_ASKED, not_asked)):
        summaries = _by_slot(found, at=lambda _: minute)
        await _owe(
            scope,
            kind,
            summaries,
            people,
            lane=Lane.ESCALATION,
            cards=dict.fromkeys(summaries, Card(0, minute)),
        )


def _by_slot(doses: Iterable[Row[Any]], *, at: Any) -> dict[Slot, list[Row[Any]]]:
    slots: dict[Slot, list[Row[Any]]] = defaultdict(list)
    for dose in doses:
        slots[Slot(dose.family_id, dose.care_recipient_id, at(dose))].append(dose)
    return dict(slots)


async def _owe(
    scope: Scope,
    kind: Kind,
    slots: dict[Slot, list[Row[Any]]],
    people: dict[UUID, Sequence[UUID]],
    *,
    lane: Lane,
    cards: dict[Slot, Card],
) -> None:
    owed = [(slot, user_id) for slot in slots for user_id in people.get(slot.care_recipient_id, ())]
    if not owed:
        return
    await scope.execute(
        _OWE,
        {
            "kind": kind,
            "lane": lane,
            "ids": [new_id() for _ in owed],
            "family_ids": [slot.family_id for slot, _ in owed],
            "user_ids": [user_id for _, user_id in owed],
            "recipient_ids": [slot.care_recipient_id for slot, _ in owed],
            "slots": [slot.at for slot, _ in owed],
            "ask_nos": [cards[slot].ask_no for slot, _ in owed],
            "deadlines": [cards[slot].asked_at for slot, _ in owed],
            "dose_ids": [json.dumps([str(dose.id) for dose in slots[slot]]) for slot, _ in owed],
        },
    )


async def _move(
    scope: Scope,
    moves: Sequence[tuple[UUID, DoseStatus, Step | None, datetime | None, int]],
) -> None:
    ids, statuses, steps, ats, ask_nos = zip(*moves, strict=True)
    await scope.execute(
        _MOVE,
        {
            "ids": list(ids),
            "statuses": list(statuses),
            "steps": list(steps),
            "ats": list(ats),
            "ask_nos": list(ask_nos),
        },
    )
