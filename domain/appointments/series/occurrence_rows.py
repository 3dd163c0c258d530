"""The rows of a series: reading, updating and inserting upcoming ones, each with its timer."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text, true, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.sql.base import Executable

from domain.appointments.series.series import (
    GONE_PREFIX,
    OCCURRENCE_HORIZON,
    Series,
    merge_own_details,
    to_key,
)
from domain.database.scope import Scope
from domain.events import TimerSet
from domain.local_time import resolve_local, to_local
from domain.models import Appointment, AppointmentOccurrence, new_id
from domain.models.appointments import OccurrenceStatus
from domain.timers import NextAction, Step, ceil_minute

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

SELECT_ROWS = select(*ROW_COLUMNS)


@dataclass(frozen=True)
class OccurrenceRow:
    """The values of :data:`ROW_COLUMNS`."""

    id: UUID
    occurrence_key: str
    starts_at: datetime
    ends_at: datetime
    status: str
    told_at: datetime | None
    own_details: Mapping[str, Any] | None
    own_remind_before: Sequence[int] | None
    ladder_step: str | None

    @property
    def own(self) -> Mapping[str, Any]:
        """The details that apply to this occurrence only."""
        return merge_own_details(self.own_details, self.own_remind_before)


async def fetch_rows(scope: Scope, statement: Executable) -> Sequence[OccurrenceRow]:
    """The occurrences that a *statement* that returns :data:`ROW_COLUMNS` selects or writes."""
    return [OccurrenceRow(**row._asdict()) for row in await scope.rows(statement)]


@dataclass(frozen=True)
class OccurrenceUpdate:
    """New values for an existing row."""

    id: UUID
    key: str
    starts_at: datetime
    ends_at: datetime
    status: str
    timer: NextAction | None


async def release_keys(
    scope: Scope, occurrence_ids: Sequence[UUID], *, appointment_id: UUID
) -> None:
    """Give these rows placeholder keys, and assign them to an appointment. Keys are unique, and one
    that is about to be reused may still belong to another row.
    """
    if occurrence_ids:
        await scope.execute(
            update(AppointmentOccurrence)
            .where(AppointmentOccurrence.id.in_(occurrence_ids))
            .values(
                occurrence_key=func.concat(GONE_PREFIX, AppointmentOccurrence.id),
                appointment_id=appointment_id,
            )
        )


async def find_first_upcoming(scope: Scope, series: Series) -> datetime | None:
    """The local start, by the rule, of the first upcoming occurrence."""
    rows = await lock_upcoming(scope, series, now=scope.clock.now(), begin=None)
    return datetime.fromisoformat(rows[0].occurrence_key) if rows else None


async def lock_upcoming(
    scope: Scope, series: Series, *, now: datetime, begin: datetime | None
) -> Sequence[OccurrenceRow]:
    """Rows whose start, or whose place in the rule, is in the future; locked."""
    return await fetch_rows(
        scope,
        SELECT_ROWS.where(
            AppointmentOccurrence.appointment_id == series.id,
            (AppointmentOccurrence.occurrence_key > to_key(to_local(now, series.zone)))
            | (AppointmentOccurrence.starts_at > now),
            true() if begin is None else AppointmentOccurrence.occurrence_key >= to_key(begin),
            ~AppointmentOccurrence.occurrence_key.startswith(GONE_PREFIX),
        )
        .order_by(AppointmentOccurrence.occurrence_key)
        .with_for_update(),
    )


def find_next_timer(
    series: Series, starts_at: datetime, status: str, *, tell: bool, now: datetime
) -> NextAction | None:
    """The next step for an occurrence, and when; with *tell*, announce a change now."""
    if tell and series.ends_at(starts_at) > now:
        return NextAction(Step.TELL, ceil_minute(now))
    if status != OccurrenceStatus.PLANNED:
        return None
    return series.next_action(starts_at, now=now)


_WRITE = text("""
    UPDATE appointment_occurrences o
    SET occurrence_key = w.key, starts_at = w.starts_at, ends_at = w.ends_at, status = w.status,
        ladder_step = w.step, next_action_at = w.at
    FROM unnest(CAST(:ids AS uuid[]), CAST(:keys AS text[]), CAST(:starts AS timestamptz[]),
                CAST(:ends AS timestamptz[]), CAST(:statuses AS text[]), CAST(:steps AS text[]),
                CAST(:ats AS timestamptz[])) AS w (id, key, starts_at, ends_at, status, step, at)
    WHERE o.id = w.id
""")


async def update_rows(scope: Scope, written: Sequence[OccurrenceUpdate]) -> None:
    """Update existing rows in one statement, and publish their timers."""
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
    scope.covered_occurrence_ids.update(
        each.id for each in written if each.timer is not None and each.timer.step is Step.TELL
    )
    _publish(scope, [each.timer for each in written])


async def insert_rows(
    scope: Scope, series: Series, starts: Sequence[datetime], *, now: datetime
) -> None:
    """Insert a row for each of these local starts, unless there is one."""
    rows, timers = [], []
    for start in starts:
        starts_at = resolve_local(start, series.zone)
        is_cut = series.is_cut(starts_at)
        timer = None if is_cut else series.next_action(starts_at, now=now)
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


async def save_expanded_until(scope: Scope, series: Series, *, now: datetime) -> None:
    """Remember how far the rows reach, if there will be more."""
    until = now + OCCURRENCE_HORIZON
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
