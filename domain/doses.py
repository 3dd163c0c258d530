"""Doses: recording what happened to them, taking it back, and what today holds.

A dose is resolved once. Whoever comes second is told who was first, and when.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ARRAY, Row, Uuid, any_, bindparam, func, insert, select, text, update

from domain import audit, notifications
from domain.access import Action, may
from domain.card_parts import DOSES_ON_A_CARD, digest_of, part_at
from domain.care_recipients import Person, list_people
from domain.counted_intakes import plan_again
from domain.database import Act, Member, Scope
from domain.dosages import Dosage
from domain.errors import (
    NotAllowed,
    NotFound,
    NothingRecorded,
    TooLateToUndo,
)
from domain.events import NotificationsOwed, TimerSet
from domain.ladder import UNDO_PERIOD, Step, after_snooze, after_undo
from domain.measures import use_of
from domain.medications import follow_intakes
from domain.models import (
    CareRecipient,
    Dose,
    Medication,
    MedicationLog,
    Notification,
    User,
    new_id,
)
from domain.notifications import Kind, Status, find_asked_for
from domain.record_notices import tell_recorder
from domain.schedules import local_time, resolve_local
from domain.stock import give_back


class DoseStatus(StrEnum):
    PENDING = "pending"
    TAKEN = "taken"
    SKIPPED = "skipped"
    MISSED = "missed"
    NOT_ASKED = "not_asked"  # we never reached anybody: nobody's miss
    CANCELLED = "cancelled"


RESOLVED = frozenset({DoseStatus.TAKEN, DoseStatus.SKIPPED})
UNANSWERED = frozenset({DoseStatus.MISSED, DoseStatus.NOT_ASKED})
_IN_TIME = [DoseStatus.PENDING]
_OPEN = [DoseStatus.PENDING, *sorted(UNANSWERED)]
ONE_DOSE = Decimal(1)
# A day can be 25 hours long, and a dose in a gap falls up to an hour after its local time. What
# lies behind may be of yesterday by another clock: they are up to 26 hours apart.
_FARTHEST_BEHIND = timedelta(hours=52)
_FARTHEST_AHEAD = timedelta(hours=27)
_SOON = timedelta(hours=4)  # what is due by then may be what somebody gives now


@dataclass(frozen=True)
class DoseFacts:
    """A dose as people read of it. `local` is the wall clock at which it was due, naive, in `zone`.

    `taken_at` is when it was taken, by the clock of `taken_zone`, `resolved_at` when somebody said
    so. Both zones stay when the person moves; `home_zone` is where they live now, if that is not
    `zone`. `given` is what was given where that was not the planned `dosage` (`amount` of `unit`),
    `dose_count` how many doses as the medicine was set. What is not `is_scheduled` was given as it
    was needed.
    """

    id: UUID
    medication_id: UUID
    care_recipient_id: UUID
    name: str
    dosage: str
    zone: ZoneInfo
    local: datetime
    due_at: datetime
    window_ends_at: datetime
    status: DoseStatus
    resolved_at: datetime | None
    resolved_by: str | None
    resolved_by_id: UUID | None
    snoozed_until: datetime | None
    snoozed_by: str | None
    is_scheduled: bool = True
    amount: Decimal | None = None
    unit: str | None = None
    taken_at: datetime | None = None
    taken_zone: ZoneInfo | None = None
    given: str | None = None
    dose_count: Decimal = ONE_DOSE
    note: str | None = None
    home_zone: ZoneInfo | None = None

    @property
    def home(self) -> ZoneInfo:
        """By whose clock the person lives now."""
        return self.home_zone or self.zone

    @property
    def taken_local(self) -> datetime | None:
        """When it was taken, by the clock of then (aware)."""
        return self.taken_at.astimezone(self.taken_zone or self.zone) if self.taken_at else None


@dataclass(frozen=True)
class Recorded:
    """The outcome of a press: what it recorded, and what somebody had recorded before.

    `left_open` are how many more of the slot are open, which the pressed message does not show.
    `late` are not recorded: their time is over, so it is to be asked when they were taken; see
    :mod:`domain.late_records`.
    """

    recorded: Sequence[DoseFacts]
    already: Sequence[DoseFacts]
    left_open: int = 0
    late: Sequence[DoseFacts] = ()


@dataclass(frozen=True)
class SlotFacts:
    """The doses of a person at one minute, card by card (see :mod:`domain.card_parts`): those that
    count, and those that were cancelled. `zone` is by whose clock they are due, None if there never
    were any.
    """

    parts: Mapping[int, Sequence[DoseFacts]]
    zone: ZoneInfo | None
    cancelled: Mapping[int, Sequence[DoseFacts]] = field(default_factory=dict)

    @property
    def doses(self) -> Sequence[DoseFacts]:
        return [dose for part in sorted(self.parts) for dose in self.parts[part]]


@dataclass(frozen=True)
class CardMessage:
    """A message in somebody's chat, as Telegram names it."""

    chat_id: int
    message_id: int


@dataclass(frozen=True)
class Snoozed:
    dose: DoseFacts
    until: datetime | None  # None: its window ends before, so it is not asked again


@dataclass(frozen=True)
class WhichDose:
    """A press on the card of an earlier day, whose time is over: it may well mean another dose.

    `pressed` are those of the card, the slot's `part`, and `others` what of the same medicines is
    open today.
    """

    pressed: Sequence[DoseFacts]
    others: Sequence[DoseFacts]
    part: int = 0


@dataclass(frozen=True)
class PersonToday:
    person: Person
    doses: Sequence[DoseFacts]


# One statement: lock the doses, resolve what is still open, log it, take it from the stock, audit.
# Locks are taken in the order of ids, so that two "All taken" do not block each other for ever.
# What is resolved already is locked too: nobody undoes it before the member is told who was first.
# The time is that of holding the lock, not of asking for it: logs stand in their true order. It is
# read from what counts the locked rows, since PostgreSQL is free to read a clock on its own first.
# What was given when it was due was given by the clock of then, wherever the person lives since.
# The stock is not cut off at zero: whatever is undone or corrected comes back exactly.
_RECORD = text(f"""
    WITH target AS MATERIALIZED (
        SELECT d.id, d.status AS before, ids.log_id, ids.audit_id, ids.movement_id,
               CASE WHEN CAST(:taken_at AS timestamptz) = d.due_at THEN d.timezone
                    ELSE c.timezone END AS timezone
        FROM doses d
        JOIN care_recipients c ON c.id = d.care_recipient_id
        JOIN unnest(CAST(:dose_ids AS uuid[]), CAST(:log_ids AS uuid[]), CAST(:audit_ids AS uuid[]),
                    CAST(:movement_ids AS uuid[]))
             AS ids (dose_id, log_id, audit_id, movement_id) ON ids.dose_id = d.id
        WHERE d.family_id = :family_id
          AND (:anybodys OR c.user_id = :user_id)
        ORDER BY d.id
        FOR UPDATE OF d
    ), moment AS (
        SELECT clock_now() + (clock_timestamp() - statement_timestamp()) AS at
        FROM (SELECT count(*) FROM target) AS locked
    ), resolved AS (
        UPDATE doses d
        SET status = :status, resolved_by_id = :user_id, next_action_at = NULL, ladder_step = NULL,
            resolved_at = moment.at, given = CAST(:given AS text), note = CAST(:note AS text),
            dose_count = CAST(:dose_count AS numeric),
            taken_at = CASE WHEN :status = 'taken'
                            THEN coalesce(CAST(:taken_at AS timestamptz), moment.at) END,
            taken_timezone = CASE WHEN :status = 'taken' THEN t.timezone END
        FROM target t, moment
        WHERE d.id = t.id AND t.before = ANY(CAST(:open AS text[]))
        RETURNING d.id, d.medication_id, d.care_recipient_id, d.due_at, d.resolved_at, d.taken_at,
                  coalesce(CAST(:amount AS numeric), d.amount, 1) AS amount,
                  coalesce(CAST(:unit AS text), d.unit, d.dosage) AS unit,
                  CASE WHEN CAST(:unit AS text) IS NOT NULL OR NOT d.is_scheduled
                       THEN d.dose_count END AS doses,
                  t.before, t.timezone, t.log_id, t.audit_id, t.movement_id
    ), logged AS (
        INSERT INTO medication_logs
               (id, family_id, medication_id, dose_id, action_id, status, timestamp, timezone,
                recorded_at, recorded_by_id, given, amount, unit, dose_count, note)
        SELECT log_id, :family_id, medication_id, id, :action_id, :status,
               coalesce(taken_at, resolved_at), timezone, resolved_at, :user_id,
               CAST(:given AS text), CAST(:amount AS numeric), CAST(:unit AS text),
               CAST(:dose_count AS numeric), CAST(:note AS text)
        FROM resolved
    ), medicine AS MATERIALIZED (
        SELECT m.id, m.stock, m.stock_unit, m.stock_per_dose, m.stock_dose_amount,
               m.stock_dose_unit, m.dosage, m.dosage_amount, m.dosage_unit,
               m.schedule ->> 'from_last_intake' = 'true' AS follows_intakes
        FROM medications m
        WHERE m.id IN (SELECT medication_id FROM resolved)
        ORDER BY m.id
        FOR UPDATE
    ), taken AS (
        SELECT r.id, r.medication_id, r.movement_id,
               {use_of("r.amount", "r.unit", doses="r.doses", medication="m")} AS amount
        FROM resolved r JOIN medicine m ON m.id = r.medication_id
        WHERE m.stock IS NOT NULL AND :status = 'taken'
    ), moved AS (
        INSERT INTO stock_movements
               (id, family_id, medication_id, dose_id, change, reason, recorded_by_id)
        SELECT movement_id, :family_id, medication_id, id, -amount, 'taken', :user_id
        FROM taken WHERE amount > 0
    ), stamped AS (
        UPDATE medications m
        SET last_logged_at = moment.at,
            stock = m.stock - coalesce(
                (SELECT sum(t.amount) FROM taken t WHERE t.medication_id = m.id), 0)
        FROM medicine, moment WHERE m.id = medicine.id
    ), audited AS (
        INSERT INTO audit_events
               (id, family_id, actor_id, action, subject_type, subject_id, before, after)
        SELECT audit_id, :family_id, :user_id, 'dose.' || :status, 'dose', id,
               jsonb_build_object('status', before),
               jsonb_build_object('status', CAST(:status AS text))
        FROM resolved
    )
    SELECT r.id, r.care_recipient_id, r.due_at, r.medication_id, r.before, m.follows_intakes
    FROM resolved r JOIN medicine m ON m.id = r.medication_id
""")  # noqa: S608 - constants of our own


_resolver = User.__table__.alias("resolver")
_snoozer = User.__table__.alias("snoozer")

# Statements that presses and cards run stand here whole: SQLAlchemy compiles each of them once, and
# to put one together costs more than to run it.
SELECT_DOSES = (
    select(
        Dose.id,
        Dose.medication_id,
        Dose.care_recipient_id,
        Dose.is_scheduled,
        Dose.medication_name,
        Dose.dosage,
        Dose.amount,
        Dose.unit,
        Dose.occurrence_key,
        Dose.due_at,
        Dose.window_ends_at,
        Dose.status,
        Dose.resolved_at,
        Dose.resolved_by_id,
        Dose.taken_at,
        Dose.taken_timezone,
        Dose.given,
        Dose.dose_count,
        Dose.note,
        Dose.next_action_at,
        Dose.ladder_step,
        Dose.snoozed_by_id,
        Dose.timezone,
        CareRecipient.timezone.label("home_timezone"),
        _resolver.c.name.label("resolved_by"),
        _snoozer.c.name.label("snoozed_by"),
    )
    .join(CareRecipient, CareRecipient.id == Dose.care_recipient_id)
    .outerjoin(_resolver, _resolver.c.id == Dose.resolved_by_id)
    .outerjoin(_snoozer, _snoozer.c.id == Dose.snoozed_by_id)
    .where(Dose.family_id == bindparam("of_family"))
    .order_by(Dose.due_at, Dose.medication_name, Dose.id)
)
_SELECT_BY_ID = SELECT_DOSES.where(Dose.id == any_(bindparam("dose_ids", type_=ARRAY(Uuid))))
_SELECT_SLOTS = SELECT_DOSES.where(
    Dose.care_recipient_id == notifications.SLOTS.c.care_recipient_id,
    Dose.due_at == notifications.SLOTS.c.slot_at,
)
_SHOW_AGAIN_AND_SELECT = _SELECT_BY_ID.add_cte(notifications.SHOW_AGAIN.cte("cards"))


async def record_doses(
    scope: Scope,
    dose_ids: Sequence[UUID],
    *,
    status: DoseStatus,
    taken_at: datetime | None = None,
    given: Dosage | None = None,
    dose_count: Decimal = ONE_DOSE,
    note: str | None = None,
    in_time_only: bool = False,
    action_id: UUID | None = None,
) -> Recorded:
    """Record doses as taken or skipped by the acting member: at *taken_at* (UTC; None is now), and
    with *given*, which counts as *dose_count* doses as set, where it was not the planned amount.

    *in_time_only* leaves out those whose time is over; they are `already` as they are. What is of
    one *action_id* is taken back together. Raises NotFound if one is not the family's, NotAllowed
    if the role or the person forbids it.
    """
    member = scope.require(Action.READ)
    count, action_id = len(dose_ids), action_id or new_id()
    rows = await scope.rows(
        _RECORD,
        {
            "dose_ids": list(dose_ids),
            "log_ids": [new_id() for _ in range(count)],
            "audit_ids": [new_id() for _ in range(count)],
            "movement_ids": [new_id() for _ in range(count)],
            "action_id": action_id,
            "family_id": member.family_id,
            "user_id": member.user_id,
            "anybodys": may(member.role, Action.RECORD_DOSE),
            "status": status,
            "open": _IN_TIME if in_time_only else _OPEN,
            "taken_at": taken_at,
            "given": given.words if given else None,
            "amount": given.amount if given else None,
            "unit": given.unit if given else None,
            "dose_count": dose_count,
            "note": note,
        },
    )
    follow = [row.medication_id for row in rows if row.follows_intakes]
    if follow and status is DoseStatus.TAKEN:
        await follow_intakes(scope, follow)
    recorded = {row.id for row in rows}
    if recorded:
        scope.acts.append(Act("recorded", action_id))
        # A statement of its own sees also the cards that were written while the first one waited.
        slots = {(row.care_recipient_id, row.due_at) for row in rows}
        shown = await scope.rows(
            _SHOW_AGAIN_AND_SELECT,
            {
                "of_family": member.family_id,
                "dose_ids": list(dose_ids),
                **notifications.slot_parameters(slots),
            },
        )
        doses = [dose_facts(row) for row in shown]
        were_late = [row.id for row in rows if row.before in UNANSWERED]
        await notifications.show_summaries_again(scope, were_late)
        scope.publish(NotificationsOwed())
    else:
        doses = list(await list_doses(scope, dose_ids))
    if len(doses) < len(set(dose_ids)):
        raise NotFound
    untouched = [dose for dose in doses if dose.id not in recorded]
    tried = _IN_TIME if in_time_only else _OPEN
    if any(dose.status in tried for dose in untouched):
        # Still open, yet the statement passed it by: it is somebody else's to record.
        raise NotAllowed(Action.RECORD_DOSE, member.role)
    return Recorded([dose for dose in doses if dose.id in recorded], untouched)


async def take_from_card(scope: Scope, dose_id: UUID) -> Recorded | WhichDose:
    """Taken, pressed on a card. Nothing is recorded if it may mean another dose, or is late.

    Raises NotFound, NotAllowed.
    """
    outcome = await take_exactly(scope, [dose_id])
    if outcome.late and _is_of_an_earlier_day(outcome.late[0], scope.clock.now()):
        return await _which(scope, outcome.late)
    return outcome


async def take_exactly(scope: Scope, dose_ids: Sequence[UUID]) -> Recorded:
    """Record doses as taken now, but for those whose time is over: they are `late`.

    Raises NotFound, NotAllowed.
    """
    outcome = await record_doses(scope, dose_ids, status=DoseStatus.TAKEN, in_time_only=True)
    late = [dose for dose in outcome.already if dose.status in UNANSWERED]
    for late_id in sorted(dose.id for dose in late):
        await lock_dose(scope, scope.require(Action.READ), late_id)
    return replace(
        outcome, late=late, already=[dose for dose in outcome.already if dose not in late]
    )


async def take_told(scope: Scope, notification_id: UUID) -> Recorded:
    """All taken, pressed below a message about doses whose time was over: what it shows. As
    :func:`take_exactly`.
    """
    member = scope.require(Action.READ)
    told = await scope.row(
        select(Notification.shown_dose_ids, Notification.facts).where(
            Notification.id == notification_id,
            Notification.family_id == member.family_id,
            Notification.kind.in_((Kind.MISSED, Kind.NOT_ASKED)),
        )
    )
    if told is None:
        raise NotFound
    # Pressed before it is recorded that the message was sent: it shows the first that fit.
    of_it = told.shown_dose_ids or [UUID(dose_id) for dose_id in told.facts["dose_ids"]]
    doses = (await list_doses(scope, of_it))[:DOSES_ON_A_CARD]
    if not doses:
        raise NotFound
    still_open = [dose.id for dose in doses if dose.status not in RESOLVED]
    return await take_exactly(scope, still_open) if still_open else Recorded([], doses)


async def take_slot_from_card(
    scope: Scope,
    care_recipient_id: UUID,
    slot_at: datetime,
    *,
    part: int = 0,
    message: CardMessage | None = None,
) -> Recorded | WhichDose:
    """All taken, pressed on a card: every open dose that this *message* shows, at once, but for
    those that are late.

    Of a message that was not recorded yet, or was sent twice, only the *part* of the slot is known
    that it is about. Nothing is recorded if it may mean other doses. Raises NotFound, NotAllowed.
    """
    scope.require(Action.READ)
    slot = await read_slot(scope, care_recipient_id, slot_at)
    doses = slot.parts.get(part, ())
    shown = await _find_shown(scope, care_recipient_id, slot_at, message)
    if shown is not None:
        doses = [dose for dose in doses if dose.id in shown]
        if len(doses) < len(slot.parts.get(part, ())):
            # It has not caught up with what has joined it: that counts once it is shown.
            await notifications.show_again(scope, {(care_recipient_id, slot_at)})
            scope.publish(NotificationsOwed())
    if not doses:
        raise NotFound
    still_open = [dose for dose in doses if dose.status not in RESOLVED]
    left_open = len([dose for dose in slot.doses if dose.status not in RESOLVED]) - len(still_open)
    if not still_open:
        return Recorded([], doses, left_open)
    is_over = all(dose.status in UNANSWERED for dose in still_open)
    if is_over and _is_of_an_earlier_day(still_open[0], scope.clock.now()):
        return await _which(scope, still_open, part=part)
    outcome = await take_exactly(scope, [dose.id for dose in still_open])
    return replace(outcome, left_open=left_open)


async def take_slot_surely(
    scope: Scope, care_recipient_id: UUID, slot_at: datetime, *, part: int, digest: str | None
) -> Recorded | WhichDose:
    """All taken, for doses whose names, day and time the question showed: those of *digest*.

    If others are open by now it is asked anew. Raises NotFound, NotAllowed.
    """
    scope.require(Action.READ)
    doses = (await read_slot(scope, care_recipient_id, slot_at)).parts.get(part, ())
    if not doses:
        raise NotFound
    still_open = [dose for dose in doses if dose.status not in RESOLVED]
    if not still_open:
        return Recorded([], doses)
    if digest_of(still_open) != digest:
        return await _which(scope, still_open, part=part)
    return await take_exactly(scope, [dose.id for dose in still_open])


async def _find_shown(
    scope: Scope, care_recipient_id: UUID, slot_at: datetime, message: CardMessage | None
) -> frozenset[UUID] | None:
    """Which doses a card shows; None if nobody knows this message as one of the slot's cards."""
    if message is None:
        return None
    row = await scope.row(
        select(Notification.shown_dose_ids).where(
            Notification.care_recipient_id == care_recipient_id,
            Notification.slot_at == slot_at,
            Notification.kind == Kind.SLOT_CARD,
            Notification.chat_id == message.chat_id,
            Notification.message_id == message.message_id,
        )
    )
    return None if row is None else frozenset(row.shown_dose_ids or ())


def _is_of_an_earlier_day(dose: DoseFacts, now: datetime) -> bool:
    return dose.local.date() < now.astimezone(dose.zone).date()


async def _which(scope: Scope, pressed: Sequence[DoseFacts], *, part: int = 0) -> WhichDose:
    """What else of the pressed medicines is open today, or due soon."""
    member = scope.require(Action.READ)
    now = scope.clock.now()
    rows = await scope.rows(
        SELECT_DOSES.where(
            Dose.medication_id.in_({dose.medication_id for dose in pressed}),
            Dose.status.in_(_OPEN),
            Dose.due_at > max(dose.due_at for dose in pressed),
            Dose.due_at <= now + _SOON,
        ),
        {"of_family": member.family_id},
    )
    return WhichDose(pressed, [dose_facts(row) for row in rows], part)


async def snooze_dose(scope: Scope, dose_id: UUID, *, minutes: int) -> Snoozed:
    """Ask everybody again in *minutes*. Raises NotFound, NotAllowed; a resolved dose is returned
    as it is, with nothing changed.
    """
    member = scope.require(Action.READ)
    dose = await lock_dose(scope, member, dose_id)
    if dose.status != DoseStatus.PENDING:
        return Snoozed((await list_doses(scope, [dose_id]))[0], until=None)
    action = after_snooze(
        max(scope.clock.now(), dose.due_at), minutes=minutes, window_ends_at=dose.window_ends_at
    )
    await scope.execute(
        update(Dose)
        .where(Dose.id == dose_id)
        .values(
            ladder_step=action.step,
            next_action_at=action.at,
            snoozed_by_id=member.user_id if action.step is Step.ASK else None,
        )
    )
    await audit.record(
        scope,
        "dose.snoozed",
        subject_type="dose",
        subject_id=dose_id,
        after={"next_action_at": action.at.isoformat()},
    )
    await notifications.show_again(scope, {(dose.care_recipient_id, dose.due_at)})
    scope.publish(TimerSet(action.at))
    scope.publish(NotificationsOwed())
    facts = (await list_doses(scope, [dose_id]))[0]
    return Snoozed(facts, until=action.at if action.step is Step.ASK else None)


async def undo_doses(scope: Scope, dose_ids: Sequence[UUID]) -> Sequence[DoseFacts]:
    """Take back, as one action, the records of doses, however they were corrected.

    Raises NotFound, NotAllowed, NothingRecorded (of one of them) or TooLateToUndo (recorded more
    than 48 hours ago).
    """
    member = scope.require(Action.READ)
    now, action_id = scope.clock.now(), new_id()
    for dose_id in sorted(dose_ids):
        dose = await lock_dose(scope, member, dose_id)
        if dose.status not in RESOLVED:
            raise NothingRecorded
        if dose.resolved_at < now - UNDO_PERIOD:
            raise TooLateToUndo
        # Cards that were not sent, because it was answered before, have asked nobody.
        asked = await find_asked_for(scope, [dose_id], [Status.PENDING, Status.SENT])
        action = after_undo(
            now, due_at=dose.due_at, window_ends_at=dose.window_ends_at, asked=bool(asked)
        )
        if not dose.is_scheduled or (action is not None and not dose.is_given):
            # It was not due, or is not to be given any more: there is nothing to ask for.
            status, action = DoseStatus.CANCELLED, None
        elif action is not None:
            status = DoseStatus.PENDING
        elif await find_asked_for(scope, [dose_id], [Status.SENT]):
            status = DoseStatus.MISSED
        else:
            status = DoseStatus.NOT_ASKED
        await scope.execute(
            update(Dose)
            .where(Dose.id == dose_id)
            .values(
                status=status,
                resolved_at=None if action else func.clock_now(),
                resolved_by_id=None,
                taken_at=None,
                taken_timezone=None,
                given=None,
                dose_count=ONE_DOSE,
                note=None,
                snoozed_by_id=None,
                ladder_step=action.step if action else None,
                next_action_at=action.at if action else None,
            )
        )
        await scope.execute(
            insert(MedicationLog).values(
                family_id=member.family_id,
                medication_id=dose.medication_id,
                dose_id=dose_id,
                action_id=action_id,
                status="undone",
                timestamp=now,
                timezone=dose.timezone,
                recorded_by_id=member.user_id,
            )
        )
        await audit.record(
            scope,
            "dose.undone",
            subject_type="dose",
            subject_id=dose_id,
            before={"status": dose.status},
            after={"status": status},
        )
        await tell_recorder(scope, dose_id)
        await give_back(scope, dose_id)
        await plan_again(scope, dose_id)
        if dose.follows_intakes:
            await follow_intakes(scope, [dose.medication_id])
        await notifications.show_again(scope, {(dose.care_recipient_id, dose.due_at)})
        if action is not None:
            scope.publish(TimerSet(action.at))
    await notifications.show_summaries_again(scope, dose_ids)
    scope.publish(NotificationsOwed())
    return await list_doses(scope, dose_ids)


async def read_slot(scope: Scope, care_recipient_id: UUID, slot_at: datetime) -> SlotFacts:
    """All doses of a person at one minute, card by card."""
    slot = (care_recipient_id, slot_at)
    return (await read_slots(scope, {slot}))[slot]


async def read_slots(
    scope: Scope, slots: Collection[notifications.SlotKey]
) -> Mapping[notifications.SlotKey, SlotFacts]:
    """As :func:`read_slot`, for several slots (person, due at) in one statement."""
    found: dict[notifications.SlotKey, list[Row[Any]]] = {slot: [] for slot in slots}
    parameters = {"of_family": scope.family_id, **notifications.slot_parameters(slots)}
    for row in await scope.rows(_SELECT_SLOTS, parameters):
        found[row.care_recipient_id, row.due_at].append(row)
    return {slot: _slot_facts(rows) for slot, rows in found.items()}


def _slot_facts(rows: Sequence[Row[Any]]) -> SlotFacts:
    """*rows* are all that were ever made for the slot, in the order in which a card shows them."""
    places = {dose_id: place for place, dose_id in enumerate(sorted(row.id for row in rows))}
    parts: dict[int, list[DoseFacts]] = {}
    cancelled: dict[int, list[DoseFacts]] = {}
    for row in rows:
        if row.is_scheduled:
            kept = cancelled if row.status == DoseStatus.CANCELLED else parts
            kept.setdefault(part_at(places[row.id]), []).append(dose_facts(row))
    shown = [dose for doses in parts.values() for dose in doses]
    zones = [dose.zone for dose in shown] or [ZoneInfo(row.timezone) for row in rows]
    # Where an old clock and that of today agree on the minute, today's is the one to tell.
    homes = [dose.home for dose in shown if dose.home == dose.zone]
    return SlotFacts(parts, next(iter([*homes, *zones]), None), cancelled)


async def get_dose(scope: Scope, dose_id: UUID) -> DoseFacts:
    """Raises NotFound if it is not the family's."""
    scope.require(Action.READ)
    found = await list_doses(scope, [dose_id])
    if not found:
        raise NotFound
    return found[0]


async def list_doses(scope: Scope, dose_ids: Sequence[UUID]) -> Sequence[DoseFacts]:
    """These doses of the scope's family, by when they are due."""
    rows = await scope.rows(
        _SELECT_BY_ID, {"of_family": scope.family_id, "dose_ids": list(dose_ids)}
    )
    return [dose_facts(row) for row in rows]


async def list_today(scope: Scope) -> Sequence[PersonToday]:
    """Today's doses of everybody cared for, and what of yesterday nobody has answered for yet. Two
    statements.

    Today is the person's by the clock of where they live; what was due today by the clock of where
    they were belongs to it too, or it would vanish in a move.
    """
    people = await list_people(scope)
    now = scope.clock.now()
    days = {person.id: now.astimezone(person.zone).date() for person in people}
    if not people:
        return []
    starts = [
        resolve_local(datetime.combine(days[person.id], datetime.min.time()), person.zone)
        for person in people
    ]
    rows = await scope.rows(
        SELECT_DOSES.where(
            Dose.care_recipient_id.in_(days),
            Dose.due_at >= min(starts) - _FARTHEST_BEHIND,
            Dose.due_at < max(starts) + _FARTHEST_AHEAD,
            Dose.status != DoseStatus.CANCELLED,
        ),
        {"of_family": scope.family_id},
    )
    doses: dict[UUID, list[DoseFacts]] = {person.id: [] for person in people}
    for row in rows:
        facts = dose_facts(row)
        if _belongs_to(days[row.care_recipient_id], facts, now):
            doses[row.care_recipient_id].append(facts)
    return [PersonToday(person, doses[person.id]) for person in people]


def _belongs_to(today: date, dose: DoseFacts, now: datetime) -> bool:
    days = {dose.local.date(), dose.due_at.astimezone(dose.home).date()}
    if today in days:
        return True
    if dose.status is DoseStatus.PENDING:
        return dose.due_at <= now  # asked for last night, and still open
    return dose.status in UNANSWERED and today - timedelta(days=1) in days


async def lock_dose(scope: Scope, member: Member, dose_id: UUID) -> Row[Any]:
    """Lock a dose that the member may record. Raises NotFound or NotAllowed."""
    dose = await scope.row(
        select(
            Dose.id,
            Dose.medication_id,
            Dose.care_recipient_id,
            Dose.due_at,
            Dose.window_ends_at,
            Dose.status,
            Dose.ask_no,
            Dose.resolved_at,
            Dose.is_scheduled,
            CareRecipient.user_id.label("recipient_user_id"),
            CareRecipient.timezone,
            ((Medication.status == "active") & Medication.deleted_at.is_(None)).label("is_given"),
            (Medication.schedule["from_last_intake"].as_boolean()).label("follows_intakes"),
        )
        .join(CareRecipient, CareRecipient.id == Dose.care_recipient_id)
        .join(Medication, Medication.id == Dose.medication_id)
        .where(Dose.id == dose_id, Dose.family_id == member.family_id)
        .with_for_update(of=Dose)
    )
    if dose is None or dose.status == DoseStatus.CANCELLED:
        raise NotFound
    is_own = dose.recipient_user_id == member.user_id
    if not (
        may(member.role, Action.RECORD_DOSE)
        or (is_own and may(member.role, Action.RECORD_OWN_DOSE))
    ):
        raise NotAllowed(Action.RECORD_DOSE, member.role)
    return dose


def dose_facts(row: Row[Any]) -> DoseFacts:
    is_snoozed = row.snoozed_by_id is not None and row.ladder_step == Step.ASK
    zone = ZoneInfo(row.timezone)
    return DoseFacts(
        id=row.id,
        medication_id=row.medication_id,
        care_recipient_id=row.care_recipient_id,
        name=row.medication_name,
        dosage=row.dosage,
        amount=row.amount,
        unit=row.unit,
        zone=zone,
        local=local_time(row.occurrence_key, row.due_at, zone),
        due_at=row.due_at,
        window_ends_at=row.window_ends_at,
        status=DoseStatus(row.status),
        resolved_at=row.resolved_at,
        resolved_by=row.resolved_by,
        resolved_by_id=row.resolved_by_id,
        snoozed_until=row.next_action_at if is_snoozed else None,
        snoozed_by=row.snoozed_by if is_snoozed else None,
        is_scheduled=row.is_scheduled,
        taken_at=row.taken_at,
        taken_zone=ZoneInfo(row.taken_timezone) if row.taken_timezone else None,
        given=row.given,
        dose_count=row.dose_count,
        note=row.note,
        home_zone=ZoneInfo(row.home_timezone),
    )
