"""Living with an appointment: moving it, calling it off, saying more of it, and taking that back.

Each change says how far it reaches: one occurrence, that and all that follow, or the whole series
as far as it lies ahead. What has taken place stays as it was. "This and following" at a new time
ends the series and begins another one, as other calendars do.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, insert, select, update

from domain import audit
from domain.appointments.adding import check_doctor, check_start
from domain.appointments.details import MOST_REMINDERS, Details
from domain.appointments.errors import AppointmentCancelled, AppointmentOver
from domain.appointments.locking import (
    Locked,
    Reach,
    lock,
    lock_appointment,
    record,
    refuse_what_is_over,
    tell_calendars,
    update_one,
)
from domain.appointments.news import tell_of_what_is_soon
from domain.appointments.occurrences.facts import OccurrenceFacts
from domain.appointments.occurrences.lookups import first_of, get_occurrence
from domain.appointments.recurrences import Recurrence
from domain.appointments.series.occurrence_rows import first_ahead
from domain.appointments.series.replanning import replan, reset_timers
from domain.appointments.series.series import Series, original_start, own_details
from domain.appointments.undo import from_json, remember, to_json
from domain.database import Scope
from domain.errors import NotFound
from domain.family.limits import Held
from domain.family.room import make_room
from domain.local_time import resolve_local
from domain.models import Appointment, AppointmentOccurrence, new_id
from domain.models.appointments import OccurrenceStatus


async def move(
    scope: Scope, occurrence_id: UUID, start: datetime, *, reach: Reach, version: int
) -> OccurrenceFacts:
    """Let an occurrence begin at *start* (naive local) and, as *reach* says, others move with it.

    Raises NotFound, AppointmentOver, AppointmentCancelled, AppointmentChanged, AppointmentInPast
    and TimeDoesNotExist.
    """
    locked = await lock(scope, occurrence_id, version=version)
    refuse_what_is_over(scope, locked)
    if locked.status is not OccurrenceStatus.PLANNED:
        raise AppointmentCancelled
    start = _of_its_kind(locked, start)
    starts_at = _check_start(scope, locked, start)
    if locked.reach(reach) is Reach.THIS:
        return await _move_one(scope, locked, starts_at)
    rule = locked.series.recurrence
    moved = rule.moved(old=locked.planned_start, new=start) if rule else None
    return await _rebase(scope, locked, start, moved, reach=locked.reach(reach), by_order=True)


async def repeat(
    scope: Scope,
    occurrence_id: UUID,
    start: datetime,
    rule: Recurrence | None,
    *,
    version: int,
    keeps_end: bool = False,
    reach: Reach = Reach.ALL,
) -> OccurrenceFacts:
    """Let an appointment recur otherwise from *start* (naive local) on, or (None) not any more.

    *reach* FOLLOWING leaves what comes before this occurrence as it is. *keeps_end*: until the day
    on which it ended so far, or as many times as were left. Raises as :func:`move` does.
    """
    locked = await lock(scope, occurrence_id, version=version)
    start = _of_its_kind(locked, start)
    _check_start(scope, locked, start)
    reach = locked.reach(reach)
    if keeps_end and rule is not None:
        rule = await _with_end_so_far(scope, locked, rule, reach=reach)
    return await _rebase(scope, locked, start, rule, reach=reach, by_order=False)


async def _with_end_so_far(
    scope: Scope, locked: Locked, rule: Recurrence, *, reach: Reach
) -> Recurrence:
    series = locked.series
    old = series.recurrence
    if old is None:
        return rule
    begin = locked.planned_start
    if reach is not Reach.FOLLOWING:
        begin = await first_ahead(scope, series) or begin
    gone_by = sum(each < begin for each in series.starts(now=scope.clock.now()))
    return replace(rule, until=old.until, count=old.after(gone_by).count)


def _of_its_kind(locked: Locked, start: datetime) -> datetime:
    """What lasts all day begins with the day."""
    return datetime.combine(start.date(), time.min) if locked.series.is_all_day else start


def _check_start(scope: Scope, locked: Locked, start: datetime) -> datetime:
    series = locked.series
    return check_start(start, series.zone, now=scope.clock.now(), is_all_day=series.is_all_day)


async def edit(
    scope: Scope,
    occurrence_id: UUID,
    details: Details,
    *,
    version: int,
    reach: Reach = Reach.ALL,
) -> OccurrenceFacts:
    """Say something else of an occurrence and, as *reach* says, of others of its series. What is
    not changed at this one stays as it is at each of them.

    Raises NotFound (also for the doctor), AppointmentChanged and FamilyFull.
    """
    locked = await lock(scope, occurrence_id, version=version)
    await check_doctor(scope, details)
    common: dict[str, Any] = {name: locked.row._mapping[name] for name in details.columns()}  # noqa: SLF001 - Row's public view
    so_far = common | from_json(locked.own_details)
    changes = {name: new for name, new in details.columns().items() if new != so_far[name]}
    if not changes:
        return await get_occurrence(scope, occurrence_id)
    before = await remember(scope, locked.series.id, locked.id)
    reach, begun = locked.reach(reach), None
    if reach is Reach.THIS:
        own = {name: new for name, new in {**so_far, **changes}.items() if new != common[name]}
        await _write_own(scope, locked, own)
    else:
        begin = locked.planned_start
        if reach is Reach.FOLLOWING and begin > locked.series.first:
            rest = await part_in_two(scope, locked.row, locked.series, begin=begin)
            await replan(scope, locked.series, rest, since=begin)
            locked, begun = await lock(scope, locked.id), rest.id
        await _write_details(scope, locked, {**common, **changes})
        locked = await lock(scope, locked.id)
        own = {name: old for name, old in locked.own_details.items() if name not in changes}
        await _write_own(scope, locked, own)
    replaced = await before.replaced(scope, reach, begun=begun)
    await record(scope, "edited", locked, before=replaced, after={"changed": list(changes)})
    return await _told(scope, locked)


async def _write_own(scope: Scope, locked: Locked, own: Mapping[str, Any]) -> None:
    """What is said of this occurrence only."""
    if own == locked.own_details:
        return
    said = to_json(own)
    changes = {
        "own_remind_before": said.pop("remind_before", None),
        "own_details": said or None,
        "ends_at": locked.series.saying(own).ends_at(locked.starts_at),
    }
    await update_one(scope, locked.id, changes)
    is_shown = {**own, "remind_before": ()} != {**locked.own_details, "remind_before": ()}
    await tell_calendars(scope, locked.series.id, is_shown=is_shown)
    # Nobody is told again of a time that stays.
    await replan(scope, locked.series, locked.series)


async def _told(scope: Scope, locked: Locked) -> OccurrenceFacts:
    """The occurrence as it is now; who should know of it and will not be reminded is told."""
    await tell_of_what_is_soon(scope, locked.series.id, locked.id)
    return await get_occurrence(scope, locked.id)


async def remind_before_too(scope: Scope, occurrence_id: UUID, *, minutes: int) -> OccurrenceFacts:
    """Remind *minutes* before as well. Raises NotFound and AppointmentOver."""
    facts = await get_occurrence(scope, occurrence_id)
    if facts.starts_at - timedelta(minutes=minutes) <= scope.clock.now():
        raise AppointmentOver
    before = facts.details.remind_before
    if minutes in before or len(before) == MOST_REMINDERS:
        return facts
    details = replace(facts.details, remind_before=(*before, minutes))
    return await edit(scope, occurrence_id, details, version=facts.version)


async def cancel(scope: Scope, occurrence_id: UUID, *, reach: Reach) -> OccurrenceFacts:
    """Call it off; it can be restored. Raises NotFound and AppointmentOver."""
    locked = await lock(scope, occurrence_id)
    refuse_what_is_over(scope, locked)
    if locked.status is not OccurrenceStatus.PLANNED:
        return await get_occurrence(scope, occurrence_id)
    before = await remember(scope, locked.series.id, locked.id)
    reach = locked.reach(reach)
    if reach is Reach.THIS or locked.series.recurrence is None:
        await _set_status(scope, locked, OccurrenceStatus.CANCELLED)
    else:
        begin = locked.planned_start
        if reach is Reach.ALL:
            begin = await first_ahead(scope, locked.series) or begin
        await _cut(scope, locked, resolve_local(begin, locked.series.zone))
    await record(scope, "cancelled", locked, before=await before.replaced(scope, reach))
    return await get_occurrence(scope, occurrence_id)


async def restore(scope: Scope, occurrence_id: UUID) -> OccurrenceFacts:
    """Let it take place after all: the one, or the series that was called off with it.

    Raises NotFound, AppointmentOver and FamilyFull.
    """
    locked = await lock(scope, occurrence_id)
    refuse_what_is_over(scope, locked)
    if locked.status is OccurrenceStatus.PLANNED:
        return await get_occurrence(scope, occurrence_id)
    await make_room(scope, Held.APPOINTMENT, beside=locked.series.id)
    before = await remember(scope, locked.series.id, locked.id)
    match locked.status:
        case OccurrenceStatus.CANCELLED:
            if locked.series.cancelled_from is not None:
                await _cut(scope, locked, None)
            await _set_status(scope, locked, OccurrenceStatus.PLANNED)
        case OccurrenceStatus.CUT if locked.series.cancelled_from is None:
            raise NotFound  # its rule gives it no more
        case OccurrenceStatus.CUT:
            await _cut(scope, locked, None)
            if (await get_occurrence(scope, occurrence_id)).status is OccurrenceStatus.CUT:
                await _set_status(scope, locked, OccurrenceStatus.PLANNED)
    await record(scope, "restored", locked, before=await before.replaced(scope, Reach.THIS))
    return await _told(scope, locked)


async def remove(scope: Scope, appointment_id: UUID, *, undoes_id: UUID | None = None) -> None:
    """Take back that an appointment was added (the event *undoes_id*). Raises NotFound."""
    row = await lock_appointment(scope, appointment_id)
    await tell_calendars(scope, appointment_id)
    series = Series.of(row)
    called_off = replace(series, cancelled_from=min(row.scheduled_at, scope.clock.now()))
    await replan(scope, series, called_off)
    await scope.execute(
        update(Appointment)
        .where(Appointment.id == appointment_id)
        .values(deleted_at=func.clock_now(), expanded_until=None)
    )
    await audit.record(
        scope,
        "appointment.removed",
        subject_type="appointment",
        subject_id=appointment_id,
        undoes_id=undoes_id,
    )


async def _move_one(scope: Scope, locked: Locked, starts_at: datetime) -> OccurrenceFacts:
    if starts_at == locked.starts_at:
        return await get_occurrence(scope, locked.id)
    before = await remember(scope, locked.series.id, locked.id)
    changes = {
        "starts_at": starts_at,
        "ends_at": locked.own_series.ends_at(starts_at),
    }
    await update_one(scope, locked.id, changes)
    await tell_calendars(scope, locked.series.id)
    await reset_timers(scope, locked.series, [locked.id])
    await record(scope, "moved", locked, before=await before.replaced(scope, Reach.THIS))
    return await _told(scope, locked)


async def _rebase(
    scope: Scope,
    locked: Locked,
    start: datetime,
    rule: Recurrence | None,
    *,
    reach: Reach,
    by_order: bool,
) -> OccurrenceFacts:
    """Let the series go on by *rule* so that this occurrence is at *start* (local).

    With *by_order* each occurrence ahead moves along; otherwise the rule is another one.
    """
    old, begin, now = locked.series, locked.planned_start, scope.clock.now()
    is_split = reach is Reach.FOLLOWING and begin > old.first
    pivot = begin if is_split else await first_ahead(scope, old) or begin
    first = start
    if rule is not None and by_order:
        first = rule.without_end().first_from(pivot + (start - begin)) or start
        rule = rule.after(sum(each < pivot for each in old.starts(now=now)))
    if rule is not None and old.cancelled_from is not None:
        # What was cut off stays off: as many move as were left. Of none, all are meant.
        starts = [resolve_local(each, old.zone) for each in old.starts(now=now) if each >= pivot]
        left = sum(not old.is_cut(each) for each in starts)
        rule = replace(rule, count=left, until=None) if left else rule
    before = await remember(scope, locked.series.id, locked.id)
    new = replace(old, first=first, recurrence=rule, cancelled_from=None)
    if is_split and old.recurrence is not None:
        new = replace(new, id=new_id())
        await copy_rest(scope, locked.row, new)
        rest = old.recurrence.ending_before(begin, first=old.first)
        await write_rule(scope, replace(old, recurrence=rest))
    else:
        await write_rule(scope, new)
    await replan(
        scope,
        old,
        new,
        moved=(pivot, first) if by_order else None,
        since=pivot if is_split else None,
    )
    if by_order:
        await _put_in_its_place(scope, locked, new)
    await audit.record(
        scope,
        "appointment.moved" if by_order else "appointment.repeated",
        subject_type="appointment",
        subject_id=new.id,
        before=await before.replaced(scope, reach, begun=None if new.id == old.id else new.id),
    )
    await tell_of_what_is_soon(scope, new.id, locked.id)
    found = await get_occurrence(scope, locked.id)
    return found if found.is_planned else await first_of(scope, new.id)


async def _put_in_its_place(scope: Scope, locked: Locked, series: Series) -> None:
    """The occurrence that the member moved: also where it had been moved or called off before."""
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
        "ends_at": series.saying(locked.own_details).ends_at(starts_at),
        "status": OccurrenceStatus.PLANNED,
    }
    await update_one(scope, locked.id, changes)
    await reset_timers(scope, series, [locked.id])


async def _cut(scope: Scope, locked: Locked, since: datetime | None) -> None:
    """Call off what the rule gives from *since* on; None: nothing any more."""
    series = replace(locked.series, cancelled_from=since)
    await scope.execute(
        update(Appointment).where(Appointment.id == series.id).values(cancelled_from=since)
    )
    await tell_calendars(scope, series.id)
    await replan(scope, locked.series, series)


async def _set_status(scope: Scope, locked: Locked, status: OccurrenceStatus) -> None:
    await update_one(scope, locked.id, {"status": status})
    await tell_calendars(scope, locked.series.id)
    await reset_timers(scope, locked.series, [locked.id])


async def write_rule(scope: Scope, series: Series) -> None:
    """Write when a series takes place, and by which clock; other calendars take it as news."""
    rule = series.recurrence
    await scope.execute(
        update(Appointment)
        .where(Appointment.id == series.id)
        .values(
            scheduled_at=resolve_local(series.first, series.zone),
            timezone=series.zone.key,
            recurrence=rule.to_rfc5545(series.zone) if rule else None,
            cancelled_from=series.cancelled_from,
        )
    )
    await tell_calendars(scope, series.id)


async def _write_details(scope: Scope, locked: Locked, columns: Mapping[str, Any]) -> None:
    await scope.execute(
        update(Appointment).where(Appointment.id == locked.series.id).values(dict(columns))
    )
    shown = [name for name in columns if name != "remind_before"]
    is_shown = any(columns[name] != getattr(locked.row, name) for name in shown)
    await tell_calendars(scope, locked.series.id, is_shown=is_shown)
    series = replace(
        locked.series,
        duration=timedelta(minutes=columns["duration_minutes"]),
        remind_before=columns["remind_before"],
        is_all_day=columns["is_all_day"],
    )
    await replan(scope, series, series)
    if series.duration != locked.series.duration:
        await _end_otherwise(scope, series)


async def _end_otherwise(scope: Scope, series: Series) -> None:
    """What has begun and goes on ends with the others: a stay in hospital is made longer in it."""
    now = scope.clock.now()
    rows = await scope.rows(
        select(
            AppointmentOccurrence.id,
            AppointmentOccurrence.starts_at,
            AppointmentOccurrence.own_details,
            AppointmentOccurrence.own_remind_before,
        ).where(
            AppointmentOccurrence.appointment_id == series.id,
            AppointmentOccurrence.status == OccurrenceStatus.PLANNED,
            AppointmentOccurrence.starts_at <= now,
            AppointmentOccurrence.ends_at > now,
        )
    )
    for row in rows:
        ends_at = series.saying(own_details(row)).ends_at(row.starts_at)
        await update_one(scope, row.id, {"ends_at": ends_at})
    await reset_timers(scope, series, [row.id for row in rows])


async def part_in_two(scope: Scope, row: Row[Any], series: Series, *, begin: datetime) -> Series:
    """Let the rest of a *series* from *begin* (local) on be an appointment of its own, and what
    was before it, of the appointment *row*, end there. Raises FamilyFull.
    """
    rule = series.recurrence
    if rule is None:
        return series
    old = Series.of(row)
    gone_by = sum(start < begin for start in old.starts(now=scope.clock.now()))
    rest = replace(series, id=new_id(), first=begin, recurrence=rule.after(gone_by))
    await copy_rest(scope, row, rest)
    await write_rule(scope, replace(old, recurrence=rule.ending_before(begin, first=old.first)))
    return rest


async def copy_rest(scope: Scope, kept: Row[Any], series: Series) -> None:
    """A row for the rest of a series that is parted in two; *kept* is that of its beginning. Raises
    FamilyFull.
    """
    await make_room(scope, Held.APPOINTMENT)
    rule = series.recurrence
    await scope.execute(
        insert(Appointment).values(
            id=series.id,
            family_id=scope.family_id,
            care_recipient_id=series.care_recipient_id,
            origin_id=kept.origin_id or kept.id,
            scheduled_at=resolve_local(series.first, series.zone),
            timezone=series.zone.key,
            recurrence=rule.to_rfc5545(series.zone) if rule else None,
            cancelled_from=series.cancelled_from,
            created_by_id=kept.created_by_id,
            **{name: getattr(kept, name) for name in Details(title="").columns()},
        )
    )
