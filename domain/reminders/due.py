"""A wake-up's work: claim what has a timer whose minute has come, write what is owed, move timers.

Doses and appointments go the same way: claimed together, owed in one statement, sent by the same
delivery. They differ in who is told what, and in what comes next.

Everything here runs as the dispatcher, across families, in batches, each its own transaction.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Row, false, func, select, text, union, update

from domain.access import ASKED_FIRST, Action, Role, may
from domain.appointments.ladder import after_telling, appointment_actions
from domain.appointments.series.series import reminded_before
from domain.database import Scope
from domain.delivery.outbox import find_asked_for, show_again
from domain.events import NotificationsOwed, TimerSet
from domain.family.running_pauses import PAUSE_COLUMNS, is_silenced
from domain.medicines.doses.card_parts import find_parts, part_at
from domain.medicines.doses.ladder import after_asking
from domain.models import (
    Appointment,
    AppointmentOccurrence,
    CareRecipient,
    Dose,
    FamilyMember,
    Medication,
    Notification,
    new_id,
)
from domain.models.appointments import OccurrenceStatus
from domain.models.delivery import Kind, Lane, Status
from domain.models.medicines import DoseStatus
from domain.set_asides import Subject, Work, is_free
from domain.timers import NextAction, Step


@dataclass(frozen=True)
class Slot:
    """The doses of one person at one minute, as far as they are on one card (`part`), or one
    minute's summary about them.
    """

    family_id: UUID
    care_recipient_id: UUID
    at: datetime
    part: int = 0


@dataclass(frozen=True)
class Card:
    """The number of a slot's card, and the minute in which it asks."""

    ask_no: int
    asked_at: datetime


# What is owed already (a batch ended inside its slot, a medicine was added to it) is shown anew
# instead, or sent after all, and is about these too.
_OWE = text("""
    INSERT INTO notifications
           (id, family_id, user_id, care_recipient_id, kind, slot_at, ask_no, part, lane,
            deadline_at, facts)
    SELECT o.id, o.family_id, o.user_id, o.care_recipient_id, o.kind, o.slot_at, o.ask_no, o.part,
           o.lane, o.deadline_at, jsonb_build_object(o.fact, o.about)
    FROM unnest(CAST(:ids AS uuid[]), CAST(:family_ids AS uuid[]), CAST(:user_ids AS uuid[]),
                CAST(:recipient_ids AS uuid[]), CAST(:kinds AS text[]),
                CAST(:slots AS timestamptz[]), CAST(:ask_nos AS smallint[]),
                CAST(:parts AS smallint[]),
                CAST(:lanes AS smallint[]), CAST(:deadlines AS timestamptz[]),
                CAST(:facts AS text[]), CAST(:abouts AS jsonb[]))
         AS o (id, family_id, user_id, care_recipient_id, kind, slot_at, ask_no, part, lane,
               deadline_at, fact, about)
    ON CONFLICT ON CONSTRAINT uq_notifications_card DO UPDATE
    SET wanted_version = notifications.wanted_version + 1, reason = NULL,
        status = CASE notifications.status WHEN 'sent' THEN 'sent' ELSE 'pending' END,
        facts = notifications.facts || (
            SELECT jsonb_object_agg(key, (notifications.facts -> key) || value)
            FROM jsonb_each(excluded.facts))
    WHERE notifications.status IN ('pending', 'sent', 'obsolete')
""")

_MOVE_DOSES = text("""
    UPDATE doses d
    SET status = moved.status, ladder_step = moved.step, next_action_at = moved.at,
        ask_no = moved.ask_no,
        resolved_at = CASE WHEN moved.status = 'pending' THEN NULL ELSE clock_now() END
    FROM unnest(CAST(:ids AS uuid[]), CAST(:statuses AS text[]), CAST(:steps AS text[]),
                CAST(:ats AS timestamptz[]), CAST(:ask_nos AS smallint[]))
         AS moved (id, status, step, at, ask_no)
    WHERE d.id = moved.id
""")

_MOVE_OCCURRENCES = text("""
    UPDATE appointment_occurrences o
    SET ladder_step = moved.step, next_action_at = moved.at
    FROM unnest(CAST(:ids AS uuid[]), CAST(:steps AS text[]), CAST(:ats AS timestamptz[]))
         AS moved (id, step, at)
    WHERE o.id = moved.id
""")


@dataclass(frozen=True)
class Owed:
    """A message to one member. `about` is what its facts call `fact`: a JSON array or object, to
    which that of another message of this kind, slot and member is added.
    """

    kind: Kind
    lane: Lane
    slot: Slot
    user_id: UUID
    card: Card
    fact: str
    about: Any


@dataclass(frozen=True)
class Asked:
    """A member of the family of somebody cared for, as far as it says what they are told."""

    user_id: UUID
    role: Role
    is_recipient: bool  # the person themselves

    @property
    def is_asked_first(self) -> bool:
        return self.role in ASKED_FIRST or self.is_recipient


People: TypeAlias = Mapping[UUID, Sequence[Asked]]


async def act_on_due(scope: Scope, *, most: int) -> int:
    """Take the next step of whatever timer has run out: of up to *most* doses and as many
    appointments. Returns how many. Several replicas may do so at once: each takes rows that no
    other holds.
    """
    doses = await scope.rows(_DUE_DOSES.limit(most))
    occurrences = await scope.rows(_DUE_OCCURRENCES.limit(most))
    return await _act(scope, doses, occurrences)


async def find_due(scope: Scope, *, most: int) -> tuple[Sequence[Subject], Sequence[Subject]]:
    """What :func:`act_on_due` would act on: doses, and occurrences of appointments."""
    doses = await scope.rows(_DUE_DOSES.limit(most))
    occurrences = await scope.rows(_DUE_OCCURRENCES.limit(most))
    return (
        [Subject(row.family_id, row.id) for row in doses],
        [Subject(row.family_id, row.id) for row in occurrences],
    )


async def act_on_doses(scope: Scope, dose_ids: Sequence[UUID]) -> int:
    """As :func:`act_on_due`, for these doses."""
    return await _act(scope, await scope.rows(_DUE_DOSES.where(Dose.id.in_(dose_ids))), [])


async def act_on_occurrences(scope: Scope, occurrence_ids: Sequence[UUID]) -> int:
    """As :func:`act_on_due`, for these occurrences."""
    is_meant = AppointmentOccurrence.id.in_(occurrence_ids)
    return await _act(scope, [], await scope.rows(_DUE_OCCURRENCES.where(is_meant)))


async def _act(scope: Scope, doses: Sequence[Row[Any]], occurrences: Sequence[Row[Any]]) -> int:
    due = [*doses, *occurrences]
    if not due:
        return 0
    people = await _list_people(scope, {row.care_recipient_id for row in due})
    # Never before what PostgreSQL says has come: the same step would be due again at once.
    now = max([scope.clock.now(), *(row.next_action_at for row in due)])
    owed = [
        *await _act_on_doses(scope, doses, people, now=now),
        *await _act_on_occurrences(scope, occurrences, people, now=now),
    ]
    await _owe(scope, owed)
    scope.publish(NotificationsOwed())
    return len(due)


_DUE_DOSES = (
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
    .where(Dose.next_action_at <= func.clock_now(), is_free(Work.DOSE, Dose.id))
    .order_by(Dose.next_action_at)
    .with_for_update(skip_locked=True)
)

_DUE_OCCURRENCES = (
    select(
        AppointmentOccurrence.id,
        AppointmentOccurrence.family_id,
        AppointmentOccurrence.care_recipient_id,
        AppointmentOccurrence.starts_at,
        AppointmentOccurrence.ends_at,
        AppointmentOccurrence.status,
        AppointmentOccurrence.driver_id,
        AppointmentOccurrence.ladder_step,
        AppointmentOccurrence.next_action_at,
        Appointment.timezone,
        AppointmentOccurrence.own_remind_before,
        Appointment.remind_before,
        *PAUSE_COLUMNS,
        Appointment.is_all_day,
    )
    .join(Appointment, Appointment.id == AppointmentOccurrence.appointment_id)
    .join(CareRecipient, CareRecipient.id == AppointmentOccurrence.care_recipient_id)
    .where(
        AppointmentOccurrence.next_action_at <= func.clock_now(),
        is_free(Work.APPOINTMENT, AppointmentOccurrence.id),
    )
    .order_by(AppointmentOccurrence.next_action_at)
    .with_for_update(skip_locked=True, of=AppointmentOccurrence)
)


async def _act_on_doses(
    scope: Scope, due: Sequence[Row[Any]], people: People, *, now: datetime
) -> Sequence[Owed]:
    """Ask for those whose window is open, give up those whose window is over."""
    if not due:
        return []
    in_time = [d for d in due if d.ladder_step == Step.ASK and now < d.window_ends_at]
    over = [d for d in due if d.ladder_step == Step.MISS or now >= d.window_ends_at]
    asked = await _ask(scope, in_time, people) if in_time else []
    given_up = await _give_up(scope, over, people, now=now) if over else []
    return [*asked, *given_up]


async def _act_on_occurrences(
    scope: Scope, due: Sequence[Row[Any]], people: People, *, now: datetime
) -> Sequence[Owed]:
    """Tell of appointments, and set what is told next. Two of one person in a minute are one
    message; what was due in an outage is told once.
    """
    if not due:
        return []
    steps: dict[tuple[Slot, UUID], dict[str, str]] = defaultdict(dict)
    told: list[UUID] = []
    for row in due:
        action = _overdue(row, now=now)
        slot = Slot(row.family_id, row.care_recipient_id, action.at)
        if _is_silenced(row, action.step, now=now):
            continue
        told.append(row.id)
        for user_id in _who_is_told(row, action.step, people.get(row.care_recipient_id, ())):
            steps[slot, user_id][str(row.id)] = action.step
    following = [_following(row, now=now) for row in due]
    for at in {action.at for action in following if action is not None}:
        scope.publish(TimerSet(at))
    await scope.execute(
        _MOVE_OCCURRENCES,
        {
            "ids": [row.id for row in due],
            "steps": [each.step if each else None for each in following],
            "ats": [each.at if each else None for each in following],
        },
    )
    await scope.execute(
        update(AppointmentOccurrence)
        .where(AppointmentOccurrence.id.in_(told))
        .values(told_at=func.clock_now())
    )
    return [
        Owed(Kind.APPOINTMENT, Lane.APPOINTMENTS, slot, user_id, Card(0, slot.at), "steps", about)
        for (slot, user_id), about in steps.items()
    ]


def _is_silenced(row: Row[Any], step: Step, *, now: datetime) -> bool:
    """Whether it takes place while its person's pause is to be quiet. What was said of it before
    and holds no more is told all the same.
    """
    return step is not Step.TELL and is_silenced(row, now=now)


def _who_is_told(row: Row[Any], step: Step, members: Sequence[Asked]) -> Sequence[UUID]:
    """Everybody is told of an appointment; only those who may drive are asked to, as long as nobody
    does, and how it went is asked of the driver, or of those who are asked first.
    """
    present = {member.user_id for member in members}
    driver_id = row.driver_id if row.driver_id in present else None
    match step:
        case Step.ASK_DRIVER:
            drivers = [m.user_id for m in members if may(m.role, Action.DRIVE)]
            return drivers if driver_id is None else []
        case Step.ASK_OUTCOME:
            if driver_id is not None:
                return [driver_id]
            return [m.user_id for m in members if m.role in ASKED_FIRST]
        case _:
            return [m.user_id for m in members]


def _actions(row: Row[Any]) -> Sequence[NextAction]:
    return appointment_actions(
        row.starts_at,
        row.ends_at,
        zone=ZoneInfo(row.timezone),
        remind_before=reminded_before(row),
        is_all_day=row.is_all_day,
    )


def _overdue(row: Row[Any], *, now: datetime) -> NextAction:
    """What is told now. After an outage that is one thing out of all that has become due: how it
    went if it is over, else that it takes place, else who drives.
    """
    first = NextAction(Step(row.ladder_step), row.next_action_at)
    missed = [action for action in _actions(row) if first.at < action.at <= now]
    if row.status != OccurrenceStatus.PLANNED:
        return first
    return max([first, *missed], key=lambda action: (_URGENCY[action.step], action.at))


_URGENCY = {Step.ASK_DRIVER: 0, Step.REMIND: 1, Step.TELL: 2, Step.ASK_OUTCOME: 3}


def _following(row: Row[Any], *, now: datetime) -> NextAction | None:
    if row.status != OccurrenceStatus.PLANNED:
        return None
    return after_telling(_actions(row), now=now)


async def list_timers(scope: Scope, *, until: datetime) -> Sequence[datetime]:
    """The distinct minutes (UTC) up to *until* in which a dose or an appointment acts, a stock is
    checked, or the end of a pause is announced or comes."""
    doses = select(Dose.next_action_at.label("at")).where(
        Dose.next_action_at.is_not(None), Dose.next_action_at <= until
    )
    stocks = select(Medication.stock_check_at.label("at")).where(
        Medication.stock_check_at.is_not(None), Medication.stock_check_at <= until
    )
    occurrences = select(AppointmentOccurrence.next_action_at.label("at")).where(
        AppointmentOccurrence.next_action_at.is_not(None),
        AppointmentOccurrence.next_action_at <= until,
    )
    pauses = select(CareRecipient.pause_ends_told_at.label("at")).where(
        CareRecipient.pause_ends_told_at.is_not(None), CareRecipient.pause_ends_told_at <= until
    )
    timers = union(doses, stocks, occurrences, pauses).subquery()
    return [row.at for row in await scope.rows(select(timers.c.at).order_by(timers.c.at))]


async def _list_people(scope: Scope, care_recipient_ids: Iterable[UUID]) -> People:
    """For each person: the members of their family, but for others who are cared for."""
    rows = await scope.rows(
        select(
            CareRecipient.id,
            FamilyMember.user_id,
            FamilyMember.role,
            func.coalesce(FamilyMember.user_id == CareRecipient.user_id, false()).label("is_self"),
        )
        .join(FamilyMember, FamilyMember.family_id == CareRecipient.family_id)
        .where(
            CareRecipient.id.in_(list(care_recipient_ids)),
            FamilyMember.left_at.is_(None),
            (FamilyMember.role != Role.RECIPIENT) | (FamilyMember.user_id == CareRecipient.user_id),
        )
    )
    people: dict[UUID, list[Asked]] = defaultdict(list)
    for row in rows:
        people[row.id].append(Asked(row.user_id, Role(row.role), row.is_self))
    return people


async def _ask(scope: Scope, doses: Sequence[Row[Any]], people: People) -> Sequence[Owed]:
    parts = await find_parts(scope, {(dose.care_recipient_id, dose.due_at) for dose in doses})
    slots = _by_slot(doses, at=lambda dose: dose.due_at, parts=parts)
    newest = await _newest_cards(scope, slots)
    cards = {slot: _card_for(found, newest.get(slot)) for slot, found in slots.items()}
    await show_again(scope, {(slot.care_recipient_id, slot.at) for slot in newest})
    moves = []
    for slot, found in slots.items():
        for dose in found:
            action = after_asking(dose.window_ends_at)
            moves.append(
                (dose.id, DoseStatus.PENDING, action.step, action.at, cards[slot].ask_no + 1)
            )
            scope.publish(TimerSet(action.at))
    await _move_doses(scope, moves)
    return _of_doses(Kind.SLOT_CARD, Lane.DUE, slots, people, cards)


async def _newest_cards(scope: Scope, slots: Iterable[Slot]) -> dict[Slot, Card]:
    """The last card of each slot that has one, part by part."""
    wanted = list(slots)
    card = (
        Notification.family_id,
        Notification.care_recipient_id,
        Notification.slot_at,
        Notification.part,
    )
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
        Slot(row.family_id, row.care_recipient_id, row.slot_at, row.part): Card(
            row.ask_no, row.asked_at
        )
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
    scope: Scope, doses: Sequence[Row[Any]], people: People, *, now: datetime
) -> Sequence[Owed]:
    slots = _by_slot(doses, at=lambda dose: dose.due_at)
    reached = await find_asked_for(scope, [dose.id for dose in doses], [Status.SENT])
    missed = [dose for dose in doses if dose.id in reached]
    not_asked = [dose for dose in doses if dose.id not in reached]
    await _move_doses(
        scope,
        [(dose.id, DoseStatus.MISSED, None, None, dose.ask_no) for dose in missed]
        + [(dose.id, DoseStatus.NOT_ASKED, None, None, dose.ask_no) for dose in not_asked],
    )
    await show_again(scope, {(slot.care_recipient_id, slot.at) for slot in slots})
    # One summary for what ends in this minute, not one alarm for each dose; of more doses than have
    # room for their buttons, several.
    minute = now.replace(second=0, microsecond=0)
    owed: list[Owed] = []
    for kind, found in ((Kind.MISSED, missed), (Kind.NOT_ASKED, not_asked)):
        summaries = _by_slot(found, at=lambda _: minute, parts=_in_parts(found))
        cards = dict.fromkeys(summaries, Card(0, minute))
        owed += _of_doses(kind, Lane.ESCALATION, summaries, people, cards)
    return owed


def _in_parts(doses: Iterable[Row[Any]]) -> Mapping[UUID, int]:
    """In which of a person's summaries each dose is, the earliest first."""
    theirs: dict[UUID, list[UUID]] = defaultdict(list)
    for dose in sorted(doses, key=lambda dose: (dose.due_at, dose.id)):
        theirs[dose.care_recipient_id].append(dose.id)
    return {
        dose_id: part_at(place)
        for dose_ids in theirs.values()
        for place, dose_id in enumerate(dose_ids)
    }


def _by_slot(
    doses: Iterable[Row[Any]], *, at: Any, parts: Mapping[UUID, int] | None = None
) -> dict[Slot, list[Row[Any]]]:
    slots: dict[Slot, list[Row[Any]]] = defaultdict(list)
    for dose in doses:
        part = (parts or {}).get(dose.id, 0)
        slots[Slot(dose.family_id, dose.care_recipient_id, at(dose), part)].append(dose)
    return dict(slots)


def _of_doses(
    kind: Kind,
    lane: Lane,
    slots: dict[Slot, list[Row[Any]]],
    people: People,
    cards: dict[Slot, Card],
) -> Sequence[Owed]:
    """A message about the doses of each slot to each member who is asked first."""
    return [
        Owed(kind, lane, slot, asked.user_id, cards[slot], "dose_ids", [str(d.id) for d in doses])
        for slot, doses in slots.items()
        for asked in people.get(slot.care_recipient_id, ())
        if asked.is_asked_first
    ]


async def _owe(scope: Scope, owed: Sequence[Owed]) -> None:
    if not owed:
        return
    await scope.execute(
        _OWE,
        {
            "ids": [new_id() for _ in owed],
            "family_ids": [each.slot.family_id for each in owed],
            "user_ids": [each.user_id for each in owed],
            "recipient_ids": [each.slot.care_recipient_id for each in owed],
            "kinds": [each.kind for each in owed],
            "slots": [each.slot.at for each in owed],
            "ask_nos": [each.card.ask_no for each in owed],
            "parts": [each.slot.part for each in owed],
            "lanes": [each.lane for each in owed],
            "deadlines": [each.card.asked_at for each in owed],
            "facts": [each.fact for each in owed],
            "abouts": [json.dumps(each.about) for each in owed],
        },
    )


async def _move_doses(
    scope: Scope,
    moves: Sequence[tuple[UUID, DoseStatus, Step | None, datetime | None, int]],
) -> None:
    ids, statuses, steps, ats, ask_nos = zip(*moves, strict=True)
    await scope.execute(
        _MOVE_DOSES,
        {
            "ids": list(ids),
            "statuses": list(statuses),
            "steps": list(steps),
            "ats": list(ats),
            "ask_nos": list(ask_nos),
        },
    )
