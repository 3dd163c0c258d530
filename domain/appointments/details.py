"""An appointment's details besides its time, and the input for adding one."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from domain.appointments.recurrences import Recurrence

DEFAULT_DURATION = timedelta(hours=1)
DEFAULT_REMIND_BEFORE = (1440, 60)  # minutes
MAX_REMINDERS = 6


@dataclass(frozen=True)
class DoctorNamed:
    """The doctor of an appointment; without an id, only a name that somebody typed."""

    name: str
    id: UUID | None = None
    phone: str | None = None
    address: str | None = None
    is_removed: bool = False


@dataclass(frozen=True)
class Details:
    """An appointment's details besides its time; they apply to a whole series.

    If `is_all_day`, `duration` is in whole days. `remind_before` is in minutes.
    """

    title: str
    duration: timedelta = DEFAULT_DURATION
    is_all_day: bool = False
    doctor: DoctorNamed | None = None
    place: str | None = None
    bring: str | None = None
    note: str | None = None
    remind_before: tuple[int, ...] = DEFAULT_REMIND_BEFORE

    def columns(self) -> dict[str, Any]:
        return {
            "title": self.title,
            "duration_minutes": int(self.duration.total_seconds()) // 60,
            "is_all_day": self.is_all_day,
            "doctor_id": self.doctor.id if self.doctor else None,
            "doctor_name": self.doctor.name if self.doctor and not self.doctor.id else None,
            "place": self.place,
            "bring": self.bring,
            "note": self.note,
            "remind_before": sorted(set(self.remind_before), reverse=True),
        }


@dataclass(frozen=True)
class NewAppointment:
    """`start` is naive local time in the person's zone; midnight for all-day appointments."""

    person_id: UUID
    details: Details
    start: datetime
    recurrence: Recurrence | None = None
