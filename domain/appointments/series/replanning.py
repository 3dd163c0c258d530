"""Replanning the upcoming occurrences of a series when its rule, zone or length changes.

Moves, cancellations and drivers are stored on the row itself and survive a change of the rule: the
row continues as the occurrence that takes its place.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from domain.appointments.series.occurrence_rows import (
    SELECT_ROWS,
    OccurrenceRow,
    OccurrenceUpdate,
    fetch_rows,
    find_next_timer,
    insert_rows,
    lock_upcoming,
    release_keys,
    save_expanded_until,
    update_rows,
)
from domain.appointments.series.series import GONE_PREFIX, Series, original_start, to_key
from domain.appointments.series.shown_messages import refresh_appointment_messages
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
    """Replan the upcoming occurrences of *old*, or those its rule produces from *since* (local) on,
    by *new* (which may be the same appointment).

    If the series has *moved*, the occurrence of *old* at the first of these local starts becomes
    the one of *new* at the second, and so on in order; otherwise occurrences with the same start
    are kept. Rows without a place are cut; a row that would land in the past keeps its time. In
    another zone each keeps its local hour, even if it was moved individually.
    """
    now = scope.clock.now()
    rows = await lock_upcoming(scope, old, now=now, begin=moved[0] if moved else since)
    starts = new.starts(now=now)
    if moved is None:
        places = {to_key(start): start for start in starts}
    else:
        before = [start for start in old.starts(now=now) if start >= moved[0]]
        starts = [start for start in starts if start >= moved[1]]
        places = {to_key(was): start for was, start in zip(before, starts, strict=False)}
    targets = {row.id: places[row.occurrence_key] for row in rows if row.occurrence_key in places}
    await release_keys(scope, [row.id for row in rows], appointment_id=new.id)
    if rows:
        await _rewrite(scope, old, new, rows, targets, now=now)
    taken = set(targets.values())
    ahead = [start for start in starts if _is_ahead(new, start, now=now)]
    await insert_rows(scope, new, [start for start in ahead if start not in taken], now=now)
    await save_expanded_until(scope, new, now=now)
    await refresh_appointment_messages(scope, [row.id for row in rows])


def _is_ahead(series: Series, start: datetime, *, now: datetime) -> bool:
    """Whether an occurrence can still be planned for *start* (local). An all-day one can, today."""
    if series.is_all_day:
        return start.date() >= to_local(now, series.zone).date()
    return resolve_local(start, series.zone) > now


async def reset_timers(scope: Scope, series: Series, occurrence_ids: Sequence[UUID]) -> None:
    """Reset the timers of occurrences whose start or status has changed.

    Members who were told about one are told about the change immediately.
    """
    now = scope.clock.now()
    rows = await fetch_rows(
        scope,
        SELECT_ROWS.where(
            AppointmentOccurrence.id.in_(occurrence_ids),
            AppointmentOccurrence.family_id == scope.family_id,
        ),
    )
    await update_rows(
        scope,
        [
            OccurrenceUpdate(
                row.id,
                row.occurrence_key,
                row.starts_at,
                row.ends_at,
                row.status,
                find_next_timer(
                    series.with_own_details(row.own),
                    row.starts_at,
                    row.status,
                    tell=row.told_at is not None,
                    now=now,
                ),
            )
            for row in rows
        ],
    )
    await refresh_appointment_messages(scope, occurrence_ids)


async def _rewrite(
    scope: Scope,
    old: Series,
    new: Series,
    rows: Sequence[OccurrenceRow],
    targets: dict[UUID, datetime],
    *,
    now: datetime,
) -> None:
    written = []
    for row in rows:
        was_told, target = row.told_at is not None, targets.get(row.id)
        if target is None:
            key, starts_at, status = f"{GONE_PREFIX}{row.id}", row.starts_at, OccurrenceStatus.CUT
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
        # A change that hasn't been announced yet still has to be.
        has_changed = starts_at != row.starts_at or status != row.status
        has_news = has_changed or row.ladder_step == Step.TELL
        own = new.with_own_details(row.own)
        timer = find_next_timer(own, starts_at, status, tell=was_told and has_news, now=now)
        ends_at = own.ends_at(starts_at)
        written.append(OccurrenceUpdate(row.id, key, starts_at, ends_at, status, timer))
    await update_rows(scope, written)
