"""An appointment's series: its rule, its time zone, and the actions of each occurrence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.sql.base import Executable

from domain.appointments.ladder import find_next_action, list_actions
from domain.appointments.recurrences import Recurrence, starts_until
from domain.database.scope import Scope
from domain.local_time import resolve_local, to_local
from domain.models import Appointment
from domain.timers import NextAction

OCCURRENCE_HORIZON = timedelta(days=366)
GONE_PREFIX = "gone:"  # prefix of the key of a row that no rule produces any more


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


@dataclass(frozen=True)
class Series:
    """What occurrences are made from. `first` is naive local time in `zone`.

    A single appointment is a series of one. If `is_all_day`, it lasts whole days of its zone,
    however many hours they have.
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

    def with_own_details(self, own: Mapping[str, Any]) -> "Series":
        """The series as it applies to an occurrence with *own* details."""
        minutes = own.get("duration_minutes")
        return replace(
            self,
            duration=self.duration if minutes is None else timedelta(minutes=minutes),
            remind_before=own.get("remind_before", self.remind_before),
        )

    def ends_at(self, starts_at: datetime) -> datetime:
        """When an occurrence that begins at *starts_at* ends (both UTC)."""
        if not self.is_all_day:
            return starts_at + self.duration
        last = datetime.combine(to_local(starts_at, self.zone).date() + self.duration, time.min)
        return resolve_local(last, self.zone)

    def starts(self, *, now: datetime) -> Sequence[datetime]:
        """The local starts up to the horizon."""
        until = max(to_local(now + OCCURRENCE_HORIZON, self.zone), self.first)
        return starts_until(self.recurrence, self.first, until=until)

    def is_cut(self, starts_at: datetime) -> bool:
        return self.cancelled_from is not None and starts_at >= self.cancelled_from

    def next_action(self, starts_at: datetime, *, now: datetime) -> NextAction | None:
        """The next action for an occurrence."""
        return find_next_action(self.actions(starts_at), now=now)

    def actions(self, starts_at: datetime) -> Sequence[NextAction]:
        """All actions for an occurrence."""
        return list_actions(
            starts_at,
            self.ends_at(starts_at),
            zone=self.zone,
            remind_before=self.remind_before,
            is_all_day=self.is_all_day,
        )


async def fetch_series(
    scope: Scope, statement: Executable
) -> Sequence[tuple[Series, Mapping[str, Any]]]:
    """The appointments that a *statement* based on :data:`SELECT_SERIES` selects, each with the
    values of its columns.
    """
    rows = [row._asdict() for row in await scope.rows(statement)]
    return [(_series(columns), columns) for columns in rows]


def _series(columns: Mapping[str, Any]) -> Series:
    zone, rule = ZoneInfo(columns["timezone"]), columns["recurrence"]
    return Series(
        id=columns["id"],
        care_recipient_id=columns["care_recipient_id"],
        first=to_local(columns["scheduled_at"], zone),
        zone=zone,
        duration=timedelta(minutes=columns["duration_minutes"]),
        recurrence=Recurrence.from_rfc5545(rule, zone) if rule else None,
        remind_before=columns["remind_before"],
        cancelled_from=columns["cancelled_from"],
        is_all_day=columns["is_all_day"],
    )


def merge_own_details(
    own_details: Mapping[str, Any] | None, own_remind_before: Sequence[int] | None
) -> Mapping[str, Any]:
    """The details that apply to one occurrence only, by their columns in the appointment."""
    own = dict(own_details or {})
    if own_remind_before is not None:
        own["remind_before"] = own_remind_before
    return own


def to_key(local: datetime) -> str:
    """The key of an occurrence in its series: the local start by the rule."""
    return local.isoformat(timespec="minutes")


def original_start(key: str, zone: ZoneInfo) -> datetime | None:
    """The instant (UTC) at which the rule has an occurrence; None if it doesn't any more."""
    return None if key.startswith(GONE_PREFIX) else resolve_local(datetime.fromisoformat(key), zone)
