"""Claims: which messages this process may send or edit now, and until when.

Claiming runs as the dispatcher, across families, and never sees what a message says.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import and_, func, select, text, update

from domain.database.scope import Scope
from domain.models import Notification
from domain.models.delivery import OPEN_NOTIFICATION, Lane, Status


@dataclass(frozen=True)
class Claimed:
    """A notification that this process may send or edit until its lease ends."""

    id: UUID
    family_id: UUID
    user_id: UUID
    chat_id: int  # the member's private chat
    lane: Lane
    deadline_at: datetime


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
