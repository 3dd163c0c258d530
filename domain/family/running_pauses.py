"""The current pause of everything a person takes, as their row stores it."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

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


class StoredPause(NamedTuple):
    """The values of :data:`PAUSE_COLUMNS`, in their order."""

    since: datetime | None
    until: datetime | None
    silences_appointments: bool

    def running(self, *, now: datetime) -> Pause | None:
        """The pause; None if there is none or it has ended."""
        if self.since is None:
            return None
        pause = Pause(self.since, self.until, self.silences_appointments)
        return pause if pause.holds(now) else None

    def silences(self, starts_at: datetime, *, now: datetime) -> bool:
        """Whether an appointment that begins at *starts_at* is silenced by it."""
        pause = self.running(now=now)
        return pause is not None and pause.silences_appointments and pause.holds(starts_at)
