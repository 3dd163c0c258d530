"""Claiming notifications: which ones this process may send or edit, and for how long.

Claiming runs as the dispatcher, across families, and never sees the content of a message.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import and_, func, select, text, update

from domain.database.scope import Scope
from domain.models import Notification
from domain.models.delivery import OPEN_NOTIFICATION, Lane, NotificationStatus


@dataclass(frozen=True)
class ClaimedNotification:
    """A notification that this process may send or edit until its lease ends. It goes to a member,
    or to a group of the family.
    """

    id: UUID
    family_id: UUID
    user_id: UUID | None
    group_id: UUID | None
    owner: UUID  # whose lease it is
    chat_id: int  # the member's private chat, or the group
    lane: Lane
    deadline_at: datetime

    @property
    def receiver_id(self) -> UUID:
        """The member or the group."""
        receiver = self.user_id or self.group_id
        if receiver is None:
            raise LookupError("the message goes to nobody")
        return receiver


#: Nobody holds a lease, and there is no delay. Both also count as over if they lie further ahead
#: than we ever set them: PostgreSQL's clock was set back.
_IS_FREE = """
    (leased_until IS NULL OR leased_until < clock_now()
     OR leased_until > clock_now() + interval '10 minutes')
    AND (not_before IS NULL OR not_before <= clock_now()
         OR not_before > clock_now() + interval '1 day')
"""
PER_RECEIVER_LIMIT = 3  # messages at once, so that nobody with many of them blocks the others
_LOOKAHEAD = 4  # times the limit, to see past one receiver with many messages

_CLAIM = text(f"""
    WITH open AS (
        SELECT id, coalesce(user_id, group_id) AS receiver_id, lane, deadline_at, part
        FROM notifications
        WHERE ({OPEN_NOTIFICATION}) AND {_IS_FREE}
          AND coalesce(user_id, group_id) <> ALL(CAST(:busy AS uuid[]))
          AND id <> ALL(CAST(:held AS uuid[]))
        ORDER BY lane, deadline_at
        LIMIT :looked_at
    ), fair AS (
        SELECT id, lane, deadline_at,
               row_number() OVER (PARTITION BY receiver_id ORDER BY lane, deadline_at, part)
                   AS place
        FROM open
    ), taken AS (
        SELECT n.id, n.user_id, n.group_id FROM notifications n JOIN fair USING (id)
        WHERE fair.place <= :each AND ({OPEN_NOTIFICATION}) AND {_IS_FREE}
        ORDER BY fair.lane, fair.deadline_at
        LIMIT :most
        FOR UPDATE OF n SKIP LOCKED
    )
    UPDATE notifications n
    SET leased_by = :owner, leased_until = clock_now() + :lease,
        attempts = least(n.attempts + 1, 1000),
        -- Somebody else's lease ran out: whether that message was sent is unknown, so the next
        -- one says that it may be a repeat. We know what became of our own.
        maybe_sent = n.maybe_sent OR (n.status = 'pending' AND n.leased_until IS NOT NULL
                                      AND n.leased_by IS DISTINCT FROM :owner)
    FROM taken LEFT JOIN users u ON u.id = taken.user_id
    LEFT JOIN family_groups g ON g.id = taken.group_id
    WHERE n.id = taken.id
    RETURNING n.id, n.family_id, n.user_id, n.group_id,
              coalesce(u.telegram_id, g.chat_id) AS chat_id, n.lane, n.deadline_at, n.part, n.status
""")  # noqa: S608 - constants of our own


async def claim(
    scope: Scope,
    *,
    limit: int,
    lease: timedelta,
    owner: UUID,
    busy: Collection[UUID] = (),
    held: Collection[UUID] = (),
) -> Sequence[ClaimedNotification]:
    """Lease up to *limit* notifications that have to be sent or edited, most urgent first, the
    cards of a slot in order; at most a few per receiver, and none for those that are *busy*. What
    *owner* has *held* longer than its lease isn't leased to it once more.
    """
    rows = await scope.rows(
        _CLAIM,
        {
            "most": limit,
            "looked_at": limit * _LOOKAHEAD,
            "each": PER_RECEIVER_LIMIT,
            "busy": list(busy),
            "held": list(held),
            "lease": lease,
            "owner": owner,
        },
    )
    rows = sorted(rows, key=lambda row: row.part)
    claimed = [
        ClaimedNotification(
            id=row.id,
            family_id=row.family_id,
            user_id=row.user_id,
            group_id=row.group_id,
            owner=owner,
            chat_id=row.chat_id,
            lane=Lane.EDITS if row.status == NotificationStatus.SENT else Lane(row.lane),
            deadline_at=row.deadline_at,
        )
        for row in rows
    ]
    return sorted(claimed, key=lambda c: (c.lane, c.deadline_at))


#: `leased_by` stays set when a lease ends, so it doesn't mean that anybody holds it. Renewing by
#: `leased_by` alone would keep a free notification from everybody for as long as its last holder
#: has anything else in flight. SQLAlchemy doesn't parenthesise a text condition, so we do.
_IS_HELD = and_(text(f"({OPEN_NOTIFICATION})"), Notification.leased_until.is_not(None))


async def renew_leases(scope: Scope, *, owner: UUID, lease: timedelta) -> None:
    """Extend the leases of everything that *owner* is still sending."""
    await scope.execute(
        update(Notification)
        .where(_IS_HELD, Notification.leased_by == owner)
        .values(leased_until=func.clock_now() + lease)
    )


async def release_leases(scope: Scope, owners: Collection[UUID]) -> None:
    """Release what these dead processes held. It may or may not have been sent."""
    await scope.execute(
        update(Notification)
        .where(_IS_HELD, Notification.leased_by.in_(owners))
        .values(leased_until=func.clock_now() - timedelta(seconds=1))
    )


async def time_until_next_open(scope: Scope) -> timedelta | None:
    """Time until a notification can be claimed, by PostgreSQL's clock; None if none is open."""
    ready_at = func.greatest(
        func.coalesce(Notification.not_before, func.clock_now()),
        func.coalesce(Notification.leased_until, func.clock_now()),
    )
    left: timedelta | None = await scope.connection.scalar(
        select(func.min(ready_at) - func.clock_now()).where(text(OPEN_NOTIFICATION))
    )
    return left
