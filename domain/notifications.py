"""The outbox: messages owed to members, claimed under a lease, rendered when sent, then recorded.

Claiming and recording run as the dispatcher, across families, and never see what a card says.
What it says is read in its own family's scope, right before each send or edit.
"""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    DateTime,
    Text,
    Uuid,
    and_,
    any_,
    bindparam,
    case,
    cast,
    column,
    func,
    literal,
    or_,
    select,
    text,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from domain.database import Scope
from domain.events import NotificationsOwed
from domain.models import CareRecipient, Dose, FamilyMember, Notification, User, new_id
from domain.models.traffic import OPEN_NOTIFICATION


class Lane(IntEnum):
    """Who goes first when Telegram's limits make messages wait."""

    INTERACTIVE = 0
    CRITICAL = 1
    DUE = 2
    ESCALATION = 3
    EDITS = 4
    APPOINTMENTS = 5
    DIGESTS = 6


class Kind(StrEnum):
    SLOT_CARD = "slot_card"
    MISSED = "missed"
    NOT_ASKED = "not_asked"
    JOINED = "joined"
    REFILL = "refill"
    APPOINTMENT = "appointment"
    RECORD_CHANGED = "record_changed"
    PAUSE_ENDS = "pause_ends"
    CALENDAR = "calendar"
    CHANGES = "changes"


_NAMES_A_TIME = (Kind.SLOT_CARD, Kind.MISSED, Kind.NOT_ASKED, Kind.APPOINTMENT)


class Status(StrEnum):
    PENDING = "pending"
    SENT = "sent"
    CLOSED = "closed"  # its reader has left: it says nothing any more, and is never touched again
    UNREACHABLE = "unreachable"
    OBSOLETE = "obsolete"  # resolved before it was sent
    FAILED = "failed"


@dataclass(frozen=True)
class Claimed:
    """A notification that this process may send or edit until its lease ends."""

    id: UUID
    family_id: UUID
    user_id: UUID
    chat_id: int  # the member's private chat
    lane: Lane
    deadline_at: datetime


@dataclass(frozen=True)
class Sent:
    """The record of a message that Telegram has accepted; its id, if the answer said it."""

    notification_id: UUID
    chat_id: int
    message_id: int | None
    shown_version: int
    shown_dose_ids: Sequence[UUID]


@dataclass(frozen=True)
class Shown:
    """A sent message shows *version* by now, or never will (it was deleted, or is too old): then
    `dose_ids` is None, since it shows what it showed before.
    """

    notification_id: UUID
    version: int
    dose_ids: Sequence[UUID] | None = None


#: What may be taken up: nobody holds it, and it need not wait. Where PostgreSQL's clock was set
#: back, what lies farther ahead than anybody sets it is over, too.
_IS_FREE = """
    (leased_until IS NULL OR leased_until < clock_now()
     OR leased_until > clock_now() + interval '10 minutes')
    AND (not_before IS NULL OR not_before <= clock_now()
         OR not_before > clock_now() + interval '1 day')
"""
EACH = 3  # messages to one person at once: one with many must not take the places of all others
_LOOKED_AT = 4  # times as many as are taken, so that others come into view behind such a one

_CLAIM = text(f"""
    WITH open AS (
        SELECT id, user_id, lane, deadline_at, part FROM notifications
        WHERE ({OPEN_NOTIFICATION}) AND {_IS_FREE} AND user_id <> ALL(CAST(:busy AS uuid[]))
        ORDER BY lane, deadline_at
        LIMIT :looked_at
    ), fair AS (
        SELECT id, lane, deadline_at,
               row_number() OVER (PARTITION BY user_id ORDER BY lane, deadline_at, part) AS place
        FROM open
    ), taken AS (
        SELECT n.id, n.user_id FROM notifications n JOIN fair USING (id)
        WHERE fair.place <= :each AND ({OPEN_NOTIFICATION}) AND {_IS_FREE}
        ORDER BY fair.lane, fair.deadline_at
        LIMIT :most
        FOR UPDATE OF n SKIP LOCKED
    )
    UPDATE notifications n
    SET leased_by = :owner, leased_until = clock_now() + :lease,
        attempts = least(n.attempts + 1, 1000),
        -- The lease of a process that is gone hid a send whose outcome nobody knows: the next one
        -- says that it may repeat. What this one let go of, it knows.
        maybe_sent = n.maybe_sent OR (n.status = 'pending' AND n.leased_until IS NOT NULL
                                      AND n.leased_by IS DISTINCT FROM :owner)
    FROM taken JOIN users u ON u.id = taken.user_id
    WHERE n.id = taken.id
    RETURNING n.id, n.family_id, n.user_id, u.telegram_id, n.lane, n.deadline_at, n.part, n.status
""")  # noqa: S608 - constants of our own


async def claim(
    scope: Scope,
    *,
    most: int,
    lease: timedelta,
    owner: UUID,
    busy: Collection[UUID] = (),
) -> Sequence[Claimed]:
    """Take up to *most* notifications that are to be sent or edited, the most urgent first, and
    the cards of one slot in their order; few for each person, and none for those who are *busy*.
    """
    rows = await scope.rows(
        _CLAIM,
        {
            "most": most,
            "looked_at": most * _LOOKED_AT,
            "each": EACH,
            "busy": list(busy),
            "lease": lease,
            "owner": owner,
        },
    )
    rows = sorted(rows, key=lambda row: row.part)
    claimed = [
        Claimed(
            id=row.id,
            family_id=row.family_id,
            user_id=row.user_id,
            chat_id=row.telegram_id,
            lane=Lane.EDITS if row.status == Status.SENT else Lane(row.lane),
            deadline_at=row.deadline_at,
        )
        for row in rows
    ]
    return sorted(claimed, key=lambda c: (c.lane, c.deadline_at))


#: `leased_by` stays when a lease ends. What nobody holds is free, whoever held it last: a lease
#: renewed without being held would keep it from everybody for as long as anything else is on its
#: way. SQLAlchemy puts no brackets around the text of a condition.
_IS_HELD = and_(text(f"({OPEN_NOTIFICATION})"), Notification.leased_until.is_not(None))


async def renew_leases(scope: Scope, *, owner: UUID, lease: timedelta) -> None:
    """Keep hold of everything that *owner* is still sending."""
    await scope.execute(
        update(Notification)
        .where(_IS_HELD, Notification.leased_by == owner)
        .values(leased_until=func.clock_now() + lease)
    )


async def release_leases(scope: Scope, owners: Collection[UUID]) -> None:
    """These processes are gone: what they held is free, though it may have been sent."""
    await scope.execute(
        update(Notification)
        .where(_IS_HELD, Notification.leased_by.in_(owners))
        .values(leased_until=func.clock_now() - timedelta(seconds=1))
    )


# Whoever changes several copies of a card locks them in the order of their ids first, so that a
# press and the record of what it had edited never wait for each other.
_LOCK = """
    WITH locked AS (
        SELECT id FROM notifications WHERE id = ANY(CAST(:ids AS uuid[])) ORDER BY id FOR UPDATE
    )
"""

_RECORD_SENT = text(f"""
    {_LOCK}
    UPDATE notifications n
    SET status = 'sent', chat_id = sent.chat_id, message_id = sent.message_id,
        sent_at = coalesce(n.sent_at, clock_now()), shown_version = sent.version, lane = :edits,
        shown_dose_ids = ARRAY(SELECT jsonb_array_elements_text(sent.dose_ids)::uuid),
        leased_until = NULL, not_before = NULL, attempts = 0
    FROM unnest(CAST(:ids AS uuid[]), CAST(:chat_ids AS bigint[]), CAST(:message_ids AS bigint[]),
                CAST(:versions AS int[]), CAST(:dose_ids AS jsonb[]))
         AS sent (id, chat_id, message_id, version, dose_ids)
    JOIN locked USING (id)
    WHERE n.id = sent.id
    RETURNING n.wanted_version > n.shown_version AS is_outdated
""")  # noqa: S608 - a constant of our own


async def record_sent(scope: Scope, sent: Sequence[Sent]) -> bool:
    """Record messages that Telegram accepted, in one statement, and end their leases.

    True if one of them is out of date already: somebody answered while it was on its way.
    """
    rows = await scope.rows(
        _RECORD_SENT,
        {
            "edits": Lane.EDITS,  # whatever comes now
            "ids": [record.notification_id for record in sent],
            "chat_ids": [record.chat_id for record in sent],
            "message_ids": [record.message_id for record in sent],
            "versions": [record.shown_version for record in sent],
            "dose_ids": [_to_json(record.shown_dose_ids) for record in sent],
        },
    )
    return any(row.is_outdated for row in rows)


def _to_json(dose_ids: Sequence[UUID]) -> str:
    return json.dumps([str(dose_id) for dose_id in dose_ids])


async def record_over(
    scope: Scope,
    notification_id: UUID,
    *,
    status: Status,
    reason: str,
    version: int | None = None,
) -> None:
    """Close a notification that will not be sent, with the reason.

    With *version*, only if that is still what it should say: it stays open if another dose has
    joined it since.
    """
    is_current = true() if version is None else Notification.wanted_version == version
    await scope.execute(
        update(Notification)
        .where(Notification.id == notification_id, Notification.status == Status.PENDING)
        .values(
            status=case((is_current, status), else_=Notification.status),
            reason=case((is_current, reason), else_=Notification.reason),
            shown_version=case(
                (is_current, Notification.wanted_version), else_=Notification.shown_version
            ),
            leased_until=None,
        )
    )


_RECORD_SHOWN = text(f"""
    {_LOCK}
    UPDATE notifications n
    SET shown_version = greatest(n.shown_version, shown.version),
        -- What has joined a card counts once the card shows it.
        shown_dose_ids = CASE WHEN shown.dose_ids IS NULL THEN n.shown_dose_ids
            ELSE ARRAY(SELECT jsonb_array_elements_text(shown.dose_ids)::uuid) END,
        leased_until = NULL, not_before = NULL, attempts = 0
    FROM unnest(CAST(:ids AS uuid[]), CAST(:versions AS int[]), CAST(:dose_ids AS jsonb[]))
         AS shown (id, version, dose_ids)
    JOIN locked USING (id)
    WHERE n.id = shown.id
    RETURNING n.wanted_version > n.shown_version AS is_outdated
""")  # noqa: S608 - a constant of our own


async def record_shown(scope: Scope, shown: Sequence[Shown]) -> bool:
    """Record edits, in one statement, and end their leases.

    True if for one of them a newer version is wanted already.
    """
    rows = await scope.rows(
        _RECORD_SHOWN,
        {
            "ids": [record.notification_id for record in shown],
            "versions": [record.version for record in shown],
            "dose_ids": [
                None if record.dose_ids is None else _to_json(record.dose_ids) for record in shown
            ],
        },
    )
    return any(row.is_outdated for row in rows)


async def postpone(
    scope: Scope,
    notification_id: UUID,
    *,
    delay: timedelta,
    maybe_sent: bool,
    counts: bool,
) -> None:
    """Try again after *delay*. `counts=False` gives the attempt back (Telegram asked to wait)."""
    await scope.execute(
        update(Notification)
        .where(Notification.id == notification_id)
        .values(
            not_before=func.clock_now() + delay,
            leased_until=None,
            maybe_sent=or_(Notification.maybe_sent, literal(maybe_sent)),
            attempts=Notification.attempts if counts else Notification.attempts - 1,
        )
    )


async def until_next_open(scope: Scope) -> timedelta | None:
    """How long until the earliest open notification may be claimed, by PostgreSQL's clock; None if
    there is none.
    """
    ready_at = func.greatest(
        func.coalesce(Notification.not_before, func.clock_now()),
        func.coalesce(Notification.leased_until, func.clock_now()),
    )
    left: timedelta | None = await scope.connection.scalar(
        select(func.min(ready_at) - func.clock_now()).where(text(OPEN_NOTIFICATION))
    )
    return left


_CLOSE = (
    update(Notification)
    .where(Notification.id == bindparam("closed_id"), Notification.status == Status.SENT)
    .values(
        status=Status.CLOSED,
        shown_version=Notification.wanted_version,
        leased_until=None,
        not_before=None,
    )
)


async def record_closed(scope: Scope, notification_id: UUID) -> None:
    """Its reader has left, and it says nothing any more."""
    await scope.execute(_CLOSE, {"closed_id": notification_id})


async def leave_as_it_is(scope: Scope, notification_id: UUID) -> None:
    """A message that was sent cannot be edited to say what it should: it stays as it is."""
    await scope.execute(
        update(Notification)
        .where(Notification.id == notification_id, Notification.status == Status.SENT)
        .values(shown_version=Notification.wanted_version, leased_until=None)
    )


_LIVE = timedelta(hours=48)  # how long Telegram lets a bot edit a message


async def show_to_those_who_left(scope: Scope) -> int:
    """Have the messages closed that people still see of a family that they have left."""
    gone = (
        select(FamilyMember.user_id)
        .where(
            FamilyMember.family_id == Notification.family_id,
            FamilyMember.user_id == Notification.user_id,
            FamilyMember.left_at > func.clock_now() - _LIVE,
        )
        .exists()
    )
    return await scope.execute(
        update(Notification)
        .where(
            Notification.status == Status.SENT,
            Notification.sent_at > func.clock_now() - _LIVE,
            Notification.shown_version == Notification.wanted_version,
            gone,
        )
        .values(wanted_version=Notification.wanted_version + 1)
    )


SlotKey: TypeAlias = tuple[UUID, datetime]  # whose, and when it is due

# The slots that a statement is about: person and due time, side by side in two arrays.
SLOTS = (
    func.unnest(
        bindparam("care_recipient_ids", type_=ARRAY(Uuid)),
        bindparam("slots_at", type_=ARRAY(DateTime(timezone=True))),
    )
    .table_valued(column("care_recipient_id", Uuid), column("slot_at", DateTime(timezone=True)))
    .render_derived(name="slots")
)


def slot_parameters(slots: Iterable[SlotKey]) -> dict[str, Any]:
    """What a statement on :data:`SLOTS` is given: each of *slots* is (person, due at)."""
    pairs = list(slots)
    return {
        "care_recipient_ids": [person for person, _ in pairs],
        "slots_at": [slot_at for _, slot_at in pairs],
    }


_asked_for = (
    select(Dose.id)
    .join(
        Notification,
        (Notification.care_recipient_id == Dose.care_recipient_id)
        & (Notification.slot_at == Dose.due_at),
    )
    .where(
        Dose.id == any_(bindparam("dose_ids", type_=ARRAY(Uuid))),
        Notification.kind == Kind.SLOT_CARD,
        Notification.status == any_(bindparam("statuses", type_=ARRAY(Text))),
        Notification.facts["dose_ids"].has_key(cast(Dose.id, Text)),
    )
    .distinct()
)


async def find_asked_for(
    scope: Scope, dose_ids: Collection[UUID], statuses: Collection[Status]
) -> set[UUID]:
    """Those of the doses that a card of one of these statuses asks for."""
    rows = await scope.rows(_asked_for, {"dose_ids": list(dose_ids), "statuses": list(statuses)})
    return {row.id for row in rows}


_copies = (
    select(Notification.id)
    .where(
        Notification.care_recipient_id == SLOTS.c.care_recipient_id,
        Notification.slot_at == SLOTS.c.slot_at,
        Notification.kind == Kind.SLOT_CARD,
        Notification.status.in_((Status.PENDING, Status.SENT)),
    )
    .order_by(Notification.id)
    .with_for_update(of=Notification)
    .cte("copies")
)

#: Has every copy of the cards of :data:`SLOTS` edited.
SHOW_AGAIN = (
    update(Notification)
    .where(Notification.id == _copies.c.id)
    .values(wanted_version=Notification.wanted_version + 1, menu_dose_id=None)
)


async def show_again(scope: Scope, slots: Collection[SlotKey]) -> None:
    """What the cards of these slots (person, due at) say has changed: have every copy edited."""
    if slots:
        await scope.execute(SHOW_AGAIN, slot_parameters(slots))


_its_doses = select(Dose.id, Dose.care_recipient_id).where(
    Dose.id == any_(bindparam("dose_ids", type_=ARRAY(Uuid)))
)
_told = (
    select(Notification.id)
    .where(
        Notification.care_recipient_id.in_(_its_doses.with_only_columns(Dose.care_recipient_id)),
        Notification.slot_at > func.clock_now() - _LIVE,
        Notification.kind.in_((Kind.MISSED, Kind.NOT_ASKED)),
        Notification.status.in_((Status.PENDING, Status.SENT)),
        _its_doses.where(Notification.facts["dose_ids"].has_key(cast(Dose.id, Text))).exists(),
    )
    .order_by(Notification.id)
    .with_for_update(of=Notification)
    .cte("told")
)
_SHOW_SUMMARIES_AGAIN = (
    update(Notification)
    .where(Notification.id == _told.c.id)
    .values(wanted_version=Notification.wanted_version + 1)
)


async def show_summaries_again(scope: Scope, dose_ids: Collection[UUID]) -> None:
    """What is said of these doses, whose time was over, has changed: have the messages edited that
    told of them, as long as Telegram lets us.
    """
    if dose_ids:
        await scope.execute(_SHOW_SUMMARIES_AGAIN, {"dose_ids": list(dose_ids)})


async def show_times_again(scope: Scope, care_recipient_id: UUID, *, since: datetime) -> None:
    """The person lives by another clock: have whatever named a time of their doses, or of an
    appointment, since then say by whose clock that was.
    """
    timed = (
        select(Notification.id)
        .where(
            Notification.care_recipient_id == care_recipient_id,
            Notification.slot_at > since,
            Notification.kind.in_(_NAMES_A_TIME),
            Notification.status.in_((Status.PENDING, Status.SENT)),
        )
        .order_by(Notification.id)
        .with_for_update()
        .cte("timed")
    )
    await scope.execute(
        update(Notification)
        .where(Notification.id == timed.c.id)
        .values(wanted_version=Notification.wanted_version + 1)
    )
    scope.publish(NotificationsOwed())


async def tell_the_next(scope: Scope, notification_id: UUID) -> int:
    """A card could not be delivered: if nobody else has one for its slot, or will, everybody in the
    family who has none gets it now. As the family; returns how many are told.
    """
    card = await scope.row(
        select(
            Notification.kind,
            Notification.care_recipient_id,
            Notification.slot_at,
            Notification.ask_no,
            Notification.part,
            Notification.deadline_at,
            Notification.facts,
        ).where(Notification.id == notification_id)
    )
    if card is None or card.kind != Kind.SLOT_CARD:
        return 0
    # One after the other: of two copies that fail at once, the second must see that the first did.
    await scope.execute(
        select(CareRecipient.id)
        .where(CareRecipient.id == card.care_recipient_id)
        .with_for_update(key_share=True)
    )
    copies = await scope.rows(
        select(
            Notification.user_id,
            Notification.status,
            (FamilyMember.left_at.is_(None) & User.blocked_at.is_(None)).label("is_there"),
        )
        .join(
            FamilyMember,
            (FamilyMember.family_id == Notification.family_id)
            & (FamilyMember.user_id == Notification.user_id),
        )
        .join(User, User.id == Notification.user_id)
        .where(
            Notification.care_recipient_id == card.care_recipient_id,
            Notification.slot_at == card.slot_at,
            Notification.kind == Kind.SLOT_CARD,
            Notification.ask_no == card.ask_no,
            Notification.part == card.part,
        )
    )
    if any(copy.status in (Status.PENDING, Status.SENT) and copy.is_there for copy in copies):
        return 0
    others = await scope.rows(
        select(FamilyMember.user_id).where(
            FamilyMember.family_id == scope.family_id,
            FamilyMember.left_at.is_(None),
            FamilyMember.user_id.not_in([copy.user_id for copy in copies]),
        )
    )
    if others:
        await scope.execute(
            insert(Notification).on_conflict_do_nothing(constraint="uq_notifications_card"),
            [
                {
                    "id": new_id(),
                    "family_id": scope.family_id,
                    "user_id": other.user_id,
                    "care_recipient_id": card.care_recipient_id,
                    "kind": Kind.SLOT_CARD,
                    "slot_at": card.slot_at,
                    "ask_no": card.ask_no,
                    "part": card.part,
                    "lane": Lane.ESCALATION,
                    "deadline_at": card.deadline_at,
                    "facts": {**card.facts, "escalated": True},
                }
                for other in others
            ],
        )
        scope.publish(NotificationsOwed())
    return len(others)
