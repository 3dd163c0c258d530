"""The times that an appointment takes place: rows made from its rule, with the timer of each.

A series has its rows a year ahead. What is moved, called off or driven is said on the row itself,
and survives when the rule changes: the row goes on as the occurrence that takes its place.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ARRAY, Row, Text, func, literal, select, text, true, update
from sqlalchemy.dialects.postgresql import insert

from domain.appointments.ladder import after_telling, appointment_actions
from domain.appointments.recurrences import Recurrence, starts_until
from domain.database.scope import Scope
from domain.delivery import shown_messages
from domain.delivery.shown_messages import FACTS, was_owed_within
from domain.events import TimerSet
from domain.local_time import resolve_local, to_local
from domain.models import Appointment, AppointmentOccurrence, new_id
from domain.models.appointments import OccurrenceStatus
from domain.models.delivery import Kind
from domain.set_asides import Subject, Work, is_free
from domain.timers import NextAction, Step, ceil_minute

HORIZON = timedelta(days=366)
EXTENDED_AHEAD = timedelta(days=330)
SHOWN_AGAIN_FOR = timedelta(days=30)
_GONE = "gone:"  # the key of a row that no rule gives any more


@dataclass(frozen=True)
class Series:
    """What occurrences are made from. `first` is naive local time in `zone`.

    An appointment that takes place once is a series of one. What `is_all_day` lasts whole days of
    its zone, however many hours they have.
    """

    id: UUID
    care_recipient_id: UUID
    first: datetime
    zone: ZoneInfo
    duration: timedelta
    recurrence: Recurrence | None
    remind_before: Sequence[int]
    cancelled_from: datetime | None = None
    is_all_day: bool = False

    @classmethod
    def of(cls, row: Row[Any]) -> "Series":
        """From a row of :class:`Appointment`."""
        zone = ZoneInfo(row.timezone)
        return cls(
            id=row.id,
            care_recipient_id=row.care_recipient_id,
            first=to_local(row.scheduled_at, zone),
            zone=zone,
            duration=timedelta(minutes=row.duration_minutes),
            recurrence=Recurrence.from_rfc5545(row.recurrence, zone) if row.recurrence else None,
            remind_before=row.remind_before,
            cancelled_from=row.cancelled_from,
            is_all_day=row.is_all_day,
        )

    def saying(self, own: Mapping[str, Any]) -> "Series":
        """As it is for an occurrence with *own* details."""
        minutes = own.get("duration_minutes")
        return replace(
            self,
            duration=self.duration if minutes is None else timedelta(minutes=minutes),
            remind_before=own.get("remind_before", self.remind_before),
        )

    def ends_at(self, starts_at: datetime) -> datetime:
        """When an occurrence that begins then is over (both UTC)."""
        if not self.is_all_day:
            return starts_at + self.duration
        last = datetime.combine(to_local(starts_at, self.zone).date() + self.duration, time.min)
        return resolve_local(last, self.zone)

    def starts(self, *, now: datetime) -> Sequence[datetime]:
        """The local starts up to the horizon."""
        until = max(to_local(now + HORIZON, self.zone), self.first)
        return starts_until(self.recurrence, self.first, until=until)

    def is_cut(self, starts_at: datetime) -> bool:
        return self.cancelled_from is not None and starts_at >= self.cancelled_from

    def action_after(self, starts_at: datetime, *, now: datetime) -> NextAction | None:
        """What is told next of an occurrence."""
        return after_telling(self.actions(starts_at), now=now)

    def actions(self, starts_at: datetime) -> Sequence[NextAction]:
        """All that is told of an occurrence."""
        return appointment_actions(
            starts_at,
            self.ends_at(starts_at),
            zone=self.zone,
            remind_before=self.remind_before,
            is_all_day=self.is_all_day,
        )


def reminded_before(row: Row[Any]) -> Sequence[int]:
    """How many minutes before an occurrence, by itself or with its series, is reminded of."""
    own: Sequence[int] | None = row.own_remind_before
    return row.remind_before if own is None else own


def own_details(row: Row[Any]) -> Mapping[str, Any]:
    """What is said of one occurrence only, by the columns of its appointment."""
    said: dict[str, Any] = dict(row.own_details or {})
    if row.own_remind_before is not None:
        said["remind_before"] = row.own_remind_before
    return said


def to_key(local: datetime) -> str:
    return local.isoformat(timespec="minutes")


def original_start(key: str, zone: ZoneInfo) -> datetime | None:
    """The instant (UTC) that the rule gave an occurrence; None if no rule gives it any more."""
    return None if key.startswith(_GONE) else resolve_local(datetime.fromisoformat(key), zone)


async def make_occurrences(scope: Scope, series: Series) -> None:
    """Make those rows up to the horizon that are not there. Timers start after now."""
    now = scope.clock.now()
    await _insert(scope, series, series.starts(now=now), now=now)
    await _set_expanded(scope, series, now=now)


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
    rows = await _ahead(scope, old, now=now, begin=moved[0] if moved else since)
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
    await _insert(scope, new, [start for start in ahead if start not in taken], now=now)
    await _set_expanded(scope, new, now=now)
    await show_again(scope, [row.id for row in rows])


async def give_up_places(
    scope: Scope, occurrence_ids: Sequence[UUID], *, appointment_id: UUID
) -> None:
    """Let occurrences belong to an appointment, for now with no place in its rule: a key may be
    another row's at the moment when it is taken over.
    """
    if occurrence_ids:
        await scope.execute(
            update(AppointmentOccurrence)
            .where(AppointmentOccurrence.id.in_(occurrence_ids))
            .values(
                occurrence_key=func.concat(_GONE, AppointmentOccurrence.id),
                appointment_id=appointment_id,
            )
        )


def _is_ahead(series: Series, start: datetime, *, now: datetime) -> bool:
    """Whether an occurrence can be planned for *start* (local): of what lasts all day, today's."""
    if series.is_all_day:
        return start.date() >= to_local(now, series.zone).date()
    return resolve_local(start, series.zone) > now


async def first_ahead(scope: Scope, series: Series) -> datetime | None:
    """The local start, by the rule, of the first occurrence that is still to come."""
    rows = await _ahead(scope, series, now=scope.clock.now(), begin=None)
    return datetime.fromisoformat(rows[0].occurrence_key) if rows else None


async def reset_timers(scope: Scope, series: Series, occurrence_ids: Sequence[UUID]) -> None:
    """Set the timers of occurrences that now start, or are called off, otherwise than before.

    Who was told of one that has changed is told again, at once.
    """
    now = scope.clock.now()
    rows = await scope.rows(
        _ROW.where(
            AppointmentOccurrence.id.in_(occurrence_ids),
            AppointmentOccurrence.family_id == scope.family_id,
        )
    )
    await _write(
        scope,
        [
            _Written(
                row.id,
                row.occurrence_key,
                row.starts_at,
                row.ends_at,
                row.status,
                _timer(
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


async def show_again(scope: Scope, occurrence_ids: Sequence[UUID]) -> None:
    """Have every message edited that told of these in the last weeks."""
    if not occurrence_ids:
        return
    ids = literal([str(each) for each in occurrence_ids], ARRAY(Text))
    await shown_messages.show_again(
        scope,
        [Kind.APPOINTMENT],
        where=[was_owed_within(SHOWN_AGAIN_FOR), FACTS["steps"].has_any(ids)],
    )


async def find_due(scope: Scope, *, before: datetime, most: int) -> Sequence[Subject]:
    """Series whose rows end before *before*. As the dispatcher."""
    rows = await scope.rows(
        select(Appointment.family_id, Appointment.id)
        .where(Appointment.expanded_until < before, is_free(Work.SERIES, Appointment.id))
        .order_by(Appointment.expanded_until)
        .limit(most)
    )
    return [Subject(row.family_id, row.id) for row in rows]


async def extend(scope: Scope, appointment_ids: Sequence[UUID], *, before: datetime) -> int:
    """Make the rows that such series of the scope's family lack; returns how many series."""
    rows = await scope.rows(
        SELECT_SERIES.where(
            Appointment.id.in_(appointment_ids),
            Appointment.family_id == scope.family_id,
            Appointment.expanded_until < before,
        ).with_for_update(skip_locked=True)
    )
    for row in rows:
        await make_occurrences(scope, Series.of(row))
    return len(rows)


SELECT_SERIES = select(
    Appointment.id,
    Appointment.care_recipient_id,
    Appointment.scheduled_at,
    Appointment.timezone,
    Appointment.duration_minutes,
    Appointment.recurrence,
    Appointment.remind_before,
    Appointment.cancelled_from,
    Appointment.is_all_day,
)

ROW_COLUMNS = (
    AppointmentOccurrence.id,
    AppointmentOccurrence.occurrence_key,
    AppointmentOccurrence.starts_at,
    AppointmentOccurrence.ends_at,
    AppointmentOccurrence.status,
    AppointmentOccurrence.told_at,
    AppointmentOccurrence.own_details,
    AppointmentOccurrence.own_remind_before,
    AppointmentOccurrence.ladder_step,
)
_ROW = select(*ROW_COLUMNS)


@dataclass(frozen=True)
class _Written:
    id: UUID
    key: str
    starts_at: datetime
    ends_at: datetime
    status: str
    timer: NextAction | None


async def _ahead(
    scope: Scope, series: Series, *, now: datetime, begin: datetime | None
) -> Sequence[Row[Any]]:
    """The rows that take place, or whose place in the rule is, still to come; locked."""
    return await scope.rows(
        _ROW.where(
            AppointmentOccurrence.appointment_id == series.id,
            (AppointmentOccurrence.occurrence_key > to_key(to_local(now, series.zone)))
            | (AppointmentOccurrence.starts_at > now),
            true() if begin is None else AppointmentOccurrence.occurrence_key >= to_key(begin),
            ~AppointmentOccurrence.occurrence_key.startswith(_GONE),
        )
        .order_by(AppointmentOccurrence.occurrence_key)
        .with_for_update()
    )


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
            key, starts_at, status = f"{_GONE}{row.id}", row.starts_at, OccurrenceStatus.CUT
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
        timer = _timer(own, starts_at, status, tell=was_told and has_news, now=now)
        ends_at = own.ends_at(starts_at)
        written.append(_Written(row.id, key, starts_at, ends_at, status, timer))
    await _write(scope, written)


def _timer(
    series: Series, starts_at: datetime, status: str, *, tell: bool, now: datetime
) -> NextAction | None:
    if tell and series.ends_at(starts_at) > now:
        return NextAction(Step.TELL, ceil_minute(now))
    if status != OccurrenceStatus.PLANNED:
        return None
    return series.action_after(starts_at, now=now)


_WRITE = text("""
    UPDATE appointment_occurrences o
    SET occurrence_key = w.key, starts_at = w.starts_at, ends_at = w.ends_at, status = w.status,
        ladder_step = w.step, next_action_at = w.at
    FROM unnest(CAST(:ids AS uuid[]), CAST(:keys AS text[]), CAST(:starts AS timestamptz[]),
                CAST(:ends AS timestamptz[]), CAST(:statuses AS text[]), CAST(:steps AS text[]),
                CAST(:ats AS timestamptz[])) AS w (id, key, starts_at, ends_at, status, step, at)
    WHERE o.id = w.id
""")


async def _write(scope: Scope, written: Sequence[_Written]) -> None:
    await scope.execute(
        _WRITE,
        {
            "ids": [each.id for each in written],
            "keys": [each.key for each in written],
            "starts": [each.starts_at for each in written],
            "ends": [each.ends_at for each in written],
            "statuses": [each.status for each in written],
            "steps": [each.timer.step if each.timer else None for each in written],
            "ats": [each.timer.at if each.timer else None for each in written],
        },
    )
    scope.told_of.update(
        each.id for each in written if each.timer is not None and each.timer.step is Step.TELL
    )
    _publish(scope, [each.timer for each in written])


async def _insert(
    scope: Scope, series: Series, starts: Sequence[datetime], *, now: datetime
) -> None:
    rows, timers = [], []
    for start in starts:
        starts_at = resolve_local(start, series.zone)
        is_cut = series.is_cut(starts_at)
        timer = None if is_cut else series.action_after(starts_at, now=now)
        timers.append(timer)
        rows.append(
            {
                "id": new_id(),
                "family_id": scope.family_id,
                "appointment_id": series.id,
                "care_recipient_id": series.care_recipient_id,
                "occurrence_key": to_key(start),
                "starts_at": starts_at,
                "ends_at": series.ends_at(starts_at),
                "status": OccurrenceStatus.CUT if is_cut else OccurrenceStatus.PLANNED,
                "ladder_step": timer.step if timer else None,
                "next_action_at": timer.at if timer else None,
            }
        )
    if rows:
        await scope.execute(
            insert(AppointmentOccurrence).on_conflict_do_nothing(
                index_elements=["appointment_id", "occurrence_key"]
            ),
            rows,
        )
        _publish(scope, timers)


def _publish(scope: Scope, timers: Iterable[NextAction | None]) -> None:
    for at in {timer.at for timer in timers if timer is not None}:
        scope.publish(TimerSet(at))


async def _set_expanded(scope: Scope, series: Series, *, now: datetime) -> None:
    """Remember how far the rows go, as long as there will be more."""
    until = now + HORIZON
    rule = series.recurrence
    has_ended = rule is None or (
        rule.until is not None and rule.until <= to_local(until, series.zone)
    )
    goes_on = not has_ended and series.cancelled_from is None
    await scope.execute(
        update(Appointment)
        .where(Appointment.id == series.id)
        .values(expanded_until=until if goes_on else None)
    )
