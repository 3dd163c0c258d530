"""The current pause of everything a person takes, as their row stores it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from domain.models import CareRecipient


@dataclass(frozen=True)
class Pause:
    """A pause of everything a person takes, from `since` to `until` (UTC; None: until it is ended).

    With `silences_appointments` there are no reminders of appointments that begin during it.
    """

    since: datetime
    until: datetime | None
    silences_appointments: bool

    def holds(self, at: datetime) -> bool:
        return self.until is None or at < self.until


PAUSE_COLUMNS = (
    CareRecipient.paused_at,
    CareRecipient.paused_until,
    CareRecipient.pause_silences_appointments,
)


def running_pause(row: Row[Any], *, now: datetime) -> Pause | None:
    """The pause of a row with :data:`PAUSE_COLUMNS`; None if there is none or it has ended."""
    if row.paused_at is None:
        return None
    pause = Pause(row.paused_at, row.paused_until, row.pause_silences_appointments)
    return pause if pause.holds(now) else None


def is_silenced(row: Row[Any], *, now: datetime) -> bool:
    """Whether the appointment of a row (`starts_at`, :data:`PAUSE_COLUMNS`) begins during a pause
    that silences appointments.
    """
    pause = running_pause(row, now=now)
    return pause is not None and pause.silences_appointments and pause.holds(row.starts_at)
