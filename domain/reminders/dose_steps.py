"""Acting on due doses: asking for them, and closing those whose window has ended."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.sql.base import Executable

from domain.clock import SQL_NOW
from domain.database.scope import Scope
from domain.delivery.dose_messages import (
    SLOTS,
    find_asked_for,
    refresh_cards,
    refresh_told,
    slot_parameters,
)
from domain.delivery.new_messages import OutgoingMessage
from domain.events import TimerSet
from domain.medicines.doses.card_parts import find_parts, part_at
from domain.medicines.doses.ladder import has_step, missed_at, next_action, rungs_taken
from domain.medicines.ladders import ladder_plan
from domain.models import Dose, Family, Medication, Notification
from domain.models.delivery import Kind, Lane, NotificationStatus
from domain.models.family import HEARS_OF_MISSED, LadderPlan
from domain.models.medicines import DoseStatus
from domain.reminders.recipients import MembersByPerson, NotifiedMember, receivers_of_cards
from domain.set_asides import Work, is_free
from domain.timers import Step, floor_minute


class Slot(NamedTuple):
    """A person's doses at one minute, on one card (`part`); or the minute of a summary."""

    family_id: UUID
    care_recipient_id: UUID
    at: datetime
    part: int = 0


@dataclass(frozen=True)
class Card:
    """The number of a slot's card, and the minute in which it asks."""

    ask_no: int
    asked_at: datetime


_MOVE_DOSES = text("""
    UPDATE doses d
    SET status = moved.status, ladder_step = moved.step, next_action_at = moved.at,
        ask_no = moved.ask_no, rung = moved.rung, held_by_id = NULL, held_until = NULL,
        resolved_at = CASE WHEN moved.status = 'pending' THEN NULL ELSE clock_now() END
    FROM unnest(CAST(:ids AS uuid[]), CAST(:statuses AS text[]), CAST(:steps AS text[]),
                CAST(:ats AS timestamptz[]), CAST(:ask_nos AS smallint[]),
                CAST(:rungs AS smallint[]))
         AS moved (id, status, step, at, ask_no, rung)
    WHERE d.id = moved.id
""")


DUE_DOSES = (
    select(
        Dose.id,
        Dose.family_id,
        Dose.care_recipient_id,
        Dose.due_at,
        Dose.window_ends_at,
        Dose.ladder_step,
        Dose.ask_no,
        Dose.next_action_at,
        Dose.rung,
        ladder_plan().label("plan"),
    )
    .join(Medication, Medication.id == Dose.medication_id)
    .join(Family, Family.id == Dose.family_id)
    .where(Dose.next_action_at <= SQL_NOW, is_free(Work.DOSE, Dose.id))
    .order_by(Dose.next_action_at)
    .with_for_update(of=Dose, skip_locked=True)
)


class DueDose(NamedTuple):
    """A row of :data:`DUE_DOSES`, in its order; a tuple, as there may be thousands."""

    id: UUID
    family_id: UUID
    care_recipient_id: UUID
    due_at: datetime
    window_ends_at: datetime
    ladder_step: str
    ask_no: int
    next_action_at: datetime
    rung: int
    plan: LadderPlan


async def fetch_due_doses(scope: Scope, statement: Executable) -> Sequence[DueDose]:
    """The doses that a *statement* based on :data:`DUE_DOSES` selects."""
    return [DueDose._make(row) for row in await scope.rows(statement)]


async def act_on_due_doses(
    scope: Scope, due: Sequence[DueDose], people: MembersByPerson, *, now: datetime
) -> Sequence[OutgoingMessage]:
    """Ask for doses whose window is open, or tell the others; close those whose window is over."""
    if not due:
        return []
    over = [d for d in due if d.ladder_step == Step.MISS or now >= d.window_ends_at]
    open_ = [d for d in due if d.ladder_step != Step.MISS and now < d.window_ends_at]
    in_time: list[DueDose] = []
    waiting: list[DueDose] = []
    for dose in open_:
        has_its_step = has_step(Step(dose.ladder_step), dose.rung, dose.plan)
        (in_time if has_its_step else waiting).append(dose)
    if waiting:
        await _move_doses(scope, [_wait(dose) for dose in waiting])
    to_ask = [dose for dose in in_time if dose.ladder_step != Step.OTHERS]
    to_tell = [dose for dose in in_time if dose.ladder_step == Step.OTHERS]
    asked = await _ask(scope, to_ask, people, now=now) if to_ask else []
    told = await _tell_others(scope, to_tell, people, now=now) if to_tell else []
    given_up = await _close(scope, over, people, now=now) if over else []
    return [*asked, *told, *given_up]


async def _ask(
    scope: Scope, doses: Sequence[DueDose], people: MembersByPerson, *, now: datetime
) -> Sequence[OutgoingMessage]:
    slots, newest = await _by_card(scope, doses)
    cards = {slot: _card_for(found, newest.get(slot)) for slot, found in slots.items()}
    await refresh_cards(scope, {(slot.care_recipient_id, slot.at) for slot in newest})
    moves = [
        _next_move(dose, people, now=now, ask_no=cards[slot].ask_no + 1)
        for slot, found in slots.items()
        for dose in found
    ]
    await _move_doses(scope, moves)
    return _messages(Kind.SLOT_CARD, slots, people, cards)


async def _tell_others(
    scope: Scope, doses: Sequence[DueDose], people: MembersByPerson, *, now: datetime
) -> Sequence[OutgoingMessage]:
    """A card for everybody who wasn't asked, beside the newest of those who were."""
    slots, newest = await _by_card(scope, doses)
    await refresh_told(scope, {(slot.care_recipient_id, slot.at) for slot in slots})
    moves = [_next_move(dose, people, now=now, ask_no=dose.ask_no) for dose in doses]
    await _move_doses(scope, moves)
    minute = floor_minute(now)
    return [
        OutgoingMessage(
            kind=Kind.SLOT_CARD,
            family_id=slot.family_id,
            user_id=other.user_id,
            facts={"told": [str(dose.id) for dose in found]},
            deadline_at=minute,
            person_id=slot.care_recipient_id,
            slot_at=slot.at,
            ask_no=newest[slot].ask_no if slot in newest else 0,
            part=slot.part,
            lane=Lane.ESCALATION,
        )
        for slot, found in slots.items()
        for other in people.get(slot.care_recipient_id, ())
        if other.is_told_later
    ]


class _Move(NamedTuple):
    """A dose's next state."""

    id: UUID
    status: DoseStatus
    step: Step | None
    at: datetime | None
    ask_no: int
    rung: int


def _wait(dose: DueDose) -> _Move:
    """Its plan has no such step any more: it waits for the end of its window."""
    action = missed_at(dose.window_ends_at)
    return _Move(dose.id, DoseStatus.PENDING, action.step, action.at, dose.ask_no, dose.rung)


def _next_move(dose: DueDose, people: MembersByPerson, *, now: datetime, ask_no: int) -> _Move:
    """The dose waits for its next step. Where everybody is asked first, there are no others to
    tell.
    """
    rung = rungs_taken(Step(dose.ladder_step), dose.rung, dose.plan)
    minute = floor_minute(now)
    action = next_action(
        rung,
        minute,
        plan=dose.plan,
        due_at=dose.due_at,
        window_ends_at=dose.window_ends_at,
    )
    has_others = any(who.is_told_later for who in people.get(dose.care_recipient_id, ()))
    if action.step is Step.OTHERS and not has_others:
        action = missed_at(dose.window_ends_at)
    return _Move(dose.id, DoseStatus.PENDING, action.step, action.at, ask_no, rung)


async def _by_card(
    scope: Scope, doses: Sequence[DueDose]
) -> tuple[dict[Slot, list[DueDose]], dict[Slot, Card]]:
    """The doses by slot and part, and the newest card of each that has one."""
    parts = await find_parts(scope, {(dose.care_recipient_id, dose.due_at) for dose in doses})
    slots = _by_slot(doses, at=lambda dose: dose.due_at, parts=parts)
    return slots, await _newest_cards(scope, slots)


_CARD = (
    Notification.family_id,
    Notification.care_recipient_id,
    Notification.slot_at,
    Notification.part,
)
_NEWEST_CARDS = (
    # Each card asks later than its predecessor.
    select(
        *_CARD,
        func.max(Notification.ask_no).label("ask_no"),
        func.max(Notification.deadline_at).label("asked_at"),
    )
    .join(
        SLOTS,
        (Notification.care_recipient_id == SLOTS.c.care_recipient_id)
        & (Notification.slot_at == SLOTS.c.slot_at),
    )
    .where(Notification.kind == Kind.SLOT_CARD, ~Notification.facts.has_key("told"))
    .group_by(*_CARD)
)


async def _newest_cards(scope: Scope, slots: Iterable[Slot]) -> dict[Slot, Card]:
    """The last card of each slot that has one, by part."""
    wanted = list(slots)
    keys = {(slot.care_recipient_id, slot.at) for slot in wanted}
    rows = await scope.rows(_NEWEST_CARDS, slot_parameters(keys))
    found = {
        Slot(row.family_id, row.care_recipient_id, row.slot_at, row.part): Card(
            row.ask_no, row.asked_at
        )
        for row in rows
    }
    return {slot: found[slot] for slot in wanted if slot in found}


def _card_for(doses: Sequence[DueDose], newest: Card | None) -> Card:
    """The card that asks for these doses of a slot: the newest if it's of this minute, else a new
    one.

    Doses of one minute may come in several batches, and share a card. A snoozed dose is asked for
    at its own minute, by a new message, because an edit makes no sound.
    """
    minute = max(dose.next_action_at for dose in doses)
    if newest is None:
        return Card(0, minute)
    return newest if newest.asked_at == minute else Card(newest.ask_no + 1, minute)


async def _close(
    scope: Scope, doses: Sequence[DueDose], people: MembersByPerson, *, now: datetime
) -> Sequence[OutgoingMessage]:
    slots = _by_slot(doses, at=lambda dose: dose.due_at)
    reached = await find_asked_for(scope, [dose.id for dose in doses], [NotificationStatus.SENT])
    missed = [dose for dose in doses if dose.id in reached]
    not_asked = [dose for dose in doses if dose.id not in reached]
    await _move_doses(
        scope,
        [
            _Move(dose.id, status, None, None, dose.ask_no, dose.rung)
            for status, found in ((DoseStatus.MISSED, missed), (DoseStatus.NOT_ASKED, not_asked))
            for dose in found
        ],
    )
    await refresh_cards(scope, {(slot.care_recipient_id, slot.at) for slot in slots})
    # One summary for all windows that end in this minute, not one alarm per dose; several only if
    # there are more doses than fit.
    minute = floor_minute(now)
    queued: list[OutgoingMessage] = []
    for kind, found in ((Kind.MISSED, missed), (Kind.NOT_ASKED, not_asked)):
        summaries = _by_slot(found, at=lambda _: minute, parts=_in_parts(found))
        cards = dict.fromkeys(summaries, Card(0, minute))
        queued += _messages(kind, summaries, people, cards)
    return queued


def _in_parts(doses: Iterable[DueDose]) -> Mapping[UUID, int]:
    """Which of a person's summaries each dose is on, earliest doses first."""
    by_person: dict[UUID, list[UUID]] = defaultdict(list)
    for dose in sorted(doses, key=lambda dose: (dose.due_at, dose.id)):
        by_person[dose.care_recipient_id].append(dose.id)
    return {
        dose_id: part_at(place)
        for dose_ids in by_person.values()
        for place, dose_id in enumerate(dose_ids)
    }


def _by_slot(
    doses: Iterable[DueDose], *, at: Any, parts: Mapping[UUID, int] | None = None
) -> dict[Slot, list[DueDose]]:
    slots: dict[Slot, list[DueDose]] = defaultdict(list)
    for dose in doses:
        part = (parts or {}).get(dose.id, 0)
        slots[Slot(dose.family_id, dose.care_recipient_id, at(dose), part)].append(dose)
    return dict(slots)


def _messages(
    kind: Kind,
    slots: dict[Slot, list[DueDose]],
    people: MembersByPerson,
    cards: dict[Slot, Card],
) -> Sequence[OutgoingMessage]:
    """One message per slot and receiver."""
    return [
        OutgoingMessage(
            kind=kind,
            family_id=slot.family_id,
            user_id=user_id,
            group_id=group_id,
            facts={"dose_ids": [str(dose.id) for dose in doses]},
            deadline_at=cards[slot].asked_at,
            person_id=slot.care_recipient_id,
            slot_at=slot.at,
            ask_no=cards[slot].ask_no,
            part=slot.part,
        )
        for slot, doses in slots.items()
        for user_id, group_id in _receivers(kind, people.get(slot.care_recipient_id, ()))
    ]


def _receivers(
    kind: Kind, members: Sequence[NotifiedMember]
) -> Sequence[tuple[UUID | None, UUID | None]]:
    """Members and groups. Cards go to who is asked first, and to the family's group; of missed
    doses everybody hears who wants to, in private.
    """
    if kind is Kind.SLOT_CARD:
        return receivers_of_cards(members)
    return [
        (who.user_id, None)
        for who in members
        if who.is_asked_first or (kind is Kind.MISSED and who.hears in HEARS_OF_MISSED)
    ]


async def _move_doses(
    scope: Scope,
    moves: Sequence[_Move],
) -> None:
    ids, statuses, steps, ats, ask_nos, rungs = zip(*moves, strict=True)
    for at in {at for at in ats if at is not None}:
        scope.publish(TimerSet(at))
    await scope.execute(
        _MOVE_DOSES,
        {
            "ids": list(ids),
            "statuses": list(statuses),
            "steps": list(steps),
            "ats": list(ats),
            "ask_nos": list(ask_nos),
            "rungs": list(rungs),
        },
    )
