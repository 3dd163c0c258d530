"""What lies ahead of a series, planned anew when its rule, clock or length changes.

What is moved, called off or driven is said on the row itself, and survives when the rule changes:
the row goes on as the occurrence that takes its place.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from domain.appointments.series.occurrence_rows import (
    SELECT_ROWS,
    WrittenRow,
    give_up_places,
    insert_rows,
    list_ahead,
    set_expanded,
    timer_of,
    write_rows,
)
from domain.appointments.series.series import GONE, Series, original_start, own_details, to_key
from domain.appointments.series.shown_messages import show_again
from domain.database.scope import Scope
from domain.local_time import resolve_local, to_local
from domain.models import AppointmentOccurrence
from domain.models.appointments import OccurrenceStatus
from domain.timers import Step


async def replan(
    scope: Scope,
    old: Series,
    new: Series,
    *,
    moved: tuple[datetime, datetime] | None = None,
    since: datetime | None = None,
) -> None:
    """Let what lies ahead of *old*, or what its rule gives from *since* on (local), take place as
    *new* says (both may be the same appointment).

    Where the series has *moved*, the occurrence that *old* has at the first of these local starts
    is the one that *new* has at the second, and so on; otherwise those with the same start stay.
    What finds no place any more is cut; what would come to lie in the past stays when it was. By
    another clock each is at the hour at which it was, also one that was moved by itself.
    """
    now = scope.clock.now()
    rows = await list_ahead(scope, old, now=now, begin=moved[0] if moved else since)
    starts = new.starts(now=now)
    if moved is None:
        places = {to_key(start): start for start in starts}
    else:
        before = [start for start in old.starts(now=now) if start >= moved[0]]
        starts = [start for start in starts if start >= moved[1]]
        places = {to_key(was): start for was, start in zip(before, starts, strict=False)}
    targets = {row.id: places[row.occurrence_key] for row in rows if row.occurrence_key in places}
    await give_up_places(scope, [row.id for row in rows], appointment_id=new.id)
    if rows:
        await _rewrite(scope, old, new, rows, targets, now=now)
    taken = set(targets.values())
    ahead = [start for start in starts if _is_ahead(new, start, now=now)]
    await insert_rows(scope, new, [start for start in ahead if start not in taken], now=now)
    await set_expanded(scope, new, now=now)
    await show_again(scope, [row.id for row in rows])


def _is_ahead(series: Series, start: datetime, *, now: datetime) -> bool:
    """Whether an occurrence can be planned for *start* (local): of what lasts all day, today's."""
    if series.is_all_day:
        return start.date() >= to_local(now, series.zone).date()
    return resolve_local(start, series.zone) > now


async def reset_timers(scope: Scope, series: Series, occurrence_ids: Sequence[UUID]) -> None:
    """Set the timers of occurrences that now start, or are called off, otherwise than before.

    Who was told of one that has changed is told again, at once.
    """
    now = scope.clock.now()
    rows = await scope.rows(
        SELECT_ROWS.where(
            AppointmentOccurrence.id.in_(occurrence_ids),
            AppointmentOccurrence.family_id == scope.family_id,
        )
    )
    await write_rows(
        scope,
        [
            WrittenRow(
                row.id,
                row.occurrence_key,
                row.starts_at,
                row.ends_at,
                row.status,
                timer_of(
                    series.saying(own_details(row)),
                    row.starts_at,
                    row.status,
                    tell=row.told_at is not None,
                    now=now,
                ),
            )
            for row in rows
        ],
    )
    await show_again(scope, occurrence_ids)


async def _rewrite(
    scope: Scope,
    old: Series,
    new: Series,
    rows: Sequence[Row[Any]],
    targets: dict[UUID, datetime],
    *,
    now: datetime,
) -> None:
    written = []
    for row in rows:
        was_told, target = row.told_at is not None, targets.get(row.id)
        if target is None:
            key, starts_at, status = f"{GONE}{row.id}", row.starts_at, OccurrenceStatus.CUT
        else:
            key, by_rule = to_key(target), resolve_local(target, new.zone)
            is_moved = row.starts_at != original_start(row.occurrence_key, old.zone)
            start = resolve_local(to_local(row.starts_at, old.zone), new.zone)
            starts_at = start if is_moved else by_rule
            starts_at = starts_at if starts_at > now else row.starts_at
            status = OccurrenceStatus(row.status)
            if status is not OccurrenceStatus.CANCELLED:
                is_cut = new.is_cut(by_rule)
                status = OccurrenceStatus.CUT if is_cut else OccurrenceStatus.PLANNED
        # What changed a moment ago and is still to be told stays so.
        has_changed = starts_at != row.starts_at or status != row.status
        has_news = has_changed or row.ladder_step == Step.TELL
        own = new.saying(own_details(row))
        timer = timer_of(own, starts_at, status, tell=was_told and has_news, now=now)
        ends_at = own.ends_at(starts_at)
        written.append(WrittenRow(row.id, key, starts_at, ends_at, status, timer))
    await write_rows(scope, written)
