"""Moving an appointment, or one of its occurrences, or changing its recurrence.

"This and following" ends the series and begins a new one, as other calendars do.
"""

from dataclasses import replace
from datetime import datetime, time
from uuid import UUID

from sqlalchemy import select

from domain import audit
from domain.appointments.adding import check_start
from domain.appointments.changes.locking import (
    LockedOccurrence,
    Reach,
    announce_and_get,
    lock_occurrence,
    mark_changed,
    record_change,
    refuse_past,
    update_occurrence,
)
from domain.appointments.changes.splitting import insert_rest, save_rule
from domain.appointments.changes.undo import take_snapshot
from domain.appointments.errors import AppointmentCancelled
from domain.appointments.moved_recurrences import move_recurrence
from domain.appointments.news import announce_if_imminent
from domain.appointments.occurrences.facts import OccurrenceFacts
from domain.appointments.occurrences.lookups import get_next_or_last_occurrence, get_occurrence
from domain.appointments.recurrences import Recurrence
from domain.appointments.series.occurrence_rows import find_first_upcoming
from domain.appointments.series.replanning import replan, reset_timers
from domain.appointments.series.series import Series, original_start
from domain.database.scope import Scope
from domain.local_time import resolve_local
from domain.models import AppointmentOccurrence, new_id
from domain.models.appointments import OccurrenceStatus


async def move_occurrence(
    scope: Scope, occurrence_id: UUID, start: datetime, *, reach: Reach, version: int
) -> OccurrenceFacts:
    """Move an occurrence to *start* (naive local) and, depending on *reach*, others along with it.

    Raises NotFound, AppointmentOver, AppointmentCancelled, AppointmentChanged, AppointmentInPast
    and TimeDoesNotExist.
    """
    locked = await lock_occurrence(scope, occurrence_id, version=version)
    refuse_past(scope, locked)
    if locked.status is not OccurrenceStatus.PLANNED:
        raise AppointmentCancelled
    start = _normalize_start(locked, start)
    starts_at = _check_start(scope, locked, start)
    if locked.reach(reach) is Reach.THIS:
        return await _move_one(scope, locked, starts_at)
    rule = locked.series.recurrence
    moved = move_recurrence(rule, old=locked.planned_start, new=start) if rule else None
    return await _rebase(scope, locked, start, moved, reach=locked.reach(reach), by_order=True)


async def change_recurrence(
    scope: Scope,
    occurrence_id: UUID,
    start: datetime,
    rule: Recurrence | None,
    *,
    version: int,
    keeps_end: bool = False,
    reach: Reach = Reach.ALL,
) -> OccurrenceFacts:
    """Change an appointment's recurrence from *start* (naive local) on; None: it doesn't recur any
    more.

    With *reach* FOLLOWING, earlier occurrences stay as they are. *keeps_end* keeps the old end: the
    same last day, or as many times as were left. Raises as :func:`move_occurrence` does.
    """
    locked = await lock_occurrence(scope, occurrence_id, version=version)
    start = _normalize_start(locked, start)
    _check_start(scope, locked, start)
    reach = locked.reach(reach)
    if keeps_end and rule is not None:
        rule = await _keep_end(scope, locked, rule, reach=reach)
    return await _rebase(scope, locked, start, rule, reach=reach, by_order=False)


async def _keep_end(
    scope: Scope, locked: LockedOccurrence, rule: Recurrence, *, reach: Reach
) -> Recurrence:
    series = locked.series
    old = series.recurrence
    if old is None:
        return rule
    begin = locked.planned_start
    if reach is not Reach.FOLLOWING:
        begin = await find_first_upcoming(scope, series) or begin
    past_count = sum(each < begin for each in series.starts(now=scope.clock.now()))
    return replace(rule, until=old.until, count=old.after(past_count).count)


def _normalize_start(locked: LockedOccurrence, start: datetime) -> datetime:
    """*start*, or midnight of that day if the appointment lasts all day."""
    return datetime.combine(start.date(), time.min) if locked.series.is_all_day else start


def _check_start(scope: Scope, locked: LockedOccurrence, start: datetime) -> datetime:
    series = locked.series
    return check_start(start, series.zone, now=scope.clock.now(), is_all_day=series.is_all_day)


async def _move_one(scope: Scope, locked: LockedOccurrence, starts_at: datetime) -> OccurrenceFacts:
    if starts_at == locked.starts_at:
        return await get_occurrence(scope, locked.id)
    before = await take_snapshot(scope, locked.series.id, locked.id)
    changes = {
        "starts_at": starts_at,
        "ends_at": locked.own_series.ends_at(starts_at),
    }
    await update_occurrence(scope, locked.id, changes)
    await mark_changed(scope, locked.series.id)
    await reset_timers(scope, locked.series, [locked.id])
    await record_change(
        scope, "moved", locked, before=await before.describe_change(scope, Reach.THIS)
    )
    return await announce_and_get(scope, locked)


async def _rebase(
    scope: Scope,
    locked: LockedOccurrence,
    start: datetime,
    rule: Recurrence | None,
    *,
    reach: Reach,
    by_order: bool,
) -> OccurrenceFacts:
    """Continue the series by *rule* so that this occurrence is at *start* (local).

    With *by_order* every upcoming occurrence moves along; otherwise the rule is a different one.
    """
    old, begin, now = locked.series, locked.planned_start, scope.clock.now()
    is_split = reach is Reach.FOLLOWING and begin > old.first
    pivot = begin if is_split else await find_first_upcoming(scope, old) or begin
    first = start
    if rule is not None and by_order:
        first = rule.without_end().first_from(pivot + (start - begin)) or start
        rule = rule.after(sum(each < pivot for each in old.starts(now=now)))
    if rule is not None and old.cancelled_from is not None:
        # Cancelled ends stay cancelled: only as many move as were left. If none were left, all
        # move.
        starts = [resolve_local(each, old.zone) for each in old.starts(now=now) if each >= pivot]
        left = sum(not old.is_cut(each) for each in starts)
        rule = replace(rule, count=left, until=None) if left else rule
    before = await take_snapshot(scope, locked.series.id, locked.id)
    new = replace(old, first=first, recurrence=rule, cancelled_from=None)
    if is_split and old.recurrence is not None:
        new = replace(new, id=new_id())
        await insert_rest(scope, locked.appointment, new)
        rest = old.recurrence.ending_before(begin, first=old.first)
        await save_rule(scope, replace(old, recurrence=rest))
    else:
        await save_rule(scope, new)
    await replan(
        scope,
        old,
        new,
        moved=(pivot, first) if by_order else None,
        since=pivot if is_split else None,
    )
    if by_order:
        await _place_moved_occurrence(scope, locked, new)
    await audit.record(
        scope,
        "appointment.moved" if by_order else "appointment.repeated",
        subject_type="appointment",
        subject_id=new.id,
        before=await before.describe_change(
            scope, reach, begun=None if new.id == old.id else new.id
        ),
    )
    await announce_if_imminent(scope, new.id, locked.id)
    found = await get_occurrence(scope, locked.id)
    return found if found.is_planned else await get_next_or_last_occurrence(scope, new.id)


async def _place_moved_occurrence(scope: Scope, locked: LockedOccurrence, series: Series) -> None:
    """Put the moved occurrence where the rule has it, even if it was moved or cancelled."""
    row = (
        await scope.rows(
            select(
                AppointmentOccurrence.occurrence_key,
                AppointmentOccurrence.starts_at,
                AppointmentOccurrence.status,
            ).where(AppointmentOccurrence.id == locked.id)
        )
    )[0]
    starts_at = original_start(row.occurrence_key, series.zone)
    if starts_at is None or (starts_at == row.starts_at and row.status == OccurrenceStatus.PLANNED):
        return
    changes = {
        "starts_at": starts_at,
        "ends_at": series.with_own_details(locked.own_details).ends_at(starts_at),
        "status": OccurrenceStatus.PLANNED,
    }
    await update_occurrence(scope, locked.id, changes)
    await reset_timers(scope, series, [locked.id])
